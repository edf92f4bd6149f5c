"""The value of `timezone:`, a name of the IANA database."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from coldpress.text import did_you_mean

_OF_CITIES = {"beijing": "Asia/Shanghai", "delhi": "Asia/Kolkata", "mumbai": "Asia/Kolkata"}
"""The time zones of cities that people name and the database does not have."""


def as_timezone(value: Any) -> str:
    """Converts the name of a time zone.  Raises `ValueError`, with a hint, for one that does not exist."""
    if isinstance(value, (dict, list)):
        raise ValueError("text is expected here")
    name = str(value)
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        city = _OF_CITIES.get(name.rpartition("/")[2].casefold())
        hint = f"did you mean `{city}`?" if city else did_you_mean(name, sorted(available_timezones()))
        raise ValueError(f"there is no time zone `{name}`; write one like `Europe/Berlin`", hint) from None
    return name
