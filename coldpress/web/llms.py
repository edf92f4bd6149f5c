"""`llms.txt` (https://llmstxt.org): what is on the site, for who reads text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coldpress.content.page import Page, Section
from coldpress.web.inert import written
from coldpress.web.site import Site
from coldpress.web.twins import link_to, twin_path, whole_url

LATEST = 50
"""Posts of a collection that are named; the archive has them all."""


def llms_of(site: Site) -> str:
    """The site's title and description, then its pages: section by section,
    then the latest of each collection."""
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
    url = whole_url(site.library, twin_path(site.library, page) or page.path)
    about = written(site.library, page, " ".join(page.description.split()))
    return f"- {link_to(written(site.library, page, page.title), url)}" + (f": {about}" if about else "")
