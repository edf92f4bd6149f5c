"""Extracts links, anchors, plain text, the summary and single sections from HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from coldpress.markdown.html.html_repair import complete_tags, repair
from coldpress.markdown.rendered import Fragment, Heading, Slot, TextSection, Title, flat_headings
from coldpress.markdown.tree import HEADINGS, TITLE_MARK, VOID, Emoji, RawHtml, attributes_html, raw, to_html
from coldpress.text import lazy_re_compile

_MAY_HAVE = re.compile("</?h1", re.I)
_MARK = lazy_re_compile(
    r"<!--|<(?P<hides>script|style|textarea|title|xmp|iframe|noembed|noframes|template)\b"
    r"|<(?P<close>/?)h(?P<level>[1-6])(?=[\s/>])[^<>]*>", re.I)
_WRAPPER_TAG = lazy_re_compile(r"<(?P<close>/?)(?:(?P<bare>center|header)|div|p|section)\b(?P<attributes>[^>]*)>", re.I)
_CENTERED = re.compile(r"""\s*align\s*=\s*["']?center["']?\s*""", re.I)
_MAX_HEADINGS = 4  # headings of one block that are examined


def split_headings(html: str) -> Iterator[Element]:
    """Splits a block of raw HTML: each `<h1>` outside of a layout becomes a heading element, the rest stays raw."""
    at = 0
    for begin, end in _headings(html) if _MAY_HAVE.search(html) else ():
        is_centered = _is_centered(html[:begin.start()])
        if is_centered is not None:
            if html[at:begin.start()].strip():
                yield raw(html[at:begin.start()])
            yield _heading(begin[0], html[begin.end():end.start()], is_centered=is_centered)
            at = end.end()
    if html[at:].strip() or not at:
        yield raw(html[at:])


def lower_headings(root: Element) -> None:
    """Lowers the remaining `<h1>` in raw HTML by one level."""
    for element in root.iter():
        html = element.text
        if isinstance(html, RawHtml) and _MAY_HAVE.search(html):
            ends = [tag.start("level") for tag in _tags(html) if tag["level"] == "1"]
            starts = [0, *(end + 1 for end in ends)]
            element.text = RawHtml("2".join(html[start:end] for start, end in zip(starts, [*ends, None], strict=True)))


def _headings(html: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Yields the tags of each `<h1>` that ends before another heading begins."""
    begin, count = None, 0
    for tag in _tags(html):
        if begin and tag["close"] and tag["level"] == "1" and count < _MAX_HEADINGS:
            count += 1
            yield begin, tag
        begin = tag if tag["level"] == "1" and not tag["close"] else None


def _tags(html: str) -> Iterator[re.Match[str]]:
    """Yields the tags of headings, except in comments and in elements that contain only text."""
    folded, endless, at = html.lower(), set(), 0
    while found := _MARK.search(html, at):
        at = found.end()
        if found["level"]:
            yield found
            continue
        end = f"</{found['hides'].lower()}" if found["hides"] else "-->"
        stop = -1 if end in endless else folded.find(end, at)
        if stop < 0:
            endless.add(end)
        else:
            at = stop


def _is_centered(before: str) -> bool | None:
    """Returns whether the elements around a heading center it; None if they do more than group or align."""
    around: list[bool] = []
    for tag in _WRAPPER_TAG.finditer(before):
        if not tag["close"]:
            is_centered = (tag["bare"] or "").lower() == "center" or bool(_CENTERED.fullmatch(tag["attributes"]))
            if tag["attributes"].strip() and not is_centered:
                return None
            around.append(is_centered)
        elif around:
            around.pop()
    return any(around)


def _heading(tag: str, inner: str, *, is_centered: bool) -> Element:
    """Makes the element of a heading in raw HTML."""
    from coldpress.markdown.html.tag_attributes import tag_attributes  # noqa: PLC0415  (few pages have such headings)

    element = Element("h1", tag_attributes(tag))
    if is_centered:
        element.attrib.setdefault("align", "center")
    element.text = RawHtml(inner.strip())
    element.tail = "\n"
    return element


TOKEN = re.compile(
    r"<(?:!--.*?-->|(?P<raw>(?P<kind>script|style)\b[^>]*>)(?P<inside>.*?)(?=</(?P=kind)\s*>)"
    r"|(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*)(?P<attributes>(?:\"[^\"]*+\"|'[^']*+'|[^<>\"']++)*+)>)", re.S | re.I)
"""Matches tags, comments, and the content of scripts and styles."""
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|template|annotation)\b.*?</\1\s*>", re.S | re.I)
_NOTE_MARK = re.compile(
    r"<sup id=\"fnref[^<>]*><a\b[^<>]*>[^<]*</a></sup>|<a class=\"footnote-backref\"[^<>]*>[^<]*</a>")
BLOCK_TAGS = frozenset((
    *HEADINGS, "p", "div", "ul", "ol", "li", "pre", "table", "caption", "tr", "td", "th", "br", "hr", "dl", "dt", "dd",
    "blockquote", "figure", "figcaption", "details", "summary", "section", "article", "aside", "nav", "header",
    "footer", "main", "address", "center", "option"))
"""The elements that are separated by spaces in plain text."""
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCK_TAGS))})\b[^>]*>", re.I)
_ANY_TAG = re.compile(r"<(?:/?[a-zA-Z](?:\"[^\"]*+\"|'[^']*+'|[^<>\"']++)*+|![^>]*)>")


def visible_text(text: str) -> str:
    """Returns the plain text of HTML: entities are decoded, and blocks are separated by spaces."""
    return " ".join(spaced_text(text).split())


def spaced_text(text: str) -> str:
    """Returns the plain text of HTML, with all its spaces."""
    return html.unescape(_ANY_TAG.sub("", _BLOCK_TAG.sub(" ", _HIDDEN.sub(" ", _NOTE_MARK.sub("", text)))))


class HeadedText(NamedTuple):
    """The id and the text of a heading, and the text up to the next one; before the first one, there is only text."""

    id: str
    heading: str
    text: str


_WHOLE_HEADING = re.compile(
    r"<h(?P<level>[1-6])(?P<attributes>\s(?:\"[^\"]*+\"|'[^']*+'|[^<>\"'])*+)>(?P<inner>.*?)</h(?P=level)\s*>",
    re.S | re.I)


def headed_texts(html: str) -> Iterator[HeadedText]:
    """Splits the plain text of HTML at the headings that have an id."""
    html = _HIDDEN.sub(" ", _NOTE_MARK.sub("", html))
    ident, heading, at = "", "", 0
    for found in _WHOLE_HEADING.finditer(html):
        own_id = _id_of_tag(found["attributes"])
        if own_id:
            yield HeadedText(ident, heading, visible_text(html[at:found.start()]))
            ident, heading, at = own_id, visible_text(found["inner"]), found.end()
    yield HeadedText(ident, heading, visible_text(html[at:]))


def plain_text(texts: Iterable[HeadedText]) -> str:
    """Joins split text."""
    return " ".join(part for text in texts for part in (text.heading, text.text) if part)


def text_sections(texts: Iterable[HeadedText], title: Title | None, contents: Iterable[Heading]
                  ) -> tuple[TextSection, ...]:
    """Returns the sections of a body: its text split at the headings of its contents."""
    titles = {heading.id: heading.title for heading in flat_headings(contents)}
    sections = [TextSection(title.id, title.text, "") if title else TextSection("", "", "")]
    for ident, heading, text in texts:
        if ident in titles:
            sections.append(TextSection(ident, titles.pop(ident), text))
        else:
            last = sections[-1]
            whole = " ".join(part for part in (last.text, heading, text) if part)
            sections[-1] = TextSection(last.id, last.heading, whole)
    return tuple(sections)


_ALT = lazy_re_compile(r"<img\b[^>]*?\salt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)


def element_text(element: Element, *, as_written: bool = False) -> str:
    """Returns the text of an element, without footnote references and icons.  An emoji is its character; with
    `as_written` it is its short code, as in the anchors of GitHub."""
    return "".join(_element_texts(element, as_written))


def _element_texts(element: Element, as_written: bool) -> Iterator[str]:
    """Yields the texts of an element and its children."""
    if element.get("id", "").startswith("fnref"):
        return
    if as_written and isinstance(element, Emoji):
        yield element.code
    elif isinstance(element.text, RawHtml):
        yield _html_text(element.text)
    else:
        yield f"${element.text}$" if element.tag == "math" else element.text or ""
    yield element.get("alt", "")
    for child in element:
        yield from _element_texts(child, as_written)
        yield child.tail or ""


def _html_text(text: str) -> str:
    """Returns the plain text of raw HTML; if it has none, the alternative texts of its images."""
    return visible_text(text) or " ".join(html.unescape(found[1] or found[2] or "") for found in _ALT.finditer(text))


_MORE = re.compile(r"<!--\s*more\s*-->", re.I)
_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>([^<]*+(?:<(?!/?p[\s>])[^<]*+)*+)</p>")
_INVISIBLE = re.compile(r"<!--(?!coldpress:).*?-->|<(script|style|template)\b.*?</\1\s*>", re.S | re.I)
_NOT_TEXT = re.compile(r"\s[^>]*class=\"(?:admonition-title|footnote)")
_NOTE = re.compile(r"<sup id=\"fnref[^\"]*\">.*?</sup>|<div class=\"footnote\">.*\Z", re.S)
_ID = re.compile(
    r"(<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)\s(?:id|name)=(?:\"(?!diagram-)[^\"]*\"|'[^']*')")


def summarize(html: str) -> tuple[str, bool]:
    """Returns the summary as HTML that other pages can show, and whether the author marked its end."""
    marked = _MORE.search(html)
    if marked:
        text = repair(complete_tags(html[: marked.start()]), in_full=True)
    else:
        text = next((f"<p>{found[1]}</p>" for found in _PARAGRAPH.finditer(_INVISIBLE.sub("", html))
                     if not _NOT_TEXT.match(found.group()[2:]) and visible_text(found[1]).strip()), "")
    return _for_other_pages(text), marked is not None


def summarize_tree(root: Element) -> str:
    """Returns the same summary of a tree in which there is no HTML of the author."""
    for paragraph in root.iter("p"):
        text = to_html(paragraph)
        if not _NOT_TEXT.match(f"{attributes_html(paragraph.attrib)}>") and visible_text(text):
            return _for_other_pages(f"<p>{text}</p>")
    return ""


def _for_other_pages(text: str) -> str:
    """Removes ids and footnotes from a summary: they belong to the page of the body."""
    if "=" in text or "<!" in text:
        text = without_ids(_NOTE.sub("", text)).replace(TITLE_MARK, "")
    return text.strip()


def without_ids(html: str) -> str:
    """Removes the ids from HTML that another page shows; a diagram keeps its ids, which its arrows refer to."""
    return _ID.sub(r"\1", str(html))  # a `Markup` would escape the replacements


_SLOT = re.compile("\0([0-9]+)\0")
_ID_ATTRIBUTE = lazy_re_compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_BLOCKS = frozenset((*HEADINGS, "p", "li", "dd", "blockquote", "pre", "ul", "ol", "dl", "div", "figure", "details"))
"""The elements that can be shown as a part of a page."""
_NOT_SEARCHED = frozenset(("svg", "math", "template", "select", "noscript"))
"""The elements with own parsing rules; blocks in them are not found by id."""


def part_of(fragment: Fragment, ident: str) -> Fragment | None:
    """Returns the block with an id; for a heading, also the blocks below it, up to the next heading of the same or
    a higher level; for a list item, its content.  Returns None if no block has the id."""
    slots: list[Slot] = []
    text = "".join(_with_slot_marks(fragment, slots))
    found = _find_part(text, ident)
    return Fragment(tuple(_split_at_slots(text[found[0]:found[1]], slots))) if found else None


def _with_slot_marks(fragment: Fragment, slots: list[Slot]) -> Iterator[str]:
    """Yields the text of a fragment, with a numbered mark for each slot."""
    for part in fragment.parts:
        if isinstance(part, str):
            yield part
        else:
            yield f"\0{len(slots)}\0"
            slots.append(part)


def _split_at_slots(text: str, slots: list[Slot]) -> Iterator[str | Slot]:
    """Yields the texts between the numbered marks, and the slots of the marks."""
    at = 0
    for found in _SLOT.finditer(text):
        yield text[at:found.start()]
        yield slots[int(found[1])]
        at = found.end()
    yield text[at:]


def _find_part(text: str, ident: str) -> tuple[int, int] | None:
    """Returns the beginning and the end of a block or section; all of it is in the same parent element."""
    open_tags: list[str] = []
    start, depth, level = -1, 0, ""
    for token in TOKEN.finditer(text):
        name = (token["name"] or "").lower()
        if not name:
            continue
        if token["close"]:
            if name in open_tags:
                del open_tags[len(open_tags) - 1 - open_tags[::-1].index(name):]
            if start >= 0 and (len(open_tags) < depth or (len(open_tags) == depth and level not in HEADINGS)):
                is_whole = len(open_tags) == depth and level != "li"
                return start, token.end() if is_whole else token.start()
            continue
        if start >= 0 and len(open_tags) == depth and level in HEADINGS and name in HEADINGS and name <= level:
            return start, token.start()
        if (start < 0 and name in _BLOCKS and _id_of_tag(token["attributes"]) == ident
                and not _NOT_SEARCHED & {*open_tags}):
            start, depth, level = token.end() if name == "li" else token.start(), len(open_tags), name
        if name not in VOID:
            open_tags.append(name)
    return (start, len(text)) if start >= 0 else None


def _id_of_tag(attributes: str) -> str | None:
    found = _ID_ATTRIBUTE.search(attributes)
    return html.unescape(next(filter(None, found.groups()), "")) if found else None
