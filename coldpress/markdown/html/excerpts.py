"""Excerpts of a rendered body: its summary, and the part below a heading."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from coldpress.markdown.html.extract import TOKEN, visible_text
from coldpress.markdown.html.html_repair import completed, repaired
from coldpress.markdown.rendered import Fragment, Slot
from coldpress.markdown.tree import HEADINGS, TITLE_MARK, VOID

_MORE = re.compile(r"<!--\s*more\s*-->", re.I)
_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>([^<]*+(?:<(?!/?p[\s>])[^<]*+)*+)</p>")
_UNSEEN = re.compile(r"<!--(?!coldpress:).*?-->|<(script|style|template)\b.*?</\1\s*>", re.S | re.I)
_NOT_TEXT = re.compile(r"\s[^>]*class=\"(?:admonition-title|footnote)")
_NOTE = re.compile(r"<sup id=\"fnref[^\"]*\">.*?</sup>|<div class=\"footnote\">.*\Z", re.S)
_ID = re.compile(
    r"(<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)\s(?:id|name)=(?:\"(?!diagram-)[^\"]*\"|'[^']*')")


def summarize(html: str) -> tuple[str, bool]:
    """HTML of the summary, fit to stand on another page, and whether the
    author marked its end."""
    marked = _MORE.search(html)
    if marked:
        text = repaired(completed(html[: marked.start()]), in_full=True)
    else:
        text = next((f"<p>{found[1]}</p>" for found in _PARAGRAPH.finditer(_UNSEEN.sub("", html))
                     if not _NOT_TEXT.match(found.group()[2:]) and visible_text(found[1]).strip()), "")
    # Ids and notes belong to the page itself.
    text = without_ids(_NOTE.sub("", text)).replace(TITLE_MARK, "")
    return text.strip(), marked is not None


def without_ids(html: str) -> str:
    """HTML that may stand on a page beside its own; a diagram keeps its ids, which its arrows need."""
    return _ID.sub(r"\1", str(html))  # of `Markup`, what is put in would be escaped


_SLOT = re.compile("\0([0-9]+)\0")
_ID_ATTRIBUTE = re.compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_BLOCKS = frozenset((*HEADINGS, "p", "li", "dd", "blockquote", "pre", "ul", "ol", "dl", "div", "figure", "details"))
"""What can be a part."""
_CLOSED = frozenset(("svg", "math", "template", "select", "noscript"))
"""What is read by other rules within them, so that nothing is taken out."""


def part_of(fragment: Fragment, ident: str) -> Fragment | None:
    """The block with an id; of a heading, all down to the next one that is no
    lower.  None where no block has it."""
    slots: list[Slot] = []
    text = "".join(_marked(fragment, slots))
    found = _span(text, ident)
    return Fragment(tuple(_pieces(text[found[0]:found[1]], slots))) if found else None


def _marked(fragment: Fragment, slots: list[Slot]) -> Iterator[str]:
    """Text in which numbers stand for the slots."""
    for part in fragment.parts:
        if isinstance(part, str):
            yield part
        else:
            yield f"\0{len(slots)}\0"
            slots.append(part)


def _pieces(text: str, slots: list[Slot]) -> Iterator[str | Slot]:
    at = 0
    for found in _SLOT.finditer(text):
        yield text[at:found.start()]
        yield slots[int(found[1])]
        at = found.end()
    yield text[at:]


def _span(text: str, ident: str) -> tuple[int, int] | None:
    """Where a part begins and ends: always among the children of one element."""
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
        if start < 0 and name in _BLOCKS and _id(token["attributes"]) == ident and not _CLOSED & {*open_tags}:
            start, depth, level = token.end() if name == "li" else token.start(), len(open_tags), name
        if name not in VOID:
            open_tags.append(name)
    return (start, len(text)) if start >= 0 else None


def _id(attributes: str) -> str | None:
    found = _ID_ATTRIBUTE.search(attributes)
    return html.unescape(next(filter(None, found.groups()), "")) if found else None
