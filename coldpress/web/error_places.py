"""Turns an exception of a view or a template into a Problem with file and line."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from jinja2 import TemplateNotFound, TemplatesNotFound, TemplateSyntaxError, UndefinedError
from werkzeug.routing import BuildError

from coldpress.audit_hook import is_own_code
from coldpress.errors import ColdpressError, Place, Problem
from coldpress.paths import relative_name
from coldpress.text import did_you_mean
from coldpress.web.environment import NothingThere
from coldpress.web.site import Site

_QUOTED = re.compile(r"[`']([^`'\n]+)[`']")
_UNNAMED = re.compile(r"No (filter|test) named '(\w+)'")
_NOT_DEFINED = re.compile(r"`(\w+)` is not defined")
_RENAMED = {"content": "page", "twin": "markdown_page"}
"""Names of views that no spelling leads from the old one to the new one."""


def explain(error: BaseException, site: Site) -> Problem:
    """The problem that an exception stands for, at the innermost line that the user wrote.

    For a mistake in a template, that is a line of the template.  For one in the user's
    Python, the problem also has the traceback, from the user's first frame on.
    """
    if isinstance(error, ColdpressError) and error.problems:
        return error.problems[0]
    if isinstance(error, TemplateSyntaxError):
        return _syntax_problem(error, site)
    frames = list(_own_frames(error.__traceback__, site))
    place = code_place(*frames[-1], site) if frames else None
    if isinstance(error, (TemplatesNotFound, TemplateNotFound)):
        return Problem("template.missing", f"there is no template `{error.name}`", place,
                       did_you_mean(str(error.name), site.environment.list_templates())
                       or f"make `{site.config.templates_dir}/{error.name}`, or name one of the theme")
    in_template = bool(frames) and not frames[-1][0].endswith(".py")
    if isinstance(error, UndefinedError) and in_template:
        return Problem("template.undefined", str(error.message), place and at_name(place, str(error.message)),
                       getattr(error, "hint", None) or _near_name(error))
    if isinstance(error, BuildError):
        return _unknown_route(error, site, place)
    if isinstance(error, NothingThere):
        near = error.name and site.library.suggestions.file(error.name, asset=False)
        return Problem("link.nothing-there", str(error), place, f"did you mean `{near}`?" if near else None)
    name = type(error).__name__
    if in_template and isinstance(error, RecursionError):
        return Problem("template.recursion", "this template extends or includes itself, perhaps by way of others",
                       place,
                       "name the one above it: `coldpress/post.html` in a theme, `theme/post.html` in a site")
    if in_template:
        return Problem("template.failed", f"{name}: {error}", place)
    hint = "raise another exception, or call `abort`" if isinstance(error, SystemExit) else None
    return Problem("route.failed", f"{name}: {error}", place, hint, traceback=_own_traceback(error, site))


def at_name(place: Place, message: str) -> Place:
    """The place of the name that a message quotes, where the line of a template has it."""
    for name in _QUOTED.findall(message):
        found = re.search(rf"\b{re.escape(name)}\b", place.text or "")
        if found:
            return replace(place, column=found.start() + 1, length=len(found[0]))
    return place


def _syntax_problem(error: TemplateSyntaxError, site: Site) -> Problem:
    """The problem of a template that cannot be compiled; of a filter or a test that does not exist, at its name."""
    message, place = str(error.message), code_place(error.filename or error.name or "template", error.lineno, site)
    unnamed = _UNNAMED.match(message)
    if not unnamed:
        return Problem("template.syntax", message, place)
    known = {"filter": site.environment.filters, "test": site.environment.tests}
    return Problem("template.syntax", message, at_name(place, message), did_you_mean(unnamed[2], known[unnamed[1]]))


def _near_name(error: UndefinedError) -> str | None:
    """Returns a hint for a name that the innermost template does not have."""
    name = _NOT_DEFINED.match(str(error))
    # Jinja puts frames of templates into the traceback, whose locals are all that a template has; those of a
    # macro are its own.
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if "__jinja_exception__" in frame.f_globals]
    files = [frame.f_code.co_filename for frame in frames]
    known = {each for frame, file in zip(frames, files, strict=True) if file == files[-1] for each in frame.f_locals}
    return did_you_mean(name[1], sorted(each for each in known if each[0] != "_")) if name else None


def _unknown_route(error: BuildError, site: Site, place: Place | None) -> Problem:
    """The problem of a `url_for` call: no such endpoint, or values that fit none of its rules."""
    rules = [rule for rule in site.app.url_map.iter_rules() if rule.endpoint == error.endpoint]
    if not rules:
        return Problem("route.unknown", f"no route is named `{error.endpoint}`", place, _near_endpoint(error, site))
    short = error.endpoint.removeprefix(f"{site.name}.")
    needed = " and ".join(f"`{name}`" for name in min((sorted(rule.arguments) for rule in rules), key=len))
    hint = f"it takes {needed}" if needed else None
    if short != error.endpoint and short in site.app.view_functions:
        hint = f"for your own view write `app:{short}`"
    return Problem("route.unknown", f"the route `{error.endpoint}` has no URL with these values", place, hint)


def _near_endpoint(error: BuildError, site: Site) -> str | None:
    """Suggest an endpoint: for `coldpress.lists.home` one of ours by its whole name, else a short name or one of
    the app's."""
    name = _RENAMED.get(error.endpoint.rpartition(".")[2], error.endpoint)
    if error.endpoint.startswith(f"{site.name}."):
        return did_you_mean(f"{site.name}.{name.rpartition('.')[2]}", site.generators)
    own = [rule.endpoint for rule in site.app.url_map.iter_rules() if not rule.endpoint.startswith(f"{site.name}.")]
    return did_you_mean(name, [*site.endpoints, *own])


def _is_of_site(file: str, site: Site) -> bool:
    """Returns whether a file is the user's: own code and templates, also beside the site, or of one of its themes."""
    return is_own_code(file) or any(Path(file).is_relative_to(theme.folder) for theme in site.theme.chain)


def _own_frames(trace: TracebackType | None, site: Site) -> Iterator[tuple[str, int]]:
    for frame, line in traceback.walk_tb(trace):
        file = frame.f_code.co_filename
        if _is_of_site(file, site):
            yield file, line


def _own_traceback(error: BaseException, site: Site) -> str | None:
    trace = error.__traceback__
    while trace is not None and not _is_of_site(trace.tb_frame.f_code.co_filename, site):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace)) if trace else None


def code_place(file: str, line: int, site: Site) -> Place:
    """The place of a line in a Python or template file, with the line's text."""
    return line_place(Path(file), file_name(Path(file), site), line)


def file_name(file: Path, site: Site) -> str:
    """The name of a file in messages: `theme/base.html` for a template of our theme, `NAME/base.html` for one of
    another theme, else relative to the site's base."""
    for theme in site.theme.chain:
        if file.is_relative_to(theme.templates):
            return f"{'theme' if theme.parent is None else theme.name}/{relative_name(file, theme.templates)}"
    return relative_name(file if file.is_relative_to(site.base) else file.resolve(), site.base)


def line_place(path: Path, name: str, line: int) -> Place:
    """The place of a line in the file `path`, which messages call `name`, with the line's text."""
    try:
        text = path.read_text("utf-8", "replace").split("\n")[line - 1]
    except (OSError, IndexError):
        return Place(name, line)
    stripped = text.strip()
    return Place(name, line, len(text) - len(text.lstrip()) + 1, text, max(1, len(stripped)))
