"""`render(body)`: Python-Markdown with what authors expect of it.

One `Markdown` object a thread is built once and reset for each body.  The
order of work: text → Python-Markdown (fences, maths, structure) → one scan of
the HTML for links and ids → summary and counts.
"""

from __future__ import annotations

import re
import threading
from html import escape, unescape
from typing import Any

import markdown

from coldpress.markup.dialect import Dialect
from coldpress.markup.highlight import accept_options, code_block
from coldpress.markup.locate import Locator
from coldpress.markup.maths import Maths
from coldpress.markup.rendered import Brief, Flaw, Fragment, Heading, Rendered, Title
from coldpress.markup.scan import Scan, visible_text
from coldpress.markup.structure import Structure
from coldpress.markup.summary import summarize
from coldpress.markup.titles import plain
from coldpress.text import count_words, heading_id

EXTENSIONS = (
    "tables", "footnotes", "def_list", "abbr", "attr_list", "md_in_html", "toc", "admonition", "sane_lists",
    "pymdownx.superfences", "pymdownx.tasklist", "pymdownx.quotes", "pymdownx.tilde", "pymdownx.caret",
    "pymdownx.details", "pymdownx.tabbed",
)
_CONFIGS: dict[str, dict[str, Any]] = {
    "footnotes": {"BACKLINK_TITLE": "↩ {}", "USE_DEFINITION_ORDER": False},
    "toc": {"slugify": lambda value, separator: heading_id(value)},
    "pymdownx.superfences": {
        "relaxed_headers": True,
        "custom_fences": [{"name": "*", "class": "", "format": code_block, "validator": accept_options}],
    },
    "pymdownx.quotes": {"callouts": True},
    "pymdownx.tabbed": {"alternate_style": True},
}

# Blank lines that hold spaces would be taken for indented code.
_BLANK_START = re.compile(r"\A(?:[ \t]*\n)+")


class Renderer:
    """Renders bodies; one for a site, used from any thread."""

    def __init__(self) -> None:
        self._local = threading.local()

    def render(self, body: str) -> Rendered:
        """A body's HTML with slots, summary, contents, counts and flaws."""
        engine = self._engine()
        locator = Locator(body)
        try:
            html = engine.convert(body)
        except RecursionError:
            return _too_deep(body)
        scan = Scan(locator)
        title = _title(engine.structure.title, scan)
        fragment = scan.run(html, title)
        summary, has_more = summarize(html)
        words, cjk = count_words(visible_text(html))
        return Rendered(
            html=fragment,
            brief=Brief(Scan(None).run(summary), " ".join(visible_text(summary).split()), has_more),
            title=title,
            toc=tuple(_heading(token) for token in engine.toc_tokens),
            anchors=tuple(dict.fromkeys([*([title.id] if title else []), *scan.anchors])),
            words=words,
            cjk=cjk,
            flaws=engine.maths.flaws(locator),
        )

    def _engine(self) -> _Engine:
        if not hasattr(self._local, "engine"):
            self._local.engine = _Engine()
        engine: _Engine = self._local.engine
        return engine


class _Engine:
    """A `Markdown` object with the two extensions we talk to."""

    def __init__(self) -> None:
        self.maths = Maths()
        self.structure = Structure()
        self._markdown = markdown.Markdown(
            extensions=[*EXTENSIONS, Dialect(), self.maths, self.structure],
            extension_configs=_CONFIGS, output_format="html")

    def convert(self, body: str) -> str:
        self._markdown.reset()
        return self._markdown.convert(_BLANK_START.sub("", body))

    @property
    def toc_tokens(self) -> list[dict[str, Any]]:
        tokens: list[dict[str, Any]] = self._markdown.toc_tokens  # type: ignore[attr-defined]
        return tokens


def _title(taken: tuple[str, str, str] | None, scan: Scan) -> Title | None:
    if taken is None:
        return None
    name, text, html = taken
    return Title(name, text, scan.run(html))


def _heading(token: dict[str, Any]) -> Heading:
    return Heading(token["level"], token["id"], plain(unescape(token["name"])),
                   tuple(_heading(child) for child in token["children"]))


def _too_deep(body: str) -> Rendered:
    words, cjk = count_words(body)
    html = Fragment((f"<pre>{escape(body, quote=False)}</pre>",))
    flaw = Flaw("markup.depth", "this text is nested too deep", 1, 1, 1, "it is shown as it was written")
    return Rendered(html, Brief(), None, (), (), words, cjk, (flaw,))
