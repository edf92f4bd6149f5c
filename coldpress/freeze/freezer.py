"""The Freezer: Frozen-Flask drives, our policy decides.

`freeze()` pulls URLs from the plan, requests each through Flask, and hands
the bytes to the output.  A page that fails becomes a problem and the others
go on, so that one run reports all.
"""

from __future__ import annotations

import mimetypes
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_frozen import Freezer, MissingURLGeneratorWarning
from werkzeug.test import TestResponse

from coldpress import recorder
from coldpress.errors import Place, Problem, Problems
from coldpress.freeze.output import Output
from coldpress.freeze.plan import Entry, Plan
from coldpress.paths import url_of
from coldpress.report import Report
from coldpress.web.explain import explain
from coldpress.web.extension import Coldpress

NO_HOST = "coldpress.invalid"
"""The host while `base_url` is unknown (RFC 6761: never a real one)."""


class SiteFreezer(Freezer):  # type: ignore[misc]  # Frozen-Flask has no types
    """Freezes a plan into an output.  `rendered` are the paths requested."""

    def __init__(self, app: Flask, site: Coldpress, plan: Plan, output: Output, problems: Problems,
                 report: Report) -> None:
        self._site = site
        self._plan = plan
        self._output = output
        self._problems = problems
        self._report = report
        self._work: deque[Entry] = deque()
        self._links: list[tuple[str, dict[str, Any]]] = []
        self._failures: dict[Problem, list[Entry]] = {}
        self.rendered: list[str] = []
        app.config.update(
            FREEZER_DESTINATION=str(output.stage_folder), FREEZER_BASE_URL=self._base_url(),
            FREEZER_REMOVE_EXTRA_FILES=False)
        super().__init__(app, with_static_files=False, with_no_argument_rules=False, log_url_for=False)
        self.register_generator(self._urls)
        self._client: FlaskClient = app.test_client(use_cookies=False)

    def _base_url(self) -> str:
        base = self._site.config.base_url
        if base is None:
            return f"http://{NO_HOST}/"
        return base.rstrip("/").removesuffix(self._site.url_prefix) + "/"

    def render(self) -> None:
        """Request every URL of the plan, and those found on the way."""
        self._work.extend(entry for entry in self._plan.entries if entry.copy_of is None)
        with self._listening(), warnings.catch_warnings():
            warnings.simplefilter("ignore", MissingURLGeneratorWarning)
            for page in self.freeze_yield():
                self._report.progress(len(self.rendered), len(self.rendered) + len(self._work), page.url)
        self._plan.report_unreached()
        for problem, entries in self._failures.items():
            self._problems.add(_with_pages(problem, entries))

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Let exceptions through, and hear which routes pages link to."""
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

    def _urls(self) -> Iterator[str]:
        while self._work:
            yield url_of(self._work[0].path)

    def _build_one(self, url: str, last_modified: object = None) -> Path:
        """Request one URL and stage its file; Frozen-Flask calls this."""
        entry = self._work.popleft()
        self.rendered.append(entry.path)
        self._links.clear()
        try:
            with recorder.recording():
                response = self._client.get(url_of(entry.path), base_url=self.app.config["FREEZER_BASE_URL"])
                data = response.get_data()
        except Exception as reason:  # noqa: BLE001  (whatever a view or template may raise)
            self._failures.setdefault(explain(reason, self._site), []).append(entry)
        else:
            self._take(entry, response, data)
            self._follow(entry)
        return self._output.stage_folder / entry.file

    def _take(self, entry: Entry, response: TestResponse, data: bytes) -> None:
        if response.status_code in (301, 302, 303, 307, 308):
            data = self._redirect_page(response.headers["Location"])
        elif response.status_code != 200:
            self._problems.error(
                "route.status", f"`{entry.path}` answers {response.status}", entry.place,
                "it is linked to from here, and nothing is there" if response.status_code == 404
                else "mark its view @coldpress.live if it is not to be frozen")
            return
        else:
            self._check(entry, response.mimetype, data)
        self._output.stage(entry.file, data)

    def _redirect_page(self, location: str) -> bytes:
        with self.app.test_request_context(base_url=self.app.config["FREEZER_BASE_URL"]):
            return self._site.render("redirect.html", title=location, target=location, canonical=None).encode()

    def _check(self, entry: Entry, mimetype: str | None, data: bytes) -> None:
        guessed = mimetypes.guess_type(entry.file)[0]
        if guessed and guessed != mimetype and not {guessed, mimetype} <= _XML:
            self._problems.warn("route.type", f"`{entry.path}` answers {mimetype} but is written to `{entry.file}`",
                                entry.place, "give the route the ending of what it answers")
        if NO_HOST.encode() in data:
            self._problems.error("route.no-base-url", f"`{entry.path}` needs a whole URL, and there is no `base_url`",
                                 entry.place, "set `base_url` in config.yaml")

    def _follow(self, entry: Entry) -> None:
        links, self._links = self._links, []  # asking for their URLs is heard as well
        for endpoint, values in links:
            found = self._plan.found(endpoint, values, entry)
            if found:
                self._work.append(found)


_XML = {"application/xml", "text/xml", "application/atom+xml", "application/rss+xml"}


def _with_pages(problem: Problem, entries: list[Entry]) -> Problem:
    """A failure with the first page it came up on, and how many more."""
    first = entries[0].place or Place(entries[0].path)
    also = (*problem.also, first) if first.path != (problem.place.path if problem.place else None) else problem.also
    message = problem.message
    if len(entries) > 1:
        message += f" (on {len(entries):,} pages)"
    return Problem(problem.code, message, problem.place or first, problem.hint, problem.severity,
                   also if problem.place else (), problem.traceback)


def freeze_copies(plan: Plan, output: Output, problems: Problems) -> int:
    """Stage every file of the plan that is a plain copy; tells how many."""
    count = 0
    for entry in plan.entries:
        if entry.copy_of is not None:
            count += 1
            try:
                output.stage_copy(entry.file, entry.copy_of)
            except OSError as reason:
                problems.error("source.unreadable", f"cannot copy this file: {reason.strerror}", entry.place)
    return count


