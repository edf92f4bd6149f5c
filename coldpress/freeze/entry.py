"""One line of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coldpress.errors import Place


@dataclass(frozen=True, slots=True)
class Entry:
    """One URL: `path` is decoded, below the app's root; `file` below the
    output folder; `copy_of` the file it is a plain copy of, if it is one."""

    path: str
    endpoint: str
    file: str
    values: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None
    place: Place | None = None
    copy_of: Path | None = None
