"""The inline parser: links, emphasis, code spans, formulas, raw HTML.

It uses the algorithm of CommonMark (appendix "A parsing strategy"), with GitHub's bare URLs.  One pass over the
text makes tokens; delimiter runs are paired by a stack of openers, and brackets by another stack; then the tokens
become elements.  The time grows linearly with the length of the text.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from coldpress.markdown import tree
from coldpress.markdown.code.code_blocks import code_span
from coldpress.markdown.html.html_repair import complete_tags
from coldpress.markdown.math import math_inline
from coldpress.markdown.parser import attribute_lists, inline_tokens, link_parser
from coldpress.markdown.parser.attribute_lists import AttributeList
from coldpress.markdown.parser.inline_tokens import Bracket, DelimiterRun, LinkEnd, Token
from coldpress.markdown.parser.link_parser import (
    ENTITY,
    LinkDestination,
    ReferenceDefinitions,
    parse_inline_destination,
    parse_label,
)
from coldpress.markdown.syntax.directives import InlineDirective, inline_directive_at, parse_attributes
from coldpress.markdown.syntax.foreign_syntax import embed_at, foreign_tag_at, wikilink_at
from coldpress.markdown.syntax.shortcodes import ICON_COMPONENT, Icon, emoji_at, icon_at, keys_at
from coldpress.markdown.syntax.typography import critic_at, is_literal_character, literal_character
from coldpress.markdown.tree import HEADINGS, ComponentElement, Emoji, LinkTarget, SourceText, Verbatim, group, raw
from coldpress.text import CJK, lazy_re_compile

# The set of first characters comes first, so that `re` skips all others fast.
_SPECIAL = re.compile(
    r"[\\`*_\[\]<&\n@~^=!${:+hHfFwW](?:(?<=[\\`*_\[\]<&\n@$])|(?<=~)~*|(?<=\^)\^*|(?<==)=+|(?<=!)(?=\[)"
    r"|(?<=\{)(?=[:#.\w +=~>{%*-])|(?<=:)(?=[\w+-]+[:\[{])|(?<=\+)\+(?=[\w\"])"
    r"|(?i:(?<=h)ttps?://|(?<=f)tp://|(?<=w)ww\.))", re.A)
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_TICKS = re.compile("``*")  # `re` finds a first character that is fixed fast
_RUN = re.compile(r"\*+|_+|~+|\^+|=+")
_LINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>\x00-\x1f]*)>")
_MAIL = lazy_re_compile(
    r"<([a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*+)>")
_NOTE = re.compile(r"\[\^([^\[\]\s]+)\]")
# `H~2~O`; without a letter before it, `~x~` is struck through, as on GitHub.
_SUB_OR_SUPERSCRIPT = re.compile(r"((?<=[A-Za-z0-9)\]}])~|\^)([A-Za-z0-9+\-()]{1,20})\1(?![~^])")
_WIDE = lazy_re_compile(f"[{CJK}\u3000-\u303f\uff00-\uff65]")
_MARKS = re.compile(r"[*_~=^`\[!]*")


class InlineParser:
    """Parses the texts of one body.  `footnote_mark` makes the reference to a footnote with a label; it returns None if
    there is no such footnote."""

    def __init__(self, references: ReferenceDefinitions, footnote_mark: Callable[[str], Element | None]) -> None:
        self.references = references
        self.footnote_mark = footnote_mark

    def read(self, source: SourceText, into: Element) -> None:
        """Parses a text, and puts its elements into an element that is still empty."""
        if not _SPECIAL.search(source):
            into.text = str(source)
            return
        inline_tokens.build_elements(_Tokenizer(self, source).tokens(), into)


def parse_leaf(element: Element, inlines: InlineParser) -> None:
    """Parses the text of a leaf block, and the attribute list at its end; does nothing if it is parsed already."""
    text = element.text
    if not isinstance(text, SourceText):
        return
    found = (attribute_lists.find_in_heading(text) if element.tag in HEADINGS
             else attribute_lists.find_in_paragraph(text) if element.tag == "p" else None)
    if found:
        attribute_lists.apply(element, found[1])
        text = text.part(0, found[0])
    element.text = None
    inlines.read(text, element)


class _Tokenizer:
    """Splits one text into tokens.  Each handler returns the offset after its syntax, or None if there is none."""

    def __init__(self, inlines: InlineParser, source: SourceText) -> None:
        self._inlines = inlines
        self._text = source
        self._tokens: list[Token] = []
        self._brackets: list[Bracket] = []
        self._links_from = 0  # brackets with a lower index cannot be links, since links cannot be nested
        self._runs: list[DelimiterRun] = []
        self._ticks: Mapping[int, list[int]] | None = None
        self._endless: set[str] = set()

    def tokens(self) -> list[Token]:
        """Returns the tokens of the text."""
        text, at = self._text, 0
        while found := _SPECIAL.search(text, at):
            start = found.start()
            if start > at:
                self._tokens.append(text[at:start])
            end = _HANDLERS.get(text[start], _Tokenizer._url)(self, start)
            if end is None:
                end = start + 1 if text[start] in "$:" or text[start].isalpha() else found.end()
                self._tokens.append(text[start:end])
            at = end
        if at < len(text):
            self._tokens.append(text[at:])
        inline_tokens.pair_delimiters(self._runs)
        return self._tokens

    def _escape(self, at: int) -> int | None:
        following = self._text[at + 1:at + 2]
        if following and following in "([":
            formula = math_inline.escaped_at(self._text, at)
            if formula:
                return self._formula(formula[0], at, formula[1], display=formula[2])
        if following == "\n":
            return self._line_break(at + 1, is_hard=True)
        if following and _PUNCTUATION.match(following):
            self._tokens.append(literal_character(following))
            return at + 2
        return None

    def _code_span(self, at: int) -> int | None:
        """Adds a code span (CommonMark 0.31.2, section 6.1)."""
        if self._ticks is None:
            ticks: dict[int, list[int]] = {}
            for found in _TICKS.finditer(self._text):
                ticks.setdefault(len(found[0]), []).append(found.start())
            self._ticks = ticks
        opening = _TICKS.match(self._text, at)
        assert opening, "called at a backtick"
        size = len(opening[0])
        places = self._ticks.get(size, [])
        closing = bisect_left(places, opening.end())
        if closing == len(places):
            self._tokens.append(opening[0])
            return opening.end()
        inner = self._text[opening.end():places[closing]].replace("\n", " ")
        if inner.startswith(" ") and inner.endswith(" ") and inner.strip(" "):
            inner = inner[1:-1]
        self._tokens.append(code_span(inner))
        return places[closing] + size

    def _entity(self, at: int) -> int | None:
        found = ENTITY.match(self._text, at)
        if not found:
            return None
        self._tokens.append(literal_character(html.unescape(found[0])))
        return found.end()

    def _line_end(self, at: int) -> int:
        return self._line_break(at, is_hard=self._text.endswith("  ", 0, at))

    def _line_break(self, at: int, *, is_hard: bool) -> int:
        """Adds a `<br>` or a line ending; between two CJK characters it adds nothing."""
        text = self._text
        if self._tokens and isinstance(self._tokens[-1], str):
            self._tokens[-1] = self._tokens[-1].rstrip(" ")
        end = at + 1
        while text[end:end + 1] in (" ", "\t"):
            end += 1
        if is_hard:
            self._tokens.append(Element("br"))
        marks = _MARKS.match(text, end)
        after = marks.end() if marks else end
        if is_hard or not (_WIDE.match(text, after) and _WIDE.match(inline_tokens.last_character(self._tokens))):
            self._tokens.append("\n")
        return end

    def _angle(self, at: int) -> int | None:
        """Adds an autolink or raw HTML (sections 6.5 and 6.6)."""
        found = _LINK.match(self._text, at)
        mail = None if found else _MAIL.match(self._text, at)
        if found or mail:
            match = found or mail
            assert match
            self._add_link(match[1], f"mailto:{match[1]}" if mail else
                           LinkTarget.at(match[1], *self._text.place(at + 1), len(match[1])))
            return match.end()
        tag = tree.tag_at(self._text, at, self._endless)
        if tag is None:
            return None
        self._tokens.append(raw(complete_tags(self._text[at:tag]) if self._text[at + 1] == "!" else self._text[at:tag]))
        return tag

    def _open_bracket(self, at: int) -> int | None:
        """Adds a footnote reference, a wikilink, or an opening bracket."""
        note = _NOTE.match(self._text, at)
        mark = self._inlines.footnote_mark(note[1]) if note else None
        if note and mark is not None:
            self._tokens.append(mark)
            return note.end()
        wiki = wikilink_at(self._text, at)
        if wiki and not self._inlines.references.get(wiki[0]):
            self._tokens.append(wiki[1])
            return wiki[2]
        return self._bracket(at + 1, is_image=False)

    def _image(self, at: int) -> int:
        embed = embed_at(self._text, at)
        if embed:
            embed[0].place = self._text.place(at)
            self._tokens.append(embed[0])
            return embed[1]
        return self._bracket(at + 2, is_image=True)

    def _bracket(self, at: int, *, is_image: bool) -> int:
        if self._brackets:
            self._brackets[-1].has_inner = True
        bracket = Bracket(at, len(self._tokens), len(self._runs), is_image=is_image)
        self._brackets.append(bracket)
        self._tokens.append(bracket)
        return at

    def _close_bracket(self, at: int) -> int | None:
        """Closes a bracket: makes a link or an image, if a destination follows (sections 6.3 and 6.4)."""
        if not self._brackets:
            return None
        bracket = self._brackets.pop()
        is_dead = not bracket.is_image and len(self._brackets) < self._links_from
        self._links_from = min(self._links_from, len(self._brackets))
        found = None if is_dead else self._link_destination(bracket, at)
        if found is None:
            return None
        bracket.target, end = found
        inline_tokens.pair_delimiters(self._runs[bracket.run_index:])
        del self._runs[bracket.run_index:]
        if bracket.is_image:
            self._add_image(bracket)
        else:
            self._unlink_urls(bracket.token_index + 1)
            self._tokens.append(LinkEnd())
            self._links_from = len(self._brackets)  # links cannot be nested
        return end

    def _link_destination(self, bracket: Bracket, at: int) -> tuple[LinkDestination, int] | None:
        """Returns the destination after a closing bracket, and the end of the link."""
        text = self._text
        if text.startswith("(", at + 1):
            found = parse_inline_destination(text, at + 1)
            if found:
                return found
        named = parse_label(text, at + 1) if text.startswith("[", at + 1) else None
        if named:
            target = self._inlines.references.get(named[0])
            return (target, named[1]) if target else None
        end = at + 3 if text.startswith("[]", at + 1) else at + 1
        if bracket.has_inner or at - bracket.start > 999:
            return None
        target = self._inlines.references.get(text[bracket.start:at])
        return (target, end) if target else None

    def _unlink_urls(self, start: int) -> None:
        """Replaces bare URLs in the text of a link by their text."""
        for at in range(start, len(self._tokens)):
            token = self._tokens[at]
            if isinstance(token, Element) and token.tag == "a":
                self._tokens[at] = token.text or ""

    def _add_image(self, bracket: Bracket) -> None:
        target = bracket.target
        assert target, "a closed bracket has one"
        alt = inline_tokens.plain_text(self._tokens[bracket.token_index + 1:])
        element = Element("img", {"alt": alt, "src": target.url})
        if target.title:
            element.set("title", target.title)
        del self._tokens[bracket.token_index:]
        self._tokens.append(element)

    def _delimiter_run(self, at: int) -> int:
        """Adds a delimiter run, or a subscript or superscript."""
        found = _RUN.match(self._text, at)
        assert found, "called at a run"
        small = _SUB_OR_SUPERSCRIPT.match(self._text, at) if found[0] in ("~", "^") else None
        if small:
            element = Element("sub" if small[1] == "~" else "sup")
            element.text = small[2]
            self._tokens.append(element)
            return small.end()
        run = inline_tokens.delimiter_run_at(self._text, at, found.end(), len(self._tokens))
        self._tokens.append(run or found[0])
        if run and (run.can_open or run.can_close):
            self._runs.append(run)
        return found.end()

    def _dollar(self, at: int) -> int | None:
        formula = math_inline.formula_at(self._text, at)
        return self._formula(formula[0], at, formula[1], display=formula[2]) if formula else None

    def _formula(self, tex: str, at: int, end: int, *, display: bool) -> int:
        line, column = self._text.place(self._text.index(tex, at))
        element = Element("math", {
            "display": "inline-block" if display else "inline", "line": str(line), "column": str(column)})
        element.text = Verbatim(tex)
        self._tokens.append(element)
        return end

    def _brace(self, at: int) -> int | None:
        """Adds critic markup, a template tag or an attribute list."""
        critic = critic_at(self._text, at)
        if critic:
            return self._critic(*critic)
        foreign = foreign_tag_at(self._text, at, self._endless)
        if foreign:
            self._tokens += foreign[0]
            return foreign[1]
        last = self._tokens[-1] if self._tokens else ""
        is_text = isinstance(last, str) or (isinstance(last, Element) and is_literal_character(last))
        found = None if is_text else attribute_lists.INLINE.match(self._text, at)
        if not found:
            return None
        self._tokens.append(AttributeList(found[0], attribute_lists.matched_content(found)))
        return found.end()

    def _critic(self, marks: list[tuple[str, int, int]], end: int) -> int:
        for name, start, stop in marks:
            element = Element(name, {"class": "critic"})
            self._inlines.read(self._text.part(start, stop), element)
            self._tokens.append(element)
        return end

    def _keys(self, at: int) -> int | None:
        found = keys_at(self._text, at)
        if not found:
            return None
        self._tokens.append(found[0])
        return found[1]

    def _icon(self, icon: Icon, at: int) -> int:
        """Adds an icon, with the attribute list after it if there is one."""
        listed = attribute_lists.INLINE.match(self._text, icon.end)
        end = listed.end() if listed else icon.end
        given = parse_attributes(attribute_lists.matched_content(listed)) if listed else {}
        element = ComponentElement(ICON_COMPONENT, "inline", {**given, "name": icon.name, "text": icon.text},
                                   self._text[at:end])
        element.place = self._text.place(at)
        element.append(group())
        self._tokens.append(element)
        return end

    def _colon(self, at: int) -> int | None:
        """Adds an icon, an emoji or a directive."""
        icon = icon_at(self._text, at)
        if icon:
            return self._icon(icon, at)
        found = emoji_at(self._text, at)
        if found:
            self._tokens.append(Emoji(found[0], self._text[at:found[1]]))
            return found[1]
        directive = inline_directive_at(self._text, at)
        return self._directive(directive, at) if directive else None

    def _directive(self, directive: InlineDirective, at: int) -> int:
        start, end = directive.label
        element = ComponentElement(
            directive.name, "inline", directive.attributes, self._text[at:start], self._text[end:directive.end])
        element.place = self._text.place(at)
        element.append(group())
        if end > start:
            element.append(group())
            self._inlines.read(self._text.part(start, end), element[1])
        self._tokens.append(element)
        return directive.end

    def _email(self, at: int) -> int | None:
        found = link_parser.email_at(self._text, at)
        before = inline_tokens.pop_text(self._tokens, found[0].index("@")) if found else None
        if not found or before is None:
            return None
        self._tokens.append(before)
        self._add_link(found[0], found[0] if ":" in found[0] else f"mailto:{found[0]}")
        return found[1]

    def _url(self, at: int) -> int | None:
        found = link_parser.bare_url_at(self._text, at, in_brackets=bool(self._brackets))
        if not found:
            return None
        shown, url, end = found
        self._add_link(shown, LinkTarget.at(url, *self._text.place(at), len(shown)))
        return end

    def _add_link(self, shown: str, url: str) -> None:
        self._tokens.append(link_parser.link_element(shown, url))


_HANDLERS: dict[str, Callable[[_Tokenizer, int], int | None]] = {
    "\\": _Tokenizer._escape, "`": _Tokenizer._code_span, "&": _Tokenizer._entity, "\n": _Tokenizer._line_end,
    "<": _Tokenizer._angle, "[": _Tokenizer._open_bracket, "!": _Tokenizer._image, "]": _Tokenizer._close_bracket,
    "+": _Tokenizer._keys, "$": _Tokenizer._dollar, "{": _Tokenizer._brace, "@": _Tokenizer._email,
    ":": _Tokenizer._colon, **dict.fromkeys("*_~^=", _Tokenizer._delimiter_run),
}
