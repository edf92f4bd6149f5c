"""Parses containers other than lists: block quotes, callouts, tabs, footnote definitions, Markdown in HTML."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from coldpress.markdown.html.html_repair import complete_tags
from coldpress.markdown.parser.blocks import BlockParser, Container, Leaf, Line, StartResult
from coldpress.markdown.parser.link_parser import normalize_label
from coldpress.markdown.tree import CALLOUT_TITLE, ComponentElement, SourceText, group, raw
from coldpress.text import lazy_re_compile

NAME = r"[^\W\d_][\w-]*"
"""The pattern of the names of callouts and components: a letter of any script, then letters, digits, `_` and `-`."""
_CALLOUT = lazy_re_compile(rf"\[!(?P<kind>{NAME})\](?P<fold>[+-]?)[ \t]*(?P<title>[^\n]*)(?:\n|\Z)")
_ADMONITION = lazy_re_compile(
    r"(?P<mark>!!!|\?\?\?\+?)[ ]?(?P<kinds>[\w-]+(?: +[\w-]+)*)?[ ]*(?:\"(?P<title>.*)\")?$")
_TAB = re.compile(r"===(?P<marks>[+!]*)[ ]+\"(?P<title>.*)\"$")
_FOOTNOTE = re.compile(r"\[\^(?P<label>[^\[\]\s]+)\]:[ \t]*")
TITLED_CALLOUTS = frozenset((
    "note", "info", "tip", "hint", "important", "warning", "attention", "caution", "danger", "error", "failure",
    "fail", "missing", "bug", "success", "check", "done", "question", "help", "faq", "abstract", "summary", "tldr",
    "example", "todo", "quote", "cite", "seealso"))
"""The kinds of callouts whose default title is translated."""
_HTML_START = re.compile(r"<(?P<name>[a-zA-Z][\w-]*+)(?P<attributes>[^<>]*+)>")
_MARKDOWN_ATTRIBUTE = lazy_re_compile(
    r"(?<=[ \t])markdown(?:=(?P<quote>[\"']?)(?P<kind>1|block|span)(?P=quote))?(?![^ \t])")


class BlockQuote(Container):
    """A block quote, `> text`; a callout if its first line is `[!NOTE]`."""

    hides_blank_lines = True

    def __init__(self) -> None:
        super().__init__(Element("blockquote"))
        self.element.text = self.element.tail = "\n"

    def continues(self, line: Line, blocks: BlockParser) -> bool:
        if line.indent > 3 or line.rest[line.indent:line.indent + 1] != ">":
            return False
        line.skip(line.indent + 1)
        if line.indent:
            line.skip(1)
        return True

    def close(self, blocks: BlockParser) -> None:
        first = self.element[0] if len(self.element) else None
        text = first.text if first is not None and first.tag == "p" else None
        found = _CALLOUT.match(text) if isinstance(text, SourceText) else None
        if first is None or not found or not isinstance(text, SourceText):
            return
        rest = text.part(found.end())
        if rest:
            first.text = rest
        else:
            self.element.remove(first)
        title = text.part(found.start("title"), found.end("title")) if found["title"].strip() else None
        make_callout(self.element, [found["kind"].lower()], title, found["fold"])


class IndentedContainer(Container):
    """A container whose content is indented by four columns below the first line."""

    def continues(self, line: Line, blocks: BlockParser) -> bool:
        if line.is_blank:
            return True
        if line.indent < 4:
            return False
        line.skip(4)
        return True


class FootnoteDefinition(IndentedContainer):
    """The definition of a footnote, `[^label]: text`."""

    def __init__(self, label: str) -> None:
        super().__init__(Element("li", {"id": f"fn:{label}"}))
        self.element.text = self.element.tail = "\n"


class Tab(IndentedContainer):
    """A tab; neighbouring tabs form a set."""


class TabSet(Container):
    """A set of tabs; the set and its tabs are components."""

    allowed_child: type[Container] | None = Tab


class _HtmlEndFinder:
    """Finds the end tag of an open HTML element; counts nested elements of the same name."""

    def __init__(self, name: str) -> None:
        self._depth = 1
        self._tag = re.compile(rf"<(/?){re.escape(name)}(?=[\s/>])[^<>]*>", re.I)

    @property
    def is_over(self) -> bool:
        return self._depth <= 0

    def cut(self, line: Line) -> None:
        """Cuts off a line at the end tag of the element."""
        for tag in self._tag.finditer(line.rest):
            self._depth += -1 if tag[1] else 1
            if self.is_over:
                line.cut(tag.start())
                return


class HtmlContainer(Container):
    """An HTML element with the attribute `markdown`: its content is parsed as blocks."""

    def __init__(self, name: str, begin: str) -> None:
        super().__init__(group())
        self.element.append(raw(complete_tags(begin)))
        self.element[0].tail = "\n"
        self._name = name
        self.ends = _HtmlEndFinder(name)

    def continues(self, line: Line, blocks: BlockParser) -> bool:
        if self.ends.is_over:
            return False
        self.ends.cut(line)
        return True

    def close(self, blocks: BlockParser) -> None:
        end = raw(f"</{self._name}>")
        end.tail = "\n"
        self.element.append(end)


class HtmlTextBlock(Leaf):
    """An HTML element with `markdown="span"`: its content is parsed as inline Markdown."""

    def __init__(self, name: str, begin: str, line: Line) -> None:
        self._name, self._begin = name, begin
        self._ends = _HtmlEndFinder(name)
        self._place = line.number, line.column + line.indent + 1
        self._lines: list[str] = []
        self._columns: list[int] = []

    def consume_line(self, line: Line, blocks: BlockParser) -> bool:
        self._ends.cut(line)
        self._columns.append(line.column + line.indent + 1)
        self._lines.append(line.text)
        if self._ends.is_over:
            blocks.close_leaf()
        return True

    def close(self, blocks: BlockParser) -> None:
        if not self._ends.is_over:
            blocks.add_flaw("markup.html", "this HTML is never closed", *self._place, 1,
                        f"all below it belongs to it; end it with `</{self._name}>`")
        element = raw(complete_tags(self._begin))
        element.append(group(SourceText.at("\n".join(self._lines), self._place[0], tuple(self._columns))))
        element.append(raw(f"</{self._name}>"))
        element.tail = "\n"
        self.parent.append(element)


def make_callout(element: Element, kinds: list[str], title: SourceText | str | None, fold: str) -> None:
    """Turns an element into a callout; `fold` is `+` (open) or `-` (closed) if readers can fold it, else empty."""
    element.tag = "details" if fold else "div"
    element.attrib = {"class": " ".join(["admonition", *dict.fromkeys(kinds)])}
    if fold == "+":
        element.set("open", "")
    heading = Element("summary" if fold else "p", {"class": "admonition-title"})
    heading.text = title
    if not title:
        _set_default_title(heading, kinds[0])
    heading.tail = "\n"
    element.insert(0, heading)


def _set_default_title(heading: Element, kind: str) -> None:
    """Gives a callout without a title the name of its kind, which is translated for each page."""
    if kind not in TITLED_CALLOUTS:
        heading.text = kind.replace("-", " ").capitalize()
        return
    named = ComponentElement(CALLOUT_TITLE, "inline", {"callout": kind}, "")
    named.append(group())
    heading.append(named)


def start_quote(blocks: BlockParser, line: Line) -> StartResult:
    """Starts a block quote: `> text` (CommonMark 0.31.2, section 5.1)."""
    if blocks.is_too_deep(line):
        return StartResult.NO_MATCH
    quote = BlockQuote()
    quote.continues(line, blocks)
    return blocks.open_container(quote)


def start_admonition(blocks: BlockParser, line: Line) -> StartResult:
    """Starts an admonition of Python-Markdown: `!!! note "Title"`, `??? note`, `???+ note`."""
    found = _ADMONITION.match(line.text.rstrip(" \t"))
    if not found or not (found["kinds"] or found["title"]) or blocks.is_too_deep(line):
        return StartResult.NO_MATCH
    container = IndentedContainer(Element("div"))
    container.element.text = container.element.tail = "\n"
    kinds = (found["kinds"] or "note").lower().split()
    title = None
    if found["title"]:
        column = line.column + line.indent + 1 + found.start("title")
        title = SourceText.at(found["title"], line.number, (column,))
    make_callout(container.element, kinds, title, {"!!!": "", "???": "-", "???+": "+"}[found["mark"]])
    if found["title"] == "" and found["mark"] == "!!!":
        container.element.remove(container.element[0])  # `!!! note ""` has no title
    blocks.open_container(container)
    line.skip(len(line.rest))
    return StartResult.LINE_CONSUMED


def start_tab(blocks: BlockParser, line: Line) -> StartResult:
    """Starts a tab: `=== "Title"`."""
    found = _TAB.match(line.text.rstrip(" \t"))
    if not found or blocks.is_too_deep(line):
        return StartResult.NO_MATCH
    column = line.column + line.indent + 1
    if not isinstance(blocks.container, TabSet) or "!" in found["marks"]:
        blocks.open_container(TabSet(_component("tabs", None, {}, line.number, column)))
    title = SourceText.at(found["title"], line.number, (column + found.start("title"),))
    selected = {"selected": "selected"} if "+" in found["marks"] else {}
    blocks.open_container(Tab(_component("tab", title, selected, line.number, column)))
    line.skip(len(line.rest))
    return StartResult.LINE_CONSUMED


def _component(name: str, title: SourceText | None, attributes: dict[str, str], line: int, column: int) -> Element:
    """Makes the element of a component, with its title as the first child."""
    element = ComponentElement(name, "container", attributes, "")
    element.place = line, column
    element.append(group(title))
    element.tail = "\n"
    return element


def start_footnote(blocks: BlockParser, line: Line) -> StartResult:
    """Starts a footnote definition: `[^label]: text`."""
    found = _FOOTNOTE.match(line.text)
    if not found or blocks.is_too_deep(line):
        return StartResult.NO_MATCH
    note = FootnoteDefinition(found["label"])
    blocks.open_container(note, detached=True)
    blocks.footnotes.setdefault(normalize_label(found["label"]), note.element)
    line.skip(line.indent + found.end())
    return StartResult.LINE_CONTINUES


def start_html_with_markdown(blocks: BlockParser, line: Line) -> StartResult:
    """Starts an HTML element whose content is Markdown: `<div markdown="1">`."""
    found = _HTML_START.match(line.text)
    asks = _MARKDOWN_ATTRIBUTE.search(found["attributes"]) if found else None
    if not found or not asks or blocks.is_too_deep(line):
        return StartResult.NO_MATCH
    before, after = found["attributes"][:asks.start()].rstrip(" \t"), found["attributes"][asks.end():]
    begin = f"<{found['name']}{before}{after}>"
    if asks["kind"] == "span":
        leaf = HtmlTextBlock(found["name"], begin, line)
        blocks.open_leaf(leaf)
        line.skip(line.indent + found.end())
        leaf.consume_line(line, blocks)
        return StartResult.LINE_CONSUMED
    container = HtmlContainer(found["name"], begin)
    blocks.open_container(container)
    line.skip(line.indent + found.end())
    container.ends.cut(line)
    return StartResult.LINE_CONTINUES
