"""The blog of the bench: the same posts for a number, none with a broken link."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from conftest import REPOSITORY

BENCH = REPOSITORY / "bench"


@pytest.fixture
def corpus(monkeypatch):
    spec = spec_from_file_location("bench_corpus", BENCH / "corpus.py")
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # where a dataclass looks for its own
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_no_link_is_broken_and_each_post_has_neighbours_and_related_ones(corpus, make_site, count):
    files = {file.relative_to(BENCH / "sites/coldpress").as_posix(): file.read_text()
             for file in (BENCH / "sites/coldpress").rglob("*") if file.is_file() and file.suffix in (".py", ".html")}
    posts = [corpus.post(number, count) for number in range(count)]
    site = make_site({**files, **{f"content/posts/{post.name}.md": corpus.as_yaml(post) for post in posts}},
                     (BENCH / "sites/coldpress/config.yaml").read_text())
    result = site.build("--strict")
    assert (result.code, result.problems) == (0, [])
    for number, post in enumerate(posts):
        page = site.text(f"posts/{post.name}/index.html")
        assert ('rel="prev"' in page, 'rel="next"' in page) == (number > 0, number < count - 1)
        assert ('id="_related"' in page) == (count > 1)


def test_a_post_is_the_same_each_time(corpus):
    assert corpus.as_yaml(corpus.post(7, 50)) == corpus.as_yaml(corpus.post(7, 50))
    assert corpus.post(7, 50) != corpus.post(7, 60)
