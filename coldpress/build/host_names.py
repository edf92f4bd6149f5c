"""The names of the files that a build writes into the output folder for a host."""

from __future__ import annotations

from coldpress.errors import Problems
from coldpress.hosts.hosts import HOSTS
from coldpress.hosts.published import PublishedSite
from coldpress.web.site import Site


def inner_files(site: Site) -> list[str]:
    """Returns the names of the files that a build writes into the output folder for the host of the config."""
    deploy = site.config.deploy
    if deploy is None or deploy.host is None:
        return []
    files = HOSTS[deploy.host]
    own = {name for name in files.inside if site.library.asset_at(f"/{name}")} - set(files.own)
    made = PublishedSite(base_url=site.config.base_url)
    names = {file.name for file in files.make(made, Problems()) if file.is_inside}
    return [name for name in files.inside if name in names and name not in own]


def merged_paths(site: Site) -> frozenset[str]:
    """Returns the paths of the author's own files that are merged into ours, and not copied."""
    deploy = site.config.deploy
    return frozenset(f"/{name}" for name in HOSTS[deploy.host].own) if deploy and deploy.host else frozenset()

