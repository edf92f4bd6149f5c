"""A snippet for a `server` of nginx (https://nginx.org/en/docs/http/ngx_http_core_module.html).

What a redirect keeps of a path is taken from `$request_uri`, where it stands as it was asked for: nginx does not quote
variables in `return`.  Headers are variables, since a `location` with one `add_header` would lose all others; an empty
one is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coldpress.config.deploy import ENCODINGS
from coldpress.config.headers import IMMUTABLE, HeaderRule
from coldpress.errors import Problems
from coldpress.hosts.header_rules import HASHED_PATHS
from coldpress.hosts.published import HostFile, PathRedirect, PatternRedirect, PublishedSite, asked_for, quoted

NAME = "nginx.conf"
_HEAD = """\
# Made by Coldpress.  Include it in a `server` whose `root` has the site's files below it{where}.
absolute_redirect off;
charset utf-8;
charset_types text/css text/plain text/xml text/javascript application/javascript application/json application/xml
    application/atom+xml application/rss+xml image/svg+xml;
"""
_STATIC = {"gzip": "gzip_static on;", "br": "brotli_static on;  # the module ngx_brotli"}


def nginx(site: PublishedSite, problems: Problems) -> list[HostFile]:
    """Returns the snippet."""
    where = f": a folder that has them in `{site.root[1:]}/`" if site.root else ""
    packed = [_STATIC[each] for each in ENCODINGS if each in site.compress]
    lines = [*_HEAD.format(where=where).splitlines(), *packed, *(["gzip_vary on;"] if packed else [])]
    lines += ["", *_headers(site, problems), "", *_gone(site)]
    for each in site.leading:
        lines += _exact(each)
    for number, pattern in enumerate(site.patterns, 1):
        for known in pattern.known if pattern.is_after_files else ():
            lines += _exact(known)
        lines += _pattern(pattern, number, _string(f"{site.root}/404.html"))
    error = f"    error_page 404 {_string(f'{site.root}/404.html')};"
    if site.root:
        lines.append(f"location = {_string(site.root)} {{ return 301 {_url(quoted(f'{site.root}/'))}; }}")
    lines += [f"location ~ {_string(f'^{re.escape(site.root)}/(?:.*/)?[.](?!well-known/)')} {{", error,
              "    return 404;", "}", f"location {_string(f'{site.root}/')} {{", error, "    index index.html;",
              "    try_files $uri $uri/ =404;", "}"]
    return [HostFile(NAME, "\n".join(lines) + "\n", is_inside=False)]


def _headers(site: PublishedSite, problems: Problems) -> Iterator[str]:
    names: dict[str, tuple[str, str]] = {}
    conditions: list[str] = []
    rules = [*((f"^{re.escape(site.root)}{expression}$", (IMMUTABLE,)) for expression in HASHED_PATHS),
             *((_of_header(rule), rule.headers) for rule in site.headers)]
    for expression, headers in rules:
        for name, value in headers:
            if "$" in value:
                problems.error("deploy.value", f"nginx cannot send `$`, which the header `{name}` has", site.place,
                               "write it without `$`")
                continue
            variable = names.setdefault(name.lower(), (name, "$coldpress_" + re.sub(r"\W", "_", name.lower())))[1]
            conditions.append(f"if ($uri ~ {_string(expression)}) {{ set {variable} {_string(value)}; }}")
    for name, variable in names.values():
        yield f'set {variable} "";'
        yield f"add_header {name} {variable} always;"
    yield from conditions


def _of_header(rule: HeaderRule) -> str:
    """Returns the regular expression of a header rule; the page of a folder has the folder's headers."""
    index = "(?:index[.]html)?" if rule.pattern.endswith("/") else ""
    return f"^{'.*'.join(map(re.escape, rule.pattern.split('*')))}{index}$"


def _gone(site: PublishedSite) -> Iterator[str]:
    for path in site.gone:
        for each in _both(path):
            yield f"location = {_string(each)} {{ error_page 410 {_string(f'{site.root}/404.html')}; return 410; }}"


def _exact(redirect: PathRedirect) -> Iterator[str]:
    for path in _both(redirect.path):
        yield f"location = {_string(path)} {{ return {redirect.status} {_url(redirect.to or '')}; }}"


def _both(path: str) -> Iterable[str]:
    """Returns a path with and without the slash at its end."""
    return (path, path[:-1]) if path.endswith("/") and len(path) > 1 else (path,)


def _pattern(redirect: PatternRedirect, number: int, error: str) -> Iterator[str]:
    """Yields the locations of a pattern; of one that stands for files, these go first.  nginx looks at the locations
    once more for each file `index.html` that it finds."""
    names = {name: f"coldpress_{number}_{index}" for index, name in enumerate(redirect.pattern.names)}
    expression = _string(f"^{redirect.pattern.expression}$")
    target = "".join(part.replace("$", "%24") if index % 2 == 0 else f"${{{names[part]}}}"
                     for index, part in enumerate(redirect.target.parts))
    asked = _string(asked_for(redirect, names))
    answer = (f"error_page 404 {error}; if ($request_uri ~ {asked}) {{ return {redirect.status} {_string(target)}; }} "
              "return 404;")
    if redirect.is_after_files:
        yield from (f"location ~ {expression} {{ index index.html; try_files $uri $uri/ @coldpress_{number}; }}",
                    f"location @coldpress_{number} {{ {answer} }}")
    else:
        yield f"location ~ {expression} {{ {answer} }}"


def _string(text: str) -> str:
    """Returns a text as nginx reads it in quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _url(url: str) -> str:
    """Returns a URL as nginx reads it: without what it would take for a variable."""
    return _string(url.replace("$", "%24"))
