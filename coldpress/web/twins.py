"""The Markdown twin of a page: its source as somebody who sees no more than it needs it.

The front matter is a heading and a line, links are whole, files that the page
includes are there; what else Markdown can't say stays as it was written.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from coldpress.content.library import Library
from coldpress.content.page import Page, Section
from coldpress.markup.comments import without_comments, without_hidden_lines
from coldpress.markup.embeds import kind_of
from coldpress.markup.rendered import Component, Link
from coldpress.markup.tree import EMBED
from coldpress.web.growth import too_large
from coldpress.web.including import lines_of
from coldpress.web.inert import inert, written
from coldpress.web.site import Site
from coldpress.web.site_files import source_of, text_of

_UNDERLINE = re.compile(r" {0,3}=+[ \t]*(?:\n|\Z)")
_DEEPEST = 8  # pages in one another
_WIKI = re.compile(r"\[\[([^\[\]|\n]*)(?:\|([^\[\]\n]*))?\]\]")
_INCLUDE = re.compile(r"[ \t]*::include\b[^\n]*")
_BRACKETS = re.compile(r"([\[\]\\])")
Edit = tuple[int, int, str]
"""Where a piece of a body begins and ends, and what stands there instead."""


def twin_path(library: Library, page: Page) -> str | None:
    """Where the twin of a page is: `/x/index.md`, of `/x.html` `/x.md`.  None
    where there are none, or something else is."""
    path = page.path
    if not library.config.llms or not path.endswith(("/", ".html")):
        return None
    twin = f"{path}index.md" if path.endswith("/") else f"{path.removesuffix('.html')}.md"
    return None if library.at(twin) else twin


def whole_url(library: Library, path: str) -> str:
    """The URL of a path, from the site's root on where there is no `base_url`."""
    return library.absolute(path) or library.url(path)


def link_to(title: str, url: str) -> str:
    """A link in Markdown."""
    words = _BRACKETS.sub(r"\\\1", " ".join(title.split()))
    return f"[{words}]({_target(url)})"


def twin_of(site: Site, page: Page) -> str:
    """The twin of a page as a whole."""
    about = [page.date.date().isoformat() if page.date else "", *(author.name for author in page.authors),
             ", ".join(term.name for term in page.all_terms), whole_url(site.library, page.path)]
    head = written(site.library, page, f"# {' '.join(page.title.split())}\n\n{' · '.join(filter(None, about))}")
    parts = [head, _text(site, page, ()), "\n".join(_members(site.library, page))]
    return "\n\n".join(filter(None, parts)) + "\n"


def _members(library: Library, page: Page) -> Iterator[str]:
    """What a section holds; a collection's posts are too many."""
    if isinstance(page, Section) and page.path not in {each.path for each in library.collections.values()}:
        for child in page.pages:
            yield f"- {link_to(written(library, child, child.title), whole_url(library, child.path))}"


def _text(site: Site, page: Page, above: tuple[str, ...]) -> str:
    """The body with its links, its title and its includes resolved."""
    rendered = page.rendered
    whole = site.library.body_of(page)
    body = without_comments(whole.read())
    starts = [0, *(found.end() for found in re.finditer("\n", body))]
    edits = [edit for link in rendered.html.links for edit in _of_link(site.library, page, body, starts, link)]
    edits += [edit for component in rendered.html.components if component.name == "include"
              for edit in _of_include(site, page, body, starts, component, above)]
    edits += [edit for component in rendered.html.components if component.name == EMBED
              for edit in _of_embed(site, page, body, starts, component, above)]
    title = rendered.title if page.title_id is not None else None
    if title and title.lines:
        begin, end = (starts[line - 1] if line <= len(starts) else len(body) for line in title.lines)
        below = _UNDERLINE.match(body, end)
        edits.append((begin, below.end() if below else end, ""))
    text = without_hidden_lines(_edited(body, edits)).strip("\n")
    return text if whole.trusted else inert(text)


def _edited(body: str, edits: list[Edit]) -> str:
    """A body with pieces of it replaced; of two that overlap, the first counts."""
    parts, at = [], 0
    for begin, end, text in sorted(edits):
        if begin >= at:
            parts += [body[at:begin], text]
            at = end
    return "".join([*parts, body[at:]])


def _of_link(library: Library, page: Page, body: str, starts: list[int], link: Link) -> Iterator[Edit]:
    if link.line is None or link.column is None or link.line > len(starts):
        return
    at = starts[link.line - 1] + link.column - 1
    target = library.target(page, link)
    url = library.link_url(page, link, elsewhere=True, absolute=library.config.base_url is not None)
    if link.target.startswith("[["):
        if body.startswith("!", at - 1):
            return  # see `_of_embed`
        found = _WIKI.match(body, at)
        if found:
            name = (found[2] or found[1]).strip()
            yield at, found.end(), link_to(name, url) if target.path is not None else name
        return
    written = body[at:at + link.length]
    forms = (link.target, html.escape(link.target), unquote(link.target), quote(link.target, safe="/#?&=%:"))
    if written in forms and (target.path is not None or target.url):
        yield at, at + link.length, _target(url)


def _of_embed(site: Site, page: Page, body: str, starts: list[int], component: Component, above: tuple[str, ...]
              ) -> Iterator[Edit]:
    """A picture as one, a note on a line of its own as its text, all else as a link."""
    link = dict(component.attributes)["to"]
    at = starts[min(component.line, len(starts)) - 1] + component.column - 1
    found = _WIKI.match(body, at + 1)
    target = site.library.target(page, link) if isinstance(link, Link) and found else None
    if target is None or target.path is None or not isinstance(link, Link) or not found:
        return
    other = target.page if component.kind == "leaf" and not target.fragment else None
    if other is not None and other.source not in (page.source, *above) and len(above) < _DEEPEST and (
            above or other.source not in too_large(site, page)):
        yield at, found.end(), _text(site, other, (*above, page.source))
        return
    url = site.library.link_url(page, link, elsewhere=True, absolute=site.library.config.base_url is not None)
    mark = "!" if kind_of(link.target[2:-2]) == "image" else ""
    yield at, found.end(), mark + link_to(link.target[2:-2], url)


def _of_include(site: Site, page: Page, body: str, starts: list[int], component: Component, above: tuple[str, ...]
                ) -> Iterator[Edit]:
    at = starts[min(component.line, len(starts)) - 1]
    found = _INCLUDE.match(body, at)
    name = str(dict(component.attributes).get("file", ""))
    if not found or not name or (not above and source_of(page, name) in too_large(site, page)):
        return
    other = site.library.by_source(source_of(page, name))
    if other is not None:
        if other.source not in (page.source, *above) and len(above) < _DEEPEST:
            yield at, found.end(), _text(site, other, (*above, page.source))
        return
    text = text_of(site, page, name)
    if text is not None:
        attributes = dict(component.attributes)
        language = attributes.get("lang") or posixpath.splitext(name)[1].lstrip(".")
        code = lines_of(text, str(attributes.get("lines", "")))
        fence = "`" * max(3, *(len(ticks) + 1 for ticks in re.findall("`{3,}", code) or [""]))
        yield at, found.end(), f"{fence}{language}\n{code}\n{fence}"


def _target(url: str) -> str:
    """A URL as it may stand in the parentheses of a link."""
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
