"""Tests of the theme, with the site in `example/`."""

import pytest

from coldpress.testing import assert_accessible, assert_no_broken_links, pages


def test_the_manual_is_sound(coldpress_build):
    assert coldpress_build.problems == ()
    assert_no_broken_links(coldpress_build)
    assert_accessible(coldpress_build)


@pytest.mark.parametrize("path", pages(root="example"))
def test_each_page_has_the_bar_and_the_style(coldpress_build, path):
    page = coldpress_build.read(path)
    assert '<span>Edition</span> 3 / 2026' in page
    assert "/theme/manual." in page


def test_headings_of_docs_are_numbered(coldpress_build):
    assert '<div class="numbered">' in coldpress_build.read("/setup/")


def test_a_site_without_an_edition_has_no_bar(coldpress_build, coldpress_site):
    assert coldpress_site.config.theme.edition == "3 / 2026"
    assert coldpress_site.config.theme.numbered is True
