"""Checks of pages against the Content-Security-Policy of the site."""

from __future__ import annotations

from coldpress.build.plan_entry import PlanEntry
from coldpress.config.headers import POLICY, PolicyOptions
from coldpress.errors import Problems
from coldpress.hosts.header_rules import EVERYWHERE
from coldpress.hosts.policy import Policy
from coldpress.web.site import Site

_IN_FILES = {"script-src": "put the script into a file of `static/`",
             "style-src": "put the style into a file of `static/`"}


def check_rivals(site: Site, problems: Problems) -> None:
    """Warns of a header rule of the config for all files that sets the policy too: then `csp` does nothing."""
    for rule in site.config.headers:
        if rule.pattern == EVERYWHERE and any(name.lower() == POLICY.lower() for name, _ in rule.headers):
            problems.warn("csp.rival", f"`headers` set `{POLICY}` for all files, so `csp` does nothing",
                          site.config_place("headers", rule.pattern), "take one of the two out")


def check_policy(entry: PlanEntry, csp: PolicyOptions, data: bytes, problems: Problems) -> None:
    """Warns of what a page loads or has in itself, and the policy of the theme forbids."""
    for directive, source in Policy(csp).blocked(data.decode(errors="replace")):
        if source == "'unsafe-inline'":
            what = "a script" if directive == "script-src" else "a style"
            problems.warn("csp.blocked", f"`{entry.path}` has {what} in itself, which the policy forbids", entry.place,
                          _IN_FILES[directive])
        else:
            problems.warn("csp.blocked", f"`{entry.path}` loads from `{source}`, which the policy forbids", entry.place,
                          f"write `csp: {{{directive}: {source}}}`, or take it out")
