"""The URLs of pages that a build removes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coldpress.build.records import Records
from coldpress.content.taxonomy import group_names, taxonomy_path
from coldpress.web.site import Site

_SHOWN = 10
_NUMBERED = re.compile(r"(?:.*/)?page/\d+/index\.html")


def removed_urls(site: Site, records: Records, files: Iterable[str]) -> tuple[str, ...]:
    """Returns the paths of the pages among removed files.  Copies, lists, feeds and
    sitemaps are no pages; where an alias takes a page's place, its file stays."""
    known = {file: endpoint for endpoint, file in records.heads.values()}
    page = site.endpoints["page"]
    lists = tuple(path.lstrip("/") for path in ("/archive/", "/search/", "/404.html", *map(
        taxonomy_path, group_names(site.config))))
    gone = []
    for file in files:
        copy = records.files.get(file)
        if not file.endswith(".html") or _NUMBERED.fullmatch(file) or (copy and copy.source):
            continue
        inside = file.removeprefix(site.url_prefix.strip("/")).lstrip("/")
        is_list = inside.startswith(lists) if file not in known else (
            known[file] != page and known[file].startswith(f"{site.name}."))
        if not is_list:
            gone.append("/" + (file.removesuffix("index.html") if f"/{file}".endswith("/index.html") else file))
    return tuple(sorted(gone))


def removed_url_lines(site: Site, paths: tuple[str, ...]) -> list[str]:
    """Returns the lines with which a build reports removed URLs: at most ten of them by name."""
    if not paths:
        return []
    alias = paths[0].removeprefix(site.url_prefix)
    more = [f"  and {len(paths) - _SHOWN:,} more"] if len(paths) > _SHOWN else []
    what = "1 page's URL no longer exists" if len(paths) == 1 else f"The URLs of {len(paths):,} pages no longer exist"
    which = "it" if len(paths) == 1 else "the first"
    return [f"{what}:", *(f"  {path}" for path in paths[:_SHOWN]), *more,
            f"To redirect {which}, put `aliases: [{alias}]` into the front matter of the page that replaces it."]
