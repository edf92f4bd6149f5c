"""Abbreviations: `*[HTML]: Hyper Text Markup Language`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from coldpress.markup.tree import Raw, Verbatim

DEFINITION = re.compile(r"\*\[(?P<short>[^\]\n]{1,100})\]:[ \t]*(?P<long>[^\n]*)\Z")
_WORD_BEGINS = re.compile(r"(?<!\w)\S")
_WORD = re.compile(r"\w")
_SKIPPED = frozenset(["code", "pre", "math", "abbr"])
_MOST = 1_000_000  # characters that meanings may add to a page


def explain(root: Element, known: Mapping[str, str]) -> bool:
    """Put every abbreviation that is known into an `<abbr>`; False when not
    all are, since the page would outgrow its source."""
    return not known or _Explaining(known).run(root)


class _Explaining:
    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._lengths = sorted({len(short) for short in known}, reverse=True)
        self._first = {short[0] for short in known}
        self._left = _MOST

    def run(self, root: Element) -> bool:
        self._explain(root)
        return self._left >= 0

    def _explain(self, element: Element) -> None:
        children: list[Element] = []
        if type(element.text) is str:
            element.text, made = self._split(element.text)
            children += made
        for child in element:
            children.append(child)
            if child.tag not in _SKIPPED:
                self._explain(child)
            if child.tail:
                child.tail, made = self._split(child.tail)
                children += made
        if len(children) > len(element):
            element[:] = children

    def _split(self, text: str) -> tuple[str, list[Element]]:
        """The text before the first abbreviation, and each with the text behind it."""
        if isinstance(text, (Raw, Verbatim)):
            return text, []
        made: list[Element] = []
        before, at = "", 0
        for start, end in self._places(text):
            if made:
                made[-1].tail = text[at:start]
            else:
                before = text[at:start]
            element = Element("abbr", {"title": self._known[text[start:end]]})
            element.text = text[start:end]
            made.append(element)
            at = end
        if made:
            made[-1].tail = text[at:]
        return (before, made) if made else (text, [])

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where abbreviations begin and end, the longest first of those that begin alike."""
        done = 0
        for found in _WORD_BEGINS.finditer(text):
            at = found.start()
            if at < done or found[0] not in self._first:
                continue
            for length in self._lengths:
                meaning = self._known.get(text[at:at + length])
                if meaning is not None and not _WORD.match(text, at + length):
                    self._left -= len(meaning)
                    if self._left < 0:
                        return
                    done = at + length
                    yield at, done
                    break
