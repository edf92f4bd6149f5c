"""The ledger and a build: which URLs are lost, and what is written down when a site is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from coldpress.build.plan import Plan
from coldpress.content.owners import feed_list
from coldpress.content.redirects import is_gone
from coldpress.content.url_history import first_facts
from coldpress.errors import Problems
from coldpress.paths import STATE, make_state
from coldpress.sources.ledger import UNKNOWN, Fact, Ledger, add_facts, refuse
from coldpress.web.site import Site


def record_urls(site: Site, plan: Plan) -> int:
    """Writes the URLs of a site that is published into its ledger, which it begins if there is none; returns the
    number of new lines.  Everything that publishes calls this.  Raises `ColdpressError`."""
    return write_facts(site, facts_to_add(site, plan))


def write_facts(site: Site, facts: Iterable[Fact]) -> int:
    """Adds facts to the ledger of a site; returns the number of new lines.  Raises `ColdpressError`."""
    try:
        return add_facts(site.root, facts, make_state(site.root / STATE))
    except OSError as reason:
        raise refuse(reason) from reason


def facts_to_add(site: Site, plan: Plan) -> list[Fact]:
    """Returns what the ledger gets when the site is published as it is planned."""
    kept = site.library.kept
    ledger = kept.ledger or Ledger()
    facts = kept.new() if kept.ledger else first_facts(site.library)
    return [*facts, *(ledger.next(path, owner) for path, owner in own_pages(site, plan)
                      if ledger.owners.get(path) != [owner])]


def own_pages(site: Site, plan: Plan) -> Iterator[tuple[str, str]]:
    """Yields the paths of the pages of own routes, with their owners."""
    for entry in plan.entries:
        if entry.endpoint not in site.generators and entry.copy_of is None and entry.file.endswith(".html") and (
                entry.folder_url.startswith(f"{site.url_prefix}/")):
            yield entry.folder_url.removeprefix(site.url_prefix), f"@view/{entry.endpoint}"


def lost_urls(site: Site, plan: Plan, *, is_whole: bool = False) -> dict[str, list[str]]:
    """Returns the URLs of the ledger that nothing answers and that are not said to be gone, by their owners.  Unless
    the plan `is_whole`, it may lack URLs of own routes, which links tell while pages are rendered."""
    found: dict[str, list[str]] = {}
    kept = site.library.kept
    for path, owner in kept.lost.items():
        has_no_feeds = site.config.base_url is None and feed_list(path)
        may_come = not is_whole and owner.removeprefix("@view/") in site.app.view_functions
        if not (plan.has(site.url_prefix + path) or has_no_feeds or may_come or is_gone(site.library, path)):
            found.setdefault(path if owner == UNKNOWN else owner, []).append(path)
    return found


def report_lost(site: Site, plan: Plan, problems: Problems, *, is_whole: bool = False) -> None:
    """Warns of each page and list of which URLs are lost."""
    kept = site.library.kept
    if kept.ledger is None:
        return
    shallow = "; git has only a part of the history here, and finds more renames with `fetch-depth: 0`"
    for owner, paths in lost_urls(site, plan, is_whole=is_whole).items():
        first = paths[0]
        more = f" and {len(paths) - 1} more of its URLs are" if len(paths) > 1 else " is"
        problems.warn("url.lost", f"`{first}`{more} lost: {_was(site, owner)}", kept.ledger.place(first),
                      f"put `aliases: [{first}]` into the page that takes its place; or say that nothing does: "
                      f"`urls --gone {first}`; or put it back" + (shallow if kept.is_shallow else ""))
    for path in kept.redirects:
        if not plan.has(site.url_prefix + path):
            problems.warn("url.clash", f"the old URL `{path}` cannot redirect: a file or a folder is in its way",
                          kept.ledger.place(path), "`urls` lists what is there")


def _was(site: Site, owner: str) -> str:
    """Returns what was at a lost URL, as the end of a sentence."""
    if owner.startswith("/"):
        return "no page of the site is known to take its place"
    if owner.startswith("@"):
        return f"it was {_list_name(owner)}"
    title, source = site.library.kept.titles.get(owner), unquote(owner)
    why = site.library.why_left_out(source)
    if why:
        fronts = (out.document.front for out in site.library.left_out if out.document.source.path == source)
        title = next((front.title for front in fronts), title)
    said = f"“{title}”, of " if title else "the page of "
    return f"it was {said}`{source}`" + (f", which is {why} now" if why else "")


def _list_name(owner: str) -> str:
    kind, _, name = owner[1:].partition("/")
    name = unquote(name)
    if kind == "terms" and "/" in name:
        taxonomy, _, term = name.partition("/")
        return f"the list of `{term}` in `{taxonomy}`"
    return {"view": f"a page of the view `{name}`", "archive": "the archive"}.get(kind, f"the list of `{name}`")
