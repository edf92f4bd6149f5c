"""Links to other sites: `check --external` against a server that misbehaves, and what it never asks."""

from __future__ import annotations

import ssl

import pytest
from misbehaving_server import MisbehavingServer

from coldpress.cache.database import Database
from coldpress.check.external.addresses import allowed, is_public, names_private
from coldpress.check.external.asker import Asker, Limits, seconds_of
from coldpress.check.external.failures import outcome_of_failure
from coldpress.check.external.links import TABLES, ExternalLinks, is_reserved
from coldpress.check.external.outcomes import outcome_of_status
from coldpress.check.external.request import address_of

QUICK = Limits(seconds=0.4, pause=0, usual_wait=0, longest_wait=1, failures=99)


@pytest.fixture(scope="module")
def server():
    server = MisbehavingServer()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def outcome(url, *, named=True, limits=QUICK, private=()):
    return Asker(private, limits).ask_all({url: named})[url]


@pytest.mark.parametrize("path", ["/ok", "/early", "/no-head", "/head-lies", "/head-hangs", "/head-reset", "/busy-once",
                                  "/for-now", "/huge", "/bare", "/split", "/%2e%2e/a b?c=d e", "/中"])
def test_good_links(server, path):
    assert outcome(server.url(path)) == ("good", "", "")


@pytest.mark.parametrize(("path", "kind", "says"), [
    ("/gone", "unclear", "answers 404"), ("/forbidden", "unclear", "answers 403"), ("/error", "unclear", "answers 500"),
    ("/loop", "unclear", "redirects in a circle"), ("/cookies", "unclear", "redirects in a circle"),
    ("/hang", "unclear", "does not answer in time"), ("/dribble", "unclear", "does not answer in time"),
    ("/reset", "unclear", "closes the connection"), ("/silent", "unclear", "closes the connection"),
    ("/no-http", "unclear", "does not answer as a web server"),
    ("/never", "unclear", "does not answer as a web server"),
    ("/endless-headers", "unclear", "does not answer as a web server: its headers are too long"),
    ("/long-header", "unclear", "does not answer as a web server: its headers are too long"),
    ("/always-busy", "unclear", "answers 429"), ("/tired", "unclear", "answers 429"),
    ("/nowhere", "unclear", "answers 302 without saying where it leads"),
    ("/file", "unclear", "is no URL that can be asked: `file` is no scheme of the web"),
    ("/no-url", "unclear", "is no URL that can be asked: it redirects to what is no URL"),
    ("/smtp", "unclear", "leads to port 25, which browsers refuse"),
    ("/metadata", "private", "leads to a private address"), ("/inside", "private", "leads to a private address"),
    ("/number", "private", "leads to a private address")])
def test_links_that_are_not_good(server, path, kind, says):
    found = outcome(server.url(path))
    assert (found.kind, found.says[:len(says)]) == (kind, says)


def test_a_link_that_has_moved_for_good(server):
    assert outcome(server.url("/moved")) == ("moved", "has moved for good", server.url("/ok"))


def test_certificates_that_nobody_trusts(tmp_path, server):
    secure = MisbehavingServer(tmp_path)
    try:
        assert "has a certificate that browsers refuse" in outcome(secure.url("/ok")).says
        assert secure.asked == []
    finally:
        secure.close()
    assert "cannot be read over TLS" in outcome(server.url("/ok").replace("http:", "https:")).says


def test_where_nobody_listens(server):
    closed = MisbehavingServer()
    closed.close()
    assert "refuses connections" in outcome(closed.url("/")).says
    assert outcome("http://does-not-exist.invalid/").says.startswith("has a host")


@pytest.mark.parametrize(("status", "kind"), [
    (200, "good"), (204, "good"), (304, "broken"), (400, "broken"), (401, "unclear"), (403, "unclear"), (404, "broken"),
    (410, "broken"), (429, "unclear"), (451, "unclear"), (500, "unclear"), (503, "unclear")])
def test_what_a_status_means(status, kind):
    assert outcome_of_status(status).kind == kind


@pytest.mark.parametrize(("reason", "kind"), [
    (TimeoutError(), "unclear"), (ConnectionResetError(), "unclear"), (ConnectionRefusedError(), "broken"),
    (ssl.SSLCertVerificationError(), "broken"), (ssl.SSLError(), "broken"), (OSError(), "unclear")])
def test_what_a_failure_means(reason, kind):
    assert outcome_of_failure(reason).kind == kind


def test_links_whose_authors_we_do_not_trust_lead_to_no_private_address(server):
    before = len(server.asked)
    for host in ("127.0.0.1", "localhost"):
        assert outcome(server.url("/ok", host), named=False).kind == "private"
    assert len(server.asked) == before


def test_a_host_that_the_config_allows(server):
    assert outcome(server.url("/ok", "localhost"), named=False, private=["localhost"]).kind == "good"


PUBLIC = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
PRIVATE = ["127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
           "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1",
           "::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1", "nonsense"]


def test_public_and_private_addresses():
    assert [address for address in PUBLIC if not is_public(address)] == []
    assert [address for address in PRIVATE if is_public(address)] == []


@pytest.mark.parametrize(("host", "is_named", "asked"), [
    ("127.0.0.1", True, ["127.0.0.1"]), ("127.0.0.1", False, []), ("169.254.169.254", True, []),
    ("[fe80::1]", True, []), ("LOCALHOST.", True, ["127.0.0.1"]), ("a.localhost", True, ["127.0.0.1"]),
    ("wiki.internal", True, []), ("mine.internal", False, ["10.0.0.1"])])
def test_which_private_addresses_are_asked(host, is_named, asked):
    addresses = {"wiki.internal": ["10.0.0.1"], "mine.internal": ["10.0.0.1"], "[fe80::1]": ["fe80::1"],
                 "LOCALHOST.": ["127.0.0.1"], "a.localhost": ["127.0.0.1"]}.get(host, [host])
    assert allowed(host, addresses, is_named=is_named, private_hosts={"mine.internal"}) == asked
    assert allowed("a.b", ["10.0.0.1", "93.184.216.34"], is_named=True, private_hosts=()) == ["93.184.216.34"]


def test_numbers_are_no_names_of_private_hosts():
    assert [host for host in ("2130706433", "0x7f.1", "127.1", "example.org") if names_private(host)] == []


@pytest.mark.parametrize("url", [
    "http:///a", "http://a b/", "http://a\r\nHost: b/", "http://[::1", "http://a:99999/", "ftp://a/", "http://a@/",
    "http://" + "é" * 300 + "/", "javascript:alert(1)", "http://exa%6Dple.org/"])
def test_what_is_no_url(url):
    assert outcome(url).says.startswith("is no URL that can be asked")


def test_names_and_passwords_are_not_sent(server):
    assert outcome(server.url("/ok").replace("//", "//ann:secret@")).kind == "good"
    assert "secret" not in server.last_head
    assert "Authorization" not in server.last_head
    assert address_of("http://bücher.example:81/ä?q=ß#x").name == "xn--bcher-kva.example:81"


def test_a_host_is_asked_by_few_at_once():
    server = MisbehavingServer()
    try:
        urls = {server.url(f"/no-head/{number}"): True for number in range(30)}
        assert {each.kind for each in Asker((), QUICK).ask_all(urls).values()} == {"good"}
        assert server.most <= QUICK.at_host
        assert sum(asked.startswith("HEAD") for asked in server.asked) <= QUICK.at_host  # it refuses HEAD
    finally:
        server.close()


@pytest.mark.parametrize(("path", "most"), [("/tired", 2), ("/always-busy", 4), ("/hang", 4)])
def test_a_host_that_is_tired_is_left_alone(path, most):
    server = MisbehavingServer()
    try:
        limits = Limits(seconds=0.2, pause=0, longest_wait=1, failures=3)
        found = Asker((), limits).ask_all({server.url(f"{path}?{number}"): True for number in range(20)})
        assert len(server.asked) <= most
        assert sum("is not asked, as its host" in each.says for each in found.values()) >= 20 - most
        assert {each.kind for each in found.values()} == {"unclear"}
    finally:
        server.close()


def test_good_answers_are_kept_for_a_week(tmp_path):
    server = MisbehavingServer()
    try:
        urls = {server.url("/ok"): True, server.url("/gone"): True, "https://www.example.com/x": True}

        def ask(now):
            before = len(server.asked)
            found = ExternalLinks(tmp_path, limits=QUICK, now=lambda: now).outcomes(urls)
            return [found[server.url(path)].kind for path in ("/ok", "/gone")], server.asked[before:]

        kinds = ["good", "unclear"]
        assert ask(1_000) == (kinds, ["HEAD /ok", "HEAD /gone", "GET /gone"])
        assert ask(2_000) == (kinds, ["HEAD /gone", "GET /gone"])
        assert ask(1_000 + 8 * 24 * 3600)[1][0] == "HEAD /ok"
    finally:
        server.close()


@pytest.mark.parametrize("text", ["\u00b2", "\u0663", "-1", "1e99", "", "Mon, 01 Jan 99999999999 00:00:00 GMT",
                                  "Mon, 01 Jan 2024 00:00:00 +9999999"])
def test_a_pause_that_is_none(text):
    assert seconds_of(text, 5.0) == 5.0


@pytest.mark.parametrize("host", ["a..b.org", f"{'a' * 70}.org", "a\ud800"])
def test_a_host_that_no_name_can_have_is_a_broken_link(host):
    assert outcome(f"http://{host}/", named=False).kind == "broken"
    assert address_of("http://127.0.0.1/\ud800?\ud800").path == "/%EF%BF%BD?%EF%BF%BD"


def test_a_cache_that_somebody_else_wrote_is_not_believed(tmp_path, server):
    url = server.url("/gone")
    for row in ((url, "x", "good", "", ""), (url, 900, "broken", "\x1b", ""), (url, 900, "moved", 1, b"")):
        database = Database(tmp_path, "external.sqlite", TABLES)
        database.write(lambda transaction, row=row: transaction.put("links", [row]))
        database.close()
        found = ExternalLinks(tmp_path, limits=QUICK, now=lambda: 1_000).outcomes({url: True})
        assert found[url] == ("unclear", "answers 404; its address is private, and each reader has another one there",
                              "")


def test_names_that_are_only_examples():
    assert all(map(is_reserved, ("https://example.org/", "http://a.b.example:8000/", "http://x.test")))
    assert not any(map(is_reserved, ("https://example.orgs/", "https://myexample.com/", "http://[x/")))


def test_a_proxy(server, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://ann:pass@127.0.0.1:{server.port}")
    assert outcome("http://no-such-host.invalid/a?b").kind == "good"
    assert server.asked[-1] == "HEAD http://no-such-host.invalid/a?b"
    assert "Proxy-Authorization: Basic YW5uOnBhc3M=" in server.last_head
    assert outcome("http://127.0.0.1:9/", named=False).kind != "good"
    assert outcome("http://10.1.2.3/", named=False).kind == "private"


SITE = "content/posts/2026-01-01-a.md"


def test_the_command(make_site, server):
    entry = f"{{link: '{server.url('/forbidden')}', reason: x}}"
    config = f"base_url: https://example.org/\ncheck:\n  ignore:\n    - {entry}\n"
    text = f"Text.\n\n[a]({server.url('/gone')}) [b]({server.url('/forbidden')}) [c]({server.url('/ok')})\n"
    site = make_site({SITE: f"---\ntitle: A\n---\n{text}"}, config)
    before = len(server.asked)
    assert site.run("check", "--json").problems == []
    assert len(server.asked) == before
    said = site.run("check", "--external", "--json")
    [problem] = said.problems
    assert (problem["code"], problem["severity"], problem["place"]["path"], problem["place"]["line"],
            problem["place"]["column"]) == ("external.unclear", "warning", SITE, 6, 5)
    assert f"`{server.url('/gone')}` answers 404" in problem["message"]
    assert said.data["ignored"] > 0


def test_what_others_write_leads_to_no_private_address(make_site, server):
    files = {"content/guests/a.md": f"---\ntitle: A\n---\n[a]({server.url('/ok?guest')})\n",
             "content/b.md": f"---\ntitle: B\n---\n[a](guests/a.md) [x]({server.url('/ok?mine')})\n"}
    site = make_site(files, "base_url: https://example.org/\nmarkdown: {untrusted: [guests]}\n")
    said = site.run("check", "--external", "--json")
    assert [(problem["code"], problem["place"]["path"]) for problem in said.problems] == [
        ("external.private", "content/guests/a.md")]
    assert not any("guest" in asked for asked in server.asked)
