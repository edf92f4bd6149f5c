"""`deploy`: to a branch of a real repository, by a real rsync over a real sshd, by a command, and to S3 by a script
that behaves like `aws` on a folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from getpass import getuser
from pathlib import Path

import pytest
from conftest import missing, wait_until

from coldpress.deploy.changes import Found, changes_of
from coldpress.deploy.git_branch import GitBranch
from coldpress.deploy.manifest import NAME, Entry, digest_of_file, manifest_of, read_manifest
from coldpress.deploy.programs import Programs
from coldpress.deploy.rsync import RsyncFolder
from coldpress.deploy.s3 import S3Bucket
from coldpress.deploy.secrets import Secrets
from coldpress.errors import ColdpressError

URL = "base_url: https://example.org/\nsearch: false\nfeeds: false\n"
SITE = {"content/about.md": "Me.", "content/notes/a.txt": "Notes.", "content/用/z.txt": "Text.", "content/a b.txt": "x"}
NOW = datetime(2026, 11, 29, tzinfo=UTC)
on_windows = pytest.mark.skipif(sys.platform == "win32", reason="there is neither rsync nor a script without an ending")


@pytest.fixture(autouse=True)
def _no_settings(tmp_path_factory, monkeypatch):
    """Git's settings of whoever runs the tests do not count."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path_factory.getbasetemp() / "no-such-file"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))]:
        monkeypatch.delenv(name)


def git(folder, *words, **more):
    done = subprocess.run(["git", "-c", "user.name=Ann", "-c", "user.email=a@example.org", *words], cwd=folder,
                          capture_output=True, check=True, encoding="utf-8", **more)
    return done.stdout


def built(site):
    """The files of a site that were built, and none that are ours in the folder."""
    return {name: data for name, data in site.files().items() if name != ".gitignore"}


def rsynced(folder):
    """The files of a target folder, without the manifest."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != NAME}


# A branch of git.

@pytest.fixture
def pages(tmp_path):
    """A bare repository."""
    git(tmp_path, "init", "-q", "--bare", "pages.git")
    return tmp_path / "pages.git"


def branch(pages, name="gh-pages"):
    """The files of a branch with their texts."""
    names = [name for name in git(pages, "ls-tree", "-r", "-z", "--name-only", name).split("\0") if name]
    return {each: subprocess.run(["git", "cat-file", "blob", f"{name}:{each}"], cwd=pages, capture_output=True,
                                 check=True).stdout for each in names}


def commit_of_ann(pages, files, name="gh-pages"):
    """Somebody else pushes a commit."""
    work = pages.parent / "work"
    shutil.rmtree(work, ignore_errors=True)
    if git(pages, "branch", "--list", name):
        git(pages.parent, "clone", "-q", "--branch", name, str(pages), "work")
    else:
        git(pages.parent, "init", "-q", "-b", name, "work")
    for file, text in files.items():
        (work / file).parent.mkdir(parents=True, exist_ok=True)
        (work / file).write_text(text, "utf-8")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Ann's")
    git(work, "push", "-q", str(pages), name)


@pytest.fixture
def deployed(make_site, pages):
    """A site that was deployed to the branch of a repository."""
    site = make_site(SITE, f"{URL}deploy: {{to: 'git+{pages.as_posix()}'}}\n")
    result = site.run("deploy")
    assert (result.code, result.err) == (0, "")
    return site


def test_the_branch_gets_the_files_of_the_site_and_nothing_else(deployed, pages):
    files = branch(pages)
    assert files.pop(NAME)
    assert files == built(deployed)
    assert git(pages, "log", "--format=%an %s", "gh-pages") == "Coldpress Publish https://example.org/\n"
    assert "→ branch gh-pages of" in deployed.results[-1].out.splitlines()[-1]


def test_only_what_changed_is_committed_and_what_is_gone_is_removed(deployed, pages):
    deployed.edit({"content/about.md": "You.", "content/notes/a.txt": None})
    said = deployed.run("deploy", "--json").data
    assert (said["changed"], said["new"], said["removed"]) == (
        ["about/index.html"], [], ["notes/a.txt"])
    status = git(pages, "show", "--format=", "--name-status", "gh-pages").splitlines()
    assert {line.replace("\t", " ") for line in status} == {
        f"M {NAME}", "M about/index.html", "D notes/a.txt"}
    again = deployed.run("deploy")
    assert (again.code, again.out.startswith("Nothing changed")) == (0, True)
    assert len(git(pages, "log", "--format=%h", "gh-pages").split()) == 2


def test_a_dry_run_tells_what_would_be_sent_and_removed_and_sends_nothing(deployed, pages):
    before = git(pages, "rev-parse", "gh-pages")
    config = (deployed.root / "config.yaml").read_text("utf-8").replace("{to", "{host: nginx, to")
    deployed.edit({"content/about.md": None, "content/notes/a.txt": None, "content/new.md": "New.",
                   "config.yaml": config})
    (deployed.root / "url-history.txt").unlink()
    lines = deployed.run("deploy", "--dry-run").out.splitlines()
    assert lines[:-1] == [
        "would send new/index.html", "would send again index.html", "would send again sitemap.xml",
        "would remove about/index.html", "would remove notes/a.txt",
        "1 page's URL no longer exists:", "  /about/",
        "To redirect it, put `aliases: [/about/]` into the front matter of the page that replaces it.",
        "For nginx, not sent: .coldpress/host/nginx.conf"]
    assert lines[-1].startswith("Would send 3 files (1 new, 2 changed), 2 removed in ")
    said = deployed.run("deploy", "--dry-run", "--json").data
    assert (said["deployed"], said["removed_urls"]) == (False, ["/about/"])
    assert git(pages, "rev-parse", "gh-pages") == before


def test_files_of_others_on_the_branch_stay(deployed, pages):
    commit_of_ann(pages, {"CNAME": "ann.example.org", "docs/mine.html": "mine"})
    deployed.edit({"content/about.md": "You."})
    assert deployed.run("deploy").code == 0
    files = branch(pages)
    assert (files["CNAME"], files["docs/mine.html"]) == (b"ann.example.org", b"mine")
    assert files["about/index.html"] == deployed.files()["about/index.html"]
    assert git(pages, "log", "--format=%s", "gh-pages").splitlines()[1] == "Ann's"


def test_what_somebody_else_put_or_changed_is_not_replaced_without_a_word(deployed, pages):
    commit_of_ann(pages, {"new/index.html": "Ann's", "notes/a.txt": "Ann's"})
    deployed.edit({"content/new.md": "Mine.", "content/notes/a.txt": None})
    refused = deployed.run("deploy", "--json")
    assert (refused.code, refused.codes) == (1, ["deploy.foreign"])
    deployed.edit({"content/new.md": None})
    left = deployed.run("deploy")
    assert (left.code, "left alone: notes/a.txt" in left.out) == (0, True)
    assert branch(pages)["notes/a.txt"] == b"Ann's"
    deployed.edit({"content/new.md": "Mine.", "content/notes/a.txt": "Again."})
    assert deployed.run("deploy").code == 1
    assert deployed.run("deploy", "--adopt").code == 0
    files = branch(pages)
    del files[NAME]
    assert files == built(deployed)


def test_a_branch_with_files_that_nobody_marked_is_refused(make_site, pages):
    commit_of_ann(pages, {"README.md": "Sources.", "about/index.html": "Old."}, "main")
    site = make_site(SITE, f"{URL}deploy: {{to: 'git+{pages.as_posix()}#main'}}\n")
    refused = site.run("deploy")
    assert (refused.code, "error[deploy.unmarked]" in refused.err, "--adopt" in refused.err) == (1, True, True)
    assert set(branch(pages, "main")) == {"README.md", "about/index.html"}
    assert site.run("deploy", "--adopt").code == 0
    files = branch(pages, "main")
    assert (files["README.md"], files["about/index.html"]) == (b"Sources.", site.files()["about/index.html"])


def test_a_push_that_comes_meanwhile_is_never_lost(pages, tmp_path):
    site = write(tmp_path / "site", {"index.html": "1"})
    for name in ("gh-pages", "new"):
        if name == "gh-pages":
            commit_of_ann(pages, {"CNAME": "x"})
        with ExitStack() as stack:
            target = GitBranch(Programs(Secrets({})), str(pages), name, tmp_path, stack)
            changes = changes_of(site, target.look(), "https://example.org/", NOW, adopt=True)
            commit_of_ann(pages, {"CNAME": "ann.example.org"}, name)
            with pytest.raises(ColdpressError) as refused:
                target.send(tmp_path / "site", changes)
        assert refused.value.problems[0].code == "deploy.moved"
        assert branch(pages, name) == {"CNAME": b"ann.example.org"}


def test_a_deploy_writes_the_urls_into_the_ledger_and_a_dry_run_does_not(make_site, pages):
    site = make_site({"content/about.md": "Me."}, f"{URL}deploy: {{to: 'git+{pages.as_posix()}'}}\n")
    ledger = site.root / "url-history.txt"
    site.run("deploy", "--dry-run")
    assert not ledger.exists()
    assert "url-history.txt: " in site.run("deploy").out
    first = ledger.read_text("utf-8")
    assert "/about/" in first
    site.edit({"content/about.md": None, "content/me.md": "---\nid: about.md\n---\nMe."})
    assert site.run("deploy").code == 0
    assert set(ledger.read_text("utf-8").splitlines()) > set(first.splitlines())
    assert "/me/" in branch(pages)["about/index.html"].decode(), "it redirects"
    before = ledger.read_bytes()
    assert site.run("deploy").out.startswith("Nothing changed")
    assert ledger.read_bytes() == before


def test_a_style_sheet_that_was_replaced_stays_on_the_target_for_a_week(make_site, pages):
    config = f"{URL}deploy: {{to: 'git+{pages.as_posix()}'}}\n"
    site = make_site({"content/about.md": "Me."}, config)
    assert site.run("deploy", "--clock", "2026-12-01").code == 0
    before = {file for file in site.files() if file.startswith("theme/theme.")}
    site.edit({"config.yaml": f"{config}theme: {{accent: '#a00'}}\n"})
    said = site.run("deploy", "--json", "--clock", "2026-12-02").data
    assert (set(said["kept"]), said["removed"]) == (before, [])
    assert set(branch(pages)) == {*built(site), *before, NAME}
    said = site.run("deploy", "--dry-run", "--clock", "2026-12-08").out
    assert "would keep theme/theme." in said and " until 2026-12-09" in said
    assert set(site.run("deploy", "--json", "--clock", "2026-12-10").data["removed"]) == before
    assert set(branch(pages)) == {*built(site), NAME}


def test_the_site_s_repository_says_where_github_pages_are(make_site, pages):
    site = make_site(SITE, f"{URL}deploy: {{to: github-pages}}\n")
    assert site.run("deploy", "--json").codes == ["deploy.jekyll"]
    site.edit({"config.yaml": f"{URL}deploy: {{to: github-pages, host: github-pages}}\n"})
    assert site.run("deploy", "--json").codes == ["deploy.failed"]
    git(site.root, "init", "-q")
    git(site.root, "remote", "add", "origin", os.path.relpath(pages, site.root))
    git(site.root, "config", "http.https://example.org/.extraheader", "AUTHORIZATION: basic abcdefgh")
    git(site.root, "add", "config.yaml")
    git(site.root, "commit", "-q", "-m", "First")
    git(pages, "config", "uploadpack.allowFilter", "true")
    index = (site.root / ".git/index").read_bytes()
    assert site.run("deploy").code == 0
    source = git(site.root, "rev-parse", "--short", "HEAD").strip()
    assert git(pages, "log", "-1", "--format=%s", "gh-pages").endswith(f"example.org/ from {source} with changes\n")
    assert ((site.root / ".git/index").read_bytes(), git(site.root, "status", "--short", "config.yaml")) == (index, "")
    site.edit({"content/about.md": "You."})
    git(site.root, "add", "-A")
    git(site.root, "commit", "-q", "-m", "Second")
    assert site.run("deploy", "-v").code == 0
    source = git(site.root, "rev-parse", "--short", "HEAD").strip()
    assert git(pages, "log", "-1", "--format=%s", "gh-pages") == f"Publish https://example.org/ from {source}\n"
    assert "gh-pages" not in git(site.root, "branch", "-a")


# rsync.

def wants_rsync():
    """Skips a test where there is no rsync that can do it: macOS has an older one."""
    told = subprocess.run(["rsync", "--version"], capture_output=True, text=True, check=False) if shutil.which(
        "rsync") else None
    if told is None or "openrsync" in told.stdout or not re.search(r"version v?3\.[1-9]", told.stdout):
        missing("there is no rsync 3.1")


def listens(port):
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    """A running sshd, that lets in whoever runs the tests: its port, and the ssh that reaches it."""
    server = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")
    if not server:
        missing("there is no sshd")
    wants_rsync()
    folder = tmp_path_factory.mktemp("sshd")
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
    port = free_port()
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n"
        "StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\n", "utf-8")
    (folder / "ssh").write_text(
        f"Host web\n HostName 127.0.0.1\n Port {port}\nHost *\n User {getuser()}\n IdentityFile {folder}/user\n"
        f" IdentitiesOnly yes\n UserKnownHostsFile {folder}/known\n StrictHostKeyChecking no\n LogLevel ERROR\n",
        "utf-8")
    with subprocess.Popen([server, "-D", "-e", "-f", folder / "config"], stderr=subprocess.DEVNULL) as running:
        try:
            wait_until(lambda: listens(port))
            yield port, f"ssh -F {folder}/ssh"
        finally:
            running.terminate()


@on_windows
def test_rsync_over_ssh_sends_what_changed_and_removes_what_it_sent(make_site, sshd, tmp_path, monkeypatch):
    monkeypatch.setenv("RSYNC_RSH", sshd[1])
    monkeypatch.setenv("WEB_FOLDER", str(tmp_path / "web"))
    target = tmp_path / "web"
    target.mkdir()
    (target / "index.html").write_text("Debian's default page")
    site = make_site(SITE, f"{URL}deploy: {{to: 'ssh://127.0.0.1:{sshd[0]}$WEB_FOLDER'}}\n")
    assert site.run("deploy", "--json").codes == ["deploy.unmarked"]
    first = site.run("deploy", "--adopt")
    assert (first.code, first.err) == (0, "")
    assert rsynced(target) == built(site)
    (target / "mine.txt").write_text("mine")
    (target / "notes/mine.txt").write_text("mine")
    site.edit({"content/about.md": "You.", "content/notes/a.txt": None, "content/用/z.txt": None,
               "config.yaml": f"{URL}deploy: {{to: 'web:{target}/'}}\n"})
    said = site.run("deploy", "--json").data
    assert (said["changed"], said["removed"]) == (["about/index.html"],
                                                 ["notes/a.txt", "用/z.txt"])
    assert rsynced(target) == {**built(site), "mine.txt": b"mine", "notes/mine.txt": b"mine"}
    assert not (target / "用").exists()
    assert oct((target / "about/index.html").stat().st_mode)[-3:] == "644"


@on_windows
def test_rsync_to_a_daemon(make_site, tmp_path):
    wants_rsync()
    port, target = free_port(), tmp_path / "web"
    target.mkdir()
    owner = f"uid = {os.getuid()}\ngid = {os.getgid()}\n" if os.getuid() == 0 else ""
    (tmp_path / "conf").write_text(f"use chroot = no\n{owner}[www]\npath = {target}\nread only = no\n")
    site = make_site(SITE, f"{URL}deploy: {{to: 'rsync://127.0.0.1:{port}/www/blog/'}}\n")
    with subprocess.Popen(["rsync", "--daemon", "--no-detach", "--address=127.0.0.1", f"--port={port}",
                           f"--config={tmp_path / 'conf'}"]) as daemon:
        try:
            wait_until(lambda: listens(port))
            assert (site.run("deploy").code, site.results[-1].err) == (0, "")
        finally:
            daemon.terminate()
    assert rsynced(target / "blog") == built(site)


def test_a_program_that_is_not_there_is_told(make_site, monkeypatch):
    site = make_site(SITE, f"{URL}deploy: {{to: 'ann@example.org:www'}}\n")
    monkeypatch.setenv("PATH", "")
    assert site.run("deploy", "--json").codes == ["deploy.missing"]


# The targets without a build.

AWS = """\
#!{python} -IS
import json, os, shutil, sys
from pathlib import Path
count = Path(os.environ["FAKE_AWS"] + ".count")
turn = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(turn))
if turn == int(os.environ.get("FAIL_AT", "0")):
    sys.exit("Killed")
words = [word for word in sys.argv[1:] if word not in ("--recursive", "--only-show-errors")]
place = lambda url: Path(os.environ["FAKE_AWS"]) / url.removeprefix("s3://")
if words[:2] == ["s3", "ls"]:
    bucket, found = place(words[2].split("/")[2]), place(words[2])
    files = [file for file in sorted(found.rglob("*")) if file.is_file()] if found.exists() else []
    for file in files:
        print(f"2026-11-29 10:00:00 {{file.stat().st_size:10}} {{file.relative_to(bucket).as_posix()}}")
    sys.exit(0 if files else 1)
if words[:2] == ["s3", "cp"]:
    source, target = (place(word) if word.startswith("s3://") else Path(word) for word in words[2:])
    target.parent.mkdir(parents=True, exist_ok=True)
    if "--recursive" in sys.argv:
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)
if words[:2] == ["s3api", "delete-objects"]:
    removed = json.loads(Path(words[words.index("--delete") + 1].removeprefix("file://")).read_text())
    for each in removed["Objects"]:
        (place(words[words.index("--bucket") + 1]) / each["Key"]).unlink()
"""


@pytest.fixture
def aws(tmp_path, monkeypatch):
    """A script named `aws` that behaves like Amazon's on a folder; it fails in the call with the number FAIL_AT."""
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin/aws"
    script.write_text(AWS.format(python=sys.executable), "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_AWS", str(tmp_path / "s3"))
    return tmp_path / "s3"


def write(folder, files):
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return {name: digest_of_file(folder / name) for name in files}


def sent(make_target, folder, files, now=NOW, **more):
    """Sends files to a target; gives the changes."""
    digests = write(folder, files)
    with ExitStack() as stack:
        target = make_target(Programs(Secrets({})), stack)
        changes = changes_of(digests, target.look(), "https://example.org/", now, **more)
        if not changes.is_empty:
            target.send(folder, changes)
    return changes


FIRST = {"index.html": "1", "x.css": "1", "#x": "1", ";y": "1", "-z": "1", "it's $x & y.txt": "1",
         "a": "file", "b/c/index.html": "1", "用/z.txt": "1", "b/y": "1"}
SECOND = {"index.html": "2", "x.css": "2", "a/index.html": "now a folder", "b": "now a file", "n/new.html": "2",
          "n/new.png": "2"}


def of_rsync(folder):
    return lambda programs, stack: RsyncFolder(programs, str(folder), None, stack)


def of_s3(programs, stack):
    return S3Bucket(programs, "bucket", "blog/", stack)


@on_windows
@pytest.mark.parametrize("kind", ["rsync", "s3"])
def test_a_file_becomes_a_folder_and_a_folder_a_file(kind, tmp_path, aws):
    if kind == "rsync":
        wants_rsync()
    target = tmp_path / "web" if kind == "rsync" else aws / "bucket/blog"
    make = of_rsync(target) if kind == "rsync" else of_s3
    sent(make, tmp_path / "site", FIRST)
    assert set(rsynced(target)) == set(FIRST)
    if kind == "s3":  # there, one key hinders no other; in the folder of our script it does
        return
    sent(make, tmp_path / "site", SECOND)
    assert rsynced(target) == {name: text.encode() for name, text in SECOND.items()}
    assert sent(make, tmp_path / "site", SECOND).is_empty
    assert not [path for path in target.rglob("*") if path.is_dir() and not any(path.iterdir())]


@on_windows
def test_a_deploy_that_fails_in_any_call_can_be_repeated(tmp_path, aws, monkeypatch):
    """And it removes then what it no longer needs, files that only the failed one had sent too."""
    target, site = aws / "bucket/blog", tmp_path / "site"
    second = {**SECOND, "a/index.html": None, "b": None}
    second = {name: text for name, text in second.items() if text}
    third = {"index.html": "3", "x.css": "3"}
    sent(of_s3, site, FIRST)
    (target / "mine.txt").write_text("mine")
    aws.rename(tmp_path / "first")
    turn = 0
    while True:
        turn += 1
        shutil.rmtree(aws, ignore_errors=True)
        shutil.copytree(tmp_path / "first", aws)
        Path(f"{aws}.count").write_text("0")
        monkeypatch.setenv("FAIL_AT", str(turn))
        try:
            sent(of_s3, site, second)
            break
        except ColdpressError as reason:
            assert reason.problems[0].code == "deploy.failed"
        monkeypatch.delenv("FAIL_AT")
        files = second if turn % 2 else third
        sent(of_s3, site, files)
        assert rsynced(target) == {**{name: text.encode() for name, text in files.items()}, "mine.txt": b"mine"}
    assert turn == 8  # seven calls: list, read the manifest, claim, assets, pages, remove, write the manifest


@on_windows
def test_new_files_come_first_then_pages_and_removals_last(tmp_path, aws):
    calls = []

    class Noted(S3Bucket):
        def _run(self, what, *words):
            calls.append((what, set(rsynced(aws))))
            return super()._run(what, *words)

    sent(of_s3, tmp_path / "site", FIRST)
    sent(lambda programs, stack: Noted(programs, "bucket", "blog/", stack), tmp_path / "site",
         {"new.png": "", "new.html": ""})
    assert [what.split()[0] for what, _ in calls] == ["fetch", "send", "send", "send", "remove", "send"]
    there = [{"new.png", "new.html"} & {name.rpartition("/")[2] for name in files} for _, files in calls]
    assert there == [set(), set(), set(), {"new.png"}, {"new.png", "new.html"}, {"new.png", "new.html"}]
    assert "bucket/blog/x.css" in calls[4][1]
    assert "bucket/blog/x.css" not in calls[5][1]


@on_windows
def test_s3_by_the_whole_command(make_site, aws):
    site = make_site(SITE, f"{URL}deploy: {{to: 's3://bucket'}}\n")
    assert (site.run("deploy").code, site.results[-1].err) == (0, "")
    assert rsynced(aws / "bucket") == built(site)
    (aws / "bucket/about/index.html").unlink()
    assert site.run("deploy", "--json").data["new"] == ["about/index.html"]
    assert site.run("deploy", "--all", "--json").data["changed"] == sorted(built(site))


def test_the_manifest_names_no_path_and_a_damaged_one_is_told():
    manifest = manifest_of({"secret/index.html": Entry("00"), "old.css": Entry("11", 5)}, "https://example.org/")
    assert "secret" not in manifest.dumps()
    again = read_manifest(manifest.dumps())
    assert (again, again.of("old.css"), again.of("x")) == (manifest, Entry("11", 5), None)
    for text in ("", "[]", "{}", '{"kind": "x"}', manifest.dumps().replace('"11"', "null"), manifest.dumps()[:-9]):
        if text:
            assert text != manifest.dumps()
    with pytest.raises(ColdpressError) as refused:
        changes_of({}, Found({"x": None}, is_damaged=True), "https://example.org/", NOW)
    assert refused.value.problems[0].code == "deploy.manifest"
    with pytest.raises(ColdpressError) as refused:
        changes_of({}, Found({}, manifest), "https://other.example.org/", NOW)
    assert refused.value.problems[0].code == "deploy.other-site"
    with pytest.raises(ColdpressError) as refused:
        changes_of({"a/b": "00"}, Found({"a": None}, manifest), "https://example.org/", NOW)
    assert refused.value.problems[0].code == "deploy.blocked"


# A command.

TELL = """\
import os
for name in ("SENT", "REMOVED"):
    print(name, *open(os.environ[f"DEPLOY_{name}"], encoding="utf-8").read().splitlines())
print(os.environ["DEPLOY_BASE_URL"], os.path.isfile(os.path.join(os.environ["DEPLOY_FOLDER"], "index.html")))
print("with", os.environ["SITE_TOKEN"], "at https://ann:hunter2@example.org/")
raise SystemExit(int(os.environ.get("FAIL", "0")))
"""


def test_a_command_is_told_what_changed_and_no_secret_is_shown(make_site, monkeypatch):
    command = json.dumps(f'"{Path(sys.executable).as_posix()}" tell.py')
    site = make_site({**SITE, "tell.py": TELL}, f"{URL}deploy: {{command: {command}}}\n")
    monkeypatch.setenv("SITE_TOKEN", "s3cr3t-value")
    first = site.run("deploy")
    assert (first.code, first.err) == (0, "")
    lines = first.out.splitlines()
    assert lines[:3] == [f"SENT {' '.join(sorted(built(site)))}", "REMOVED", "https://example.org/ True"]
    assert lines[3] == "with *** at https://***@example.org/"
    site.edit({"content/about.md": "You.", "content/notes/a.txt": None})
    monkeypatch.setenv("FAIL", "3")
    failed = site.run("deploy")
    assert (failed.code, "error[deploy.failed]" in failed.err, "exit code 3" in failed.err) == (1, True, True)
    monkeypatch.delenv("FAIL")
    assert site.run("deploy").out.splitlines()[:2] == ["SENT about/index.html", "REMOVED notes/a.txt"]
    assert site.run("deploy").out.startswith("Nothing changed")


@on_windows
def test_an_interrupted_deploy_says_so(make_site):
    site = make_site(SITE, f"{URL}deploy: {{command: 'sleep 0.3; kill -INT $PPID'}}\n")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored below a shell in the background
    try:
        said = site.run("deploy", "--json")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (said.code, said.codes) == (130, ["deploy.interrupted"])
    site.edit({"config.yaml": f"{URL}deploy: {{command: 'true'}}\n"})
    assert site.run("deploy").code == 0


def test_a_hashed_name_stays_for_a_week(tmp_path):
    old, new, day = "x.a123456789.css", "x.b123456789.css", timedelta(days=1)
    site = {"index.html": "00", new: "11"}
    there = {"index.html": None, old: None}
    manifest = manifest_of({"index.html": Entry("00"), old: Entry("22")}, "https://example.org/")
    first = changes_of(site, Found(there, manifest), "https://example.org/", NOW)
    assert (first.removed, list(first.kept), first.new) == ([], [old], [new])
    there[new] = None
    for days, removed in ((0, []), (6, []), (8, [old])):
        later = changes_of(site, Found(there, first.after), "https://example.org/", NOW + days * day)
        assert (later.removed, later.is_empty) == (removed, not removed)
    back = changes_of({"index.html": "00", old: "22"}, Found(there, first.after), "https://example.org/", NOW + day)
    assert (back.sent, list(back.kept)) == ([], [new])
    assert back.after.of(old) == Entry("22")


def test_a_command_runs_after_the_site_was_sent(make_site, pages, monkeypatch):
    command = json.dumps(f'"{Path(sys.executable).as_posix()}" tell.py')
    site = make_site({**SITE, "tell.py": TELL}, f"{URL}deploy: {{to: 'git+{pages.as_posix()}', command: {command}}}\n")
    monkeypatch.setenv("SITE_TOKEN", "s3cr3t-value")
    monkeypatch.setenv("FAIL", "3")
    failed = site.run("deploy")
    assert (failed.code, failed.out.startswith("SENT "), "the site was sent" in failed.err) == (1, True, True)
    assert branch(pages)
    monkeypatch.delenv("FAIL")
    assert site.run("deploy").out.startswith("Nothing changed")
    assert site.run("deploy", "--all").out.startswith("SENT ")


# What is refused, and what is hidden.

@pytest.mark.parametrize(("deploy", "code"), [
    ("", "deploy.no-target"), ("{host: nginx}", "deploy.no-target"), ("{to: github-page}", "deploy.to"),
    ("{to: 'C:/www'}", "deploy.to"), ("{to: 'ftp://example.org/x'}", "deploy.to"),
    ("{to: 'ssh://example.org'}", "deploy.to"),
    ("{to: '-oProxyCommand=x:/y'}", "deploy.to"), ("{to: 'a@-x:/y'}", "deploy.to"), ("{to: 'ssh://-x/y'}", "deploy.to"),
    ("{to: 's3://'}", "deploy.to"), ("{to: 'git+x#a b'}", "deploy.to"), ("{to: 'git+nowhere'}", "deploy.failed"),
    ("{to: 'git+https://ann:hunter2@example.org/x.git'}", "deploy.secret"),
    ("{to: 'git+https://${NO_SUCH}@example.org/x.git'}", "deploy.variable"),
    ("{to: [x]}", "config.value"), ("{command: ''}", "config.value")])
def test_a_target_that_is_none(make_site, deploy, code):
    site = make_site(SITE, f"{URL}deploy: {deploy}\n")
    result = site.run("deploy")
    assert (result.code, f"error[{code}]" in result.err) == (1, True), result.err
    assert "hunter2" not in result.err + result.out
    assert "Traceback" not in result.err


def test_warnings_and_errors_send_nothing(make_site, pages):
    site = make_site({**SITE, "content/bad.md": "[x](no.md)"}, f"{URL}deploy: {{to: 'git+{pages.as_posix()}'}}\n")
    result = site.run("deploy", "--json")
    assert (result.code, result.codes, result.data["deployed"]) == (1, ["link.broken-link"], False)
    assert "Nothing was sent" in result.err
    site.edit({"config.yaml": f"{URL}deploy: {{to: 'git+{pages.as_posix()}'}}\ntitel: x\n"})
    assert site.run("deploy", "--json").codes == ["config.unknown-key", "link.broken-link"]
    assert git(pages, "branch", "--list") == ""


def test_a_token_in_a_url_is_printed_nowhere(make_site, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "gh_0123456789/+")
    site = make_site(SITE, URL + "deploy: {to: 'git+http://x:${MY_TOKEN}@127.0.0.1:1/x.git'}\n")
    for flags in ((), ("-v",), ("--json",)):
        result = site.run("deploy", *flags)
        assert result.code == 1
        assert "deploy.failed" in result.err + result.out
        assert "gh_0123" not in result.err + result.out


@pytest.mark.parametrize(("text", "shown"), [
    ("to https://token@example.org/a and ssh://git@example.org/a",
     "to https://***@example.org/a and ssh://git@example.org/a"),
    ("ftp://ann:pass@example.org", "ftp://ann:***@example.org"),
    ("Authorization: Bearer abc", "Authorization: Bearer ***"),
    ("/x?X-Amz-Signature=abc&a=b", "/x?X-Amz-Signature=***&a=b"), ("key line 2!", "key ***"), ("a%2Fb%2Fc%2Fd", "***"),
    ("the value of PWD is /home/ann/site", "the value of PWD is /home/ann/site")])
def test_secrets_are_hidden(text, shown):
    secrets = Secrets({"SSH_PRIVATE_KEY": "line 1!\nline 2!\n", "DEPLOY_TOKEN": "a/b/c/d", "PWD": "/home/ann/site",
                       "MONKEY": "the value", "API_KEY": "key"})
    assert secrets.hide(text) == shown
