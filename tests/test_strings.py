"""The theme's words: every language has all of them, and a page shows no others."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import yaml
from everything_site import everything

from coldpress.markdown.parser.container_blocks import TITLED_CALLOUTS
from coldpress.web.strings import FILES, names_of, plural_form

STRINGS = {language: yaml.safe_load(file.read_text("utf-8")) for language, file in FILES.items()}
POST = "---\ntitle: T\ndate: 2026-03-02\n---\n"


def flat(strings, above=""):
    """Every text by its key; the forms of a counted word count as one."""
    for key, value in strings.items():
        if isinstance(value, dict) and "other" not in value:
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def test_the_languages_are_those_we_promise():
    assert set(FILES) == {"en", "zh-Hans", "zh-Hant", "ja", "ko", "ar", "de", "fr", "es", "pt", "ru"}


@pytest.mark.parametrize("language", sorted(FILES))
def test_a_language_has_every_string_with_its_places(language):
    english, others = dict(flat(STRINGS["en"])), dict(flat(STRINGS[language]))
    assert set(others) == set(english)
    for key, text in others.items():
        forms = text.values() if isinstance(text, dict) else [text]
        if key.startswith("months"):
            assert len(set(text)) == len(text) == 12
        elif key.startswith("dates."):
            assert set(re.findall(r"\{(\w+)\}", text)) <= {"d", "m", "y", "mon", "month"}
        else:
            places = set(re.findall(r"\{(\w+)\}", str(english[key])))
            assert set().union(*(re.findall(r"\{(\w+)\}", str(form)) for form in forms)) == places, key
        assert all(form and not isinstance(form, bool) for form in forms), key


@pytest.mark.parametrize("language", sorted(set(FILES) - {"en"}))
def test_a_language_says_it_in_its_own_words(language):
    english, others = dict(flat(STRINGS["en"])), dict(flat(STRINGS[language]))
    same = {key for key in english if str(english[key]) == str(others[key]) and not key.startswith("dates.")}
    assert len(same) <= 15, "words that two languages share, and no more"
    if language in ("zh-Hans", "zh-Hant", "ja", "ko", "ar", "ru"):
        assert same == set()


def test_every_callout_that_is_named_for_readers_has_a_name():
    assert set(STRINGS["en"]["callouts"]) == set(TITLED_CALLOUTS)


@pytest.mark.parametrize(("language", "n", "form"), [
    ("en", 1, "one"), ("en", 0, "other"), ("en", 2, "other"), ("fr", 0, "one"), ("fr", 1, "one"), ("fr", 2, "other"),
    ("ru", 1, "one"), ("ru", 21, "one"), ("ru", 11, "many"), ("ru", 2, "few"), ("ru", 13, "many"), ("ru", 5, "many"),
    ("ar", 0, "zero"), ("ar", 1, "one"), ("ar", 2, "two"), ("ar", 3, "few"), ("ar", 110, "few"), ("ar", 11, "many"),
    ("ar", 100, "other"), ("ar", 102, "other"), ("zh-Hans", 2, "other")])
def test_a_number_chooses_the_form_of_its_word(language, n, form):
    assert plural_form(language, n) == form


@pytest.mark.parametrize(("tag", "names"), [
    ("en", ("en",)), ("de-CH", ("de-CH", "de")), ("zh", ("zh", "zh-Hans")), ("zh-CN", ("zh-CN", "zh-Hans", "zh")),
    ("zh-TW", ("zh-TW", "zh-Hant", "zh")), ("zh-Hant-HK", ("zh-Hant-HK", "zh-Hant", "zh")), ("pt_BR", ("pt-BR", "pt"))])
def test_a_tag_finds_its_language(tag, names):
    assert names_of(tag) == names


# In templates.

@pytest.fixture
def shown(build_site):
    """What a template shows on a page of a language, on a site of a language."""

    def show(template, lang="", site="en", more=None):
        front = f"---\ntitle: T\ndate: 2026-03-02\n{f'lang: {lang}' if lang else ''}\n---\n"
        built = build_site({"content/posts/a.md": front, "templates/post.html": template, **(more or {})},
                           config=f"base_url: https://example.org/\nlanguage: {site}\n")
        return built.text("posts/a/index.html")

    return show


@pytest.mark.parametrize(("lang", "site", "said"), [
    ("", "de", "Älter"), ("fr", "de", "Plus ancien"), ("zh-TW", "en", "較舊"), ("sw", "de", "Älter"),
    ("sw", "sw", "Older"), ("pt-BR", "en", "Mais antigo")])
def test_words_are_of_the_page_s_language_else_the_site_s_else_english(shown, lang, site, said):
    assert shown('{{ t("older") }}', lang, site) == said


@pytest.mark.parametrize(("form", "lang", "said"), [
    ("", "en", "2 Mar 2026"), ('("long")', "en", "2 March 2026"), ('("short")', "en", "2 Mar"),
    ("", "zh-Hans", "2026年3月2日"), ('("long")', "de", "2. März 2026"), ('("long")', "ar", "2 مارس 2026"),
    ('("long")', "es", "2 de marzo de 2026"), ('("long")', "ru", "2 марта 2026 г."), ("", "ko", "2026년 3월 2일"),
    ('("%d.%m.%Y")', "ar", "02.03.2026")])
def test_dates_are_written_as_the_language_does(shown, form, lang, said):
    assert shown("{{ page.date|date" + form + " }}", lang) == said


def test_words_that_count_and_words_that_need_not_be_there(shown):
    assert shown('{{ t("minutes", n=2) }}, {{ t("minutes", n=5) }}', "ar") == "قراءة دقيقتين, قراءة 5 دقائق"
    assert shown('{{ t("names.tags", default="x") }}, {{ t("names.recipes", default="Recipes") }}', "fr"
                 ) == "Étiquettes, Recipes"


def test_an_unknown_string_is_an_error_that_names_the_nearest(make_site):
    result = make_site({"content/a.md": "A.", "templates/page.html": '\n{{ t("oldr") }}'}).build()
    assert result.places() == [("template.undefined", "templates/page.html", 2)]
    assert result.problems[0]["hint"] == "did you mean `older`?"


def test_a_site_changes_words_and_adds_a_language(build_site):
    site = build_site({
        "data/strings/de.yaml": "older: Früher\ncallouts: {note: Merke}\ndates: {medium: '{y}-{m}'}\n",
        "data/strings/sw.yaml": "older: Nzee\n",
        "content/posts/a.md": f"{POST}!!! note\n    X.\n\n!!! tip\n    Y.\n",
        "content/posts/b.md": POST.replace("title: T", "title: T\nlang: sw"),
        "templates/post.html": '{{ t("older") }} {{ t("newer") }} {{ page.date|date }} {{ page.html }}'},
        config="base_url: https://example.org/\nlanguage: de\n")
    page = site.text("posts/a/index.html")
    assert page.startswith("Früher Neuer 2026-3 ")
    assert re.findall('admonition-title">([^<]+)', page) == ["Merke", "Tipp"]
    assert site.text("posts/b/index.html").startswith("Nzee Neuer 2026-3")
    assert site.edit({"data/strings/sw.yaml": "older: Kale\n"}).rebuild().rendered >= {"/posts/b/"}
    assert site.text("posts/b/index.html").startswith("Kale Neuer")
    site.edit({"data/strings/de.yaml": None}).rebuild()
    assert site.text("posts/a/index.html").startswith("Älter Neuer 2. März 2026")


def test_one_text_is_called_out_in_the_language_of_each_page(build_site):
    body = "!!! warning\n    X.\n\n> [!TIP]\n> Y.\n\n:::question\nZ.\n:::\n\n!!! my-kind\n    W.\n"
    site = build_site({f"content/{lang}.md": f"---\ntitle: T\nlang: {lang}\n---\n{body}" for lang in ("en", "ja")})
    titles = {lang: re.findall('admonition-title">([^<]+)', site.text(f"{lang}/index.html")) for lang in ("en", "ja")}
    assert titles == {"en": ["Warning", "Tip", "Question", "My kind"], "ja": ["警告", "ヒント", "質問", "My kind"]}
    assert b'"tip"' not in b"".join(site.files("site/search").values())  # the search has no word that pages don't show


# Nothing in another language.

class Visible(HTMLParser):
    """The words that people see or hear of a page; code and formulas apart."""

    SPOKEN = ("aria-label", "title", "alt", "placeholder", "label")
    APART = ("script", "style", "code", "math")

    def __init__(self, text):
        super().__init__()
        self.words, self._apart = [], 0
        self.feed(re.sub(r"<figcaption>press\.py</figcaption>", "", text))

    def handle_starttag(self, tag, attrs):
        self._apart += tag in self.APART
        self.words += [value for name, value in attrs if value and value[0] != "/" and (
            name in self.SPOKEN or name.startswith("data-"))]

    def handle_endtag(self, tag):
        self._apart -= tag in self.APART

    def handle_data(self, data):
        if not self._apart:
            self.words.append(data)


def latin(text):
    words = {word for said in Visible(text).words for word in re.findall(r"[A-Za-z]{2,}", said)}
    return words - {"JavaScript"}  # which has no other name


@pytest.mark.parametrize("language", ["zh-Hans", "ja", "ar"])
def test_no_page_shows_a_word_in_another_language(build_site, language):
    files = everything(language)
    site = build_site(files, config=files.pop("config.yaml"))
    found = {name: latin(data.decode()) for name, data in site.files().items() if name.endswith(".html")}
    assert len(found) > 30
    assert {name: words for name, words in found.items() if words} == {}
    assert "lang=\"" + language in site.text("index.html")


def test_a_foreign_word_would_be_found():
    assert latin('<p aria-label="Close">你好<code>x in code</code> Note</p><button data-copied="Copied">') == {
        "Close", "Note", "Copied"}
