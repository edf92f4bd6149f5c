"""The page's own structure: heading ids, the title, tables that can scroll."""

from __future__ import annotations

import html
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions import Extension
from markdown.extensions.toc import remove_fnrefs, render_inner_html, strip_tags, unescape
from markdown.treeprocessors import Treeprocessor

from coldpress.markup.titles import plain
from coldpress.text import heading_id

TITLE_MARK = "<!--coldpress:title-->"
_BLOCKS = ("ul", "ol", "p", "div", "pre", "blockquote", "table", "dl", "details")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Structure(Extension):
    """Runs when the tree is done; `title` is what it took out of the body: the
    heading's id, its text and its HTML."""

    title: tuple[str, str, str] | None = None

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  (Python-Markdown's name)
        md.registerExtension(self)
        # After attribute lists (8) may have given ids, before the toc (5) reads them.
        md.treeprocessors.register(_Tree(md, self), "structure", 6)

    def reset(self) -> None:
        self.title = None


class _Tree(Treeprocessor):
    def __init__(self, md: markdown.Markdown, structure: Structure) -> None:
        super().__init__(md)
        self.structure = structure

    def run(self, root: Element) -> None:
        self._number_ids(root)
        headings = [element for element in root if element.tag in _HEADINGS]
        title = self._title_of(root, headings)
        if title is not None:
            self._take_title(root, title)
        if any(element.tag == "h1" for element in root):
            # The page has one h1, its title: the body's begin below it.
            for element in root.iter():
                if element.tag in _HEADINGS[:-1]:
                    element.tag = _HEADINGS[_HEADINGS.index(element.tag) + 1]
        self._wrap_tables(root)
        self._label_tasks(root)

    def _number_ids(self, root: Element) -> None:
        used = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
        for element in root.iter():
            if element.tag in _HEADINGS and "id" not in element.attrib:
                base = name = heading_id(self._text(element))
                number = 0
                while name in used:
                    number += 1
                    name = f"{base}-{number}"
                used.add(name)
                element.set("id", name)

    def _text(self, element: Element) -> str:
        return html.unescape(unescape(strip_tags(render_inner_html(remove_fnrefs(element), self.md))))

    def _title_of(self, root: Element, headings: list[Element]) -> Element | None:
        if not headings or headings[0].tag != "h1":
            return None
        sole = sum(element.tag == "h1" for element in headings) == 1
        return headings[0] if sole or headings[0] is root[0] else None

    def _take_title(self, root: Element, element: Element) -> None:
        inner = render_inner_html(element, self.md)
        self.structure.title = element.attrib["id"], plain(self._text(element)), inner
        mark = Element("p")
        mark.text = self.md.htmlStash.store(TITLE_MARK)
        mark.tail = "\n"
        root[list(root).index(element)] = mark

    def _wrap_tables(self, root: Element) -> None:
        for parent in list(root.iter()):
            for index, child in enumerate(parent):
                if child.tag == "table":
                    wrapper = Element("div", {"class": "table", "tabindex": "0"})
                    wrapper.tail, child.tail = child.tail, None
                    wrapper.append(child)
                    parent[index] = wrapper


    def _label_tasks(self, root: Element) -> None:
        """Let the text of a task name its checkbox."""
        for item in root.iter("li"):
            if item.get("class") == "task-list-item":
                holder = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
                inline = [child for child in holder if child.tag not in _BLOCKS]
                label = Element("label")
                label.text, holder.text = holder.text, None
                for child in inline:
                    holder.remove(child)
                    label.append(child)
                holder.insert(0, label)
