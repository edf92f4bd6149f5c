"""Which sources are published now, and which are left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coldpress.config import Options
from coldpress.sources.document import Document


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source that is not published now: `draft`, `scheduled` or `expired`."""

    document: Document
    reason: str

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
