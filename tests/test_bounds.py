"""What one page, one file or one number may ask for: it ends, with a problem at its line."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

URL = "base_url: https://example.org/\n"
NINES = "9" * 6_000
ONES = "1, " * 30_000


def told(result):
    """Code, file and line of every error and warning."""
    assert "Traceback" not in result.out + result.err
    return [(problem["code"], problem["place"]["path"], problem["place"]["line"]) for problem in result.problems]


# Front matter, config and data.

WRONG = [
    (f"+++\ntitle = 'x'\nweight = {NINES}\n+++\n", 3, "more than 1000 digits"),
    (f"+++\nweight = 1\n[extra]\nn = -{'9' * 2_000}\n+++\n", 3, "more than 1000 digits"),
    (f"+++\nn = 0x{'f' * 2_000}\n+++\n", 2, "more than 1000 digits"),
    (f"---\ntitle: x\nweight: {NINES}\n---\n", 3, "more than 1000 digits"),
    (f"---\nn: [1, 2, {'9' * 1_500}]\n---\n", 2, "more than 1000 digits"),
    (f"---\nn: 0x{'f' * 900}{'f' * 900}\n---\n", 2, "more than 1000 digits"),
    (f"---\nweight: {'9' * 400}\n---\n", 2, "a number is expected"),
    (f"+++\nweight = {'9' * 400}\n+++\n", 2, "a number is expected"),
    ("+++\n" + ".".join("a" * 500) + " = 1\n+++\n", 2, "nested too deep"),
    ("+++\ntitle = 'x'\n[" + ".".join("b" * 500) + "]\nx = 1\n+++\n", 3, "nested too deep"),
    ("+++\nx = 1\nc = " + "[" * 200 + "]" * 200 + "\n+++\n", 3, "nested too deep"),
    ("+++\nd = " + "{a=" * 150 + "1" + "}" * 150 + "\n+++\n", 2, "nested too deep"),
    ("+++\nd = " + "[" * 50_000 + "\n+++\n", 2, "nested too deep"),
    ("---\na: 1\nb: " + "[" * 50_000 + "]" * 50_000 + "\n---\n", 3, "this is"),
    ("---\na: 1\nb: " + '["]", ' * 20_000 + "\n---\n", 3, "nested too deep"),
    ("---\na: 1\nb: " + "{a: " * 200 + "}" * 200 + "\n---\n", 3, "nested too deep"),
    ("---\na: '" + "]" * 900 + "'\nb: " + "[" * 900 + "]" * 900 + "\n---\n", 3, "nested too deep"),
    ("---\na: 1\nb:\n" + "".join(f"{' ' * (depth + 1)}k:\n" for depth in range(150)) + "---\n", 103, "nested too deep"),
    ("---\na: 1\nb:\n " + "- " * 20_000 + "\n---\n", 4, "nested too deep"),
    ("---\na: 1\n" + "? " * 20_000 + "\n---\n", 3, "nested too deep"),
    ("---\na: &a [x]\n" + "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}' if n else '*a'] * 9)}]\n" for n in range(9))
     + "---\n", None, "expand to too many values"),
    ("---\na: &a {x: 1, y: 2}\n" + "".join(
        f"k{n}: &k{n}\n  <<: [{', '.join([f'*k{n - 1}' if n else '*a'] * 9)}]\n" for n in range(9)) + "---\n",
     None, "expand to too many values"),
    (f"---\nx: 1\ntags: [{', '.join(f't{number}' for number in range(5_000))}]\n---\n", 3, "has 5,000 entries"),
    (f"+++\nauthors = [{', '.join(map(str, range(101)))}]\n+++\n", 2, "has 101 entries"),
    ("---\na: &a [*a]\n---\n", 2, "this alias contains itself"),
    ("---\nwhen: !!timestamp soon\n---\n", 2, "this is no `timestamp`"),
    ("---\nx: !!float ''\n---\n", 2, "this is no `float`"),
    ("---\nx: !!bool perhaps\n---\n", 2, "this is no `bool`"),
    ("---\nx: !!int ''\n---\n", 2, "invalid literal"),
    (f"---\ndate: 2024-01-01T10:00{' ' * 20_000}x\n---\n", 2, "is not a date"),
    (f"---\ndate: '{'9' * 100_000}'\n---\n", 2, "is not a date"),
]


def test_front_matter_that_is_too_much_is_told_at_its_line(make_site):
    site = make_site({f"content/f{number}.md": f"{front}x\n" for number, (front, _, _) in enumerate(WRONG)})
    result = site.build()
    assert "Traceback" not in result.out + result.err
    problems = {problem["place"]["path"]: problem for problem in result.problems}
    assert len(problems) == len(result.problems) == len(WRONG)
    for number, (_, line, message) in enumerate(WRONG):
        problem = problems[f"content/f{number}.md"]
        assert message in problem["message"]
        assert len(problem["message"]) < 300
        assert (problem["code"] == "front-matter.too-many") == ("entries" in message)
        assert line in (None, problem["place"]["line"]), problem


RIGHT = [
    f"---\nn: {'9' * 900}\ne: 1e99999\nt: 2001-01-01T00:00:00.{'0' * 5_000}\n---\n",
    f"---\nn:\n  <<: [{', '.join(['{a: 1}'] * 200)}]\n---\n", "---\nx: |\n" + "  [[[[{{{{\n" * 20_000 + "---\n",
    f"+++\nn = {'9' * 900}\nx = 1{' ' * 100_000}#\nn2 = [{ONES}]\ntags = [{ONES[:297]}]\n+++\n",
    "---\nx: " + "[" * 90 + "]" * 90 + "\n---\n", "+++\n" + ".".join("a" * 90) + " = 1\n+++\n",
    f"---\nx: '{'[' * 5_000}'\n---\n", f"---\nx: '{NINES}'\ny: a{NINES}\n---\n"]


def test_much_that_is_not_too_much_is_read(build_site):
    build_site({f"content/f{number}.md": f"{front}x\n" for number, front in enumerate(RIGHT)})


DATA = [
    ("b.json", NINES, "data.json", 1), ("b.json", '{"a": 1,\n "b": [1, -' + "9" * 1_200 + "]}", "data.json", 2),
    ("b.json", "[" * 100_000, "data.json", 1), ("b.json", "[" * 200 + "]" * 200, "data.json", 1),
    ("b.json", '{"a":' * 200 + "1" + "}" * 200, "data.json", 1), ("b.yaml", f"a: 1\nb: {NINES}\n", "syntax.yaml", 2),
    ("b.yaml", "- " * 50_000, "syntax.yaml", 1), ("b.toml", f"a = 1\nb = {NINES}\n", "syntax.toml", 2),
    ("b.toml", ".".join("a" * 2_000) + " = 1\n", "syntax.toml", 1), ("b.csv", f"a\n{'x' * 200_000}\n", "data.csv", 2),
    ("b.csv", ",".join(map(str, range(10_000))) + "\n" + "1\n" * 20_000, "data.csv", 203),
]


def test_data_that_is_too_much_is_told_at_its_line(make_site):
    site = make_site({"content/index.md": "A", "templates/home.html": "A"})
    for number, (name, text, _, _) in enumerate(DATA):
        site.edit({f"data/{number}{name}": text, f"content/p{number}.md": f"---\nlayout: t{number}\n---\nx",
                   f"templates/t{number}.html": f"{{{{ data['{number}b'] }}}}"})
    result = site.build()
    assert result.code == 1
    assert {(code, path, line) for code, path, line in told(result) if path.startswith("data/")} == {
        (code, f"data/{number}{name}", line) for number, (name, _, code, line) in enumerate(DATA)}


# Files that are none.

def pipe(path):
    os.mkfifo(path)


def listening(path):
    with socket.socket(socket.AF_UNIX) as server:
        before = Path.cwd()
        os.chdir(path.parent)  # a socket's name is short
        try:
            server.bind(path.name)
        finally:
            os.chdir(before)


def zeros(path):
    path.symlink_to("/dev/zero")


def loop(path):
    path.symlink_to(path.name)


def folder(path):
    path.mkdir()


def huge(path):
    with path.open("wb") as file:
        file.truncate(10 ** 12)


NONE = [pipe, listening, zeros, loop, folder, huge]
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has none")


@needs_pipes
def test_a_page_that_asks_for_what_is_no_file_is_told_at_its_line(make_site):
    names = [make.__name__ for make in NONE]
    asked = [line for name in names
             for line in (f'::include{{file="/parts/{name}.txt"}}', f'--8<-- "parts/{name}.txt"')]
    site = make_site({"content/a.md": "# A\n\n" + "\n\n".join(asked) + "\n\nEnd.\n", "parts/y.txt": "y"})
    for make in NONE:
        make(site.root / f"parts/{make.__name__}.txt")
    result = site.build()
    assert result.code == 0
    assert told(result) == [("markup.include", "content/a.md", line) for line in range(3, 3 + 2 * len(asked), 2)]
    assert "<p>End.</p>" in site.text("a/index.html")
    assert site.build().rendered == set()


@needs_pipes
def test_what_is_no_file_is_told_where_it_lies(make_site):
    site = make_site({"content/a.md": "A", "static/y.txt": "y", "data/y.yaml": "y: 1"})
    wanted = set()
    for make in (pipe, listening, zeros, loop):
        for name in ("content/{}.md", "content/{}.txt", "static/{}.txt", "data/{}.yaml"):
            path = name.format(make.__name__)
            make(site.root / path)
            wanted.add(("source.link" if make in (zeros, loop) else "source.no-file", path, None))
    result = site.build()
    assert result.code == 1
    assert set(told(result)) == wanted


def test_links_among_folders_end(make_site):
    site = make_site({f"content/f{number}/p.md": "P" for number in range(12)})
    for number in range(11):
        for name in "xy":
            (site.root / f"content/f{number}/{name}").symlink_to(f"../f{number + 1}")
    (site.root / "content/f3/loop").symlink_to("../f3")
    (site.root / "content/f11/back").symlink_to("../f0")
    result = site.build()
    assert "source.link" in result.codes
    assert ("source.link", "content/f3/loop", None) in told(result)


def test_folders_in_one_another_end(make_site):
    site = make_site({"content/a.md": "A"})
    deep = site.root / "content"
    for _ in range(150):
        deep /= "d"
    deep.mkdir(parents=True)
    assert set(site.build().codes) == {"source.no-file"}


# Includes and snippets.

@pytest.mark.parametrize("line", ['::include{{file="p{}.md"}}', '--8<-- "p{}.md"', "![[p{}]]"])
def test_pages_that_include_each_other_end(make_site, line):
    pages = {f"content/p{number}.md": (line.format(number + 1) + "\n\n") * 10 for number in (0, 7, 8)}
    pages["content/p0.md"] = pages["content/p0.md"].replace("p1", "p7")
    site = make_site({**pages, "content/p9.md": "x\n\n" + "y" * 30_000},
                     f"{URL}llms: true\nmarkdown: {{trusted: false}}\n")
    result = site.build()
    assert result.code == 0
    assert {code for code, _, _ in told(result)} == {"markup.include"}
    assert max(map(len, site.files().values())) < 5_000_000
    said = [problem for problem in result.problems if problem["place"]["path"] == "content/p0.md"]
    assert said or "8<" in line
    assert all("far larger than its text" in problem["message"] for problem in result.problems)
    assert site.text("p8/index.html").count("<p>x</p>") == 10


def test_a_circle_of_includes_ends(make_site):
    pages = {f"content/p{number}.md": "".join(f'::include{{file="p{other}.md"}}\n\n' for other in range(12))
             for number in range(12)}
    result = make_site(pages).build()
    assert result.code == 0
    assert set(result.codes) == {"markup.include"}


def test_large_files_are_shown_until_it_is_too_much(make_site):
    big = "x = 1\n" * 20_000
    site = make_site({"code/big.py": big, "code/small.py": "y = 2\n", "content/a.md":
                      '::include{file="/code/small.py"}\n\n' + '::include{file="/code/big.py"}\n\n' * 9})
    assert told(site.build()) == [("markup.include", "content/a.md", line) for line in range(3, 21, 2)]
    assert '<span class="n">y</span>' in site.text("a/index.html")
    assert site.edit({"code/big.py": "x = 1\n"}).build().problems == []
    assert site.text("a/index.html").count('<span class="n">x</span>') == 9


@pytest.mark.parametrize("asked", ["![[b]]", '::include{file="b.md"}', '::include{file="gone.md"}', '--8<-- "gone.md"'])
def test_thousands_of_files_in_one_page_end(make_site, asked):
    site = make_site({"content/a.md": f"{asked}\n\n" * 3_000, "content/b.md": "Text.\n"}, f"{URL}llms: true\n")
    result = site.build()
    assert result.code == 0
    assert told(result) == [("markup.include", "content/a.md", line) for line in range(1, 6_000, 2)]


def test_thousands_of_problems_in_one_line_do_not_hold_it_each(make_site):
    site = make_site({"content/a.md": "".join(f"[[gone{number}]] ![x](gone{number}.png) " for number in range(1_000))})
    result = site.build()
    assert len(result.problems) == 2_000
    assert len(result.out) < 1_500_000
    assert {problem["place"]["line"] for problem in result.problems} == {1}
    assert len({problem["place"]["column"] for problem in result.problems}) == 2_000


def test_captions_of_captions_end(make_site):
    site = make_site({"content/a.md": "![x](x.png)\n\n" + "/// caption\nWords.\n///\n\n" * 2_000, "content/x.png": "p"})
    assert site.build().code == 0
    assert site.text("a/index.html").count("<figcaption>") == 2_000
