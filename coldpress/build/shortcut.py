"""The stamp that lets the next build end at once, if nothing changes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import coldpress
from coldpress.build.builder import Builder
from coldpress.build.context import BuildContext
from coldpress.build.records import UNSEEN, KeyRow
from coldpress.build.staleness import NEVER
from coldpress.build.user_reads import own_files, package_folders
from coldpress.cache import build_stamp
from coldpress.cache.file_stamps import Snapshot
from coldpress.config.model import ENVIRONMENT_BASE_URL, Config
from coldpress.errors import Problems
from coldpress.paths import STATE
from coldpress.sources.front_matter import Document
from coldpress.web.extension import Coldpress

_FOR_EVER = 2**62


def take_snapshot(context: BuildContext) -> Snapshot:
    """Look at all that a build will read, as far as it is known before the app is
    made, which reads already."""
    state = str(context.folder / STATE)
    if context.arguments is not None and context.snapshot is None:
        context.stamp_note = build_stamp.note_of(state)
    folders = _folders(context.folder, context.peeked_config())
    known = context.snapshot
    snapshot = known if known and list(known.folders) == folders else Snapshot(folders, ())
    snapshot.add(map(str, context.own_files))
    return snapshot


def complete_snapshot(context: BuildContext, site: Coldpress, snapshot: Snapshot) -> Snapshot | None:
    """The same with all that the app has read; None where that has changed since
    the build began, or is elsewhere."""
    late = [file for file in _files(context, site) if file not in snapshot.stamps]
    snapshot.add(late)
    same_folders = list(snapshot.folders) == _folders(site.root, site.config)
    return snapshot if same_folders and not snapshot.changed_since(late, context.started_ns) else None


def write_stamp(context: BuildContext, site: Coldpress, builder: Builder, snapshot: Snapshot | None, problems: Problems,
                line: str) -> None:
    """Remember what was read and written; or, where a build must look again
    every time, that it must."""
    state = str(site.root / STATE)
    if snapshot is None:
        build_stamp.forget(state)
        return
    unseen = builder.records.keys((*UNSEEN, "included"))
    opened = [str(Path(site.base, row.name)) for row in unseen if row.kind in ("file", "folder", "included")]
    opened += [name for kind, name in builder.plan.own_reads if kind in ("file", "folder")]
    opened += [str(file) for file in builder.own_code]
    late = [name for name in {*_files(context, site), *opened} if name not in snapshot.stamps]
    snapshot.add(late)
    if (context.arguments is None or builder.notes or site.root != context.folder or _must_look(builder, unseen)
            or snapshot.changed_since(late, snapshot.taken_ns)):
        build_stamp.forget(state)
        return
    asked = {row.name for row in unseen if row.kind == "environment"}
    names = sorted({ENVIRONMENT_BASE_URL, "SOURCE_DATE_EPOCH", *asked})
    since, until = _span(context, site, any(row.kind == "clock" for row in unseen))
    files = sorted(builder.output_stamps)
    with suppress(OSError):
        build_stamp.write(state, {
            "arguments": build_stamp.arguments_digest(state, context.arguments), "names": names,
            "environment": build_stamp.environment(names),
            "folders": snapshot.folders,
            "files": [name for name in snapshot.stamps if not name.startswith(snapshot.folders)],
            "recent": [part for pair in snapshot.recent.items() for part in pair],
            "inputs": [build_stamp.inputs_digest(snapshot)], "since": [str(since)], "until": [str(until)],
            "output": [str(builder.output.folder)],
            "outputs": [build_stamp.digest_of("\n".join(f"{file} {builder.output_stamps[file]}" for file in files))],
            "report": [json.dumps({"line": line, "problems": [problem.as_json() for problem in problems]})],
        }, files)


def _folders(root: Path, config: Config) -> list[str]:
    names = (config.content_dir, config.templates_dir, config.static_dir, config.data_dir)
    return [str(folder) for folder in (*dict.fromkeys(root / name for name in names), Path(coldpress.__file__).parent)]


def _files(context: BuildContext, site: Coldpress) -> list[str]:
    """The config, the site's own code, and the folders of installed packages."""
    own = own_files(site.base).values()
    return [str(file) for file in (*context.own_files, *own, *package_folders())]


def _must_look(builder: Builder, unseen: Iterable[KeyRow]) -> bool:
    return any(row.kind in ("volatile", "value", "rows") or row.fingerprint == NEVER for row in unseen) or any(
        kind == "volatile" for kind, _ in builder.plan.own_reads)


def _span(context: BuildContext, site: Coldpress, asks_the_day: bool) -> tuple[int, int]:
    """From when until when the clock makes no difference, in nanoseconds."""
    if context.fixed_clock or os.environ.get("SOURCE_DATE_EPOCH"):
        return 0, _FOR_EVER
    now = site.moment()
    moments = [moment for document in _documents(site) for moment in (
        document.front.publish_date or document.front.date, document.front.expiry_date) if moment and moment > now]
    if asks_the_day:
        moments.append(_midnight(now))
    return min(int(now.timestamp() * 1e9), time.time_ns()), (
        int(min(moments).timestamp() * 1e9) if moments else _FOR_EVER)


def _documents(site: Coldpress) -> Iterable[Document]:
    library = site.library
    return [*(page.document for page in library.all_pages), *(out.document for out in library.left_out)]


def _midnight(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
