"""Texts made to exhaust a parser: each is rendered, or refused with a warning.

How the time grows with the text is measured by `bench/hostile.py`; here a text
only has to end at all.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager

import pytest
from hostile import SHAPES

from coldpress.markdown.native import Renderer

RENDERER = Renderer()
SECONDS = 10


@contextmanager
def bounded(seconds):
    """Fail what takes longer; where there is no such signal, only wait."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def give_up(number, frame):
        pytest.fail(f"took longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_shapes_have_the_size_that_is_asked_for():
    sizes = {name: (len(shape(20_000)), len(shape(40_000))) for name, shape in SHAPES.items()}
    assert {name: pair for name, pair in sizes.items()
            if not (17_000 <= pair[0] <= 22_000 and 1.9 <= pair[1] / pair[0] <= 2.2)} == {}


@pytest.mark.parametrize("name", SHAPES)
def test_a_hostile_text_is_rendered_in_time(name):
    with bounded(SECONDS):
        rendered = RENDERER.render(SHAPES[name](40_000))
    size = sum(len(part) for part in rendered.html.parts if isinstance(part, str))
    assert size < 10_000_000


def test_ten_thousand_quotes_are_shown_as_far_as_they_go():
    with bounded(SECONDS):
        rendered = RENDERER.render(">" * 10_000 + " end")
    html = text_of(rendered)
    assert html.count("<blockquote>") == html.count("</blockquote>") == 60
    assert "end" in html
    [flaw] = rendered.flaws
    assert (flaw.code, flaw.line, flaw.column) == ("markup.depth", 1, 61)


def test_ten_thousand_items_in_one_another_are_shown_as_far_as_they_go():
    with bounded(SECONDS):
        rendered = RENDERER.render("- " * 10_000 + "end")
    assert text_of(rendered).count("<li>") == 30
    assert "end" in text_of(rendered)
    assert [flaw.code for flaw in rendered.flaws] == ["markup.depth"]


def test_a_page_of_a_megabyte_is_whole():
    part = ("## Part {0}\n\nText with *emphasis*, `code`, a [link](#part-{0}) and https://example.org/{0}.\n\n"
            "- one\n  - two\n\n| a | b |\n|---|---|\n| {0} | d |\n\n```python\nprint({0})\n```\n\n")
    count = 1_000_000 // len(part) + 1
    with bounded(60):
        rendered = RENDERER.render("# Title\n\n" + "".join(part.format(number) for number in range(count)))
    html = text_of(rendered)
    assert rendered.flaws == ()
    assert [heading.id for heading in rendered.toc] == [f"part-{number}" for number in range(count)]
    assert html.count("<table>") == html.count('<div class="code">') == count
    assert html.count("<ul>") == 2 * count
    assert sum(link.target.startswith("#part-") for link in rendered.html.links) == count


def test_references_do_not_make_a_page_far_larger_than_its_text():
    rendered = RENDERER.render(f"[a]: /{'x' * 100_000}\n\n" + "[a] " * 1000)
    assert len(list(rendered.html.links)) == 9
    assert [flaw.code for flaw in rendered.flaws] == ["markup.size"]


def test_abbreviations_do_not_make_a_page_far_larger_than_its_text():
    rendered = RENDERER.render(f"*[a]: {'x' * 100_000}\n\n" + "a " * 1000)
    assert text_of(rendered).count("<abbr") == 10
    assert [flaw.code for flaw in rendered.flaws] == ["markup.size"]


def test_rows_that_lack_cells_stay_short_in_a_table_that_is_too_wide():
    html = text_of(RENDERER.render(f"{'|a' * 500}\n{'|-' * 500}\n" + "b\n" * 500))
    assert html.count("<tr>") == 501
    assert html.count("<td>") < 500 + 20_000 + 500


def text_of(rendered):
    """The HTML as it is, links left out."""
    return "".join(part for part in rendered.html.parts if isinstance(part, str))
