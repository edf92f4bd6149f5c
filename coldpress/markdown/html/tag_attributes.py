"""Parses the attributes of one tag, as browsers do.  Few pages need it, so it is imported when one does."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    found: list[tuple[str, str | None]] = []  # noqa: RUF012  (replaced, never changed)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = attrs


def tag_attributes(tag: str) -> dict[str, str]:
    """Returns the attributes of a tag; an empty value for one that has none."""
    reader = _Reader()
    reader.feed(tag)
    return {name: value or "" for name, value in reader.found}
