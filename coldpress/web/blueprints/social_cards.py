"""Social cards: the pictures that are shown where pages are shared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, abort
from flask.typing import ResponseReturnValue

from coldpress.content.library import Library
from coldpress.images.facts import DamagedImageError
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.blueprints.pages import show_content
from coldpress.web.sites import requested_site, site_with
from coldpress.web.social_cards import Card

blueprint = SiteBlueprint("social_cards", __name__)


@blueprint.get("/<coldpress_card:card>")
def social_card(card: Card | None) -> ResponseReturnValue:
    """Send the card of a page, which is drawn when it is first asked for."""
    site = requested_site()
    content = site.find(site.requested_path())
    if content is not None or card is None:
        return show_content(content)
    try:
        return Response(site.cards.png(card), mimetype="image/png")
    except DamagedImageError:
        abort(404)


@blueprint.urls(social_card)
def social_card_urls(library: Library) -> Iterator[dict[str, Any]]:
    for card in site_with(library).cards.all():
        yield {"card": card}
