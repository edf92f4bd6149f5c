"""Compressed files beside those that they are made of, for hosts that send them: `page/index.html.gz`."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from coldpress.build.freezer import content_digest
from coldpress.build.output import Output
from coldpress.build.record_rows import FileRow
from coldpress.cache.file_stamps import stamp_of
from coldpress.config.deploy import ENCODINGS

_TEXTS = frozenset(("html", "css", "js", "mjs", "json", "xml", "svg", "txt", "md", "webmanifest", "ico", "csv", "map"))
_LEAST = 1_000  # bytes; a smaller file fits into one packet anyway


def gzip(data: bytes) -> bytes:
    """Returns bytes as a gzip file without a time or a name, so that it is the same in every build."""
    packed = zlib.compress(data, 9)[2:-4]
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + packed + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def brotli(data: bytes) -> bytes:
    """Returns bytes compressed by Brotli."""
    packed: bytes = import_module("brotli").compress(data)  # an extra
    return packed


_PACK: Mapping[str, Callable[[bytes], bytes]] = {"gzip": gzip, "br": brotli}


class CompressedFiles:
    """Makes the compressed files of one build; `rows` records what they were made of, so that the next build makes only
    those of files that changed."""

    def __init__(self, output: Output, records: Mapping[str, FileRow], encodings: Iterable[str]) -> None:
        self._output = output
        self._records = records
        self._encodings = tuple(encodings)
        self.rows: list[FileRow] = []

    def make(self, files: Mapping[str, str], jobs: int, can_have: Callable[[str, str], bool]) -> None:
        """Stages the compressed files of some files, each given with what identifies its content.  `can_have` adds the
        name of one, beside the name of its file, to the plan."""
        wanted = [(file, encoding, content) for file, content in files.items()
                  if file.rpartition(".")[2].lower() in _TEXTS for encoding in self._encodings
                  if can_have(file, file + ENCODINGS[encoding])]
        with ThreadPoolExecutor(jobs) as threads:  # both ways to compress let other threads run
            for made in threads.map(self._made, wanted):
                self._stage(*made)

    def _made(self, wanted: tuple[str, str, str]) -> tuple[str, str, bytes | None]:
        """Returns the name of a compressed file, what it is made of, and its bytes; None if it is there."""
        file, encoding, content = wanted
        name = file + ENCODINGS[encoding]
        row = self._records.get(name)
        if content and row and row.source == content and row.stamp == stamp_of(
                self._output.folder / name, of_link=True):
            return name, content, None
        return name, content, _PACK[encoding](self._bytes(file))

    def _bytes(self, file: str) -> bytes:
        staged = Path(self._output.staging.folder, file)
        return staged.read_bytes() if staged.is_file() else (self._output.folder / file).read_bytes()

    def _stage(self, name: str, content: str, data: bytes | None) -> None:
        if data is None:
            self._output.adopt(name)
            return
        self._output.stage(name, data)
        self.rows.append(FileRow(name, "", content_digest(data), content))


def large_enough(files: Iterable[str], size_of: Callable[[str], int]) -> Iterator[str]:
    """Yields the files that are worth compressing."""
    return (file for file in files if size_of(file) >= _LEAST)
