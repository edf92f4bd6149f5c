"""What is said of mistakes: one format everywhere."""

from __future__ import annotations

import io
import json
import pickle
import re
import unicodedata

import pytest

from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.report import MAX_SHOWN, Report, counted, format_problem


class Terminal(io.StringIO):
    def isatty(self):
        return True


def said(*problems, terminal=None, **flags):
    err = terminal if terminal is not None else io.StringIO()
    Report(io.StringIO(), err, **flags).problems(Problems(problems))
    return err.getvalue()


def width(text):
    return sum(0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else
               2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


UNKNOWN = Problem("config.unknown-key", "unknown key `pagnate`", Place("config.yaml", 3, 1, "pagnate: 10", 7),
                  "did you mean `paginate`?")


def test_the_format_is_the_documented_one():
    assert format_problem(UNKNOWN) == """\
error[config.unknown-key]: unknown key `pagnate`
  --> config.yaml:3:1
   |
 3 | pagnate: 10
   | ^^^^^^^ did you mean `paginate`?"""


@pytest.mark.parametrize(("problem", "text"), [
    (Problem("a.b", "m"), "error[a.b]: m"),
    (Problem("a.b", "m", hint="h"), "error[a.b]: m\n   = h"),
    (Problem("a.b", "m", Place("x.md"), "h"), "error[a.b]: m\n --> x.md\n   = h"),
    (Problem("a.b", "m", Place("x.md", 7), "h"), "error[a.b]: m\n  --> x.md:7\n   = h"),
    (Problem("a.b", "m", Place("x.md", 7, 2, "abc"), severity="warning"),
     "warning[a.b]: m\n  --> x.md:7:2\n   |\n 7 | abc\n   |  ^"),
    (Problem("a.b", "m", Place("x.md", 120, 2, "abc", 2)),
     "error[a.b]: m\n    --> x.md:120:2\n     |\n 120 | abc\n     |  ^^"),
    (Problem("a.b", "m", Place("x.md", 7, 4, "abc")), "error[a.b]: m\n  --> x.md:7:4\n   |\n 7 | abc\n   |    ^"),
    (Problem("a.b", "m", Place("x.md", 7, 1, "")), "error[a.b]: m\n  --> x.md:7:1\n   |\n 7 | \n   | ^"),
    (Problem("a.b", "m", Place("x.md", 7, 2, "\ta\x1b[31m", 1)),
     "error[a.b]: m\n  --> x.md:7:2\n   |\n 7 |  a [31m\n   |  ^"),
    (Problem("a.b", "m", Place("x.md", 7, 2, "abc", 99)), "error[a.b]: m\n  --> x.md:7:2\n   |\n 7 | abc\n   |  ^^"),
    (Problem("a.b", "m", Place("t.html", 2, 1, "{{ x }}"), "h",
             also=(Place("p.md", 30, 5, "    yz", 2), Place("q.md"))),
     "error[a.b]: m\n  --> t.html:2:1\n   |\n 2 | {{ x }}\n   | ^ h\n"
     "   ::: p.md:30:5\n    |\n 30 |     yz\n    |     ^^\n ::: q.md"),
    (Problem("a.b", "m", Place("build.py", 3), traceback="Traceback:\n  line 3\n"),
     "error[a.b]: m\n  --> build.py:3\n   Traceback:\n     line 3"),
])
def test_a_problem_is_shown_with_what_is_known_of_it(problem, text):
    assert format_problem(problem) == text


@pytest.mark.parametrize(("line", "word"), [
    ("title: 你好：世界 x: y", "x: y"), ("标题: 值", "值"), ("标题: 值", "标题"), ("ＦＵＬＬ x", "x"),
    ("cafe\u0301 x", "x"), ("한국어 x", "x"), ("مُحَمَّد x", "x"),
    ("สวัสดี x", "x"),
    ("می\u200cخواهم x", "x"),
])
def test_the_marks_stand_below_what_they_mean(line, word):
    place = Place("x.md", 1, line.index(word) + 1, line, len(word))
    shown, marks = format_problem(Problem("a.b", "m", place)).split("\n")[-2:]
    assert shown == f" 1 | {line}"
    assert width(marks) - len("   | ") == width(line[: line.index(word)]) + width(word)
    assert marks.count("^") == width(word)


@pytest.mark.parametrize("column", [1, 40, 500, 961, 1000])
@pytest.mark.parametrize("char", ["x", "中"])
def test_of_a_long_line_a_window_is_shown(column, char):
    line = char * (column - 1) + "!" + char * (1000 - column)
    text = format_problem(Problem("a.b", "m", Place("x.md", 1, column, line)))
    assert "--> x.md:1:" + str(column) in text
    shown, marks = text.split("\n")[-2:]
    assert len(shown) <= 125
    assert shown.startswith(" 1 | …") == (column > 61)
    assert shown.endswith("…") == (column < 900)
    before = shown[: shown.index("!")]
    assert width(marks) == width(before) + 1


def test_problems_come_in_the_order_of_file_and_line_each_once_and_errors_last():
    text = said(
        Problem("c", "third", Place("b.md", 1)), Problem("b", "second", Place("a.md", 10)),
        Problem("a", "first", Place("a.md", 9)), Problem("c", "third", Place("b.md", 1)),
        Problem("z", "of no file"), Problem("w", "warned", Place("z.md", 1), severity="warning"))
    assert re.findall(r"\w+\[.\]: (.*)", text) == ["warned", "of no file", "first", "second", "third"]


def test_at_most_fifty_are_shown_errors_first_and_the_rest_is_counted():
    warnings = [Problem("w", "m", Place("a.md", line), severity="warning") for line in range(1, 1061)]
    text = said(*warnings, Problem("e", "m", Place("z.md", 1)))
    assert MAX_SHOWN == 50
    assert (text.count("warning[w]"), text.count("error[e]")) == (49, 1)
    assert text.index("warning[w]") < text.index("error[e]")
    assert "… and 1,011 more; `--json` has all. Together:\n  1,060 w in 1 file\n  1 e in 1 file\n" in text


def test_fifty_are_all_shown():
    text = said(*(Problem("e", "m", Place("a.md", line)) for line in range(1, 51)))
    assert text.count("error[e]") == 50
    assert "more" not in text


def test_quiet_counts_no_warnings_among_the_rest():
    text = said(*(Problem("w", "m", Place("a.md", line), severity="warning") for line in range(1, 61)), quiet=True)
    assert text == ""


def test_quiet_shows_errors_only():
    text = said(UNKNOWN, Problem("w", "m", severity="warning"), quiet=True)
    assert "config.unknown-key" in text
    assert "warning" not in text


def test_colour_only_on_a_terminal_and_not_under_no_color(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = said(UNKNOWN, terminal=Terminal())
    assert "\x1b[31m" in coloured
    assert "\x1b[33m" in said(Problem("w", "m", severity="warning"), terminal=Terminal())
    assert said(UNKNOWN) == re.sub(r"\x1b\[\d+m", "", coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    assert said(UNKNOWN, terminal=Terminal()) == said(UNKNOWN)
    monkeypatch.setenv("NO_COLOR", "")  # no-color.org: present and not empty
    assert said(UNKNOWN, terminal=Terminal()) == coloured


def test_a_terminal_that_lacks_a_character_gets_another():
    class Ascii(io.StringIO):
        encoding = "ascii"

    assert "unknown key ?" in said(Problem("a.b", "unknown key 键"), terminal=Ascii())


def test_tables_are_aligned_whatever_the_script():
    out = io.StringIO()
    Report(out, io.StringIO()).table(("URL", "Title"), [("/你好/", "x"), ("/a/", "yy"), ("/cafe\u0301/", "z")])
    lines = out.getvalue().splitlines()
    assert {width(line[: line.rindex(" ")]) for line in lines} == {width("/你好/ ")}


@pytest.mark.parametrize(("number", "text"), [(0, "0 pages"), (1, "1 page"), (2, "2 pages"), (12000, "12,000 pages")])
def test_things_are_counted(number, text):
    assert counted(number, "page") == text


# Problems as data.

def test_problems_travel_between_processes_whole():
    error = pickle.loads(pickle.dumps(ColdpressError(UNKNOWN, Problem("a", "b", also=(Place("x", 1),)))))
    assert error.problems == (UNKNOWN, Problem("a", "b", also=(Place("x", 1),)))
    assert str(error) == "config.yaml:3: unknown key `pagnate`; b"


def test_problems_are_json():
    data = json.loads(json.dumps(UNKNOWN.as_json()))
    assert data == {
        "code": "config.unknown-key", "message": "unknown key `pagnate`", "severity": "error",
        "hint": "did you mean `paginate`?", "also": [], "traceback": None,
        "place": {"path": "config.yaml", "line": 3, "column": 1, "text": "pagnate: 10", "length": 7}}


def test_strict_makes_errors_of_warnings():
    strict = Problems([Problem("w", "m", severity="warning")]).as_errors()
    assert [problem.severity for problem in strict] == ["error"]
    assert len(strict.errors) == 1


# In whole sites.

def test_the_same_mistake_in_terminal_and_json(make_site):
    site = make_site({"content/a.md": "x"}, config="title: T\nbase_url: https://example.org/\npagnate: 10\n")
    result = site.run("build")
    assert result.code == 1
    assert format_problem(UNKNOWN) in result.err
    assert "Nothing was published" in result.err
    assert result.out == ""
    as_json = site.build()
    assert as_json.problems == [UNKNOWN.as_json() | {"also": []}]
    assert as_json.err == ""


def test_quiet_says_nothing_of_a_site_without_errors(make_site):
    result = make_site({"content/a.md": "[b](b.md)"}).run("build", "-q")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_a_warning_fails_under_strict_and_nothing_is_published(make_site):
    site = make_site({"content/a.md": "[b](b.md)"})
    result = site.run("build", "--strict")
    assert result.code == 1
    assert "error[link.broken-link]" in result.err
    assert not (site.root / "site/a/index.html").exists()
    assert "warning[link.broken-link]" in site.run("build").err


def test_a_long_name_does_not_bury_what_is_said_of_it(make_site):
    result = make_site({"content/a.md": f"[b](/{'x' * 400}/) and [c](/{'y' * 100}/)"}).run("build")
    assert f"nothing is at `/{'x' * 99}…{'x' * 39}/`\n" in result.err
    assert f"nothing is at `/{'y' * 100}/`\n" in result.err


def test_nothing_that_is_named_tells_a_terminal_what_to_do(make_site):
    """Neither a sequence for the terminal nor a line that a CI takes for a command."""
    site = make_site({"content/a.md": "---\ntitle: \"T\\e[2J\\n::error::x\\x9b2J\"\n"
                                      "layout: \"no\\e]0;x\\a\\n::warning::x\"\n---\n"
                                      "[x](b\x1b[2J.md) <a href='c&#27;[2J&#10;::error::x.md'>c</a>"})
    for command in (["build"], ["build", "-v"], ["list"], ["urls"], ["build", "--explain", "/a/"]):
        result = site.run(*command)
        said = result.out + result.err
        assert not [char for char in said if char != "\n" and not char.isprintable()], command
        assert not [line for line in said.split("\n") if line.startswith("::")], command
    assert "::warning::x" in site.run("build", "--no-cache").err


def test_the_rest_is_told_by_kind_with_the_most_frequent():
    text = said(*(Problem("link.broken-link", f"nothing is at `/{line if line > 40 else 'x'}`",
                          Place(f"{line % 7}.md", line), severity="warning") for line in range(1, 101)))
    assert ("… and 50 more; `--json` has all. Together:\n"
            "  100 link.broken-link in 7 files; 40 times: nothing is at `/x`\n") in text
