"""Hides secrets in what is printed: passwords in URLs, and the values of variables such as `GITHUB_TOKEN`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

_NAMES = re.compile(r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|APIKEY|(?:API|ACCESS|PRIVATE)_KEY|"
                    r"(?:^|_)(?:KEY|AUTH|PAT|PWD)$", re.I)
_NO_SECRETS = frozenset({"PWD", "OLDPWD"})
_SHORTEST = 6  # characters: shorter values would hide parts of words
_IN_WEB_URL = re.compile(r"(https?://)[^/\s'\"]+@", re.I)  # passwords may have `@` too
_PASSWORD = re.compile(r"([a-z][a-z0-9+.-]*://[^/\s:@'\"]*:)[^/\s'\"]+@", re.I)
_TOKEN = re.compile(r"https?://[^/\s@:]{20,}:?@", re.I)
_HEADER = re.compile(r"(authorization:\s*(?:\w+\s+)?)\S+", re.I)
_QUERY = re.compile(r"([?&][\w-]*(?:token|signature|secret|password|sig|key|auth)=)[^&\s'\"]+", re.I)
HIDDEN = "***"


class Secrets:
    """Hides the values of an environment that are secret by their names, and those that are added."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._values: set[str] = set()
        self.add(value for name, value in environment.items() if _NAMES.search(name) and name not in _NO_SECRETS)

    def add(self, values: Iterable[str]) -> None:
        """Adds values; of one with several lines, each line."""
        lines = (line.strip() for value in values for line in value.splitlines())
        self._values.update(line for line in lines if len(line) >= _SHORTEST)

    def hide(self, text: str) -> str:
        """Returns a text without secrets."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, HIDDEN).replace(quote(value, safe=""), HIDDEN)
        text = _IN_WEB_URL.sub(rf"\1{HIDDEN}@", _PASSWORD.sub(rf"\1{HIDDEN}@", text))
        return _QUERY.sub(rf"\1{HIDDEN}", _HEADER.sub(rf"\1{HIDDEN}", text))


def has_password(url: str) -> bool:
    """Returns whether a URL has a password, or a user whose name is as long as a token."""
    return bool(_PASSWORD.search(url) or _TOKEN.search(url))
