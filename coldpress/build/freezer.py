"""The adapter to Frozen-Flask, which walks the URLs of the plan's entries.

For each URL this module requests the page from the Flask app, records its reads, checks
the response and stages its bytes.  A page that fails becomes a problem, and the
next page follows, so that one run reports all problems.

Global state: Frozen-Flask's warning about missing URL generators is switched off while it walks.
"""

from __future__ import annotations

import random
import time
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context
from functools import cached_property
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, url_for
from flask_frozen import Freezer, MissingURLGeneratorWarning
from werkzeug.test import create_environ, run_wsgi_app
from werkzeug.wrappers import Response

from coldpress import recorder
from coldpress.build.originals import Mentions
from coldpress.build.output import Staging
from coldpress.build.plan_entry import PlanEntry
from coldpress.build.request_checks import (
    NO_HOST,
    NewVisitors,
    Write,
    check_answer,
    check_use,
    counting_requests,
    refuse_status,
    refused_token,
    session_written,
)
from coldpress.build.user_reads import UserReads
from coldpress.build.user_routes import UserRoutes
from coldpress.errors import Problem, Problems
from coldpress.paths import path_of, url_of
from coldpress.recorder import KeyNumbers
from coldpress.seeding import seeded
from coldpress.web.error_places import explain
from coldpress.web.kept_parts import PackedPart, noting_parts, packed_parts
from coldpress.web.relative_links import ASKED, with_relative_links
from coldpress.web.site import Site


class RouteLink(NamedTuple):
    """A URL of the user's own route that was built while a page was rendered."""

    endpoint: str
    path: str


class FrozenPage(NamedTuple):
    """A page that was requested: `reads` are packed numbers of keys; `is_staged` tells whether it is in
    the staging folder, unlike one that is published as it is; `failure` is the problem of a page that failed."""

    path: str
    reads: bytes = b""
    is_staged: bool = False
    digest: bytes = b""
    links: tuple[RouteLink, ...] = ()
    problems: tuple[Problem, ...] = ()
    failure: Problem | None = None
    seconds: float = 0.0
    parts: tuple[PackedPart, ...] = ()
    """The parts of it that the next build may take."""


def content_digest(data: bytes) -> bytes:
    """Returns the digest of a page's bytes."""
    return blake2b(data, digest_size=16).digest()


def pack(data: bytes) -> bytes:
    """Returns a page's bytes compressed, as the database keeps them."""
    return zlib.compress(data, 1)


def unpack(packed: bytes) -> bytes | None:
    """Returns the bytes of a page again; None if they are damaged."""
    try:
        return zlib.decompress(packed)
    except (zlib.error, TypeError):
        return None


class SiteFreezer(Freezer):  # type: ignore[misc]  # Frozen-Flask has no types
    """Freezes entries of the plan into the staging folder; `keys` numbers what they read."""

    def __init__(self, app: Flask, site: Site, stage: Staging, keys: KeyNumbers) -> None:
        self._site = site
        self._keys = keys
        self._stage = stage
        self._own_reads = UserReads(app, site)
        self._mentions = Mentions(site)
        self._own_routes = UserRoutes(app, site)
        self._visitors = NewVisitors(app)
        self._entries: Iterator[PlanEntry] = iter(())
        self._links: list[tuple[str, dict[str, Any]]] = []
        self._contents: dict[str, bytes] = {}
        self._frozen: FrozenPage
        self._entry: PlanEntry
        app.config.update(
            FREEZER_DESTINATION=str(stage.folder), FREEZER_BASE_URL=self._base_url(),
            FREEZER_REMOVE_EXTRA_FILES=False)
        super().__init__(app, with_static_files=False, with_no_argument_rules=False, log_url_for=False)
        # Flask's own `test_request_context` would import Click's tests, which an edit feels.
        self._environ = create_environ("/", app.config["FREEZER_BASE_URL"])

    def freeze_entries(self, entries: Iterable[PlanEntry]) -> Iterator[FrozenPage]:
        """Requests each entry in turn; entries may be added to `entries` meanwhile."""
        self._entries = iter(entries)
        with (self._listening(), counting_requests(self.app), self._visitors.only(), seeded(""),
              warnings.catch_warnings()):
            warnings.simplefilter("ignore", MissingURLGeneratorWarning)
            for _ in self.freeze_yield():
                yield self._frozen

    def take_contents(self) -> dict[str, bytes]:
        """Returns the packed bytes of the pages that were frozen since the last call, by path."""
        contents, self._contents = self._contents, {}
        return contents

    @cached_property
    def root(self) -> Path:
        """Returns the folder to which Frozen-Flask believes it writes."""
        return self._stage.folder

    def _base_url(self) -> str:
        base = self._site.config.base_url
        if base is None:
            return f"http://{NO_HOST}/"
        return base.rstrip("/").removesuffix(self._site.url_prefix) + "/"

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Lets exceptions through, and records the routes to which pages link."""
        config = self.app.config
        before = config["PROPAGATE_EXCEPTIONS"]
        hooks = self.app.url_default_functions.setdefault(None, [])
        config["PROPAGATE_EXCEPTIONS"] = True
        hooks.append(self._hear)
        try:
            yield
        finally:
            config["PROPAGATE_EXCEPTIONS"] = before
            hooks.remove(self._hear)

    def _hear(self, endpoint: str, values: dict[str, Any]) -> None:
        if endpoint not in self._site.generators:
            self._links.append((endpoint, values.copy()))

    def _generate_all_urls(self) -> Iterator[tuple[str, None, None]]:
        """The URLs, as Frozen-Flask pulls them; it would hold a request context
        open round all of them, and so give all pages one ``g``."""
        for entry in self._entries:
            self._entry = entry
            yield url_of(entry.path), None, None

    def _build_one(self, url: str, last_modified: object = None) -> Path:
        """Requests one URL and stages its file; Frozen-Flask calls this.

        Each page has an empty context, as the first request of a server has: with an
        app context around the build, Flask would give all pages one ``g``, and would
        end it once.  Each page also has random numbers of its own.
        """
        Context().run(self._freeze, self._entry)
        return self.root / self._entry.file

    def _freeze(self, entry: PlanEntry) -> None:
        started = time.perf_counter()
        self._links.clear()
        self._visitors.write = None
        random.seed(entry.path)
        with noting_parts() as parts, recorder.recording() as reads:
            registry = self._site.registry
            for plugin in (*registry.everywhere, *filter(None, [registry.endpoints.get(entry.endpoint)])):
                recorder.read("plugin", plugin)
            try:
                response = self._answer(entry.path)
                data = response.get_data()
            except (Exception, SystemExit) as reason:  # noqa: BLE001  (whatever a view or template may raise)
                token = refused_token(reason)
                failure = self._written(entry, token) if token else explain(reason, self._site)
                self._frozen = FrozenPage(entry.path, failure=failure)
            else:
                self._frozen = self._take(entry, response, data, reads, started)
                if parts and not self._frozen.failure:
                    with recorder.unrecorded():
                        self._frozen = self._frozen._replace(
                            parts=tuple(packed_parts(entry.path, parts, self._site.library)))

    def _answer(self, path: str) -> Response:
        """Ask for a path; a test client would, in twice the time."""
        url = self._environ["SCRIPT_NAME"] + url_of(path)
        environ = {**self._environ, "PATH_INFO": path.encode().decode("latin-1"), "REQUEST_URI": url, "RAW_URI": url,
                   "wsgi.input": BytesIO()}
        if self._site.config.links == "relative":
            environ[ASKED] = True
        body, status, headers = run_wsgi_app(self.app.wsgi_app, environ, buffered=True)
        return Response(body, status, headers)

    def _with_links(self, entry: PlanEntry, data: bytes) -> bytes:
        """Returns a page with links as the site wants them.  A host shows the page 404 at any path, where relative
        links would lead elsewhere."""
        if self._site.config.links != "relative" or entry.endpoint == self._site.endpoints["not_found"]:
            return data
        text, root = data.decode(errors="surrogateescape"), self._site.script_root
        return with_relative_links(text, root + url_of(entry.path), root).encode(errors="surrogateescape")

    def _take(self, entry: PlanEntry, response: Response, data: bytes, reads: recorder.Reads, started: float
              ) -> FrozenPage:
        problems = Problems()
        if response.status_code in (301, 302, 303, 307, 308):
            if entry.endpoint not in self._site.generators:  # ours have a page as their text
                data = self._redirect_page(response.headers["Location"])
        elif response.status_code != 200:
            refuse_status(entry, response.status, problems)
        else:
            check_answer(entry, response.mimetype, data, problems)
        self._mentions.record(entry, response.mimetype, data)
        if response.mimetype == "text/html":
            data = self._with_links(entry, data)
            if csp := self._site.config.csp:
                from coldpress.build.policy_checks import check_policy  # noqa: PLC0415  (most sites have none)

                check_policy(entry, csp, data, problems)
        with recorder.unrecorded():
            check_use(entry, reads, problems)
            if self._visitors.write:
                return FrozenPage(entry.path, failure=self._written(entry, self._visitors.write))
            self._contents[entry.path] = pack(data)
            return FrozenPage(
                entry.path, self._keys.packed(self._own_reads.settled(entry, reads)),
                is_staged=not problems.errors and self._stage.put(entry.file, data),
                digest=content_digest(data), links=self._linked_routes(),
                problems=tuple(problems), seconds=time.perf_counter() - started)

    def _written(self, entry: PlanEntry, write: Write) -> Problem:
        view = None if entry.endpoint in self._site.generators else self._own_routes.place(entry.endpoint)
        return session_written(entry, write, view, self._site)

    def _redirect_page(self, location: str) -> bytes:
        with self.app.request_context({**self._environ}):
            return self._site.render("redirect.html", title=location, target=location, canonical=None).encode()

    def _linked_routes(self) -> tuple[RouteLink, ...]:
        """Returns the URLs of the user's own routes that were built for the page."""
        if not self._links:
            return ()
        links, self._links = self._links, []  # asking for their URLs is heard as well
        with self.app.request_context(create_environ("/", f"http://localhost{self._site.script_root}")):
            root = path_of(self._site.script_root)
            found = [RouteLink(endpoint, path_of(url_for(endpoint, **values)).removeprefix(root))
                     for endpoint, values in links]
        self._links.clear()
        return tuple(dict.fromkeys(found))
