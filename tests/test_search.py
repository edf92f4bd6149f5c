"""The search's index: what is in it, where, and that it stays right."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import sqlite3
from itertools import cycle

import pytest
from conftest import REPOSITORY

from coldpress.search.index import encode, shard_of, shards_for, with_levels
from coldpress.search.tokenize import count_tokens, fold, stem

THEME = REPOSITORY / "coldpress/web/theme/static"
SITE = {
    "content/posts/2026-01-01-first.md": "---\ntitle: The first\n---\n\nRoutes of *Flask*.\n\n## A heading\n\nMore.\n",
    "content/posts/2026-01-02-second.md": "---\ntitle: 第二篇\n---\n\n你好，世界。Flask路由很**简**单。\n",
    "content/docs/_index.md": "# Docs\n\nHow it works.\n",
    "content/docs/install.md": "# Install it\n\nRun `pip install`. Café & crème.\n",
}
BODY, OFTEN, HEADING, TITLE = range(4)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def decode(text):
    """The postings in a text of the index, sorted."""
    postings = []
    for kind, part in enumerate(text.split(" ")):
        value, shift, number = 0, 0, -1
        for letter in map(LETTERS.index, part):
            value |= letter % 32 << shift
            shift += 5
            if letter < 32:
                number += value // 4 + 1
                postings.append((2 * number + kind) * 4 + value % 4)
                value = shift = 0
    return sorted(postings)


def value_of(script):
    """The value that a script of the index passes on."""
    before, after = 'dispatchEvent(new CustomEvent("search-file",{detail:', "}));\n"
    return json.loads(script.removeprefix(before).removesuffix(after))


def index_of(site):
    """Every token with the URLs that have it and its level there."""
    found = {}
    for name, data in site.files("site/search").items():
        if name.startswith("words/"):
            for token, postings in value_of(data.decode()).items():
                found[token] = {url_of(site, posting // 4): posting % 4 for posting in decode(postings)}
    return found


def url_of(site, number):
    kind = "pages" if number % 2 else "posts"
    texts = value_of(site.text(f"search/{kind}/{number // 4}.js"))
    return texts[number // 2 % 2][0]


# Words.

@pytest.mark.parametrize(("forms", "form"), [
    ("route routes routed routing", "rout"), ("cache caches cached caching", "cach"), ("story stories", "stori"),
    ("run runs running", "run"), ("class classes", "class"), ("status", "status"), ("string strings", "string"),
    ("this", "this"), ("need needs", "need"), ("go", "go"), ("schön", "schön"), ("2026s", "2026s"),
])
def test_forms_of_a_word_are_one(forms, form):
    assert {stem(word) for word in forms.split()} == {form}


@pytest.mark.parametrize(("text", "tokens"), [
    ("The ROUTES", {"the", "rout"}), ("Ünïcödé Straße Œuvre İstanbul", {"unicod", "strass", "oeuvr", "istanbul"}),
    ("ｆｕｌｌ ﬁn №", {"full", "fin", "no"}), ("create_app v1.2", {"creat", "app", "v1", "2"}),
    ("Flask路由", {"flask", "路", "由", "路由"}), ("你好，世界", {"你", "好", "世", "界", "你好", "世界"}),
    ("ひらカナ", {"ひ", "ら", "カ", "ナ", "ひら", "らカ", "カナ"}), ("한국어", {"한", "국", "어", "한국", "국어"}),
    ("مُحَمَّد", {"محمد"}), ("हिन्दी", {"हिन्दी"}), ("ΟΔΟΣ οδός", {"οδοσ"}), ("Ёлка", {"елка"}),
    ("ไทย", {"ไ", "ท", "ย", "ไท", "ทย"}), ("ガ ｶﾞ", {"ガ"}), ("– … !", set()), ("x" * 99, {"x" * 40}),
])
def test_what_can_be_looked_for(text, tokens):
    assert set(count_tokens(text)) == tokens


def test_folding_twice_changes_nothing():
    text = "".join(map(chr, [*range(32, 0x3400), *range(0xac00, 0xac80), *range(0xf900, 0xffee)]))
    assert fold(fold(text)) == fold(text)


# Postings.

def test_postings_come_back():
    rng = random.Random(1)
    for size in (0, 1, 2, 50, 500):
        postings = sorted(4 * page + rng.randrange(4) for page in rng.sample(range(3000), size))
        assert decode(encode(postings)) == postings
    assert len(encode(range(0, 8 * 100, 8))) == 100, "what all posts have is one letter a post"


def test_postings_are_changed_in_place():
    rng = random.Random(2)
    for _ in range(400):
        pages = range(rng.choice((4, 30, 3000)))
        before = {page: rng.randrange(4) for page in rng.sample(pages, rng.randrange(len(pages[:20])))}
        changes = {page: rng.choice((None, 0, 3)) for page in rng.sample(pages, rng.randrange(4))}
        after = {page: level for page, level in {**before, **changes}.items() if level is not None}
        texts = [encode(sorted(4 * page + level for page, level in levels.items())) for levels in (before, after)]
        assert with_levels(texts[0], changes) == texts[1], (before, changes)
    with pytest.raises(ValueError, match="postings"):
        with_levels("A!", {1: 0})


def test_words_that_begin_alike_are_in_one_shard():
    assert len({shard_of(word, 64) for word in ("template", "temple", "temperature")}) == 1
    assert len({shard_of(word, 64) for word in ("路由", "模板", "flask", "route", "a", "b")}) > 3
    assert [shards_for(pages) for pages in (0, 11, 12, 1000, 10_000)] == [1, 1, 2, 128, 1024]


# A site's index.

def test_words_have_levels(build_site):
    often = "---\ntitle: X\n---\n" + "Some " * 4
    found = index_of(build_site({**SITE, "content/posts/2026-01-03-x.md": often}))
    first, second = "/posts/first/", "/posts/second/"
    assert found["flask"] == {first: BODY, second: BODY}
    assert found["first"] == {first: TITLE}
    assert found["head"] == {first: HEADING}
    assert found["som"] == {"/posts/x/": OFTEN}
    assert found["二篇"] == {second: TITLE}
    assert found["简单"] == {second: BODY}, "marks within a word are nothing"
    assert "好世" not in found, "a comma stands between"
    assert found["install"] == {"/docs/install/": TITLE}
    assert found["caf"] == {"/docs/install/": BODY}
    assert found["doc"] == {"/docs/": TITLE}


def test_texts_are_those_of_the_pages(build_site):
    site = build_site({**SITE, "content/both.md": "---\ntitle: Other\n---\n# Its heading\n\nText.\n"})
    assert value_of(site.text("search/posts/0.js")) == [
        ["/posts/first/", "The first", "Routes of Flask.", [["a-heading", "A heading", "More."]]],
        ["/posts/second/", "第二篇", "你好，世界。Flask路由很简单。", []]]
    pages = [page for name in ("0", "1") for page in value_of(site.text(f"search/pages/{name}.js"))]
    assert pages == [["/both/", "Other", "", [["its-heading", "Its heading", "Text."]]],
                     ["/docs/", "Docs", "How it works.", []],
                     ["/docs/install/", "Install it", "Run pip install. Café & crème.", []]]
    assert index_of(site)["head"]["/both/"] == HEADING


def test_below_a_prefix_addresses_have_it(build_site):
    site = build_site(SITE, "base_url: https://example.org/blog/\n")
    assert value_of(site.text("search/posts/0.js"))[0][0] == "/blog/posts/first/"
    assert 'data-index="/blog/search/index.js"' in site.text("search/index.html")
    assert '<a class="tool" href="/blog/search/" data-search' in site.text("index.html")


@pytest.mark.parametrize("front", ["unlisted: true", "draft: true", "search: false", "search: {exclude: true}"])
def test_what_is_not_to_be_found_is_not_there(build_site, front):
    site = build_site({**SITE, "content/posts/2026-01-03-x.md": f"---\ntitle: Secret\n{front}\n---\n\nOccult words.\n"})
    assert not [name for name, data in site.files("site/search").items() if b"ccult" in data or b"ecret" in data]


def test_a_mapping_that_excludes_nothing_says_nothing(build_site):
    site = build_site({**SITE, "content/x.md": "---\nsearch: {boost: 2}\n---\n\nWords here.\n"})
    assert index_of(site)["word"] == {"/x/": BODY}


def test_without_a_search_there_is_nothing_of_it(build_site):
    site = build_site(SITE, "base_url: https://example.org/\nsearch: false\n")
    assert not [name for name in site.files() if name.startswith("search")]
    assert "search" not in site.text("index.html")
    assert not (site.root / ".coldpress/search.sqlite").exists()
    with_one = site.edit({"config.yaml": "base_url: https://example.org/\n"}).rebuild()
    assert with_one.code == 0
    assert site.files() == built(site.clean_copy()).files()


def built(site):
    assert site.build().code == 0
    return site


def test_a_page_of_ones_own_gives_the_search_a_text(build_site):
    site = build_site({**SITE, "content/search.md": "---\ntitle: Look here\n---\n\nAsk *anything*.\n"})
    page = site.text("search/index.html")
    assert "<h1>Look here</h1>" in page
    assert "<p>Ask <em>anything</em>.</p>" in page
    assert "data-index=" in page
    assert index_of(site)["anyth"] == {"/search/": BODY}


def test_the_preview_has_the_same_index(build_site):
    site = build_site(SITE)
    client = site.client()
    for name, data in site.files("site/search").items():
        if name.endswith(".js"):
            assert client.get(f"/search/{name}").data == data
    for path in ("/search/words/1.js", "/search/posts/1.js", "/search/tags/0.js"):
        assert client.get(path).status_code == 404


def test_an_empty_site_can_be_searched(build_site):
    site = build_site({})
    assert value_of(site.text("search/words/0.js")) == {}
    assert value_of(site.text("search/index.js"))["shards"] == 1


def test_bodies_that_are_templates_are_found_by_what_they_say(build_site):
    config = "base_url: https://example.org/\nmarkdown: {jinja: true}\n"
    site = build_site({**SITE, "content/x.md": "Of {{ library.posts[0].title }} {{ 'wor' ~ 'ds' }}.\n"}, config)
    assert index_of(site)["word"] == {"/x/": BODY}
    site.edit({"content/posts/2026-01-02-second.md": "---\ntitle: Renamed\n---\nText."}).rebuild()
    assert index_of(site)["renam"] == {"/posts/second/": TITLE, "/x/": BODY}
    assert site.files() == built(site.clean_copy()).files()
    broken = site.edit({"content/x.md": "{{ nothing.there }}"}).rebuild()
    assert broken.codes == ["template.body"]


# Edits.

MANY = {f"content/posts/2026-01-{1 + number % 28:02}-p{number}.md":
        f"---\ntitle: Post {number}\n---\n\nWords of {number}, {chr(0x4e00 + number)}{chr(0x4e01 + number)}.\n"
        for number in range(60)}


def of_search(rendered):
    return {url.removeprefix("/search/") for url in rendered if url.startswith("/search/")}


@pytest.fixture
def many(build_site):
    return build_site({**MANY, **SITE})


def test_an_edit_renders_the_shards_of_its_words(many):
    name = "content/posts/2026-01-06-p5.md"
    result = many.edit({name: MANY[name].replace("Words", "Words zebra")}).rebuild()
    number, of_five = shard_of("zebra", shards_for(64)), "posts/" + next(
        name for name, data in many.files("site/search/posts").items() if b'"Post 5"' in data)
    assert of_search(result.rendered) == {f"words/{number}.js", of_five, "index.js"}
    assert index_of(many)["zebra"] == {"/posts/p5/": BODY}
    assert many.files() == built(many.clean_copy()).files()


def test_a_new_newest_post_moves_no_other(many):
    before = many.files("site/search/posts")
    result = many.edit({"content/posts/2026-02-01-new.md": "---\ntitle: Newest\n---\n\nWords.\n"}).rebuild()
    after = many.files("site/search/posts")
    assert [name for name in before if before[name] != after[name]] == []
    assert len([url for url in of_search(result.rendered) if url.startswith("words/")]) <= 2
    assert many.files() == built(many.clean_copy()).files()


@pytest.mark.property
def test_many_edits_and_removals_make_what_a_clean_build_makes(many):
    rng = random.Random(7)
    for _ in range(4):
        edits = {}
        for name in rng.sample(sorted(MANY), 6):
            text = f"---\ntitle: {rng.choice(['Post', 'Other'])} 1\n---\n\nWords {rng.random()}.\n"
            edits[name] = None if (many.root / name).exists() and rng.random() < 0.4 else text
        assert many.edit(edits).rebuild().code == 0
        assert many.files() == built(many.clean_copy()).files()


def test_nothing_changed_renders_nothing(many):
    assert many.rebuild().rendered == set()


# The cache.

DAMAGE = {
    "gone": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "no database": lambda file: file.write_bytes(b"nothing of the kind" * 500),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:5000]),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
    "other shards": lambda file: run(file, "UPDATE shards SET data = '{}'"),
    "other digests": lambda file: run(file, "UPDATE digests SET digest = 'x'"),
    "no shards": lambda file: run(file, "DELETE FROM shards WHERE number > 1"),
    "no documents": lambda file: run(file, "DELETE FROM about WHERE name = 'documents'"),
    "another title": lambda file: run(file, "UPDATE about SET value = replace(value, 'Post', 'Zebra')"),
    "no list of documents": lambda file: run(file, "UPDATE about SET value = '7' WHERE name = 'documents'"),
    "no digest": lambda file: run(file, "DELETE FROM about WHERE name = 'digest'"),
    "other types": lambda file: run(file, "UPDATE shards SET data = x'00'"),
    "no table": lambda file: run(file, "DROP TABLE shards"),
    "another version": lambda file: run(file, "PRAGMA user_version = 7"),
}


def run(file, statement):
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.property
def test_a_damaged_index_is_made_anew(many):
    name = "content/posts/2026-01-06-p5.md"
    texts = (MANY[name].replace("Words", "Zebras"), MANY[name])
    turns = cycle([(text, built(many.edit({name: text}).clean_copy()).files()) for text in texts])
    assert many.rebuild().code == 0
    for (damage, do), (text, clean) in zip(DAMAGE.items(), turns, strict=False):
        do(many.root / ".coldpress/search.sqlite")
        result = many.edit({name: text}).run()
        assert result.code == 0, damage
        assert "Traceback" not in result.out + result.err, damage
        assert many.files() == clean, damage
        for _ in range(2):  # a folder in the index's place is only used once it is gone
            assert many.rebuild().rendered == set(), damage
            if not (many.root / ".coldpress/search.sqlite").is_dir():
                break
            (many.root / ".coldpress/search.sqlite").rmdir()


def test_words_that_are_no_more_known_are_looked_for_nowhere(many):
    (many.root / ".coldpress/markup.sqlite").unlink()
    name = "content/posts/2026-01-06-p5.md"
    assert many.edit({name: MANY[name].replace("Words", "Zebras")}).rebuild().code == 0
    assert many.files() == built(many.clean_copy()).files()


def test_damaged_words_are_rendered_anew(many):
    run(many.root / ".coldpress/markup.sqlite", "UPDATE words SET words = x'0102'")
    (many.root / ".coldpress/search.sqlite").unlink()
    shutil.rmtree(many.root / "site")
    assert many.rebuild().code == 0
    assert many.files() == built(many.clean_copy()).files()


def test_an_index_of_other_content_is_not_believed(many, make_site):
    other = built(make_site({**SITE, "content/posts/2026-01-03-x.md": "---\ntitle: X\n---\nOther."}))
    shutil.copyfile(other.root / ".coldpress/search.sqlite", many.root / ".coldpress/search.sqlite")
    many.edit({"content/new.md": "New."}).rebuild()
    assert many.files() == built(many.clean_copy()).files()


# What it weighs.

def test_the_script_weighs_at_most_8_kb():
    sizes = {name: len(gzip.compress((THEME / name).read_bytes(), 9))
             for name in ("find.js", "search.js", "search-index.js", "search-words.js")}
    print(sizes)  # noqa: T201
    assert sum(sizes.values()) <= 8 * 1024
