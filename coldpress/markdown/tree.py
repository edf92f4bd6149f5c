"""The element tree that the parser makes, the names of HTML tags, and the serializer."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

TITLE_MARK = "<!--coldpress:title-->"
"""Stands where the heading stood that is the page's title."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
"""The elements that are headings, the first level first."""
COMPONENT_MARK = re.compile(r"<!--coldpress:(?:component (?P<number>[0-9]+)|(?P<part>body|end))-->")
"""Stand where a component, its content and its end are in the HTML."""
PAGE_LINK = "[[]]"
"""The name of the component that is a link to a page by its name."""
EMBED = "![[]]"
"""The name of the component that shows a file or a note by its name."""
CALLOUT_TITLE = "[!]"
"""The name of the component that is the title of a callout which has none of its
own: a word that depends on the page's language."""


class SourceText(str):
    """The text of a leaf, its inline marks not read yet.  `line` is the number
    of its first line and `columns` where each line of it begins, both from 1."""

    __slots__ = ("_known", "columns", "line")
    line: int
    columns: tuple[int, ...]
    _known: tuple[int, int, int]

    @classmethod
    def at(cls, text: str, line: int, columns: tuple[int, ...]) -> SourceText:
        source = cls(text)
        source.line = line
        source.columns = columns
        source._known = 0, 0, 0
        return source

    def part(self, start: int, end: int | None = None) -> SourceText:
        """A part of it, at its own place."""
        line, column = self.place(start)
        skipped = line - self.line + 1
        return SourceText.at(self[start:end], line, (column, *self.columns[skipped:]))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character of it."""
        known, before, start = self._known  # places are asked for from first to last
        if offset < known:
            known = before = start = 0
        before += self.count("\n", known, offset)
        start = max(start, self.rfind("\n", known, offset) + 1)
        self._known = offset, before, start
        column = self.columns[before] if before < len(self.columns) else 1
        return self.line + before, column + offset - start


class Verbatim(str):
    """Text without marks: code, a formula."""

    __slots__ = ()


class ForeignTag(Verbatim):
    """A tag of another generator."""

    __slots__ = ()


class RawHtml(str):
    """HTML as it is to be written."""

    __slots__ = ()


def group(text: str | None = None) -> Element:
    """An element that only holds others."""
    element = Element("")
    element.tag = None  # type: ignore[assignment]  # `to_html` writes no tag for it
    element.text = text
    return element


def raw(html: str) -> Element:
    """HTML as it is."""
    return group(RawHtml(html))


class Emoji(Element):
    """A character that was written as a code."""

    def __init__(self, character: str, code: str) -> None:
        super().__init__("")
        self.tag = None  # type: ignore[assignment]  # a group
        self.text = character
        self.code = code


class ComponentElement(Element):
    """A component: its first child is its title, the rest its content.  `kind`
    is `container`, `leaf` or `inline`; `written` and `closing` are what stands
    before and after its content in the source."""

    def __init__(self, name: str, kind: str, attributes: dict[str, str], written: str, closing: str = "") -> None:
        super().__init__("component")
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.written = written
        self.closing = closing
        self.place = 1, 1


ATTRIBUTE = r"""[ \t\n]++[a-zA-Z_:@][a-zA-Z0-9_.:@-]*(?:[ \t\n]*=[ \t\n]*(?:[^ \t\n"'=<>`]+|'[^']*'|"[^"]*"))?"""
_TAG = re.compile(
    rf"<(?:(?P<open>[a-zA-Z][a-zA-Z0-9-]*)(?:{ATTRIBUTE})*+[ \t\n]*/?|/(?P<close>[a-zA-Z][a-zA-Z0-9-]*)[ \t\n]*)>")
_DECLARATION = re.compile("<![a-zA-Z]")
_UNTIL = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">"))
_EMPTY_COMMENT = re.compile("<!--?-?>")
_HTML = """a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption
center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure
font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li
link main map mark marquee menu menuitem meta meter nav nobr noframes noscript object ol optgroup option output p param
picture pre progress q rp rt rtc ruby s samp script search section select slot small source span strike strong
style sub summary sup table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp"""
_MATHML = """math annotation maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom
mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics"""
_SVG = """svg animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix
fecomposite fedropshadow feflood fegaussianblur feimage femerge femergenode feoffset filter foreignobject g
image line lineargradient marker mask metadata mpath path pattern polygon polyline radialgradient rect set stop
switch symbol text textpath tspan use view"""
_BLOCKS = """address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div
dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link
main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr
track ul"""
MATHML = frozenset(_MATHML.split())
"""The elements of MathML."""
SVG = frozenset(_SVG.split())
"""The elements of SVG."""
NAMES = frozenset(_HTML.split()) | MATHML | SVG
"""The elements of HTML, MathML and SVG; those with a hyphen are anybody's."""
BLOCKS = frozenset(_BLOCKS.split())
"""Those that are blocks in Markdown (CommonMark 4.6, the sixth kind)."""

VOID = frozenset([
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])
"""Those without an end tag."""
RAW_TEXT = frozenset(["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"])
"""Those that hold text only: what looks like a tag in them is none."""


def is_known(name: str) -> bool:
    """Whether browsers know an element, or its page may define it."""
    return name.lower() in NAMES or ("-" in name and name[0].islower())


def tag_at(text: str, at: int, endless: set[str]) -> int | None:
    """Where the tag, comment or the like ends that begins at a place; None
    where none begins.  `endless` is what is known not to end in this text."""
    found = _TAG.match(text, at)
    if found:
        name = (found["open"] or found["close"]).lower()
        is_whole = name not in RAW_TEXT or bool(found["close"]) or _ends(name, text, found.end(), endless)
        return found.end() if is_whole and is_known(found["open"] or found["close"]) else None
    empty = _EMPTY_COMMENT.match(text, at)
    if empty:
        return empty.end()
    for begin, end in _UNTIL:
        if text.startswith(begin, at) and (begin != "<!" or _DECLARATION.match(text, at)):
            stop = -1 if begin in endless else text.find(end, at + len(begin))
            if stop < 0:
                endless.add(begin)
                return None
            return stop + len(end)
    return None


def _ends(name: str, text: str, at: int, endless: set[str]) -> bool:
    """Whether an element that holds text only ends in this text."""
    if name not in endless and raw_end(text, at, name) is None:
        endless.add(name)
    return name not in endless


def raw_end(text: str, at: int, name: str) -> int | None:
    """Where an element ends of which the content, text only, begins at a place."""
    end = re.compile(rf"</{name}(?=[\s/>])[^>]*>", re.I).search(text, at)
    if not end:
        return None
    hidden = text.rfind("<!--", at, end.start()) if name == "script" else -1
    # A script that is begun in a comment within a script hides the end (HTML, 13.2.5.20).
    is_hidden = hidden >= 0 and re.compile("(?i)-->|<script").search(text, hidden, end.start())
    return None if is_hidden and is_hidden[0] != "-->" else end.end()


_FLAGS = frozenset(["checked", "disabled", "open"])


def to_html(root: Element) -> str:
    """The HTML of what is in an element."""
    parts: list[str] = []
    _write_inner(root, parts.append)
    return "".join(parts)


def _write_inner(element: Element, write: Callable[[str], None]) -> None:
    text = element.text
    if text:
        write(text if type(text) is RawHtml else escaped(text))
    for child in element:
        tag = child.tag
        if tag is None:
            _write_inner(child, write)
        else:
            attributes = "".join([f' {name}="{_quoted(value)}"' if value or name not in _FLAGS else f" {name}"
                                  for name, value in child.attrib.items()])
            write(f"<{tag}{attributes}>")
            if tag not in VOID:
                _write_inner(child, write)
                write(f"</{tag}>")
        if child.tail:
            write(escaped(child.tail))


def escaped(text: str) -> str:
    """A text as HTML."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    return text.replace(">", "&gt;") if ">" in text else text


def _quoted(value: str) -> str:
    return escaped(value).replace('"', "&quot;")
