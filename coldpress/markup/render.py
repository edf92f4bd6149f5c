"""`render(body)`: Python-Markdown with what authors expect of it.

One `Markdown` object a thread is built once and reset for each body.  The
order of work: text → Python-Markdown with GitHub's rules (blocks, inline
marks, code and formulas, structure) → one scan of the HTML for links and ids →
summary and counts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import markdown

from coldpress.markup.clean import clean_components
from coldpress.markup.comments import without_comments
from coldpress.markup.github import Body, GitHub
from coldpress.markup.leftovers import leftovers
from coldpress.markup.locate import Locator
from coldpress.markup.normalize import normalized
from coldpress.markup.rendered import Brief, Rendered, Title
from coldpress.markup.repair import repaired, repaired_part
from coldpress.markup.scan import Scan, visible_text
from coldpress.markup.summary import summarize
from coldpress.options import MarkdownOptions
from coldpress.text import count_words


class Renderer:
    """Renders bodies; one for a site, used from any thread."""

    def __init__(self, options: MarkdownOptions | None = None) -> None:
        self._options = options or MarkdownOptions()
        self._local = threading.local()

    def render(self, body: str, language: str = "", *, trusted: bool = True) -> Rendered:
        """A body's HTML with slots, summary, contents, counts and flaws.  The
        language decides how quotes are set; without one they are as written.
        HTML of an author who is not `trusted` is made regular here, and cleaned
        when its slots are filled."""
        engine = self._engine()
        body = without_comments(body)
        locator = Locator(body)
        trusted = trusted and self._options.trusted
        html = self._whole(engine.convert(body, language, trusted), engine.body, repaired if trusted else normalized)
        if not trusted:
            clean_components(engine.body.components)
        scan = Scan(locator, engine.body.components)
        taken = engine.body.title
        title = Title(taken.id, taken.heading.text, taken.heading.written, taken.heading.lines, scan.run(
            self._whole(taken.html, engine.body, repaired_part if trusted else normalized))) if taken else None
        fragment = scan.run(html, title)
        summary, has_more = summarize(html)
        words, cjk = count_words(text := visible_text(html))
        return Rendered(
            html=fragment,
            brief=Brief(Scan(None, engine.body.components).run(summary), visible_text(summary), has_more,
                        fragment.targets),
            title=title,
            toc=engine.body.contents,
            anchors=tuple(dict.fromkeys([*([title.id] if title else []), *scan.anchors])),
            words=words,
            cjk=cjk,
            flaws=(*engine.body.flaws, *leftovers(engine.body.root, locator)),
            text=f"{title.text}\n{text}" if title else text,
        )

    def _whole(self, html: str, body: Body, repair: Callable[[str], str]) -> str:
        """HTML that browsers need not repair."""
        return repair(html) if body.has_html or repair is normalized else html

    def _engine(self) -> _Engine:
        if not hasattr(self._local, "engine"):
            self._local.engine = _Engine(self._options)
        engine: _Engine = self._local.engine
        return engine


class _Engine:
    """A `Markdown` object with the extension we talk to."""

    def __init__(self, options: MarkdownOptions) -> None:
        self._github = GitHub(options)
        self._markdown = markdown.Markdown(extensions=[self._github])

    def convert(self, body: str, language: str, trusted: bool) -> str:
        self._markdown.reset()
        self._github.language = language
        self._github.codes.draws = trusted
        return self._markdown.convert(body)

    @property
    def body(self) -> Body:
        return self._github.body
