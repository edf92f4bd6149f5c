"""Which pages hold a token, as a short text.

A posting is a page's number times four plus the level at which the token
counts there.  Posts have even numbers, other pages odd ones, so that neither
shift when some of the other kind come.  Numbers are written as gaps, in
letters of five bits; the theme's `search-words.js` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from zlib import crc32

LEVELS = 4
PREFIX = 4
"""Letters that decide in which shard a word is, so that those which begin alike are together."""
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_BITS = 5
_MORE = 1 << _BITS


def shard_of(token: str, shards: int) -> int:
    """The shard a token is in; their number is a power of two."""
    return crc32(token[:PREFIX].encode()) & (shards - 1)


def shards_for(pages: int) -> int:
    """How many shards an index of so many pages has: about one for ten, of a kilobyte or two each."""
    return 1 << (pages // 12).bit_length()


def encode(postings: Iterable[int]) -> str:
    """Postings in order as text: posts, then other pages after a space."""
    letters: tuple[list[str], list[str]] = ([], [])
    last = [-1, -1]
    for posting in postings:
        page, level = divmod(posting, LEVELS)
        number, kind = divmod(page, 2)
        letters[kind].append(_letters((number - last[kind] - 1) * LEVELS + level))
        last[kind] = number
    posts, pages = "".join(letters[0]), "".join(letters[1])
    return f"{posts} {pages}" if pages else posts


def decode(text: str) -> list[int]:
    """The postings back, in order.  Raises `ValueError` for what `encode` did not write."""
    postings: list[int] = []
    for kind, part in enumerate(text.split(" ")):
        value = shift = 0
        number = -1
        for letter in part:
            if letter not in _VALUES:
                raise ValueError(f"{letter!r} is no letter of a posting")
            value |= (_VALUES[letter] & (_MORE - 1)) << shift
            shift += _BITS
            if _VALUES[letter] < _MORE:
                gap, level = divmod(value, LEVELS)
                number += gap + 1
                postings.append((2 * number + kind) * LEVELS + level)
                value = shift = 0
    return sorted(postings)


@lru_cache(maxsize=4096)
def _letters(value: int) -> str:
    letters = ""
    while value >= _MORE:
        letters += _ALPHABET[_MORE + (value & (_MORE - 1))]
        value >>= _BITS
    return letters + _ALPHABET[value]
