"""Selection: which sources and files are published, and which are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from coldpress.config.loader import Config, RunOptions
from coldpress.content.permalinks import asset_path
from coldpress.errors import Place, Problems
from coldpress.report import some
from coldpress.sources.files import SourceFile
from coldpress.sources.front_matter import SourceDocument
from coldpress.text import lazy_re_compile

IN_UNDERSCORE = "in a folder whose name begins with `_`"
"""The reason given in messages for Markdown that is withheld because of its folder."""
_STATES = {"draft": "a draft", "scheduled": "not yet published", "expired": "expired"}
_KNOWN = ("_posts", "_drafts")  # folders of Jekyll and Hexo


class Unpublished(NamedTuple):
    """A source that is not published now, because it is `draft`, `scheduled` or `expired`."""

    document: SourceDocument
    reason: str

    @property
    def state(self) -> str:
        """The reason as a phrase for messages."""
        return _STATES[self.reason]

    def __str__(self) -> str:
        return f"{self.document.source.name} ({self.reason})"


def select(documents: Iterable[SourceDocument], options: RunOptions, now: datetime
           ) -> tuple[list[SourceDocument], list[Unpublished]]:
    """Returns the sources that are published at the moment `now`, and the others."""
    published, left_out = [], []
    for document in documents:
        front = document.front
        start = front.publish_date or front.date
        if front.draft and not options.drafts:
            left_out.append(Unpublished(document, "draft"))
        elif start and start > now and not options.future:
            left_out.append(Unpublished(document, "scheduled"))
        elif front.expiry_date and front.expiry_date <= now and not options.expired:
            left_out.append(Unpublished(document, "expired"))
        else:
            published.append(document)
    return published, left_out


def is_withheld(source: SourceFile) -> bool:
    """Returns whether Markdown is in a folder whose name begins with `_`: other generators do not
    publish such folders."""
    return "_" in source.folder and any(
        part.startswith("_") and part.casefold() not in _KNOWN for part in source.folder.split("/"))


def warn_of_withheld(withheld: Iterable[SourceFile], problems: Problems) -> None:
    """Warns once for each folder, with the names of its files."""
    folders: dict[str, list[SourceFile]] = {}
    for file in withheld:
        folders.setdefault(file.folder, []).append(file)
    for files in folders.values():
        names = some([f"`{file.path}`" for file in files])
        problems.warn("source.withheld", f"not published ({IN_UNDERSCORE}): {names}", Place(files[0].name),
                      "rename the folder, or name it in `markdown.snippets` if pages include its files")


OF_UNTRUSTED = "of an author who is not trusted"
"""The reason given in messages for a file that is withheld because it may be active content."""
_PASSIVE = """apng avif bmp gif heic heif ico jpeg jpg jxl png tif tiff webp
aac flac m4a mp3 oga ogg opus wav weba avi m4v mkv mov mp4 mpeg mpg ogv webm
pdf epub doc docx odp ods odt ppt pptx rtf xls xlsx 7z bz2 gz rar tar tgz xz zip zst otf ttf woff woff2"""
_TEXT = """adoc asm awk bat bib c cc clj cpp cs css csv cxx dart diff el elm erl ex exs f90 fs geojson go gql graphql
groovy h hpp hs ics ini ipynb java jl json jsonc kt less lisp log lua m ml nim nix org patch po proto ps1 py r rb rs rst
sass scala scss sh sql srt styl sv swift tcl tex toml ts tsv tsx txt v vhd vim vtt yaml yml zig"""
_IS_PASSIVE, _IS_TEXT = frozenset(_PASSIVE.split()), frozenset(_TEXT.split())
_COMPRESSED = frozenset(["gz", "zst", "xz", "bz2"])  # `a.html.gz` is sent for `a.html`
# Extensions that some hosts execute, at any position in a name: `a.php.png`.
_RUN_BY_HOSTS = lazy_re_compile(r"\.(?:php\d?|phtml|phar|phps|shtml?|stm|f?cgi|plx?|ppl|perl|aspx?|ashx|asmx|cer|jspx?"
                           r"|cfm|var)(?![a-z0-9])")
# Folders at the top of a site whose code some hosts execute, and files at the top that hold settings.
_CODE_OF_HOSTS = ("api", "functions", "netlify")
_SETTINGS = lazy_re_compile(
    r".*\.(?:jsonc?|toml|ya?ml|ini)|(?:robots|ads|app-ads|security|llms(?:-full)?|requirements)\.txt")
_LOOKED_AT = 1024  # bytes at the beginning that browsers examine


def active_files(assets: Iterable[SourceFile], config: Config, bundles: Mapping[str, str]) -> list[SourceFile]:
    """Returns the assets of authors who are not trusted that may be active content (scripts, settings, HTML)."""
    trusts = config.markdown.trusts
    return [file for file in assets if not trusts(file.path)
            and not _is_passive(file, asset_path(file, bundles, lowercase=config.slugs.lowercase))]


def warn_of_active(files: Iterable[SourceFile], problems: Problems) -> None:
    """Warns of each file."""
    for file in files:
        problems.warn("source.withheld", f"not published ({OF_UNTRUSTED}): `{file.path}`", Place(file.name),
                      "look at it, and move it to `static/` or to a folder that `markdown.untrusted` does not name")


def _is_passive(file: SourceFile, path: str) -> bool:
    """Returns whether a file at this path is neither executed nor read as settings by browsers and hosts."""
    *folders, name = path.split("/")[1:]
    stem, _, ending = name.rpartition(".")
    if not stem or not ending.isascii() or _RUN_BY_HOSTS.search(name.lower()) or any(
            part.startswith(".") for part in (*folders, name)):
        return False
    ending, stem = ending.lower(), stem.lower()
    if ending in _IS_TEXT:
        is_harmless = folders[0].lower() not in _CODE_OF_HOSTS if folders else not _SETTINGS.fullmatch(name.lower())
    else:
        is_harmless = ending in _IS_PASSIVE and (ending not in _COMPRESSED or stem.endswith(".tar"))
    return is_harmless and (ending == "txt" or not _begins_as_html(file))


def _begins_as_html(file: SourceFile) -> bool:
    """Returns whether a browser may treat a file as HTML if the host sends no media type."""
    try:
        with file.file.open("rb") as opened:
            begin = opened.read(_LOOKED_AT)
    except OSError:
        return True
    begin = begin.removeprefix(b"\xef\xbb\xbf").lstrip(b"\0\t\n\x0b\x0c\r ")
    return begin.startswith(b"<") or (not begin and file.size >= _LOOKED_AT)
