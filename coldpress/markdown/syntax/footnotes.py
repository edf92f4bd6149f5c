"""Numbers footnotes and makes their section; marks abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown.parser.link_parser import normalize_label
from coldpress.markdown.tree import HtmlWithText, RawHtml, Verbatim


class Footnotes:
    """The footnotes of one body, numbered in the order of their references; `notes` are their elements by
    normalized label."""

    def __init__(self, notes: Mapping[str, Element]) -> None:
        self._notes = notes
        self._numbers: dict[str, int] = {}
        self._marks: dict[str, list[str]] = {}
        self._order: list[str] = []

    def footnote_mark(self, label: str) -> Element | None:
        """Makes a reference to a footnote; returns None if there is no such footnote."""
        label = normalize_label(label)
        if label not in self._notes:
            return None
        number = self._numbers.setdefault(label, len(self._numbers) + 1)
        if number > len(self._order):
            self._order.append(label)
        marks = self._marks.setdefault(label, [])
        name = self._notes[label].attrib["id"].removeprefix("fn:")
        marks.append(f"fnref{len(marks) + 1 if marks else ''}:{name}")
        mark = Element("sup", {"id": marks[-1]})
        SubElement(mark, "a", {"class": "footnote-ref", "href": f"#fn:{name}"}).text = HtmlWithText.of(str(number), "")
        return mark

    def in_order(self) -> Iterator[Element]:
        """Yields the elements of the footnotes, those with references first, in the order of their numbers.  The
        caller parses each one, which may add references to others, or to itself."""
        for label in self._order:  # the list grows during the iteration
            yield self._notes[label]
        for label in [label for label in self._notes if label not in self._numbers]:
            yield self._notes[label]

    def section(self, root: Element) -> Element | None:
        """Makes the section of all footnotes with references, with links back to these; None if there are none."""
        if not self._numbers:
            return None
        section = Element("div", {"class": "footnote"})
        section.text = section.tail = "\n"
        SubElement(section, "hr").tail = "\n"
        notes = SubElement(section, "ol")
        notes.text = notes.tail = "\n"
        notes.extend(self._notes[label] for label in self._numbers)
        shown = {name for part in (root, notes) for mark in part.iter("sup") if (name := mark.get("id"))}
        for label, number in self._numbers.items():
            self._notes[label].tail = "\n"
            self._add_backlinks([name for name in self._marks[label] if name in shown], self._notes[label], number)
        return section

    def _add_backlinks(self, marks: list[str], note: Element, number: int) -> None:
        """Adds links from a footnote to its references."""
        if not marks:
            return  # all its references are in alternative texts of images
        last = note[-1] if len(note) and note[-1].tag == "p" else SubElement(note, "p")
        last.tail = "\n"
        for mark in marks:
            _append_text(last, "\u00a0" if len(last) or last.text else "")
            back = SubElement(last, "a", {"class": "footnote-backref", "href": f"#{mark}", "title": f"↩ {number}"})
            back.text = HtmlWithText.of("↩", "")


def _append_text(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


DEFINITION = re.compile(r"\*\[(?P<short>[^\]\n]{1,100})\]:[ \t]*(?P<long>[^\n]*)\Z")
_WORD_BEGINS = re.compile(r"(?<!\w)\S")
_WORD = re.compile(r"\w")
_SKIPPED = frozenset(["code", "pre", "math", "abbr"])
_MAX_ADDED = 1_000_000  # characters that abbreviations may add to a page


def mark_abbreviations(root: Element, known: Mapping[str, str]) -> bool:
    """Puts every known abbreviation into an `<abbr>`.  Returns False if it stopped because this added too
    much text to the page."""
    return not known or _AbbreviationMarker(known).run(root)


class _AbbreviationMarker:
    """Puts the abbreviations in a tree into `<abbr>` elements."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._lengths = sorted({len(short) for short in known}, reverse=True)
        self._first = {short[0] for short in known}
        self._left = _MAX_ADDED

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
        """Splits a text: returns the text before the first abbreviation, and the elements of the
        abbreviations with the texts after them."""
        if isinstance(text, (RawHtml, Verbatim)):
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
        """Yields the ranges of abbreviations in a text; of several at one place, the longest."""
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
