"""The Jinja environment of a site: template lookup, undefined names, `url_for`, seeded random values."""

from __future__ import annotations

import random
from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import flask
from flask import g, has_request_context, request
from flask.templating import DispatchingJinjaLoader
from flask.templating import Environment as FlaskEnvironment
from jinja2 import (
    ChoiceLoader,
    Environment,
    PrefixLoader,
    Template,
    TemplateNotFound,
    Undefined,
    pass_context,
)
from jinja2.environment import TemplateModule
from jinja2.exceptions import UndefinedError
from jinja2.runtime import Context
from jinja2.utils import generate_lorem_ipsum, missing
from markupsafe import Markup

from coldpress import recorder
from coldpress.config.themes import Theme
from coldpress.paths import is_external, path_of
from coldpress.seeding import seeded
from coldpress.sources.dates import format_iso, format_rfc822
from coldpress.sources.files import left_out_part
from coldpress.text import did_you_mean
from coldpress.web.app_templates import PREFIX, AppTemplates
from coldpress.web.template_compiler import CompiledTemplates, SiteCodeGenerator
from coldpress.web.template_loaders import TemplateFolder, Templates, plugins_in


@pass_context
def random_item(context: Context, items: Sequence[Any]) -> Any:
    """The filter `random`: one of the items; a page gets the same one in every build."""
    items = list(items)
    if not items:
        return context.environment.undefined("No random item, sequence was empty.")
    return _page_random().choice(items)


def lipsum(*arguments: Any, **more: Any) -> str:
    """Jinja's `lipsum`; a page gets the same text in every build."""
    with seeded(_page_random().random()):
        return generate_lorem_ipsum(*arguments, **more)


def _page_random() -> random.Random:
    """A generator seeded with the path of the current request."""
    if not has_request_context():
        return random.Random(0)
    if "coldpress_random" not in g:
        g.coldpress_random = random.Random(request.path)
    generator: random.Random = g.coldpress_random
    return generator


THEME = Path(__file__).parent / "theme"
_GETTEXT = ("_", "gettext", "ngettext", "pgettext", "npgettext")


class NothingThere(LookupError):
    """Raised when a template links to a file or page that does not exist; `name` is that of its source."""

    def __init__(self, message: str, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class Unknown(UndefinedError):
    """Raised when a template uses a name that is not defined; `hint` suggests a near one."""

    def __init__(self, message: str, hint: str | None) -> None:
        super().__init__(message)
        self.hint = hint


class Strict(Undefined):
    """An undefined value: testing it is allowed; printing, iterating or counting it raises `Unknown`."""

    def _fail(self, *_: Any, **__: Any) -> NoReturn:
        name, owner = self._undefined_name, self._undefined_obj
        if self._undefined_hint or not isinstance(name, str):
            raise Unknown(self._undefined_message, None)
        if owner is missing:
            raise Unknown(f"`{name}` is not defined", None)
        if owner is None:
            raise Unknown(f"`none` has no `{name}`", "nothing is before the dot: ask first, as in `{% if page.prev %}`")
        kind = getattr(owner, "_kind", None) or type(getattr(owner, "_get_current_object", lambda: owner)()).__name__
        if kind == "Data":
            raise Unknown(f"there is no data `{name}`", "data is found by its file's name without the ending")
        raise Unknown(f"a {kind} has no `{name}`", did_you_mean(name, [n for n in dir(owner) if n[0] != "_"]))

    __str__ = __html__ = __iter__ = __len__ = __call__ = __getitem__ = _fail

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        self._fail()
    __eq__ = Undefined.__eq__
    __hash__ = Undefined.__hash__


class SiteContext(Context):
    """A context that does not list the names of all globals: a page has twenty contexts, and only a
    template that is imported needs the names that were given to one template."""

    def __init__(self, environment: Environment, parent: dict[str, Any], name: str | None,
                 blocks: dict[str, Callable[[Context], Iterator[str]]],
                 globals: MutableMapping[str, Any] | None = None) -> None:
        super().__init__(environment, parent, name, blocks)
        self.given: Mapping[str, Any] = globals.maps[0] if isinstance(globals, ChainMap) else {}
        """The globals of this template alone."""


class SiteTemplate(Template):
    """A template whose top-level code runs again for each page that imports it, so that what it
    reads there is recorded for that page.  One of the theme that reads nothing there runs once."""

    environment: SiteEnvironment

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        given = ctx.given if isinstance(ctx, SiteContext) else {}
        added = {name: ctx.parent[name] for name in given if name not in self.globals} if ctx is not None else {}
        if self._module is not None and not added:
            return self._module
        with recorder.recording() as reads:
            module = self.make_module(added)
        recorder.replay(reads)
        if self.name and not (reads or added or self.environment.is_own(self.name)):
            self._module = module
        return module


class SiteEnvironment(FlaskEnvironment):
    """Flask's Jinja environment with our loader; every lookup of a template is recorded."""

    template_class = SiteTemplate
    context_class = SiteContext
    code_generator_class = SiteCodeGenerator
    loader: Templates

    def __init__(self, app: flask.Flask, templates: Path, base: Path, theme: Theme, *, share: bool = False,
                 keep_compiled: bool = True) -> None:
        themes = {each.name: TemplateFolder(each.templates) for each in theme.chain}
        self._theme, chain = themes[theme.name], list(themes.values())
        prefixes = {name: ChoiceLoader(chain[index:]) for index, name in enumerate(themes)}
        super().__init__(
            app,
            loader=Templates([TemplateFolder(templates), *chain,
                              PrefixLoader({**prefixes, "theme": ChoiceLoader(chain)})]),
            undefined=Strict,
            bytecode_cache=CompiledTemplates() if keep_compiled else None,
            autoescape=app.select_jinja_autoescape,
            optimized=False,  # which would call filters when a template is compiled
            auto_reload=False,  # the site clears the cache when a template changes
            cache_size=-1,  # all templates, in a dictionary, which is faster than Jinja's with a limit
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.globals.update(
            url_for=flask.url_for, get_flashed_messages=flashed_messages, config=app.config,
            request=flask.request, session=flask.session, g=flask.g, lipsum=lipsum)
        self.policies["json.dumps_function"] = app.json.dumps
        self.filters.update(iso=format_iso, rfc822=format_rfc822, cdata=_cdata, random=random_item)
        self._app = app
        self._borrowed = AppTemplates(app, self.globals, base)
        self._is_to_share = share
        self.plugin_names: Mapping[str, str] = {}
        """The names that plugins gave to templates, each with its plugin."""

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        # Jinja calls this for every lookup, also of a template that does not exist.
        if self._is_to_share:
            self._share()
        if name.startswith(PREFIX) and self._app.jinja_env is not self:
            return self._borrowed.load(name.removeprefix(PREFIX))
        recorder.read("template", name)
        template = super()._load_template(name, globals)
        if self.plugin_names:
            for plugin in self.loader.plugins_in(name, self.plugin_names):
                recorder.read("plugin", plugin)
        return template

    def from_string(self, source: Any, *arguments: Any, **more: Any) -> Template:
        """Compiles a template from a text; the plugins that it names are recorded."""
        for plugin in plugins_in(str(source), self.plugin_names) if self.plugin_names else ():
            recorder.read("plugin", plugin)
        return super().from_string(source, *arguments, **more)

    def _share(self) -> None:
        """Add the app's filters, tests, globals and extensions; the site's own win.
        It is called when the first template is loaded, as the app may still add some before."""
        self._is_to_share = False
        theirs = self._app.jinja_env
        for extension in theirs.extensions.values():
            if extension.identifier not in self.extensions:
                self.add_extension(type(extension))
        for name in ("newstyle_gettext", "newstyle_trimmed"):
            if hasattr(theirs, name):
                setattr(self, name, getattr(theirs, name))
        own = dict(self.globals)
        self.globals.update({**theirs.globals, **{name: value for name, value in own.items() if name not in _GETTEXT}})
        self.filters = {**theirs.filters, **self.filters}
        self.tests = {**theirs.tests, **self.tests}

    def fingerprint(self, name: str) -> str | None:
        """The digest of the template of this name; None if there is none."""
        if name.startswith(PREFIX):
            return self._borrowed.fingerprint(name.removeprefix(PREFIX))
        try:
            return self.loader.digests.get(name) or (self.loader.get_source(self, name) and self.loader.digests[name])
        except TemplateNotFound:
            return None

    def is_own(self, name: str) -> bool:
        """Whether a template belongs to the site or the app, not to the theme."""
        if name.startswith(PREFIX):
            return True
        files = self.loader.files
        if name not in files:
            with suppress(TemplateNotFound):
                self.loader.get_source(self, name)
        return name in files and not str(files[name]).startswith(str(THEME))

    def search_blueprints(self, app: flask.Flask) -> None:
        """Look for templates in the folders of an app's blueprints too, last of all."""
        self.loader.loaders = [*self.loader.loaders, DispatchingJinjaLoader(app)]

    def add_template_folder(self, folder: Path) -> None:
        """Looks for templates in a folder too, before those of the theme."""
        loaders = list(self.loader.loaders)
        loaders.insert(loaders.index(self._theme), TemplateFolder(folder))
        self.loader.loaders = loaders

    def has_borrowed(self, files: Iterable[Path]) -> bool:
        """Whether one of these files is a template of the app that a page used."""
        return self._borrowed.has_any(files)

    def clear(self) -> None:
        """Drop compiled templates, after one was added, changed or removed."""
        self._borrowed.clear()
        self.loader.clear()
        if self.cache is not None:
            self.cache.clear()


def flashed_messages(*arguments: Any, **more: Any) -> Any:
    """Flask's `get_flashed_messages`.  Without a session cookie in the request it returns
    none and does not open the session, so that the page does not count as using it."""
    app: flask.Flask = flask.current_app._get_current_object()  # type: ignore[attr-defined]
    context: Any = flask.globals.request_ctx._get_current_object()  # type: ignore[attr-defined]
    opened = getattr(context, "_session", None)  # unlike `flask.session`, without opening it
    if app.session_interface.get_cookie_name(app) in flask.request.cookies or (opened is not None and opened.modified):
        return flask.get_flashed_messages(*arguments, **more)
    return []


def _cdata(value: str) -> Markup:
    """HTML as a CDATA section of XML."""
    return Markup("<![CDATA[" + str(value).replace("]]>", "]]]]><![CDATA[>") + "]]>")


def short_url_for(endpoints: dict[str, str], asset_version: Callable[[str, str], str | None],
                  hashed: Collection[str], link_root: Callable[[], str], whole_endpoint: Callable[[str], str]
                  ) -> Callable[..., str]:
    """Make `url_for` of templates.  It takes our views by their short names (`page`), others
    as `whole_endpoint` finds them.  The URL of a file of the site or the theme changes with the file: its name
    carries a hash if its folder is in `hashed`, else its version is a query.  Links to our views are recorded."""

    made: dict[tuple[str, ...], str] = {}

    def file_url(endpoint: str, filename: str, values: dict[str, Any]) -> str:
        version = asset_version(endpoint, filename)
        if version is None:
            part = left_out_part(filename)
            raise NothingThere(f"`{endpoint}/{filename}` is not published: what is called `{part}` is left out" if part
                               else f"there is no file `{endpoint}/{filename}`")
        key = (link_root(), endpoint, filename, version)
        query: dict[str, Any] = {} if endpoint in hashed else {"v": version}
        if values:
            return flask.url_for(endpoints[endpoint], filename=filename, **{**query, **values})
        if key not in made:
            made[key] = flask.url_for(endpoints[endpoint], filename=filename, **query)
        return made[key]

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint in ("static", "theme") and "filename" in values:
            return file_url(endpoint, values.pop("filename"), values)
        if endpoint in endpoints and not values:
            key = (link_root(), endpoint)
            if key not in made:
                made[key] = flask.url_for(endpoints[endpoint])
            recorder.read("link", path_of(made[key]).removeprefix(link_root()))
            return made[key]
        url = flask.url_for(whole_endpoint(endpoint), **values)
        if endpoint in endpoints and not is_external(url):
            recorder.read("link", path_of(url).removeprefix(link_root()))
        return url

    return url_for
