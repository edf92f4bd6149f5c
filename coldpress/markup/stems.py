"""Light English stemming: one short form for the forms of a word.

The rules stand in the theme's `search-words.js` too, letter for letter.
"""

from __future__ import annotations

import re
from functools import lru_cache

RULES = (
    (r"([^sui])s$", r"\1"),  # routes → route
    (r"^(?=.{6})(.*[aeiouy].*)ing$", r"\1"),  # running → runn
    (r"^(?=.{5})(.*[aeiouy].*)(?<!e)ed$", r"\1"),  # cached → cach
    (r"([bdfgmnprt])\1$", r"\1"),  # runn → run
    (r"e$", ""),  # cache → cach
    (r"([^aeiou])y$", r"\1i"),  # story, storie(s) → stori
)
"""What is replaced by what, in turn, as long as there are at least four letters."""
_RULES = tuple((re.compile(pattern), replacement) for pattern, replacement in RULES)
_PLAIN = re.compile("[a-z]{4,}")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The form of a folded word that is looked for; words of other scripts as they are."""
    if _PLAIN.fullmatch(word):
        for pattern, replacement in _RULES:
            if len(word) > 3:
                word = pattern.sub(replacement, word)
    return word
