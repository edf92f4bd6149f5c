"""The preview is the app: the same bytes, the same hooks, and no door for others."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import PREVIEWED as SITE
from conftest import REPOSITORY, Browser, wait_until
from everything_site import everything
from test_metadata import PNG
from test_pictures import photo
from test_python_markdown import SHOUT_FROM_A_FILE
from test_serve import without_scripts
from werkzeug.test import Client

from coldpress.build.context import BuildContext
from coldpress.commands.serve import serve
from coldpress.config.loader import RunOptions
from coldpress.errors import ColdpressError, UsageError
from coldpress.preview.overlay import LINKS, Editor
from coldpress.preview.server import Preview, RequestGuard
from coldpress.preview.static_host import StaticHost
from coldpress.preview.watcher import ChangeScanner, WatchedPaths, Watcher
from coldpress.report import Report

CLIENT = re.compile(rb'<coldpress-preview.*?</coldpress-preview><script type="module" src="[^"]*"></script>', re.S)


def problems(answer):
    return re.sub(r"<[^>]*>", "", without_scripts(answer.text))


# The same bytes.

def same_as_frozen(site):
    """How many pages there are; each is in the preview as it is frozen, but for the client."""
    built = site.build()
    assert built.code == 0
    preview = Browser(site)
    pages = 0
    for entry in built.data["pages"]:
        answer = preview.get(entry["url"])
        if answer.status_code in (301, 302, 307, 308):
            continue  # a page that leads there, when frozen
        frozen = (site.root / "site" / entry["file"]).read_bytes()
        shown, clients = CLIENT.subn(b"", answer.data)
        assert shown == frozen, entry
        assert clients == (entry["file"].endswith(".html")), entry
        pages += clients
    return pages


@pytest.mark.parametrize("base_url", ["https://example.org/", "https://example.org/blog/"])
def test_every_page_is_the_frozen_one_but_for_the_client(make_site, base_url):
    every = everything("zh-Hans")
    config = re.sub(r"base_url: .*", f"base_url: {base_url}", every.pop("config.yaml"))
    assert same_as_frozen(make_site(every, config)) > 30


def test_so_is_every_page_of_docs_from_mkdocs(make_site):
    site = make_site({})
    shutil.copytree(Path(__file__).parent / "sites/mkdocs", site.root, dirs_exist_ok=True)
    assert same_as_frozen(site) > 40


def test_so_is_every_page_of_our_own_site(make_site):
    site = make_site({})
    for name in ("content", "templates", "static"):
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, site.root / name, dirs_exist_ok=True)
    for name in ("build.py", "config.yaml", "requirements.txt"):
        shutil.copyfile(REPOSITORY / name, site.root / name)
    assert same_as_frozen(site) > 30


def test_the_app_gets_no_route_and_the_site_no_byte(browse):
    browser = browse()
    app = browser.preview._current.revision.app
    assert not [rule.rule for rule in app.url_map.iter_rules() if "_coldpress" in rule.rule]
    browser.get("/")
    assert browser.site.build().code == 0
    assert not [name for name, data in browser.site.files().items() if b"_coldpress" in data or "_coldpress" in name]


OWN = """\
import coldpress
from flask import flash, redirect, request, session


def create_app():
    app = coldpress.create_app(__file__)
    app.secret_key = "test"

    @app.before_request
    def count():
        session["seen"] = session.get("seen", 0) + 1

    @app.after_request
    def mark(response):
        response.headers["X-Mine"] = str(session["seen"])
        return response

    @app.route("/form/", methods=["GET", "POST"])
    @coldpress.live
    def form():
        if request.method == "POST":
            session["name"] = request.form["name"]
            return redirect("/form/")
        return f"<form method=post>{session.get('name', 'nobody')}</form>"

    @app.route("/stream/")
    @coldpress.live
    def stream():
        def lines():
            for number in range(3):
                yield f"line {number};"
        return lines(), {"Content-Type": "text/plain"}

    closed = []

    @app.route("/streamed/")
    @coldpress.live
    def streamed():
        response = app.response_class(f"<p>{number}" for number in range(2))
        response.call_on_close(lambda: closed.append(1))
        return response

    @app.route("/closed/")
    @coldpress.live
    def how_many():
        return str(len(closed))

    return app
"""


def test_hooks_sessions_and_forms_run_as_they_would(browse):
    browser = browse({**SITE, "build.py": OWN})
    assert browser.get("/about/").headers["X-Mine"] == "1"
    assert browser.get("/static/x.css").headers["X-Mine"] == "2"
    assert "nobody" in browser.get("/form/").text
    sent = browser.client.post("/form/", data={"name": "Ann"}, headers={"Host": "localhost"}, buffered=True)
    assert sent.status_code == 302
    shown = browser.get("/form/")
    assert "<form method=post>Ann</form><coldpress-preview" in shown.text
    assert shown.headers["X-Mine"] == "5"
    assert browser.get("/stream/").text == "line 0;line 1;line 2;"
    assert browser.get("/streamed/").text.startswith("<p>0<p>1<coldpress-preview")
    assert browser.get("/closed/").text.startswith("1<")


def test_what_a_script_fetches_is_left_as_it_is(browse):
    answer = browse().get("/about/", **{"Sec-Fetch-Dest": "empty"})
    assert "_coldpress" not in answer.text


def test_a_file_asked_for_by_its_digest_may_be_kept(browse):
    browser = browse()
    page = browser.get("/about/").text
    url = re.search(r'href="(/theme/theme\.\w+\.css)"', page)[1]
    assert "immutable" in browser.get(url).headers["Cache-Control"]
    assert browser.get("/theme/theme.a000000000.css").headers["Cache-Control"] == "no-store"
    client = re.search(r'src="(/_coldpress/preview\.js\?v=\w+)"', page)[1]
    assert "immutable" in browser.get(client).headers["Cache-Control"]


# Problems.

def test_a_page_says_what_a_build_would_say_of_it(browse):
    browser = browse({**SITE, "content/about.md": "Me. [x](nowhere.md) [home](/) [tags](/tags/none/)"})
    answer = browser.get("/about/")
    assert answer.status_code == 200
    assert "2 warnings" in problems(answer)
    assert "nowhere.md" in problems(answer)
    browser.edit({"content/about.md": "Me."})
    assert "warning" not in problems(browser.get("/about/"))


def test_a_failing_template_is_shown_over_the_page_as_it_was(browse):
    browser = browse()
    assert "Me." in browser.get("/about/").text
    browser.edit({"templates/page.html": "\n{{ nothing }}"})
    answer = browser.get("/about/")
    assert answer.status_code == 500
    assert "Me." in answer.text
    said = problems(answer)
    assert "templates/page.html:2:4" in said
    assert "content/about.md" in said
    assert "{{ nothing }}" in said
    browser.edit({"templates/page.html": "{{ page.html }}", "templates/components/box.html": "{{ nothing }}",
                  "content/about.md": "\n:::box\nMe.\n:::\n"})
    said = problems(browser.get("/about/"))
    places = re.findall(r"(?:content|templates)/[a-z/]+\.(?:html|md)(?::\d:\d)?", said)
    assert places == ["templates/components/box.html:1:4", "content/about.md:2:1"], "each of them once"


def test_content_with_a_mistake_stays_as_it_was(browse):
    browser = browse()
    browser.get("/about/")
    browser.edit({"content/about.md": "---\ntitle: [\n---\nBroken."})
    assert "Me." in browser.get("/about/").text
    assert "content/about.md:2:8" in problems(browser.get("/posts/a/"))
    browser.edit({"content/posts/2026-01-02-a.md": "---\ntitle: First\n---\nEdited."})
    browser.edit({"content/about.md": "Mended."})
    assert "Mended." in browser.get("/about/").text
    assert "Edited." in browser.get("/posts/a/").text


def test_the_content_folder_may_go_and_come_back(browse):
    browser = browse()
    browser.get("/about/")
    browser.site.root.joinpath("content").rename(browser.site.root / "elsewhere")
    browser.preview.take(browser.look())
    answer = browser.get("/about/")
    assert (answer.status_code, "Me." in answer.text) == (500, True)
    assert "there is no folder `content`" in problems(answer)
    assert "there is no folder `content`" in problems(browser.get("/posts/a/"))  # which was never shown
    browser.site.root.joinpath("elsewhere").rename(browser.site.root / "content")
    browser.preview.take(browser.look())
    assert browser.get("/posts/a/").status_code == 200


def test_a_setting_with_a_mistake_leaves_the_rest_as_it_was(browse):
    browser = browse()
    browser.edit({"config.yaml": "titel: x\n"})
    browser.edit({"content/about.md": "Me, edited."})
    assert "did you mean `title`?" in problems(browser.get("/about/"))
    browser.edit({"config.yaml": "title: Mine\n"})
    answer = browser.get("/about/")
    assert "Mine" in answer.text
    assert "Me, edited." in answer.text
    assert answer.status_code == 200


def test_mistakes_of_every_kind_are_shown_together(browse):
    browser = browse()
    browser.get("/about/")
    browser.edit({"config.yaml": "titel: x\n", "content/x.md": "---\ntitle: [\n---\n",
                  "templates/page.html": "{{ nothing }}"})
    said = problems(browser.get("/about/"))
    for part in ("3 errors", "did you mean `title`?", "content/x.md:2:8", "templates/page.html:1"):
        assert part in said
    browser.edit({"config.yaml": "title: x\n"})
    assert "2 errors" in problems(browser.get("/about/"))
    browser.edit({"content/x.md": None, "templates/page.html": "Fine."})
    assert browser.get("/about/").status_code == 200


def test_problems_are_told_once_in_the_terminal(browse, capsys):
    browser = browse()
    browser.edit({"templates/page.html": "{{ nothing }}"})
    capsys.readouterr()
    for _ in range(3):
        browser.get("/about/")
    assert capsys.readouterr().err.count("template.undefined") == 1
    browser.edit({"templates/page.html": "Fine."})
    browser.get("/about/")
    assert "Mended: /about/" in capsys.readouterr().out


def test_a_script_that_fetches_is_told_in_plain_text(browse):
    browser = browse({**SITE, "templates/page.html": "{{ nothing }}"})
    answer = browser.get("/about/", **{"Sec-Fetch-Dest": "empty"})
    assert answer.mimetype == "text/plain"
    assert answer.text.startswith("error[template.undefined]")


def test_pictures_that_are_damaged_or_not_there_are_told(browse):
    browser = browse({**SITE, "content/about.md": "![A](a.png)\n", "content/a.png": photo(60, 40, "PNG"),
                      "templates/page.html": "{% extends 'theme/page.html' %}{% block body %}{{ super() }}"
                                             "{{ picture('/no.png') }}{% endblock %}"})
    assert "image.damaged" not in problems(browser.get("/about/"))
    browser.edit({"content/a.png": photo(60, 40, "PNG")[:60]})
    said = problems(browser.get("/about/"))
    assert "content/a.png" in said and "image.damaged" in said
    assert "a template shows the picture `/no.png`, and nothing is there" in said
    browser.edit({"content/no.png": photo(60, 40, "PNG"), "content/a.png": photo(60, 40, "PNG")})
    assert "warning" not in problems(browser.get("/about/"))


def test_every_warning_of_a_build_is_on_the_page(browse):
    browser = browse({**SITE, "content/about.md": "---\ndratf: true\nlayout: wied\n---\n[d](d.md)",
                      "content/d.md": "---\ndraft: true\n---\n[a](about.md)"},
                     "base_url: https://example.org/\nmenu:\n  - About: abuot.md\n", drafts=True)
    said = problems(browser.get("/about/"))
    for part in ("did you mean `draft`?", "there is no template `wied.html`", "leads nowhere: `abuot.md`",
                 "`d.md` is a draft"):
        assert part in said
    browser.edit({"templates/wied.html": "{% extends 'theme/page.html' %}"})
    assert "wied.html" not in problems(browser.get("/about/"))
    assert "dratf" not in problems(browser.get("/d/"))
    assert "is a draft" not in problems(browser.get("/d/"))
    assert "link.draft" in browser.get("/about/").text
    codes = {problem["code"] for problem in browser.site.build("--strict").problems}
    assert {"front-matter.unknown-key", "config.menu"} <= codes


def test_a_page_whose_file_is_broken_has_no_warnings_at_old_lines(browse):
    browser = browse({**SITE, "content/about.md": "Me. [x](nowhere.md)"})
    assert "1 warning" in problems(browser.get("/about/"))
    browser.edit({"content/about.md": "---\ntitle: [\n---\nMe."})
    assert "1 error" in problems(browser.get("/about/"))
    assert "nowhere.md" not in problems(browser.get("/about/"))


def test_a_syntax_error_is_at_its_place_in_its_file(browse):
    browser = browse({**SITE, "build.py": "import other\n" + FAILING, "other.py": "x = 1\n"})
    browser.get("/about/")
    browser.edit({"other.py": "x = 1\ndef f(:\n    pass\n"})
    assert "other.py:2:7" in problems(browser.get("/about/"))
    browser.edit({"other.py": "x = 1\n"})
    assert browser.get("/about/").status_code == 200
    browser.edit({"build.py": FAILING.replace("    return app", "    return app(")})
    assert "build.py:7:15" in problems(browser.get("/about/"))


def test_posts_that_are_not_shown_are_named(browse, capsys):
    browser = browse({**SITE, "content/posts/2190-01-01-late.md": "Later."})
    browser.preview.tell_left_out()
    assert "Not shown: content/posts/2190-01-01-late.md (scheduled)" in capsys.readouterr().out
    browser.edit({"content/about.md": "Me, edited."})
    assert "Not shown" not in capsys.readouterr().out


# No door for others.

@pytest.mark.parametrize("path", ["/..%2fconfig.yaml", "/static/..%2fconfig.yaml", "/theme/..%2f..%2fsite.py",
                                  "/static/..%2f..%2f..%2fetc/passwd", "/%2e%2e/config.yaml", "/content/about.md",
                                  "/static/%2e%2e%2fconfig.yaml", "/static//etc/passwd", "/config.yaml"])
def test_no_path_leads_out(browse, path):
    answer = browse().get(path)
    assert answer.status_code == 404
    assert "base_url: " not in answer.text


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_no_link_leads_out(browse, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    browser = browse()
    (browser.site.root / "content/link.txt").symlink_to(tmp_path / "secret.txt")
    (browser.site.root / "static/link.txt").symlink_to(tmp_path / "secret.txt")
    browser.preview.take({browser.site.root / "content/link.txt"})
    assert "secret" not in browser.get("/link.txt").text.replace("secret.txt", "")
    assert browser.get("/static/link.txt").status_code == 404


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "http://localhost:9999"}, {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
@pytest.mark.parametrize("path", ["/form/", "/_coldpress/edit"])
def test_what_changes_something_must_come_from_a_page_of_ours(browse, headers, path):
    browser = browse({**SITE, "build.py": OWN})
    answer = browser.client.post(path, data={"name": "x"}, headers={"Host": "localhost:8000", **headers})
    assert answer.status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost:8000"}, {"Sec-Fetch-Site": "same-origin"}, {}])
def test_a_form_of_ours_is_taken(browse, headers):
    browser = browse({**SITE, "build.py": OWN})
    answer = browser.client.post("/form/", data={"name": "x"}, headers={"Host": "localhost:8000", **headers})
    assert answer.status_code == 302


@pytest.mark.parametrize(("bind", "public", "host", "known"), [
    ("127.0.0.1", None, "localhost:8000", True), ("127.0.0.1", None, "192.168.1.4:8000", False),
    ("0.0.0.0", None, "192.168.1.4:8000", True), ("0.0.0.0", None, "[fe80::1]:8000", True),
    ("0.0.0.0", None, "evil.example:8000", False), ("192.168.1.4", None, "192.168.1.4", True),
    ("127.0.0.1", "https://work.example/proxy/", "work.example", True),
    ("127.0.0.1", "https://work.example/proxy/", "other.example", False), ("127.0.0.1", None, "", False),
    ("127.0.0.1", None, "[::1", False), ("127.0.0.1", None, "mine.localhost:8000", True)])
def test_whom_it_answers(bind, public, host, known):
    assert RequestGuard(bind, public).knows(host) is known


def test_behind_a_proxy(browse):
    browser = browse(public_url="https://work.example/proxy/8000/")
    for path in ("/posts/a/", "/proxy/8000/posts/a/"):  # whether the proxy takes its prefix away or not
        page = browser.get(path, host="work.example").text
        assert 'href="/proxy/8000/theme/theme.' in page
        assert 'src="/proxy/8000/_coldpress/preview.js' in page
    own = {"Host": "work.example", "Origin": "https://work.example"}
    assert browser.client.post("/about/", headers=own).status_code == 405
    other = {"Host": "work.example", "Origin": "https://other.example"}
    assert browser.client.post("/about/", headers=other).status_code == 403


@pytest.mark.parametrize("path", ["/_coldpress/edit", "/_coldpress/none", "/_coldpress/../x", "/_coldpress/inspect"])
def test_nothing_else_is_its_own(browse, path):
    assert browse().get(path).status_code in (404, 405)


def test_a_debugger_is_for_this_machine_only(make_site):
    with pytest.raises(UsageError) as caught:
        serve(BuildContext(None, RunOptions(), Report(), make_site(SITE).root), bind="0.0.0.0", debug=True)
    assert caught.value.problems[0].code == "serve.debug"


@pytest.mark.parametrize("option", ["-b", "--bind", "--host"])
def test_the_address_may_be_given_as_flask_has_it(make_site, option):
    result = make_site(SITE).run("serve", option, "0.0.0.0", "--debug")
    assert result.code == 2
    assert "0.0.0.0" in result.err


# The editor.

def test_a_known_editor_is_a_link(tmp_path):
    file = tmp_path / "a b.md"
    assert Editor("vscode").link(file, 3, 7) == f"vscode://file{tmp_path}/a%20b.md:3:7"
    assert Editor("x://open?f={path}").link(file, 3, 7) == f"x://open?f={tmp_path}/a%20b.md"
    assert Editor("none").link(file, 1, 1) is None
    for name in LINKS:
        assert "{" not in Editor(name).link(file, 1, 2)


def test_a_command_is_run_for_a_page_of_ours_with_the_token(browse, monkeypatch, tmp_path):
    said = tmp_path / "said"
    monkeypatch.setenv("COLDPRESS_EDITOR", f"sh -c 'echo \"$@\" > {said}' x {{line}} {{path}}")
    browser = browse({**SITE, "content/about.md": "Me.\n\n[x](nowhere.md)"})
    page = browser.get("/about/").text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert fields["path"] == "content/about.md"
    for wrong in ({"token": "x"}, {"path": "../../etc/passwd"}, {"path": "/etc/passwd"}, {"path": ""}):
        assert browser.client.post("/_coldpress/edit", data={**fields, **wrong}, headers={"Host": "localhost"}
                                   ).status_code == 403
    assert browser.client.post("/_coldpress/edit", data=fields, headers={"Host": "localhost"}).status_code == 204
    wait_until(lambda: said.exists() and said.read_text())
    assert said.read_text().strip() == f"3 {browser.site.root}/content/about.md"


# Watching.

def test_a_file_that_changed_last_is_scanned_alone(tmp_path):
    for number in range(40):
        (tmp_path / f"{number:02}.md").write_text("Text.")
    scanner, file = ChangeScanner(), tmp_path / "00.md"
    scanner.scan([tmp_path], [])
    file.write_text("Text that is longer.")
    assert scanner.scan([tmp_path], []) == {file}
    assert scanner.scan_latest() == set()
    file.write_text("Text, saved again.")
    assert scanner.scan_latest() == {file}
    assert scanner.scan_latest() == set()
    file.unlink()
    assert scanner.scan_latest() == {file}
    assert scanner.scan([tmp_path], []) == set(), "all was told"


@pytest.mark.parametrize("poll", [False, True])
def test_changes_are_told_together(tmp_path, poll):
    tree, single = tmp_path / "tree", tmp_path / "single.txt"
    tree.mkdir()
    single.write_text("a")
    told = []
    watcher = Watcher(lambda: WatchedPaths((tree, tmp_path / "later"), frozenset({single})), told.append, poll=poll)
    assert watcher.is_polling is poll
    watcher.start()

    def act_until_told(act, expected):
        """Act again until it is told: a watcher that was just started may see the first time too late."""
        def is_told():
            return any(expected in paths for paths in told)

        told.clear()
        number = iter(range(15))
        while not is_told():
            act(next(number))
            with suppress(AssertionError):
                wait_until(is_told, 2)

    try:
        act_until_told(lambda number: (tree / "a.md").write_text("x" * number), tree / "a.md")
        act_until_told(lambda number: single.write_text("other" * number), single)
        act_until_told(lambda number: (tree / "a.md").unlink(missing_ok=True), tree / "a.md")
        told.clear()
        hidden = {tree / ".hidden", tree / "b.md~"}
        for file in hidden:
            file.write_text("x")
        act_until_told(lambda number: (tree / "z.md").write_text("x" * number), tree / "z.md")
        assert not hidden & set().union(*told)
        (tmp_path / "later").mkdir()
        act_until_told(lambda number: (tmp_path / "later/c.md").write_text("x" * number), tmp_path / "later/c.md")
    finally:
        watcher.stop()


# The built site, as a static host has it.

BUILT = {**SITE, "content/pic.png": PNG, "content/_redirects": (
    "# old\n/old/*  /posts/:splat 301\n/u/:name /posts/:name/\n/about/ /posts/ 302!\n/gone/ /404.html 410\n"
    "/app/* /about/index.html 200\nbad\n/x/ /y/ 999\n"),
    "content/_headers": "/static/*\n  X-Kind: static\n  Cache-Control: max-age=60\n/posts/:name/\n  X-Kind: post\n"}


@pytest.fixture
def host(make_site):
    def start(files=BUILT, config="base_url: https://example.org/\n"):
        site = make_site(files, config)
        assert site.build().code == 0
        return site, Client(StaticHost(BuildContext(None, RunOptions(), Report(), site.root)))

    return start


def get(client, path, **headers):
    return client.get(path, headers={"Host": "localhost", **headers}, buffered=True)


def test_the_built_site_is_served_as_a_static_host_does(host):
    site, client = host()
    assert get(client, "/posts/a/").data == (site.root / "site/posts/a/index.html").read_bytes()
    assert get(client, "/posts/a").headers["Location"].endswith("/posts/a/")
    missing = get(client, "/nowhere/")
    assert missing.status_code == 404
    assert missing.data == (site.root / "site/404.html").read_bytes()
    assert get(client, "/pic.png").mimetype == "image/png"
    assert get(client, "/pic.png", Range="bytes=0-3").status_code == 206
    for path in ("/..%2fconfig.yaml", "/%2e%2e/config.yaml", "/_redirects", "/_headers", "/.gitignore/x"):
        assert get(client, path).status_code == 404
    assert client.post("/posts/a/", headers={"Host": "localhost"}).status_code == 405
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_redirects_and_headers_of_a_host(host):
    _, client = host()
    for path, status, to in (("/old/a/", 301, "/posts/a/"), ("/u/a", 302, "/posts/a/"), ("/about/", 302, "/posts/")):
        answer = get(client, path)
        assert (answer.status_code, answer.headers["Location"]) == (status, to)
    assert get(client, "/gone/").status_code == 410
    assert "Me." in get(client, "/app/anything").text
    assert get(client, "/x/").status_code == 404
    assert get(client, "/static/x.css").headers["X-Kind"] == "static"
    assert get(client, "/static/x.css").headers["Cache-Control"] == "max-age=60"
    assert get(client, "/posts/a/").headers["X-Kind"] == "post"
    assert "X-Kind" not in get(client, "/").headers


def test_the_built_site_below_a_sub_path(host):
    _, client = host(config="base_url: https://example.org/blog/\n")
    assert "One." in get(client, "/blog/posts/a/").text
    assert get(client, "/blog/posts/a").headers["Location"].endswith("/blog/posts/a/")
    assert get(client, "/").headers["Location"] == get(client, "/blog").headers["Location"] == "/blog/"
    assert get(client, "/posts/a/").status_code == 404
    assert get(client, "/blog/old/a/").headers["Location"] == "/blog/posts/a/"


def test_the_built_site_is_where_it_was_built_for(make_site):
    site = make_site(BUILT)
    for base_url, prefix in (("https://example.org/blog/", "/blog"), ("https://example.org/", "")):
        assert site.build("-u", base_url).code == 0
        client = Client(StaticHost(BuildContext(None, RunOptions(), Report(), site.root)))
        assert "One." in get(client, f"{prefix}/posts/a/").text


def test_an_editor_that_cannot_be_started_is_told(browse, monkeypatch, capsys):
    monkeypatch.setenv("COLDPRESS_EDITOR", "no-such-editor")
    browser = browse({**SITE, "content/about.md": "Me.\n\n[x](nowhere.md)"})
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', browser.get("/about/").text))
    assert browser.client.post("/_coldpress/edit", data=fields, headers={"Host": "localhost"}).status_code == 204
    assert "serve.editor" in capsys.readouterr().err


FAILING = """\
import coldpress


def create_app():
    app = coldpress.create_app(__file__)
    app.add_url_rule("/own/", "own", lambda: 1 / 0)
    return app
"""


def test_the_debugger_is_for_views_that_fail(make_site):
    site = make_site({**SITE, "build.py": FAILING, "templates/page.html": "{{ nothing }}"})
    client = Client(Preview(BuildContext(None, RunOptions(), Report(quiet=True), site.root), debug=True))
    own = client.get("/own/", headers={"Host": "localhost:8000"}, buffered=True)
    assert own.status_code == 500
    assert "__debugger__" in own.text
    page = client.get("/about/", headers={"Host": "localhost:8000"}, buffered=True).text
    assert "__debugger__" not in page
    assert "is not defined" in page
    script = client.get("/?__debugger__=yes&cmd=resource&f=debugger.js", headers={"Host": "localhost:8000"})
    assert script.mimetype.endswith("javascript")


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_a_link_in_the_output_leads_nowhere_else(host, tmp_path):
    site, client = host()
    (tmp_path / "secret.txt").write_text("secret")
    (site.root / "site/link.txt").symlink_to(tmp_path / "secret.txt")
    assert get(client, "/link.txt").status_code == 404


def test_there_must_be_a_built_site(make_site):
    with pytest.raises(ColdpressError) as caught:
        StaticHost(BuildContext(None, RunOptions(), Report(), make_site(SITE).root))
    assert caught.value.problems[0].code == "serve.not-built"


def test_the_code_of_a_markdown_extension_and_what_it_reads_are_followed(browse):
    browser = browse({
        "config.yaml": "base_url: https://example.org/\nmarkdown:\n  engine: python-markdown\n  extensions: [shout]\n",
        "content/about.md": "(quiet) here\n", "content/b.md": "Other.\n", "shout.py": SHOUT_FROM_A_FILE,
        "word.txt": "first"})
    assert "<p>first here</p>" in browser.get("/about/").text
    browser.edit({"word.txt": "second"})
    assert "<p>second here</p>" in browser.get("/about/").text
    browser.edit({"shout.py": SHOUT_FROM_A_FILE.replace("read_text()", "read_text().upper()")})
    assert "<p>SECOND here</p>" in browser.get("/about/").text
    browser.edit({"shout.py": SHOUT_FROM_A_FILE.replace("read_text()", "read_text(")})
    assert "shout.py" in problems(browser.get("/about/"))
    browser.edit({"shout.py": SHOUT_FROM_A_FILE})
    assert "<p>second here</p>" in browser.get("/about/").text


ROWS = """
import json
from pathlib import Path

import coldpress

FILE = Path(__file__).parent / "rows.json"


class Rows:
    def keys(self):
        return [(key, text) for key, text in json.loads(FILE.read_text()).items()]

    def get(self, keys):
        return [{"key": key, "body": json.loads(FILE.read_text())[key]} for key in keys]


def create_app():
    app = coldpress.create_app(__file__)
    coldpress.get_site(app).source("shop")(Rows())
    return app
"""


def test_a_row_that_changed_is_shown_though_no_file_was_saved(browse, monkeypatch):
    monkeypatch.setattr("coldpress.preview.current_site.ROWS_SECONDS", 0)
    browser = browse({"build.py": ROWS, "rows.json": '{"pan": "First text."}', "content/about.md": "Me.\n",
                      "config.yaml": "base_url: https://example.org/\ncollections: {shop: {source: shop}}\n"})
    assert "First text." in browser.get("/shop/pan/").text
    rows = browser.site.root / "rows.json"
    rows.write_text('{"pan": "Second text.", "pot": "Another."}')
    assert "Second text." in browser.get("/shop/pan/").text
    assert "Another." in browser.get("/shop/pot/").text
    rows.write_text("{")
    assert "JSONDecodeError" in problems(browser.get("/shop/pan/"))
    assert "Second text." in browser.get("/shop/pan/").text
    rows.write_text('{"pot": "Another."}')
    assert browser.get("/shop/pan/").status_code == 404


def test_a_row_that_a_form_changed_is_shown_at_once(browse):
    form = '    @app.post("/save/")\n    @coldpress.live\n    def save():\n' \
           '        FILE.write_text(\'{"pan": "Third text."}\')\n        return ""\n\n    return app\n'
    browser = browse({"build.py": ROWS.replace("    return app\n", form), "rows.json": '{"pan": "First text."}',
                      "config.yaml": "base_url: https://example.org/\ncollections: {shop: {source: shop}}\n"})
    (browser.site.root / "rows.json").write_text('{"pan": "Second text."}')  # before anybody has looked
    assert "Second text." in browser.get("/shop/pan/").text
    assert browser.client.post("/save/", headers={"Host": "localhost:8000"}).status_code == 200
    assert "Third text." in browser.get("/shop/pan/").text
