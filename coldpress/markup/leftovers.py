"""What other generators would have made something of, and we show as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from coldpress.markup.locate import Locator
from coldpress.markup.rendered import Flaw
from coldpress.markup.tree import Raw, Verbatim

_TAG = re.compile(
    r"\{\{[<%]-?\s*/?\s*(?P<hugo>[\w./-]+)|\{%-?\s*(?P<liquid>[a-z]\w*)|(?P<include>\{\*[ \t]*[\w./-]+)"
    r"|(?<![\w)])<(?P<close>/?)(?P<jsx>[A-Z][A-Z0-9]*[a-z.][A-Za-z0-9.]*)(?P<more>\s+[\w-]+=|\s+\{|\s*/>)?")
_QUOTE = "[\"'“”„«»‚‘’]"  # typography has set them
_IMPORT = re.compile(
    rf"(?:import|export)\s[\w{{}}*, ]+?(?=\sfrom\s+{_QUOTE})|import(?=\s+{_QUOTE}[\w./@-]+{_QUOTE}\s*;)")
_WHOSE = {"hugo": "a shortcode of Hugo or Zola", "liquid": "a tag of Jekyll or Hexo", "jsx": "a component of MDX",
          "import": "an import of MDX", "include": "a file shown by FastAPI's `mdx_include`"}
_MOST = 4  # names that are told


def leftovers(root: Element, locator: Locator) -> Iterator[Flaw]:
    """One warning a kind, at the first of them."""
    found: dict[str, dict[str, str]] = {}
    components: set[str] = set()
    for text in _texts(root):
        for tag in _TAG.finditer(text) if "{" in text or "<" in text else ():
            kind = next(kind for kind in _WHOSE if kind in tag.groupdict() and tag[kind])
            found.setdefault(kind, {}).setdefault(tag[kind], f"<{tag[kind]}" if kind == "jsx" else tag[0])
            if tag["close"] or tag["more"]:
                components.add(tag["jsx"])
    for paragraph in root:
        statement = _IMPORT.match(paragraph.text or "") if paragraph.tag == "p" else None
        if statement:
            found.setdefault("import", {}).setdefault(statement[0], statement[0])
    # What has neither an end nor attributes is a placeholder, such as `<Username>`.
    found["jsx"] = {name: written for name, written in found.get("jsx", {}).items() if name in components}
    for kind, names in found.items():
        if not names:
            continue
        line, column = locator.code(next(iter(names.values())))
        told = ", ".join(f"`{name.strip()}`" for name in list(names)[:_MOST]) if kind != "import" else "this line"
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        yield Flaw("markup.leftover", f"{told}{more}: {_WHOSE[kind]}", line, column, 1,
                   "it is shown as text; write it in Markdown, or make it a `:::component`")


def _texts(element: Element) -> Iterator[str]:
    if element.text and type(element.text) not in (Raw, Verbatim):
        yield element.text
    for child in element:
        if child.tag not in ("code", "pre", "math"):
            yield from _texts(child)
        if child.tail:
            yield child.tail
