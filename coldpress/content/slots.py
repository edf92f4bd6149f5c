"""Slots: placeholders in a rendered body that are filled when its page is shown, with the help of the app (`Host`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from markupsafe import Markup, escape

from coldpress.config.yaml_toml import Params
from coldpress.content.pictures import ImagePlace, Pictures, Shown, name_of, plain_image
from coldpress.errors import Problem
from coldpress.markdown.rendered import Component, Fragment, Link, Picture, Slot, Title
from coldpress.markdown.syntax.foreign_syntax import media_kind
from coldpress.markdown.syntax.snippets import ExpandedBody
from coldpress.markdown.tree import CALLOUT_TITLE, EMBED, LINK_ATTRIBUTES, PAGE_LINK
from coldpress.text import lazy_re_compile

P_contra = TypeVar("P_contra", contravariant=True)
P = TypeVar("P", bound="SlotPage")
P_co = TypeVar("P_co", bound="SlotPage", covariant=True)

CANNOT_BE_SHOWN = "cannot be shown here"
"""The reason given for an embedded page that is missing, or that must not be disclosed."""


class Host(Protocol[P_contra]):
    """The app that serves the site."""

    def link_root(self) -> str:
        """Returns the prefix that the site is mounted at; every link begins with it."""

    def endpoint_url(self, reference: str) -> str | None:
        """Returns the URL of `name` or `name?key=value`, an endpoint of the app; None if there is no
        such endpoint."""

    def is_of_other_site(self, name: str) -> bool:
        """Returns whether an endpoint belongs to another site of the app."""

    def endpoint_at(self, path: str) -> str | None:
        """Returns the endpoint at a path of the app outside of the site, as `name?key=value`."""

    def values_of(self, name: str) -> Sequence[str] | None:
        """Returns the names of the values in an endpoint's URL rule; None if there is no such endpoint."""

    def is_live(self, name: str) -> bool:
        """Returns whether the view of an endpoint is marked as live: the app answers it, and no file."""

    def answers_get(self, name: str) -> bool:
        """Returns whether an endpoint answers GET requests, which links make."""

    def answers(self, path: str) -> bool:
        """Returns whether the app answers at a path of the site, as far as its URL rules tell."""

    @property
    def endpoint_names(self) -> Iterable[str]:
        """The names of all endpoints."""

    def expanded(self, page: P_contra) -> ExpandedBody:
        """Returns a page's body with templates run and snippets inserted."""

    def not_shown(self, page: P_contra) -> Iterable[tuple[Component, str]]:
        """Yields the components of a page that cannot be shown, each with the reason."""

    def embedded(self, page: P_contra, other: P_contra, part: str, *, absolute: bool) -> str | None:
        """Returns another page's body as a page embeds it, or the part with this heading or block id; None if
        there is no such part."""

    def explained(self, reason: BaseException) -> Problem:
        """Returns the problem that an exception of the site's own code stands for."""

    def callout_title(self, page: P_contra, kind: str) -> str:
        """Returns the default title of a kind of callout, in the page's language."""

    def image_place(self, name: str) -> ImagePlace | None:
        """Returns a place in which the theme shows pictures: `body`, `wide`, or the name of a component; None if the
        theme has no such place."""

    def phrase(self, page: P_contra, key: str) -> str:
        """Returns a text of the theme in the page's language."""

    def group_name(self, name: str) -> str:
        """Returns the name of a collection or a taxonomy in the site's language."""

    def directive(self, page: P_contra, component: Component, variables: Mapping[str, Any]) -> str | None:
        """Returns the HTML that the registered function of a component makes; None if there is none."""

    def component(self, page: P_contra, component: Component, variables: Mapping[str, Any]) -> str | None:
        """Returns the HTML that the template of a component makes; None if there is none."""

    @property
    def component_names(self) -> Iterable[str]:
        """The names of the components that templates define."""

    def component_attributes(self, name: str) -> Collection[str]:
        """Returns the attributes that a component of the theme knows; none for another component."""


class SlotPage(Protocol):
    """The part of a page that `SlotFiller` needs: `page.Page` implements it."""

    def is_title(self, title: Title) -> bool: ...

    @property
    def image(self) -> str | None: ...


class SlotTarget(Protocol[P_co]):
    """The part of a link's target that `SlotFiller` needs: `links.LinkTarget` implements it."""

    @property
    def path(self) -> str | None: ...

    @property
    def suffix(self) -> str: ...

    @property
    def fragment(self) -> str: ...

    @property
    def page(self) -> P_co | None: ...

    @property
    def asset(self) -> bool: ...


class SlotLibrary(Protocol[P]):
    """The part of a library that `SlotFiller` needs: `library.Library` implements it."""

    host: Host[P]

    def trusts(self, page: P) -> bool: ...

    def target(self, page: P, link: Link) -> SlotTarget[P]: ...

    def link_url(self, page: P, link: Link, *, elsewhere: bool = False, absolute: bool = False) -> str: ...

    def shown_url(self, path: str, *, absolute: bool = False) -> str: ...

    def image_size(self, path: str) -> tuple[int, int] | None: ...

    @property
    def pictures(self) -> Pictures: ...


class Sanitizer(Protocol):
    """Cleans what authors write who are not trusted: the module `html.sanitize`."""

    def sanitize(self, html: str, outputs: Sequence[str] = (), *, ids: bool = True) -> str: ...

    def template_slot(self, number: int) -> str: ...

    def sanitize_attributes(self, attributes: Mapping[str, str]) -> dict[str, str]: ...


class SlotFiller(Generic[P]):
    """Fills the slots of a page's body: for the page itself, for another page (`elsewhere`), or for a
    feed, where every link is `absolute`.

    Text of an author who is not trusted is sanitized after that; without `ids`, when it
    is shown on another page.  The output of templates is not sanitized: templates
    belong to the site.
    """

    def __init__(self, library: SlotLibrary[P], page: P, *, elsewhere: bool = False, absolute: bool = False,
                 ids: bool = True) -> None:
        self._library = library
        self._page = page
        self._elsewhere = elsewhere
        self._absolute = absolute
        self._ids = ids
        self._known: dict[int, Mapping[str, Any]] = {}
        self._sanitizer = None if library.trusts(page) else _sanitizer()
        self._made: list[str] = []
        self._place: ImagePlace | None = None
        self._place_name = ""
        self._is_linked = False

    def html(self, fragment: Fragment) -> Markup:
        """Returns a fragment as HTML with its slots filled."""
        if self._sanitizer is None:
            return Markup(fragment.fill(self))
        around, self._made = self._made, []
        try:
            return Markup(self._sanitizer.sanitize(fragment.fill(self), self._made, ids=self._ids))
        finally:
            self._made = around

    def __call__(self, slot: Slot) -> str:
        if isinstance(slot, Link):
            return str(escape(self._url(slot)))
        if isinstance(slot, Picture):
            return self._picture(slot)
        if isinstance(slot, Title):
            return self._title(slot)
        return self._component(slot)

    def _url(self, link: Link) -> str:
        return self._library.link_url(self._page, link, elsewhere=self._elsewhere, absolute=self._absolute)

    def _picture(self, picture: Picture) -> str:
        """Returns an `<img>`, with the variants of its file if it is one of the site."""
        target, attributes = self._library.target(self._page, picture.link), dict(picture.attributes)
        if not target.asset or not target.path:
            return plain_image(attributes, self._url(picture.link))
        return self._asset_image(target, attributes, picture.is_early, picture.is_linked)

    def _asset_image(self, target: SlotTarget[P], attributes: Mapping[str, str | None], is_early: bool,
                     is_linked: bool = False) -> str:
        zoom = "" if is_linked else self._zoom()
        how = Shown(self._comes_first(is_early), zoom, self._absolute, suffix=target.suffix)
        return self._library.pictures.html(target.path or "", attributes, self._place, self._shown, how)

    def _zoom(self) -> str:
        """Returns the name of the link that opens a picture in full; empty where pictures have none: elsewhere, and in
        a component that is a link."""
        has_none = self._elsewhere or self._absolute or self._is_linked
        return "" if has_none else self._library.host.phrase(self._page, "enlarge")

    def _comes_first(self, is_early: bool) -> bool:
        """Returns whether a picture is the first one of the page that is shown; `is_early` if it is that of its
        body."""
        return is_early and not (self._elsewhere or self._absolute) and self._page.image is None

    def _shown(self, path: str) -> str:
        """Returns the URL of a path of the site."""
        return self._library.shown_url(path, absolute=self._absolute)

    def _title(self, title: Title) -> str:
        """Returns the heading, or an empty text if the page shows it as its title."""
        if self._page.is_title(title):
            return ""
        return f'<h2 id="{escape(title.id)}">{title.html.fill(self)}</h2>'

    def _component(self, component: Component) -> str:
        if component.name == PAGE_LINK:
            return self._page_link(component)
        if component.name == EMBED:
            return self._embed(component)
        if component.name == CALLOUT_TITLE:
            return str(escape(self._library.host.callout_title(self._page, str(component.attributes[0][1]))))
        made = self._library.host.directive(self._page, component, self._variables(component))
        if made is not None:
            return made  # sanitized with the page around it, unlike what templates write
        shown = self._library.host.component(self._page, component, self._variables(component))
        if shown is None:
            return f"{component.before}{component.body.fill(self)}{component.after}"
        return self._protected(shown)

    def _protected(self, html: str) -> str:
        """Returns HTML such that the sanitizer leaves it unchanged."""
        if self._sanitizer is None:
            return html
        self._made.append(html)
        return str(self._sanitizer.template_slot(len(self._made) - 1))

    def _page_link(self, component: Component) -> str:
        """Returns the HTML of `[[Name]]`; the text as written if no page has that name."""
        link = dict(component.attributes)["to"]
        if isinstance(link, str) or self._library.target(self._page, link).path is None:
            return component.before
        return f'<a href="{escape(self._url(link))}">{component.title.fill(self)}</a>'

    def _embed(self, component: Component) -> str:
        """Returns the HTML of `![[Name]]`, a file or a page; the text as written if nothing has that name."""
        attributes = dict(component.attributes)
        link, more = attributes["to"], str(attributes["more"])
        target = self._library.target(self._page, link) if isinstance(link, Link) else None
        if target is None or target.path is None or not isinstance(link, Link):
            return component.before
        kind = media_kind(link.target[2:-2])
        if target.asset and kind == "image":
            return self._asset_image(target, image_attributes(link.target, more), component.is_early)
        if target.asset and kind and (self._sanitizer is None or kind != "pdf"):  # a frame
            return asset_html(link.target, self._url(link), kind, more)
        if component.kind == "leaf" and target.page:
            shown = self._library.host.embedded(self._page, target.page, target.fragment, absolute=self._absolute)
            return component.before if shown is None else self._protected(shown)
        shown = f'<a href="{escape(self._url(link))}">{escape(link.target[2:-2])}</a>'
        return f"<p>{shown}</p>" if component.kind == "leaf" else shown

    def _variables(self, component: Component) -> Mapping[str, Any]:
        """Returns the variables of a component's template, made once, because the template of an
        enclosing component gets them too."""
        if component.number not in self._known:
            self._known[component.number] = self._make_variables(component)
        return self._known[component.number]

    def _make_variables(self, component: Component) -> Mapping[str, Any]:
        attributes = {name: value if isinstance(value, str) else self._url(value)
                      for name, value in component.attributes}
        return {
            "name": component.name, "kind": component.kind, "number": component.number, "page": self._page,
            "title": self.html(component.title), "body": self._body(component),
            "is_early": self._comes_first(component.is_early), "zoom": self._zoom(), "place": self._place_name,
            "attributes": Params(self._sanitizer.sanitize_attributes(attributes) if self._sanitizer else attributes),
            "children": [self._variables(part) for part in component.body.parts if isinstance(part, Component)],
        }

    def _body(self, component: Component) -> Markup:
        """Returns the content of a component as HTML.  The pictures in it have the place of its name, if the theme has
        one, and they are no links if the component is one."""
        around = self._place, self._place_name, self._is_linked
        place = self._library.host.image_place(component.name)
        if place:
            self._place, self._place_name = place, component.name
        self._is_linked = self._is_linked or any(name in LINK_ATTRIBUTES for name, _ in component.attributes)
        try:
            return self.html(component.body)
        finally:
            self._place, self._place_name, self._is_linked = around


_SIZE = lazy_re_compile(r"\s*(\d{1,5})(?:x(\d{1,5}))?\s*")
_HTML = {
    "audio": '<audio src="{url}" controls preload="metadata" aria-label="{words}"></audio>',
    "video": '<video src="{url}" controls preload="metadata" aria-label="{words}"{size}></video>',
    "pdf": '<iframe src="{url}" title="{words}"{size} loading="lazy"></iframe>'}


def image_attributes(reference: str, more: str) -> dict[str, str | None]:
    """Returns the attributes of an embedded image; `more` is the text after its name, `|words|100x50`."""
    size, words = _size_and_words(more)
    return {"src": None, **size, "alt": words or name_of(_name(reference))}


def asset_html(reference: str, url: str, kind: str, more: str) -> Markup:
    """Returns the HTML for a file of a kind of media; `more` is as for images."""
    size, words = _size_and_words(more)
    if kind == "pdf" and not size:
        size = {"width": "100%", "height": "600"}
    attributes = Markup("").join(Markup(' {}="{}"').format(*each) for each in size.items())
    return Markup(_HTML[kind]).format(url=url, words=words or name_of(_name(reference)), size=attributes)


def _name(reference: str) -> str:
    return reference[2:-2].partition("#")[0]


def _size_and_words(more: str) -> tuple[dict[str, str], str]:
    """Returns the width and height that are given, as attributes, and the words."""
    size: dict[str, str] = {}
    words = ""
    for part in more.split("|")[1:]:
        wanted = _SIZE.fullmatch(part)
        if wanted:
            size = {"width": wanted[1], **({"height": wanted[2]} if wanted[2] else {})}
        elif part.strip():
            words = part.strip()
    return size, words


def _sanitizer() -> Sanitizer:
    """Returns the sanitizer.  It is imported only if some author is not trusted."""
    from coldpress.markdown.html import sanitize  # noqa: PLC0415

    return sanitize
