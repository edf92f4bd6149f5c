"""What the Library asks of the app that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from flask import has_request_context
from jinja2 import TemplateNotFound
from werkzeug.routing import BuildError

from coldpress.content.page import Page
from coldpress.markup.rendered import Component
from coldpress.markup.snippets import Expanded
from coldpress.web.borrowing import PREFIX
from coldpress.web.environment import whole_endpoint
from coldpress.web.including import embedded, expanded, not_shown
from coldpress.web.site import Site


class SiteHost:
    """One site, as its own Library sees it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def link_root(self) -> str:
        """What every link begins with: the prefix the site is mounted at."""
        return self._site.link_root()

    def endpoint_url(self, reference: str) -> str | None:
        """The URL of `name` or `name?key=value`; None where there is none."""
        site = self._site
        name, _, query = reference.partition("?")
        values = dict(parse_qsl(query))
        url_for: Any = site.environment.globals["url_for"]
        context = nullcontext() if has_request_context() else site.app.test_request_context(
            base_url=f"http://localhost{site.script_root}")
        with context:
            try:
                # Tried first: whoever hears `url_for` would go there.
                site.app.url_map.bind("localhost").build(whole_endpoint(site.endpoints, name), values)
                return str(url_for(name, **values))
            except (BuildError, ValueError):
                return None

    def endpoint_at(self, path: str) -> str | None:
        """What leads to a path of the app outside of the site: `name?key=value`;
        None where nothing is, or a rule that takes any path."""
        site = self._site
        if not site.url_prefix or f"{path}/".startswith(f"{site.url_prefix}/"):
            return None
        urls = site.app.url_map.bind("localhost")
        for candidate in (path, f"{path}/"):
            try:
                rule, values = urls.match(candidate, method="GET", return_rule=True)
                written = {name: str(value) for name, value in values.items()}
                is_theirs = rule.endpoint != "static" and not rule.rule.startswith("/<")
                if is_theirs and unquote(urls.build(rule.endpoint, written)) == candidate:
                    name = f"{PREFIX}{rule.endpoint}" if rule.endpoint in site.endpoints else str(rule.endpoint)
                    return name + ("?" + urlencode(written, quote_via=quote) if written else "")
            except Exception:  # noqa: BLE001  (converters are the app's, and may do anything)
                continue
        return None

    def values_of(self, name: str) -> Sequence[str] | None:
        """What the URL of an endpoint takes, by the rule that takes least; None where
        there is no such endpoint."""
        rules = self._site.app.url_map.iter_rules
        endpoint = whole_endpoint(self._site.endpoints, name)
        return min((sorted(rule.arguments) for rule in rules() if rule.endpoint == endpoint), key=len, default=None)

    @property
    def endpoint_names(self) -> Iterable[str]:
        """The endpoints of the app, ours by their short names."""
        return [*self._site.endpoints, *self._site.app.view_functions]

    def expanded(self, page: Page) -> Expanded:
        """A page's body with its snippets; one that is a template, run in a
        sandbox, a mistake in it at its line."""
        return expanded(self._site, page)

    def not_shown(self, page: Page) -> Iterable[tuple[Component, str]]:
        """What a page asks for and doesn't show, with the reason."""
        return not_shown(self._site, page)

    def embedded(self, page: Page, other: Page, part: str, *, absolute: bool) -> str | None:
        """Another page's body as it is shown in a page, or a part of it."""
        return embedded(self._site, page, other, part, absolute=absolute)

    def callout_title(self, page: Page, kind: str) -> str:
        """What a callout without a title of its own is called, in the page's language."""
        return self._site.strings.say(page.lang, f"callouts.{kind}")

    def group_name(self, name: str) -> str:
        """What a collection or a taxonomy is called, in the site's language."""
        return self._site.group_name(name)

    def component(self, name: str, variables: Mapping[str, Any]) -> str | None:
        """The HTML that `components/NAME.html` gives; None without that template."""
        try:
            template = self._site.environment.get_template(f"components/{name}.html")
        except TemplateNotFound as reason:
            if reason.name != f"components/{name}.html":
                raise
            return None
        return template.render(variables)

    @property
    def component_names(self) -> Iterable[str]:
        """The components that templates show."""
        return [name[len("components/"):-len(".html")] for name in self._site.template_names
                if name.startswith("components/") and name.endswith(".html")]
