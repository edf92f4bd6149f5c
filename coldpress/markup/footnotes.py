"""Footnotes: the marks in a text, and the notes below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement


class Footnotes:
    """The footnotes of one body, numbered as they are referred to; `notes` are
    their elements by label."""

    def __init__(self, notes: Mapping[str, Element]) -> None:
        self._notes = notes
        self._numbers: dict[str, int] = {}
        self._order: list[str] = []
        self._marks: dict[str, int] = {}

    def mark(self, label: str) -> Element | None:
        """The mark for a note; None when there is no such note."""
        if label not in self._notes:
            return None
        number = self._numbers.setdefault(label, len(self._numbers) + 1)
        if number > len(self._order):
            self._order.append(label)
        count = self._marks[label] = self._marks.get(label, 0) + 1
        mark = Element("sup", {"id": _name(label, count)})
        SubElement(mark, "a", {"class": "footnote-ref", "href": f"#fn:{label}"}).text = str(number)
        return mark

    def in_use(self) -> Iterator[Element]:
        """The notes referred to, in the order of their numbers; reading one may
        find marks for others."""
        for label in self._order:  # which grows meanwhile
            yield self._notes[label]

    def section(self) -> Element | None:
        """All notes that are referred to; None when there are none."""
        if not self._numbers:
            return None
        section = Element("div", {"class": "footnote"})
        section.text = section.tail = "\n"
        SubElement(section, "hr").tail = "\n"
        notes = SubElement(section, "ol")
        notes.text = notes.tail = "\n"
        for label, number in self._numbers.items():
            note = self._notes[label]
            note.set("id", f"fn:{label}")
            note.tail = "\n"
            self._lead_back(note, label, number)
            notes.append(note)
        return section

    def _lead_back(self, note: Element, label: str, number: int) -> None:
        last = note[-1] if len(note) and note[-1].tag == "p" else SubElement(note, "p")
        last.tail = "\n"
        for count in range(1, self._marks[label] + 1):
            _append_text(last, "\u00a0" if len(last) or last.text else "")
            SubElement(last, "a", {
                "class": "footnote-backref", "href": f"#{_name(label, count)}", "title": f"↩ {number}"}).text = "↩"


def _name(label: str, count: int) -> str:
    return f"fnref{count if count > 1 else ''}:{label}"


def _append_text(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
