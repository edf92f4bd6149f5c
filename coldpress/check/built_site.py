"""A built folder: its files, the outlines of its pages, and what a URL in it leads to."""

from __future__ import annotations

import os
import posixpath
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from coldpress.check.outline import Outline, Reference, outline_of, place_in
from coldpress.check.references import PAGES, references_in
from coldpress.errors import Place, shown_line

INDEX = "index.html"
_SAFE = "/!$&'()*+,;=:@-._~"
_READABLE = _SAFE + "".join(map(chr, range(0xC0, 0x180)))


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL of the site leads to: its decoded path below the base URL, the file that a static host answers with,
    None if there is none, and the part of it."""

    path: str
    file: str | None
    fragment: str

    @property
    def folder_path(self) -> str:
        """The path, that of a folder for the page in it: `posts/`, not `posts/index.html`."""
        return self.path.removesuffix(INDEX) if f"/{self.path}".endswith(f"/{INDEX}") else self.path


class BuiltSite:
    """A folder that is published at `base_url`.  Messages call its files by their paths in the folder, after `name`."""

    def __init__(self, folder: Path, base_url: str, name: str = "") -> None:
        self.folder = folder
        self.base_url = f"{base_url.rstrip('/')}/"
        self._base = urlsplit(self.base_url)
        self._base_path = unquote(self._base.path)
        self._name = f"{name}/" if name else ""
        self._outlines: dict[str, Outline] = {}
        self._named: dict[str, str | None] = {}

    @cached_property
    def _found(self) -> dict[str, str]:
        """The paths of all files in NFC, each with the path on disk."""
        top = f"{self.folder}{os.sep}"
        found = (os.path.join(folder, name)[len(top):] for folder, _, names in os.walk(self.folder) for name in names)  # noqa: PTH118
        return {unicodedata.normalize("NFC", name.replace(os.sep, "/")): name for name in found}

    @cached_property
    def files(self) -> frozenset[str]:
        """The paths of all files, with `/`."""
        return frozenset(self._found)

    @property
    def pages(self) -> list[str]:
        """The paths of all HTML files that readers are meant to see: none that only leads to another one."""
        return sorted(file for file in self.files if file.endswith(PAGES) and not self.is_redirect(file))

    def is_redirect(self, file: str) -> bool:
        """Returns whether a page only sends the browser to another one."""
        return any(element.get("http-equiv").lower() == "refresh" for element in self.outline(file).of("meta"))

    def on_disk(self, file: str) -> str:
        """Returns the path of a file on disk."""
        return f"{self.folder}{os.sep}{self._found.get(file, file)}"

    def read(self, file: str) -> str:
        """Returns the text of a file."""
        return Path(self.on_disk(file)).read_text("utf-8", "replace")

    def outline(self, file: str) -> Outline:
        """Returns the outline of a page."""
        if file not in self._outlines:
            self._outlines[file] = outline_of(self.read(file))
        return self._outlines[file]

    def forget(self, file: str) -> None:
        """Drops the outline of a page, which takes much memory."""
        self._outlines.pop(file, None)

    def url_of(self, file: str) -> str:
        """Returns the URL at which a file is published."""
        path = file.removesuffix("index.html") if posixpath.basename(file) == "index.html" else file
        return self.base_url + quote(path, safe=_SAFE)

    def link_of(self, path: str) -> str:
        """Returns the link to a decoded path below the base URL, as messages show it: letters stay readable."""
        return self._base.path + quote(path, safe=_READABLE)

    def absolute(self, file: str, url: str, base: str = "") -> str:
        """Returns the whole URL that a URL in a file stands for; `base` is the URL of the page's `<base>`.
        Raises `ValueError` for what is no URL."""
        return urljoin(urljoin(self.url_of(file), base), url)

    def target(self, file: str, url: str) -> Target | None:
        """Returns what a URL in a file leads to; None if it leads out of the site, or to no page (`mailto:`)."""
        base = self.outline(file).base if file.endswith(PAGES) and file in self.files else ""
        try:
            return self.target_of(self.absolute(file, url, base))
        except ValueError:  # such as `http://[x/`
            return None

    def target_of(self, url: str) -> Target | None:
        """Returns what a whole URL leads to, as `target` does.  Raises `ValueError` for what is no URL."""
        whole = urlsplit(url)
        path = unquote(whole.path)
        if not self._is_on_host(whole) or not f"{path}/".startswith(self._base_path):
            return None
        path = path[len(self._base_path):]
        return Target(path, self.file_named(path), unquote(whole.fragment))

    def path_outside(self, url: str) -> str | None:
        """Returns the path of a whole URL that leads out of the site, if it stays on the site's host."""
        try:
            whole = urlsplit(url)
        except ValueError:  # such as `http://[x/`
            return None
        return whole.path if self._is_on_host(whole) else None

    def _is_on_host(self, whole: SplitResult) -> bool:
        return whole.scheme in ("http", "https") and whole.netloc.lower() == self._base.netloc.lower()

    def references(self, file: str) -> Iterator[Reference]:
        """Yields the URLs of a file."""
        yield from references_in(file, self.read(file), lambda: self.outline(file))

    @property
    def styles(self) -> list[str]:
        """The paths of all style sheets."""
        return sorted(file for file in self.files if file.endswith(".css"))

    def place(self, file: str, at: int | None = None, length: int = 1) -> Place:
        """Returns the place of a character of a file."""
        if at is None:
            return Place(self._name + file)
        text = self.outline(file).text if file.endswith(PAGES) else self.read(file)
        line, column, shown = place_in(text, at)
        return Place(self._name + file, line, column, shown_line(shown), length)

    def file_at(self, path: str) -> str | None:
        """Returns the file with which a static host answers at a path below the base URL; None if there is none."""
        return self.file_named(unquote(path))

    def file_named(self, path: str) -> str | None:
        """Returns the same for a decoded path."""
        if path not in self._named:
            self._named[path] = self._file_named(path)
        return self._named[path]

    def _file_named(self, path: str) -> str | None:
        path = unicodedata.normalize("NFC", path).removeprefix("/")
        folder = f"{path.rstrip('/')}/index.html".lstrip("/")
        wanted = (folder,) if not path or path.endswith("/") else (path, folder, f"{path}.html")
        return next((file for file in wanted if file in self.files), None)
