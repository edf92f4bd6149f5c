"""Headings of the first level in raw HTML: `<h1 align="center">Name</h1>`.

A page has one `<h1>`, its title, in whichever language that is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from coldpress.markup.tree import Raw, raw

_MAY_HAVE = re.compile("</?h1", re.I)
_MARK = re.compile(
    r"<!--|<(?P<hides>script|style|textarea|title|xmp|iframe|noembed|noframes|template)\b"
    r"|<(?P<close>/?)h(?P<level>[1-6])(?=[\s/>])[^<>]*>", re.I)
_AROUND = re.compile(r"<(?P<close>/?)(?:(?P<bare>center|header)|div|p|section)\b(?P<attributes>[^>]*)>", re.I)
_CENTERED = re.compile(r"""\s*align\s*=\s*["']?center["']?\s*""", re.I)
_MOST = 4  # headings of one block that are looked at closely


def split_headings(html: str) -> Iterator[Element]:
    """A block of raw HTML in pieces: each `<h1>` in it that is no part of a
    layout is an element, the rest as it is."""
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
    """Let what is left of `<h1>` in raw HTML be one level below."""
    for element in root.iter():
        html = element.text
        if isinstance(html, Raw) and _MAY_HAVE.search(html):
            ends = [tag.start("level") for tag in _tags(html) if tag["level"] == "1"]
            starts = [0, *(end + 1 for end in ends)]
            element.text = Raw("2".join(html[start:end] for start, end in zip(starts, [*ends, None], strict=True)))


def _headings(html: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """The tags of each `<h1>` that ends before another heading begins."""
    begin, count = None, 0
    for tag in _tags(html):
        if begin and tag["close"] and tag["level"] == "1" and count < _MOST:
            count += 1
            yield begin, tag
        begin = tag if tag["level"] == "1" and not tag["close"] else None


def _tags(html: str) -> Iterator[re.Match[str]]:
    """The tags of headings, but for those in comments and in what holds only text."""
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
    """Whether what a heading stands in is centered; None where that is more than
    an element which only groups or aligns."""
    around: list[bool] = []
    for tag in _AROUND.finditer(before):
        if not tag["close"]:
            is_centered = (tag["bare"] or "").lower() == "center" or bool(_CENTERED.fullmatch(tag["attributes"]))
            if tag["attributes"].strip() and not is_centered:
                return None
            around.append(is_centered)
        elif around:
            around.pop()
    return any(around)


def _heading(tag: str, inner: str, *, is_centered: bool) -> Element:
    reader = _Attributes()
    reader.feed(tag)
    element = Element("h1", {name: value or "" for name, value in reader.found})
    if is_centered:
        element.attrib.setdefault("align", "center")
    element.text = Raw(inner.strip())
    element.tail = "\n"
    return element


class _Attributes(HTMLParser):
    """Reads the attributes of one tag."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = attrs
