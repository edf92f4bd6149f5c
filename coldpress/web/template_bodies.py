"""Renders bodies that are templates (`markdown.jinja: true`), in a sandbox."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, NamedTuple

from flask import has_request_context
from jinja2 import TemplateError
from werkzeug.routing import BuildError

from coldpress import recorder
from coldpress.content.page import Page
from coldpress.errors import ColdpressError, Place, Problem
from coldpress.seeding import seeded
from coldpress.web.error_places import at_name, explain
from coldpress.web.sandbox.budget import Refused, TooCostly, budget, is_nested, running
from coldpress.web.sandbox.environment import BodyEnvironment
from coldpress.web.sandbox.views import Function, thing_of, view_of
from coldpress.web.site import Site

_MARKS = ("{{", "{%", "{#")
_OPTIONS = ("_anchor", "_external")
_URL_STEPS = 20
_MISTAKES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError,
             SyntaxError, MemoryError)
"""The exceptions that a mistake in a template can raise."""


def run_body(site: Site, page: Page) -> str:
    """Render a body as a template with `page`, `site`, `library`, `data`, `now` and `url_for`.

    It runs in a sandbox: it can change nothing and reach nothing else.  Raises
    `ColdpressError` for a mistake, with its line.
    """
    body = written_body(page)
    if not any(mark in body for mark in _MARKS):
        return body
    known: dict[str, _Made] = site.of_request("bodies") if has_request_context() else {}
    made = known.get(page.source)
    if made is None:
        made = known[page.source] = _run(site, page, body)
    elif is_nested():
        budget().spend(made.steps)
    recorder.replay(made.reads)
    return made.text


class _Made(NamedTuple):
    """A body that was rendered in this request: its text, its reads and its steps."""

    text: str
    reads: recorder.Reads
    steps: int


def _run(site: Site, page: Page, body: str) -> _Made:
    nested = is_nested()
    with running(page.source) as spent, seeded(page.source), _request(site), recorder.recording() as reads:
        before = spent.steps
        try:  # seeded by the source, so that every page that shows the body gets the same
            text = _environment().template(body).render(_variables(site, page))
            return _Made(text, reads, before - spent.steps)
        except _MISTAKES as reason:
            if nested and isinstance(reason, TooCostly):
                raise TooCostly(str(reason)) from None  # the body that asked for this one pays
            raise ColdpressError(_problem(site, page, reason)) from None


def written_body(page: Page) -> str:
    """A page's body as written.  The read is not recorded here: the caller did it."""
    with recorder.unrecorded():
        return page.unrecorded.document.read_body()


def _variables(site: Site, page: Page) -> dict[str, Any]:
    """The variables of a body."""
    return {
        "page": view_of(page), "site": view_of(site.environment.globals["site"]), "library": view_of(site.library),
        "data": site.library.data, "now": Function(site.now), "url_for": Function(partial(_url_for, site))}


def _request(site: Site) -> AbstractContextManager[Any]:
    """A request context for `url_for`, if there is none."""
    if has_request_context():
        return nullcontext()
    base = site.config.base_url
    return site.app.test_request_context(base_url=(
        base.rstrip("/").removesuffix(site.url_prefix) if base else f"http://localhost{site.script_root}"))


def _url_for(site: Site, endpoint: str, **values: Any) -> str:
    """`url_for` of bodies: as in templates, but of Flask's options it takes only `_anchor`
    and `_external`."""
    budget().spend(_URL_STEPS)
    for name in values:
        if name.startswith("_") and name not in _OPTIONS:
            raise Refused(f"a body may not say `{name}` to `url_for`")
    if endpoint in site.endpoints:
        values = {name: thing_of(value) for name, value in values.items()}
    url_for: Any = site.environment.globals["url_for"]
    return str(url_for(endpoint, **values))


def _problem(site: Site, page: Page, reason: BaseException) -> Problem:
    line = getattr(reason, "lineno", None) or _line_of(reason)
    hint = getattr(reason, "hint", None) or "write `{% raw %}` round text that only looks like a template"
    message = reason.message if isinstance(reason, TemplateError) else reason
    if isinstance(reason, BuildError):
        problem = explain(reason, site)
        message, hint = problem.message, problem.hint
    return Problem("template.body", f"this body is a template that fails: {message}",
                   _place(page, line, str(message)), hint)


def _place(page: Page, line: int | None, message: str) -> Place:
    """The place of the name that a message quotes, else of the whole line."""
    place = page.unrecorded.document.place(line, 1, 1)
    text = place.text or ""
    inner = text.strip()
    return at_name(replace(place, column=text.find(inner) + 1, length=len(inner)) if inner else place, message)


@lru_cache(maxsize=1)
def _environment() -> BodyEnvironment:
    return BodyEnvironment()


def _line_of(reason: BaseException) -> int | None:
    """The line of the template at which an exception was raised."""
    frame, line = reason.__traceback__, None
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == "<template>":
            line = frame.tb_lineno
        frame = frame.tb_next
    return line
