"""The variants of pictures: smaller ones, in other formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask.typing import ResponseReturnValue

from coldpress.content.library import Library
from coldpress.images.service import Wanted
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.blueprints.pages import send_variant, show_content
from coldpress.web.sites import requested_site

blueprint = SiteBlueprint("images", __name__)
_YEAR = 31_536_000  # seconds: the URL of a variant changes with its bytes


@blueprint.get("/<coldpress_variant:wanted>")
def image(wanted: Wanted | None) -> ResponseReturnValue:
    """Send a variant of a picture, which is made when it is first asked for.  A file of the content folder with such a
    name goes before it."""
    site = requested_site()
    content = site.find(site.requested_path())
    if content is not None or wanted is None:
        return show_content(content)
    return send_variant(site, wanted, max_age=_YEAR)


@blueprint.urls(image)
def image_urls(library: Library) -> Iterator[dict[str, Any]]:
    """None: pages name the variants that they show, and a build adds these."""
    yield from ()
