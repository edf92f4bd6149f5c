"""Files and keys of a site that nothing uses: images, templates, data, front matter."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from coldpress.check.findings import Finding
from coldpress.check.mentions import Mentions, text_of
from coldpress.errors import Place
from coldpress.markdown.syntax.foreign_syntax import media_kind
from coldpress.recorder import Key
from coldpress.report import counted
from coldpress.sources.fields import MEANT
from coldpress.web.site import Site

_TEMPLATES = (".html", ".xml", ".txt", ".svg", ".css", ".md")
_DATA = (".yaml", ".yml", ".json", ".toml", ".csv")
_WELL_KNOWN = re.compile(
    r"(?:^|/)(?:(?:favicon|apple-touch-icon|mstile|android-chrome)[^/]*|\.well-known/.*)$")
"""Images that browsers ask for though no page names them."""
_SCRIPTS = (".js", ".mjs", ".css", ".json")
_CHECK = re.compile(r"^check:.*\n(?:(?:[ \t#-].*)?\n)*", re.M)
_STRINGS = "strings/"
WasRead = Callable[[Iterable[Key]], Collection[Key]]
"""Returns those of some keys that a page read in its last rendering."""


class Unused:
    """What nothing uses.  `code` are the files of the site's own code, `named` the built files that any file names,
    `was_read` tells which reads pages made."""

    def __init__(self, site: Site, code: Iterable[Path], named: Collection[str], was_read: WasRead) -> None:
        self._site = site
        self._named = named
        self._was_read = was_read
        own = [file for _, file in own_templates(site)]
        inherited = [file for theme in site.theme.chain for file in theme.templates.rglob("*") if file.is_file()]
        plugins = [file for folder in site.registry.template_folders for file in folder.rglob("*") if file.is_file()]
        bodies = [Path(page.unrecorded.document.source.location) for page in site.library.all_pages
                  ] if site.config.markdown.jinja else []
        python = [*code, *(file for file in site.registry.plugin_files if file.suffix == ".py")]
        # What is ignored is not used by that.
        config = _CHECK.sub("", text_of(site.options.config or site.root / "config.yaml"))
        scripts = [file for file in (*(site.root / site.config.static_dir).rglob("*"), *(
            asset.file for path, asset in site.library.assets.items() if path.endswith(_SCRIPTS)))
            if file.suffix in _SCRIPTS]
        data = [file for file in (site.root / site.config.data_dir).rglob("*") if file.suffix in _DATA]
        self._code = Mentions(python)
        self._readers = Mentions([*own, *inherited, *plugins, *bodies, *python])
        self._own_templates = Mentions([*own, *plugins, *bodies])
        self._everything = Mentions([*own, *plugins, *python, *scripts, *data], [config])
        self._config = Mentions([], [config])

    def findings(self) -> Iterator[Finding]:
        """Yields all that nothing uses."""
        yield from self._images()
        yield from self._templates()
        yield from self._data()
        yield from self._keys()

    def _images(self) -> Iterator[Finding]:
        site, prefix = self._site, self._site.url_prefix.lstrip("/")
        images = {path: asset for path, asset in site.library.assets.items() if media_kind(path) == "image"}
        read = self._was_read([("image", path) for path in images])
        found = [(f"{prefix}{path}".lstrip("/"), asset.name) for path, asset in images.items()
                 if ("image", path) not in read]
        folder = f"{prefix}/static/".lstrip("/")
        found += [(f"{folder}{name}", f"{site.config.static_dir}/{name}") for name in site.copied.files_in("static")
                  if media_kind(name) == "image"]
        for file, name in sorted(found):
            if file not in self._named and not _WELL_KNOWN.search(file) and not self._everything.has(
                    posixpath.basename(name)):
                yield _finding("check.unused-image", "no page shows this image", name, file,
                               "remove it, or link to it")

    def _templates(self) -> Iterator[Finding]:
        names = {file.relative_to(self._site.root / self._site.config.templates_dir).as_posix(): name
                 for name, file in own_templates(self._site)}
        read = self._was_read([("template", name) for name in names])
        for template, name in names.items():
            is_used = ("template", template) in read or self._code.has(template)
            if not is_used and not template.startswith("README"):
                yield _finding("check.unused-template", "no page uses this template", name, "",
                               "remove it, or name it in `layout:` of a page")

    def _takes_all_of(self, in_templates: str, *in_code: str) -> bool:
        """Returns whether a template or the code may read every key of a mapping."""
        return self._own_templates.takes_all_of(in_templates) or self._code.takes_all_of(*in_code)

    def _data(self) -> Iterator[Finding]:
        folder = self._site.root / self._site.config.data_dir
        files = [file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*")) if file.suffix in _DATA]
        names = {name.rpartition(".")[0]: name for name in files if not name.startswith(_STRINGS)}
        read = self._was_read([("data", name) for name in names])
        if not names or self._takes_all_of("data", "library.data", "site.data"):
            return
        for name, file in names.items():
            is_used = ("data", name) in read or name == "authors" or any(
                texts.has(word) for texts in (self._own_templates, self._code, self._config)
                for word in (name, *name.split("/")))
            if not is_used:
                yield _finding("check.unused-data", "no template reads this data",
                               f"{self._site.config.data_dir}/{file}", "", "remove it, or use it")

    def _keys(self) -> Iterator[Finding]:
        """Yields keys of front matter that nobody reads: the names of other keys than ours."""
        site = self._site
        declared = {each.name for each in site.registry.fields} | {
            each.name for fields in site.registry.collection_fields.values() for each in fields} | {
            each.name for collection in site.config.collections.values() for each in collection.fields}
        pages: dict[str, list[Place]] = {}
        counts: dict[str, int] = {}
        for page in site.library.all_pages:
            document = page.unrecorded.document
            if document.source.key:
                continue  # a row has the columns of its table
            for key in document.parsed.front.params:
                counts[key] = counts.get(key, 0) + 1
                if key not in pages:
                    pages[key] = [] if key in MEANT or key in declared or self._readers.has(key) else [
                        document.place_of(key)]
        if any(pages.values()) and not self._takes_all_of("params", "page.params", "post.params"):
            for key, places in sorted(pages.items()):
                if places:
                    yield Finding("check.unread-key", f"nothing reads `{key}`, which {counted(counts[key], 'page')} "
                                  f"{'has' if counts[key] == 1 else 'have'} in front matter", "", key,
                                  f"remove it, or use `page.params.{key}` in a template", link=key, place=places[0])


def own_templates(site: Site) -> Iterator[tuple[str, Path]]:
    """Yields the site's own templates, with their names for messages."""
    folder = site.root / site.config.templates_dir
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix in _TEMPLATES:
            yield file.relative_to(site.base).as_posix(), file


def _finding(code: str, message: str, name: str, file: str, hint: str) -> Finding:
    return Finding(code, message, file, name, hint, place=Place(name))

