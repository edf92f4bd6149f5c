"""After every edit an incremental build gives what a clean one gives, byte for byte.

    COLDPRESS_SEED=7 COLDPRESS_EDITS=300 COLDPRESS_POSTS=300 pytest tests/test_random_edits.py -k one_process

is the long run.  With COLDPRESS_GO_ON=1 it goes on after a difference, and
tells all of them in the end.
"""

from __future__ import annotations

import difflib
import filecmp
import importlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from random_site import EDITS, OF_SOURCES, VALUES, Doc, RandomSite

from coldpress import recorder, start
from coldpress.build import builder, runner, user_reads, worker_pool
from coldpress.build.freezer import SiteFreezer
from coldpress.build.output import Output
from coldpress.build.plan import Plan
from coldpress.build.records import Records
from coldpress.build.user_reads import UserReads
from coldpress.content import assemble, docs_tree, read_ahead
from coldpress.markdown import cache
from coldpress.sources.files import SourceFile
from coldpress.sources.front_matter import SourceDocument

SEED = int(os.environ.get("COLDPRESS_SEED", "1"))
EDITS_WANTED = int(os.environ.get("COLDPRESS_EDITS", "0"))
POSTS = int(os.environ.get("COLDPRESS_POSTS", "18"))
LONG = bool(EDITS_WANTED or os.environ.get("COLDPRESS_LONG"))
"""Whether the ways other than one process make every file, and as many edits as they can."""
GO_ON = bool(os.environ.get("COLDPRESS_GO_ON"))
BASE_URLS = ("https://example.org/", "https://example.org/sub/path/")
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
MOMENTS = {
    "before the content is found": (assemble, "find_files", 1), "before a source is read": (SourceFile, "read", 40),
    "before it is planned": (Plan, "fill", 1), "before files are copied": (builder, "stage_copies", 1),
    "before a page": (SiteFreezer, "_build_one", 30), "before a body": (SourceDocument, "read_body", 20),
    "before it is published": (Output, "publish", 1), "before it is remembered": (Records, "save", 1),
    "before it ends": (Output, "discard", 1)}
"""Functions of the package, and how many calls of it a build makes."""
ALONE = {"state_manifest_deleted", "state_all_deleted", "state_of_another_machine"}
"""Edits after which nothing of an earlier build is removed: none may go along."""


@dataclass
class Outcome:
    """What a build gave."""

    code: int
    data: dict[str, Any]
    said: str
    files: dict[str, bytes]

    @property
    def problems(self) -> list[str]:
        return sorted(json.dumps(problem, ensure_ascii=False, sort_keys=True) for problem in self.data["problems"])

    @property
    def plan(self) -> list[str]:
        return sorted(json.dumps(page, ensure_ascii=False, sort_keys=True) for page in self.data.get("pages", ()))


def build(root: Path, output: Path, *arguments: str) -> Outcome:
    """Build a site in this process, as if nothing had been imported for it before."""
    out, err = io.StringIO(), io.StringIO()
    with forgetting_modules(root), redirect_stdout(out), redirect_stderr(err):
        code = start.execute(["build", *arguments], None, str(root))
    said = out.getvalue() if "--json" in arguments else '{"problems": []}'
    files = {path.relative_to(output).as_posix(): path.read_bytes()
             for path in sorted(output.rglob("*")) if path.is_file()}
    return Outcome(code, json.loads(said), out.getvalue() + err.getvalue(), files)


@contextmanager
def forgetting_modules(root: Path) -> Iterator[None]:
    """Forget afterwards what was imported from a site, and leave no bytecode."""
    path, written = sys.path[:], sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    filecmp.clear_cache()
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, written
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(str(root)):
                del sys.modules[name]


@contextmanager
def no_change() -> Iterator[None]:
    yield


class Pair:
    """A site built again and again, and its copies built from nothing.

    `meddling` is a context in which only the incremental builds are made.
    """

    def __init__(self, folder: Path, seed: int, posts: int, *, jobs: int = 1, meddling: Any = no_change,
                 mounted: bool = False) -> None:
        self.root, self._copy = folder / "site-again", folder / "site-anew"
        self.root.mkdir()
        self.rng = random.Random(seed)
        self._jobs = str(jobs)
        self._meddling = meddling
        self.site = RandomSite(self.root, self.rng, posts, BASE_URLS[seed % 2], mounted=mounted)
        if seed % 2:
            self.site.toggle_route(VALUES)
        self.rendered: list[str] = []
        self.site.build = self._between
        self.site.other_state = self._copy / self.site.state.relative_to(self.root)

    def with_few_feeds(self) -> Pair:
        """Of the hundreds of files that each build would make, half tell nothing more."""
        self.site.config |= {"llms": False, "feeds": {"formats": ["atom"]}}
        self.site.save_config()
        return self

    def again(self, *arguments: str) -> Outcome:
        """The incremental build."""
        with self._meddling():
            return self._build(self.root, *self.site.arguments, "-j", self._jobs, *arguments)

    def again_with(self, owner: Any, name: str, turn: int, edits: list[str]) -> tuple[int, list[str | None]]:
        """An incremental build during which, when a function is called for the
        n-th time, something is edited."""
        function, turns, done = getattr(owner, name), iter(range(-turn, 1_000_000)), []

        def watched(*arguments: Any, **more: Any) -> Any:
            if next(turns) == 0:
                done.extend(apply(self.site, edit) for edit in edits)
            return function(*arguments, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, name, watched)
            return self.again().code, done

    def anew(self) -> Outcome:
        """A clean build of a copy."""
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self.root, self._copy, ignore=shutil.ignore_patterns(".coldpress", "site", "public"))
        self._copy_moves()
        return self._build(self._copy, "--json", *self.site.arguments, "-j", "1")

    def _copy_moves(self) -> None:
        """The moves that wait to be published are no cache: they are what the author did, as the sources are."""
        moves = self.site.state / "moves"
        if moves.exists():
            other = self._copy / moves.relative_to(self.root)
            other.parent.mkdir(exist_ok=True)
            shutil.copy(moves, other)

    def difference(self, *, as_people_do: bool = True) -> str | None:
        """What differs between both, as one would want to read it.

        Half of the time the site is first built `as_people_do`, where a stamp
        may end the build at once; what is wrong is then told from memory.
        """
        plain = self.again() if as_people_do and self.rng.random() < 0.5 else None
        again, anew = self.again("--json"), self.anew()
        if plain and (plain.code, plain.files) != (again.code, again.files):
            return f"a build without --json gave {plain.code}, or other files\n{self._diff(plain, again)}"
        self.rendered = again.data.get("rendered", [])
        if anew.code != 0:
            errors = [problem for problem in anew.problems if '"severity": "error"' in problem]
            return f"the edits left a site with errors: {_lines(errors)}"
        if again.code != anew.code:
            return f"exit code {again.code} instead of {anew.code}: {_lines(again.problems)}\n{again.said}"
        if again.files != anew.files:
            return self._diff(again, anew)
        for what in ("problems", "plan"):
            one, other = getattr(again, what), getattr(anew, what)
            if one != other:
                lines = list(difflib.unified_diff(other, one, "clean", "incremental", n=0))
                return f"other {what}\n" + "\n".join(lines[:12])
        return None

    def _between(self, *arguments: str) -> int:
        return self.again(*arguments).code

    def _build(self, root: Path, *arguments: str) -> Outcome:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.site.environment.items():
                patch.setenv(name, value)
            return build(root, root / self.site.output.relative_to(self.root), *arguments)

    def _diff(self, again: Outcome, anew: Outcome) -> str:
        names = [name for name in sorted({*again.files, *anew.files}) if again.files.get(name) != anew.files.get(name)]
        head, name = f"{len(names)} files differ: {', '.join(names[:8])}\n", names[0] if names else ""
        if not (name in again.files and name in anew.files):
            return f"{head}{name} is only in the {'clean' if name in anew.files else 'incremental'} build"
        texts = [files[name].decode("utf-8", "replace").splitlines() for files in (anew.files, again.files)]
        lines = list(difflib.unified_diff(*texts, f"clean/{name}", f"incremental/{name}", lineterm="", n=1))
        return head + "\n".join([*(line[:300] for line in lines[:20]), f"({len(self.rendered)} pages were rendered)"])


def tell(text: str) -> None:
    """Say something that is seen when a test fails."""
    print(text, flush=True)  # noqa: T201


def _lines(texts: list[str]) -> str:
    return "\n".join(texts[:5])


def apply(site: RandomSite, name: str) -> str | None:
    """Do one edit; says what was done."""
    done = EDITS[name](site)
    return f"{name} ({done})" if done is not None else None


def run_edits(pair: Pair, edits: int, at_once: int) -> None:
    """So many edits, each followed by a comparison; the catalogue is gone
    through in a new order each time."""
    differences = [f"before any edit: {found}"] if (found := pair.difference()) else []
    names: list[str] = []
    for step in range(1, edits + 1):
        done: list[str] = []
        while len(done) < at_once:
            names = names or pair.rng.sample(sorted(EDITS), len(EDITS))
            if done and names[-1] in ALONE:
                break
            name = names.pop()
            done += filter(None, [apply(pair.site, name)])
            if name in ALONE:
                break
        found = pair.difference()
        if EDITS_WANTED and step % 25 == 0:
            tell(f"{step} edits, {len(pair.rendered)} pages rendered last")
        if found:
            differences.append(f"step {step}, {'; '.join(done)}: {found}")
            tell(f"COLDPRESS_SEED={SEED} {differences[-1]}\n")
            if not GO_ON:
                break
            for left in (pair.site.output, pair.site.state):
                shutil.rmtree(left, ignore_errors=True)
            pair.again()
    assert not differences, "\n\n".join([f"COLDPRESS_SEED={SEED} COLDPRESS_POSTS={pair.site.posts}", *differences])


def test_one_process(tmp_path, monkeypatch):
    """With few pages counted as many where reads are summed up, and small docs trees as large ones."""
    tell(f"COLDPRESS_SEED={SEED}")
    if POSTS < 200:
        monkeypatch.setattr(user_reads, "_MANY", 20 * (1 + SEED % 3))
    for name, entries in (("WHOLE", 3 + SEED % 20), ("_NEAR", 3), ("_FAR", 2)):
        monkeypatch.setattr(docs_tree, name, entries)
    run_edits(Pair(tmp_path, SEED, POSTS), EDITS_WANTED or (13 if LONG else 9), 1 if EDITS_WANTED else 15)


def test_saved_while_a_build_runs(tmp_path):
    """That build may show the old, the new or an error; the next one is a clean one's."""
    tell(f"COLDPRESS_SEED={SEED}")
    pair = Pair(tmp_path, SEED + 300, min(POSTS, 60))
    if not LONG:
        pair.with_few_feeds()
    pair.again()
    for step in range(max(len(MOMENTS), EDITS_WANTED // 3)):
        moment = list(MOMENTS)[step % len(MOMENTS)]
        owner, name, some = MOMENTS[moment]
        done = [apply(pair.site, edit) for edit in pair.rng.sample(OF_SOURCES, 2)]
        code, meanwhile = pair.again_with(owner, name, pair.rng.randrange(some), pair.rng.sample(OF_SOURCES, 5))
        found = pair.difference()
        told = f"COLDPRESS_SEED={SEED} step {step}, {done} before, {meanwhile} {moment} (exit code {code})"
        assert found is None, f"{told}: {found}"
        assert code in (0, 1), told


def test_mounted_in_an_app(tmp_path):
    tell(f"COLDPRESS_SEED={SEED}")
    pair = Pair(tmp_path, SEED + 200, min(POSTS, 60), mounted=True)
    if not LONG:
        pair.with_few_feeds()
    run_edits(pair, EDITS_WANTED // 5 or (4 if LONG else 3), 1 if EDITS_WANTED else 10)


@pytest.mark.parametrize("method", ["spawn"] + ["fork"] * (sys.platform == "linux"))
def test_many_processes(tmp_path, method):
    """In a process of its own: one that has threads, as pytest's may, must not fork."""
    words = [sys.executable, "-c", MANY, str(tmp_path), method]
    paths = os.pathsep.join(str(folder) for folder in (Path(__file__).parent, Path(__file__).parents[1]))
    done = subprocess.run(words, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False)
    tell(done.stdout)
    assert done.returncode == 0, done.stderr[-5000:]


MANY = """
import sys
from pathlib import Path
from test_random_edits import many_processes
many_processes(Path(sys.argv[1]), sys.argv[2])
"""


def many_processes(folder: Path, method: str) -> None:
    """Few pages counted as many, so that other processes render them."""
    tell(f"COLDPRESS_SEED={SEED}")
    worker_pool.start_method = lambda: method
    runner.FEW = read_ahead.FEW = 10
    cache.FEW = 5
    pair = Pair(folder, SEED + 100, POSTS, jobs=2)
    if not LONG:
        pair.with_few_feeds()
    run_edits(pair, EDITS_WANTED or (3 if LONG else 2), 1 if EDITS_WANTED else 10)


# The test of the test: what is not recorded is missed.

LIKELY = {
    "meta": ["title_of_newest"], "body": ["body_of_about"], "summary": ["first_paragraph_of_newest"],
    "url": ["slug_of_newest", "slug_of_about"], "params": ["mood"] * 8,
    "text": ["body_of_about"],
    "path": ["later_comes_or_goes"], "source": ["later_comes_or_goes"], "asset": ["logo_comes_or_goes"],
    "items": ["new_newest"], "list": ["new_newest"], "near": ["new_newest"],
    "section": ["index_of_guide", "index_of_guide"], "members": ["new_page", "index_of_guide"],
    "term": ["tag_never_used_before"], "nav": ["config_menu", "index_of_guide"],
    "related": ["tags_of_another"] * 6,
    "referring": ["fields_of_notes", *["fields_of_a_note"] * 8, "fields_of_notes", *["fields_of_a_note"] * 8],
    "backlinks": ["link_to_about_comes_or_goes"], "data": ["data_of_templates"],
    "link": ["later_comes_or_goes"], "template": ["template_of_posts"],
    "version": ["static_changed"], "config": ["config_params"], "clock": ["clock_over_midnight"],
    "shard": ["body_at_the_end"],
    "name": ["named_page_comes_or_goes"], "image": ["picture_of_another_size"] * 4,
    "variant": ["photo_changed"],
    "included": ["snippet", "included_file"],
    "file": ["file_of_a_route"], "folder": ["folder_of_a_route"], "environment": ["environment_variable"],
    "plugin": [*["gadgets_of_a_page"] * 3, "code_of_a_plugin", "options_of_a_plugin"],
    "site": ["other_site_comes_or_goes", "other_site", "other_site"],
    "rows": ["queries_come_or_go", *["row_in_the_database"] * 4],
    "value": ["number_in_the_database"], "volatile": ["volatile_route_comes_or_goes", "number_in_the_database"]}
"""The edits that show best that a kind is not recorded."""


@pytest.mark.parametrize("kind", [kind for kind in recorder.KINDS if kind != "card"])  # test_social_cards has that
def test_a_kind_that_is_not_recorded_is_found_out(tmp_path, monkeypatch, kind):
    @contextmanager
    def dropping() -> Iterator[None]:
        read, settled = recorder.read, UserReads.settled
        with monkeypatch.context() as patch:
            patch.setattr(recorder, "read", lambda what, name: None if what == kind else read(what, name))
            patch.setattr(UserReads, "settled", lambda self, entry, reads: tuple(
                key for key in settled(self, entry, reads) if key[0] != kind))
            yield

    pair = Pair(tmp_path, 5, 8, meddling=dropping)
    if kind != "shard":  # of hundreds of files that each build would make, none tells more
        pair.site.config |= {"search": False, "llms": False, "feeds": {"formats": ["atom"]}}
        pair.site.save_config()
    if kind == "text":  # a page that reads it and nothing else of a source
        shown = '{% set found = library.by_source("about.md") %}{{ found.document.body if found }}'
        pair.site.write(pair.site.path("templates", "probes/document.html"), shown)
        pair.site.put("probes/document.md", Doc({"title": "A document", "layout": "probes/document"}, "x\n"))
    if kind == "original":  # a link to the file of a picture, which would be left out
        pair.site.config |= {"images": {"originals": False}}
        pair.site.save_config()
        pair.site.put("probes/original.md", Doc({"title": "An original"}, "[In full](../photo.png)\n"))
    others = pair.rng.sample(sorted(EDITS), len(EDITS))
    pair.again("--json")
    found = None
    for name in [*LIKELY.get(kind, []), *others]:
        if found:
            break
        done = apply(pair.site, name)
        found = pair.difference(as_people_do=False) if done else None
        tell(f"{kind}: {done}: {(found or 'the same').splitlines()[0]}")
    assert found, f"without `{kind}` nothing is missed"
    assert "the edits left a site with errors" not in found
