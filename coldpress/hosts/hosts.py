"""The hosts by name: the files that each reads, and how much each takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coldpress.errors import Problems
from coldpress.hosts.aws import s3
from coldpress.hosts.caddy import caddy
from coldpress.hosts.github import github
from coldpress.hosts.line_files import cloudflare, gitlab, netlify
from coldpress.hosts.nginx import nginx
from coldpress.hosts.published import (
    LIMIT,
    HostFile,
    PatternRedirect,
    PublishedSite,
    always,
    before_files,
    in_whole_parts,
    never,
)
from coldpress.hosts.vercel import vercel
from coldpress.text import size_text

Make = Callable[[PublishedSite, Problems], list[HostFile]]


@dataclass(frozen=True)
class Host:
    """A host: `make` returns its files, `inside` are the names of those in the published folder, `own` the names of
    the author's files that are merged into them.  `has_headers` tells whether it sends headers of the author's.

    `most_files`, `largest_file` and `largest_site` (in bytes) are what it takes; None where nothing is known.
    """

    title: str
    make: Make
    inside: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    has_headers: bool = True
    most_files: int | None = None
    largest_file: int | None = None
    largest_site: int | None = None
    answers: Callable[[PatternRedirect], bool] = always
    """Whether it answers a pattern by itself.  By default it is a server with regular expressions, which looks at files
    first."""

    def check(self, site: PublishedSite, problems: Problems) -> None:
        """Reports a site that the host would refuse."""
        sizes = site.files
        if self.most_files is not None and len(sizes) > self.most_files:
            problems.error(LIMIT, f"{self.title} takes {self.most_files:,} files, and the site has {len(sizes):,}",
                           site.place, "leave something out, such as wide variants of pictures (`images.widths`)")
        if self.largest_site is not None and sum(sizes.values()) > self.largest_site:
            problems.error(LIMIT, f"{self.title} takes {size_text(self.largest_site)}, and the site has "
                           f"{size_text(sum(sizes.values()))}", site.place, "put large files elsewhere")
        for path, size in sizes.items():
            if self.largest_file is not None and size > self.largest_file:
                problems.error(LIMIT, f"{self.title} takes files of {size_text(self.largest_file)}, and `{path}` has "
                               f"{size_text(size)}", site.place, "put it elsewhere, and link to it")


_LINES = ("_redirects", "_headers")
HOSTS: Mapping[str, Host] = {
    # 1 GB: https://docs.github.com/pages/getting-started-with-github-pages/github-pages-limits
    "github-pages": Host("GitHub Pages", github, (".nojekyll", "CNAME"), has_headers=False, largest_site=10 ** 9,
                         answers=never),
    # 20,000 files of 25 MiB on the free plan: https://developers.cloudflare.com/pages/platform/limits/
    "cloudflare": Host("Cloudflare Pages", cloudflare, _LINES, _LINES, most_files=20_000,
                       largest_file=25 * 1024 ** 2, answers=before_files),
    "netlify": Host("Netlify", netlify, _LINES, _LINES, answers=in_whole_parts),
    "vercel": Host("Vercel", vercel, ("vercel.json",), ("vercel.json",), answers=before_files),
    # 1 GB and 200,000 files on gitlab.com: https://docs.gitlab.com/user/gitlab_com/#gitlab-pages
    "gitlab-pages": Host("GitLab Pages", gitlab, ("_redirects",), ("_redirects",), has_headers=False,
                         most_files=200_000, largest_site=10 ** 9, answers=in_whole_parts),
    "s3": Host("CloudFront", s3, answers=lambda redirect: not redirect.hides),
    "nginx": Host("nginx", nginx),
    "caddy": Host("Caddy", caddy)}
