"""A page of the library, as templates see it: every read is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from markupsafe import Markup, escape

from coldpress import recorder
from coldpress.config.loader import Config
from coldpress.config.options import PATH_TOKEN, MarkdownOptions
from coldpress.config.yaml_toml import Params
from coldpress.content.permalinks import PageEntry
from coldpress.content.recorded import (
    UnrecordedLibrary,
    UnrecordedPage,
    recorded,
    recorded_body,
    recorded_params,
    recorded_summary,
)
from coldpress.content.references import resolve_params
from coldpress.content.slots import SlotFiller, SlotLibrary
from coldpress.markdown.parser.link_parser import is_safe_url
from coldpress.markdown.rendered import Heading, Link, Rendered, Title
from coldpress.paths import url_of
from coldpress.sources.front_matter import SourceDocument, is_same_title
from coldpress.text import shorten

DESCRIPTION_LENGTH = 155  # characters that search engines show


class TermView(Protocol):
    """The part of a term that a page shows: `taxonomy.Term` implements it."""

    taxonomy: str
    slug: str
    path: str

    @property
    def has_page(self) -> bool: ...

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def url(self) -> str | None: ...

    @property
    def pages(self) -> Sequence[Page]: ...


class AuthorView(TermView, Protocol):
    """The part of an author that a page shows: `taxonomy.Author` implements it."""

    @property
    def about(self) -> Mapping[str, Any]: ...

    @property
    def image(self) -> str | None: ...


class NavView(Protocol):
    """The part of a docs tree's entry that a page shows: `navigation.NavItem` implements it."""

    @property
    def title(self) -> str: ...

    @property
    def page(self) -> Page | None: ...

    @property
    def url(self) -> str | None: ...

    @property
    def children(self) -> tuple[NavView, ...]: ...


class PageLibrary(SlotLibrary["Page"], UnrecordedLibrary["Page"], Protocol):
    """The part of a library that its pages need: `library.Library` implements it."""

    config: Config

    @property
    def markdown(self) -> MarkdownOptions: ...

    def root(self) -> str: ...

    def absolute(self, path: str) -> str | None: ...

    def authors_of(self, page: Page) -> tuple[AuthorView, ...]: ...

    def terms_of(self, page: Page) -> Mapping[str, tuple[TermView, ...]]: ...

    def series_of(self, page: Page) -> TermView | None: ...

    def section_of(self, page: Page) -> Section | None: ...

    def pages_of(self, section: Section) -> tuple[Page, ...]: ...

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]: ...

    def tree_of(self, page: Page) -> Sequence[NavView]: ...

    def related_to(self, page: Page) -> tuple[Page, ...]: ...

    def linking_to(self, page: Page) -> tuple[Page, ...]: ...

    def referring_to(self, page: Page) -> Mapping[str, tuple[Page, ...]]: ...


class Page:
    """One page of the site.  It is immutable, and all of it comes from its document.

    `source` is its file below the content folder, `bundle` the folder of its bundle,
    if it is one.  `unrecorded` reads the page without records, for code that records its result
    under another name.
    """

    kind = "page"

    def __init__(self, entry: PageEntry, library: PageLibrary) -> None:
        self.source = entry.document.source.path
        self.bundle = entry.bundle
        self.unrecorded = UnrecordedPage(entry, self, library)
        self._library = library

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unrecorded.path}>"

    @property
    def path(self) -> str:
        """The decoded path below the root of the site, without the prefix that the site is mounted at."""
        recorder.read("url", self.source)
        return self.unrecorded.path

    @property
    def url(self) -> str:
        """The link to the page, with the prefix that the site is mounted at."""
        return self._library.root() + url_of(self.path)

    @property
    def permalink(self) -> str | None:
        """The absolute URL; None if there is no `base_url`."""
        return self._library.absolute(self.path)

    @property
    def document(self) -> SourceDocument:
        """The source document.  The read is recorded as one of the whole text."""
        recorder.read("text", self.source)
        return self.unrecorded.document

    @recorded_body
    def rendered(self) -> Rendered:
        """The rendered body, with slots for links."""
        return self.unrecorded.rendered

    @recorded
    def title(self) -> str:
        """The title in the front matter, or else the first heading, or else the file's name."""
        return self.unrecorded.title

    @recorded
    def date(self) -> datetime | None:
        """The date of the page."""
        return self.unrecorded.front.date

    @recorded
    def updated(self) -> datetime | None:
        """The date of the last change, if the author writes one."""
        return self.unrecorded.front.updated

    @recorded
    def weight(self) -> float | None:
        """The position among its siblings: pages with lower weight come first."""
        return self.unrecorded.front.weight

    @recorded
    def lang(self) -> str:
        """The language of the page, or else of the site."""
        return self.unrecorded.front.lang or self._library.config.language

    @recorded
    def layout(self) -> str | None:
        """The template that the page names, without `.html`."""
        return self.unrecorded.front.layout

    @recorded
    def unlisted(self) -> bool:
        """Whether the page is left out of lists, feeds and the sitemap."""
        return self.unrecorded.front.unlisted

    @recorded
    def draft(self) -> bool:
        return self.unrecorded.front.draft

    @recorded
    def key(self) -> str | None:
        """The key of the row that the page is; None for a page of a file."""
        return self.unrecorded.document.source.key or None

    @recorded_params
    def params(self) -> Params:
        """The author's own keys; a missing key is None."""
        return resolve_params(self.unrecorded.front.params, self, self._library)

    @recorded
    def image(self) -> str | None:
        """The URL of the page's image, if it names one."""
        image = self.unrecorded.front.image
        url = self._library.link_url(self, Link("image", image)) if image else None
        return url if url is None or self._library.trusts(self) or is_safe_url(url) else None

    @recorded_params
    def image_alt(self) -> str:
        """The text of the image for readers who cannot see it; empty if there is none."""
        return str(self.unrecorded.front.params["image_alt"] or "")

    @recorded_body
    def html(self) -> Markup:
        """The body as HTML, with its links resolved."""
        return SlotFiller(self._library, self).html(self.unrecorded.rendered.html)

    def is_title(self, title: Title) -> bool:
        """Returns whether a heading is the title of the page.  If the front matter has a different
        title, the heading is the title in docs only."""
        given = self.unrecorded.front.title
        return (not given or is_same_title(given, title.text) or is_same_title(given, title.written)
                or (self.kind != "post" and self.face == "docs"))

    def html_elsewhere(self) -> Markup:
        """Returns the body as HTML with absolute URLs in all links, for feeds."""
        recorder.read("body", self.source)
        return SlotFiller(self._library, self, absolute=True).html(self.unrecorded.rendered.html)

    @recorded_body
    def title_id(self) -> str | None:
        """The anchor of the heading that became the title."""
        title = self.unrecorded.rendered.title
        return title.id if title and self.is_title(title) else None

    @recorded_body
    def title_html(self) -> Markup:
        """The title as HTML, with the inline markup of its heading, such as code."""
        title = self.unrecorded.rendered.title
        if title and self.is_title(title):
            return SlotFiller(self._library, self).html(title.html)
        return escape(self.unrecorded.title)

    @recorded_body
    def toc(self) -> tuple[Heading, ...]:
        """The headings as a tree; empty if the front matter says `toc: false`."""
        return self.unrecorded.rendered.toc if self.unrecorded.front.toc else ()

    @recorded_summary
    def summary(self) -> Markup:
        """The summary as HTML: `summary:`, or else the text before `<!-- more -->`, or else the first
        paragraph.  Its links are valid on every page of the site."""
        given = self.unrecorded.front.summary
        if given is not None:
            return Markup(f"<p>{escape(given)}</p>")
        return SlotFiller(self._library, self, elsewhere=True).html(self.unrecorded.brief.summary)

    @recorded_summary
    def description(self) -> str:
        """Plain text for search engines: `description:`, or else the shortened summary."""
        front = self.unrecorded.front
        return front.description or shorten(front.summary or self.unrecorded.brief.text, DESCRIPTION_LENGTH)

    @recorded
    def has_description(self) -> bool:
        """Whether the author wrote a `description:`."""
        return bool(self.unrecorded.front.description)

    @recorded_body
    def words(self) -> int:
        """The number of words in the body; each Chinese or Japanese character counts as one."""
        rendered = self.unrecorded.rendered
        return rendered.words + rendered.cjk

    @recorded_summary
    def minutes(self) -> int:
        """The minutes that reading it takes."""
        return self.unrecorded.brief.minutes

    @recorded
    def authors(self) -> tuple[AuthorView, ...]:
        """The authors; the author of the site if the page names none."""
        return self._library.authors_of(self)

    @recorded
    def terms(self) -> Mapping[str, tuple[TermView, ...]]:
        """The terms by taxonomy: `page.terms.tags`."""
        return self._library.terms_of(self)

    @property
    def all_terms(self) -> tuple[TermView, ...]:
        """The terms of every taxonomy in the config."""
        return tuple(term for terms in self.terms.values() for term in terms)

    @property
    def tags(self) -> tuple[TermView, ...]:
        return self.terms.get("tags", ())

    @property
    def categories(self) -> tuple[TermView, ...]:
        return self.terms.get("categories", ())

    @recorded
    def series(self) -> TermView | None:
        """The series that the page is a part of; its `pages` are the parts, in order."""
        return self._library.series_of(self)

    @property
    def section(self) -> Section | None:
        """The section that the page belongs to."""
        return self._library.section_of(self)

    @property
    def ancestors(self) -> tuple[Section, ...]:
        """The sections above the page, the outermost first, without the home page."""
        above: list[Section] = []
        section = self.section
        while section is not None and section.path != "/":
            above.insert(0, section)
            section = section.section
        return tuple(above)

    @property
    def prev(self) -> Page | None:
        """The previous page: by date for a post, in the tree for a page of docs."""
        return self._library.neighbours(self)[0]

    @property
    def next(self) -> Page | None:
        """The next page: by date for a post, in the tree for a page of docs."""
        return self._library.neighbours(self)[1]

    @property
    def nav(self) -> Sequence[NavView]:
        """The docs tree that contains the page; empty for any other page."""
        return self._library.tree_of(self)

    @property
    def face(self) -> str:
        """`docs` for a page in a docs tree, otherwise `blog`."""
        return "docs" if self.nav else "blog"

    @property
    def related(self) -> tuple[Page, ...]:
        """Up to five pages that share terms with the page, the nearest first."""
        return self._library.related_to(self)

    @property
    def backlinks(self) -> tuple[Page, ...]:
        """The pages whose text links to the page, sorted by source."""
        return self._library.linking_to(self)

    @property
    def referring(self) -> Mapping[str, tuple[Page, ...]]:
        """The pages whose typed fields name the page, by field: `page.referring.cook`."""
        return self._library.referring_to(self)

    @property
    def edit_url(self) -> str | None:
        """The URL where the source is edited, made from the config's `edit_url`."""
        pattern = self._library.config.edit_url
        return pattern.replace(PATH_TOKEN, quote(self.source)) if pattern else None


class Post(Page):
    """A page of a dated collection."""

    kind = "post"


class Section(Page):
    """The page of a folder: `_index.md`, or an `index.md` in a folder with other pages."""

    kind = "section"

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages of the section: by weight, then posts newest first, then by title."""
        return self._library.pages_of(self)
