"""The links of a site to other sites: those that were good lately are not asked again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from coldpress.cache.database import Database, TableSchema, Transaction
from coldpress.check.external.asker import LIMITS, Asker, Limits
from coldpress.check.external.outcomes import Outcome

TABLES = {"links": TableSchema("url, at INTEGER, kind, says, moved_to")}
"""What is kept, by table."""
_FRESH = 7 * 24 * 3600  # seconds for which a good answer counts
_KEPT = ("good", "moved")
_RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid)\.?$", re.I)
"""Names that stand in documentation for any name (RFC 2606)."""


class ExternalLinks:
    """Asks for links to other sites, and keeps the good answers in a state folder for a week."""

    def __init__(self, state: Path, private_hosts: Iterable[str] = (), limits: Limits = LIMITS,
                 now: Callable[[], float] = time.time) -> None:
        self._database = Database(state, "external.sqlite", TABLES)
        self._private_hosts = tuple(private_hosts)
        self._limits = limits
        self._now = int(now())

    def outcomes(self, links: Mapping[str, bool], told: Callable[[str, int, int], None] = lambda *_: None
                 ) -> dict[str, Outcome]:
        """Returns what is known of each URL.  The value of a URL tells whether it may lead to a private address that
        its own host names.  `told` is called with each URL that is done, the number of those, and the number of all."""
        kept: dict[str, Outcome] = {
            url: Outcome(kind, says, moved_to) for url, at, kind, says, moved_to in self._database.select("links")
            if url in links and kind in _KEPT and isinstance(at, int) and 0 <= self._now - at < _FRESH
            and isinstance(says, str) and isinstance(moved_to, str)}
        wanted = {url: named for url, named in links.items() if url not in kept and not is_reserved(url)}
        done = iter(range(1, len(wanted) + 1))
        asker = Asker(self._private_hosts, self._limits, lambda url: told(url, next(done), len(wanted)))
        try:
            asker.ask_all(wanted)
        finally:
            self._keep(asker.outcomes)
            self._database.close()
        return {**kept, **asker.outcomes}

    def _keep(self, outcomes: Mapping[str, Outcome]) -> None:
        good = [(url, self._now, each.kind, each.says, each.moved_to) for url, each in sorted(outcomes.items())
                if each.kind in _KEPT]

        def save(transaction: Transaction) -> None:
            transaction.put("links", good)
            transaction.drop("links", [url for url, at in transaction.fetch("SELECT url, at FROM links")
                                       if not isinstance(at, int) or not 0 <= self._now - at < _FRESH])

        self._database.write(save)


def is_reserved(url: str) -> bool:
    """Returns whether the host of a URL is only an example."""
    try:
        return bool(_RESERVED.search(urlsplit(url).hostname or ""))
    except ValueError:
        return False
