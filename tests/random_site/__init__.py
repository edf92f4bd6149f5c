"""A site that uses everything there is, and random edits of it.

The same seed makes the same site and the same edits.  An edit is a function of
a `RandomSite`; it says in a few words what it did, or nothing when there was
nothing to do, and leaves a site that builds without an error.
"""

# The order in which edits are registered decides which a seed chooses.
# isort: off
from random_site import edit_bodies, edit_front_matter, edit_sources, edit_assets, edit_config, edit_templates
from random_site import edit_code, edit_output, edit_builds, edit_engine, edit_collections, edit_plugins, edit_cards
from random_site import edit_files, edit_ledger
# isort: on
from random_site.initial_code import VALUES
from random_site.registry import EDITS, OF_SOURCES
from random_site.site import CLOCK, Doc, RandomSite

__all__ = ["CLOCK", "EDITS", "OF_SOURCES", "VALUES", "Doc", "RandomSite", "edit_assets", "edit_bodies", "edit_builds",
           "edit_cards", "edit_code", "edit_collections", "edit_config", "edit_engine", "edit_files",
           "edit_front_matter", "edit_ledger", "edit_output", "edit_plugins", "edit_sources", "edit_templates"]
