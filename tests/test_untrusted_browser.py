"""Nothing runs of what authors write who are not trusted: the corpus as a site,
parsed by html5lib, and in a real browser, which tries whatever it is shown."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import parse

import html5lib
import pytest
from conftest import SiteFolder
from hostile_bodies import bodies, front_matters
from test_browser import _NoCapture, browser, served  # noqa: F401  (a fixture)

CONFIG = """\
base_url: https://example.org/
collections: [posts, bodies]
paginate: 100
llms: true
feeds: {limit: 1000}
markdown: {trusted: false}
"""
BARE = ("<!doctype html><html lang=en><head><meta charset=utf-8><title>{{ page.title }}</title></head>"
        "<body><main>{{ page.title_html }}<section>{{ page.html }}</section></main></body></html>")
FILES = {
    "build.py": "import coldpress\n\n\ndef create_app():\n    return coldpress.create_app(__file__)\n",
    "config.yaml": CONFIG, "templates/bare.html": BARE,
    "templates/post.html": '{% extends "bare.html" if page.source.startswith("bodies/") else "theme/post.html" %}',
    "content/bodies/x.png": "p", "content/bodies/x.pdf": "p", "content/posts/x.png": "p",
    "content/bodies/evil.txt": '</code></pre><script>alert(1)</script><img src=x.png onerror="alert(1)">',
    "content/included.md": "<script>alert(1)</script><b onclick=alert(1) id=x>x</b> [x](javascript:alert(1))"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The corpus built."""
    site = SiteFolder(tmp_path_factory.mktemp("hostile") / "site", _NoCapture())
    files = dict(FILES)
    for number, (_, body) in enumerate(bodies()):
        files[f"content/bodies/2026-01-01-b{number}.md"] = body
    for number, front in enumerate(front_matters()):
        files[f"content/posts/2026-01-01-f{number}.md"] = f"---\n{front}\n---\nText.\n\n## A\n\n## B\n\n## C\n"
    site.edit(files)
    assert site.run("build", "-q").code == 0
    return site.root / "site"


def test_the_corpus_is_large():
    assert len(list(bodies())) >= 300
    assert len(list(front_matters())) >= 60


# The second line: what was made, read by a parser that has nothing to do with the cleaner.

EVERYWHERE = {"id", "class", "title", "lang", "dir", "role", "tabindex", "aria-label", "aria-hidden",
              "aria-describedby", "aria-labelledby"}
_TAGS = """a abbr b bdi blockquote br caption cite code col colgroup dd del details dfn div dl dt em
figcaption figure font h1 h2 h3 h4 h5 h6 hr i img input ins kbd label li map mark ol p pre q s samp search small
span strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video audio source track picture area
math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle msub msubsup msup
mtable mtd mtext mtr munder munderover semantics"""
ALLOWED = {
    **dict.fromkeys(_TAGS.split(), frozenset[str]()),
    "a": {"href", "name", "rel"}, "p": {"align"},
    "img": {"src", "alt", "width", "height", "loading", "decoding", "fetchpriority", "srcset", "sizes"},
    "input": {"type", "checked", "disabled", "name"}, "label": {"for"}, "details": {"open"}, "ol": {"start"},
    "td": {"style", "colspan", "rowspan"}, "th": {"style", "colspan", "rowspan", "scope"}, "time": {"datetime"},
    "q": {"cite"}, "blockquote": {"cite"}, "math": {"display", "xmlns"}, "video": {"src", "poster", "controls"},
    "audio": {"src", "controls"}, "source": {"src", "srcset"}, "span": {"data-line"}}
MATHS = {"style", "lspace", "rspace", "mathvariant", "stretchy", "width", "displaystyle"}
URLS = {"href", "src", "cite", "poster", "action", "formaction", "data", "srcset"}


def faults_of_url(url):
    """What is wrong with a URL, however often it is decoded."""
    for _ in range(20):
        plain = re.sub(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", "", url)
        scheme = re.match(r"([a-zA-Z][\w+.-]*):", plain)
        if scheme and scheme[1].lower() not in ("http", "https", "mailto", "tel"):
            return f"scheme {url}"
        if re.match(r"[/\\]{2}", plain) or "stolen.example" in urlsplit(plain).netloc:
            return f"host {url}"
        if scheme:
            return None
        decoded = unquote(html.unescape(url))
        if decoded == url:
            return None
        url = decoded
    return f"decoding {url}"


def faults_of(element):
    """What an element holds that no author may write."""
    for inner in element.iter():
        tag = inner.tag.rpartition("}")[2] if isinstance(inner.tag, str) else "comment"
        if tag not in ALLOWED:
            yield f"<{tag}>"
            continue
        for name, value in inner.attrib.items():
            if name not in EVERYWHERE | ALLOWED[tag] | (MATHS if "}" in inner.tag else set()):
                yield f"<{tag} {name}={value}>"
            if name == "style" and not re.fullmatch(r"((text-align|justify-items|padding-top|padding-bottom|width): "
                                                    r"?(left|right|center|start|end|[\d.]+(em|%)?);? ?)+", value):
                yield f"style {value}"
            if name in URLS and (fault := faults_of_url(value)):
                yield fault


class Strict(HTMLParser):
    """Tags as they are written, which must be balanced."""

    VOID = frozenset(["area", "br", "col", "hr", "img", "input", "source", "track", "wbr"])

    def __init__(self):
        super().__init__()
        self.open, self.faults = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.faults += re.findall("[<>].*", self.get_starttag_text()[1:-1])
        self.faults += [f"{tag} {name}" for name, _ in attrs
                        if name.startswith("on") or not re.fullmatch(r"[\w:-]+", name)]

    def handle_endtag(self, tag):
        if tag not in self.VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"</{tag}>")

    def handle_comment(self, data):
        self.faults.append(f"<!--{data}-->")

    handle_decl = handle_pi = unknown_decl = handle_comment


def faults_of_text(text):
    strict = Strict()
    strict.feed(text)
    strict.close()
    yield from strict.faults
    yield from (f"<{tag}> stays open" for tag in strict.open)


def fragments(folder):
    """What authors gave each page, as text: their own pages, lists, feeds."""
    for file in sorted(folder.rglob("*.html")):
        name, text = file.relative_to(folder).as_posix(), file.read_text("utf-8")
        written = "<section>(.*)</section></main></body></html>\\Z" if BARE[:55] in text else (
            '<div class="prose"[^>]*>\n?(.*?)</div>\n'
            '(?:<footer>|<ul class="card-terms">|(?:</div>\n)?(?:</article>|<img))')
        yield from ((name, found) for found in re.findall(written, text, re.S))
    for item in json.loads((folder / "feed.json").read_text("utf-8"))["items"]:
        yield f"feed.json {item['url']}", item.get("content_html", "")


def test_what_is_made_holds_only_what_is_allowed(folder):
    found, count = [], 0
    for name, text in fragments(folder):
        count += 1
        parts = html5lib.parseFragment(text, namespaceHTMLElements=False)
        faults = [*faults_of_text(text), *(fault for part in parts for fault in faults_of(part))]
        found += [(name, fault) for fault in faults]
    assert count > 1_200
    assert found == []


# The browser.

TRY = """() => {
    const faults = [], local = new Set([location.host, 'example.org', 'example.com', 'www.example.com', '']);
    const events = ['mouseover', 'pointerenter', 'toggle', 'animationstart', 'error', 'load', 'submit'];
    for (const element of document.querySelectorAll('*')) {
        for (const {name, value} of element.attributes) {
            if (/^(?:on.*|srcdoc|formaction|ping)$/.test(name)) faults.push(`${name}=${value}`);
            if (!['href', 'src', 'action', 'poster', 'cite', 'xlink:href'].includes(name)) continue;
            const url = new URL(value, location);
            if (!['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol)) faults.push(`${name}=${value}`);
            if (url.hostname === 'stolen.example') faults.push(`${name}=${value}`);
        }
        if (element.closest('head, .masthead, .tools, .search > :not(ol), .colophon')) continue;
        for (const event of events) element.dispatchEvent(new Event(event, {bubbles: true, cancelable: true}));
        if (element.matches('a, input, summary, video, audio, [tabindex]')) element.focus({preventScroll: true});
        if (element.tagName === 'DETAILS') element.open = true;
        if (element.tagName === 'FORM') element.requestSubmit();
        element.click?.();
    }
    return faults;
}"""
BEFORE = """
    window.ran = [];
    for (const name of ['alert', 'confirm', 'prompt']) window[name] = (...said) => { window.ran.push(name); };
    addEventListener('click', event => {  // where a link leads is looked at, and only what would run is followed
        const link = event.target.closest?.('a[href]');
        if (link && ['http:', 'https:', 'mailto:', 'tel:'].includes(link.protocol)) event.preventDefault();
    });
"""


class Watch:
    """A tab that notes what a page does."""

    def __init__(self, browser, url):  # noqa: F811
        self.url, self.faults = url, []
        self.page = browser.new_context().new_page()
        self.page.add_init_script(BEFORE)
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self.faults.append(f"error {error}"))
        self.page.context.on("page", lambda page: self.faults.append(f"opened {page.url}"))
        # Not by `route`, which would keep the browser from keeping scripts.
        self.page.on("request", lambda request: request.url.startswith(f"{url}/") or self.faults.append(
            f"asked for {request.url}"))

    def _dialog(self, dialog):
        self.faults.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def look(self, path):
        self.page.goto(f"{self.url}{path}")
        return self.tried(path)

    def tried(self, path):
        self.faults += self.page.evaluate(TRY)
        self.faults += [f"ran {name}" for name in self.page.evaluate("window.ran")]
        if self.page.url.partition("#")[0] != f"{self.url}{path}":
            self.faults.append(f"went to {self.page.url}")
        found, self.faults = [(path, fault) for fault in self.faults], []
        return found


@pytest.fixture
def watch(browser, folder):  # noqa: F811
    with served(folder, [("Cache-Control", "max-age=600")]) as url:
        made = Watch(browser, url)
        yield made
        made.page.context.close()


def test_no_page_runs_anything(watch, folder):
    texts = {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in sorted(folder.rglob("*.html"))}
    bare = [text.partition("<body>")[2].removesuffix("</body></html>") for text in texts.values() if BARE[:55] in text]
    assert len(bare) == len(list(bodies()))
    paths = [name.removesuffix("index.html") for name, text in texts.items() if BARE[:55] not in text]
    for number in range(0, len(bare), 40):  # many in a page: loading takes most of the time
        (folder / f"bare{number}.html").write_text("<!doctype html>" + "".join(bare[number:number + 40]), "utf-8")
        paths.append(f"bare{number}.html")
    assert [fault for path in paths for fault in watch.look(f"/{path}")] == []


def test_no_fragment_and_no_twin_runs_anything(watch, folder):
    """As whoever makes a page of a feed or of Markdown would show it."""
    items = json.loads((folder / "feed.json").read_text("utf-8"))["items"]
    feeds = [entry.text or "" for name in ("feed.xml", "rss.xml") for entry in parse(folder / name).iter()
             if entry.tag.rpartition("}")[2] in ("content", "encoded")]
    twins = [file.read_text("utf-8") for file in (*sorted(folder.rglob("*.md")), folder / "llms.txt")]
    for texts in ([item.get("content_html", "") for item in items], feeds, twins):
        watch.page.goto(f"{watch.url}/404.html")
        text = "<hr>".join(texts).replace("https://example.org/", f"{watch.url}/")
        watch.page.evaluate("text => { document.body.innerHTML = text; }", text)
        assert watch.tried("/404.html") == []


def test_no_result_of_a_search_runs_anything(watch):
    for word in ("alert", "onerror", "script"):
        watch.page.goto(f"{watch.url}/search/?q={word}")
        watch.page.wait_for_selector("[data-results] a")
        assert watch.tried(f"/search/?q={word}") == []
