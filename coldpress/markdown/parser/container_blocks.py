"""Containers other than lists: quotes, callouts, tabs, directives, notes, Markdown in HTML."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from coldpress.markdown.html.html_repair import completed
from coldpress.markdown.parser.blocks import Blocks, Container, Leaf, Line, Taken
from coldpress.markdown.parser.link_parser import normal
from coldpress.markdown.tree import CALLOUT_TITLE, ComponentElement, Source, Verbatim, group, raw

_CALLOUT = re.compile(r"\[!(?P<kind>[A-Za-z][\w-]*)\](?P<fold>[+-]?)[ \t]*(?P<title>[^\n]*)(?:\n|\Z)")
_ADMONITION = re.compile(
    r"(?P<mark>!!!|\?\?\?\+?)[ ]?(?P<kinds>[\w-]+(?: +[\w-]+)*)?[ ]*(?:\"(?P<title>.*)\")?$")
_TAB = re.compile(r"===(?P<marks>[+!]*)[ ]+\"(?P<title>.*)\"$")
_NOTE = re.compile(r"\[\^(?P<label>[^\[\]\s]+)\]:[ \t]*")
TITLED = frozenset((
    "note", "info", "tip", "hint", "important", "warning", "attention", "caution", "danger", "error", "failure",
    "fail", "missing", "bug", "success", "check", "done", "question", "help", "faq", "abstract", "summary", "tldr",
    "example", "todo", "quote", "cite", "seealso"))
"""Callouts whose title readers see in their language."""
_HTML = re.compile(r"<(?P<name>[a-zA-Z][\w-]*+)(?P<attributes>[^<>]*+)>")
_ASKS = re.compile(r"(?<=[ \t])markdown(?:=(?P<quote>[\"']?)(?P<kind>1|block|span)(?P=quote))?(?![^ \t])")


class Quote(Container):
    """`> text`; a callout when it begins with `[!NOTE]`."""

    hides_gaps = True

    def __init__(self) -> None:
        super().__init__(Element("blockquote"))
        self.element.text = self.element.tail = "\n"

    def goes_on(self, line: Line, blocks: Blocks) -> bool:
        if line.indent > 3 or line.rest[line.indent:line.indent + 1] != ">":
            return False
        line.skip(line.indent + 1)
        if line.indent:
            line.skip(1)
        return True

    def close(self, blocks: Blocks) -> None:
        first = self.element[0] if len(self.element) else None
        text = first.text if first is not None and first.tag == "p" else None
        found = _CALLOUT.match(text) if isinstance(text, Source) else None
        if first is None or not found or not isinstance(text, Source):
            return
        rest = text.part(found.end())
        if rest:
            first.text = rest
        else:
            self.element.remove(first)
        title = text.part(found.start("title"), found.end("title")) if found["title"].strip() else None
        make_callout(self.element, [found["kind"].lower()], title, found["fold"])


class Indented(Container):
    """What is indented by four columns below its first line."""

    def goes_on(self, line: Line, blocks: Blocks) -> bool:
        if line.is_blank:
            return True
        if line.indent < 4:
            return False
        line.skip(4)
        return True


class Note(Indented):
    """A footnote."""

    def __init__(self, label: str) -> None:
        super().__init__(Element("li", {"id": f"fn:{label}"}))
        self.element.text = self.element.tail = "\n"


class Tab(Indented):
    """One tab; those that follow one another are a set."""


class Tabs(Container):
    """A set of tabs; with each in it a component, which a template shows."""

    only: type[Container] | None = Tab


class _Ends:
    """Finds where an HTML element ends that has begun."""

    def __init__(self, name: str) -> None:
        self._depth = 1
        self._tag = re.compile(rf"<(/?){re.escape(name)}(?=[\s/>])[^<>]*>", re.I)

    @property
    def is_over(self) -> bool:
        return self._depth <= 0

    def cut(self, line: Line) -> None:
        """Leave what stands before the end of the element."""
        for tag in self._tag.finditer(line.rest):
            self._depth += -1 if tag[1] else 1
            if self.is_over:
                line.cut(tag.start())
                return


class Html(Container):
    """Markdown within an HTML element that asks for it."""

    def __init__(self, name: str, begin: str) -> None:
        super().__init__(group())
        self.element.append(raw(completed(begin)))
        self.element[0].tail = "\n"
        self._name = name
        self.ends = _Ends(name)

    def goes_on(self, line: Line, blocks: Blocks) -> bool:
        if self.ends.is_over:
            return False
        self.ends.cut(line)
        return True

    def close(self, blocks: Blocks) -> None:
        end = raw(f"</{self._name}>")
        end.tail = "\n"
        self.element.append(end)


class HtmlText(Leaf):
    """An HTML element whose content is one text, tags in it included."""

    def __init__(self, name: str, begin: str, line: Line) -> None:
        self._name, self._begin = name, begin
        self._ends = _Ends(name)
        self._place = line.number, line.column + line.indent + 1
        self._lines: list[str] = []
        self._columns: list[int] = []

    def takes(self, line: Line, blocks: Blocks) -> bool:
        self._ends.cut(line)
        self._columns.append(line.column + line.indent + 1)
        self._lines.append(line.text)
        if self._ends.is_over:
            blocks.end_leaf()
        return True

    def close(self, blocks: Blocks) -> None:
        if not self._ends.is_over:
            blocks.flaw("markup.html", "this HTML is never closed", *self._place, 1,
                        f"all below it belongs to it; end it with `</{self._name}>`")
        element = raw(completed(self._begin))
        element.append(group(Source.at("\n".join(self._lines), self._place[0], tuple(self._columns))))
        element.append(raw(f"</{self._name}>"))
        element.tail = "\n"
        self.parent.append(element)


def make_callout(element: Element, kinds: list[str], title: Source | str | None, fold: str) -> None:
    """Turn a container's element into a callout; `fold` is `+` (open) or `-`
    where it can be folded."""
    element.tag = "details" if fold else "div"
    element.attrib = {"class": " ".join(["admonition", *dict.fromkeys(kinds)])}
    if fold == "+":
        element.set("open", "")
    heading = Element("summary" if fold else "p", {"class": "admonition-title"})
    heading.text = title
    if not title:
        _name(heading, kinds[0])
    heading.tail = "\n"
    element.insert(0, heading)


def _name(heading: Element, kind: str) -> None:
    """Call a callout as its kind is called; the words are put in for each page."""
    english = kind.replace("-", " ").capitalize()
    if kind not in TITLED:
        heading.text = english
        return
    named = ComponentElement(CALLOUT_TITLE, "inline", {"callout": kind}, "")
    named.extend((group(), group(Verbatim(english))))
    heading.append(named)


def start_quote(blocks: Blocks, line: Line) -> Taken:
    """`> text`"""
    if blocks.is_too_deep(line):
        return Taken.NOTHING
    quote = Quote()
    quote.goes_on(line, blocks)
    return blocks.enter(quote)


def start_admonition(blocks: Blocks, line: Line) -> Taken:
    """`!!! note "Title"`, `??? note`, `???+ note`"""
    found = _ADMONITION.match(line.text.rstrip(" \t"))
    if not found or not (found["kinds"] or found["title"]) or blocks.is_too_deep(line):
        return Taken.NOTHING
    container = Indented(Element("div"))
    container.element.text = container.element.tail = "\n"
    kinds = (found["kinds"] or "note").lower().split()
    title = None
    if found["title"]:
        column = line.column + line.indent + 1 + found.start("title")
        title = Source.at(found["title"], line.number, (column,))
    make_callout(container.element, kinds, title, {"!!!": "", "???": "-", "???+": "+"}[found["mark"]])
    if found["title"] == "" and found["mark"] == "!!!":
        container.element.remove(container.element[0])  # `!!! note ""` asks for none
    blocks.enter(container)
    line.skip(len(line.rest))
    return Taken.LINE


def start_tab(blocks: Blocks, line: Line) -> Taken:
    """`=== "Title"`"""
    found = _TAB.match(line.text.rstrip(" \t"))
    if not found or blocks.is_too_deep(line):
        return Taken.NOTHING
    column = line.column + line.indent + 1
    if not isinstance(blocks.container, Tabs) or "!" in found["marks"]:
        blocks.enter(Tabs(_component("tabs", None, {}, line.number, column)))
    title = Source.at(found["title"], line.number, (column + found.start("title"),))
    selected = {"selected": "selected"} if "+" in found["marks"] else {}
    blocks.enter(Tab(_component("tab", title, selected, line.number, column)))
    line.skip(len(line.rest))
    return Taken.LINE


def _component(name: str, title: Source | None, attributes: dict[str, str], line: int, column: int) -> Element:
    element = ComponentElement(name, "container", attributes, "")
    element.place = line, column
    element.append(group(title))
    element.tail = "\n"
    return element


def start_note(blocks: Blocks, line: Line) -> Taken:
    """`[^label]: text`"""
    found = _NOTE.match(line.text)
    if not found or blocks.is_too_deep(line):
        return Taken.NOTHING
    note = Note(found["label"])
    blocks.enter(note, apart=True)
    blocks.notes.setdefault(normal(found["label"]), note.element)
    line.skip(line.indent + found.end())
    return Taken.MARK


def start_html_with_markdown(blocks: Blocks, line: Line) -> Taken:
    """`<div markdown="1">`"""
    found = _HTML.match(line.text)
    asks = _ASKS.search(found["attributes"]) if found else None
    if not found or not asks or blocks.is_too_deep(line):
        return Taken.NOTHING
    before, after = found["attributes"][:asks.start()].rstrip(" \t"), found["attributes"][asks.end():]
    begin = f"<{found['name']}{before}{after}>"
    if asks["kind"] == "span":
        leaf = HtmlText(found["name"], begin, line)
        blocks.begin(leaf)
        line.skip(line.indent + found.end())
        leaf.takes(line, blocks)
        return Taken.LINE
    container = Html(found["name"], begin)
    blocks.enter(container)
    line.skip(line.indent + found.end())
    container.ends.cut(line)
    return Taken.MARK
