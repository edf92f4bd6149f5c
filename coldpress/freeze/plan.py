"""The plan: every URL of the site with its output file, before any rendering.

URLs of own routes that only a link reveals join it while the site is frozen,
checked in the same way.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from werkzeug.routing import Rule

from coldpress.content.library import Alias
from coldpress.content.page import Page
from coldpress.errors import Place, Problem, Problems
from coldpress.hooks import mark_of
from coldpress.paths import BadPath, OpenEnded, asset_file_of, file_of, path_of
from coldpress.web.explain import code_place
from coldpress.web.extension import Coldpress
from coldpress.web.site import PARENT


@dataclass(frozen=True, slots=True)
class Entry:
    """One URL: `path` is decoded, below the app's root; `file` below the
    output folder; `copy_of` the file it is a plain copy of, if it is one."""

    path: str
    endpoint: str
    file: str
    values: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None
    place: Place | None = None
    copy_of: Path | None = None


class Plan:
    """Entries by output file; what cannot be planned goes to `problems`."""

    def __init__(self, app: Flask, site: Coldpress, problems: Problems) -> None:
        self._app = app
        self._site = site
        self._problems = problems
        self._entries: dict[str, Entry] = {}
        self._by_folded_file: dict[str, Entry] = {}
        self._awaited: dict[str, Rule] = {}
        self._home = site.endpoints["home"]

    def fill(self) -> Plan:
        """Plan all that is known beforehand."""
        with self._app.test_request_context(base_url=f"http://localhost{self._site.script_root}"):
            self._plan_copies()
            self._plan_site()
            self._plan_own_routes()
        return self

    @property
    def entries(self) -> Iterable[Entry]:
        return self._entries.values()

    def has(self, path: str) -> bool:
        """Whether a host that serves the output folder answers at a path."""
        file = path.lstrip("/")
        folder = f"{file}/index.html" if file and not file.endswith("/") else f"{file}index.html"
        return file in self._entries or folder in self._entries

    def at(self, path: str) -> Entry | None:
        """The entry that was planned for a decoded path."""
        file = path[1:] + "index.html" if path.endswith("/") else path[1:]
        return self._entries.get(file)

    def found(self, endpoint: str, values: Mapping[str, Any], on: Entry) -> Entry | None:
        """Add a URL that a page links to, when its route is to be frozen and
        the URL is new."""
        rule = next((rule for rule in self._app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ())), None)
        if rule is None or not (self._is_own(rule) or _is_static(endpoint)):
            return None
        with self._app.test_request_context(base_url=f"http://localhost{self._site.script_root}"):
            path = self._path(endpoint, values)
        self._awaited.pop(endpoint, None)
        if self.at(path):
            return None
        return self._add(path, endpoint, values, place=on.place or Place(on.path))

    def report_unreached(self) -> None:
        """Warn of routes with arguments for which no URL was ever found."""
        for endpoint, rule in self._awaited.items():
            self._problems.warn(
                "route.no-urls", f"nothing is frozen for the route `{rule.rule}`", self._view_place(endpoint),
                "link to it with url_for, list its values with @coldpress.frozen, or mark it @coldpress.live")

    def _plan_copies(self) -> None:
        site = self._site
        for path, asset in site.library.assets.items():
            self._add(site.url_prefix + path, site.endpoints["content"], {"page": path}, source=asset.name,
                      place=Place(asset.name), copy_of=asset.file)
        for name in ("theme", "static"):
            folder = site.folder_of(name)
            for file in site.files_in(name):
                self._add(f"{site.url_prefix}/{name}/{file}", site.endpoints[name], {"filename": file},
                          source=f"{name}/{file}", place=Place(f"{name}/{file}"), copy_of=folder.joinpath(file))

    def _plan_site(self) -> None:
        copied = {self._site.endpoints["theme"], self._site.endpoints["static"]}
        for endpoint, generator in self._site.generators.items():
            if endpoint not in copied:
                for values in generator(self._site.library):
                    source = self._source_of(endpoint, values)
                    self._add(self._path(endpoint, values), endpoint, values, source=source,
                              place=Place(source) if source else None)

    def _source_of(self, endpoint: str, values: Mapping[str, Any]) -> str | None:
        page = values.get("page") if values else self._site.library.at("/") if endpoint == self._home else None
        if isinstance(page, Alias):
            page = page.page
        if isinstance(page, Page):
            return page.document.source.name
        collection = self._site.library.collections.get(values.get("name", ""))
        section = collection.section if collection and "number" not in values else None
        return section.document.source.name if section else None

    def _plan_own_routes(self) -> None:
        for rule in self._app.url_map.iter_rules():
            if not self._is_own(rule) or _is_static(rule.endpoint):
                continue
            mark = mark_of(self._app.view_functions[rule.endpoint])
            if mark and mark.values:
                self._plan_values(rule, mark.values())
            elif rule.arguments - set(rule.defaults or ()):
                self._awaited[rule.endpoint] = rule
            else:
                self._add_own(rule, {})

    def _plan_values(self, rule: Rule, all_values: Iterable[Mapping[str, Any]]) -> None:
        for values in all_values:
            if rule.arguments - set(rule.defaults or ()) <= set(values):
                self._add_own(rule, values)

    def _add_own(self, rule: Rule, values: Mapping[str, Any]) -> None:
        path = self._path(rule.endpoint, values)
        if self.at(path) is None or self._entries[self.at(path).file].endpoint != rule.endpoint:  # type: ignore[union-attr]
            self._add(path, rule.endpoint, values, place=self._view_place(rule.endpoint))

    def _is_own(self, rule: Rule) -> bool:
        """Whether a rule is the user's, and one to be frozen."""
        if rule.endpoint.startswith(f"{PARENT}.") or "GET" not in (rule.methods or ()) or rule.build_only:
            return False
        mark = mark_of(self._app.view_functions[rule.endpoint])
        return not mark.live if mark else self._site.owns_app

    def _path(self, endpoint: str, values: Mapping[str, Any]) -> str:
        return path_of(url_for(endpoint, **values)).removeprefix(self._site.script_root)

    def _view_place(self, endpoint: str) -> Place | None:
        code = getattr(inspect.unwrap(self._app.view_functions[endpoint]), "__code__", None)
        return code_place(code.co_filename, code.co_firstlineno, self._site) if code else None

    def _add(self, path: str, endpoint: str, values: Mapping[str, Any], **more: Any) -> Entry | None:
        try:
            file = asset_file_of(path) if more.get("copy_of") else file_of(path)
        except BadPath as reason:
            bare = path.rstrip("/")
            hint = f"write `{bare}/` or `{bare}.html`" if isinstance(reason, OpenEnded) else None
            self._problems.error("url.bad", f"`{path}` cannot be frozen: {reason}", more.get("place"), hint)
            return None
        entry = Entry(path, endpoint, file, values, **more)
        other = self._by_folded_file.setdefault(file.casefold(), entry)
        if other is not entry:
            self._problems.add(_clash(entry, other))
            return None
        self._entries[file] = entry
        return entry


def _is_static(endpoint: str) -> bool:
    return endpoint == "static" or endpoint.endswith(".static")


def _clash(entry: Entry, other: Entry) -> Problem:
    if entry.file == other.file:
        message = f"`{entry.path}` is wanted twice: by {_owner(other)} and by {_owner(entry)}"
    else:
        message = f"`{entry.path}` and `{other.path}` are one file where case does not count"
    return Problem("url.clash", message, entry.place or other.place, "give one of them another URL",
                   also=(other.place,) if entry.place and other.place else ())


def _owner(entry: Entry) -> str:
    if entry.source:
        return f"`{entry.source}`"
    return f"the view `{entry.endpoint.rpartition('.')[2]}`"


