"""What a page shows, apart from how it looks: to compare our pages with those
that MkDocs and Material make of the same Markdown.

What those make of `sites/mkdocs` is kept beside it.  After a change there:

    cd tests/sites/mkdocs && mkdocs build --strict -d OUT && python ../../outline.py OUT > material.json
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "sites/mkdocs"
_CJK_GAP = re.compile("(?<=[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]) (?=[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef])")
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = {"p", "div", "li", "td", "th", "dt", "dd", "pre", "br", "label", "summary", "tr", "section", "figure",
          "figcaption", *HEADINGS}
UNSEEN = {"script", "style", "svg", "math"}


@dataclass
class Node:
    """An element, or a text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def all(self) -> list[Node]:
        """The element and all within it."""
        return [self, *(node for child in self.children for node in child.all())]

    def words(self, *, code: bool = True) -> str:
        """What is read in it; marks that lead to footnotes and icons are not."""
        return " ".join("".join(self._texts(code)).split())

    def _texts(self, code: bool) -> list[str]:
        if self.name == "#text":
            return [self.text]
        if self.name in UNSEEN or self.classes & {
                "headerlink", "twemoji", "symbol", "arithmatex", "math", "mermaid", "diagram", "toc", "linenos"}:
            return []
        if self.name == "sup" and self.attributes.get("id", "").startswith("fnref"):
            return []
        if self.classes & {"footnote-backref"} or (not code and self.name == "pre"):
            return []
        block = self.name in BLOCKS
        inner = [text for child in self.children for text in child._texts(code)]
        return [" ", *inner, " "] if block else inner


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("#root")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in {node.name for node in self.open}:
            while self.open.pop().name != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(Node("#text", text=data))


def tree(html: str) -> Node:
    """A page as elements."""
    parser = _Tree()
    parser.feed(html)
    parser.close()
    return parser.open[0]


def article(html: str) -> Node:
    """The part of a page that is its content, below its title."""
    nodes = tree(html).all()
    prose = [node for node in nodes if "prose" in node.classes]
    found = prose[0] if prose else next(node for node in nodes if node.name == "article")
    for node in found.all():
        node.children = [child for child in node.children if child.name not in ("h1", "nav")]
    return found


def outline(page: Node) -> dict[str, Any]:
    """Everything that the Markdown made."""
    nodes = page.all()
    blocks = [node for node in nodes if node.name == "pre" and any(child.name == "code" for child in node.children)
              and "mermaid" not in node.classes]
    return {
        "headings": [[node.name, node.attributes.get("id", ""), node.words()] for node in nodes
                     if node.name in HEADINGS[1:]],
        "admonitions": [_admonition(node) for node in nodes if node.classes & set(KINDS) and (
            node.name == "details" or "admonition" in node.classes)],
        "tabs": [[label.words() for labels in node.children if "tabbed-labels" in labels.classes
                  for label in labels.children if label.name == "label"]
                 for node in nodes if "tabbed-set" in node.classes],
        "tab blocks": [node.words() for node in nodes if "tabbed-block" in node.classes],
        "code": [_code(node) for node in blocks],
        "code titles": list(dict.fromkeys(node.words() for node in nodes if "filename" in node.classes or (
            node.name == "figcaption" and any(child.name == "pre" for child in _siblings(nodes, node))))),
        "marked lines": sum("hll" in node.classes for node in nodes),
        "diagrams": sum("mermaid" in node.classes or "diagram" in node.classes for node in nodes),
        "formulas": sum("arithmatex" in node.classes or node.name == "math" for node in nodes),
        "keys": [[child.words() for child in node.children if child.name == "kbd"] for node in nodes
                 if "keys" in node.classes],
        "tables": [[[cell.words() for cell in row.children if cell.name in ("td", "th")] for row in node.all()
                    if row.name == "tr"] for node in nodes if node.name == "table" and "highlighttable" not in
                   node.classes],
        "tasks": [["checked" in node.attributes] for node in nodes if node.name == "input"
                  and node.attributes.get("type") == "checkbox"],
        "terms": [node.words() for node in nodes if node.name == "dt"],
        "definitions": [node.words() for node in nodes if node.name == "dd"],
        "footnotes": [node.words() for node in nodes if node.name == "li"
                      and node.attributes.get("id", "").startswith("fn:")],
        "abbreviations": [[node.words(), node.attributes.get("title")] for node in nodes if node.name == "abbr"],
        "icons": sum(bool(node.classes & {"twemoji", "symbol"}) for node in nodes),
        "coloured spans": [node.words() for node in nodes if node.name == "code" and node.children and (
            "highlight" in node.classes or any(name.startswith("language-") for name in node.classes))
            and not any(node in block.children for block in blocks)],
        "classes": sorted({name for node in nodes for name in node.classes
                           if name in ("md-button", "md-button--primary", "grid", "cards", "inline", "end", "hint",
                                       "larder-note")}),
        "images": [node.attributes.get("alt", "") for node in nodes if node.name == "img"
                   and not node.classes & {"twemoji"}],
        "captions": [node.words() for node in nodes if node.name == "figcaption" and not any(
            child.name == "pre" for child in _siblings(nodes, node))],
        "marks": [[node.name, node.words()] for node in nodes if node.name in ("mark", "ins", "del", "sub", "sup")
                  and not node.attributes.get("id", "").startswith("fnref")],
        "lists": [[node.name, sum(child.name == "li" for child in node.children)] for node in nodes
                  if node.name in ("ul", "ol") and not _is_of_theme(node, nodes)],
        "words": _CJK_GAP.sub("", page.words(code=False)),
    }


KINDS = ("note", "abstract", "info", "tip", "success", "question", "warning", "failure", "danger", "bug", "example",
         "quote")


def _admonition(node: Node) -> list[str | bool]:
    title = next((child.words() for child in node.children if child.name == "summary"
                  or "admonition-title" in child.classes), "")
    return [next(kind for kind in KINDS if kind in node.classes), title, node.name, "open" in node.attributes]


def _code(block: Node) -> str:
    text = "".join(node.text for node in block.all() if node.name == "#text")
    return re.sub(r"\((\d)\)!", r"(\1)", text).strip("\n")


def _siblings(nodes: list[Node], node: Node) -> list[Node]:
    return next(parent.children for parent in nodes if any(child is node for child in parent.children))


def _is_of_theme(node: Node, nodes: list[Node]) -> bool:
    """Whether a list is one of contents, footnotes or tags."""
    return any("toc" in other.classes or "footnote" in other.classes or "footnotes" in other.classes
               for other in nodes if any(inner is node for inner in other.all()))


def sources() -> dict[str, bytes]:
    """The files of the site as an author has written them."""
    return {file.relative_to(HERE).as_posix(): file.read_bytes() for file in sorted(HERE.rglob("*"))
            if file.is_file() and file.name != "material.json"}


def digest() -> str:
    """Tells one state of what MkDocs reads from another."""
    hashed = hashlib.sha256()
    for name, data in sources().items():
        if name != "config.yaml":
            hashed.update(f"{name} {len(data)}\n".encode() + data)
    return hashed.hexdigest()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    pages = {file.parent.relative_to(folder).as_posix(): outline(article(file.read_text("utf-8")))
             for file in sorted(folder.rglob("index.html"))}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(page, ensure_ascii=False)}" for name, page in pages.items())
    sys.stdout.write(f'{{"digest": "{digest()}", "pages": {{\n{lines}\n}}}}\n')
