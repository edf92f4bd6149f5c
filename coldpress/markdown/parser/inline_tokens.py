"""Tokens of inline Markdown: delimiter runs of emphasis, brackets of links, and how they become elements."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown.html.extract import element_text
from coldpress.markdown.parser import attribute_lists
from coldpress.markdown.parser.attribute_lists import AttributeList
from coldpress.markdown.parser.link_parser import LinkDestination
from coldpress.text import CJK, lazy_re_compile

_CJK = lazy_re_compile(f"[{CJK}\u3000-\u303f\uff00-\uff65\uffe0-\uffee\uac00-\ud7af\u1100-\u11ff]")
_EXTENSION_ELEMENTS = {"~": "del", "=": "mark", "^": "ins"}
_MAX_OPENERS = 60  # openers that are kept; more are text
_SPACE, _PUNCTUATION, _WIDE, _LETTER = range(4)


class DelimiterRun:
    """A run of one delimiter character (CommonMark 0.31.2, section 6.2).  `opens` and `closes` are the names of
    the elements that begin and end here, the innermost first; `remaining` counts the characters that stay text."""

    __slots__ = ("can_close", "can_open", "char", "closes", "length", "number", "opens", "remaining")

    def __init__(self, char: str, length: int, number: int, *, can_open: bool, can_close: bool) -> None:
        self.char = char
        self.length = self.remaining = length
        self.number = number
        self.can_open = can_open
        self.can_close = can_close
        self.opens: list[str] = []
        self.closes: list[str] = []


def delimiter_run_at(text: str, start: int, end: int, number: int) -> DelimiterRun | None:
    """Returns the delimiter run between two offsets of a text; None if these characters can only be text."""
    char = text[start]
    is_single = char == "~" and end - start == 1
    if char in _EXTENSION_ELEMENTS and end - start != 2 and not is_single:
        return None
    before = _character_class(text[start - 1]) if start else _SPACE
    after = _character_class(text[end]) if end < len(text) else _SPACE
    left = after != _SPACE and (after != _PUNCTUATION or before != _LETTER)
    right = before != _SPACE and (before != _PUNCTUATION or after != _LETTER)
    if char == "_" or is_single:  # neither opens nor closes within a word
        left, right = (left and (not right or _is_punctuation(text[start - 1])),
                       right and (not left or _is_punctuation(text[end])))
    return DelimiterRun(char, end - start, number, can_open=left, can_close=right)


def pair_delimiters(runs: Iterable[DelimiterRun]) -> None:
    """Matches closing runs with opening runs, and notes the elements on both (CommonMark: process emphasis)."""
    openers: list[DelimiterRun] = []
    bottoms: dict[tuple[str, bool, int], int] = {}
    for run in runs:
        while run.can_close and run.remaining:
            at = _find_opener(run, openers, bottoms)
            if at is None:
                break
            opener = openers[at]
            used = min(2, run.remaining, opener.remaining)
            name = _EXTENSION_ELEMENTS.get(run.char) or ("strong" if used == 2 else "em")
            opener.opens.append(name)
            run.closes.append(name)
            opener.remaining -= used
            run.remaining -= used
            del openers[at + 1 if opener.remaining else at:]
        if run.can_open and run.remaining:
            openers.append(run)
            if len(openers) > _MAX_OPENERS:
                del openers[0]


def _find_opener(run: DelimiterRun, openers: list[DelimiterRun], bottoms: dict[tuple[str, bool, int], int]
                 ) -> int | None:
    """Returns the index of the nearest opener of a closing run.  If there is none, `bottoms` remembers where the
    search can stop the next time."""
    key = run.char, run.can_open, run.length % 3
    bottom = bottoms.get(key, -1)
    for at in range(len(openers) - 1, -1, -1):
        opener = openers[at]
        if opener.number <= bottom:
            break
        if opener.char == run.char and (opener.length == run.length or run.char not in _EXTENSION_ELEMENTS) and not (
                (opener.can_close or run.can_open) and (opener.length + run.length) % 3 == 0
                and (opener.length % 3 or run.length % 3)):
            return at
    bottoms[key] = run.number - 1
    return None


@lru_cache(maxsize=4096)
def _character_class(char: str) -> int:
    """Returns the class of a character: space, punctuation, CJK or letter."""
    if char.isspace():
        return _SPACE
    if not char.isascii() and _CJK.match(char):
        return _WIDE
    return _PUNCTUATION if _is_punctuation(char) else _LETTER


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


class Bracket:
    """An opening bracket, `[` or `![`.  `target` is the destination of the link, set when the bracket is closed."""

    __slots__ = ("has_inner", "is_image", "run_index", "start", "target", "token_index")

    def __init__(self, start: int, token_index: int, run_index: int, *, is_image: bool) -> None:
        self.start = start  # offset of the first character after the bracket
        self.token_index = token_index
        self.run_index = run_index
        self.is_image = is_image
        self.has_inner = False
        self.target: LinkDestination | None = None

    @property
    def text(self) -> str:
        return "![" if self.is_image else "["


class LinkEnd:
    """The closing bracket of a link."""

    __slots__ = ()


Token = str | Element | DelimiterRun | Bracket | LinkEnd | AttributeList


def build_elements(tokens: Iterable[Token], into: Element) -> None:
    """Makes elements from tokens, and puts them into an element."""
    _ElementBuilder(into).run(tokens)


class _ElementBuilder:
    """Builds the elements for a list of tokens, with a stack of the open elements."""

    def __init__(self, into: Element) -> None:
        self._stack = [into]
        self._texts: list[str] = []
        self._last: Element | None = None  # the last child of the innermost element

    def run(self, tokens: Iterable[Token]) -> None:
        """Adds the elements for the tokens."""
        for token in tokens:
            if isinstance(token, str):
                self._texts.append(token)
            elif isinstance(token, Element):
                self._flush_text()
                self._stack[-1].append(token)
                self._last = token
            elif isinstance(token, DelimiterRun):
                self._delimiter(token)
            elif isinstance(token, Bracket):
                self._bracket(token)
            elif isinstance(token, LinkEnd):
                self._end_element()
            elif self._texts or self._last is None:
                self._texts.append(token.text)
            else:
                attribute_lists.apply(self._last, token.inner)
        self._flush_text()

    def _delimiter(self, run: DelimiterRun) -> None:
        """Closes and opens the elements of a delimiter run."""
        for _ in run.closes:
            self._end_element()
        if run.remaining:
            self._texts.append(run.char * run.remaining)
        for name in reversed(run.opens):
            self._begin_element(name)

    def _bracket(self, bracket: Bracket) -> None:
        """Opens the element of a link; a bracket that was not closed is text."""
        if bracket.target is None:
            self._texts.append(bracket.text)
            return
        link = self._begin_element("a")
        link.set("href", bracket.target.url)
        if bracket.target.title is not None:
            link.set("title", bracket.target.title)

    def _begin_element(self, name: str) -> Element:
        self._flush_text()
        self._stack.append(SubElement(self._stack[-1], name))
        self._last = None
        return self._stack[-1]

    def _end_element(self) -> None:
        self._flush_text()
        self._last = self._stack.pop()

    def _flush_text(self) -> None:
        """Adds the collected text after the last child, or as the first text of the element."""
        if self._texts:
            text = "".join(self._texts)
            self._texts.clear()
            if self._last is None:
                self._stack[-1].text = text
            else:
                self._last.tail = text


def plain_text(tokens: Iterable[Token]) -> str:
    """Returns the text of tokens, without delimiters that became elements."""
    return "".join(_plain_texts(tokens))


def _plain_texts(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if isinstance(token, str):
            yield token
        elif isinstance(token, Element):
            yield element_text(token)
        elif isinstance(token, DelimiterRun):
            yield token.char * token.remaining
        elif isinstance(token, Bracket):
            yield "" if token.target else token.text
        elif isinstance(token, AttributeList):
            yield token.text


def pop_text(tokens: list[Token], size: int) -> str | None:
    """Removes the tokens that hold the last `size` characters, if they are text or delimiters without effect.
    Returns the rest of the first removed token; None if the tokens are something else."""
    taken, start = "", len(tokens)
    while len(taken) < size and start:
        start -= 1
        token = tokens[start]
        if isinstance(token, DelimiterRun) and not (token.can_open or token.can_close):
            token = token.char * token.remaining
        if not isinstance(token, str):
            return None
        taken = token + taken
    if len(taken) < size:
        return None
    del tokens[start:]
    return taken[:len(taken) - size]


def last_character(tokens: Sequence[Token]) -> str:
    """Returns the last character of the text of the tokens."""
    for token in reversed(tokens):
        if isinstance(token, str) and token:
            return token[-1]
        if isinstance(token, Element):
            return (token.text or "")[-1:]
    return ""
