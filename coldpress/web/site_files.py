"""Files of the site that a page may show, why others are not, and how much they may add."""

from __future__ import annotations

import posixpath
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flask import g, has_app_context

from coldpress import recorder
from coldpress.content.page import Page
from coldpress.content.selection import IN_UNDERSCORE
from coldpress.errors import ColdpressError
from coldpress.markdown.rendered import Component, Fragment, Link
from coldpress.markdown.syntax.snippets import NOT_THERE
from coldpress.markdown.tree import EMBED
from coldpress.paths import STATE, relative_name
from coldpress.recorder import Reads
from coldpress.sources.files import MARKDOWN
from coldpress.text import decode
from coldpress.web.site import Site

LARGEST = 1_000_000
"""Bytes of a file that a page may show."""
Shown = tuple[str, str]
"""What a file is called, and its text."""

_NEVER = "is never shown in a page"
_PRIVATE = frozenset((STATE, "instance", ".git", ".hg", ".svn", "config.yaml", "build.py"))


def source_of(page: Page, name: str) -> str:
    """The source that a page names, from its folder or with a slash from the content's."""
    base = "" if name.startswith("/") else posixpath.dirname(page.source)
    return posixpath.normpath(posixpath.join(base, name.lstrip("/")))


def text_of(site: Site, page: Page, name: str) -> str | None:
    """The text of a file of the site, named from the page's folder or, with a
    slash, from the site's; None for what is not shown."""
    found = file_of(site, page, name)
    return None if isinstance(found, str) else found[1]


def file_of(site: Site, page: Page, name: str) -> Shown | str:
    """The same with the file's name; or why it is not shown."""
    folder = site.root if name.startswith("/") else (site.root / site.config.content_dir / page.source).parent
    return read_shown(site, site.root, Path(folder, name.lstrip("/")), trusted=site.config.markdown.trusts(page.source))


def read_shown(site: Site, folder: Path, file: Path, *, trusted: bool) -> Shown | str:
    """A file's name and its text, or why it is not shown.  It has to lie in the
    folder and not be hidden there; who is not trusted sees only what is content."""
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
    """Why a file, by its real path, is not shown."""
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
    """Files and folders that the config or the app puts somewhere else."""
    yield Path(site.app.instance_path)
    yield (site.root / site.config.output_dir).resolve()
    for given in (site.options.output, site.options.config):
        if given:
            yield given.resolve()


def _left_out(site: Site, source: str, *, is_snippet: bool) -> str | None:
    """Why what lies in the content folder is not published now."""
    library = site.library
    state = library.why_left_out(source)
    if state is not None and not (is_snippet and state == IN_UNDERSCORE):
        return f"is {state}, and left out"
    is_markdown = source.lower().endswith(MARKDOWN)
    if is_snippet or (library.by_source(source) if is_markdown else library.asset_of(source)):
        return None
    return NOT_THERE if not (site.root / site.config.content_dir / source).exists() else "is not published itself"


def _read(site: Site, real: Path) -> Shown | str:
    name = relative_name(real, site.base)
    try:
        with recorder.unrecorded():
            found = real.stat()
            if not stat.S_ISREG(found.st_mode):
                return "is no file"
            if found.st_size > LARGEST:
                return f"is larger than {LARGEST:,} bytes"
            return name, decode(real.read_bytes(), name, "markup.include")
    except ColdpressError as reason:
        return f"is no text: {reason.problems[0].message}"
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return NOT_THERE
    except OSError as reason:
        return f"cannot be read: {reason.strerror}"


DEEPEST = 8
"""Pages in one another."""
_MOST = 2_000_000  # characters that files may add to a page
_EACH = 1_000  # that each counts for beside its own, as it costs time to show
_CODE = 4  # times its characters that a file shown as code counts for


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page wants to show: a `page`, or the file called `name`; `source`
    is the same however it is written."""

    component: Component
    source: str
    page: Page | None
    name: str = ""


def asked_of(site: Site, page: Page) -> Iterator[Asked]:
    """What a page asks for, once for each time."""
    for component in page.rendered.html.components:
        attributes = dict(component.attributes)
        name, link = attributes.get("file", ""), attributes.get("to")
        if component.name == "include" and isinstance(name, str):
            source = source_of(page, name)
            yield Asked(component, source, site.library.by_source(source), name)
        elif component.name == EMBED and component.kind == "leaf" and isinstance(link, Link):
            other = site.library.target(page, link).page
            if other is not None:
                yield Asked(component, other.source, other)


def too_large(site: Site, page: Page) -> frozenset[str]:
    """The sources that a page does not show because with them it would be far
    larger than what was written."""
    known: dict[str, tuple[frozenset[str], Reads]] = (
        g.setdefault("coldpress_too_large", {}) if has_app_context() else {})
    if page.source not in known:
        with recorder.recording() as reads:
            known[page.source] = _Growth(site).too_large(page), reads
    found, reads = known[page.source]
    recorder.replay(reads)
    return found


class _Growth:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._left = _MOST

    def too_large(self, page: Page) -> frozenset[str]:
        wanted: dict[str, list[Asked]] = {}
        for asked in asked_of(self._site, page):
            wanted.setdefault(asked.source, []).append(asked)
        return frozenset(source for source, each in wanted.items() if not self._fits(page, each))

    def _fits(self, page: Page, each: list[Asked]) -> bool:
        """Take from what is left what one file adds, as often as it is asked
        for.  Nothing is left when it was too much."""
        before = self._left
        self._add(page, each[0], (page.source,))
        self._left = before - (before - self._left) * len(each)
        return self._left >= 0

    def _add(self, page: Page, asked: Asked, above: tuple[str, ...]) -> None:
        self._left -= _EACH
        other = asked.page
        if other is None:
            self._left -= _CODE * len(text_of(self._site, page, asked.name) or "")
        elif other.source not in above and len(above) <= DEEPEST:
            with suppress(ColdpressError):  # a body that is a template, and fails: told where it stands
                self._left -= _length(other.rendered.html)
                self._add_all(other, (*above, other.source))

    def _add_all(self, page: Page, above: tuple[str, ...]) -> None:
        for asked in asked_of(self._site, page):
            if self._left < 0:
                break
            self._add(page, asked, above)


def _length(fragment: Fragment) -> int:
    """How many characters a fragment has of its own."""
    own = sum(len(part) for part in fragment.parts if isinstance(part, str))
    return own + sum(_length(part.title) + _length(part.body) for part in fragment.parts if isinstance(part, Component))
