"""HTML of authors who are not trusted, made regular before it is cleaned.

What comes out holds allowed elements only, each ended where it ends, nested
less than a hundred deep, with allowed attributes once each: browsers and
cleaners cannot disagree about it, and building its tree takes linear time, which
is not so for HTML as it comes (open elements are searched at each tag, those of
formatting opened anew in each block, what is misplaced in a table moved).
Every step here looks at a tag a bounded number of times.
"""

from __future__ import annotations

import html
import re
from collections import Counter

from coldpress.markup.allowed import ATTRIBUTES, TAGS, attribute
from coldpress.markup.schemes import SCHEMES, scheme_of
from coldpress.markup.tags import MATHML, VOID, raw_end
from coldpress.markup.tree import COMPONENT_MARK, TITLE_MARK
from coldpress.markup.write import escaped

DEEPEST = 100
"""Elements in one another; the tags of more are text."""
_NAME = r"[^\s\"'<>/=]++"
_VALUE = r"\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>`]++)"
_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>[a-zA-Z]{_NAME}|[a-zA-Z])"
    rf"(?P<attributes>(?:[\s/]++(?:{_NAME}(?:{_VALUE})?+)?+|(?<=[\"']){_NAME}(?:{_VALUE})?+)*+)>")
# What is no such tag for its quotes, up to the next angle.
_LOOSE_TAG = re.compile(rf"<(?P<close>/?)(?P<name>[a-zA-Z]{_NAME}|[a-zA-Z])(?P<attributes>[^<>]*+)>")
_ATTRIBUTE = re.compile(
    rf"(?P<name>{_NAME})(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'<>`]++)))?+")
_MORE = re.compile(r"<!--\s*more\s*-->", re.I)
_ENDS = (("<!--", "-->"), ("<!", ">"), ("<?", ">"))
_UNREAD = frozenset(["script", "style"])  # what they hold is no text
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_ENDS_PARAGRAPH = _HEADINGS | {
    "address", "article", "aside", "blockquote", "center", "dd", "details", "dir", "div", "dl", "dt", "figcaption",
    "figure", "footer", "header", "hgroup", "hr", "li", "main", "nav", "ol", "p", "pre", "search", "section", "summary",
    "table", "ul"}
_CELLS = ("td", "th", "caption")
_ROWS = ("tbody", "thead", "tfoot")
_IN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("td", "th"), ("tr", *_ROWS, "table")), "tr": (*_ROWS, "table"),
    **dict.fromkeys((*_ROWS, "caption", "colgroup"), ("table",)), "col": ("colgroup", "table")}
"""What a part of a table may be in."""
_TABLE = frozenset(["table", "tr", "colgroup", *_ROWS])
# What an element ends that begins, and what hides it from that.
_SIBLINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "li": (("li",), ("ul", "ol", "dir")), **dict.fromkeys(("dd", "dt"), (("dd", "dt"), ("dl",))),
    "a": (("a",), ()), **dict.fromkeys(("rt", "rp"), (("rt", "rp"), ("ruby",))),
    **dict.fromkeys(_ENDS_PARAGRAPH, (("p",), ()))}
_COMPONENT = "<!--"  # among the elements that are open: what is in a component ends with it


def normalized(text: str) -> str:
    """HTML made regular: marks of components stay where they are."""
    return _Normalizing(text).run()


class _Normalizing:
    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self._open: list[str] = []
        self._counts: Counter[str] = Counter()  # of the open elements
        self._refused: Counter[str] = Counter()
        self._endless: set[str] = set()

    def run(self) -> str:
        text, at = self._text, 0
        while (begin := text.find("<", at)) >= 0:
            self._say(text[at:begin])
            found = _TAG.match(text, begin) or _LOOSE_TAG.match(text, begin)
            at = self._tag(found) if found else self._other(begin)
        self._say(text[at:])
        self._end_from(0)
        return "".join(self._parts)

    def _say(self, text: str) -> None:
        """Text."""
        if text:
            if not text.isspace():
                self._leave_table()
            self._parts.append(text.replace(">", "&gt;") if ">" in text else text)

    def _other(self, begin: int) -> int:
        """A comment or the like, which only our own stay; else a letter."""
        for mark, end in _ENDS:
            if self._text.startswith(mark, begin) and mark not in self._endless:
                stop = self._text.find(end, begin + 2)
                if stop >= 0:
                    self._comment(self._text[begin:stop + len(end)])
                    return stop + len(end)
                self._endless.add(mark)
        self._say("&lt;")
        return begin + 1

    def _comment(self, comment: str) -> None:
        found = COMPONENT_MARK.fullmatch(comment)
        if found:
            self._leave_table()
            if not found["number"]:
                self._end_component(found["part"] == "end")
            else:
                self._push(_COMPONENT)
            self._parts.append(comment)
        elif comment == TITLE_MARK or _MORE.fullmatch(comment):
            self._parts.append(comment)

    def _end_component(self, is_whole: bool) -> None:
        """End what is open in a component, or in its title."""
        while self._open and self._open[-1] != _COMPONENT:
            self._end()
        if is_whole and self._open:
            self._end()

    def _tag(self, found: re.Match[str]) -> int:
        """A tag; gives where what follows it begins."""
        name = found["name"].lower()
        if found["close"]:
            self._end_tag(name, found)
        elif name in _UNREAD:
            return self._unread(name, found.end())
        elif name in TAGS:
            self._begin_tag(name, found)
        return found.end()

    def _unread(self, name: str, at: int) -> int:
        stop = raw_end(self._text, at, name) if name not in self._endless else None
        if stop is None:
            self._endless.add(name)
        return stop or at

    def _begin_tag(self, name: str, found: re.Match[str]) -> None:
        is_checkbox = name == "input"
        attributes = _attributes(name, found["attributes"])
        if is_checkbox and not ('type="checkbox"' in attributes and " disabled" in attributes):
            return
        if not self._make_room(name):
            return
        if len(self._open) >= DEEPEST and name not in VOID:
            self._refused[name] += 1
            self._say(escaped(found[0]))
            return
        self._parts.append(f"<{name}{attributes}>")
        if name in VOID:
            return
        self._push(name)
        if name in MATHML and found["attributes"].endswith("/"):
            self._end()

    def _make_room(self, name: str) -> bool:
        """End what cannot hold an element that begins; False where the element
        cannot be."""
        if name in _IN:
            return self._return_to_table(name)
        self._leave_table()
        in_math = self._place(("math",), ())
        if (name in MATHML) != (in_math >= 0 or name == "math"):
            if name in MATHML:
                return False
            self._end_from(in_math)
        if name in _SIBLINGS:
            place = self._place(*_SIBLINGS[name])
            if place >= 0:
                self._end_from(place)
        if name in _ENDS_PARAGRAPH:
            place = self._place(("p",), ())
            if place >= 0:
                self._end_from(place)
        if name in _HEADINGS and self._open and self._open[-1] in _HEADINGS:
            self._end()
        return True

    def _return_to_table(self, name: str) -> bool:
        """End what is open in a table where a part of it begins."""
        table = self._place(("table",), (), through_cells=True)
        if table < 0:
            return False
        while self._open[-1] not in _IN[name]:
            self._end()
        return True

    def _leave_table(self) -> None:
        """End a table where something begins that is in none of its cells."""
        if self._open and self._open[-1] in _TABLE:
            self._end_from(self._place(("table",), (), through_cells=True))

    def _end_tag(self, name: str, found: re.Match[str]) -> None:
        if self._refused[name]:
            self._refused[name] -= 1
            self._say(escaped(found[0]))
        elif name in TAGS and name not in VOID:
            place = self._place((name,), (), through_cells=name in _IN or name == "table")
            if place >= 0:
                self._end_from(place)

    def _place(self, names: tuple[str, ...], hidden_by: tuple[str, ...], *, through_cells: bool = False) -> int:
        """Where the innermost open element of these names is; -1 where there is
        none, or something hides it."""
        if not any(self._counts[name] for name in names):
            return -1
        for place in range(len(self._open) - 1, -1, -1):
            name = self._open[place]
            if name in names:
                return place
            if name in hidden_by or name == _COMPONENT or (not through_cells and name in _CELLS) or (
                    through_cells and name == "table"):
                return -1
        return -1

    def _push(self, name: str) -> None:
        self._open.append(name)
        self._counts[name] += 1

    def _end_from(self, place: int) -> None:
        while len(self._open) > place:
            self._end()

    def _end(self) -> None:
        """End the innermost element."""
        name = self._open.pop()
        self._counts[name] -= 1
        if name != _COMPONENT:
            self._parts.append(f"</{name}>")


def _attributes(tag: str, written: str) -> str:
    """The attributes of a tag that may stay, as they are written."""
    kept: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(written) if written.strip(" /") else ():
        name = found["name"].lower()
        if name not in ATTRIBUTES[tag] or name in kept:
            continue
        value = next((found[group] for group in ("double", "single", "bare") if found[group] is not None), "")
        plain = html.unescape(value) if "&" in value else value
        stays = _reference(plain) if name in ("href", "src") else attribute(tag, name, plain)
        if stays == plain:
            kept[name] = value.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
        elif stays is not None:
            kept[name] = escaped(stays).replace('"', "&quot;")
    return "".join(f' {name}="{value}"' if value or name not in _FLAGS else f" {name}" for name, value in kept.items())


_FLAGS = frozenset(["checked", "disabled", "open", "controls"])


def _reference(url: str) -> str | None:
    """A reference that is still to be resolved: what it becomes is looked at again."""
    return url if scheme_of(url) in (None, "endpoint", *SCHEMES) else None
