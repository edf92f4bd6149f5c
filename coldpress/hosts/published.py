"""A published site as a host sees it: its redirects, its headers, its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote

from coldpress.config.headers import IMMUTABLE, HeaderRule
from coldpress.config.redirects import PathPattern
from coldpress.errors import Place, Problems
from coldpress.hosts.header_rules import EVERYWHERE, is_hashed
from coldpress.paths import is_external

LIMIT = "deploy.limit"
"""The code of problems with what a host takes."""
_REST, _ONE = r"[^?\\]*", r"[^/?\\]+"
_SAFE = "/!$&'()*+,;=:@-._~"


class PathRedirect(NamedTuple):
    """A decoded path as the host sees it, and the URL to which it leads as links have it; None for what is gone."""

    path: str
    to: str | None
    status: int


@dataclass(frozen=True)
class PatternRedirect:
    """A pattern of paths, and the pattern of their targets.  `known` are those of its paths that have a page which
    leads on; `hides` tells whether it also stands for other URLs of the site, which it would hide on hosts that look
    at redirects first; `hides_index`, whether it stands for a file such as `/posts/a/index.html`, which is not asked
    for by that name, but which some servers find by it."""

    pattern: PathPattern
    target: PathPattern
    status: int
    known: tuple[PathRedirect, ...] = ()
    hides: bool = False
    hides_index: bool = False
    place: Place | None = None

    @property
    def is_after_files(self) -> bool:
        """Whether a server has to look at files before it, as it stands for some."""
        return self.hides or self.hides_index

    @property
    def is_open(self) -> bool:
        """Whether a host that only puts text together could be led to another site: `/<path:rest>` as a target."""
        return self.target.parts[0] == "/" and not is_external(self.target.text)


def never(_redirect: PatternRedirect) -> bool:
    """Returns that a host without redirects answers no pattern."""
    return False


def always(_redirect: PatternRedirect) -> bool:
    """Returns that a server with regular expressions, which looks at files first, answers every pattern."""
    return True


def in_whole_parts(redirect: PatternRedirect) -> bool:
    """Returns whether a host whose names stand for whole parts of a path can have a pattern."""
    return redirect.pattern.has_whole_parts and not redirect.is_open


def before_files(redirect: PatternRedirect) -> bool:
    """Returns whether a host that looks at redirects before files, and only puts texts together, can have a pattern."""
    return not redirect.hides and not redirect.is_open


class HostFile(NamedTuple):
    """A file for a host: inside the published folder, or beside it."""

    name: str
    text: str
    is_inside: bool = True


@dataclass(frozen=True)
class PublishedSite:
    """What a host is told of a site.

    `root` is what the paths of the site begin with, as the host sees them.  `redirects` are single paths, `patterns`
    those with names; `headers` come in the order in which they count, the last most.  `own` are the author's own files
    `_redirects` and `_headers`, by name.  `files` are the sizes of all published files, by their decoded paths.
    """

    root: str = ""
    base_url: str | None = None
    redirects: tuple[PathRedirect, ...] = ()
    patterns: tuple[PatternRedirect, ...] = ()
    headers: tuple[HeaderRule, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    compress: tuple[str, ...] = ()
    place: Place | None = None

    @property
    def leading(self) -> list[PathRedirect]:
        """The single paths that lead elsewhere."""
        return [each for each in self.redirects if each.to is not None]

    @property
    def gone(self) -> list[str]:
        """The paths where something was and nothing follows."""
        return [each.path for each in self.redirects if each.to is None]

    @cached_property
    def everywhere(self) -> dict[str, str]:
        """The headers of all files, by name."""
        names: dict[str, tuple[str, str]] = {}
        for rule in self.headers:
            if rule.pattern == self.root + EVERYWHERE:
                names |= {name.lower(): (name, value) for name, value in rule.headers}
        return dict(names.values())

    @property
    def somewhere(self) -> list[HeaderRule]:
        """The header rules of some files only."""
        return [rule for rule in self.headers if rule.pattern != self.root + EVERYWHERE]

    @cached_property
    def hashed_folders(self) -> list[str]:
        """Patterns of the folders at the top in which all files have names with a hash, for hosts without regular
        expressions."""
        folders: dict[str, bool] = {}
        for path in self.files:
            top, slash, _ = path.removeprefix(self.root)[1:].partition("/")
            if slash:
                folders[top] = folders.get(top, True) and is_hashed(path.removeprefix(self.root))
        return [f"{self.root}/{top}/*" for top, whole in sorted(folders.items()) if whole]

    def global_rules(self) -> Iterator[HeaderRule]:
        """Yields the header rules with patterns only, those for files with hashes first."""
        yield from (HeaderRule(folder, (IMMUTABLE,)) for folder in self.hashed_folders)
        yield from self.headers

    def tell_lost(self, lost: Iterable[PatternRedirect], host: str, why: str, problems: Problems) -> None:
        """Warns of patterns that a host cannot have, if none of their paths has a page that leads on."""
        for each in lost:
            if not each.known:
                problems.warn("deploy.pattern", f"{host} {why}: nothing leads on from `{each.pattern.text}`",
                              each.place or self.place, "write old paths out, or as `aliases` into the pages; or take "
                              "the redirect out")

    def too_many(self, what: str, number: int, most: int, host: str, problems: Problems, hint: str) -> None:
        """Warns of more of something than the host takes."""
        problems.warn(LIMIT, f"{host} takes {most:,} {what}, and the site has {number:,}", self.place, hint)


def asked_for(redirect: PatternRedirect, groups: Mapping[str, str] | None = None) -> str:
    """Returns a regular expression for the paths of a pattern as they are asked for, where letters may be quoted in
    several ways: what may be is taken for whatever stands there.  Its groups are the names in their order, or have the
    names that `groups` says.  What is kept of a path has no backslash, which browsers take for a slash."""
    pattern, text = redirect.pattern, "^"
    for index, part in enumerate(pattern.parts):
        if index % 2 == 0:
            text += "/".join("[^/?]+" if re.search(r"[^A-Za-z0-9._~-]", each) else re.escape(each)
                             for each in part.split("/"))
        else:
            is_rest = part == pattern.rest
            text += "/*" if is_rest and redirect.is_open else ""  # or it would name a host
            mark = f"?<{groups[part]}>" if groups else ""
            text += f"({mark}{_REST if is_rest else _ONE})"
    return f"{text}(?:[?]|$)" if pattern.takes_rest or pattern.names_file else f"{text.removesuffix('/')}/?(?:[?]|$)"


GOES_FIRST = "looks at redirects before files, and this pattern also stands for files, or could lead to other sites"
"""Why some hosts cannot have a pattern."""
STAYS_HTML = "those beyond stay pages that lead on"


def quoted(path: str) -> str:
    """Returns a decoded path as a URL has it."""
    return quote(path, safe=_SAFE)
