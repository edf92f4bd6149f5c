"""The preview: what was saved is what is shown, and no mistake ends it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from conftest import PREVIEWED as SITE
from conftest import wait_until

from coldpress.commands.serve import free_port

REPOSITORY = Path(__file__).parents[1]


def without_scripts(html):
    return re.sub(r"<script.*?</script>", "", html)


def test_pages_assets_lists_and_404_are_shown(browse):
    browser = browse()
    assert "One." in browser.get("/posts/a/").text
    assert "First" in browser.get("/").text
    assert browser.get("/pic.png").data == b"p"
    assert browser.get("/static/x.css").text == "old"
    assert browser.get("/nowhere/").status_code == 404
    assert "Page not found" in browser.get("/nowhere/").text
    assert browser.get("/about").status_code == 308
    assert browser.get("/about/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("edit", "path", "shown"), [
    ({"content/posts/2026-01-02-a.md": "---\ntitle: First\n---\nTwo, changed."}, "/posts/a/", "Two, changed."),
    ({"content/posts/2026-01-05-new.md": "---\ntitle: Brand new\n---\nHi."}, "/posts/new/", "Brand new"),
    ({"content/posts/2026-01-05-new.md": "---\ntitle: Brand new\n---\nHi."}, "/posts/", "Brand new"),
    ({"templates/post.html": "OWN {{ page.title }}"}, "/posts/a/", "OWN First"),
    ({"templates/partials/head.html": "<meta name=mine>"}, "/about/", "<meta name=mine>"),
    ({"config.yaml": "title: Renamed\n"}, "/about/", "Renamed"),
    ({"static/x.css": "new one"}, "/static/x.css", "new one"),
    ({"content/pic.png": "another"}, "/pic.png", "another"),
    ({"content/docs/_index.md": "# Docs"}, "/docs/", "Docs"),
    ({"build.py": "import coldpress\ndef create_app():\n    app = coldpress.create_app(__file__)\n"
                  "    app.add_url_rule('/own/', 'own', lambda: 'own route')\n    return app\n"}, "/own/", "own route"),
])
def test_what_was_saved_is_shown_on_the_next_request(browse, edit, path, shown):
    browser = browse()
    assert shown not in browser.get(path).text
    assert shown in browser.edit(edit).get(path).text


def test_what_was_removed_is_gone(browse):
    browser = browse({**SITE, "templates/post.html": "OWN"})
    assert browser.get("/posts/a/").text.startswith("OWN<coldpress-preview")
    browser.edit({"templates/post.html": None})
    assert "One." in browser.get("/posts/a/").text
    browser.edit({"content/about.md": None})
    assert browser.get("/about/").status_code == 404


@pytest.mark.parametrize(("broken", "mended", "said"), [
    ({"content/about.md": "---\ntitle: [\n---\n"}, {"content/about.md": "Me again."}, "content/about.md:"),
    ({"templates/page.html": "\n{{ nothing }}"}, {"templates/page.html": "fine: Me"}, "templates/page.html:2"),
    ({"templates/page.html": "{% if %}"}, {"templates/page.html": "Me"}, "template.syntax"),
    ({"config.yaml": "title: ["}, {"config.yaml": "title: T"}, "config.yaml:1"),
    ({"config.yaml": "titel: x"}, {"config.yaml": "title: T"}, "did you mean `title`?"),
    ({"build.py": "1 / 0"}, {"build.py": "import coldpress\ndef create_app():\n"
                                         "    return coldpress.create_app(__file__)\n"}, "ZeroDivisionError"),
    ({"content/b.md": "---\npermalink: /about/\n---\n"}, {"content/b.md": "B."}, "url.clash"),
])
def test_a_mistake_is_shown_and_the_preview_recovers(browse, broken, mended, said):
    browser = browse()
    answer = browser.edit(broken).get("/about/")
    assert answer.status_code == 500
    assert said in re.sub(r"<[^>]*>", "", without_scripts(answer.text))
    recovered = browser.edit(mended).get("/about/")
    assert recovered.status_code == 200
    assert "Me" in recovered.text


def test_a_preview_can_start_broken(browse):
    assert "ZeroDivisionError" in browse({**SITE, "build.py": "1 / 0"}).get("/about/").text


def test_what_a_problem_shows_is_escaped(browse):
    browser = browse({**SITE, "templates/page.html": "<script>alert(1)</script>{{ nothing }}"})
    assert "&lt;script&gt;" in browser.get("/about/").text
    assert "<script>alert" not in browser.get("/about/").text


@pytest.mark.parametrize("path", ["/", "/about/", "/pic.png", "/nowhere/"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example"])
def test_a_foreign_host_is_refused(browse, host, path):
    assert browse().get(path, host=host).status_code == 400


def test_a_foreign_host_sees_no_problems_either(browse):
    browser = browse({**SITE, "content/b.md": "---\ntitle: [secret\n---\n"})
    assert "secret" not in browser.get("/", host="evil.example").text


@pytest.mark.parametrize("host", ["localhost", "localhost:8001", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machine_s_own_names_are_served(browse, host):
    assert browse().get("/about/", host=host).status_code == 200


def test_a_sub_path_is_kept(browse):
    browser = browse(config="base_url: https://example.org/blog/\n")
    assert browser.preview.prefix == "/blog"
    assert browser.get("/").headers["Location"].endswith("/blog/")
    page = browser.get("/blog/posts/a/")
    assert 'href="/blog/theme/theme.' in page.text
    assert browser.get("/blog/static/x.css").text == "old"
    assert browser.get("/blogger/").status_code == 302
    assert browser.get("/blog/about").headers["Location"].endswith("/blog/about/")
    assert browser.get("/blog").status_code in (200, 308)


def test_drafts_are_shown_when_asked_for(browse):
    files = {**SITE, "content/posts/2026-02-02-d.md": "---\ndraft: true\n---\nHush."}
    assert browse(files).get("/posts/d/").status_code == 404
    assert "Hush." in browse(files, drafts=True).get("/posts/d/").text


def test_the_preview_writes_no_output(browse):
    browser = browse()
    browser.get("/")
    assert not (browser.site.root / "site").exists()


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def hear_interrupts():
    """A test run in the background of a shell passes on that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")
def test_one_real_server_answers_over_http(make_site):
    site = make_site(SITE)
    port = free_port("127.0.0.1", 18000 + os.getpid() % 10000)
    with subprocess.Popen([sys.executable, "-m", "coldpress", "serve", "-p", str(port)], cwd=site.root,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=hear_interrupts,  # noqa: PLW1509  (this process has one thread)
                          env={**os.environ, "PYTHONPATH": str(REPOSITORY)}) as server:
        try:
            url = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
            assert url == f"http://127.0.0.1:{port}/"
            assert "One." in fetch(f"{url}posts/a/")
            site.edit({"content/about.md": "Changed while it runs."})
            wait_until(lambda: "Changed while it runs." in fetch(f"{url}about/"))
        finally:
            server.send_signal(signal.SIGINT)
            try:
                code = server.wait(10)
            finally:
                server.kill()
        assert code == 0
        assert "Traceback" not in server.stderr.read()
