"""The plan: every URL of the site with its output file, before any rendering.

URLs of own routes that only a link reveals join it while the site is frozen,
checked in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import copy_context
from dataclasses import replace
from typing import Any

from flask import Flask, url_for

from coldpress import recorder
from coldpress.content.aliases import Alias
from coldpress.content.page import Page
from coldpress.errors import Place, Problem, Problems
from coldpress.freeze.entry import Entry
from coldpress.freeze.own_routes import OwnRoutes
from coldpress.freeze.places import Places, clash
from coldpress.paths import BadPath, asset_file_of, file_of, path_of
from coldpress.recorder import Key
from coldpress.web.extension import Coldpress


class Plan:
    """Entries by output file; what cannot be planned goes to `problems`.

    `own_reads` is what the generators of own routes read.
    """

    def __init__(self, app: Flask, site: Coldpress, problems: Problems) -> None:
        self._app = app
        self._site = site
        self._problems = problems
        self._entries: dict[str, Entry] = {}
        self._places = Places()
        self._told = [_files(problem) for problem in problems if problem.code == "url.clash"]
        self._own = OwnRoutes(app, site)
        self._found_on: dict[str, Place] = {}
        self.own_reads: tuple[Key, ...] = ()

    def fill(self) -> Plan:
        """Plan all that is known beforehand.  What generators of own routes leave
        in context variables no page sees: a worker has not run them."""
        copy_context().run(self._fill)
        return self

    def _fill(self) -> None:
        with self._app.test_request_context(base_url=f"http://localhost{self._site.script_root}"):
            self._plan_copies()
            self._plan_site()
            self._plan_own_routes()

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

    def found(self, endpoint: str, path: str, on: Entry) -> Entry | None:
        """Add a URL that a page links to, when its route is to be frozen and
        the URL is new."""
        if endpoint not in self._app.view_functions or not self._own.takes(endpoint):
            return None
        self._own.reached(endpoint)
        place = on.place or Place(on.path)
        first = self._found_on.get(path)
        if self.at(path) is None or (first and _nearness(place) < _nearness(first)):
            self._found_on[path] = place
        return self._add(path, endpoint, {}, place=place) if self.at(path) is None else None

    def place_of(self, entry: Entry) -> Place | None:
        """Where an entry comes from; of one that was found, the first file whose
        page links to it, else the first page, in whichever order they were looked at."""
        return self._found_on.get(entry.path, entry.place)

    def report_unreached(self) -> None:
        """Warn of routes with arguments for which no URL was ever found."""
        self._own.report_awaited(self._problems)

    def _plan_copies(self) -> None:
        site = self._site
        for path, asset in site.library.assets.items():
            self._add(site.url_prefix + path, site.endpoints["content"], {"page": path}, source=asset.name,
                      place=Place(asset.name), copy_of=asset.file)
        for name in ("theme", "static"):
            folder = site.folder_of(name)
            for file in site.files_in(name, self._problems):
                self._add(f"{site.url_prefix}/{name}/{file}", site.endpoints[name], {"filename": file},
                          source=f"{name}/{file}", place=Place(f"{name}/{file}"), copy_of=folder.joinpath(file))

    def _plan_site(self) -> None:
        adapter = self._app.url_map.bind("localhost")
        lists = self._site.library.list_pages
        copied = {self._site.endpoints["theme"], self._site.endpoints["static"]}
        for endpoint, generator in self._site.generators.items():
            if endpoint not in copied:
                for values in generator(self._site.library):
                    page = values.get("page")
                    # What `url_for` would say too, which a test holds us to; it takes twice the time.
                    path = self._site.url_prefix + page.path if page else path_of(adapter.build(endpoint, values))
                    source = self._source_of(page or lists.get(path.removeprefix(self._site.url_prefix)))
                    self._add(path, endpoint, values, source=source, place=Place(source) if source else None)

    def _source_of(self, page: Page | Alias | None) -> str | None:
        """The source of what is shown, by a list too."""
        if isinstance(page, Alias):
            page = page.page
        return page.document.source.name if page else None

    def _plan_own_routes(self) -> None:
        with recorder.recording() as reads:
            urls = list(self._own.urls())
        self.own_reads = tuple(reads)
        for endpoint, values in urls:
            path = self._path(endpoint, values)
            known = self.at(path)
            if known is None or known.endpoint != endpoint:
                self._add(path, endpoint, values, place=self._own.place(endpoint))

    def _path(self, endpoint: str, values: Mapping[str, Any]) -> str:
        return path_of(url_for(endpoint, **values)).removeprefix(self._site.script_root)

    def _add(self, path: str, endpoint: str, values: Mapping[str, Any], **more: Any) -> Entry | None:
        try:
            file = asset_file_of(path) if more.get("copy_of") else file_of(path)
        except BadPath as reason:
            self._problems.error("url.bad", f"`{path}` cannot be frozen: {reason}", more.get("place"), reason.hint)
            return None
        entry = Entry(path, endpoint, file, values, **more)
        other = self._places.take(entry)
        if other is not None:
            self._refuse(clash(_exactly(entry), _exactly(other)))
            return None
        self._entries[file] = entry
        return entry

    def _refuse(self, problem: Problem) -> None:
        """Report a clash, unless it is one of content, which was told when that was loaded."""
        if _files(problem) not in self._told:
            self._problems.add(problem)


def _exactly(entry: Entry) -> Entry:
    """An entry with the line of front matter that gives it its URL."""
    found = entry.values.get("page")
    if isinstance(found, Alias):
        return replace(entry, place=found.page.document.place_of("aliases"))
    return replace(entry, place=found.document.place_of("permalink")) if isinstance(found, Page) else entry


def _files(problem: Problem) -> list[str]:
    return sorted(place.path for place in (problem.place, *problem.also) if place)


def _nearness(place: Place) -> tuple[bool, object]:
    """What sorts the places that lead to a URL: a list shows links of the files in it."""
    return place.path.startswith("/"), place.order()
