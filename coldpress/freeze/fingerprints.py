"""What every kind of recorded read would give now."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from hashlib import blake2b
from pathlib import Path

from flask import Flask

from coldpress import recorder
from coldpress.auditing import changed_at
from coldpress.content.fingerprints import ContentFingerprints, shortened
from coldpress.freeze.plan import Plan
from coldpress.hooks import mark_of
from coldpress.paths import below
from coldpress.recorder import Key
from coldpress.stamp import environment
from coldpress.web.extension import Coldpress
from coldpress.web.site_files import LARGEST

NEVER = "~"
"""A fingerprint that equals none, itself included."""


class Fingerprints:
    """Fingerprints of a site as it is now; each is made once."""

    def __init__(self, app: Flask, site: Coldpress, plan: Plan) -> None:
        self._app = app
        self._plan = plan
        self._site = site
        self._content = ContentFingerprints(site.library)
        self._made: dict[Key, str | None] = {}
        self._makers: dict[str, Callable[[str], str | None]] = {
            "template": site.environment.fingerprint, "version": self._version, "config": self._config,
            "clock": lambda _: site.moment().date().isoformat(), "link": lambda _: "", "volatile": lambda _: NEVER,
            "shard": self._shard, "file": self._file, "included": self._included, "folder": self._folder,
            "environment": lambda name: environment([name])[0], "rows": self._rows,
            "value": self._value}

    def of(self, key: Key) -> str | None:
        """The fingerprint of a key; None for what is not there."""
        if key not in self._made:
            kind, name = key
            self._made[key] = self._makers[kind](name) if kind in self._makers else self._content.of(kind, name)
        return self._made[key]

    def basis(self, key: Key) -> str | None:
        """What its fingerprint is made from, where that is cheaper to look at."""
        return self._content.basis(*key)

    def changed_at(self, key: Key) -> int:
        """When a file or folder that is looked at each time it is asked for
        changed last, in nanoseconds; 0 for what is not one."""
        try:
            file = self._file_of(*key)
        except ValueError:
            return 0
        return changed_at(str(file)) if file else 0

    def _file_of(self, kind: str, name: str) -> Path | None:
        if kind in ("file", "folder", "included"):
            return Path(self._site.base, name)
        if kind == "version":
            folder, _, filename = name.partition("/")
            return below(self._site.folder_of(folder), filename)
        if kind == "template":
            file = self._site.environment.loader.files.get(name)
            return Path(file) if file else None
        return None

    def structure(self) -> str:
        """One fingerprint for every key of a structural kind."""
        return self._content.structure()

    def texts(self) -> dict[str, str]:
        """The fingerprints of every source's text."""
        return self._content.texts()

    def _version(self, name: str) -> str | None:
        folder, _, filename = name.partition("/")
        return self._site.asset_version(folder, filename)

    def _shard(self, name: str) -> str | None:
        with recorder.unrecorded():
            index = self._site.search.index(self._site.library)
        return index.version if name == "all" else index.digest(int(name)) if name.isdigit() else None

    def _config(self, name: str) -> str:
        return shortened(repr(getattr(self._site.config, name, None))) or ""

    def _file(self, name: str) -> str | None:
        path = Path(self._site.base, name)
        try:
            return blake2b(path.read_bytes(), digest_size=16).hexdigest() if path.is_file() else None
        except OSError:
            return None

    def _included(self, name: str) -> str | None:
        """The same of a file that no page shows if it is too large."""
        try:
            return "large" if Path(self._site.base, name).stat().st_size > LARGEST else self._file(name)
        except (OSError, ValueError):
            return None

    def _folder(self, name: str) -> str | None:
        try:
            return shortened("\n".join(sorted(path.name for path in Path(self._site.base, name).iterdir())))
        except OSError:
            return None

    def _rows(self, name: str) -> str | None:
        query = self._site.start.queries.get(name)
        try:
            with recorder.unrecorded():
                return shortened(query.rows()) if query else None
        except Exception:  # noqa: BLE001  (whatever a database may raise)
            return NEVER

    def _value(self, path: str) -> str | None:
        """What the view at a path says it depends on; nothing where no page is."""
        if not self._plan.has(path):
            return None
        adapter = self._app.url_map.bind("localhost")
        endpoint, values = adapter.match(path)
        mark = mark_of(self._app.view_functions[endpoint])
        if mark is None or mark.value is None:
            return NEVER
        with self._app.test_request_context(path):
            return shortened(repr(copy_context().run(mark.value, **values)))
