"""GitHub's Markdown on Python-Markdown.

Python-Markdown reads blocks and inline marks by rules of its own; authors
know GitHub's.  So an extension puts our block parser in the place of its
parser, our inline parser and the steps after it among its tree processors,
and our writer in the place of its serializer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from xml.etree.ElementTree import Element, ElementTree

import markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.inlinepatterns import Pattern
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry

from coldpress.markup import abbreviations, icons
from coldpress.markup.blocks import Blocks
from coldpress.markup.codes import Codes, colour_span
from coldpress.markup.destinations import References
from coldpress.markup.footnotes import Footnotes
from coldpress.markup.grammar import STARTS
from coldpress.markup.inlines import Inlines, read_leaf
from coldpress.markup.maths import Maths
from coldpress.markup.rendered import Flaw, Heading
from coldpress.markup.structure import TakenTitle, number_ids, structure
from coldpress.markup.title_heading import TitleHeading, read_title
from coldpress.markup.tree import ComponentElement, Raw, raw
from coldpress.markup.typography import set_type
from coldpress.markup.write import to_html
from coldpress.options import MarkdownOptions

_ANNOTATION = re.compile(r"\(\d{1,3}\)")
_TOO_MUCH = Flaw("markup.size", "link references and abbreviations make this page far larger than its text", None, None,
                 1, "from some place on they are shown as text")


@dataclass
class Body:
    """What is known of the body at work."""

    blocks: Blocks
    references: References
    flaws: list[Flaw] = field(default_factory=list)
    title: TakenTitle | None = None
    contents: tuple[Heading, ...] = ()
    components: list[ComponentElement] = field(default_factory=list)
    root: Element = field(default_factory=lambda: Element("div"))
    has_html: bool = False


class GitHub(Extension):
    """Gives a `Markdown` object GitHub's rules.  `body` is what was found in
    the text that was converted last."""

    language = ""
    """The language of the text, for its quotes."""

    def __init__(self, options: MarkdownOptions) -> None:
        super().__init__()
        self._options = options
        self.maths = Maths(dict(options.macros))
        self.reset()

    def reset(self) -> None:
        """Begin with another text."""
        self.maths.reset()
        references = References()
        self.codes = Codes()
        self._heading: TitleHeading | None = None
        self.body = Body(Blocks(STARTS, references.without), references)

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  (Python-Markdown's name)
        md.registerExtension(self)
        md.preprocessors = Registry[Preprocessor]()
        md.inlinePatterns = Registry[Pattern]()
        md.postprocessors = Registry[Postprocessor]()
        md.treeprocessors = Registry[Treeprocessor]()
        md.parser = _Parser(md, self)
        for priority, step in enumerate((self._finish, self._render_leaves, self._add_notes, self._read_texts)):
            md.treeprocessors.register(_Step(md, step), step.__name__, 10 * priority + 10)
        md.output_formats = dict.fromkeys(("html", "xhtml"), _write)  # type: ignore[misc]  # for this object only

    def _read_texts(self, root: Element) -> None:
        """The marks within the texts of leaves, and of the notes they refer to."""
        footnotes = Footnotes(self.body.blocks.notes)
        inlines = Inlines(self.body.references, footnotes.mark)
        self._heading = read_title(root, lambda heading: _read(root, inlines))
        if self._heading is None:
            _read(root, inlines)  # what is not read yet
        for note in footnotes.unread():
            _read(note, inlines)
        self._footnotes = footnotes

    def _add_notes(self, root: Element) -> None:
        section = self._footnotes.section(root)
        if section is not None:
            root.append(section)
        number_ids(root, self._options.heading_ids)
        is_whole = abbreviations.explain(root, self.body.blocks.abbreviations)
        if self.body.references.spent or not is_whole:
            self.body.blocks.flaws.append(_TOO_MUCH)
        if self._options.smart:
            set_type(root, self.language)

    def _render_leaves(self, root: Element) -> None:
        """Code and formulas as HTML."""
        annotated = set(_above_lists(root))
        for element in root.iter():
            if type(element.text) is Raw:
                self.body.has_html = True
                if "<!--coldpress:" in element.text:  # which only we write, later
                    element.text = Raw(element.text.replace("<!--coldpress:", "<!-- coldpress:"))
            if element.tag == "pre" and "info" in element.attrib:
                _become(element, self.codes.convert(
                    element.text or "", element.attrib["info"], int(element.attrib["line"]),
                    int(element.attrib["column"]), notes=element in annotated))
            elif element.tag == "math" and "line" in element.attrib:
                is_block = element.attrib["display"] == "block"
                html = self.maths.convert(element.text or "", int(element.attrib["line"]),
                                          int(element.attrib["column"]), display=is_block)
                _become(element, f'<div class="math" tabindex="0">{html}</div>' if is_block else html)

    def _finish(self, root: Element) -> None:
        body = self.body
        body.root = root
        for code in root.iter("code"):
            colour_span(code)
        self._mark_components(root)
        body.title, body.contents = structure(root, self._heading)
        flaws = [*body.flaws, *body.blocks.flaws, *self.maths.flaws, *self.codes.flaws]
        body.flaws = sorted(flaws, key=lambda flaw: (flaw.line or 0, flaw.column or 0))

    def _mark_components(self, root: Element) -> None:
        """Put marks where components are, for the scan of the HTML."""
        for element in root.iter():
            if isinstance(element, ComponentElement):
                if element.name == icons.COMPONENT and element.attributes.get("text") == "":
                    self.body.flaws.append(_no_picture(element))
                self.body.components.append(element)
                element.tag = None  # type: ignore[assignment]  # see `tree.group`
                element.insert(0, raw(f"<!--coldpress:component {len(self.body.components)}-->"))
                element.insert(2, raw("<!--coldpress:body-->"))
                element.append(raw("<!--coldpress:end-->"))


def _write(root: Element) -> str:
    return f"<{root.tag}>{to_html(root)}</{root.tag}>"  # which `Markdown` takes off again


class _Parser(BlockParser):
    """Stands in the place of Python-Markdown's."""

    def __init__(self, md: markdown.Markdown, github: GitHub) -> None:
        super().__init__(md)
        self._github = github

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:  # noqa: N802  (Python-Markdown's name)
        return ElementTree(self._github.body.blocks.parse("\n".join(lines)))


class _Step(Treeprocessor):
    """One step over the tree."""

    def __init__(self, md: markdown.Markdown, step: Callable[[Element], None]) -> None:
        super().__init__(md)
        self._step = step

    def run(self, root: Element) -> None:
        self._step(root)


def _read(root: Element, inlines: Inlines) -> None:
    for element in list(root.iter()):
        read_leaf(element, inlines)


def _above_lists(root: Element) -> Iterator[Element]:
    """The code blocks right above a numbered list, whose numbers they may have."""
    for parent in root.iter():
        for element, below in pairwise(parent):
            if element.tag == "pre" and below.tag == "ol" and _ANNOTATION.search(element.text or ""):
                below.set("class", "annotations")
                yield element


def _no_picture(icon: ComponentElement) -> Flaw:
    name = icon.attributes["name"]
    return Flaw("markup.icon", f"no character stands for the icon `{icon.written}`", *icon.place, len(icon.written),
                f"it is shown where there is a file `templates/icons/{name}.svg`", "note")


def _become(element: Element, html: str) -> None:
    element.tag = None  # type: ignore[assignment]  # see `tree.group`
    element.attrib.clear()
    element.text = Raw(html)
