"""Rendered markup as text and back: JSON, so that a cache from elsewhere can
be read without running anything of it."""

from __future__ import annotations

import json
from typing import Any

from coldpress.markup.rendered import Brief, Component, Flaw, Fragment, Heading, Link, Part, Rendered, Title
from coldpress.markup.store import Kept
from coldpress.markup.words import weigh


def kept(rendered: Rendered, digest: str = "", *, indexed: bool = True) -> Kept:
    """A rendered body as the store keeps it, with its words where there is a search."""
    words = weigh(rendered.text, headings_of(rendered)) if indexed else ""
    return Kept.of(digest, dumps(rendered), dumps_brief(rendered.brief), words, rendered.text)


def headings_of(rendered: Rendered) -> list[str]:
    """The words of the headings of a body, the one that may be its title first."""
    ahead = list(reversed(rendered.toc))
    found = [rendered.title.text] if rendered.title else []
    while ahead:
        heading = ahead.pop()
        found.append(heading.title)
        ahead += reversed(heading.children)
    return found


def dumps(rendered: Rendered) -> str:
    """A rendered body as compact JSON, but for its brief and its text."""
    title = rendered.title
    return _json([
        _parts(rendered.html), _title(title) if title else None,
        [_heading(heading) for heading in rendered.toc], rendered.anchors, rendered.words, rendered.cjk,
        [[flaw.code, flaw.message, flaw.line, flaw.column, flaw.length, flaw.hint, flaw.severity]
         for flaw in rendered.flaws],
    ])


def dumps_brief(brief: Brief) -> str:
    """A brief as compact JSON."""
    return _json([_parts(brief.summary), brief.text, brief.has_more, brief.links])


def loads(kept: Kept) -> Rendered:
    """A body back from the store.  Raises `ValueError`, `TypeError` or `IndexError` for what
    `dumps` did not write."""
    html, title, toc, anchors, words, cjk, flaws = json.loads(kept.text)
    made = _made_title(*title) if title else None
    return Rendered(
        html=_fragment(html, made), brief=loads_brief(kept.brief), title=made,
        toc=tuple(_made_heading(heading) for heading in toc), anchors=tuple(anchors), words=words, cjk=cjk,
        flaws=tuple(Flaw(*flaw) for flaw in flaws), text=kept.words.text)


def loads_brief(text: str) -> Brief:
    """A brief back; raises as `loads` does."""
    summary, plain, has_more, links = json.loads(text)
    return Brief(_fragment(summary, None), plain, has_more, tuple(links))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _parts(fragment: Fragment) -> list[Any]:
    """Text as it is, slots as lists, the title's place as a zero."""
    return [part if isinstance(part, str) else 0 if isinstance(part, Title) else _link(part)
            if isinstance(part, Link) else _component(part) for part in fragment.parts]


def _title(title: Title) -> list[Any]:
    return [title.id, title.text, title.written, title.lines, _parts(title.html)]


def _made_title(name: str, text: str, written: str, lines: list[int] | None, html: list[Any]) -> Title:
    return Title(name, text, written, (lines[0], lines[1]) if lines else None, _fragment(html, None))


def _link(link: Link) -> list[Any]:
    return [link.kind, link.target, link.line, link.column, link.length]


def _component(made: Component) -> list[Any]:
    attributes = [[name, value if isinstance(value, str) else _link(value)] for name, value in made.attributes]
    return ["component", made.name, made.kind, made.number, attributes, _parts(made.title), _parts(made.body),
            made.before, made.after, made.line, made.column]


def _made_component(parts: list[Any], title: Title | None) -> Component:
    _, name, kind, number, attributes, label, body, before, after, line, column = parts
    return Component(
        name, kind, number,
        tuple((key, value if isinstance(value, str) else Link(*value)) for key, value in attributes),
        _fragment(label, None), _fragment(body, title), before, after, line, column)


def _fragment(parts: list[Any], title: Title | None) -> Fragment:
    made: list[Part] = []
    for part in parts:
        if isinstance(part, str):
            made.append(part)
        elif part == 0:
            if title is None:
                raise ValueError("there is no title to put here")
            made.append(title)
        elif part[0] == "component":
            made.append(_made_component(part, title))
        else:
            made.append(Link(*part))
    return Fragment(tuple(made))


def _heading(heading: Heading) -> list[Any]:
    return [heading.level, heading.id, heading.title, [_heading(child) for child in heading.children]]


def _made_heading(parts: list[Any]) -> Heading:
    level, name, title, children = parts
    return Heading(level, name, title, tuple(_made_heading(child) for child in children))
