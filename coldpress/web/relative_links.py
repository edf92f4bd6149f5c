"""Relative links, for a site that is opened from a folder or a zip file: the option `links: relative`."""

from __future__ import annotations

import html
import posixpath
import re

from flask import request

from coldpress.markdown.html.extract import TOKEN
from coldpress.paths import url_of

ASKED = "coldpress.relative_links"
"""The key in the environ of a request whose answer is to have relative links.  A build asks for them; the preview does
not, as it answers at the URLs of folders."""
_ATTRIBUTE = re.compile(
    r"(?P<name>\s(?:href|src|poster|action|formaction|data|data-[\w-]+|(?P<set>srcset|imagesrcset)))=(?P<quote>[\"'])"
    r"(?P<value>(?:(?!(?P=quote)).)*)(?P=quote)", re.S | re.I)
_CANDIDATE = re.compile(r"(\A|,)(\s*)(\S*[^\s,])")
_REFRESH = re.compile(r"(?<=\scontent=\")(?P<delay>\d+;\s*url=)(?P<url>[^\"]*)", re.I)


def relative_url(url: str, page: str, root: str) -> str:
    """Returns a URL below the path `root`, relative to the page with the URL `page`; another URL as it is.
    Without a server, nothing shows the page of a folder, so the result ends in `index.html`."""
    path, rest = _split(url)
    if not path.startswith(f"{root}/") or path.startswith("//"):
        return url
    if path == page and rest.startswith("#"):
        return rest
    target = f"{path}index.html" if path.endswith("/") else path
    return posixpath.relpath(target, posixpath.dirname(page)) + rest


def _split(url: str) -> tuple[str, str]:
    """Returns the path of a URL, and its query and fragment."""
    end = next((index for index, char in enumerate(url) if char in "?#"), len(url))
    return url[:end], url[end:]


def with_relative_links(text: str, page: str, root: str) -> str:
    """Returns HTML in which the links to URLs below `root` are relative to a page."""
    def shown(url: str) -> str:
        return relative_url(url, page, root)

    def attribute(found: re.Match[str]) -> str:
        value = html.unescape(found["value"])
        made = _CANDIDATE.sub(lambda each: each[1] + each[2] + shown(each[3]), value) if found["set"] else shown(value)
        return found[0] if made == value else f'{found["name"]}="{html.escape(made)}"'

    def token(found: re.Match[str]) -> str:
        tag = f"<{found['raw']}" if found["raw"] else found[0]
        if tag[1] in "/!" or "=" not in tag:
            return found[0]
        made = _ATTRIBUTE.sub(attribute, tag)
        if found["name"] == "meta":
            made = _REFRESH.sub(lambda refresh: refresh["delay"] + shown(refresh["url"]), made)
        return made + (found["inside"] or "")

    return TOKEN.sub(token, text)


def link_from_request(url: str) -> str:
    """Returns a URL of the site as the requested file has to write it."""
    return relative_url(url, *_requested()) if ASKED in request.environ else url


def relative_to_request(text: str) -> str:
    """Returns HTML with its links as the requested file has to write them."""
    return with_relative_links(text, *_requested()) if ASKED in request.environ else text


def _requested() -> tuple[str, str]:
    return request.script_root + url_of(request.path), request.script_root
