"""Parses directives: `:::name[title]{key=value}` … `:::`, `::name{…}` on a line of its own, `:name[text]{…}` in a
text.

A directive becomes a component, which a template with its name shows.  Callouts need no template.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element

from coldpress.markdown.parser.attribute_lists import parse_pairs
from coldpress.markdown.parser.blocks import BlockParser, Container, Line, StartResult
from coldpress.markdown.parser.container_blocks import NAME, make_callout
from coldpress.markdown.tree import CALLOUTS, ComponentElement, SourceText, group
from coldpress.text import lazy_re_compile

_NAME = rf"(?P<name>{NAME})"
_LABEL = r"\[(?P<label>(?:[^\[\]\\\n]|\\.|\[[^\[\]\n]*\])*)\]"
_ATTRIBUTES = r"\{(?P<attributes>[^{}\n]*)\}"
# `:::tip`, `:::tip Title`, `:::tip[Title]{key=value}`, `::: {.callout-tip title="Title"}`, `:::{tip} Title`
_BEGIN = lazy_re_compile(
    rf"(?P<colons>:{{3,}})[ ]*(?:{_NAME}(?![\w-]|\.\w)|\{{\.?(?P<braced>{NAME})[ ]*(?P<inner>[^{{}}\n]*)\}})"
    rf"(?:{_LABEL})?[ ]*(?:{_ATTRIBUTES})?[ ]*(?P<title>[^{{}}\n]*[^{{}}\s:])?[ ]*"
    r"(?:\{(?P<more>[^{}\n]*)\})?[ ]*:*[ \t]*$")
_NEVER_CLOSED = lazy_re_compile(rf":{{3,}}[ ]*{NAME}(?:{_LABEL})?[ ]*\{{[^{{}}\n]*$")
_END = re.compile(r":{3,}[ \t]*$")
_LEAF = lazy_re_compile(rf"::{_NAME}(?:{_LABEL})?(?:{_ATTRIBUTES})?[ \t]*$")
_INLINE = lazy_re_compile(
    rf":{_NAME}(?:{_LABEL}(?:{_ATTRIBUTES})?(?![(\[])|{_ATTRIBUTES.replace('attributes', 'only')})")




class DirectiveBlock(Container):
    """The blocks between `:::name` and `:::`."""

    def __init__(self, element: Element, colons: int, line: Line) -> None:
        super().__init__(element)
        self.colons = colons
        self.is_closed = False
        self._place = line.number, line.column + line.indent + 1

    def close(self, blocks: BlockParser) -> None:
        if not self.is_closed:
            blocks.add_flaw("markup.directive", "this is never closed", *self._place, self.colons,
                        f"all below it is within; end it with a line `{':' * self.colons}`")


class InlineDirective(NamedTuple):
    """A directive in a text: its name, the range of its label in the text, its attributes and its end."""

    name: str
    label: tuple[int, int]
    attributes: dict[str, str]
    end: int


def inline_directive_at(text: str, at: int) -> InlineDirective | None:
    """Returns the directive at an offset of a text; None if there is none."""
    if at and (text[at - 1].isalnum() or text[at - 1] in ":/"):
        return None
    found = _INLINE.match(text, at)
    if not found:
        return None
    label = found.span("label") if found["label"] is not None else (found.end("name"),) * 2
    attributes = parse_attributes(found["attributes"] or found["only"])
    return InlineDirective(found["name"], (label[0], label[1]), attributes, found.end())


def parse_attributes(text: str | None) -> dict[str, str]:
    """Parses `key=value .class #id flag` into a dictionary; the value of a flag is its name."""
    found: dict[str, str] = {}
    for name, value in parse_pairs(text or ""):
        if name == ".":
            found["class"] = f"{found['class']} {value}" if "class" in found else value or ""
        else:
            found[name] = name if value is None else value
    return found


def start_directive(blocks: BlockParser, line: Line) -> StartResult:
    """Starts a directive, `:::name`, or ends it at its `:::`."""
    text = line.text
    if not text.startswith(":::"):
        return _leaf(blocks, line) if text.startswith("::") else StartResult.NO_MATCH
    if _END.match(text):
        return _end(blocks, len(text.rstrip(" \t")))
    found = _BEGIN.match(text)
    if not found and _NEVER_CLOSED.match(text):
        blocks.add_flaw("markup.directive", "the `{` of this directive is never closed", line.number,
                        line.column + line.indent + 1 + text.index("{"), 1, "it is shown as text; write a `}`")
    if not found or blocks.is_too_deep(line):
        return StartResult.NO_MATCH
    name = (found["name"] or found["braced"]).removeprefix("callout-")
    attributes = parse_attributes(" ".join(filter(None, (found["inner"], found["attributes"], found["more"]))))
    title = _title(found, attributes, line)
    element = _callout(name, title, attributes) if name.lower() in CALLOUTS else _component(
        name, "container", title, attributes, line)
    blocks.open_container(DirectiveBlock(element, len(found["colons"]), line))
    line.skip(len(line.rest))
    return StartResult.LINE_CONSUMED


def _end(blocks: BlockParser, colons: int) -> StartResult:
    """Ends the innermost directive that this number of colons can end."""
    for container in reversed(blocks.open_containers):
        if isinstance(container, DirectiveBlock) and container.colons <= colons and not container.is_closed:
            container.is_closed = True
            blocks.close_container(container)
            return StartResult.LINE_CONSUMED
    return StartResult.NO_MATCH


def _leaf(blocks: BlockParser, line: Line) -> StartResult:
    """Adds a directive on a line of its own, `::name{…}`."""
    found = _LEAF.match(line.text)
    if not found or (found["label"] is None and found["attributes"] is None):
        return StartResult.NO_MATCH
    if blocks.paragraph:
        if "=" in (found["attributes"] or ""):
            blocks.add_flaw("markup.directive", f"`::{found['name']}` directly below a text is part of it", line.number,
                            line.column + line.indent + 1, len(line.text.rstrip(" \t")), "put an empty line above it")
        return StartResult.NO_MATCH
    title = _source(found, "label", line) if found["label"] else None
    return blocks.add_block(_component(found["name"], "leaf", title, parse_attributes(found["attributes"]), line))


def _title(found: re.Match[str], attributes: dict[str, str], line: Line) -> SourceText | str | None:
    """Returns the title of a directive: its label, the text after its name, or its attribute `title`."""
    for name in ("label", "title"):
        if found[name]:
            return _source(found, name, line)
    return attributes.get("title")


def _source(found: re.Match[str], name: str, line: Line) -> SourceText:
    return SourceText.at(found[name], line.number, (line.column + line.indent + 1 + found.start(name),))


def _callout(name: str, title: SourceText | str | None, attributes: dict[str, str]) -> Element:
    element = Element("div")
    element.text = element.tail = "\n"
    make_callout(element, [name.lower()], title, "")
    if "class" in attributes:
        element.set("class", f"{element.get('class')} {attributes['class']}")
    if "id" in attributes:
        element.set("id", attributes["id"])
    return element


def _component(name: str, kind: str, title: SourceText | str | None, attributes: dict[str, str], line: Line) -> Element:
    element = ComponentElement(name, kind, attributes, line.text.rstrip(" \t"))
    element.place = line.number, line.column + line.indent + 1
    element.append(group(title))
    element.tail = "\n"
    return element
