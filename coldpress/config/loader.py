"""The options of `config.yaml`: types, defaults and meanings.

An empty file is valid.  An unknown key, a name from another generator or a value
of the wrong type is a problem at its line; the other keys are still used.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from coldpress import recorder
from coldpress.config.collections import Collections, as_collections
from coldpress.config.foreign_keys import ELSEWHERE, FOREIGN
from coldpress.config.images import ImageOptions, as_images
from coldpress.config.late import late_check, late_csp, late_deploy, late_headers, late_redirects
from coldpress.config.options import (
    FeedOptions,
    MarkdownOptions,
    MenuItem,
    PluginChoice,
    SlugOptions,
    as_count,
    as_dates,
    as_docs,
    as_edit_url,
    as_feeds,
    as_flag,
    as_links,
    as_markdown,
    as_menu,
    as_plugins,
    as_slugs,
)
from coldpress.config.permalinks import PERMALINK_TOKEN, PERMALINK_TOKENS, as_permalinks
from coldpress.config.settings import Settings
from coldpress.config.social import SocialLink, as_social
from coldpress.config.social_cards import CardOptions, as_favicon, as_social_cards
from coldpress.config.theme_options import ThemeOptions, as_theme
from coldpress.config.timezones import as_timezone
from coldpress.config.yaml_toml import MappingText, Params
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.paths import BadPath, TooLong, asset_file_of, relative_name
from coldpress.text import decode, did_you_mean, one_line

if TYPE_CHECKING:
    from coldpress.config.check import CheckOptions
    from coldpress.config.deploy import DeployOptions
    from coldpress.config.headers import HeaderRule, PolicyOptions
    from coldpress.config.redirects import RedirectRules

_HOST = re.compile(r"(?:[^\s@]+@)?(?:\[[0-9a-fA-F:.]+\]|[^\s:@\[\]]+)(?::\d{1,4}|:[1-5]\d{4}|:6[0-4]\d{3})?")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def _option(parse: Callable[[Any], Any], default: Any) -> Any:
    return field(default_factory=lambda: default, metadata={"parse": parse})


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise ValueError("text is expected here")
    return "" if value is None else str(value)


def _base_url(value: Any) -> str | None:
    text = _text(value).strip()
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc) or re.search(r"\s", text):
        raise ValueError("a whole URL is expected here, such as `https://example.org/blog/`")
    if parts.query or parts.fragment:
        raise ValueError("a base URL has no `?` and no `#`")
    return text.rstrip("/") + "/"


def _line(value: Any) -> str:
    return one_line(_text(value))


def as_language(value: Any) -> str:
    """Converts the value of `language:`, a tag of BCP 47."""
    text = _text(value).strip()
    if not _TAG.fullmatch(text):
        near = text.partition(".")[0].replace("_", "-")  # a POSIX locale such as zh_CN.UTF-8
        raise ValueError("a language is written as in HTML, such as `en` or `zh-Hans` (BCP 47)",
                         f"write `{near}`" if _TAG.fullmatch(near) else None)
    return text


def _names(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip("/ ") for name in names):
        raise ValueError("a list of names is expected here")
    return tuple(dict.fromkeys(name.strip("/") for name in names))


def _folder(value: Any) -> str:
    name = posixpath.normpath(_text(value).replace("\\", "/"))
    if name in (".", "") or name.startswith(("..", "/")) or Path(name).is_absolute():
        raise ValueError("a folder inside the site is expected here")
    try:
        asset_file_of(f"/{name}")
    except BadPath as reason:
        raise ValueError(f"a folder cannot be called so: {reason}", "give it a shorter name"
                         if isinstance(reason, TooLong) else None) from None
    return name


def _params(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("`key: value` lines are expected here")
    return Params({str(key): inner for key, inner in value.items()})


_EMPTY: Mapping[str, Any] = Params()
_POSTS = as_collections(["posts"])


@dataclass(frozen=True)
class Config:
    """The options of one site.  Every read of an option is recorded.  The text below each
    option describes it."""

    title: str = _option(_line, "My site")
    """Name of the site, in the header, in feeds and in every page's `<title>`."""
    base_url: str | None = _option(_base_url, None)
    """URL of the published site.  Without it there are no feeds, no sitemap and no canonical links."""
    description: str = _option(_line, "")
    """One sentence about the site, for search engines and feeds."""
    author: str = _option(_text, "")
    """Author of posts that name none."""
    intro: str = _option(_text, "")
    """Text below the site's name on the home page, in Markdown; without it, the description."""
    portrait: str = _option(_line, "")
    """Picture on the home page: a file below the content folder, or a whole URL."""
    social: tuple[SocialLink, ...] = _option(as_social, ())
    """Accounts of the author: a name for each known service, or any name with a URL; `rss: true` is the feed."""
    copyright: str = _option(_line, "")
    """Line at the foot of every page."""
    language: str = _option(as_language, "en")
    """Language of the site as a BCP 47 tag: `en`, `zh-Hans`, `ar`."""
    timezone: str = _option(as_timezone, "UTC")
    """Time zone of dates that name none."""
    dates: str = _option(as_dates, "written")
    """Where dates come from that front matter does not name: `written`, the file's name only, or `git` too, the commits
    that added the file and changed it last."""
    permalinks: Mapping[str, str] = _option(as_permalinks, _EMPTY)
    """URL pattern for each folder at the top of the content folder."""
    slugs: SlugOptions = _option(as_slugs, SlugOptions())  # noqa: RUF009  (it makes a field)
    """How names of files, folders and terms become parts of URLs."""
    taxonomies: tuple[str, ...] = _option(_names, ("tags", "categories"))
    """Names of the taxonomies: each is a key in front matter, and has a page that lists its terms."""
    nested_taxonomies: tuple[str, ...] = _option(_names, ())
    """Taxonomies in which a list is a path, as in Hexo's categories: `[Python, Flask]` is Flask below Python;
    a list of lists is several paths."""
    collections: Collections = _option(as_collections, _POSTS)  # noqa: RUF009
    """Folders of dated posts, or collections by name with options; `[]` for a site without posts."""
    menu: tuple[MenuItem, ...] = _option(as_menu, ())
    """Entries of the site's menu, nested as in MkDocs' `nav`."""
    docs: tuple[str, ...] | None = _option(as_docs, None)
    """Folders whose pages have the face `docs`, `.` for the whole site; by default every
    section that is not a collection."""
    edit_url: str | None = _option(as_edit_url, None)
    """URL where the source of a page is edited; `<path>` stands for its path in the content folder."""
    links: str = _option(as_links, "root")
    """Links of the pages: `root`, which begin with `/`, or `relative`, to open the site from a folder."""
    hashed_static: bool = _option(as_flag, False)
    """Whether files of `static/` that templates and style sheets name are published with a hash in their names too, as
    those of the theme are, so that browsers keep them for ever."""
    images: ImageOptions = _option(as_images, ImageOptions())  # noqa: RUF009  (it makes a field)
    """How pictures are made fit for the web, which needs the extra `images`; `false` leaves them as they are."""
    social_cards: CardOptions = _option(as_social_cards, CardOptions())  # noqa: RUF009  (it makes a field)
    """Pictures that are shown where pages without a picture are shared; they need the extra `images`."""
    favicon: str | None = _option(as_favicon, None)
    """Picture of which the icons of the site are made, SVG or at least 512 pixels wide; by default the theme's icon."""
    search: bool = _option(as_flag, True)
    """Whether the site has a search, at `/search/` and in a dialog on every page."""
    paginate: int = _option(as_count, 10)
    """Posts on one page of a list."""
    params: Mapping[str, Any] = _option(_params, _EMPTY)
    """Values of your own, for templates: `site.params.NAME`."""
    markdown: MarkdownOptions = _option(as_markdown, MarkdownOptions())  # noqa: RUF009  (it makes a field)
    """How bodies are rendered."""
    theme: ThemeOptions = _option(as_theme, ThemeOptions())  # noqa: RUF009
    """How the theme looks."""
    feeds: FeedOptions = _option(as_feeds, FeedOptions())  # noqa: RUF009
    """Which feeds the site has; `false` for none."""
    llms: bool = _option(as_flag, False)
    """Whether the site has `llms.txt` and a Markdown version of each page."""
    plugins: tuple[PluginChoice, ...] = _option(as_plugins, ())
    """Installed plugins: a list of names, or `NAME: {option: value}` with options."""
    content_dir: str = _option(_folder, "content")
    """Folder of the content."""
    redirects: RedirectRules | None = _option(late_redirects, None)  # noqa: RUF009  (it makes a field)
    """Old paths and where they lead: `/old/: /new/`, or `/old/<path:rest>: {to: /new/<path:rest>, status: 302}`."""
    headers: tuple[HeaderRule, ...] = _option(late_headers, ())
    """Headers of HTTP, by patterns of paths: `"/theme/*": {Cache-Control: max-age=3600}`."""
    csp: PolicyOptions | None = _option(late_csp, None)  # noqa: RUF009
    """Content-Security-Policy: `theme` is what the theme needs, `{img-src: https://img.example.org}` adds sources to
    it, and any other text is a policy of your own."""
    deploy: DeployOptions | None = _option(late_deploy, None)  # noqa: RUF009
    """Where the site is published."""
    check: CheckOptions | None = _option(late_check, None)  # noqa: RUF009
    """What the command `check` does."""
    output_dir: str = _option(_folder, "site")
    """Folder the site is written to."""
    templates_dir: str = _option(_folder, "templates")
    """Folder of your own templates."""
    static_dir: str = _option(_folder, "static")
    """Folder of files copied to `/static/`."""
    data_dir: str = _option(_folder, "data")
    """Folder of data for templates: YAML, JSON, TOML, CSV."""

    def __getattribute__(self, name: str) -> Any:
        if name in _OPTIONS:
            recorder.read("config", name)
        return object.__getattribute__(self, name)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def source_dirs(self) -> tuple[str, ...]:
        """The folders of content, templates, static files and data."""
        return tuple(dict.fromkeys((self.content_dir, self.templates_dir, self.static_dir, self.data_dir)))

    @property
    def prefix(self) -> str:
        """The path of the base URL without its last slash: `/blog`, or an empty text."""
        return urlsplit(self.base_url or "").path.rstrip("/")


_OPTIONS = frozenset(Config.__dataclass_fields__)
_PARSERS: Mapping[str, Callable[[Any], Any]] = {option.name: option.metadata["parse"] for option in fields(Config)}
_NO_SETTINGS = Settings()

NOT_BUILT = ("languages",)
"""Planned options.  They are reported as problems until they exist."""


@dataclass(frozen=True)
class RunOptions:
    """The options of one run of a command, in addition to those of the config."""

    drafts: bool = False
    future: bool = False
    expired: bool = False
    base_url: str | None = None
    output: Path | None = None
    clock: datetime | None = None
    config: Path | None = None
    no_cache: bool = False
    site: str | None = None
    """The name of the site that the command is for, in an app with several."""
    moves: tuple[Any, ...] | None = None
    """The moved pages that the first process of this build found; None for the first process."""

    def for_site(self, name: str) -> RunOptions:
        """Returns the options as they count for a site: those of one place are for the chosen site only."""
        if self.site in (None, name):
            return self
        return replace(self, base_url=None, output=None, config=None, moves=None)


_options: ContextVar[RunOptions | None] = ContextVar("coldpress.config.options", default=None)


@contextmanager
def use_options(options: RunOptions) -> Iterator[None]:
    """Sets the options of an app that is created inside the block."""
    token = _options.set(options)
    try:
        yield
    finally:
        _options.reset(token)


def current_options() -> RunOptions:
    """Returns the options of the current run; outside of one, the defaults."""
    return _options.get() or RunOptions()


def setting_names(settings: Settings) -> list[str]:
    """Returns the names of all options, as the environment or the app gives them."""
    return [settings.key(option) for option in _PARSERS]


def load_config(root: Path, base: Path, options: RunOptions, problems: Problems, settings: Settings = _NO_SETTINGS
                ) -> tuple[Config, MappingText]:
    """Reads the config of a site: flags go before the environment, this before the app's settings,
    and these before `config.yaml`.  Returns the config, and the file's text for the places of
    problems.  Messages name the file relative to `base`.

    Problems go to `problems`.  Raises `ColdpressError` only if the file cannot be read or parsed at all:
    the problems that follow from that would be misleading.
    """
    file = options.config or root / "config.yaml"
    name = relative_name(file, base)
    misnamed = root / "config.yml"
    if not options.config and misnamed.exists() and not file.exists():
        problems.error("config.name", "this file is not read", Place(relative_name(misnamed, base)),
                       "rename it to `config.yaml`")
    try:
        data = file.read_bytes() if options.config or file.exists() else b""
    except OSError as reason:
        raise ColdpressError(Problem(
            "config.unreadable", f"cannot read {name}: {reason.strerror}", Place(name))) from None
    text = decode(data, name, "config.encoding")
    source = MappingText(text, name)
    values = {**_read(source, problems), **_given(settings, options, problems)}
    return _checked(Config(**values), source, problems), source


def _read(source: MappingText, problems: Problems) -> dict[str, Any]:
    """Returns the options of the file."""
    values: dict[str, Any] = {}
    for key, value in source.parse().items():
        if key not in _PARSERS:
            _report_unknown_key(key, source, problems, _PARSERS)
        elif value is not None:
            if _PARSERS[key] in (_text, _line) and not isinstance(value, str):
                value = source.raw(key) or value  # `1.10` is a text of four letters
            try:
                values[key] = _PARSERS[key](value)
            except ValueError as reason:
                message, hint, *inner = reason.args if reason.args[1:] else (*reason.args, None)
                problems.error("config.value", f"`{key}`: {message}", source.place(key, *inner), hint)
    return values


def _given(settings: Settings, options: RunOptions, problems: Problems) -> dict[str, Any]:
    """Returns the options that flags, the environment and the app give."""
    values: dict[str, Any] = {}
    for option, parse in _PARSERS.items():
        found = (options.base_url, "`--base-url`") if option == "base_url" and options.base_url else None
        found = found or settings.get(option, as_text=parse in (_text, _line))
        if found is not None:
            try:
                values[option] = parse(found[0])
            except ValueError as reason:
                problems.error("config.value", f"{found[1]}: {reason.args[0]}", None, (*reason.args, None)[1])
    for key in settings.unknown(_PARSERS):
        if near := did_you_mean(key, map(settings.key, _PARSERS)):
            problems.error("config.unknown-key", f"there is no setting `{key}`", None, near)
    return values


def _checked(config: Config, source: MappingText, problems: Problems) -> Config:
    for index, name in enumerate(config.nested_taxonomies):
        if name not in config.taxonomies:
            problems.error("config.value", f"`nested_taxonomies`: there is no taxonomy `{name}`",
                           source.place("nested_taxonomies", index), did_you_mean(name, config.taxonomies)
                           or "name it under `taxonomies` too")
    _check_patterns(config, source, problems)
    return config


def _check_patterns(config: Config, source: MappingText, problems: Problems) -> None:
    """Reports permalink patterns of collections with unknown tokens, and those that `permalinks` has too."""
    for name, collection in config.collections.items():
        place = source.place("collections", name, "permalink")
        if collection.permalink is None:
            continue
        if name in config.permalinks:
            problems.error("config.value", f"`{name}` has a permalink here and in `permalinks`", place,
                           "keep one of them", also=(source.place("permalinks", name),))
        known = [f"<{token}>" for token in (*PERMALINK_TOKENS, *(field.name for field in collection.fields))]
        for token in PERMALINK_TOKEN.findall(collection.permalink) if not collection.has_rows else ():
            if f"<{token}>" not in known:
                problems.error("config.value", f"`collections`: `{name}`: `permalink`: there is no `<{token}>`", place,
                               did_you_mean(f"<{token}>", known) or f"there are {', '.join(known)}")


def _report_unknown_key(key: str, source: MappingText, problems: Problems, known: Mapping[str, Any]) -> None:
    place = source.place(key)
    if key in NOT_BUILT:
        problems.error("config.not-built", f"`{key}` is not built yet", place, "leave it out for now")
    elif key in FOREIGN:
        problems.error("config.foreign-key", f"`{key}` has another name here", place,
                       f"write `{FOREIGN[key]}`")
    elif key in ELSEWHERE:
        problems.error("config.foreign-key", f"`{key}` is not an option here", place, ELSEWHERE[key])
    else:
        problems.error("config.unknown-key", f"unknown key `{key}`", place,
                       did_you_mean(key, known) or "a value of your own goes under `params`")
