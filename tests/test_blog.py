"""The face of a blog: the head of its home page, cards of three densities, the foot of every page."""

from __future__ import annotations

import re

import pytest

CONFIG = """
title: Ada
base_url: https://example.org/blog/
description: A blog.
paginate: 2
"""
POSTS = {
    "content/posts/one.md": "---\ndate: 2023-05-01\ntags: [tea]\n---\n\nThe first. " + "word " * 600,
    "content/posts/two.md": "---\ndate: 2024-05-01\ndescription: All of it.\nimage: /two.png\n---\n\nThe second.",
    "content/posts/three.md": "---\ndate: 2025-05-01\n---\n\n**The** third.\n\nMore.",
    "content/two.png": b"x", "content/about.md": "# About"}


def home(site):
    return site.text("index.html")


def test_the_home_page_says_who_writes(build_site):
    config = CONFIG + """
intro: I bake, see [about](about.md) and [*tea*](/tags/tea/).
portrait: me.png
social: {github: ada, mastodon: "@ada@example.social", email: a@b.org, Shop: "https://shop.example/", rss: true}
"""
    site = build_site({**POSTS, "content/me.png": b"x"}, config)
    head = home(site).partition('<header class="introduction">')[2].partition("</header>")[0]
    assert '<h1 dir="auto">Ada</h1>' in head
    assert ('<div class="lead" dir="auto"><p>I bake, see <a href="/blog/about/">about</a> and '
            '<a href="/blog/tags/tea/"><em>tea</em></a>.</p>') in head
    assert '<img src="/blog/me.png" width="112" height="112" alt="" class="portrait" fetchpriority="high"' in head
    assert re.findall(r'<a( rel="me")? href="([^"]+)" aria-label="([^"]+)"', head) == [
        (' rel="me"', "https://github.com/ada", "GitHub"), (' rel="me"', "https://example.social/@ada", "Mastodon"),
        (' rel="me"', "mailto:a@b.org", "Email"), (' rel="me"', "https://shop.example/", "Shop"),
        ("", "/blog/feed.xml", "RSS")]
    site.edit({"config.yaml": config + "language: zh\n"}).build()
    assert re.findall(r'aria-label="([^"]+)" title="\1"', home(site))[:3] == ["GitHub", "Mastodon", "邮箱"]


def test_without_an_intro_the_description_stands_there(build_site):
    page = home(build_site(POSTS, CONFIG))
    assert '<p class="lead" dir="auto">A blog.</p>' in page
    assert 'class="social"' not in page
    assert 'class="portrait"' not in page


@pytest.mark.parametrize(("link", "hint"), [("abuot.md", "did you mean `about.md`?"), ("/nowhere/", None)])
def test_a_link_of_the_intro_that_leads_nowhere_is_told(make_site, link, hint):
    found = make_site(POSTS, CONFIG + f"intro: See [it]({link}).\n").build().problems
    told = [(each["message"], each["place"]["line"], each["hint"]) for each in found if each["code"] == "config.intro"]
    assert told == [(f"nothing is at `{link}`, to which the intro links", 6, hint)]


def test_pictures_that_are_not_there_are_told_where_they_are_named(make_site):
    site = make_site({**POSTS, "content/头像.png": b"x", "content/bob.png": b"x",
                      "data/authors.yaml": "Bob Ray:\n  name: Bob\n  image: bop.png\n"},
                     CONFIG + "portrait: 头象.png\nintro: See [it](/nowhere/).\n")
    told = [(each["code"], each["place"]["path"], each["place"]["line"], each["hint"])
            for each in site.build().problems if each["code"] != "image.damaged"]
    assert sorted(told) == [("config.intro", "config.yaml", 7, None),
                            ("config.portrait", "config.yaml", 6, "did you mean `头像.png`?"),
                            ("data.author-image", "data/authors.yaml", 3, "did you mean `bob.png`?")]


def test_older_posts_lead_to_their_year_in_the_archive(build_site):
    site = build_site(POSTS, CONFIG)
    assert '<a rel="next" href="/blog/archive/#y2023">Older posts</a>' in home(site)
    assert 'id="y2023"' in site.text("archive/index.html")
    site.edit({"content/posts/one.md": None}).build()
    assert "Older posts" not in home(site)


def card(site, title):
    cards = re.findall(r'<article class="card">.*?</article>', site.text("posts/index.html"), re.S)
    (found,) = [each for each in cards if f">{title}</a></h2>" in each]
    return found


def test_a_card_shows_date_minutes_description_tags_and_picture(build_site):
    site = build_site(POSTS, CONFIG)
    one, two = card(site, "One"), card(site, "Two")
    assert ">1 May 2023</time>\n<span>3 min read</span>" in one
    assert '<li><a href="/blog/tags/tea/">tea</a></li>' in one
    assert "<img" not in one
    assert '<p class="description" dir="auto">All of it.</p>' in two
    assert '<img src="/blog/two.png" alt="" loading="lazy" decoding="async">' in two


def test_a_list_of_texts_has_whole_summaries(build_site):
    site = build_site(POSTS, CONFIG + "theme: {list: text}\n")
    assert "<strong>The</strong> third." in card(site, "Three")
    assert "<img" not in card(site, "Two")


def test_a_card_in_another_language_stands_whole_in_its_direction(build_site):
    post = "---\ndate: 2025-01-02\nlang: ar\ntitle: عنوان\nauthor: Ann\n---\nنص\n"
    site = build_site({**POSTS, "content/posts/ar.md": post}, CONFIG)
    found = site.text("posts/index.html").partition('<article class="card" dir="rtl">')[2].partition("</article>")[0]
    assert "<bdi>2 Jan 2025</bdi></time>\n<span><bdi>1 min read</bdi></span>" in found
    assert "<span><bdi>" in site.text("posts/ar/index.html").partition('<p class="meta">')[2].partition("</p>")[0]


def test_a_grid_has_large_pictures_and_texts_where_there_is_none(build_site):
    site = build_site(POSTS, CONFIG + "theme: {list: grid}\n")
    cards = re.findall(r'<article class="card">.*?</article>', site.text("posts/index.html"), re.S)
    assert '<div class="cards covers">' in site.text("posts/index.html")
    two, = [each for each in cards if ">Two</a></h2>" in each]
    assert "<img" in two and "card-terms" not in two and "All of it." not in two
    assert any("card-terms" in each and "<img" not in each for each in cards)
    assert "/theme/pictures." in site.text("posts/index.html")


def test_a_compact_list_has_a_line_for_each_post(build_site):
    page = build_site(POSTS, CONFIG + "theme: {list: compact}\n").text("posts/index.html")
    assert 'class="card"' not in page
    assert '<li><a href="/blog/posts/three/" dir="auto">Three</a> <time' in page


def test_a_card_changes_when_its_minutes_do(build_site):
    site = build_site(POSTS, CONFIG)
    three = "---\ndate: 2025-05-01\n---\n\n**The** third.\n\n"
    assert "/blog/posts/" not in site.edit({"content/posts/three.md": f"{three}More words."}).build().rendered
    assert "/blog/posts/" in site.edit({"content/posts/three.md": three + "more " * 900}).build().rendered
    assert "<span>4 min read</span>" in card(site, "Three")


def test_terms_stand_after_the_name_of_their_taxonomy(build_site):
    page = build_site({"content/posts/a.md": "---\ndate: 2025-01-01\ntags: [x]\ncategories: [y]\n---\nHello."},
                      CONFIG).text("posts/a/index.html")
    groups = page.partition('<dl class="term-groups">')[2].partition("</dl>")[0]
    assert re.findall(r"<dt>(.*?)</dt>|>(\w+)</a>", groups) == [("Tags", ""), ("", "x"), ("Categories", ""), ("", "y")]


def test_the_foot_has_the_copyright(build_site):
    site = build_site({"content/a.md": "# A"}, CONFIG + "copyright: © 2026 Ada & Bea\n")
    foot = site.text("a/index.html").partition('<footer class="colophon">')[2]
    assert '<p dir="auto">© 2026 Ada &amp; Bea</p>' in foot
    assert "Archive" not in foot


def test_drafts_in_the_archive_have_a_badge(make_site):
    site = make_site({"content/posts/a.md": "---\ndate: 2025-01-01\ndraft: true\n---\nHello."}, CONFIG)
    site.build("--drafts")
    assert '<strong class="badge">Draft</strong> <a href="/blog/posts/a/"' in site.text("archive/index.html")


@pytest.mark.parametrize(("preset", "there"), [
    ("paper", "--text: var(--serif);"), ("ink", "oklch(100% 0 0)"), ("serif", "--head: var(--serif);"),
    ("terminal", "[lang][lang] { --sans: var(--mono); --serif: var(--mono); }")])
def test_presets(build_site, preset, there):
    css = build_site({"content/a.md": "# A"}, CONFIG + f"theme: {{preset: {preset}}}\n").text("theme/theme.css")
    assert re.sub(r"\s*([{};:])\s*", r"\1", there) in css
    assert css.count("{") == css.count("}")


def test_the_accounts_are_at_the_foot_of_a_site_with_a_home_page_of_its_own(build_site):
    config = CONFIG + "docs: [.]\nsocial: {github: ada}\n"
    site = build_site({"content/index.md": "# Home", "content/a.md": "A."}, config)
    for page in ("index.html", "a/index.html", "404.html", "search/index.html"):
        assert '<ul class="social">' in site.text(page).partition('<footer class="colophon">')[2], page
        assert '<body class="docs">' in site.text(page), page


def test_progress_is_an_option(build_site):
    post = {"content/posts/a.md": "---\ndate: 2025-01-01\n---\nHello."}
    site = build_site(post, CONFIG)
    assert 'class="progress"' not in site.text("posts/a/index.html")
    assert "animation-timeline" not in site.text("theme/theme.css")
    assert 'class="progress"' in build_site(post, CONFIG + "theme: {progress: true}\n").text("posts/a/index.html")


@pytest.mark.parametrize(("line", "message", "hint"), [
    ("social: {githb: ada}", "`social`: `githb` is not a service that Coldpress knows by name",
     "did you mean `github`?"),
    ("social: {mastodon: ada}", "`social`: `mastodon` is written `@name@server.example`, or as a whole URL", None),
    ("social: {github: }", "`social`: `github` is the name of an account or a URL",
     "leave the line out if there is none"),
    ("social: [github]", "`social`: `key: value` lines are expected here, such as `github: octocat`", None),
    ("theme: {preset: papper}", "`theme`: `preset` is `paper`, `ink`, `serif` or `terminal`", "did you mean `paper`?"),
    ("theme: {list: card}", "`theme`: `list` is `cover`, `grid`, `text` or `compact`", None)])
def test_mistakes_are_told(make_site, line, message, hint):
    (problem,) = make_site({"content/a.md": "# A"}, CONFIG + line + "\n").build().problems
    assert (problem["message"], problem["hint"], problem["place"]["line"]) == (message, hint, 6)
