"""Problems and errors: every mistake in a site, as data.

Every mistake becomes a `Problem`: a code, a sentence, a place and a hint.
Problems are collected, and never printed where they are found: the report
formats them, in one way for the terminal, `--json` and the browser.

    ColdpressError            carries one or more problems
    ├── UsageError            the command line was wrong (exit code 2)
    └── StoppedError          interrupted, and something may be half done (exit code 130)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

_LONGEST_LINE = 5_000  # characters
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file.

    `path` is relative to the site's root where it can be, with forward
    slashes; `line` and `column` count characters from 1; `text` is the whole
    line and `length` how much of it to underline.
    """

    path: str
    line: int | None = None
    column: int | None = None
    text: str | None = None
    length: int = 1

    def order(self) -> tuple[str, int, int]:
        return self.path, self.line or 0, self.column or 0


_QUOTED = re.compile(r"`([^`\n]+)`")
_LONGEST = 160  # characters of a name or URL that a message shows at most


def _elided(quoted: re.Match[str]) -> str:
    name = quoted[1]
    return f"`{name[:100]}…{name[-40:]}`" if len(name) > _LONGEST else quoted[0]


def shown_line(text: str) -> str | None:
    """Returns the line as problems show it, cut if it is very long: a line may
    have thousands of problems, and each of them keeps it."""
    return text if len(text) <= _LONGEST_LINE else None


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: `code` names its kind, `message` says what, `hint` the fix.

    `also` holds further places of the same mistake (the template that was
    rendering, the other file that wants the URL); `traceback` is the user's
    own part of a Python traceback.
    """

    code: str
    message: str
    place: Place | None = None
    hint: str | None = None
    severity: Severity = "error"
    also: tuple[Place, ...] = ()
    traceback: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", _QUOTED.sub(_elided, self.message))

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    def order(self) -> tuple[tuple[str, int, int], str, str]:
        return (self.place.order() if self.place else ("", 0, 0)), self.code, self.message

    def as_json(self) -> dict[str, Any]:
        """The same object for `--json`: only JSON types."""
        return asdict(self)


def problem_of(data: Mapping[str, Any]) -> Problem:
    """Returns the problem that `as_json` has written.  Raises `TypeError` for anything else."""
    place, also = data.get("place"), tuple(Place(**each) for each in data.get("also") or ())
    return Problem(**{**data, "place": Place(**place) if place else None, "also": also})


class ColdpressError(Exception):
    """Carries problems to the report.  It can be pickled."""

    exit_code = 1

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(
            f"{p.place.path}:{p.place.line or 1}: {p.message}" if p.place else p.message
            for p in self.problems
        )


class UsageError(ColdpressError):
    """The command was called wrongly."""

    exit_code = 2


class StoppedError(ColdpressError):
    """The command was interrupted where something may be half done."""

    exit_code = 130


class Problems:
    """Collects the problems of one run, each of them once."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._seen: dict[Problem, None] = dict.fromkeys(problems)

    def add(self, problem: Problem) -> None:
        self._seen[problem] = None

    def error(self, code: str, message: str, place: Place | None = None,
              hint: str | None = None, **more: Any) -> None:
        self.add(Problem(code, message, place, hint, **more))

    def warn(self, code: str, message: str, place: Place | None = None,
             hint: str | None = None, **more: Any) -> None:
        self.add(Problem(code, message, place, hint, severity="warning", **more))

    def extend(self, problems: Iterable[Problem]) -> None:
        self._seen.update(dict.fromkeys(problems))

    def as_errors(self) -> Problems:
        """Returns these problems with every warning turned into an error (`--strict`)."""
        return Problems(replace(problem, severity="error") if problem.severity == "warning" else problem
                        for problem in self)

    def without_notes(self) -> Problems:
        """Returns these problems without those that only `-v` shows."""
        return Problems(problem for problem in self if problem.severity != "note")

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self if problem.severity == "warning"]

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self if problem.is_error]

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._seen, key=Problem.order))

    def __len__(self) -> int:
        return len(self._seen)
