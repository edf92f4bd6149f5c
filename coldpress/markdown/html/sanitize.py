"""Sanitizes the HTML of authors who are not trusted."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from importlib import import_module
from typing import Any

from pygments.token import STANDARD_TYPES

from coldpress.markdown.html.fragments import URL_ATTRIBUTES
from coldpress.markdown.parser.link_parser import SCHEMES, is_safe_url, is_script_url, scheme_of
from coldpress.markdown.tree import (
    CALLOUTS,
    COMPONENT_MARK,
    ELEMENT_NAMES,
    MATHML,
    SVG,
    TITLE_MARK,
    VOID,
    ComponentElement,
    escaped,
    raw_end,
)
from coldpress.text import lazy_re_compile

_SLOT = "coldpress-slot"
# Sanitized HTML has no `<` in texts and in values of attributes.
_PLACE = lazy_re_compile(f'<{_SLOT} number="([0-9]+)"></{_SLOT}>')
_FORBIDDEN_ATTRIBUTES = frozenset(["style", "srcdoc", "srcset", "formaction"])  # of a component


def sanitize(html: str, outputs: Sequence[str] = (), *, ids: bool = True) -> str:
    """Removes scripts, event handlers, styles, frames, forms and unknown classes from HTML;
    without `ids`, also the ids, because the HTML is shown on another page.  The outputs of
    templates in `outputs`, which are trusted, replace their slots.

    Raises `ImportError` if the extra `untrusted` is not installed.
    """
    pieces = _PLACE.split(_cleaner(ids).clean(html))
    for number in range(1, len(pieces), 2):
        place = int(pieces[number])
        pieces[number] = outputs[place] if place < len(outputs) else ""
    return "".join(pieces)


def template_slot(number: int) -> str:
    """Returns the placeholder for the output of a template in HTML that will be sanitized."""
    return f'<{_SLOT} number="{number}"></{_SLOT}>'


def sanitize_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    """Returns the attributes of a component that are safe wherever a template puts them."""
    kept = {name: _safe_component_attribute(name, value) for name, value in attributes.items()}
    return {name: value for name, value in kept.items() if value is not None}


def _safe_component_attribute(name: str, value: str) -> str | None:
    """Returns the value of a component's attribute; None if it is not allowed."""
    if name in _FORBIDDEN_ATTRIBUTES or name.startswith("on") or is_script_url(value):
        return None
    if name in URL_ATTRIBUTES:
        return value if is_safe_url(value) else None
    return safe_attribute("", name, value)


def sanitize_components(components: Iterable[ComponentElement]) -> None:
    """Removes unsafe attributes of components; the attributes with URLs are checked when they are resolved."""
    for element in components:
        kept = sanitize_attributes({name: value for name, value in element.attributes.items()
                                    if name not in URL_ATTRIBUTES})
        element.attributes = {name: kept.get(name, value) for name, value in element.attributes.items()
                              if name in kept or name in URL_ATTRIBUTES}


@lru_cache(maxsize=2)
def _cleaner(ids: bool) -> Any:
    return import_module("nh3").Cleaner(
        tags=ALLOWED_TAGS | {_SLOT}, attributes={**ALLOWED_ATTRIBUTES, _SLOT: {"number"}}, url_schemes=SCHEMES,
        link_rel=None, attribute_filter=partial(_filter_attribute, ids), clean_content_tags={"script", "style"},
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}})


def _filter_attribute(ids: bool, tag: str, name: str, value: str) -> str | None:
    if name in ("id", "name") and not ids:
        return None
    return safe_attribute(tag, name, value)


_FORBIDDEN_TAGS = """applet base body button canvas dialog embed fieldset form frame frameset head html
iframe legend link marquee menu menuitem meta nobr noframes noscript object optgroup option output param select slot
template textarea title xmp plaintext style script maction menclose mfenced annotation"""
ALLOWED_TAGS = frozenset(ELEMENT_NAMES - SVG | MATHML) - set(_FORBIDDEN_TAGS.split())
"""The elements that are kept."""
_GLOBAL_ATTRIBUTES = {
    "id", "class", "title", "lang", "dir", "role", "tabindex", "aria-label", "aria-hidden", "aria-describedby"}
_BY_TAG = {
    "a": {"href", "name"}, "img": {
        "src", "alt", "width", "height", "loading", "decoding", "fetchpriority", "srcset", "sizes", "align"},
    "input": {"type", "checked", "disabled"}, "label": {"for"}, "details": {"open"}, "ol": {"start"},
    "td": {"style", "colspan", "rowspan", "align"}, "th": {"style", "colspan", "rowspan", "align", "scope"},
    "time": {"datetime"}, "span": {"data-line"}, "q": {"cite"}, "blockquote": {"cite"},
    "video": {"src", "poster", "controls", "width", "height"}, "audio": {"src", "controls"},
    "source": {"src", "srcset", "sizes", "type"}, "track": {"src", "kind", "label", "srclang"},
    "math": {"display", "displaystyle", "xmlns"}, "mtable": {"style"}, "mtd": {"style"}, "mpadded": {"style"},
    **{name: {"align"} for name in ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6")},
}
_MATHML_ATTRIBUTES = {
    "displaystyle", "scriptlevel", "mathvariant", "stretchy", "symmetric", "fence", "separator", "form", "lspace",
    "rspace", "minsize", "maxsize", "largeop", "movablelimits", "accent", "accentunder", "linethickness", "width",
    "height", "depth", "voffset", "columnalign", "columnspan", "rowspan", "rowspacing", "columnspacing"}
ALLOWED_ATTRIBUTES: dict[str, set[str]] = {
    name: _GLOBAL_ATTRIBUTES | _BY_TAG.get(name, set()) | (_MATHML_ATTRIBUTES if name in MATHML else set())
    for name in sorted(ALLOWED_TAGS)}
"""The attributes that are kept, by element."""

_URL = frozenset(["href", "src", "poster", "cite"])
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+[^,]*)?(?:,|\Z)")
_OWN_CLASS = lazy_re_compile(
    r"admonition(?:-title)?|code|line|hll|ins|del|math(?:-rejected)?|table|toc|footnote(?:-ref|-backref)?"
    r"|task-list(?:-item)?|tabbed-[a-z]+|gallery(?:-images?|-caption)?|diagram|language-[\w#.+-]+"
    r"|keys?|key-[\w-]+|critic|annotations?|zoom|wide|full|tall|r-\d+|c-[048cf]{3}|"
    + "|".join(sorted(CALLOUTS))
    + f"|(?:{'|'.join(sorted(filter(None, STANDARD_TYPES.values())))})(?:-[A-Z][\\w-]*)?")
_OWN_ID = frozenset(["_main", "_switch", "_sidebar", "_contents", "_contents-title", "_backlinks", "_related"])
_STYLE = lazy_re_compile(
    r"(?:(?:text-align: ?(?:left|right|center)|justify-items: ?(?:start|end|center)|width: ?[0-9.]+%"
    r"|padding-(?:top|bottom|left|right): ?[0-9.]+(?:em)?)(?:;|\Z)\s*)+")


def safe_attribute(tag: str, name: str, value: str) -> str | None:
    """Returns the value of an attribute, perhaps shortened; None if the attribute is not allowed."""
    if name in _URL:
        return value if is_safe_url(value) else None
    if name == "srcset":
        return value if all(is_safe_url(found[1]) for found in _CANDIDATE.finditer(value)) else None
    if name == "class":
        return " ".join(each for each in value.split() if _OWN_CLASS.fullmatch(each)) or None
    if name == "style":
        return value if _STYLE.fullmatch(value.strip()) else None
    if name == "id":
        return value if value not in _OWN_ID else None
    return value


MAX_OPEN_ELEMENTS = 100
"""The maximum depth of nested elements; the tags of deeper ones are escaped."""
_NAME = r"[^\s\"'<>/=]++"
_VALUE = r"\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>`]++)"
_TAG = lazy_re_compile(
    rf"<(?P<close>/?)(?P<name>[a-zA-Z]{_NAME}|[a-zA-Z])"
    rf"(?P<attributes>(?:[\s/]++(?:{_NAME}(?:{_VALUE})?+)?+|(?<=[\"']){_NAME}(?:{_VALUE})?+)*+)>")
# A tag with unmatched quotes: it ends at the next angle bracket.
_LOOSE_TAG = lazy_re_compile(rf"<(?P<close>/?)(?P<name>[a-zA-Z]{_NAME}|[a-zA-Z])(?P<attributes>[^<>]*+)>")
_ATTRIBUTE = lazy_re_compile(
    rf"(?P<name>{_NAME})(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'<>`]++)))?+")
_MORE = re.compile(r"<!--\s*more\s*-->", re.I)
_COMMENT_LIKE = (("<!--", "-->"), ("<!", ">"), ("<?", ">"))
_REMOVED_WITH_CONTENT = frozenset(["script", "style"])  # their content is removed with them
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_ENDS_PARAGRAPH = _HEADINGS | {
    "address", "article", "aside", "blockquote", "center", "dd", "details", "dir", "div", "dl", "dt", "figcaption",
    "figure", "footer", "header", "hgroup", "hr", "li", "main", "nav", "ol", "p", "pre", "search", "section", "summary",
    "table", "ul"}
_CELLS = ("td", "th", "caption")
_ROWS = ("tbody", "thead", "tfoot")
_TABLE_PARENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("td", "th"), ("tr", *_ROWS, "table")), "tr": (*_ROWS, "table"),
    **dict.fromkeys((*_ROWS, "caption", "colgroup"), ("table",)), "col": ("colgroup", "table")}
"""The allowed parents of each part of a table."""
_TABLE = frozenset(["table", "tr", "colgroup", *_ROWS])
# For a new element: the open elements that it closes, and the elements that protect those inside of them.
_SIBLINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "li": (("li",), ("ul", "ol", "dir")), **dict.fromkeys(("dd", "dt"), (("dd", "dt"), ("dl",))),
    "a": (("a",), ()), **dict.fromkeys(("rt", "rp"), (("rt", "rp"), ("ruby",))),
    **dict.fromkeys(_ENDS_PARAGRAPH, (("p",), ()))}
_COMPONENT = "<!--"  # stands for a component in the stack of open elements


def normalize(text: str) -> str:
    """Returns HTML with correct nesting and quoting; the marks of components stay where they are."""
    return _Normalizer(text).run()


class _Normalizer:
    """Normalizes one HTML text: copies allowed tags, and keeps a stack of the open elements."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self._open: list[str] = []
        self._counts: Counter[str] = Counter()  # the number of open elements, by name
        self._refused: Counter[str] = Counter()
        self._endless: set[str] = set()

    def run(self) -> str:
        text, at = self._text, 0
        while (begin := text.find("<", at)) >= 0:
            self._write_text(text[at:begin])
            found = _TAG.match(text, begin) or _LOOSE_TAG.match(text, begin)
            at = self._tag(found) if found else self._other(begin)
        self._write_text(text[at:])
        self._end_from(0)
        return "".join(self._parts)

    def _write_text(self, text: str) -> None:
        """Adds text."""
        if text:
            if not text.isspace():
                self._leave_table()
            self._parts.append(text.replace(">", "&gt;") if ">" in text else text)

    def _other(self, begin: int) -> int:
        """Handles a `<` that begins no tag: keeps our own comments, removes others, escapes the rest."""
        for mark, end in _COMMENT_LIKE:
            if self._text.startswith(mark, begin) and mark not in self._endless:
                stop = self._text.find(end, begin + 2)
                if stop >= 0:
                    self._comment(self._text[begin:stop + len(end)])
                    return stop + len(end)
                self._endless.add(mark)
        self._write_text("&lt;")
        return begin + 1

    def _comment(self, comment: str) -> None:
        """Keeps the marks of components, of the title and of the summary's end; drops other comments."""
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
        """Closes the elements that are open in the title of a component, or in all of it."""
        while self._open and self._open[-1] != _COMPONENT:
            self._end()
        if is_whole and self._open:
            self._end()

    def _tag(self, found: re.Match[str]) -> int:
        """Handles a tag; returns the offset after it."""
        name = found["name"].lower()
        if found["close"]:
            self._end_tag(name, found)
        elif name in _REMOVED_WITH_CONTENT:
            return self._skip_content(name, found.end())
        elif name in ALLOWED_TAGS:
            self._begin_tag(name, found)
        return found.end()

    def _skip_content(self, name: str, at: int) -> int:
        """Returns the offset after an element that is removed with its content."""
        stop = raw_end(self._text, at, name) if name not in self._endless else None
        if stop is None:
            self._endless.add(name)
        return stop or at

    def _begin_tag(self, name: str, found: re.Match[str]) -> None:
        """Opens an element, if it is allowed here."""
        is_checkbox = name == "input"
        attributes = _attributes(name, found["attributes"])
        if is_checkbox and not ('type="checkbox"' in attributes and " disabled" in attributes):
            return
        if not self._close_for(name):
            return
        if len(self._open) >= MAX_OPEN_ELEMENTS and name not in VOID:
            self._refused[name] += 1
            self._write_text(escaped(found[0]))
            return
        self._parts.append(f"<{name}{attributes}>")
        if name in VOID:
            return
        self._push(name)
        if name in MATHML and found["attributes"].endswith("/"):
            self._end()

    def _close_for(self, name: str) -> bool:
        """Closes the elements that cannot contain the new one; returns False if it is not allowed here."""
        if name in _TABLE_PARENTS:
            return self._return_to_table(name)
        self._leave_table()
        in_math = self._find_open(("math",), ())
        if (name in MATHML) != (in_math >= 0 or name == "math"):
            if name in MATHML:
                return False
            self._end_from(in_math)
        if name in _SIBLINGS:
            place = self._find_open(*_SIBLINGS[name])
            if place >= 0:
                self._end_from(place)
        if name in _ENDS_PARAGRAPH:
            place = self._find_open(("p",), ())
            if place >= 0:
                self._end_from(place)
        if name in _HEADINGS and self._open and self._open[-1] in _HEADINGS:
            self._end()
        return True

    def _return_to_table(self, name: str) -> bool:
        """Closes the elements that are open in a table before a new part of it; returns False if no
        table is open."""
        table = self._find_open(("table",), (), through_cells=True)
        if table < 0:
            return False
        while self._open[-1] not in _TABLE_PARENTS[name]:
            self._end()
        return True

    def _leave_table(self) -> None:
        """Closes a table in which something begins outside of its cells."""
        if self._open and self._open[-1] in _TABLE:
            self._end_from(self._find_open(("table",), (), through_cells=True))

    def _end_tag(self, name: str, found: re.Match[str]) -> None:
        """Closes the innermost open element with this name, if there is one."""
        if self._refused[name]:
            self._refused[name] -= 1
            self._write_text(escaped(found[0]))
        elif name in ALLOWED_TAGS and name not in VOID:
            place = self._find_open((name,), (), through_cells=name in _TABLE_PARENTS or name == "table")
            if place >= 0:
                self._end_from(place)

    def _find_open(self, names: tuple[str, ...], hidden_by: tuple[str, ...], *, through_cells: bool = False) -> int:
        """Returns the index of the innermost open element with one of these names; -1 if there is none, or if
        it is outside of an element in `hidden_by`."""
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
        """Closes the innermost element."""
        name = self._open.pop()
        self._counts[name] -= 1
        if name != _COMPONENT:
            self._parts.append(f"</{name}>")


def _attributes(tag: str, written: str) -> str:
    """Returns the allowed attributes of a tag, as the author wrote them."""
    kept: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(written) if written.strip(" /") else ():
        name = found["name"].lower()
        if name not in ALLOWED_ATTRIBUTES[tag] or name in kept:
            continue
        value = next((found[group] for group in ("double", "single", "bare") if found[group] is not None), "")
        plain = html.unescape(value) if "&" in value else value
        stays = _check_url_scheme(plain) if name in ("href", "src") else safe_attribute(tag, name, plain)
        if stays == plain:
            kept[name] = value.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
        elif stays is not None:
            kept[name] = escaped(stays).replace('"', "&quot;")
    return "".join(f' {name}="{value}"' if value or name not in _BOOLEAN_ATTRIBUTES else f" {name}"
                   for name, value in kept.items())


_BOOLEAN_ATTRIBUTES = frozenset(["checked", "disabled", "open", "controls"])


def _check_url_scheme(url: str) -> str | None:
    """Checks the scheme of a URL that will be resolved; the result is checked again."""
    return url if scheme_of(url) in (None, "endpoint", *SCHEMES) else None
