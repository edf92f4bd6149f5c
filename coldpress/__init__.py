"""Coldpress: a static site generator whose website is a Flask app.

    create_app(__file__)        the Flask app of the site around a file
    Coldpress(app, root)        the same site inside an app of yours
    main(create_app)            the command line of a site's `build.py`
    frozen, live, depends       marks for your own routes
    now()                       the moment of the build
    get_site(app)               the site of an app, to register what it adds: filters, sources, …
    current_site                the site of the current request
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from coldpress.decorators import depends, frozen, live
    from coldpress.errors import ColdpressError, Problem
    from coldpress.start import main
    from coldpress.web.blueprints import Blueprint
    from coldpress.web.extension import Coldpress, create_app, current_site, get_site
    from coldpress.web.sites import now

__version__ = "0.1.0"

# Names are imported when they are first used: `import coldpress` costs nothing.
_HOMES = {
    "main": "start", "ColdpressError": "errors", "Problem": "errors",
    "depends": "decorators", "frozen": "decorators", "live": "decorators",
    "create_app": "web.extension", "Coldpress": "web.extension", "now": "web.sites",
    "get_site": "web.extension", "current_site": "web.extension", "Blueprint": "web.blueprints",
}
__all__ = [
    "Blueprint", "Coldpress", "ColdpressError", "Problem", "__version__", "create_app", "current_site", "depends",
    "frozen", "get_site", "live", "main", "now"]



def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
