"""Parses lists: bullet lists, ordered lists, task lists (GFM 5.3) and definition lists."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown.parser.blocks import BlockParser, Container, Line, StartResult
from coldpress.markdown.tree import RawHtml, SourceText, group

_LIST_MARKER = re.compile(r"(?:[*+-]|(?P<number>\d{1,9})(?P<after>[.)]))(?=[ \t]|$)")
_TASK = re.compile(r"\[(?P<done>[ xX])\][ \t]+(?=\S)")
_DEFINITION = re.compile(r":(?= +\S)")


class ListItem(Container):
    """A list item; `indent` is the column in which its content begins."""

    def __init__(self, element: Element, indent: int, items: ListBlock) -> None:
        super().__init__(element)
        self._indent = indent
        self._items = items
        self._line = 0

    def continues(self, line: Line, blocks: BlockParser) -> bool:
        if line.is_blank:
            # An item that begins with two blank lines is empty.
            return len(self.element) > 0 or blocks.leaf is not None or blocks.open_containers[-1] is not self
        if line.indent < self._indent:
            return False
        line.skip(self._indent)
        return True

    def note_blank_line(self) -> None:
        if len(self.element):
            self._items.is_loose = True


class ListBlock(Container):
    """A list; all its items have the same kind of list marker (CommonMark 0.31.2, section 5.3)."""

    allowed_child = ListItem

    def __init__(self, kind: str, start: int = 1) -> None:
        super().__init__(Element("ol" if kind in ".)" else "ul"))
        if kind in ".)" and start != 1:
            self.element.set("start", str(start))
        self.kind = kind
        self.is_loose = False
        self.element.text = self.element.tail = "\n"

    def note_blank_line(self) -> None:
        self.is_loose = self.is_loose or len(self.element) > 0

    def close(self, blocks: BlockParser) -> None:
        for item in self.element:
            if len(item):
                if _make_task(item):
                    self.element.set("class", "task-list")
                _unwrap_tight_paragraphs(item, is_loose=self.is_loose)


class DefinitionItem(Container):
    """The definition of a term, a `<dd>`."""

    def __init__(self, element: Element, indent: int) -> None:
        super().__init__(element)
        self._indent = indent
        self.is_loose = False

    def continues(self, line: Line, blocks: BlockParser) -> bool:
        if line.is_blank:
            return True
        if line.indent < min(self._indent, 4):
            return False
        line.skip(min(line.indent, self._indent))
        return True

    def note_blank_line(self) -> None:
        self.is_loose = self.is_loose or len(self.element) > 0

    def close(self, blocks: BlockParser) -> None:
        _unwrap_tight_paragraphs(self.element, is_loose=self.is_loose)


class DefinitionList(Container):
    """A definition list: terms with their definitions."""

    allowed_child = DefinitionItem

    def __init__(self) -> None:
        super().__init__(Element("dl"))
        self.element.text = self.element.tail = "\n"


def start_item(blocks: BlockParser, line: Line) -> StartResult:
    """Starts a list item: `- text`, `3. text`."""
    found = _LIST_MARKER.match(line.text)
    if not found or blocks.is_too_deep(line):
        return StartResult.NO_MATCH
    number, kind = found["number"], found["after"] or found[0]
    rest = line.text[found.end():]
    if blocks.paragraph and (not rest.strip(" \t") or number not in (None, "1")):
        return StartResult.NO_MATCH  # the line continues a paragraph that has a number or a dash in its text
    before = line.indent + found.end()
    line.skip(before)
    inner = 1 if line.is_blank or line.indent > 4 else line.indent
    if not line.is_blank:
        line.skip(inner)
    items = blocks.container
    if not isinstance(items, ListBlock) or items.kind != kind:
        items = ListBlock(kind, int(number or 1))
        blocks.open_container(items)
    item = ListItem(Element("li"), before + inner, items)
    item.element.tail = "\n"
    return blocks.open_container(item)


def start_definition(blocks: BlockParser, line: Line) -> StartResult:
    """Starts a definition: `: text` below its terms."""
    found = _DEFINITION.match(line.text)
    if not found or blocks.is_too_deep(line):
        return StartResult.NO_MATCH
    definitions = _definition_list(blocks)
    if definitions is None:
        return StartResult.NO_MATCH
    before = line.indent + 1
    line.skip(before)
    inner = line.indent if line.indent <= 4 else 1
    line.skip(inner)
    meaning = DefinitionItem(Element("dd"), before + inner)
    meaning.element.tail = "\n"
    return blocks.open_container(meaning)


def _definition_list(blocks: BlockParser) -> DefinitionList | None:
    """Returns the open definition list; below a paragraph of terms, perhaps with a blank line between, opens a
    new one.  Returns None if no term stands above."""
    if isinstance(blocks.container, DefinitionList):
        return blocks.container
    paragraph = blocks.paragraph
    if paragraph:
        blocks.leaf = None
        parent, terms = paragraph.parent, paragraph.source
    else:
        parent = blocks.container.element
        last = parent[-1] if len(parent) else None
        if last is None or last.tag != "p" or not isinstance(last.text, SourceText) or not blocks.after_blank:
            return None
        terms = last.text
        del parent[-1]
    definitions = DefinitionList()
    if len(parent) and parent[-1].tag == "dl":
        definitions.element = parent[-1]
        del parent[-1]
    blocks.open_container(definitions)
    for number, term in enumerate(terms.split("\n")):
        element = SubElement(definitions.element, "dt")
        element.text = SourceText.at(term.strip(), terms.line + number, terms.columns[number:number + 1])
        element.tail = "\n"
    return definitions


def _make_task(item: Element) -> bool:
    """Turns `[ ]` or `[x]` at the beginning of an item into a checkbox with a label; returns False if there is none."""
    text = item[0].text
    found = _TASK.match(text) if isinstance(text, SourceText) else None
    if not found or item[0].tag != "p" or not isinstance(text, SourceText):
        return False
    item.set("class", "task-list-item")
    item[0].text = None
    label = SubElement(item[0], "label")
    box = SubElement(label, "input", {"type": "checkbox", "disabled": ""})
    if found["done"] != " ":
        box.set("checked", "")
    box.tail = " "
    label.append(group(text.part(found.end())))
    return True


def _unwrap_tight_paragraphs(item: Element, *, is_loose: bool) -> None:
    """Removes the `<p>` of paragraphs in a tight item."""
    if not len(item):
        return
    if not is_loose:
        for child in item:
            if child.tag == "p":
                item.attrib.update(child.attrib)  # the block id (`^id`) of the paragraph
                child.tag = None  # type: ignore[assignment]  # see `tree.group`
        if item[-1].tag is None and not isinstance(item[-1].text, RawHtml):
            item[-1].tail = None
    if item[0].tag is not None or isinstance(item[0].text, RawHtml):
        item.text = "\n"
