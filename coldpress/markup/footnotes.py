"""Footnotes: the marks in a text, and the notes below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement

from coldpress.markup.destinations import normal


class Footnotes:
    """The footnotes of one body, numbered as they are referred to; `notes` are
    their elements by label, in any case."""

    def __init__(self, notes: Mapping[str, Element]) -> None:
        self._notes = notes
        self._numbers: dict[str, int] = {}
        self._marks: dict[str, list[str]] = {}
        self._order: list[str] = []

    def mark(self, label: str) -> Element | None:
        """The mark for a note; None when there is no such note."""
        label = normal(label)
        if label not in self._notes:
            return None
        number = self._numbers.setdefault(label, len(self._numbers) + 1)
        if number > len(self._order):
            self._order.append(label)
        marks = self._marks.setdefault(label, [])
        name = self._notes[label].attrib["id"].removeprefix("fn:")
        marks.append(f"fnref{len(marks) + 1 if marks else ''}:{name}")
        mark = Element("sup", {"id": marks[-1]})
        SubElement(mark, "a", {"class": "footnote-ref", "href": f"#fn:{name}"}).text = str(number)
        return mark

    def unread(self) -> Iterator[Element]:
        """The notes, those referred to first and in the order of their numbers:
        reading one may find marks for others, or for itself."""
        for label in self._order:  # which grows meanwhile
            yield self._notes[label]
        for label in [label for label in self._notes if label not in self._numbers]:
            yield self._notes[label]

    def section(self, root: Element) -> Element | None:
        """All notes that are referred to, with links back to the marks that are
        there; None when there are none."""
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
            self._lead_back([name for name in self._marks[label] if name in shown], self._notes[label], number)
        return section

    def _lead_back(self, marks: list[str], note: Element, number: int) -> None:
        if not marks:
            return  # such as in the text that stands for an image
        last = note[-1] if len(note) and note[-1].tag == "p" else SubElement(note, "p")
        last.tail = "\n"
        for mark in marks:
            _append_text(last, "\u00a0" if len(last) or last.text else "")
            SubElement(last, "a", {
                "class": "footnote-backref", "href": f"#{mark}", "title": f"↩ {number}"}).text = "↩"


def _append_text(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
