"""Selection: which sources and files are published, and which are left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from coldpress.config.model import Config, RunOptions
from coldpress.content.permalinks import asset_path
from coldpress.errors import Place, Problems
from coldpress.report import some
from coldpress.sources.files import SourceFile
from coldpress.sources.front_matter import SourceDocument

IN_UNDERSCORE = "in a folder whose name begins with `_`"
"""What is said of Markdown that is withheld for where it lies."""
_STATES = {"draft": "a draft", "scheduled": "not yet published", "expired": "expired"}
_KNOWN = ("_posts", "_drafts")  # of Jekyll and Hexo


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A source that is not published now: `draft`, `scheduled` or `expired`."""

    document: SourceDocument
    reason: str

    @property
    def state(self) -> str:
        """What it is, for a sentence."""
        return _STATES[self.reason]

    def __str__(self) -> str:
        return f"{self.document.source.name} ({self.reason})"


def select(documents: Iterable[SourceDocument], options: RunOptions, now: datetime
           ) -> tuple[list[SourceDocument], list[Unpublished]]:
    """The sources that are published at the moment `now`, and the others."""
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
    """Whether Markdown lies in a folder that other generators keep to
    themselves: its name begins with `_`, and to us it means nothing."""
    return source.is_markdown and any(
        part.startswith("_") and part.casefold() not in _KNOWN for part in source.folder.split("/"))


def warn_of_withheld(withheld: Iterable[SourceFile], problems: Problems) -> None:
    """A warning for each folder, with the names of what is in it."""
    folders: dict[str, list[SourceFile]] = {}
    for file in withheld:
        folders.setdefault(file.folder, []).append(file)
    for files in folders.values():
        names = some([f"`{file.path}`" for file in files])
        problems.warn("source.withheld", f"not published, being {IN_UNDERSCORE}: {names}", Place(files[0].name),
                      "rename the folder; or name it in `markdown.snippets`, if it holds what pages include")


OF_UNTRUSTED = "of an author who is not trusted"
"""What is said of a file that is withheld for what it may be."""
_PASSIVE = """apng avif bmp gif heic heif ico jpeg jpg jxl png tif tiff webp
aac flac m4a mp3 oga ogg opus wav weba avi m4v mkv mov mp4 mpeg mpg ogv webm
pdf epub doc docx odp ods odt ppt pptx rtf xls xlsx 7z bz2 gz rar tar tgz xz zip zst otf ttf woff woff2"""
_TEXT = """adoc asm awk bat bib c cc clj cpp cs css csv cxx dart diff el elm erl ex exs f90 fs geojson go gql graphql
groovy h hpp hs ics ini ipynb java jl json jsonc kt less lisp log lua m ml nim nix org patch po proto ps1 py r rb rs rst
sass scala scss sh sql srt styl sv swift tcl tex toml ts tsv tsx txt v vhd vim vtt yaml yml zig"""
_IS_PASSIVE, _IS_TEXT = frozenset(_PASSIVE.split()), frozenset(_TEXT.split())
_COMPRESSED = frozenset(["gz", "zst", "xz", "bz2"])  # `a.html.gz` is sent for `a.html`
# What hosts run on their own machine, wherever in a name it stands: `a.php.png`.
_RUN_BY_HOSTS = re.compile(r"\.(?:php\d?|phtml|phar|phps|shtml?|stm|f?cgi|plx?|ppl|perl|aspx?|ashx|asmx|cer|jspx?"
                           r"|cfm|var)(?![a-z0-9])")
# At the top of a site: folders that hosts take code from, and files that they and others take settings from.
_CODE_OF_HOSTS = ("api", "functions", "netlify")
_SETTINGS = re.compile(
    r".*\.(?:jsonc?|toml|ya?ml|ini)|(?:robots|ads|app-ads|security|llms(?:-full)?|requirements)\.txt")
_LOOKED_AT = 1024  # bytes at the beginning


def active_files(files: Iterable[SourceFile], config: Config, bundles: Mapping[str, str]) -> list[SourceFile]:
    """The files beside the text of authors who are not trusted that are withheld."""
    return [file for file in files if not file.is_markdown and not config.markdown.trusts(file.path)
            and not _is_passive(file, asset_path(file, bundles, lowercase=config.slugs.lowercase))]


def warn_of_active(files: Iterable[SourceFile], problems: Problems) -> None:
    """A warning for each file."""
    for file in files:
        problems.warn("source.withheld", f"not published, being {OF_UNTRUSTED}: `{file.path}`", Place(file.name),
                      "look at it, and move it to `static/` or to a folder that `markdown.untrusted` does not name")


def _is_passive(file: SourceFile, path: str) -> bool:
    """Whether nothing runs or rules what becomes of it at a path."""
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
    """Whether a browser may take a file for HTML where the host gives it no media type."""
    try:
        with file.file.open("rb") as opened:
            begin = opened.read(_LOOKED_AT)
    except OSError:
        return True
    begin = begin.removeprefix(b"\xef\xbb\xbf").lstrip(b"\0\t\n\x0b\x0c\r ")
    return begin.startswith(b"<") or (not begin and file.size >= _LOOKED_AT)
