"""`vercel.json`, which Vercel reads.

Redirects go before files; paths are patterns of path-to-regexp 6, in which a slash at the end counts
(https://vercel.com/docs/project-configuration).  It takes 2,048 redirects and 2,048 header rules, and 4,096 characters
in a pattern (`redirectsSchema` and `headersSchema` of the package @vercel/routing-utils).  There is no 410.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from coldpress.config.headers import IMMUTABLE
from coldpress.config.redirects import PathPattern
from coldpress.errors import Problems
from coldpress.hosts.header_rules import HASHED_FILE, HASHED_PICTURE
from coldpress.hosts.published import (
    GOES_FIRST,
    LIMIT,
    STAYS_HTML,
    HostFile,
    PathRedirect,
    PatternRedirect,
    PublishedSite,
    before_files,
    quoted,
)

MOST = 2_048
LONGEST = 4_096
NAME = "vercel.json"
_TARGET = re.compile(r"(?P<host>https?://[^/?#]*)?(?P<path>[^?#]*)(?P<query>.*)", re.S)
_NAMED = re.compile(r"(<\w+>)")
_SPECIAL = re.compile(r"[\\:()*?+{}\[\]|^$!=<>]")


def vercel(site: PublishedSite, problems: Problems) -> list[HostFile]:
    """Returns the file that Vercel reads: what the author's own `vercel.json` has, then ours."""
    redirects = [_redirect(_literal(quoted(each.path)), each) for each in site.leading]
    site.tell_lost((each for each in site.patterns if not before_files(each)), "Vercel", GOES_FIRST, problems)
    for each in site.patterns:
        if not before_files(each):
            redirects += [_redirect(_literal(quoted(known.path)), known) for known in each.known]
        else:
            redirects.append({"source": _source(each), "destination": _destination(each.target),
                              "statusCode": each.status})
    headers = [_headers(f"{_literal(site.root)}/(theme|static)/(.*{HASHED_FILE})", [IMMUTABLE]),
               _headers(f"{_literal(site.root)}/(.*{HASHED_PICTURE})", [IMMUTABLE])]
    headers += [_headers("(.*)".join(_literal(quoted(part)) for part in rule.pattern.split("*")), rule.headers)
                for rule in site.headers]
    own: dict[str, Any] = json.loads(site.own.get(NAME) or "{}")
    made = {"$schema": "https://openapi.vercel.sh/vercel.json", "trailingSlash": True, **own,
            "redirects": _fitting([*own.get("redirects", ()), *redirects], "redirects", site, problems, STAYS_HTML),
            "headers": _fitting([*headers, *own.get("headers", ())], "header rules", site, problems, "join some")}
    return [HostFile(NAME, json.dumps(made, ensure_ascii=False, indent=2) + "\n")]


def _fitting(rules: list[Any], what: str, site: PublishedSite, problems: Problems, hint: str) -> list[Any]:
    """Returns the rules that Vercel takes; warns of the others."""
    fitting = []
    for rule in rules:
        longest = max(len(str(rule.get("source"))), len(str(rule.get("destination"))))
        if longest > LONGEST:
            problems.warn(LIMIT, f"Vercel takes {LONGEST:,} characters, and a path of `{str(rule)[:60]}…` has "
                          f"{longest:,}", site.place, hint)
        else:
            fitting.append(rule)
    if len(fitting) > MOST:
        site.too_many(what, len(fitting), MOST, "Vercel", problems, hint)
    return fitting[:MOST]


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _redirect(source: str, redirect: PathRedirect) -> dict[str, Any]:
    return {"source": source, "destination": _destination(PathPattern(redirect.to or "/")),
            "statusCode": redirect.status}


def _source(redirect: PatternRedirect) -> str:
    pattern = redirect.pattern
    text = "".join(_literal(quoted(part)) if index % 2 == 0 else f":{part}({'.*' if part == pattern.rest else '[^/]+'})"
                   for index, part in enumerate(pattern.parts))
    return text if pattern.takes_rest or pattern.names_file or text.endswith("/") else f"{text}/"


def _destination(target: PathPattern) -> str:
    """Returns a target, in whose path colons and the like are letters."""
    whole = "".join(part if index % 2 == 0 else f"<{part}>" for index, part in enumerate(target.parts))
    found = _TARGET.fullmatch(whole)
    assert found is not None, "it matches any text"
    path = "".join(part if index % 2 else _literal(part) for index, part in enumerate(_NAMED.split(found["path"])))
    return (found["host"] or "") + _NAMED.sub(lambda name: f":{name[0][1:-1]}", path) + found["query"]


def _headers(source: str, headers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {"source": source, "headers": [{"key": name, "value": value} for name, value in headers]}
