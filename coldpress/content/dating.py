"""Dates that git has, for pages whose front matter names none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from coldpress.errors import Problems
from coldpress.sources.front_matter import SourceDocument
from coldpress.sources.git_dates import FileDates, GitDates, GitError
from coldpress.text import text_digest


def read_git_dates(git: GitDates | None, problems: Problems) -> Mapping[str, FileDates]:
    """Returns the dates of all sources that git knows, by their paths.  A repository that cannot tell them, or that has
    only a part of its history, is a warning."""
    if git is None:
        return {}
    try:
        if git.is_shallow:
            problems.warn("git.shallow", "this copy of the repository has only a part of its history: many dates are "
                          "those of its oldest commit", git.place,
                          "fetch all: `git fetch --unshallow`; on GitHub, `with: {fetch-depth: 0}` below "
                          "`actions/checkout`")
        return git.read()
    except GitError as reason:
        problems.add(reason.problem)
        return {}


def dated(documents: Iterable[SourceDocument], dates: Mapping[str, FileDates], zone: tzinfo) -> list[SourceDocument]:
    """Returns the documents with the dates of git: `date` is that of the commit which added the file, `updated` that of
    the last one which changed it, if this is not the same.  What an author wrote stays."""
    return [_dated(document, dates.get(document.source.path), zone) for document in documents]


def _dated(document: SourceDocument, found: FileDates | None, zone: tzinfo) -> SourceDocument:
    front, parsed = document.front, document.parsed
    if found is None or document.source.key:
        return document
    added, changed = found.as_datetimes(zone)
    new = {"date": added} if front.date is None and added else {}
    if front.updated is None and changed and changed != added:
        new["updated"] = changed
    if not new:
        return document
    digest = text_digest(f"{parsed.meta_digest} {sorted(new.items())}")
    return document._replace(front=front.replaced(**new), parsed=parsed._replace(meta_digest=digest))
