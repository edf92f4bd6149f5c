"""The heading that names a page: in a body's tree, and in a body that is not rendered.

Both ask the same parser, before anything is done for typography.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from coldpress.markup import attributes
from coldpress.markup.blocks import Blocks
from coldpress.markup.comments import without_comments
from coldpress.markup.destinations import References
from coldpress.markup.footnotes import Footnotes
from coldpress.markup.grammar import STARTS
from coldpress.markup.inlines import Inlines, read_leaf
from coldpress.markup.plain import text_of
from coldpress.markup.scan import visible_text
from coldpress.markup.tree import HEADINGS, Raw, Source
from coldpress.text import one_line

_OPENING = re.compile(r"(?:[ \t]*\n)* {0,3}#[ \t][^\[\n]*(?=\n|\Z)")
_MAY_HAVE = re.compile(r"^ {0,3}(?:#(?:[ \t]|$)|=+[ \t]*$|<h1)|<h1[\s>]", re.M | re.I)


@dataclass(frozen=True, slots=True)
class TitleHeading:
    """A heading that may be a page's title: its words, its text as it was
    written, and the lines it stands on, from the first to the one after the last."""

    element: Element
    text: str
    written: str
    lines: tuple[int, int] | None


def find_title(root: Element) -> Element | None:
    """The first heading of a body when it is of the first level, and either
    opens the body or is the only one of its level."""
    headings = [element for element in root if element.tag in HEADINGS]
    if not headings or headings[0].tag != "h1":
        return None
    is_only = sum(element.tag == "h1" for element in headings) == 1
    return headings[0] if is_only or _opens(root, headings[0]) else None


def read_title(root: Element, read: Callable[[Element], None]) -> TitleHeading | None:
    """The same when `read` has read its marks; None for one without words."""
    element = find_title(root)
    if element is None:
        return None
    text = element.text or ""
    listed = attributes.of_heading(text)
    written = text[:listed[0]] if listed else text
    lines = (text.line, text.line + text.count("\n") + 1) if isinstance(text, Source) else None
    read(element)
    words = one_line(text_of(element))
    return TitleHeading(element, words, one_line(written), lines) if words else None


def title_of(body: str) -> str | None:
    """The words of the heading that names a page whose front matter does not."""
    body = without_comments(body)
    opening = _OPENING.match(body)
    if not opening and not _MAY_HAVE.search(body):
        return None
    references = References()
    blocks = Blocks(STARTS, references.without)
    root = blocks.parse(opening[0] if opening else body, _Settled())
    inlines = Inlines(references, Footnotes(blocks.notes).mark)
    title = read_title(root, lambda heading: read_leaf(heading, inlines))
    return title.text if title else None


class _Settled:
    """Whether nothing below in a body can make another heading its title, nor
    the same one mean something else."""

    def __init__(self) -> None:
        self._seen = 0
        self._first: Element | None = None

    def __call__(self, root: Element) -> bool:
        if self._first is not None or len(root) == self._seen:
            return False
        self._first = next((element for element in root[self._seen:] if element.tag in HEADINGS), None)
        self._seen = len(root)
        first = self._first
        return first is not None and (
            first.tag != "h1" or ("[" not in (first.text or "") and _opens(root, first)))


def _opens(root: Element, heading: Element) -> bool:
    """Whether nothing stands before a heading but HTML without a word: comments, a logo."""
    for element in root:
        if element is heading:
            break
        if not isinstance(element.text, Raw) or visible_text(element.text):
            return False
    return True
