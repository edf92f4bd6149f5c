"""Social cards: which pages have one, what is drawn, what it depends on, and what is reported."""

from __future__ import annotations

import io
import re
import sqlite3
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import REPOSITORY, theme_css
from PIL import Image

from coldpress.extras import pip_install
from coldpress.images import cards as drawing
from coldpress.images import typesetting
from coldpress.images.colours import DARK, LIGHT, hex_of, oklch_of, palette, rgb_of, rgb_of_oklch
from coldpress.images.directions import visual_runs
from coldpress.images.typesetting import clusters, cut_lines, pieces, set_lines

FONT = (REPOSITORY / "coldpress/images/inter-display.ttf").read_bytes()
CONFIG = "title: Ada's kitchen\nbase_url: https://example.org/blog/\nsearch: false\nfeeds: false\nsocial_cards: true\n"
POST = "---\ntitle: Bread\ndate: 2026-03-12\ntags: [rye]\n---\nWords."
DRAWING = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">'
           '<rect width="20" height="20" fill="#ff0000"/></svg>')
needs_resvg = pytest.mark.skipif(find_spec("resvg_py") is None, reason="resvg draws SVG")
SITE = {"content/posts/bread.md": POST, "content/docs/_index.md": "---\ntitle: Guide\n---\n",
        "content/docs/ovens.md": "---\ntitle: Ovens\n---\nHot.",
        "content/notes.md": "---\npermalink: /n.html\n---\n# Notes"}


def picture(colour="#123456", size=(64, 64)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def cards(site):
    """The path of the card of each page, without its hash."""
    return {re.sub(r"[0-9a-f]{10}\.png$", "", name): name for name in site.files()
            if re.search(r"card\.[0-9a-f]{10}\.png$", name)}


def opened(site, name):
    return Image.open(io.BytesIO(site.files()[cards(site)[name]])).convert("RGB")


def rebuilt(site, edits):
    """Edit and build: the cards, by page.  The build did what a clean one does."""
    result = site.edit(edits).build()
    assert result.code == 0, result.problems
    clean = site.clean_copy()
    assert clean.build().problems == result.problems
    assert clean.files() == site.files()
    return cards(site)


@pytest.fixture
def kitchen(build_site):
    return build_site(SITE, CONFIG)


def test_every_page_without_a_picture_has_a_card(kitchen):
    folders = ("", "posts/", "posts/bread/", "docs/", "docs/ovens/", "tags/", "tags/rye/", "archive/", "n.")
    assert set(cards(kitchen)) == {f"{folder}card." for folder in folders}


def test_a_card_is_a_picture_of_the_size_that_networks_want(kitchen):
    card = opened(kitchen, "posts/bread/card.")
    assert card.size == (1200, 630)
    accent = rgb_of_oklch(palette("paper", None, is_dark=False).accent)
    assert max(abs(one - other) for one, other in zip(card.getpixel((600, 625)), accent, strict=True)) <= 2


def test_metadata_name_the_card(kitchen):
    page = kitchen.text("posts/bread/index.html")
    url = f"https://example.org/blog/{cards(kitchen)['posts/bread/card.']}"
    assert f'<meta property="og:image" content="{url}">' in page
    assert '<meta property="og:image:width" content="1200">' in page
    assert '<meta property="og:image:alt" content="Bread">' in page
    assert '<meta name="twitter:card" content="summary_large_image">' in page
    for folder in ("", "posts/", "tags/", "tags/rye/", "archive/"):
        assert cards(kitchen)[f"{folder}card."] in kitchen.text(f"{folder}index.html")
    assert cards(kitchen)["n.card."] in kitchen.text("n.html")
    assert "og:image" not in kitchen.text("404.html")


def test_a_page_with_a_picture_has_no_card(build_site):
    site = build_site({**SITE, "content/posts/bread.md": POST.replace("tags", "image: loaf.png\ntags"),
                       "content/posts/loaf.png": picture()}, CONFIG)
    assert "posts/bread/card." not in cards(site)
    assert "loaf" in re.search('og:image" content="([^"]+)', site.text("posts/bread/index.html"))[1]


def test_a_page_may_be_shared_with_its_card_or_another_picture_than_its_cover(build_site):
    post = "---\ntitle: {}\ndate: 2026-03-12\nimage: /cover.png\nog_image: {}\n---\nWords."
    site = build_site({"content/posts/card.md": post.format("C", "card"), "content/cover.png": picture(),
                       "content/posts/other.md": post.format("O", "/other.png"), "content/other.png": picture("#888")},
                      CONFIG.replace("feeds: false\n", ""))
    assert site.results[-1].problems == []
    assert {name for name in cards(site) if name.count("/") > 1} == {"posts/card/card."}
    pages = {name: site.text(f"posts/{name}/index.html") for name in ("card", "other")}
    shown = {name: re.search(r'og:image" content="https://example.org/blog/([^"]*)"', pages[name])[1] for name in pages}
    assert shown["card"] == cards(site)["posts/card/card."] and shown["other"].startswith("other.")
    assert all("/cover." in text for text in (*pages.values(), site.text("feed.xml")))
    assert "other." not in site.text("feed.xml")
    assert "posts/other/card." in rebuilt(site, {"content/posts/other.md": post.format("O", "card")})
    assert "posts/card/card." not in rebuilt(site, {"content/posts/card.md": post.format("C", "/other.png")})


def test_a_card_that_is_not_there_and_a_shared_picture_that_is_not_there_are_told(make_site):
    page = "---\nog_image: {}\n---\nA."
    site = make_site({"content/a.md": page.format("card"), "content/b.md": page.format("no.png")},
                     CONFIG.replace("social_cards: true", "social_cards: false"))
    told = [(each["code"], each["place"]["path"], each["place"]["line"]) for each in site.build().problems]
    assert told == [("page.og-image", "content/a.md", 2), ("link.broken-image", "content/b.md", 2)]


def test_numbered_pages_of_a_list_share_its_card(build_site):
    posts = {f"content/posts/{number}.md": f"---\ntitle: {number}\ndate: 2026-01-{number:02}\n---\n"
             for number in range(1, 7)}
    site = build_site(posts, f"{CONFIG}paginate: 2\n")
    assert cards(site)["posts/card."] in site.text("posts/page/1/index.html")


def test_cards_are_off_unless_they_are_wanted(build_site):
    assert not cards(build_site(SITE, CONFIG.replace("social_cards: true\n", "")))


def test_without_a_base_url_no_page_names_its_card(make_site):
    site = make_site(SITE, CONFIG.replace("base_url: https://example.org/blog/\n", ""))
    assert site.build().code == 0
    assert "og:image" not in site.text("posts/bread/index.html")


def test_the_preview_draws_a_card_when_it_is_asked_for(browse):
    preview = browse(SITE, CONFIG)
    url = re.search('og:image" content="https://example.org(/[^"]+)', preview.get("/blog/tags/rye/").text)[1]
    answer = preview.get(url)
    assert (answer.status_code, answer.mimetype, answer.data[:4]) == (200, "image/png", b"\x89PNG")
    assert preview.get("/blog/posts/bread/card.0123456789.png").status_code == 404
    preview.edit({"content/posts/bread.md": POST.replace("Bread", "Loaf")})
    assert "card." in preview.get("/blog/posts/bread/").text
    assert preview.get(url.replace("tags/rye", "nothing")).status_code == 404


def test_the_inspector_shows_the_card(browse):
    preview = browse(SITE, CONFIG)
    page = preview.get("/blog/posts/bread/", **{"Sec-Fetch-Dest": "document"}).text
    ident, base = re.search(r'data-render="([^"]+)"', page)[1], re.search(r'href="([^"]+)preview.css', page)[1]
    inspected = preview.get(f"{base}inspect?render={ident}").text
    source = re.search(r'<img src="([^"]+card\.[^"]+)"', inspected)[1]
    assert preview.get(source).data[:4] == b"\x89PNG"


# Dependencies: each edit gives what a clean build gives, and draws what it concerns.

@pytest.mark.parametrize(("file", "old", "new", "changed"), [
    ("content/posts/bread.md", "title: Bread", "title: Loaf", {"posts/bread/card."}),
    ("content/posts/bread.md", "2026-03-12", "2026-03-13", {"posts/bread/card."}),
    ("content/posts/bread.md", "tags", "lang: de\ntags", {"posts/bread/card."}),
    ("content/posts/bread.md", "Words.", "More words.", set()),
    ("content/docs/_index.md", "Guide", "Manual", {"docs/card.", "docs/ovens/card."}),
    ("config.yaml", "Ada's kitchen", "Eve's kitchen", "all"),
    ("config.yaml", "social_cards: true", "social_cards: true\ntheme: {accent: teal}", "all"),
    ("config.yaml", "social_cards: true", "social_cards: true\ntheme: {preset: serif}", "all"),
    ("config.yaml", "social_cards: true", "social_cards: true\ndescription: Bread and soup", {"card."}),
    ("config.yaml", "social_cards: true", "social_cards: true\nlanguage: fr", "all"),
    ("config.yaml", "social_cards: true", "social_cards: {background: '#102a43'}", "all"),
    ("config.yaml", "social_cards: true", "social_cards: {font: a.ttf}", "all"),
    ("config.yaml", "social_cards: true", "social_cards: {logo: logo.png}", "all"),
    ("config.yaml", "social_cards: true", "social_cards: {background: logo.png}", "all")])
def test_after_an_edit_the_cards_are_those_of_a_clean_build(build_site, file, old, new, changed):
    site = build_site({**SITE, "static/a.ttf": FONT + b"\0", "content/logo.png": picture()}, CONFIG)
    before = cards(site)
    after = rebuilt(site, {file: (site.root / file).read_text("utf-8").replace(old, new)})
    differing = {name for name in before if before[name] != after.get(name)}
    assert differing == (set(before) if changed == "all" else changed)
    assert rebuilt(site, {file: SITE.get(file, CONFIG)}) == before


@pytest.mark.parametrize(("option", "name", "one", "other"), [
    ("font", "static/f.ttf", FONT + b"\0", FONT + b"\0\0"), ("font", "fonts/f.ttf", FONT + b"\0", FONT + b"\0\0"),
    ("logo", "content/logo.png", picture(), picture("red")), ("logo", "logo.png", picture(), picture("red")),
    ("background", "static/shore.png", picture(), picture("red"))])
def test_a_named_file_that_changes_changes_the_cards(build_site, option, name, one, other):
    site = build_site({**SITE, name: one}, CONFIG.replace("cards: true", f"cards: {{{option}: {name}}}"))
    before = cards(site)
    assert site.build().rendered == set()
    after = rebuilt(site, {name: other})
    assert set(before.values()).isdisjoint(after.values())
    assert f"/{after['posts/bread/card.']}" in site.text("posts/bread/index.html")


def test_other_libraries_draw_all_cards_anew(build_site, monkeypatch):
    site = build_site(SITE, CONFIG)
    before = cards(site)
    monkeypatch.setattr(drawing, "shaping_version", lambda: "another FriBiDi")
    drawing._version.cache_clear()
    try:
        assert set(rebuilt(site, {}).values()).isdisjoint(before.values())
        assert cards(site)["posts/bread/card."] in site.text("posts/bread/index.html")
    finally:
        drawing._version.cache_clear()


def test_switching_cards_on_and_off(build_site):
    site = build_site(SITE, CONFIG.replace("social_cards: true\n", ""))
    assert rebuilt(site, {"config.yaml": CONFIG})
    assert not rebuilt(site, {"config.yaml": CONFIG.replace("cards: true", "cards: false")})


def test_a_restored_cache_draws_no_card_again(kitchen):
    before = kitchen.files()
    for file in cards(kitchen).values():
        (kitchen.root / "site" / file).unlink()
    (kitchen.root / "site/posts/bread/index.html").unlink()
    assert kitchen.build().rendered == set()
    assert kitchen.files() == before


def test_a_card_that_is_lost_is_drawn_again(kitchen):
    before = kitchen.files()
    for file in (kitchen.root / ".coldpress/images").rglob("*.png"):
        file.write_bytes(b"damaged")
    path = cards(kitchen)["posts/bread/card."]
    (kitchen.root / "site" / path).unlink()
    assert kitchen.build().rendered == {f"/blog/{path}"}
    assert kitchen.files() == before


def test_the_bytes_of_cards_are_kept_once(kitchen):
    (database,) = (kitchen.root / ".coldpress").glob("build-*.sqlite")
    with sqlite3.connect(database) as connection:
        kept = {path for path, in connection.execute("SELECT path FROM contents")}
    assert "/posts/bread/" in kept
    assert not [path for path in kept if path.endswith(".png")]


def test_several_processes_draw_the_same_cards(build_site):
    posts = {f"content/posts/{number}.md": f"---\ntitle: Post {number}\ndate: 2026-01-01\n---\n"
             for number in range(60)}
    one, several = build_site(posts, CONFIG), build_site({}, CONFIG).edit(posts)
    assert several.build("-j", "2").code == 0
    assert several.files() == one.files()
    (several.root / "site/posts/1/index.html").unlink()
    (several.root / "site" / cards(several)["posts/1/card."]).unlink()
    assert several.build().rendered == set()


def test_relative_links_leave_the_url_of_a_card_whole(build_site):
    site = build_site(SITE, f"{CONFIG}links: relative\n")
    assert f"https://example.org/blog/{cards(site)['posts/bread/card.']}" in site.text("posts/bread/index.html")


def test_a_file_at_the_path_of_a_card_is_reported(kitchen):
    path = cards(kitchen)["posts/bread/card."]
    result = kitchen.edit({f"content/{path}": picture()}).build()
    assert [problem["code"] for problem in result.problems] == ["url.clash"]


# Templates in Python.

BUILD = '''import coldpress


def create_app():
    app = coldpress.create_app(__file__)
    site = coldpress.get_site(app)

    @site.social_card("poster")
    def poster(canvas, card):
        canvas.rectangle((0, 0, 1200, 630), (9, 9, 9))
        canvas.text(card.title, (80, 80, 1040, 470), colour=(255, 0, 0), size=96, least=52, lines=4)

    return app
'''
POSTER = CONFIG.replace("social_cards: true", "social_cards: {template: poster}")


def test_a_function_of_build_py_draws_cards(build_site):
    site = build_site({**SITE, "build.py": BUILD}, POSTER)
    card = opened(site, "posts/bread/card.")
    assert card.getpixel((5, 625)) == (9, 9, 9)
    assert any(red > 200 and green < 60 for red, green, _ in card.crop((80, 80, 500, 200)).get_flattened_data())
    before = cards(site)
    after = rebuilt(site, {"build.py": BUILD.replace("(9, 9, 9)", "(0, 0, 99)")})
    assert set(after.values()).isdisjoint(before.values())
    assert opened(site, "posts/bread/card.").getpixel((5, 625))[2] > 90


def test_a_template_that_is_not_there_is_an_error(make_site):
    result = make_site({**SITE, "build.py": BUILD}, POSTER.replace("poster", "postr")).build()
    (problem,) = result.problems
    assert (problem["code"], problem["place"]["line"]) == ("cards.template", 5)
    assert problem["hint"] == "did you mean `poster`?"


def test_a_function_that_fails_is_reported_at_its_line(make_site):
    result = make_site({**SITE, "build.py": BUILD.replace("card.title,", "card.name,")}, POSTER).build()
    assert {(problem["code"], problem["place"]["path"], problem["place"]["line"]) for problem in result.problems} == {
        ("route.failed", "build.py", 11)}


# Problems.

def test_a_missing_glyph_is_one_warning_at_the_title(make_site):
    site = make_site({**SITE, "content/posts/a.md": "---\ndate: 2026-01-01\ntitle: 面包\n---\n",
                      "content/posts/b.md": "---\ntitle: 湯\ndate: 2026-01-01\n---\n"}, CONFIG)
    (problem,) = site.build().problems
    assert problem["code"] == "cards.glyph" and problem["severity"] == "warning"
    assert "social_cards: {font:" in problem["hint"]
    assert (problem["place"]["path"], problem["place"]["line"]) == ("content/posts/a.md", 3)
    assert "面包湯" in problem["message"] and "1 other title" in problem["message"]


def test_a_missing_glyph_names_a_font_for_each_script(make_site):
    title = "---\ntitle: {}\n---\n"
    site = make_site({"content/a.md": title.format("面包" * 9 + "一二三四五六七八九十"),
                      "content/b.md": title.format("خبز")}, CONFIG)
    (problem,) = [each for each in site.build().problems if each["code"] == "cards.glyph"]
    assert "`面包一二三四خبز`" in problem["message"]
    assert "[fonts/NotoSansSC-Bold.ttf, fonts/NotoSansArabic-Bold.ttf]" in problem["hint"]


@pytest.mark.parametrize(("value", "code", "says"), [
    ("{font: no.ttf}", "cards.file", "there is no file `no.ttf`"),
    ("{logo: bad.svg}", "cards.file", "cannot be shown"), ("{logo: no.png}", "cards.file", "there is no file `no.png`"),
    ("{font: x.woff2}", "config.value", "a font is expected here"),
    ("{font: ../x.ttf}", "config.value", "inside the site"), ("{background: blu}", "config.value", "a colour"),
    ("{colour: red}", "config.value", "there is no `colour`"), ("yes please", "config.value", "`key: value`"),
    ("{logo: bad.png}", "cards.file", "cannot be shown"), ("{font: bad.ttf}", "cards.font", "a font cannot be used"),
    ("{template: [1]}", "config.value", "the name")])
def test_a_wrong_option_is_an_error_at_its_place(make_site, value, code, says):
    site = make_site({**SITE, "static/bad.png": b"no picture", "static/bad.ttf": b"no font",
                      "static/bad.svg": "<svg"},
                     CONFIG.replace("social_cards: true", f"social_cards: {value}"))
    (problem,) = site.build().problems
    assert problem["code"] == code and says in problem["message"] and problem["severity"] == "error"
    assert (problem["place"]["path"], problem["place"]["line"]) == ("config.yaml", 5)


def test_a_drawing_as_logo_needs_what_draws_it(make_site, monkeypatch):
    monkeypatch.setattr("coldpress.images.drawings.can_read_svg", lambda: False)
    site = make_site({**SITE, "static/logo.svg": DRAWING},
                     CONFIG.replace("social_cards: true", "social_cards: {logo: logo.svg}"))
    assert site.build().places() == [("cards.svg", "config.yaml", 5)]


def test_without_pillow_there_are_no_cards_and_a_warning(make_site, monkeypatch):
    monkeypatch.setattr("coldpress.web.social_cards.can_read_images", lambda: False)
    site = make_site(SITE, CONFIG)
    (problem,) = site.build().problems
    assert problem["code"] == "cards.pillow" and pip_install("images") in problem["hint"]
    assert not cards(site)


def test_letters_that_cannot_be_joined_are_a_warning_at_a_title(make_site, monkeypatch):
    monkeypatch.setattr("coldpress.images.fonts.can_shape", lambda: False)
    site = make_site({"content/posts/a.md": POST.replace("Bread", "خبز")}, CONFIG)
    assert [(problem["code"], problem["place"]["line"]) for problem in site.build().problems] == [
        ("cards.glyph", 2), ("cards.shaping", 2)]


TWO_SITES = '''import coldpress
from flask import Flask


def create_app():
    app = Flask(__name__)
    for name in ("blog", "docs"):
        coldpress.Coldpress(app, name, url_prefix=f"/{name}", name=name)
    return app
'''


def test_sites_of_one_app_have_cards_and_icons_of_their_own(make_site):
    site = make_site({"build.py": TWO_SITES})
    for name in ("blog", "docs"):
        site.edit({f"{name}/config.yaml": f"title: {name}\nbase_url: https://example.org/{name}/\nsocial_cards: true\n"
                                          "favicon: logo.png\n", f"{name}/content/about.md": "# Me",
                   f"{name}/content/logo.png": picture(size=(512, 512))})
    assert site.build("--site", "docs").problems == []
    files = site.files("docs/site")
    card = next(name for name in files if name.startswith("docs/about/card."))
    assert f"https://example.org/{card}".encode() in files["docs/about/index.html"]
    assert "docs/favicon.ico" in files


# What a card shows.

def test_a_text_from_right_to_left_begins_at_the_right(build_site):
    post = POST.replace("tags", "lang: ar\ntags").replace("Bread", "B")
    card = opened(build_site({**SITE, "content/posts/bread.md": post}, CONFIG), "posts/bread/card.").convert("L")
    left, right = card.crop((0, 160, 600, 480)), card.crop((600, 160, 1200, 480))
    assert left.getextrema()[0] > 200 > right.getextrema()[0]


@pytest.mark.parametrize("logo", [None, pytest.param(DRAWING, marks=needs_resvg)])
def test_the_logo_stands_where_lines_begin_with_the_name_beside_it(build_site, logo):
    """Of a page from right to left at the right, of another at the left; 20 pixels are between logo and name."""
    name = "logo.svg" if logo else "logo.png"
    rtl = POST.replace("tags", "lang: ar\ntags").replace("Bread", "B")
    site = build_site({**SITE, f"content/{name}": logo or picture("#ff0000", (60, 60)), "content/posts/rtl.md": rtl},
                      CONFIG.replace("social_cards: true", f"social_cards: {{logo: {name}}}"))
    for page, edge, side in (("posts/rtl/", 1116, -1), ("posts/bread/", 84, 1)):
        row = opened(site, f"{page}card.").crop((0, 98, 1200, 99))
        red = [x for x in range(1200) if max(row.getpixel((x, 0))[1:]) < 60 and row.getpixel((x, 0))[0] > 200]
        assert (red[0], red[-1] + 1) == ((edge, edge + 60) if side > 0 else (edge - 60, edge)), page
        head = opened(site, f"{page}card.").convert("L").crop((0, 68, 1200, 128))
        beside = range(edge + 60 * side + (0 if side > 0 else -1), edge + 400 * side, side)
        first = next(x for x in beside if min(head.getpixel((x, y)) for y in range(60)) < 120)
        assert 15 < abs(first - (edge + 60 * side)) < 32, page


@pytest.mark.parametrize(("accent", "bar"), [("#c8442a", "#c8442a"), ("#fdfdfa", None)])
def test_the_bar_has_the_accent_as_it_is_where_it_can_be_seen(build_site, accent, bar):
    card = opened(build_site(SITE, CONFIG + f'theme: {{accent: "{accent}"}}\n'), "posts/bread/card.")
    shown = card.getpixel((600, 625))
    assert shown == rgb_of(bar) if bar else shown[1] < 150


def test_a_picture_behind_the_text_is_darkened(build_site):
    site = build_site({**SITE, "content/shore.png": picture("#ffffff", (300, 300))},
                      CONFIG.replace("social_cards: true", "social_cards: {background: shore.png}"))
    assert max(opened(site, "posts/bread/card.").getpixel((600, 40))) < 120


# Setting text.

def lines(text, width, most=9):
    return set_lines(pieces(text, len), width, most)


def test_lines_are_about_equally_long():
    assert lines("How we moved forty thousand pages to a static site", 30) == [
        "How we moved forty thousand", "pages to a static site"]
    assert lines("one two three four five six", 24) == ["one two three", "four five six"]
    assert lines("Bread", 10) == ["Bread"]
    assert lines("one two three", 5, most=1) is None
    assert lines("unbreakable", 5) is None
    assert lines("", 5) == []


def test_marks_do_not_begin_or_end_a_line():
    for text in ("我们昨天去了海边，今天在家里写字。", "「パンの作り方」について、ちょっと書きます。",
                 "他说：“重点在这里”，然后走了——真的。"):
        for width in range(4, 12):
            found = lines(text, width)
            assert "".join(found) == text and all(len(line) <= width for line in found)
            for line in found:
                assert line[0] not in typesetting._NOT_FIRST and line[-1] not in typesetting._NOT_LAST, found


def test_latin_words_among_ideographs_stay_whole():
    for width in range(8, 14):
        joined = "\n".join(lines("如何用Flask和Markdown写博客", width))
        assert "Flask" in joined and "Markdown" in joined


def test_a_line_ends_after_a_mark_where_it_can():
    assert lines("先揉面，再等待：用黑麦粉养酵种", 8) == ["先揉面，", "再等待：", "用黑麦粉养酵种"] or lines(
        "先揉面，再等待：用黑麦粉养酵种", 8)[0].endswith(("，", "："))


def test_a_line_may_end_after_a_hyphen():
    assert lines("state-of-the-art bread", 13) == ["state-of-", "the-art bread"]


def test_a_text_that_is_too_long_ends_with_dots():
    assert cut_lines(pieces("one two, three four", len), 9, 1, len) == ["one two…"]
    assert cut_lines(pieces("unbreakable words", len), 6, 2, len) == ["unbrea", "kable…"]
    assert cut_lines(pieces("short", len), 9, 1, len) == ["short"]


def test_accents_and_emoji_stay_together():
    assert clusters("e\u0301x") == ["e\u0301", "x"]
    assert clusters("👩‍👩‍👧🇩🇪👍🏽") == ["👩‍👩‍👧", "🇩🇪", "👍🏽"]


def test_runs_of_two_directions_stand_as_unicode_says():
    def runs(text, *, is_rtl):
        return [("".join(part), rtl) for part, rtl in visual_runs(clusters(text), is_rtl=is_rtl)]

    assert runs("abc", is_rtl=False) == [("abc", False)]
    assert runs("خبز", is_rtl=True) == [("خبز", True)]
    assert runs("خبز Flask خبز", is_rtl=True) == [(" خبز", True), ("Flask", False), ("خبز ", True)]
    assert runs("خبز 2026 خبز", is_rtl=False) == [(" خبز", True), ("2026", False), ("خبز ", True)]
    assert runs("one خبز, two", is_rtl=False) == [("one ", False), ("خبز", True), (", two", False)]


# Colours.

@pytest.mark.parametrize(("text", "expected"), [
    ("teal", "#008080"), ("#abc", "#aabbcc"), ("rgb(10 20 30 / 50%)", "#0a141e"), ("rgba(10, 20, 30, 0.5)", "#0a141e"),
    ("hsl(120deg 50% 40%)", "#339933"), ("hwb(0.25turn 10% 10%)", "#80e61a"), ("lab(50% 40 59.5)", "#bf5700"),
    ("lch(52% 72 50)", "#cd551a"), ("oklch(55% 0.2 260)", "#1c69e3"), ("oklab(40% 0.1 0.1)", "#772e02"),
    ("color(srgb 1 0.5 0)", "#ff8000")])
def test_colours_of_css(text, expected):
    assert hex_of(rgb_of(text)) == expected
    lightness, chroma, hue = oklch_of(rgb_of(text))
    assert all(abs(one - other) <= 1 for one, other in zip(
        rgb_of_oklch((lightness, chroma, hue)), rgb_of(text), strict=True))


def test_the_presets_have_the_colours_of_the_style_sheet():
    css = (REPOSITORY / "coldpress/web/theme/templates/styles/tokens.css").read_text("utf-8")
    base, *others = re.split(r'{% (?:el)?if preset == "(\w+)" %}', css)
    texts = {"paper": base, **dict(zip(others[::2], others[1::2], strict=True))}
    names = {"page": "page", "ink": "ink", "soft": "soft", "accent": "accent"}
    for preset, text in texts.items():
        for field, name in names.items():
            found = re.findall(rf"--{name}: light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\)", text)[-1]
            for given, colours in zip(found, (LIGHT, DARK), strict=True):
                lightness, chroma, hue = given.split()
                assert getattr(colours[preset], field) == pytest.approx(
                    (float(lightness.rstrip("%")) / 100, float(chroma), float(hue))), (preset, name)
    assert "--accent" in theme_css()


def test_the_font_of_cards_is_free_and_small():
    licence = REPOSITORY / "coldpress/images/inter-display.OFL.txt"
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text("utf-8")
    assert len(FONT) <= 60_000
    assert str(licence.relative_to(REPOSITORY)) in Path(REPOSITORY, "pyproject.toml").read_text("utf-8")
