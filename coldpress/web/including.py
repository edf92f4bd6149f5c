"""Files of the site shown in a page: `::include{file="/code/app.py"}`, and
snippets: `--8<-- "code/app.py"`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from unicodedata import normalize

from flask import g
from markupsafe import Markup

from coldpress import recorder
from coldpress.content.filling import Filling
from coldpress.content.page import Page
from coldpress.decoding import decode
from coldpress.errors import ColdpressError
from coldpress.markup.fences import info_of
from coldpress.markup.highlight import code_block
from coldpress.markup.parts import part_of
from coldpress.markup.rendered import Fragment
from coldpress.markup.snippets import Expanded, expand
from coldpress.markup.summary import without_ids
from coldpress.options import MarkdownOptions
from coldpress.paths import relative_name
from coldpress.web.bodies import run_body, written_body
from coldpress.web.site import Site

_DEEPEST = 8  # pages in one another
_OF_SOURCES = frozenset(["meta", "body", "summary", "text"])
_OF_ANYBODY = frozenset(["term", "nav"])  # reads that may give what any page says
_LINES = re.compile(r"(\d*)(?:-(\d*))?")


def included(site: Site, page: Page, attributes: Mapping[str, str]) -> Markup:
    """What a file holds: another page's body, or text as code.  Of a file that
    cannot be shown, which a check reports, its name."""
    name = attributes.get("file", "")
    other = site.library.by_source(source_of(page, name))
    if other is not None and other is not page:
        return _page(site, other, name)
    text = text_of(site, page, name) if other is None else None
    if text is None:
        return Markup("<p><code>{}</code></p>").format(name)
    said = " ".join(f'{key}="{value}"' for key, value in attributes.items() if key not in ("file", "lang", "lines"))
    info = info_of(f"{attributes.get('lang') or posixpath.splitext(name)[1].lstrip('.') or 'text'} {said}".strip())
    code = code_block(lines_of(text, attributes.get("lines", "")), info)
    return Markup(code if site.library.trusts(page) else import_module("coldpress.markup.clean").clean(code))


def can_include(site: Site, page: Page, name: str) -> bool:
    """Whether a page may show the file with that name."""
    other = site.library.by_source(source_of(page, name))
    return other is not page and (other is not None or text_of(site, page, name) is not None)


def embedded(site: Site, page: Page, other: Page, part: str, *, absolute: bool) -> str | None:
    """Another page's body in a page, or a part of it by its id; None for a part
    that isn't there, and for what cannot be shown there."""
    title = other.rendered.title
    whole = part in ("", title.id if title else "")
    fragment = other.rendered.html if whole else part_of(other.rendered.html, part)
    return _shown(site, other, fragment, absolute=absolute) if fragment and other is not page else None


def _page(site: Site, other: Page, name: str) -> Markup:
    """Another page's body; not its own, nor one that is being included already."""
    shown = _shown(site, other, other.rendered.html)
    return Markup("<p><code>{}</code></p>").format(name) if shown is None else shown


def _shown(site: Site, other: Page, fragment: Fragment, *, absolute: bool = False) -> Markup | None:
    """What another page's body holds; None while that page is being shown."""
    showing: list[str] = g.setdefault("coldpress_included", [])
    if other.source in showing or len(showing) > _DEEPEST:
        return None
    showing.append(other.source)
    try:
        html = Filling(site.library, other, elsewhere=True, absolute=absolute, ids=False).html(fragment)
    finally:
        showing.pop()
    return Markup(without_ids(html)) if site.library.trusts(other) else html


def text_of(site: Site, page: Page, name: str) -> str | None:
    """The text of a file of the site, named from the page's folder or, with a
    slash, from the site's; None for what is not there, is no text or is hidden."""
    folder = site.root if name.startswith("/") else (site.root / site.config.content_dir / page.source).parent
    found = _read(site, site.root, Path(folder, name.lstrip("/")), trusted=site.config.markdown.trusts(page.source))
    return found[1] if found else None


def expanded(site: Site, page: Page) -> Expanded:
    """A page's body with its snippets; one that is a template, run."""
    options = site.config.markdown
    folders = [site.root / folder for folder in (*options.snippets, site.config.content_dir)]
    trusted = options.trusts(page.source)

    def read(name: str) -> tuple[str, str] | None:
        files = (_read(site, folder, folder / name, trusted=trusted)
                 for folder in folders if not Path(name).is_absolute())
        return next((found for found in files if found), None)

    every = (_read(site, site.root, site.root / name, trusted=True) for name in options.append)
    body, told = _run(site, page, options) if options.jinja else (written_body(page), trusted)
    made = expand(body, read, filter(None, every))
    made.trusted = told and trusted and _are_trusted(site, {origin.file for origin in made.origins if origin.file})
    return made


def _run(site: Site, page: Page, options: MarkdownOptions) -> tuple[str, bool]:
    """A body as a template, and whether it asked nothing that somebody wrote who
    may not write any HTML."""
    if not options.untrusted:
        return run_body(site, page), True
    reads: recorder.Reads = {}
    try:
        with recorder.recording() as reads:
            body = run_body(site, page)
    finally:
        recorder.replay(reads)
    return body, not any(kind in _OF_ANYBODY or (kind in _OF_SOURCES and not options.trusts(name))
                         for kind, name in reads)


def _are_trusted(site: Site, files: Iterable[str]) -> bool:
    """Whether nobody wrote in these files who may not write any HTML."""
    options = site.config.markdown
    folder = relative_name((site.root / site.config.content_dir).resolve(), site.base) + "/"
    return not options.untrusted or all(options.trusts(normalize("NFC", file.removeprefix(folder)))
                                        for file in files if file.startswith(folder))


def _read(site: Site, folder: Path, file: Path, *, trusted: bool) -> tuple[str, str] | None:
    """What a file is called and its text, if it is in a folder and not hidden
    there.  Authors who are not trusted see only what is content."""
    try:
        real = file.resolve()
        allowed = site.root if trusted else site.root / site.config.content_dir
        inside = real.relative_to(folder.resolve())
        if not real.is_relative_to(allowed.resolve()) or any(part.startswith(".") for part in inside.parts):
            return None
        name = relative_name(real, site.base)
        recorder.read("included", name)
        with recorder.unrecorded():
            return name, decode(real.read_bytes(), name, "markup.include")
    except (OSError, ValueError, ColdpressError):
        return None


def source_of(page: Page, name: str) -> str:
    """The source that a page names, from its folder or with a slash from the content's."""
    base = "" if name.startswith("/") else posixpath.dirname(page.source)
    return posixpath.normpath(posixpath.join(base, name.lstrip("/")))


def lines_of(text: str, lines: str) -> str:
    """The lines `3-10` of a text; all of it where nothing is said."""
    text = text.replace("\r\n", "\n").rstrip("\n")
    found = _LINES.fullmatch(lines)
    if not found or not lines:
        return text
    first = int(found[1] or 1)
    last = int(found[2]) if found[2] else None if "-" in lines else first
    return "\n".join(text.split("\n")[max(0, first - 1):last])
