"""What requesting one URL gave: plain data that any process can send back."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from hashlib import blake2b

from coldpress.errors import Problem
from coldpress.recorder import Key


@dataclass(frozen=True, slots=True)
class Found:
    """A URL of an own route that a page links to."""

    endpoint: str
    path: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """One page requested: `staged` is its name on the stage, None when the
    published file is the same; `failure` what went wrong instead."""

    path: str
    reads: tuple[Key, ...]
    staged: str | None = None
    digest: bytes = b""
    packed: bytes = b""
    found: tuple[Found, ...] = ()
    problems: tuple[Problem, ...] = ()
    failure: Problem | None = None
    seconds: float = 0.0


def content_digest(data: bytes) -> bytes:
    """Names a page's bytes."""
    return blake2b(data, digest_size=16).digest()


def pack(data: bytes) -> bytes:
    """A page's bytes as they are kept."""
    return zlib.compress(data, 1)


def unpack(packed: bytes) -> bytes | None:
    """The bytes back; None when they are damaged."""
    try:
        return zlib.decompress(packed)
    except (zlib.error, TypeError):
        return None
