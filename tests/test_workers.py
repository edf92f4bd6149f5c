"""Markdown rendered by several processes: the same bytes, and errors whole."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import pytest

from coldpress.build import builder, runner, workers
from coldpress.config.options import MarkdownOptions
from coldpress.content import read_ahead
from coldpress.markdown import cache as markdown_cache
from coldpress.markdown import store
from coldpress.markdown.cache import FEW, Body, MarkupCache
from coldpress.markdown.native import Renderer
from coldpress.markdown.store import MarkupStore
from coldpress.markdown.workers import render_chunk, render_many
from coldpress.processes import start_method
from coldpress.text import text_digest

BODIES = [f"# Page {number}\n\nText with [a link](b.md) and `code`.\n\n$$x_{number}$$\n" for number in range(60)]
PAGES = 3 * workers.CHUNK
"""Pages that are counted as many in these tests: so many that each process gets some."""
CONTEXTS = ["spawn"] + ["fork"] * (sys.platform == "linux")


def kept(body, renderer):
    rendered = renderer.render(body)
    return store.store_body(rendered, text_digest(body))


@pytest.mark.parametrize("context", CONTEXTS)
def test_processes_give_what_one_gives(context):
    def make(workers):
        return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(context))

    alone = Renderer()
    assert list(render_many([("", body, True) for body in BODIES], MarkdownOptions(), 2, make)) == [kept(body,
        alone) for body in BODIES]


def test_what_a_worker_raises_is_raised():
    with pytest.raises(AttributeError):
        list(render_many([("en", "fine", True), ("en", None, True)], MarkdownOptions(), 2, ThreadPoolExecutor))


def test_few_bodies_wait_until_they_are_asked_for(tmp_path):
    asked = []

    def make(workers):
        asked.append(workers)
        return ThreadPoolExecutor(workers)

    def bodies(count):
        texts = [f"Text {number}" for number in range(count)]
        return [Body(text_digest(text), "en", partial(str, text)) for text in texts]

    cache = MarkupCache(MarkupStore(tmp_path / "state"))
    cache.render_ahead(bodies(FEW - 1), 2, make)
    assert asked == []
    cache.render_ahead(bodies(FEW), 2, make)
    assert asked == [2]
    cache.render_ahead(bodies(FEW), 2, make)
    assert asked == [2]
    kept = Body(text_digest("Text 7"), "en", unread)
    assert cache.render(kept) == Renderer().render("Text 7", "en")._replace(sections=())  # those are for search
    assert [section.text for section in cache.words(kept).sections] == ["Text 7"]
    assert cache.brief(Body(text_digest("Text 8"), "en", unread)) == Renderer().render("Text 8", "en").brief


def unread():
    raise AssertionError("it is kept, and need not be read")


def test_a_chunk_is_rendered_in_order():
    assert [store.deserialize(kept.value).words for kept in render_chunk(
        MarkdownOptions(), [("en", "one", True), ("en", "one two", True), ("en", "", True)])] == [1, 2, 0]


def test_many_processes_build_the_same_site(make_site):
    files = {f"content/posts/2026-01-{1 + number % 28:02}-p{number}.md":
             f"---\ntitle: P{number}\n---\nText {number}.\n\n```py\nx = {number}\n```\n" for number in range(FEW + 20)}
    one, many = make_site(files), make_site(files)
    assert one.build("-j", "1", "--no-cache").code == many.build("-j", "2").code == 0
    assert one.files() == many.files()


MANY = {
    "config.yaml": "base_url: https://example.org/\nsearch: false\n",
    "build.py": """\
import random

import coldpress


def create_app():
    app = coldpress.create_app(__file__)
    app.jinja_env.globals["chance"] = random.random

    @app.route("/books/<slug>/")
    def book(slug):
        return {"slug": slug}

    return app
""",
    "templates/page.html": "{{ page.title }} {{ page.html }} {{ url_for('book', slug=page.params.book) }}"
                           "{{ page.params.wrong and page.nothing }}"
                           '{{ g.setdefault("first", page.title) }} {{ range(1000)|random }} {{ chance() }}',
    **{f"content/p{number:03}.md": f"---\ntitle: P{number}\nparams: {{book: b{number % 7}}}\n---\n"
                                   f"Text {number}, see [the next](p{number + 1:03}.md#part).\n\n## Part\n"
       for number in range(PAGES + 5)}}


@pytest.fixture
def few(monkeypatch):
    """Fewer pages than usual are enough for several processes."""
    for module in (builder, runner, read_ahead):
        monkeypatch.setattr(module, "FEW", PAGES)
    monkeypatch.setattr(markdown_cache, "FEW", PAGES // 2)


@pytest.fixture(params=CONTEXTS)
def start(request):
    """Processes begin by fork, or by spawn: beside a second thread a fork is not safe."""
    done = threading.Event()
    if request.param == "spawn":
        threading.Thread(target=done.wait, daemon=True).start()
    assert start_method() == request.param
    yield request.param
    done.set()


def test_pages_rendered_by_many_processes_are_those_of_one(make_site, few, start):
    one, many = make_site(MANY), make_site(MANY)
    alone, together = one.build("-j", "1"), many.build("-j", "2")
    assert sorted(alone.codes) == ["link.broken-link", *["route.type"] * 7]
    assert together.problems == alone.problems
    assert together.rendered == alone.rendered
    assert many.files() == one.files()
    assert many.build("-j", "2").rendered == set()
    edited = many.edit({"content/p007.md": "---\ntitle: P7\nparams: {book: other}\n---\nOther."}).build("-j", "2")
    assert edited.rendered == {"/p007/", "/books/other/"}
    assert sorted(edited.codes) == ["link.broken-anchor", "link.broken-link", *["route.type"] * 8]


@pytest.mark.skipif("fork" not in CONTEXTS, reason="the worker inherits by fork how few keys it keeps")
def test_a_process_that_forgets_which_keys_it_returned_returns_them_again(make_site, few, monkeypatch):
    monkeypatch.setattr("coldpress.recorder._MOST", 30)
    monkeypatch.setattr(workers, "CHUNK", 5)
    site, clean = make_site(MANY), make_site(MANY)
    site.build("-j", "2")
    assert site.build("-j", "1").rendered == set()
    edit = {"content/p007.md": "---\ntitle: P7\nparams: {book: other}\n---\nOther."}
    assert site.edit(edit).build("-j", "1").rendered == {"/p007/", "/books/other/"}
    clean.edit(edit).build("-j", "1")
    assert site.files() == clean.files()


def test_an_own_route_of_several_processes_may_have_values_of_any_type(make_site, few):
    build = MANY["build.py"].replace("    return app\n", """\
    class Parts(BaseConverter):
        def to_python(self, value):
            return value.split("+")

        def to_url(self, values):
            return "+".join(values)

    app.url_map.converters["parts"] = Parts

    @app.route("/shelf/<parts:name>/<int:number>/")
    @coldpress.frozen(lambda: [{"name": ["a", "b"], "number": number} for number in range(PAGES)])
    def shelf(name, number):
        return f"{name} {number}"

    return app
""").replace("import coldpress\n", "from werkzeug.routing import BaseConverter\n\nimport coldpress\n")
    site = make_site({**MANY, "build.py": build.replace("PAGES", str(PAGES))})
    result = site.build("-j", "2")
    assert result.code == 0, result.problems
    assert site.text("shelf/a+b/7/index.html") == "['a', 'b'] 7"


def test_a_page_that_fails_in_another_process_is_a_problem_here(make_site, few):
    broken = {f"content/p{number:03}.md": f"---\nparams: {{book: b, wrong: 1}}\n---\nText {number}."
              for number in (3, PAGES - 1)}
    result = make_site({**MANY, **broken}).build("-j", "2")
    assert (result.code, result.data["published"]) == (1, False)
    problem = next(problem for problem in result.problems if problem["severity"] == "error")
    assert (problem["code"], problem["place"]["path"]) == ("template.undefined", "templates/page.html")
    assert problem["message"].endswith("(on 2 pages)")
    assert problem["also"][0]["path"] == "content/p003.md"


def test_a_process_that_is_killed_is_a_problem_and_nothing_is_published(make_site, few):
    # As the system does when memory runs out.
    imports = "import multiprocessing\nimport os\nimport signal\n\nimport coldpress\n"
    dies = MANY["build.py"].replace("import coldpress\n", imports)
    dies = dies.replace("    @app.route", """\
    @app.route("/dies/")
    def dies():
        if multiprocessing.parent_process():
            os.kill(os.getpid(), signal.SIGKILL)
        return "alive"

    @app.route""")
    site = make_site({**MANY, "build.py": dies})
    result = site.build("-j", "2")
    assert (result.code, result.codes, result.data["published"]) == (1, ["build.worker"], False)
    assert not (site.root / "site").exists()
    assert site.build("-j", "1").code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the worker inherits by fork how it dies")
def test_when_a_worker_that_reads_is_killed_this_process_reads(make_site, few, monkeypatch):
    one, many = make_site(MANY), make_site(MANY)
    alone = one.build("-j", "1")
    monkeypatch.setattr(read_ahead, "_read", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    assert many.build("-j", "2").problems == alone.problems
    assert many.files() == one.files()


def test_sources_read_by_many_processes_keep_their_languages_and_mistakes(make_site, few, start):
    files = {f"content/p{number:03}.md": f"---\ntitle: P{number}\nlang: {'de' if number % 2 else 'en'}\n---\n"
                                         f'It is "{number}".\n' for number in range(PAGES)}
    wrong = {"content/wrong.md": "---\ntitle: [\n---\nText\n", "content/de/_index.md":
             "---\ntitle: Inherited\ncascade: {lang: de}\n---\n", "content/de/page.md": 'It is "inherited".\n'}
    one, many = make_site({**files, **wrong}), make_site({**files, **wrong})
    alone, together = one.build("-j", "1"), many.build("-j", "2")
    assert together.problems == alone.problems
    assert [problem["place"]["path"] for problem in alone.problems] == ["content/wrong.md"] * len(alone.problems) != []
    for site in (one, many):
        site.edit({"content/wrong.md": None})
    assert one.build("-j", "1").code == many.build("-j", "2").code == 0
    assert many.files() == one.files()
    assert "„1“" in many.text("p001/index.html") and "“2”" in many.text("p002/index.html")
    assert "„inherited“" in many.text("de/page/index.html")
