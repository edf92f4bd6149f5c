"""Checks the settings of a site against its folder and the installed packages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from coldpress.config.fields import Field
from coldpress.config.loader import Config
from coldpress.content.taxonomy import front_taxonomies
from coldpress.errors import Place, Problems
from coldpress.extras import pip_install
from coldpress.recorder import Key
from coldpress.sources.fields import MEANT, field_of, spellings
from coldpress.sources.files import folders_in
from coldpress.text import did_you_mean


class CheckedSite(Protocol):
    """The part of a site that its settings need: `site.Site`."""

    root: Path
    config: Config
    config_problems: Problems
    can_be_built: bool
    extension_reads: Iterable[Key]

    def config_place(self, *keys: str | int) -> Place: ...


_TYPED = {
    "title": ("text",), "summary": ("text",), "description": ("text",), "slug": ("text",), "layout": ("text",),
    "lang": ("text",), "date": ("date",), "updated": ("date",), "publish_date": ("date",), "expiry_date": ("date",),
    "draft": ("bool",), "unlisted": ("bool",), "weight": ("int", "float"), "image": ("image", "file", "url", "text")}
"""The keys that Coldpress knows and that a field may make stricter, with the types that they can have."""


def taken_name(field: Field, taxonomies: Iterable[str]) -> str | None:
    """Returns why a typed field cannot have its name; None if it can."""
    known = spellings(tuple(taxonomies)).get(field.name.casefold())
    if known is None or known in MEANT:
        return None
    ours = field_of(known, "")
    if field.kind in _TYPED.get(ours, ()) and not field.is_list:
        return None
    return f"`{field.name}` is a key that Coldpress knows, and that is no {field.kind} of yours"


def check_fields(site: CheckedSite) -> None:
    """Reports typed fields with names of Coldpress's own keys."""
    taxonomies = front_taxonomies(site.config)
    for name, collection in site.config.collections.items():
        for field in collection.fields:
            if wrong := taken_name(field, taxonomies):
                site.config_problems.error("config.field-name", wrong,
                                           site.config_place("collections", name, "fields", field.name), TAKEN_HINT)
                site.can_be_built = False  # else each page would have a problem too


TAKEN_HINT = "give the field another name"


def check_markdown(site: CheckedSite) -> None:
    """Reports options of `markdown` that cannot work: missing packages, folders, files; bad macros."""
    options = site.config.markdown
    if (not options.trusted or options.untrusted) and find_spec("nh3") is None:
        site.config_problems.error(
            "config.untrusted", "cleaning what authors write needs a package that is not installed",
            site.config_place("markdown", "untrusted" if options.trusted else "trusted"),
            f"run {pip_install('untrusted')}")
        site.can_be_built = False
    _check_untrusted(site, options.untrusted)
    if options.engine != "native":
        _check_extensions(site)
    for name in options.append:
        if not (site.root / name).is_file():
            site.config_problems.error("config.value", f"`markdown`: there is no file `{name}`",
                                       site.config_place("markdown", "append"))
    if options.macros:
        from coldpress.markdown.math.mathml import MathConverter  # noqa: PLC0415  (only where there are macros)

        try:
            MathConverter(dict(options.macros))
        except ValueError as reason:
            site.config_problems.error("config.value", f"`markdown`: {reason}",
                                       site.config_place("markdown", "macros"))
            site.config = replace(site.config, markdown=replace(options, macros=()))


def _check_extensions(site: CheckedSite) -> None:
    """Reports extensions of Python-Markdown that are missing or fail, and go on without them."""
    from coldpress.markdown.python_markdown import ExtensionError, reload_extensions  # noqa: PLC0415  (if used)

    names = list(enumerate(site.config.markdown.extensions))
    while True:
        options = replace(site.config.markdown, extensions=tuple(name for _, name in names))
        try:
            site.extension_reads = reload_extensions(options, site.root)
        except ExtensionError as reason:
            index, _ = names.pop(reason.index)
            keys = ("extensions", index) if reason.keys[0] == "extensions" else reason.keys
            site.config_problems.error("config.extension", str(reason), site.config_place("markdown", *keys),
                                       reason.hint)
        else:
            site.config = replace(site.config, markdown=options)
            return


def _check_untrusted(site: CheckedSite, names: Iterable[str]) -> None:
    """Reports folders of `untrusted` that do not exist: by a typing error their authors would be trusted."""
    content = site.root / site.config.content_dir
    there = [*folders_in(content), *site.config.collections.with_rows] if names else ()
    for number, name in enumerate(names):
        if name not in there:
            site.config_problems.error(
                "config.value", f"`untrusted`: there is no folder `{name}` in `{site.config.content_dir}`",
                site.config_place("markdown", "untrusted", number),
                did_you_mean(name, there) or "name a folder as seen from the content folder")
