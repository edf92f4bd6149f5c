"""The pages of `content/docs/extensions/`: the whole code of each is built as a site, and its live routes are used."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socketserver
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager
from io import BytesIO

import flask_mailman
import pytest
from conftest import REPOSITORY, code_of, missing, wait_until
from PIL import Image
from PIL.PngImagePlugin import PngInfo

PAGES = sorted(page.stem for page in (REPOSITORY / "content/docs/extensions").glob("*.md") if page.stem != "index")
SETTINGS = 'SECRET_KEY = "key"\n'
POST = {"content/posts/2026-01-02-hello.md": "---\ntitle: Hello\n---\nHi.\n"}
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed database:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def site_of(make_site, monkeypatch):
    """Writes the site of a page, with a post and a secret key, runs commands of it, and builds it."""
    monkeypatch.delitem(sys.modules, "safe_pictures", raising=False)  # of another test's site

    def make(page, *commands, files=None, settings=SETTINGS):
        code, _ = code_of(f"extensions/{page}.md")
        named = {name: text for name, text in code.items() if "." in name}
        config = named.pop("config.yaml", "base_url: https://example.org/\n")
        site = make_site({**POST, "instance/config.py": settings, **named, **(files or {})}, config)
        for command in commands:
            assert site.run(command).code == 0, site.results[-1].err
        built(site)
        return site

    yield make
    sys.modules.pop("safe_pictures", None)


def built(site):
    result = site.build()
    assert (result.code, result.problems) == (0, []), result.problems
    return result.rendered


def token(answer):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)[1]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_is_frozen_what_is_live_and_its_trap(page):
    text = (REPOSITORY / f"content/docs/extensions/{page}.md").read_text("utf-8")
    assert "\n- **Frozen**: " in text
    assert "\n- **Live**: " in text
    assert "\n## The trap\n" in text
    assert f"]({page}.md)" in (REPOSITORY / "content/docs/extensions/index.md").read_text("utf-8")
    blocks = re.findall(r'^```(\w+)(?: title="([^"]+)")?$', text, re.M)
    assert [kind for kind, name in blocks if not name and kind != "sh"] == []
    assert max(Counter(name for _, name in blocks if name).values()) == 1
    assert [line for code in code_of(f"extensions/{page}.md")[0].values() for line in code.splitlines()
            if len(line) > 120] == []


def test_the_versions_told_are_those_that_tests_are_run_with():
    text = (REPOSITORY / "content/docs/extensions/index.md").read_text("utf-8")
    told = {name.lower(): version for name, version in re.findall(r"^\| (Flask-[\w-]+) \| ([\d.]+) \|$", text, re.M)}
    required = re.findall(r"^(flask-[\w-]+)>=([\d.]+)$", (REPOSITORY / "requirements-dev.txt").read_text(), re.M)
    assert told == dict(required)


@pytest.mark.skipif(os.name != "posix", reason="it is for a POSIX shell")
def test_the_command_writes_a_secret_key(tmp_path):
    _, pieces = code_of("extensions/index.md")
    (command,) = [code for kind, code in pieces if kind == "sh"]
    subprocess.run(command.replace("python ", f"{sys.executable} "), shell=True, cwd=tmp_path, check=True)
    assert re.fullmatch(r"SECRET_KEY = '[0-9a-f]{64}'\n", (tmp_path / "instance/config.py").read_text())


# Databases.

def test_flask_sqlalchemy(site_of):
    site = site_of("sqlalchemy", "seed")
    assert "A <em>wizard</em> on the cover." in site.text("books/sicp/index.html")
    assert '<a href="/books/sicp/">SICP</a>: 45.00' in site.text("prices/index.html")
    assert built(site) == set()
    app = site.app()
    assert app.test_client().get("/stock/sicp/").json == {"title": "SICP", "in stock": True}
    assert app.test_client().get("/stock/none/").status_code == 404
    with app.app_context():
        database = app.extensions["sqlalchemy"]
        book = database.session.get(app.view_functions["stock"].__globals__["Book"], "sicp")
        book.cents = 4600
        database.session.commit()
    rendered = built(site)
    assert {"/books/sicp/", "/prices/"} <= rendered
    assert "/books/taocp/" not in rendered
    assert "46.00" in site.text("prices/index.html")


def test_flask_sqlalchemy_lite(site_of):
    site = site_of("sqlalchemy-lite", "tables")
    assert 'action="/entries/"' in site.text("sign/index.html")
    client = site.client()
    answer = client.post("/entries/", data={"name": "Ann", "text": "*Hi* <script>alert(1)</script>"})
    assert answer.location == "/guestbook/1/"
    shown = client.get("/guestbook/1/").text
    assert "<em>Hi</em>" in shown
    assert "<script>alert" not in shown
    assert client.post("/entries/", data={"name": "Ann"}).status_code == 400
    assert "/guestbook/1/" in built(site)
    assert "From Ann" in site.text("guestbook/1/index.html")


# Sessions, forms, members.

def test_flask_session(site_of):
    site = site_of("session")
    assert 'action="/basket/add/"' in site.text("books/index.html")
    assert not (site.root / "site/basket").exists()
    client = site.client()
    answer = client.post("/basket/add/", data={"book": "sicp"}, follow_redirects=True)
    assert "<li>Structure and Interpretation</li>" in answer.text
    assert "Nothing yet." in site.client().get("/basket/").text
    assert client.post("/basket/add/", data={"book": "none"}).status_code == 400
    kept = client.get_cookie("session")
    assert (kept.same_site, kept.http_only, "sicp" in kept.value) == ("Lax", True, False)
    assert built(site) == set()  # what the sessions wrote is no edit


def test_flask_wtf(site_of):
    site = site_of("wtf")
    assert "csrf" not in site.text("catalogue/index.html")
    assert not (site.root / "site/order").exists()
    client = site.client()
    values = {"book": "SICP", "email": "ann@example.org"}
    assert client.post("/order/", data=values).status_code == 400
    values["csrf_token"] = token(client.get("/order/"))
    assert "no email address" in client.post("/order/", data={**values, "email": "ann"}).text
    assert "We will write to ann@" in client.post("/order/", data=values, follow_redirects=True).text
    assert client.post("/newsletter/", data={"email": "ann@example.org"}).text == "We will write to ann@example.org."


@pytest.mark.parametrize("settings", [SETTINGS, ""])
def test_a_token_in_a_frozen_page_is_the_error_that_the_page_tells(site_of, settings):
    site = site_of("wtf", settings=settings)
    told = code_of("extensions/wtf.md")[0]["the error"].strip()
    template = (site.root / "templates/catalogue.html").read_text()
    site.edit({"templates/catalogue.html": template.replace("<p><label>Newsletter", "{{ csrf_token() }}\n<p><label>")})
    (problem,) = site.build().problems
    assert f"error[{problem['code']}]: {problem['message']}" == told
    assert (problem["place"]["path"], problem["place"]["line"]) == ("templates/catalogue.html", 7)
    assert "@coldpress.live" in problem["hint"]
    assert "@csrf.exempt" in problem["hint"]


def test_flask_login(site_of, tmp_path):
    page = code_of("extensions/login.md")[1]
    (command,) = [code for kind, code in page if "MEMBERS" in code]
    (tmp_path / "instance").mkdir()
    subprocess.run(command.replace("python ", f"{sys.executable} "), shell=True, cwd=tmp_path, check=True)
    site = site_of("login", settings=SETTINGS + (tmp_path / "instance/config.py").read_text())
    assert '<a href="/members/">Members</a>' in site.text("posts/hello/index.html")
    assert [(site.root / "site" / name).exists() for name in ("members", "sign-in")] == [False, False]
    client = site.client()
    assert client.get("/members/").location.startswith("/sign-in/")
    values = {"name": "ann", "csrf_token": token(client.get("/sign-in/"))}
    for wrong in ({"password": "x"}, {"name": "bob", "password": "a lantern"}, {"name": "bob", "password": ""}):
        assert client.post("/sign-in/", data={**values, **wrong}).status_code == 400
    assert client.post("/sign-in/", data={**values, "password": "a lantern"}).location == "/members/"
    members = client.get("/members/")
    assert "Hello, ann." in members.text
    assert client.post("/sign-out/").status_code == 400
    assert client.post("/sign-out/", data={"csrf_token": token(members)}).location == "/"
    assert client.get("/members/").status_code == 302


def test_members_only_is_an_error_when_it_is_frozen(site_of):
    site = site_of("login")
    code = (site.root / "build.py").read_text()
    site.edit({"build.py": code.replace('@app.get("/members/")\n    @coldpress.live', '@app.get("/members/")')})
    assert [problem["code"] for problem in site.build().problems] == ["route.session"]


# Pictures of visitors.

def picture(kind="PNG", size=(40, 30)):
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def sent(data, name, **fields):
    return {"data": {**fields, "picture": (BytesIO(data), name)}, "content_type": "multipart/form-data"}


REFUSED = [(b"<script>alert(1)</script>", "x.png"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg"), (b"", "")]


def test_the_pictures_of_the_page_are_the_examples():
    example = (REPOSITORY / "examples/members/club/pictures.py").read_text("utf-8")
    assert code_of("extensions/uploads.md")[0]["safe_pictures.py"] == example


def test_uploads(site_of):
    site = site_of("uploads")
    client = site.client()
    posts = site.files("content/posts")
    for data, name in REFUSED:
        assert client.post("/upload/", **sent(data, name, title="T")).status_code == 400
    assert client.post("/upload/", **sent(bytes(8_000_001), "x.png", title="T")).status_code == 413
    assert site.files("content/posts") == posts
    attack = {"title": '../x"\n---\n', "text": "*Red* <script>alert(1)</script>"}
    answer = client.post("/upload/", **sent(picture(), "../文件 报告.png", **attack))
    shown = client.get(answer.location).text
    assert "<em>Red</em>" in shown
    assert "<script>alert" not in shown
    (name,) = [name for name in site.files("content/posts") if name.endswith(".png")]
    assert name.endswith("/文件 报告.png")
    assert answer.location in built(site)
    assert "%E6%96%87%E4%BB%B6" in site.text(f"{answer.location[1:]}index.html")


def test_an_upload_keeps_transparency_and_nothing_else_beside_the_pixels(site_of):
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    out = BytesIO()
    text = PngInfo()
    text.add_text("Comment", "<script>")
    image.save(out, "PNG", transparency=1, pnginfo=text)
    site = site_of("uploads")
    assert site.client().post("/upload/", **sent(out.getvalue(), "x.png", title="T")).status_code == 302
    (kept,) = (site.root / "content/posts").rglob("x.png")
    assert b"<script>" not in kept.read_bytes()
    with Image.open(kept) as image:
        assert image.convert("RGBA").getpixel((0, 0))[3] == 0


def test_flask_reuploaded(site_of):
    pictures = code_of("extensions/uploads.md")[0]["safe_pictures.py"]
    site = site_of("reuploaded", files={"safe_pictures.py": pictures})
    client = site.client()
    for data, name in REFUSED[:2]:
        assert client.post("/upload/", **sent(data, name)).status_code == 400
    for _ in range(2):
        assert client.post("/upload/", **sent(picture("JPEG"), "../../文件 报告.jpeg")).location == "/gallery/"
    assert set(site.files("content/gallery")) == {"index.md", "文件 报告.jpg", "文件 报告-2.jpg"}
    assert "%E6%96%87%E4%BB%B6" in client.get("/gallery/").text
    assert "/gallery/" in built(site)
    assert site.text("gallery/index.html").count("<picture") == 2


# Languages, caches, limits.

def test_flask_babel(site_of, make_site):
    catalogue = code_of("extensions/babel.md")[0]
    translations = make_site({name: text for name, text in catalogue.items() if name.endswith(".po")})
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "compile", "-d", "translations"],
                   cwd=translations.root, check=True, capture_output=True)
    compiled = {f"translations/{name}": data for name, data in translations.files("translations").items()}
    site = site_of("babel", files=compiled)
    assert "A subscription is €1,234.50 a year. Jan 2, 2026" in site.text("en/prices/index.html")
    german = site.text("de/prices/index.html")
    assert "Ein Abonnement kostet 1.234,50\xa0€ im Jahr. 02.01.2026" in german
    assert "<h1>Preise</h1>" in german
    assert '<a href="/en/prices/" hreflang="en">' in german
    assert '<html lang="de"' in site.text("preise/index.html")
    assert built(site) == set()


def test_flask_caching(site_of):
    site = site_of("caching")
    assert site.text("titles.json").strip() == '["Hello"]'
    app = site.app()
    client, extension = app.test_client(), app.extensions["coldpress"]
    assert ">Hello</a>" in client.get("/latest/").text
    site.edit({"content/posts/2026-01-03-other.md": "---\ntitle: Other\n---\nHi.\n"})
    assert ">Other</a>" not in client.get("/latest/").text
    extension.reload()
    client.get("/")  # reads the content
    assert ">Other</a>" in client.get("/latest/").text
    assert "/titles.json" in built(site)
    assert "Other" in site.text("titles.json")


def test_flask_limiter(site_of, browse):
    many = {f"content/p{number}.md": f"# P{number}\n" for number in range(110)}
    site = site_of("limiter", files=many)  # more pages than the 100 that a visitor may ask for
    assert 'action="/vote/"' in site.text("hello/index.html")
    (site.root / "instance/config.py").unlink()
    preview = browse({name: data for name, data in site.files(".").items() if not name.startswith(("site", ".c"))})
    assert {preview.get(f"/p{number}/").status_code for number in range(110)} == {200}
    assert preview.get("/hello/").status_code == 200
    clients = preview.client, make_client(site)
    for client in clients:
        answers = [client.post("/vote/", headers={"Host": "localhost:8000"}, buffered=True) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def make_client(site):
    """A client of the app as a server runs it, where every request counts."""
    client = site.client()
    assert client.get("/hello/").headers["X-RateLimit-Remaining"] == "99"
    return client


# Mail.

class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it gets."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talk)
        self.mails: list[str] = []


class Talk(socketserver.StreamRequestHandler):
    """One connection: SMTP, as far as a client needs it."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")


@pytest.fixture
def mailbox():
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_contact_form(site_of, mailbox):
    port = mailbox.server_address[1]
    site = site_of("mail", settings=f'{SETTINGS}MAIL_SERVER = "127.0.0.1"\nMAIL_PORT = {port}\n')
    assert 'action="/send/"' in site.text("contact/index.html")
    client = site.client()
    values = {"email": "ann@example.org", "text": "Hällo"}
    for wrong in ({"email": "ann"}, {"email": "ann@example.org\nBcc: bob@example.org"}, {"text": " "}):
        assert client.post("/send/", data={**values, **wrong}).status_code == 400
    assert client.post("/send/", data={**values, "website": "x"}).location == "/thanks/"
    assert mailbox.mails == []
    assert client.post("/send/", data=values).location == "/thanks/"
    (mail,) = mailbox.mails
    assert "Reply-To: ann@example.org" in mail
    assert "From: site@example.org" in mail
    mailbox.shutdown()
    mailbox.server_close()
    assert client.post("/send/", data=values).status_code == 503


def test_flask_mailman(site_of, tmp_path):
    site = site_of("mailman", settings=f'{SETTINGS}MAIL_BACKEND = "locmem"\n')
    app = site.app()
    client = app.test_client()
    assert client.post("/send/", data={"email": "ann@example.org\nBcc: x@y.z", "text": "Hi"}).status_code == 400
    assert client.post("/send/", data={"email": "ann@example.org", "text": "Hi"}).location == "/"
    (mail,) = app.extensions["mailman"].outbox
    assert isinstance(mail, flask_mailman.EmailMessage)
    assert (mail.to, mail.reply_to, mail.body) == (["me@example.org"], ["ann@example.org"], "Hi")


# In production.

def test_the_app_in_production(site_of, monkeypatch):
    site = site_of("production")
    assert 'href="/visit/"' in site.text("hello/index.html")
    key = (site.root / "instance/secret-key").read_text()
    assert len(key) == 64
    assert os.name != "posix" or (site.root / "instance/secret-key").stat().st_mode & 0o077 == 0
    asked = {"base_url": "http://127.0.0.1:8001/", "headers": {
        "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}}
    assert site.client().get("/visit/", **asked).json == {
        "visits": 1, "address": "127.0.0.1", "url": "http://127.0.0.1:8001/visit/"}
    monkeypatch.setenv("SITE_PROXIES", "1")
    answer = site.client().get("/visit/", **asked)
    assert answer.json == {"visits": 1, "address": "203.0.113.7", "url": "https://example.org/visit/"}
    assert "Secure;" in answer.headers["Set-Cookie"]
    (site.root / "instance/secret-key").unlink()
    assert built(site) == set()
    assert (site.root / "instance/secret-key").read_text() != key


def free_port():
    with socketserver.TCPServer(("127.0.0.1", 0), Talk) as free:
        return free.server_address[1]


@contextmanager
def behind(server, app, site):
    """Runs the site's app with a command of the page, behind nginx or Caddy with its config; gives the URL."""
    program = shutil.which(server) or shutil.which(server, path="/usr/sbin:/usr/local/sbin") or missing(
        f"{server} is not installed")
    port, app_port = free_port(), free_port()
    (line,) = re.findall(f"^SITE_PROXIES=1 {app}(?:-serve)? (.*)$",
                         (REPOSITORY / "content/docs/extensions/production.md").read_text("utf-8"), re.M)
    words = shlex.split(line.replace("127.0.0.1:8001", f"127.0.0.1:{app_port}"))
    python_path = os.pathsep.join((str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])))
    app_process = subprocess.Popen([sys.executable, "-m", app, *words], cwd=site.root, stderr=subprocess.DEVNULL, env={
        **os.environ, "SITE_PROXIES": "1", "PYTHONPATH": python_path})
    code = code_of("extensions/production.md")[0]
    folder = site.root / server
    folder.mkdir()
    site.root.parent.chmod(0o755)
    if server == "nginx":
        config = code["nginx.conf"].replace("listen 80;", f"listen 127.0.0.1:{port};")
        temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.name == "posix" and os.geteuid() == 0 else ""
        config = (f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
                  f"http {{ types {{ text/html html; }} access_log off; {temporary}\n{config} }}\n")
        command = [program, "-p", str(folder), "-c", str(folder / "config")]
    else:
        config = "{\n    admin off\n}\n" + code["Caddyfile"].replace("example.org {", f"http://127.0.0.1:{port} {{")
        command = [program, "run", "--adapter", "caddyfile", "--config", str(folder / "config")]
    (folder / "config").write_text(config.replace("/srv/site", str(site.root)).replace(
        "127.0.0.1:8001", f"127.0.0.1:{app_port}"))
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"})
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: fetched(f"{url}/visit/")[0] == 200 or app_process.poll() or process.poll())
        yield url
    finally:
        for each in (process, app_process):
            each.terminate()
            each.wait()


def fetched(url, **headers):
    """Status, headers and text of an answer; status 0 if nobody answers."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return 0, {}, ""


@pytest.mark.parametrize(("server", "app"), [("nginx", "gunicorn"), ("caddy", "waitress")])
def test_frozen_pages_come_from_the_server_and_the_rest_from_the_app(site_of, server, app):
    site = site_of("production")
    mark = "<!-- from the file -->"
    for name in ("index.html", "hello/index.html"):
        site.edit({f"site/{name}": site.text(name) + mark})
    with behind(server, app, site) as url:
        for path in ("/", "/hello/", "/hello/?x=1"):
            status, _, text = fetched(f"{url}{path}")
            assert (status, mark in text) == (200, True), path
        lie = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "evil.example"}
        status, headers, text = fetched(f"{url}/visit/", **lie)
        assert (status, '"address":"127.0.0.1"' in text, f'"url":"{url}/visit/"' in text) == (200, True, True), text
        assert "Set-Cookie" in headers
        for path in ("/nowhere/", "/instance/secret-key", "/build.py", "/../build.py", "/config.yaml"):
            status, _, text = fetched(f"{url}{path}")
            assert status in (400, 404), path
            assert "create_app" not in text
