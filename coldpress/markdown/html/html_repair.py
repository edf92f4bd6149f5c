"""Repairs raw HTML of authors: closes open elements in the right order.

A browser repairs such HTML too, but it may move what follows: an element that is never closed would contain the
rest of the page.  Correct HTML is not changed; optional end tags (HTML, 13.1.2.4) may be missing.  The time grows
linearly with the number of tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coldpress.markdown.tree import COMPONENT_MARK, RAW_TEXT, VOID, raw_end
from coldpress.text import lazy_re_compile

# Attributes as browsers parse them: a name may contain quotes.
_ATTRIBUTE = r"[^\s<>/=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>][^\s<>]*+))?+"
_TAG = lazy_re_compile(
    r"<!--(?:-?>|.*?--!?>)|<(?!!--)[!?][^>]*>"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][^\s\"'<>/=]*+)"
    rf"(?P<attributes>(?:[\s/]++(?:{_ATTRIBUTE})?+|(?<=[\"']){_ATTRIBUTE})*+)>", re.S)
_MARK = re.compile(r"<(?=[a-zA-Z!?/])")
_VALUE_AT_END = re.compile(r"=[^\s\"'<>]+$")

_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_ROWS = frozenset(["tbody", "thead", "tfoot"])
_CELLS = frozenset(["td", "th"])
_TABLE_PARTS = _ROWS | _CELLS | {"tr", "caption", "colgroup", "col"}
# Elements that close an open paragraph (HTML, 13.2.6.4.7).
_ENDS_PARAGRAPH = _HEADINGS | {
    "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "li", "listing", "main", "menu",
    "nav", "ol", "p", "pre", "search", "section", "summary", "table", "ul", "xmp"}
_BLOCKS = _ENDS_PARAGRAPH | _TABLE_PARTS | {"body", "html", "head", "optgroup", "option", "select", "template"}
# Elements with an optional end tag, and the parents in which it may be missing.
_LISTS = frozenset(["ul", "ol", "menu", "dir"])
_OF_TABLE = _ROWS | {"table", "tr"}
_MAY_STAY_OPEN: dict[str, frozenset[str]] = {
    "p": _BLOCKS - _OF_TABLE - _LISTS - {"dl", "p", "select", "colgroup"},
    "li": _LISTS,
    **dict.fromkeys(["dt", "dd"], frozenset(["dl"])),
    **dict.fromkeys(["rt", "rp"], frozenset(["ruby"])),
    **dict.fromkeys(["option", "optgroup"], frozenset(["select", "optgroup", "datalist"])),
    **dict.fromkeys(_CELLS, _OF_TABLE),
    **dict.fromkeys(_ROWS | {"tr", "colgroup", "caption"}, _OF_TABLE),
}
# For a new element: the open elements that it closes, and the elements that protect those inside of them.
_HIDE_ITEMS = _BLOCKS - {"address", "div", "p", "li", "dd", "dt"}
_TABLE = frozenset(["table", "template"])
_ENDS_SIBLINGS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset(["li"]), _HIDE_ITEMS | {"dd", "dt"}),
    **dict.fromkeys(["dt", "dd"], (frozenset(["dt", "dd"]), _HIDE_ITEMS | {"li"})),
    **dict.fromkeys(["rt", "rp"], (frozenset(["rt", "rp"]), frozenset(["ruby"]))),
    "option": (frozenset(["option"]), frozenset(["select", "datalist"])),
    "optgroup": (frozenset(["option", "optgroup"]), frozenset(["select"])),
    **dict.fromkeys(_CELLS, (_CELLS | {"caption", "colgroup"}, _TABLE)),
    "tr": (_CELLS | {"tr", "caption", "colgroup"}, _TABLE),
    **dict.fromkeys(_ROWS, (_CELLS | _ROWS | {"tr", "caption", "colgroup"}, _TABLE)),
    "table": (frozenset(["table"]), _CELLS | {"caption", "template"}),
    **dict.fromkeys(["caption", "colgroup", "col"], (_CELLS | _ROWS | {"tr", "caption", "colgroup"}, _TABLE)),
    **dict.fromkeys(_HEADINGS, (_HEADINGS, _BLOCKS - _HEADINGS)),
}
_HIDE_PARAGRAPH = _TABLE | _CELLS | {"button", "caption", "foreignobject", "marquee", "object"}
# Elements that an end tag closes implicitly: later end tags do not match them any more.
_INNER_ELEMENTS = {
    **dict.fromkeys(_LISTS, ("li",)), "dl": ("dt", "dd"), "ruby": ("rt", "rp"), "select": ("option", "optgroup"),
    **dict.fromkeys(_OF_TABLE, (*sorted(_CELLS), "tr", *sorted(_ROWS), "caption", "colgroup")),
}
_FOREIGN = frozenset(["svg", "math"])
_MAX_REOPENED = 8


def complete_tags(html: str) -> str:
    """Completes the tags and comments of raw HTML; escapes each `<` that begins neither."""
    parts: list[str] = []
    copied = at = 0
    while mark := _MARK.search(html, at):
        begin = mark.start()
        found = _TAG.match(html, begin)
        name = _name(found) if found and not found["close"] else ""
        at = begin
        if found and name != "plaintext":
            end = raw_end(html, found.end(), name) if name in RAW_TEXT else found.end()
            if end is None and "<!--" not in html:
                return "".join([*parts, html[copied:], f"</{name}>"])
            at = end or begin
        elif html[begin + 1] in "!?":
            return "".join([*parts, html[copied:], "-->" if html.startswith("<!--", begin) else ">"])
        if at == begin:
            parts += [html[copied:begin], "&lt;"]
            copied = at = begin + 1
    return "".join([*parts, html[copied:]]) if parts else html


def repair(html: str, *, in_full: bool = False) -> str:
    """Returns HTML in which all elements are closed in the right order; correct HTML is not changed.  `in_full` adds
    optional end tags too."""
    tags = list(_tags(html))
    for part in _split_by_component(tags):
        _match_end_tags(part)
    return _Repairer(html, in_full=in_full).run(tags)


class _Tag:
    """A tag, or a mark of a component.

    `match` is the matching end tag (or start tag); `element` is the element that a start tag
    opens.  `part` is empty for a tag; for a mark it is `component` (the title follows), `body`
    or `end`.  Elements that are opened in a title or in a body end there.
    """

    __slots__ = ("begin", "element", "end", "is_closed", "is_end", "match", "name", "part")

    def __init__(self, found: re.Match[str], part: str = "") -> None:
        self.part = part
        self.begin, self.end = found.span()
        self.name = _name(found)
        self.is_end = bool(found["close"])
        attributes = found["attributes"] or ""
        self.is_closed = attributes.endswith("/") and not _VALUE_AT_END.search(attributes)
        self.match: _Tag | None = None
        self.element: _OpenElement | None = None


def _name(found: re.Match[str]) -> str:
    name: str = found["name"] or ""
    return name.lower()


def _tags(html: str) -> Iterator[_Tag]:
    """Yields the tags, except those of elements that contain only text and are closed."""
    at = 0
    endless: set[str] = set()
    while mark := _MARK.search(html, at):
        found = _TAG.match(html, mark.start())
        if not found:
            if html[mark.end()] in "!?":
                return  # the rest is an unclosed comment
            at = mark.end()
            continue
        at = found.end()
        name = _name(found)
        if name in RAW_TEXT and not found["close"] and name not in endless:
            end = raw_end(html, at, name)
            if end is not None:
                at = end
                continue
            endless.add(name)
        mark_of = None if name else COMPONENT_MARK.fullmatch(found.group())
        if name or mark_of:
            yield _Tag(found, (mark_of["part"] or "component") if mark_of else "")


def _split_by_component(tags: Iterable[_Tag]) -> list[list[_Tag]]:
    """Splits tags by the title or body of the component that contains them; nested components are separate."""
    found: list[list[_Tag]] = [[]]
    around = [found[0]]
    for tag in tags:
        if tag.part in ("body", "end") and len(around) > 1:
            around.pop()
        if tag.part in ("component", "body"):
            around.append([])
            found.append(around[-1])
        elif not tag.part:
            around[-1].append(tag)
    return found


def _match_end_tags(tags: Iterable[_Tag]) -> None:
    """Finds the end tag of each element, by name only."""
    begun: dict[str, list[_Tag]] = {}
    foreign = 0
    for tag in tags:
        if tag.name in _FOREIGN:
            foreign += -1 if tag.is_end else not tag.is_closed
        if not tag.is_end:
            if not (tag.is_closed and foreign > 0):
                begun.setdefault(tag.name, []).append(tag)
        elif begun.get(tag.name):
            tag.match = begun[tag.name].pop()
            tag.match.match = tag
            for name in _INNER_ELEMENTS.get(tag.name, ()):
                inner = begun.get(name)
                while inner and inner[-1].begin > tag.match.begin:
                    inner.pop()


class _OpenElement:
    """An open element.  `has_end` tells that its end tag follows; `wants_end` that its end tag came while another
    element was open in it."""

    __slots__ = ("has_end", "is_block", "piece", "shown_name", "tag", "wants_end")

    def __init__(self, tag: _Tag, piece: int) -> None:
        self.tag = tag
        self.shown_name = tag.name
        self.piece = piece
        self.has_end = tag.match is not None
        self.wants_end = False
        self.is_block = tag.name in _BLOCKS
        tag.element = self


class _Repairer:
    """Repairs one HTML text: copies it tag by tag, and keeps a stack of the open elements."""

    def __init__(self, html: str, *, in_full: bool) -> None:
        self._html = html
        self._in_full = in_full
        self._pieces: list[str] = []
        self._copied = 0
        self._open: list[_OpenElement] = []
        self._open_indexes: dict[str, list[int]] = {}  # indexes in the stack of open elements, by name
        self._component_starts = [0]  # how many elements were open at the beginning of each component
        self._dropped: set[_Tag] = set()
        self._changed = False

    def run(self, tags: Iterable[_Tag]) -> str:
        for tag in tags:
            self._copy(tag.begin)
            if tag.part:
                self._start_part(tag)
            elif tag in self._dropped:
                self._omit(tag)
            elif tag.is_end:
                self._end_tag(tag)
            else:
                self._start_tag(tag)
        self._copy(len(self._html))
        self._pop_from(0)
        return "".join(self._pieces) if self._changed else self._html

    def _start_part(self, tag: _Tag) -> None:
        """Closes the elements that are open in the title or body of a component before its next part."""
        if tag.part == "component":
            self._component_starts.append(len(self._open))
        else:
            self._pop_from(self._component_starts[-1])
            if tag.part == "end" and len(self._component_starts) > 1:
                self._component_starts.pop()

    def _start_tag(self, tag: _Tag) -> None:
        """Handles a start tag: closes what cannot contain the element, and opens it."""
        name = tag.name
        in_foreign = any(self._open_indexes.get(foreign) for foreign in _FOREIGN)
        if not in_foreign:
            if self._is_out_of_place(name):
                self._omit(tag)
                return
            if name in _ENDS_PARAGRAPH:
                self._end_paragraph()
            if name in _ENDS_SIBLINGS:
                self._end_siblings(*_ENDS_SIBLINGS[name])
            if name in _TABLE_PARTS:
                self._return_to_table()
        if name in VOID or (tag.is_closed and in_foreign):
            return
        is_at_top = not self._open and len(self._component_starts) == 1
        self._push(tag)
        if not tag.match and (tag.is_closed or (is_at_top and name not in _BLOCKS)):
            # It would contain the rest of the page.
            self._copy(tag.end)
            self._pop()

    def _is_out_of_place(self, name: str) -> bool:
        """Returns whether an element is not allowed here: a part of a table outside of a table, or a
        link in a link."""
        if name in _TABLE_PARTS:
            return not any(self._find_open(around) >= 0 for around in _TABLE)
        links = self._open_indexes.get("a") if name == "a" else None
        if links and links[-1] >= self._component_starts[-1] and not self._open[links[-1]].has_end:
            self._pop_from(links[-1])
            return False
        return bool(links)

    def _end_tag(self, tag: _Tag) -> None:
        """Handles an end tag: closes its element and the elements open in it; reopens inline elements that
        continue after it."""
        target = tag.match.element if tag.match else None
        if target is None or not target.has_end:
            self._omit(tag)
            return
        target.has_end = False
        reopened: list[_OpenElement] = []
        while self._open[-1] is not target:
            top = self._open[-1]
            if top.has_end and top.is_block:
                target.wants_end = True
                self._omit(tag)
                break
            if top.has_end and not target.is_block:
                reopened.append(top)
            self._pop()
        else:
            self._end_here(target, tag)
        for top in reversed(reopened[:_MAX_REOPENED]):
            self._push(top.tag)
            self._add(self._html[top.tag.begin:top.tag.end])
        self._end_waiting()

    def _end_here(self, target: _OpenElement, tag: _Tag) -> None:
        """Closes the innermost element with its own end tag."""
        if target.shown_name != tag.name:
            self._omit(tag)
            self._pop()
        else:
            self._copy(tag.end)
            self._remove_place(self._open.pop())

    def _end_siblings(self, names: frozenset[str], hidden_by: frozenset[str]) -> None:
        """Closes the open elements that cannot contain the new one."""
        while (at := max(map(self._find_open, names))) > max(map(self._find_open, hidden_by)):
            self._pop_from(at)

    def _return_to_table(self) -> None:
        """Closes the elements that are open between a table and a new part of it."""
        at, first = len(self._open), self._component_starts[-1]
        while at > first and self._open[at - 1].tag.name not in _OF_TABLE | {"template", "colgroup"}:
            at -= 1
        self._pop_from(at)

    def _end_paragraph(self) -> None:
        """Closes the paragraph in which a block begins.  If its end tag follows, it becomes a `<div>`."""
        at = self._find_open("p")
        if at < 0 or at < max(map(self._find_open, _HIDE_PARAGRAPH)):
            return
        paragraph = self._open[at]
        if not paragraph.has_end:
            self._pop_from(at)
        elif paragraph.shown_name == "p":
            paragraph.shown_name = "div"
            self._pieces[paragraph.piece] = re.sub("<[pP]", "<div", self._pieces[paragraph.piece], count=1)
            self._changed = True

    def _find_open(self, name: str) -> int:
        """Returns the index of the innermost open element with this name in the same component; -1 if none is open."""
        places = self._open_indexes.get(name)
        return places[-1] if places and places[-1] >= self._component_starts[-1] else -1

    def _pop_from(self, at: int) -> None:
        """Closes the open elements from an index on."""
        while len(self._open) > at:
            self._pop()
        self._end_waiting()

    def _push(self, tag: _Tag) -> None:
        self._open_indexes.setdefault(tag.name, []).append(len(self._open))
        self._open.append(_OpenElement(tag, len(self._pieces)))

    def _pop(self) -> None:
        """Closes the innermost element without its own end tag, which comes too late or never."""
        top = self._open.pop()
        self._remove_place(top)
        around = _MAY_STAY_OPEN.get(top.shown_name, frozenset())
        is_complete = not self._open or self._open[-1].shown_name in around
        if top.has_end or top.wants_end or not around or not is_complete or self._in_full:
            self._add(f"</{top.shown_name}>")
        top.has_end = False

    def _end_waiting(self) -> None:
        while self._open and self._open[-1].wants_end:
            self._pop()

    def _remove_place(self, element: _OpenElement) -> None:
        self._open_indexes[element.tag.name].pop()

    def _copy(self, end: int) -> None:
        """Copies the HTML up to an offset."""
        if end > self._copied:
            self._pieces.append(self._html[self._copied:end])
            self._copied = end

    def _add(self, html: str) -> None:
        self._pieces.append(html)
        self._changed = True

    def _omit(self, tag: _Tag) -> None:
        """Omits a tag, and its end tag."""
        if self._pieces and self._pieces[-1].endswith("<"):  # together with the following text it would be a tag
            self._pieces[-1] = f"{self._pieces[-1][:-1]}&lt;"
        self._copied = tag.end
        self._changed = True
        if tag.match and not tag.is_end:
            self._dropped.add(tag.match)


def repair_inner(html: str) -> str:
    """Repairs HTML that is put into an element: everything that is open in it is closed at its end."""
    return repair(f"<x-part>{html}</x-part>").removeprefix("<x-part>").removesuffix("</x-part>")
