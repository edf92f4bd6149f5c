"""The files `_redirects` and `_headers`, which Netlify, Cloudflare Pages and GitLab Pages read.

- Netlify (https://docs.netlify.com/manage/routing/redirects/overview/): files go before redirects, unless `!` follows
  the status; a name stands for a whole part of a path; no number of rules is documented, and a deploy may fail if they
  are too large in all.
- Cloudflare (https://developers.cloudflare.com/pages/configuration/redirects/, …/headers/): redirects go before files;
  2,000 static and 100 dynamic ones, where each after the first dynamic one counts as dynamic, and 1,000 characters a
  line; statuses 301, 302, 303, 307, 308; 100 header rules, 2,000 characters a line.
- GitLab (https://docs.gitlab.com/user/project/pages/redirects/): files go before redirects, always; statuses 301 and
  302; 1,000 rules and 64 KB on gitlab.com; paths have the prefix of the project.  There is no `_headers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coldpress.config.headers import HeaderRule
from coldpress.config.redirects import PathPattern
from coldpress.errors import Problems
from coldpress.hosts.published import (
    GOES_FIRST,
    LIMIT,
    STAYS_HTML,
    HostFile,
    PatternRedirect,
    PublishedSite,
    before_files,
    in_whole_parts,
    quoted,
)

CLOUDFLARE_STATIC, CLOUDFLARE_DYNAMIC, CLOUDFLARE_LINE = 2_000, 100, 1_000
CLOUDFLARE_HEADERS, CLOUDFLARE_HEADER_LINE = 100, 2_000
GITLAB_RULES, GITLAB_SIZE = 1_000, 64 * 1024
_MARK = "# From config.yaml and the aliases of pages:"
_UNSAID = "has names for whole parts of a path only, and no pattern that could lead to other sites"
_DYNAMIC = re.compile(r"\*|:[A-Za-z]\w*")


def _line(path: str, to: str, status: int, mark: str = "") -> str:
    return f"{path} {to} {status}{mark}"


def _literal(path: str) -> str:
    """Returns a single path, in which stars and colons stand for themselves."""
    return quoted(path).replace("*", "%2A").replace(":", "%3A")


def _source(pattern: PathPattern) -> str:
    """Returns a pattern as these hosts write it: `*` for all that follows, `:name` for one part."""
    return "".join(_literal(part) if index % 2 == 0 else "*" if part == pattern.rest else f":{part}"
                   for index, part in enumerate(pattern.parts))


def _target(pattern: PatternRedirect) -> str:
    return "".join(part if index % 2 == 0 else ":splat" if part == pattern.pattern.rest else f":{part}"
                   for index, part in enumerate(pattern.target.parts))


def _own_lines(site: PublishedSite, name: str) -> list[str]:
    return site.own.get(name, "").replace("\r\n", "\n").rstrip("\n").split("\n") if site.own.get(name) else []


def _text(own: Iterable[str], ours: Iterable[str]) -> str:
    """Returns the text of a file: the author's lines, then ours."""
    first, then = list(own), list(ours)
    return "\n".join([*first, *([""] if first and then else []), *([_MARK] if then else []), *then]) + "\n"


def _is_rule(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


# Netlify.

def netlify(site: PublishedSite, problems: Problems) -> list[HostFile]:
    """Returns the files that Netlify reads."""
    ours = [_line(_literal(each.path), each.to or f"{site.root}/404.html", each.status, "!") for each in site.redirects]
    site.tell_lost((each for each in site.patterns if not in_whole_parts(each)), "Netlify", _UNSAID, problems)
    for each in site.patterns:
        can_be_said = in_whole_parts(each)
        if each.hides or not can_be_said:
            ours += [_line(_literal(known.path), known.to or "", known.status, "!") for known in each.known]
        if can_be_said:
            ours.append(_line(_source(each.pattern), _target(each), each.status, "" if each.hides else "!"))
    headers = _header_file(site, site.global_rules(), "")
    return [HostFile("_redirects", _text(_own_lines(site, "_redirects"), ours)), HostFile("_headers", headers)]


# Cloudflare.

class _Lines(NamedTuple):
    static: list[str]
    dynamic: list[str]

    def add(self, lines: Iterable[str]) -> None:
        for line in lines:
            (self.dynamic if _DYNAMIC.search(line.split()[0]) else self.static).append(line)


def cloudflare(site: PublishedSite, problems: Problems) -> list[HostFile]:
    """Returns the files that Cloudflare Pages reads.  It has no 410: what is gone answers 404."""
    own, ours = _Lines([], []), _Lines([], [])
    own.add(filter(_is_rule, _own_lines(site, "_redirects")))
    ours.add(_line(_literal(each.path), each.to or "", each.status) for each in site.leading)
    site.tell_lost((each for each in site.patterns if not before_files(each)), "Cloudflare Pages", GOES_FIRST, problems)
    for each in site.patterns:
        if not before_files(each):
            ours.add(_line(_literal(known.path), known.to or "", known.status) for known in each.known)
        else:
            ours.add([_line(_source(each.pattern), _target(each), each.status)])
    static = [*own.static, *_short(ours.static, CLOUDFLARE_LINE, site, problems)]
    dynamic = [*own.dynamic, *_short(ours.dynamic, CLOUDFLARE_LINE, site, problems)]
    for lines, most, what in ((static, CLOUDFLARE_STATIC, "redirects"),
                              (dynamic, CLOUDFLARE_DYNAMIC, "redirects with patterns")):
        if len(lines) > most:
            site.too_many(what, len(lines), most, "Cloudflare", problems, STAYS_HTML)
            del lines[most:]
    # Static ones first, whoever wrote them: those after a dynamic one would count as dynamic.
    redirects = "\n".join([*static, *dynamic]) + "\n" if static or dynamic else "\n"
    return [HostFile("_redirects", redirects), HostFile("_headers", _cloudflare_headers(site, problems))]


def _short(lines: Iterable[str], most: int, site: PublishedSite, problems: Problems) -> Iterator[str]:
    """Yields the lines that are not too long; warns of the others."""
    for line in lines:
        if len(line) <= most:
            yield line
        else:
            problems.warn(LIMIT, f"a redirect for Cloudflare has {most:,} characters at most, and that of "
                          f"`{line[:60]}…` has {len(line):,}", site.place, STAYS_HTML)


def _cloudflare_headers(site: PublishedSite, problems: Problems) -> str:
    rules = list(site.global_rules())
    number = len(rules) + sum(_is_rule(line) and not line[0].isspace() for line in _own_lines(site, "_headers"))
    if number > CLOUDFLARE_HEADERS:
        site.too_many("header rules", number, CLOUDFLARE_HEADERS, "Cloudflare", problems, "join some of them")
    for rule in rules:
        for name, value in rule.headers:
            length = len(f"  {name}: {value}")
            if length > CLOUDFLARE_HEADER_LINE:
                problems.warn(LIMIT, f"a header for Cloudflare has {CLOUDFLARE_HEADER_LINE:,} characters at most, and "
                              f"`{name}` of `{rule.pattern}` has {length:,}", site.place, "make it shorter")
    return _header_file(site, rules, "  ! ")


# GitLab.

def gitlab(site: PublishedSite, problems: Problems) -> list[HostFile]:
    """Returns the file that GitLab Pages reads: of the redirects those with patterns, as files go before them."""
    said = [each for each in site.patterns if in_whole_parts(each)]
    site.tell_lost((each for each in site.patterns if each not in said), "GitLab Pages", _UNSAID, problems)
    ours = [_line(_source(each.pattern), _target(each), 302 if each.status in (302, 303, 307) else 301)
            for each in said]
    own = _own_lines(site, "_redirects")
    number = len(ours) + sum(map(_is_rule, own))
    if number > GITLAB_RULES:
        site.too_many("redirects with patterns", number, GITLAB_RULES, "GitLab", problems, STAYS_HTML)
        del ours[max(0, GITLAB_RULES - sum(map(_is_rule, own))):]
    text = _text(own, ours)
    if len(text.encode()) > GITLAB_SIZE:
        site.too_many("bytes of `_redirects`", len(text.encode()), GITLAB_SIZE, "GitLab", problems,
                      "GitLab reads no redirect then; join some of them")
    return [HostFile("_redirects", text)]


# `_headers`.

def _header_file(site: PublishedSite, rules: Iterable[HeaderRule], unset: str) -> str:
    """Returns the text of `_headers`.

    Where two rules have one header for one path, the later counts: the author's, which come first in the file, come
    once more where ours would go before them.  Cloudflare joins the values of both, unless the later rule takes the
    header away first (`unset`).
    """
    own = list(_own_rules(_own_lines(site, "_headers")))
    ours = list(rules)
    lines: list[str] = []
    before: list[HeaderRule] = list(own)
    for rule in [*ours, *_stronger(own, ours)]:
        taken = [name for name, _ in rule.headers if any(
            name.lower() == other.lower() for each in before if _meet(each.pattern, rule.pattern)
            for other, _ in each.headers)]
        lines += [_url_pattern(rule.pattern), *(f"{unset}{name}" for name in taken if unset),
                  *(f"  {name}: {value}" for name, value in rule.headers)]
        before.append(rule)
    return _text(_own_lines(site, "_headers"), lines)


def _url_pattern(pattern: str) -> str:
    return "*".join(map(quoted, pattern.split("*")))


def _own_rules(lines: Iterable[str]) -> Iterator[HeaderRule]:
    """Yields the rules of the author's own file."""
    pattern: str | None = None
    headers: list[tuple[str, str]] = []
    for line in filter(_is_rule, lines):
        if line[0].isspace():
            name, colon, value = line.strip().partition(":")
            headers += [(name.strip(), value.strip())] if colon and not name.startswith("!") else []
        else:
            if pattern and headers:
                yield HeaderRule(pattern, tuple(headers))
            pattern, headers = line.strip(), []
    if pattern and headers:
        yield HeaderRule(pattern, tuple(headers))


def _stronger(own: Iterable[HeaderRule], ours: Iterable[HeaderRule]) -> Iterator[HeaderRule]:
    """Yields the author's own headers that ours would go before."""
    names = {(name.lower(), each.pattern) for each in ours for name, _ in each.headers}
    for rule in own:
        headers = tuple(header for header in rule.headers if any(
            header[0].lower() == name and _meet(rule.pattern, pattern) for name, pattern in names))
        if headers:
            yield HeaderRule(rule.pattern, headers)


def _meet(one: str, other: str) -> bool:
    """Returns whether two patterns may stand for one path."""
    first, second = one.partition("*")[0], other.partition("*")[0]
    if "*" in one and "*" in other:
        return first.startswith(second) or second.startswith(first)
    if "*" in one:
        return HeaderRule(one, ()).regex.fullmatch(other) is not None
    return one == other if "*" not in other else HeaderRule(other, ()).regex.fullmatch(one) is not None


