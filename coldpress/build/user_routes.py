"""The routes of an app that are not Coldpress's: which are frozen, and the URLs that are known beforehand."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from coldpress.decorators import mark_of
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.web.error_places import code_place
from coldpress.web.site import Site
from coldpress.web.sites import site_of_endpoint


class UserRoutes:
    """The GET routes of an app that are not Coldpress's.  If the app is the site's own, all are
    frozen except those marked live; in another app, only those marked frozen."""

    def __init__(self, app: Flask, site: Site) -> None:
        self._app = app
        self._site = site
        self._awaited: dict[str, Rule] = {}

    def urls(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yields endpoint and values of each URL that is known beforehand; routes that
        only a link can fill are awaited."""
        for rule in self._app.url_map.iter_rules():
            if self._is_frozen(rule) and not is_static(rule.endpoint):
                mark = mark_of(self._app.view_functions[rule.endpoint])
                needed = rule.arguments - set(rule.defaults or ())
                if mark and mark.values:
                    yield from ((rule.endpoint, values) for values in self._complete(rule, mark.values(), needed))
                elif needed:
                    self._awaited[rule.endpoint] = rule
                else:
                    yield rule.endpoint, {}

    def takes(self, endpoint: str) -> bool:
        """Returns whether a URL of this endpoint is frozen when a page links to it."""
        rules = self._app.url_map.iter_rules(endpoint)
        return is_static(endpoint) or any(self._is_frozen(rule) for rule in rules)

    def reached(self, endpoint: str) -> None:
        """Records that a URL of an awaited route was found."""
        self._awaited.pop(endpoint, None)

    def report_awaited(self, problems: Problems) -> None:
        """Warns of routes for which no URL was found."""
        for endpoint, rule in self._awaited.items():
            problems.warn(
                "route.no-urls", f"nothing is frozen for the route `{rule.rule}`", self.place(endpoint),
                "link to it with url_for, list its values with @coldpress.frozen, or mark it @coldpress.live")

    def place(self, endpoint: str) -> Place | None:
        """Returns the place of an endpoint's view."""
        code = getattr(inspect.unwrap(self._app.view_functions[endpoint]), "__code__", None)
        return code_place(code.co_filename, code.co_firstlineno, self._site) if code else None

    def report_no_slash(self, endpoint: str, problems: Problems) -> None:
        """Warns of a route whose URLs end with neither `/` nor a file extension."""
        rules = [rule.rule for rule in self._app.url_map.iter_rules(endpoint)]
        rule = next((rule for rule in rules if not rule.endswith("/")), rules[0])
        problems.warn(
            "route.no-slash", f"the route `{rule}` is frozen as `{rule}/`: a static host has pages in folders, "
            "and redirects to them", self.place(endpoint), f"write `{rule}/`, or `{rule}.html`")

    def _is_frozen(self, rule: Rule) -> bool:
        if self._is_of_a_site(rule.endpoint) or "GET" not in (rule.methods or ()) or rule.build_only:
            return False
        mark = mark_of(self._app.view_functions[rule.endpoint])
        return not (mark and mark.live) and (self._site.owns_app or bool(mark and mark.frozen))

    def _is_of_a_site(self, endpoint: str) -> bool:
        """Returns whether an endpoint is one of our own views, or was added to another site."""
        return endpoint not in self._site.added_endpoints.values() and site_of_endpoint(self._app, endpoint) is not None

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


def is_static(endpoint: str) -> bool:
    """Returns whether an endpoint is that of a folder of static files."""
    return endpoint == "static" or endpoint.endswith(".static")
