"""The element tree of a parsed body, the names of HTML elements, and the serializer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from coldpress.text import lazy_re_compile

TITLE_MARK = "<!--coldpress:title-->"
"""Marks the place of the heading that was taken out as the page's title."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
"""The names of heading elements, from the first level to the last."""
COMPONENT_MARK = lazy_re_compile(r"<!--coldpress:(?:component (?P<number>[0-9]+)|(?P<part>body|end))-->")
"""Matches the marks of a component in the HTML: its beginning, the beginning of its content, its end."""
PAGE_LINK = "[[]]"
"""The name of the component for a wikilink."""
EMBED = "![[]]"
"""The name of the component for an embed of Obsidian."""
LINK_ATTRIBUTES = ("href", "link", "to")
"""The attributes of a component that make a link of it."""
CALLOUT_TITLE = "[!]"
"""The name of the component for the default title of a callout, which depends on the page's language."""

CALLOUTS = frozenset([
    "note", "tip", "info", "important", "warning", "caution", "danger", "success", "question", "failure", "bug",
    "example", "abstract", "quote", "hint", "attention", "error", "todo", "seealso"])
"""The names of directives that are callouts, and need no template."""


class SourceText(str):
    """The text of a leaf block, before its inline Markdown is parsed.  `line` is the number of its first line in
    the body; `columns` has the column in which each of its lines begins.  Both count from 1."""

    __slots__ = ("_known", "columns", "line")
    line: int
    columns: tuple[int, ...]
    _known: tuple[int, int, int]

    @classmethod
    def at(cls, text: str, line: int, columns: tuple[int, ...]) -> SourceText:
        """Makes a text that begins at a line, with the columns of its lines."""
        source = cls(text)
        source.line = line
        source.columns = columns
        source._known = 0, 0, 0
        return source

    def part(self, start: int, end: int | None = None) -> SourceText:
        """Returns a part of the text, with its own line and columns."""
        line, column = self.place(start)
        skipped = line - self.line + 1
        return SourceText.at(self[start:end], line, (column, *self.columns[skipped:]))

    def place(self, offset: int) -> tuple[int, int]:
        """Returns the line and the column of a character."""
        known, before, start = self._known  # most callers ask for places in ascending order
        if offset < known:
            known = before = start = 0
        before += self.count("\n", known, offset)
        start = max(start, self.rfind("\n", known, offset) + 1)
        self._known = offset, before, start
        column = self.columns[before] if before < len(self.columns) else 1
        return self.line + before, column + offset - start


class Verbatim(str):
    """Text that contains no Markdown: code, a formula."""

    __slots__ = ()


class ForeignTag(Verbatim):
    """A template tag of another generator."""

    __slots__ = ()


class RawHtml(str):
    """HTML that is written as it is, without escaping."""

    __slots__ = ()


class HtmlWithText(RawHtml):
    """HTML without ids and links, such as that of a code block.  `text` is its plain text."""

    __slots__ = ("text",)
    text: str

    @classmethod
    def of(cls, html: str, text: str) -> HtmlWithText:
        """Makes it from both."""
        made = cls(html)
        made.text = text
        return made


class LinkTarget(str):
    """The target of a link; `place` is the line, column and length of it in the source."""

    __slots__ = ("place",)
    place: tuple[int, int, int]

    @classmethod
    def at(cls, url: str, line: int, column: int, length: int) -> LinkTarget:
        """Makes a target with its place."""
        target = cls(url)
        target.place = line, column, length
        return target


def group(text: str | None = None) -> Element:
    """Makes an element without a tag: only its content is written."""
    element = Element("")
    element.tag = None  # type: ignore[assignment]  # `to_html` writes no tag for it
    element.text = text
    return element


def raw(html: str) -> Element:
    """Makes an element whose content is HTML."""
    return group(RawHtml(html))


class Emoji(Element):
    """A character that the author wrote as a short code."""

    def __init__(self, character: str, code: str) -> None:
        super().__init__("")
        self.tag = None  # type: ignore[assignment]  # a group
        self.text = character
        self.code = code


class ComponentElement(Element):
    """A component: its first child is its title, the others are its content.  `kind` is `container`, `leaf`
    or `inline`; `written` and `closing` are the texts before and after the content in the source."""

    def __init__(self, name: str, kind: str, attributes: dict[str, str], written: str, closing: str = "") -> None:
        super().__init__("component")
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.written = written
        self.closing = closing
        self.place = 1, 1


ATTRIBUTE = r"""[ \t\n]++[a-zA-Z_:@][a-zA-Z0-9_.:@-]*(?:[ \t\n]*=[ \t\n]*(?:[^ \t\n"'=<>`]+|'[^']*'|"[^"]*"))?"""
_TAG = lazy_re_compile(
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
ELEMENT_NAMES = frozenset(_HTML.split()) | MATHML | SVG
"""The names of elements in HTML, MathML and SVG, without custom elements."""
BLOCKS = frozenset(_BLOCKS.split())
"""The names that begin an HTML block (CommonMark 0.31.2, section 4.6, kind 6)."""

VOID = frozenset([
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])
"""The names of void elements, which have no end tag."""
RAW_TEXT = frozenset(["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"])
"""The names of elements that contain only text, in which tags are not recognized."""


def is_known_element(name: str) -> bool:
    """Returns whether an element is known to browsers, or is a custom element."""
    return name.lower() in ELEMENT_NAMES or ("-" in name and name[0].islower())


def tag_at(text: str, at: int, endless: set[str]) -> int | None:
    """Returns the end of the tag, comment, declaration or the like at an offset (CommonMark 0.31.2, section 6.6); None
    if there is none.  `endless` collects the openings that have no end in this text, so that each is searched once."""
    found = _TAG.match(text, at)
    if found:
        name = (found["open"] or found["close"]).lower()
        is_whole = name not in RAW_TEXT or bool(found["close"]) or _has_end_tag(name, text, found.end(), endless)
        return found.end() if is_whole and is_known_element(found["open"] or found["close"]) else None
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


def _has_end_tag(name: str, text: str, at: int, endless: set[str]) -> bool:
    """Returns whether the end tag of an element that contains only text follows."""
    if name not in endless and raw_end(text, at, name) is None:
        endless.add(name)
    return name not in endless


def raw_end(text: str, at: int, name: str) -> int | None:
    """Returns the end of an element that contains only text; its content begins at an offset."""
    end = re.compile(rf"</{name}(?=[\s/>])[^>]*>", re.I).search(text, at)
    if not end:
        return None
    hidden = text.rfind("<!--", at, end.start()) if name == "script" else -1
    # In a script, `<!-- <script` hides the next end tag (HTML, 13.2.5.20: script data double escaped state).
    is_hidden = hidden >= 0 and re.compile("(?i)-->|<script").search(text, hidden, end.start())
    return None if is_hidden and is_hidden[0] != "-->" else end.end()


_BOOLEAN_ATTRIBUTES = frozenset(["checked", "disabled", "open"])


def to_html(root: Element) -> str:
    """Serializes the content of an element as HTML."""
    parts: list[str] = []
    _write_inner(root, parts.append)
    return "".join(parts)


def _write_inner(element: Element, write: Callable[[str], None]) -> None:
    text = element.text
    if text:
        write(text if isinstance(text, RawHtml) else escaped(text))
    for child in element:
        tag = child.tag
        if tag is None:
            _write_inner(child, write)
        else:
            write(f"<{tag}{attributes_html(child.attrib)}>" if child.items() else f"<{tag}>")
            if tag not in VOID:
                _write_inner(child, write)
                write(f"</{tag}>")
        if child.tail:
            write(escaped(child.tail))


def attributes_html(attributes: Mapping[str, str]) -> str:
    """Serializes the attributes of an element."""
    return "".join([
        f' {name}="{_quoted(value)}"' if value or name not in _BOOLEAN_ATTRIBUTES else f" {name}"
        for name, value in attributes.items()])


def escaped(text: str) -> str:
    """Escapes a text for HTML."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    return text.replace(">", "&gt;") if ">" in text else text


def _quoted(value: str) -> str:
    return escaped(value).replace('"', "&quot;")
