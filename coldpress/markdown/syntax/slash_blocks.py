"""Parses the blocks of pymdownx.blocks: `/// note | Title` … `///`.

Indented lines below the first line are options in YAML.  A nested block has another number of slashes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import yaml

from coldpress.markdown import tree
from coldpress.markdown.parser.blocks import BlockParser, Container, Line, StartResult
from coldpress.markdown.parser.container_blocks import TITLED_CALLOUTS, TabSet, make_callout
from coldpress.markdown.tree import CALLOUTS, ComponentElement, SourceText, group
from coldpress.text import did_you_mean, lazy_re_compile

_BEGIN = lazy_re_compile(r"(?P<slashes>/{3,})[ ]*(?P<name>[A-Za-z][\w-]*)[ ]*(?:\|[ ]*(?P<argument>.*?)[ ]*)?$")
_END = re.compile(r"/{3,}[ \t]*$")
_SELECTOR = lazy_re_compile(
    r"(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>(?:[.#][\w-]+|\[[\w:-]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\]\"']*))?\])*)$")
_PART = lazy_re_compile(r"([.#])([\w-]+)|\[([\w:-]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|([^\]\"']*)))?\]")
_NAME = re.compile(r"[A-Za-z_:][\w:.-]*")
_KINDS = CALLOUTS | TITLED_CALLOUTS
_MAX_FIGURES = 8  # nested figures
_PREFIXES = {"caption": "", "figure-caption": "Figure", "table-caption": "Table"}
_NAMES = (*_KINDS, "admonition", "details", "tab", *_PREFIXES, "html", "define", "definition")
_MAX_OPTIONS = 2000  # characters of options
_MAX_BRACKETS = 20  # brackets in them


class SlashBlock(Container):
    """A block from a line `/// name` to its closing line `///`.  When it is closed, `finish` completes its element."""

    def __init__(self, element: Element, finish: Callable[[BlockParser, Element, Mapping[str, Any]], None],
                 line: Line, slashes: int) -> None:
        super().__init__(element)
        self.slashes = slashes
        self.is_closed = False
        self._finish = finish
        self._place = line.number, line.column + line.indent + 1
        self._options: list[str] = []
        self._takes_options = True

    def continues(self, line: Line, blocks: BlockParser) -> bool:
        self._takes_options = self._takes_options and line.indent >= 4 and not line.is_blank
        if self._takes_options:
            self._options.append(line.rest)
            line.skip(len(line.rest))
        return True

    def close(self, blocks: BlockParser) -> None:
        options = _parse_options("\n".join(self._options))
        if options is None:
            blocks.add_flaw("markup.directive", "the options of this block can't be read", self._place[0] + 1, 5, 1,
                        "write them as in YAML, such as `    open: true`")
        if not self.is_closed:
            blocks.add_flaw("markup.directive", "this is never closed", *self._place, self.slashes,
                        f"all below it is within; end it with a line `{'/' * self.slashes}`")
        self._finish(blocks, self.element, options or {})
        _set_attributes(self.element, (options or {}).get("attrs"))


class SlashTab(SlashBlock):
    """A tab; neighbouring tabs form a set."""


class SlashTabSet(TabSet):
    """A set of tabs."""

    allowed_child = SlashTab


def start_slash_block(blocks: BlockParser, line: Line) -> StartResult:
    """Starts a block, `/// name | argument`, or ends it at its `///`."""
    text = line.text.rstrip(" \t")
    if _END.match(text):
        return _end(blocks, len(text))
    found = _BEGIN.match(text)
    if not found or blocks.is_too_deep(line):
        return StartResult.NO_MATCH
    name = found["name"].lower()
    if name not in _NAMES:
        return _report_unknown(blocks, line, found)
    argument = None
    if found["argument"]:
        column = line.column + line.indent + 1 + found.start("argument")
        argument = SourceText.at(found["argument"], line.number, (column,))
    block = _block(blocks, name, argument, line, len(found["slashes"]))
    if block is None:
        return StartResult.NO_MATCH
    blocks.open_container(block)
    line.skip(len(line.rest))
    return StartResult.LINE_CONSUMED


def _end(blocks: BlockParser, slashes: int) -> StartResult:
    """Ends the innermost block with this number of slashes."""
    for container in reversed(blocks.open_containers):
        if isinstance(container, SlashBlock) and container.slashes == slashes and not container.is_closed:
            container.is_closed = True
            blocks.close_container(container)
            return StartResult.LINE_CONSUMED
    return StartResult.NO_MATCH


def _report_unknown(blocks: BlockParser, line: Line, found: re.Match[str]) -> StartResult:
    """Adds a block with an unknown name to `flaws`; it is shown as text."""
    if blocks.has_line_below(found["slashes"]):
        blocks.add_flaw("markup.directive", f"there is no block `{found['name']}`", line.number,
                    line.column + line.indent + 1 + found.start("name"), len(found["name"]),
                    did_you_mean(found["name"], _NAMES) or "it is shown as text; make it a `:::component`")
    return StartResult.NO_MATCH


def _block(blocks: BlockParser, name: str, argument: SourceText | None, line: Line, slashes: int) -> SlashBlock | None:
    """Makes the block with a known name; None if its argument is invalid."""
    element = Element("div")
    element.text = element.tail = "\n"
    if name == "tab":
        return _tab(blocks, argument, line, slashes)
    if name == "html":
        return _html(element, argument, line, slashes)
    if name in _PREFIXES:
        return SlashBlock(element, _caption(name, argument), line, slashes)
    if name in ("define", "definition"):
        return SlashBlock(element, _finish_definitions, line, slashes)
    return SlashBlock(element, _callout(name, argument), line, slashes)


def _callout(name: str, title: SourceText | None) -> Callable[[BlockParser, Element, Mapping[str, Any]], None]:
    def finish(blocks: BlockParser, element: Element, options: Mapping[str, Any]) -> None:
        kinds = str(options.get("type") or ("note" if name in ("admonition", "details") else name)).lower().split()
        fold = ("+" if options.get("open") is True else "-") if name == "details" else ""
        make_callout(element, kinds or ["note"], title, fold)

    return finish


def _tab(blocks: BlockParser, title: SourceText | None, line: Line, slashes: int) -> SlashBlock:
    """Makes a tab, and opens a set for it if none is open."""
    def finish(blocks: BlockParser, element: Element, options: Mapping[str, Any]) -> None:
        if options.get("select") is True and isinstance(element, ComponentElement):
            element.attributes["selected"] = "selected"

    if not isinstance(blocks.container, SlashTabSet) or _asks_for_new_set(blocks, line):
        blocks.open_container(SlashTabSet(_component("tabs", None, line)))
    return SlashTab(_component("tab", title, line), finish, line, slashes)


def _asks_for_new_set(blocks: BlockParser, line: Line) -> bool:
    below = blocks.lines[line.number:line.number + 8]
    return any(re.fullmatch(r"[ >]{4,}new:[ ]*(?i:true)[ ]*", text) for text in below[:_options_end(below)])


def _options_end(lines: list[str]) -> int:
    return next((at for at, text in enumerate(lines) if not text.startswith("    ") or not text.strip()), len(lines))


def _component(name: str, title: SourceText | None, line: Line) -> ComponentElement:
    element = ComponentElement(name, "container", {}, "")
    element.place = line.number, line.column + line.indent + 1
    element.append(group(title))
    element.tail = "\n"
    return element


def _html(element: Element, selector: SourceText | None, line: Line, slashes: int) -> SlashBlock | None:
    """Makes the block `/// html | div.class#id[name="value"]`."""
    found = _SELECTOR.match(selector or "")
    name = found["tag"].lower() if found else ""
    if not found or not tree.is_known_element(name) or name in tree.VOID | tree.RAW_TEXT:
        return None
    element.tag = name
    for mark, word, key, *values in _PART.findall(found["rest"]):
        _set_attributes(element, {"class": word} if mark == "." else {"id": word} if mark else {key: "".join(values)})

    def finish(blocks: BlockParser, element: Element, options: Mapping[str, Any]) -> None:
        for child in element if name not in tree.BLOCKS else ():
            if child.tag == "p":
                child.tag = None  # type: ignore[assignment]  # a `<span>` cannot contain a paragraph; see `tree.group`

    return SlashBlock(element, finish, line, slashes)


def _figures(element: Element | None) -> int:
    """Returns the depth of nested figures, up to the maximum."""
    count = 0
    while element is not None and element.tag == "figure" and count < _MAX_FIGURES:
        element = next((child for child in element if child.tag == "figure"), None)
        count += 1
    return count


def _caption(name: str, argument: SourceText | None) -> Callable[[BlockParser, Element, Mapping[str, Any]], None]:
    def finish(blocks: BlockParser, element: Element, options: Mapping[str, Any]) -> None:
        """Puts the block above and this one into a figure."""
        caption = Element("figcaption")
        caption.text = caption.tail = "\n"
        caption.extend(list(element))
        parent = blocks.open_containers[-1].element
        above = parent[-2] if len(parent) > 1 and parent[-1] is element else None
        element[:] = [caption]
        element.tag = "figure"
        if _PREFIXES[name]:
            blocks.captions[name] = number = blocks.captions.get(name, 0) + 1
            prefix = Element("span", {"class": "caption-prefix"})
            prefix.text, prefix.tail = f"{_PREFIXES[name]} {number}.", " "
            first = caption[0] if len(caption) and caption[0].tag == "p" else caption
            if first is not caption:
                first.insert(0, group(first.text))
                first.text = None
            first.insert(0, prefix)
        if above is not None and _figures(above) < _MAX_FIGURES:
            parent.remove(above)
            element.insert(1 if argument and argument.startswith("<") else 0, above)

    return finish


def _finish_definitions(blocks: BlockParser, element: Element, options: Mapping[str, Any]) -> None:
    """Turns paragraphs into terms, and the items of lists into their definitions."""
    children = list(element)
    element.tag = "dl"
    element[:] = []
    for child in children:
        if child.tag == "p":
            child.tag = "dt"
            element.append(child)
        else:
            for meaning in list(child) if child.tag in ("ul", "ol") else [child]:
                place = element if meaning.tag == "li" else SubElement(element, "dd")
                meaning.tag = "dd" if meaning.tag == "li" else meaning.tag
                place.append(meaning)


def _set_attributes(element: Element, attributes: object) -> None:
    """Sets attributes of an element; classes are added to those that the element has."""
    for key, value in attributes.items() if isinstance(attributes, dict) else ():
        name = str(key)
        words = " ".join(map(str, value)) if isinstance(value, list) else str(value)
        if isinstance(element, ComponentElement):
            element.attributes[name] = words
        elif name == "class" and element.get("class"):
            element.set("class", f"{element.get('class')} {words}")
        elif _NAME.fullmatch(name):
            element.set(name, words)


def _parse_options(text: str) -> Mapping[str, Any] | None:
    """Parses options in YAML; returns None if they are invalid."""
    if len(text) > _MAX_OPTIONS or text.count("[") + text.count("{") > _MAX_BRACKETS or "&" in text:
        return None
    try:
        options = yaml.safe_load(text) if text else {}
    except (yaml.YAMLError, ValueError):
        return None
    return options if isinstance(options, dict) else None
