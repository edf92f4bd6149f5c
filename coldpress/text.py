"""Text: decoding, folding, slugs, widths and the nearest name for "did you mean"."""

from __future__ import annotations

import codecs
import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any, cast

from coldpress.errors import ColdpressError, Place, Problem

# Scripts written without spaces: each character counts as a word.
CJK = (
    "\u3040-\u30ff"  # Hiragana, Katakana
    "\u31f0-\u31ff"  # Katakana extensions
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\uff66-\uff9d"  # half-width Katakana
    "\U00020000-\U0003fffd"  # Han, the supplementary planes
)
# What `heading_id` does to the characters of ASCII.
_ASCII_ID = {code: "-" if chr(code) == " " else None for code in range(128)
             if not chr(code).isalnum() and chr(code) not in "-_"}
# Removes all ASCII but letters, digits and spaces: a word without a letter is no word.
_NO_LETTERS = {code: None for code in range(128) if not (chr(code).isalnum() or chr(code).isspace())}
# They change how a character looks, not which one it is: variation selectors, keycaps.
_DRESSING = re.compile("[\ufe00-\ufe0f\u20e3]")

_SPACES = re.compile("[ \t\n\r\v\f\x85\u2028\u2029]+")

_PLAIN_SLUG = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")

_COMPARED = 40  # names with one word
_LOOKED_AT = 1_000  # names that share letters with it
_LONGEST_NAME = 200  # letters

WORDS_PER_MINUTE = 220
CJK_PER_MINUTE = 400


class _LazyPattern:
    """A regular expression that is compiled when one of its methods is first called."""

    def __init__(self, regex: str, flags: int) -> None:
        self._regex = regex
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        pattern = re.compile(self._regex, self._flags)
        for method in ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"):
            setattr(self, method, getattr(pattern, method))
        return getattr(pattern, name)


def lazy_re_compile(regex: str, flags: int = 0) -> re.Pattern[str]:
    """Returns a pattern that is compiled at its first use: for one that takes long to compile (0.1 ms
    and more) and that most builds do not need.  Calls of its methods take a little longer, so patterns
    that every page needs come from `re.compile`, as do small ones."""
    return cast("re.Pattern[str]", _LazyPattern(regex, flags))


_CJK = lazy_re_compile(f"[{CJK}]")
_WORD = lazy_re_compile(rf"[^\W_{CJK}][^\s{CJK}]*")  # from its first letter or digit on


def is_cjk(char: str) -> bool:
    """Returns whether a character is of a script that is written without spaces."""
    return not char.isascii() and bool(_CJK.match(char))


def one_line(text: str) -> str:
    """Returns a text without line breaks and without spaces around it.  Other
    Unicode spaces inside it stay."""
    return _SPACES.sub(" ", text).strip(" ")


@lru_cache(maxsize=4096)
def slugify(text: str, *, lowercase: bool = True) -> str:
    """Returns a name as one URL segment (NFC).

    Letters, marks and digits of every script stay, in lower case unless
    `lowercase` is false.  Runs of spaces, `_` and other punctuation become one `-`.
    Dots inside a name stay (`v1.2.3`).  The result is empty when nothing can stay.
    """
    if _PLAIN_SLUG.fullmatch(text):
        return text
    kept = "".join(
        char if unicodedata.category(char)[0] in "LMN" or char in ".-" else "-"
        for char in _letters(text, lowercase=lowercase)
        if unicodedata.category(char) != "Cf"
    )
    parts = (part.strip("-") for part in re.split(r"\.+", kept))
    return re.sub(r"-{2,}", "-", ".".join(part for part in parts if part)).strip("-.")


def text_digest(text: str) -> str:
    """Returns the digest of a text: 32 hexadecimal digits."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def heading_id(text: str) -> str:
    """Returns the anchor of a heading, as GitHub makes it.

    Lower case; letters, marks, digits, `-` and `_` stay; each space becomes `-`;
    all other characters are removed: `1.背景介绍` becomes `1背景介绍`, `🚀 Go`
    becomes `-go`.  The result is never empty.
    """
    if text.isascii():
        return text.lower().translate(_ASCII_ID) or "section"
    kept = []
    for char in unicodedata.normalize("NFC", text.lower()):
        if char == " ":
            kept.append("-")
        elif char == "-" or unicodedata.category(char) == "Pc" or unicodedata.category(char)[0] in "LMN":
            kept.append(char)
    return "".join(kept) or "section"


def python_markdown_id(text: str) -> str:
    """Returns the anchor of a heading as Python-Markdown makes it: ASCII
    only, and empty if the heading has no ASCII letter or digit."""
    kept = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", kept).strip().lower())


def _letters(text: str, *, lowercase: bool = True) -> str:
    text = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", _DRESSING.sub("", text.lower() if lowercase else text))


def count_words(text: str) -> tuple[int, int]:
    """Counts the words between spaces, and the CJK characters, of a text."""
    plain, other = split_ascii(text)
    words = len(plain.translate(_NO_LETTERS).split())
    return (words + len(_WORD.findall(other)), len(_CJK.findall(other))) if other else (words, 0)


def split_ascii(text: str) -> tuple[str, str]:
    """Returns the words of a text between spaces in two texts: those in ASCII, which need no
    tables of Unicode, and the others."""
    if text.isascii():
        return text, ""
    words = text.split()
    return " ".join(filter(str.isascii, words)), " ".join([word for word in words if not word.isascii()])


def reading_minutes(words: int, cjk: int) -> int:
    """Returns the minutes it takes to read so many words and CJK characters; at least 1."""
    return max(1, round(words / WORDS_PER_MINUTE + cjk / CJK_PER_MINUTE))


def shorten(text: str, limit: int) -> str:
    """Cuts a text to `limit` characters, between words where there are spaces, and adds `…`."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    if not is_cjk(cut[-1]) and " " in cut[limit // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,.;:，。；：、") + "…"


_SIGNS_OF_NAME = re.compile(r"(?<=[^\W\d_])[#+]+(?!\w)")


def with_named_signs(text: str) -> str:
    """Returns a title with `+` and `#` at the end of a word as words, so that `C++` and `C#` have names in a URL."""
    return _SIGNS_OF_NAME.sub(lambda signs: signs[0].replace("+", "-plus").replace("#", "-sharp"), text)


def one_edit_apart(a: str, b: str) -> bool:
    """Whether one wrong, missing, additional or swapped letter turns a into b."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    x, y = a[start:], b[start:]
    return x[1:] == y[1:] or x[1:] == y or x == y[1:] or (
        x[:2] == y[:2][::-1] and x[2:] == y[2:]
    )


class NearNames:
    """Finds, again and again, the name among many that is nearest to a word.

    Only names that share most of the word's rarest letters are compared with it.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._folded = {name.casefold(): name for name in self._names}

    def nearest(self, word: str) -> str | None:
        """Returns the name that was probably meant, or None."""
        if word.casefold() in self._folded:
            return self._folded[word.casefold()]
        if len(word) > _LONGEST_NAME:  # comparing takes more than linear time
            return None
        swapped = next(filter(None, map(self._folded.get, _swapped(word.casefold()))), None)
        if swapped is not None:
            return swapped
        match = difflib.get_close_matches(word, self._likely(word), n=1, cutoff=0.7)
        return match[0] if match else self._longer(word)

    def _longer(self, word: str) -> str | None:
        """Returns the shortest name with a CJK word in it, first of those that begin with it: two of its
        characters are a word, but few of a name's."""
        if len(word) < 2 or not is_cjk(word[0]):
            return None
        return min((name for name in self._names if word in name), default=None,
                   key=lambda name: (not name.startswith(word), len(name)))

    def _likely(self, word: str) -> Iterable[str]:
        if len(self._names) <= _COMPARED:
            return self._names
        rarest = sorted((self._places.get(part, []) for part in _parts(word)), key=len)
        shared: Counter[int] = Counter()
        for places in rarest:
            if shared and len(shared) + len(places) > _LOOKED_AT:
                break
            shared.update(places[:_LOOKED_AT])
        best = sorted(shared, key=lambda number: (-shared[number], number))[:_COMPARED]
        return [self._names[number] for number in sorted(best)]

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Maps each three letters to the numbers of the names that contain them."""
        places: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            for part in _parts(name) if len(name) <= _LONGEST_NAME else ():
                places.setdefault(part, []).append(number)
        return places


def _parts(name: str) -> dict[str, None]:
    """Yields every three adjacent letters of a name, with marks for its start and end."""
    padded = f"\0\0{name}\0".casefold()
    return dict.fromkeys(padded[at:at + 3] for at in range(len(padded) - 2))


def _swapped(word: str) -> Iterator[str]:
    """Yields a word with each two of its neighbouring letters swapped."""
    for at in range(len(word) - 1):
        yield f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2:]}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if any is near."""
    return NearNames(known).nearest(word)


def sort_key(text: str) -> tuple[str, str]:
    """Returns a key that sorts texts as readers look for them: without regard to case and accents, so that
    `Île` is beside `Ile`; texts that differ in nothing else by their letters."""
    if text.isascii():
        return text.casefold(), text
    letters = unicodedata.normalize("NFKD", text)
    return "".join(char for char in letters if not unicodedata.combining(char)).casefold(), text


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """`did you mean …?`, or nothing when no known word is near."""
    match = nearest(word, known)
    return f"did you mean `{match}`?" if match else None


CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Control characters, which neither HTML nor XML may contain."""


def decode(data: bytes, name: str, code: str) -> str:
    """Decodes UTF-8 with or without BOM: every line end becomes a line feed, control
    characters are removed.

    Raises `ColdpressError` at the first byte that is not UTF-8; `name` is the file's
    name, `code` the code of the problem.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as reason:
        message, line = not_utf8(reason)
        column = len(data[: reason.start].rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        shown = data.split(b"\n")[line - 1].decode("utf-8", "replace").rstrip("\r")
        raise ColdpressError(Problem(code, message, Place(name, line, column, shown), "save it as UTF-8")) from None
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def not_utf8(reason: UnicodeDecodeError) -> tuple[str, int]:
    """Returns a message about the bytes of a file that are not UTF-8, and the line of the first of them."""
    return (f"this file is not UTF-8: byte 0x{reason.object[reason.start]:02X}",
            reason.object[:reason.start].count(b"\n") + 1)


def size_text(count: float) -> str:
    """Returns a number of bytes for people: `2.1 MB`."""
    unit = "bytes"
    for larger in ("kB", "MB", "GB"):
        if count >= 1000:
            count, unit = count / 1000, larger
    return f"{count:,.{int(unit in ('MB', 'GB') and count < 10)}f} {unit}"
