"""The slots of a page's markup filled: links, its title, components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from coldpress.mapping import Params
from coldpress.markup.rendered import Component, Fragment, Link, Slot, Title
from coldpress.markup.tree import CALLOUT_TITLE, PAGE_LINK

if TYPE_CHECKING:
    from coldpress.content.library import Library
    from coldpress.content.page import Page


class Filling:
    """Fills slots for one page: its own, or `elsewhere` on the site, or in a
    feed, where every link is `absolute`."""

    def __init__(self, library: Library, page: Page, *, elsewhere: bool = False, absolute: bool = False) -> None:
        self._library = library
        self._page = page
        self._elsewhere = elsewhere
        self._absolute = absolute
        self._known: dict[int, Mapping[str, Any]] = {}

    def html(self, fragment: Fragment) -> Markup:
        """A fragment with its slots filled."""
        return Markup(fragment.fill(self))

    def __call__(self, slot: Slot) -> str:
        if isinstance(slot, Link):
            return self._link(slot)
        if isinstance(slot, Title):
            return self._title(slot)
        return self._component(slot)

    def _url(self, link: Link) -> str:
        return self._library.link_url(self._page, link, elsewhere=self._elsewhere, absolute=self._absolute)

    def _link(self, link: Link) -> str:
        """An attribute's value; a picture's goes on with its size."""
        url = str(escape(self._url(link)))
        size = self._size(link) if link.kind == "picture" else None
        return f'{url}" width="{size[0]}" height="{size[1]}' if size else url

    def _size(self, link: Link) -> tuple[int, int] | None:
        target = self._library.target(self._page, link)
        return self._library.image_size(target.path) if target.asset and target.path else None

    def _title(self, title: Title) -> str:
        """The heading that gave the title, where the page has another."""
        if self._page._is_title(title):
            return ""
        return f'<h2 id="{escape(title.id)}">{self.html(title.html)}</h2>'

    def _component(self, component: Component) -> str:
        if component.name == PAGE_LINK:
            return self._page_link(component)
        if component.name == CALLOUT_TITLE:
            return str(escape(self._library.host.callout_title(self._page, str(component.attributes[0][1]))))
        shown = self._library.host.component(component.name, self._variables(component))
        if shown is not None:
            return shown
        return f"{component.before}{self.html(component.body)}{component.after}"

    def _page_link(self, component: Component) -> str:
        """`[[Name]]`: text, where no page is called so."""
        link = dict(component.attributes)["to"]
        if isinstance(link, str) or self._library.target(self._page, link).path is None:
            return component.before
        return f'<a href="{self._link(link)}">{self.html(component.title)}</a>'

    def _variables(self, component: Component) -> Mapping[str, Any]:
        """What a component's template gets; the one around it gets the same."""
        if component.number not in self._known:
            self._known[component.number] = self._made(component)
        return self._known[component.number]

    def _made(self, component: Component) -> Mapping[str, Any]:
        return {
            "name": component.name, "kind": component.kind, "number": component.number, "page": self._page,
            "title": self.html(component.title), "body": self.html(component.body),
            "attributes": Params({name: value if isinstance(value, str) else self._url(value)
                                  for name, value in component.attributes}),
            "children": [self._variables(part) for part in component.body.parts if isinstance(part, Component)],
        }
