"""What is in the way of a site's files, looked at before any is written."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from coldpress.errors import Place, Problems
from coldpress.paths import is_link, relative_name


class Obstacles:
    """Looks at one output folder, called `name`; `owned` are the files that we
    wrote, None when that is not known: then what has our names is taken for ours."""

    def __init__(self, folder: Path, name: str, owned: Collection[str] | None) -> None:
        self._folder = folder
        self._name = name
        self._owned = owned

    def check(self, coming: Collection[str], kept: Collection[str], problems: Problems) -> None:
        """Report what keeps the files that are coming from being put there, and
        links on the way to any."""
        self._gone = set(self._owned or ()).difference(coming, kept)
        links = set(self._links({*_folders(coming), *_folders(kept)}))
        for link in sorted(links):
            problems.error("output.foreign-file", f"`{self._name}/{link}` is a link, and a page wants its place; "
                           "nothing is written through a link", Place(f"{self._name}/{link}"), "remove the link")
        for file in sorted(coming):
            if links.isdisjoint(_above(file)):
                self._check_file(file, problems)
        self._check_rights({*_folders(coming), *_folders(self._gone)} - links, problems)

    def _links(self, folders: Iterable[str]) -> Iterator[str]:
        """Links among the folders of the site, each found in the folder above it:
        those are few where folders are many."""
        inner: dict[str, set[str]] = {}
        for folder in folders:
            for above in (folder, *_above(folder)):
                inner.setdefault(above.rpartition("/")[0], set()).add(above)
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            wanted = inner.get(folder, set()) - {""}
            found = self._links_in(folder, wanted)
            yield from found
            waiting += [each for each in wanted.difference(found) if each in inner]

    def _links_in(self, folder: str, wanted: Collection[str]) -> set[str]:
        try:
            with os.scandir(self._folder / folder) as entries:
                names = {entry.name for entry in entries
                         if entry.is_symlink() or (os.name == "nt" and is_link(entry.path))}
        except OSError:
            return set()
        return {name for name in wanted if name.rpartition("/")[2] in names}

    def _check_file(self, file: str, problems: Problems) -> None:
        target = f"{self._folder}/{file}"
        try:
            found = os.lstat(target)
        except FileNotFoundError:
            return
        except NotADirectoryError:
            self._check_above(file, problems)
            return
        except OSError as reason:
            problems.error("output.failed", f"`{self._name}/{file}` cannot be written: {reason.strerror}")
            return
        if stat.S_ISDIR(found.st_mode) and not is_link(target):
            inside = next(iter(self._others_below(file)), None)
            if inside:
                self._refuse(inside, problems)
        elif not stat.S_ISREG(found.st_mode) or (self._owned is not None and file not in self._owned):
            self._refuse(file, problems)

    def _check_above(self, file: str, problems: Problems) -> None:
        """A file stands where a folder must be: it may if it is to go."""
        for above in _above(file):
            if (self._folder / above).is_file() and above not in self._gone:
                self._refuse(above, problems)

    def _others_below(self, folder: str) -> Iterator[str]:
        """What lies in a folder and will not be removed."""
        for path in sorted((self._folder / folder).rglob("*")):
            name = relative_name(path, self._folder)
            if (is_link(path) or not path.is_dir()) and name not in self._gone:
                yield name

    def _refuse(self, file: str, problems: Problems) -> None:
        place = f"{self._name}/{file}"
        problems.error("output.foreign-file", f"`{place}` is not ours, and a page wants its place",
                       Place(place), "move it to `content/`, or delete it")

    def _check_rights(self, folders: Iterable[str], problems: Problems) -> None:
        """Report folders in which we may not write, while nothing is written yet."""
        for folder in sorted(folders):
            path = f"{self._folder}/{folder}"
            if os.path.isdir(path) and not os.access(path, os.W_OK | os.X_OK):  # noqa: PTH112  (which never raises)
                name = f"{self._name}/{folder}".rstrip("/")
                problems.error("output.failed", f"`{name}` cannot be written: {os.strerror(errno.EACCES)}",
                               Place(name), "allow it, or remove the folder; the site is as it was")


def _folders(files: Iterable[str]) -> set[str]:
    """The folders that files lie in, without those above them."""
    return {file.rpartition("/")[0] for file in files}


def _above(file: str) -> Iterator[str]:
    """Every folder that a file or a folder lies in."""
    while "/" in file:
        file = file.rpartition("/")[0]
        yield file
