"""Parsers of options that few sites have: what they need is imported when the option is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coldpress.config.check import CheckOptions
    from coldpress.config.deploy import DeployOptions
    from coldpress.config.headers import HeaderRule, PolicyOptions
    from coldpress.config.redirects import RedirectRules


def late_redirects(value: Any) -> RedirectRules:
    """Converts the value of `redirects:`."""
    from coldpress.config.redirects import as_redirects  # noqa: PLC0415

    return as_redirects(value)


def late_headers(value: Any) -> tuple[HeaderRule, ...]:
    """Converts the value of `headers:`."""
    from coldpress.config.headers import as_headers  # noqa: PLC0415

    return as_headers(value)


def late_csp(value: Any) -> PolicyOptions | None:
    """Converts the value of `csp:`."""
    from coldpress.config.headers import as_csp  # noqa: PLC0415

    return as_csp(value)


def late_deploy(value: Any) -> DeployOptions:
    """Converts the value of `deploy:`."""
    from coldpress.config.deploy import as_deploy  # noqa: PLC0415

    return as_deploy(value)


def late_check(value: Any) -> CheckOptions:
    """Converts the value of `check:`."""
    from coldpress.config.check import as_check  # noqa: PLC0415

    return as_check(value)
