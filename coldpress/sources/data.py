"""Data files: the files in `data/`, which templates use by their names without extension.

`data/authors.yaml` is `data.authors`, `data/shop/prices.csv` is
`data.shop.prices`.  A file is read when it is first used, and every use is recorded.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from coldpress import recorder
from coldpress.config.yaml_toml import TOO_LONG, MappingText, limit_problem, long_number_at
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.sources.files import SourceFile
from coldpress.text import decode

_MOST_CELLS = 2_000_000  # cells of a table; short lines are extended to the length of the first


class Data(Mapping[str, Any]):
    """The data of a site or of one folder: maps names to the contents of files, and to folders.

    YAML and JSON may contain any value, TOML a mapping, CSV a list of mappings whose keys
    are in the first line.  Raises `ColdpressError` for a file that cannot be read.
    """

    def __init__(self, files: Iterable[SourceFile] = (), problems: Problems | None = None, folder: str = "") -> None:
        self._folder = folder
        self._files: dict[str, SourceFile] = {}
        self._parsed: dict[str, Any] = {}
        self._digests: dict[str, str] = {}
        inner: dict[str, list[SourceFile]] = {}
        for file in files:
            head, slash, _ = file.path.removeprefix(folder).partition("/")
            if slash:
                inner.setdefault(head, []).append(file)
            elif _ending(head) in _READERS:
                self._take(head.rpartition(".")[0], file, problems)
        self._folders = {name: Data(below, problems, f"{folder}{name}/") for name, below in inner.items()}
        for name in inner.keys() & self._files.keys():
            self._take(name, inner[name][0], problems)

    def _take(self, name: str, file: SourceFile, problems: Problems | None) -> None:
        other = self._files.setdefault(name, file)
        if other is not file and problems is not None:
            dotted = (self._folder + name).replace("/", ".")
            problems.error("data.clash", f"two files or folders have the name `data.{dotted}`", Place(file.name),
                           "keep one of them", also=(Place(other.name),))

    def __getitem__(self, name: str) -> Any:
        recorder.read("data", self._folder + name)
        if name in self._files:
            if name not in self._parsed:
                with recorder.unrecorded():
                    self._parsed[name] = self._read(name)
            return self._parsed[name]
        return self._folders[name]

    def __contains__(self, name: object) -> bool:
        recorder.read("data", f"{self._folder}{name}")
        return name in self._files or name in self._folders

    def __iter__(self) -> Iterator[str]:
        recorder.read("data", self._folder)
        return iter(self._names())

    def __len__(self) -> int:
        recorder.read("data", self._folder)
        return len(self._names())

    def __repr__(self) -> str:
        return f"<Data {self._folder}>"

    def fingerprint(self, name: str) -> str | None:
        """Returns the fingerprint of a recorded read: the digest of a file, the names in a folder, None
        if there is nothing."""
        head, slash, rest = name.partition("/")
        if slash:
            inner = self._folders.get(head)
            return inner.fingerprint(rest) if inner else None
        if not head:
            return "\n".join(self._names())
        if head in self._files:
            if head not in self._digests:
                with recorder.unrecorded():
                    self._digests[head] = _digest(self._files[head].read())
            return self._digests[head]
        return "folder" if head in self._folders else None

    def place_of(self, name: str, *keys: str | int) -> Place:
        """Returns the place of a key in the file with a name (not recorded); of a file that has no keys, the file."""
        file = self._files[name]
        ending = _ending(file.path)
        if ending not in _SYNTAXES:
            return Place(file.name)
        with recorder.unrecorded():
            text = decode(file.read(), file.name, "data.encoding")
        return MappingText(text, file.name, _SYNTAXES[ending]).place(*keys)

    def _read(self, name: str) -> Any:
        """Reads a file.  Its digest is computed from the same bytes, because the file may be saved meanwhile."""
        file = self._files[name]
        data = file.read()
        self._digests[name] = _digest(data)
        return _READERS[_ending(file.path)](decode(data, file.name, "data.encoding"), file.name)

    def _names(self) -> list[str]:
        return sorted(self._files.keys() | self._folders.keys())


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _yaml(text: str, name: str) -> Any:
    return MappingText(text, name).value()


def _toml(text: str, name: str) -> Any:
    return MappingText(text, name, "toml").parse()


def _json(text: str, name: str) -> Any:
    try:
        value = json.loads(text)
        wrong = limit_problem(value)
    except json.JSONDecodeError as reason:
        raise ColdpressError(Problem("data.json", f"this is not JSON: {reason.msg}", Place(
            name, reason.lineno, reason.colno, text.split("\n")[reason.lineno - 1]))) from None
    except RecursionError:
        line = text.partition("\n")[0]
        raise ColdpressError(Problem("data.json", "this is nested too deep", Place(name, 1, 1, line))) from None
    except ValueError:  # raised by `int`
        wrong = TOO_LONG
    if wrong:
        at = long_number_at(text)
        start = text.rfind("\n", 0, at) + 1
        raise ColdpressError(Problem("data.json", wrong, Place(
            name, text.count("\n", 0, at) + 1, at - start + 1, text[start:].partition("\n")[0])))
    return value


def _csv(text: str, name: str) -> list[dict[str, str]]:
    """Reads CSV (RFC 4180); a line with more fields than the first line is an error."""
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, str]] = []
    try:
        for row in lines:
            if None in row:
                raise csv.Error("this line has more fields than the first one has names")
            if len(row) * len(rows) > _MOST_CELLS:
                raise csv.Error(f"it has more than {_MOST_CELLS:,} fields")
            rows.append({key: value or "" for key, value in row.items()})
    except csv.Error as reason:
        line = max(1, lines.reader.line_num)
        raise ColdpressError(Problem("data.csv", f"this is not CSV: {reason}", Place(
            name, line, 1, text.split("\n")[line - 1]), "put quotes round a field that holds a comma")) from None
    return rows


_SYNTAXES = {"yaml": "yaml", "yml": "yaml", "toml": "toml"}
"""The syntax of the files whose keys have places, by ending."""
_READERS: dict[str, Callable[[str, str], Any]] = {
    "yaml": _yaml, "yml": _yaml, "toml": _toml, "json": _json, "csv": _csv}
