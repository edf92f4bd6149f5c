"""Renders bodies from finished HTML: that of Python-Markdown, and that of rows."""

from __future__ import annotations

import re

from coldpress.config.options import MarkdownOptions
from coldpress.markdown.html.extract import headed_texts, plain_text, summarize, text_sections, visible_text
from coldpress.markdown.html.fragments import FragmentMaker
from coldpress.markdown.html.html_repair import repair, repair_inner
from coldpress.markdown.html.sanitize import normalize
from coldpress.markdown.html.source_map import Locator
from coldpress.markdown.rendered import Brief, Flaw, Rendered, Title
from coldpress.markdown.syntax.headings import structure_html
from coldpress.recorder import Key
from coldpress.text import count_words, heading_id, python_markdown_id, reading_minutes

_LIST_AT_END = re.compile(r"[ \t]*\{:?[^{}]*\}\Z")
_UNDERLINE = re.compile(r"=+[ \t]*\Z")
_ATX = re.compile(r" {0,3}#(?!#)[ \t]*(?P<text>.*?)[ \t]*#*[ \t]*\Z")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class HtmlRenderer:
    """Renders bodies that are HTML already, such as those of rows."""

    def __init__(self, options: MarkdownOptions) -> None:
        self._options = options

    def render(self, text: str, _language: str = "", *, trusted: bool = True) -> Rendered:
        """Returns the HTML with slots, summary, contents and counts."""
        return render_html(text, text, self._options, trusted=trusted and self._options.trusted)


def render_html(source: str, html: str, options: MarkdownOptions, *, trusted: bool, flaws: tuple[Flaw, ...] = (),
                reads: tuple[Key, ...] = ()) -> Rendered:
    """Splits HTML into a fragment with slots, and finds its title, contents, summary and words.

    `source` is the text that the HTML was made from, where problems have their places.
    HTML of an author who is not `trusted` is made regular here, and cleaned when its slots
    are filled.
    """
    make_id, dash = (heading_id, "-") if options.heading_ids == "github" else (python_markdown_id, "_")
    found = structure_html(html.replace("<!--coldpress:", "<!-- coldpress:"), make_id, dash)
    html = repair(found.html) if trusted else normalize(found.html)
    scan, title = FragmentMaker(Locator(source), schemes=options.schemes), None
    if found.title:
        written, lines = _find_heading(source)
        inner = repair_inner(found.title.html) if trusted else normalize(found.title.html)
        title = Title(found.title.id, found.title.text, written or found.title.text, lines, scan.run(inner))
    fragment = scan.run(html, title)
    summary, has_more = summarize(html)
    shown = FragmentMaker(None, schemes=options.schemes).run(summary)
    texts = [*headed_texts(html)]
    words, cjk = count_words(plain_text(texts))
    return Rendered(
        html=fragment,
        brief=Brief(shown, visible_text(summary), has_more, fragment.targets, reads, reading_minutes(words, cjk)),
        title=title, toc=found.contents,
        anchors=tuple(dict.fromkeys([*([title.id] if title else []), *scan.anchors])),
        words=words, cjk=cjk, flaws=flaws, sections=text_sections(texts, title, found.contents))


def _find_heading(text: str) -> tuple[str, tuple[int, int] | None]:
    """Returns the first heading of the first level as it is written, and its lines."""
    fence, lines = "", text.split("\n")
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and (atx := _ATX.match(line)):
            return _LIST_AT_END.sub("", atx["text"]), (number, number + 1)
        elif not fence and line.strip() and number < len(lines) and _UNDERLINE.match(lines[number]):
            return _LIST_AT_END.sub("", line.strip()), (number, number + 1)
    return "", None
