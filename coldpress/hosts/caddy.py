"""A snippet for a site of a Caddyfile (https://caddyserver.com/docs/caddyfile).

What a redirect keeps of a path is taken from the URI as it was asked for, as Caddy does not quote it.  Paths are
matched in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coldpress.config.deploy import ENCODINGS
from coldpress.config.headers import IMMUTABLE, HeaderRule
from coldpress.errors import Problems
from coldpress.hosts.header_rules import HASHED_PATHS
from coldpress.hosts.published import HostFile, PathRedirect, PatternRedirect, PublishedSite, asked_for, quoted

NAME = "Caddyfile"
_SPECIAL = re.compile(r'[%*\\{}]')


def caddy(site: PublishedSite, problems: Problems) -> list[HostFile]:
    """Returns the snippet."""
    where = f": a folder that has them in `{site.root[1:]}/`" if site.root else ""
    encodings = " ".join(each for each in reversed(ENCODINGS) if each in site.compress)
    send = f"file_server {{\n        precompressed {encodings}\n    }}" if encodings else "file_server"
    inner = [*_headers(site, problems), *_gone(site)]
    for redirect in _exact(site):
        inner += _redirect(redirect)
    for number, pattern in enumerate(site.patterns, 1):
        inner += _pattern(pattern, number)
    if site.root:
        inner.append(f"redir {_word(site.root)} {_word(quoted(site.root + '/'))} 301")
    inner += ["@coldpress_hidden {", "    path */.*", "    not path */.well-known/*", "}",
              "error @coldpress_hidden 404", send]
    lines = [f"# Made by Coldpress.  Import it in a site whose `root` has the site's files below it{where}.",
             "@coldpress path " + (f"{_word(site.root)} {_word(site.root + '/*')}" if site.root else "/*"),
             "route @coldpress {", *(f"    {line}" for line in inner), "}",
             "handle_errors {", "    @coldpress_missing {",
             f"        path {_word(site.root + '/*')}", f"        file {_word(site.root + '/404.html')}", "    }",
             "    route @coldpress_missing {", f"        rewrite * {_word(site.root + '/404.html')}",
             "        file_server", "    }", "}"]
    return [HostFile(NAME, "\n".join(lines) + "\n", is_inside=False)]


def _headers(site: PublishedSite, problems: Problems) -> Iterator[str]:
    hashed = (f"^{re.escape(site.root)}(?:{'|'.join(HASHED_PATHS)})$", (IMMUTABLE,))
    rules = [hashed, *((_of_header(rule), rule.headers) for rule in site.headers)]
    for number, (expression, headers) in enumerate(rules):
        yield f"@coldpress_header_{number} path_regexp {_raw(expression)}"
        for name, value in headers:
            if "{$" in value or ("\\" in value and "`" in value):
                problems.error("deploy.value", "Caddy cannot send `{$`, nor a backslash and a backtick in one value, "
                               f"which the header `{name}` has", site.place, "write it otherwise")
            else:
                yield f"header @coldpress_header_{number} {name} {_word(value)}"


def _of_header(rule: HeaderRule) -> str:
    return f"^{'.*'.join(map(re.escape, rule.pattern.split('*')))}$"


def _gone(site: PublishedSite) -> Iterator[str]:
    for path in site.gone:
        yield from _answer("error", path, 410)


def _exact(site: PublishedSite) -> Iterator[PathRedirect]:
    yield from site.leading
    for pattern in site.patterns:
        yield from pattern.known if pattern.is_after_files else ()


def _redirect(redirect: PathRedirect) -> Iterator[str]:
    return _answer("redir", redirect.path, f"{_word(redirect.to or '')} {redirect.status}")


def _pattern(redirect: PatternRedirect, number: int) -> Iterator[str]:
    """Yields the lines of a pattern; of one that stands for files, these go first."""
    name = f"coldpress_{number}"
    values = {each: f"{{re.{name}.{index}}}" for index, each in enumerate(redirect.pattern.names, 1)}
    target = "".join(part if index % 2 == 0 else values[part] for index, part in enumerate(redirect.target.parts))
    yield f"@{name} {{"
    yield f"    path_regexp {_raw(f'^{redirect.pattern.expression}$')}"
    yield f"    vars_regexp {name} {{http.request.orig_uri}} {_raw(asked_for(redirect))}"
    if redirect.is_after_files:
        yield "    not file {path} {path}/index.html"
    yield "}"
    yield f"redir @{name} {_quoted(target)} {redirect.status}"


def _answer(directive: str, path: str, answer: object) -> Iterator[str]:
    """Yields the lines by which a directive answers at a decoded path, with and without the slash at its end.  In a
    path, stars, percents and braces mean something to Caddy; `{$NAME}` is a variable of the environment before anything
    else is read, and a backslash may hide the quote after it.  A regular expression has none of them."""
    for each in (path, path[:-1]) if path.endswith("/") and path != "/" else (path,):
        matcher = _quoted(each)
        if _SPECIAL.search(each):
            matcher = f"@coldpress_path_{each.encode().hex()}"
            yield f"{matcher} path_regexp {_raw(f'(?i)^{re.escape(each)}$')}"
        yield f"{directive} {matcher} {answer}"


def _word(text: str) -> str:
    """Returns a text as a word of a Caddyfile, in which braces are braces."""
    escaped = text.replace("{", "\\{").replace("}", "\\}")
    return f"`{escaped}`" if "\\" in text and "`" not in text else _quoted(escaped)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def _raw(expression: str) -> str:
    """Returns a regular expression as a word, without quotes of any kind in it; an import takes the backslashes of
    braces away."""
    expression = expression.replace("\\{", r"\x7b").replace("\\}", r"\x7d").replace("`", r"\x60")
    return f"`{expression}`"
