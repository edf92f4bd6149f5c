"""Versions of the code that plugins and a site's own `build.py` register."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Protocol

from coldpress import recorder
from coldpress.cache.build_stamp import state_of_read
from coldpress.config.loader import Config
from coldpress.loaded_code import InstalledPackages, own_version
from coldpress.recorder import Key
from coldpress.sources.files import OUTSIDE
from coldpress.text import text_digest
from coldpress.web.registry import Registry


class MadeSite(Protocol):
    """The part of a site that the versions of its code need: `site.Site`."""

    base: Path
    config: Config
    registry: Registry
    factory_reads: Iterable[Key]


class CodeVersions:
    """The versions of what was registered on a site, by its owners: the name of a plugin, or `*`
    and a module of the site's own."""

    def __init__(self, site: MadeSite) -> None:
        self._site = site
        self._known: dict[str, str | None] = {}

    def of(self, owner: str) -> str | None:
        """Returns the version of code; None for a plugin that is not in use."""
        if owner not in self._known:
            plugin = self._site.registry.plugins.get(owner)
            self._known[owner] = (own_version(owner[1:], self._site.base) if owner[:1] == "*" else
                                  plugin.version if plugin else None)
        return self._known[owner]

    def of_fence(self, owner: str) -> str | None:
        """Returns the version of all that the function of a fence is made of: its code, what was read
        while the app was made, the installed packages and the config."""
        version = self.of(owner)
        return None if version is None else f"{version} {self._made_of}"

    def of_source(self, name: str) -> str:
        """Returns the version of the code of a source of rows."""
        plugin = self._site.registry.owners.get(("source", name))
        module = type(self._site.registry.row_sources[name]).__module__
        return self.of(plugin.name if plugin else f"*{module}") or ""

    @cached_property
    def _made_of(self) -> str:
        with recorder.unrecorded():
            reads = [str(time.time_ns()) if kind == "volatile" else state_of_read(kind, name)
                     for kind, name in self._site.factory_reads if kind in OUTSIDE and kind not in ("plugin", "config")]
            return text_digest(repr((reads, InstalledPackages().all, self._site.config)))
