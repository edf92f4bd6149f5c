"""What a view's answer must be to become a file."""

from __future__ import annotations

import mimetypes

from coldpress.errors import Place, Problem, Problems
from coldpress.freeze.entry import Entry
from coldpress.freeze.requests import QUERY
from coldpress.freeze.sessions import Write
from coldpress.recorder import Reads
from coldpress.web.explain import code_place
from coldpress.web.extension import Coldpress

NO_HOST = "coldpress.invalid"
"""The host while `base_url` is unknown (RFC 6761: never a real one)."""
_TYPES = mimetypes.MimeTypes()  # Python's own, not the machine's
_NAMES = {
    "text/xml": "xml", "application/xml": "xml", "application/json": "json",
    "text/javascript": "javascript", "application/javascript": "javascript", "application/x-javascript": "javascript",
    "image/x-icon": "icon", "image/vnd.microsoft.icon": "icon",
    "audio/wav": "wave", "audio/x-wav": "wave", "audio/vnd.wave": "wave",
}
"""Types that are one, whichever name a version of Python knows it by (RFC 9239 for JavaScript)."""


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
    if guessed and _kind(guessed) != _kind(mimetype or ""):
        problems.warn("route.type", f"`{entry.path}` answers {mimetype} but is written to `{entry.file}`",
                      entry.place, "give the route the ending of what it answers")
    if NO_HOST.encode() in data:
        problems.error("route.no-base-url", f"`{entry.path}` needs a whole URL, and there is no `base_url`",
                       entry.place, "set `base_url` in config.yaml")


def check_use(entry: Entry, reads: Reads, problems: Problems) -> None:
    """Report a page that is made of a query."""
    if QUERY in reads:
        problems.warn("route.query", f"`{entry.path}` reads `request.args`, and a static host passes none on",
                      entry.place, "put what it needs into the path")


def session_written(entry: Entry, write: Write, view: Place | None, site: Coldpress) -> Problem:
    """A page that is made for one visitor: it, or its template, writes to the session."""
    place = code_place(write.file, write.line, site) if write.file else view or entry.place
    return Problem("route.session", f"{write.by or 'this page'} writes to the session, and a frozen page is the same "
                   "for all visitors", place, _way_out(entry, write, site))


def _way_out(entry: Entry, write: Write, site: Coldpress) -> str:
    if write.function == "generate_csrf":
        return ("a token is one visitor's: move the form to a route that is @coldpress.live, or exempt the view it is "
                "sent to (`@csrf.exempt`) and leave the token out")
    name = entry.endpoint.rpartition(".")[2]
    if entry.endpoint in site.generators:
        return "leave the session alone in what pages of the site show; a route that is @coldpress.live may use it"
    if site.owns_app:
        return f"mark the view `{name}` @coldpress.live, or only read the session in it"
    return f"take @coldpress.frozen from the view `{name}`, or only read the session in it"


def _kind(mimetype: str) -> str:
    """What two types have in common that say the same to a browser."""
    family = mimetype.rpartition("+")[2] if mimetype.endswith(("+xml", "+json")) else None
    return family or _NAMES.get(mimetype, mimetype)
