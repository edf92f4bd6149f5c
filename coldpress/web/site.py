"""One site: its config, its content, its templates and its static files."""

from __future__ import annotations

import os
import shutil
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType
from typing import Any, NamedTuple

from flask import Flask, Request, g, has_request_context, request
from jinja2 import FileSystemLoader

from coldpress import recorder
from coldpress.audit_hook import Start, is_own
from coldpress.config.loader import Config, RunOptions, current_options, load_config, setting_names
from coldpress.config.settings import Settings
from coldpress.config.themes import find_theme
from coldpress.config.yaml_toml import MappingText
from coldpress.content.aliases import Alias, Moved
from coldpress.content.assemble import Sources, assemble
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.content.slots import Host
from coldpress.content.taxonomy import front_taxonomies
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.images.service import ImageService
from coldpress.markdown.cache import MarkupCache
from coldpress.markdown.store import MarkupStore
from coldpress.paths import STATE, is_external, path_of, relative_name
from coldpress.recorder import Key
from coldpress.signals import send, site_loaded
from coldpress.sources.cache import SourceCache
from coldpress.sources.files import SourceFile
from coldpress.web.app_templates import PREFIX
from coldpress.web.caching import Memo
from coldpress.web.code_versions import CodeVersions
from coldpress.web.config_checks import check_fields, check_markdown
from coldpress.web.copied_files import CopiedFiles
from coldpress.web.environment import SiteEnvironment
from coldpress.web.kept_parts import KeptParts
from coldpress.web.registry import Registry, call_source
from coldpress.web.site_icons import SiteIcons
from coldpress.web.site_search import SiteSearch
from coldpress.web.social_cards import SocialCards
from coldpress.web.strings import Strings

NAME = "coldpress"
"""The name of a site that is given none: that of its blueprint, and its key in `app.extensions`."""
_NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})


def key_of(name: str) -> str:
    """Returns the key of a site in `app.extensions`: `coldpress`, or `coldpress.NAME`."""
    return NAME if name == NAME else f"{NAME}.{name}"




class ContentSnapshot(NamedTuple):
    """The content as it was loaded at one moment, with the problems found in it."""

    library: Library
    problems: tuple[Problem, ...]


class Site:
    """One site.  `root` is its folder, `url_prefix` the path where the app mounts it, `name` what
    tells it from other sites of the app; messages name its files relative to `base`.  If it
    `shares`, its templates get the app's filters, tests, globals and context processors.
    `settings` are the app's, which go before those of the config file.

    `endpoints` maps the short names of our views (`page`, `term`) to their endpoints
    (`coldpress.page`); `generators` maps endpoints to the generators of their URLs;
    `added_endpoints` maps names to endpoints of blueprints that were registered on the site.
    `config_problems` holds the problems of the config, `snapshot.problems` those of
    the content: nothing is raised, so that all of them can be reported.
    """

    app: Flask
    environment: SiteEnvironment
    host: Host[Page]
    """The services of the site that its Library may call."""
    can_be_built = True
    """False if the config has an error that makes a build impossible."""
    extension_reads: Iterable[Key] = ()
    """What extensions of Python-Markdown read while they were loaded."""
    factory_reads: Iterable[Key] = ()
    """What `create_app` of `build.py` read, as recorded."""
    start = Start()
    """What else `create_app` did, as the audit hook saw it."""
    factory_noted: Mapping[str, int] = MappingProxyType({})
    """The modification times of the files in `factory_reads`, taken when they were read."""
    is_other = False
    """Whether the command is for another site of the app."""
    owns_app = False
    """Whether the app was made for this site alone, so that all its routes are frozen."""

    def __init__(self, root: str | Path, url_prefix: str = "", base: str | Path | None = None, *, name: str = NAME,
                 shares: bool = False, registry: Registry | None = None, settings: Mapping[str, Any] = _NO_SETTINGS
                 ) -> None:
        self.name = name
        self.options: RunOptions = current_options().for_site(name)
        self.shares = shares
        self.root = Path(root).resolve()
        base = Path(base).resolve() if base else self.root
        self.base = base if self.root.is_relative_to(base) else self.root
        if not self.root.is_dir():
            folder = relative_name(self.root, self.base)
            raise ColdpressError(Problem("site.no-folder", f"there is no folder `{folder}` to make a site of", None,
                                         f"begin one with `coldpress init {folder}`"))
        self.url_prefix = url_prefix.rstrip("/")
        self.endpoints: dict[str, str] = {}
        self.generators: dict[str, Callable[[Library], Iterable[Mapping[str, Any]]]] = {}
        self.config_problems = Problems()
        self.added_endpoints: dict[str, str] = {}
        self.registry = registry or Registry()
        self._settings = Settings(None if name == NAME else name, settings)
        self.config, self._config_text = self._load_config()
        if self.config.base_url and not self.config.prefix.endswith(self.url_prefix):
            self.config_problems.error(
                "config.base-url-prefix",
                f"the site is mounted at `{self.url_prefix}/`; the base URL `{self.config.base_url}` does not end so",
                self.config_place("base_url") if self.options.base_url is None else None,
                f"write `{self.config.base_url.rstrip('/')}{self.url_prefix}/`")
        with recorder.unrecorded():
            epoch = os.environ.get("SOURCE_DATE_EPOCH") or "0"
        if not epoch.isdigit():
            self.config_problems.error("config.clock", f"`SOURCE_DATE_EPOCH` is `{epoch}`, not a number of seconds",
                                       None, "set it to the seconds since 1970, or unset it")
        check_markdown(self)
        check_fields(self)
        self.cache_folder = self.root / STATE
        if self.options.no_cache:
            self.cache_folder = Path(mkdtemp(prefix="coldpress-"))
            weakref.finalize(self, shutil.rmtree, self.cache_folder, ignore_errors=True)
        self.code = CodeVersions(self)
        self.markup = MarkupCache(MarkupStore(self.cache_folder), replace(
            self.config.markdown, schemes=self.config.collections.with_rows, base=str(self.base)),
            indexed=self.config.search, fences=self.registry.fences, code_version=self.code.of_fence)
        self.images = ImageService(self.cache_folder, lambda: self.config.images)
        self.cards = SocialCards(self)
        self.icons = SiteIcons(self)
        self.search = SiteSearch(self.markup, self.cache_folder)
        self.sources = Sources(self.root, self.base, self.config, self._config_text, self.markup, self.images,
                               SourceCache(self.cache_folder, front_taxonomies(self.config), self.config.zone,
                                           self.config.nested_taxonomies), partial(call_source, self),
                               self.registry.row_sources, self.code.of_source, self.registry.fields,
                               self.registry.collection_fields, self.cache_folder)
        self.theme = find_theme(self.config.theme.name)
        self.strings = Strings(lambda: self.config.language, self._own_strings, lambda: self.memo, self.theme)
        self._library_name = f"coldpress_library_{name}"
        self._lock = threading.RLock()
        self._is_loading = False
        self._snapshot: ContentSnapshot | None = None
        self._memo: tuple[Library | None, Memo | None] = None, None
        self.copied = CopiedFiles(self.root / self.config.static_dir, self.theme, self.base, self._stylesheet,
                                  self.link_root, hashes_static=self.config.hashed_static)

    def _load_config(self) -> tuple[Config, MappingText]:
        try:
            return load_config(self.root, self.base, self.options, self.config_problems, self._settings)
        except ColdpressError as reason:
            self.config_problems.extend(reason.problems)
            self.can_be_built = False
            return Config(), MappingText("", "config.yaml")

    @property
    def notes(self) -> list[str]:
        """What is wrong with the caches, one line for each."""
        notes = (self.sources.cache.note, self.markup.store.note, self.images.note, self.search.note)
        return [note for note in notes if note]

    @property
    def source_folders(self) -> tuple[Path, ...]:
        """The folders of content, templates, static files and data."""
        return tuple(self.root / name for name in self.config.source_dirs)

    @property
    def own_template_folders(self) -> tuple[Path, ...]:
        """The folders that own code names for templates: of the site, of the app and of its blueprints."""
        loaders = [each.jinja_loader for each in (self.app, *self.app.blueprints.values())]
        named = [folder for loader in loaders if isinstance(loader, FileSystemLoader) for folder in loader.searchpath]
        found = dict.fromkeys([*self.registry.template_folders, *map(Path, named)])
        return tuple(folder for folder in found if is_own(f"{folder}{os.sep}"))

    @property
    def setting_names(self) -> list[str]:
        """The names under which the environment may give options."""
        return setting_names(self._settings)

    def config_place(self, *keys: str | int) -> Place:
        """The place of a setting in the config file."""
        return self._config_text.place(*keys)

    # The content: one snapshot for each request.

    @property
    def snapshot(self) -> ContentSnapshot:
        """The content as last loaded; the first call loads it."""
        if self._snapshot is None:
            with self._lock:
                if self._is_loading:
                    raise RuntimeError("the content is asked for while it is loaded: sources and fences cannot ask for "
                                       "it; directives, filters and views can")
                if self._snapshot is None:
                    self._is_loading = True
                    try:
                        self._snapshot = self.load()
                    finally:
                        self._is_loading = False
                    self._tell_loaded()
        assert self._snapshot is not None, "loaded above"
        return self._snapshot

    def _tell_loaded(self) -> None:
        """Sends the signal; what a receiver raises is a problem."""
        snapshot = self._snapshot
        try:
            with recorder.unrecorded():
                send(site_loaded, self.app, site=self.app.extensions[key_of(self.name)])
        except (Exception, SystemExit) as reason:  # noqa: BLE001  (a receiver is somebody's code)
            if snapshot is not None:
                self._snapshot = snapshot._replace(problems=(*snapshot.problems, self.host.explained(reason)))

    def reload(self) -> ContentSnapshot:
        """Load the content again and drop compiled templates; files that did not change are not read again."""
        self.forget_templates()
        return self.take(self.load())

    def forget_templates(self) -> None:
        """Drop the compiled templates and what they made, so that they are read again when needed."""
        self.environment.clear()
        self._memo = None, None
        self.copied.forget_stylesheets()

    def take(self, snapshot: ContentSnapshot) -> ContentSnapshot:
        """Replace the snapshot."""
        self._snapshot = snapshot
        self._tell_loaded()
        return self._snapshot

    def take_bodies(self, sources: Iterable[str]) -> bool:
        """Update the bodies of these sources in the current Library.  False, with nothing
        updated, if more than their bodies changed: then call `load`."""
        library = self.snapshot.library
        with self._lock, recorder.unrecorded():
            pages = [library.by_source(source) for source in sources]
            try:
                documents = [self.sources.reread(page.document) if page else None for page in pages]
            except OSError:
                return False
            if not all(page and document and library.title_of(document) == page.title
                       for page, document in zip(pages, documents, strict=True)):
                return False
            library.replace_documents(filter(None, documents))
            self._memo = None, None
            self.search.forget()
        return True

    def load(self) -> ContentSnapshot:
        """Load the content from the files, without replacing the current snapshot."""
        self.registry.is_closed = True
        problems = Problems(self.config_problems)
        with recorder.unrecorded():
            library = assemble(self.sources, self.options, self.moment(), self.host, problems)
            self.cards.check(library, problems)
            self.icons.check(problems)
        return ContentSnapshot(library, tuple(problems))

    @property
    def library(self) -> Library:
        """The content; it does not change within one request.  A page of another site that reads it
        depends on all of it, since names mean something else there."""
        if self.is_other:
            recorder.read("site", self.name)
        if not has_request_context():
            return self.snapshot.library
        kept: Any = g._get_current_object()  # the proxy costs four times as much
        library: Library | None = kept.get(self._library_name)
        if library is None:
            library = self.snapshot.library
            setattr(kept, self._library_name, library)
        return library

    def of_request(self, name: str) -> dict[str, Any]:
        """Returns a dictionary that this site keeps for the current request under a name."""
        kept: dict[str, Any] = g.setdefault(f"coldpress_{name}_{self.name}", {})
        return kept

    @property
    def memo(self) -> Memo:
        """The cache of values that many pages of this Library show."""
        library, (made_for, memo) = self.library, self._memo
        if memo is None or made_for is not library:
            memo = Memo(self.app, self.environment.is_own, self.generators)
            self._memo = library, memo
        return memo

    @cached_property
    def kept_parts(self) -> KeptParts:
        """The parts of long pages that the last build has drawn."""
        return KeptParts(self.environment.is_own, self.generators)

    def find(self, path: str) -> Page | Alias | Moved | SourceFile | None:
        """The content at a decoded path of this site."""
        return self.library.at(path) or self.library.asset_at(path)

    def named(self, name: str) -> Page | Alias | Moved | str | None:
        """The content of a source (`docs/install.md`), of a row (`shop:sicp`) or at a path
        (`/about/`); for an asset, its path."""
        library = self.library
        return library.by_source(name) or library.asset_of(name) or library.at(name) or (
            name if library.asset_at(name) else None)

    def now(self) -> datetime:
        """The day of this build at 00:00 in the site's time zone.  The read is recorded.
        A finer time would change the output with every build."""
        recorder.read("clock", "day")
        return self.moment().replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

    def moment(self) -> datetime:
        """The time of this build: `--clock`, else SOURCE_DATE_EPOCH, else the current time."""
        with recorder.unrecorded():
            epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        if clock := self.options.clock:
            return clock.astimezone(self.config.zone) if clock.tzinfo else clock.replace(tzinfo=self.config.zone)
        if epoch.isdigit():
            return datetime.fromtimestamp(int(epoch), UTC).astimezone(self.config.zone)
        return datetime.now(self.config.zone)

    # Rendering.

    def render(self, template: str | Iterable[str], **variables: Any) -> str:
        """Render the first of these templates that exists."""
        names = [template] if isinstance(template, str) else list(template)
        variables.setdefault("page", None)
        if self.owns_app or self.shares:
            given: dict[str, Any] = {}
            self.app.update_template_context(given)
            ours = self.environment.globals if self.shares else ()
            variables = {**{name: value for name, value in given.items() if name not in ours}, **variables}
        return self.environment.select_template(names).render(variables)

    @property
    def template_names(self) -> list[str]:
        """The names of all templates, those of the theme included."""
        return self.environment.list_templates()

    def link_root(self) -> str:
        """What every link of the site begins with: SCRIPT_NAME and the URL prefix."""
        if not has_request_context():
            return self.script_root + self.url_prefix
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # as for `library`
        return asked.script_root + self.url_prefix

    @property
    def script_root(self) -> str:
        """The path below which the whole app is published, taken from `base_url`."""
        return self.config.prefix.removesuffix(self.url_prefix)

    def requested_path(self) -> str:
        """The path of the current request, relative to the site's root."""
        return request.path.removeprefix(self.url_prefix)

    def image_size(self, url: str) -> tuple[int, int] | None:
        """Returns width and height of the image at a URL of the site; None where they are unknown."""
        return None if is_external(url) else self.library.image_size(path_of(url).removeprefix(self.link_root()))

    def kept_picture(self, path: str) -> bytes | None:
        """Returns the bytes of the picture that a view makes at a path, if they are kept."""
        if path[1:] in self.icons.names:
            return self.icons.kept(path[1:])
        card = self.cards.at(path)
        return self.cards.kept(card) if card else None

    # Strings.

    def group_name(self, name: str) -> str:
        """The heading of a collection or a taxonomy, in the site's language."""
        return self.strings.say(self.config.language, f"names.{name}", name.capitalize())

    def _own_strings(self, language: str) -> Any:
        """The strings that `data/strings/` has for a language."""
        return (self.library.data.get("strings") or {}).get(language)

    def whole_endpoint(self, name: str) -> str:
        """Returns the endpoint of a name in templates: `home` is our view `coldpress.home`,
        `app:home` the app's `home`, `books.book` that of a blueprint registered on this site."""
        return self.endpoints.get(name) or self.added_endpoints.get(name) or name.removeprefix(PREFIX)

    def _stylesheet(self, name: str) -> str:
        return self.environment.get_template(name).render(page=None)
