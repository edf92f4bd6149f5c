"""The inspector of the preview: shows the source, templates, reads and backlinks of a rendered page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import TemplateError
from jinja2.nodes import Extends

from coldpress import recorder
from coldpress.content.feeds import Cover
from coldpress.content.page import Page
from coldpress.errors import ColdpressError, Place
from coldpress.preview.overlay import TEMPLATES, Overlay
from coldpress.preview.responses import RenderedResponse
from coldpress.report import counted
from coldpress.sources.front_matter import split_front_matter
from coldpress.web.environment import THEME
from coldpress.web.error_places import file_name
from coldpress.web.site import Site
from coldpress.web.social_cards import SIZE

_MOST = 40  # names of one kind that are shown


@dataclass(frozen=True)
class TemplateUse:
    """A template that took part in rendering a page.  If it could be parsed, its
    parent and its blocks are known."""

    name: str
    place: Place
    is_own: bool = False
    is_parsed: bool = False
    parent: str | None = None
    blocks: tuple[str, ...] = ()


def render_inspector(response: RenderedResponse, site: Site, overlay: Overlay) -> str:
    """Renders the inspector of one response as HTML."""
    with recorder.unrecorded():
        page = site.library.by_source(response.source) if response.source else None
        return TEMPLATES.get_template("inspector.html").render(
            response=response, source=_source_place(page) if page else None,
            front_matter=_front_matter(page) if page else None, templates=list(_templates(response, site)),
            reads=_reads_by_kind(response), most=_MOST, counted=counted, edit_link=overlay.edit_link,
            card=_card(response, site),
            backlinks=[{"url": other.url, "title": other.title, "place": _source_place(other)}
                       for other in (page.backlinks if page else ())],
            problems=overlay.html(response.problems))


def _card(response: RenderedResponse, site: Site) -> Cover | None:
    """Returns the social card of a page, with the URL that the preview has for it."""
    path = next((name for kind, name in response.fingerprints if kind == "card"), None)
    card = site.cards.of(path) if path else None
    return Cover(site.library.shown_url(card.path), card.title, "image/png", None, *SIZE) if card else None


def _source_place(page: Page) -> Place:
    return Place(page.document.source.name)


def _front_matter(page: Page) -> str | None:
    """Returns the lines of a page's front matter; None if they cannot be read."""
    try:
        text = page.document.source.read().decode("utf-8-sig", "replace")
        mapping, _, line = split_front_matter(text, page.document.source.name)
    except ColdpressError:
        return None
    return "\n".join(text.splitlines()[:line - 1]) if mapping else ""


def _templates(response: RenderedResponse, site: Site) -> Iterator[TemplateUse]:
    """Yields the templates that took part and come from files."""
    environment = site.environment
    for name in dict.fromkeys(name for kind, name in response.fingerprints if kind == "template"):
        try:
            source, file, _ = environment.loader.get_source(environment, name)
        except TemplateError:
            continue
        if file is not None:
            yield _template_use(name, source, file, site)


def _template_use(name: str, source: str, file: str, site: Site) -> TemplateUse:
    environment, place = site.environment, Place(file_name(Path(file), site))
    try:
        blocks = tuple(environment.get_template(name).blocks)
        parents = [str(getattr(node.template, "value", "")) for node in environment.parse(source).find_all(Extends)]
    except TemplateError:
        return TemplateUse(name, place)
    is_own = not file.startswith(str(THEME))
    return TemplateUse(name, place, is_own, True, next(iter(parents), None), blocks)


def _reads_by_kind(response: RenderedResponse) -> list[tuple[str, list[str]]]:
    """Returns the names of the reads of each kind, in order."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, name in response.fingerprints:
        kinds[kind].append("of every source" if name == "*" else name)
    return [(kind, sorted(names)) for kind, names in sorted(kinds.items())]
