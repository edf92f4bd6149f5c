"""The native Markdown engine: text to `Rendered`, step by step."""

from __future__ import annotations

import re
import threading
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

from coldpress.config.options import MarkdownOptions
from coldpress.markdown.code.code_blocks import Codes, colour_span
from coldpress.markdown.html.excerpts import summarize
from coldpress.markdown.html.extract import Scan, visible_text
from coldpress.markdown.html.html_repair import repaired, repaired_part
from coldpress.markdown.html.sanitize import clean_components, normalized
from coldpress.markdown.html.source_map import Locator
from coldpress.markdown.math.mathml import Maths
from coldpress.markdown.parser.block_rules import STARTS
from coldpress.markdown.parser.blocks import Blocks
from coldpress.markdown.parser.inlines import Inlines, read_leaf
from coldpress.markdown.parser.link_parser import References
from coldpress.markdown.rendered import Brief, Flaw, Heading, Rendered, Title
from coldpress.markdown.syntax import footnotes, shortcodes
from coldpress.markdown.syntax.comments import without_comments
from coldpress.markdown.syntax.footnotes import Footnotes
from coldpress.markdown.syntax.foreign_syntax import leftovers
from coldpress.markdown.syntax.headings import TakenTitle, TitleHeading, number_ids, read_title, structure
from coldpress.markdown.syntax.typography import set_type
from coldpress.markdown.tree import ComponentElement, Raw, raw, to_html
from coldpress.text import count_words


class Renderer:
    """Renders bodies; one for a site, used from any thread."""

    def __init__(self, options: MarkdownOptions | None = None) -> None:
        self._options = options or MarkdownOptions()
        self._local = threading.local()

    def render(self, body: str, language: str = "", *, trusted: bool = True) -> Rendered:
        """A body's HTML with slots, summary, contents, counts and flaws.  The
        language decides how quotes are set; without one they are as written.
        HTML of an author who is not `trusted` is made regular here, and cleaned
        when its slots are filled."""
        engine = self._engine()
        body = without_comments(body)
        locator = Locator(body)
        trusted = trusted and self._options.trusted
        html = self._whole(engine.convert(body, language, trusted), engine.body, repaired if trusted else normalized)
        if not trusted:
            clean_components(engine.body.components)
        scan = Scan(locator, engine.body.components)
        taken = engine.body.title
        title = Title(taken.id, taken.heading.text, taken.heading.written, taken.heading.lines, scan.run(
            self._whole(taken.html, engine.body, repaired_part if trusted else normalized))) if taken else None
        fragment = scan.run(html, title)
        summary, has_more = summarize(html)
        words, cjk = count_words(text := visible_text(html))
        return Rendered(
            html=fragment,
            brief=Brief(Scan(None, engine.body.components).run(summary), visible_text(summary), has_more,
                        fragment.targets),
            title=title,
            toc=engine.body.contents,
            anchors=tuple(dict.fromkeys([*([title.id] if title else []), *scan.anchors])),
            words=words,
            cjk=cjk,
            flaws=(*engine.body.flaws, *leftovers(engine.body.root, locator)),
            text=f"{title.text}\n{text}" if title else text,
        )

    def _whole(self, html: str, body: Body, repair: Callable[[str], str]) -> str:
        """HTML that browsers need not repair."""
        return repair(html) if body.has_html or repair is normalized else html

    def _engine(self) -> _Engine:
        if not hasattr(self._local, "engine"):
            self._local.engine = _Engine(self._options)
        engine: _Engine = self._local.engine
        return engine


class _Engine:
    """A `Markdown` object with the extension we talk to."""

    def __init__(self, options: MarkdownOptions) -> None:
        self._github = GitHub(options)
        self._markdown = markdown.Markdown(extensions=[self._github])

    def convert(self, body: str, language: str, trusted: bool) -> str:
        self._markdown.reset()
        self._github.language = language
        self._github.codes.draws = trusted
        return self._markdown.convert(body)

    @property
    def body(self) -> Body:
        return self._github.body


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
        is_whole = footnotes.explain(root, self.body.blocks.abbreviations)
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
                if element.name == shortcodes.COMPONENT and element.attributes.get("text") == "":
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
