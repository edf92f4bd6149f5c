"""The options of `social:`: links to the author's accounts, for the home page and the foot of every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from coldpress.text import did_you_mean


@dataclass(frozen=True, slots=True)
class SocialLink:
    """A link to an account: the key in the config, the name that readers see, and the URL.

    The URL is None for `rss: true`, which means the site's own feed.
    """

    key: str
    name: str
    url: str | None


SERVICES: Mapping[str, tuple[str, str | None]] = {
    "bilibili": ("Bilibili", "https://space.bilibili.com/{}"),
    "bluesky": ("Bluesky", "https://bsky.app/profile/{}"),
    "codeberg": ("Codeberg", "https://codeberg.org/{}"),
    "email": ("Email", "mailto:{}"),
    "github": ("GitHub", "https://github.com/{}"),
    "gitlab": ("GitLab", "https://gitlab.com/{}"),
    "instagram": ("Instagram", "https://www.instagram.com/{}/"),
    "linkedin": ("LinkedIn", "https://www.linkedin.com/in/{}/"),
    "mastodon": ("Mastodon", None),
    "matrix": ("Matrix", "https://matrix.to/#/{}"),
    "orcid": ("ORCID", "https://orcid.org/{}"),
    "peertube": ("PeerTube", None),
    "pixelfed": ("Pixelfed", None),
    "sourcehut": ("SourceHut", "https://sr.ht/~{}/"),
    "stackoverflow": ("Stack Overflow", "https://stackoverflow.com/users/{}"),
    "telegram": ("Telegram", "https://t.me/{}"),
    "weibo": ("Weibo", "https://weibo.com/{}"),
    "x": ("X", "https://x.com/{}"),
    "youtube": ("YouTube", "https://www.youtube.com/@{}"),
    "zhihu": ("Zhihu", "https://www.zhihu.com/people/{}"),
}
"""The services that have an icon: their names, and the URL of an account; None where a server is part of it."""
FEED = "rss"
_MARKS = {"sourcehut": "~", "matrix": ""}
"""The characters before the name of an account that its URL leaves out, where that is not `@`."""
_SCHEMES = ("https", "http", "mailto", "tel", "xmpp", "matrix")


def as_social(value: Any) -> tuple[SocialLink, ...]:
    """Converts the value of `social:`: account names or URLs by service, and `rss: true`.

    Raises `ValueError` for a service without an icon whose value is no URL.
    """
    if not isinstance(value, dict):
        raise ValueError("`key: value` lines are expected here, such as `github: octocat`")
    links = (_link(str(key).strip(), account) for key, account in value.items())
    return tuple(link for link in links if link is not None)


def _link(key: str, account: Any) -> SocialLink | None:
    known = key.casefold()
    if known == FEED and isinstance(account, bool):
        return SocialLink(FEED, "RSS", None) if account else None
    if isinstance(account, (bool, dict, list)) or account is None or not str(account).strip():
        raise ValueError(f"`{key}` is the name of an account or a URL", "leave the line out if there is none", key)
    text = str(account).strip()
    if urlsplit(text).scheme in _SCHEMES:
        return SocialLink(known, SERVICES[known][0] if known in SERVICES else key, text)
    if known not in SERVICES:
        near = did_you_mean(known, (*SERVICES, FEED))
        raise ValueError(f"`{key}` is not a service that Coldpress knows by name", near or "write a whole URL", key)
    name, pattern = SERVICES[known]
    if pattern is None:
        return SocialLink(known, name, _on_its_server(key, text))
    return SocialLink(known, name, pattern.format(text.removeprefix(_MARKS.get(known, "@"))))


def _on_its_server(key: str, account: str) -> str:
    """Returns the URL of an account that is written `@name@server`."""
    user, _, server = account.removeprefix("@").partition("@")
    if not user or not server or "/" in account:
        raise ValueError(f"`{key}` is written `@name@server.example`, or as a whole URL", None, key)
    return f"https://{server}/@{user}"
