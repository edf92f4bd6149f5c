"""Names of files of the theme that a site writes by hand: in the built site, the files have other names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from coldpress import recorder
from coldpress.errors import Problem
from coldpress.paths import relative_name
from coldpress.text import lazy_re_compile
from coldpress.web.asset_texts import with_targets
from coldpress.web.error_places import code_place
from coldpress.web.site import Site

_IN_TEMPLATES = lazy_re_compile(r"(?:[\"'(=,]|\s)(?:[\w/-]*)/theme/([\w./-]+)")


def plain_names(site: Site) -> Iterator[Problem]:
    """Yields a warning for each file of the theme that an own template, or a style sheet in `static/`, names without
    its hash."""
    templates, static = site.root / site.config.templates_dir, site.root / site.config.static_dir
    with recorder.unrecorded():
        for file, text in _texts(templates, ("*.html", "*.css"), "/theme/"):
            for found in _IN_TEMPLATES.finditer(text):
                name = found[1]
                if site.copied.published("theme", name) != name:
                    hint = f'write `{{{{ url_for("theme", filename="{name}") }}}}`'
                    yield _problem(site, file, text, found.start(1), hint)
        if "static" not in site.copied.hashed:
            for file, text in _texts(static, ("*.css",), "theme/"):
                yield from _in_style_sheet(site, file, text)


def _texts(folder: Path, patterns: Iterable[str], word: str) -> Iterator[tuple[Path, str]]:
    """Yields the files below a folder in which a word is."""
    for file in sorted(file for pattern in patterns for file in folder.rglob(pattern)):
        try:
            text = file.read_text("utf-8", "replace")
        except OSError:
            continue
        if word in text:
            yield file, text


def _in_style_sheet(site: Site, file: Path, text: str) -> Iterator[Problem]:
    targets: dict[str, None] = {}
    name = relative_name(file, site.root / site.config.static_dir)
    with_targets(name, text, targets.setdefault)
    for target in targets:
        found = site.copied.target(("static", name), target)
        if found and site.copied.published(*found) != found[1]:
            hint = "with `hashed_static: true` the style sheet gets that name"
            yield _problem(site, file, text, text.index(target), hint)


def _problem(site: Site, file: Path, text: str, start: int, hint: str) -> Problem:
    name = re.split(r"[\"'()\s?#>]", text[start:], maxsplit=1)[0]
    line = text.count("\n", 0, start) + 1
    place = replace(code_place(str(file), line, site), column=start - text.rfind("\n", 0, start), length=len(name))
    return Problem("link.theme-file", "in the built site this file of the theme has a hash in its name", place, hint,
                   severity="warning")
