"""Tokens of the search: words, stems, and pairs of characters in Chinese, Japanese and Korean."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from coldpress.text import lazy_re_compile, split_ascii

RULES = (
    (r"([^sui])s$", r"\1"),  # routes → route
    (r"^(?=.{6})(.*[aeiouy].*)ing$", r"\1"),  # running → runn
    (r"^(?=.{5})(.*[aeiouy].*)(?<!e)ed$", r"\1"),  # cached → cach
    (r"([bdfgmnprt])\1$", r"\1"),  # runn → run
    (r"e$", ""),  # cache → cach
    (r"([^aeiou])y$", r"\1i"),  # story, storie(s) → stori
)
"""Patterns and their replacements, applied in order while a word has at least four letters."""
_RULES = tuple((re.compile(pattern), replacement) for pattern, replacement in RULES)
_PLAIN = re.compile("[a-z]{4,}")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Returns the stem of a folded English word; returns any other word unchanged."""
    if _PLAIN.fullmatch(word):
        for pattern, replacement in _RULES:
            if len(word) > 3:
                word = pattern.sub(replacement, word)
    return word


PARTS = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana and related characters
    "\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"  # Bopomofo, Han
    "\u1100-\u11ff\uac00-\ud7a3"  # Hangul
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1050-\u109f\u1780-\u17d3"  # Thai, Lao, Myanmar, Khmer
)
"""Scripts without spaces between words, or in which parts of words are searched for."""
SIGNS = "\u0900-\u0963\u0966-\u0d7f"  # Indic scripts: vowel signs are part of a word
# Characters that do not change the letter itself: accents, vowel points, joiners, variation selectors.
DRESSING = (
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u00ad\u200c\u200d\u2060\ufe00-\ufe0f\ufeff")
SPELLINGS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ς": "σ"}
"""Letters that Unicode does not decompose, and their plain forms."""
LONGEST = 40
"""The number of letters of a word that are indexed."""
MANY = 4
"""The number of occurrences from which a word counts as frequent in a text."""
BODY, OFTEN, HEADING, TITLE = range(4)
"""The levels of a word in a page, by increasing weight."""

_DRESSING = lazy_re_compile(f"[{DRESSING}]")
_SPELLINGS = str.maketrans(SPELLINGS)
# What is no letter or digit separates tokens; letters become those in lower case.
_ASCII_TOKENS = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_RUN = lazy_re_compile(f"([{PARTS}]+)|[^\\W_{PARTS}]+(?:[{SIGNS}]+[^\\W_{PARTS}]*)*")


def fold(text: str) -> str:
    """Normalizes a text for comparison: lower case, compatibility forms replaced, accents removed."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower())
    return unicodedata.normalize("NFC", _DRESSING.sub("", plain)).translate(_SPELLINGS)


def count_tokens(text: str) -> Counter[str]:
    """Counts the searchable tokens of a text."""
    plain, other = split_ascii(text)
    words = plain.translate(_ASCII_TOKENS).split()
    parts: list[str] = []
    for run in _RUN.finditer(fold(other)) if other else ():
        (parts if run[1] else words).append(run[0])
    counts = _stemmed(Counter(words))
    for part in parts:
        counts.update(part)
        counts.update(map("".join, pairwise(part)))
    return counts


def _stemmed(words: Counter[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for word, count in words.items():
        stemmed = stem(word[:LONGEST])
        counts[stemmed] = counts.get(stemmed, 0) + count  # faster than `+=`, which calls `__missing__`
    return counts


def weigh(text: str, headings: Iterable[str]) -> str:
    """Returns the tokens of a body in three lines: other tokens, frequent tokens, tokens of headings."""
    counts = count_tokens(text)
    prominent = set(count_tokens("\n".join(headings)))
    often = {token for token, count in counts.items() if count >= MANY}
    lines = counts.keys() - often - prominent, often - prominent, prominent
    return "\n".join([" ".join(sorted(line)) for line in lines])


def weighed(lines: str, title: str) -> Iterator[tuple[int, str]]:
    """Yields level and token for each line of `weigh`, and for the page's title."""
    of_title = count_tokens(title)
    for level, line in enumerate(lines.split("\n")):
        yield from ((level, token) for token in line.split() if token not in of_title)
    yield from ((TITLE, token) for token in of_title)
