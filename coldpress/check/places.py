"""The places in the sources from which the mistakes of built files come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urldefrag

from coldpress import recorder
from coldpress.check.built_site import BuiltSite
from coldpress.check.facts import OUTSIDE, PART, SEPARATOR
from coldpress.check.findings import Finding
from coldpress.content.bodies import cached_bodies
from coldpress.content.library import Library
from coldpress.content.links import place_of_link
from coldpress.content.page import Page, Section
from coldpress.errors import ColdpressError, Place, shown_line
from coldpress.markdown.rendered import Link
from coldpress.recorder import Key
from coldpress.text import heading_id

_HEADING = re.compile(r"#{1,6}[ \t]++(.*)")
_MARKUP = re.compile(r"[*_`\[\]]|\([^()\s]*\)|\{[^{}]*\}")
_VARIANT = re.compile(r"(.+)\.\d+\.[0-9a-f]{8,}\.\w+$")
"""The URL of an image in another size."""
_TAG = re.compile(r"<h[1-6]\b[^>]*\bid=[\"']?([^\"'\s>]+)")


class SourcePlaces:
    """Finds places in the sources of a site.  `pages` are the pages by their built files, `templates` the files of
    templates by the names that messages have for them, `broken` the links as their sources have them of which the build
    told that they lead nowhere."""

    def __init__(self, built: BuiltSite, library: Library, pages: Mapping[str, Page],
                 templates: Iterable[tuple[str, Path]] = (), broken: Iterable[str] = ()) -> None:
        self._built = built
        self._library = library
        self._pages = pages
        self._files = {page.source: file for file, page in pages.items()}
        self._templates = tuple(templates)
        self._broken = tuple(broken)
        self._repeated: dict[str, frozenset[str]] = {}
        self._links: dict[str, dict[str, Link]] = {}

    def of_target(self, file: str, key: Key) -> Place | None:
        """Returns the place of a link to a target in the source of a page."""
        page = self._pages.get(file)
        if page is None:
            return None
        with recorder.unrecorded(), cached_bodies():
            link = self._links_of(page).get(_told(key))
            return place_of_link(self._library, page, link) if link else None

    def of_url(self, file: str, url: str) -> Place | None:
        """Returns the place of the link or image in the source of a page that is shown with a URL."""
        page = self._pages.get(file)
        if page is None:
            return None
        variant = _VARIANT.match(url)
        with recorder.unrecorded(), cached_bodies():
            links = self._links_of(page)
            names = self._targets_of(file, url)
            if variant:
                stem = self._targets_of(file, variant[1])[-1]
                names += [name for name in links if name.startswith(f"{stem}.")]
            link = next((links[name] for name in reversed(names) if name in links), None)
            return place_of_link(self._library, page, link) if link else None

    def of_field(self, file: str, field: str) -> Place | None:
        """Returns the place of a field in the source of a page: the file itself, if it does not have it."""
        page = self._pages.get(file)
        if page is None:
            return None
        document = page.unrecorded.document
        return document.place_of(field) if field else document.place()

    def of_heading(self, finding: Finding, text: str) -> Place | None:
        """Returns the place of a heading in the source of a page; `text` begins with its tag."""
        page, tag = self._pages.get(finding.file), _TAG.match(text)
        if page is None or tag is None:
            return None
        document = page.unrecorded.document
        lines = document.body.split("\n")
        found = [number for number, line in enumerate(lines, 1)
                 if (heading := _HEADING.match(line.strip().rstrip("# \t"))) and tag[1] in (
                     heading_id(heading[1]), heading_id(_MARKUP.sub("", heading[1])))]
        return document.place_on(lines, found[0], 1, len(lines[found[0] - 1])) if len(found) == 1 else None

    def is_made_of_others(self, file: str) -> bool:
        """Returns whether a file repeats parts of other pages: a list, a feed."""
        page = self._pages.get(file)
        return page is None or isinstance(page, Section)

    def is_repeated(self, file: str, key: Key) -> bool:
        """Returns whether a list or feed has a broken link only because it shows a part of a page that has it: from
        there, the name of a missing source leads elsewhere."""
        if not self.is_made_of_others(file):
            return False
        if file not in self._repeated:
            self._repeated[file] = frozenset(name for url in self._broken for name in self._targets_of(file, url))
        return _told(key) in self._repeated[file]

    def template_place(self, finding: Finding) -> Place | None:
        """Returns the place of the URL of a finding in a template, if only one line of all templates has it."""
        if not finding.link:
            return None
        words = {finding.link, unquote(finding.link)}
        found = [(name, number, line, word) for name, lines in self._lines for number, line in enumerate(lines, 1)
                 for word in words if re.search(rf"[\"'(]{re.escape(word)}[\"')#?]", line)]
        if len({each[:2] for each in found}) != 1:
            return None
        name, number, line, word = found[0]
        return Place(name, number, line.index(word) + 1, shown_line(line), len(word))

    def built_place(self, finding: Finding) -> Place:
        """Returns the place in the built file."""
        return self._built.place(finding.file, finding.at, finding.length)

    @cached_property
    def _lines(self) -> list[tuple[str, list[str]]]:
        return [(name, file.read_text("utf-8", "replace").split("\n")) for name, file in self._templates]

    def _links_of(self, page: Page) -> dict[str, Link]:
        """Returns the first link of a page to each target."""
        if page.source not in self._links:
            found: dict[str, Link] = {}
            image = page.unrecorded.front.image
            try:
                links = [*page.unrecorded.rendered.html.links, *([Link("image", image)] if image else [])]
            except ColdpressError:  # a template body that fails
                links = []
            for link in links:
                for name in self._names(page, link):
                    found.setdefault(name, link)
            self._links[page.source] = found
        return self._links[page.source]

    def _names(self, page: Page, link: Link) -> list[str]:
        """Returns the targets of a link, in the form of `_told`."""
        return self._targets_of(self._files[page.source], self._library.link_url(page, link, elsewhere=True))

    def _targets_of(self, file: str, url: str) -> list[str]:
        try:
            whole = self._built.absolute(file, url)
            target = self._built.target_of(whole)
        except ValueError:
            return [_told((OUTSIDE, url))]
        if target is None:
            return [_told((OUTSIDE, urldefrag(whole)[0]))]
        return [_told((PART, f"{target.path}{SEPARATOR}{target.fragment}")), _told(("", target.path))]


def _told(key: Key) -> str:
    """Returns a target in one form, however its URL is written."""
    kind, name = key
    if kind == OUTSIDE:
        return unquote(name.removeprefix("//")).rstrip("/")
    path, separator, part = name.partition(SEPARATOR)
    return path.strip("/").removesuffix("index.html").strip("/") + separator + part
