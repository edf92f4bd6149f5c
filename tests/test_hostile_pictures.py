"""Pictures under bad conditions: files that change or are no pictures, disks that are full or read only, wrong numbers,
many requests, little memory."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pictures import candidates, opened, quarters, saved

from coldpress.images import decoder, encoder
from coldpress.images.facts import MEMORY, ImageFacts
from coldpress.images.service import image_version
from coldpress.images.variants import Variant, stem_of
from coldpress.processes import Limit, in_turn

URL = "base_url: https://example.org/\n"
CONFIG = URL + "images: {widths: [40, 80], formats: [webp]}\n"
JPEG = saved(quarters(), "JPEG", quality=95)
OTHER = saved(quarters(120, 80), "JPEG", quality=90)
PAGE = "![A picture](p.jpg)\n"


def urls(html):
    return [url for each in candidates(html).values() for url in each.values()]


# Files.

@pytest.mark.parametrize("name", ["x" * 251 + ".jpg", "字" * 80 + ".jpg"])
def test_a_name_may_be_as_long_as_a_file_system_allows(build_site, name):
    site = build_site({f"content/{name}": JPEG, "content/a.md": f"![A picture]({name})\n"}, CONFIG)
    made = [file for file in site.files() if file.endswith(".webp")]
    assert len(made) == 3 and all(len(file.encode()) <= 255 for file in made)
    assert all(site.client().get(f"/{file}", buffered=True).status_code == 200 for file in made)


def test_long_names_that_begin_alike_are_told_apart(build_site):
    first, second = "y" * 220 + "1.jpg", "y" * 220 + "2.jpg"
    assert stem_of(first) == stem_of(second)
    site = build_site({f"content/{first}": JPEG, f"content/{second}": OTHER,
                       "content/a.md": f"![1]({first})\n", "content/b.md": f"![2]({second})\n"}, CONFIG)
    sizes = [opened(site.root / "site" / candidates(site.text(page))["webp"][80][1:]).size
             for page in ("a/index.html", "b/index.html")]
    assert sizes == [(80, 40), (80, 53)]


def test_what_is_no_picture_is_told_with_a_way_out(make_site):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    site = make_site({"content/p.jpg": pointer, "content/wide.png": saved(quarters(100_001, 1), "PNG"),
                      "content/a.md": f"{PAGE}![W](wide.png)\n"}, CONFIG)
    told = {each["place"]["path"]: (each["message"], each["hint"]) for each in site.build().problems}
    assert "a pointer of Git LFS" in told["content/p.jpg"][0] and "git lfs pull" in told["content/p.jpg"][1]
    assert "a side has more than 99,999 pixels" in told["content/wide.png"][0]
    assert told["content/wide.png"][1] == "make it smaller"


def test_a_picture_is_made_in_formats_that_can_have_its_size(build_site):
    """WebP ends at 16,383 pixels a side, AVIF at 32,768, JPEG at 65,500."""
    site = build_site({"content/p.tif": saved(quarters(90, 66_000), "TIFF"), "content/a.md": "![A](p.tif)\n"}, URL)
    html = site.text("a/index.html")
    assert "<picture>" not in html and all(url.endswith(".png") for url in urls(html))


def test_a_moving_picture_with_a_bomb_in_it_is_refused(make_site):
    frames = [quarters(60, 40), quarters(60, 40).rotate(90)]
    data = bytearray(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    at = data.rindex(b"\x2c\0\0\0\0")  # where the second picture says its size
    data[at + 5:at + 9] = (13_000).to_bytes(2, "little") + (9_000).to_bytes(2, "little")
    site = make_site({"content/p.gif": bytes(data), "content/a.md": "![A](p.gif)\n"},
                     URL + "images: {animations: webp}\n")
    (problem,) = site.build().problems
    assert (problem["code"], problem["place"]["path"]) == ("image.damaged", "content/p.gif")
    assert "its pictures differ in size" in problem["message"]


def test_a_long_screenshot_has_no_avif(make_site):
    """Its encoder takes 32 bytes for a pixel."""
    site = make_site({"content/p.png": saved(quarters(1000, 30_000, "1"), "PNG"), "content/a.md": "![A](p.png)\n"}, URL)
    app = site.app()
    client = app.test_client()
    html = client.get("/a/").text
    assert "<picture>" not in html and max(candidates(html)["img"]) == 1000
    facts = app.extensions["coldpress"].site.library.pictures.facts("/p.png")
    small, large = (Variant(width, width * 30, "avif", 55) for width in (8, 1000))
    assert small.fits and not large.fits
    assert client.get(large.name("/p.png", large.key(facts, image_version()))).status_code == 404


def test_the_largest_pictures_take_less_than_a_gigabyte():
    """49 megapixels may be decoded in any format; more are refused where they take more memory."""
    for kind in ("jpeg", "png", "webp", "avif", "tiff"):
        assert ImageFacts(7_000, 7_000, format=kind).memory <= MEMORY


def test_what_a_codec_refuses_is_a_problem_at_the_picture(make_site, monkeypatch):
    """As WebP does with a very large picture in which every pixel is another."""
    def refusing(*_: object, **__: object) -> bytes:
        raise ValueError("encoding error 6")

    monkeypatch.setattr(encoder, "_saved", refusing)
    (problem,) = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG).build().problems
    assert (problem["code"], problem["place"]["path"]) == ("image.damaged", "content/p.jpg")
    assert "encoding error 6" in problem["message"]


# Pictures that change.

CHANGING = """
import sys
from pathlib import Path
from coldpress.images import encoder
from coldpress.start import execute
real, root = encoder.opened, Path(sys.argv[1])
def changing(file):
    (root / "content/p.jpg").write_bytes((root / "other").read_bytes())
    return real(file)
encoder.opened = changing
sys.exit(execute(["build", "-j", "1"], None, root))
"""


def test_a_picture_that_is_changed_while_it_is_made_is_not_kept_under_its_old_name(make_site):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE, "other": OTHER}, CONFIG)
    done = subprocess.run([sys.executable, "-c", CHANGING, site.root], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "it was changed while it was read" in done.stderr + done.stdout
    assert "build again" in done.stderr + done.stdout and "cannot copy" not in done.stderr + done.stdout
    assert site.build().problems == []
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()
    site.edit({"content/p.jpg": JPEG}).build()
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


def test_facts_of_a_picture_that_is_changed_while_it_is_read_are_not_kept(make_site, monkeypatch):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG)
    real = decoder.facts_of

    def changing(file: Path, digest: str) -> ImageFacts:
        file.write_bytes(OTHER)
        return real(file, digest)

    monkeypatch.setattr(decoder, "facts_of", changing)
    (problem,) = site.build().problems
    assert "it was changed while it was read" in problem["message"] and problem["hint"] == "build again"
    monkeypatch.undo()
    site.edit({"content/p.jpg": JPEG}).build()
    assert 'width="200" height="100"' in site.text("a/index.html")


# Disks.

def test_a_cache_that_cannot_be_written_is_told(make_site):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE, ".coldpress/images": "no folder"}, CONFIG)
    result = site.run("build")
    assert result.code == 1 and ".coldpress/images" in result.err and "cannot be written" in result.err
    assert "route.failed" not in result.err


def test_a_server_that_can_write_nothing_shows_all_pictures(make_site):
    """As in a container whose file system is read only."""
    site = make_site({"content/p.jpg": JPEG, "content/icon.png": saved(quarters(600, 600), "PNG"),
                      "content/posts/2026-01-02-a.md": "---\nimage: ../p.jpg\n---\n![A](../p.jpg)\n",
                      "content/b.md": "B.", ".coldpress/images": "no folder"},
                     CONFIG + "social_cards: true\nfavicon: icon.png\n")
    client = site.client()
    html = client.get("/posts/a/").text
    card = re.search(r"/b/card\.[0-9a-f]+\.png", client.get("/b/").text)[0]
    for url in (*urls(html), card, "/favicon.ico", "/feed.xml"):
        for _ in range(2):
            assert client.get(url, buffered=True).status_code == 200, url


# Wrong arguments.

@pytest.mark.parametrize(("call", "message"), [
    ('image("p.jpg", width=-5)', "width is a number from 1 to 99,999, and not `-5`"),
    ('image("p.jpg", width="300")', "width is a number"), ('image("p.jpg", height=0)', "height is a number"),
    ('image("p.jpg", width=true)', "width is a number"), ('image("p.jpg", quality=0)', "quality is a number from 1"),
    ('image("p.jpg", quality=101)', "quality is"), ('image("p.jpg", quality="80")', "quality is"),
    ("image(none)", "a picture is a path or a URL, and not `None`"), ("picture(7)", "a picture is a path"),
    ('picture("p.jpg", ratio=-1)', "ratio is height divided by width"), ('picture("p.jpg", ratio="1")', "ratio is"),
    ('picture("p.jpg", ratio=1e9)', "ratio is"), ('image("t.png", format="webp")', "pixels are too many for webp")])
def test_a_wrong_argument_is_an_error_with_its_line(make_site, call, message):
    site = make_site({"content/p.jpg": JPEG, "content/t.png": saved(quarters(20, 17_000), "PNG"),
                      "content/a.md": "A.", "templates/page.html": f"\n{{{{ {call} }}}}"}, CONFIG)
    (problem,) = site.build().problems
    assert message in problem["message"]
    assert (problem["place"]["path"], problem["place"]["line"]) == ("templates/page.html", 2)


def test_what_a_template_asks_for_is_there(build_site):
    site = build_site({
        "content/p.jpg": JPEG, "content/a.md": "A.", "templates/page.html":
        '{% macro m(w) %}{{ image("p.jpg", width=w, quality=50.0).url }}\n{% endmacro %}'
        '{% for w in (20, 33.4) %}{{ m(w) }}{% endfor %}{{ picture("p.jpg", hidden=true, title=false, ratio=3) }}'},
        CONFIG)
    text = site.text("a/index.html")
    for url in re.findall(r"/p\.[^ \"\n]*", text):
        assert (site.root / "site" / url[1:]).is_file(), url
    assert re.search(r"/p\.20q50\.\w+\.jpg", text) and re.search(r"/p\.33q50\.\w+\.jpg", text)
    assert re.search(r"<img [^>]* hidden( |>)", text) and "title" not in text
    for srcset in re.findall(r'srcset="([^"]*)"', text):
        widths = [each.split(" ")[1] for each in srcset.split(", ")]
        assert len(widths) == len(set(widths))


def test_a_picture_opens_at_least_as_large_as_it_is_shown(build_site):
    site = build_site({"content/p.jpg": saved(quarters(3000, 100), "JPEG"), "content/a.md": PAGE},
                      URL + "images: {widths: [480], formats: []}\n")
    html = site.text("a/index.html")
    assert max(candidates(html)["img"]) == 1440
    assert re.search(r'class="zoom" href="/p\.1440\.', html)


# Requests.

def made_up(site, path="/p.jpg", width=123, quality=99):
    """The URL of a variant that no page shows, as somebody finds it out who knows the rules."""
    facts = site.library.pictures.facts(path)
    variant = Variant(width, round(width / 2), "webp", quality)
    return variant.name(path, variant.key(facts, image_version()), is_default=False)


def test_a_variant_that_no_page_shows_is_not_kept_on_disk(make_site):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG)
    app = site.app()
    client = app.test_client()
    (shown, *_) = urls(client.get("/a/").text)
    assert client.get(shown, buffered=True).status_code == 200
    kept = site.files(".coldpress/images")
    for width in range(100, 110):
        answer = client.get(made_up(app.extensions["coldpress"].site, width=width), buffered=True)
        assert answer.status_code == 200 and opened(answer.data).size[0] == width
    assert site.files(".coldpress/images") == kept


def test_a_kept_variant_is_sent_while_another_is_made(make_site, monkeypatch):
    site = make_site({"content/p.jpg": JPEG, "content/q.jpg": OTHER, "content/a.md": PAGE,
                      "content/b.md": "![Q](q.jpg)"}, CONFIG)
    client = site.client()
    (kept, *_), (slow, *_) = urls(client.get("/a/").text), urls(client.get("/b/").text)
    assert client.get(kept, buffered=True).status_code == 200
    real, began, may_end = encoder.make_variants, threading.Event(), threading.Event()

    def waiting(*arguments):
        began.set()
        assert may_end.wait(30)
        return real(*arguments)

    monkeypatch.setattr(encoder, "make_variants", waiting)
    thread = threading.Thread(target=client.get, args=(slow,))
    thread.start()
    assert began.wait(30)
    answer = client.get(kept, buffered=True)
    assert answer.status_code == 200 and not may_end.is_set()
    may_end.set()
    thread.join()


def test_a_variant_may_be_kept_by_browsers_and_sent_in_parts(make_site):
    site = make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG)
    client = site.client()
    (url, *_) = urls(client.get("/a/").text)
    answer = client.get(url, buffered=True)
    assert answer.cache_control.max_age and answer.cache_control.max_age >= 31_536_000
    assert client.get(url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    part = client.get(url, headers={"Range": "bytes=0-9"}, buffered=True)
    assert (part.status_code, part.data) == (206, answer.data[:10])


@pytest.mark.parametrize("path", [
    "/../p.40.0123456789.jpg", "/%2e%2e/etc/passwd.40.0123456789.jpg", "/p.0.0123456789.jpg", "/.40.0123456789.jpg",
    "/p.40x0c.0123456789.jpg", "/p.99999.0123456789.avif", f"/{'x' * 5000}.40.0123456789.jpg"])
def test_what_only_looks_like_a_variant_is_not_found(make_site, path):
    assert make_site({"content/p.jpg": JPEG, "content/a.md": PAGE}, CONFIG).client().get(path).status_code == 404


# Memory.

def test_tasks_that_run_at_once_stay_within_a_limit():
    running, most, lock = [0], [0], threading.Lock()
    order = []

    def work(weight: int) -> int:
        with lock:
            running[0] += weight
            most[0] = max(most[0], running[0])
        with lock:
            running[0] -= weight
        order.append(weight)
        return weight

    weights = [3, 1, 9, 2, 2, 12, 1] * 20
    found = list(in_turn(ThreadPoolExecutor(4), work, weights, 16, limit=Limit(lambda weight: weight, 10)))
    assert found == weights and most[0] <= 12 and len(order) == len(weights)


def test_a_cache_in_memory_is_bounded(make_site):
    site = make_site({"content/a.md": "A."}, CONFIG)
    store = site.app().extensions["coldpress"].site.images.store
    for number in range(50):
        store.keep_in_memory(str(number), bytes(1_000_000))
    assert store.read("49", "jpg") and store.read("0", "jpg") is None
    shutil.rmtree(site.root / ".coldpress", ignore_errors=True)
