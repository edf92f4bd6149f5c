"""`render(body)`: Python-Markdown with what authors expect of it.

One `Markdown` object a thread is built once and reset for each body.  The
order of work: text → Python-Markdown with GitHub's rules (blocks, inline
marks, code and formulas, structure) → one scan of the HTML for links and ids →
summary and counts.
"""

from __future__ import annotations

import threading
from html import escape

import markdown

from coldpress.markup.github import Body, GitHub
from coldpress.markup.locate import Locator
from coldpress.markup.rendered import Brief, Flaw, Fragment, Rendered, Title
from coldpress.markup.repair import repaired
from coldpress.markup.scan import Scan, visible_text
from coldpress.markup.structure import TakenTitle
from coldpress.markup.summary import summarize
from coldpress.text import count_words


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
            if engine.body.has_html:
                html = repaired(html)
        except RecursionError:
            return _too_deep(body)
        scan = Scan(locator)
        title = _title(engine.body.title, scan, has_html=engine.body.has_html)
        fragment = scan.run(html, title)
        summary, has_more = summarize(html)
        words, cjk = count_words(visible_text(html))
        return Rendered(
            html=fragment,
            brief=Brief(Scan(None).run(summary), " ".join(visible_text(summary).split()), has_more),
            title=title,
            toc=engine.body.contents,
            anchors=tuple(dict.fromkeys([*([title.id] if title else []), *scan.anchors])),
            words=words,
            cjk=cjk,
            flaws=tuple(engine.body.flaws),
        )

    def _engine(self) -> _Engine:
        if not hasattr(self._local, "engine"):
            self._local.engine = _Engine()
        engine: _Engine = self._local.engine
        return engine


class _Engine:
    """A `Markdown` object with the extension we talk to."""

    def __init__(self) -> None:
        self._github = GitHub()
        self._markdown = markdown.Markdown(extensions=[self._github])

    def convert(self, body: str) -> str:
        self._markdown.reset()
        return self._markdown.convert(body)

    @property
    def body(self) -> Body:
        return self._github.body


def _title(taken: TakenTitle | None, scan: Scan, *, has_html: bool) -> Title | None:
    if taken is None:
        return None
    html = taken.html
    if has_html:  # what is open in it ends with it
        html = repaired(f"<x-title>{html}</x-title>").removeprefix("<x-title>").removesuffix("</x-title>")
    return Title(taken.id, taken.text, scan.run(html))


def _too_deep(body: str) -> Rendered:
    words, cjk = count_words(body)
    html = Fragment((f"<pre>{escape(body, quote=False)}</pre>",))
    flaw = Flaw("markup.depth", "this text is nested too deep", 1, 1, 1, "it is shown as it was written")
    return Rendered(html, Brief(), None, (), (), words, cjk, (flaw,))
