"""The links of a page looked at, apart from the page itself: a heading that
goes elsewhere changes what we warn of, not what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from coldpress import recorder
from coldpress.build.user_reads import summed_up
from coldpress.content.bodies import cached_bodies, missing_snippets, place_in
from coldpress.content.library import Library
from coldpress.content.links import broken_link, missing_anchors, unresolved_links
from coldpress.content.page import Page
from coldpress.content.slots import CANNOT_BE_SHOWN
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.markdown.rendered import Link
from coldpress.recorder import Key
from coldpress.text import did_you_mean


@dataclass(frozen=True, slots=True)
class Check:
    """What was found on one source: its flaws, and links at whose path there is
    no content, so that only the whole plan can tell whether they lead anywhere."""

    source: str
    reads: tuple[Key, ...]
    loose: tuple[tuple[str | None, Link], ...]
    problems: tuple[Problem, ...]


def check_page(library: Library, page: Page) -> Check:
    """Look at the markup of one page."""
    with recorder.recording() as reads, cached_bodies():
        recorder.read("text", page.source)
        try:
            loose = tuple(unresolved_links(library, page))
        except ColdpressError:  # a body that is a template and fails, which the page tells
            return Check(page.source, tuple(summed_up(reads)), (), ())
        problems = (*flaws_of(library, page), *missing_anchors(library, page), *unknown_components(library, page),
                    *missing_files(library, page), *missing_snippets(library, page))
    return Check(page.source, tuple(summed_up(reads)), loose, problems)


def flaws_of(library: Library, page: Page) -> Iterator[Problem]:
    """What of a body could not be shown as meant, as warnings and notes."""
    for flaw in page.rendered.flaws:
        yield Problem(flaw.code, flaw.message, place_in(library, page, flaw.line, flaw.column, flaw.length),
                      flaw.hint, severity=flaw.severity)


def unknown_components(library: Library, page: Page) -> Iterator[Problem]:
    """A warning for each container that no template shows, and for a leaf whose
    name is nearly that of one; other names may be anything's."""
    known = None
    for component in page.rendered.html.components:
        if component.kind == "inline":
            continue
        known = known or set(library.host.component_names)
        near = did_you_mean(component.name, known)
        if component.name not in known and (near or component.kind == "container"):
            yield Problem("markup.component", f"there is no component `{component.name}`",
                          place_in(library, page, component.line, component.column),
                          near or f"its content is shown; make `templates/components/{component.name}.html`",
                          severity="warning")


def missing_files(library: Library, page: Page) -> Iterator[Problem]:
    """A warning for each file that is to be shown in a page and cannot be."""
    for component, why in library.host.not_shown(page):
        name = dict(component.attributes).get("file", component.before)
        yield Problem("markup.include", f"`{name}` {why}",
                      place_in(library, page, component.line, component.column),
                      "name a text file of the site, from this page's folder or, with a slash, from the site's"
                      if why == CANNOT_BE_SHOWN else "its name stands in its place", severity="warning")


def tell(checks: Iterable[Check], library: Library, exists: Callable[[str], bool], problems: Problems) -> None:
    """Report what was found, and the links that lead nowhere."""
    pages = {page.source: page for page in library.all_pages}
    for check in checks:
        problems.extend(check.problems)
        with cached_bodies():
            for path, link in check.loose:
                if path is None or not exists(path):
                    problems.add(broken_link(library, pages[check.source], link))
