"""`deploy`: targets into which somebody else writes, and what their files and manifests may say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from conftest import missing

from coldpress.deploy.changes import WEEK, Found, changes_of
from coldpress.deploy.destinations import Destination
from coldpress.deploy.manifest import NAME, DamagedManifestError, Entry, digest_of_file, manifest_of, read_manifest
from coldpress.deploy.programs import Programs
from coldpress.deploy.rsync import RsyncFolder
from coldpress.deploy.secrets import Secrets
from coldpress.errors import ColdpressError

NOW = datetime(2026, 11, 29, tzinfo=UTC)
BASE = "https://example.org/"


@pytest.fixture
def target(tmp_path):
    """A folder of a real rsync, and what looks at it and sends a file."""
    told = subprocess.run(["rsync", "--version"], capture_output=True, text=True, check=False) if shutil.which(
        "rsync") and os.name == "posix" else None
    if told is None or "openrsync" in told.stdout or not re.search(r"version v?3\.[1-9]", told.stdout):
        missing("there is no rsync 3.1")
    site, folder = tmp_path / "site", tmp_path / "web"
    (site / "posts").mkdir(parents=True)
    folder.mkdir()
    (site / "posts/index.html").write_text("ours")

    def send(adopt=False):
        with ExitStack() as stack:
            rsync = RsyncFolder(Programs(Secrets({})), f"{folder}/", None, stack)
            digests = {"posts/index.html": digest_of_file(site / "posts/index.html")}
            changes = changes_of(digests, rsync.look(), BASE, NOW, adopt=adopt)
            rsync.send(site, changes)
            return changes

    return folder, send


def test_nothing_is_written_through_a_link_on_the_target(target, tmp_path):
    folder, send = target
    send()
    other = tmp_path / "other"
    other.mkdir()
    shutil.rmtree(folder / "posts")
    (folder / "posts").symlink_to(other)
    with pytest.raises(ColdpressError, match="in the way"):
        send()
    (folder / "posts").unlink()
    send()
    (other / "index.html").write_text("not ours")
    (folder / "posts/index.html").unlink()
    (folder / "posts/index.html").symlink_to(other / "index.html")
    send()  # rsync replaces the link itself, not what it leads to
    assert [path.read_text() for path in other.iterdir()] == ["not ours"]


def test_a_manifest_that_is_a_link_is_damaged(target, tmp_path):
    folder, send = target
    send()
    (tmp_path / "elsewhere").write_text((folder / NAME).read_text())
    (folder / NAME).unlink()
    (folder / NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ColdpressError, match="cannot be read"):
        send()
    before = (tmp_path / "elsewhere").read_text()
    send(adopt=True)
    assert ((folder / NAME).is_symlink(), (tmp_path / "elsewhere").read_text()) == (False, before)


def test_names_with_what_else_ends_lines_are_one_name(target):
    folder, send = target
    forged = folder / "a\u2028-rw-r--r--              1 2026/01/01 00:00:00 .."
    forged.mkdir(parents=True)
    (forged / "precious").write_text("x")
    name = (forged / "precious").relative_to(folder).as_posix()
    (folder / NAME).write_text(manifest_of({"../precious": Entry(""), name: Entry("")}, BASE).dumps())
    assert (send().removed, [path.name for path in folder.iterdir() if path.is_dir()]) == ([name], ["posts"])


def test_a_manifest_makes_nothing_ours_that_is_elsewhere_or_stays_for_ever():
    outside = ["../secret", "/etc/passwd", "a/../../b", "a//b", "./x", "a\nb"]
    ours = ["..x/a", "theme/theme.a123456789.css"]
    manifest = manifest_of({path: Entry("", 10 ** 15) for path in (*outside, *ours)}, BASE)
    changes = changes_of({}, Found(dict.fromkeys((*outside, *ours)), manifest), BASE, NOW)
    assert (changes.removed, changes.kept) == (ours[:1], {ours[1]: int(NOW.timestamp()) + WEEK})


def test_a_folder_with_the_manifest_s_name_is_in_the_way():
    with pytest.raises(ColdpressError, match="in the way"):
        changes_of({"a": "1"}, Found({f"{NAME}/x": None}), BASE, NOW, adopt=True)


@pytest.mark.parametrize("text", [
    "[" * 100_000, "", "\0", "[]", '{"kind": "coldpress deploy 1", "base_url": "", "files": {"a": ["x", Infinity]}}',
    json.dumps({"kind": "coldpress deploy 1", "base_url": "", "files": {"a": 1}})])
def test_a_manifest_that_is_none(text):
    with pytest.raises(DamagedManifestError):
        read_manifest(text)


@pytest.mark.parametrize("to", [
    "git+--all", "git+-x#pages", "git+#pages", "git+origin#-x", "git+origin#a..b", "-oProxyCommand=x:path",
    "user@-oProxyCommand=x:path", "ssh://-oProxyCommand=x/path", "ssh://user@-x/path", "rsync://-x/m", "s3://-x/p"])
def test_what_programs_would_take_for_an_option_is_no_target(to, tmp_path):
    with ExitStack() as stack, pytest.raises(ColdpressError) as found:
        Destination(to, None, None).target(Programs(Secrets({})), tmp_path, tmp_path, print, stack)
    assert [problem.code for problem in found.value.problems] == ["deploy.to"]


def test_a_password_with_an_at_sign_is_hidden_whole():
    assert Secrets({}).hide("https://me:p@ss@example.org/x ssh://me:a@b@example.org/") == (
        "https://***@example.org/x ssh://me:***@example.org/")


@pytest.mark.skipif(os.name != "posix", reason="a script has no ending")
def test_what_a_variable_says_is_in_no_message(tmp_path, monkeypatch):
    (tmp_path / "aws").write_text("#!/bin/sh\necho \"$*\" >&2; exit 1\n")
    (tmp_path / "aws").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("PLACE", "my-own-bucket")
    with ExitStack() as stack:
        bucket = Destination("s3://$PLACE/x", None, None).target(
            Programs(Secrets({})), tmp_path, tmp_path, print, stack)
        with pytest.raises(ColdpressError) as found:
            bucket.look()
    (problem,) = found.value.problems
    assert (bucket.name, "my-own-bucket" in str(problem.as_json()), problem.traceback) == (
        "s3://***/x/", False, "s3 ls s3://***/x/ --recursive")
