"""The folded branches of large docs trees: scripts that the browser loads when a reader opens one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, abort

from coldpress.content.docs_tree import BranchAddress, TreeEntry, branch_at, branches, tree_for
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.relative_links import relative_to_request
from coldpress.web.site import Site
from coldpress.web.sites import requested_site

blueprint = SiteBlueprint("docs_tree", __name__)


@blueprint.get("/theme/tree/<path:tree>/<place>.js")
def tree_branch(tree: str, place: str) -> Response:
    """Send the entries of a branch.  A script, as a page that was opened from a folder can load no other file."""
    site = requested_site()
    entries = branch_at(site.library.navigation, BranchAddress(tree, place))
    if entries is None:
        abort(404)
    html = relative_to_request(site.render("partials/tree.html", entries=entries))
    event = f'new CustomEvent("tree-branch", {{detail: {json.dumps(html, ensure_ascii=False)}}})'
    return Response(f"dispatchEvent({event});\n", mimetype="text/javascript")


@blueprint.urls(tree_branch)
def tree_branch_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield from (address._asdict() for address in branches(library.navigation, iter(library.all_pages.unrecorded)))


def docs_tree(site: Site, page: Page) -> tuple[TreeEntry, ...]:
    """Returns the tree of a page of docs, for templates."""
    return tree_for(site.library.navigation, page)
