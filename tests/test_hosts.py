"""Files for each host: what they say, the author's own lines in them, and what a host takes, at its limit and one
beyond."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from urllib.parse import unquote

import jsonschema
import pytest
from werkzeug.test import Client

from coldpress.build.context import BuildContext
from coldpress.config.headers import HeaderRule
from coldpress.config.loader import RunOptions
from coldpress.config.redirects import PathPattern, as_redirects
from coldpress.content.redirects import redirect_at
from coldpress.errors import Problems
from coldpress.hosts.aws import FUNCTION_SIZE
from coldpress.hosts.header_rules import rules_of
from coldpress.hosts.hosts import HOSTS
from coldpress.hosts.published import PathRedirect, PatternRedirect, PublishedSite
from coldpress.preview.static_host import StaticHost
from coldpress.report import Report

NODE = shutil.which("node")
THEME = {f"/theme/{name}": 1 for name in ("theme.a3f9c01b2d.css", "search.b3f9c01b2d.js")}
FILES = {"/": 1, "/new/a/": 1, "/new/pic.png": 1, "/404.html": 1, **THEME}
HEADERS = (*rules_of(None, ()), HeaderRule("/new/*", (("X-One", "1"),)))


def pattern(text, target, status=301, known=(), hides=False):
    return PatternRedirect(PathPattern(text), PathPattern(target), status, tuple(known), hides)


def site(**more):
    given = {"files": FILES, "headers": HEADERS, "redirects": (
        PathRedirect("/old/", "/new/a/", 301), PathRedirect("/\u4e2d/", "https://e.org/", 308),
        PathRedirect("/gone/", None, 410)), "patterns": (
        pattern("/was/<path:rest>", "/new/<path:rest>", 302),
        pattern("/<year>/<slug>.html", "/new/<slug>/"),
        pattern("/kept/<path:rest>", "/new/<path:rest>", 301, [PathRedirect("/kept/a/", "/new/a/", 301)], hides=True),
        pattern("/x/<path:rest>", "/<path:rest>", 301, [PathRedirect("/x/new/a/", "/new/a/", 301)]))}
    return PublishedSite(**(given | more))


def made(host, published):
    problems = Problems()
    files = {file.name: file.text for file in HOSTS[host].make(published, problems)}
    HOSTS[host].check(published, problems)
    return files, [str(problem.message) for problem in problems]


def codes(host, published):
    problems = Problems()
    list(HOSTS[host].make(published, problems))
    HOSTS[host].check(published, problems)
    return [problem.code for problem in problems]


def exact(number, length=0):
    return tuple(PathRedirect(f"/o{index}{'x' * length}/", "/", 301) for index in range(number))


def patterns(number):
    return tuple(pattern(f"/o{index}/<path:rest>", "/n/<path:rest>") for index in range(number))


def test_netlify():
    files, told = made("netlify", site())
    assert [each.partition(": ")[2] for each in told] == ["nothing leads on from `/<year>/<slug>.html`"]
    assert files["_redirects"] == """\
# From config.yaml and the aliases of pages:
/old/ /new/a/ 301!
/%E4%B8%AD/ https://e.org/ 308!
/gone/ /404.html 410!
/was/* /new/:splat 302!
/kept/a/ /new/a/ 301!
/kept/* /new/:splat 301
/x/new/a/ /new/a/ 301!
"""
    assert files["_headers"] == """\
# From config.yaml and the aliases of pages:
/theme/*
  Cache-Control: public, max-age=31536000, immutable
/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
/new/*
  X-One: 1
"""


def test_cloudflare_has_static_redirects_first_and_takes_headers_away_before_it_sets_them():
    own = {"_redirects": "# mine\n/mine/* /m/:splat\n/mine /m/ 302\n",
           "_headers": "/embed/*\n  Referrer-Policy: origin\n"}
    files, told = made("cloudflare", site(own=own))
    assert told == []
    assert files["_redirects"] == """\
/mine /m/ 302
/old/ /new/a/ 301
/%E4%B8%AD/ https://e.org/ 308
/kept/a/ /new/a/ 301
/x/new/a/ /new/a/ 301
/mine/* /m/:splat
/was/* /new/:splat 302
/:year/:slug.html /new/:slug/ 301
"""
    assert files["_headers"].startswith("/embed/*\n  Referrer-Policy: origin\n\n#")
    assert files["_headers"].endswith("""\
/*
  ! Referrer-Policy
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
/new/*
  X-One: 1
/embed/*
  ! Referrer-Policy
  Referrer-Policy: origin
""")


def test_letters_of_a_single_path_mean_nothing_to_a_host():
    odd = PublishedSite(redirects=(PathRedirect("/a*/:b/", "/x/", 301), PathRedirect('/c\\/"{$d}', None, 410)))
    assert "/a%2A/%3Ab/ /x/ 301" in made("netlify", odd)[0]["_redirects"]
    assert made("cloudflare", odd)[0]["_redirects"] == "/a%2A/%3Ab/ /x/ 301\n"
    caddy = made("caddy", odd)[0]["Caddyfile"]
    assert r"path_regexp `(?i)^/a\*/:b/$`" in caddy
    assert r'path_regexp `(?i)^/c\\/"\x7b\$d\x7d$`' in caddy


def test_what_caddy_cannot_send_is_an_error():
    values = {"X-A": "{$HOME}", "X-B": "\\`", "X-C": 'a\\"b\\'}
    files, told = made("caddy", PublishedSite(headers=(HeaderRule("/x", tuple(values.items())),)))
    assert ([each.rpartition("`")[0].rpartition("`")[2] for each in told], 'X-C `a\\"b\\`' in files["Caddyfile"]) == (
        ["X-A", "X-B"], True)


def test_the_author_s_lines_come_first():
    own = {"_redirects": "/mine /m/\n\n# more\n/also /a/\n", "_headers": "/*\n  X-Mine: yes\n"}
    files, _ = made("netlify", site(own=own))
    assert files["_redirects"].startswith("/mine /m/\n\n# more\n/also /a/\n\n# From config.yaml")
    assert files["_headers"].startswith("/*\n  X-Mine: yes\n\n# From config.yaml")
    assert files["_headers"].endswith("/new/*\n  X-One: 1\n"), "nothing of theirs is in the way"


def test_gitlab_has_redirects_with_patterns_below_its_prefix():
    files, told = made("gitlab-pages", site(patterns=(
        pattern("/group/was/<path:rest>", "/group/new/<path:rest>", 307), pattern("/group/<a>.html", "/group/<a>/"))))
    assert ([each.partition(": ")[2] for each in told], list(files)) == (
        ["nothing leads on from `/group/<a>.html`"], ["_redirects"])
    assert files["_redirects"].endswith(":\n/group/was/* /group/new/:splat 302\n")


def test_github_has_a_domain_and_no_patterns():
    files, told = made("github-pages", site(base_url="https://ann.example/"))
    assert files == {".nojekyll": "", "CNAME": "ann.example\n"}
    assert sorted(told) == ["GitHub Pages has no redirects: nothing leads on from `/<year>/<slug>.html`",
                            "GitHub Pages has no redirects: nothing leads on from `/was/<path:rest>`"]
    assert list(made("github-pages", site(base_url="https://ann.github.io/x/"))[0]) == [".nojekyll"]
    assert list(made("github-pages", site(base_url="https://ann.example/x/"))[0]) == [".nojekyll"]
    assert made("github-pages", site(base_url="https://ann.example/", own={"CNAME": "b", ".nojekyll": ""}))[0] == {}


VERCEL = {
    "type": "object", "additionalProperties": False, "properties": {
        "$schema": {"type": "string"}, "trailingSlash": {"type": "boolean"}, "cleanUrls": {"type": "boolean"},
        "redirects": {"type": "array", "maxItems": 2048, "items": {
            "type": "object", "additionalProperties": False, "required": ["source", "destination"], "properties": {
                "source": {"type": "string", "maxLength": 4096, "pattern": "^/"},
                "destination": {"type": "string", "maxLength": 4096},
                "statusCode": {"type": "integer", "minimum": 100, "maximum": 999}}}},
        "headers": {"type": "array", "maxItems": 2048, "items": {
            "type": "object", "additionalProperties": False, "required": ["source", "headers"], "properties": {
                "source": {"type": "string", "maxLength": 4096, "pattern": "^/"},
                "headers": {"type": "array", "maxItems": 1024, "items": {
                    "type": "object", "additionalProperties": False, "required": ["key", "value"], "properties": {
                        "key": {"type": "string", "maxLength": 4096},
                        "value": {"type": "string", "maxLength": 32768}}}}}}}}}
"""What Vercel's own documentation says of these keys."""


def test_vercel():
    own = {"vercel.json": '{"cleanUrls": false, "redirects": [{"source": "/mine", "destination": "/m"}]}'}
    files, told = made("vercel", site(own=own, redirects=(*site().redirects, PathRedirect("/a:b(c)/", "/", 301))))
    found = json.loads(files["vercel.json"])
    jsonschema.validate(found, VERCEL)
    assert told == []
    assert found["trailingSlash"] is True
    assert [(each["source"], each["destination"], each.get("statusCode")) for each in found["redirects"]] == [
        ("/mine", "/m", None), ("/old/", "/new/a/", 301), ("/%E4%B8%AD/", "https://e.org/", 308),
        (r"/a\:b\(c\)/", "/", 301), ("/was/:rest(.*)", "/new/:rest", 302),
        ("/:year([^/]+)/:slug([^/]+).html", "/new/:slug/", 301), ("/kept/a/", "/new/a/", 301),
        ("/x/new/a/", "/new/a/", 301)]
    assert [each["source"] for each in found["headers"]] == [
        r"/(theme|static)/(.*\.[a-f][0-9a-f]{9}\.[A-Za-z0-9]+)",
        r"/(.*\.[a-f][0-9a-f]{9}\.(?:avif|webp|png|jpe?g|gif))", "/(.*)", "/new/(.*)"]


def run(folder, function, uris):
    """What a CloudFront function answers at these URIs."""
    ask = "JSON.stringify({}.map((uri) => handler({{ request: {{ uri }}, response: {{ headers: {{}} }} }})))"
    (folder / "run.js").write_text(f"{function}console.log({ask.format(json.dumps(uris))})")
    done = subprocess.run([NODE, folder / "run.js"], capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.skipif(not NODE, reason="Node is not installed")
def test_the_functions_of_cloudfront_answer_as_the_site_does(tmp_path):
    rules = as_redirects({
        "/was/<path:rest>": {"to": "/new/<path:rest>", "status": 302}, "/<year>/<slug>.html": "/new/<slug>/",
        "/go/<path:rest>": "https://e.org/<path:rest>", "/x/<path:rest>": "/<path:rest>", "/old/": "/new/a/",
        "/\u4e2d/": "https://e.org/"})
    plain = [rule for rule in rules if rule.pattern.is_plain]
    files, told = made("s3", site(
        redirects=tuple(PathRedirect(rule.path, rule.to, rule.status) for rule in plain),
        patterns=tuple(PatternRedirect(rule.pattern, rule.target, rule.status) for rule in rules if rule not in plain)))
    assert told == []
    asked = ["/old/", "/old", "/%E4%B8%AD/", "/was/a%20b/", "/was/%E4%B8%AD", "/2024/a.html", "/go/a/b",
             "/x//evil.example/", "/x/%2F%2Fevil.example", "/was/a%0D%0Ab"]
    for uri, answer in zip(asked, run(tmp_path, files["viewer-request.js"], asked), strict=True):
        expected = redirect_at(rules, unquote(uri))
        assert (uri, answer["statusCode"], unquote(answer["headers"]["location"]["value"])) == (
            uri, expected.status, unquote(expected.to)), uri
        assert "\r" not in answer["headers"]["location"]["value"]
        assert not answer["headers"]["location"]["value"].startswith("//")
    (answer,) = run(tmp_path, files["viewer-request.js"], ["/\\\\/2130706433"])
    assert answer["headers"]["location"]["value"] == "/2130706433/", "browsers take a backslash for a slash"


@pytest.mark.skipif(not NODE, reason="Node is not installed")
def test_the_functions_of_cloudfront_find_pages_and_give_headers(tmp_path):
    files, _ = made("s3", site())
    requests = run(tmp_path, files["viewer-request.js"],
                   ["/", "/new/a/", "/new/a", "/new/pic.png", "/gone/", "//evil", "/%"])
    assert [each.get("uri") for each in requests] == [
        "/index.html", "/new/a/index.html", None, "/new/pic.png", None, None, None]
    assert [each.get("statusCode") for each in requests] == [None, None, 301, None, 410, 301, 301]
    assert [each["headers"]["location"]["value"] for each in requests if each.get("statusCode") == 301] == [
        "/new/a/", "/evil/", "/404.html"]
    responses = run(tmp_path, files["viewer-response.js"],
                    ["/new/a/index.html", "/", "/theme/theme.a3f9c01b2d.css", "/%"])
    assert [each["headers"] for each in responses] == [
        {"x-one": {"value": "1"}}, {}, {"cache-control": {"value": "public, max-age=31536000, immutable"}}, {}]


def test_the_policy_of_cloudfront():
    rules = (*HEADERS, HeaderRule("/*", (("X-Frame-Options", "deny"), ("Content-Security-Policy", "default-src 'self'"),
                                         ("X-Mine", "1"), ("Referrer-Policy", "no-referrer"))))
    policy = json.loads(made("s3", site(headers=rules))[0]["response-headers-policy.json"])
    assert policy["SecurityHeadersConfig"] == {
        "ContentTypeOptions": {"Override": True}, "ReferrerPolicy": {"Override": True, "ReferrerPolicy": "no-referrer"},
        "FrameOptions": {"Override": True, "FrameOption": "DENY"},
        "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": "default-src 'self'"}}
    assert policy["CustomHeadersConfig"] == {
        "Quantity": 1, "Items": [{"Header": "X-Mine", "Value": "1", "Override": True}]}


def many_headers(number):
    return tuple(HeaderRule("/*", ((f"X-{index}", "1"),)) for index in range(number))


@pytest.mark.parametrize(("host", "fits", "exceeds", "message"), [
    ("cloudflare", {"redirects": exact(2000), "patterns": ()}, {"redirects": exact(2001), "patterns": ()},
     "Cloudflare takes 2,000 redirects, and the site has 2,001"),
    ("cloudflare", {"patterns": patterns(100)}, {"patterns": patterns(101)},
     "Cloudflare takes 100 redirects with patterns, and the site has 101"),
    ("cloudflare", {"redirects": exact(1, 1000 - len("/o0/ / 301"))}, {"redirects": exact(1, 1001 - len("/o0/ / 301"))},
     "a redirect for Cloudflare has 1,000 characters at most, and that of "),
    ("cloudflare", {"headers": many_headers(99)}, {"headers": many_headers(100)},  # and /theme/*
     "Cloudflare takes 100 header rules, and the site has 101"),
    ("cloudflare", {"headers": [HeaderRule("/", (("A", "x" * 1995),))]},
     {"headers": [HeaderRule("/", (("A", "x" * 1996),))]},
     "a header for Cloudflare has 2,000 characters at most, and `A` of `/` has 2,001"),
    ("cloudflare", {"files": dict.fromkeys(map("/{}".format, range(20_000)), 1)},
     {"files": dict.fromkeys(map("/{}".format, range(20_001)), 1)},
     "Cloudflare Pages takes 20,000 files, and the site has 20,001"),
    ("cloudflare", {"files": {"/a": 25 * 1024 ** 2}}, {"files": {"/a": 25 * 1024 ** 2 + 1}},
     "Cloudflare Pages takes files of 26 MB, and `/a` has 26 MB"),
    ("gitlab-pages", {"patterns": patterns(1000)}, {"patterns": patterns(1001)},
     "GitLab takes 1,000 redirects with patterns, and the site has 1,001"),
    ("gitlab-pages", {"patterns": (), "own": {"_redirects": "#" * 65_535}},
     {"patterns": (), "own": {"_redirects": "#" * 65_536}},
     "GitLab takes 65,536 bytes of `_redirects`, and the site has 65,537"),
    ("gitlab-pages", {"patterns": (), "files": dict.fromkeys(map(str, range(200_000)), 1)},
     {"patterns": (), "files": dict.fromkeys(map(str, range(200_001)), 1)},
     "GitLab Pages takes 200,000 files, and the site has 200,001"),
    ("gitlab-pages", {"patterns": (), "files": {"/a": 10 ** 9}}, {"patterns": (), "files": {"/a": 10 ** 9, "/b": 1}},
     "GitLab Pages takes 1.0 GB, and the site has 1.0 GB"),
    ("github-pages", {"patterns": (), "files": {"/a": 10 ** 9}}, {"patterns": (), "files": {"/a": 10 ** 9, "/b": 1}},
     "GitHub Pages takes 1.0 GB, and the site has 1.0 GB"),
    ("vercel", {"redirects": exact(2048), "patterns": ()}, {"redirects": exact(2049), "patterns": ()},
     "Vercel takes 2,048 redirects, and the site has 2,049"),
    ("vercel", {"headers": many_headers(2046)}, {"headers": many_headers(2047)},
     "Vercel takes 2,048 header rules, and the site has 2,049"),
    ("vercel", {"redirects": exact(1, 4096 - len("/o0/"))}, {"redirects": exact(1, 4097 - len("/o0/"))},
     "Vercel takes 4,096 characters, and a path of "),
    ("s3", {"headers": many_headers(10)}, {"headers": many_headers(11)},
     "CloudFront takes 10 headers of your own for all files, and the site has 11"),
    ("s3", {"headers": [HeaderRule("/*", (("A" * 256, "x" * 1783),))]},
     {"headers": [HeaderRule("/*", (("A", "x" * 1784),))]},
     "CloudFront takes 256 characters in the name of a header and 1,783 in its value, and `A` has more"),
])
def test_a_host_s_limit_is_told_one_beyond_it(host, fits, exceeds, message):
    assert made(host, site(**fits))[1] == []
    files, told = made(host, site(**exceeds))
    assert [each[:len(message)] for each in told] == [message]
    assert codes(host, site(**exceeds)) == ["deploy.limit"]
    if host == "vercel":
        jsonschema.validate(json.loads(files["vercel.json"]), VERCEL)
    if host == "cloudflare" and "redirects" in exceeds:
        assert files["_redirects"].count("\n") <= 2100


def test_what_does_not_fit_into_a_function_stays_a_page():
    def function(length):
        files, told = made("s3", site(redirects=exact(1, length), patterns=()))
        return files["viewer-request.js"], told

    left = FUNCTION_SIZE - len(function(0)[0].encode())
    assert (len(function(left)[0].encode()), function(left)[1]) == (FUNCTION_SIZE, [])
    text, told = function(left + 1)
    assert told == ["CloudFront takes 10,240 bytes of a function with the redirects, and the site has 10,241"]
    assert "/o0" not in text
    files, _ = made("s3", site(redirects=exact(5000)))
    assert FUNCTION_SIZE - 40 < len(files["viewer-request.js"].encode()) <= FUNCTION_SIZE
    assert '"/o0/"' in files["viewer-request.js"] and "/was/" in files["viewer-request.js"]


def test_what_nginx_cannot_send_is_an_error():
    published = site(headers=[HeaderRule("/", (("A", "$x"),))])
    assert made("nginx", published)[1] == ["nginx cannot send `$`, which the header `A` has"]
    assert codes("nginx", published) == ["deploy.value"]


# In builds.

CONFIG = "base_url: https://example.org/\nredirects: {/old/: /a/}\ndeploy: {host: HOST}\n"
CONTENT = {"content/a.md": "---\naliases: [/alias/]\n---\n# A", "content/_redirects": "/mine /a/\n",
           "content/_headers": "/a/\n  X-Mine: 1\n"}


def test_a_build_writes_the_files_of_its_host_and_removes_those_of_another(make_site):
    site = make_site(CONTENT, CONFIG.replace("HOST", "netlify"))
    result = site.build("--strict")
    assert [problem["message"] for problem in result.problems] == []
    assert site.text("_redirects").startswith("/mine /a/\n\n# From")
    assert "/alias/ /a/ 301!\n/old/ /a/ 301!\n" in site.text("_redirects")
    assert site.text("_headers").startswith("/a/\n  X-Mine: 1\n")
    assert "/theme/*\n  Cache-Control: public" in site.text("_headers")
    assert {"/_redirects", "/_headers"} <= {page["url"] for page in result.data["pages"]}
    assert site.rebuild().data["written"] == []
    site.edit({"content/_redirects": "/other /a/\n", "content/b.md": "---\naliases: [/beta/]\n---\n# B"})
    assert "_redirects" in site.rebuild().data["written"]
    assert site.text("_redirects").startswith("/other /a/\n\n# From")
    assert "/beta/ /b/ 301!" in site.text("_redirects")
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()
    site.edit({"config.yaml": CONFIG.replace("HOST", "vercel")})
    told = site.rebuild()
    assert [(problem["code"], problem["place"]["path"]) for problem in told.problems] == [
        ("deploy.own-file", "content/_headers"), ("deploy.own-file", "content/_redirects")]
    assert site.text("_redirects") == "/other /a/\n", "copied, as without a host"
    assert json.loads(site.text("vercel.json"))["redirects"][0]["source"] == "/alias/"
    site.edit({"config.yaml": CONFIG.replace("HOST", "caddy"), "content/_redirects": None, "content/_headers": None})
    site.rebuild()
    assert not {"_redirects", "_headers", "vercel.json"} & set(site.files())
    assert list(site.files(".coldpress/host")) == ["Caddyfile"]


def test_compressed_files_follow_those_that_they_are_made_of(make_site):
    text = "# A\n\n" + "word " * 400
    config = "base_url: https://example.org/\ndeploy: {host: nginx, compress: [gzip]}\n"
    site = make_site({"content/a.md": text, "content/b.md": text, "content/c.txt": "c" * 1000,
                      "content/d.txt": "d" * 999, "content/e.svg": "e" * 2000, "content/e.svg.gz": "own"}, config)
    assert site.build("--strict").code == 0
    for name in ("a/index.html", "c.txt", "404.html"):
        assert gzip.decompress(site.files()[f"{name}.gz"]) == site.files()[name]
    assert "d.txt.gz" not in site.files()
    assert site.text("e.svg.gz") == "own"
    assert site.rebuild().data["written"] == []
    written = site.edit({"content/a.md": text + "more"}).rebuild().data["written"]
    assert {"a/index.html", "a/index.html.gz"} <= set(written)
    assert not {"b/index.html.gz", "c.txt.gz"} & set(written)
    (site.root / "site/b/index.html.gz").write_bytes(b"damaged")
    site.edit({"content/c.txt": None, "content/a.md": "# A"})
    assert "c.txt.gz" in site.rebuild().data["removed"]
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()
    assert [name for name in site.edit({"config.yaml": "base_url: https://example.org/\n"}).rebuild().data["removed"]
            if not name.endswith(".gz")] == []


def test_files_are_compressed_by_brotli_too(make_site):
    brotli = pytest.importorskip("brotli")
    config = "base_url: https://example.org/\ndeploy: {host: caddy, compress: [br, gzip]}\n"
    site = make_site({"content/c.txt": "c" * 1000}, config)
    assert site.build("--strict").code == 0
    files = site.files()
    assert brotli.decompress(files["c.txt.br"]) == gzip.decompress(files["c.txt.gz"]) == files["c.txt"]
    assert "precompressed br gzip" in site.files(".coldpress/host")["Caddyfile"].decode()


def test_github_pages_keep_the_author_s_own_domain(make_site):
    site = make_site({"content/a.md": "# A"}, "base_url: https://ann.example/\ndeploy: {host: github-pages}\n")
    site.build("--strict")
    assert (site.text("CNAME"), site.text(".nojekyll")) == ("ann.example\n", "")
    site.edit({"content/CNAME": "bob.example\n"}).rebuild()
    assert site.text("CNAME") == "bob.example\n"


def test_files_of_a_mounted_site_are_at_the_root_of_the_output(make_site):
    build = ("import coldpress, flask\n\n\ndef create_app():\n    app = flask.Flask('build')\n"
             "    coldpress.Coldpress(app, '.', url_prefix='/blog')\n    return app\n")
    config = CONFIG.replace("HOST", "cloudflare").replace(".org/", ".org/blog/")
    site = make_site({**CONTENT, "build.py": build}, config)
    assert site.build().code == 0
    assert site.text("_redirects") == "/mine /a/\n/blog/alias/ /blog/a/ 301\n/blog/old/ /blog/a/ 301\n"
    assert "/blog/theme/*\n" in site.text("_headers")
    assert "blog/_redirects" not in site.files()


def test_what_the_ledger_keeps_is_exported(make_site):
    posts = {f"content/posts/2026-01-0{number}-p{number}.md": f"Text {number}." for number in (1, 2, 3)}
    site = make_site(posts, CONFIG.replace("redirects: {/old/: /a/}\n", "").replace("HOST", "netlify"))
    assert site.build("--publish").code == 0
    assert " 301!" not in site.text("_redirects")
    site.edit({"content/posts/2026-01-01-p1.md": None, "content/posts/2026-01-01-new.md": "Text 1.",
               "content/posts/2026-01-02-p2.md": None})
    assert site.run("urls", "--gone", "/posts/p2/").code == 0
    site.build()
    assert "/posts/p1/ /posts/new/ 301!\n" in site.text("_redirects")
    assert "/posts/p2/ /404.html 410!\n" in site.text("_redirects")


def test_the_static_host_obeys_what_is_written_for_netlify(make_site):
    config = ("base_url: https://example.org/\nredirects:\n  /old/: /a/\n  /caf\u00e9/: /a/\n  /gone/: {status: 410}\n"
              "  /was/<path:rest>: {to: /<path:rest>, status: 302}\n  /in/<path:rest>: /b/<path:rest>\n"
              "headers: {\"/a/*\": {X-One: 1}}\ndeploy: {host: netlify}\n")
    site = make_site({"content/a.md": "---\naliases: [/alias/]\n---\n# A", "content/in/kept.md": "# Kept"}, config)
    assert site.build("--strict").code == 0
    client = Client(StaticHost(BuildContext(None, RunOptions(), Report(), site.root)))
    for path, status, target in (("/old/", 301, "/a/"), ("/caf%C3%A9/", 301, "/a/"), ("/alias/", 301, "/a/"),
                                 ("/gone/", 410, None), ("/was/a/", 302, "/a/"), ("/in/kept/", 200, None),
                                 ("/in/x", 301, "/b/x"), ("/a/", 200, None)):
        with client.get(path) as answer:
            assert (path, answer.status_code, answer.headers.get("Location")) == (path, status, target)
            assert ("X-One" in answer.headers) == (path == "/a/")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_host_cannot_do_is_told(make_site):
    config = ("base_url: https://example.org/\ncsp: theme\nheaders: {\"/*\": {X-One: 1}}\n"
              "redirects: {/docs/<path:rest>: https://docs.example/<path:rest>}\ndeploy: {host: HOST}\n")
    site = make_site({"content/docs/a.md": "# A"}, config.replace("HOST", "gitlab-pages"))
    assert site.build().places() == [("deploy.headers", "config.yaml", 2), ("deploy.headers", "config.yaml", 3)]
    site.edit({"config.yaml": config.replace("HOST", "cloudflare")})
    told = site.rebuild()
    assert told.places() == [("deploy.pattern", "config.yaml", 4)]
    assert "also stands for files" in told.problems[0]["message"]
    assert site.text("_redirects") == "\n"
    assert "/_headers" in site.run("urls").out
    assert "made of the config" in site.run("build", "--explain", "/_headers").out


@pytest.mark.parametrize(("deploy", "message"), [
    ("{host: netlfy}", "`host` is"), ("{host: netlify, compress: [gzip]}", "does not send such files"),
    ("{compress: [gzip]}", "does not send such files"), ("{host: nginx, compress: [zip]}", "`compress` is"),
    ("nginx", "`key: value` lines"), ("{hots: nginx}", "there is no `hots`")])
def test_a_wrong_option_is_told(make_site, deploy, message):
    site = make_site({"content/a.md": "# A"}, f"deploy: {deploy}\n")
    found = [problem for problem in site.build().problems if problem["code"] == "config.value"]
    assert message in found[0]["message"]
    assert found[0]["place"]["line"] == 1


def test_a_vercel_json_that_is_none_is_told(make_site):
    site = make_site({"content/a.md": "# A", "content/vercel.json": "[]"}, CONFIG.replace("HOST", "vercel"))
    assert ("deploy.own-file", "content/vercel.json", None) in site.build().places()
