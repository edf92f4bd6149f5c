"""Bodies that are templates: `markdown.jinja: true`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from coldpress.content.page import Page
from coldpress.errors import ColdpressError, Problem
from coldpress.web.chance import seeded
from coldpress.web.environment import Strict

if TYPE_CHECKING:
    from coldpress.web.site import Site


def run_body(site: Site, page: Page) -> str:
    """What a body gives as a template, with `page`, `site`, `library` and `now`.

    It runs in a sandbox: it changes nothing, and reaches nothing else.  Raises
    `ColdpressError` for a mistake, at its line.
    """
    known, document = site.environment.globals, page._document
    try:
        template = _sandbox().from_string(document.read_body())
        with seeded(page.source):  # on whichever page it is shown
            return template.render(page=page, **{name: known[name] for name in ("site", "library", "now", "url_for")})
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as reason:
        line = getattr(reason, "lineno", None) or _line_of(reason)
        raise ColdpressError(Problem(
            "template.body", f"this body is a template that fails: {reason}", document.place(line, 1, 1),
            "write `{% raw %}` round text that only looks like a template")) from None


@lru_cache(maxsize=1)
def _sandbox() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=Strict, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True)


def _line_of(reason: Exception) -> int | None:
    """The line of the template at which an exception came."""
    frame, line = reason.__traceback__, None
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == "<template>":
            line = frame.tb_lineno
        frame = frame.tb_next
    return line
