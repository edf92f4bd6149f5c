"""Headings of finished HTML: their anchors, the contents, and the heading that is the page's title.

`syntax/headings.py` does the same on the tree of the native engine.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from coldpress.markdown.html.extract import TOKEN, visible_text
from coldpress.markdown.rendered import Heading
from coldpress.markdown.tree import HEADINGS, TITLE_MARK, VOID, escaped

_ID = re.compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_NO_WORDS = re.compile(r"<a\b[^>]*\bclass=[\"']headerlink[\"'][^>]*>.*?</a>|<sup id=\"fnref[^\"]*\">.*?</sup>", re.S)
_PERMALINK = re.compile(r"<a\b[^>]*\bclass=[\"']headerlink[\"'][^>]*>.*?</a>", re.S)
_TABLE = re.compile(r"<table>|</table>")


@dataclass(slots=True)
class _Heading:
    """One heading: where its tags begin and end in the HTML, and whether it is at the top of the body."""

    level: int
    start: int
    inner_start: int
    inner_end: int
    end: int
    attributes: str
    is_top: bool
    id: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class HtmlTitle:
    """The heading that was taken out of a body: its anchor, its words and its HTML."""

    id: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Structured:
    """HTML in the shape of a page: a mark is where its title was."""

    html: str
    title: HtmlTitle | None
    contents: tuple[Heading, ...]


def structure_html(html: str, make_id: Callable[[str], str], dash: str) -> Structured:
    """Gives headings their anchors, takes out the title, lowers other headings of the first
    level (a page has one), and wraps tables so that they can scroll."""
    headings = list(_headings(html))
    _name(html, headings, make_id, dash)
    title = _title(html, headings)
    rest = [heading for heading in headings if heading is not title]
    every = any(heading.level == 1 and heading.is_top for heading in rest)
    parts, at = [], 0
    for heading in headings:
        parts.append(html[at:heading.start])
        at = heading.end
        if heading is title:
            parts.append(f"{TITLE_MARK}\n")
            continue
        if heading.level == 1 or (every and heading.level < len(HEADINGS)):
            heading.level += 1
        attributes = heading.attributes if _id_of(heading.attributes) else (
            f'{heading.attributes} id="{escaped(heading.id)}"')
        inner = html[heading.inner_start:heading.inner_end]
        parts.append(f"<h{heading.level}{attributes}>{inner}</h{heading.level}>")
    taken = HtmlTitle(title.id, title.text, _PERMALINK.sub("", html[title.inner_start:title.inner_end]).strip()
                      ) if title else None
    return Structured(_wrap_tables("".join([*parts, html[at:]])), taken, _contents(rest))


def _headings(html: str) -> Iterator[_Heading]:
    """Yields the headings that end, in order."""
    open_tags: list[str] = []
    begun: _Heading | None = None
    for token in TOKEN.finditer(html):
        name = (token["name"] or "").lower()
        if not name:
            continue
        if name in HEADINGS and not token["close"]:
            begun = _Heading(int(name[1]), token.start(), token.end(), 0, 0, token["attributes"].rstrip(),
                             not open_tags)
        elif name in HEADINGS and begun and begun.level == int(name[1]):
            begun.inner_end, begun.end = token.start(), token.end()
            yield begun
            begun = None
        if token["close"] and name in open_tags:
            del open_tags[len(open_tags) - 1 - open_tags[::-1].index(name):]
        elif not token["close"] and name not in VOID and not token["attributes"].endswith("/"):
            open_tags.append(name)


def _name(html: str, headings: list[_Heading], make_id: Callable[[str], str], dash: str) -> None:
    """Fills in the words and the anchors."""
    used = {_id_of(token["attributes"]) for token in TOKEN.finditer(html) if token["name"] and not token["close"]}
    for heading in headings:
        heading.text = visible_text(_NO_WORDS.sub("", html[heading.inner_start:heading.inner_end]))
        heading.id = _id_of(heading.attributes)
        base, number = make_id(heading.text), 0
        name = base
        while not heading.id:
            if name and name not in used:
                heading.id = name
                used.add(name)
            number += 1
            name = f"{base}{dash}{number}"


def _title(html: str, headings: list[_Heading]) -> _Heading | None:
    """The first heading when it is of the first level, and either opens the body or is the
    only one of its level."""
    top = [heading for heading in headings if heading.is_top]
    if not top or top[0].level != 1 or not top[0].text:
        return None
    is_only = sum(heading.level == 1 for heading in top) == 1
    return top[0] if is_only or not visible_text(html[:top[0].start]) else None


def _contents(headings: list[_Heading]) -> tuple[Heading, ...]:
    ahead = headings[::-1]

    def below(level: int) -> tuple[Heading, ...]:
        found = []
        while ahead and ahead[-1].level > level:
            heading = ahead.pop()
            found.append(Heading(heading.level, heading.id, heading.text, below(heading.level)))
        return tuple(found)

    return below(0)


def _wrap_tables(html: str) -> str:
    """Wraps each table that has no attributes and is not part of another one."""
    depth, parts, at = 0, [], 0
    for token in TOKEN.finditer(html) if _TABLE.search(html) else ():
        if token.group() == "<table>":
            if not depth:
                parts += [html[at:token.start()], '<div class="table" tabindex="0">']
                at = token.start()
            depth += 1
        elif token.group() == "</table>" and depth:
            depth -= 1
            if not depth:
                parts += [html[at:token.end()], "</div>"]
                at = token.end()
    return "".join([*parts, html[at:]])


def _id_of(attributes: str) -> str:
    found = _ID.search(attributes)
    return entities.unescape(next(filter(None, found.groups()), "")) if found else ""
