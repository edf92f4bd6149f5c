"""Large docs trees: what a page shows of them, what is loaded later, what a change renders."""

from __future__ import annotations

import json
import re

import pytest

URL = "base_url: https://example.org/sub/\n"
PARTS = 8


def docs(pages: int = 30) -> dict[str, str]:
    """A tree of parts with pages; part 3 has no page of its own."""
    files = {"content/docs/_index.md": "# Docs"}
    for part in range(PARTS):
        if part != 3:
            files[f"content/docs/part{part}/_index.md"] = f"---\nweight: {part + 1}\n---\n# Part {part}"
        for page in range(pages):
            files[f"content/docs/part{part}/p{page:02}.md"] = f"---\nweight: {page + 1}\n---\n# P{part}.{page}"
    return files


def tree(site, path):
    html = site.text(f"{path}/index.html")
    return html.partition('id="_sidebar"')[2].partition("</nav>")[0]


def titles(html):
    return re.findall(r'<(?:a|span)[^>]*>([^<]+)</(?:a|span)>|<button type="button">([^<]+)</button>', html)


def entries(file):
    detail = re.fullmatch(r'dispatchEvent\(new CustomEvent\("tree-branch", \{detail: (.*)\}\)\);\n', file, re.S)
    return json.loads(detail[1])


def test_a_page_shows_the_way_to_it_and_folds_the_rest(build_site):
    site = build_site(docs(), URL)
    shown = tree(site, "docs/part2/p15")
    names = [link or more for link, more in titles(shown)]
    assert names[:4] == ["Docs", "Part 0", "Part 1", "Part 2"]
    assert names[4:6] == ["3 more", "P2.3"]
    assert names[-7:] == ["P2.26", "3 more", "Part 4", "Part 5", "Part 6", "Part 7", "Part3"]
    assert re.findall(r'href="([^"]*)" aria-current="page"', shown) == ["/sub/docs/part2/p15/"]
    assert shown.count("<details open>") == 1
    assert len(shown.encode()) < 6000


def test_a_folded_branch_is_a_file_with_its_entries(build_site):
    site = build_site(docs(), URL)
    urls = re.findall(r'<details class="scripted-only" data-branch="/sub/([^"]+)">', tree(site, "docs/part2/p15"))
    assert len(urls) == PARTS - 1
    first = entries(site.text(urls[0]))
    assert [link for link, _ in titles(first)] == [f"P0.{page}" for page in range(30)]
    more = re.findall(r'class="more" data-branch="/sub/([^"]+)"', tree(site, "docs/part2/p15"))
    assert [link for link, _ in titles(entries(site.text(more[0])))] == [f"P2.{page}" for page in range(30)]


def test_a_branch_without_a_page_leads_to_its_first_page(build_site):
    shown = tree(build_site(docs(), URL), "docs/part2/p15")
    assert '<a href="/sub/docs/part3/p00/">Part3</a>' in shown


def test_a_small_tree_is_whole_in_every_page(build_site):
    site = build_site(docs(3), URL)
    shown = tree(site, "docs/part2/p01")
    assert "P7.2" in shown
    assert "data-branch" not in shown
    assert not (site.root / "site/theme/tree").exists()
    assert "/theme/tree." not in site.text("docs/part2/p01/index.html")


def test_a_title_in_a_folded_branch_renders_no_page_above_it(make_site):
    site = make_site(docs(), URL)
    site.build()
    result = site.edit({"content/docs/part5/p07.md": "---\nweight: 8\n---\n# New"}).build()
    assert "/sub/docs/part2/p15/" not in result.rendered
    assert "/sub/docs/part5/p10/" in result.rendered
    assert any("/theme/tree/" in path for path in result.rendered)
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


@pytest.mark.parametrize("change", [
    {"content/docs/part5/p99.md": "# Another"}, {"content/docs/part9/p.md": "# Ninth"},
    {"content/docs/part1/_index.md": None},
    {f"content/docs/part{part}/p{page:02}.md": None for part in range(PARTS) for page in range(2, 30)}])
def test_what_comes_and_goes_is_as_in_a_clean_build(make_site, change):
    site = make_site(docs(), URL)
    site.build()
    site.edit(change).build()
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


@pytest.mark.parametrize("folder", ["of mice", "size of mice", "level 1 of mice", "menu"])
def test_a_folder_may_be_named_as_the_parts_of_a_tree_are(make_site, folder):
    pages = {f"content/{folder}/p{number}.md": f"# Page {number}" for number in range(4)}
    site = make_site({f"content/{folder}/_index.md": "# Docs", **pages}, URL + f"docs: ['{folder}']\n")
    site.build()
    site.edit({f"content/{folder}/p3.md": "# Another title"}).build()
    clean = site.clean_copy()
    clean.build()
    assert site.files() == clean.files()


def test_a_tree_of_the_menu_is_folded_too(build_site):
    menu = "menu:\n  - Guide:\n" + "".join(
        f"      - Part {part}:\n" + "".join(f"          - docs/part{part}/p{page:02}.md\n" for page in range(30))
        for part in range(3))
    site = build_site(docs(), URL + menu)
    names = [link or more for link, more in titles(tree(site, "docs/part1/p00"))]
    assert names[:3] == ["Part 0", "Part 1", "P1.0"]
    assert names[-2:] == ["6 more", "Part 2"]
