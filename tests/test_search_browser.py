"""Search in a real browser: 1,000 posts, 40 questions whose answers are counted by scanning; with
COLDPRESS_LONG at `/` too."""

from __future__ import annotations

import os
import random
import re
import unicodedata

import pytest
from conftest import BUILD_PY, REPOSITORY, SiteFolder
from test_browser import _NoCapture, browser, served  # noqa: F401  (a fixture)
from test_search import decode

from coldpress.search.index import encode, shard_of
from coldpress.search.tokenize import count_tokens, fold

LATIN = [
    "flask", "route", "template", "blueprint", "request", "response", "session", "cookie", "database", "query",
    "index", "shard", "render", "build", "freeze", "deploy", "server", "client", "cache", "header", "author",
    "series", "archive", "engine", "markdown", "python", "module", "package", "version", "release", "format",
    "table", "column", "formula", "picture", "caption", "letter", "winter", "garden", "harvest", "orchard", "cellar",
    "barrel", "bottle", "river", "bridge"]
HAN = [
    "路由", "模板", "引擎", "框架", "请求", "响应", "会话", "数据", "数据库", "查询", "索引", "渲染", "构建", "静态",
    "网站", "生成器", "部署", "服务", "服务器", "客户端", "缓存", "作者", "系列", "归档", "文章", "版本", "格式",
    "表格", "公式", "图片", "标题", "字母", "冬天", "花园", "收获", "果园", "酒窖", "河流", "桥梁", "蓝图", "中文",
    "搜索", "分词", "全文", "我们", "可以", "使用", "这个", "一个", "什么", "怎么"]
PHRASES = ["静态网站", "模板引擎", "数据库查询", "服务器部署", "静态网站生成器", "全文搜索", "缓存服务器",
           "客户端请求", "中文分词", "我们可以使用"]
MIXED = ["Flask路由", "Python框架", "模板engine", "Markdown格式", "数据库index"]
LETTERS = ["路", "桥", "图", "冬", "器"]
WORDS = ["flask", "template", "orchard", "Bridge", "python", "river bottle", "flask route template", "winter garden",
         "markdown formula", "archive series author", "session cookie", "REQUEST", "rare", "caché", "query index",
         "nothing-like-this", "server client cache header", "release version", "picture", "deploy"]
QUERIES = [*PHRASES, *MIXED, *LETTERS, *WORDS]


def sentence(rng):
    """Some words, of one script or both."""
    kind = rng.random()
    if kind < 0.45:
        return " ".join(rng.choices(LATIN, k=rng.randint(5, 12))).capitalize() + "."
    words = rng.choices(HAN, k=rng.randint(5, 12))
    if rng.random() < 0.15:
        words.insert(rng.randrange(len(words)), rng.choice(PHRASES))
    if kind > 0.8:
        words.insert(rng.randrange(len(words)), rng.choice(["Flask", "Python", " engine ", " Markdown ", "index"]))
    return "".join(words).strip() + "。"


def post(number):
    """Front matter and body of a post, always the same for a number."""
    rng = random.Random(number)
    title = rng.choice([f"{rng.choice(LATIN).capitalize()} {rng.choice(LATIN)} {number}",
                        f"{''.join(rng.choices(HAN, k=3))} {number}"])
    blocks = [" ".join(sentence(rng) for _ in range(rng.randint(1, 3))) for _ in range(rng.randint(3, 8))]
    blocks.insert(1, f"## {sentence(rng)}")
    if number % 97 == 0:
        blocks.append("A rare **wo**rd, and a café.")
    if number % 41 == 0:
        blocks.append("静态**网站**和`模板`引擎，服务器\n部署。")
    return f"---\ntitle: {title}\ndate: 2024-01-01\n---\n\n" + "\n\n".join(blocks) + "\n"


def said(text):
    """What a reader sees of a post, in lower case: its title and its text."""
    title, _, body = text.removeprefix("---\ntitle: ").partition("\ndate: 2024-01-01\n---\n")
    body = re.sub(r"(?<=[\u4e00-\u9fff])\n(?=[\u4e00-\u9fff])", "", body)
    return re.sub(r"[*`#]", "", f"{title}\n{body}").lower().replace("é", "e")


ABOUT = """Who we are, and our animals.

## The harness

It is for a zebra.

### Nothing of it

Other words.

## 勒住斑马 Zebras

Here stand some words, then it has its harness on.
"""
SAID = {f"/posts/p{number:04}/": said(post(number)) for number in range(1000)}


def answers(query):
    """The posts that hold every run of Chinese, and every word as a whole."""
    runs = re.findall(r"[\u4e00-\u9fff]+|[a-z]+", query.lower().replace("é", "e"))
    return {url for url, text in SAID.items()
            if all(run in text if run >= "\u4e00" else re.search(rf"(?<![a-z]){run}(?![a-z])", text) for run in runs)}


@pytest.fixture(scope="module", params=["/blog/", *["/"] * bool(os.environ.get("COLDPRESS_LONG"))])
def built(request, tmp_path_factory):
    """The site at the root of a host and below a prefix: the folder, where in it the site is."""
    root = tmp_path_factory.mktemp("search")
    site = SiteFolder(root, _NoCapture())
    site.edit({"build.py": BUILD_PY, "config.yaml": f"base_url: https://example.org{request.param}\n",
               "content/about.md": ABOUT, "content/ar.md": "---\nlang: ar\n---\nنص.",
               **{f"content/posts/p{number:04}.md": post(number) for number in range(1000)}})
    host = root / "host"
    host.mkdir()
    output = host / request.param.strip("/")
    assert site.run("build", "-q", "-o", str(output)).code == 0
    return host, request.param


@pytest.fixture
def page(browser, built):  # noqa: F811
    """The search page, ready."""
    context = browser.new_context(viewport={"width": 800, "height": 700})
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    with served(built[0]) as url:
        page.goto(f"{url}{built[1]}search/")
        page.wait_for_selector("[data-index]:not([hidden])")
        yield page
        context.close()  # before its server is: what it still asks for is cut off and would be a problem
    assert problems == []


ASK = """async (query) => {
    const { Index } = coldpressSearch;
    const index = (window.index ??= new Index(document.querySelector("[data-index]").dataset.index)), urls = [];
    const found = await index.find(query);
    while (!found.isDone) urls.push(...(await found.more(50)).map((page) => new URL(page.url).pathname));
    return [urls, found.count, found.isCounted]; }"""


def test_forty_questions_are_answered_right(page, built):
    assert len(QUERIES) == 40
    empty = []
    for query in QUERIES:
        urls, count, is_counted = page.evaluate(ASK, query)
        wanted = {built[1] + url[1:] for url in answers(query)}
        assert len(urls) == len(set(urls)) == count
        assert is_counted
        if re.search("[a-zA-Z]", query):
            assert wanted <= set(urls), query
        else:
            assert set(urls) == wanted, query
        empty += [] if wanted else [query]
    assert empty == ["nothing-like-this"]


def ask(page, query):
    page.fill("input", query)
    page.wait_for_selector("[data-results][aria-busy=false]", state="attached")


def shown(page):
    return page.eval_on_selector_all("[data-results] > li > a", "links => links.map(link => link.pathname)")


def test_results_are_shown_a_few_at_a_time_until_there_are_no_more(page, built):
    ask(page, "静态网站生成器")
    wanted = {built[1] + url[1:] for url in answers("静态网站生成器")}
    assert len(wanted) > 15
    assert len(shown(page)) == 5
    assert page.inner_text("[role=status]") == "Pages found so far: 5"
    while page.is_visible("[data-more]"):
        before = len(shown(page))
        page.click("[data-more]")
        page.wait_for_function("before => document.querySelectorAll('[data-results] > li').length > before || "
                               "document.querySelector('[data-more]').hidden", arg=before)
    assert set(shown(page)) == wanted
    assert page.inner_text("[role=status]") == f"Pages found: {len(wanted)}"
    marks = page.eval_on_selector_all("[data-results] > li", "all => all.map(li => "
                                      "[...li.querySelectorAll('mark')].map(mark => mark.textContent))")
    assert all(marks)
    assert {mark for some in marks for mark in some} == {"静态网站生成器"}


def test_results_lead_to_the_sections_that_hold_the_words(page, built):
    ask(page, "zebra harness")
    found = page.eval_on_selector("[data-results] > li", """page => [page.querySelector(":scope > p")?.textContent,
        ...[...page.querySelectorAll("li")].map(part => [...part.children].map(each => each.innerHTML))]""")
    assert found == [
        None,
        ["The <mark>harness</mark>", "It is for a <mark>zebra</mark>."],
        ["勒住斑马 <mark>Zebras</mark>", "Here stand some words, then it has its <mark>harness</mark> on."]]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{built[1]}about/#the-harness")
    ask_anew = page.url.partition("about/")[0] + "search/?q="
    page.goto(ask_anew + "animals")
    page.wait_for_selector("[data-results] a")
    assert page.locator("[data-results] p").first.text_content() == "Who we are, and our animals."
    page.goto(ask_anew + "%E5%8B%92%E4%BD%8F")
    page.wait_for_selector("[data-results] li li a")
    page.click("[data-results] li li a")
    page.wait_for_selector(":target")
    assert page.inner_text(":target").startswith("勒住斑马 Zebras")


def test_titles_come_first(page, built):
    titles = {built[1] + url[1:] for url, text in SAID.items() if "orchard" in text.partition("\n")[0]}
    urls = page.evaluate(ASK, "orchard")[0]
    assert set(urls[:len(titles)]) == titles


def test_what_is_being_typed_may_go_on(page):
    for query, word in (("temp", "Template"), ("orcha", "Orchard")):
        ask(page, query)
        assert word.lower() in page.inner_text("[data-results] mark").lower()


def test_the_keyboard_is_enough(page, built):
    page.goto(page.url.replace("search/", "about/"))
    page.keyboard.press("/")
    page.wait_for_selector("dialog[open] input:focus")
    page.keyboard.type("winter garden")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement === document.querySelectorAll('dialog li a')[1]")
    assert page.query_selector("dialog [data-results][aria-busy=false]"), "it is the answer to all that was typed"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.matches('dialog input')")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog:not([open])", state="attached")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open] input:focus")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog:not([open])", state="attached")
    page.click("a[data-search]")
    page.wait_for_selector("dialog[open] input:focus")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{built[1]}posts/*/")


LATE = """async () => {
  const input = document.querySelector("input"), list = document.querySelector("[data-results]"), begin = [];
  const { setTimeout, clearTimeout } = window, wait = (time) => new Promise((go) => setTimeout(go, time));
  Object.assign(window, { setTimeout: (go) => begin.push(go), clearTimeout() {} });
  const type = (query) => { input.value = query; input.dispatchEvent(new InputEvent("input")); };
  type("winter");
  begin.shift()();
  await null; // it is asked for the first word,
  type("winter garden"); // and there is the second before the answer
  await wait(500);
  const early = list.ariaBusy;
  begin.shift()();
  while (list.ariaBusy === "true") await wait(20);
  Object.assign(window, { setTimeout, clearTimeout });
  return [early, list.querySelector("mark").textContent.toLowerCase()];
}"""


def test_an_answer_to_what_was_typed_before_ends_no_waiting(page):
    """Its results would go again at once, and the focus with them."""
    ask(page, "orchard")
    assert page.evaluate(LATE) == ["true", "winter"]


def test_typing_a_slash_somewhere_else_opens_nothing(page):
    page.fill("input", "")
    page.focus("input")
    page.keyboard.type("/")
    assert page.input_value("input") == "/"
    assert page.query_selector("dialog") is None


def test_it_is_told_how_many_there_are(page):
    status = page.locator("[role=status]")
    assert status.get_attribute("aria-live") in (None, "polite"), "which is what a status is"
    ask(page, "flask")
    assert status.inner_text() == f"Pages found: {page.evaluate(ASK, 'flask')[1]}"
    ask(page, "zzzzzz")
    assert status.inner_text() == "Nothing was found."
    assert shown(page) == []


def test_a_question_may_stand_in_the_address(page):
    page.goto(page.url + "?q=winter+garden")
    page.wait_for_selector("[data-results] a")
    assert page.input_value("input") == "winter garden"


def test_the_dialog_speaks_the_site_s_language(page):
    page.goto(page.url.replace("search/", "ar/"))
    page.keyboard.press("/")
    page.wait_for_selector("dialog[open]")
    assert page.evaluate("[document.documentElement.dir, document.querySelector('dialog').dir, "
                         "document.querySelector('dialog').lang]") == ["rtl", "ltr", "en"]


def test_where_the_index_cannot_be_had_it_says_so(browser, built):  # noqa: F811
    with served(built[0]) as url:
        page = browser.new_page()
        page.route("**/words/*", lambda route: route.abort())
        page.goto(f"{url}{built[1]}search/")
        page.fill("input", "flask")
        page.wait_for_function("document.querySelector('[role=status]').textContent")
        assert page.inner_text("[role=status]") == "The search could not be loaded."
        page.close()


def test_without_javascript_there_is_the_archive(browser, built):  # noqa: F811
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with served(built[0]) as url:
        page.goto(f"{url}{built[1]}")
        page.click("a[data-search]")
        assert page.url == f"{url}{built[1]}search/"
        assert not page.is_visible("input")
        page.click("main a")
        assert page.url == f"{url}{built[1]}archive/"
    context.close()


# The same words here and there.

def test_both_sides_know_the_same_words(page):
    docs = "\n".join(file.read_text("utf-8") for file in sorted((REPOSITORY / "content/docs").glob("*.md")))
    texts = [*sorted(set(docs.split())), *QUERIES, "x" * 99, "é" * 50, "Straße ÜBER İstanbul Œuvre ﬁn №5 ΟΔΟΣ Ёлка",
             "مُحَمَّد שָׁלוֹם हिन्दी বাংলা தமிழ்", "ガ ｶﾞ 한국어 ไทย ភាសា 𠮷野家",
             "create_app() v1.2.3 C++ don't naïve\u00adly a\u200db \u0130\u0131"]
    starts = [*range(0x20, 0x3420, 256), 0xac00, 0xf900, 0xff00]
    texts += ["".join(char for char in map(chr, range(start, start + 256)) if unicodedata.category(char) != "Cn")
              for start in starts]  # what is new in Unicode, one side may not know yet
    tokens = [sorted(count_tokens(text)) for text in texts]
    here = [[fold(text), known, [shard_of(token, 1024) for token in known]]
            for text, known in zip(texts, tokens, strict=True)]
    there = page.evaluate("""([texts, known]) => {
        const { fold, shardOf, tokens } = coldpressSearch;
        return texts.map((text, at) => [
            fold(text), [...tokens(text)], known[at].map((token) => shardOf(token, 1024))]); }""", [texts, tokens])
    for text, ours, theirs in zip(texts, here, there, strict=True):
        assert [theirs[0], sorted(theirs[1]), theirs[2]] == ours, text


def test_both_sides_read_the_same_postings(page):
    rng = random.Random(3)
    lists = [sorted(4 * number + rng.randrange(4) for number in rng.sample(range(9000), size)) for size in (1, 9, 700)]
    read = page.evaluate("""(texts) => {
        const { decode } = coldpressSearch;
        return texts.map((text) => [...decode(text)].map(([page, level]) => 4 * page + level)); }""",
        [encode(postings) for postings in lists])
    assert [sorted(postings) for postings in read] == lists == [decode(encode(postings)) for postings in lists]
