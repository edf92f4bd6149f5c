"""Bytes of a file to its text."""

from __future__ import annotations

import codecs
import re

from coldpress.errors import ColdpressError, Place, Problem

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""What neither HTML nor XML may hold."""


def decode(data: bytes, name: str, code: str) -> str:
    """UTF-8 with or without BOM, every line end a line feed, no control characters.

    Raises `ColdpressError` with the position of the first byte that is not
    UTF-8; `name` is the file's, `code` that of the problem.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as reason:
        before = data[: reason.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        shown = data.split(b"\n")[line - 1].decode("utf-8", "replace").rstrip("\r")
        raise ColdpressError(Problem(
            code, f"this file is not UTF-8: byte 0x{data[reason.start]:02X}", Place(name, line, column, shown),
            "save it as UTF-8")) from None
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
