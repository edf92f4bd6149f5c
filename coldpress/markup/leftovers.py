"""What other generators would have made something of, and we show as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from coldpress.markup.locate import Locator
from coldpress.markup.rendered import Flaw
from coldpress.markup.tree import Raw, Verbatim

_TAG = re.compile(
    r"\{\{[<%]-?\s*/?\s*(?P<hugo>[\w./-]+)|\{%-?\s*(?P<liquid>[a-z]\w*)|(?<![\w)])</?(?P<jsx>[A-Z][A-Za-z0-9.]+)(?=[\s/>])"
    r"|(?P<import>\A(?:import|export)\s[\w{}*, ]+?)(?=\sfrom\s)")
_WHOSE = {"hugo": "a shortcode of Hugo or Zola", "liquid": "a tag of Jekyll or Hexo", "jsx": "a component of MDX",
          "import": "an import of MDX"}
_MOST = 4  # names that are told


def leftovers(root: Element, locator: Locator) -> Iterator[Flaw]:
    """One warning a kind, at the first of them."""
    found: dict[str, dict[str, str]] = {}
    for text in _texts(root):
        if "{" in text or "<" in text or text.startswith(("import ", "export ")):
            for tag in _TAG.finditer(text):
                kind = str(tag.lastgroup)
                found.setdefault(kind, {}).setdefault(tag[kind], tag[0])
    for kind, names in found.items():
        line, column = locator.code(next(iter(names.values())))
        told = ", ".join(f"`{name.strip()}`" for name in list(names)[:_MOST]) if kind != "import" else "this line"
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        yield Flaw("markup.leftover", f"{told}{more}: {_WHOSE[kind]}", line, column, 1,
                   "it is shown as text; write it in Markdown, or make it a `:::component`")


def _texts(element: Element) -> Iterator[str]:
    if element.text and not isinstance(element.text, (Raw, Verbatim)):
        yield element.text
    for child in element:
        if child.tag not in ("code", "pre", "math"):
            yield from _texts(child)
        if child.tail:
            yield child.tail
