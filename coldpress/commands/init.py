"""`init`: writes a new site that can be built, previewed and published."""

from __future__ import annotations

import json
import os
import re
import shlex
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

import yaml

from coldpress import __version__
from coldpress.config.loader import as_language
from coldpress.config.yaml_toml import SafeLoader
from coldpress.errors import ColdpressError, Place, Problem, UsageError
from coldpress.report import Report
from coldpress.web.strings import FALLBACK, names_of

SKELETON = Path(__file__).parent / "skeleton"
KINDS = {"blog": ("blog",), "docs": ("docs",), "both": ("blog", "docs", "both")}
"""The folders of the skeleton for each kind of site.  A file of a later folder replaces one of its name."""


def init(report: Report, folder: Path, *, python: str = "python", title: str | None = None,
         language: str = "en", kind: str = "blog", host: str | None = None) -> int:
    """Writes a new site into a folder, with the workflow of a host, and returns the exit code.

    Raises `ColdpressError`, before anything is written, if one of its files
    exists already, and `UsageError` for a language that is no tag.
    """
    try:
        language = as_language(language)
    except ValueError as reason:
        raise UsageError(Problem("init.language", f"`--language {language}`: {reason.args[0]}",
                                 hint=reason.args[1])) from None
    zone = machine_timezone()
    values = {
        "title": json.dumps(title or _title_of(folder), ensure_ascii=False),
        "language": language,
        "timezone": zone,
        "date": f"{datetime.now(ZoneInfo(zone)):%Y-%m-%d}",
        "requirement": requirement(),
        "project": re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "my-site",
    }
    has_workflow = host is not None and (SKELETON / "deploy" / host).is_dir()
    parts = ("common", *KINDS[kind], *([f"deploy/{host}"] if has_workflow else []))
    files = skeleton_files(parts, {**sample_texts(language, values), **values})
    if host:
        files["config.yaml"] += f"deploy:\n  host: {host}\n"
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise ColdpressError(Problem(
            "init.exists", f"there is something already: {', '.join(f'`{name}`' for name in taken)}",
            Place(str(folder)), "choose an empty folder"))
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
    is_here = folder.resolve() == Path.cwd()
    report.line(f"A new site is in {'this folder' if is_here else folder}")
    where = "" if is_here else f"cd {shlex.quote(str(folder))} && "
    report.line(f"Look at it:  {where}{python} build.py serve")
    if host and not has_workflow:
        report.line(f"{host} is in config.yaml; it has no workflow.  `build.py deploy` sends the site once `deploy` "
                    "has a `to`.")
    return 0


def sample_texts(language: str, values: Mapping[str, str]) -> dict[str, str]:
    """Returns the texts of the sample content in a language, by name; in English if it has none.
    `%(date)` and the like in them are replaced by the values."""
    files = (SKELETON / "languages" / f"{name}.yaml" for name in (*names_of(language), FALLBACK))
    texts: Mapping[str, str] = yaml.load(next(file for file in files if file.exists()).read_text("utf-8"), SafeLoader)
    return {name: _Percent(text).safe_substitute(values) for name, text in texts.items()}


def skeleton_files(parts: Iterable[str], values: Mapping[str, str]) -> dict[str, str]:
    """Returns the files in some folders of the skeleton, by name.  `DATE`, `NAME` and `MODULE` in names and
    `%(title)` and the like in texts are replaced by the values."""
    files = {}
    for part in parts:
        for source in sorted((SKELETON / part).rglob("*")):
            if source.is_file() and "__pycache__" not in source.parts:  # pip compiles build.py
                name = source.relative_to(SKELETON / part).as_posix()
                for key in ("date", "name", "module"):
                    name = name.replace(key.upper(), values.get(key, ""))
                # Packaging leaves hidden files out, so they are kept without their dot.
                name = "/".join("." + part[4:] if part.startswith("dot-") else part for part in name.split("/"))
                files[name] = _Percent(source.read_text("utf-8")).safe_substitute(values)
    return files


class _Percent(Template):
    """A template in which `%(name)` is replaced; `$`, which shells and workflows use, is not."""

    delimiter = "%"
    pattern = r"%(?:(?P<escaped>%)|(?P<named>(?!))|\((?P<braced>[a-z_]+)\)|(?P<invalid>(?!)))"  # type: ignore[assignment]


def _title_of(folder: Path) -> str:
    words = folder.resolve().name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] or "My site"


def machine_timezone() -> str:
    """Returns the IANA name of this machine's time zone; UTC if the machine names none."""
    candidates = [os.environ.get("TZ", "").removeprefix(":")]
    try:
        candidates.append(str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2])
        candidates.append(Path("/etc/timezone").read_text("ascii").strip())
    except (OSError, ValueError):
        pass
    candidates.append(time.tzname[0])
    for name in candidates:
        if "/" in name or name == "UTC":
            try:
                return str(ZoneInfo(name.removeprefix("posix/")))
            except (OSError, ValueError):
                continue
    return "UTC"


_EXTRAS = "[preview,images]"  # with what tells the preview at once of a saved file, and what makes pictures


def requirement(extras: str = _EXTRAS) -> str:
    """Returns a line for requirements.txt that installs the running version of Coldpress, with `extras`.

    It is the source of the installation, as PEP 610 records it: a repository at its
    commit, an archive or a folder; else the release in the package index.
    """
    package, source = f"coldpress{extras}", Path(__file__).parents[2]
    try:
        recorded = distribution("coldpress").read_text("direct_url.json")
    except PackageNotFoundError:
        return f"{package} @ {source.as_uri()}"  # not installed: this very folder
    if recorded is None:
        return f"{package}~={__version__}"
    origin = json.loads(recorded)
    url: str = origin["url"]
    if "vcs_info" in origin:
        url = f"{origin['vcs_info']['vcs']}+{url}@{origin['vcs_info']['commit_id']}"
    if origin.get("subdirectory"):
        url += f"#subdirectory={origin['subdirectory']}"
    return f"{package} @ {url}"
