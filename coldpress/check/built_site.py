"""A built folder: its files, the outlines of its pages, and what a URL in it leads to."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from coldpress.check.outline import Outline, outline_of
from coldpress.errors import Place

_PAGES = (".html", ".htm")
_CSS_URL = re.compile(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\"']*))\s*\)|@import\s+(?:\"([^\"]*)\"|'([^']*)')")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.S)


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL of the site leads to: the file that a static host answers with, None if there is none, and the part
    of it."""

    path: str
    file: str | None
    fragment: str


class BuiltSite:
    """A folder that is published at `base_url`.  Messages call its files by their paths in the folder, after `name`."""

    def __init__(self, folder: Path, base_url: str, name: str = "") -> None:
        self.folder = folder
        self.base_url = f"{base_url.rstrip('/')}/"
        self._name = f"{name}/" if name else ""
        self._outlines: dict[str, Outline] = {}

    @cached_property
    def files(self) -> frozenset[str]:
        """The paths of all files, with `/`."""
        return frozenset(unicodedata.normalize("NFC", file.relative_to(self.folder).as_posix())
                         for file in self.folder.rglob("*") if file.is_file())

    @property
    def pages(self) -> list[str]:
        """The paths of all HTML files that readers are meant to see: none that only leads to another one."""
        return sorted(file for file in self.files if file.endswith(_PAGES) and not self.is_redirect(file))

    def is_redirect(self, file: str) -> bool:
        """Returns whether a page only sends the browser to another one."""
        return any(element.get("http-equiv").lower() == "refresh" for element in self.outline(file).of("meta"))

    def read(self, file: str) -> str:
        """Returns the text of a file."""
        return (self.folder / file).read_text("utf-8", "replace")

    def outline(self, file: str) -> Outline:
        """Returns the outline of a page."""
        if file not in self._outlines:
            self._outlines[file] = outline_of(self.read(file))
        return self._outlines[file]

    def url_of(self, file: str) -> str:
        """Returns the URL at which a file is published."""
        return self.base_url + (file.removesuffix("index.html") if posixpath.basename(file) == "index.html" else file)

    def target(self, file: str, url: str) -> Target | None:
        """Returns what a URL in a file leads to; None if it leads out of the site, or to no page (`mailto:`)."""
        split = urlsplit(url)
        if split.scheme not in ("", "http", "https"):
            return None
        whole = urlsplit(urljoin(self.url_of(file), url))
        base = urlsplit(self.base_url)
        if whole.netloc != base.netloc or not f"{whole.path}/".startswith(base.path):
            return None
        path = whole.path[len(base.path):]
        return Target(unquote(path), self.file_at(path), unquote(whole.fragment))

    def references(self, file: str) -> Iterator[tuple[int, str, Target]]:
        """Yields the URLs of a page that lead into the site, each with its place."""
        for reference in self.outline(file).references:
            target = self.target(file, reference.url)
            if target is not None:
                yield reference.at, reference.url, target

    def urls_in_styles(self, file: str) -> Iterator[tuple[int, str, Target]]:
        """Yields the URLs in a style sheet that lead into the site, each with its place."""
        for found in _CSS_URL.finditer(_CSS_COMMENT.sub(lambda comment: " " * len(comment[0]), self.read(file))):
            url = next(part for part in found.groups() if part is not None).strip()
            target = self.target(file, url) if url and not url.startswith(("data:", "#")) else None
            if target is not None:
                yield found.start(), url, target

    @property
    def styles(self) -> list[str]:
        """The paths of all style sheets."""
        return sorted(file for file in self.files if file.endswith(".css"))

    def place(self, file: str, at: int | None = None, length: int = 1) -> Place:
        """Returns the place of a character of a file."""
        if at is None:
            return Place(self._name + file)
        line, column, text = self.outline(file).place(at)
        return Place(self._name + file, line, column, text, length)

    def file_at(self, path: str) -> str | None:
        """Returns the file with which a static host answers at a path below the base URL; None if there is none."""
        path = unicodedata.normalize("NFC", unquote(path)).removeprefix("/")
        folder = f"{path.rstrip('/')}/index.html".lstrip("/")
        wanted = (folder,) if not path or path.endswith("/") else (path, folder, f"{path}.html")
        return next((file for file in wanted if file in self.files), None)
