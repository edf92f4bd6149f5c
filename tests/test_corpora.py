"""Real content, when it lies beside the repository: nothing lost, every broken
link named, and no other."""

from __future__ import annotations

import collections
import gc
import html
import io
import json
import os
import re
import shutil
from contextlib import redirect_stderr, redirect_stdout

import pytest
from conftest import BUILD_PY, SHARED, SiteFolder, missing

from coldpress.start import execute

BASE = "https://example.org/"
# Hundreds of photos, of which all variants would take minutes.
SMALL = "images: {widths: [480], formats: [webp]}\n" if os.environ.get("COLDPRESS_LONG") else "images: false\n"
CONFIGS = {
    "scientific-python-blog": f"base_url: {BASE}\n{SMALL}",
    "hexo-docs": f"base_url: {BASE}\ncollections: [_posts]\n{SMALL}",
}
LISTS = {f"coldpress.{name}" for name in ("home", "posts", "terms", "term")}
pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module", params=CONFIGS)
def corpus(request, tmp_path_factory):
    """A corpus as a site, built once: its folder and the result as JSON."""
    if not SHARED.is_dir():
        missing("the corpora are not beside this repository")
    site = SiteFolder(tmp_path_factory.mktemp(request.param), None)
    site.edit({"build.py": BUILD_PY, "config.yaml": CONFIGS[request.param]})
    shutil.copytree(SHARED / "corpora" / request.param / "content", site.root / "content")
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in ("SOURCE_DATE_EPOCH", "COLDPRESS_BASE_URL"):
            patch.delenv(name, raising=False)
        code = execute(["build", "--json"], None, site.root)
        gc.unfreeze()
    assert code == 0, err.getvalue()
    return site, json.loads(out.getvalue())


def test_the_first_and_the_last_sentence_of_every_source_are_on_its_page(corpus):
    site, data = corpus
    files = {page["source"]: page["file"] for page in data["pages"] if not page["copied"]}
    sources = [file.relative_to(site.root).as_posix() for file in (site.root / "content").rglob("*.md")]
    assert set(sources) <= set(files)
    lost = []
    for source in sources:
        shown = squeezed(re.sub(r"<[^>]*>", "", site.text(files[source])))
        body = re.sub(r"\A---\n.*?\n---\n", "", (site.root / source).read_text("utf-8-sig"), flags=re.S)
        lost += [(source, text) for text in ends(body) if squeezed(text) not in shown]
    assert lost == []


def test_the_links_named_are_those_that_are_broken(corpus, audit):
    site, data = corpus
    pages = {page["source"]: page["file"] for page in data["pages"] if not page["copied"]}
    named = collections.Counter(pages[problem["place"]["path"]] for problem in data["problems"]
                                if problem["code"].startswith("link.broken"))
    found: collections.Counter[str] = collections.Counter()
    for figure in audit(site.root / "site", BASE, "links"):
        if figure["level"] == "fail":
            # A link to the author's own machine is what they wrote; it is outside of the site.
            found.update(example.partition(" -> ")[0] for example in figure["examples"] if "localhost" not in example)
    # A summary repeats its post's links on a list; each is named once, at its source.
    for page in data["pages"]:
        if page["endpoint"] in LISTS:
            found.pop(page["file"], None)
    assert named == found


def test_the_seed_article_is_whole(shared, build_site):
    text = (shared / "corpora/seed-article/flask-backend-framework.md").read_text("utf-8")
    page = build_site({"content/posts/2026-11-01-flask.md": text}).text("posts/flask/index.html")
    assert page.count("<math display=\"block\">") == 3
    assert '<h1 id="1背景介绍">1.背景介绍</h1>' in page
    assert page.count('<div class="code">') == 6
    assert page.count('<span class="k') > 5
    assert "$$" not in page
    assert [int(number) for number in re.findall(r'<ol start="(\d)">', page)][:2] == [2, 3]


def ends(body: str) -> list[str]:
    """The first and the last sentence of a Markdown text, without its marks."""
    body = re.sub(r"<!--.*?-->|<(script|style)\b.*?</\1>|^\s*\[[^\]]+\]:.*$|\$\$.*?\$\$", "", body, flags=re.S | re.M)
    body = re.sub(r"^\s*(?:`{3,}|~{3,}).*$|^[\s|:+-]+$", "", body, flags=re.M)
    lines = [line for line in map(plain, body.split("\n")) if squeezed(line)]
    if not lines:
        return []
    return [re.split(r"(?<=[.!?。！？])\s", lines[0])[0], re.split(r"(?<=[.!?。！？])\s", lines[-1])[-1]]


def plain(line: str) -> str:
    """A line without its marks; code spans keep what they hold."""
    parts = re.split(r"(`+)(.*?)\1", line)  # text, ticks, code, text, …
    return "".join(part if index % 3 == 2 else without_marks(part)
                   for index, part in enumerate(parts) if index % 3 != 1)


def without_marks(text: str) -> str:
    text = re.sub(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])", "", text)
    text = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(r"<(https?://[^>]*)>", r"\1", text)
    text = re.sub(r"</?[a-zA-Z][^>]*>|\[\^[^\]]*\]:?|^\s*\d+\.\s|\\(?=\W)", "", text)
    return text.replace("|", " ")


def squeezed(text: str) -> str:
    """Letters and digits only: how text looks to a reader in a hurry."""
    return re.sub(r"[\W_]+", "", html.unescape(text)).casefold()


def test_the_extraction_of_sentences_sees_the_ends():
    assert [squeezed(text) for text in ends("# A *b*\n\nFirst. Last [c](d).\n\n[r]: x\n")] == ["ab", "lastc"]
    assert ends("") == []


SEED_BUILD = """\
from flask import render_template

import coldpress

{app}
coldpress.Coldpress(app, "blog", url_prefix="/blog")


def get_post(post_id):
    return {{"title": f"Post {{post_id}}", "content": "1 < 2"}}


{blocks}

for name, values in {{"index": [{{}}], "post": [{{"post_id": 7}}], "user.user": [],
                     "user": [{{"username": "ann"}}, {{"username": "小明"}}]}}.items():
    coldpress.frozen(lambda values=values: values)(app.view_functions[name])


def create_app():
    return app
"""


@pytest.mark.parametrize("frozen", ["user", "user.user"])  # two blocks have one URL
def test_the_code_of_the_seed_article_runs_and_is_frozen(shared, make_site, frozen):
    text = (shared / "corpora/seed-article/flask-backend-framework.md").read_text("utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)
    template, = [code for kind, code in blocks if kind == "html"]
    app, *others = [code for kind, code in blocks if kind == "python"]
    build = SEED_BUILD.format(app=app, blocks="\n\n".join(others))
    if frozen == "user.user":
        build = build.replace('"user.user": []', '"user": []').replace('"user": [{', '"user.user": [{')
    site = make_site({"build.py": build, "templates/post.html": template, "blog/content/flask.md": text,
                      "blog/config.yaml": f"base_url: {BASE}blog/\n"})
    result = site.build()
    assert (result.code, set(result.codes)) == (0, {"route.no-slash"})
    files = site.files("blog/site")
    assert files["index.html"] == b"Hello, World!"
    assert files["user/ann/index.html"] == b"Hello, ann!"
    assert files["user/小明/index.html"].decode() == "Hello, 小明!"
    assert files["post/7/index.html"].decode() == template.replace("{{ post.title }}", "Post 7").replace(
        "{{ post.content }}", "1 &lt; 2").rstrip("\n")
    assert "Hello, {username}!" in html.unescape(re.sub(r"<[^>]*>", "", files["blog/flask/index.html"].decode()))
    client = site.client()
    assert client.get("/user/bob").text == "Hello, bob!"
    assert client.get("/post/7").data == files["post/7/index.html"]
    assert site.build().rendered == set()
