"""Writes the stamp of a build (see `cache.build_stamp`), so that the next build ends at once if nothing changed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import coldpress
from coldpress.audit_hook import package_folders
from coldpress.build.builder import Builder
from coldpress.build.context import BuildContext
from coldpress.build.record_rows import KeyRow
from coldpress.build.staleness import NEVER
from coldpress.cache import build_stamp
from coldpress.cache.file_stamps import Snapshot, stamp_of
from coldpress.config.loader import Config
from coldpress.config.themes import find_theme
from coldpress.loaded_code import own_candidates, own_files
from coldpress.paths import LEDGER, STATE
from coldpress.sources.files import is_ignored
from coldpress.sources.front_matter import SourceDocument
from coldpress.sources.git_dates import GitError
from coldpress.web.site import Site

if TYPE_CHECKING:
    from coldpress.build.host_files import HostFiles

_FOR_EVER = 2**62


def take_snapshot(context: BuildContext) -> Snapshot:
    """Takes the stamps of what the build will read, as far as that is known before the
    app is made: making the app reads files already."""
    state = str(context.folder / STATE)
    if context.arguments is not None and context.snapshot is None:
        context.stamp_note = build_stamp.note_of(state)
    folders = _folders(context.folder, context.peeked_config())
    known = context.snapshot
    snapshot = known if known and list(known.folders) == folders else Snapshot(folders, ())
    snapshot.add(map(str, context.own_files))
    return snapshot


def write_stamp(builder: Builder, snapshot: Snapshot, line: tuple[str, str]) -> None:
    """Records what the build read and wrote; removes the stamp when the next build must look again.  `line` is the last
    line of a build with nothing to do, before and after its seconds."""
    context, site = builder.context, builder.site
    state = str(site.root / STATE)
    unseen, git = builder.unseen, _files_of_git(site)
    late = [name for name in {*_files(context, site), *map(str, git or ()), *_opened(builder, unseen),
                              *_beside(builder)} if name not in snapshot.stamps]
    snapshot.add(late)
    problems = builder.reported_problems
    if (context.arguments is None or builder.notes or problems.errors or site.root != context.folder
            or git is None or _must_look(builder, unseen)
            or list(snapshot.folders) != _folders(site.root, site.config)
            or snapshot.changed_since(late, min(context.started_ns, snapshot.taken_ns))):
        build_stamp.forget(state)
        return
    asked = {row.name for row in unseen if row.kind == "environment"}
    names = sorted({*site.setting_names, "SOURCE_DATE_EPOCH", "PYTHONPATH", *asked})
    since, until = _span(context, site, any(row.kind == "clock" for row in unseen))
    stamps = {**builder.output_stamps, **_stamps_beside(builder.hosting, builder.output.folder)}
    files = sorted(stamps)
    with suppress(OSError):
        build_stamp.write(state, {
            "arguments": build_stamp.arguments_digest(state, context.arguments, context.factory_name),
            "names": names,
            "environment": build_stamp.environment(names), "folders": snapshot.folders,
            "files": snapshot.files,
            "recent": [part for pair in snapshot.recent.items() for part in pair],
            "inputs": [build_stamp.inputs_digest(snapshot)], "since": [str(since)], "until": [str(until)],
            "output": [str(builder.output.folder)],
            "outputs": [build_stamp.digest_of("\n".join(f"{file} {stamps[file]}" for file in files))],
            "notes": builder.images.notes, "line": line,
            "problems": [json.dumps([problem.as_json() for problem in problems])] if problems else [],
            "quiet": ["quiet"] if context.report.quiet else [],
        }, files)


def _stamps_beside(hosting: HostFiles | None, output: Path) -> dict[str, str]:
    """Returns the stamps of the files for the host beside the output folder, by their paths from there."""
    return {os.path.relpath(file.resolve(), output.resolve()): stamp_of(file, of_link=True)
            for file in (hosting.files_beside if hosting else ())}


def _opened(builder: Builder, unseen: Iterable[KeyRow]) -> Iterable[str]:
    """Returns the files and folders that the site's own code opened, and its own modules; and files of the site, as a
    template may be in a folder that is left out elsewhere."""
    for row in unseen:
        yield from map(str, builder.files_of_read(row))
    yield from (name for kind, name in builder.plan.own_reads if kind in ("file", "folder"))
    yield from map(str, builder.own_code)


def _beside(builder: Builder) -> Iterator[str]:
    """Yields the templates of the app and of its blueprints, with their folders, to which others may be added; and
    the files with which modules would be others than those that were imported."""
    yield from map(str, own_candidates(builder.own_code, builder.missing_modules))
    output = builder.output.folder
    for folder in builder.site.own_template_folders:
        for at, folders, files in os.walk(folder):
            folders[:] = [name for name in folders if not is_ignored(name) and Path(at, name) != output]
            yield from (at, *(f"{at}{os.sep}{name}" for name in files))


def _folders(root: Path, config: Config) -> list[str]:
    themes = [theme.folder for theme in find_theme(config.theme.name).chain if theme.parent]
    return [str(folder) for folder in (
        *(root / name for name in config.source_dirs), *themes, Path(coldpress.__file__).parent)]


def _files(context: BuildContext, site: Site) -> list[str]:
    """Returns the config, the files of the site's own code, and the folders of installed packages."""
    own = [*own_files(site.base).values(), site.root / LEDGER]
    return [str(file) for file in (*context.own_files, *own, *site.registry.plugin_files, *package_folders())]


def _files_of_git(site: Site) -> list[Path] | None:
    """Returns the files with which the dates of commits change; None if there is no repository yet."""
    git = site.sources.git_dates
    try:
        return list(git.watched()) if git else []
    except GitError:
        return None


def _must_look(builder: Builder, unseen: Iterable[KeyRow]) -> bool:
    """Whether the next build must look, as no stamp tells what changed: a database may have."""
    if builder.site.registry.row_sources or any(kind == "volatile" for kind, _ in builder.plan.own_reads):
        return True
    return any(row.kind in ("volatile", "value", "rows", "site") or row.fingerprint == NEVER for row in unseen)


def _span(context: BuildContext, site: Site, asks_the_day: bool) -> tuple[int, int]:
    """Returns the time span, in nanoseconds, in which the clock makes no difference to the site."""
    if context.fixed_clock or os.environ.get("SOURCE_DATE_EPOCH"):
        return 0, _FOR_EVER
    now = site.moment()
    moments = [moment for document in _documents(site) for moment in (
        document.front.publish_date or document.front.date, document.front.expiry_date) if moment and moment > now]
    if asks_the_day:
        moments.append(_midnight(now))
    return min(int(now.timestamp() * 1e9), time.time_ns()), (
        int(min(moments).timestamp() * 1e9) if moments else _FOR_EVER)


def _documents(site: Site) -> Iterable[SourceDocument]:
    library = site.library
    return [*(page.document for page in library.all_pages), *(out.document for out in library.left_out)]


def _midnight(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
