"""A page of the library: what templates see, with each read recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from markupsafe import Markup, escape

from coldpress import recorder
from coldpress.config.mapping import Params
from coldpress.config.model import Config
from coldpress.config.options import PATH_TOKEN
from coldpress.content.permalinks import PageEntry
from coldpress.content.recorded import UnrecordedLibrary, UnrecordedPage, recorded, recorded_body, recorded_summary
from coldpress.content.slots import SlotFiller, SlotLibrary
from coldpress.markdown.parser.link_parser import is_safe_url
from coldpress.markdown.rendered import Heading, Link, Rendered, Title
from coldpress.paths import url_of
from coldpress.sources.front_matter import SourceDocument, is_same_title
from coldpress.text import reading_minutes, shorten

DESCRIPTION_LENGTH = 155  # characters; what search engines show


class TermView(Protocol):
    """A term, as a page names it: `taxonomy.Term`."""

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
    """An author, as a page names them: `taxonomy.Author`."""

    @property
    def about(self) -> Mapping[str, Any]: ...

    @property
    def image(self) -> str | None: ...


class NavView(Protocol):
    """An entry of a docs tree: `navigation.NavItem`."""

    @property
    def title(self) -> str: ...

    @property
    def page(self) -> Page | None: ...

    @property
    def url(self) -> str | None: ...

    @property
    def children(self) -> tuple[NavView, ...]: ...


class PageLibrary(SlotLibrary["Page"], UnrecordedLibrary["Page"], Protocol):
    """What a page asks of the library it is in: `library.Library`."""

    config: Config

    def root(self) -> str: ...

    def absolute(self, path: str) -> str | None: ...

    def authors_of(self, page: Page) -> tuple[AuthorView, ...]: ...

    def terms_of(self, page: Page) -> Mapping[str, tuple[TermView, ...]]: ...

    def series_of(self, page: Page) -> TermView | None: ...

    def section_of(self, page: Page) -> Section | None: ...

    def pages_of(self, section: Section) -> tuple[Page, ...]: ...

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]: ...

    def tree_of(self, page: Page) -> tuple[NavView, ...]: ...

    def related_to(self, page: Page) -> tuple[Page, ...]: ...

    def linking_to(self, page: Page) -> tuple[Page, ...]: ...


class Page:
    """One page of the site.  Immutable; everything comes from its document.

    `source` is its file below the content folder, `bundle` the folder that is
    its own, if any.  `unrecorded` is its view for code that records its result itself.
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
        """Its decoded path below the site's root, wherever that is mounted."""
        recorder.read("url", self.source)
        return self.unrecorded.path

    @property
    def url(self) -> str:
        """The link to this page, under whatever prefix the site is mounted."""
        return self._library.root() + url_of(self.path)

    @property
    def permalink(self) -> str | None:
        """The whole URL, once `base_url` is known."""
        return self._library.absolute(self.path)

    @property
    def document(self) -> SourceDocument:
        """Its source, whatever of it may be read."""
        recorder.read("text", self.source)
        return self.unrecorded.document

    @recorded_body
    def rendered(self) -> Rendered:
        """The body's markup, with slots for links."""
        return self.unrecorded.rendered

    @recorded
    def title(self) -> str:
        """Of the front matter, else the first heading, else the file's name."""
        return self.unrecorded.title

    @recorded
    def date(self) -> datetime | None:
        """When it was written."""
        return self.unrecorded.front.date

    @recorded
    def updated(self) -> datetime | None:
        """When it last changed, where the author says so."""
        return self.unrecorded.front.updated

    @recorded
    def weight(self) -> float | None:
        """Its place among its siblings: the lighter, the earlier."""
        return self.unrecorded.front.weight

    @recorded
    def lang(self) -> str:
        """Its language, else the site's."""
        return self.unrecorded.front.lang or self._library.config.language

    @recorded
    def layout(self) -> str | None:
        """The template it asks for, without `.html`."""
        return self.unrecorded.front.layout

    @recorded
    def unlisted(self) -> bool:
        """Whether it stays out of lists, feeds and the sitemap."""
        return self.unrecorded.front.unlisted

    @recorded
    def draft(self) -> bool:
        return self.unrecorded.front.draft

    @recorded
    def params(self) -> Params:
        """The author's own keys; one that is missing is None."""
        return self.unrecorded.front.params

    @recorded
    def image(self) -> str | None:
        """The URL of its picture, if it names one."""
        image = self.unrecorded.front.image
        url = self._library.link_url(self, Link("image", image)) if image else None
        return url if url is None or self._library.trusts(self) or is_safe_url(url) else None

    @recorded_body
    def html(self) -> Markup:
        """The body, links resolved."""
        return SlotFiller(self._library, self).html(self.unrecorded.rendered.html)

    def is_title(self, title: Title) -> bool:
        """Whether a heading is the page's title; where front matter gives another
        it is in docs only, whatever that calls the page in lists."""
        given = self.unrecorded.front.title
        return (not given or is_same_title(given, title.text) or is_same_title(given, title.written)
                or (self.kind != "post" and self.face == "docs"))

    def html_elsewhere(self) -> Markup:
        """The body for another place (a feed): every link is a whole URL."""
        recorder.read("body", self.source)
        return SlotFiller(self._library, self, absolute=True).html(self.unrecorded.rendered.html)

    @recorded_body
    def title_id(self) -> str | None:
        """The anchor of the heading that became the title."""
        title = self.unrecorded.rendered.title
        return title.id if title and self.is_title(title) else None

    @recorded_body
    def title_html(self) -> Markup:
        """The title with the marks its heading has, such as code."""
        title = self.unrecorded.rendered.title
        if title and self.is_title(title):
            return SlotFiller(self._library, self).html(title.html)
        return escape(self.unrecorded.title)

    @recorded_body
    def toc(self) -> tuple[Heading, ...]:
        """Its headings as a tree; empty where front matter says `toc: false`."""
        return self.unrecorded.rendered.toc if self.unrecorded.front.toc else ()

    @recorded_summary
    def summary(self) -> Markup:
        """HTML: `summary:`, else what stands before `<!-- more -->`, else the
        first paragraph.  Its links hold on any page of the site."""
        given = self.unrecorded.front.summary
        if given is not None:
            return Markup(f"<p>{escape(given)}</p>")
        return SlotFiller(self._library, self, elsewhere=True).html(self.unrecorded.brief.summary)

    @recorded_summary
    def description(self) -> str:
        """Plain text for search engines: `description:`, else the summary cut short."""
        front = self.unrecorded.front
        return front.description or shorten(front.summary or self.unrecorded.brief.text, DESCRIPTION_LENGTH)

    @recorded_body
    def words(self) -> int:
        """How many words; each CJK character counts as one."""
        rendered = self.unrecorded.rendered
        return rendered.words + rendered.cjk

    @recorded_body
    def minutes(self) -> int:
        """Minutes to read it."""
        rendered = self.unrecorded.rendered
        return reading_minutes(rendered.words, rendered.cjk)

    @recorded
    def authors(self) -> tuple[AuthorView, ...]:
        """Who wrote it; the site's author where it names nobody."""
        return self._library.authors_of(self)

    @recorded
    def terms(self) -> Mapping[str, tuple[TermView, ...]]:
        """Its terms by taxonomy: `page.terms.tags`."""
        return self._library.terms_of(self)

    @property
    def all_terms(self) -> tuple[TermView, ...]:
        """Its terms of every taxonomy in the config."""
        return tuple(term for terms in self.terms.values() for term in terms)

    @property
    def tags(self) -> tuple[TermView, ...]:
        return self.terms.get("tags", ())

    @property
    def categories(self) -> tuple[TermView, ...]:
        return self.terms.get("categories", ())

    @recorded
    def series(self) -> TermView | None:
        """The series it is a part of; its `pages` are the parts, the first one first."""
        return self._library.series_of(self)

    @property
    def section(self) -> Section | None:
        """The section it belongs to."""
        return self._library.section_of(self)

    @property
    def ancestors(self) -> tuple[Section, ...]:
        """The sections above it, the outermost first; without the home page."""
        above: list[Section] = []
        section = self.section
        while section is not None and section.path != "/":
            above.insert(0, section)
            section = section.section
        return tuple(above)

    @property
    def prev(self) -> Page | None:
        """Of a post the one before it in time; in docs the page before it."""
        return self._library.neighbours(self)[0]

    @property
    def next(self) -> Page | None:
        """Of a post the one after it in time; in docs the page after it."""
        return self._library.neighbours(self)[1]

    @property
    def nav(self) -> tuple[NavView, ...]:
        """The tree of docs that it stands in; empty for every other page."""
        return self._library.tree_of(self)

    @property
    def face(self) -> str:
        """`docs` for a page in a tree of docs, else `blog`."""
        return "docs" if self.nav else "blog"

    @property
    def related(self) -> tuple[Page, ...]:
        """Up to five pages that share terms with it, the nearest first."""
        return self._library.related_to(self)

    @property
    def backlinks(self) -> tuple[Page, ...]:
        """The pages whose text links to it, by their sources."""
        return self._library.linking_to(self)

    @property
    def edit_url(self) -> str | None:
        """Where its source is edited, by the config's `edit_url`."""
        pattern = self._library.config.edit_url
        return pattern.replace(PATH_TOKEN, quote(self.source)) if pattern else None


class Post(Page):
    """A page of a dated collection."""

    kind = "post"


class Section(Page):
    """The page of a folder: `_index.md`, or an `index.md` with others beside it."""

    kind = "section"

    @property
    def pages(self) -> tuple[Page, ...]:
        """What lies in it: by weight, then posts newest first, then by title."""
        return self._library.pages_of(self)
