"""What the check of a whole site must know of each file, read once and kept by the digest of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urlsplit

from coldpress.check.accessibility import accessibility_flaws
from coldpress.check.built_site import BuiltSite
from coldpress.check.feeds import NOWHERE, feed_problems, is_feed
from coldpress.check.links import part_of
from coldpress.check.outline import Outline
from coldpress.check.references import PAGES, has_references
from coldpress.recorder import Key, KeyNumbers

LINK, LOAD, META, PART, OUTSIDE = "link", "load", "meta", "part", "outside"
"""The kinds of targets: a page to which readers are led, a file that a page loads, a file that programs are told of, a
part of a page, and a URL of another site."""
SEPARATOR = "\n"
"""It stands between the path and the part of a target, which have no line breaks."""
_BEGINNING = 120  # characters of an element
_CONTENT = {"link": LINK, "load": LOAD, "meta": META}


class Flaw(NamedTuple):
    """A mistake inside one page: its code, its message, its hint, its place, the URL that it is about, and the
    beginning of the element, which is the same on all pages if a template made it."""

    code: str
    message: str
    hint: str | None
    at: int | None
    length: int
    url: str = ""
    text: str = ""


class Head(NamedTuple):
    """What a page says of itself: its title, its description, whether it only leads to another one, whether search
    engines are to leave it out, and the path of its canonical URL, if that is another one."""

    title: str = ""
    description: str = ""
    is_redirect: bool = False
    is_hidden: bool = False
    canonical: str = ""

    def as_text(self) -> str:
        """Returns it as one text, for `head_of`; an empty one if the page says nothing."""
        flags = f"{'r' if self.is_redirect else ''}{'h' if self.is_hidden else ''}"
        parts = (self.title, self.description, flags, self.canonical)
        return "\n".join(part.replace("\n", " ") for part in parts) if any(parts) else ""


def head_of(text: str) -> Head:
    """Returns what `as_text` has written."""
    if not text:
        return NO_HEAD
    title, description, flags, canonical = text.split("\n")
    return Head(title, description, "r" in flags, "h" in flags, canonical)


NO_HEAD = Head()


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one file: its targets as packed numbers, its ids, and its flaws.  Ids and flaws are as text until
    they are needed."""

    file: str
    targets: bytes = b""
    head: Head = NO_HEAD
    ids: str = ""
    flaws: str = ""

    @property
    def parts(self) -> frozenset[str]:
        """The parts of the page to which links may lead."""
        return frozenset(self.ids.split("\n"))

    @property
    def found(self) -> Iterator[Flaw]:
        """The mistakes inside the page."""
        return (Flaw(*each) for each in json.loads(self.flaws)) if self.flaws else iter(())


def facts_of(site: BuiltSite, file: str, numbers: KeyNumbers) -> Facts:
    """Reads a file and returns its facts; `numbers` numbers its targets."""
    if not has_references(file):
        return Facts(file)
    targets = dict.fromkeys(targets_of(site, file))
    if not file.endswith(PAGES):
        flaws = [list(flaw) for flaw in _feed_flaws(site, file)]
        return Facts(file, numbers.packed(targets), flaws=_as_text(flaws))
    page = site.outline(file)
    head = _head(site, file, page)
    flaws = [] if head.is_redirect else [list(flaw) for flaw in _flaws(page)]
    # A line break in an id would make two of it; no link can name such a part.
    ids = "\n".join(sorted(name.replace("\n", " ") for name in {*page.ids, *page.names}))
    site.forget(file)
    return Facts(file, numbers.packed(targets), head, ids, _as_text(flaws))


def _as_text(flaws: list[list[Any]]) -> str:
    return json.dumps(flaws, ensure_ascii=False) if flaws else ""


def _feed_flaws(site: BuiltSite, file: str) -> Iterator[Flaw]:
    """Yields what is wrong with a feed; where its links lead is told with all links."""
    if is_feed(file, site.read(file)):
        for problem in feed_problems(site, file):
            if problem.code != NOWHERE:
                yield Flaw("feed", problem.message, problem.hint, None, 1)


def targets_of(site: BuiltSite, file: str) -> Iterator[Key]:
    """Yields what the URLs of a file lead to.  What is certainly there is left out: the file itself, its own parts."""
    for reference in site.references(file):
        yield from keys_of(site, file, reference.url, reference.kind)


def keys_of(site: BuiltSite, file: str, url: str, kind: str) -> Iterator[Key]:
    """Yields the targets of one URL of a file."""
    base = site.outline(file).base if file.endswith(PAGES) else ""
    try:
        whole = site.absolute(file, url, base)
        target = site.target_of(whole)
    except ValueError:
        yield OUTSIDE, url
        return
    if target is None:
        if kind != "meta" and urlsplit(whole).scheme in ("http", "https"):
            yield OUTSIDE, urldefrag(whole)[0]
        return
    part = part_of(target.fragment) if kind == "link" else ""
    if target.file == file:
        page = site.outline(file) if part and file.endswith(PAGES) else None
        if page and part not in page.ids and part not in page.names:
            yield PART, f"{target.folder_path}{SEPARATOR}{part}"
        return
    yield _CONTENT[kind], target.folder_path
    if part:
        yield PART, f"{target.folder_path}{SEPARATOR}{part}"


def _head(site: BuiltSite, file: str, page: Outline) -> Head:
    title = next((element.text for element in page.of("title")), "")
    named = {element.get("name").lower(): element.get("content") for element in reversed(list(page.of("meta")))}
    is_redirect = any(element.get("http-equiv").lower() == "refresh" for element in page.of("meta"))
    canonical = next((site.target(file, reference.url) for reference in page.references
                      if reference.is_canonical), None)
    other = canonical.path if canonical and canonical.file != file else ""
    return Head(title, " ".join(named.get("description", "").split()), is_redirect,
                "noindex" in named.get("robots", "").lower(), other)


def _flaws(page: Outline) -> Iterator[Flaw]:
    for element, code, message, hint in accessibility_flaws(page):
        yield Flaw(code, message, hint, element.at if element else None, len(element.tag) + 1 if element else 1,
                   (element.get("src") or element.get("href")) if element else "",
                   page.text[element.at:element.at + _BEGINNING] if element else "")
