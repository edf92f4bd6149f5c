"""Tests of a site: assertions on a built site, and its pages to parametrize tests with.

The fixtures `coldpress_app`, `coldpress_site`, `coldpress_client` and `coldpress_build` come with the pytest plugin
(`coldpress.testing.plugin`), which pytest loads by itself.

    assert_no_broken_links(built)    each link, image and file of the pages is there
    assert_valid_feeds(built)        feeds are as feed readers demand it
    assert_accessible(built)         the structure of the pages is accessible
    pages()                          the paths of a site's pages, for `pytest.mark.parametrize`
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from coldpress.testing.assertions import assert_accessible, assert_no_broken_links, assert_valid_feeds
    from coldpress.testing.sites import Built, pages

# Imported when they are first used: pytest loads this package in every project of the environment.
_HOMES = {"Built": "sites", "assert_accessible": "assertions", "assert_no_broken_links": "assertions",
          "assert_valid_feeds": "assertions", "pages": "sites"}
__all__ = ["Built", "assert_accessible", "assert_no_broken_links", "assert_valid_feeds", "pages"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
