"""Notes of Obsidian as they are: comments, embeds, ids of blocks, other names."""

from __future__ import annotations

import html
import json
import re

import pytest

from coldpress.markdown.syntax.comments import without_comments

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>'
URL = "base_url: https://e.org/\ncollections: []\nllms: true\n"
NOTES = {
    "content/Note two.md": "# Note two\n\nBody two. ^abc\n\n## Part\n\nPart text.\n\n- item ^item-1\n- [Note one]("
                           "Note%20one.md)\n\n### Deeper\n\nDeep text.\n\n## Other\n\nOther text."
                           "\n\n> Quoted.\n\n^quote-1\n",
    "content/files/pic.svg": SVG, "content/files/Sound.mp3": "s", "content/files/film.mp4": "f",
    "content/files/paper.pdf": "p"}


def prose(site, path="note-one"):
    found = re.search(r'<div class="prose">(.*)</div>\s*</article>', site.text(f"{path}/index.html"), re.S)
    return found[1].strip()


@pytest.fixture
def notes(build_site):
    """The texts of notes beside others, built without a problem."""

    def notes(texts):
        site = build_site({**NOTES, "content/Note one.md": "# Note one", **{
            f"content/n{number}.md": f"# A note\n\n{text}\n" for number, text in enumerate(texts)}}, URL)
        return [prose(site, f"n{number}") for number in range(len(texts))]

    return notes


# Comments.

HIDING = (
    "Text %%secret%% after.", "%%secret%%", "%%\nsecret\n\nsecret\n%%", "a\n%%secret%%\nb", "a %%secret\nsecret%% b",
    "- a\n  %%\n  secret\n\n  secret\n  %%\n- b", "- a\n    - b %%secret%%\n\n      %%secret%%\n- c",
    "> a\n> %%\n> secret\n> %%\n> b", "## T %%secret%%", "|a|b|\n|-|-|\n|c %%secret%%|d|", "文字%%secret%%文字",
    "word.%%secret%%", "word%%secret%%", "%%it`s secret%% and `code` here", "*%%secret%%* a", "- %%secret%%\n- b",
    "%%a secret%% mid %%b secret%%", "- a\n\n    %%secret%% b", "%% secret $x %% and $y$", "$5 %%secret%% and $6",
    "> quote\n\n%%\n# secret\n%%\n\nend", "%%secret\n\nsecret%%\n\nx %% y", "a %%[[secret]] ![[secret.png]]%%",
    "%%\n```\nsecret\n```\n%%\n\nx", "a %%secret `%% b`", ":::note\n%%\nsecret\n%%\nseen\n:::",
    "- [ ] %%secret%%\n- [x] b")
KEPT = (
    "50%% of it and 60%% of that", "`a %%b%% c`", "```\n%%x%%\n```", "    %%code%%", "$a %% b$ and $c %% d$",
    "a %% unclosed", "$$\na %% b %% c\n$$", "<pre>\n%%x%%\n</pre>", "<script>a='%%x%%'</script>", "a \\%%b%% c",
    "%d%% and %s%%", "~~~\n%%\nx\n%%\n~~~", "%%\n\nnever closed", "%%%%", "100%%", "1. x\n\n       %%code%%",
    "- a\n\n      %%code in list%%", "```mermaid\n%% c\nA-->B\n%% d\n```", "<!-- %%x%% -->", "a %% b\n\nc %% d",
    "``%%x`%%``", "> ```\n> %%x%%\n> ```", "<style>a{b:%%c%%}</style>")


def test_comments_are_not_published_anywhere(build_site):
    site = build_site({**{f"content/{number}.md": f"# N{number}\n\n{text}\n" for number, text in enumerate(HIDING)},
                       "content/posts/2026-01-01-a.md": "%%secret%% One. %%secret%%\n\n%%\n\nsecret\n\n%%\n\nTwo.",
                       "content/title.md": "# The %%secret%% title\n\nText.",
                       "content/jinja.txt": "x"}, "base_url: https://e.org/\nllms: true\n")
    for name, data in site.files().items():
        assert b"secret" not in data, name
        assert "\ufdd0".encode() not in data, name
    assert "<title>The title · My site</title>" in site.text("title/index.html")
    assert "<p>One.</p>\n<p>Two.</p>" in site.text("feed.xml")
    assert prose(site, "5") == "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "what is left stays a tight list"
    assert prose(site, "0") == "<p>Text after.</p>"
    assert site.text("0/index.md").endswith("\n\nText after.\n")


def test_percent_signs_that_are_no_comments_stay():
    assert [text for text in KEPT if without_comments(text) != text] == []


def test_lines_below_a_comment_keep_their_numbers(make_site):
    site = make_site({"content/a.md": "# A\n\n%%\none\n\ntwo\n%%\n\n%%x%% [b](no.md) %%y%%\n\n[[Nobody]]\n"}, URL)
    assert site.build().places() == [("link.broken-link", "content/a.md", 9), ("link.unknown-name", "content/a.md", 11)]


# Embeds.

IMG = '<img src="/files/pic.svg" width="{1}" height="{2}" alt="{0}" fetchpriority="high" decoding="async">'


SHOWN = (
    ("An ![[pic.svg]] here", f"<p>An {IMG.format('pic', 40, 20)} here</p>"),
    ("![[pic.svg]]", f"<p>{IMG.format('pic', 40, 20)}</p>"),
    ("![[PIC.svg|100]]", f"<p>{IMG.format('PIC', 100, 50)}</p>"),
    ("![[files/pic.svg|100x30]]", f"<p>{IMG.format('pic', 100, 30)}</p>"),
    ("![[pic.svg|A \"press\" <i>|10]]", f"<p>{IMG.format('A &quot;press&quot; &lt;i&gt;', 10, 5)}</p>"),
    ("- ![[pic.svg|x]]", f"<ul>\n<li>{IMG.format('x', 40, 20)}</li>\n</ul>"),
    ("![[Sound.mp3]]", '<p><audio src="/files/Sound.mp3" controls preload="metadata" aria-label="Sound"></audio></p>'),
    ("![[film.mp4|320]]", '<p><video src="/files/film.mp4" controls preload="metadata" aria-label="film" width="320">'
                          "</video></p>"),
    ("![[paper.pdf#page=3]]", '<p><iframe src="/files/paper.pdf#page=3" title="paper" width="100%" height="600" '
                              'loading="lazy"></iframe></p>'),
    ("[[pic.svg]]", '<p><a href="/files/pic.svg">pic.svg</a></p>'),
    ("![[Note two#Other]]", "<h2>Other</h2>\n<p>Other text.</p>\n<blockquote>\n<p>Quoted.</p>\n</blockquote>"),
    ("![[note two#deeper]]", "<h3>Deeper</h3>\n<p>Deep text.</p>"),
    ("![[Note two#Part#Deeper]]", "<h3>Deeper</h3>\n<p>Deep text.</p>"),
    ("![[Note two#^abc]]", "<p>Body two.</p>"),
    ("![[Note two#^item-1]]", "item"),
    ("![[Note two#^quote-1]]", "<blockquote>\n<p>Quoted.</p>\n</blockquote>"),
    ("A ![[Note two]] within", '<p>A <a href="/note-two/">Note two</a> within</p>'),
    ("> ![[Note two#^abc]]", "<blockquote>\n<p>Body two.</p>\n</blockquote>"),
    *((link, '<p><a href="/note-two/#%5Eabc">x</a></p>') for link in (
        "[[Note two#^abc|x]]", "[x](Note%20two.md#^abc)", "[x](<Note two.md#^abc>)")))


def test_what_is_embedded_is_shown(notes):
    assert notes([written for written, _ in SHOWN]) == [html for _, html in SHOWN]


def test_a_whole_note_is_shown_and_built_anew_with_it(make_site):
    site = make_site({**NOTES, "content/Note one.md": "Before\n![[Note two]]\nAfter"}, URL)
    assert site.build().problems == []
    assert prose(site).startswith("<p>Before</p>\n\n<p>Body two.</p>\n<h2>Part</h2>")
    assert prose(site).endswith("<p>After</p>")
    twin = site.text("note-one/index.md")
    assert "Before\nBody two." in twin.replace("\n\n", "\n")
    assert "Other text." in twin
    assert "/note-one/" in site.edit({"content/Note two.md": "# Note two\n\nAnew."}).build().rendered
    assert "<p>Anew.</p>" in prose(site)
    assert "/note-one/" in site.edit({"content/Note two.md": None}).build().rendered
    assert "![[Note two]]" in prose(site)


MISSING = (
    *((text, "link.unknown-name") for text in (
        "![[nobody]]", "![[no.png]]", "A ![[no.png|100]] b", "[[nobody]]", "![[draft]]")),
    *((text, "link.broken-anchor") for text in (
        "![[Note two#^zzz]]", "![[Note two#Nothing]]", "[[Note two#^zzz]]", "[[#^zzz]]")))


def test_what_is_not_there_is_a_warning_at_its_line(make_site):
    site = make_site({**NOTES, "content/draft.md": "---\ndraft: true\n---\nsecret", "content/Note one.md": "# Note one",
                      **{f"content/n{number}.md": f"# A note\n\nText.\n\n{text}\n"
                         for number, (text, _) in enumerate(MISSING)}}, URL)
    result = site.build()
    assert (result.code, result.places()) == (
        0, [(code, f"content/n{number}.md", 5) for number, (_, code) in enumerate(MISSING)])
    for number, (text, _) in enumerate(MISSING):
        assert text in prose(site, f"n{number}") or "<a href" in prose(site, f"n{number}"), "as text"
        assert "secret" not in prose(site, f"n{number}")


def test_what_is_no_embed_is_read_as_ever(build_site):
    texts = ("![[1]](pic.svg)", "`![[pic.svg]]`", "```\n![[Note two]]\n```", "    ![[Note two]]", "![[]]", "![[ ]]",
             "\\![[x", "![[a\nb]]")
    site = build_site({"content/pic.svg": SVG, "content/Note two.md": "Body two", **{
        f"content/n{number}.md": text for number, text in enumerate(texts)}}, URL)
    for number, text in enumerate(texts):
        assert "Body two" not in prose(site, f"n{number}"), text


def test_images_are_found_beside_the_note_first_and_by_name_anywhere(build_site):
    site = build_site({"content/a/pic.svg": SVG, "content/b/pic.svg": SVG, "content/b/n.md": "![[pic.svg]]",
                       "content/c/n.md": "![[pic.svg]] ![[b/pic.svg]] ![[../b/pic.svg]]"}, URL)
    assert 'src="/b/pic.svg"' in prose(site, "b/n")
    assert re.findall(r'src="(/./pic.svg)"', prose(site, "c/n")) == ["/a/pic.svg", "/b/pic.svg", "/b/pic.svg"]
    assert site.edit({"content/c/pic.svg": SVG}).build().rendered >= {"/c/n/"}
    assert re.findall(r'src="(/./pic.svg)"', prose(site, "c/n")) == ["/c/pic.svg", "/b/pic.svg", "/b/pic.svg"]


def test_a_table_of_toml_is_no_link(build_site):
    site = build_site({"content/n.md": "[[item]]\ntype = 'card'\n\n[[n]]\nand more"}, URL)
    assert prose(site, "n").startswith("<p>[[item]]\ntype")
    assert '<a href="/n/">n</a>' in prose(site, "n")


# Ids of blocks.

BLOCKS = (
    ("A text. ^abc", '<p id="^abc">A text.</p>'),
    ("A text\n^a-1", '<p id="^a-1">A text</p>'),
    ("- one ^x1\n- two", '<ul>\n<li id="^x1">one</li>\n<li>two</li>\n</ul>'),
    ("- one ^x1\n\n- two", '<ul>\n<li>\n<p id="^x1">one</p>\n</li>\n<li>\n<p>two</p>\n</li>\n</ul>'),
    ("> a\n\n^q", '<blockquote id="^q">\n<p>a</p>\n</blockquote>'),
    ("# H\n\n^h", '<a id="^h"></a>'),
    ("2 ^2", "<p>2 ^2</p>"), ("x^abc", "<p>x^abc</p>"), ("`a ^abc`", "<p><code>a ^abc</code></p>"),
    ("a ^abc b", "<p>a ^abc b</p>"), ("a ^123456", '<p id="^123456">a</p>'),
    ("[[#^me]] self ^me", '<p id="^me"><a href="#%5Eme">^me</a> self</p>'))


def test_the_id_of_a_block_is_not_printed(notes):
    found = notes([written for written, _ in BLOCKS])
    assert [html for html, (_, wanted) in zip(found, BLOCKS, strict=True) if wanted not in html] == []


# Names.

NAMES = ("A. B. Lee", "Bobby", "罗伯特", "Node.js", "vue.js", "C++", "bob lee", "张 三", "Robert & Co. (1)")
ADDRESSES = ("/old/", "old-name", "old.html", "../x", "Sub/Old", "2020", "OLDER.html", "under_score")


def test_an_alias_is_a_name_or_an_old_address(build_site):
    site = build_site({"content/Bob.md": "---\naliases: {}\n---\n# Bob\n\n{}".format(
        json.dumps([*NAMES, *ADDRESSES]), "\n\n".join(f"[[{name}]]" for name in NAMES))}, URL)
    for name in NAMES:
        assert f'<a href="/bob/">{html.escape(name, quote=False)}</a>' in site.text("bob/index.html"), name
    redirects = [name for name, data in site.files().items() if b'http-equiv="refresh"' in data]
    assert len(redirects) == len(ADDRESSES), redirects


def test_an_alias_that_is_the_title_makes_no_redirect(build_site):
    site = build_site({"content/Ann.md": "---\naliases:\n- Ann\n---\n# Ann\n\nText",
                       "content/Bob.md": "---\naliases: [A. B. Lee, Ann]\n---\n# Bob\n\nSee [[A. B. Lee]], [[ann]]."},
                      URL)
    assert prose(site, "bob") == '<p>See <a href="/bob/">A. B. Lee</a>, <a href="/ann/">ann</a>.</p>'
    assert site.edit({"content/Bob.md": "# Bob\n\n[[A. B. Lee]]"}).build().codes == ["link.unknown-name"]


def test_a_file_of_any_kind_may_be_named(build_site):
    site = build_site({"content/boards/Plan.canvas": "{}", "content/data.csv": "1", "content/a.md": (
        "[[Plan.canvas]] [[data.csv|the data]]\n\n![[Plan.canvas]]\n\nSee ![[data.csv]]\n")}, URL)
    assert re.findall(r'<a href="(/[^"]+\.\w+)">([^<]+)</a>', prose(site, "a")) == [
        ("/boards/Plan.canvas", "Plan.canvas"), ("/data.csv", "the data"),
        ("/boards/Plan.canvas", "Plan.canvas"), ("/data.csv", "data.csv")]
    assert '<p><a href="/boards/Plan.canvas">Plan.canvas</a></p>' in prose(site, "a"), "on a line of its own"


def test_a_name_that_begins_as_another_is_found_at_its_own_place(make_site):
    result = make_site({"content/The Garden.md": "G.", "content/Tab.md": "G.", "content/soup/Tomato soup.md": "S.",
                        "content/a.md": "See [[The Garden]], [[Tab|x]], [[T|y]],\n[[ The ]] [[T]] ![[Tabl]].\n\n"
                                        "[x](Tomato%20soup.md)\n"}, URL).build()
    told = [(problem["message"], problem["place"]["line"], problem["place"]["column"]) for problem in result.problems]
    assert told == [("no page is called `T`", 1, 32), ("no page is called `The`", 2, 1),
                    ("no page is called `T`", 2, 11), ("no page is called `Tabl`", 2, 18),
                    ("nothing is at `Tomato%20soup.md`", 4, 5)]
    assert result.problems[-1]["hint"] == "did you mean `soup/Tomato%20soup.md`?"


def test_a_note_of_a_day_is_called_by_the_day(build_site):
    site = build_site({f"content/{name}.md": "x" for name in (
        "Daily/2025-03-02", "Daily/2025-03", "2025-03-02-a trip")}, URL)
    assert [site.text(f"{path}/index.html").partition("<h1>")[2].partition("</h1>")[0] for path in (
        "daily/2025-03-02", "daily/2025-03", "a-trip")] == ["2025-03-02", "2025-03", "A trip"]
