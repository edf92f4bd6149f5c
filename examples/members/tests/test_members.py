"""The club, attacked: each attack is refused, and what members do is kept safely."""

from __future__ import annotations

import re
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

EXAMPLE = Path(__file__).parents[1]
PASSWORD = "a lantern of paper"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the example with a member, and its modules imported from there."""
    folder = tmp_path / "members"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("site", "instance", ".coldpress", ".venv", "*.pyc"))
    monkeypatch.syspath_prepend(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("club", "build")]:
        monkeypatch.delitem(sys.modules, name)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] in ("club", "build")]:
        del sys.modules[name]


@pytest.fixture
def app(root: Path) -> Any:
    from club import create_app

    app = create_app()
    app.testing = True
    app.test_cli_runner().invoke(args=["member", "ann", "--password", PASSWORD])
    return app


@pytest.fixture
def client(app: Any) -> Any:
    return app.test_client()


def token(page: str) -> str:
    """The CSRF token of a form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return found[1]


def sign_in(client: Any, password: str = PASSWORD, after: str = "") -> Any:
    page = client.get("/sign-in/").text
    data = {"name": "ann", "password": password, "csrf_token": token(page)}
    return client.post(f"/sign-in/{after}", data=data)


@pytest.fixture
def post(client: Any) -> Callable[..., Any]:
    """Signs in, and sends a post with a picture."""
    assert sign_in(client).status_code == 302

    def send(data: bytes | None = None, name: str = "x.png", **fields: str) -> Any:
        form = {"title": "T", "text": "Text.", "csrf_token": token(client.get("/members/post/").text), **fields}
        picture = {} if data is None else {"picture": (BytesIO(data), name)}
        return client.post("/members/post/", data={**form, **picture}, content_type="multipart/form-data")

    return send


def picture(kind: str = "PNG", size: tuple[int, int] = (30, 20), **more: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def bundle(root: Path) -> list[str]:
    """The files of the posts that members wrote."""
    posts = root / "blog/content/posts"
    return sorted(file.relative_to(posts).as_posix() for file in posts.rglob("*")
                  if file.is_file() and file.name != "2026-01-02-first.md")


# Signing in.

def test_members_only(client: Any) -> None:
    for path in ("/members/", "/members/post/"):
        assert client.get(path).location.startswith("/sign-in/?next=")
    assert client.post("/members/post/", data={}).status_code == 400  # no token
    assert sign_in(client, "wrong").status_code == 400
    assert sign_in(client).location == "/members/"
    assert "Hello, ann." in client.get("/members/").text


def test_signing_out_ends_the_session(client: Any) -> None:
    sign_in(client)
    before = client.get_cookie("club").value
    client.post("/sign-out/", data={"csrf_token": token(client.get("/members/").text)})
    client.set_cookie("club", before)
    assert client.get("/members/").status_code == 302


def test_a_session_that_was_planted_is_not_the_one_of_the_member(app: Any, client: Any) -> None:
    """Session fixation: the attacker knows the id that the browser had before its owner signed in."""
    client.get("/sign-in/")
    planted = client.get_cookie("club").value
    assert sign_in(client).status_code == 302
    assert client.get_cookie("club").value != planted
    attacker = app.test_client()
    attacker.set_cookie("club", planted)
    assert attacker.get("/members/").status_code == 302


def test_an_id_that_the_server_did_not_make_is_not_taken(app: Any) -> None:
    client = app.test_client()
    client.set_cookie("club", "A" * 43)
    client.get("/sign-in/")
    assert client.get_cookie("club").value != "A" * 43


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-out/", "/members/post/"])
@pytest.mark.parametrize("sent", [None, "", "forged"])
def test_a_form_of_another_site_is_refused(client: Any, path: str, sent: str | None) -> None:
    sign_in(client)
    data = {"name": "ann", "password": PASSWORD, "title": "T", "text": "x"}
    assert client.post(path, data=data if sent is None else {**data, "csrf_token": sent}).status_code == 400
    assert client.get("/members/").status_code == 200


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "\\\\evil.example", "javascript:alert(1)",
                                 "/\\evil.example", "evil"])
def test_signing_in_leads_to_no_other_host(client: Any, url: str) -> None:
    assert sign_in(client, after=f"?next={url}").location == "/members/"


def test_signing_in_leads_to_where_one_was(client: Any) -> None:
    assert sign_in(client, after="?next=/members/post/").location == "/members/post/"


def test_cookies_are_out_of_reach_of_scripts(client: Any) -> None:
    cookie = client.get("/sign-in/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_secret_key_is_made_once_and_is_nobody_elses(root: Path, app: Any) -> None:
    from club import create_app

    file = root / "instance/secret-key"
    assert create_app().config["SECRET_KEY"] == app.config["SECRET_KEY"] == file.read_text()
    assert sys.platform == "win32" or file.stat().st_mode & 0o077 == 0


# Uploads.

def test_a_post_with_a_picture_is_a_bundle(root: Path, client: Any, post: Callable[..., Any]) -> None:
    answer = post(picture(), "文件 报告.png", title="An “evening”: [1]\n---")
    assert answer.status_code == 302
    files = bundle(root)
    assert [file.rpartition("/")[2] for file in files] == ["index.md", "文件 报告.png"]
    page = client.get(answer.location).text
    assert "<h1>An “evening”: [1] ---</h1>" in page
    assert "ann" in page
    shown = re.search(r'<img[^>]* src="([^"]+)"', page)
    assert shown
    with client.get(shown[1]) as image:
        assert image.mimetype == "image/png"


def test_what_a_member_writes_runs_nowhere(client: Any, post: Callable[..., Any]) -> None:
    answer = post(text="<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) {{ 7*7 }}")
    page = client.get(answer.location).text
    assert "alert(1)" not in re.sub(r"<(script|style)[^>]* (src|id)=[^>]*>", "", page).partition("<main")[2].partition(
        "</main")[0].replace("[x](javascript:alert(1))", "")
    assert "onerror" not in page


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


@pytest.mark.parametrize("data", [
    SVG, b"<!doctype html><script>alert(1)</script>", b"<?php system('id');", b"MZ\x90\0", b"", b"\x89PNG\r\n\x1a\n",
    b"GIF89a" + b"\0" * 50, picture()[:60], b"%PDF-1.7"])
@pytest.mark.parametrize("name", ["x.png", "x.svg", "x.php"])
def test_a_file_that_is_no_picture_is_refused(root: Path, post: Callable[..., Any], data: bytes, name: str) -> None:
    answer = post(data, name)
    assert (answer.status_code, bundle(root)) == (400, [] if data else bundle(root))
    assert "This is no picture" in answer.text


def test_a_script_behind_a_picture_is_gone(root: Path, post: Callable[..., Any]) -> None:
    for kind, name in (("JPEG", "x.jpg"), ("PNG", "x.png"), ("WEBP", "x.webp")):
        assert post(picture(kind) + b"<script>alert(1)</script><?php", name).status_code == 302
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    assert post(picture("JPEG", exif=exif, comment=b"<script>"), "y.jpg").status_code == 302
    files = [root / "blog/content/posts" / name for name in bundle(root) if not name.endswith(".md")]
    assert len(files) == 4
    assert not any(b"<script" in file.read_bytes() for file in files)


def test_the_extension_is_that_of_the_content(root: Path, post: Callable[..., Any]) -> None:
    for name in ("x.php", "x.html", "x.jpg.svg", "x"):
        assert post(picture("JPEG"), name).status_code == 302
    assert {Path(name).suffix for name in bundle(root)} == {".md", ".jpg"}


def test_a_gigabyte_is_refused_before_it_is_read(client: Any, root: Path) -> None:
    sign_in(client)

    class Endless(BytesIO):
        read_bytes = 0

        def read(self, size: int | None = -1) -> bytes:
            Endless.read_bytes += size or 0
            return b"x" * (size if size and size > 0 else 1)

    answer = client.post("/members/post/", input_stream=Endless(), content_type="multipart/form-data; boundary=b",
                         environ_overrides={"CONTENT_LENGTH": str(10**9)})
    assert answer.status_code == 413
    assert Endless.read_bytes < 10_000_000
    assert bundle(root) == []


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims so many pixels, and has few bytes."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x01\0\0\0\0"
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (10_000, 6_000)])
def test_a_bomb_is_refused(root: Path, post: Callable[..., Any], width: int, height: int) -> None:
    answer = post(bomb(width, height))
    assert (answer.status_code, bundle(root)) == (400, [])


NAMES = [
    ("文件 报告.png", "文件 报告.png"), ("Übung.PNG", "Übung.png"), ("../../../etc/passwd", "passwd.png"),
    ("..\\..\\boot.png", "boot.png"), ("/etc/x.png", "x.png"), ("a/../../b.png", "b.png"), ("..", "picture.png"),
    (".htaccess", "htaccess.png"), ("con.png", "picture.png"), ("x\0.png", "x.png"), ("a\u202egnp.exe", "a gnp.png"),
    ("  .png", "picture.png"), ("q?x=1&y#z.png", "q x=1&y z.png"), ("x" * 300 + ".png", "x" * 100 + ".png"),
    ("名" * 100 + ".png", "名" * 33 + ".png"), ("C:\\Users\\ann\\me.png", "me.png"), ("CON", "picture.png")]


@pytest.mark.parametrize(("given", "name"), NAMES)
def test_names_lead_nowhere_and_keep_their_letters(root: Path, app: Any, given: str, name: str) -> None:
    from club.pictures import safe_name

    assert safe_name(given, ".png") == name


@pytest.mark.parametrize("given", [given for given, _ in NAMES])
def test_a_picture_stays_in_its_bundle(root: Path, post: Callable[..., Any], given: str) -> None:
    before = {file for file in root.rglob("*") if "instance" not in file.parts and ".coldpress" not in file.parts}
    assert post(picture(), given).status_code == 302
    new = {file for file in root.rglob("*") if "instance" not in file.parts and ".coldpress" not in file.parts} - before
    folder, *files = sorted(new)
    assert folder.parent == root / "blog/content/posts"
    assert all(file.parent == folder for file in files)
    assert len(files) == 2


def test_a_post_without_a_picture_and_two_on_one_day(root: Path, post: Callable[..., Any]) -> None:
    assert post().status_code == 302
    assert post().status_code == 302
    assert len(bundle(root)) == 2


# Frozen and live.

def test_the_blog_is_frozen_and_the_members_area_is_not(root: Path, app: Any) -> None:
    from coldpress.testing.sites import build_site

    built = build_site(root, root / "site")
    assert built.problems == ()
    assert "/blog/posts/first/" in built.paths
    assert not any(path.startswith(("/members", "/sign-in")) for path in built.paths)
