"""Checks of the redirects of the config."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from coldpress.build.plan import Plan
from coldpress.build.plan_entry import PlanEntry
from coldpress.config.deploy import WITHOUT_REDIRECTS
from coldpress.config.redirects import RedirectRule, RedirectRules
from coldpress.content.feeds import FEED_FILES
from coldpress.content.library import Library
from coldpress.content.redirects import Redirect, is_gone, looping, redirect_at
from coldpress.errors import Problem, Problems
from coldpress.paths import is_external, path_of
from coldpress.text import did_you_mean
from coldpress.web.site import Site


def check_redirects(site: Site, plan: Plan, problems: Problems) -> None:
    """Reports redirects that lead in a circle, and those that lead to nothing."""
    rules = site.config.redirects or RedirectRules()
    loops = {rule.path for rule in looping(rules) if not _is_page(plan.at(site.url_prefix + path_of(rule.to or "")))}
    for rule in rules:
        if rule.path in loops:
            problems.error("redirect.loop", f"the redirect `{rule.key}` leads in a circle",
                           site.config_place("redirects", rule.key), "let it lead to a page")
        elif rule.to and rule.pattern.is_plain:
            _check_type(site, plan, rule, problems)
            if not is_external(rule.to):
                _check_target(site, plan, rule, problems)


def of_redirect(problem: Problem, library: Library, path: str, exists: Callable[[str], bool]) -> Problem:
    """Returns the problem of a link to a path where nothing is, with what the site's redirects say of the path."""
    if is_gone(library, path):
        return replace(problem, message=f"`{path}` is marked as gone", hint="link to something else, or take it out")
    rules = library.config.redirects
    found = redirect_at(rules, path) if rules else None
    if found is None or not found.is_inside or not exists(path_of(found.to or "")):
        return problem
    deploy = library.config.deploy
    where = f"on {deploy.host}" if deploy and deploy.host else "on every host"
    return replace(problem, hint=f"the redirect `{found.key}` does not work {where}; write `{found.to}`")


def _is_page(entry: PlanEntry | None) -> bool:
    return entry is not None and not isinstance(entry.values.get("page"), Redirect)


def _check_type(site: Site, plan: Plan, rule: RedirectRule, problems: Problems) -> None:
    """Warns of an old path of a file that is no page, on a host where a page leads on from there."""
    deploy, name = site.config.deploy, rule.path.rpartition("/")[2]
    host = deploy.host if deploy else None
    is_feed = rule.to and path_of(rule.to).rpartition("/")[2] in FEED_FILES.values() and plan.has(
        site.url_prefix + path_of(rule.to))
    if host in WITHOUT_REDIRECTS and host and "." in name and not name.endswith((".html", ".htm")) and not is_feed:
        problems.warn("redirect.type", f"{host} has no redirects: at `{rule.key}` would be a page of HTML that "
                      "leads on, which only browsers could follow", site.config_place("redirects", rule.key),
                      f"publish the file at `{rule.key}` too, or choose another host")


def _check_target(site: Site, plan: Plan, rule: RedirectRule, problems: Problems) -> None:
    target = path_of(rule.to or "")
    if not plan.has(site.url_prefix + target):
        known = [entry.path.removeprefix(site.url_prefix) for entry in plan.entries if entry.file.endswith(".html")]
        problems.warn("redirect.broken", f"the redirect `{rule.key}` leads to `{target}`, where nothing is",
                      site.config_place("redirects", rule.key), did_you_mean(target, known))
