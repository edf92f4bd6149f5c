"""Links and wiki links between pages: resolves and checks them, suggests a near name for a broken link."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple, Protocol
from urllib.parse import quote, unquote, urljoin

from coldpress import recorder
from coldpress.content.aliases import Alias, Moved
from coldpress.content.bodies import is_template, place_in
from coldpress.content.page import Page, PageLibrary
from coldpress.content.wikilinks import WikiLinkIndex
from coldpress.errors import Place, Problem
from coldpress.markdown.html.fragments import ENDPOINT_SCHEME
from coldpress.markdown.rendered import Link
from coldpress.markdown.syntax.foreign_syntax import media_kind
from coldpress.paths import is_external, path_of, quote_fragment
from coldpress.sources.files import MARKDOWN, SourceFile, file_stem, split_name
from coldpress.sources.rows import row_names
from coldpress.text import NearNames, did_you_mean, heading_id

CARD = "card"
"""The value of `og_image` that means the social card of the page."""
_SAME = 100  # files with the same name that are compared


class Suggestions:
    """The near names of a site's sources, assets, paths and pages, for broken links."""

    def __init__(self, sources: Iterable[str], assets: Iterable[str], paths: Iterable[str],
                 names: WikiLinkIndex) -> None:
        self._sources = _Files(sources)
        self._assets = _Files(assets)
        self._every_path = paths
        self._names = names

    def file(self, source: str, *, asset: bool) -> str | None:
        """Returns the file whose name is nearest to a missing one."""
        return (None if asset else self._sources.nearest(source)) or self._assets.nearest(source)

    def path(self, path: str) -> str | None:
        """Returns the path nearest to a missing one in the same folder."""
        above, name = posixpath.split(path.rstrip("/"))
        if above not in self._paths:
            return None
        paths, near = self._paths[above]
        nearest = near.nearest(name)
        return paths[nearest] if nearest else None

    def name(self, name: str) -> str | None:
        """Returns the page name nearest to a missing one."""
        return self._near_names.nearest(name)

    @cached_property
    def _paths(self) -> dict[str, tuple[dict[str, str], NearNames]]:
        beside: dict[str, dict[str, str]] = {}
        for path in self._every_path:
            above, name = posixpath.split(path.rstrip("/"))
            beside.setdefault(above, {})[name] = path
        return {above: (paths, NearNames(paths)) for above, paths in beside.items()}

    @cached_property
    def _near_names(self) -> NearNames:
        return NearNames(self._names)


class _Files:
    """Finds files by stem and by folder."""

    def __init__(self, files: Iterable[str]) -> None:
        self._files = tuple(files)

    def nearest(self, source: str) -> str | None:
        """Returns the file with the same stem, in the nearest folder; otherwise the file with the nearest
        stem in the same folder."""
        folder, name = posixpath.split(source)
        stem = _stem(source) or name.casefold()
        named = self._by_stem.get(stem)
        if not named and folder in self._by_folder:
            stems, near = self._by_folder[folder]
            nearest = near.nearest(stem)
            named = stems[nearest] if nearest else None
        return max((named or [])[:_SAME], default=None,
                   key=lambda other: len(posixpath.commonprefix([other[::-1], source[::-1]])))

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for file in self._files:
            found.setdefault(_stem(file), []).append(file)
        return found

    @cached_property
    def _by_folder(self) -> dict[str, tuple[dict[str, list[str]], NearNames]]:
        found: dict[str, dict[str, list[str]]] = {}
        for file in self._files:
            stems = found.setdefault(posixpath.dirname(file), {})
            # An index has the name of its folder, and its own.
            for stem in dict.fromkeys((_stem(file), file_stem(file).casefold())):
                stems.setdefault(stem, []).append(file)
        return {folder: (stems, NearNames(stems)) for folder, stems in found.items()}


def _stem(source: str) -> str:
    """Returns the name of a source without date and extension; for an index, the name of its folder."""
    return split_name(source, file_stem(source) in ("index", "_index"))[0].casefold()


_SPECIAL = re.compile("[:?#]")


class LinkTarget(NamedTuple):
    """The target of a link.

    `path` is None for a missing source and for a URL of another site.  `page` is set
    if a page of the site is there.  `suffix` is `?…#…` as written in the link.
    `url` is set for a URL of the app outside of the site.
    """

    path: str | None
    suffix: str = ""
    fragment: str = ""
    page: Page | None = None
    asset: bool = False
    external: bool = False
    url: str | None = None

    @property
    def is_found(self) -> bool:
        """Whether it is content of the site, or not the site's at all."""
        return bool(self.external or self.page or self.asset)


class LinkLibrary(PageLibrary, Protocol):
    """The part of a library that links need: `library.Library` implements it."""

    @property
    def suggestions(self) -> Suggestions: ...

    @property
    def left_out_names(self) -> Mapping[str, str]: ...

    def at(self, path: str) -> Page | Alias | Moved | None: ...

    def asset_at(self, path: str) -> SourceFile | None: ...

    def by_source(self, source: str) -> Page | None: ...

    def asset_of(self, source: str) -> str | None: ...

    def by_name(self, name: str) -> Page | None: ...

    def asset_by_name(self, name: str) -> str | None: ...

    def page_in(self, folder: str) -> Page | None: ...

    def why_left_out(self, source: str) -> str | None: ...


def resolve(library: LinkLibrary, page: Page, reference: str) -> LinkTarget:
    """Resolves a link in a page's body."""
    if reference.startswith(ENDPOINT_SCHEME):
        return _as_endpoint(library, reference)
    if reference.startswith("[["):
        return _as_name(library, page, reference[2:-2])
    rows = row_names(library.config.collections, reference.partition("#")[0])
    if rows:
        fragment, row = reference.partition("#")[2], next(filter(None, map(library.by_source, rows)), None)
        suffix = f"#{quote_fragment(fragment)}" if fragment else ""
        return LinkTarget(row.path if row else None, suffix, unquote(fragment), row)
    inside = _on_this_site(library, reference)
    if inside is None:
        return LinkTarget(None, external=True)
    reference = inside
    rest, hash_mark, fragment = reference.partition("#")
    rest, question_mark, query = rest.partition("?")
    suffix = question_mark + query + (hash_mark + quote_fragment(fragment) if hash_mark else "")
    fragment = unquote(fragment)
    if not rest:
        return LinkTarget(page.path, suffix, fragment, page)
    if rest.startswith("/") and (root := library.root()) and rest.startswith(f"{root}/") and (
            _is_made(library, page, rest)):
        rest = rest.removeprefix(root)
    name = unicodedata.normalize("NFC", unquote(rest))
    found = _as_source(library, page, name, suffix, fragment)
    return found or _as_url(library, page, name, suffix, fragment)


def _is_made(library: LinkLibrary, page: Page, url: str) -> bool:
    """Returns whether the template of a body made a URL, which then begins with the site's prefix; authors
    write paths without it."""
    written = rf"""(?<![^\s"'(<]){re.escape(url)}(?![^\s"')>#?])"""
    return is_template(library, page) and not re.search(written, page.unrecorded.document.read_body())


def _on_this_site(library: LinkLibrary, reference: str) -> str | None:
    """Returns a reference, a whole URL of this site as its path; None for a URL of another site."""
    if not is_external(reference):
        return reference
    base = library.config.base_url
    return "/" + reference[len(base):] if base is not None and f"{reference}/".startswith(base) else None


def _as_endpoint(library: LinkLibrary, reference: str) -> LinkTarget:
    """Resolves `endpoint:name?key=value#part`."""
    name, hash_mark, fragment = reference.removeprefix(ENDPOINT_SCHEME).partition("#")
    url = library.host.endpoint_url(name)
    if url is None:
        return LinkTarget(None)
    root = library.root()
    suffix = hash_mark + quote_fragment(fragment) if hash_mark else ""
    if not url.startswith(f"{root}/") or library.host.is_of_other_site(name):
        return LinkTarget(None, external=True, url=url + suffix)
    path, mark, query = url.removeprefix(root).partition("?")
    found = library.at(path_of(path))
    page = found if isinstance(found, Page) else None
    return LinkTarget(path_of(path), mark + query + suffix, unquote(fragment), page)


def _as_name(library: LinkLibrary, page: Page, reference: str) -> LinkTarget:
    """Resolves `[[Name#part]]`.

    The part is a heading as it is written, or the id of a block, `^abc`.  Without a
    name it is a part of the same page.  A name with a file extension is looked up as
    a file first.
    """
    name, hash_mark, fragment = reference.partition("#")
    asset = _named_asset(library, page, name) if media_kind(name) else None
    if asset:
        return LinkTarget(asset, hash_mark + quote_fragment(fragment), asset=True)
    found = library.by_name(name) if name.strip() else page
    if found is None:
        asset = _named_asset(library, page, name)
        return LinkTarget(asset, hash_mark + quote_fragment(fragment), asset=True) if asset else LinkTarget(None)
    part = fragment.rpartition("#")[2].strip()
    anchors = found.rendered.anchors if part else ()
    part = part if part in anchors or part.startswith("^") else heading_id(part)
    if not hash_mark:
        return LinkTarget(found.path, page=found)
    return LinkTarget(found.path, hash_mark + quote_fragment(part), part, found)


def _named_asset(library: LinkLibrary, page: Page, name: str) -> str | None:
    """Returns the path of an asset, found relative to the page or by its name."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), name.lstrip("/")))
    return library.asset_of(beside) or library.asset_by_name(name)


def _as_source(library: LinkLibrary, page: Page, name: str, suffix: str, fragment: str) -> LinkTarget | None:
    base = "" if name.startswith("/") else posixpath.dirname(page.source)
    source = posixpath.normpath(posixpath.join(base, name.lstrip("/")))
    source = "" if source == "." else source
    if source.lower().endswith(MARKDOWN):
        target = library.by_source(source)
        return LinkTarget(target.path, suffix, fragment, target) if target else LinkTarget(None, suffix, fragment)
    if name.startswith("/"):
        return None  # a path of the site, not of the content folder
    asset = library.asset_of(source)
    if asset:
        return LinkTarget(asset, suffix, asset=True)
    inside = library.page_in(source)
    return LinkTarget(inside.path, suffix, fragment, inside) if inside else None


def _as_url(library: LinkLibrary, page: Page, name: str, suffix: str, fragment: str) -> LinkTarget:
    path = name
    if not name.startswith("/"):
        # The name was decoded: `:`, `?` and `#` are part of it, so they are quoted for `urljoin`.
        path = unquote(urljoin(page.path, quote(name))) if _SPECIAL.search(name) else urljoin(page.path, name)
        path = path if path.startswith("/") else f"/{path}"  # `urljoin` drops it for one that leads out
    path = unicodedata.normalize("NFC", path)
    for candidate in (path, path + "/", path.removesuffix("index.html")):
        found = library.at(candidate)
        if found is not None:
            return LinkTarget(candidate, suffix, fragment, found if isinstance(found, Page) else None)
    return LinkTarget(path, suffix, fragment, asset=library.asset_at(path) is not None)


def unresolved_links(library: LinkLibrary, page: Page) -> Iterator[tuple[str | None, Link]]:
    """Yields the links and images of a page that lead to no content.  Each comes with its path:
    a list, a feed or a route of the app may be there."""
    front = page.unrecorded.front
    pictures = [Link("image", image) for image in (front.image, front.og_image) if image and image != CARD]
    for link in [*pictures, *page.unrecorded.rendered.html.links]:
        target = resolve(library, page, link.target)
        if not target.is_found:
            yield target.path, link


def missing_anchors(library: LinkLibrary, page: Page) -> Iterator[Problem]:
    """Yields a warning for each link to a heading that does not exist."""
    known: dict[str, tuple[frozenset[str], NearNames]] = {}
    for link in page.unrecorded.rendered.html.links:
        target = resolve(library, page, link.target)
        if target.page and target.fragment not in ("", "top"):
            recorder.read("body", target.page.source)
            if target.page.source not in known:
                there = target.page.unrecorded.rendered.anchors
                known[target.page.source] = frozenset(there), NearNames(there)
            anchors, names = known[target.page.source]
            if target.fragment not in anchors:
                where = "this page" if target.page is page else f"`{target.page.source}`"
                near = names.nearest(target.fragment)
                what = "block" if target.fragment[0] == "^" else "heading"
                yield Problem("link.broken-anchor", f"{where} has no {what} `#{target.fragment}`",
                              place_of_link(library, page, link), f"did you mean `#{near}`?" if near else None,
                              severity="warning")


def links_to_drafts(library: LinkLibrary, page: Page) -> Iterator[Problem]:
    """Yields a warning for each link from a published page to a draft, in runs that show drafts."""
    for link in page.unrecorded.rendered.html.links if not page.draft else ():
        target = resolve(library, page, link.target).page
        if target is not None and target.draft:
            yield Problem("link.draft", f"`{target.source}` is a draft, which is left out when the site is built",
                          place_of_link(library, page, link), "publish it, or link to it later", severity="warning")


def broken_link(library: LinkLibrary, page: Page, link: Link) -> Problem:
    """Returns the warning for a link without a target."""
    code = "link.broken-link" if link.kind == "link" else "link.broken-image"
    message, is_note = f"nothing is at `{link.target}`", False
    if link.target.startswith("[["):
        name = link.target[2:-2].partition("#")[0]
        code, message = "link.unknown-name", f"no {'file' if media_kind(name) else 'page'} is called `{name}`"
    elif link.target.startswith(ENDPOINT_SCHEME):
        name = link.target.removeprefix(ENDPOINT_SCHEME)
        host, endpoint = library.host, _endpoint_name(link.target)
        is_note = host.is_live(endpoint) and host.answers_get(endpoint)  # its author has said so
        message = (f"there is no endpoint `{name}`" if host.values_of(endpoint) is None else
                   f"the endpoint `{name}` answers no GET requests, which links make" if not host.answers_get(endpoint)
                   else f"the endpoint `{name}` is live: the app answers it, but a static host has no such page"
                   if is_note else f"the endpoint `{name}` has no URL with these values")
    return Problem(code, message, place_of_link(library, page, link), _suggestion(library, page, link),
                   severity="note" if is_note else "warning")


def place_of_link(library: LinkLibrary, page: Page, link: Link) -> Place:
    """Returns the place of a link in the body, or of the page's `image` or `og_image` in its front matter."""
    for key in ("image", "og_image") if link.line is None and link.kind == "image" else ():
        if link.target == getattr(page.unrecorded.front, key):
            return page.unrecorded.document.place_of(key)
    return place_in(library, page, link.line, link.column, link.length)


def _suggestion(library: LinkLibrary, page: Page, link: Link) -> str | None:
    """Returns a hint for a broken link, such as a file with the same or a near name."""
    if link.target.startswith("[["):
        name = link.target[2:-2].partition("#")[0].strip().casefold()
        if name in library.left_out_names:
            return f"that page is {library.left_out_names[name]}"
        called = library.suggestions.name(name)
        return f"did you mean `{called}`?" if called else None
    if link.target.startswith(ENDPOINT_SCHEME):
        name = _endpoint_name(link.target)
        values = library.host.values_of(name)
        if values is None:
            return did_you_mean(name, library.host.endpoint_names)
        needed = "&".join(f"{value}=…" for value in values)
        return f"its URL takes values: `{ENDPOINT_SCHEME}{name}?{needed}`" if values else None
    folder = posixpath.dirname(page.source)
    target = _on_this_site(library, link.target) or link.target
    name = unquote(target.partition("#")[0].partition("?")[0])
    source = posixpath.normpath(posixpath.join("" if name.startswith("/") else folder, name.lstrip("/")))
    state = library.why_left_out(source)
    if state is not None:
        return f"that {'page' if source.lower().endswith(MARKDOWN) else 'file'} is {state}"
    endpoint = library.host.endpoint_at(name) if name.startswith("/") else None
    if endpoint is not None:
        return f"for the app's own page write `{_as_endpoint_reference(endpoint, target)}`"
    match = library.suggestions.file(source, asset=link.kind != "link")
    if match:
        return f"did you mean `{posixpath.relpath(match, folder or '.').replace(' ', '%20')}`?"
    path = library.suggestions.path(name) if name.startswith("/") else None
    return f"did you mean `{path}`?" if path else None


def _endpoint_name(target: str) -> str:
    """Returns the name of a link's endpoint, without values."""
    return target.removeprefix(ENDPOINT_SCHEME).partition("#")[0].partition("?")[0]


def _as_endpoint_reference(endpoint: str, target: str) -> str:
    """Returns a reference to an endpoint, with the query and fragment of a link."""
    rest, hash_mark, fragment = target.partition("#")
    query = rest.partition("?")[2]
    separator = "" if not query else "&" if "?" in endpoint else "?"
    return f"{ENDPOINT_SCHEME}{endpoint}{separator}{query}{hash_mark}{fragment}"
