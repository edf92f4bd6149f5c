"""URLs and files: one becomes the other, and nothing leaves the output folder."""

from __future__ import annotations

import os
import sys
import unicodedata

import pytest

from coldpress.paths import (
    BadPath,
    OpenEnded,
    asset_file_of,
    below,
    file_of,
    is_external,
    path_of,
    relative_name,
    url_of,
)


@pytest.mark.parametrize(("path", "url"), [
    ("/", "/"),
    ("/posts/hello/", "/posts/hello/"),
    ("/posts/你好/", "/posts/%E4%BD%A0%E5%A5%BD/"),
    ("/café.html", "/caf%C3%A9.html"),
    ("/a b/", "/a%20b/"),
    ("/a%20b/", "/a%2520b/"),
    ("/a?b#c/", "/a%3Fb%23c/"),
    ("/a[b]\\c/", "/a%5Bb%5D%5Cc/"),
    ("/~x/a+b;c,d=(e)!$&'*:@/", "/~x/a+b;c,d=(e)!$&'*:@/"),
    ("/a/b\n", "/a/b%0A"),
    ("/a//b/", "/a//b/"),
])
def test_a_path_becomes_a_url_and_back(path, url):
    assert url_of(path) == url
    assert path_of(url) == path


@pytest.mark.parametrize("path", ["//evil.org/", "/\\evil.org/", " //evil.org/", "///evil.org/"])
def test_the_url_of_a_path_has_no_host(path):
    assert url_of(path) == "/evil.org/"


@pytest.mark.parametrize(("url", "path"), [
    ("https://example.org/blog/x?y#z", "/blog/x"),
    ("//example.org/x/", "/x/"),
    ("/cafe%CC%81/", "/café/"),
    ("/cafe\u0301/", "/café/"),
    ("/%61/", "/a/"),
])
def test_the_path_of_a_url_is_decoded_and_nfc(url, path):
    assert path_of(url) == path


@pytest.mark.parametrize(("path", "file"), [
    ("/", "index.html"),
    ("/x/", "x/index.html"),
    ("/x.html", "x.html"),
    ("/feed.xml", "feed.xml"),
    ("/v1.2/", "v1.2/index.html"),
    ("/posts/你好/", "posts/你好/index.html"),
    ("/cafe\u0301/", "café/index.html"),
    ("/console/com10/auxiliary/", "console/com10/auxiliary/index.html"),
    ("/...x/", "...x/index.html"),
    (f"/{'x' * 255}/", f"{'x' * 255}/index.html"),
    (f"/{'中' * 85}/", f"{'中' * 85}/index.html"),
])
def test_a_path_becomes_a_file(path, file):
    assert file_of(path) == file


@pytest.mark.parametrize(("path", "reason"), [
    ("", "start with `/`"),
    ("x/", "start with `/`"),
    ("//x/", "`//`"),
    ("/x//y/", "`//`"),
    ("/x//", "`//`"),
    ("/../x/", "`..`"),
    ("/x/../../y.html", "`..`"),
    ("/./x/", "`.`"),
    ("/con/", "device"),
    ("/a/NUL.html", "device"),
    ("/aux.tar.gz", "device"),
    ("/com1/", "device"),
    ("/Lpt9/", "device"),
    ("/a\0/", "x00"),
    ("/a\n/", r"\n"),
    ("/a\x7f/", "x7f"),
    ("/a\\b/", r"\\"),
    ("/..\\..\\x/", r"\\"),
    ("/c:/x/", ":"),
    ("/a*/", "*"),
    ("/<a>/", "<"),
    ('/"/', '"'),
    ("/a|b/", "|"),
    ("/a?b/", "`?`"),
    ("/c#/", "`#`"),
    ("/100%/", "`%`"),
    ("/a./", "dot or a space"),
    ("/a /", "dot or a space"),
    (f"/{'x' * 256}/", "255 bytes"),
    (f"/{'中' * 86}/", "255 bytes"),
    ("/caf\udce9/", ""),
])
def test_what_cannot_be_a_file_everywhere_is_refused(path, reason):
    with pytest.raises(BadPath) as caught:
        file_of(path)
    assert not isinstance(caught.value, OpenEnded)
    assert reason in str(caught.value)


@pytest.mark.parametrize("path", ["/x", "/a/x", "/.well-known/x"])
def test_a_path_without_slash_and_extension_is_open_ended(path):
    with pytest.raises(OpenEnded):
        file_of(path)
    assert asset_file_of(path) == path[1:]


def test_a_file_stays_below_its_folder(tmp_path):
    assert below(tmp_path, "a/b.html") == tmp_path / "a" / "b.html"
    for outside in ("../x", "a/../../x", "a/.."):
        with pytest.raises(BadPath, match="outside"):
            below(tmp_path, outside)


@pytest.mark.parametrize(("url", "external"), [
    ("https://example.org", True), ("mailto:a@b.org", True), ("data:,x", True), ("//example.org/x", True),
    ("/x/", False), ("x.md", False), ("a/b:c", False), ("#x:y", False), ("10:30", False), ("", False),
])
def test_external_urls_name_a_scheme_or_a_host(url, external):
    assert is_external(url) is external


def test_files_are_named_from_the_root(tmp_path):
    assert relative_name(tmp_path / "a" / "b.md", tmp_path) == "a/b.md"
    assert relative_name(tmp_path, tmp_path / "a") == tmp_path.as_posix()


# In whole sites.

@pytest.mark.parametrize(("permalink", "file"), [
    ("/x/", "x/index.html"),
    ("x/y/", "x/y/index.html"),
    ("/old/page.html", "old/page.html"),
    ("/Mixed_Case/", "Mixed_Case/index.html"),
    ("/café/", "café/index.html"),
    ("/caf%C3%A9/", "café/index.html"),
    ("/a b/", "a b/index.html"),
])
def test_a_permalink_is_kept_letter_for_letter(build_site, permalink, file):
    site = build_site({"content/a.md": f"---\npermalink: {permalink}\n---\nHere."})
    assert "<p>Here.</p>" in site.text(file)


@pytest.mark.parametrize(("permalink", "message", "hint"), [
    ("/../x/", "`..`", None),
    ("/a//b/", "`//`", None),
    ("/con/", "device", None),
    ("/100%25/", "`%`", None),
    ("a\\b/", r"\\", None),
    ("/c#/", "`#`", None),
    ("/x/?page=1", "`?`", None),
])
def test_a_bad_permalink_is_an_error_at_its_line(make_site, permalink, message, hint):
    site = make_site({"content/a.md": f"---\ntitle: A\npermalink: '{permalink}'\n---\n"})
    problem, = site.build().problems
    assert (problem["code"], problem["severity"]) == ("url.bad", "error")
    assert message in problem["message"]
    assert problem["hint"] == hint
    assert (problem["place"]["path"], problem["place"]["line"], problem["place"]["column"]) == ("content/a.md", 3, 1)
    assert not (site.root / "site").exists() or "a/index.html" not in site.files()


def test_a_file_named_like_a_device_is_refused(make_site):
    site = make_site({"content/con.md": "x", "content/aux.txt": "y"})
    assert {("url.bad", "content/con.md", None), ("url.bad", "content/aux.txt", None)} == set(site.build().places())


def test_names_are_nfc_whatever_the_disk_says(build_site):
    site = build_site({f"content/{unicodedata.normalize('NFD', 'café')}.md": "[me](caf%C3%A9.md)"})
    assert '<a href="/caf%C3%A9/">me</a>' in site.text("café/index.html")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such names")
@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"caf\xe9.md"])
def test_a_file_whose_name_is_not_utf8_is_a_problem(make_site, name):
    site = make_site({"content/a.md": "x"})
    with open(os.path.join(os.fsencode(site.root), b"content", name), "wb"):  # noqa: PTH118
        pass
    assert site.build().codes == ["source.name"]
