"""Which sources are published now, and which are left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coldpress.config import Options
from coldpress.errors import Place, Problems
from coldpress.report import some
from coldpress.sources.document import Document
from coldpress.sources.files import SourceFile

IN_UNDERSCORE = "in a folder whose name begins with `_`"
"""What is said of Markdown that is withheld for where it lies."""
_STATES = {"draft": "a draft", "scheduled": "not yet published", "expired": "expired"}
_KNOWN = ("_posts", "_drafts")  # of Jekyll and Hexo


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source that is not published now: `draft`, `scheduled` or `expired`."""

    document: Document
    reason: str

    @property
    def state(self) -> str:
        """What it is, for a sentence."""
        return _STATES[self.reason]

    def __str__(self) -> str:
        return f"{self.document.source.name} ({self.reason})"


def select(documents: Iterable[Document], options: Options, now: datetime) -> tuple[list[Document], list[LeftOut]]:
    """The sources that are published at the moment `now`, and the others."""
    published, left_out = [], []
    for document in documents:
        front = document.front
        start = front.publish_date or front.date
        if front.draft and not options.drafts:
            left_out.append(LeftOut(document, "draft"))
        elif start and start > now and not options.future:
            left_out.append(LeftOut(document, "scheduled"))
        elif front.expiry_date and front.expiry_date <= now and not options.expired:
            left_out.append(LeftOut(document, "expired"))
        else:
            published.append(document)
    return published, left_out


def is_withheld(source: SourceFile) -> bool:
    """Whether Markdown lies in a folder that other generators keep to
    themselves: its name begins with `_`, and to us it means nothing."""
    return source.is_markdown and any(
        part.startswith("_") and part.casefold() not in _KNOWN for part in source.folder.split("/"))


def warn_of_withheld(withheld: Iterable[SourceFile], problems: Problems) -> None:
    """A warning for each folder, with the names of what is in it."""
    folders: dict[str, list[SourceFile]] = {}
    for file in withheld:
        folders.setdefault(file.folder, []).append(file)
    for files in folders.values():
        names = some([f"`{file.path}`" for file in files])
        problems.warn("source.withheld", f"not published, being {IN_UNDERSCORE}: {names}", Place(files[0].name),
                      "rename the folder; or name it in `markdown.snippets`, if it holds what pages include")
