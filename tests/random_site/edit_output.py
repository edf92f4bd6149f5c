"""Edits of what was built, and of the state that is remembered of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from random_site.registry import of_output, other_edit
from random_site.site import RandomSite


@of_output
def output_deleted(site: RandomSite) -> str:
    files = site.published()
    for file in site.rng.sample(files, min(3, len(files))):
        file.unlink()
    return "3 files"


@of_output
def output_tampered_with(site: RandomSite) -> str:
    file = site.rng.choice(site.published())
    file.write_bytes(file.read_bytes() + b"more")
    return file.name


@of_output
def output_of_the_same_size(site: RandomSite) -> str:
    file = site.rng.choice([file for file in site.published() if file.stat().st_size])
    stat = file.stat()
    file.write_bytes(b"x" * stat.st_size)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return file.name


@of_output
def output_touched(site: RandomSite) -> str:
    for file in site.published():
        os.utime(file)
    return "all"


@of_output
def output_folder_deleted(site: RandomSite) -> str:
    shutil.rmtree(site.rng.choice([path for path in sorted(site.output.iterdir()) if path.is_dir()]))
    return "a folder"


@of_output
def output_all_deleted(site: RandomSite) -> str:
    shutil.rmtree(site.output)
    return "all"


@other_edit
def output_is_another_folder(site: RandomSite) -> str:
    """A new one, or that of some builds ago."""
    site.output_name = "public" if site.output_name == "site" else "site"
    site.save_config()
    return site.output_name


@of_output
def output_is_an_empty_folder(site: RandomSite) -> str:
    file = site.rng.choice(site.published())
    file.unlink()
    file.mkdir()
    return file.name


@other_edit
def state_database_deleted(site: RandomSite) -> str:
    file = site.rng.choice(site.databases())
    file.unlink()
    return file.name


@other_edit
def records_deleted(site: RandomSite) -> str:
    for file in site.state.glob("build-*.sqlite"):
        file.unlink()
    return "records"


@other_edit
def state_manifest_deleted(site: RandomSite) -> str:
    for file in site.state.glob("manifest-*"):
        file.unlink()
    _drop_other_output(site)
    return "manifest"


def _drop_other_output(site: RandomSite) -> None:
    """Without its manifest nothing in a folder is ever removed again, and what
    has gone from the site meanwhile would stay when the folder comes back."""
    shutil.rmtree(site.base / ("public" if site.output_name == "site" else "site"), ignore_errors=True)


@other_edit
def state_all_deleted(site: RandomSite) -> str:
    """All but the moves that wait to be published, which nothing else knows."""
    for path in site.state.iterdir():
        if path.name != "moves":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    _drop_other_output(site)
    return "all"


@other_edit
def state_damaged(site: RandomSite) -> str:
    file = site.rng.choice(site.databases())
    data = file.read_bytes()
    half = len(data) // 2
    file.write_bytes(site.rng.choice([b"", b"no database" * 500, data[:half], data[:half] + b"\xff" * 3000]))
    return file.name


@other_edit
def state_kept(site: RandomSite) -> str:
    """Put the databases aside, to come back after other edits."""
    shutil.rmtree(_old_state(site), ignore_errors=True)
    _old_state(site).mkdir()
    for file in site.databases():
        shutil.copy2(file, _old_state(site))
    return "databases"


@other_edit
def state_of_long_ago(site: RandomSite) -> str | None:
    if not _old_state(site).exists():
        return None
    for file in _old_state(site).iterdir():
        shutil.copy2(file, site.state)
    return "databases"


@other_edit
def state_of_one_database_of_long_ago(site: RandomSite) -> str | None:
    if not _old_state(site).exists():
        return None
    file = site.rng.choice(sorted(_old_state(site).iterdir()))
    shutil.copy2(file, site.state)
    return file.name


@other_edit
def state_of_another_machine(site: RandomSite) -> str | None:
    if site.other_state is None or not site.other_state.exists():
        return None
    shutil.rmtree(site.state)
    _drop_other_output(site)
    shutil.copytree(site.other_state, site.state)
    return "all"


def _old_state(site: RandomSite) -> Path:
    return site.root.with_name("old-state")


@other_edit
def fresh_checkout(site: RandomSite) -> str:
    """Every source has another inode and another time."""
    for path in sorted(site.root.rglob("*")):
        if path.is_file() and not path.is_relative_to(site.state) and "site" not in path.parts and (
                "public" not in path.parts):
            shutil.copyfile(path, path.with_name("copied~"))
            os.replace(path.with_name("copied~"), path)
    return "all sources"
