"""The pictures that the theme shows: in which sizes, which first, and what stays as it is."""

from __future__ import annotations

import json
import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from coldpress.content.pictures import ratio_class

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"></svg>'
CONFIG = "base_url: https://example.org/sub/\nauthor: ann\n"


ROUTE = """import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    @app.route("/drawn.png")
    def drawn():
        return b"drawn", {"Content-Type": "image/png"}

    return app
"""


def photo(width=2400, height=1600, kind="JPEG", colour=(40, 120, 200)):
    """A picture of one colour."""
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return file.getvalue()


def images(html):
    """The `<img>` of a page, each as a dictionary of its attributes."""
    return [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<img ([^>]*)>", html)]


def main(site, name):
    return site.text(f"{name}index.html").partition("<main")[2].partition("</main>")[0]


def widths(image):
    return [int(each) for each in re.findall(r" (\d+)w", image["srcset"])]


@pytest.fixture
def blog(build_site):
    def build(files=(), config=CONFIG):
        return build_site({"content/a.jpg": photo(), "content/b.jpg": photo(colour=(250, 240, 5)), "content/c.svg": SVG,
                           **dict(files)}, config)

    return build


def test_a_cover_is_asked_for_before_the_pictures_of_the_text(blog):
    site = blog({"content/posts/2026-01-02-p.md": "---\nimage: ../a.jpg\nimage_alt: A\n---\n![B](../b.jpg)\n"})
    cover, inside = images(main(site, "posts/p/"))
    assert (cover["alt"], cover["fetchpriority"], cover.get("loading")) == ("A", "high", None)
    assert (inside["alt"], inside.get("fetchpriority"), inside["loading"]) == ("B", None, "lazy")


@pytest.mark.parametrize("first", [
    "![x](a.jpg)", '::figure{src="a.jpg" alt="x"}', ':::hero[T]{image="a.jpg" alt="x"}\nText.\n:::', "![[a.jpg|x]]",
    ":::gallery\n![x](a.jpg)\n:::"])
def test_the_first_picture_of_a_page_comes_early_and_no_other(blog, first):
    shown = images(main(blog({"content/p.md": f"# P\n\n{first}\n\n![y](b.jpg)\n\n::figure{{src=b.jpg}}\n"}), "p/"))
    assert [image.get("fetchpriority") for image in shown] == ["high", None, None]
    assert [image.get("loading") for image in shown] == [None, "lazy", "lazy"]


def test_a_picture_far_below_comes_when_it_is_nearly_seen(blog):
    far = f":::note\n{'Words and words. ' * 120}\n\n:::gallery\n![x](a.jpg)\n:::\n:::\n"
    assert images(main(blog({"content/p.md": far}), "p/"))[0]["loading"] == "lazy"


def test_each_place_has_its_widths(blog):
    site = blog({
        "content/posts/2026-01-02-p.md": "---\nimage: ../a.jpg\n---\nText.\n\n:::gallery\n![B](../b.jpg)\n:::\n",
        "content/p.md": ":::hero[T]{image=b.jpg}\nText.\n:::\n\n::::cards\n:::card[C]{image=a.jpg}\n:::\n::::\n",
        "data/authors.yaml": "ann:\n  name: Ann\n  bio: Prints.\n  image: b.jpg\n"})
    cover, gallery, author = images(main(site, "posts/p/"))
    assert widths(cover) == [480, 800, 1200, 1440]
    assert widths(gallery) == [480, 800, 1320]
    assert (widths(author), author["width"], author["height"]) == ([48, 96], "48", "48")
    hero, card = images(main(site, "p/"))
    assert (max(widths(hero)), max(widths(card))) == (576, 860)
    assert [max(widths(each)) for each in images(main(site, "posts/"))] == [800]


def test_a_tall_cover_is_as_high_as_its_place(blog):
    site = blog({"content/posts/2026-01-02-p.md": "---\nimage: ../tall.jpg\n---\nText.\n",
                 "content/tall.jpg": photo(1500, 2000)})
    cover, = images(main(site, "posts/p/"))
    assert (cover["width"], cover["height"]) == ("390", "520")
    assert max(widths(cover)) == 780


def test_what_cannot_be_made_smaller_is_shown_as_before(blog):
    site = blog({"content/posts/2026-01-02-p.md": "---\nimage: ../c.svg\n---\n![](../c.svg#part)\n",
                 "content/posts/2026-01-03-q.md": "---\nimage: https://elsewhere.example/x.jpg\n---\nText.\n",
                 "content/posts/2026-01-04-r.md": "---\nimage: data:image/gif;base64,R0lGODlhAQAB\n---\nText.\n"})
    assert [(each["src"], each["width"]) for each in images(main(site, "posts/p/"))] == [
        ("/sub/c.svg", "90"), ("/sub/c.svg#part", "90")]
    assert images(main(site, "posts/q/"))[0]["src"] == "https://elsewhere.example/x.jpg"
    assert images(main(site, "posts/r/"))[0]["src"].startswith("data:image/gif;")
    assert "/theme/pictures." not in site.text("posts/p/index.html")


def test_a_missing_cover_is_a_warning_with_its_place(make_site):
    site = make_site({"content/posts/2026-01-02-p.md": "---\nimage: ../no.jpg\n---\nText.\n"})
    assert [(each["code"], each["place"]["line"]) for each in site.build().problems] == [("link.broken-image", 2)]
    assert images(main(site, "posts/p/"))[0]["src"] == "/posts/no.jpg"


def test_a_missing_picture_of_a_template_is_an_error_with_its_line(make_site):
    site = make_site({"content/p.md": "Text.", "content/bridge.jpg": photo(),
                      "templates/page.html": '{% extends "base.html" %}\n{% block main %}\n{{ picture("brige.jpg") }}'
                                             "{% endblock %}"})
    problem, = site.build().problems
    assert "there is no picture `brige.jpg`; did you mean `bridge.jpg`?" in problem["message"]
    assert (problem["place"]["path"], problem["place"]["line"]) == ("templates/page.html", 3)


def test_a_feed_has_one_file_of_each_picture(blog):
    site = blog({"content/posts/2026-01-02-p.md": "![A](../a.jpg)\n\n::figure{src=\"../b.jpg\"}\n"})
    shown = re.findall(r'<img [^>]*src="([^"]*)"', site.text("feed.xml"))
    assert [re.sub(r"\.[0-9a-f]{10}\.", ".*.", url) for url in shown] == [
        "https://example.org/sub/a.1200.*.jpg", "https://example.org/sub/b.1200.*.jpg"]
    assert [(each["width"], each["height"]) for each in images(site.text("feed.xml"))] == [("1200", "800")] * 2
    assert "srcset" not in site.text("feed.xml")
    assert 'class="zoom"' not in site.text("feed.xml")


def test_a_picture_that_is_larger_than_its_place_opens_in_full(blog):
    site = blog({"content/p.md": "![A](a.jpg)\n\n[![](a.jpg)](https://elsewhere.example/)\n\n![S](small.jpg)\n\n"
                                 "::::card[C]{href=\"https://elsewhere.example/\"}\n![](a.jpg)\n::::\n\n![](b.jpg)\n",
                 "content/small.jpg": photo(500, 400), "content/q.md": "![S](small.jpg)\n"})
    page = site.text("p/index.html")
    links = re.findall(r'<a class="zoom"[^>]*>', page)
    assert [re.search(r'href="/sub/(\w+)\.1600\.\w+\.webp"', link)[1] for link in links] == ["a", "b"]
    assert ['aria-label="Enlarge' in link for link in links] == [False, True]
    assert "/theme/zoom." in page
    assert "/theme/zoom." not in site.text("q/index.html")
    assert "/theme/pictures." in site.text("q/index.html")


def test_without_zoom_there_are_no_links_and_no_script(blog):
    page = blog({"content/p.md": "![A](a.jpg)\n"}, CONFIG + "images: {zoom: false}\n").text("p/index.html")
    assert 'class="zoom"' not in page
    assert "/theme/zoom." not in page


def test_the_colour_of_a_picture_is_a_class_of_the_style_sheet(blog):
    site = blog({"content/p.md": "![A](a.jpg)\n\n![B](b.jpg)\n"})
    classes = [image["class"] for image in images(main(site, "p/"))]
    assert classes == ["c-48c", "c-ff0"]
    css = site.text("theme/pictures.css")
    assert ".c-48c{background:#48c;color:#000;}" in css.replace("#fff", "#000")
    assert len(re.findall(r"\.c-[048cf]{3}\{", css)) == 125
    assert "style=" not in main(site, "p/")


def test_the_part_behind_the_url_of_a_picture_stays(blog):
    dark, light = images(main(blog({"content/p.md": "![](a.jpg#only-dark)\n![](a.jpg#only-light)\n"}), "p/"))
    assert dark["src"].endswith(".jpg#only-dark")
    assert light["src"].endswith(".jpg#only-light")


# What other programs get.

COVERED = {"content/posts/2026-01-02-p.md": "---\nimage: ../a.jpg\nimage_alt: A & B\ntags: [t]\n---\nText.\n"}


def file_of(site, url):
    return site.root / "site" / url.removeprefix("https://example.org/sub/")


def test_feeds_have_one_file_that_is_small_with_its_length(blog):
    site = blog(COVERED)
    item = ElementTree.fromstring(site.text("rss.xml")).find("channel/item")
    enclosure, content = item.find("enclosure"), item.find("{http://search.yahoo.com/mrss/}content")
    file = file_of(site, enclosure.get("url"))
    assert re.fullmatch(r"a\.1200\.[0-9a-f]{10}\.jpg", file.name)
    assert (enclosure.get("type"), enclosure.get("length")) == ("image/jpeg", str(file.stat().st_size))
    assert (content.get("url"), content.get("width"), content.get("height")) == (enclosure.get("url"), "1200", "800")
    assert content[0].text == "A & B"
    link = ElementTree.fromstring(site.text("feed.xml")).find(".//{*}link[@rel='enclosure']")
    assert (link.get("href"), link.get("length")) == (enclosure.get("url"), enclosure.get("length"))
    assert json.loads(site.text("feed.json"))["items"][0]["image"] == enclosure.get("url")
    of_term = ElementTree.fromstring(site.text("tags/t/rss.xml")).find("channel/item")
    assert of_term.find("enclosure") is None
    assert of_term.find("{http://search.yahoo.com/mrss/}content").get("url") == enclosure.get("url")


def test_metadata_and_the_sitemap_name_the_same_file(blog):
    site = blog(COVERED)
    page = site.text("posts/p/index.html")
    url = re.search(r'property="og:image" content="([^"]*)"', page)[1]
    assert file_of(site, url).is_file()
    assert re.findall(r'property="og:image:(type|width|height)" content="([^"]*)"', page) == [
        ("type", "image/jpeg"), ("width", "1200"), ("height", "800")]
    node = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])["@graph"][0]["image"]
    assert node == {"@type": "ImageObject", "url": url, "encodingFormat": "image/jpeg", "width": 1200, "height": 800,
                    "caption": "A & B"}
    sitemap = ElementTree.fromstring(site.text("sitemap.xml"))
    found = {each.find("{*}loc").text: each.find("{*}image/{*}loc") for each in sitemap}
    assert {page: image.text for page, image in found.items() if image is not None} == {
        "https://example.org/sub/posts/p/": url}


@pytest.mark.parametrize(("name", "kind", "expected"), [
    ("x.avif", "AVIF", "jpg"), ("x.webp", "WEBP", "webp"), ("x.png", "PNG", "png"), ("x.tif", "TIFF", "jpg")])
def test_the_picture_for_others_has_a_format_that_they_read(blog, name, kind, expected):
    site = blog({"content/posts/2026-01-02-p.md": f"---\nimage: ../{name}\n---\nText.\n",
                 f"content/{name}": photo(90, 60, kind)})
    url = re.search(r'property="og:image" content="([^"]*)"', site.text("posts/p/index.html"))[1]
    assert re.search(r"/x\.90\.[0-9a-f]{10}\.(\w+)$", url)[1] == expected


def test_a_rebuild_makes_no_picture_and_another_picture_changes_the_feed(blog):
    site = blog(COVERED)
    before = site.text("rss.xml")
    again = site.run()
    assert "(0 rendered" in again.out
    assert "images:" not in again.out
    assert site.edit({"content/a.jpg": photo(1800, 1000)}).build().problems == []
    assert site.text("rss.xml") != before
    clean = site.clean_copy()
    assert clean.build().code == 0
    assert clean.files() == site.files()


# What is heavy.

LIMIT = CONFIG + "images: {heavy: 20}\n"


def moving(kind="GIF"):
    """A picture that moves: noise, so that it is heavy."""
    frames = [Image.effect_noise((200, 200), 90) for _ in range(3)]
    file = BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    return file.getvalue()


def heavy(site):
    return [(each["message"].partition("`")[2].partition("`")[0], each["place"]["path"], each["place"]["line"],
             each["hint"]) for each in site.build().problems if each["code"] == "image.heavy"]


def test_what_is_heavy_and_published_as_it_is_is_told_at_its_place(make_site):
    site = make_site({
        "content/moving.gif": moving(), "content/moving.webp": moving("WEBP"),
        "content/drawing.svg": SVG + " " * 30_000,
        "content/small.svg": SVG, "content/photo.jpg": photo(), "content/noise.png": noise(),
        "content/p.md": "---\nimage: moving.gif\n---\n![x](drawing.svg) ![](small.svg)\n\n![x](drawing.svg)\n\n"
                        '::figure{src="moving.webp"}\n\n![](noise.png) ![](photo.jpg)\n'}, LIMIT)
    assert heavy(site) == [
        ("moving.gif", "content/p.md", 2, "`images: {animations: webp}` in the config makes a smaller animation of it, "
                                          "and a video is smaller still"),
        ("drawing.svg", "content/p.md", 4, "a drawing with so much in it is smaller as a PNG"),
        ("moving.webp", "content/p.md", 8, "a video is smaller")]
    site.edit({"config.yaml": CONFIG + "images: {heavy: 0}\n"})
    assert heavy(site) == []


def test_pictures_that_are_left_as_they_are_are_told_too(make_site):
    site = make_site({"content/noise.png": noise(), "content/p.md": "![x](noise.png)\n"},
                     CONFIG + "images: {heavy: 20}\n")
    assert heavy(site) == []
    site.edit({"config.yaml": CONFIG + "images: false\n", "content/noise.png": noise(1000)})
    assert heavy(site) == [("noise.png", "content/p.md", 1, "without `images: false` in the config, it is published in "
                                                            "the sizes that screens need")]
    assert site.edit({"content/noise.png": noise(100)}).build().problems == []


def noise(width=300):
    file = BytesIO()
    Image.effect_noise((width, width), 90).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("value", ["much", "-1", "0.5", "true"])
def test_what_is_heavy_is_a_number(make_site, value):
    result = make_site({"content/p.md": "P."}, CONFIG + f"images: {{heavy: {value}}}\n").build()
    assert [each["code"] for each in result.problems] == ["config.value"]


# Where authors are not trusted, and elsewhere.

def test_pictures_of_authors_who_are_not_trusted_are_made_too(build_site):
    page = build_site({"content/p.md": '![A](a.jpg)\n\n![[b.jpg]]\n\n<a class="zoom masthead" href="b.jpg">x</a>\n',
                       "content/a.jpg": photo(), "content/b.jpg": photo(colour=(250, 240, 5))},
                      CONFIG + "markdown: {trusted: false}\n").text("p/index.html")
    assert [image["class"] for image in images(page)] == ["c-48c", "c-ff0"]
    assert page.count("<source ") == 4
    assert page.count('<a class="zoom" href="/sub/a.1600.') == 1
    assert 'masthead" href="/sub/b.jpg"' not in page


def test_a_summary_in_a_list_opens_nothing(blog):
    text = '![A](../a.jpg)\n\n::figure{src="../b.jpg"}\n\n<!-- more -->\n\nEnd.\n'
    site = blog({"content/posts/2026-01-02-p.md": text}, CONFIG + "theme: {list: text}\n")
    assert site.text("posts/p/index.html").count('class="zoom"') == 2
    shown = site.text("posts/index.html")
    assert len(images(shown)) == 2
    assert 'class="zoom"' not in shown
    assert "fetchpriority" not in shown


def test_two_processes_make_the_same_as_one(make_site):
    posts = {f"content/posts/2026-01-0{day}-p{day}.md": f"---\nimage: ../{day}.jpg\n---\n![x](../{day}.jpg)\n"
             for day in range(1, 7)}
    photos = {f"content/{day}.jpg": photo(1500, 1000, colour=(day * 30, 90, 200)) for day in range(1, 7)}
    site = make_site({**posts, **photos}, CONFIG)
    assert site.build("-j", "2").problems == []
    lengths = dict(re.findall(r'<enclosure url="([^"]*)" length="(\d+)"', site.text("rss.xml")))
    assert len(lengths) == 6
    assert {url: str(file_of(site, url).stat().st_size) for url in lengths} == lengths
    clean = site.clean_copy()
    assert clean.build("-j", "1").code == 0
    assert clean.files() == site.files()


def test_a_missing_picture_of_a_template_by_its_url_is_a_warning(make_site):
    site = make_site({"content/posts/2026-01-02-p/index.md": "---\nimage: lost.jpg\n---\nText.\n",
                      "content/posts/2026-01-02-p/dunes.jpg": photo(60, 40), "build.py": ROUTE,
                      "templates/post.html": '{% extends "theme/post.html" %}\n{% block body %}'
                                             '{{ picture(page.url ~ "dune.jpg") }}{{ picture("/drawn.png") }}'
                                             '{{ image(page.url ~ "no.jpg", width=20).url }}{% endblock %}'})
    told = sorted((each["code"], each["message"].split("`")[1], each["hint"]) for each in site.build().problems)
    assert told == [
        ("link.broken-image", "lost.jpg", None),
        ("link.nothing-there", "/posts/p/dune.jpg", "did you mean `/posts/p/dunes.jpg`?"),
        ("link.nothing-there", "/posts/p/no.jpg", "put a picture there, or show it only where there is one")]
    assert len(site.build().problems) == 3  # of pages that are not rendered again
    site.edit({"content/posts/2026-01-02-p/dune.jpg": photo(60, 40)})
    assert len(site.build().problems) == 2
    assert 'src="/posts/p/dune.' in site.text("posts/p/index.html")


def test_a_picture_in_full_is_never_smaller_than_on_its_page(blog):
    page = blog({"content/p.md": "![A](a.jpg){.wide}\n\n![B](b.jpg)\n"}, CONFIG + "images: {widths: [400, 800]}\n"
                ).text("p/index.html")
    assert re.findall(r'class="zoom" href="/sub/\w+\.(\d+)\.\w+\.webp"', page) == ["2112", "1440"]
    assert [max(widths(each)) for each in images(page)] == [2112, 1440]


def test_a_picture_in_full_has_the_format_of_its_file_if_that_alone_is_made(blog):
    page = blog({"content/p.md": "![A](a.jpg)\n"}, CONFIG + "images: {formats: []}\n").text("p/index.html")
    assert re.search(r'class="zoom" href="/sub/a\.1600\.\w+\.jpg"', page)


@pytest.mark.parametrize(("root", "size"), [
    ('width="90" height="60"', ("90", "60")), ("viewBox='0 0 2400 1600'", ("2400", "1600")),
    ('viewBox="0 0 60 40"', ("1200", "800")), ('viewBox="0,0,60,40" width="100%" height="100%"', ("1200", "800")),
    ('width="1in" height="48pt"', ("96", "64")), ('width="300" viewBox="0 0 60 40"', ("300", "200")),
    ('data-width="5" stroke-width="3"', (None, None)), ('viewBox="0 0 0 40"', (None, None))])
def test_a_drawing_has_the_size_of_its_root(build_site, root, size):
    drawing = (f'<?xml version="1.0"?>\n<!-- <svg width="1" height="2"> -->\n<svg xmlns="http://www.w3.org/2000/svg" '
               f'{root}><rect x="235" y="40" width="130" height="80"/></svg>')
    shown, = images(main(build_site({"content/p.md": "![D](d.svg)\n", "content/d.svg": drawing}), "p/"))
    assert (shown.get("width"), shown.get("height")) == size


def test_pictures_of_a_gallery_have_a_frame_of_their_ratio_and_a_caption(blog):
    site = blog({"content/posts/2026-01-02-p.md": """
![First](../a.jpg "A <title>")

::::gallery[All]{.wide}
![A](../a.jpg "At *noon*, <b>1</b>")
![B](../tall.jpg)
![C](../c.svg)
[![D](../a.jpg)](https://elsewhere.example/)

::figure[With *words*.]{src="../a.jpg" alt="E"}
::::
""", "content/tall.jpg": photo(600, 900)})
    shown = main(site, "posts/p/")
    assert '<figure class="gallery wide">' in shown
    frames = re.findall(
        r'<span class="gallery-image r-(\d+)">.*?(?:</a>|>)(?:<span class="gallery-caption">(.*?)</span>)?</span>',
        shown)
    assert frames == [
        ("150", "At *noon*, &lt;b&gt;1&lt;/b&gt;"), ("67", ""), ("150", ""), ("150", ""),
        ("150", "With <em>words</em>.")]
    assert shown.count(" title=") == 1
    first, *others = (each["sizes"] for each in images(shown) if "sizes" in each)
    assert others == ["(max-width: 44rem) calc(100vw - 2.5rem), 42rem"] * 4 and first not in others
    assert "r-150" not in site.text("feed.xml") and site.text("feed.xml").count(" title=") == 2
    assert "/theme/pictures." in site.text("posts/p/index.html")


def test_every_ratio_has_a_class_in_the_style_sheet_and_common_ones_their_own(blog):
    css = blog({"content/p.md": "![A](a.jpg)\n"}).text("theme/pictures.css")
    known = {name: float(ratio) for name, ratio in re.findall(r"\.(r-\d+)\s*{\s*--ratio:\s*([\d.]+)", css)}
    for ratio, percent in ((3 / 2, 150), (4 / 3, 133), (16 / 9, 178), (1, 100), (2 / 3, 67), (9 / 16, 56)):
        assert ratio_class(ratio) == f"r-{percent}" and abs(known[f"r-{percent}"] - ratio) < 0.01
    for thousandth in range(400, 8000, 7):
        assert abs(known[ratio_class(thousandth / 1000)] / (thousandth / 1000) - 1) < 0.04
    assert {ratio_class(0.001), ratio_class(90)} < known.keys()


def test_an_upright_picture_of_a_text_is_not_higher_than_a_window(blog):
    site = blog({"content/p.md": "![](tall.jpg)\n![](page.jpg)\n![](tall.jpg){width=500}\n![](s.svg)\n![](a.jpg)\n",
                 "content/tall.jpg": photo(1200, 1800), "content/page.jpg": photo(600, 1500),
                 "content/s.svg": SVG.replace("60", "900")})
    assert [(each["width"], each["height"], "tall" in each.get("class", "")) for each in images(main(site, "p/"))] == [
        ("427", "640", True), ("600", "1500", False), ("500", "750", False), ("90", "900", False),
        ("2400", "1600", False)]
