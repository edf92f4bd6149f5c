"""URLs that a build takes away are said."""

from __future__ import annotations

import re

URL = "base_url: https://e.org/blog/\n"
POSTS = {f"content/posts/2026-01-{day:02}-p{day:02}.md": f"---\ntags: [t{day}]\n---\nText {day}."
         for day in range(1, 14)}


def said(site, *flags):
    text = site.run("build", *flags).out
    found = re.search(r"([\d,]+) page(?:s|'s URL) no longer exists?:\n((?:  .*\n)+)(.*)", text)
    return (int(found[1]), found[2].split("\n")[:-1], found[3]) if found else None


def test_a_change_of_permalinks_says_which_urls_are_gone(make_site):
    site = make_site(POSTS, URL)
    assert said(site) is None
    site.edit({"config.yaml": URL + "permalinks: {posts: /<year>/<slug>/}\n"})
    dry = said(site, "--dry-run")
    gone = [f"/posts/p{day:02}/" for day in range(1, 14)]
    assert dry == (13, [f"  {path}" for path in gone[:10]] + ["  and 3 more"],
                   "To redirect the first, put `aliases: [/posts/p01/]` into the front matter of the page that "
                   "replaces it.")
    assert site.build("--dry-run").data["removed_urls"] == [f"/blog{path}" for path in gone]
    assert said(site) == dry
    assert said(site) is None, "once"
    assert site.build().data["removed_urls"] == []


def test_a_renamed_page_is_said_unless_an_alias_answers(make_site):
    site = make_site({"content/old.md": "# Old", "content/other.md": "# Other", "content/file.html": "<p>x",
                      **POSTS}, URL)
    site.build()
    site.edit({"content/old.md": None, "content/new.md": "---\naliases: [/old/]\n---\n# New",
               "content/file.html": None})
    result = site.build()
    assert (result.data["removed_urls"], result.data["removed"]) == ([], ["file.html"])
    site.edit({"content/new.md": "# New", "content/other.md": None, "content/another.md": "# Other"})
    assert site.build("--dry-run").data["removed_urls"] == ["/blog/old/", "/blog/other/"]
    site.edit({"content/other.md": "# Other"})
    assert said(site) == (1, ["  /old/"], "To redirect it, put `aliases: [/old/]` into the front matter of the page "
                          "that replaces it.")


def test_what_an_earlier_build_published_before_its_time_is_not_said(make_site):
    site = make_site({**POSTS, "content/soon.md": "---\ndraft: true\n---\nSoon."}, URL)
    site.run("build", "--drafts")
    assert said(site) is None
    assert "soon/index.html" not in site.files()
    site.edit({"content/posts/2026-01-01-p01.md": "---\ndraft: true\n---\nNo more."})
    assert said(site)[:2] == (1, ["  /posts/p01/"])


def test_lists_feeds_and_assets_are_no_pages(make_site):
    site = make_site({**POSTS, "content/notes/_index.md": "# N", "content/notes/a.png": "x"},
                     URL + "paginate: 3\nllms: true\n")
    site.build()
    site.edit({"config.yaml": URL + "paginate: 10\nsearch: false\nfeeds: false\n", **dict.fromkeys(list(POSTS)[:5]),
               "content/notes/a.png": None})
    result = site.build()
    assert result.data["removed_urls"] == [f"/blog/posts/p{day:02}/" for day in range(1, 6)]
    assert {"posts/page/1/index.html", "feed.xml", "tags/t1/index.html", "search/index.html", "notes/a.png"} <= set(
        result.data["removed"])


def test_urls_of_own_routes_and_sections_are_said_and_records_are_not_needed(make_site):
    own = ("import coldpress\n\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n{}\n    return app\n")
    route = "    app.add_url_rule('/uses/', 'uses', lambda: '<p>x</p>')\n"
    site = make_site({**POSTS, "content/notes/_index.md": "# N", "build.py": own.format(route)}, URL)
    site.build()
    for path in (site.root / ".coldpress").glob("build-*.sqlite"):
        path.unlink()
    site.edit({"content/notes/_index.md": None, "build.py": own.format(""), next(iter(POSTS)): None})
    assert site.build().data["removed_urls"] == ["/blog/notes/", "/blog/posts/p01/", "/blog/uses/"]
