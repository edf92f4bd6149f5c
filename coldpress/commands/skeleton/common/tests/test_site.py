"""Tests of this site.  Install pytest (`pip install pytest`) and run `python -m pytest`.

Fixtures and assertions come with Coldpress; its docs have more on the page "Testing your site".
"""

import pytest
from coldpress.testing import assert_accessible, assert_no_broken_links, assert_valid_feeds, pages


def test_the_built_site_is_sound(coldpress_build):
    assert coldpress_build.problems == ()
    assert_no_broken_links(coldpress_build)
    assert_valid_feeds(coldpress_build)
    assert_accessible(coldpress_build)


@pytest.mark.parametrize("path", pages())
def test_each_page_is_there(coldpress_client, path):
    assert coldpress_client.get(path).status_code == 200
