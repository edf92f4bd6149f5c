"""Where in a body something stands that Markdown gave back without a line."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, unquote

_CODE = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`)|<!--.*?-->", re.M | re.S)
# What stands before a target, and after one.
_BEFORE = re.compile(r"(?:\]\(\s*<?|\]:\s*<?|=\s*[\"']?|<|,\s*)\Z")
_AFTER = frozenset(")>\"' \t\n,")


class Locator:
    """Finds the n-th use of a target by searching onward from the last one."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._masked: str | None = None
        self._from: dict[str, int] = {}

    def target(self, target: str) -> tuple[int | None, int | None, int]:
        """Line, column and length of the next place where a link target stands."""
        if target.startswith("[["):
            line, column = self.code(target[:-2])
            return line, column, len(target)
        for form in dict.fromkeys((target, html.escape(target), unquote(target), quote(target, safe="/#?&=%:"))):
            at = self._next(form)
            if at >= 0:
                return *self._position(at), len(form)
        return None, None, 1

    def code(self, text: str) -> tuple[int | None, int | None]:
        """Line and column of the next place where this very text stands."""
        start = self._from.get(text, 0)
        at = self._text().find(text, start)
        if at < 0:
            at = self._body.find(text, start)  # it holds what looks like code
        if at < 0:
            return None, None
        self._from[text] = at + 1
        return self._position(at)

    def _next(self, form: str) -> int:
        text = self._text()
        start = at = self._from.get(form, 0)
        while (at := text.find(form, at)) >= 0:
            end = at + len(form)
            if _BEFORE.search(text, max(0, at - 40), at) and (end == len(text) or text[end] in _AFTER):
                self._from[form] = at + 1
                return at
            at += 1
        # Used more often than written: a reference link.  Its definition is the place.
        return start - 1

    def _text(self) -> str:
        if self._masked is None:
            self._masked = _CODE.sub(lambda found: re.sub(r"[^\n]", "\0", found.group()), self._body)
        return self._masked

    def _position(self, at: int) -> tuple[int, int]:
        return self._body.count("\n", 0, at) + 1, at - self._body.rfind("\n", 0, at)
