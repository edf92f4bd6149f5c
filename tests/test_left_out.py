"""Left out means out: what is not published now comes out nowhere, and settings and secrets never do."""

from __future__ import annotations

import os

import pytest

URL = "base_url: https://example.org/\n"
SECRETS = {
    "draft": "---\ntitle: Salary\ndraft: true\nparams: {note: FRONTSECRET}\n---\nDRAFTSECRET text\n",
    "scheduled": "---\ntitle: Salary\ndate: 2999-01-01\n---\nDRAFTSECRET text\n",
    "expired": "---\ntitle: Salary\nexpiry_date: 2001-01-01\n---\nDRAFTSECRET text\n",
}
NAMES = ("secret.md", "./secret.md", "../content/secret.md", "/secret.md", "/content/secret.md", "content/secret.md",
         "link.md", "link.txt", "hard.txt", "/snippets/out.md", "out.md", "SECRET.md", "secret.md:1:9",
         "_drafts/idea.md", "/content/_drafts/idea.md", "_private/note.md", "/content/_private/note.md",
         "bundle/index.md", "bundle/x.txt", "/content/bundle/x.txt")
PUBLIC = {"content/index.md": "# Home\n", "content/tags/python.md": "Python.",
          "content/posts/2026-01-01-a.md": "---\ntags: [python]\n---\nA.",
          "content/posts/2026-01-03-c.md": "---\ntags: [python]\n---\nC."}


def hidden(state):
    """A site with what is left out in every way."""
    return {**PUBLIC, "content/secret.md": SECRETS[state], "content/_drafts/idea.md": "# Idea\n\nDRAFTSECRET",
            "content/_private/note.md": "# Note\n\nDRAFTSECRET", "content/_private/pic.txt": "shown",
            "content/bundle/index.md": SECRETS[state], "content/bundle/x.txt": "DRAFTSECRET",
            "content/posts/2026-01-02-b.md": SECRETS[state].replace("title:", "tags: [python, rare]\ntitle:"),
            "snippets/in.txt": "fine"}


def with_links(site):
    (site.root / "content/link.md").symlink_to("secret.md")
    (site.root / "content/link.txt").symlink_to("secret.md")
    os.link(site.root / "content/secret.md", site.root / "content/hard.txt")
    (site.root / "snippets/out.md").symlink_to("../content/secret.md")
    return site


def all_text(site):
    return {name: data.decode("utf-8", "replace") for name, data in site.files().items()}


def secrets_in(site):
    return [name for name, text in all_text(site).items() if "TSECRET" in text or "Salary" in text]


@pytest.mark.parametrize("state", SECRETS)
@pytest.mark.parametrize("trusted", ["true", "false"])
def test_what_is_left_out_is_in_no_other_page(make_site, state, trusted):
    asked = [f'::include{{file="{name}"}}' for name in NAMES] + [f'--8<-- "{name}"' for name in NAMES]
    body = "\n\n".join([*asked, "[[secret]]", "[s](secret.md)", "::embed{url=secret.md}", "![[secret]]"])
    site = with_links(make_site({**hidden(state), "content/page.md": f"# Page\n\n{body}\n"},
                                f"{URL}llms: true\nmarkdown: {{trusted: {trusted}}}\n"))
    result = site.build()
    assert result.code == 0, result.out
    assert secrets_in(site) == []
    told = {problem["place"]["line"] for problem in result.problems if problem["code"] == "markup.include"
            and problem["place"]["path"] == "content/page.md"}
    assert told == set(range(3, 3 + 2 * len(asked), 2))
    assert site.text("private/pic.txt") == "shown"
    said = next(problem["message"] for problem in result.problems if problem["code"] == "markup.include")
    assert "and left out" in said


def test_a_warning_says_what_is_left_out_at_the_line_of_the_include(make_site):
    site = make_site({"content/index.md": '# Home\n\n::include{file="secret.md"}\n\n--8<-- "secret.md"\n\n'
                      "[[secret]]\n\n![[Salary]]\n", "content/secret.md": SECRETS["draft"]})
    told = site.build().problems
    assert [(problem["severity"], problem["place"]["line"], problem["message"]) for problem in told] == [
        ("warning", 3, "`secret.md` cannot be shown here: it is a draft, and left out"),
        ("warning", 5, "the snippet `secret.md` is a draft, and left out"),
        ("warning", 7, "no page is called `secret`"), ("warning", 9, "no page is called `Salary`")]
    assert {problem["hint"] for problem in told[2:]} == {"that page is a draft"}


def test_pages_show_what_is_published_in_the_end_and_no_longer_what_expired(make_site):
    site = make_site({"content/a.md": '::include{file="s.md"}', "content/b.md": '--8<-- "s.md"', "content/c.md": "C.",
                      "content/s.md": "---\ntitle: S\ndraft: true\n---\nTHE TEXT"})
    site.build()
    assert "THE TEXT" not in "".join(all_text(site).values())
    for front, shown in (("", True), ("date: 2030-01-01\n", False)):
        text = f"---\ntitle: S\n{front}---\nTHE TEXT"
        rendered = site.edit({"content/s.md": text}).build("--clock", "2026-01-01").rendered
        assert rendered >= {"/a/", "/b/"}
        assert "/c/" not in rendered
        assert [("THE TEXT" in site.text(f"{name}/index.html")) for name in "ab"] == [shown, shown]
    assert site.build("--clock", "2030-01-02").rendered >= {"/a/", "/b/"}
    assert "THE TEXT" in site.text("a/index.html")
    site.edit({"content/s.md": "---\ntitle: S\nexpiry_date: 2031-01-01\n---\nTHE TEXT"}).build("--clock", "2030-01-02")
    assert "THE TEXT" in site.text("a/index.html")
    assert site.build("--clock", "2031-01-02").rendered >= {"/a/", "/b/"}
    assert "THE TEXT" not in "".join(all_text(site).values())
    clean = site.clean_copy()
    clean.build("--clock", "2031-01-02")
    assert clean.files() == site.files()
    assert clean.results[-1].problems == site.results[-1].problems


def test_jekyll_s_and_hexo_s_drafts_are_drafts(make_site):
    site = make_site({"content/_drafts/one.md": "# One", "content/docs/_drafts/deep/two.md": "# Two",
                      "content/_Drafts/three.md": "---\ndraft: false\n---\n# Three", "content/a.md": "A"})
    result = site.build()
    assert result.problems == []
    assert {out["reason"] for out in result.data["left_out"]} == {"draft"}
    assert len(result.data["left_out"]) == 3
    shown = site.build("-D")
    assert {"/drafts/one/", "/docs/drafts/deep/two/", "/drafts/three/"} <= {page["url"] for page in shown.data["pages"]}


def test_markdown_in_other_folders_with_an_underscore_is_withheld_and_named(make_site):
    site = make_site({"content/_private/note.md": "NOTE", "content/docs/_parts/deep/x.markdown": "NOTE",
                      "content/docs/a.md": "[n](../_private/note.md)", "content/_private/pic.png": "p",
                      "content/_headers": "/*\n", "content/_redirects": "/a /b\n", "content/_worker.js": "w",
                      "content/docs/_index.md": "# Docs", "content/_posts/2026-01-01-x.md": "---\ntitle: X\n---\nPOST"})
    result = site.build()
    assert result.code == 0
    told = [(problem["place"]["path"], problem["message"]) for problem in result.problems
            if problem["code"] == "source.withheld"]
    assert [path for path, _ in told] == ["content/_private/note.md", "content/docs/_parts/deep/x.markdown"]
    assert "`_private/note.md`" in told[0][1]
    assert "`docs/_parts/deep/x.markdown`" in told[1][1]
    link = next(problem for problem in result.problems if problem["code"] == "link.broken-link")
    assert link["hint"] == "that page is in a folder whose name begins with `_`"
    files = all_text(site)
    assert not [name for name, text in files.items() if "NOTE" in text]
    assert {"private/pic.png", "_headers", "_redirects", "_worker.js", "docs/index.html"} <= files.keys()
    assert [name for name, text in files.items() if "POST" in text and name.endswith("index.html")]


def test_snippets_may_lie_in_such_a_folder_if_the_config_says_so(build_site):
    site = build_site({"content/_parts/x.md": "A *part*.", "content/a.md": '--8<-- "x.md"'},
                      f"{URL}markdown: {{snippets: [content/_parts]}}\n")
    assert "A <em>part</em>." in site.text("a/index.html")
    assert not [name for name in site.files() if "parts" in name]


PRIVATE = ("/instance/key.txt", "/config.yaml", "/build.py", "/.coldpress/x.txt", "/.git/config", "/.env",
           "/content/.hidden/x.txt", "/snippets/.hidden.txt", "/snippets/to-instance.txt", "/snippets/to-config.txt",
           "/site/old/index.html", "/snippets/up/key.txt", "/code/.secret/x.txt", "/Instance/key.txt", "/CONFIG.yaml")


@pytest.mark.parametrize("trusted", ["true", "false"])
def test_settings_and_secrets_are_never_shown(make_site, trusted):
    secret = {name[1:]: "TOPSECRET" for name in PRIVATE
              if name.startswith(("/instance", "/.", "/content", "/site", "/code"))}
    asked = [f'::include{{file="{name}"}}' for name in PRIVATE] + [f'--8<-- "{name[1:]}"' for name in PRIVATE]
    site = make_site({**secret, "snippets/.hidden.txt": "TOPSECRET", "requirements.txt": "flask>=3\n",
                      "requirements-dev.txt": "pytest>=8\n", "content/a.md": "\n\n".join(asked),
                      "content/b.md": '::include{file="/requirements.txt"}\n\n--8<-- "requirements-dev.txt"'},
                     f"{URL}title: TOPSECRET-config\nmarkdown: {{trusted: {trusted}}}\n")
    (site.root / "snippets/to-instance.txt").symlink_to("../instance/key.txt")
    (site.root / "snippets/to-config.txt").symlink_to("../config.yaml")
    (site.root / "snippets/up").symlink_to("../instance")
    result = site.run("build", "--json", "-o", str(site.root / "out"))
    told = {problem["place"]["line"] for problem in result.problems if problem["place"]["path"] == "content/a.md"}
    assert told == set(range(1, 2 * len(asked), 2))
    page = (site.root / "out/a/index.html").read_text()
    assert "TOPSECRET<" not in page
    assert "create_app" not in page
    assert "base_url" not in page
    if trusted == "true":
        assert "pytest&gt;=8" in (site.root / "out/b/index.html").read_text()
        assert "flask" in (site.root / "out/b/index.html").read_text()
