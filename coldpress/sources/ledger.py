"""The ledger of URLs: `url-history.txt`, beside the config, says which URLs a site has published, and whose they were.

Each line is a fact, and facts are only ever added, so that git may merge two versions by keeping the lines of both:

    /posts/hello/ posts/2026-01-02-hello.md       this page was at this URL
    /tags/flask/ @terms/tags/flask                this list was
    /posts/hello/ posts/2026-03-04-hello.md 2     since then another page was: the highest number counts
    /posts/gone/ gone 2                           its author says that nothing takes its place
    posts/hi.md = posts/2026-01-02-hello.md       this source is that page, which was renamed
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import quote, unquote

from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.paths import LEDGER
from coldpress.text import decode

GONE = "gone"
"""The owner of a URL of which the author says that nothing takes its place."""
UNKNOWN = "?"
"""The owner of an old URL of which no page is known."""
MERGED = f"{LEDGER} text eol=lf merge=union"
"""The line of `.gitattributes` by which git keeps the lines of both versions."""
_HEAD = "# The URLs that this site has published, and whose they were.  Lines are only added; keep this file in git."
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: .*)?|={7}")
_UNSAFE = re.compile(r"^[#@]|[%\s]")
_HIDDEN = ("#", "@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER = re.compile(r"[0-9]{1,18}")


class Fact(NamedTuple):
    """A line of the ledger.  `subject` is the decoded path of a URL, and `value` its owner; or `subject` is a thing
    that the site has, and `value` the one that it was at first.  Of several facts of a subject, the
    highest number counts."""

    subject: str
    value: str
    number: int = 1

    @property
    def is_url(self) -> bool:
        """Whether the subject is a URL."""
        return self.subject.startswith("/")

    @property
    def line(self) -> str:
        """The fact as its line."""
        subject = escaped(self.subject) if self.is_url else f"{self.subject} ="
        return f"{subject} {self.value}" + (f" {self.number}" if self.number > 1 else "")


@lru_cache(maxsize=65536)
def escaped(text: str) -> str:
    """Returns a path, or the name of a source, as one word of a line: letters of any script stay readable.  A name
    that begins with `#` or `@` is told from an ID and from a list."""
    if text.isprintable() and not _UNSAFE.search(text):
        return text
    text = "".join(char if char.isprintable() and not char.isspace() and char != "%" else quote(char)
                   for char in text)
    return quote(text[0], safe="") + text[1:] if text.startswith(_HIDDEN) else text


class Ledger:
    """The facts of a ledger.  `lines` are the numbers of their lines; `name` is what messages call the file."""

    def __init__(self, facts: Iterable[Fact] = (), lines: Mapping[Fact, int] | None = None, name: str = LEDGER) -> None:
        self.facts = frozenset(facts)
        self.name = name
        self._lines = lines or {}

    def __bool__(self) -> bool:
        return bool(self.facts)

    def with_facts(self, facts: Iterable[Fact]) -> Ledger:
        """Returns the ledger as it will be with more facts."""
        more = frozenset(facts)
        return Ledger(self.facts | more, self._lines, self.name) if more else self

    @cached_property
    def owners(self) -> dict[str, list[str]]:
        """The owner of each URL, sorted by path; several if two versions were merged that give it to different ones."""
        return _latest(fact for fact in self.facts if fact.is_url)

    @cached_property
    def origins(self) -> dict[str, list[str]]:
        """What each renamed thing was at first; several after such a merge."""
        return _latest(fact for fact in self.facts if not fact.is_url)

    @cached_property
    def known(self) -> frozenset[str]:
        """Everything that had a URL at some time."""
        return frozenset(fact.value for fact in self.facts if fact.is_url)

    def next(self, subject: str, value: str) -> Fact:
        """Returns the fact that counts more than all facts of its subject."""
        return Fact(subject, value, 1 + self._numbers.get(subject, 0))

    def place(self, subject: str, value: str | None = None) -> Place:
        """Returns the line of the latest fact of a subject."""
        facts = [fact for fact in self._by_subject.get(subject, ()) if value in (None, fact.value)]
        fact = max(facts, key=lambda fact: (fact in self._lines, fact.number), default=None)
        line = self._lines.get(fact) if fact else None
        return Place(self.name, line, 1, fact.line, len(escaped(subject))) if fact and line else Place(self.name)

    @cached_property
    def _by_subject(self) -> dict[str, list[Fact]]:
        found: dict[str, list[Fact]] = {}
        for fact in sorted(self.facts):
            found.setdefault(fact.subject, []).append(fact)
        return found

    @cached_property
    def _numbers(self) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for fact in self.facts:
            numbers[fact.subject] = max(fact.number, numbers.get(fact.subject, 0))
        return numbers


def _latest(facts: Iterable[Fact]) -> dict[str, list[str]]:
    found: dict[str, tuple[int, list[str]]] = {}
    for fact in sorted(facts):
        number, values = found.get(fact.subject, (0, []))
        found[fact.subject] = (number, [*values, fact.value]) if fact.number == number else (
            max((number, values), (fact.number, [fact.value]), key=lambda each: each[0]))
    return {subject: values for subject, (_, values) in found.items()}


def read_ledger(folder: Path, problems: Problems, name: str = LEDGER) -> Ledger | None:
    """Reads the ledger of the site in a folder; None if it has none.  Adds a problem for each line that is no fact."""
    try:
        data = (folder / LEDGER).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as reason:
        problems.error("history.unreadable", f"cannot read this file: {reason.strerror}", Place(name))
        return None
    try:
        text = decode(data, name, "history.encoding")
    except ColdpressError as reason:
        problems.extend(reason.problems)
        return None
    lines: dict[Fact, int] = {}
    is_conflict = False
    for number, line in enumerate(text.split("\n"), 1):
        fact = None if _CONFLICT.fullmatch(line.rstrip()) else fact_of(line)
        if fact:
            lines.setdefault(fact, number)
        elif _CONFLICT.fullmatch(line.rstrip()):
            if not is_conflict:
                problems.warn("history.conflict", "git could not merge this file; the lines of both sides count",
                              Place(name, number, 1, line.rstrip(), len(line.rstrip())),
                              f"take the marks out, and put `{MERGED}` into `.gitattributes`")
            is_conflict = True
        elif line.strip() and not line.startswith("#"):
            problems.warn("history.line", "this line is no fact, and counts for nothing",
                          Place(name, number, 1, line.rstrip(), len(line.rstrip())),
                          "write `/the/url/ owner`, or `/the/url/ gone`")
    return Ledger(lines, lines, name)


def fact_of(line: str) -> Fact | None:
    """Returns the fact of a line; None for any other line."""
    if line.startswith("#"):
        return None
    words = line.split()
    number = int(words.pop()) if len(words) > 2 and _NUMBER.fullmatch(words[-1]) else 1
    if not line.isascii():
        words = [normalize("NFC", word) for word in words]
    if len(words) == 2 and words[0].startswith("/"):
        path = unquote(words[0]) if "%" in words[0] else words[0]
        return None if has_control(path) else Fact(path, words[1], number)
    if len(words) == 3 and words[1] == "=" and not words[0].startswith("/"):
        return Fact(words[0], words[2], number)
    return None


def has_control(path: str) -> bool:
    """Returns whether a path has a control character, which no URL of a site has and few hosts could be told of."""
    return _CONTROL.search(path) is not None


def add_facts(folder: Path, facts: Iterable[Fact], state: Path) -> int:
    """Adds facts to the ledger of the site in a folder, and returns how many lines that are.  The file is replaced as
    a whole, and not touched if it has them all.  The new file is prepared in the folder `state`.  Raises `OSError`."""
    file = folder / LEDGER
    try:
        lines = file.read_bytes().decode("utf-8-sig", "surrogateescape").split("\n")
    except FileNotFoundError:
        lines = [_HEAD]
    kept = [line.rstrip() for line in lines if line.strip() and not _CONFLICT.fullmatch(line.rstrip())]
    there = set(filter(None, map(fact_of, kept)))
    new = {fact.line for fact in facts if fact not in there}
    if new:
        comments = dict.fromkeys(line for line in kept if line.startswith("#"))
        rest = sorted({line for line in kept if not line.startswith("#")} | new)
        _replace(file, "\n".join([*comments, *rest, ""]).encode("utf-8", "surrogateescape"), state)
    return len(new)


def _replace(file: Path, data: bytes, state: Path) -> None:
    target = Path(os.path.realpath(file))
    failure = OSError()
    for part in (state / f"{LEDGER}.part", target.with_name(f".{LEDGER}.part")):  # the first may be on another disk
        try:
            with suppress(FileNotFoundError):
                part.unlink()
            with part.open("xb") as writing:
                writing.write(data)
                writing.flush()
                os.fsync(writing.fileno())
            os.replace(part, target)
            return
        except OSError as reason:
            failure = reason
            with suppress(OSError):
                part.unlink()
    raise failure


def refuse(reason: OSError) -> ColdpressError:
    """Returns the error of a ledger that cannot be written."""
    return ColdpressError(Problem("history.failed", f"`{LEDGER}` cannot be written: {reason.strerror}", Place(LEDGER),
                                  "mend it, then run `urls --accept`; all lines that it had are there"))
