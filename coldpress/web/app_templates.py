"""Templates of the app that a site is mounted in: `{% extends "app:base.html" %}`.

The app's own Jinja environment loads and runs them, so its filters, its settings
and the templates they include are what they are in the app.  Names mean there
what they mean in the app, `url_for` and what its context processors give
included; a block that a template of the site fills means what it means in the site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jinja2
from flask import Flask, g
from jinja2 import Template, TemplateNotFound, TemplateSyntaxError, meta
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

from coldpress import recorder
from coldpress.paths import relative_name

PREFIX = "app:"
"""What the name of a template of the app begins with."""
_INNER = "_coldpress_inside"


class AppTemplates:
    """The templates of an app, as those of the site see them; `ours` are the names
    that mean something else in the site, `base` is the folder from which files
    are named."""

    def __init__(self, app: Flask, ours: Mapping[str, Any], base: Path) -> None:
        self._app = app
        self._ours = ours
        self._base = base
        self._reads: dict[str, tuple[recorder.Key, ...]] = {}
        self._files: set[Path] = set()

    @cached_property
    def environment(self) -> jinja2.Environment:
        """The app's own, with a cache apart: what the app loads for itself it opens,
        and its pages read it."""
        return self._app.jinja_env.overlay()

    def clear(self) -> None:
        """Forget what was loaded."""
        self.__dict__.pop("environment", None)
        self._reads.clear()
        self._files.clear()

    def has_any(self, files: Iterable[Path]) -> bool:
        """Whether one of these files is a template that was loaded."""
        return not self._files.isdisjoint(files)

    def load(self, name: str) -> Template:
        """A template of the app; it and all that it may reach are read."""
        if name not in self._reads:
            with recorder.unrecorded():
                self._reads[name] = tuple(self._read(name))
        recorder.replay(dict.fromkeys(self._reads[name]))
        with recorder.unrecorded():
            return _Borrowed.of(self.environment.get_template(name), self)

    def source(self, name: str) -> tuple[str, str | None]:
        """The text and the file of a template; raises `TemplateNotFound`."""
        loader = self.environment.loader
        if loader is None:
            raise TemplateNotFound(name)
        return loader.get_source(self.environment, name)[:2]

    def fingerprint(self, name: str) -> str | None:
        """The digest of a template; None for one that is not there."""
        try:
            return blake2b(self.source(name)[0].encode(), digest_size=8).hexdigest()
        except TemplateNotFound:
            return None

    def names(self) -> dict[str, Any]:
        """What the app's context processors give, asked once a request."""
        if "coldpress_app_names" not in g:
            found: dict[str, Any] = {}
            self._app.update_template_context(found)
            g.coldpress_app_names = found
        names: dict[str, Any] = g.coldpress_app_names
        return names

    def inside(self, context: Context, name: str) -> Context:
        """A context in which names mean what they mean in the app; one for each of the site's."""
        known: Context | None = vars(context).get(_INNER)
        if known is None:
            known = vars(context)[_INNER] = self._make_inside(context, name)
        return known

    def _make_inside(self, context: Context, name: str) -> Context:
        passed = {key: value for key, value in context.parent.items() if key not in self._ours}
        inner = Context(self.environment, {**self.environment.globals, **self.names(), **passed}, name, {})
        inner.vars, inner.exported_vars = context.vars, context.exported_vars
        inner.blocks = _Blocks(context, inner)
        return inner

    def _read(self, name: str) -> Iterator[recorder.Key]:
        """What has to be looked at again for a template: it and all that it names,
        and where one of them isn't there, the folder."""
        for each in self._closure(name):
            yield "template", PREFIX + each
            try:
                file = self.source(each)[1]
            except TemplateNotFound:
                yield "folder", str(Path(self._app.root_path, self._app.template_folder or ""))
                continue
            if file is not None:
                self._files.add(Path(file))
                yield "included", relative_name(Path(file), self._base)

    def _closure(self, name: str) -> list[str]:
        """A template and all that it names; every template where a name is made up."""
        found: dict[str, None] = {}
        ahead = [name]
        while ahead:
            each = ahead.pop()
            if each not in found:
                found[each] = None
                ahead += self._named_in(each)
        return sorted(found)

    def _named_in(self, name: str) -> list[str]:
        try:
            tree = self.environment.parse(self.source(name)[0])
        except (TemplateNotFound, TemplateSyntaxError):
            return []
        named = list(meta.find_referenced_templates(tree))
        return self.environment.list_templates() if None in named else [each for each in named if each]


class _Part:
    """A part of a template that runs in another context than that in which it is
    called; as equal to itself as Jinja's `super()` expects."""

    def __init__(self, run: Any, choose: Callable[[Context], Context]) -> None:
        self.run = run
        self._choose = choose

    def __call__(self, context: Context) -> Iterator[str]:
        found: Iterator[str] = self.run(self._choose(context))
        return found

    def __eq__(self, other: object) -> bool:
        return _innermost(self) is _innermost(other)

    def __hash__(self) -> int:
        return hash(_innermost(self))


def _innermost(run: Any) -> Any:
    while isinstance(run, _Part):
        run = run.run
    return run


class _Blocks(dict[str, list[Any]]):
    """The blocks of a context inside: those of the site's, and what parents of the
    app's template add, which the site's then has too."""

    def __init__(self, outer: Context, inner: Context) -> None:
        super().__init__()
        self._outer, self._inner = outer, inner
        for name, runs in outer.blocks.items():
            self[name] = _Runs(outer, inner, name, [_Part(run, self._choose) for run in runs])

    def _choose(self, _: Context) -> Context:
        return self._outer

    def setdefault(self, name: str, default: Any = None, /) -> list[Any]:
        if name not in self:
            self[name] = _Runs(self._outer, self._inner, name, [])
        return self[name]


class _Runs(list[Any]):
    """The blocks of one name, the one that is shown first."""

    def __init__(self, outer: Context, inner: Context, name: str, runs: list[Any]) -> None:
        super().__init__(runs)
        self._outer, self._inner, self._name = outer, inner, name

    def append(self, run: Any, /) -> None:
        super().append(run)
        self._outer.blocks.setdefault(self._name, []).append(_Part(run, self._choose))

    def _choose(self, _: Context) -> Context:
        return self._inner


class _Borrowed(Template):
    """A template of the app that runs in the contexts of the site."""

    @classmethod
    def of(cls, template: Template, templates: AppTemplates) -> _Borrowed:
        """A copy that shares everything but how it runs."""
        borrowed: _Borrowed = object.__new__(cls)
        vars(borrowed).update(vars(template))
        name = str(template.name)

        def inside(context: Context) -> Context:
            return templates.inside(context, name)

        borrowed.root_render_func = _Part(template.root_render_func, inside)
        borrowed.blocks = {block: _Part(run, inside) for block, run in template.blocks.items()}
        return borrowed

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return self.make_module()  # its macros know the app's globals
