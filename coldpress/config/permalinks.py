"""The option `permalinks` of `config.yaml`: the patterns of URLs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from coldpress.config.yaml_toml import Params
from coldpress.text import did_you_mean

PERMALINK_TOKEN = re.compile(r"<([^<>]*)>")
PERMALINK_TOKENS = ("year", "month", "day", "slug", "section", "stem")


def as_permalinks(value: Any) -> Mapping[str, str]:
    """Converts the value of `permalinks:`, patterns by folder."""
    if not isinstance(value, dict):
        raise ValueError("`key: value` lines are expected here")
    patterns = Params({str(folder).strip("/"): pattern for folder, pattern in value.items()})
    known = [f"<{token}>" for token in PERMALINK_TOKENS]
    for folder, pattern in patterns.items():
        if "/" in folder:
            raise ValueError(f"`{folder}` lies in another folder", f"only a folder at the top has a pattern; write "
                             f"`{folder.partition('/')[0]}`")
        if not isinstance(pattern, str) or not pattern.startswith("/"):
            raise ValueError("a pattern starts with `/`, such as `/<year>/<slug>/`")
        for token in PERMALINK_TOKEN.findall(pattern):
            if f"<{token}>" not in known:
                raise ValueError(f"there is no `<{token}>`", did_you_mean(f"<{token}>", known)
                                 or f"there are {', '.join(known)}")
    return patterns
