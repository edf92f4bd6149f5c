"""Videos of other hosts: the addresses of their players, from the addresses that people copy."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from coldpress.text import lazy_re_compile

_ID = lazy_re_compile(r"[\w-]{4,40}")
_YOUTUBE = ("youtube.com", "youtube-nocookie.com", "youtu.be")
_SECONDS = lazy_re_compile(r"(?:(\d+)h)?(?:(\d+)m)?(\d+)s?")


class Video(NamedTuple):
    """A video: the host's name for readers, and the address of its player, which sets no cookies."""

    host: str
    player: str


def video(url: str) -> Video | None:
    """Returns the video at a URL of YouTube, Vimeo or PeerTube (`/w/ID` or `/videos/watch/ID`); None for any other."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if parts.scheme not in ("https", "http") or not host:
        return None
    names, query = [name for name in parts.path.split("/") if name], parse_qs(parts.query)
    if host in _YOUTUBE:
        found = query.get("v", names[-1:] if names[:1] != ["watch"] else [])
        start = _start(query)
        return _made("YouTube", "https://www.youtube-nocookie.com/embed/{}?autoplay=1" + start, found)
    if host in ("vimeo.com", "player.vimeo.com"):
        found = [name for name in names if name.isdecimal()][:1]
        return _made("Vimeo", "https://player.vimeo.com/video/{}?autoplay=1&dnt=1", found)
    if names[:1] == ["w"] or names[:2] in (["videos", "watch"], ["videos", "embed"]):
        return _made(host, f"https://{parts.netloc}/videos/embed/{{}}?autoplay=1&p2p=0", names[-1:])
    return None


def _made(host: str, pattern: str, found: list[str]) -> Video | None:
    return Video(host, pattern.format(found[0])) if found and _ID.fullmatch(found[0]) else None


def _start(query: dict[str, list[str]]) -> str:
    """Returns the parameter for the second at which a video starts: `t=90`, `t=1m30s`."""
    given = _SECONDS.fullmatch((query.get("t") or query.get("start") or [""])[0])
    hours, minutes, seconds = (int(part or 0) for part in given.groups()) if given else (0, 0, 0)
    return f"&start={3600 * hours + 60 * minutes + seconds}" if given else ""
