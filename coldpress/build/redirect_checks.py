"""Checks of the redirects of the config."""

from __future__ import annotations

from coldpress.build.plan import Plan, PlanEntry
from coldpress.config.redirects import RedirectRule, RedirectRules
from coldpress.content.redirects import Redirect, looping
from coldpress.errors import Problems
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
        elif rule.to and rule.pattern.is_plain and not is_external(rule.to):
            _check_target(site, plan, rule, problems)


def _is_page(entry: PlanEntry | None) -> bool:
    return entry is not None and not isinstance(entry.values.get("page"), Redirect)


def _check_target(site: Site, plan: Plan, rule: RedirectRule, problems: Problems) -> None:
    target = path_of(rule.to or "")
    if not plan.has(site.url_prefix + target):
        known = [entry.path.removeprefix(site.url_prefix) for entry in plan.entries if entry.file.endswith(".html")]
        problems.warn("redirect.broken", f"the redirect `{rule.key}` leads to `{target}`, where nothing is",
                      site.config_place("redirects", rule.key), did_you_mean(target, known))
