"""Leaves the files of pictures out of the output where pages show only variants (`images: {originals: false}`).

A file stays if something names it: a link of a page, a feed, a style sheet.  What a page names is recorded with its
reads, as it is written; what is there is looked up once all pages are known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from html import unescape
from urllib.parse import urljoin

from coldpress import recorder
from coldpress.build.plan import Plan
from coldpress.build.plan_entry import PlanEntry
from coldpress.images.index import READABLE
from coldpress.images.variants import parse_name
from coldpress.paths import is_external, path_of, url_of
from coldpress.web.site import Site

_TEXTS = (".css", ".htm", ".html", ".js", ".json", ".md", ".mjs", ".svg", ".txt", ".webmanifest", ".xml")
_LARGEST_TEXT = 5_000_000  # bytes of a copied file in which names are looked for
_ENDING = re.compile(rf"\.(?:{'|'.join(sorted(READABLE, key=len, reverse=True))})(?!\w)", re.I)
_LONGEST = 2_000  # characters of a URL
_ENDS = " \t\r\n\"'<>\\`"
_INSIDE = re.compile(r"[(,;=\[]")  # before a URL in a style sheet, or in an attribute with several
_PROSE = re.compile(r""">[^<>]*<|\s(?:alt|title|aria-label)=(?:"[^"]*"|'[^']*')|\scontent="[^"\s]*\s[^"]*\"""")
_CODE = re.compile(r"<(script|style)\b.*?</\1\s*>", re.S | re.I)
_DATA = re.compile(r'<script type="application/(?:ld\+)?json"')
_SENTENCE = re.compile(r'"(?:[^"\\\s]|\\.)*\s(?:[^"\\]|\\.)*"')
_MARKUP = ("text/html", "application/xhtml+xml")


class Mentions:
    """Records which pictures the answers of a site name."""

    def __init__(self, site: Site) -> None:
        with recorder.unrecorded():
            self._is_on = not site.config.images.originals
        self._root = site.script_root
        self._silent = {site.endpoints.get(name) for name in ("search_index", "search_words", "search_texts")}

    def record(self, entry: PlanEntry, mimetype: str | None, data: bytes) -> None:
        """Records what the answer of an entry names, each as `base token`."""
        is_text = not (mimetype or "").startswith(("image/", "video/", "audio/", "font/"))
        if self._is_on and is_text and entry.endpoint not in self._silent:
            for token in tokens(data.decode(errors="ignore"), is_markup=mimetype in _MARKUP):
                recorder.read("original", f"{self._root}{url_of(entry.path)} {token}")


def tokens(text: str, *, is_markup: bool) -> Iterator[str]:
    """Yields the parts of a text that may be URLs of pictures, once each; of markup, not what readers read."""
    if is_markup:
        code = "".join(_SENTENCE.sub("", found[0]) if _DATA.match(found[0]) else found[0]
                       for found in _CODE.finditer(text))
        text = _PROSE.sub("><", f">{_CODE.sub('', text)}<") + code
    seen = set()
    for found in _ENDING.finditer(text):
        start = max(text.rfind(end, max(0, found.start() - _LONGEST), found.start()) for end in _ENDS) + 1
        token = unescape(text[start:found.end()])
        if token not in seen and parse_name(token) is None:
            seen.add(token)
            yield token


class Originals:
    """The files of pictures in a plan that are published only if something names them."""

    def __init__(self, site: Site, plan: Plan) -> None:
        self._site = site
        self._plan = plan
        self._root = site.script_root + site.url_prefix
        self.entries: Mapping[str, PlanEntry] = dict(self._found()) if not site.config.images.originals else {}
        """They, by their paths in the site."""

    def _found(self) -> Iterator[tuple[str, PlanEntry]]:
        library, prefix = self._site.library, self._site.url_prefix
        with recorder.unrecorded():
            for path in library.assets:
                entry = self._plan.at(prefix + path)
                is_odd = parse_name(path) is not None  # by its name it could be a variant
                if entry and not is_odd and library.images.can_be_made(library.pictures.facts(path)):
                    yield path, entry

    def others(self) -> Iterator[PlanEntry]:
        """Yields the entries of the plan that are published whatever pages say."""
        held = {entry.file for entry in self.entries.values()}
        return (entry for entry in self._plan.entries if entry.file not in held)

    def take_named(self, mentions: Iterable[str]) -> list[PlanEntry]:
        """Returns the entries of the files that the recorded mentions and the copied files name; the others leave the
        plan."""
        by_name: dict[str, list[str]] = {}
        for path in self.entries:
            by_name.setdefault(posixpath.basename(path).casefold(), []).append(path)
        found: set[str] = set()
        for mention in [*mentions, *self._in_copies()] if self.entries else ():
            base, _, token = mention.partition(" ")
            found.update(self._meant(base, token, by_name))
        for path in self.entries.keys() - found:
            self._plan.leave_out(self.entries[path].file)
        return [entry for path, entry in self.entries.items() if path in found]

    def _meant(self, base: str, token: str, by_name: Mapping[str, Collection[str]]) -> Iterable[str]:
        """Returns the files that a token may mean: the one at its URL, else all of its name."""
        starts = [0, *(found.end() for found in _INSIDE.finditer(token))]
        tails = [token[start:] for start in starts]
        paths = (self._path(base, tail) for tail in tails)
        exact = next((path for path in paths if path is not None and path in self.entries), None)
        if exact is not None:
            return (exact,)
        if any(is_external(tail) and not self._is_ours(tail) for tail in tails):
            return ()
        with suppress(ValueError):
            return by_name.get(posixpath.basename(path_of(tails[-1])).casefold(), ())
        return ()

    def _path(self, base: str, url: str) -> str | None:
        """Returns the path in the site of a URL on a page; None for one elsewhere."""
        if self._is_ours(url):
            url = "/" + url.split("/", 3)[3]
        try:
            path = path_of(urljoin(base, url)) if not is_external(url) else ""
        except ValueError:
            return None
        return path.removeprefix(self._root) if path.startswith(f"{self._root}/") else None

    def _is_ours(self, url: str) -> bool:
        host = "/".join((self._site.config.base_url or "").split("/")[:3])
        return bool(host) and url.startswith(f"{host}/")

    def _in_copies(self) -> Iterator[str]:
        """Yields what the copied text files name."""
        theme = self._site.endpoints["theme"]
        for entry in self._plan.entries:
            if entry.copy_of and entry.endpoint != theme and entry.file.lower().endswith(_TEXTS):
                with suppress(OSError), recorder.unrecorded():
                    if entry.copy_of.stat().st_size <= _LARGEST_TEXT:
                        base = self._site.script_root + url_of(entry.path)
                        text = entry.copy_of.read_text("utf-8", "ignore")
                        yield from (f"{base} {token}" for token in tokens(text, is_markup=False))
