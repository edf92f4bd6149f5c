"""Markdown rendered by several processes: the same bytes, and errors whole."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import pytest

from coldpress.markup import serial
from coldpress.markup.cache import FEW, MarkupCache
from coldpress.markup.render import Renderer
from coldpress.markup.store import Kept, MarkupStore
from coldpress.markup.workers import render_chunk, render_many
from coldpress.text import text_digest

BODIES = [f"# Page {number}\n\nText with [a link](b.md) and `code`.\n\n$$x_{number}$$\n" for number in range(60)]
CONTEXTS = ["spawn"] + ["fork"] * (sys.platform == "linux")


def kept(body, renderer):
    rendered = renderer.render(body)
    return Kept.of(text_digest(body), serial.dumps(rendered), serial.dumps_brief(rendered.brief))


@pytest.mark.parametrize("context", CONTEXTS)
def test_processes_give_what_one_gives(context):
    def make(workers):
        return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(context))

    alone = Renderer()
    assert list(render_many(BODIES, 2, make)) == [kept(body, alone) for body in BODIES]


def test_what_a_worker_raises_is_raised():
    with pytest.raises(AttributeError):
        list(render_many(["fine", None], 2, ThreadPoolExecutor))


def test_few_bodies_wait_until_they_are_asked_for(tmp_path):
    asked = []

    def make(workers):
        asked.append(workers)
        return ThreadPoolExecutor(workers)

    def bodies(count):
        texts = [f"Text {number}" for number in range(count)]
        return {text_digest(text): partial(str, text) for text in texts}

    cache = MarkupCache(MarkupStore(tmp_path / "state"))
    cache.render_ahead(bodies(FEW - 1), 2, make)
    assert asked == []
    cache.render_ahead(bodies(FEW), 2, make)
    assert asked == [2]
    cache.render_ahead(bodies(FEW), 2, make)
    assert asked == [2]
    assert cache.render(text_digest("Text 7"), unread) == Renderer().render("Text 7")
    assert cache.brief(text_digest("Text 8"), unread) == Renderer().render("Text 8").brief


def unread():
    raise AssertionError("it is kept, and need not be read")


def test_a_chunk_is_rendered_in_order():
    assert [serial.loads(kept.text, kept.brief).words for kept in render_chunk(["one", "one two", ""])] == [1, 2, 0]


def test_many_processes_build_the_same_site(make_site):
    files = {f"content/posts/2026-01-{1 + number % 28:02}-p{number}.md":
             f"---\ntitle: P{number}\n---\nText {number}.\n\n```py\nx = {number}\n```\n" for number in range(FEW + 20)}
    one, many = make_site(files), make_site(files)
    assert one.build("-j", "1", "--no-cache").code == many.build("-j", "2").code == 0
    assert one.files() == many.files()
