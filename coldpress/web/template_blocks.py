"""Blocks of templates that no template above them has: what is in such a block is shown nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jinja2 import TemplateNotFound, TemplateSyntaxError, nodes

from coldpress.errors import Problem
from coldpress.text import did_you_mean
from coldpress.web.environment import SiteEnvironment
from coldpress.web.error_places import code_place
from coldpress.web.site import Site
from coldpress.web.template_sources import FoundInSource


class _Outline(NamedTuple):
    """The template that a template extends, None if it is none, or not a plain name; its blocks; and those of
    them that are in no other block, each with its line."""

    extends: str | None
    blocks: frozenset[str]
    outermost: tuple[tuple[str, int], ...]


def unknown_blocks(site: Site) -> Iterator[Problem]:
    """Yields a warning for each block of the site's own templates, and of those of its theme's package, that cannot
    be shown."""
    own = [("", site.root / site.config.templates_dir)]
    packages = [(f"{theme.name}/", theme.templates) for theme in site.theme.chain if theme.parent]
    for prefix, folder in (*own, *packages):
        if folder.is_dir():
            yield from _unknown_in(site, prefix, folder)


def _unknown_in(site: Site, prefix: str, folder: Path) -> Iterator[Problem]:
    environment = site.environment
    for file in sorted(folder.rglob("*.html")):
        outline = _outline_of(environment, prefix + file.relative_to(folder).as_posix())
        above = _blocks_above(environment, outline) if outline else None
        if outline is None or above is None:
            continue
        for block, line in outline.outermost:
            if block not in above:
                yield Problem(
                    "template.block", f"no template above this one has a block `{block}`: it is shown nowhere",
                    code_place(str(file), line, site),
                    did_you_mean(block, above) or f"there are {', '.join(f'`{known}`' for known in sorted(above))}",
                    severity="warning")


def _blocks_above(environment: SiteEnvironment, outline: _Outline) -> frozenset[str] | None:
    """Returns the blocks of all templates that one extends; None if it extends none, or one that is not known."""
    found: set[str] = set()
    seen: set[str] = set()
    current = outline
    while current.extends is not None:
        above = _outline_of(environment, current.extends) if current.extends not in seen else None
        if above is None:
            return None
        seen.add(current.extends)
        found |= above.blocks
        current = above
    return frozenset(found) if seen else None


def _outline_of(environment: SiteEnvironment, name: str) -> _Outline | None:
    try:
        return _outline(environment, name)
    except (TemplateNotFound, TemplateSyntaxError, OSError, UnicodeDecodeError):
        return None  # rendering a page reports it


@FoundInSource
def _outline(environment: SiteEnvironment, source: str) -> _Outline | None:
    tree = environment.parse(source)
    found = [node.template for node in tree.find_all(nodes.Extends)]
    extends = [str(name.value) for name in found if isinstance(name, nodes.Const)]
    if len(found) > 1 or len(extends) < len(found):
        return None  # which one it is, is known only when a page is rendered
    outermost = [node for node in tree.body if isinstance(node, nodes.Block)]
    called = set(re.findall(r"\bself\.(\w+)", source))
    return _Outline(extends[0] if extends else None,
                    frozenset(node.name for node in tree.find_all(nodes.Block)),
                    tuple((node.name, node.lineno) for node in outermost if node.name not in called))
