"""Tags of other generators, which stay letter by letter as they were written:
`{{< hugo >}}`, `{% liquid %}`, `{{ jinja }}`, `{* file *}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from coldpress.markup import bare
from coldpress.markup.tree import Foreign, group

_PAIRS = (("{{<", ">}}"), ("{{%", "%}}"), ("{{", "}}"), ("{%", "%}"), ("{*", "*}"))
_LONGEST = 2000
_IS_TAG = re.compile(r"\{\{[<%]|\{%-?[ \t\n]*[a-z]|\{\{(?:[^{}\n]|\{[^{}\n]*\})+\}\}\Z"
                     r"|\{\*[ \t]*[\w./-]+\.\w+[^*]*\*\}\Z")
_SCHEME = re.compile("(?:https?|ftp)://", re.I)


def foreign_at(text: str, at: int, endless: set[str]) -> tuple[list[Element], int] | None:
    """The tag that begins at a place, and where it ends; `endless` is what is
    known not to end in this text."""
    for begin, end in _PAIRS:
        if text.startswith(begin, at):
            stop = -1 if begin in endless else text.find(end, at + len(begin))
            if stop < 0:
                endless.add(begin)
            elif stop - at < _LONGEST and _IS_TAG.match(tag := text[at:stop + len(end)]):
                return list(_linked(tag)), stop + len(end)
    return None


def _linked(tag: str) -> Iterator[Element]:
    """A tag, in which bare URLs are links all the same."""
    at = 0
    for found in _SCHEME.finditer(tag):
        url = bare.url_at(tag, found.start()) if found.start() >= at else None
        if url:
            yield group(Foreign(tag[at:found.start()]))
            yield bare.link(*url[:2])
            at = url[2]
    yield group(Foreign(tag[at:]))
