"""The random site on disk: its words, sources and files, drawn from a seeded `random.Random`."""

from __future__ import annotations

import io
import json
import os
import posixpath
import random
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from random_site.initial_code import FACTS, FILES, IN_AN_APP, NOT_IN_AN_APP, build_in_an_app
from random_site.initial_templates import PROBES, TEMPLATES

WORDS = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "文字", "言葉", "写真", "旅行",
    "café", "naïve", "Größe"]
TAGS = [
    "python", "Python", "flask", "C++", "C#", "C", "Machine Learning", "machine-learning", "機械学習", "中文", "a/b",
    "Œuvre", "!!!", "lang", "lang/python", "lang/c", "lang/c/89"]
CATEGORIES = ["News", "news", "C++", "旅行", "Long form"]
SERIES = ["one", "two", "三"]
ORIGIN = date(2025, 1, 1)
CLOCK = datetime(2026, 3, 1, 10, 30)
PHOTOS = ("photo.png", "trip/photo.webp", "posts/photo.gif", "docs/photo.jpg")
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x07\0\0\0\x05 mark 0000"
MARK = re.compile(rb"mark \d{4}")

CONFIG: dict[str, Any] = {
    "title": "A site by chance", "description": "What falls.", "author": "Ann", "language": "en",
    "timezone": "Europe/Berlin", "paginate": 5, "collections": ["posts", "notes"],
    "taxonomies": ["tags", "categories", "series"], "permalinks": {"notes": "/n/<year>/<slug>/"},
    "menu": [{"Posts": "/posts/"}, {"About": "about.md"}, {"Later": "later.md"}, {"Books": "/books/"},
             {"Elsewhere": "https://example.com/"}, {"Part": "about.md#part-1"},
             {"Written": ["about.md", {"Deep": [{"One": "docs/guide/one.md"}, "later.md"]}]}],
    "edit_url": "https://git.example/edit/<path>", "theme": {"backlinks": True}, "feeds": {"limit": 4}, "llms": True,
    "hashed_static": True,
    "plugins": ["gadgets"], "params": {"colour": "red", "shown": True, "deep": {"a": 1}, "list": ["x", "y"]}}

def _toml(value: Any) -> str:
    """A value as TOML writes it: as JSON does, but for tables."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(part)}' for key, part in value.items())} }}"
    return json.dumps(value, ensure_ascii=False, default=str)


@dataclass
class Doc:
    """A Markdown source: front matter and body."""

    front: dict[str, Any]
    body: str
    toml: bool = False

    def text(self) -> str:
        if not self.front:
            return self.body
        if not self.toml:
            return f"---\n{yaml.safe_dump(self.front, allow_unicode=True, sort_keys=False, width=1000)}---\n{self.body}"
        lines = [f"{key} = {_toml(value)}\n" for key, value in self.front.items()]
        return f"+++\n{''.join(lines)}+++\n{self.body}"


@dataclass
class RandomSite:
    """A site on disk that knows what is in it.

    `build` builds it once more in between, with more arguments, and gives the
    exit code; `other_state` is the state folder of its last clean build.
    """

    root: Path
    rng: random.Random
    posts: int
    base_url: str | None = "https://example.org/"
    build: Callable[..., int] = lambda *_: 0
    other_state: Path | None = None
    docs: dict[str, Doc] = field(default_factory=dict)
    gone: list[tuple[str, Doc]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    clock: datetime = CLOCK
    environment: dict[str, str] = field(default_factory=dict)
    mounted: bool = False
    output_name: str = "site"

    def __post_init__(self) -> None:
        self.numbers = count(1)
        self.config = json.loads(json.dumps(CONFIG))
        self.config["base_url"] = self.url(self.base_url)
        self.dirs = {"content": "content", "templates": "templates", "static": "static"}
        self.write_all()

    # On disk.

    @property
    def base(self) -> Path:
        """The site's own folder."""
        return self.root / IN_AN_APP[1] if self.mounted else self.root

    @property
    def state(self) -> Path:
        return self.base / ".coldpress"

    @property
    def output(self) -> Path:
        return self.base / self.output_name

    @property
    def arguments(self) -> list[str]:
        """What every build of the site as it is now is told."""
        return ["--clock", self.clock.isoformat(), *sorted(self.flags)]

    def path(self, kind: str, name: str = "") -> Path:
        """A file of the content, the templates or `static/`."""
        return self.base / self.dirs[kind] / name

    def write(self, file: Path, data: str | bytes) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())

    def save(self, source: str) -> str:
        self.write(self.path("content", source), self.docs[source].text())
        return source

    def put(self, source: str, doc: Doc) -> str:
        self.docs[source] = doc
        return self.save(source)

    def drop(self, source: str) -> Doc:
        doc = self.docs.pop(source)
        self.unlink(self.path("content", source))
        return doc

    def unlink(self, file: Path) -> None:
        """Remove a file and the folders that leaves empty."""
        file.unlink()
        while not any(file.parent.iterdir()):
            file = file.parent
            file.rmdir()

    def save_config(self, comment: str = "") -> None:
        names = {f"{kind}_dir": name for kind, name in self.dirs.items() if kind != name}
        names |= {"output_dir": self.output_name} if self.output_name != "site" else {}
        text = yaml.safe_dump({**self.config, **names}, allow_unicode=True, sort_keys=False)
        self.write(self.base / "config.yaml", comment + text)

    def number(self, name: str, value: int, file: str = "data/numbers.sqlite") -> None:
        """Write a number into a database that own routes ask."""
        self.root.joinpath(file).parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(self.root / file)) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, number INTEGER)")
            connection.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?)", (name, value))

    def bump(self, file: Path, *, keep_time: bool = False) -> None:
        """Another mark of the same size, at the same time if wanted."""
        stat, data = file.stat(), file.read_bytes()
        mark = f"mark {self.rng.randrange(1, 10_000):04}".encode()
        assert MARK.search(data), f"{file} has no mark"
        file.write_bytes(MARK.sub(mark, data, count=1))
        if keep_time:
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def toggle_route(self, text: str) -> str:
        """Put a route into build.py, or take it out."""
        file = self.root / "build.py"
        code = file.read_text("utf-8")
        mark = '\n    @app.get("/ask/")'
        self.write(file, code.replace(text, "", 1) if text in code else code.replace(mark, text + mark, 1))
        return "gone" if text in code else "there"

    def templates(self) -> list[str]:
        folder = self.path("templates")
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    def assets(self) -> list[str]:
        folder = self.path("content")
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")
                      if path.is_file() and path.suffix != ".md")

    def photos(self) -> list[str]:
        """The assets that are pictures of which variants are made, if they are not damaged."""
        return [name for name in self.assets() if posixpath.basename(name).startswith("photo")]

    def photo(self, name: str) -> bytes:
        """A small picture that is always another one, in the format that its name says; some are animated."""
        rng, out = self.rng, io.BytesIO()
        size = rng.randint(10, 40), rng.randint(10, 40)
        images = [Image.frombytes("RGB", (2, 2), rng.randbytes(12)).resize(size) for _ in range(2)]
        kind = posixpath.splitext(name)[1][1:].lower().replace("jpg", "jpeg")
        frames = {"save_all": True, "append_images": images[1:]} if kind == "gif" and rng.random() < 0.5 else {}
        images[0].save(out, kind.upper(), **frames)
        return out.getvalue()

    def published(self) -> list[Path]:
        """The files of the last build into the output folder that is wanted now."""
        return sorted(path for path in self.output.rglob("*") if path.is_file() and path.name != ".gitignore")

    def databases(self) -> list[Path]:
        return sorted(self.state.glob("*.sqlite"))

    def url(self, base: str | None) -> str | None:
        """A base URL for the site where it is mounted."""
        return base and base.rstrip("/") + (IN_AN_APP[0] if self.mounted else "") + "/"

    # What is in it.

    def sources(self, *folders: str) -> list[str]:
        """Sources that may be changed in any way: no indexes and no probes."""
        return [source for source in sorted(self.docs)
                if not source.startswith("probes/") and posixpath.basename(source) not in
                ("index.md", "_index.md", "README.md") and (not folders or source.startswith(folders))]

    def any(self, *folders: str) -> str:
        return self.rng.choice(self.sources(*folders))

    def any_indexed(self) -> str:
        """Any source but the probes."""
        return self.rng.choice([source for source in sorted(self.docs) if not source.startswith("probes/")])

    # Made by chance.

    def words(self, least: int, most: int) -> str:
        return " ".join(self.rng.choices(WORDS, k=self.rng.randint(least, most)))

    def title(self) -> str:
        words = self.words(1, 4).capitalize()
        return self.rng.choice([words, words, f"{words} `code` & <b>", f"“{words}” 第{self.rng.randint(1, 99)}回",
                                f"{words}: *emphasis* {self.rng.randint(1, 99)}"])

    def day(self, first: int = 0, last: int = 415) -> date:
        return ORIGIN + timedelta(days=self.rng.randint(first, last))

    def date(self) -> str | date:
        day = self.day()
        return self.rng.choice([day, day.isoformat(), f"{day} {self.rng.randrange(24):02}:{self.rng.randrange(60):02}",
                                f"{day}T12:00:00+09:00", f"{day.year}年{day.month}月{day.day}日"])

    def link(self, source: str) -> str:
        """A link as one may stand in a body, a wrong one too."""
        rng = self.rng
        others = sorted({*self.docs, *self.assets()}) or ["about.md"]
        other = rng.choice(others)
        there = posixpath.relpath(other, posixpath.dirname(source) or ".").replace(" ", "%20")
        root = self.url(self.base_url or "https://example.org/")
        target = rng.choice([
            there, there, f"{there}#part-1", f"{there}?x=1#no-such-part", f"/{other.replace(' ', '%20')}", "#part-1",
            "#nope", f"missing-{rng.randint(1, 5)}.md", f"{there[:-4]}.md", "/posts/", "/tags/python/", "/archive/",
            "/nowhere/", "/books/sicp/", "/own/library/", "../", f"{root}about/", f"{root}later/", "later.md",
            "https://example.com/x", "/was/", "/about/#part-2", "trip/", "/docs/guide/"])
        if rng.random() < 0.2:
            return f'<a href="{target}">{self.words(1, 2)}</a>'
        return f"[{self.words(1, 2)}]({target})"

    def image(self, source: str) -> str:
        images = [name for name in self.assets() if name.endswith((".png", ".svg"))] or ["none.png"]
        images = self.rng.choice([images, self.photos() or images])
        there = posixpath.relpath(self.rng.choice(images), posixpath.dirname(source) or ".")
        mark = self.rng.choice(["!", "!", "!", ""])  # a link to the file itself is one in four
        return f"{mark}[{self.words(1, 2)}]({self.rng.choice([there, there, 'no.png', '/logo.svg'])})"

    def paragraph(self, source: str) -> str:
        rng = self.rng
        words = [self.words(3, 12)]
        if rng.random() < 0.4:
            words.append(self.link(source))
        if rng.random() < 0.1:
            words.append(self.image(source))
        if rng.random() < 0.1:
            words.append(rng.choice(["**strong**", "`code`", "$$a^2$$", "H~2~O", "~~no~~", "$$\\frac{1$$", "<i>k</i>"]))
        return " ".join(words) + "."

    def body(self, source: str, *, heading: bool = False) -> str:
        rng = self.rng
        parts = [f"# {self.title()}"] if heading else []
        parts += [self.paragraph(source)]
        if rng.random() < 0.25:
            parts += [self.paragraph(source), "<!-- more -->"]
        for number in range(1, rng.randint(1, 4)):
            parts += [f"## Part {number}" + rng.choice(["", "", " {#own}" if number == 1 else ""]),
                      self.paragraph(source)]
        parts += rng.choices([
            "```py\nx = 1\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "- one\n- two", "> quoted", "> [!NOTE]\n> Noted.",
            "Said.[^1]\n\n[^1]: Noted.", "- [x] done", "$$\nx^2\n$$"], k=rng.randint(0, 2))
        return "\n\n".join([*parts, "Last mark 0000."]) + "\n"

    def front(self, *, post: bool) -> dict[str, Any]:
        rng = self.rng
        made: dict[str, Callable[[], Any]] = {
            "title": self.title, "date": self.date, "tags": lambda: rng.sample(TAGS, rng.randint(1, 3)),
            "categories": lambda: [rng.choice(CATEGORIES)], "series": lambda: rng.choice(SERIES),
            "slug": lambda: f"s{next(self.numbers)}", "permalink": lambda: f"/fixed/{next(self.numbers)}/",
            "aliases": lambda: [f"/old/{next(self.numbers)}/"], "draft": lambda: True,
            "publish_date": self.soon, "expiry_date": self.soon, "unlisted": lambda: True,
            "weight": lambda: rng.randint(1, 9), "summary": lambda: self.words(2, 5), "updated": self.date,
            "description": lambda: self.words(2, 5), "image": lambda: rng.choice(["logo.svg", "no.png", "/logo.svg"]),
            "authors": lambda: rng.choice([["Bo"], ["Bo", "Ce"], "Dee", "ann"]),
            "lang": lambda: rng.choice(["de", "ar"]),
            "layout": lambda: rng.choice(["rich", "near" if post else "bare", "bare", "toc", "wanted"]),
            "toc": lambda: False, "note": lambda: self.words(1, 2), "block": lambda: f"blocks/{self.either()}.html"}
        often = {"title": 0.8, "date": 0.5 if post else 0.15, "tags": 0.6, "categories": 0.3, "series": 0.15,
                 "layout": 0.35, "block": 0.2, "note": 0.2, "updated": 0.15, "summary": 0.15, "draft": 0.05,
                 "publish_date": 0.05, "expiry_date": 0.05, "unlisted": 0.06, "toc": 0.05, "lang": 0.06}
        return {key: make() for key, make in made.items() if rng.random() < often.get(key, 0.1)}

    def either(self) -> str:
        return self.rng.choice(["one", "two"])

    def soon(self) -> str:
        """A moment a few days round the clock."""
        return (self.clock + timedelta(hours=self.rng.randint(-72, 96))).isoformat(timespec="minutes")

    def post_name(self) -> str:
        number = next(self.numbers)
        return self.rng.choice([f"posts/{self.day()}-p{number}.md", f"posts/{self.day()}-p{number}.md",
                                f"posts/2025/p{number}.md", f"posts/{self.day()}-文字{number}.md",
                                f"notes/{self.day()}-n{number}.md", f"posts/{self.day()} É ü {number}.md"])

    def page_name(self) -> str:
        number = next(self.numbers)
        return self.rng.choice([
            f"docs/page{number}.md", f"docs/guide/page{number}.md", f"page{number}.md",
            f"docs/guide/deep/頁{number}.md", f"docs/plain/page{number}.md", f"日本/頁 {number}.md"])

    def new(self, source: str, **front: Any) -> str:
        """Write a new source."""
        doc = Doc({**self.front(post=source.startswith(("posts/", "notes/"))), **front}, "")
        doc.body = self.body(source, heading="title" not in doc.front and self.rng.random() < 0.7)
        doc.toml = self.rng.random() < 0.15
        return self.put(source, doc)

    def write_all(self) -> None:
        self.write_code()
        self.write_templates()
        self.write_content()
        self.save_config()

    def write_code(self) -> None:
        for name, data in FILES.items():
            self.write((self.base if name.startswith("static/") else self.root) / name, data)
        if self.mounted:
            self.write(self.root / "build.py", build_in_an_app())
        for name, data in FACTS.items():
            self.write(self.base / name, data)
        for name, number in (("one", 1), ("two", 2)):
            self.number(name, number)

    def write_templates(self) -> None:
        for name, text in TEMPLATES.items():
            self.write(self.path("templates", name), text)
        for name, text in PROBES.items():
            if not (self.mounted and name in NOT_IN_AN_APP):
                front = {"title": f"The {name}", "layout": f"probes/{name}", "weight": 1}
                self.write(self.path("templates", f"probes/{name}.html"), text)
                self.put(f"probes/{name}.md", Doc(front, "x\n"))

    def write_content(self) -> None:
        for name in ("logo.svg", "trip/map.png", "trip/in/pic.svg", "docs/plan.png", "posts/p.png",
                     "posts/2025-03-03-walk/walk.png"):
            self.write(self.path("content", name), PNG)
        self.write(self.path("content", "CNAME"), "mark 0000\n")  # a host reads it as text
        for name in PHOTOS:
            self.write(self.path("content", name), self.photo(name))
        self.write(self.path("content", "words.txt"), "words mark 0000\n")
        self.write(self.path("templates", "components/badge.html"), "<b>{{ body }} mark 0000</b>")
        self.put("shown.md", Doc({"title": "Shown"}, "[[Known by name]], [[About#Part 1|it]], :badge[x], "
                                 "![Logo](logo.svg), ![A photo](photo.png), "
                                 "![Moving](posts/photo.gif), ![Known](trip/photo.webp){width=20}.\n\n"
                                 '::include{file="words.txt"}\n\n:::badge\nWithin.\n:::\n\nLast mark 0000.\n'))
        self.write(self.path("content", "said.txt"), "said mark 0000\n")
        self.put("spoken.md", Doc({"title": "Spoken"}, '--8<-- "said.txt"\n\n- in a list\n\n    --8<-- "words.txt"\n'))
        names = [self.post_name() for _ in range(self.posts)] + [self.page_name() for _ in range(10 + self.posts // 10)]
        self.docs.update((name, Doc({}, "")) for name in names)  # so that links find them
        self.new("about.md", title="About", aliases=["/was/"], draft=False, layout="bare")
        self.new("docs/guide/one.md", title="One", draft=False)
        self.new("docs/plain/three.md")
        self.new("docs/readme/README.md", title="Read me", draft=False)
        self.new("docs/readme/beside.md")
        for index in ("posts/_index.md", "docs/_index.md", "docs/guide/_index.md", "docs/guide/deep/_index.md",
                      "trip/index.md", "posts/2025-03-03-walk/index.md"):
            self.put(index, Doc({"title": f"Index of {index}"}, self.body(index)))
        for name in names:
            self.new(name)
        for number in range(4):  # some on which nothing can fall
            source = self.new(f"posts/2026-02-{20 + number}-sure{number}.md", draft=False, unlisted=False)
            for key in ("publish_date", "expiry_date", "date"):
                self.docs[source].front.pop(key, None)
            self.save(source)
