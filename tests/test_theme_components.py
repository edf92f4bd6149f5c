"""Components of the theme for landing pages, instructions and videos."""

from __future__ import annotations

import re

import pytest

from coldpress.web.video import video

URL = "base_url: https://example.org/sub/\n"


def page(build_site, text):
    files = {"content/a.md": f"---\ntitle: A\n---\n{text}\n", "content/p.svg": '<svg width="3" height="2"></svg>'}
    return build_site(files, URL).text("a/index.html")


def test_a_hero_has_a_title_a_picture_and_its_text(build_site):
    html = page(build_site, ':::hero[The *title*]{image="p.svg" alt="P"}\nText.\n\n[Go](a.md)\n:::')
    assert '<p class="hero-title">The <em>title</em></p>' in html
    assert '<img src="/sub/p.svg" width="3" height="2" alt="P" fetchpriority="high"' in html
    assert '<a href="/sub/a/">Go</a>' in html
    assert "/sub/theme/components." in html


def test_cards_are_boxes_and_links(build_site):
    html = page(build_site, '::::cards\n:::card[One]{href="a.md" icon="✎"}\nText.\n:::\n:::card[Two]\n:::\n::::')
    cards = re.findall(r'<div class="component grid-card">(.*?)</div>', html, re.S)
    assert '<span aria-hidden="true">✎</span> <a href="/sub/a/">One</a>' in cards[0]
    assert '<p class="grid-card-title">Two</p>' in cards[1]


def test_steps_files_and_terminals_keep_what_is_in_them(build_site):
    html = page(build_site, ":::steps\n1. One\n2. Two\n:::\n\n:::filetree\n- a/\n  - **b**\n:::\n\n"
                            ":::terminal[~/x]\n```console\n$ ls\n```\n:::")
    assert re.search(r'<div class="component steps">\s*<ol>\s*<li>One</li>', html)
    assert re.search(r'<div class="component filetree">\s*<ul>\s*<li>a/\s*<ul>\s*<li><strong>b</strong>', html)
    assert re.search(r'<figure class="component terminal">\s*<figcaption>~/x</figcaption>\s*<[^>]*class="code', html)


def test_a_badge_has_a_tone_of_the_theme(build_site):
    html = page(build_site, ':badge[New]{tone=green} :badge[Odd]{tone="x onclick"}')
    assert '<span class="component label" data-tone="green">New</span>' in html
    assert '<span class="component label">Odd</span>' in html


def test_a_page_without_components_loads_nothing_of_theirs(build_site):
    html = page(build_site, "Text.")
    assert "/theme/components." not in html
    assert "/theme/video." not in html


def test_a_video_loads_nothing_before_it_is_pressed(build_site):
    html = page(build_site, '::video[A talk]{url="https://youtu.be/abcdefghijk?t=1m5s" poster="p.svg"}')
    assert ('<a href="https://youtu.be/abcdefghijk?t=1m5s" rel="noopener" '
            'data-player="https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1&amp;start=65">') in html
    assert "<iframe" not in html
    assert '<img src="/sub/p.svg" width="3" height="2" alt="" loading="lazy"' in html
    assert "Play at YouTube" in html
    assert "/sub/theme/video." in html


def test_a_file_is_a_video_of_its_own(build_site):
    html = page(build_site, '::video{url="p.svg"}')
    assert '<video src="/sub/p.svg" controls preload="metadata"></video>' in html


@pytest.mark.parametrize(("url", "player"), [
    ("https://www.youtube.com/watch?v=abc-_defghi&list=x", "https://www.youtube-nocookie.com/embed/abc-_defghi?autoplay=1"),
    ("https://m.youtube.com/shorts/abcdefghijk", "https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1"),
    ("https://youtu.be/abcdefghijk?t=90", "https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1&start=90"),
    ("https://vimeo.com/123456789", "https://player.vimeo.com/video/123456789?autoplay=1&dnt=1"),
    ("https://vimeo.com/channels/staff/123456789", "https://player.vimeo.com/video/123456789?autoplay=1&dnt=1"),
    ("https://tube.example/w/8Hxyz123", "https://tube.example/videos/embed/8Hxyz123?autoplay=1&p2p=0"),
    ("https://tube.example/videos/watch/9c9de5e8", "https://tube.example/videos/embed/9c9de5e8?autoplay=1&p2p=0"),
    ("https://www.youtube.com/watch", None), ("https://www.youtube.com/watch?v=a/../b", None),
    ("javascript:alert(1)//youtube.com/watch?v=abcdefghijk", None), ("https://example.org/a.mp4", None),
    ("https://notyoutube.com/watch?v=abcdefghijk", None), ("", None)])
def test_players(url, player):
    found = video(url)
    assert (found.player if found else None) == player
