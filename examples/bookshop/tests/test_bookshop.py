"""The shop, built whole: its pages, its form, and what an edit renders.

With `DATABASE_URL` the same tests run on that PostgreSQL, in a schema of their own.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

EXAMPLE = Path(__file__).parents[1]
MODULES = ("admin", "build", "models", "seed", "shop")
PASSWORD = "a lantern of paper"


@dataclass
class Shop:
    """A copy of the example, on a database of its own."""

    root: Path
    app: Any

    def run(self, *arguments: str) -> str:
        """Runs `python build.py …` and returns what it printed."""
        done = subprocess.run([sys.executable, "build.py", *arguments], cwd=self.root, capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def build(self) -> dict[str, Any]:
        """Builds, and returns the report."""
        report: dict[str, Any] = json.loads(self.run("build", "--json"))
        assert report["problems"] == []
        return report

    def text(self, path: str) -> str:
        """Returns the page at a path, as it was built."""
        return (self.root / "site" / path / "index.html").read_text("utf-8")

    def files(self) -> dict[str, bytes]:
        """Returns every file of the built site."""
        site = self.root / "site"
        return {file.relative_to(site).as_posix(): file.read_bytes() for file in site.rglob("*") if file.is_file()}

    @contextmanager
    def book(self, key: str) -> Iterator[Any]:
        """Gives a book, and saves what the block changes."""
        from models import Book, db  # those of the copy

        with self.app.app_context():
            yield db.session.get_one(Book, key)
            db.session.commit()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop with its thousand books, built once."""
    root = tmp_path_factory.mktemp("copy") / "bookshop"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns(".*", "__pycache__", "instance", "site", "tests"))
    with pytest.MonkeyPatch.context() as patch, _schema() as url:
        patch.setenv("DATABASE_URL", url)
        patch.setenv("BOOKSHOP_PASSWORD", PASSWORD)
        patch.setenv("BOOKSHOP_SECRET_KEY", "the same in each process")
        patch.syspath_prepend(str(root))
        for name in MODULES:
            patch.delitem(sys.modules, name, raising=False)
        import build  # that of the copy
        import models

        shop = Shop(root, build.create_app())
        assert "1,000 books of 120 authors" in shop.run("seed")
        shop.build()
        yield shop
        with shop.app.app_context():
            models.db.engine.dispose()
        for name in MODULES:
            sys.modules.pop(name, None)


@contextmanager
def _schema() -> Iterator[str]:
    """Gives the URL of a new schema in the database of `DATABASE_URL`; without it, nothing, which is SQLite."""
    if not os.environ.get("DATABASE_URL"):
        yield ""
        return
    server, name = sqlalchemy.make_url(os.environ["DATABASE_URL"]), f"bookshop_{os.getpid()}"
    engine = sqlalchemy.create_engine(server)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(f"CREATE SCHEMA {name}"))
    try:
        url = server.update_query_dict({"options": f"-csearch_path={name}"})
        yield url.render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text(f"DROP SCHEMA {name} CASCADE"))
        engine.dispose()


def token(html: str) -> str:
    """Returns the token of the form in a page."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', html)
    assert found, html
    return found[1]


# The database.

def test_the_database_is_that_of_the_environment(shop: Shop) -> None:
    from models import db

    with shop.app.app_context():
        assert db.engine.dialect.name == ("postgresql" if os.environ["DATABASE_URL"] else "sqlite")
    assert (shop.root / "instance" / "bookshop.sqlite").exists() == (not os.environ["DATABASE_URL"])


def test_books_come_in_one_query_with_their_authors(shop: Shop) -> None:
    from models import db
    from shop import BookRows

    with shop.app.app_context():
        keys = list(dict(BookRows().keys()))[:200]
        queries: list[str] = []
        sqlalchemy.event.listen(db.engine, "before_cursor_execute", lambda *given: queries.append(given[2]))
        rows = list(BookRows().get(keys))
    assert len(rows) == 200
    assert all(row["writer"].startswith("authors:") for row in rows)
    assert len(queries) == 1, queries


def test_a_worker_leaves_the_connections_of_its_parent(shop: Shop) -> None:
    from build import leave_connections
    from models import db

    def opened() -> Any:
        with db.engine.connect() as connection:
            return connection.connection.dbapi_connection

    with shop.app.app_context():
        inherited = opened()
        assert opened() is inherited
        leave_connections()
        assert opened() is not inherited
    inherited.cursor().execute("SELECT 1")  # it is still open, as the parent uses it
    inherited.close()


# The pages.

def test_each_row_is_a_page(shop: Shop) -> None:
    files = shop.files()
    assert sum(bool(re.fullmatch(r"books/[^/]+/index\.html", file)) for file in files) == 1000
    assert sum(bool(re.fullmatch(r"authors/[^/]+/index\.html", file)) for file in files) == 120
    assert shop.run("seed") == "The shop has 1,000 books already.\n"


def test_a_book_and_its_author_know_each_other(shop: Shop) -> None:
    book, author = shop.text("books/the-silver-winter"), shop.text("authors/ada-almond")
    assert '<a href="/authors/ada-almond/">Ada Almond</a> <span>1971</span> <span>23.10 €</span>' in book
    assert '<a href="/tags/gardens/">gardens</a>' in book
    assert '<a href="/books/the-silver-winter/">The Silver Winter</a><p>1971 · 23.10 €</p>' in author
    years = [int(year) for year in re.findall(r"<p>(\d+) ·", author)]
    assert len(years) == 9
    assert years == sorted(years)


def test_a_link_names_a_row_by_its_key(shop: Shop) -> None:
    assert '<a href="/books/the-silver-winter/">' in shop.text("about")
    assert '<a href="/authors/ada-almond/">' in shop.text("about")


def test_books_are_listed_by_title(shop: Shop) -> None:
    def titles(path: str) -> list[str]:
        return re.findall(r'<h2><a href="/books/[^"]+">([^<]+)<', shop.text(path))

    listed = titles("books") + [title for number in range(2, 21) for title in titles(f"books/page/{number}")]
    assert len(listed) == 1000
    assert listed == sorted(listed, key=str.casefold)


# Builds.

def test_a_build_without_an_edit_renders_nothing(shop: Shop) -> None:
    shop.build()
    assert shop.build()["rendered"] == []


def test_another_secret_key_renders_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.build()
    monkeypatch.setenv("BOOKSHOP_SECRET_KEY", "another")
    assert shop.build()["rendered"] == []


def test_an_edited_text_renders_its_page_and_the_search(shop: Shop) -> None:
    shop.build()
    before = shop.files()
    with shop.book("ines-and-the-library") as book:
        book.text += "\n\nWith an afterword."
    report = shop.build()
    assert [url for url in report["rendered"] if not url.startswith("/search/")] == ["/books/ines-and-the-library/"]
    assert changed(before, shop.files()) == set(report["written"])
    assert "<p>With an afterword.</p>" in shop.text("books/ines-and-the-library")


def test_an_edited_price_changes_what_shows_it(shop: Shop) -> None:
    shop.build()
    before = shop.files()
    with shop.book("one-map-for-leo") as book:
        book.cents, tags = 123_400, book.tags
    report = shop.build()
    written = changed(before, shop.files())
    assert {file for file in written if not file.startswith(("books/page/", "tags/"))} == {
        "books/one-map-for-leo/index.html", "authors/ada-almond/index.html"} | (written & {"books/index.html"})
    assert {file.split("/")[1] for file in written if file.startswith("tags/")} == set(tags)
    assert sum(file.startswith(("books/page/", "books/index")) for file in written) == 1
    assert all("1,234.00 €" in (shop.root / "site" / file).read_text("utf-8") for file in written)
    # Beside these: the author's other books, which sort those below them by a key of the row.
    assert len(report["rendered"]) < 20


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """Returns the files that are other than before."""
    return {file for file in before.keys() | after.keys() if before.get(file) != after.get(file)}


# The form.

def test_the_form_asks_for_the_password(shop: Shop) -> None:
    client = shop.app.test_client()
    for path in ("/admin/", "/admin/books/one-library-for-clara/"):
        assert client.get(path).location == "/admin/sign-in/"
    html = client.get("/admin/sign-in/").text
    assert client.post("/admin/sign-in/", data={"password": PASSWORD}).status_code == 400  # no token
    wrong = client.post("/admin/sign-in/", data={"password": "x", "csrf_token": token(html)})
    assert "This is not the password." in wrong.text
    assert client.get("/admin/").status_code == 302
    assert client.post("/admin/sign-in/", data={"password": PASSWORD, "csrf_token": token(html)}).status_code == 302
    assert "The Silver Winter" in client.get("/admin/?title=silver+winter").text
    assert client.get("/admin/books/no-such-book/").status_code == 404
    assert client.post("/admin/sign-out/", data={"csrf_token": token(client.get("/admin/").text)}).status_code == 302
    assert client.get("/admin/").status_code == 302


def test_the_form_saves_a_row(shop: Shop) -> None:
    shop.build()
    client, path = signed_in(shop), "/admin/books/one-library-for-clara/"
    html = client.get(path).text
    assert 'value="One Library for Clara"' in html
    edit = {"title": "One Library for Clara", "price": "9.95", "text": "A *new* text.", "version": "1"}
    assert client.post(path, data=edit).status_code == 400  # no token
    edit["csrf_token"] = token(html)
    assert "Number must be at least 0" in client.post(path, data={**edit, "price": "-1"}).text
    assert client.post(path, data=edit).location == "/books/one-library-for-clara/"
    assert "Somebody else has changed this book" in client.post(path, data={**edit, "price": "1"}).text
    with shop.book("one-library-for-clara") as book:
        assert (book.cents, book.version) == (995, 2)
    assert "/books/one-library-for-clara/" in shop.build()["rendered"]
    assert "<p>A <em>new</em> text.</p>" in shop.text("books/one-library-for-clara")
    assert "9.95 €" in shop.text("authors/ada-almond")


def test_a_form_that_changes_nothing_saves_nothing(shop: Shop) -> None:
    path = "/admin/books/the-mirror-and-the-garden/"
    with shop.book("the-mirror-and-the-garden") as book:
        same = {"title": book.title, "price": str(book.price), "text": book.text.replace("\n", "\r\n"), "version": "1"}
    client = signed_in(shop)
    assert client.post(path, data={**same, "csrf_token": token(client.get(path).text)}).status_code == 302
    with shop.book("the-mirror-and-the-garden") as book:
        assert book.version == 1


def test_the_form_is_not_published(shop: Shop) -> None:
    assert not [file for file in shop.files() if file.startswith("admin/")]


def signed_in(shop: Shop) -> Any:
    """Returns a client of the app that has signed in."""
    client = shop.app.test_client()
    client.post("/admin/sign-in/", data={"password": PASSWORD, "csrf_token": token(client.get("/admin/sign-in/").text)})
    return client


# The preview.

def test_the_preview_shows_an_edit_at_once(shop: Shop) -> None:
    with served(shop) as visit:
        visit("admin/sign-in/", password=PASSWORD, csrf_token=token(visit("admin/sign-in/")))
        form = visit("admin/books/the-letter-and-the-library/")
        shown = visit("admin/books/the-letter-and-the-library/", title="The Letter and the Librarian", price="7.77",
                      version="1", text="No train stops.", csrf_token=token(form))
        assert "<h1>The Letter and the Librarian</h1>" in shown
        assert "<p>No train stops.</p>" in shown
        assert "The Letter and the Librarian" in visit("authors/ada-almond/")


@contextmanager
def served(shop: Shop) -> Iterator[Callable[..., str]]:
    """Runs the preview, and gives a function that visits a page or sends a form, and returns what it sees."""
    server = subprocess.Popen([sys.executable, "-u", "build.py", "serve", "--port", "8765"], cwd=shop.root,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    try:
        home = _address(server)

        def visit(path: str, **form: str) -> str:
            sent = urllib.parse.urlencode(form).encode() if form else None
            with opener.open(home + path, sent, timeout=60) as response:
                text: str = response.read().decode()
                return text

        yield visit
    finally:
        server.terminate()
        server.communicate(timeout=60)


def _address(server: subprocess.Popen[str]) -> str:
    """Returns the address that the preview tells when it listens."""
    assert server.stdout is not None
    until, said = time.monotonic() + 120, ""
    while time.monotonic() < until and (line := server.stdout.readline()):
        said += line
        if found := re.search(r"http://\S+?/(?=\s|$)", line):
            return found[0]
    pytest.fail(f"the preview does not start: {said}")
