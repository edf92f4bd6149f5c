"""The routes that a site's own code adds: which are frozen, and for which values."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.hooks import mark_of
from coldpress.web.explain import code_place
from coldpress.web.extension import Coldpress
from coldpress.web.site import PARENT


class OwnRoutes:
    """Every GET route of an app that is not ours.  In a site of its own all are
    frozen but those marked live; inside a host only those marked frozen."""

    def __init__(self, app: Flask, site: Coldpress) -> None:
        self._app = app
        self._site = site
        self._awaited: dict[str, Rule] = {}

    def urls(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Endpoint and values of each URL known beforehand; the routes that
        only a link can fill are awaited."""
        for rule in self._app.url_map.iter_rules():
            if self._is_frozen(rule) and not _is_static(rule.endpoint):
                mark = mark_of(self._app.view_functions[rule.endpoint])
                needed = rule.arguments - set(rule.defaults or ())
                if mark and mark.values:
                    yield from ((rule.endpoint, values) for values in self._complete(rule, mark.values(), needed))
                elif needed:
                    self._awaited[rule.endpoint] = rule
                else:
                    yield rule.endpoint, {}

    def takes(self, endpoint: str) -> bool:
        """Whether a URL of this endpoint is to be frozen when a page links to it."""
        rules = self._app.url_map.iter_rules(endpoint)
        return _is_static(endpoint) or any(self._is_frozen(rule) for rule in rules)

    def reached(self, endpoint: str) -> None:
        """Note that a URL of an awaited route was found."""
        self._awaited.pop(endpoint, None)

    def report_awaited(self, problems: Problems) -> None:
        """Warn of routes for which no URL was ever found."""
        for endpoint, rule in self._awaited.items():
            problems.warn(
                "route.no-urls", f"nothing is frozen for the route `{rule.rule}`", self.place(endpoint),
                "link to it with url_for, list its values with @coldpress.frozen, or mark it @coldpress.live")

    def place(self, endpoint: str) -> Place | None:
        """Where the view of an endpoint is written."""
        code = getattr(inspect.unwrap(self._app.view_functions[endpoint]), "__code__", None)
        return code_place(code.co_filename, code.co_firstlineno, self._site) if code else None

    def _is_frozen(self, rule: Rule) -> bool:
        if rule.endpoint.startswith(f"{PARENT}.") or "GET" not in (rule.methods or ()) or rule.build_only:
            return False
        mark = mark_of(self._app.view_functions[rule.endpoint])
        return not (mark and mark.live) and (self._site.owns_app or bool(mark and mark.frozen))

    def _complete(self, rule: Rule, all_values: Any, needed: set[str]) -> Iterator[Mapping[str, Any]]:
        """The values that fill a rule; of several rules of a view, each takes its own."""
        known = [other.arguments for other in self._app.url_map.iter_rules(rule.endpoint)]
        for values in all_values:
            if needed <= set(values):
                yield values
            elif not any(arguments <= set(values) for arguments in known):
                missing = ", ".join(f"`{name}`" for name in sorted(needed - set(values)))
                raise ColdpressError(Problem(
                    "route.values", f"the values {dict(values)!r} for `{rule.rule}` lack {missing}",
                    self.place(rule.endpoint), "let each mapping hold every argument of the route"))


def _is_static(endpoint: str) -> bool:
    return endpoint == "static" or endpoint.endswith(".static")
