"""What reading a text gives, on its way to be elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement

from coldpress.markup import attributes
from coldpress.markup.attributes import Attributes
from coldpress.markup.delimiters import Delimiter
from coldpress.markup.destinations import Target
from coldpress.markup.plain import text_of


class Bracket:
    """An opening bracket.  `target` is where it leads, once it is closed."""

    __slots__ = ("at", "has_inner", "is_image", "runs", "target", "token")

    def __init__(self, at: int, token: int, runs: int, *, is_image: bool) -> None:
        self.at = at  # where what is in it begins in the text
        self.token = token
        self.runs = runs
        self.is_image = is_image
        self.has_inner = False
        self.target: Target | None = None

    @property
    def text(self) -> str:
        return "![" if self.is_image else "["


class Closed:
    """The closing bracket of a link."""

    __slots__ = ()


Token = str | Element | Delimiter | Bracket | Closed | Attributes


def build(tokens: Iterable[Token], into: Element) -> None:
    """Make tokens the content of an element."""
    _Building(into).run(tokens)


class _Building:
    def __init__(self, into: Element) -> None:
        self._stack = [into]
        self._words: list[str] = []
        self._last: Element | None = None  # the last child of the innermost element

    def run(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if isinstance(token, str):
                self._words.append(token)
            elif isinstance(token, Element):
                self._flush()
                self._stack[-1].append(token)
                self._last = token
            elif isinstance(token, Delimiter):
                self._delimiter(token)
            elif isinstance(token, Bracket):
                self._bracket(token)
            elif isinstance(token, Closed):
                self._end()
            elif self._words or self._last is None:
                self._words.append(token.text)
            else:
                attributes.apply(self._last, token.inner)
        self._flush()

    def _delimiter(self, run: Delimiter) -> None:
        for _ in run.closes:
            self._end()
        if run.left:
            self._words.append(run.char * run.left)
        for name in reversed(run.opens):
            self._begin(name)

    def _bracket(self, bracket: Bracket) -> None:
        if bracket.target is None:
            self._words.append(bracket.text)
            return
        link = self._begin("a")
        link.set("href", bracket.target.url)
        if bracket.target.title is not None:
            link.set("title", bracket.target.title)

    def _begin(self, name: str) -> Element:
        self._flush()
        self._stack.append(SubElement(self._stack[-1], name))
        self._last = None
        return self._stack[-1]

    def _end(self) -> None:
        self._flush()
        self._last = self._stack.pop()

    def _flush(self) -> None:
        if self._words:
            text = "".join(self._words)
            self._words.clear()
            if self._last is None:
                self._stack[-1].text = text
            else:
                self._last.tail = text


def words_of(tokens: Iterable[Token]) -> str:
    """The text of tokens, without any marks."""
    return "".join(_words(tokens))


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if isinstance(token, str):
            yield token
        elif isinstance(token, Element):
            yield text_of(token)
        elif isinstance(token, Delimiter):
            yield token.char * token.left
        elif isinstance(token, Bracket):
            yield "" if token.target else token.text
        elif isinstance(token, Attributes):
            yield token.text


def take_back(tokens: list[Token], size: int) -> str | None:
    """Take away the tokens of the last characters, if they are text or marks that
    do nothing; gives what the first of them has more."""
    taken, start = "", len(tokens)
    while len(taken) < size and start:
        start -= 1
        token = tokens[start]
        if isinstance(token, Delimiter) and not (token.can_open or token.can_close):
            token = token.char * token.left
        if not isinstance(token, str):
            return None
        taken = token + taken
    if len(taken) < size:
        return None
    del tokens[start:]
    return taken[:len(taken) - size]


def last_character(tokens: Sequence[Token]) -> str:
    """The last character that tokens show."""
    for token in reversed(tokens):
        if isinstance(token, str) and token:
            return token[-1]
        if isinstance(token, Element):
            return (token.text or "")[-1:]
    return ""
