"""Where Python-Markdown reads more into a text than its author meant."""

from __future__ import annotations

import re

import markdown
from markdown.extensions import Extension
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.inlinepatterns import (
    IMAGE_REFERENCE_RE,
    REFERENCE_RE,
    ImageReferenceInlineProcessor,
    ReferenceInlineProcessor,
)

_LABEL = re.compile(r"\[([^\]]*)\]", re.S)
# `{: .wide}`, `{#id}`, `{.cls}`, `{key=value}`; not `{% endnote %}`, `{{ x }}` or `{props}`.
_ATTRIBUTES = r"\{(?::|(?=[ ]*(?:[#.][\w-]|[\w:-]+=)))[ ]*([^\}\n ][^\n]*)\}"


class Dialect(Extension):
    """Reference links as CommonMark has them, attribute lists only where they are meant."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  (Python-Markdown's name)
        md.inlinePatterns.register(_Reference(REFERENCE_RE, md), "reference", 170)
        md.inlinePatterns.register(_ImageReference(IMAGE_REFERENCE_RE, md), "image_reference", 140)
        md.treeprocessors.register(_Attributes(md), "attr_list", 8)


class _Reference(ReferenceInlineProcessor):
    RE_LINK = _LABEL  # `[a] [b]` is two links, not one


class _ImageReference(ImageReferenceInlineProcessor):
    RE_LINK = _LABEL


class _Attributes(AttrListTreeprocessor):
    # Its own stubs call them final; it reads them through `self`.
    BASE_RE = _ATTRIBUTES  # type: ignore[misc]
    HEADER_RE = re.compile(rf"[ ]+{_ATTRIBUTES}[ ]*$")  # type: ignore[misc]
    BLOCK_RE = re.compile(rf"\n[ ]*{_ATTRIBUTES}[ ]*$")  # type: ignore[misc]
    INLINE_RE = re.compile(rf"^{_ATTRIBUTES}")  # type: ignore[misc]
