"""The groups of options in `config.yaml`, with their defaults."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any
from unicodedata import normalize

from coldpress.text import did_you_mean

PATH_TOKEN = "<path>"
Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PluginChoice:
    """A plugin that the config names: its options as text, to compare, and as they were read."""

    name: str
    text: str = "{}"
    options: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu: its name, its target, and its child entries.

    Without a name it has the title of its page.  Without a URL it only has children.
    """

    name: str | None
    url: str | None
    children: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkdownOptions:
    """The options below `markdown:`: how bodies are rendered."""

    trusted: bool = True
    """Whether authors are trusted; if not, the HTML of all bodies is sanitized, which needs the extra `untrusted`."""
    untrusted: tuple[str, ...] = ()
    """Folders of the content folder, for which the same is done as with `trusted: false`."""
    jinja: bool = False
    """Whether bodies are templates, rendered in a sandbox before the Markdown is parsed."""
    smart: bool = True
    """Whether quotes, dashes and dots become the typographic ones of the page's language."""
    macros: tuple[tuple[str, str], ...] = ()
    """TeX macros for formulas."""

    heading_ids: str = "github"
    """How the anchors of headings are made: as on GitHub (`github`), or as in MkDocs (`python-markdown`)."""
    snippets: tuple[str, ...] = (".", "snippets")
    """Folders of the site in which snippets are searched for before the content folder."""
    append: tuple[str, ...] = ()
    """Files of the site that are appended to every body, such as a list of abbreviations."""
    engine: str = "native"
    """The engine that renders bodies: `native` or `python-markdown`."""
    extensions: tuple[str, ...] = ()
    """Extensions of Python-Markdown, by their short names or module names; they need that engine."""
    extension_configs: tuple[tuple[str, str], ...] = ()
    """Options of these extensions, by the names of the extensions."""
    schemes: tuple[str, ...] = field(default=(), metadata={"derived": True})
    """The schemes of links to rows: the names of their collections."""
    base: str = field(default="", metadata={"derived": True}, compare=False)
    """The folder below which paths of files that were read are relative."""

    def trusts(self, source: str) -> bool:
        """Returns whether the author of a source (a path below the content folder) is trusted.
        All decisions about trust call this."""
        if not self.untrusted:
            return self.trusted
        return self.trusted and not any(source.startswith(f"{folder}/") for folder in self.untrusted)

    @property
    def key(self) -> str:
        """The part of a cache key that changes with the options that affect rendering."""
        key = f"{self.trusted} {self.smart} {self.macros} {self.heading_ids}"
        key += f" {self.schemes}" if self.schemes else ""
        return key if self.engine == "native" else f"{key} {self.engine} {self.extensions} {self.extension_configs}"


ENGINES = ("native", "python-markdown")
"""The Markdown engines."""
HEADING_IDS = ("github", "python-markdown")
"""The ways in which the ids of headings are made."""
@dataclass(frozen=True, slots=True)
class SlugOptions:
    """The options below `slugs:`: how names become parts of URLs."""

    lowercase: bool = True
    """Whether letters of URLs become lower case; `false` keeps capitals, so that existing URLs stay valid."""


DATES = ("written", "git")
"""Where the dates of a page come from that its front matter does not name."""
LINKS = ("root", "relative")
"""The ways to write links of a page to the site."""
FORMATS = ("atom", "rss", "json")
"""The formats of feeds."""


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """The options below `feeds:`, which may also be `false`: the feeds of the site."""

    formats: tuple[str, ...] = FORMATS
    """The formats: `atom`, `rss`, `json`.  The foot of a page links to the feed of the first one."""
    limit: int = 20
    """The number of pages in a feed, the latest ones."""
    full: bool = True
    """Whether a feed has whole texts; `false` for summaries."""


def as_flag(value: Any) -> bool:
    """Returns a boolean; raises `ValueError` for any other value."""
    if not isinstance(value, bool):
        raise ValueError("`true` or `false` is expected here")
    return value


def as_count(value: Any) -> int:
    """Returns an integer of at least 1; raises `ValueError` for any other value."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("a whole number of at least 1 is expected here")
    return value


def as_feeds(value: Any) -> FeedOptions:
    """Converts the value of `feeds:`."""
    if isinstance(value, bool):
        return FeedOptions() if value else FeedOptions(formats=())
    return FeedOptions(**as_group(value, FeedOptions, {"formats": _formats, "limit": as_count}))


def as_markdown(value: Any) -> MarkdownOptions:
    """Converts the value of `markdown:`."""
    options = MarkdownOptions(**as_group(value, MarkdownOptions, {
        "macros": _macros, "snippets": _paths, "append": _paths,
        "heading_ids": partial(one_of, "heading_ids", HEADING_IDS),
        "untrusted": _content_folders, "engine": partial(one_of, "engine", ENGINES), "extensions": _extensions,
        "extension_configs": _extension_configs}))
    for name in ("extensions", "extension_configs"):
        if getattr(options, name) and options.engine == "native":
            raise ValueError(f"`{name}` are of another engine", "write `engine: python-markdown` too", name)
    for name, _ in options.extension_configs:
        if name not in options.extensions:
            raise ValueError(f"`extension_configs`: the extension `{name}` is not in use",
                             did_you_mean(name, options.extensions) or "name it under `extensions` too",
                             "extension_configs", name)
    return options


def as_slugs(value: Any) -> SlugOptions:
    """Converts the value of `slugs:`."""
    return SlugOptions(**as_group(value, SlugOptions, {}))


def as_menu(value: Any) -> tuple[MenuItem, ...]:
    """Converts the value of `menu:`: a list in the form of MkDocs' `nav`, nested to any depth,
    or a plain mapping."""
    return _menu_items(value, ())


def _menu_items(value: Any, keys: Keys) -> tuple[MenuItem, ...]:
    if isinstance(value, dict):
        return tuple(_menu_item({name: url}, keys) for name, url in value.items())
    if not isinstance(value, list):
        raise ValueError("a list such as `- About: /about/` is expected here", None, *keys)
    return tuple(_menu_item(entry, (*keys, index)) for index, entry in enumerate(value))


def _menu_item(entry: Any, keys: Keys) -> MenuItem:
    if isinstance(entry, str) and _is_visible(entry):
        return MenuItem(None, entry)
    if isinstance(entry, dict) and len(entry) == 1:
        ((name, inner),) = entry.items()
        keys = (*keys, "" if name is None else str(name))
        if name is None or not _is_visible(str(name)):
            raise ValueError("this menu entry has no name", "write one, or the page alone: `- about.md`", *keys)
        if isinstance(inner, str) and _is_visible(inner):
            return MenuItem(str(name), inner)
        if isinstance(inner, list) and inner:
            return MenuItem(str(name), None, _menu_items(inner, keys))
    raise ValueError("a menu entry is written `- About: /about/`, or has a list of entries below its name",
                     None, *keys)


def _is_visible(text: str) -> bool:
    """Returns whether a text has a visible character."""
    return any(char.isprintable() and not char.isspace() for char in text)


def as_group(value: Any, kind: type, parsers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """Converts the keys of one group of options.  An option without a parser is a boolean.  Raises `ValueError`."""
    if not isinstance(value, dict):
        raise ValueError("`key: value` lines are expected here")
    given = {str(name): option for name, option in value.items()}
    known = [option.name for option in fields(kind) if not option.metadata]
    for name, option in given.items():
        try:
            given[name] = _member(name, option, known, parsers)
        except ValueError as reason:
            message, hint, *inner = reason.args if reason.args[1:] else (*reason.args, None)
            raise ValueError(message, hint, name, *inner) from None
    return given


def _member(name: str, option: Any, known: Sequence[str], parsers: Mapping[str, Callable[[Any], Any]]) -> Any:
    if name not in known:
        raise ValueError(f"there is no `{name}`", did_you_mean(name, known) or f"there are {', '.join(known)}")
    if name not in parsers and not isinstance(option, bool):
        raise ValueError(f"`{name}` is `true` or `false`")
    return parsers[name](option) if name in parsers else option


def _macros(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value or {}, dict):
        raise ValueError("`key: value` lines are expected here")
    if any(isinstance(tex, (dict, list)) for tex in (value or {}).values()):
        raise ValueError("text is expected here")
    return tuple(sorted((str(key), "" if tex is None else str(tex)) for key, tex in (value or {}).items()))


def _formats(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value or []
    for name in names if isinstance(names, list) else [names]:
        if name not in FORMATS:
            raise ValueError(f"`formats`: there is no `{name}`", f"there are {', '.join(FORMATS)}")
    return tuple(dict.fromkeys(names))


def _extensions(value: Any) -> tuple[str, ...]:
    """Converts a list of names of extensions."""
    names = value or []
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError("`extensions` is a list of names, such as `[tables, footnotes]`",
                         "options of an extension go under `extension_configs`")
    return tuple(dict.fromkeys(name.strip() for name in names))


def _extension_configs(value: Any) -> tuple[tuple[str, str], ...]:
    """Converts the options of extensions to JSON, which is hashable and can be sent to workers."""
    configs = value or {}
    if not isinstance(configs, dict) or not all(isinstance(config or {}, dict) for config in configs.values()):
        raise ValueError("`extension_configs` holds `key: value` lines below the name of each extension")
    try:
        return tuple((str(name), json.dumps(config or {})) for name, config in configs.items())
    except (TypeError, ValueError):
        raise ValueError("text, numbers, `true`, `false` and lists of them are expected here") from None


def _paths(value: Any) -> tuple[str, ...]:
    """Converts a list of folders or files of the site."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip("/ ") for name in names):
        raise ValueError("a list of paths inside the site is expected here")
    paths = tuple(dict.fromkeys(posixpath.normpath(name.replace("\\", "/")) for name in names))
    if any(path.startswith(("..", "/")) or ":" in path for path in paths):
        raise ValueError("a path inside the site is expected here")
    return paths


def _content_folders(value: Any) -> tuple[str, ...]:
    """Converts a list of folders of the content folder to the form of source paths."""
    folders = tuple(normalize("NFC", path) for path in _paths(value)) if value else ()
    if "." in folders:
        raise ValueError("folders below the content folder are expected here",
                         "if nobody is trusted, write `trusted: false`")
    return folders


def one_of(name: str, choices: Sequence[str], value: Any) -> str:
    """Returns one of the texts that an option may be; raises `ValueError` for another value."""
    if value not in choices:
        raise ValueError(f"`{name}` is {', '.join(f'`{choice}`' for choice in choices[:-1])} or `{choices[-1]}`",
                         did_you_mean(str(value), choices))
    return str(value)


def as_dates(value: Any) -> str:
    """Converts the value of `dates:`."""
    return one_of("dates", DATES, value)


def as_links(value: Any) -> str:
    """Returns how links are written."""
    return one_of("links", LINKS, value)


def as_docs(value: Any) -> tuple[str, ...]:
    """Converts the value of `docs:`: folders of the content folder, or `.` for all of it."""
    names = [value] if isinstance(value, str) else value
    if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise ValueError("a list of folders below the content folder is expected here")
    return tuple(dict.fromkeys(name.strip("/ ") or "." for name in names))


def as_plugins(value: Any) -> tuple[PluginChoice, ...]:
    """Converts the value of `plugins:`: a list of names, or of names with options."""
    if not isinstance(value, list):
        raise ValueError("a list of names is expected here, such as `[books, {shop: {limit: 5}}]`")
    chosen: list[PluginChoice] = []
    for index, entry in enumerate(value):
        name, options = next(iter(entry.items())) if isinstance(entry, dict) and len(entry) == 1 else (entry, None)
        if not isinstance(name, str) or not name.strip() or not isinstance(options or {}, dict):
            raise ValueError("a plugin is written `- books`, or `- books: {limit: 5}` with its options", None, index)
        if name in (choice.name for choice in chosen):
            raise ValueError(f"the plugin `{name}` is here twice", None, index)
        chosen.append(PluginChoice(name, repr(options or {}), options or {}))
    return tuple(chosen)


def as_edit_url(value: Any) -> str:
    """Converts the value of `edit_url:`: an absolute URL with a placeholder for the path of the source."""
    if not (isinstance(value, str) and value.startswith(("https://", "http://")) and PATH_TOKEN in value):
        raise ValueError(f"a whole URL with `{PATH_TOKEN}` in it is expected here",
                         f"such as `https://github.com/me/site/edit/main/content/{PATH_TOKEN}`")
    return value
