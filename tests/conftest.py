"""Whole small sites: written, built, edited, built again."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import flask
import pytest
from werkzeug.test import Client

import coldpress
from coldpress.build.context import BuildContext, find_factory
from coldpress.config.loader import RunOptions
from coldpress.paths import plain_name
from coldpress.preview.server import Preview
from coldpress.preview.watcher import ChangeScanner
from coldpress.report import Report
from coldpress.start import execute

BUILD_PY = """\
import coldpress


def create_app():
    return coldpress.create_app(__file__)
"""
REPOSITORY = Path(__file__).parents[1]
SHARED = Path(os.environ.get("COLDPRESS_SHARED") or REPOSITORY.parent / "shared")

collect_ignore = [] if os.environ.get("COLDPRESS_LONG") else ["test_hosts_tools.py"]  # it fetches packages
PROPERTY = ("test_audit", "test_bounds", "test_commonmark", "test_corpora", "test_damage", "test_github",
            "test_hostile", "test_image_fuzz", "test_image_quality", "test_killed", "test_ledger_killed",
            "test_markup_fuzz", "test_output_links", "test_preview_edits", "test_random_edits", "test_records",
            "test_sandbox", "test_saved_meanwhile")
BROWSER = ("test_browser", "test_preview_browser", "test_search_browser", "test_theme_browser", "test_pictures_browser",
           "test_untrusted_browser")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its kind: property and browser by its file (or property
    by its own mark), site when it writes a folder, else unit."""
    for item in items:
        file, writes = item.path.stem, {"tmp_path", "tmp_path_factory"} & set(getattr(item, "fixturenames", ()))
        if not item.get_closest_marker("property"):
            item.add_marker("property" if file in PROPERTY else "browser" if file in BROWSER else
                            "site" if writes else "unit")


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Ask again and again until a condition holds; fail when it does not in so many seconds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited for {seconds} seconds"
        time.sleep(0.02)


def shown(urls: Iterable[str]) -> set[str]:
    """URLs, those of files of the theme and of `static/` without the hashes in their names."""
    return {plain_name(url) or url if {"theme", "static"} & set(url.split("/")) else url for url in urls}


@dataclass
class Result:
    """What one run of a command gave: exit code, what it said, its JSON."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def problems(self) -> list[dict[str, Any]]:
        return self.data["problems"]

    @property
    def rendered(self) -> set[str]:
        """The URLs that were requested in this build; those of the theme's files without their hashes."""
        return shown(self.data["rendered"])

    @property
    def codes(self) -> list[str]:
        return [problem["code"] for problem in self.problems]

    def places(self) -> list[tuple[str, str | None, int | None]]:
        """Code, file and line of every problem."""
        return [(problem["code"], *((problem["place"]["path"], problem["place"]["line"])
                                    if problem["place"] else (None, None))) for problem in self.problems]


@dataclass
class SiteFolder:
    """A site on disk.  `run` is the real command line on it."""

    root: Path
    capture: Any
    results: list[Result] = field(default_factory=list)

    def edit(self, files: dict[str, str | bytes | None]) -> SiteFolder:
        """Write files, or remove those that are None."""
        for name, text in files.items():
            file = self.root / name
            if text is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def run(self, *arguments: str) -> Result:
        self.capture.readouterr()
        code = execute(list(arguments), None, self.root)
        gc.unfreeze()  # what a build takes out of the collector's sight would pile up here
        said = self.capture.readouterr()
        self.results.append(Result(code, said.out, said.err))
        return self.results[-1]

    def run_alone(self, *arguments: str, **environment: str) -> Result:
        """Run the command line in a process of its own."""
        done = subprocess.run([sys.executable, "-m", "coldpress", *arguments], cwd=self.root, check=False, text=True,
                              capture_output=True, env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment})
        self.results.append(Result(done.returncode, done.stdout, done.stderr))
        return self.results[-1]

    def build(self, *arguments: str) -> Result:
        """Build, with the result as JSON."""
        return self.run("build", "--json", *arguments)

    rebuild = build

    def text(self, file: str) -> str:
        """The text of a published file; one with a hash in its name is found without it."""
        if file.partition("/")[0] in ("theme", "static") and not (self.root / "site" / file).exists():
            (file,) = [name for name in self.files() if plain_name(name) == file]
        return (self.root / "site" / file).read_bytes().decode()

    def files(self, folder: str = "site") -> dict[str, bytes]:
        """Every file below a folder with its bytes."""
        base = self.root / folder
        return {path.relative_to(base).as_posix(): path.read_bytes()
                for path in sorted(base.rglob("*")) if path.is_file()}

    def clean_copy(self) -> SiteFolder:
        """The same sources in another folder, never built."""
        folder = self.root.parent / "clean"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.root, folder, ignore=shutil.ignore_patterns(".coldpress", "site", "__pycache__"))
        return SiteFolder(folder, self.capture)

    def app(self) -> Any:
        """The site's Flask app, as `flask --app build` would make it."""
        return find_factory(self.root)()

    def client(self) -> Any:
        return self.app().test_client()


@pytest.fixture(autouse=True)
def _one_process(_turns: Iterator[int]) -> Iterator[None]:
    """Thousands of sites are built in a process that usually builds one.  Each adds its folder to `sys.path`,
    where whoever looks for packages goes through all of them.  What builds leave is in circles, and they switch
    the collector off: it would be gigabytes."""
    folders = list(sys.path)
    yield
    sys.path[:] = folders
    if next(_turns) % 100 == 0:
        gc.collect()


@pytest.fixture(scope="session")
def _turns() -> Iterator[int]:
    return count(1)


@pytest.fixture
def make_site(tmp_path: Path, capsys: pytest.CaptureFixture[str],
              monkeypatch: pytest.MonkeyPatch) -> Callable[..., SiteFolder]:
    """Write a site: files by name; a `build.py` and a `base_url` come along
    unless given."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.delenv("COLDPRESS_BASE_URL", raising=False)
    numbers = iter(range(100))

    def make(files: dict[str, str | bytes], config: str = "base_url: https://example.org/\n") -> SiteFolder:
        root = tmp_path / f"s{next(numbers)}"
        root.mkdir()
        site = SiteFolder(root, capsys)
        site.edit({"build.py": BUILD_PY, "config.yaml": config})
        if "trusted: false" not in config:  # where it would be withheld
            site.edit({"content/.well-known/x.txt": "x"})
        return site.edit(files)

    return make


def check_one_truth(site: SiteFolder) -> None:
    """`url_for("page", page=p) == p.url`, and the route answers there with that very page."""
    app = site.app()
    coldpress = app.extensions["coldpress"].site
    with app.test_request_context("/", base_url=f"http://localhost{coldpress.script_root}/"):
        for page in coldpress.library.all_pages:
            assert flask.url_for("coldpress.page", page=page) == page.url
            assert coldpress.find(page.path) is page


@pytest.fixture
def build_site(make_site: Callable[..., SiteFolder]) -> Callable[..., SiteFolder]:
    """A site written and built without a problem."""

    def build(files: dict[str, str | bytes], config: str = "base_url: https://example.org/\n") -> SiteFolder:
        site = make_site(files, config)
        result = site.build()
        assert result.code == 0, result.out
        assert set(result.codes) <= {"image.damaged"}  # many a picture of a test is a letter
        check_one_truth(site)
        return site

    return build


PREVIEWED = {"content/posts/2026-01-02-a.md": "---\ntitle: First\n---\nOne.", "content/about.md": "Me.",
             "content/pic.png": "p", "static/x.css": "old"}


class Browser:
    """Looks at a preview, which is told of what was edited since."""

    def __init__(self, folder, *, bind="127.0.0.1", public_url=None, **options):
        self.site = folder
        context = BuildContext(None, RunOptions(**options), Report(), folder.root)
        self.preview = Preview(context, bind, public_url=public_url)
        self.client = Client(self.preview)
        self.scanner = ChangeScanner()
        self.look()

    def look(self):
        watched = self.preview.watched()
        return self.scanner.scan(watched.trees, watched.files)

    def get(self, path, host="localhost:8000", **headers):
        return self.client.get(path, headers={"Host": host, **headers}, buffered=True)

    def edit(self, files):
        self.site.edit(files)
        changed = self.look()
        assert changed
        self.preview.take(changed)
        return self


@pytest.fixture
def browse(make_site):
    def start(files=PREVIEWED, config="base_url: https://example.org/\n", **options):
        return Browser(make_site(files, config), **options)

    return start


def theme_css() -> str:
    """The theme's style sheet, as a site without a config has it."""
    with tempfile.TemporaryDirectory() as folder:
        site = coldpress.create_app(folder).extensions["coldpress"].site
        return str(site.environment.get_template("theme.css").render())


@pytest.fixture
def shared() -> Path:
    """The folder with corpora and audit beside the repository."""
    if not SHARED.is_dir():
        missing("the corpora are not beside this repository")
    return SHARED


@pytest.fixture
def audit(shared: Path, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Run checks of the site audit on a folder; gives its figures."""
    home = Path(os.environ.get("AUDIT_HOME") or Path(tempfile.gettempdir()) / "site-audit")
    python = home / "venv/bin/python"
    if not python.exists():
        missing("the audit's tools are not installed")

    def run(folder: Path, base_url: str, checks: str) -> list[dict[str, Any]]:
        out = tmp_path / "audit.json"
        subprocess.run([python, shared / "audit/audit.py", folder, "--base-url", base_url, "--checks", checks,
                        "--home", home, "--json", out], check=True, capture_output=True)
        figures: list[dict[str, Any]] = json.loads(out.read_text("utf-8"))["figures"]
        return figures

    return run


def code_of(page: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The code blocks of a page of the docs: those with a file's name, and the others."""
    text = (REPOSITORY / "content" / "docs" / page).read_text("utf-8")
    blocks = re.findall(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', text, re.M | re.S)
    return {name: code for _, name, code in blocks if name}, [(kind, code) for kind, name, code in blocks if not name]


def missing(what: str) -> NoReturn:
    """Skip a test for a missing part; in CI, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and in CI nothing is skipped")
    pytest.skip(what)
