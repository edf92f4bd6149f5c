"""What the first line of a fence says of its code, in the dialects there are.

    ```python title="app.py" {1,3-5} linenums        ours, Docusaurus, VitePress
    ```python {linenos=true,hl_lines=[1,"3-5"]}      Hugo
    ```{.python .wide #id key="value"}               Pandoc, Python-Markdown
    ```python app.py     ```python:app.py            a bare file name
    ```rust,ignore                                   rustdoc
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from coldpress.markup.destinations import unescaped

_LANGUAGE = re.compile(r"\{?\.?(?P<name>[^\s{}:,=\"']+)(?::(?P<file>[^\s{}]+))?")
_WORD = re.compile(r"""
    \{(?P<lines>[\d,\s-]+)\}
  | (?P<key>[\w-]+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|\[(?P<list>[^\]]*)\]
    |\{(?P<braces>[^}]*)\}|(?P<bare>[^\s,{}]+))
  | (?P<class>[.#][\w-]+(?![\w./-])) | (?P<word>[^\s,{}=]+)
""", re.X)
_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_FILE = re.compile(r"[\w@./+-]*[\w-]\.[A-Za-z][\w]{0,9}|(?:Dockerfile|Makefile|[./][\w./-]+)")
_MOST = 10_000  # lines that can be marked
_ALIASES = {"hl_lines": "marked", "highlight": "marked", "mark": "marked", "ins": "added", "add": "added",
            "del": "removed", "rem": "removed", "filename": "title", "file": "title", "caption": "title",
            "name": "title", "label": "title", "linenums": "first", "linenos": "first", "linenostart": "first",
            "start": "first", "startline": "first", "lineno": "first", "line-numbers": "first",
            "showlinenumbers": "first", "number-lines": "first", "numberlines": "first"}
_NO = ("false", "0", "no", "off", "none")


@dataclass(frozen=True, slots=True)
class Info:
    """The language of a fence and how its code is shown; `first` is the number
    of its first line, None when lines are not numbered; `ignored` is what says
    nothing to us."""

    language: str = ""
    title: str = ""
    marked: frozenset[int] = frozenset()
    added: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()
    first: int | None = None
    ignored: tuple[str, ...] = ()


def info_of(text: str) -> Info:
    """Read the first line of a fence."""
    text = unescaped(text.strip())
    if not text:
        return Info()
    if re.fullmatch(r"[\w#.+-]+", text):
        return Info(text.lower())
    return _Reading(text).info()


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self._title = ""
        self._lines: dict[str, set[int]] = {"marked": set(), "added": set(), "removed": set()}
        self._first: int | None = None
        self._ignored: list[str] = []

    def info(self) -> Info:
        found = _LANGUAGE.match(self._text)
        # `{1,3}` and `title="x"` alone name no language.
        is_name = found and not re.match(r"\{?[\d,\s-]+\}|[\w-]+\s*=", self._text)
        language = found["name"] if found and is_name else ""
        if found and is_name and found["file"]:
            self._title = found["file"]
        for word in _WORD.finditer(self._text, found.end() if found and is_name else 0):
            self._take(word)
        marked, added, removed = (frozenset(self._lines[name]) for name in ("marked", "added", "removed"))
        return Info(language.lower(), self._title, marked, added, removed, self._first, tuple(self._ignored))

    def _take(self, word: re.Match[str]) -> None:
        if word["lines"]:
            self._lines["marked"] |= _numbers(word["lines"])
        elif word["key"]:
            self._set(word["key"], next(
                word[name] for name in ("double", "single", "list", "braces", "bare") if word[name] is not None))
        elif word["word"]:
            self._take_word(word["word"])
        else:
            self._ignored.append(word[0])

    def _take_word(self, word: str) -> None:
        if _ALIASES.get(word.lower()) == "first":
            self._first = self._first or 1
        elif _FILE.fullmatch(word) and not self._title:
            self._title = word
        else:
            self._ignored.append(word)

    def _set(self, key: str, value: str) -> None:
        name = _ALIASES.get(key.lower(), key.lower())
        if name == "title":
            self._title = value
        elif name == "first":
            if value.lower() not in _NO:
                self._first = int(value) if value.isdigit() and len(value) < 8 else self._first or 1
        elif name in self._lines:
            self._lines[name] |= _numbers(value)
        else:
            self._ignored.append(key)


def _numbers(text: str) -> set[int]:
    """`1,3-5` as numbers."""
    found: set[int] = set()
    for first, last in _RANGE.findall(text):
        start = int(first[:7])
        found.update(range(start, min(int((last or first)[:7]), start + _MOST) + 1))
    return found
