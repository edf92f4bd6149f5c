"""Dates: parses the forms that authors write, and formats dates for feeds."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from email.utils import format_datetime

from coldpress.text import lazy_re_compile

_MONTHS = {name: number for number, names in enumerate((
    "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
    "aug august", "sep sept september", "oct october", "nov november", "dec december"), 1)
    for name in names.split()}
# RFC 2822 section 4.3, the North American names with fixed offsets.
_ZONES = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300,
          "mst": -420, "mdt": -360, "pst": -480, "pdt": -420}
_MINUTE = timedelta(minutes=1)
_IN_MINUTES = len("2026-01-31T00:00:00+00:00")  # longer is a date whose offset has seconds

_NUMERIC = r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})"
_COMPACT = r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
_CHINESE = r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일号]?"
_DAY_FIRST = (r"(?:[a-z]{3,9}\.?,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+"
              r"(?P<name>[a-z]{3,9})\.?,?[\s-]+(?P<year>\d{4})")
_MONTH_FIRST = r"(?:[a-z]{3,9}\.?,?\s+)?(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
_TIME = (r"(?:(?:[T,_\s]|(?<=[日일号]))\s*(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})"
         r"(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[ap]\.?m\.?)?"
         r"\s*(?P<zone>[+-]\d{1,2}:?\d{2}|[+-]\d{2}|[a-z]{1,4})?(?:\s*\([^)]*\))?)?")
_C = (r"[a-z]{3} (?P<name>[a-z]{3}) {1,2}(?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
      r"(?P<fraction>(?!))?(?P<half>(?!))?(?: (?P<zone>[a-z]{3,4}))? (?P<year>\d{4})")
_FORMS = tuple(lazy_re_compile(form, re.I) for form in (
    _C, *(form + _TIME for form in (_NUMERIC, _COMPACT, _CHINESE, _DAY_FIRST, _MONTH_FIRST))))

_LONGEST = 80  # characters; the patterns take more than linear time


def format_iso(value: datetime) -> str:
    """Formats a date as RFC 3339, to the second."""
    text = value.isoformat(timespec="seconds")
    return text if len(text) <= _IN_MINUTES else _in_minutes(value).isoformat(timespec="seconds")


def format_rfc822(value: datetime) -> str:
    """Formats a date for RSS 2.0, in English for any locale."""
    return format_datetime(_in_minutes(value))


def _in_minutes(value: datetime) -> datetime:
    """Returns the same moment with an offset of whole minutes, which both formats need.

    Before standard time, clocks followed the sun (New York's offset was -04:56:02).
    The offset is rounded such that midnight does not become the day before.
    """
    offset = value.utcoffset()
    if offset is None or not (offset.seconds % 60 or offset.microseconds):  # `%` of the offset takes six times as long
        return value
    whole = -(-offset // _MINUTE) * _MINUTE
    return (value.replace(tzinfo=None) + (whole - offset)).replace(tzinfo=timezone(whole))


def parse_date(value: object, zone: tzinfo) -> datetime:
    """Parses a date with or without time.  A date without a time zone is in `zone`.

    Accepts the values of YAML and TOML, and text in ISO 8601, RFC 2822, American,
    British and Chinese order.  Raises `ValueError` with a message for the author, also
    for `01/02/2024`, whose order is ambiguous.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    text = str(value).strip()
    if len(text) > _LONGEST:
        raise ValueError(f"`{text[:_LONGEST]}…` is not a date we can read")
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            return _moment(found, text, zone)
    raise ValueError(f"`{text}`{_fault(text)}")


def _fault(text: str) -> str:
    """Returns why a text is not read as a date; names the right form where the month is certain."""
    found = re.match(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b", text)
    if not found:
        return " is not a date we can read"
    first, second, year = map(int, found.groups())
    if first != second and max(first, second) <= 12:
        return ": which is the month?"
    try:
        return f": a date begins with its year, `{date(year, *sorted((first, second)))}`"
    except ValueError:
        return " is not a date we can read"


def _moment(found: re.Match[str], text: str, zone: tzinfo) -> datetime:
    parts = found.groupdict()
    month = _MONTHS.get(parts["name"].lower()) if parts.get("name") else int(parts["month"])
    if month is None:
        raise ValueError(f"`{text}`: there is no month `{parts['name']}`")
    try:
        return datetime(int(parts["year"]), month, int(parts["day"]), _hour(parts),
                        int(parts["minute"] or 0), int(parts["second"] or 0),
                        int((parts["fraction"] or "0").ljust(6, "0")[:6]), _offset(parts["zone"], zone))
    except ValueError as reason:
        raise ValueError(f"`{text}`: {str(reason).partition(',')[0]}") from None


def _hour(parts: dict[str, str | None]) -> int:
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("hour must be in 1..12 before am or pm")
        hour = hour % 12 + (12 if parts["half"][0] in "pP" else 0)
    return hour


def _offset(name: str | None, zone: tzinfo) -> tzinfo:
    if name is None:
        return zone
    if name.lower() in _ZONES:
        return timezone(timedelta(minutes=_ZONES[name.lower()]))
    if not name[1:].replace(":", "").isdigit():
        raise ValueError(f"there is no zone {name}")
    digits = name[1:].replace(":", "").zfill(2)
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-size if name[0] == "-" else size)
