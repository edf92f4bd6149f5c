"""Paths and URLs of a site, and the folder `.coldpress/`."""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

LONGEST_NAME = 255  # bytes of a file's name, on nearly every file system
LONGEST_PATH = 1000  # bytes of a file's path below the output folder; macOS takes 1,023 with that folder's own
# Names that Windows keeps for devices, whatever their extension.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])\s*(?:\..*)?", re.I)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
_EXTENSION = re.compile(r"[^/]\.[a-zA-Z]\w*\Z")
_SPECIAL = re.compile(r"[?#%]")
_NOT_IN_FRAGMENT = re.compile(r"[\s\"<>`{}|\\^\[\]]|%(?![0-9a-fA-F]{2})")
_PLAIN_NAME = r"(?!(?:con|prn|aux|nul|com\d|lpt\d)[/.])[a-z0-9][a-z0-9_-]{0,99}"
# Nearly every path matches this, and it is valid on every system.
_PLAIN = re.compile(rf"/(?:{_PLAIN_NAME}/)*(?:{_PLAIN_NAME}\.[a-z][a-z0-9]{{0,9}})?")
_UNQUOTED = re.compile(r"(?:/[a-zA-Z0-9!$&'()*+,;=:@._~-]+)*/?")
_HOST = re.compile(r"\A[\x00-\x20]*[/\\][\x00-\x20/\\]*[/\\]")  # what browsers read as `//`
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:")


class BadPath(ValueError):
    """A URL that cannot become a file: the message says why, `hint` says what to do."""

    hint: str | None = None


class TooLong(BadPath):
    """A URL that is longer, in one name or as a whole, than file systems allow."""

    hint = "make it shorter; a page's is given by `slug:` or `permalink:`"


class OpenEnded(BadPath):
    """A URL that ends with neither `/` nor `.html`, so it could be a page or a file."""

    def __init__(self, path: str) -> None:
        super().__init__("it ends neither with `/` nor with a file extension")
        self.hint = f"write `{path}/` or `{path}.html`"


def is_external(url: str) -> bool:
    """Whether a URL names a scheme or a host of its own."""
    return url.startswith("//") or _SCHEME.match(url) is not None


def on_this_host(url: str) -> str:
    """Returns a URL without scheme and host, such that browsers see no host in it."""
    path = unquote(url)
    return quote(_HOST.sub("/", path), safe="/?#!$&'()*+,;=:@-._~") if _HOST.match(path) else url


def path_of(url: str) -> str:
    """The decoded, NFC path of a URL below the site's root."""
    return unicodedata.normalize("NFC", unquote(urlsplit(url).path))


@lru_cache(maxsize=65536)
def url_of(path: str) -> str:
    """Returns a path percent-encoded, as Werkzeug builds URLs and as links need it.

    A path that begins with two slashes gets one: browsers read a host after two.
    No page has such a path.
    """
    if _UNQUOTED.fullmatch(path):  # as most paths are; `quote` takes four times as long
        return path
    return quote(_HOST.sub("/", path), safe="/!$&'()*+,;=:@-._~")


def quote_fragment(fragment: str) -> str:
    """Returns a fragment with illegal characters quoted for a URL; letters of any script stay readable."""
    if not _NOT_IN_FRAGMENT.search(fragment):
        return fragment
    return "".join(char if ord(char) > 127 and char.isprintable() else quote(char, safe="!$&'()*+,;=:@-._~/?%")
                   for char in fragment)


def file_of(path: str) -> str:
    """Returns the output file of a page's path: `/x/` becomes `x/index.html`.

    Raises `BadPath` for a path that would leave the output folder, that cannot be
    a file name on Linux, macOS and Windows, or that has neither a slash at its end
    nor a file extension.
    """
    if len(path) < 500 and _PLAIN.fullmatch(path):
        return path[1:] + "index.html" if path.endswith("/") else path[1:]
    if not path.startswith("/"):
        raise BadPath("it does not start with `/`")
    special = _SPECIAL.search(path)
    if special:
        raise BadPath(f"`{special.group()}` means something else in a URL")
    file = path[1:] + "index.html" if path.endswith("/") else path[1:]
    if not path.endswith("/") and not _EXTENSION.search(file):
        raise OpenEnded(path)
    return asset_file_of("/" + file)


def can_be_page(path: str) -> bool:
    """Whether `file_of` accepts a path."""
    try:
        return bool(file_of(path))
    except BadPath:
        return False


def asset_file_of(path: str) -> str:
    """Returns the output file of an asset, which may have no extension (`/CNAME`).

    Raises `BadPath` as `file_of` does.
    """
    for part in path[1:].split("/"):
        _check_part(part)
    file = unicodedata.normalize("NFC", path[1:])
    length = len(file.encode())
    if length > LONGEST_PATH:
        raise TooLong(f"it is {length:,} bytes long, and not everywhere can a path have more than {LONGEST_PATH:,}")
    return file


def _check_part(part: str) -> None:
    if part in ("", ".", ".."):
        raise BadPath(f"`{part}` is not a file name" if part else "it holds `//`")
    bad = _FORBIDDEN.search(part)
    if bad:
        raise BadPath(f"{bad.group()!r} cannot stand in a file name everywhere")
    if part[-1] in ". ":
        raise BadPath(f"`{part}` ends with a dot or a space, which Windows drops")
    if _RESERVED.fullmatch(part):
        raise BadPath(f"`{part}` is a device name on Windows")
    try:
        length = len(part.encode())
    except UnicodeEncodeError:
        raise BadPath("its name is not UTF-8") from None
    if length > LONGEST_NAME:
        raise TooLong(f"`{part[:20]}…` is {length:,} bytes long, and a name of a file or folder can have "
                      f"{LONGEST_NAME} bytes")


def check_file(file: str) -> None:
    """Raises `BadPath` for a name that would leave the folder it is in."""
    parts = file.split("/")
    if ".." in parts or "" in parts or ":" in parts[0] or "\\" in file:
        raise BadPath(f"`{file}` is no file of a folder")


def folders_above(file: str) -> Iterator[str]:
    """Yields every parent folder of a file or folder."""
    while "/" in file:
        file = file.rpartition("/")[0]
        yield file


def below(root: Path, file: str) -> Path:
    """Returns `root / file`; raises `BadPath` when that is not below root."""
    path = root.joinpath(*file.split("/"))
    if ".." in path.parts or not path.is_relative_to(root):
        raise BadPath(f"`{file}` is outside of `{root}`")
    return path


def is_link(path: str | Path) -> bool:
    """Whether the path is a symbolic link or, on Windows, a junction."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION


def resolved(path: Path) -> Path:
    """Returns a path with its symbolic links followed, as far as they exist."""
    return Path(os.path.realpath(path))  # Path.resolve raises for a loop


def relative_name(path: Path, root: Path) -> str:
    """Returns a file's name for messages: relative to the root if it is below it."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()


NAME_HASH = "[a-f][0-9a-f]{9}"
"""What a hash in a published name looks like, as a regular expression."""
HASHED = rf"\.{NAME_HASH}(?:\.[^./]+)?$"
"""What the end of a published path looks like that carries a hash, as a regular expression that every host
understands.  What is at such a path never changes: a file with other content has another name."""
_HASHED = rf"(?P<stem>[^/])\.{NAME_HASH}(?P<extension>\.[^./]+)?\Z"  # compiled when it is used: `start` imports this
_LETTERS = "abcdef"


def name_hash(digest: str) -> str:
    """Returns the part of a hexadecimal digest that a name carries.  It begins with a letter, so that no date and no
    number in a name is taken for a hash."""
    return _LETTERS[int(digest[0], 16) % len(_LETTERS)] + digest[1:10]


def hashed_name(file: str, digest: str) -> str:
    """Returns a file's path with a hash in its name: `theme.css` becomes `theme.a3f9c01b2d.css`.  A name that begins
    with a dot means something to a server, and one that would become too long is left as it is."""
    folder, slash, name = file.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    made = f"{stem}.{digest}.{extension}" if dot else f"{name}.{digest}"
    if name.startswith(".") or len(made.encode("utf-8", "replace")) > LONGEST_NAME:
        return file
    return folder + slash + made


def plain_name(path: str) -> str | None:
    """Returns a path without the hash in its name; None if the name carries none."""
    found = re.search(_HASHED, path)
    return path[:found.end("stem")] + (found["extension"] or "") if found else None


STATE = ".coldpress"
LEDGER = "url-history.txt"
"""The file beside the config that says which URLs a site has published."""
_IGNORED = b"*\n"


def make_state(state: Path) -> Path:
    """Makes the folder `.coldpress/` if it is missing, and keeps it out of git.

    Nothing is written through a symbolic link: a link inside the folder is removed,
    since everything in it can be made again.  Raises `OSError` when the folder itself
    is a link.
    """
    if is_link(state):
        raise NotADirectoryError(errno.ENOTDIR, "it is a link, and nothing is written through a link", str(state))
    state.mkdir(exist_ok=True)
    with os.scandir(state) as entries:
        for entry in entries:
            if is_link(entry.path):
                Path(entry.path).unlink()
    ignore = state / ".gitignore"
    if not ignore.is_file() or ignore.read_bytes() != _IGNORED:
        with suppress(OSError):  # a file we may not write must not stop the build
            ignore.write_bytes(_IGNORED)
    return state


def name_from(path: str, base: Path) -> str:
    """Returns a path with `/`, relative to the site's folder if it lies inside."""
    inside = path == str(base) or path.startswith(str(base) + os.sep)
    return (os.path.relpath(path, base) if inside else path).replace(os.sep, "/")
