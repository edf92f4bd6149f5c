"""Names, anchors, counts and near misses, for every script."""

from __future__ import annotations

import unicodedata

import pytest

from coldpress.text import (
    count_words,
    did_you_mean,
    heading_id,
    nearest,
    one_edit_apart,
    reading_minutes,
    shorten,
    slugify,
)


def wrong(*values, reason):
    return pytest.param(*values, marks=pytest.mark.xfail(strict=True, reason=reason))


# The settled table: a change here changes the URLs of every site.
SLUGS = [
    ("Hello World", "hello-world"),
    ("hello_world", "hello-world"),
    ("HELLO", "hello"),
    ("already-a-slug", "already-a-slug"),
    ("a  -  b", "a-b"),
    ("a--b", "a-b"),
    ("a_-_b", "a-b"),
    ("tab\tnew\nline", "tab-new-line"),
    ("non\u00a0breaking", "non-breaking"),
    ("第1章\u3000背景", "第1章-背景"),
    # Latin with marks
    ("Über uns", "über-uns"),
    ("STRAßE", "straße"),
    ("Smørrebrød på dansk", "smørrebrød-på-dansk"),
    ("Łódź", "łódź"),
    ("Tiếng Việt", "tiếng-việt"),
    ("naïve café", "naïve-café"),
    ("cafe\u0301", "café"),
    ("A\u030angstro\u0308m", "ångström"),
    ("J\u030c", "\u01f0"),
    ("ÇA VA", "ça-va"),
    # CJK
    ("你好世界", "你好世界"),
    ("你好，世界！", "你好-世界"),
    ("《红楼梦》", "红楼梦"),
    ("Python入门", "python入门"),
    ("日本語のテスト", "日本語のテスト"),
    ("カタカナ・ひらがな", "カタカナ-ひらがな"),
    ("ラーメン", "ラーメン"),
    ("한국어 문서", "한국어-문서"),
    ("𠀀𠮷", "𠀀𠮷"),
    ("ＡＢＣ１２３", "ａｂｃ１２３"),
    ("１．背景", "１-背景"),
    # Arabic, Hebrew, Cyrillic, Greek, Thai, Devanagari, with their marks
    ("مرحبا بالعالم", "مرحبا-بالعالم"),
    ("مُحَمَّد", "مُحَمَّد"),
    ("שָׁלוֹם", unicodedata.normalize("NFC", "שָׁלוֹם")),
    ("Привет, мир!", "привет-мир"),
    ("И\u0306од", "йод"),
    ("Ελληνικά", "ελληνικά"),
    ("สวัสดีชาวโลก", "สวัสดีชาวโลก"),
    ("ที่นี่ ที่นั่น", "ที่นี่-ที่นั่น"),
    ("हिन्दी में", "हिन्दी-में"),
    # Dots and dashes
    ("v1.2.3", "v1.2.3"),
    ("Release 2.0.", "release-2.0"),
    ("...more...", "more"),
    ("-.a.-", "a"),
    ("--draft--", "draft"),
    ("a..b", "a.b"),
    ("a.-b", "a.b"),
    ("jquery.min.js", "jquery.min.js"),
    # Punctuation
    ("C++ & C#", "c-c"),
    ("what? (100%)", "what-100"),
    ("it’s 50/50", "it-s-50-50"),
    ("a\\b:c*d|e", "a-b-c-d-e"),
    ("x² ½ Ⅳ", "x²-½-ⅳ"),
    # What nobody sees
    ("zero\u200bwidth\u2060joiner", "zerowidthjoiner"),
    ("\ufeffsoft\u00adhyphen", "softhyphen"),
    # Emoji
    ("🎉 party 🎉", "party"),
    ("👨‍👩‍👧 family", "family"),
    ("I ❤️ Python", "i-python"),
    ("1️⃣ first", "1-first"),
    ("🎉...", ""),
]


def test_the_table_holds_sixty_names():
    assert len(SLUGS) == 60


@pytest.mark.parametrize(("name", "slug"), SLUGS)
def test_a_name_becomes_a_slug(name, slug):
    assert slugify(name) == slug


def test_a_slug_is_a_slug_already():
    slugs = {getattr(entry, "values", entry)[1] for entry in SLUGS}
    assert {slugify(slug) for slug in slugs} == slugs


@pytest.mark.parametrize(("text", "anchor"), [
    ("Hello World", "hello-world"),
    ("1.背景介绍", "1背景介绍"),
    ("Über uns", "über-uns"),
    ("--verbose", "--verbose"),
    ("🚀 Quick start", "-quick-start"),
    ("⚠️ Warning", "\ufe0f-warning"),
    ("Part 1 -- the start", "part-1----the-start"),
    ("a  b / c", "a--b--c"),
    ("tie‿d _x_", "tie‿d-_x_"),
    ("全角　と\xa0空白", "全角と空白"),
    ("x² Ⅳ", "x²-ⅳ"),
    ("v1.2.3", "v123"),
    ("snake_case", "snake_case"),
    ("What's new?", "whats-new"),
    ("Привет, мир", "привет-мир"),
    ("ที่นี่", "ที่นี่"),
    ("cafe\u0301", "café"),
    ("！？", "section"),
    ("", "section"),
])
def test_a_heading_has_an_anchor(text, anchor):
    assert heading_id(text) == anchor


@pytest.mark.parametrize(("text", "words", "cjk"), [
    ("", 0, 0),
    ("— … !", 0, 0),
    ("Hello, world", 2, 0),
    ("don't well-known v1.2 3.14", 4, 0),
    ("你好，世界！", 0, 4),
    ("学习 Python 三天", 1, 4),
    ("カタカナ ﾊﾝｶｸ 𠀀", 0, 9),
    ("한국어 문서", 2, 0),
    ("Привет мир", 2, 0),
    ("हिन्दी भाषा", 2, 0),
    ("re\u0301sume\u0301", 1, 0),
])
def test_words_and_cjk_characters_are_counted_apart(text, words, cjk):
    assert count_words(text) == (words, cjk)


@pytest.mark.parametrize(("words", "cjk", "minutes"), [
    (0, 0, 1), (220, 0, 1), (660, 0, 3), (0, 400, 1), (0, 2000, 5), (440, 800, 4),
])
def test_reading_takes_minutes(words, cjk, minutes):
    assert reading_minutes(words, cjk) == minutes


@pytest.mark.parametrize(("text", "limit", "short"), [
    ("short", 10, "short"),
    ("  two\n words ", 10, "two words"),
    ("one two three four", 12, "one two…"),
    ("one two, three four", 13, "one two…"),
    ("一二三四五六七八九十", 6, "一二三四五…"),
    ("abcdefghijkl", 6, "abcde…"),
])
def test_long_text_is_cut_at_a_word(text, limit, short):
    assert shorten(text, limit) == short
    assert len(shorten(text, limit)) <= limit


@pytest.mark.parametrize(("a", "b", "near"), [
    ("dratf", "draft", True),   # swapped
    ("drft", "draft", True),    # left out
    ("drafft", "draft", True),  # added
    ("draft", "drafts", True),
    ("drabt", "draft", True),   # wrong
    ("Draft", "draft", True),
    ("draft", "draft", False),
    ("drtfa", "draft", False),
    ("dr", "draft", False),
    ("", "ab", False),
    ("abcd", "badc", False),
])
def test_one_edit_apart(a, b, near):
    assert one_edit_apart(a, b) is near
    assert one_edit_apart(b, a) is near


@pytest.mark.parametrize(("word", "meant"), [
    ("pagnate", "paginate"), ("TITLE", "title"), ("base-url", "base_url"), ("mpa", "map"), ("xyzzy", None), ("", None),
])
def test_the_nearest_word_is_suggested(word, meant):
    known = ["title", "paginate", "base_url", "map"]
    assert nearest(word, known) == meant
    assert did_you_mean(word, known) == (f"did you mean `{meant}`?" if meant else None)


def test_file_names_become_urls_by_their_slugs(build_site):
    site = build_site({f"content/{name}.md": "x" for name in ("Über uns", "v1.2.3", "你好，世界", "Snake_Case", "ที่นี่")})
    assert {"über-uns", "v1.2.3", "你好-世界", "snake-case", "ที่นี่", "search"} == {
        name.removesuffix("/index.html") for name in site.files() if name.endswith("/index.html")}


def test_a_name_without_a_letter_needs_a_slug(make_site):
    site = make_site({"content/🎉.md": "Party."})
    assert ("url.permalink", "content/🎉.md", None) in site.build().places()
    assert site.edit({"content/🎉.md": "---\nslug: party\n---\nParty."}).rebuild().code == 0
    assert "Party." in site.text("party/index.html")
