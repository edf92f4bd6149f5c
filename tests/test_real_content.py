"""What real content holds, one test for each thing that was found in 29,650 files."""

from __future__ import annotations

import pytest

URL = "base_url: https://example.org/blog/\n"


def prose(site, file="a/index.html"):
    """What stands in a page's body."""
    return site.text(file).partition('<div class="prose"')[2].partition(">")[2].rpartition("</div>")[0]


@pytest.fixture
def shown(make_site):
    """The prose of a page with this body, and what was said of it."""

    def show(body, config=URL):
        site = make_site({"content/a.md": f"---\ntitle: A\n---\n{body}\n", "config.yaml": config})
        result = site.build()
        assert result.code == 0
        return prose(site), [problem["code"] for problem in result.problems]

    return show


@pytest.mark.parametrize("body", [
    "```\nx = 1\n```", "- a\n\n  ```nosuchlanguage\n  x = 1\n  ```", "> ```py\n> x = 1\n> ```", "~~~\nx = 1\n~~~",
    "`````\nx = 1\n`````", "Text\n```\nx = 1\n```", "1. a\n   ```\n   x = 1\n   ```\n2. b"])
def test_fences_of_every_kind_are_code(shown, body):
    html, said = shown(body)
    assert html.count("<pre") == 1
    assert "```" not in html
    assert "~~~" not in html
    assert said == []


def test_a_fence_that_is_never_closed_is_told(shown):
    html, said = shown("```py\nx = 1")
    assert "<pre" in html
    assert said == ["markup.fence"]


def test_headings_without_an_ascii_letter_have_ids_of_their_own(shown):
    html, _ = shown("## 背景介绍\n\n## Введение\n\n## 背景介绍\n\n## ！？")
    assert [f'id="{name}"' in html for name in ("背景介绍", "введение", "背景介绍-1", "section")] == [True] * 4


def test_an_own_url_by_slug_permalink_url_or_path_and_aliases(build_site):
    site = build_site({"content/a.md": "---\nslug: 2024\n---\n", "content/b.md": "---\npermalink: /x/y/\n---\n",
                       "content/c.md": "---\nurl: /z.html\n---\n",
                       "content/d.md": "---\npath: /p/\naliases: [/old/]\n---\n"})
    assert {"2024/index.html", "x/y/index.html", "z.html", "old/index.html"} <= set(site.files())


def test_date_and_slug_only_in_the_file_s_name(build_site):
    site = build_site({"content/posts/2024-01-02-hello-world.md": "Text."})
    assert 'datetime="2024-01-02' in site.text("posts/hello-world/index.html")


@pytest.mark.parametrize("date", [
    "2024-01-02", "'2024-01-02'", "2024-01-02 10:00 -0500", "2024-01-02 10:00:00 +0800", "2024-01-02T10:00:00Z",
    "January 2, 2024", "2 Jan 2024", "2024/01/02", "2024年1月2日", "Tue, 02 Jan 2024 10:00:00 GMT"])
def test_dates_in_many_forms(build_site, date):
    site = build_site({"content/posts/a.md": f"---\ndate: {date}\n---\n"})
    assert 'datetime="2024-01-02' in site.text("posts/a/index.html")


def test_a_day_out_of_range_is_told(make_site):
    problem = make_site({"content/a.md": "---\ndate: 2024-02-31\n---\n"}).build().problems[0]
    assert (problem["severity"], problem["place"]["line"]) == ("error", 2)


def test_chinese_lines_join_without_a_space_and_bold_stands_beside_punctuation(shown):
    html, _ = shown("中文**“重点”**内容，\n换行。")
    assert html.strip() == "<p>中文<strong>“重点”</strong>内容，换行。</p>"


@pytest.mark.parametrize("authors", ["Ann", "[Ann, Bob]", "[{name: Ann, mail: x}, {name: Bob}]", "{name: Ann}"])
def test_authors_in_every_shape(build_site, authors):
    site = build_site({"content/posts/2024-01-02-a.md": f"---\nauthors: {authors}\n---\n"})
    assert "Ann" in site.text("posts/a/index.html")


def test_links_of_every_kind_hold_under_a_sub_path(make_site):
    site = make_site({"content/a.md": "[1](/b/) [2](b.md#part) [3](b.md) [4](../b/) [5](/文/) [6](%E6%96%87.md)",
                      "content/b.md": "## Part", "content/文.md": "x", "config.yaml": URL})
    assert site.build().problems == []
    html = prose(site)
    assert html.count('href="/blog/b/"') == 3
    assert 'href="/blog/b/#part"' in html
    assert html.count('href="/blog/%E6%96%87/"') == 2


def test_raw_html_comments_scripts_and_what_only_looks_like_a_tag(shown):
    html, said = shown("<div class=\"x\">\n\n*Em*\n\n</div>\n\n<!-- note -->\n\n<script>if (a < b) {}</script>\n\n"
                       "A List<T> and <iframe src=\"https://e.org\" title=\"x\"></iframe>.")
    assert "<em>Em</em>" in html
    assert "<!-- note -->" in html
    assert "if (a < b) {}" in html
    assert "List&lt;T&gt;" in html
    assert '<iframe src="https://e.org"' in html
    assert said == []


def test_images_beside_the_page_and_missing_ones(make_site):
    site = make_site({"content/trip/index.md": "![](map.svg) <img alt='' src=\"map.svg\">\n\n![x](gone.png)",
                      "content/trip/map.svg": "<svg/>", "config.yaml": URL})
    assert [problem["code"] for problem in site.build().problems] == ["link.broken-image"]
    assert prose(site, "trip/index.html").count('src="/blog/trip/map.svg"') == 2


def test_hundreds_of_reference_links(shown):
    html, said = shown("\n".join(f"[a{number}]" for number in range(400)) + "\n\n" + "\n".join(
        f"[a{number}]: https://example.com/{number}" for number in range(400)))
    assert html.count("<a ") == 400
    assert said == []


def test_a_title_of_the_first_heading_of_the_name_and_never_twice(build_site):
    site = build_site({"content/a.md": "# Heading\n\nText.", "content/some-name.md": "Text.",
                       "content/c.md": "---\ntitle: Both\n---\n# Both\n\nText."})
    assert site.text("a/index.html").count("Heading</h1>") == 1
    assert "<title>Some name" in site.text("some-name/index.html")
    assert site.text("c/index.html").count("Both</h") == 1


def test_what_looks_like_a_template_is_text(shown):
    html, said = shown("`{{ a }}` {{ b }} `{% c %}`\n\n```\n{{< d >}}\n```")
    assert all(text in html for text in ("{{ a }}", "{{ b }}", "{% c %}", "{{&lt; d &gt;}}"))
    assert said == []


@pytest.mark.parametrize(("body", "depth", "items"), [
    ("- a\n  - b\n    - c", 3, 3), ("* a\n   * b", 2, 2), ("Text\n- a\n- b", 1, 2), ("3. a\n4. b", 1, 2),
        ("1) a", 1, 1)])
def test_lists_nest_by_two_or_three_spaces_and_follow_text(shown, body, depth, items):
    html, _ = shown(body)
    assert html.count("<ul") + html.count("<ol") == depth
    assert html.count("<li") == items


def test_keys_nobody_knows_are_for_templates(build_site):
    site = build_site({"content/a.md": "---\nhero: {image: x, size: [1, 2]}\n---\n",
                       "templates/page.html": "{{ page.params.hero.size[1] }}"})
    assert site.text("a/index.html") == "2"


def test_weight_gives_the_order(build_site):
    site = build_site({"content/d/_index.md": "", "content/d/b.md": "---\nweight: 1\n---\n",
                       "content/d/a.md": "---\nweight: 2\n---\n"})
    html = site.text("d/index.html")
    assert html.index("/d/b/") < html.index("/d/a/")


def test_bare_urls_are_links(shown):
    html, _ = shown("See https://example.com/a_b(c), www.example.org. 见https://例子.中国/路径。完")
    assert '<a href="https://example.com/a_b(c)">' in html
    assert '<a href="http://www.example.org">www.example.org</a>.' in html
    assert "</a>。完" in html


def test_a_page_has_its_own_language_and_direction(build_site):
    site = build_site({"content/a.md": "---\nlang: ar\n---\nنص"})
    assert '<html lang="ar" dir="rtl">' in site.text("a/index.html")


@pytest.mark.parametrize("body", [":::note\nText.\n:::", "> [!NOTE]\n> Text.", "!!! note\n    Text."])
def test_callouts_of_every_kind_look_the_same(shown, body):
    html, said = shown(body)
    assert html.strip() == '<div class="admonition note">\n<p class="admonition-title">Note</p>\n<p>Text.</p>\n</div>'
    assert said == []


def test_shortcodes_of_others_are_named(shown):
    html, said = shown('{{< youtube x >}}')
    assert "{{&lt; youtube x &gt;}}" in html
    assert said == ["markup.leftover"]


@pytest.mark.parametrize("info", ['py title="x.py"', "py {1,3-5}", "py {hl_lines=[2]}", "{.py .cls}", "py x.py",
    "py a=b c"])
def test_what_a_fence_says_is_never_printed(shown, info):
    html, said = shown(f"```{info}\nx\n```")
    assert '<span class="n">x</span>' in html
    assert "{" not in html
    assert said == []


def test_dots_upper_case_spaces_and_other_scripts_in_names(build_site):
    site = build_site({"content/v1.2.3.md": "", "content/My File.md": "", "content/文件.md": ""})
    assert {"v1.2.3/index.html", "my-file/index.html", "文件/index.html"} <= set(site.files())


def test_two_pages_of_one_name_are_an_error_that_names_both(make_site):
    problem = make_site({"content/A b.md": "", "content/a-b.md": ""}).build().problems[0]
    assert problem["code"] == "url.clash"
    assert {problem["place"]["path"], problem["also"][0]["path"]} == {"content/A b.md", "content/a-b.md"}


def test_tables_footnotes_tasks_emoji_definitions_strike_and_the_rest(shown):
    html, said = shown("| a |\n|---|\n| b |\n\nN[^1] ~~s~~ :tada:\n\n- [x] t\n\nT\n: D\n\n## Same\n\n## Same\n\n"
                       "## I {#own}\n\n<!--more-->\n\n[^1]: Note.")
    assert all(part in html for part in (
        "<table>", 'href="#fn:1"', "<del>s</del>", "🎉", "checkbox", "<dd>D</dd>", 'id="same-1"', 'id="own"'))
    assert said == []


@pytest.mark.parametrize("text", [
    "A\u00a0b\u200bc", "e\u0301", "one\r\ntwo\r\n", "one\rtwo", "a\u2028b", "no end", "\ufeffwith a mark",
    "a\x0bb\x0cc"])
def test_odd_characters_and_line_ends_lose_nothing(make_site, text):
    site = make_site({"content/a.md": text.encode()})
    assert site.build().code == 0
    words = [word for word in text.replace("\ufeff", "").split() if word.isascii()]
    assert all(word in prose(site) for word in words)


def test_a_file_that_is_not_utf_8_is_told(make_site):
    problem = make_site({"content/a.md": "caf\u00e9".encode("latin-1")}).build().problems[0]
    assert (problem["severity"], problem["place"]["path"]) == ("error", "content/a.md")


@pytest.mark.parametrize(("front", "shown_title"), [
    ("title: 2024", "2024"), ("title: yes", "yes"), ("title: 12:30:45", "12:30:45"), ("tags: null\ntitle: A", "A"),
    ("title: A\ntags: [2024, yes]", "A")])
def test_surprises_of_yaml_are_none(build_site, front, shown_title):
    assert f"<title>{shown_title} " in build_site({"content/a.md": f"---\n{front}\n---\n"}).text("a/index.html")


def test_toml_is_read_and_duplicate_keys_are_told(make_site):
    site = make_site({"content/a.md": '+++\ntitle = "Of TOML"\n+++\nText.', "config.yaml": URL})
    assert site.build().problems == []
    assert "Of TOML" in site.text("a/index.html")
    problem = site.edit({"content/a.md": "---\ntitle: A\ntitle: B\n---\n"}).build().problems[0]
    assert problem["place"]["line"] == 3


@pytest.mark.parametrize("body", ["$5 and $10", "US$ 3", "费用$5，税$3。", "$1,000–$2,000", "5$ or 10$"])
def test_money_is_no_formula(shown, body):
    html, said = shown(body)
    assert "<math" not in html
    assert html.count("$") == body.count("$")
    assert said == []


def test_a_very_long_page(shown):
    html, said = shown("\n\n".join(f"Paragraph {number} with **bold** and `code`." for number in range(20_000)))
    assert html.count("<p>") == 20_000
    assert said == []


def test_a_person_may_come_first_in_the_name_of_an_emoji(shown):
    html, _ = shown(":man_raising_hand: :raising_hand_man: :woman_shrugging: :man_nobody:")
    first, second, third, fourth = html.partition("<p>")[2].partition("</p>")[0].split()
    assert first == second != third
    assert fourth == ":man_nobody:"
