"""Writes pages as Markdown (`index.md` beside each page), and `llms.txt`."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from coldpress.content.library import Library
from coldpress.content.page import Page, Section
from coldpress.markdown.parser.link_parser import is_safe_url, parse_destination, scheme_of, skip_spaces
from coldpress.markdown.rendered import Component, Link
from coldpress.markdown.syntax.comments import without_comments, without_hidden_lines
from coldpress.markdown.syntax.foreign_syntax import media_kind
from coldpress.markdown.tree import EMBED
from coldpress.web.components import lines_of
from coldpress.web.site import Site
from coldpress.web.site_files import source_of, text_of, too_large

_UNDERLINE = re.compile(r" {0,3}=+[ \t]*(?:\n|\Z)")
_DEEPEST = 8  # pages included in one another
_WIKI = re.compile(r"\[\[([^\[\]|\n]*)(?:\|([^\[\]\n]*))?\]\]")
_INCLUDE = re.compile(r"[ \t]*::include\b[^\n]*")
_BRACKETS = re.compile(r"([\[\]\\])")
Edit = tuple[int, int, str]
"""Start and end of a piece of a body, and its replacement."""


def markdown_path(library: Library, page: Page) -> str | None:
    """The path of a page's Markdown: `/x/index.md` for `/x/`, `/x.md` for `/x.html`.
    None without `llms` in the config, and where other content has that path."""
    path = page.path
    if not library.config.llms or not path.endswith(("/", ".html")):
        return None
    markdown = f"{path}index.md" if path.endswith("/") else f"{path.removesuffix('.html')}.md"
    return None if library.at(markdown) else markdown


def markdown_url(library: Library, page: Page) -> str | None:
    """The URL of a page's Markdown; None where there is none."""
    path = markdown_path(library, page)
    return library.url(path) if path else None


def whole_url(library: Library, path: str) -> str:
    """The absolute URL of a path; without a `base_url`, the URL from the root on."""
    return library.absolute(path) or library.url(path)


def link_to(title: str, url: str) -> str:
    """A link in Markdown."""
    words = _BRACKETS.sub(r"\\\1", " ".join(title.split()))
    return f"[{words}]({_target(url)})"


def markdown_of(site: Site, page: Page) -> str:
    """A page as Markdown: its title, date, authors, terms and URL, its text, the pages of a section."""
    about = [page.date.date().isoformat() if page.date else "", *(author.name for author in page.authors),
             ", ".join(term.name for term in page.all_terms), whole_url(site.library, page.path)]
    head = written(site.library, page, f"# {' '.join(page.title.split())}\n\n{' · '.join(filter(None, about))}")
    parts = [head, _text(site, page, ()), "\n".join(_members(site.library, page))]
    return "\n\n".join(filter(None, parts)) + "\n"


def _members(library: Library, page: Page) -> Iterator[str]:
    """A line for each page of a section; none for a collection, whose posts would be too many."""
    if isinstance(page, Section) and page.path not in {each.path for each in library.collections.values()}:
        for child in page.pages:
            yield f"- {link_to(written(library, child, child.title), whole_url(library, child.path))}"


def _text(site: Site, page: Page, above: tuple[str, ...]) -> str:
    """The body in Markdown: links resolved, includes inserted, the heading that repeats the title removed."""
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
    """Apply edits to a body; of two that overlap, the first counts."""
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
    """Replace `![[…]]`: an image stays one, a note on a line of its own becomes its text, all else a link."""
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
    mark = "!" if media_kind(link.target[2:-2]) == "image" else ""
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
    """A URL escaped for the parentheses of a link."""
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")


LATEST = 50
"""How many posts of a collection `llms.txt` lists."""


def llms_of(site: Site) -> str:
    """The text of `llms.txt`: the site's title and description, its pages by section, the
    latest posts of each collection."""
    config = site.config
    parts = [f"# {' '.join(config.title.split())}", f"> {' '.join(config.description.split())}"
             if config.description else ""]
    for title, pages in _chapters(site):
        lines = [_line(site, page) for page in pages]
        if lines:
            parts.append(f"## {' '.join(title.split())}\n\n" + "\n".join(lines))
    return "\n\n".join(filter(None, parts)) + "\n"


def _chapters(site: Site) -> Iterator[tuple[str, Iterable[Page]]]:
    library = site.library
    collections = {collection.path: collection for collection in library.collections.values()}
    top = [page for page in library.all_pages if not page.unlisted and not page.ancestors]
    yield site.group_name("pages"), [page for page in top if page.kind == "page" and page.path != "/"]
    for section in top:
        if isinstance(section, Section) and section.path != "/" and section.path not in collections:
            yield section.title, [section, *_below(section)]
    for collection in collections.values():
        section_page = collection.section
        yield section_page.title if section_page else site.group_name(collection.name), collection.posts[:LATEST]


def _below(section: Section) -> Iterator[Page]:
    for page in section.pages:
        yield page
        if isinstance(page, Section):
            yield from _below(page)


def _line(site: Site, page: Page) -> str:
    url = whole_url(site.library, markdown_path(site.library, page) or page.path)
    about = written(site.library, page, " ".join(page.description.split()))
    return f"- {link_to(written(site.library, page, page.title), url)}" + (f": {about}" if about else "")


_MARK = re.compile(r"<(?=[a-zA-Z/!?])|\](?=[(:])")
_LONGEST = 500  # characters of a destination in which a scheme is looked for


def written(library: Library, page: Page, text: str) -> str:
    """A text of a page; if its author is not trusted, made inert."""
    return text if library.trusts(page) else inert(text)


def inert(text: str) -> str:
    """Escapes HTML tags in Markdown, and replaces link targets with unsafe schemes by `#`."""
    parts: list[str] = []
    at = 0
    for found in _MARK.finditer(text):
        if found.start() < at:
            continue
        parts.append(text[at:found.start()])
        at = found.end()
        if found[0] == "<":
            parts.append("&lt;")
            continue
        begin = skip_spaces(text, at + 1)
        to = parse_destination(text[begin:begin + _LONGEST + 1], 0)
        if to is None:
            parts.append("]\\" if text[at] == "(" else "]")
        elif not _is_safe(to[0], to[1]):
            parts.append(f"]{text[at]}#")
            at = begin + to[1]
        elif text.startswith("<", begin):
            parts.append(f"]{text[at:begin]}{_inert_target(to[0])}")
            at = begin + to[1]
        else:
            parts.append("]")
    return "".join([*parts, text[at:]])


def _is_safe(url: str, length: int) -> bool:
    return is_safe_url(url) and (length <= _LONGEST or scheme_of(url) is not None or url.startswith("/"))


def _inert_target(url: str) -> str:
    """A URL escaped for the parentheses of a link, `<` too."""
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "%3C")
