"""From plan to published site: all or nothing, and the same bytes everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SITE = {
    "content/posts/2026-01-02-a.md": "---\ntitle: Äpfel\ntags: [x, C++, 你]\n---\nA [b](2026-01-03-b.md) $$x^2$$",
    "content/posts/2026-01-03-b.md": "---\ntags: [y, x]\nupdated: 2026-02-03 04:05\n---\n```python\nprint(1)\n```\n",
    "content/posts/2026-01-03-c/index.md": "C.", "content/posts/2026-01-03-c/d.png": b"\x89PNG",
    "content/docs/_index.md": "D.", "content/docs/e.md": "---\nweight: 1\naliases: [/old/]\n---\nE.",
    "content/docs/f.md": "F.", "static/x.css": "x", "content/CNAME": "example.org",
}
EDITED = {"content/posts/2026-01-04-new.md": "---\ntags: z\n---\nNew.", "content/docs/f.md": None,
          "content/posts/2026-01-02-a.md": "---\ntitle: Other\n---\nOther.", "static/x.css": "other"}
BROKEN = {
    "front matter": {"content/z.md": "---\ntitle: [\n---\nZ."},
    "template": {"templates/post.html": "{{ nothing }}"},
    "clash": {"content/z.md": "---\npermalink: /docs/\n---\nZ."},
    "escape": {"content/z.md": "---\npermalink: /../z/\n---\nZ."},
    "config": {"config.yaml": "titel: x"},
    "config syntax": {"config.yaml": "title: ["},
    "route": {"build.py": "import coldpress\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n"
                           "    app.add_url_rule('/x/', 'x', lambda: 1 / 0)\n    return app\n"},
    "build.py": {"build.py": "import nothing_of_that_name\n"},
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_build_with_an_error_leaves_the_site_byte_for_byte(build_site, mistake):
    site = build_site(SITE)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (site.root / "site").rglob("*")
              if path.is_file()}
    site.edit({**EDITED, **BROKEN[mistake]})
    assert site.run("build").code == 1
    assert before == {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (site.root / "site").rglob("*")
                      if path.is_file()}
    assert not list((site.root / ".coldpress").glob("stage*"))


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_first_build_with_an_error_makes_no_site(make_site, mistake):
    site = make_site({**SITE, **BROKEN[mistake]})
    assert site.run("build").code == 1
    assert not (site.root / "site").exists()


def test_strict_publishes_nothing_when_it_warns(build_site):
    site = build_site(SITE)
    before = site.files()
    site.edit({"content/docs/e.md": "[x](nowhere.md)"})
    result = site.build("--strict")
    assert (result.code, result.data["published"], result.codes) == (1, False, ["link.broken-link"])
    assert result.problems[0]["severity"] == "error"
    assert site.files() == before


def test_all_mistakes_of_a_run_are_told_together(make_site):
    site = make_site({**SITE, "content/z.md": "---\ndate: 2026-02-31\n---\n", "templates/post.html": "\n{{ nothing }}",
                      **BROKEN["route"], "content/w.md": "[x](nowhere.md)"})
    assert [(code, path) for code, path, _ in site.build().places()] == [
        ("route.failed", "build.py"), ("link.broken-link", "content/w.md"), ("syntax.yaml", "content/z.md"),
        ("template.undefined", "templates/post.html")]


def test_what_is_edited_is_what_a_clean_build_makes(build_site):
    site = build_site(SITE)
    assert site.edit(EDITED).rebuild().code == 0
    clean = build_site({name: text for name, text in {**SITE, **EDITED}.items() if text is not None})
    assert site.files() == clean.files()


def test_the_app_serves_what_is_frozen(build_site):
    site = build_site(SITE)
    client = site.client()
    rows = site.build().data["pages"]
    assert {row["file"] for row in rows} | {".gitignore"} == set(site.files())
    for row in rows:
        assert client.get(row["url"], buffered=True, base_url="https://example.org").data == site.files()[row["file"]]


ENVIRONMENTS = [
    {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "3", "LANGUAGE": "de"},
]


def test_the_same_input_gives_the_same_bytes_on_any_machine(make_site):
    built = []
    for number, environment in enumerate(ENVIRONMENTS):
        names = sorted(SITE, reverse=number % 2 == 1)
        site = make_site({name: SITE[name] for name in names})
        for file in site.root.rglob("*"):
            os.utime(file, (1_000_000_000 + number * 10_000_000,) * 2)
        subprocess.run([sys.executable, "-m", "coldpress", "build", "--strict"], cwd=site.root, check=True,
                       env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment}, capture_output=True)
        built.append(site.files())
    assert built[0] == built[1] == built[2]
    assert len(built[0]) > 20


@pytest.mark.parametrize("config", ["base_url: https://e.org/\n", ""])
def test_no_date_of_the_build_reaches_the_output(make_site, config):
    first, second = make_site(SITE, config), make_site(SITE, config)
    first.build("--clock", "2026-05-05")
    second.build("--clock", "2027-06-06")
    assert first.files() == second.files()


def test_a_build_says_how_much_it_did(make_site):
    site = make_site(SITE)
    assert "→ site/" in site.run("build").out.splitlines()[-1]
    site.edit({"content/docs/e.md": "Edited.", "content/docs/f.md": None})
    last = site.run("build").out.splitlines()[-1]
    assert "removed" in last
    assert "unchanged" in last
