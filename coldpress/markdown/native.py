"""The native Markdown engine: text to `Rendered`, step by step."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import Element

from coldpress.config.options import MarkdownOptions
from coldpress.markdown.code.code_blocks import CodeBlocks, highlight_code_span
from coldpress.markdown.code.fences import NO_FENCES, RegisteredFence
from coldpress.markdown.html.extract import (
    HeadedText,
    headed_texts,
    plain_text,
    summarize,
    summarize_tree,
    text_sections,
    visible_text,
)
from coldpress.markdown.html.fragments import FragmentMaker, TreeWriter, stripped
from coldpress.markdown.html.html_repair import repair, repair_inner
from coldpress.markdown.html.source_map import Locator
from coldpress.markdown.parser.block_rules import BLOCK_STARTS
from coldpress.markdown.parser.blocks import BlockParser
from coldpress.markdown.parser.inlines import InlineParser, parse_leaf
from coldpress.markdown.parser.link_parser import ReferenceDefinitions
from coldpress.markdown.rendered import Brief, Flaw, Fragment, Heading, Rendered, Title
from coldpress.markdown.syntax import footnotes, shortcodes
from coldpress.markdown.syntax.comments import without_comments
from coldpress.markdown.syntax.footnotes import Footnotes
from coldpress.markdown.syntax.foreign_syntax import find_leftovers
from coldpress.markdown.syntax.headings import ExtractedTitle, TitleHeading, read_title, set_heading_ids, structure_tree
from coldpress.markdown.syntax.typography import apply_typography
from coldpress.markdown.tree import ComponentElement, RawHtml, SourceText, raw, to_html
from coldpress.recorder import Key
from coldpress.sources.files import included_reads
from coldpress.text import count_words, reading_minutes

if TYPE_CHECKING:
    from coldpress.markdown.math.mathml import MathConverter


class Renderer:
    """Renders bodies with the native engine.  A site has one; any thread may use it."""

    def __init__(self, options: MarkdownOptions | None = None, fences: Mapping[str, RegisteredFence] = NO_FENCES
                 ) -> None:
        self._options = options or MarkdownOptions()
        self._fences = fences
        self._local = threading.local()

    def render(self, text: str, language: str = "", *, trusted: bool = True) -> Rendered:
        """Returns a body's HTML with slots, summary, contents, counts and flaws.

        The language decides how quotes are set; without one they stay as written.  HTML of
        an author who is not `trusted` is normalized here, and sanitized when its slots are
        filled.
        """
        source = without_comments(text)
        locator = Locator(source)
        trusted = trusted and self._options.trusted
        conversion = Conversion(self._options, self._maths, language, CodeBlocks(self._fences, trusted=trusted))
        root = conversion.convert(source)
        body = conversion.body
        if trusted and not body.has_html and not body.has_fence_html:
            # The parser sees tabs as spaces, and no links in the attributes of components.
            written = _write_tree(body, locator if body.components or "\t" in source else None, self._options.schemes)
        else:
            written = _scan_html(body, locator, self._options.schemes, trusted=trusted)
        title = written.title
        words, cjk = count_words(plain_text(written.texts))
        shown = FragmentMaker(None, body.components, self._options.schemes).run(written.summary)
        return Rendered(
            html=written.html,
            brief=Brief(shown, visible_text(written.summary), written.has_more, written.html.targets, conversion.reads,
                        reading_minutes(words, cjk)),
            title=title,
            toc=body.contents,
            anchors=tuple(dict.fromkeys([*([title.id] if title else []), *written.anchors])),
            words=words,
            cjk=cjk,
            flaws=(*body.flaws, *find_leftovers(root, source, locator)),
            sections=text_sections(written.texts, title, body.contents),
        )

    def _maths(self) -> MathConverter:
        """Returns the formula converter of this thread, for another page."""
        if not hasattr(self._local, "maths"):
            from coldpress.markdown.math.mathml import MathConverter  # noqa: PLC0415  (only where there are formulas)

            self._local.maths = MathConverter(dict(self._options.macros))
        maths: MathConverter = self._local.maths
        maths.reset()
        return maths


def _repairs(body: ParsedBody, *, trusted: bool) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Returns what makes the HTML of a body and of its title well formed.  Only the author's own HTML can need
    repair; that of an author who is not trusted is normalized, and the components are sanitized."""
    if not trusted:
        from coldpress.markdown.html.sanitize import normalize, sanitize_components  # noqa: PLC0415  (as above)

        sanitize_components(body.components)
        return normalize, normalize
    return (repair, repair_inner) if body.has_html else (str, str)


class _WrittenBody(NamedTuple):
    """What was written of a body: its HTML, its title, its anchors, its summary as HTML, whether the author marked
    the end of the summary, and the plain text, split at its headings."""

    html: Fragment
    title: Title | None
    anchors: list[str]
    summary: str
    has_more: bool
    texts: list[HeadedText]


def _write_tree(body: ParsedBody, locator: Locator | None, schemes: Sequence[str]) -> _WrittenBody:
    """Writes a body without HTML of its author in one walk through its tree."""
    writer = TreeWriter(locator, body.components, schemes)
    title = _title(body.title, writer.run(body.title.element)) if body.title else None
    html = stripped(writer.run(body.root, title))
    return _WrittenBody(html, title, writer.anchors, summarize_tree(body.root), False, writer.texts)


def _scan_html(body: ParsedBody, locator: Locator, schemes: Sequence[str], *, trusted: bool) -> _WrittenBody:
    """Writes a body, makes its HTML well formed, and splits it into a fragment."""
    repair_body, repair_title = _repairs(body, trusted=trusted)
    html = repair_body(to_html(body.root).strip())
    maker, title = FragmentMaker(locator, body.components, schemes), None
    if body.title:
        title = _title(body.title, maker.run(repair_title(to_html(body.title.element))))
    fragment = maker.run(html, title)
    return _WrittenBody(fragment, title, maker.anchors, *summarize(html), [*headed_texts(html)])


def _title(taken: ExtractedTitle, html: Fragment) -> Title:
    return Title(taken.id, taken.heading.text, taken.heading.written, taken.heading.lines, html)


_ANNOTATION = re.compile(r"\(\d{1,3}\)")
_TOO_MUCH = Flaw("markup.size", "link references and abbreviations make this page far larger than its text", None, None,
                 1, "from some place on they are shown as text")


@dataclass
class ParsedBody:
    """The state of one conversion, and what was found in its body."""

    blocks: BlockParser
    references: ReferenceDefinitions
    flaws: list[Flaw] = field(default_factory=list)
    title: ExtractedTitle | None = None
    contents: tuple[Heading, ...] = ()
    components: list[ComponentElement] = field(default_factory=list)
    root: Element = field(default_factory=lambda: Element("div"))
    has_html: bool = False
    has_fence_html: bool = False


class Conversion:
    """Converts one text to HTML, step by step; `body` holds the results."""

    def __init__(self, options: MarkdownOptions, maths: Callable[[], MathConverter], language: str, codes: CodeBlocks
                 ) -> None:
        self._options = options
        self._make_maths = maths
        self._maths: MathConverter | None = None
        self._language = language
        self._codes = codes
        self._heading: TitleHeading | None = None
        references = ReferenceDefinitions()
        self.body = ParsedBody(BlockParser(BLOCK_STARTS, references.strip_definitions), references)

    @property
    def reads(self) -> tuple[Key, ...]:
        """What the functions of fences read."""
        return included_reads(self._codes.reads, self._options.base)

    def convert(self, text: str) -> Element:
        """Returns the tree of a text: parses its blocks, then changes their tree in several steps."""
        if not text.strip():
            return self.body.root
        root = self.body.blocks.parse(text)
        self._parse_inlines(root)
        self._add_footnotes(root)
        if self._options.smart:
            apply_typography(root, text, self._language)
        self._render_code_and_math(root)
        self._finish(root)
        return root

    def _parse_inlines(self, root: Element) -> None:
        """Parses the inlines of all leaf blocks, then those of the footnotes that they refer to."""
        footnotes = Footnotes(self.body.blocks.footnotes)
        inlines = InlineParser(self.body.references, footnotes.footnote_mark)
        self._heading = read_title(root, lambda heading: _parse_leaves(root, inlines))
        if self._heading is None:
            _parse_leaves(root, inlines)  # those that `read_title` did not parse
        for note in footnotes.in_order():
            _parse_leaves(note, inlines)
        self._footnotes = footnotes

    def _add_footnotes(self, root: Element) -> None:
        """Appends the footnotes, sets the ids of headings, and explains abbreviations."""
        section = self._footnotes.section(root)
        if section is not None:
            root.append(section)
        set_heading_ids(root, self._options.heading_ids)
        is_whole = footnotes.mark_abbreviations(root, self.body.blocks.abbreviations)
        if self.body.references.is_exhausted or not is_whole:
            self.body.blocks.flaws.append(_TOO_MUCH)

    def _render_code_and_math(self, root: Element) -> None:
        """Replaces code blocks and formulas by their HTML, and notes whether there is raw HTML."""
        annotated = set(_above_lists(root)) if root.find(".//pre") is not None else set()
        for element in root.iter():
            if type(element.text) is RawHtml:
                self.body.has_html = True
                if "<!--coldpress:" in element.text:  # our own marks, which `_mark_components` writes later
                    element.text = RawHtml(element.text.replace("<!--coldpress:", "<!-- coldpress:"))
            if element.tag == "pre" and element.get("info") is not None:
                code = self._codes.convert(
                    element.text or "", element.attrib["info"], int(element.attrib["line"]),
                    int(element.attrib["column"]), notes=element in annotated)
                self.body.has_fence_html = self.body.has_fence_html or type(code) is RawHtml
                _replace_by_html(element, code)
            elif element.tag == "math" and element.get("line") is not None:
                is_block = element.attrib["display"] == "block"
                self._maths = self._maths or self._make_maths()
                html = self._maths.convert(element.text or "", int(element.attrib["line"]),
                                           int(element.attrib["column"]), display=is_block)
                _replace_by_html(element, RawHtml(f'<div class="math" tabindex="0">{html}</div>' if is_block else html))

    def _finish(self, root: Element) -> None:
        """Highlights code spans, marks components, finds the title and the contents, and sorts the flaws."""
        body = self.body
        body.root = root
        for code in root.iter("code"):
            highlight_code_span(code)
        self._mark_components(root)
        body.title, body.contents = structure_tree(
            root, self._heading, has_html=body.has_html or body.has_fence_html)
        flaws = [*body.flaws, *body.blocks.flaws, *(self._maths.flaws if self._maths else ()), *self._codes.flaws]
        body.flaws = sorted(flaws, key=lambda flaw: (flaw.line or 0, flaw.column or 0))

    def _mark_components(self, root: Element) -> None:
        """Writes marks around components, which `FragmentMaker` finds in the HTML."""
        for element in list(root.iter("component")):
            assert isinstance(element, ComponentElement), "no other element has this name"
            if element.name == shortcodes.ICON_COMPONENT and element.attributes.get("text") == "":
                self.body.flaws.append(_missing_icon(element))
            self.body.components.append(element)
            element.tag = None  # type: ignore[assignment]  # see `tree.group`
            element.insert(0, raw(f"<!--coldpress:component {len(self.body.components)}-->"))
            element.insert(2, raw("<!--coldpress:body-->"))
            element.append(raw("<!--coldpress:end-->"))


def _parse_leaves(root: Element, inlines: InlineParser) -> None:
    for element in list(root.iter()):
        if type(element.text) is SourceText:
            parse_leaf(element, inlines)


def _above_lists(root: Element) -> Iterator[Element]:
    """Yields the code blocks directly above a numbered list, whose numbers their comments refer to."""
    for parent in root.iter():
        for element, below in pairwise(parent):
            if element.tag == "pre" and below.tag == "ol" and _ANNOTATION.search(element.text or ""):
                below.set("class", "annotations")
                yield element


def _missing_icon(icon: ComponentElement) -> Flaw:
    name = icon.attributes["name"]
    return Flaw("markup.icon", f"no character stands for the icon `{icon.written}`", *icon.place, len(icon.written),
                f"it is shown where there is a file `templates/icons/{name}.svg`", "note")


def _replace_by_html(element: Element, html: RawHtml) -> None:
    element.tag = None  # type: ignore[assignment]  # see `tree.group`
    element.attrib.clear()
    element.text = html
