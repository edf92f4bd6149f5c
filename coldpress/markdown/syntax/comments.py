"""Removes the comments of Obsidian, `%%comment%%`, from a body before it is parsed.

A comment begins at the beginning of a line, after a space or after punctuation, never after a digit: `50%% of it`
is text.  A `%%` without an end is text too, and so is everything in code, in formulas and in HTML that is not
parsed as Markdown.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from coldpress.markdown.html.source_map import BacktickRuns, fence_end
from coldpress.markdown.math import math_inline
from coldpress.text import lazy_re_compile

HIDDEN = "\ufdd0"
"""Replaces a line that consists of comments: a noncharacter of Unicode, which texts do not contain."""

TextRange = tuple[int, int]

_LINE_START = r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)*"
_TOKEN = lazy_re_compile(
    rf"^{_LINE_START}(?P<fence>`{{3,}}(?=[^`\n]*$)|~{{3,}})|(?P<ticks>`+)|(?P<html><!--|<(?P<tag>pre|script|style|textarea)\b)"
    r"|(?P<dollar>\$)|(?P<bracket>\\[(\[])|\\.|(?P<mark>%%+)", re.M | re.I)
_MARK = re.compile(r"(?<![\\%])%%(?!%)")
_CLOSES_BLOCK = re.compile(r"(?<![\\%])%%(?!%)(?=[ \t]*$)|^[ \t>]*%%(?!%)", re.M)
_GAP = re.compile(r"\n[ \t>]*\n")
_ONLY_LINE_START = lazy_re_compile(rf"{_LINE_START}\Z")
_EMPTY_LINE = lazy_re_compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])?[ \t]*(?:\[[ xX]\])?[ \t]*")
_ITEM = lazy_re_compile(r"([ ]*(?:[-*+]|\d{1,9}[.)])[ ]+)")
_QUOTE = re.compile(r"[ \t>]*")


def without_comments(body: str) -> str:
    """Returns a body without its comments; the numbers of its lines do not change."""
    if "%%" not in body:
        return body
    spans = list(_CommentSpans(body))
    if not spans:
        return body
    lines, start, first = [], 0, 0
    for line in body.split("\n"):
        end = start + len(line)
        while first < len(spans) and spans[first][1] <= start:
            first += 1
        within = [span for span in spans[first:first + len(line) + 1] if span[0] < end and span[1] > start]
        lines.append(_remove_spans(line, start, within) if within else line)
        start = end + 1
    return "\n".join(lines)


def without_hidden_lines(body: str) -> str:
    """Removes the lines that consist of comments from the result of `without_comments`."""
    return body.replace(f"{HIDDEN}\n", "").replace(HIDDEN, "")


def _remove_spans(line: str, start: int, spans: list[TextRange]) -> str:
    """Returns a line without the comments in it; `HIDDEN` if nothing is left."""
    marks = _QUOTE.match(line)
    rest = marks[0] if marks and spans[0][0] < start else ""
    at = 0
    for begin, end in spans:
        rest, at = rest + line[at:max(0, begin - start)], min(end - start, len(line))
        if line[at:at + 1] in (" ", "") and (not rest or rest[-1] in " \t"):  # keep one of two spaces
            at += line[at:at + 1] == " "
    rest = (rest + line[at:]).rstrip(" ") if at == len(line) else rest + line[at:]
    return HIDDEN if _EMPTY_LINE.fullmatch(rest) else rest


class _CommentSpans:
    """Iterates over the ranges of the comments in a body, in order."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._ticks = BacktickRuns(body)
        self._code = _indented_code(body)
        self._last_mark = max((found.start() for found in _CLOSES_BLOCK.finditer(body)), default=-1)
        self._last: dict[str, int] = {}

    def __iter__(self) -> Iterator[TextRange]:
        at = 0
        while found := _TOKEN.search(self._body, at):
            at = max(found.end(), self._end_of_other(found))
            end = self._end_of_comment(found) if found["mark"] == "%%" else None
            if end is not None:
                yield found.start(), end
                at = end

    def _end_of_other(self, found: re.Match[str]) -> int:
        """Returns the end of code, a formula or HTML that begins here; 0 if nothing of these begins."""
        body = self._body
        if found["fence"]:
            return fence_end(body, found)
        if found["ticks"]:
            return self._ticks.end(found) or 0
        if found["html"]:
            closing = f"</{found['tag'].lower()}" if found["tag"] else "-->"
            if closing not in self._last:
                self._last[closing] = body.rfind(closing)
            return body.find(closing, found.end()) + 3 if found.end() <= self._last[closing] else 0
        if found["dollar"] or found["bracket"]:
            formula = (math_inline.formula_at if found["dollar"] else math_inline.escaped_at)(body, found.start())
            return formula[1] if formula else 0
        return 0

    def _end_of_comment(self, mark: re.Match[str]) -> int | None:
        """Returns the end of the comment that a mark opens; None if it opens none."""
        body, start = self._body, mark.start()
        before, after = body[start - 1:start], body[mark.end():mark.end() + 1]
        is_in_word = before.isascii() and before.isalpha() and after in " \t\n"
        closing = _MARK.search(body, mark.end())
        if closing is None or before.isdigit() or is_in_word or _is_within(self._code, start):
            return None
        if not _GAP.search(body, mark.end(), closing.start()):
            return closing.end()
        line = body.rfind("\n", 0, start) + 1
        is_block = mark.end() <= self._last_mark and _ONLY_LINE_START.match(body, line, start)
        block = _CLOSES_BLOCK.search(body, mark.end()) if is_block else None
        return block.end() if block else None


def _indented_code(body: str) -> list[TextRange]:
    """Returns the ranges of the lines of indented code outside of lists."""
    spans: list[TextRange] = []
    start, inner, may_begin = 0, 0, True
    for line in body.split("\n"):
        width = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip(" "))
        item = _ITEM.match(line.expandtabs(4))
        if not line.strip():
            may_begin = True
        elif may_begin and width >= inner + 4:
            spans.append((start, start + len(line)))
        else:
            inner = len(item[1]) if item else inner if width or not may_begin else 0
            may_begin = False
        start += len(line) + 1
    return spans


def _is_within(spans: list[TextRange], at: int) -> bool:
    index = bisect_left(spans, (at + 1,)) - 1
    return index >= 0 and at < spans[index][1]
