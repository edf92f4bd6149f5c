"""The paths of views."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from coldpress.paths import path_of


class PathBuilder:
    """Builds the paths of views.  Paths that differ only in a number are built once."""

    def __init__(self, app: Flask) -> None:
        self._urls = app.url_map.bind("localhost")
        self._around: dict[tuple[object, ...], list[str] | None] = {}

    def path(self, endpoint: str, values: Mapping[str, Any]) -> str:
        """Returns the decoded path of a view for URL values."""
        number = values.get("number")
        if type(number) is not int or not _PLAIN.issuperset(map(type, values.values())):
            return self._build(endpoint, values)
        others = {**values, "number": None}
        key = (endpoint, *others, *others.values())
        if key not in self._around:
            self._around[key] = self._split(endpoint, values)
        around = self._around[key]
        return str(number).join(around) if around else self._build(endpoint, values)

    def _split(self, endpoint: str, values: Mapping[str, Any]) -> list[str] | None:
        """Returns the path around its number; None if the number is written in another way than `1`."""
        around = self._build(endpoint, {**values, "number": _NUMBER}).split(str(_NUMBER))
        return around if len(around) == 2 and "1".join(around) == self._build(
            endpoint, {**values, "number": 1}) else None

    def _build(self, endpoint: str, values: Mapping[str, Any]) -> str:
        return path_of(self._urls.build(endpoint, values))


_PLAIN = frozenset((int, str))
_NUMBER = 987654321
"""A number that is in no path but in its own place."""


def is_one_of(app: Flask, path: str, endpoints: Container[str]) -> bool:
    """Returns whether one of some endpoints answers at a path, or none at all."""
    try:
        return app.url_map.bind("localhost").match(path)[0] in endpoints
    except HTTPException:
        return True
