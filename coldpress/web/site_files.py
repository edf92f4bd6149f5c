"""Files that a page may include: which are allowed, why others are not, how large a page may become."""

from __future__ import annotations

import posixpath
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from flask import has_app_context

from coldpress import recorder
from coldpress.content.page import Page
from coldpress.content.selection import IN_UNDERSCORE
from coldpress.errors import ColdpressError
from coldpress.markdown.rendered import Component, Fragment, Link
from coldpress.markdown.syntax.snippets import NOT_THERE
from coldpress.markdown.tree import EMBED
from coldpress.paths import STATE, relative_name
from coldpress.recorder import Reads
from coldpress.sources.files import LARGEST_INCLUDED, MARKDOWN
from coldpress.text import decode
from coldpress.web.site import Site

FileText = tuple[str, str]
"""The name of a file, and its text."""

_NEVER = "is never shown in a page"
_PRIVATE = frozenset((STATE, "instance", ".git", ".hg", ".svn", "config.yaml", "build.py"))


def source_of(page: Page, name: str) -> str:
    """The source that a page names: relative to its folder, or to the content folder after a slash."""
    base = "" if name.startswith("/") else posixpath.dirname(page.source)
    return posixpath.normpath(posixpath.join(base, name.lstrip("/")))


def text_of(site: Site, page: Page, name: str) -> str | None:
    """The text of a file that a page names: relative to its folder, or to the site's after
    a slash.  None if the file may not be shown."""
    found = file_of(site, page, name)
    return None if isinstance(found, str) else found[1]


def file_of(site: Site, page: Page, name: str) -> FileText | str:
    """The name and the text of a file that a page names, or the reason why it is not shown."""
    folder = site.root if name.startswith("/") else (site.root / site.config.content_dir / page.source).parent
    return read_shown(site, site.root, Path(folder, name.lstrip("/")), trusted=site.config.markdown.trusts(page.source))


def read_shown(site: Site, folder: Path, file: Path, *, trusted: bool) -> FileText | str:
    """The name and the text of a file, or the reason why it is not shown.  The file must be
    inside `folder` and not hidden; without `trusted` it must be inside the content folder."""
    if file.is_relative_to(site.root):
        recorder.read("included", relative_name(file, site.base))
    try:
        with recorder.unrecorded():
            real = file.resolve()
            inside = real.relative_to(folder.resolve())
    except RuntimeError:  # until Python 3.13
        return "is a link that leads in a circle"
    except (OSError, ValueError):
        return NOT_THERE
    if any(part.startswith(".") for part in inside.parts):
        return NOT_THERE
    return _why_not(site, real, trusted=trusted) or _read(site, real)


def _why_not(site: Site, real: Path, *, trusted: bool) -> str | None:
    """The reason why a file, given by its real path, is not shown; None if it may be."""
    content = (site.root / site.config.content_dir).resolve()
    in_site, in_content = real.is_relative_to(site.root), real.is_relative_to(content)
    if not in_content and not (in_site and trusted):
        return NOT_THERE
    if in_site and real.relative_to(site.root).as_posix().casefold().partition("/")[0] in _PRIVATE:
        return _NEVER
    if any(real.is_relative_to(each) for each in _private(site)):
        return _NEVER
    if not in_content:
        return None
    source = unicodedata.normalize("NFC", real.relative_to(content).as_posix())
    snippets = [(site.root / each).resolve() for each in site.config.markdown.snippets]
    is_snippet = any(folder != content and folder.is_relative_to(content) and real.is_relative_to(folder)
                     for folder in snippets)
    return _left_out(site, source, is_snippet=is_snippet)


def _private(site: Site) -> Iterator[Path]:
    """Private files and folders whose place the config, the app or an option decides."""
    yield Path(site.app.instance_path)
    yield (site.root / site.config.output_dir).resolve()
    for given in (site.options.output, site.options.config):
        if given:
            yield given.resolve()


def _left_out(site: Site, source: str, *, is_snippet: bool) -> str | None:
    """The reason why a file of the content folder is not published; None if it is."""
    library = site.library
    state = library.why_left_out(source)
    if state is not None and not (is_snippet and state == IN_UNDERSCORE):
        return f"is {state}, and left out"
    is_markdown = source.lower().endswith(MARKDOWN)
    if is_snippet or (library.by_source(source) if is_markdown else library.asset_of(source)):
        return None
    return NOT_THERE if not (site.root / site.config.content_dir / source).exists() else "is not published itself"


def _read(site: Site, real: Path) -> FileText | str:
    name = relative_name(real, site.base)
    try:
        with recorder.unrecorded():
            found = real.stat()
            if not stat.S_ISREG(found.st_mode):
                return "is no file"
            if found.st_size > LARGEST_INCLUDED:
                return f"is larger than {LARGEST_INCLUDED:,} bytes"
            return name, decode(real.read_bytes(), name, "markup.include")
    except ColdpressError as reason:
        return f"is no text: {reason.problems[0].message}"
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return NOT_THERE
    except OSError as reason:
        return f"cannot be read: {reason.strerror}"


DEEPEST = 8
"""How many pages may be included in one another."""
_MOST = 2_000_000  # characters that inclusions may add to a page
_EACH = 1_000  # characters that each inclusion counts in addition, as rendering it costs time
_CODE = 4  # a file shown as code counts this many times its characters


class Inclusion(NamedTuple):
    """A request of a page to include another `page`, or the file `name`.  `source` is the
    same for each spelling of the name."""

    component: Component
    source: str
    page: Page | None
    name: str = ""


def inclusions_of(site: Site, page: Page) -> Iterator[Inclusion]:
    """The inclusions in a page's body, repeated ones too."""
    for component in page.rendered.html.components:
        attributes = dict(component.attributes)
        name, link = attributes.get("file", ""), attributes.get("to")
        if component.name == "include" and isinstance(name, str):
            source = source_of(page, name)
            yield Inclusion(component, source, site.library.by_source(source), name)
        elif component.name == EMBED and component.kind == "leaf" and isinstance(link, Link):
            other = site.library.target(page, link).page
            if other is not None:
                yield Inclusion(component, other.source, other)


def too_large(site: Site, page: Page) -> frozenset[str]:
    """The sources that a page does not include because they would make it too large."""
    known: dict[str, tuple[frozenset[str], Reads]] = site.of_request("too_large") if has_app_context() else {}
    if page.source not in known:
        with recorder.recording() as reads:
            known[page.source] = _SizeLimit(site).too_large(page), reads
    found, reads = known[page.source]
    recorder.replay(reads)
    return found


class _SizeLimit:
    """Counts the characters that inclusions add to a page, against `_MOST`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._left = _MOST

    def too_large(self, page: Page) -> frozenset[str]:
        wanted: dict[str, list[Inclusion]] = {}
        for inclusion in inclusions_of(self._site, page):
            wanted.setdefault(inclusion.source, []).append(inclusion)
        return frozenset(source for source, each in wanted.items() if not self._fits(page, each))

    def _fits(self, page: Page, each: list[Inclusion]) -> bool:
        """Count one file, as often as the page includes it; False if the limit is exceeded."""
        before = self._left
        self._add(page, each[0], (page.source,))
        self._left = before - (before - self._left) * len(each)
        return self._left >= 0

    def _add(self, page: Page, inclusion: Inclusion, above: tuple[str, ...]) -> None:
        self._left -= _EACH
        other = inclusion.page
        if other is None:
            self._left -= _CODE * len(text_of(self._site, page, inclusion.name) or "")
        elif other.source not in above and len(above) <= DEEPEST:
            with suppress(ColdpressError):  # a body that is a template and fails: reported for that page
                self._left -= _length(other.rendered.html)
                self._add_all(other, (*above, other.source))

    def _add_all(self, page: Page, above: tuple[str, ...]) -> None:
        for inclusion in inclusions_of(self._site, page):
            if self._left < 0:
                break
            self._add(page, inclusion, above)


def _length(fragment: Fragment) -> int:
    """The characters of a fragment and of the components in it."""
    own = sum(len(part) for part in fragment.parts if isinstance(part, str))
    return own + sum(_length(part.title) + _length(part.body) for part in fragment.parts if isinstance(part, Component))
