"""The plan: every URL of the build, the output file of each, and the user's own routes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, url_for
from werkzeug.test import create_environ

from coldpress import recorder
from coldpress.build.output_folder import MARK_FILES
from coldpress.build.path_builder import PathBuilder, is_one_of
from coldpress.build.plan_entry import PlanEntry, clash
from coldpress.build.user_routes import UserRoutes, is_static
from coldpress.content.aliases import Alias, Moved
from coldpress.content.clashes import Claims
from coldpress.content.page import Page
from coldpress.errors import Place, Problem, Problems
from coldpress.paths import BadPath, OpenEnded, asset_file_of, file_of, path_of, plain_name
from coldpress.recorder import Key
from coldpress.web.copied_files import STYLESHEETS
from coldpress.web.redirects import configured_redirect
from coldpress.web.site import Site

if TYPE_CHECKING:
    from coldpress.config.redirects import RedirectRules


class Plan:
    """Holds the entries by output file; reports entries that cannot be planned to `problems`.

    `own_reads` are the reads of the generators of the user's own routes.
    """

    def __init__(self, app: Flask, site: Site, problems: Problems) -> None:
        self._app = app
        self._site = site
        self._problems = problems
        self._entries: dict[str, PlanEntry] = {}
        self._claims: Claims[PlanEntry] = Claims()
        self._claims.take_all([PlanEntry(f"/{name}", "", name) for name in MARK_FILES])
        self._told = [_files(problem) for problem in problems if problem.code == "url.clash"]
        self._own = UserRoutes(app, site)
        self._found_on: dict[str, Place] = {}
        self._without_slash: set[str] = set()
        self._host_answers: dict[tuple[str, int], bool] = {}
        self.own_reads: tuple[Key, ...] = ()

    def fill(self) -> Plan:
        """Plans all URLs that are known beforehand.  Context variables that generators of own routes
        set are reset, since a worker does not run the generators."""
        copy_context().run(self._fill)
        return self

    def _fill(self) -> None:
        with self._app.request_context(create_environ("/", f"http://localhost{self._site.script_root}")):
            merged = self._plan_host_files() if self._site.config.deploy else frozenset()
            self._plan_copies(merged)
            kept = self._plan_site()
            self._plan_own_routes()
            if rules := self._site.config.redirects:
                self._plan_redirects(rules)
            self._plan_kept(kept)

    @property
    def entries(self) -> Iterable[PlanEntry]:
        return self._entries.values()

    @property
    def pages(self) -> Iterable[PlanEntry]:
        """The entries whose bytes the app answers.  Only of these something is recorded: where a file of the site takes
        the place of a page, nothing counts that the page read."""
        return (entry for entry in self._entries.values() if entry.is_page)

    def has(self, path: str) -> bool:
        """Returns whether the host answers at a path, with a file of the output folder or a redirect of the config."""
        return self._has_file(path) or self.leads_on(path)

    def _has_file(self, path: str) -> bool:
        file = path.lstrip("/")
        folder = f"{file}/index.html" if file and not file.endswith("/") else f"{file}index.html"
        return file in self._entries or folder in self._entries

    def leads_on(self, path: str) -> bool:
        """Returns whether a redirect of the config leads from a path to another site, or to a page of this one on the
        host that the config names."""
        with recorder.unrecorded():
            found = configured_redirect(self._site, path.removeprefix(self._site.url_prefix))
        if found is None or found.to is None or not found.is_inside:
            return found is not None and found.to is not None
        key = found.key, len(self._entries)
        if key not in self._host_answers:
            from coldpress.build.host_patterns import host_answers  # noqa: PLC0415  (most sites have no patterns)

            self._host_answers[key] = host_answers(self._site, found.key, self.entries)
        return self._host_answers[key] and self._has_file(self._site.url_prefix + path_of(found.to))

    def at(self, path: str) -> PlanEntry | None:
        """Returns the entry of a decoded path."""
        file = path[1:] + "index.html" if path.endswith("/") else path[1:]
        found = self._entries.get(file) or self._entries.get(f"{file}/index.html")
        return found if found and (found.file == file or found.path == path) else None

    def add_linked(self, endpoint: str, path: str, on: PlanEntry) -> PlanEntry | None:
        """Adds a URL to which a page links, if its route is to be frozen and
        the URL is new."""
        if endpoint not in self._app.view_functions or not self._own.takes(endpoint):
            return None
        if is_static(endpoint) and self._is_published_later(path):
            return None
        self._own.reached(endpoint)
        place = on.place or Place(on.path)
        first = self._found_on.get(path)
        if self.at(path) is None or (first and _nearness(place) < _nearness(first)):
            self._found_on[path] = place
        return self._add(path, endpoint, {}, own_place=place) if self.at(path) is None else None

    def _is_published_later(self, path: str) -> bool:
        """Returns whether a path is that of a static file with a hash: `add_static_files` adds it."""
        plain, folder = plain_name(path), f"{self._site.url_prefix}/static/"
        return plain is not None and path.startswith(folder) and (
            self._site.copied.published("static", plain.removeprefix(folder)) == path.removeprefix(folder))

    def add_copy(self, path: str, endpoint: str, source: str, copy_of: Path) -> PlanEntry | None:
        """Adds a file that was made and is copied, unless another entry has its path, which is reported."""
        return self._add(path, endpoint, {}, source=source, copy_of=copy_of)

    def leave_out(self, file: str) -> None:
        """Removes the entry of a file that is not published after all."""
        del self._entries[file]

    def place_of(self, entry: PlanEntry) -> Place | None:
        """Returns the place of an entry's source; for a URL that was found by a link, the first file whose
        page links to it, else the first page, whatever the order of rendering."""
        return self._found_on.get(entry.path, entry.place)

    def report_unreached(self) -> None:
        """Warns of routes with arguments for which no URL was found."""
        self._own.report_awaited(self._problems)

    def _plan_host_files(self) -> frozenset[str]:
        """Plans the files for a host; returns the paths of the author's that become a part of them."""
        from coldpress.build.host_names import inner_files, merged_paths  # noqa: PLC0415  (few sites name a host)

        place = self._site.config_place("deploy", "host")
        for name in inner_files(self._site):
            self._take(PlanEntry(f"/{name}", "", name, own_place=place, is_made=True))
        return merged_paths(self._site)

    def add_made(self, path: str, file: str, place: Place | None) -> bool:
        """Adds a file that the build makes, unless another one has its place; returns whether it was added."""
        return self._take(PlanEntry(path, "", file, own_place=place, is_made=True)) is None

    def _plan_copies(self, merged: Collection[str]) -> None:
        site = self._site
        for path, asset in site.library.assets.items():
            if path in merged:
                continue
            self._add(site.url_prefix + path, site.endpoints["page"], {"page": path}, source=asset.name,
                      copy_of=asset.file)
        for name in STYLESHEETS:
            self._add_theme_file(name, None)
        for name in site.copied.files_in("theme", self._problems):
            self._add_theme_file(name, f"theme/{name}")
        for name in site.copied.files_in("static", self._problems):
            self._add(f"{site.url_prefix}/static/{name}", site.endpoints["static"], {"filename": name},
                      source=f"static/{name}", copy_of=site.copied.file("static", name))

    def _add_theme_file(self, name: str, source: str | None) -> None:
        """Plans a file of the theme.  Its plain name, at which a server answers too, is nobody else's."""
        entry = self._add_published("theme", name, source)
        path = f"{self._site.url_prefix}/theme/{name}"
        if entry and entry.path != path:
            self._claim(entry._replace(path=path, file=path.lstrip("/")))

    def add_static_files(self, names: Iterable[str]) -> list[PlanEntry]:
        """Adds the static files that pages and style sheets name, and all that these lead to, under their published
        names; returns the entries."""
        copied = self._site.copied
        found = copied.named_by([("static", name) for name in names] + copied.named_by_theme())
        entries = [self._add_published(folder, name, f"{folder}/{name}") for folder, name in found
                   if folder == "static" and copied.published(folder, name) != name]
        return [entry for entry in entries if entry]

    def _add_published(self, folder: str, name: str, source: str | None) -> PlanEntry | None:
        """Adds a file under its published name.  One that names others is rendered, as they have other names there."""
        site, copied = self._site, self._site.copied
        path = f"{site.url_prefix}/{folder}/{copied.published(folder, name)}"
        copy_of = copied.file(folder, name) if copied.is_copy(folder, name) else None
        return self._add(path, site.endpoints[folder], {"filename": name}, source=source, copy_of=copy_of)

    def _plan_site(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Plans the URLs of our views; returns the old URLs of the ledger, which give way to all others."""
        builder, kept = PathBuilder(self._app), self._site.library.kept.redirects
        waiting: list[tuple[str, str, Mapping[str, Any]]] = []
        lists = self._site.library.list_pages
        copied = {self._site.endpoints["theme"], self._site.endpoints["static"]}
        for endpoint, generator in self._site.generators.items():
            found: list[PlanEntry] = []
            for values in generator(self._site.library) if endpoint not in copied else ():
                page = values.get("page")
                # What `url_for` would say too, which a test holds us to; it takes twice the time.
                path = self._site.url_prefix + page.path if page else builder.path(endpoint, values)
                source = self._source_of(page or lists.get(path.removeprefix(self._site.url_prefix)))
                if page and kept and kept.get(page.path) is page:
                    waiting.append((path, endpoint, values))
                elif entry := self._entry(path, endpoint, values, source=source):
                    found.append(entry)
            self._put_all(found)
        return waiting

    def _plan_kept(self, kept: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Plans the redirects of old URLs that neither a file nor an own route answers."""
        for path, endpoint, values in kept:
            entry = PlanEntry(path, endpoint, file_of(path), values, source=self._source_of(values["page"]))
            if is_one_of(self._app, path, self._site.generators):
                self._take(entry)

    def _source_of(self, page: Page | Alias | Moved | None) -> str | None:
        """Returns the source of the page that an entry shows."""
        if isinstance(page, Alias):
            page = page.page
        return page.unrecorded.document.source.name if isinstance(page, Page) else None

    def _plan_own_routes(self) -> None:
        with recorder.recording() as reads:
            urls = list(self._own.urls())
        self.own_reads = tuple(reads)
        for endpoint, values in urls:
            path = self._path(endpoint, values)
            if (known := self.at(path)) is None or known.endpoint != endpoint:
                self._add(path, endpoint, values, own_place=self._own.place(endpoint))

    def _plan_redirects(self, rules: RedirectRules) -> None:
        """Plans the pages of redirects.  Whatever else has their place wins."""
        from coldpress.config.deploy import WITHOUT_REDIRECTS  # noqa: PLC0415  (most sites have no redirects)
        from coldpress.content.redirects import frozen_redirects  # noqa: PLC0415

        prefix = self._site.url_prefix
        pages = [entry.path.removeprefix(prefix) for entry in self._entries.values() if entry.file.endswith(".html")
                 and not isinstance(entry.values.get("page"), Alias | Moved)]
        for redirect in frozen_redirects(rules, pages):
            place = self._site.config_place("redirects", redirect.key)
            try:
                entry = PlanEntry(prefix + redirect.path, self._site.endpoints["page"], file_of(prefix + redirect.path),
                                  {"page": redirect}, own_place=place)
            except BadPath as reason:
                deploy = self._site.config.deploy
                if deploy is None or deploy.host in WITHOUT_REDIRECTS:
                    self._problems.warn("url.bad", f"no page can lead on from `{redirect.path}`: {reason}", place,
                                        "name a host that has redirects: `deploy: {host: …}`")
                continue
            if (other := self._take(entry)) and redirect.path == redirect.key:
                self._problems.warn("url.clash", f"the redirect `{redirect.path}` is the URL of {other.owner}, which "
                                    "wins", place, "take the redirect out", also=(other.place,) if other.place else ())

    def _path(self, endpoint: str, values: Mapping[str, Any]) -> str:
        return path_of(url_for(endpoint, **values)).removeprefix(path_of(self._site.script_root))

    def _add(self, path: str, endpoint: str, values: Mapping[str, Any], **more: Any) -> PlanEntry | None:
        """Adds an entry; returns it, or None for one that cannot be frozen or whose file is not free, which is
        reported."""
        entry = self._entry(path, endpoint, values, **more)
        return entry if entry and self._put(entry) else None

    def _entry(self, path: str, endpoint: str, values: Mapping[str, Any], **more: Any) -> PlanEntry | None:
        """Returns the entry of a path; None for one that cannot be frozen, which is reported."""
        try:
            file = asset_file_of(path) if more.get("copy_of") else self._file_of(path, endpoint)
        except BadPath as reason:
            place = PlanEntry(path, endpoint, "", values, **more).place
            self._problems.error("url.bad", f"`{path}` cannot be frozen: {reason}", place, reason.hint)
            return None
        return PlanEntry(path, endpoint, file, values, **more)

    def _put(self, entry: PlanEntry) -> bool:
        """Adds an entry, unless its file is not free, which is reported."""
        is_free = self._claim(entry)
        if is_free:
            self._entries[entry.file] = entry
        return is_free

    def _put_all(self, entries: Sequence[PlanEntry]) -> None:
        if self._claims.take_all(entries):
            self._entries.update((entry.file, entry) for entry in entries)
        else:
            for entry in entries:
                self._put(entry)

    def _claim(self, entry: PlanEntry) -> bool:
        """Claims the file of an entry; returns whether it is free, and reports a clash."""
        other = self._claims.take(entry)
        if other is not None:
            self._refuse(clash(entry, other))
        return other is None

    def _take(self, entry: PlanEntry) -> PlanEntry | None:
        """Adds an entry, or returns the one that is in its way."""
        other = self._claims.take(entry)
        if other is None:
            self._entries[entry.file] = entry
        return other

    def _file_of(self, path: str, endpoint: str) -> str:
        """Returns the output file of a path; that of a folder for a path of an own route such as `/user/ann`, which is
        reported once for the route."""
        try:
            return file_of(path)
        except OpenEnded:
            if endpoint in self._site.generators or self._site.config.links == "relative":
                raise
            file = file_of(f"{path}/")
            if endpoint not in self._without_slash:
                self._without_slash.add(endpoint)
                self._own.report_no_slash(endpoint, self._problems)
            return file

    def _refuse(self, problem: Problem) -> None:
        """Reports a clash, unless loading the content has reported it."""
        if _files(problem) not in self._told:
            self._problems.add(problem)


def _files(problem: Problem) -> list[str]:
    return sorted(place.path for place in (problem.place, *problem.also) if place)


def _nearness(place: Place) -> tuple[bool, object]:
    """Sort key of the places that link to a URL: files come before pages without a source,
    as a list only repeats links of the files it shows."""
    return place.path.startswith("/"), place.order()
