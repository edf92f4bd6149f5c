"""What the first line of a fence says of its code, in the dialects there are.

    ```python title="app.py" {1,3-5} linenums       ours, Docusaurus, Material
    ```ts{4}:line-numbers=2 [app.ts]                VitePress, Nuxt
    ```python {linenos=true,hl_lines=[1,"3-5"]}     Hugo; Zola without braces
    ```{#id .python .numberLines key="value"}       Pandoc, Python-Markdown
    ```{r, echo=FALSE}    ```{code-block} python    Quarto, MyST
    ```js app.js mark:1   ```js:app.js              Hexo, Qiita: a bare file name
    ```rust,ignore                                  rustdoc
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from coldpress.markdown.parser.link_parser import unescaped

_PLAIN = re.compile(r"[\w#.+-]+")
_MYST = re.compile(r"\{(?:code(?:-block|-cell)?|sourcecode)\}\s*")
# Braces that a language begins with, perhaps after an id: not `{1,3}`, nor `{key=value}`.
_BRACES = re.compile(r"""
    \{{1,2}(?!\s*[\d,\s-]+\}) (?=\s*\.?(?:(?![\w-]+\s*[=:])[^\s{}"'=]|\#\S+\s+\.)) \s*(?:\#[^\s{}]+\s+)?
""", re.X)
_LANGUAGE = re.compile(r"""
    \.?(?:lang(?:uage)?-)?(?P<name>[^\s{}\[\]:,="']+)(?=[\s{}\[\]:,]|$)
    (?::(?P<file>[\w@./+-]*\.\w+)(?=[\s{}]|$))?
""", re.X)
_WORD = re.compile(r"""
    \{\s*(?P<lines>\d[\d,\s-]*)\}
  | \[(?P<name>[^\[\]=]+)\]
  | (?P<key>[\w.-]+(?=\s*=)|[\w-]+(?=\s*:|\{\d+\}))(?:\s*[=:]\s*)?
    (?:"(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>[^']*)' | \[(?P<list>[^\]]*)\] | \{(?P<braces>[^}]*)\}
      | (?P<ranges>\d+(?:-\d+)?(?:[,\ ]\d+(?:-\d+)?)*(?=[\s,}]|$)) | (?P<bare>[^\s,{}]+))
  | "[^"]*"(?::\d+)?
  | (?P<word>[^\s,{}=\[\]"':]+(?:[/:]+[^\s,{}=]+)?)
""", re.X)
_RANGES = re.compile(r"[\s\"'|]*\d+(?:\s*-\s*\d+)?(?:[\s,|\"']+\d+(?:\s*-\s*\d+)?)*[\s\"',|]*")
_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_FILE = re.compile(r"[\w@./+-]*[\w-]\.[A-Za-z]\w{0,9}|(?:Dockerfile|Makefile|~?[./][\w./-]*[\w-])")
_MOST = 10_000  # lines that can be marked
_ALIASES = {"hllines": "marked", "highlight": "marked", "mark": "marked", "codelinenumbers": "marked",
            "ins": "added", "add": "added", "del": "removed", "rem": "removed",
            "filename": "title", "file": "title", "caption": "title", "name": "title", "label": "title",
            "linenums": "first", "linenos": "first", "linenostart": "first", "start": "first", "startline": "first",
            "startlinenumber": "first", "startfrom": "first", "firstline": "first", "lineno": "first",
            "linenumber": "first", "linenumbers": "first", "showlinenumbers": "first", "numberlines": "first"}
_NO = ("false", "0", "no", "off", "none", "-1")


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

    @property
    def in_lines(self) -> bool:
        """Whether something is said of single lines."""
        return bool(self.marked or self.added or self.removed or self.first is not None)


def info_of(text: str) -> Info:
    """Read the first line of a fence."""
    text = text.strip()
    if not text or _PLAIN.fullmatch(text):
        return Info(text.lower().removeprefix("."))
    return _Reading(text).info()


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self._title = ""
        self._lines: dict[str, set[int]] = {"marked": set(), "added": set(), "removed": set()}
        self._first: int | None = None
        self._is_numbered = True
        self._ignored: list[str] = []

    def info(self) -> Info:
        language, end = self._language()
        for word in _WORD.finditer(self._text, end):
            self._take(word)
        marked, added, removed = (frozenset(self._lines[name]) for name in ("marked", "added", "removed"))
        first = self._first if self._is_numbered else None
        return Info(unescaped(language).lower(), unescaped(self._title), marked, added, removed, first,
                    tuple(self._ignored))

    def _language(self) -> tuple[str, int]:
        """The language and where it ends; `{1,3}` and `title="x"` alone name none."""
        opening = _MYST.match(self._text) or _BRACES.match(self._text)
        start = opening.end() if opening else 0
        found = _LANGUAGE.match(self._text, start)
        if not found or self._text[found.end():].lstrip().startswith("="):
            return "", start
        self._title = found["file"] or ""
        return found["name"], found.end()

    def _take(self, word: re.Match[str]) -> None:
        values = ("double", "single", "list", "braces", "ranges", "bare")
        if word["lines"]:
            self._lines["marked"] |= _numbers(word["lines"])
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
        if word == ".annotate":
            return  # so is every block above a list
        if _meaning(word.removeprefix(".")) == "first":
            self._first = self._first or 1
        elif _FILE.fullmatch(word) and not self._title and not (is_attribute and word.startswith(".")):
            self._title = word
        else:
            self._ignored.append(word)

    def _set(self, key: str, value: str, text: str) -> None:
        name = _meaning(key)
        if name == "title":
            self._title = value.strip("\"'")
        elif name == "marked" and value.lower() in ("true", "false"):  # Quarto's `code-line-numbers: true`
            self._first = self._first or (1 if value.lower() == "true" else None)
        elif name == "first":
            self._number(value.strip())
        elif name in self._lines and _RANGES.fullmatch(value):
            self._lines[name] |= _numbers(value)
        else:
            self._ignored.append(text)

    def _number(self, value: str) -> None:
        if value.lower() in _NO:
            self._is_numbered = False
        else:
            number = value.split(maxsplit=1)[0] if value else ""
            self._first = int(number) if number.isdecimal() and len(number) < 8 else self._first or 1


def _meaning(key: str) -> str:
    """What a key means, however its words are put together: `hl_lines`, `hlLines`."""
    return _ALIASES.get(re.sub(r"[-_]", "", key).lower(), key.lower())


def _numbers(text: str) -> set[int]:
    """`1,3-5` as numbers."""
    found: set[int] = set()
    for first, last in _RANGE.findall(text):
        start = int(first[:7])
        found.update(range(start, min(int((last or first)[:7]), start + _MOST) + 1))
    return found
