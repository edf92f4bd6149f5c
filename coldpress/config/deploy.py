"""The options below `deploy:`: the host of the published site, for which a build writes what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

from coldpress.config.options import as_group, one_of
from coldpress.extras import pip_install

HOSTS = ("github-pages", "cloudflare", "netlify", "vercel", "gitlab-pages", "s3", "nginx", "caddy")
"""The hosts for which files are written."""
WITHOUT_REDIRECTS = (None, "github-pages", "gitlab-pages")
"""The hosts that have no redirects of single paths; None is any host."""
ENCODINGS = {"gzip": ".gz", "br": ".br"}
"""The ways to compress files ahead, and the endings of their names."""


@dataclass(frozen=True, slots=True)
class DeployOptions:
    """The options below `deploy:`: where the site is published."""

    host: str | None = None
    """The host: `github-pages`, `cloudflare`, `netlify`, `vercel`, `gitlab-pages`, `s3`, `nginx` or `caddy`.  A build
    writes the files that it reads."""
    compress: tuple[str, ...] = ()
    """Compressed files beside those that they are made of: `gzip`, and `br`, which needs the extra `brotli`.  For hosts
    that send them: `nginx`, `caddy`, `gitlab-pages`."""

    to: str | None = None
    """Where `deploy` sends the site: `github-pages`, `git+URL#BRANCH`, `user@host:path`, `ssh://user@host:port/path`,
    `rsync://host/module/path` or `s3://bucket/prefix`.  `$NAME` is a variable of the environment."""
    command: str | None = None
    """A command that sends the site; with `to`, one that runs after the site was sent."""

    @property
    def is_on(self) -> bool:
        """Whether a host is named."""
        return self.host is not None


SENDING_COMPRESSED = ("nginx", "caddy", "gitlab-pages")
"""The hosts that send files which are compressed ahead."""


def as_deploy(value: Any) -> DeployOptions:
    """Converts the value of `deploy:`."""
    options = DeployOptions(**as_group(value, DeployOptions, {
        "host": partial(one_of, "host", HOSTS), "compress": _encodings, "to": partial(_line, "to"),
        "command": partial(_line, "command")}))
    if options.compress and options.host not in SENDING_COMPRESSED:
        raise ValueError(f"`compress`: {options.host or 'a host without a name'} does not send such files",
                         "it compresses by itself; take the option out" if options.host else "name the `host` too",
                         "compress")
    return options


def _line(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or "\n" in value.strip():
        raise ValueError(f"`{name}` is one line of text")
    return value.strip()


def _encodings(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list):
        raise ValueError("`compress` is a list, such as `[gzip, br]`")
    for name in names:
        one_of("compress", tuple(ENCODINGS), name)
    if "br" in names and find_spec("brotli") is None:
        raise ValueError("`compress`: `br` needs a package that is not installed",
                         f"run {pip_install('brotli')}, and write the same into requirements.txt")
    return tuple(name for name in ENCODINGS if name in names)
