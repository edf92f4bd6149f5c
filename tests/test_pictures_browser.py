"""Pictures in a real browser: which file it takes, that nothing moves, and how one opens in full."""

from __future__ import annotations

import re

import pytest
from test_browser import browser, served  # noqa: F401  (a fixture)
from test_pictures import photo

from coldpress.testing.sites import build_site

POST = """---
title: A walk
image: ../valley.jpg
---
Text.

![A lake](../lake.jpg)

![](../valley.jpg)

::figure[By the *sea*.]{src="../sea.jpg" alt="Waves"}

:::gallery
![One](../lake.jpg)
![Two](../sea.jpg)
:::

[![Linked](../sea.jpg)](https://elsewhere.example/)
"""
ROWS = """:::gallery
![](../lake.jpg)
![](../tall.jpg "With a caption")
![](../tall.jpg)
![](../sea.jpg)
:::
"""
CONFIG = "base_url: https://example.org/\n"
STRICT = ("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                                     "font-src 'self'; connect-src 'self'")
LOADED = "async () => { for (const each of document.images) { each.loading = 'eager'; await each.decode(); } }"
SEEN = "async () => { for (const each of document.images) { each.scrollIntoView(); await each.decode(); } }"
SOURCES = "() => [...document.images].map(each => each.currentSrc.split('/').pop())"
BOXES = """() => [...document.images].map(each => {
    const box = each.getBoundingClientRect(); return [box.x, box.y, box.width, box.height].map(Math.round); })"""
SWIPE = """([fingers]) => {
    const dialog = document.querySelector('dialog.zoomed'), touch = (x, index) =>
        new Touch({ identifier: index, target: dialog, clientX: x, clientY: 200 });
    const begun = fingers.map(([from], index) => touch(from, index));
    dialog.dispatchEvent(new TouchEvent('touchstart', { touches: begun, cancelable: true }));
    const ended = fingers.map(([, to], index) => touch(to, index));
    dialog.dispatchEvent(new TouchEvent('touchend', { changedTouches: ended, cancelable: true })); }"""
IN_FULL = "document.querySelector('dialog.zoomed img').src.split('/').pop()"
SHIFTS = """started => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => {
        for (const each of list.getEntries()) sum += each.startTime > started ? each.value : 0; })
        .observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done(sum), 100); })"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site; tests only look at it."""
    built = {}

    def build(config=CONFIG):
        if config not in built:
            root = tmp_path_factory.mktemp("pictures")
            files = {"content/tall.jpg": photo(1200, 1800), **{
                f"content/{name}.jpg": photo(2400, 1600, colour=colour) for name, colour in
                     (("valley", (10, 90, 40)), ("lake", (20, 30, 120)), ("sea", (250, 240, 220)))}}
            texts = {"config.yaml": config, "content/posts/2026-01-02-walk.md": POST,
                     "content/posts/2026-01-01-rows.md": ROWS, "content/_index.md": "---\ntitle: Home\n---\n"}
            for name, data in {**files, **{name: text.encode() for name, text in texts.items()}}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(data)
            built[config] = build_site(root, root / "site").folder
        return built[config]

    return build


def shown(browser, url, path="/posts/walk/", width=1280, scale=1, **options):  # noqa: F811
    context = browser.new_context(viewport={"width": width, "height": 800}, device_scale_factor=scale, **options)
    page = context.new_page()
    page.goto(f"{url}{path}")
    return page


def kept(name):
    """The name, width and ending of a variant."""
    return re.sub(r"\.[0-9a-f]{10}\.", ".", name)


@pytest.mark.parametrize(("width", "scale", "expected"), [
    (375, 1, ("480", "480")), (375, 2, ("800", "800")), (800, 1, ("800", "800")), (800, 2, ("1440", "1320")),
    (1280, 1, ("800", "800")), (1280, 2, ("1440", "1320"))])
def test_each_screen_takes_its_file(browser, site, width, scale, expected):  # noqa: F811
    with served(site()) as url:
        page = shown(browser, url, width=width, scale=scale)
        page.evaluate(SEEN)
        body, gallery = expected
        assert [kept(each) for each in page.evaluate(SOURCES)] == [
            f"valley.{body}.avif", f"lake.{body}.avif", f"valley.{body}.avif", f"sea.{body}.avif",
            f"lake.{gallery}.avif", f"sea.{gallery}.avif", f"sea.{body}.avif"]
        page.context.close()


@pytest.mark.parametrize("width", [375, 800, 1280])
@pytest.mark.parametrize("path", ["/posts/walk/", "/posts/"])
def test_nothing_moves_when_the_pictures_come(browser, site, width, path):  # noqa: F811
    with served(site(), [STRICT]) as url:
        context = browser.new_context(viewport={"width": width, "height": 800})
        page = context.new_page()
        waiting, held = [True], []
        page.route(re.compile(r"\.(avif|webp|jpg)$"), lambda each: held.append(each) if waiting else each.continue_())
        page.goto(f"{url}{path}", wait_until="domcontentloaded")
        page.wait_for_function("[...document.querySelectorAll('link[rel=stylesheet]')].every(link => link.sheet)")
        before, started = page.evaluate(BOXES), page.evaluate("performance.now()")
        waiting.clear()
        for route in held:
            route.continue_()
        page.evaluate(LOADED)
        after = page.evaluate(BOXES)
        assert all(abs(one - two) <= 1 for old, new in zip(before, after, strict=True)
                   for one, two in zip(old, new, strict=True)), (before, after)
        assert held
        assert all(box[2] and box[3] for box in before)
        assert page.evaluate(SHIFTS, started) == 0  # before, a slow machine may paint half of the page
        context.close()


def test_the_colour_is_behind_a_picture_that_is_not_there_yet(browser, site):  # noqa: F811
    with served(site(), [STRICT]) as url:
        page = shown(browser, url)
        assert page.evaluate("getComputedStyle(document.images[0]).backgroundColor") == "rgb(0, 68, 68)"
        page.context.close()


def test_a_picture_opens_in_full_and_the_keys_lead_to_the_others(browser, site):  # noqa: F811
    with served(site(), [STRICT]) as url:
        page = shown(browser, url)
        failures = []
        page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
        links = page.locator("a.zoom")
        assert links.count() == 6
        dialog = page.locator("dialog.zoomed")
        links.nth(1).focus()
        page.keyboard.press("Enter")
        dialog.wait_for()
        assert (dialog.get_attribute("aria-label"), kept(page.evaluate(IN_FULL))) == ("A lake", "lake.1600.webp")
        page.keyboard.press("ArrowRight")
        assert (dialog.get_attribute("aria-label"), kept(page.evaluate(IN_FULL))) == (
            "Enlarge", "valley.1600.webp")
        page.keyboard.press("ArrowRight")
        assert dialog.locator("figcaption").inner_text() == "By the sea."
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        assert kept(page.evaluate(IN_FULL)) == "valley.1600.webp"
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert links.nth(0).evaluate("each => each === document.activeElement")
        links.nth(4).click()
        assert dialog.is_visible()
        assert dialog.evaluate("each => { const image = each.querySelector('img').getBoundingClientRect();"
                               "return image.width <= innerWidth && image.height <= innerHeight; }")
        dialog.click()
        assert not dialog.is_visible()
        assert page.url.endswith("/posts/walk/")
        assert failures == []
        page.context.close()


def test_a_swipe_and_the_buttons_lead_to_the_others_and_a_pinch_does_not(browser, site):  # noqa: F811
    with served(site(), [STRICT]) as url:
        page = shown(browser, url, width=375, has_touch=True, is_mobile=True)
        page.locator("a.zoom").nth(1).tap()
        dialog = page.locator("dialog.zoomed")
        seen = [dialog.get_attribute("aria-label")]
        for ends in ([(300, 100)], [(100, 300)], [(200, 190)], [(300, 100), (310, 110)]):
            page.evaluate(SWIPE, [[list(each) for each in ends]])
            seen.append(dialog.get_attribute("aria-label"))
        for name in ("Next", "Previous"):
            dialog.get_by_role("button", name=name).tap()
            seen.append(dialog.get_attribute("aria-label"))
        assert seen == ["A lake", "Enlarge", "A lake", "A lake", "A lake", "Enlarge", "A lake"]
        assert dialog.is_visible()
        page.context.close()


def test_the_pictures_of_a_row_share_a_height_and_are_whole(browser, site):  # noqa: F811
    with served(site(), [STRICT]) as url:
        for width in (375, 1280):
            page = shown(browser, url, "/posts/rows/", width)
            page.evaluate(LOADED)
            boxes = page.evaluate(BOXES)
            rows = {y: [box for box in boxes if box[1] == y] for y in {box[1] for box in boxes}}
            room = page.locator(".gallery-images").bounding_box()
            for row in rows.values():
                assert len({box[3] for box in row}) == 1
                assert abs(sum(box[2] for box in row) + 12 * (len(row) - 1) - room["width"]) <= 2 or len(row) == 1
            assert all(min(abs(w / h - 1.5), abs(w / h - 2 / 3)) < 0.02 for _, _, w, h in boxes)
            assert [len(rows[y]) for y in sorted(rows)] == ([1, 2, 1] if width == 375 else [3, 1])
            page.context.close()


def test_without_a_script_the_link_opens_the_file(browser, site):  # noqa: F811
    with served(site()) as url:
        page = shown(browser, url, java_script_enabled=False)
        page.locator("a.zoom").first.click()
        page.wait_for_url(re.compile(r"/valley\.1600\.\w+\.webp$"))
        page.context.close()


def test_it_opens_from_a_folder_too(browser, site):  # noqa: F811
    folder = site(CONFIG + "links: relative\n")
    page = shown(browser, folder.as_uri(), "/posts/walk/index.html")
    page.evaluate(LOADED)
    page.locator("a.zoom").first.click()
    assert kept(page.evaluate(IN_FULL)) == "valley.1600.webp"
    page.context.close()


def test_what_stands_still_for_readers_who_want_it(browser, site):  # noqa: F811
    with served(site()) as url:
        for motion, animation in (("reduce", "none"), ("no-preference", "appear")):
            page = shown(browser, url, reduced_motion=motion)
            page.locator("a.zoom").first.click()
            assert page.locator("dialog.zoomed").evaluate(
                "each => getComputedStyle(each).animationName") == animation
            page.context.close()
