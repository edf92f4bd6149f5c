"""What a view's answer must be to become a file."""

from __future__ import annotations

import mimetypes

from werkzeug.wrappers import Response

from coldpress.errors import Problems
from coldpress.freeze.entry import Entry
from coldpress.freeze.requests import QUERY
from coldpress.recorder import Reads

NO_HOST = "coldpress.invalid"
"""The host while `base_url` is unknown (RFC 6761: never a real one)."""
_TYPES = mimetypes.MimeTypes()  # Python's own, not the machine's
_XML = {"application/xml", "text/xml", "application/atom+xml", "application/rss+xml"}


def refuse_status(entry: Entry, status: str, problems: Problems) -> None:
    """Report an answer that is neither a page nor a redirect."""
    gone = status.startswith("404")
    problems.error("route.status", f"`{entry.path}` answers {status}", entry.place,
                   "it is linked to from here, and nothing is there" if gone
                   else "mark its view @coldpress.live if it is not to be frozen")


def check_answer(entry: Entry, mimetype: str | None, data: bytes, problems: Problems) -> None:
    """Report a page that a static host would serve as something else, and one
    that names a host nobody knows."""
    guessed = _TYPES.guess_type(entry.file)[0]
    if guessed and guessed != mimetype and not {guessed, mimetype} <= _XML:
        problems.warn("route.type", f"`{entry.path}` answers {mimetype} but is written to `{entry.file}`",
                      entry.place, "give the route the ending of what it answers")
    if NO_HOST.encode() in data:
        problems.error("route.no-base-url", f"`{entry.path}` needs a whole URL, and there is no `base_url`",
                       entry.place, "set `base_url` in config.yaml")


def check_use(entry: Entry, response: Response, reads: Reads, problems: Problems) -> None:
    """Report a page that is made for one visitor: of a session, or of a query."""
    if "cookie" in response.vary:
        problems.error("route.session", f"`{entry.path}` uses the session, and a frozen page is the same for all",
                       entry.place, "mark its view @coldpress.live, or leave the session alone while freezing")
    if QUERY in reads:
        problems.warn("route.query", f"`{entry.path}` reads `request.args`, and a static host passes none on",
                      entry.place, "put what it needs into the path")
