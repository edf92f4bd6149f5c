"""The icons of a site: what is made of one picture, the links in the head, and what is reported."""

from __future__ import annotations

import io
import json
import re
from importlib.util import find_spec

import pytest
from PIL import Image

CONFIG = "title: Ada's kitchen\nbase_url: https://example.org/blog/\nsearch: false\nfeeds: false\nfavicon: {}\n"
PNG, SVG = CONFIG.format("logo.png"), CONFIG.format("logo.svg")
FILES = {"favicon.ico", "apple-touch-icon.png", "icon-192.png", "icon-512.png", "icon-maskable-512.png",
         "site.webmanifest"}
DRAWING = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10">'
           '<rect width="20" height="10" fill="#c2410c"/></svg>')
needs_resvg = pytest.mark.skipif(find_spec("resvg_py") is None, reason="resvg draws SVG")


def picture(colour="#c2410c", size=(600, 600), mode="RGBA", hole=True):
    image = Image.new(mode, size, colour)
    if hole:
        image.paste((0, 0, 0, 0) if mode == "RGBA" else "white", (0, 0, size[0] // 4, size[1]))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def opened(site, name):
    return Image.open(io.BytesIO(site.files()[name]))


def rebuilt(site, edits):
    result = site.edit(edits).build()
    assert result.code == 0, result.problems
    clean = site.clean_copy()
    assert clean.build().problems == result.problems
    assert clean.files() == site.files()
    return result


@pytest.fixture
def kitchen(build_site):
    return build_site({"content/logo.png": picture(), "content/about.md": "Me."}, PNG)


def test_all_icons_are_made_of_one_picture(kitchen):
    assert set(kitchen.files()) >= FILES
    assert opened(kitchen, "favicon.ico").info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    for name, size in (("apple-touch-icon.png", 180), ("icon-192.png", 192), ("icon-512.png", 512),
                       ("icon-maskable-512.png", 512)):
        assert opened(kitchen, name).size == (size, size)
    assert opened(kitchen, "icon-512.png").convert("RGBA").getpixel((10, 200))[3] == 0


def test_an_icon_that_may_be_cut_has_a_ground_and_a_safe_zone(kitchen):
    icon = opened(kitchen, "icon-maskable-512.png")
    assert icon.mode == "RGB" and min(icon.getpixel((20, 256))) > 240
    assert icon.getpixel((300, 256)) == (0xC2, 0x41, 0x0C)
    assert min(icon.getpixel((256, 60))) > 240
    assert opened(kitchen, "apple-touch-icon.png").mode == "RGB"


def test_an_opaque_picture_is_its_own_ground(build_site):
    site = build_site({"static/logo.png": picture(mode="RGB", hole=False)}, PNG)
    assert opened(site, "icon-maskable-512.png").getpixel((2, 2)) == (0xC2, 0x41, 0x0C)
    assert opened(site, "apple-touch-icon.png").getpixel((2, 2)) == (0xC2, 0x41, 0x0C)


def test_the_head_links_to_them_with_a_version(kitchen):
    page = kitchen.text("about/index.html")
    links = re.findall(r'<link rel="(icon|apple-touch-icon|manifest)"[^>]* href="/blog/([^"?]+)\?v=[0-9a-f]{8}">', page)
    assert links == [("icon", "favicon.ico"), ("apple-touch-icon", "apple-touch-icon.png"), ("icon", "icon-192.png"),
                     ("manifest", "site.webmanifest")]
    assert page.count('<meta name="theme-color" media="(prefers-color-scheme: ') == 2
    assert "theme/favicon." not in page


def test_the_manifest_names_the_site_and_its_icons(kitchen):
    manifest = json.loads(kitchen.text("site.webmanifest"))
    assert manifest["name"] == "Ada's kitchen" and manifest["start_url"] == "./"
    assert re.fullmatch("#[0-9a-f]{6}", manifest["theme_color"])
    assert {icon["src"] for icon in manifest["icons"]} == {"icon-192.png", "icon-512.png", "icon-maskable-512.png"}
    assert [icon["purpose"] for icon in manifest["icons"] if "purpose" in icon] == ["maskable"]


def test_without_the_option_the_theme_has_an_icon(build_site):
    site = build_site({"content/about.md": "Me."}, CONFIG.replace("favicon: {}\n", ""))
    assert not FILES & set(site.files())
    assert "theme/favicon." in site.text("about/index.html")
    assert site.client().get("/favicon.ico").status_code == 404


def test_a_file_of_the_author_replaces_one(build_site):
    site = build_site({"content/logo.png": picture(), "content/favicon.ico": b"mine"}, PNG)
    assert site.files()["favicon.ico"] == b"mine"
    with site.client().get("/favicon.ico") as answer:
        assert answer.data == b"mine"


@pytest.mark.parametrize(("file", "old", "new", "pages"), [
    ("config.yaml", "Ada", "Eve", True), ("config.yaml", "favicon:", "theme: {preset: serif}\nfavicon:", True),
    ("config.yaml", "favicon:", "description: Bread\nfavicon:", True), ("config.yaml", "logo.png", "other.png", True),
    ("content/about.md", "Me.", "I.", False)])
def test_after_an_edit_the_icons_are_those_of_a_clean_build(build_site, file, old, new, pages):
    site = build_site({"content/logo.png": picture(), "static/other.png": picture("teal"), "content/about.md": "Me.",
                       "content/b.md": "B."}, PNG)
    text = (site.root / file).read_text("utf-8")
    result = rebuilt(site, {file: text.replace(old, new)})
    assert ("/blog/b/" in result.rendered) is pages
    rebuilt(site, {file: text})


@pytest.mark.parametrize("name", ["content/logo.png", "logo.png"])
def test_a_picture_that_changes_changes_the_icons(build_site, name):
    site = build_site({name: picture(), "content/about.md": "Me."}, PNG)
    before = site.files()
    assert site.build().rendered == set()
    assert "/blog/about/" in rebuilt(site, {name: picture("teal")}).rendered
    assert before["favicon.ico"] != site.files()["favicon.ico"]


def test_icons_are_kept_for_the_next_build(kitchen):
    before = kitchen.files()
    for name in FILES:
        (kitchen.root / "site" / name).unlink()
    assert kitchen.build().rendered <= {"/blog/site.webmanifest"}
    assert kitchen.files() == before


def test_the_preview_makes_icons(browse):
    preview = browse({"content/logo.png": picture(), "content/about.md": "Me."}, PNG)
    assert preview.get("/blog/favicon.ico").mimetype == "image/x-icon"
    assert preview.get("/blog/site.webmanifest").mimetype == "application/manifest+json"
    assert preview.get("/blog/favicon.svg").status_code == 404


@pytest.mark.parametrize(("files", "config", "code", "says"), [
    ({}, PNG, "icons.file", "there is no file"), ({"content/logo.png": b"no"}, PNG, "icons.file", "cannot be shown"),
    ({"content/logo.png": picture(size=(90, 90))}, PNG, "icons.small", "90 × 90"),
    ({}, CONFIG.format("logo.bmp"), "config.value", "a picture is expected"),
    ({}, CONFIG.format("../logo.png"), "config.value", "inside the site")])
def test_a_picture_that_cannot_be_used_is_reported(make_site, files, config, code, says):
    (problem,) = make_site({**files, "content/about.md": "Me."}, config).build().problems
    assert problem["code"] == code and says in problem["message"]
    assert (problem["place"]["path"], problem["place"]["line"]) == ("config.yaml", 5)


@needs_resvg
def test_an_svg_is_an_icon_and_the_others_are_drawn_of_it(build_site):
    site = build_site({"content/logo.svg": DRAWING, "content/about.md": "Me."}, SVG)
    assert set(site.files()) >= FILES | {"favicon.svg"}
    assert site.text("favicon.svg") == DRAWING
    icon = opened(site, "icon-192.png").convert("RGBA")
    assert icon.getpixel((96, 96)) == (0xC2, 0x41, 0x0C, 255) and icon.getpixel((96, 10))[3] == 0
    links = re.findall(r'<link rel="icon"[^>]*>', site.text("about/index.html"))
    assert len(links) == 2 and 'type="image/svg+xml"' in links[1]
    rebuilt(site, {"content/logo.svg": DRAWING.replace("c2410c", "004080")})


@needs_resvg
def test_an_svg_that_cannot_be_drawn_is_an_error(make_site):
    (problem,) = make_site({"content/logo.svg": "<svg", "content/about.md": "Me."}, SVG).build().problems
    assert problem["code"] == "icons.file" and "cannot be drawn" in problem["message"]


def test_without_pillow_the_theme_s_icon_stays(make_site, monkeypatch):
    monkeypatch.setattr("coldpress.web.site_icons.can_read_images", lambda: False)
    site = make_site({"content/logo.png": picture(), "content/about.md": "Me."}, PNG)
    (problem,) = site.build().problems
    assert problem["code"] == "icons.pillow"
    assert "theme/favicon." in site.text("about/index.html")


def test_without_resvg_an_svg_is_the_only_icon(make_site, monkeypatch):
    monkeypatch.setattr("coldpress.images.drawings.can_read_svg", lambda: False)
    site = make_site({"content/logo.svg": DRAWING, "content/about.md": "Me."}, SVG)
    (problem,) = site.build().problems
    assert problem["code"] == "icons.svg"
    assert {"favicon.svg", "site.webmanifest"} <= set(site.files()) and "icon-192.png" not in site.files()
    assert 'type="image/svg+xml"' in site.text("about/index.html")
