"""`images: {originals: false}`: the files of pictures are published only where something names them."""

from __future__ import annotations

import pytest
from pictures import opened, quarters, turned

CONFIG = "base_url: https://example.org/\nimages: {widths: [40, 80], formats: [webp], originals: false}\n"
JPEG = turned(quarters(), 6)
PICTURES = {"content/p.jpg": JPEG, "content/q.jpg": JPEG, "content/posts/p.jpg": JPEG}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def originals(site):
    return sorted(name for name in site.files() if name in ("p.jpg", "q.jpg", "posts/p.jpg", "posts/b/p.jpg"))


def same_as_clean(site):
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


def test_files_that_nothing_names_are_not_published(build_site):
    site = build_site({**PICTURES, "content/a.md": "![A](p.jpg)\n", "content/s.svg": SVG,
                       "content/posts/2026-01-02-b.md": "---\nimage: ../p.jpg\n---\n![Q](../q.jpg) ![S](../s.svg)\n"},
                      CONFIG + "feeds: {formats: [atom, rss, json], full: true}\n")
    assert originals(site) == [] and "s.svg" in site.files()
    assert not any(b"Camera of mine" in data for data in site.files().values())
    assert site.rebuild().rendered == set()
    assert originals(site) == []


@pytest.mark.parametrize(("files", "kept"), [
    ({"content/a.md": "![A](p.jpg) [the file](p.jpg)\n"}, ["p.jpg"]),
    ({"content/a.md": '<a href="/posts/p.jpg">file</a>\n'}, ["posts/p.jpg"]),
    ({"content/a.md": '<img src="p.jpg" srcset="q.jpg 2x" alt="P">\n'}, ["p.jpg", "q.jpg"]),
    ({"content/a.md": "[one](https://example.org/q.jpg) [two](https://elsewhere.example/p.jpg)\n"}, ["q.jpg"]),
    ({"content/a.md": "The file `p.jpg` is a picture, and q.jpg too.\n"}, []),
    ({"content/a.md": "A.", "templates/page.html": "<main style='background: url(/q.jpg)'></main>"}, ["q.jpg"]),
    ({"content/a.md": "A.", "templates/page.html": "<script>show('q' + '/posts/p.jpg')</script>"}, ["posts/p.jpg"]),
    ({"content/a.md": "A.", "static/x.css": "a{background:url(../p.jpg)}"}, ["p.jpg"]),
    ({"content/a.md": "A.", "content/list.json": '["https:\\/\\/example.org\\/q.jpg"]'}, ["q.jpg"]),
    ({"content/a.md": "A.", "content/x.js": "const name = 'p.jpg'"}, ["p.jpg"])])
def test_a_file_that_something_names_stays(build_site, files, kept):
    assert originals(build_site({**PICTURES, **files}, CONFIG)) == kept


@pytest.mark.parametrize("config", ["links: relative\n", "base_url: https://example.org/sub/文/\n"])
def test_it_is_named_below_a_path_too(build_site, config):
    text = CONFIG.replace("base_url: https://example.org/\n", "") if "base_url" in config else CONFIG
    site = build_site({**PICTURES, "content/posts/2026-01-02-b.md": "![P](p.jpg) [file](p.jpg) [q](../q.jpg)\n"},
                      config + text)
    assert originals(site) == ["posts/p.jpg", "q.jpg"]


def test_edits_give_what_a_clean_build_gives(make_site):
    site = make_site({**PICTURES, "content/a.md": "![A](p.jpg)\n", "content/b.md": "[file](q.jpg)\n"}, CONFIG)
    for edit, kept in [
            ({}, ["q.jpg"]), ({"content/a.md": "[A](p.jpg)\n"}, ["p.jpg", "q.jpg"]),
            ({"content/b.md": "B."}, ["p.jpg"]),
            ({"content/a.md": "![A](p.jpg)\n"}, []), ({"content/x.css": "a{background:url(p.jpg)}"}, ["p.jpg"]),
            ({"content/x.css": None}, []), ({"content/c.md": '<a href="/late.jpg">late</a>\n'}, []),
            ({"content/late.jpg": JPEG}, []), ({"config.yaml": CONFIG.replace(", originals: false", "")},
                                                ["p.jpg", "posts/p.jpg", "q.jpg"]), ({"config.yaml": CONFIG}, [])]:
        assert site.edit(edit).build().code == 0
        assert originals(site) == kept, edit
        assert ("late.jpg" in site.files()) == (site.root / "content/late.jpg").exists()
        same_as_clean(site)


def test_several_processes_find_the_same(make_site):
    files = {f"content/x{number}.md": f"![P](p.jpg) {'[q](q.jpg)' if number == 90 else ''}\n" for number in range(100)}
    site = make_site({**PICTURES, **files}, CONFIG)
    assert site.build("-j", "2").code == 0
    assert originals(site) == ["q.jpg"]


def test_a_server_answers_with_a_picture_without_metadata(make_site):
    site = make_site({**PICTURES, "content/s.svg": SVG, "content/a.md": "![A](p.jpg)\n"}, CONFIG)
    client = site.client()
    answer = client.get("/p.jpg", buffered=True)
    made = opened(answer.data)
    assert (answer.status_code, answer.mimetype, made.size) == (200, "image/jpeg", (200, 100))
    assert not dict(made.getexif()) and b"Camera of mine" not in answer.data
    assert client.get("/s.svg", buffered=True).data == SVG.encode()
