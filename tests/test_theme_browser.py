"""The theme at work in a real browser."""

from __future__ import annotations

import re

import pytest
from everything_site import everything
from test_browser import OVERFLOW, browser, served  # noqa: F401  (a fixture)

from coldpress.config.headers import PolicyOptions
from coldpress.hosts.policy import Policy

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 375, "height": 700}


@pytest.fixture
def site(build_site):
    def build(language="en", **files):
        every = everything(language)
        return build_site(every | files, config=every.pop("config.yaml"))

    return build


def opened(browser, url, path, viewport=None, **options):  # noqa: F811
    context = browser.new_context(viewport=viewport or WIDE, **options)
    page = context.new_page()
    page.goto(f"{url}{path}")
    return page


COLUMNS = ("#_sidebar", "article .prose", "#_contents")
LIGHT = "() => getComputedStyle(document.documentElement).colorScheme"
PAINTED = """(names) => { const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    return names.map(name => { const probe = document.createElement('i'); probe.style.color = `var(${name})`;
        document.body.append(probe); canvas.fillStyle = getComputedStyle(probe).color; probe.remove();
        canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); }); }"""


def contrast(one, other):
    def luminance(colour):
        parts = [value / 255 for value in colour]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


ACCENTS = [f"hsl({hue} {share}% {light}%)" for hue in range(0, 360, 24) for share in (35, 100)
           for light in (15, 50, 85)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_accent_can_be_read(browser, build_site, scheme):  # noqa: F811
    """As text on the page and on the tint of itself: 4.5 to 1."""
    built = build_site({"content/about.md": "A."}, "base_url: https://example.org/\ntheme: {accent: teal}\n")
    with served(built.root / "site") as url:
        page = opened(browser, url, "/about/", color_scheme=scheme)
        poor = []
        for accent in [*ACCENTS, "white", "black", "yellow", "#00f", "lime"]:
            page.evaluate("accent => document.documentElement.style.setProperty('--seed', accent)", accent)
            painted, ground, tint = page.evaluate(PAINTED, ["--accent", "--page", "--tint"])
            poor += [(accent, painted, against) for against in (ground, tint) if contrast(painted, against) < 4.5]
        page.context.close()
    assert poor == []


def test_the_switch_changes_the_colours_and_they_stay(browser, site):  # noqa: F811
    with served(site().root / "site") as url:
        page = opened(browser, url, "/about/", color_scheme="light")
        switch = page.locator("#_switch")
        seen = []
        for _ in range(3):
            seen.append((page.evaluate(LIGHT), switch.get_attribute("aria-label")))
            switch.click()
        assert seen == [("light dark", "Colours: automatic"), ("dark", "Colours: dark"), ("light", "Colours: light")]
        assert page.evaluate(LIGHT) == "light dark"
        switch.click()
        page.goto(f"{url}/posts/")
        assert page.evaluate(LIGHT) == "dark"
        page.context.close()


def test_without_a_script_no_button_promises_what_it_cannot_do(browser, site):  # noqa: F811
    with served(site().root / "site") as url:
        page = opened(browser, url, "/posts/all/", java_script_enabled=False)
        assert not page.locator("#_switch").is_visible()
        assert page.locator(".copy").count() == 0
        page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_the_tree_and_the_contents_open_over_the_page(browser, site, script):  # noqa: F811
    with served(site().root / "site") as url:
        page = opened(browser, url, "/guide/all/", NARROW, java_script_enabled=script)
        for name in ("_sidebar", "_contents"):
            sheet = page.locator(f"#{name}")
            assert not sheet.is_visible()
            page.locator(f"[popovertarget={name}]").click()
            assert sheet.is_visible()
            page.keyboard.press("Escape")
            assert not sheet.is_visible()
        page.locator("[popovertarget=_contents]").click()
        page.locator("#_contents a").last.click()
        assert page.url.endswith("/guide/all/#press")
        assert page.locator("#_contents").is_visible() != script, "the script closes it"
        page.context.close()


def test_where_there_is_room_they_stand_beside_the_text(browser, site):  # noqa: F811
    with served(site().root / "site") as url:
        page = opened(browser, url, "/guide/all/")
        tree, text, contents = (page.locator(part).bounding_box() for part in COLUMNS)
        assert tree["x"] + tree["width"] <= text["x"]
        assert text["x"] + text["width"] <= contents["x"]
        assert not page.locator(".bar").is_visible()
        page.context.close()


def test_what_reads_from_the_right_is_mirrored(browser, site):  # noqa: F811
    with served(site("ar").root / "site") as url:
        page = opened(browser, url, "/guide/all/")
        tree, text, contents = (page.locator(part).bounding_box() for part in COLUMNS)
        assert contents["x"] + contents["width"] <= text["x"]
        assert text["x"] + text["width"] <= tree["x"]
        assert page.evaluate(OVERFLOW) == 0
        page.context.close()


def test_the_contents_follow_the_reader(browser, site):  # noqa: F811
    with served(site().root / "site") as url:
        page = opened(browser, url, "/posts/all/")
        current = page.locator("#_contents [aria-current]")
        for name in ("ink", "press", "paper"):
            page.evaluate(f"document.getElementById('{name}').scrollIntoView()")
            current.filter(has_text=re.compile(name, re.I)).wait_for()
            assert current.count() == 1
        page.context.close()


def test_the_button_copies_code_and_of_a_session_what_was_typed(browser, site):  # noqa: F811
    with served(site().root / "site") as url:
        page = opened(browser, url, "/posts/all/", permissions=["clipboard-read", "clipboard-write"])
        copied = []
        for block in page.locator(".prose .code").all():
            block.hover()
            block.locator(".copy").click()
            block.locator(".copy", has_text="Copied").wait_for()
            copied.append(page.evaluate("navigator.clipboard.readText()"))
        assert copied == ["def press(sheet):\n    return sheet.fold(2)\n", "python press.py"]
        page.context.close()


def test_tabs_of_one_title_are_chosen_together_and_remembered(browser, build_site):  # noqa: F811
    tabs = '=== "One"\n    1\n\n=== "Two"\n    2\n'
    built = build_site({"content/a.md": f"{tabs}\ntext\n\n{tabs}", "content/b.md": tabs})
    with served(built.root / "site") as url:
        page = opened(browser, url, "/a/")
        page.locator("label", has_text="Two").first.click()
        assert [block.inner_text() for block in page.locator(".tabbed-block:visible").all()] == ["2", "2"]
        page.goto(f"{url}/b/")
        assert page.locator(".tabbed-block:visible").inner_text() == "2"
        page.context.close()


@pytest.mark.parametrize("language", ["en", "zh-Hans", "ar"])
def test_no_page_is_wider_than_a_small_window(browser, site, language):  # noqa: F811
    built = site(language)
    with served(built.root / "site") as url:
        page = opened(browser, url, "/", {"width": 320, "height": 640})
        wide = []
        for name in built.files():
            if name.endswith("index.html") and name != "was/index.html":
                page.goto(f"{url}/{name.removesuffix('index.html')}")
                wide += [name] if page.evaluate(OVERFLOW) > 0 else []
        page.context.close()
    assert wide == []


def test_a_strict_policy_holds(browser, site):  # noqa: F811
    policy = Policy(PolicyOptions()).text
    built = site()
    refused = []
    with served(built.root / "site", [("Content-Security-Policy", policy)]) as url:
        context = browser.new_context()
        page = context.new_page()
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        for path in ("/", "/posts/all/", "/guide/all/", "/tags/"):
            assert page.goto(f"{url}{path}").headers["content-security-policy"] == policy
        aligned = page.goto(f"{url}/posts/all/") and page.evaluate(
            "getComputedStyle(document.querySelector('td:last-child')).textAlign")
        context.close()
    assert [text for text in refused if "inline style" not in text] == []
    assert aligned == "right", "though the policy forbids the attribute that says so"


def test_printed_a_page_is_its_text(browser, site):  # noqa: F811
    with served(site().root / "site") as url:
        page = opened(browser, url, "/guide/all/")
        page.emulate_media(media="print")
        hidden = [part for part in ("#_sidebar", "#_contents", ".tools", ".colophon", ".neighbours", ".copy")
                  if page.locator(part).first.is_visible()]
        assert hidden == []
        assert page.locator("h1").is_visible()
        assert page.locator(".prose details p").first.is_visible(), "what is folded is printed"
        assert page.pdf()[:5] == b"%PDF-"
        page.context.close()


def test_a_folded_branch_is_loaded_when_it_is_opened(browser, build_site):  # noqa: F811
    built = build_site({f"content/docs/part{part}/p{page:02}.md": f"# P{part}.{page:02}" for part in range(4)
                        for page in range(40)} | {"content/docs/_index.md": "# Docs"}, "base_url: https://e.org/\n")
    with served(built.root / "site") as url:
        page = opened(browser, url, "/docs/part1/p30/")
        tree = page.locator("#_sidebar")
        assert tree.get_by_text("P3.05").count() == 0
        tree.locator("summary[aria-label=Part3]").click()
        tree.get_by_text("P3.05").wait_for()
        assert tree.get_by_text("P1.01").count() == 0
        tree.locator(".more").first.click()
        tree.get_by_text("P1.01").wait_for()
        assert tree.locator("[aria-current=page]").all_inner_texts() == ["P1.30"]
        assert tree.get_by_text("P3.05").is_visible(), "what was open stays open"


def test_a_video_is_loaded_when_it_is_pressed(browser, build_site):  # noqa: F811
    built = build_site({"content/a.md": '::video[A talk]{url="https://tube.example/w/abcdef"}'},
                       "base_url: https://e.org/\n")
    with served(built.root / "site") as url:
        page = opened(browser, url, "/a/")
        assert page.locator("iframe").count() == 0
        page.get_by_text("Play at tube.example").click()
        assert page.locator("iframe").get_attribute("src") == (
            "https://tube.example/videos/embed/abcdef?autoplay=1&p2p=0")
        assert page.locator("iframe").get_attribute("title") == "A talk"


def test_a_page_of_docs_is_copied_as_markdown(browser, build_site):  # noqa: F811
    config = "base_url: https://example.org/\nllms: true\nedit_url: https://example.org/edit/<path>\n"
    dated = "---\nlastmod: 2026-02-03\n---\n# X\n\nA *word*, `code`.\n"
    site = build_site({"content/docs/_index.md": "# Docs", "content/posts/2026-01-02-a.md": dated,
                       "content/docs/x.md": dated}, config)
    with served(site.root / "site") as url:
        page = opened(browser, url, "/docs/x/", permissions=["clipboard-read", "clipboard-write"])
        assert page.inner_text(".edit").split("\n") == ["Updated 3 February 2026", "Edit this page", "Copy as Markdown"]
        page.click("[data-markdown]")
        page.wait_for_selector("text=Copied")
        assert page.evaluate("navigator.clipboard.readText()") == site.text("docs/x/index.md")
        page.wait_for_selector("text=Copy as Markdown")
        page.goto(f"{url}/posts/a/")
        assert page.inner_text(".edit") == "Edit this page"
        page.context.close()
    site.edit({"config.yaml": config.replace("llms: true", "theme: {copy_markdown: false}\nllms: true")}).rebuild()
    assert "data-markdown" not in site.text("docs/x/index.html")


def test_the_contents_stand_within_the_window_at_the_widest_measure(browser, build_site):  # noqa: F811
    headings = "".join(f"## {number}\n\n" for number in range(4))
    built = build_site({"content/posts/a.md": f"---\ndate: 2025-01-01\nlang: zh\n---\n# 文\n\n{headings}"},
                       "base_url: https://example.org/\ntheme: {preset: serif}\n")
    with served(built.root / "site") as url:
        page = opened(browser, url, "/posts/a/")
        assert page.locator("article > .toc").bounding_box()["x"] > 1000
        assert page.evaluate(OVERFLOW) == 0
        page.context.close()
