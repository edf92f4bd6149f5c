"""How much other files add to a page that shows them.

That is counted before anything is shown, so it is the same wherever the page's
text stands: on its own, in a list or in a feed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from flask import g, has_app_context

from coldpress import recorder
from coldpress.content.page import Page
from coldpress.errors import ColdpressError
from coldpress.markup.rendered import Component, Fragment, Link
from coldpress.markup.tree import EMBED
from coldpress.recorder import Reads
from coldpress.web.site import Site
from coldpress.web.site_files import source_of, text_of

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
