"""Coldpress: a static site generator whose website is a Flask app.

    create_app(__file__)        the Flask app of the site around a file
    Coldpress(app, root)        the same site inside an app of yours
    main(create_app)            the command line of a site's `build.py`
    frozen, live, depends       marks for your own routes
    now()                       the moment of the build
    site_loaded, site_built     signals, to watch what happens
    get_site(app)               the site of an app, to register what it adds: filters, sources, …
    current_site                the site of the current request
"""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from coldpress.decorators import depends, frozen, live
    from coldpress.errors import ColdpressError, Problem
    from coldpress.markdown.code.fences import Fence
    from coldpress.signals import site_built, site_loaded
    from coldpress.sources.rows import RowSource
    from coldpress.start import main
    from coldpress.web.blueprints import Blueprint
    from coldpress.web.extension import Coldpress, current_site, get_site
    from coldpress.web.registry import Directive
    from coldpress.web.site_app import create_app
    from coldpress.web.sites import now

__version__ = "0.1.0"

# Names are imported when they are first used: `import coldpress` costs nothing.
_HOMES = {
    "Blueprint": "web.blueprints", "Coldpress": "web.extension", "ColdpressError": "errors",
    "Directive": "web.registry", "Fence": "markdown.code.fences", "Problem": "errors", "RowSource": "sources.rows",
    "create_app": "web.site_app", "current_site": "web.extension", "depends": "decorators", "frozen": "decorators",
    "get_site": "web.extension", "live": "decorators", "main": "start", "now": "web.sites", "site_built": "signals",
    "site_loaded": "signals",
}
__all__ = [
    "Blueprint", "Coldpress", "ColdpressError", "Directive", "Fence", "Problem", "RowSource", "__version__",
    "create_app", "current_site", "depends", "frozen", "get_site", "live", "main", "now", "site_built", "site_loaded"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    return __all__
