"""Pictures: the variants that pages show, and what becomes of every kind of file."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from urllib.parse import unquote

import pytest
from conftest import BUILD_PY, REPOSITORY, Browser
from pictures import CORNERS, candidates, opened, photo, quarters, saved, turned, wide_gamut_profile
from PIL import Image, ImageCms, features

from coldpress.extras import pip_install

URL = "base_url: https://example.org/\n"
CONFIG = URL + "images: {widths: [40, 80]}\n"
JPEG = saved(quarters(), "JPEG", quality=95)
PAGE = "![A picture](p.jpg)\n"
COLOURS = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0)}


@pytest.fixture
def show(build_site):
    """Builds a site with one picture on the page /a/; returns the site."""
    def make(name, data, config=CONFIG, text="![A picture](<{}>)\n"):
        site = build_site({f"content/{name}": data, "content/a.md": text.format(name)}, config)
        assert site.results[-1].problems == []
        return site

    return make


def variant(site, format, width, page="a/index.html"):
    """A variant that a page shows, opened."""
    url = candidates(site.text(page))[format][width]
    return opened(site.root / "site" / unquote(url).removeprefix("/"))


def corners(image):
    """The names of the colours in the middle of the four quarters."""
    image = image.convert("RGB")
    found = []
    for number in range(4):
        at = (1 + number % 2 * 2) * image.width // 4, (1 + number // 2 * 2) * image.height // 4
        pixel = image.getpixel(at)
        found.append(min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(
            COLOURS[name], pixel, strict=True))))
    return tuple(found)


def sizes(html):
    """Width and height of the first picture, as its attributes say."""
    image = re.search(r"<img [^>]*>", html)[0]
    return tuple(int(re.search(rf' {name}="(\d+)"', image)[1]) for name in ("width", "height"))


def variants_in(site):
    return sorted(name for name in site.files() if re.search(r"\.[0-9a-f]{10}\.(avif|webp|jpg|png)$", name))


# What a page shows.

def test_a_picture_comes_in_several_widths_and_formats(show):
    site = show("p.jpg", JPEG)
    html = site.text("a/index.html")
    found = candidates(html)
    assert {kind: list(widths) for kind, widths in found.items()} == {
        "avif": [40, 80, 200], "webp": [40, 80, 200], "img": [40, 80, 200]}
    assert re.search(r'<img [^>]*width="200" height="100"', html)
    for kind in found:
        for width in found[kind]:
            made = variant(site, kind, width)
            assert (made.format, made.size) == ({"img": "JPEG"}.get(kind, kind.upper()), (width, width // 2))
            assert corners(made) == CORNERS
    assert len(variants_in(site)) == 9


def test_no_variant_is_wider_than_its_original_or_twice_its_place(show):
    site = show("p.jpg", saved(quarters(1800, 20), "JPEG"), URL + "images: {formats: []}\n")
    assert list(candidates(site.text("a/index.html"))["img"]) == [480, 800, 1200, 1440]
    site.edit({"content/p.jpg": saved(quarters(1000, 20), "JPEG")}).build()
    assert list(candidates(site.text("a/index.html"))["img"]) == [480, 800, 1000]
    site.edit({"content/p.jpg": saved(quarters(1210, 20), "JPEG")}).build()
    assert list(candidates(site.text("a/index.html"))["img"]) == [480, 800, 1210]
    site.edit({"content/a.md": "![A picture](p.jpg){width=300}\n"}).build()
    html = site.text("a/index.html")
    assert list(candidates(html)["img"]) == [300, 480, 600]
    assert sizes(html) == (300, 5) and ', 300px"' in html


def test_a_full_picture_has_the_place_of_a_wide_one(show):
    site = show("p.jpg", saved(quarters(2400, 20), "JPEG"), URL + "images: {formats: []}\n",
                "![A picture]({}){{.full}}\n")
    html = site.text("a/index.html")
    assert list(candidates(html)["img"]) == [480, 800, 1200, 1600, 2112]
    assert re.search(r'<img [^>]*class="[^"]*\bfull\b', html) and "1056px" in html


def test_images_false_leaves_pictures_as_they_are(show):
    site = show("p.jpg", JPEG, URL + "images: false\n")
    html = site.text("a/index.html")
    assert '<img src="/p.jpg" alt="A picture" width="200" height="100"' in html.replace(
        'alt="A picture" src="/p.jpg"', 'src="/p.jpg" alt="A picture"')
    assert "<picture" not in html and variants_in(site) == []


@pytest.mark.parametrize(("option", "message"), [
    ("{widths: []}", "`widths` is a list of pixels"), ("{widths: 800}", "`widths` is a list of pixels"),
    ("{widths: [0]}", "`widths` is a list of pixels"), ("{widths: [true]}", "`widths` is a list of pixels"),
    ("{formats: [jxl]}", "`formats`: there is no `jxl`"), ("{formats: {a: 1}}", "`formats`"),
    ("{quality: 80}", "`quality` is written"), ("{quality: {png: 1}}", "`quality`: there is no `png`"),
    ("{quality: {avif: 0}}", "from 1 to 100"), ("{quality: {avif: 101}}", "from 1 to 100"),
    ("{sizes: []}", "`sizes` is text"), ("{placeholder: blur}", "placeholder"), ("{animations: gif}", "animations"),
    ("{zoom: 3}", "zoom"), ("{wdths: [1]}", "widths"), ("many", "images")])
def test_a_mistake_in_the_options_is_an_error_with_its_line(make_site, option, message):
    result = make_site({"content/a.md": "A."}, URL + f"images: {option}\n").build()
    (problem,) = result.problems
    assert (result.code, problem["code"], problem["place"]["line"]) == (1, "config.value", 2)
    assert message in problem["message"] + str(problem["hint"])


def test_the_first_picture_is_early_and_the_others_wait(build_site):
    site = build_site({"content/p.jpg": JPEG, "content/a.md": PAGE + PAGE}, CONFIG)
    first, second = re.findall(r"<img [^>]*/p\.[^>]*>", site.text("a/index.html"))
    assert 'fetchpriority="high"' in first and "loading" not in first
    assert 'loading="lazy"' in second and "fetchpriority" not in second


def test_pictures_in_links_lists_and_summaries(build_site):
    site = build_site({
        "content/p.jpg": JPEG, "content/b.md": "B.", "content/posts/2026-01-02-a.md":
        "# A\n\n[![A picture](../p.jpg)](/b/)\n\n- one ![i](../p.jpg)\n"}, CONFIG)
    html = site.text("posts/a/index.html")
    assert html.count("<picture>") == 2
    assert re.search(r'<a href="/b/"><picture>', html)


def test_a_feed_has_one_plain_picture_by_an_absolute_url(build_site):
    site = build_site({"content/p.jpg": JPEG, "content/posts/2026-01-02-a.md": "![A picture](../p.jpg)\n"},
                      CONFIG + "feeds: {formats: [atom, rss, json], full: true}\n")
    for feed in ("feed.xml", "rss.xml", "feed.json"):
        text = site.text(feed) if (site.root / "site" / feed).exists() else ""
        if text:
            assert "<picture" not in text and "srcset" not in text
            (url,) = set(re.findall(r'https://example\.org/(p\.200\.[0-9a-f]{10}\.jpg)', text))
            assert (site.root / "site" / url).is_file()


def test_what_an_author_wrote_of_variants_stays(build_site):
    text = ('<picture><source srcset="p.jpg 1x"><img src="p.jpg" alt="One"></picture>\n\n'
            '<img src="p.jpg" srcset="p.jpg 1x" alt="Two">\n\n<img src=p.jpg alt="Three" width=50>\n')
    html = build_site({"content/p.jpg": JPEG, "content/a.md": text}, CONFIG).text("a/index.html")
    assert '<picture><source srcset="/p.jpg 1x"><img src="/p.jpg" alt="One"' in html
    assert '<img src="/p.jpg" srcset="/p.jpg 1x" alt="Two"' in html
    assert html.count("<source") == 3
    assert re.search(r'<img [^>]*alt="Three"[^>]*width="50"|<img [^>]*width="50"[^>]*alt="Three"', html)


@pytest.mark.parametrize("config", [
    "markdown: {trusted: false}\n", "markdown: {engine: python-markdown}\n", "markdown: {jinja: true}\n"])
def test_every_way_of_a_body_shows_variants(show, config):
    site = show("p.jpg", JPEG, CONFIG + config)
    assert list(candidates(site.text("a/index.html"))["avif"]) == [40, 80, 200]
    assert len(variants_in(site)) == 9


def test_the_variants_of_an_untrusted_author_s_page_are_ours(make_site):
    text = PAGE + ('\n<picture><source srcset="//evil.example/x.avif" sizes="1px" type="image/avif">'
                   '<img src="p.jpg" alt="B" class="nav" style="top:0" onload="x()"></picture>\n')
    site = make_site({"content/p.jpg": JPEG, "content/a.md": text}, CONFIG + "markdown: {trusted: false}\n")
    site.build()
    html = site.text("a/index.html")
    assert html.count('type="image/avif" srcset="/p.40.') >= 1
    theirs = html.split('alt="B"')[1].split(">")[0]
    assert not any(word in theirs for word in ("nav", "style", "onload", "/p.40."))


def test_an_html_page_and_a_template_show_variants(build_site):
    site = build_site({"content/p.jpg": JPEG, "content/a.html": "---\ntitle: A\n---\n<p><img src='p.jpg' alt='A'></p>",
                       "content/b.md": "B.", "templates/page.html":
                       "{% extends 'page.html' %}{% block main %}{{ picture('/p.jpg', 'Mine') }}{% endblock %}"
                       .replace("extends 'page.html'", "extends 'base.html'")}, CONFIG)
    assert list(candidates(site.text("b/index.html"))["webp"]) == [40, 80, 200]
    assert len(variants_in(site)) == 9


def test_obsidian_embeds_have_their_width(show):
    site = show("p.jpg", saved(quarters(900, 450), "JPEG"), URL + "images: {formats: []}\n", "![[{}|300]]\n")
    html = site.text("a/index.html")
    assert sizes(html) == (300, 150) and list(candidates(html)["img"]) == [300, 480, 600]


@pytest.mark.parametrize("name", [
    "a b.jpg", "文字.jpg", "a#b.jpg", "a%20b.jpg", "P.JPG", "p.JpEg", "a.b.c.jpg", "ö é.jpg"])
def test_any_name_gives_variants_that_are_found(build_site, name):
    shown = name.replace("%", "%25").replace("#", "%23").replace(" ", "%20")
    site = build_site({f"content/{name}": JPEG, "content/a.md": f"![A picture]({shown})\n"}, CONFIG)
    assert variant(site, "avif", 80).size == (80, 40)
    client = site.client()
    for urls in candidates(site.text("a/index.html")).values():
        for url in urls.values():
            assert client.get(url, buffered=True).status_code == 200


def test_two_originals_with_one_stem(build_site):
    site = build_site({"content/map.jpg": JPEG, "content/map.png": saved(quarters(100, 100), "PNG"),
                       "content/a.md": "![J](map.jpg)\n", "content/b.md": "![P](map.png)\n"}, CONFIG)
    assert variant(site, "webp", 80).size == (80, 40)
    assert variant(site, "webp", 80, "b/index.html").size == (80, 80)


def test_a_file_of_the_author_with_the_name_of_a_variant(build_site):
    site = build_site({"content/p.jpg": JPEG, "content/p.80.0123456789.jpg": b"mine", "content/a.md": PAGE}, CONFIG)
    assert site.files()["p.80.0123456789.jpg"] == b"mine"
    client = site.client()
    assert client.get("/p.80.0123456789.jpg", buffered=True).data == b"mine"
    assert client.get("/p.80.9876543210.jpg").status_code == 404


@pytest.mark.parametrize(("config", "prefix"), [
    ("base_url: https://example.org/sub/path/\n", "/sub/path/"), (URL + "links: relative\n", "../")])
def test_variants_below_a_path(show, config, prefix):
    site = show("p.jpg", JPEG, config + "images: {widths: [40, 80]}\n")
    url = candidates(site.text("a/index.html"))["avif"][40]
    assert url.startswith(f"{prefix}p.40.")
    assert (site.root / "site" / url.removeprefix(prefix)).is_file()


def test_several_sites_and_a_mounted_one(make_site):
    site = make_site({
        "build.py": "import flask, coldpress\n\ndef create_app():\n    app = flask.Flask(__name__)\n"
                    "    coldpress.Coldpress(app, root='one', url_prefix='/one')\n    return app\n",
        "one/config.yaml": CONFIG, "one/content/p.jpg": JPEG, "one/content/a.md": PAGE})
    client = site.client()
    html = client.get("/one/a/").text
    url = candidates(html)["avif"][40]
    assert url.startswith("/one/p.40.")
    assert opened(client.get(url, buffered=True).data).size == (40, 20)
    assert client.get(url.replace("40.", "41.")).status_code == 404


# Every kind of file.

@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright_and_say_nothing_of_their_place(show, orientation):
    site = show("p.jpg", turned(quarters(), orientation))
    assert re.search(r'<img [^>]*width="200" height="100"', site.text("a/index.html"))
    for kind in ("avif", "webp", "img"):
        made = variant(site, kind, 80)
        assert (made.size, corners(made)) == ((80, 40), CORNERS)
        assert not dict(made.getexif()) and "exif" not in made.info and "icc_profile" not in made.info
        assert b"Camera of mine" not in b"".join(site.files()[name] for name in variants_in(site))


def test_damaged_exif_data_turn_nothing(show):
    data = JPEG[:2] + b"\xff\xe1\0\x14Exif\0\0II*\0\xff\xff\xff\xff\xff\xff\xff\xff" + JPEG[2:]
    assert corners(variant(show("p.jpg", data), "webp", 80)) == CORNERS


def test_a_wide_gamut_becomes_srgb(show):
    profile = wide_gamut_profile()
    given = Image.new("RGB", (100, 50), (200, 100, 50))
    expected = ImageCms.profileToProfile(given, ImageCms.ImageCmsProfile(BytesIO(profile)),
                                         ImageCms.createProfile("sRGB")).getpixel((0, 0))
    assert max(abs(a - b) for a, b in zip(expected, (200, 100, 50), strict=True)) > 20
    site = show("p.png", saved(given, "PNG", icc_profile=profile))
    for kind in ("avif", "webp", "img"):
        found = variant(site, kind, 80).convert("RGB").getpixel((40, 20))
        assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 4, kind


def test_a_profile_of_a_transparent_picture_and_a_damaged_one(show):
    given = Image.new("RGBA", (100, 50), (200, 100, 50, 120))
    made = variant(show("p.png", saved(given, "PNG", icc_profile=wide_gamut_profile())), "webp", 80)
    assert made.mode == "RGBA" and abs(made.getpixel((40, 20))[3] - 120) <= 2
    for profile in (b"no profile", wide_gamut_profile()[:200]):
        made = variant(show("p.jpg", saved(quarters(), "JPEG", quality=95, icc_profile=profile)), "webp", 80)
        assert corners(made) == CORNERS


def grey_of_16_bits():
    return saved(Image.new("I;16", (200, 100), 40_000), "PNG")


def rgb_of_16_bits():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + struct.pack(">HHH", 40_000, 20_000, 60_000) * 200 for _ in range(100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 200, 100, 16, 2, 0, 0, 0)) + chunk(
        b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


KINDS = {
    "grey.jpg": (saved(quarters(mode="L"), "JPEG"), None), "cmyk.jpg": (saved(quarters(mode="CMYK"), "JPEG"), CORNERS),
    "ycck.tif": (saved(quarters(mode="CMYK"), "TIFF"), CORNERS),
    "palette.png": (saved(quarters(mode="P"), "PNG"), CORNERS), "one.png": (saved(quarters(mode="1"), "PNG"), None),
    "two.png": (saved(quarters().quantize(4), "PNG", bits=2), CORNERS),
    "b.bmp": (saved(quarters(), "BMP"), CORNERS),
    "t.tiff": (saved(quarters(), "TIFF", compression="tiff_lzw"), CORNERS),
    "still.gif": (saved(quarters(), "GIF"), CORNERS), "grey.gif": (saved(quarters(mode="L"), "GIF"), None),
    "w.webp": (saved(quarters(), "WEBP", quality=95), CORNERS),
    "a.avif": (saved(quarters(), "AVIF", quality=90), CORNERS), "progressive.jpg": (
        saved(quarters(), "JPEG", progressive=True, quality=95), CORNERS),
    "mpo.jpg": (saved(quarters(), "MPO", save_all=True, append_images=[quarters(mode="L").convert("RGB")], quality=95),
                CORNERS)}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_picture_is_made(show, name):
    data, expected = KINDS[name]
    site = show(name, data)
    found = candidates(site.text("a/index.html"))
    for kind in found:
        assert list(found[kind]) == [40, 80, 200], kind
        made = variant(site, kind, 80)
        assert made.size == (80, 40)
        assert expected is None or corners(made) == expected
    fallback = variant(site, "img", 80).format
    assert fallback == {"grey.jpg": "JPEG", "w.webp": "WEBP", "a.avif": "WEBP"}.get(
        name, "PNG" if name.endswith(("png", "gif")) else "JPEG")


def test_cmyk_of_adobe(show):
    """Its inks are stored as their opposites, as a marker says."""
    data = saved(quarters(mode="CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data
    at = data.index(b"Adobe")
    without = data[:at - 4] + data[at + 12:]
    assert corners(variant(show("p.jpg", data), "webp", 80)) == CORNERS
    assert variant(show("p.jpg", without), "webp", 80).size == (80, 40)


@pytest.mark.parametrize(("data", "expected"), [(grey_of_16_bits(), (156,) * 3), (rgb_of_16_bits(), (156, 78, 234))])
def test_sixteen_bits_become_eight(show, data, expected):
    site = show("p.png", data)
    for kind in ("avif", "webp", "img"):
        found = variant(site, kind, 80).convert("RGB").getpixel((40, 20))
        assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 3


def transparent(mode):
    made = quarters().convert("RGBA")
    made.paste((0, 0, 0, 0), (0, 0, 100, 50))
    if mode == "P":
        return saved(made.quantize(8), "PNG")
    if mode == "LA":
        return saved(made.convert("LA"), "PNG")
    if mode == "key":
        return saved(made.convert("RGB"), "PNG", transparency=(0, 0, 0))
    if mode == "grey key":
        return saved(made.convert("L"), "PNG", transparency=0)
    return saved(made, mode, lossless=True) if mode == "WEBP" else saved(made, mode)


@pytest.mark.parametrize("mode", ["P", "LA", "key", "grey key", "PNG", "WEBP", "AVIF", "GIF"])
def test_what_is_transparent_stays_so(show, mode):
    ending = {"WEBP": "webp", "AVIF": "avif", "GIF": "gif"}.get(mode, "png")
    site = show(f"p.{ending}", transparent(mode))
    html = site.text("a/index.html")
    assert " c-" not in html
    for kind in candidates(html):
        made = variant(site, kind, 80).convert("RGBA")
        assert made.getpixel((20, 10))[3] < 30 and made.getpixel((60, 30))[3] > 225, kind


def test_transparent_pixels_have_no_colour_at_the_edges(show):
    made = Image.new("RGBA", (200, 100), (255, 255, 255, 255))
    made.paste((0, 0, 0, 0), (0, 0, 101, 100))
    found = variant(show("p.png", saved(made, "PNG")), "img", 40).convert("RGBA")
    edge = [found.getpixel((x, 10)) for x in range(18, 24)]
    assert all(pixel[0] > 200 for pixel in edge if pixel[3] > 40)


def moving(format, **options):
    frames = [Image.new("RGB", (60, 30), colour) for colour in ("red", "lime", "blue")]
    return saved(frames[0], format, save_all=True, append_images=frames[1:], duration=[50, 200, 80], **options)


@pytest.mark.parametrize(("name", "data"), [
    ("p.gif", moving("GIF", loop=0)), ("p.webp", moving("WEBP", loop=0)), ("p.png", moving("PNG", loop=0)),
    ("p.avif", moving("AVIF"))])
def test_animations_stay(show, name, data):
    site = show(name, data)
    html = site.text("a/index.html")
    assert f'src="/{name}"' in html and "<picture" not in html and 'width="60" height="30"' in html
    assert site.files()[name] == data and variants_in(site) == []


@pytest.mark.parametrize(("given", "expected"), [({"loop": 0}, 0), ({"loop": 2}, 3), ({}, 1)])
def test_animated_gif_becomes_animated_webp(show, given, expected):
    site = show("p.gif", moving("GIF", **given), CONFIG.replace("]}", "], animations: webp}"))
    made = variant(site, "img", 40)
    assert (made.format, made.n_frames, made.size, made.info["loop"]) == ("WEBP", 3, (40, 20), expected)
    times = []
    for number, colour in enumerate(("red", "lime", "blue")):
        made.seek(number)
        made.load()
        times.append(made.info["duration"])
        assert corners(made)[0] == colour
    assert times == [50, 200, 80]


def test_svg_passes_through(show):
    site = show("p.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"></svg>')
    html = site.text("a/index.html")
    assert 'src="/p.svg"' in html and 'width="30" height="20"' in html and "<picture" not in html


@pytest.mark.parametrize(("name", "data", "told"), [
    ("p.jpg", JPEG[:len(JPEG) // 2], "its end is missing"), ("p.png", saved(quarters(), "PNG")[:200], ""),
    ("p.jpg", b"", "it is empty"), ("p.png", b"no picture", "it is not what its name says"),
    ("p.jpg", b"<svg/>", "it is not what its name says"), ("p.webp", saved(quarters(), "WEBP")[:60], ""),
    ("p.gif", b"GIF89a" + b"\xff" * 40, ""), ("p.avif", saved(quarters(), "AVIF")[:-40], "")])
def test_a_damaged_picture_is_a_warning_and_stays(make_site, name, data, told):
    site = make_site({f"content/{name}": data, "content/a.md": f"![A]({name})\n"}, CONFIG)
    result = site.build()
    (problem,) = result.problems
    assert (result.code, problem["code"], problem["severity"]) == (0, "image.damaged", "warning")
    assert problem["place"]["path"] == f"content/{name}" and told in problem["message"] and problem["hint"]
    assert site.files()[name] == data and variants_in(site) == []
    assert site.edit({"content/b.md": "B."}).build().problems == result.problems
    assert site.edit({"content/a.md": "A."}).build().problems == []


def test_a_wrong_ending_does_not_matter(show):
    site = show("p.png", JPEG)
    assert variant(site, "img", 80).format == "JPEG"


def test_a_picture_of_a_hundred_megapixels(show):
    site = show("p.png", saved(Image.new("1", (10_000, 10_000), 1), "PNG"))
    assert variant(site, "avif", 80).size == (80, 80)


def test_a_bomb_is_refused(make_site):
    data = saved(Image.new("1", (8, 8)), "PNG")
    claimed = data[:16] + (60_000).to_bytes(4) * 2 + data[24:29]
    claimed += zlib.crc32(claimed[12:29]).to_bytes(4) + data[33:]
    result = make_site({"content/p.png": claimed, "content/a.md": "![A](p.png)\n"}, CONFIG).build()
    (problem,) = result.problems
    assert result.code == 0 and "megapixels" in problem["message"]


def test_a_tall_picture_has_no_webp(show):
    site = show("p.png", saved(Image.new("1", (100, 17_000)), "PNG"))
    assert list(candidates(site.text("a/index.html"))) == ["avif", "img"]


def test_no_variant_has_more_bytes_than_its_original(show):
    """A picture of low quality is not made again with a higher one."""
    data = saved(photo(800, 600), "JPEG", quality=12)
    site = show("p.jpg", data, URL)
    assert max(len(site.files()[name]) for name in variants_in(site)) <= len(data)
    drawing = photo(400, 300).quantize(16)
    data = saved(drawing, "PNG", optimize=True)
    site = show("p.png", data, URL)
    assert max(len(site.files()[name]) for name in variants_in(site)) <= 1.02 * len(data)


def test_drawings_of_few_colours_lose_nothing_as_webp(show):
    made = quarters()
    site = show("p.png", saved(made, "PNG"))
    assert variant(site, "webp", 200).convert("RGB").tobytes() == made.tobytes()


# The preview and servers.

def test_the_preview_makes_a_variant_when_it_is_asked_for(make_site):
    browser = Browser(make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG))
    url = candidates(browser.get("/a/").text)["avif"][80]
    images = browser.site.root / ".coldpress/images"
    assert not images.exists() or not list(images.rglob("*.avif"))
    answer = browser.get(url)
    assert (answer.status_code, answer.mimetype) == (200, "image/avif")
    assert opened(answer.data).size == (80, 40)
    assert len(list(images.rglob("*.avif"))) == 1
    for wrong in (url.replace(".80.", ".81."), url.replace(".80.", ".90000."), url.replace(".80.", ".80q9."),
                  url.replace(".80.", ".80x40c.")):
        assert browser.get(wrong).status_code == 404
    browser.edit({"content/p.jpg": saved(quarters(), "JPEG", quality=40)})
    assert browser.get(url).status_code == 404
    assert candidates(browser.get("/a/").text)["avif"][80] != url


def test_a_damaged_variant_that_is_asked_for_is_not_found(make_site):
    browser = Browser(make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG))
    url = candidates(browser.get("/a/").text)["avif"][80]
    (browser.site.root / "content/p.jpg").unlink()
    assert browser.get(url).status_code in (200, 404)


SERVE = """
import sys
from coldpress.build.context import find_factory
from pathlib import Path
client = find_factory(Path(sys.argv[1]))().test_client()
answers = [client.get(url) for url in sys.argv[2:]]
assert all(answer.status_code == 200 for answer in answers)
print([__import__("hashlib").sha256(answer.data).hexdigest() for answer in answers])
"""


def test_two_processes_of_a_server_give_the_same(make_site):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG)
    urls = [url for each in candidates(site.client().get("/a/").text).values() for url in each.values()]
    running = [subprocess.Popen([sys.executable, "-c", SERVE, str(site.root), *urls], stdout=subprocess.PIPE)
               for _ in range(2)]
    said = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert said[0] == said[1]
    assert not list((site.root / ".coldpress/images").rglob("*.part"))


WITHOUT = """
import sys
from coldpress.start import execute
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "PIL":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocker())
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "PIL" else real(name, package)
sys.exit(execute(["build"], None, sys.argv[1]))
"""


def test_without_pillow_pictures_are_copied_and_a_note_says_so_once(make_site):
    site = make_site({"content/p.jpg": JPEG, "content/q.jpg": JPEG, "content/a.md": PAGE + "![Q](q.jpg)\n"}, CONFIG)
    done = subprocess.run([sys.executable, "-c", WITHOUT, site.root], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert said.count(pip_install("images")) == 1
    assert 'width="200" height="100"' in site.text("a/index.html") and variants_in(site) == []
    site.build()  # and now with it
    assert len(variants_in(site)) == 18


# Again and again.

def made(result_or_site):
    return re.search(r"images: ([\d,]+) made", result_or_site)


def said(site, *arguments):
    result = site.run("build", *arguments)
    assert result.code == 0, result.out + result.err
    return result.out + result.err


def test_a_second_build_makes_none(make_site):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG)
    assert made(said(site))[1] == "9"
    assert not made(said(site))
    assert not made(said(site.edit({"content/b.md": "B."})))
    assert not made(said(site.edit({"templates/x.html": "x", "content/c.md": PAGE})))


def test_a_changed_picture_renders_its_pages_and_removes_old_variants(build_site):
    site = build_site({"content/p.jpg": JPEG, "content/a.md": PAGE, "content/b.md": "B."}, CONFIG)
    before = variants_in(site)
    result = site.edit({"content/p.jpg": saved(quarters(), "JPEG", quality=60)}).build()
    assert result.rendered == {"/a/"}
    assert not set(before) & set(variants_in(site)) and len(variants_in(site)) == 9


@pytest.mark.parametrize(("option", "number"), [
    ("{widths: [40]}", 6), ("{widths: [40, 80], formats: [avif]}", 6), ("{widths: [40, 80], formats: []}", 3),
    ("{widths: [40, 80], quality: {avif: 30}}", 9), ("false", 0)])
def test_another_option_leaves_what_a_clean_build_makes(build_site, option, number):
    site = build_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG)
    site.edit({"config.yaml": URL + f"images: {option}\n"}).build()
    assert len(variants_in(site)) == number
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()
    site.edit({"config.yaml": CONFIG})
    assert not made(said(site))  # they are still kept


def test_a_fresh_clone_with_the_cache_makes_none(make_site):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG)
    said(site)
    clone = site.clean_copy()
    shutil.copytree(site.root / ".coldpress", clone.root / ".coldpress")
    assert not made(said(clone))
    assert clone.files() == site.files()


@pytest.mark.parametrize("harm", ["truncate", "flip", "delete", "delete all", "no database", "other database"])
def test_a_damaged_cache_is_made_anew(make_site, harm):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG)
    said(site)
    files, state = site.files(), site.root / ".coldpress"
    shutil.rmtree(site.root / "site")
    one = sorted((state / "images").rglob("*.avif"))[0]
    data = one.read_bytes()
    match harm:
        case "truncate":
            one.write_bytes(data[:50])
        case "flip":
            one.write_bytes(data[:-9] + bytes([data[-9] ^ 4]) + data[-8:])
        case "delete":
            one.unlink()
        case "delete all":
            shutil.rmtree(state / "images")
        case "no database":
            (state / "images.sqlite").unlink()
        case "other database":
            (state / "images.sqlite").write_bytes(b"no database" * 1000)
    assert made(said(site))[1] == {"delete all": "9", "no database": "9", "other database": "9"}.get(harm, "1")
    assert site.files() == files


def test_a_dry_run_publishes_nothing_and_no_cache_makes_all(make_site):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG)
    text = said(site, "--dry-run")
    assert not (site.root / "site").exists() and "would write site/p.40." in text
    said(site)
    assert "Verified" in said(site, "--verify")
    files = site.files()
    said(site, "--no-cache")
    assert site.files() == files


METHOD = """
import sys
from coldpress import processes
from coldpress.images import service
processes.start_method = lambda: sys.argv[2]
service._FEW = 2
from coldpress.start import execute
if __name__ == "__main__":
    sys.exit(execute(["build", "-j", "2"], None, sys.argv[1]))
"""


@pytest.mark.parametrize("method", ["spawn"] + ["fork"] * (sys.platform == "linux"))
def test_processes_make_the_same_bytes(make_site, tmp_path, method):
    names = [f"p{number}" for number in range(3)]
    files = {f"content/{name}.jpg": saved(quarters(100 + 10 * number, 60), "JPEG") for number, name in enumerate(names)}
    site = make_site({**files, "content/a.md": "\n".join(f"![{name}]({name}.jpg)\n" for name in names)}, CONFIG)
    (tmp_path / "driver.py").write_text(METHOD)
    done = subprocess.run([sys.executable, tmp_path / "driver.py", site.root, method], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, check=False)
    assert done.returncode == 0, done.stderr
    alone = site.clean_copy()
    said(alone, "-j", "1")
    assert alone.files() == site.files() and len(variants_in(site)) == 27


KILLED = """
import os, signal, sys
from coldpress.images import workers
from coldpress.start import execute
left, write = int(sys.argv[2]), workers.write_whole
def killing(path, data):
    global left
    left -= 1
    if left < 0:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name + ".1.part").write_bytes(data[:9])
        os.kill(os.getpid(), signal.SIGKILL)
    return write(path, data)
workers.write_whole = killing
sys.exit(execute(["build", "-j", "1"], None, sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("after", [0, 5, 70])
def test_a_build_that_is_killed_while_it_makes_pictures(make_site, after):
    """The site stays as it was, and the next build puts everything right."""
    names = [f"p{number}" for number in range(13)]
    site = make_site({"content/a.md": "A."}, CONFIG)
    said(site)
    before = site.files()
    site.edit({f"content/{name}.jpg": saved(quarters(60 + number, 40), "JPEG") for number, name in enumerate(names)})
    site.edit({"content/a.md": "\n".join(f"![{name}]({name}.jpg)\n" for name in names)})
    done = subprocess.run([sys.executable, "-c", KILLED, site.root, str(after)], capture_output=True, check=False)
    assert done.returncode == -9
    assert site.files() == before
    number = int(made(said(site))[1])
    assert number == 13 * 6 if after < 50 else number < 13 * 6
    clean = site.clean_copy()
    said(clean)
    assert clean.files() == site.files()
    said(site.edit({"build.py": BUILD_PY + "# other code\n"}))
    assert not list((site.root / ".coldpress/images").rglob("*.part"))


def test_the_codecs_that_are_needed_are_there():
    assert features.check("avif") and features.check("webp") and features.check("littlecms2")


def test_a_part_is_within_its_picture_though_numbers_are_not_exact(build_site):
    """21 / 19 × 19 is more than 21."""
    data = saved(Image.new("RGB", (21, 60), "teal"), "PNG")
    site = build_site({"content/p.png": data, "content/a.md": "A.",
                       "templates/page.html": '{{ image("p.png", width=19, height=10).url }}'}, URL)
    assert site.text("a/index.html").endswith(".png")
