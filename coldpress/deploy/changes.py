"""Compares the site with what is on the target: what is sent, what is removed, and what is in the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from coldpress.deploy.manifest import NAME, SENDING, Entry, Manifest, manifest_of
from coldpress.errors import ColdpressError, Problem
from coldpress.paths import folders_above, plain_name
from coldpress.report import some

WEEK = 7 * 24 * 3600
_PAGES = (".html", ".xml")
_OUTSIDE = re.compile(r"^/|(?:^|/)\.{0,2}(?:/|$)|[\x00-\x1f]")
"""What no path of ours has: whoever writes into a target can also write a manifest that calls it ours."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is on a target: the paths of all files, each with its digest if the target tells it, and the manifest."""

    files: Mapping[str, str | None]
    manifest: Manifest | None = None
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What a deploy changes on a target; every list is sorted.  `kept` are files that left the site, with the moment
    until which they stay; `others` are ours that somebody else changed, and so are left alone."""

    new: list[str]
    changed: list[str]
    removed: list[str]
    kept: Mapping[str, int]
    others: list[str]
    before: Manifest
    after: Manifest
    blocking: list[str]
    """Those of `removed` that are in the way of a new file: a file where a folder will be, or the other way round."""

    @property
    def sent(self) -> list[str]:
        """All files that are sent."""
        return sorted([*self.new, *self.changed])

    @property
    def assets(self) -> list[str]:
        """The files that are sent first: all but pages and feeds, which lead to them."""
        return [file for file in self.sent if not file.endswith(_PAGES)]

    @property
    def pages(self) -> list[str]:
        """The files that are sent once all others are there."""
        return [file for file in self.sent if file.endswith(_PAGES)]

    @property
    def is_empty(self) -> bool:
        """Whether the target has the site already, and its manifest too."""
        return not self.sent and not self.removed and self.before.dumps() == self.after.dumps()

    @property
    def claim(self) -> Manifest:
        """The manifest while files are sent: all that was ours and all that will be.  So whatever a deploy leaves that
        is interrupted is known to the next one."""
        sending = manifest_of(dict.fromkeys(self.sent, Entry(SENDING)), self.after.base_url)
        return Manifest(self.after.base_url, {**self.before.entries, **sending.entries})


def changes_of(site: Mapping[str, str], found: Found, base_url: str, now: datetime, *, adopt: bool = False,
               everything: bool = False) -> Changes:
    """Returns what makes a target have the site, whose files have these digests.

    With `adopt`, files of others at the paths of the site become ours; with `everything`, all files are sent.
    Raises `ColdpressError` for a target that is not ours, or that has something of others in the way.
    """
    if not adopt:
        _refuse_unmarked(found, base_url)
    before = found.manifest or Manifest(base_url)
    new = [path for path in site if path not in found.files]
    others = _touched(found, before)
    differing = [path for path, digest in site.items() if path in found.files
                 and (everything or _digest_there(path, found, before) != digest)]
    left = {path: entry for path in found.files if path not in site and path not in others
            and path != NAME and not _OUTSIDE.search(path) and (entry := before.of(path))}
    kept = {path: stays for path, entry in left.items() if (stays := _stays_until(path, entry, now))}
    removed = sorted(left.keys() - kept)
    if not adopt:
        _refuse_foreign(found, before, {path for path in differing if before.of(path) is None or path in others})
    blocking = sorted(set(_in_the_way(site, removed)))
    _refuse_blocked({**site, NAME: ""}, found, set(removed))
    after = {**{path: Entry(digest) for path, digest in site.items()},
             **{path: Entry(left[path].digest, stays - WEEK) for path, stays in kept.items()}}
    return Changes(sorted(new), sorted(differing), removed, kept, [path for path in others if path not in site],
                   before, manifest_of(after, base_url), blocking)


def _digest_there(path: str, found: Found, before: Manifest) -> str | None:
    """Returns the digest of a file on the target: its own if that is known, else what we sent."""
    entry = before.of(path)
    return found.files[path] or (entry.digest if entry else None)


def _touched(found: Found, before: Manifest) -> list[str]:
    """Returns our files on the target that are not as we left them."""
    return sorted(path for path, digest in found.files.items() if digest and (entry := before.of(path))
                  and entry.digest not in (SENDING, digest))


def _stays_until(path: str, entry: Entry, now: datetime) -> int | None:
    """Returns until when a file stays that the site no longer has: one whose name has a hash is asked for by whoever
    opened a page before this deploy.  None if it need not stay."""
    if plain_name(path) is None:
        return None
    moment = int(now.timestamp())
    until = (moment if entry.left is None else min(entry.left, moment)) + WEEK
    return until if until > moment else None


def _in_the_way(site: Mapping[str, str], removed: list[str]) -> Iterator[str]:
    folders = {folder for path in site for folder in folders_above(path)}
    for path in removed:
        if path in folders or not site.keys().isdisjoint(folders_above(path)):
            yield path


def _refuse_unmarked(found: Found, base_url: str) -> None:
    """Raises `ColdpressError` for a target of which nothing says that it is this site's."""
    if found.is_damaged:
        raise ColdpressError(Problem(
            "deploy.manifest", f"the manifest of the target, `{NAME}`, cannot be read", None,
            "`deploy --adopt` makes it anew; files of earlier deploys that the site no longer has then stay"))
    if found.manifest is None and found.files:
        raise ColdpressError(Problem(
            "deploy.unmarked", "the target holds files, and Coldpress did not put them there: "
            f"{some(sorted(found.files))}", None, "choose an empty target; or `deploy --adopt`: files that the site "
            "has too are replaced, and all others stay"))
    if found.manifest is not None and found.manifest.base_url != base_url:
        raise ColdpressError(Problem(
            "deploy.other-site", f"the target holds another site: {found.manifest.base_url}", None,
            f"choose another target; if this site is its successor at {base_url}, `deploy --adopt`"))


def _refuse_foreign(found: Found, before: Manifest, files: set[str]) -> None:
    if files:
        are_changed = all(before.of(path) for path in files)
        raise ColdpressError(Problem(
            "deploy.foreign", f"{some(sorted(files))}: changed on the target by somebody else" if are_changed else
            f"{some(sorted(files))}: on the target already, and not put there by Coldpress", None,
            "move them away, or take their content into the site; `deploy --adopt` replaces them"))


def _refuse_blocked(site: Mapping[str, str], found: Found, removed: set[str]) -> None:
    """Raises `ColdpressError` if a file of others is where a folder has to be, or the other way round."""
    folders = {folder for path in site for folder in folders_above(path)}
    blocked = sorted(path for path in found.files if path not in removed and path not in site
                     and (path in folders or not site.keys().isdisjoint(folders_above(path))))
    if blocked:
        raise ColdpressError(Problem(
            "deploy.blocked", f"{some(blocked)}: of others, and in the way of a file or folder of the site", None,
            "move it away, or give the page another URL"))


def day_of(moment: int) -> str:
    """Returns the day of a moment, for messages."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
