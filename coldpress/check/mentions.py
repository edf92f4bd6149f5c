"""The words of a site's templates, code, config and scripts: what none of them mentions is read by nobody.

A word may also be made at run time, or a template may go through all keys of `params`: then nothing is certain, and
nothing is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

_LARGEST = 2_000_000  # bytes of a file that is read
_WORD = re.compile(r"[\w-]+")


class Mentions:
    """The texts of some files, and more texts."""

    def __init__(self, files: Iterable[Path], more: Iterable[str] = ()) -> None:
        self._files = tuple(dict.fromkeys(files))
        self._more = tuple(more)

    def has(self, name: str) -> bool:
        """Returns whether a text has a name as a word, or as a part of one that is written with dots or slashes."""
        return name in self._words or (not _WORD.fullmatch(name) and any(name in text for text in self._texts))

    def takes_all_of(self, *names: str) -> bool:
        """Returns whether a text uses a mapping, which has one of these names there, in another way than by keys that
        are written in the text."""
        used = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})\b(?!\s*=[^=])(?!\s*:)(?!-)"
                          r"(?!\s*\.\s*(?!items\b|values\b|keys\b)\w)(?!\s*\[\s*[\"'])(?!\s*\.get\(\s*[\"'])")
        return any(used.search(text) for text in self._texts)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return tuple(text for text in (*map(text_of, self._files), *self._more) if text)

    @cached_property
    def _words(self) -> frozenset[str]:
        found = {word for text in self._texts for word in _WORD.findall(text)}
        return frozenset(found | {part for word in found if "-" in word for part in word.split("-")})


def text_of(file: Path) -> str:
    """Returns the text of a file; an empty one if it is very large, or cannot be read."""
    try:
        return file.read_text("utf-8", "replace") if file.stat().st_size <= _LARGEST else ""
    except OSError:
        return ""
