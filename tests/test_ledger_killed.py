"""The ledger of URLs is whole and has all its lines, whatever ends the program that writes it; and plain
builds leave it as it is.

    COLDPRESS_SEED=7 COLDPRESS_KILLS=50 pytest tests/test_ledger_killed.py

is the long run.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from conftest import REPOSITORY
from test_killed import DRIVER, posix
from test_url_history import LEDGER, SITE, URL, lines, rename

from coldpress.errors import Problems
from coldpress.sources.ledger import read_ledger

SEED = int(os.environ.get("COLDPRESS_SEED", "1"))
KILLS = int(os.environ.get("COLDPRESS_KILLS", "4"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}

WRITER = """
import sys
from pathlib import Path
from coldpress.sources.ledger import Fact, add_facts
folder, first = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for number in range(first, first + 100_000, 50):
    add_facts(folder, [Fact(f"/p/{each}/", f"p/{each}.md") for each in range(number, number + 50)], folder)
"""

IMPORTED = """
import sys
from coldpress.start import execute
execute(["build", "-q"], None, sys.argv[1])
names = {name.rpartition(".")[2] for name in sys.modules if name.startswith("coldpress.")}
print(sorted(names & {"ledger", "moves", "owners", "kept_urls"}))
"""


def facts(folder: Path) -> frozenset[object]:
    """The facts of a ledger in which every line is one, in their order."""
    problems = Problems()
    found = read_ledger(folder, problems)
    assert not list(problems)
    said = [line for line in (folder / LEDGER).read_text("utf-8").splitlines() if not line.startswith("#")]
    assert said == sorted(set(said))
    assert found is not None
    return found.facts


@posix
def test_a_writer_that_is_killed_at_any_moment(tmp_path):
    rng, before = random.Random(SEED), frozenset()
    for number in range(2 * KILLS):
        words = [sys.executable, "-c", WRITER, str(tmp_path), str(number * 1_000_000)]
        with subprocess.Popen(words, env=ENVIRONMENT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout and writer.stdout.readline()
            with suppress(subprocess.TimeoutExpired):
                writer.wait(rng.uniform(0.005, 0.1))
            writer.kill()
        if (tmp_path / LEDGER).exists():
            now = facts(tmp_path)
            assert now >= before, "a line is lost"
            before = now
    assert before
    assert {path.name for path in tmp_path.iterdir()} <= {LEDGER, f"{LEDGER}.part"}


@posix
def test_a_build_that_publishes_and_is_killed(make_site):
    site, rng, died = make_site(SITE, URL), random.Random(SEED), 0
    assert site.build("--publish").code == 0
    before = facts(site.root)
    names = {number: f"p{number}" for number in range(1, 7)}
    for turn in range(KILLS):
        number = rng.randint(1, 6)
        day, names[number] = f"content/posts/2026-01-0{number}-", f"q{turn}"
        rename(site, next((site.root / "content/posts").glob(f"2026-01-0{number}-*")).relative_to(site.root).as_posix(),
               f"{day}q{turn}.md")
        words = [sys.executable, "-c", DRIVER, "kill", str(rng.randrange(90)), "everywhere", str(site.root),
                 "--publish", "-j", "1"]
        died += subprocess.run(words, env=ENVIRONMENT, cwd=REPOSITORY, capture_output=True, check=False).returncode != 0
        now = facts(site.root)
        assert now >= before, "a line is lost"
        before = now
        result = site.build()
        assert [problem for problem in result.problems if problem["code"] == "url.lost"] == []
        assert result.code == 0
    assert died
    assert site.build("--publish").problems == []
    assert not list(site.root.glob("*.part"))


def test_plain_builds_add_no_line(make_site):
    site, rng = make_site(SITE, URL), random.Random(SEED)
    site.build("--publish")
    before = lines(site)
    stat = (site.root / LEDGER).stat()
    for turn in range(max(3, KILLS)):
        posts = sorted((site.root / "content/posts").glob("2026-01-*"))
        rename(site, rng.choice(posts).relative_to(site.root).as_posix(),
               f"content/posts/2026-01-{rng.randint(1, 28):02}-r{turn}.md", lambda text: text + "More.\n")
        site.edit({f"content/d{turn}.md": "---\ndraft: true\n---\nx", f"content/n{turn}.md": f"# New {turn}"})
        result = site.build(*rng.sample(["-D", "-F", "--expired"], rng.randint(0, 3)))
        assert (result.code, [problem["code"] for problem in result.problems]) == (0, [])
    assert (lines(site), (site.root / LEDGER).stat()) == (before, stat)


def test_a_site_without_a_ledger_imports_nothing_of_it(make_site):
    site = make_site({"content/a.md": "# A"}, URL)
    words = [sys.executable, "-c", IMPORTED, str(site.root)]
    said = [subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout.splitlines()[-1]]
    site.run("urls", "--accept")
    said += [subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout.splitlines()[-1]]
    assert said == ["[]", "['kept_urls', 'ledger', 'moves', 'owners']"]
