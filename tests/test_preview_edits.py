"""After every edit the preview shows what an app that was just made shows, and
tells each open page that is another now."""

from __future__ import annotations

import os
import random
import re

import pytest
from conftest import Browser
from random_site import CLOCK, EDITS, OF_SOURCES, RandomSite
from test_preview import CLIENT
from test_random_edits import SEED, apply, forgetting_modules
from werkzeug.test import Client

from coldpress.build.context import BuildContext
from coldpress.config.loader import RunOptions
from coldpress.errors import ColdpressError
from coldpress.report import Report
from coldpress.web.environment import seeded

EDITS_WANTED = int(os.environ.get("COLDPRESS_EDITS", "0")) or 6
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
FEEDS = ("/feed.xml", "/feed.json")
OPTIONS = {"clock": CLOCK, "drafts": True}


def as_made_anew(root):
    """The answers at the paths of all pages and feeds, of an app just made; None
    for a site with errors."""
    try:
        app, site = BuildContext(None, RunOptions(**OPTIONS, site="coldpress"), Report(quiet=True), root).make_app()
    except ColdpressError:
        return None
    if any(problem.is_error for problem in site.snapshot.problems):
        return None
    app.config["PROPAGATE_EXCEPTIONS"] = True
    client, prefix = app.test_client(use_cookies=False), site.script_root
    library = site.snapshot.library
    paths = [site.url_prefix + page.path for page in library.all_pages]
    paths += ["/", "/posts/", "/tags/", "/archive/", *FEEDS]
    found = {}
    for path in paths:
        with seeded(path):  # the module `random` is a frozen page's own, not a served one's
            answer = client.get(path, base_url=f"http://localhost{prefix}/")
        found[prefix + path] = answer.status_code, answer.data
    return found


def ident_of(answer):
    return re.search(rb'data-render="([^"]+)"', answer.data)[1].decode()


@pytest.mark.parametrize("only", ["bodies and titles", "every source"])
def test_the_preview_is_what_an_app_made_anew_is(tmp_path, capsys, only):
    root = tmp_path / "site"
    root.mkdir()
    rng = random.Random(SEED)
    with forgetting_modules(root):
        site = RandomSite(root, rng, 14)
        browser = Browser(type("Folder", (), {"root": root})(), **OPTIONS)
        preview = browser.preview
        browser.client = Client(preview, use_cookies=False)  # each request is a new visitor's
        names = OF_SOURCES if only == "every source" else [
            "body", "body_of_about", "body_at_the_end", "first_paragraph", "heading", "more_mark", "title", "body"]
        shown, compared = {}, 0
        for _ in range(EDITS_WANTED):
            name = rng.choice([name for name in names if name in EDITS])
            done = apply(site, name)
            changed = browser.look()
            before = preview._current.revision.app
            if changed:
                preview.take(changed)
            anew = as_made_anew(root)
            if anew is None:
                assert preview._current.errors, (name, done)
                continue
            assert not preview._current.errors, (name, done)
            moment = preview._current.revision
            renders = {path: preview._responder.renders.get(ident) for path, (ident, _) in shown.items()}
            told = {path: render is None or before is not moment.app or bool(render.changes(moment))
                    for path, render in renders.items()}
            for path, (status, data) in anew.items():
                with seeded(path.removeprefix(preview._current.revision.site.script_root)):
                    answer = browser.get(path)
                html = CLIENT.sub(b"", answer.data)
                if status >= 300 and answer.status_code == status:
                    continue
                assert (answer.status_code, html) == (status, data), (name, done, path)
                if path in shown and shown[path][1] != html:
                    assert told[path], f"{path} was not told of {name}: {done}"
                if answer.mimetype == "text/html":
                    shown[path] = ident_of(answer), html
                compared += 1
    assert compared > 100
