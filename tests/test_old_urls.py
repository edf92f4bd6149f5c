"""`urls --adopt`: the URLs of an older site answer, wherever their pages are now.

    COLDPRESS_LONG=1 COLDPRESS_SEED=7 pytest tests/test_old_urls.py

tries it on the corpora too: all their old URLs are asked of a plain static server.
"""

from __future__ import annotations

import gzip
import os
import random
import re
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from servers import CADDY, NGINX, served_by
from test_url_history import LEDGER, commit, in_git, lines, lost, post, target

LONG = bool(os.environ.get("COLDPRESS_LONG"))
SEED = int(os.environ.get("COLDPRESS_SEED", "1"))
BASE = "https://e.org/blog"
CONFIG = f"base_url: {BASE}/\nsearch: false\npaginate: 2\n"
SITE = {"content/posts/2026-01-31-hello.md": post(1, "Hello, world", "python"),
        "content/posts/2026-02-01-again.md": post(2, "Again", "python"),
        "content/posts/2025-02-01-again.md": post(3, "Once more", "flask").replace("title", "slug: again-2025\ntitle"),
        "content/docs/_index.md": "# Docs", "content/docs/install.md": "# Install\n\nx",
        "content/about.md": "# About us"}


def adopted(site, urls, name="old.txt"):
    """Adopt these URLs; gives where each of them leads now."""
    site.edit({name: "".join(f"{url}\n" for url in urls)})
    result = site.run("urls", "--adopt", str(site.root / name), "--json")
    assert result.code == 0, result.err
    (site.root / name).unlink()
    rows = site.run("urls", "--history", "--json").data["history"]
    return {row["path"]: row["to"] or row["state"] for row in rows}


def test_urls_of_other_generators(make_site):
    site = make_site(SITE, CONFIG)
    found = adopted(site, [f"{BASE}{path}" for path in (
        "/2026/01/31/hello/", "/2026-02-01-again.html", "/2025/02/again/", "/2026/02/again.php", "/posts/hello",
        "/docs/",
        "/docs/install/index.html", "/documentation/install.html", "/about-us/", "/tag/python/", "/categories/flask/",
        "/page/2/", "/tags/python/page/7/", "/archives/2026/01/", "/archives/", "/atom.xml", "/feed/", "/index.xml",
        "/never/heard/of/", "/about/?x=1", "/tags/python/index.xml")] + ["https://e.org/outside/", "/blog/relative/"])
    assert found == {
        "/2026/01/31/hello/": "/blog/posts/hello/", "/2026-02-01-again.html": "/blog/posts/again/",
        "/2025/02/again/": "/blog/posts/again-2025/", "/2026/02/again.php": "/blog/posts/again/",
        "/posts/hello/": "there", "/docs/": "there", "/docs/install/": "there",
        "/documentation/install.html": "/blog/docs/install/",
        "/about-us/": "/blog/about/", "/tag/python/": "/blog/tags/python/", "/categories/flask/": "/blog/tags/flask/",
        "/page/2/": "/blog/", "/tags/python/page/7/": "/blog/tags/python/", "/archives/2026/01/": "/blog/archive/",
        "/archives/": "/blog/archive/", "/atom.xml": "/blog/feed.xml", "/feed/": "/blog/",
        "/index.xml": "/blog/rss.xml",
        "/never/heard/of/": "lost", "/about/": "there", "/tags/python/index.xml": "/blog/tags/python/rss.xml",
        "/relative/": "lost"}
    assert lost(site.build()) == [f"`{path}` is lost: no page of the site is known to take its place"
                                  for path in ("/never/heard/of/", "/relative/")]
    assert site.text("atom.xml") == site.text("feed.xml")
    before = lines(site)
    assert adopted(site, [f"{BASE}/2026/01/31/hello/"]) == found
    assert lines(site) == before


def test_a_sitemap_in_parts(make_site):
    site = make_site(SITE, CONFIG)
    part = (f"<?xml version='1.0'?><urlset><url><loc>\n{BASE}/old/about-us.html </loc>"
            f"<image:image><image:loc>{BASE}/x.png</image:loc></image:image></url><url><loc><![CDATA[https://e.org/blog/a&b/]]></loc></url>"
            f"<url><loc>http://[::1/x</loc></url><url><loc>{BASE}/a%0Ab/</loc></url></urlset>")
    index = "<sitemapindex><sitemap><loc>https://e.org/blog/sitemap-1.xml.gz</loc></sitemap></sitemapindex>"
    site.edit({"old/sitemap.xml": index})
    result = site.run("urls", "--adopt", str(site.root / "old/sitemap.xml"))
    assert result.code == 1 and "history.no-sitemap" in result.err
    assert "`sitemap-1.xml.gz`, which is not beside it" in result.err
    site.edit({"old/sitemap-1.xml.gz": gzip.compress(part.encode())})
    assert site.run("urls", "--adopt", str(site.root / "old/sitemap.xml")).code == 0
    assert lines(site)[1:] == ["/a&b/ ?", "/old/about-us.html about.md"]
    site.edit({"old/sitemap.xml": part.removesuffix("</urlset>")})
    assert "`</urlset>` is missing" in site.run("urls", "--adopt", str(site.root / "old/sitemap.xml")).err
    site.edit({"old/sitemap.xml": index.replace("sitemap-1.xml.gz", "")})
    assert "history.no-sitemap" in site.run("urls", "--adopt", str(site.root / "old/sitemap.xml")).err
    site.edit({"old/sitemap.xml": "http://[x/\n"})
    assert "history.no-urls" in site.run("urls", "--adopt", str(site.root / "old/sitemap.xml")).err
    site.edit({"old/sitemap.xml": b"\x1f\x8b\x08\x00no gzip at all"})
    assert "history.unreadable" in site.run("urls", "--adopt", str(site.root / "old/sitemap.xml")).err
    site.edit({"old/sitemap.xml": "<urlset></urlset>"})
    assert "history.no-urls" in site.run("urls", "--adopt", str(site.root / "old/sitemap.xml")).err
    assert site.run("urls", "--adopt", str(site.root / "nowhere.xml")).code == 2


def test_a_folder_tells_titles_and_redirects(make_site):
    site = make_site(SITE, CONFIG)
    page = "<html><head><title>{0} · Old site</title></head><body><h1>{0}</h1></body></html>"
    site.edit({"old/p/1/index.html": page.format("Hello, world"), "old/p/2.html": page.format("Install"),
               "old/p/3/index.html": page.format("Nobody"), "old/404.html": page.format("Hello, world"),
               "old/short/index.html": '<meta http-equiv="refresh" content="0; url=../p/1/">',
               "old/atom.xml": "<?xml version='1.0'?><feed></feed>", "old/data.xml": "<x/>", "old/x.css": "a{}"})
    assert site.run("urls", "--adopt", str(site.root / "old")).code == 0
    first = "posts/2026-01-31-hello.md"
    assert lines(site)[1:] == ["/atom.xml @home", f"/p/1/ {first}", "/p/2.html docs/install.md", "/p/3/ ?",
                               f"/short/ {first}"]
    site.edit({"content/about.md": "---\naliases: [/p/3/]\n---\n# About us"})
    assert (lost(site.build()), target(site, "short/index.html")) == ([], "/blog/posts/hello/")


# Whole sites.


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A plain static server; gives its URL."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answers(host: str, path: str) -> int:
    """The status after following HTML redirects, as a browser does."""
    for _ in range(5):
        try:
            with urllib.request.urlopen(host + quote(path, safe="/%")) as response:
                text = response.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as reason:
            with reason:
                return reason.code
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', text)
        if found is None:
            return 200
        path = found[1]
    return 310


def unanswered(site, urls):
    with served(site.root / "site") as host:
        return {url: status for url in urls if (status := answers(host, url)) != 200}


def redirected_by(host, site, urls) -> int:
    """How many of the URLs a real server redirects; each leads to a page, without the help of a browser."""
    site.root.parent.chmod(0o755)
    count, snippet = 0, next((site.root / ".coldpress/host").iterdir())
    with served_by(host, site.root / "site", snippet, site.root.parent / host) as get:
        for url in urls:
            answer = get(quote(url, safe="/%"))
            if answer.status == 301:
                answer, count = get(urlsplit(answer.headers["Location"]).path), count + 1
            assert (url, answer.status, b'http-equiv="refresh"' in answer.body) == (url, 200, False)
    return count


def old_urls(site):
    """The URLs of the sitemap, and of the feeds."""
    found = re.findall(r"<loc>([^<]+)", site.text("sitemap.xml"))
    return [unquote(urlsplit(url).path) for url in found] + [
        f"/{name}" for name in site.files() if name.endswith(("feed.xml", "rss.xml", "feed.json"))]


def rename_some(site, rng, count, but=("index.md", "_index.md", "README.md")):
    """Rename sources, and bundles as wholes."""
    content = site.root / "content"
    files = [path for path in sorted(content.rglob("*.md")) if path.name not in but]
    bundles = [path.parent for path in sorted(content.rglob("posts/*/**/index.md"))
               if not any(path.parent.glob("*/**/*.md"))]
    for number, path in enumerate(rng.sample(files + bundles, count)):
        date = re.match(r"\d{4}-\d\d-\d\d-", path.name)
        path.rename(path.with_name(f"{date[0] if date else ''}renamed-{number}{path.suffix if path.is_file() else ''}"))


def change(site, config, rng, count, folders):
    """Rename sources and the folder of a collection; two rules of permalinks are other ones."""
    rename_some(site, rng, count)
    (site.root / "content" / folders[0]).rename(site.root / "content" / folders[1])
    site.edit({"config.yaml": config})


SMALL = "base_url: https://e.org/\nsearch: false\nimages: false\nsocial_cards: false\n"
SITES = {
    "small": (f"{SMALL}paginate: 2\n", f"{SMALL}paginate: 2\ncollections:\n"
              "  posts: {path: blog, permalink: /s/<year>/<slug>/}\npermalinks: {docs: /handbook/<slug>/}\n",
              ("posts", "blog")),
    "scientific-python-blog": (SMALL, f"{SMALL}collections: {{posts: {{path: blog, permalink: /stories/<slug>/}}}}\n"
                               "permalinks: {about: /who/<slug>/}\n", ("posts", "blog")),
    "hexo-docs": (f"{SMALL}collections: [_posts]\n", f"{SMALL}collections: {{_posts: {{path: news}}}}\n"
                  "permalinks: {docs: /manual/<slug>/, api: /reference/<slug>/}\n", ("_posts", "news"))}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", list(SITES) if LONG else ["small"])
def test_every_old_url_of_a_site_answers(make_site, request, name, when):
    """With its sitemap adopted before the site changed, and only afterwards."""
    config, changed, folders = SITES[name]
    site = make_site(SITE if name == "small" else {}, config)
    if name != "small":
        shared = request.getfixturevalue("shared")
        shutil.copytree(shared / "corpora" / name / "content", site.root / "content", dirs_exist_ok=True)
    in_git(site)
    assert site.build().code == 0
    urls = old_urls(site) if when == "before" else [url for url in old_urls(site) if url.endswith("/")]
    assert unanswered(site, urls) == {}
    sitemap = site.root.parent / "old-sitemap.xml"
    shutil.copy(site.root / "site/sitemap.xml", sitemap)
    if when == "before":
        assert site.run("urls", "--adopt", str(sitemap)).code == site.run("urls", "--accept").code == 0
        commit(site)
    change(site, changed, random.Random(SEED), 20 if name != "small" else 3, folders)
    if when == "after":
        commit(site)
        for folder in ("site", ".coldpress"):
            shutil.rmtree(site.root / folder)
        assert site.run("urls", "--adopt", str(sitemap)).code == 0
    result = site.build()
    assert (result.code, lost(result)) == (0, [])
    assert unanswered(site, urls) == {}
    assert len([url for url in urls if target(site, f"{url[1:]}index.html" if url.endswith("/") else "404.html")]) > 3
    for host in ("nginx", "caddy") if when == "before" and ((NGINX and CADDY) or os.environ.get("CI")) else ():
        site.edit({"config.yaml": f"{changed}deploy: {{host: {host}}}\n"})
        assert site.build().code == 0
        assert redirected_by(host, site, urls) > 3
    posts = site.root / "content" / folders[1]
    deleted = next(path for path in sorted(posts.rglob("*.md")) if path.name != "_index.md")
    deleted.unlink()
    assert any(f"of `{deleted.relative_to(site.root / 'content').as_posix()}`" in said
               or "posts/" in said for said in lost(site.build())), "a deleted post is told"
    assert (site.root / LEDGER).exists()
