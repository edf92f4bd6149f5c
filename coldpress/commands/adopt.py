"""`urls --adopt`: begins the ledger of a site with the URLs of an older one, from its sitemap or its built folder."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

from coldpress.build.context import BuildContext
from coldpress.build.output_folder import only_one
from coldpress.build.plan import Plan
from coldpress.build.url_history import own_pages, report_lost, write_facts
from coldpress.commands.history import planned, refused, tell_written
from coldpress.content.old_urls import OldPage
from coldpress.content.url_history import find_old_urls
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.paths import STATE, is_external, make_state, path_of
from coldpress.report import counted
from coldpress.sources.files import is_ignored
from coldpress.sources.ledger import UNKNOWN, Fact, Ledger, has_control
from coldpress.web.site import Site

_LOC = re.compile(r"<(?:\w+:)?loc\s*>\s*(?:<!\[CDATA\[)?\s*(.*?)\s*(?:\]\]>)?\s*</(?:\w+:)?loc\s*>", re.S)
_IMAGES = re.compile(r"<(image|video):\1\b.*?</\1:\1\s*>", re.S)
_BEGIN = re.compile(r"<((?:\w+:)?(?:urlset|sitemapindex))\b(?![^>]*/>)")
_INDEX = re.compile(r"<(?:\w+:)?sitemapindex\b")
_TITLE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1\s*>", re.S | re.I)
_REFRESH = re.compile(r"""<meta\b[^>]*http-equiv=["']?refresh["']?[^>]*?url=['"]?([^"'>\s]+)""", re.S | re.I)
_TAG = re.compile(r"<[^>]*>")
_PARTS = re.compile(r"\s+[|·•–—:-]\s+")
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)\b|jsonfeed\.org")
_HEAD = 20_000  # bytes of a page that are looked through for its titles
_NAMED = re.compile(r"[^/]\.[a-zA-Z]\w*\Z")


def adopt(context: BuildContext, old: Path) -> int:
    """Writes the old URLs into the ledger, each with the page or list that is at its place now, or with none."""
    site, plan, problems = planned(context)
    if problems.errors:
        return refused(context, problems)
    pages = {page.path: page for page in (_of_folder(old) if old.is_dir() else _of_sitemap(old, site))}
    if not pages:
        raise ColdpressError(Problem(
            "history.no-urls", f"no URL of `{site.config.base_url or '/'}` is in it", Place(str(old)),
            "name a sitemap (`sitemap.xml`, or a text with a URL on each line), or the folder that was built; is "
            "`base_url` right?"))
    is_first = site.library.kept.ledger is None
    facts = _facts(site, plan, pages.values())
    with only_one(make_state(site.root / STATE)):
        added = write_facts(site, facts)
        site.sources.save()
    site.reload()
    report_lost(site, Plan(site.app, site, Problems()).fill(), problems)
    context.report.data({"added": added, "urls": sorted(pages), "problems": [each.as_json() for each in problems]})
    code = context.finish(problems)
    found = sum(fact.value != UNKNOWN for fact in facts if fact.is_url)
    context.report.line(f"{counted(len(pages), 'old URL')}, {len(facts):,} of them new; "
                        f"{found:,} of these belong to something that the site has")
    tell_written(context, added, is_first=is_first)
    return code


def _facts(site: Site, plan: Plan, pages: Iterable[OldPage]) -> list[Fact]:
    """Returns the facts of the old URLs that the ledger does not have yet."""
    ledger = site.library.kept.ledger or Ledger()
    own = dict(own_pages(site, plan))
    new = [page for page in pages if page.path not in ledger.owners and page.path != "/"]
    found = find_old_urls(site.library, site.sources, new)
    return [Fact(path, owner or own.get(path, UNKNOWN)) for path, owner in sorted(found.items())
            if owner or path in own or not plan.has(site.url_prefix + path)]


def _of_sitemap(file: Path, site: Site) -> Iterator[OldPage]:
    """Yields the pages of a sitemap, and of those beside it that it names."""
    prefix = site.config.prefix
    for url in _urls(file):
        path = _path(url)
        if path.startswith(f"{prefix}/") or path == prefix:
            yield OldPage(_as_page(path.removeprefix(prefix) or "/"))


def _urls(file: Path, seen: tuple[Path, ...] = ()) -> Iterator[str]:
    text = _text(file)
    if (begun := _BEGIN.search(text)) and f"</{begun[1]}>" not in text:
        raise ColdpressError(Problem("history.no-sitemap", f"it ends in its middle: `</{begun[1]}>` is missing",
                                     Place(str(file)), "fetch it again"))
    found = [unescape(each) for each in _LOC.findall(_IMAGES.sub("", text))]
    if not _INDEX.search(text):
        yield from found or (line.strip() for line in text.splitlines() if _path(line.strip()).startswith("/"))
        return
    for url in found:
        name = _path(url).rpartition("/")[2]
        beside = next((each for each in (file.parent / name, file.parent / name.removesuffix(".gz"))
                       if name and each.is_file() and each not in (file, *seen)), None)
        if beside is None:
            raise ColdpressError(Problem("history.no-sitemap", f"it names the sitemap `{name}`, which is not beside it",
                                         Place(str(file)), f"put `{url}` there too"))
        yield from _urls(beside, (*seen, file))


def _path(url: str) -> str:
    """Returns the decoded path of a URL of an old site; an empty text for what is no URL."""
    try:
        path = path_of(url)
    except ValueError:
        return ""
    return "" if has_control(path) else path


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (OSError, EOFError, zlib.error) as reason:
        raise ColdpressError(Problem("history.unreadable", f"it cannot be read: {reason}", Place(str(file)))) from None
    return data.decode("utf-8-sig", "replace")


def _of_folder(folder: Path) -> Iterator[OldPage]:
    """Yields the pages and feeds of a built site."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if any(is_ignored(part) for part in name.split("/")) or not file.is_file():
            continue
        if name.lower().endswith((".html", ".htm")) and name != "404.html":
            yield _page_of(file, _as_page(f"/{name}"))
        elif name.endswith((".xml", ".json", ".rss", ".atom")) and _FEED.search(_start(file)):
            yield OldPage(f"/{name}")


def _page_of(file: Path, path: str) -> OldPage:
    text = _start(file).decode("utf-8", "replace")
    refresh = _REFRESH.search(text)
    leads_to = _path(urljoin(path, unescape(refresh[1]))) if refresh and not is_external(refresh[1]) else None
    titles = [" ".join(unescape(_TAG.sub("", found[1])).split()) for found in reversed(_TITLE.findall(text))]
    parts = (part for title in titles for part in (title, *_PARTS.split(title)) if part)
    return OldPage(path, tuple(dict.fromkeys(parts)), _as_page(leads_to) if leads_to else None)


def _start(file: Path) -> bytes:
    try:
        with file.open("rb") as reading:
            return reading.read(_HEAD)
    except OSError:
        return b""


def _as_page(path: str) -> str:
    """Returns an old path as the ledger has it: that of a folder with a slash at its end."""
    path = path.removesuffix("index.html") if path.endswith("/index.html") else path
    return path if path.endswith("/") or _NAMED.search(path) else f"{path}/"
