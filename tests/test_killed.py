"""Builds that are killed, that find the disk full or a cache that cannot be
written, and builds of one site at the same time: each file of the site is
wholly old or wholly new, and the next build puts all of it right.

    COLDPRESS_SEED=7 COLDPRESS_KILLS=200 COLDPRESS_POSTS=60 pytest tests/test_killed.py

is the long run.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Collection
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
from conftest import wait_until
from random_site import EDITS, OF_SOURCES, Doc
from test_random_edits import Pair, tell

from coldpress.cache.database import Database
from coldpress.commands.serve import free_port

SEED = int(os.environ.get("COLDPRESS_SEED", "1"))
KILLS = int(os.environ.get("COLDPRESS_KILLS", "4"))
POSTS = int(os.environ.get("COLDPRESS_POSTS", "10"))
LONG = KILLS > 6
REPOSITORY = Path(__file__).parents[1]
MINE = {"mine.txt": b"mine", "posts/mine.txt": b"mine too"}
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

# A build that does something at one of its steps: what it replaces, removes,
# makes, writes and commits is counted, all of it or only while it publishes.
DRIVER = """
import errno, os, shutil, signal, sqlite3, sys
from pathlib import Path
import coldpress.start
from coldpress import processes
from coldpress.cache import database
from coldpress.build import runner
from coldpress.content import read_ahead
from coldpress.build import output
from coldpress.build import workers
from coldpress.markdown import cache

what, left, where, root, *arguments = sys.argv[1:]
left, counting, main = int(left), where == "everywhere", os.getpid()

def at(step):
    global left
    if not counting or os.getpid() != main:
        return
    if left == 0 or (what == "full" and left < -1 and step != "replace"):
        left = -2
        if what == "kill":
            os.kill(main, signal.SIGKILL)
        if step == "commit":
            raise sqlite3.OperationalError("database or disk is full")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{root}/somewhere")
    left -= left > 0

def counted(function, step):
    def run(*arguments, **more):
        at(step)
        result = function(*arguments, **more)
        if what == "kill":
            at(step)
        return result
    return run

def half_written(path, data, *more, **also):
    if counting and left == 0:
        with suppress(OSError):
            (write_bytes if isinstance(data, bytes) else write_text)(path, data[:len(data) // 2], *more, **also)
    at("write")
    return (write_bytes if isinstance(data, bytes) else write_text)(path, data, *more, **also)

def run(self, work, default):
    def watched(connection):
        at("commit")
        result = work(connection)
        at("commit")
        return result
    return run_database(self, watched, default)

def publish(self):
    global counting
    counting = counting or where == "publish"
    result = publish_output(self)
    counting = counting and where != "publish"
    return result

from contextlib import suppress
write_bytes, write_text = Path.write_bytes, Path.write_text
run_database, publish_output = database.Database.run, output.Output.publish
Path.write_bytes = Path.write_text = half_written
database.Database.run, output.Output.publish = run, publish
for name in ("replace", "mkdir", "fsync", "copy_file_range") + ("unlink", "rmdir") * (what == "kill"):
    if hasattr(os, name):
        setattr(os, name, counted(getattr(os, name), name))
shutil.copyfile = counted(shutil.copyfile, "copyfile")
if what == "kill worker":
    workers.check_page = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if "2" in arguments:
    for module, few in ((runner, 10), (read_ahead, 10), (cache, 5)):
        module.FEW = few
sys.exit(coldpress.start.execute(["build", *arguments], None, root))
"""


SERVER = """
import signal, sys
from coldpress.start import execute
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(execute(sys.argv[2:], None, sys.argv[1]))
"""


class Killing(Pair):
    """A site that is edited, built in other processes, and looked at."""

    def __init__(self, folder: Path, seed: int, posts: int = POSTS) -> None:
        super().__init__(folder, seed, posts)
        if not LONG:
            self.with_few_feeds()
        assert self.again("--json").code == 0
        self.put_mine()

    def put_mine(self) -> None:
        for name, data in MINE.items():
            (self.site.output / name).parent.mkdir(parents=True, exist_ok=True)
            (self.site.output / name).write_bytes(data)

    def files(self) -> dict[str, bytes]:
        base = self.site.output
        return {path.relative_to(base).as_posix(): path.read_bytes() for path in sorted(base.rglob("*"))
                if path.is_file()}

    def edit(self, count: int, but: Collection[str] = (), and_do: Collection[str] = ()) -> None:
        """So many edits of the sources; `old` is what is published, `new` what will be."""
        self.old = self.files()
        names = [*and_do, *(name for name in self.rng.sample(OF_SOURCES, count) if name not in but)]
        self.done = [f"{name} ({EDITS[name](self.site)})" for name in names]
        anew = self.anew()
        assert anew.code == 0, anew.problems
        self.new = anew.files
        self.steps = sum(self.old.get(name) != self.new.get(name) for name in {*self.old, *self.new} - {*MINE})

    def start(self, *driver: str, jobs: int = 1) -> subprocess.Popen[bytes]:
        """Begin a build in another process: `what`, `left` and `where` of the driver."""
        words = [sys.executable, "-c", DRIVER, *driver, str(self.root), *self.site.arguments, "-j", str(jobs)]
        return subprocess.Popen(words, env=self.environment(), cwd=REPOSITORY, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COLDPRESS_")}
        return {**kept, **self.site.environment, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}

    def check_halves(self, how: str) -> None:
        """Each file is wholly old or wholly new, and mine are mine."""
        now = self.files()
        for name, data in now.items():
            known = (self.old.get(name), self.new.get(name), MINE.get(name))
            assert data in known, f"{self._told(how)}: {name} is neither old nor new"
        for name, data in self.new.items():
            if self.old.get(name) == data:
                assert name in now, f"{self._told(how)}: {name} is gone"
        assert {name: now.get(name) for name in MINE if name in self.old} == {
            name: MINE[name] for name in MINE if name in self.old}, self._told(how)

    def check_next(self, how: str) -> None:
        """The next build is a clean one's, and leaves nothing lying about."""
        again = self.again()
        if "output.busy" in again.said:  # workers of a build that was killed may hold the lock for a moment
            wait_until(lambda: "output.busy" not in self.again().said)
            again = self.again()
        assert again.code == 0, f"{self._told(how)}: {again.said}"
        mine = {name: data for name, data in MINE.items() if name in self.old}
        if again.files != {**self.new, **mine}:
            anew = type(again)(0, {}, "", {**self.new, **mine})
            raise AssertionError(f"{self._told(how)}: {self._diff(again, anew)}")
        assert not list(self.site.state.glob("stage-*")), self._told(how)
        assert not list(self.root.rglob("*.part")), self._told(how)

    def forget_all(self) -> None:
        """As before the first build."""
        for folder in (self.site.output, self.site.state):
            shutil.rmtree(folder, ignore_errors=True)

    def _told(self, how: str) -> str:
        return f"COLDPRESS_SEED={SEED} {how}, after {'; '.join(self.done)}"


@pytest.fixture
def killing(tmp_path) -> Killing:
    tell(f"COLDPRESS_SEED={SEED}")
    return Killing(tmp_path, SEED)


@posix
def test_a_build_that_is_killed_at_any_moment(killing):
    """Every other one while it publishes, the others at some step or some time."""
    site, rng, died = killing, killing.rng, []
    started = time.monotonic()
    with site.start("kill", "-1", "everywhere") as process:
        assert process.communicate() is not None
    assert process.returncode == 0
    took = time.monotonic() - started
    for number in range(KILLS):
        if number % 6 == 5:
            site.forget_all()
        site.edit(rng.randint(1, 6))
        jobs = 2 if number % 4 == 3 else 1
        if number % 2 == 0:
            how = ("kill", str(rng.randrange(2 * site.steps + 2)), "publish")
        else:
            how = ("kill", str(rng.randrange(rng.choice([10, 60, 200])) if rng.random() < 0.5 else -1), "everywhere")
        with site.start(*how, jobs=jobs) as process:
            if how[1] == "-1":
                with suppress(subprocess.TimeoutExpired):
                    process.wait(rng.uniform(0.1, 1.1) * took)
                process.kill()
            said = process.communicate()[1].decode()
        told = f"{' '.join(how)} -j {jobs}: {process.returncode}"
        assert process.returncode in (0, -signal.SIGKILL), f"{told} {said}"
        died.append((how[2], process.returncode != 0))
        site.check_halves(told)
        site.check_next(told)
        site.put_mine()
    tell(f"{sum(dead for _, dead in died)} of {KILLS} builds were killed, "
         f"{sum(dead for where, dead in died if where == 'publish')} of them while they published")
    assert sum(dead for _, dead in died) >= KILLS / 2


@posix
def test_a_disk_that_is_full_at_some_step(killing):
    """Once, or from then on."""
    site, rng, failed = killing, killing.rng, 0
    for number in range(KILLS // 2):
        site.edit(rng.randint(1, 6))
        where = "publish" if number % 2 else "everywhere"
        how = (rng.choice(["full", "once"]), str(rng.randrange(site.steps + 2 if number % 2 else 40)), where)
        with site.start(*how) as process:
            said = b"".join(process.communicate()).decode()
        told = f"{' '.join(how)}: {process.returncode}"
        failed += process.returncode != 0
        assert process.returncode in (0, 1), f"{told} {said}"
        assert "Traceback" not in said, f"{told} {said}"
        assert process.returncode == 0 or "No space left" in said, f"{told} {said}"
        if process.returncode == 0:
            assert site.files() == {**site.new, **MINE}, site._told(told)
        site.check_halves(told)
        site.check_next(told)
    assert failed


@contextmanager
def small_disk(folder: Path):
    """A file system in memory, and a function that sets its size in KiB; skips
    where none can be mounted."""
    folder.mkdir()
    mounted = sys.platform == "linux" and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=False, capture_output=True)
    if not mounted or mounted.returncode:
        pytest.skip("no file system can be mounted here (it takes Linux and root)")
    try:
        yield lambda size: subprocess.run(
            ["mount", "-o", f"remount,size={size}k", str(folder)], check=True, capture_output=True)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_disk_that_really_is_full(tmp_path):
    with small_disk(tmp_path / "disk") as resize:
        site = Killing(tmp_path / "disk", SEED, min(POSTS, 20))
        site._copy = tmp_path / "site-anew"
        failed = 0
        for _ in range(max(3, KILLS // 4)):
            if site.rng.random() < 0.4:
                site.forget_all()
            site.edit(site.rng.randint(3, 8))
            used = shutil.disk_usage(site.root).used // 1024
            resize(used + site.rng.choice([4, 16, 64, 200, 400]))
            with site.start("kill", "-1", "publish") as process:
                said = b"".join(process.communicate()).decode()
            failed += process.returncode != 0
            # The table that the site's own `create_app` makes finds no room either: that is an error of its code.
            of_own_code = "database or disk is full" in said and "CREATE TABLE IF NOT EXISTS numbers" in said
            assert of_own_code or "Traceback" not in said, said
            assert of_own_code or process.returncode == 0 or "No space left" in said, said
            site.check_halves(f"{process.returncode}: {said}")
            resize(65536)
            site.check_next(said)
            site.put_mine()
        assert failed


def test_caches_that_cannot_be_written(killing, monkeypatch):
    """Nor made: the site is built all the same, and the next build trusts none of them too far."""

    def prepare(self, file):
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, check_same_thread=False)
        connection.execute("SELECT * FROM sqlite_master").fetchall()
        return connection

    site = killing
    for number in range(max(3, KILLS // 6)):
        if number % 3 == 2:
            for file in site.site.databases():
                file.unlink()
        site.edit(4)
        with monkeypatch.context() as patch:
            patch.setattr(Database, "_prepare", prepare)
            said = site.again().said
            site.check_next("with caches that cannot be written")
        assert "The cache is not used" in said
        assert "Traceback" not in said
        site.check_next("after them")


def test_a_cache_that_fails_on_the_way(killing, monkeypatch):
    """Nothing is taken for unchanged because it could not be looked up."""
    site = killing
    for left in site.rng.sample(range(30), min(30, KILLS // 2)):
        for file in site.site.state.glob("stamp*"):  # a stamp would end the build before it has any records
            file.unlink()
        assert site.again().code == 0
        site.edit(site.rng.randint(0, 2), and_do=(
            "first_paragraph_of_newest", "clock_over_midnight", "file_of_a_route"))
        lasting = site.rng.random() < 0.7
        told = f"the caches fail {'from' if lasting else 'at'} transaction {left}"
        with monkeypatch.context() as patch:
            patch.setattr(Database, "run", failing_from(left, lasting=lasting))
            site.check_next(told)
        site.check_next(f"after {told}")


def failing_from(left: int, *, lasting: bool):
    """`Database.run` that fails in the n-th transaction of all, or from then on."""
    run, turns = Database.run, count(-left)

    def failing(self, work, default):
        def watched(connection):
            turn = next(turns)
            if turn == 0 or (lasting and turn > 0):
                raise sqlite3.OperationalError("disk I/O error")
            return work(connection)

        return run(self, watched, default)

    return failing


def test_two_builds_at_once(killing):
    """One waits or says that another is running."""
    site = killing
    for number in range(max(2, KILLS // 6)):
        site.edit(5)
        both = [site.start("kill", "-1", "publish", jobs=1 + number % 2) for _ in range(2)]
        said = [b"".join(process.communicate()).decode() for process in both]
        codes = [process.returncode for process in both]
        assert 0 in codes, said
        assert all(code == 0 or (code == 1 and "output.busy" in words)
                   for code, words in zip(codes, said, strict=True)), said
        assert site.files() == {**site.new, **MINE}, site._told("two at once")
        site.check_next("two at once")


@posix
def test_a_worker_that_is_killed(killing):
    """As by a system that is short of memory: an error, and the site stays as it was."""
    killing.edit(3)
    killing.site.bump(killing.root / "helper.py")
    killing.edit(0)
    with killing.start("kill worker", "-1", "publish", jobs=2) as process:
        said = b"".join(process.communicate(timeout=60)).decode()
    assert process.returncode == 1, said
    assert "Nothing was published" in said
    assert "Traceback" not in said, said
    tell("\n".join(line for line in said.splitlines() if line.startswith("error")))
    assert killing.files() == killing.old
    killing.check_next("a worker was killed")


@posix
def test_builds_while_the_site_is_served(killing, tmp_path):
    """Requests go on meanwhile; neither takes anything from the other."""
    site, stop, seen = killing, threading.Event(), []
    port = free_port("127.0.0.1", 20000 + os.getpid() % 10000)
    words = [sys.executable, "-c", SERVER, str(site.root), "serve", "-p", str(port), *site.site.arguments]
    with (tmp_path / "said").open("w+b") as said, subprocess.Popen(
            words, env=site.environment(), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=said) as server:
        url = re.search(r"http://\S+", server.stdout.readline().decode())[0]
        threads = [threading.Thread(target=browse, args=(url, number, stop, seen)) for number in range(2)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(max(2, KILLS // 6)):
                site.edit(4, but=("config_base_url", "config_dirs"))
                site.check_next("while it is served")
            site.site.put("about.md", Doc({"title": "About", "layout": "bare"}, "Served at last.\n"))
            wait_until(lambda: b"Served at last." in fetch(f"{url}about/"))  # which an edit may have removed
            site.edit(0)
            site.check_next("after what is served was looked at")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            server.send_signal(signal.SIGINT)
            try:
                code = server.wait(20)
            finally:
                server.kill()
        said.seek(0)
        told = said.read().decode()
    assert code == 0, told
    assert "Traceback" not in told, told[told.index("Traceback"):][:5000]
    assert set(seen) <= {200, 404, 500}
    assert seen.count(200) > len(seen) / 2


def fetch(url: str) -> bytes:
    """What is there; nothing where nothing is, yet."""
    with suppress(urllib.error.HTTPError), urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()
    return b""


def browse(url: str, seed: int, stop: threading.Event, seen: list[int]) -> None:
    """Ask for pages until told to stop."""
    rng = random.Random(seed)
    while not stop.is_set():
        page = rng.choice(["", "posts/", "about/", "tags/python/", "own/library/", "docs/", "feed.xml", "probes/all/"])
        try:
            with urllib.request.urlopen(url + page, timeout=30) as answer:
                answer.read()
                seen.append(answer.status)
        except urllib.error.HTTPError as reason:
            seen.append(reason.code)
            reason.close()
