"""Tests of the theme, with the site in `example/`."""

from coldpress.testing import assert_accessible, assert_no_broken_links, assert_valid_feeds


def test_a_site_with_the_theme_is_sound(coldpress_build):
    assert coldpress_build.problems == ()
    assert_no_broken_links(coldpress_build)
    assert_valid_feeds(coldpress_build)
    assert_accessible(coldpress_build)


def test_each_page_has_the_style_sheet_and_the_ribbon(coldpress_build):
    for path in ("/", "/about/", "/posts/hello/", "/404.html"):
        page = coldpress_build.read(path)
        assert "/theme/%(name)." in page
        assert 'class="ribbon ribbon-warm"' in page
