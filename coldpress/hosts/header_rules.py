"""The headers of a site: defaults, the policy, and the option `headers`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coldpress.config.headers import IMMUTABLE, NOSNIFF, POLICY, REFERRER, HeaderRule, PolicyOptions
from coldpress.config.loader import Config
from coldpress.hosts.policy import Policy
from coldpress.paths import NAME_HASH

EVERYWHERE = "/*"
HASHED_FILE = rf"\.{NAME_HASH}\.[A-Za-z0-9]+"
"""The end of the name of a file that never changes, as its name has a hash of its content: a regular expression."""
HASHED_PICTURE = rf"\.{NAME_HASH}\.(?:avif|webp|png|jpe?g|gif)"
"""The same of a picture, which may be in any folder."""
HASHED_PATHS = (rf"/(?:theme|static)/.*{HASHED_FILE}", rf"/.*{HASHED_PICTURE}")
"""The paths of both: regular expressions."""
_HASHED = re.compile("|".join(HASHED_PATHS), re.S)


def is_hashed(path: str) -> bool:
    """Returns whether a path of a site is that of a file whose name has a hash of its content."""
    return _HASHED.fullmatch(path) is not None


def header_rules(config: Config) -> list[HeaderRule]:
    """Returns the header rules of a site but those for files with hashes; of two for one header, the later counts."""
    return rules_of(config.csp, config.headers)


def rules_of(csp: PolicyOptions | None, own: Iterable[HeaderRule]) -> list[HeaderRule]:
    """Returns the rules of a policy and of the author's own headers, after the defaults."""
    policy = ((POLICY, Policy(csp).text),) if csp else ()
    return [HeaderRule(EVERYWHERE, (NOSNIFF, REFERRER, *policy)), *own]


def headers_at(rules: Iterable[HeaderRule], path: str) -> dict[str, tuple[str, str]]:
    """Returns the headers of a decoded path, name and value by the name in lower case."""
    found = {IMMUTABLE[0].lower(): IMMUTABLE} if is_hashed(path) else {}
    for rule in rules:
        if rule.regex.fullmatch(path):
            found |= {name.lower(): (name, value) for name, value in rule.headers}
    return found
