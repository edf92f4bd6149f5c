"""Fenced code: parses the info string, and writes the HTML of the block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element

from coldpress import recorder
from coldpress.markdown.code.fences import NO_FENCES, Fence, RegisteredFence
from coldpress.markdown.html.extract import spaced_text
from coldpress.markdown.parser.attribute_lists import parse_pairs
from coldpress.markdown.parser.link_parser import unescape
from coldpress.markdown.rendered import Flaw
from coldpress.markdown.tree import HtmlWithText, RawHtml, Verbatim, escaped
from coldpress.recorder import Reads
from coldpress.seeding import seeded
from coldpress.sources.files import OUTSIDE
from coldpress.text import lazy_re_compile

_PLAIN_INFO = re.compile(r"[\w#.+-]+")
_MYST = re.compile(r"\{(?:code(?:-block|-cell)?|sourcecode)\}\s*")
# Opening braces before a language, perhaps with an id: not `{1,3}`, nor `{key=value}`.
_OPENING_BRACES = lazy_re_compile(r"""
    \{{1,2}(?!\s*[\d,\s-]+\}) (?=\s*\.?(?:(?![\w-]+\s*[=:])[^\s{}"'=]|\#\S+\s+\.)) \s*(?:\#[^\s{}]+\s+)?
""", re.X)
_INFO_LANGUAGE = lazy_re_compile(r"""
    \.?(?:lang(?:uage)?-)?(?P<name>[^\s{}\[\]:,="']+)(?=[\s{}\[\]:,]|$)
    (?::(?P<file>[\w@./+-]*\.\w+)(?=[\s{}]|$))?
""", re.X)
_INFO_WORD = lazy_re_compile(r"""
    \{\s*(?P<lines>\d[\d,\s-]*)\}
  | \[(?P<name>[^\[\]=]+)\]
  | (?P<key>[\w.-]+(?=\s*=)|[\w-]+(?=\s*:|\{\d+\}))(?:\s*[=:]\s*)?
    (?:"(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>[^']*)' | \[(?P<list>[^\]]*)\] | \{(?P<braces>[^}]*)\}
      | (?P<ranges>\d+(?:-\d+)?(?:[,\ ]\d+(?:-\d+)?)*(?=[\s,}]|$)) | (?P<bare>[^\s,{}]+))
  | "[^"]*"(?::\d+)?
  | (?P<word>[^\s,{}=\[\]"':]+(?:[/:]+[^\s,{}=]+)?)
""", re.X)
_LINE_RANGES = lazy_re_compile(r"[\s\"'|]*\d+(?:\s*-\s*\d+)?(?:[\s,|\"']+\d+(?:\s*-\s*\d+)?)*[\s\"',|]*")
_LINE_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_FILE_NAME = lazy_re_compile(r"[\w@./+-]*[\w-]\.[A-Za-z]\w{0,9}|(?:Dockerfile|Makefile|~?[./][\w./-]*[\w-])")
_MAX_LINES = 10_000  # lines that can be marked
_KEYS = {"hllines": "marked", "highlight": "marked", "mark": "marked", "codelinenumbers": "marked",
         "ins": "added", "add": "added", "del": "removed", "rem": "removed",
         "filename": "title", "file": "title", "caption": "title", "name": "title", "label": "title",
         "linenums": "first", "linenos": "first", "linenostart": "first", "start": "first", "startline": "first",
         "startlinenumber": "first", "startfrom": "first", "firstline": "first", "lineno": "first",
         "linenumber": "first", "linenumbers": "first", "showlinenumbers": "first", "numberlines": "first"}
_FALSE_VALUES = ("false", "0", "no", "off", "none", "-1")


class FenceInfo(NamedTuple):
    """The language of a fenced code block, and how its code is shown.  `first` is the number of its first line (None:
    no line numbers); `ignored` are the words of the info string that have no meaning here."""

    language: str = ""
    title: str = ""
    marked: frozenset[int] = frozenset()
    added: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()
    first: int | None = None
    ignored: tuple[str, ...] = ()

    @property
    def in_lines(self) -> bool:
        """Returns whether the code is shown line by line, with marks or numbers."""
        return bool(self.marked or self.added or self.removed or self.first is not None)


def parse_info_string(text: str) -> FenceInfo:
    """Parses the info string of a fence."""
    text = text.strip()
    if not text or _PLAIN_INFO.fullmatch(text):
        return FenceInfo(text.lower().removeprefix("."))
    return _InfoParser(text).info()


class _InfoParser:
    """Parses one info string; supports the options of several generators."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._title = ""
        self._lines: dict[str, set[int]] = {"marked": set(), "added": set(), "removed": set()}
        self._first: int | None = None
        self._is_numbered = True
        self._ignored: list[str] = []

    def info(self) -> FenceInfo:
        language, end = self._language()
        for word in _INFO_WORD.finditer(self._text, end):
            self._take(word)
        marked, added, removed = (frozenset(self._lines[name]) for name in ("marked", "added", "removed"))
        first = self._first if self._is_numbered else None
        return FenceInfo(unescape(language).lower(), unescape(self._title), marked, added, removed, first,
                    tuple(self._ignored))

    def _language(self) -> tuple[str, int]:
        """Returns the language and the offset of its end; `{1,3}` and `title="x"` contain no language."""
        opening = _MYST.match(self._text) or _OPENING_BRACES.match(self._text)
        start = opening.end() if opening else 0
        found = _INFO_LANGUAGE.match(self._text, start)
        if not found or self._text[found.end():].lstrip().startswith("="):
            return "", start
        self._title = found["file"] or ""
        return found["name"], found.end()

    def _take(self, word: re.Match[str]) -> None:
        """Handles one word of the info string."""
        values = ("double", "single", "list", "braces", "ranges", "bare")
        if word["lines"]:
            self._lines["marked"] |= _line_numbers(word["lines"])
        elif word["name"]:
            self._title = self._title or word["name"].strip()
        elif word["key"]:
            value = next((word[name] for name in values if word[name] is not None), "")
            self._set(word["key"], value, word[0])
        elif word["word"]:
            self._take_word(word["word"], is_attribute="{" in self._text[:word.start()])
        else:
            self._ignored.append(word[0])

    def _take_word(self, word: str, *, is_attribute: bool) -> None:
        """Handles a word without a value: a file name, or an option such as `linenums`."""
        if word == ".annotate":
            return  # every block above a list can have annotations
        if _normalize_key(word.removeprefix(".")) == "first":
            self._first = self._first or 1
        elif _FILE_NAME.fullmatch(word) and not self._title and not (is_attribute and word.startswith(".")):
            self._title = word
        else:
            self._ignored.append(word)

    def _set(self, key: str, value: str, text: str) -> None:
        """Handles an option with a value."""
        name = _normalize_key(key)
        if name == "title":
            self._title = value.strip("\"'")
        elif name == "marked" and value.lower() in ("true", "false"):  # Quarto's `code-line-numbers: true`
            self._first = self._first or (1 if value.lower() == "true" else None)
        elif name == "first":
            self._number(value.strip())
        elif name in self._lines and _LINE_RANGES.fullmatch(value):
            self._lines[name] |= _line_numbers(value)
        else:
            self._ignored.append(text)

    def _number(self, value: str) -> None:
        """Sets the number of the first line, or switches line numbers off."""
        if value.lower() in _FALSE_VALUES:
            self._is_numbered = False
        else:
            number = value.split(maxsplit=1)[0] if value else ""
            self._first = int(number) if number.isdecimal() and len(number) < 8 else self._first or 1


def _normalize_key(key: str) -> str:
    """Returns the name of an option, for all of its spellings: `hl_lines`, `hlLines`."""
    return _KEYS.get(re.sub(r"[-_]", "", key).lower(), key.lower())


def _line_numbers(text: str) -> set[int]:
    """Returns the numbers in `1,3-5`."""
    found: set[int] = set()
    for first, last in _LINE_RANGE.findall(text):
        start = int(first[:7])
        found.update(range(start, min(int((last or first)[:7]), start + _MAX_LINES) + 1))
    return found


_LANGUAGE_NAME = re.compile(r"[\w#.+-]+")
_COMMENT = re.compile(r'<span class="c[1mhs]?">[^<]*\([^<]*</span>')
_NUMBER = re.compile(r"\((\d{1,3})\)!?(?=\W*</span>)")
# A line of a diff that Pygments marks as a whole; not `~~deleted~~` in Markdown.
_WHOLE_LINE = re.compile(r'^<span class="(gi|gd)">(?!~~)[^<]*</span>$', re.M)


def code_block(source: str, info: FenceInfo, *, notes: bool = False) -> str:
    """Returns the HTML of a code block; an unknown language is plain text.  With `notes`, a numbered list follows,
    and `(1)` in a comment refers to its item."""
    code = _highlighted(source, info.language) or escaped(source)
    code = _COMMENT.sub(_number_annotations, code) if notes else code
    code = _wrap_lines(code, info) if info.in_lines or _WHOLE_LINE.search(code) else f"{code}\n"
    name = f' class="language-{escaped(info.language)}"' if _LANGUAGE_NAME.fullmatch(info.language) else ""
    # The block can get the focus, so that keys can scroll it.
    block = f'<pre tabindex="0"><code{name}>{code}</code></pre>'
    if info.title:
        return f'<figure class="code"><figcaption>{escaped(info.title)}</figcaption>{block}</figure>'
    return f'<div class="code">{block}</div>'


def _highlighted(source: str, language: str) -> str | None:
    """Returns highlighted code; None if there is no language, or one that Pygments does not know."""
    if not language:
        return None
    from coldpress.markdown.code.highlighting import highlight_code  # noqa: PLC0415  (imports Pygments)

    return highlight_code(source, language)


def _number_annotations(comment: re.Match[str]) -> str:
    return _NUMBER.sub(r'<b class="annotation">(\1)</b>', comment[0])


def _wrap_lines(code: str, info: FenceInfo) -> str:
    """Wraps each line in an element with its number and marks; no element of Pygments extends over a line ending."""
    lines = []
    every = code.split("\n")
    wide = len(str((info.first or 0) + len(every) - 1))
    for number, line in enumerate(every, 1):
        marks = [name for name, numbers in (("hll", info.marked), ("ins", info.added), ("del", info.removed))
                 if number in numbers]
        marks += _WHOLE_LINE.findall(line)[:1]
        shown = f' data-line="{info.first + number - 1:>{wide}}"' if info.first is not None else ""
        lines.append(f'<span class="{" ".join(["line", *marks])}"{shown}>{line}\n</span>')
    return "".join(lines)


_INLINE_LANGUAGE = re.compile(r"#!(?P<name>[a-z][\w#+-]*) +(?=\S)")


def code_span(text: str) -> Element:
    """Makes the element of a code span; its text may begin with a language: `#!python x`."""
    element = Element("code")
    element.text = Verbatim(text)
    return element


def highlight_code_span(element: Element) -> None:
    """Highlights a code span that begins with a known language."""
    found = _INLINE_LANGUAGE.match(element.text or "")
    code = _highlighted((element.text or "")[found.end():], found["name"]) if found else None
    if found and code is not None:
        element.set("class", f"language-{found['name']}")
        element.text = RawHtml(code)


class CodeBlocks:
    """Renders the code blocks of one body, some with registered functions.  `flaws` are mistakes,
    `reads` what these functions read."""

    def __init__(self, fences: Mapping[str, RegisteredFence] = NO_FENCES, *, trusted: bool = True) -> None:
        self._fences = fences
        self._trusted = trusted
        self._notes: list[Flaw] = []
        self._told: list[Flaw] = []
        self._seen: dict[str, Counter[str]] = {}
        self.reads: Reads = {}

    @property
    def flaws(self) -> list[Flaw]:
        return self._notes + self._told

    def convert(self, source: str, text: str, line: int, column: int, *, notes: bool = False) -> RawHtml:
        """Returns the HTML of a code block, a `HtmlWithText` unless a registered function made it.  `text` is the info
        string of its fence, at a line and column.  With `notes`, the numbered list of its annotations follows."""
        registered = self._fences.get((info := parse_info_string(text)).language)
        if info.ignored and not (registered and registered.has_attributes):
            words = ", ".join(f"`{word}`" for word in info.ignored)
            self._notes.append(Flaw("markup.fence-attribute", f"this fence says what has no meaning here: {words}",
                                    line, column, 1, "it is ignored", "note"))
        html = registered and self._call(registered, source, info, text, line, column)
        made = html or code_block(source, info, notes=notes)
        plain = spaced_text(made) if notes else f" {info.title} {source} "  # annotations remove a `!` of the code
        return RawHtml(made) if html else HtmlWithText.of(made, plain)

    def _call(self, registered: RegisteredFence, source: str, info: FenceInfo, text: str, line: int, column: int
              ) -> str | None:
        """Calls the function of a language."""
        seen = self._seen.setdefault(info.language, Counter())
        fence = Fence(source, info.language, info.title, _attributes(text, info), seen.total() + 1, seen[source],
                      self._trusted, line, column)
        seen[source] += 1
        try:
            if registered.shared:
                html = registered.render(fence)
            else:
                with recorder.recording() as reads, seeded(f"{info.language} {source}"):
                    html = registered.render(fence)
                self.reads.update(registered.reads.add(registered.owner, reads))
                asked = next((key for key in reads if key[0] not in OUTSIDE), None)
                if asked:  # which the cached body could not be compared by
                    raise LookupError(f"it asks for `{' '.join(asked)}` of the site, which only a directive can")
            if not isinstance(html, str | None):
                raise TypeError(f"it returned {html!r}, which is no text")
        except (Exception, SystemExit) as reason:  # noqa: BLE001  (it is somebody's code)
            html = None
            fence.report(f"{registered.said} fails here: {type(reason).__name__}: {reason}", code="plugin.failed",
                         severity="error", hint="correct it, or take this fence out")
        self._told += fence.flaws
        return html


def _attributes(text: str, info: FenceInfo) -> dict[str, str]:
    """Returns the attributes of an info string, without its language."""
    rest = text.strip().strip("{}").partition(info.language)[2] if info.language else text
    return {name: name if value is None else value for name, value in parse_pairs(rest.strip(" {}"))}
