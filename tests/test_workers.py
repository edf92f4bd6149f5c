"""Markdown rendered by several processes: the same bytes, and errors whole."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from coldpress.markup import serial
from coldpress.markup.cache import MarkupCache
from coldpress.markup.render import Renderer
from coldpress.markup.workers import FEW, render_chunk, render_many

BODIES = [f"# Page {number}\n\nText with [a link](b.md) and `code`.\n\n$$x_{number}$$\n" for number in range(60)]
CONTEXTS = ["spawn"] + ["fork"] * (sys.platform == "linux")


@pytest.mark.parametrize("context", CONTEXTS)
def test_processes_give_what_one_gives(context):
    def make(workers):
        return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(context))

    alone = Renderer()
    assert list(render_many(BODIES, 2, make)) == [serial.dumps(alone.render(body)) for body in BODIES]


def test_what_a_worker_raises_is_raised():
    with pytest.raises(TypeError):
        list(render_many(["fine", None], 2, ThreadPoolExecutor))


def test_few_bodies_wait_until_they_are_asked_for():
    asked = []

    def make(workers):
        asked.append(workers)
        return ThreadPoolExecutor(workers)

    cache = MarkupCache()
    cache.render_ahead({str(number): f"Text {number}" for number in range(FEW - 1)}, 2, make)
    assert asked == []
    cache.render_ahead({str(number): f"Text {number}" for number in range(FEW)}, 2, make)
    assert asked == [2]
    cache.render_ahead({str(number): f"Text {number}" for number in range(FEW)}, 2, make)
    assert asked == [2]
    assert cache.render("Text 7", "7") == Renderer().render("Text 7")


def test_a_chunk_is_rendered_in_order():
    assert [serial.loads(text).words for text in render_chunk(["one", "one two", ""])] == [1, 2, 0]


def test_many_processes_build_the_same_site(make_site):
    files = {f"content/posts/2026-01-{1 + number % 28:02}-p{number}.md":
             f"---\ntitle: P{number}\n---\nText {number}.\n\n```py\nx = {number}\n```\n" for number in range(FEW + 20)}
    one, many = make_site(files), make_site(files)
    assert one.build("-j", "1", "--no-cache").code == many.build("-j", "2").code == 0
    assert one.files() == many.files()
