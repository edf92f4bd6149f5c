"""The Freezer: Frozen-Flask drives, our policy decides.

`freeze()` pulls URLs from the plan, requests each through Flask, and hands
the bytes to the output.  A page that fails becomes a problem and the others
go on, so that one run reports all.
"""

from __future__ import annotations

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
from coldpress.errors import Problems
from coldpress.freeze.answers import NO_HOST, check_answer, refuse_status
from coldpress.freeze.entry import Entry
from coldpress.freeze.failures import Failures
from coldpress.freeze.output import Output
from coldpress.freeze.plan import Plan
from coldpress.paths import url_of
from coldpress.report import Report
from coldpress.web.explain import explain
from coldpress.web.extension import Coldpress


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
        self._failures = Failures()
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
        self._problems.extend(self._failures.problems())

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
            self._failures.add(explain(reason, self._site), entry)
        else:
            self._take(entry, response, data)
            self._follow(entry)
        return self._output.stage_folder / entry.file

    def _take(self, entry: Entry, response: TestResponse, data: bytes) -> None:
        if response.status_code in (301, 302, 303, 307, 308):
            data = self._redirect_page(response.headers["Location"])
        elif response.status_code != 200:
            refuse_status(entry, response.status, self._problems)
            return
        else:
            check_answer(entry, response.mimetype, data, self._problems)
        self._output.stage(entry.file, data)

    def _redirect_page(self, location: str) -> bytes:
        with self.app.test_request_context(base_url=self.app.config["FREEZER_BASE_URL"]):
            return self._site.render("redirect.html", title=location, target=location, canonical=None).encode()

    def _follow(self, entry: Entry) -> None:
        links, self._links = self._links, []  # asking for their URLs is heard as well
        for endpoint, values in links:
            found = self._plan.found(endpoint, values, entry)
            if found:
                self._work.append(found)
