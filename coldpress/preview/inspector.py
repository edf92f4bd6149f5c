"""The inspector of the preview: what a page was made of, as HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from jinja2 import TemplateError
from jinja2.nodes import Extends

from coldpress import recorder
from coldpress.content.page import Page
from coldpress.errors import ColdpressError, Place
from coldpress.paths import relative_name
from coldpress.preview.overlay import Overlay
from coldpress.preview.responses import Render
from coldpress.report import counted
from coldpress.sources.front_matter import split_front_matter
from coldpress.web.environment import THEME
from coldpress.web.site import Site

_MANY = 40  # names of one kind that are shown


def inspected(render: Render, site: Site, overlay: Overlay) -> str:
    """Returns what the inspector shows of one rendered response, as HTML."""
    with recorder.unrecorded():
        page = site.library.by_source(render.source) if render.source else None
        size = f"{render.size / 1024:.1f} KB of HTML ({render.packed / 1024:.1f} KB gzip)"
        parts = [f'<p class="line">{_source(page, overlay)} · {size} · {render.seconds * 1000:.0f} ms to render</p>']
        if page is not None:
            parts.append(_front_matter(page))
        parts.append(_templates(render, site, overlay))
        parts.append(_reads(render))
        if page is not None:
            parts.append(_linking(page, overlay, site))
        parts.append(overlay.html(render.problems) or "<p>No problems on this page.</p>")
        return "".join(parts)


def _source(page: Page | None, overlay: Overlay) -> str:
    if page is None:
        return "Made by a view, from no source of its own"
    return overlay.edit(Place(page.document.source.name), page.document.source.name)


def _front_matter(page: Page) -> str:
    try:
        text = page.document.source.read().decode("utf-8-sig", "replace")
        mapping, _, line = split_front_matter(text, page.document.source.name)
    except ColdpressError:
        return ""
    shown = "\n".join(text.splitlines()[:line - 1]) if mapping else ""
    return _section("Front matter", f'<pre tabindex="0">{escape(shown)}</pre>' if shown else "<p>None.</p>")


def _templates(render: Render, site: Site, overlay: Overlay) -> str:
    """The templates that took part, each with the blocks that it has."""
    items = []
    for name in dict.fromkeys(name for kind, name in render.fingerprints if kind == "template"):
        place = _place_of_template(name, site)
        if place is not None:
            items.append(f"<li>{overlay.edit(place, name)}{_blocks(name, site)}</li>")
    return _section("Templates and their blocks", f"<ul>{''.join(items)}</ul>" if items else "<p>None.</p>")


def _blocks(name: str, site: Site) -> str:
    environment = site.environment
    try:
        source, file, _ = environment.loader.get_source(environment, name)
        blocks = ", ".join(environment.get_template(name).blocks)
        above = [str(getattr(node.template, "value", "")) for node in environment.parse(source).find_all(Extends)]
    except TemplateError:
        return ""
    own = "" if file and file.startswith(str(THEME)) else " <b>yours</b>"
    extends = f" extends {escape(above[0])}" if above else ""
    return f"<small>{own}{extends}{' · ' if blocks else ''}{escape(blocks)}</small>"


def _place_of_template(name: str, site: Site) -> Place | None:
    environment = site.environment
    try:
        _, file, _ = environment.loader.get_source(environment, name)
    except TemplateError:
        return None
    if file is None:
        return None
    theme = str(THEME / "templates")
    inner = file[len(theme) + 1:].replace("\\", "/") if file.startswith(theme) else None
    return Place(f"theme/{inner}" if inner else relative_name(Path(file), site.base))


def _reads(render: Render) -> str:
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, name in render.fingerprints:
        kinds[kind].append("of every source" if name == "*" else name)
    rows = "".join(f"<dt>{escape(kind)}</dt><dd>{', '.join(_some(sorted(names)))}</dd>"
                   for kind, names in sorted(kinds.items()))
    number = counted(len(render.fingerprints), "thing")
    return _section(f"What it read: {number}; another of them, and it is rendered again", f"<dl>{rows}</dl>")


def _some(names: list[str]) -> Iterator[str]:
    yield from (f"<code>{escape(name)}</code>" for name in names[:_MANY])
    if len(names) > _MANY:
        yield f"and {len(names) - _MANY:,} more"


def _linking(page: Page, overlay: Overlay, site: Site) -> str:
    linking: Iterable[Page] = page.backlinks
    items = "".join(f'<li><a href="{escape(other.url)}">{escape(other.title)}</a> '
                    f"{overlay.edit(Place(other.document.source.name), other.document.source.name)}</li>"
                    for other in linking)
    return _section("Pages that link here", f"<ul>{items}</ul>" if items else "<p>None.</p>")


def _section(title: str, html: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{html}</details>"
