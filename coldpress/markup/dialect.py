"""Where Python-Markdown reads more into a text than its author meant."""

from __future__ import annotations

import re

import markdown
from markdown.blockprocessors import HashHeaderProcessor
from markdown.extensions import Extension
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.inlinepatterns import (
    IMAGE_REFERENCE_RE,
    REFERENCE_RE,
    ImageReferenceInlineProcessor,
    ReferenceInlineProcessor,
    SubstituteTagInlineProcessor,
)
from markdown.preprocessors import Preprocessor
from markdown.util import HTML_PLACEHOLDER

_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_PLACEHOLDER = re.compile(rf"(?P<prefix>[ \t>]*){HTML_PLACEHOLDER % r'[0-9]+'}[ \t]*")
_LABEL = re.compile(r"\[([^\]]*)\]", re.S)
# `{: .wide}`, `{#id}`, `{.cls}`, `{key=value}`; not `{% endnote %}`, `{{ x }}` or `{props}`.
_ATTRIBUTES = r"\{(?::|(?=[ ]*(?:[#.][\w-]|[\w:-]+=)))[ ]*([^\}\n ][^\n]*)\}"


class Dialect(Extension):
    """Reference links, headings and hard breaks as CommonMark has them; fences
    and other whole blocks apart from the text round them; attribute lists only
    where they are meant."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  (Python-Markdown's name)
        md.inlinePatterns.register(_Reference(REFERENCE_RE, md), "reference", 170)
        md.inlinePatterns.register(_ImageReference(IMAGE_REFERENCE_RE, md), "image_reference", 140)
        md.inlinePatterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "backslash_break", 175)
        # After fences (25), raw HTML (20) and formulas (19) have become placeholders.
        md.preprocessors.register(_Apart(md), "apart", 18)
        md.parser.blockprocessors.register(_Heading(md.parser), "hashheader", 70)
        md.treeprocessors.register(_Attributes(md), "attr_list", 8)


class _Reference(ReferenceInlineProcessor):
    RE_LINK = _LABEL  # `[a] [b]` is two links, not one


class _ImageReference(ImageReferenceInlineProcessor):
    RE_LINK = _LABEL


class _Heading(HashHeaderProcessor):
    RE = re.compile(r"(?:^|\n) {0,3}(?P<level>#{1,6})(?P<header>[ \t](?:\\.|[^\\])*?)#*(?:\n|$)")  # `#tag` is text


class _Apart(Preprocessor):
    """Blank lines round every block that is a placeholder now, within its
    list item or quote: text right above or below it is a block of its own."""

    def run(self, lines: list[str]) -> list[str]:
        apart: list[str] = []
        for number, line in enumerate(lines):
            found = _PLACEHOLDER.fullmatch(line)
            if not found:
                apart.append(line)
                continue
            blank = found["prefix"].rstrip()
            if apart and not _is_blank(apart[-1]):
                apart.append(blank)
            apart.append(_item_indent(apart, found["prefix"]) + line.lstrip(" \t>"))
            if number + 1 < len(lines) and not _is_blank(lines[number + 1]):
                apart.append(blank)
        return apart


def _is_blank(line: str) -> bool:
    return not line.strip(" \t>")


def _item_indent(above: list[str], prefix: str) -> str:
    """The prefix of a block that belongs to a list item above it: an item's
    text may begin two columns in, Python-Markdown wants four."""
    width = len(prefix.expandtabs(4))
    for line in reversed(above if width and ">" not in prefix else ()):
        inner = len(line) - len(line.lstrip())
        if line.strip() and inner < width:
            item = _ITEM.match(line)
            return " " * (inner + 4) if item and len(item[0]) <= width < inner + 4 else prefix
    return prefix


class _Attributes(AttrListTreeprocessor):
    # Its own stubs call them final; it reads them through `self`.
    BASE_RE = _ATTRIBUTES  # type: ignore[misc]
    HEADER_RE = re.compile(rf"[ ]+{_ATTRIBUTES}[ ]*$")  # type: ignore[misc]
    BLOCK_RE = re.compile(rf"\n[ ]*{_ATTRIBUTES}[ ]*$")  # type: ignore[misc]
    INLINE_RE = re.compile(rf"^{_ATTRIBUTES}")  # type: ignore[misc]
