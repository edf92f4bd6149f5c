"""A Markdown source: its front matter typed, its body read when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coldpress import recorder
from coldpress.decoding import decode
from coldpress.errors import Place, shown_line
from coldpress.mapping import MappingText
from coldpress.sources.fence import split_front_matter
from coldpress.sources.fields import ALIASES, FrontMatter
from coldpress.sources.files import SourceFile


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file's bytes say: front matter; `front_digest` names its text,
    `digest` the body's, which begins on line `body_line` and may have snippets."""

    front: FrontMatter
    front_digest: str
    digest: str
    body_line: int
    has_snippets: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One source at one moment; `stem` is its name without date, and `front`
    has the name's date where the file gives none."""

    source: SourceFile
    parsed: Parsed
    front: FrontMatter
    stem: str

    @property
    def digest(self) -> str:
        """Names the body's content."""
        return self.parsed.digest

    @property
    def body(self) -> str:
        """The text below the front matter, as the file has it now.

        Raises `ColdpressError` when it cannot be read.
        """
        return self._split()[1]

    def read_body(self) -> str:
        """The body, for whoever may ask later."""
        return self.body

    def place_of(self, key: str) -> Place:
        """Where a field of front matter stands, under whichever name."""
        mapping = self._split()[0]
        for name in (key, *(alias for alias, ours in ALIASES.items() if ours == key)):
            written = mapping.spelling(name) if mapping else None
            if mapping and written:
                return mapping.place(written)
        return Place(self.source.name)

    def place(self, line: int | None = None, column: int | None = None, length: int = 1) -> Place:
        """A position in the body, `line` counted from the body's first."""
        if line is None:
            return Place(self.source.name)
        return self.place_on(self.body.split("\n"), line, column, length)

    def place_on(self, lines: Sequence[str], line: int, column: int | None, length: int) -> Place:
        """The same in the lines of the body, where they are known."""
        text = shown_line(lines[line - 1]) if line <= len(lines) else None
        return Place(self.source.name, self.parsed.body_line + line - 1, column, text, length)

    def _split(self) -> tuple[MappingText | None, str, int]:
        with recorder.unrecorded():  # a page that shows it has read `body` or `text`
            data = self.source.read()
        return split_front_matter(decode(data, self.source.name, "source.encoding"), self.source.name)
