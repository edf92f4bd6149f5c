"""Templates of the app that a site is mounted in: `{% extends "app:base.html" %}`.

The app's own Jinja environment loads and runs them, with the app's filters, settings
and includes.  Names have the values they have in the app, also `url_for` and what
context processors add.  In a block that a template of the site overrides, names have
the values they have in the site.
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
"""The prefix of the names of the app's templates."""
_INNER = "_coldpress_inside"


class AppTemplates:
    """Loads templates of an app for templates of the site.  `ours` are the names that have
    other values in the site; messages name files relative to `base`."""

    def __init__(self, app: Flask, ours: Mapping[str, Any], base: Path) -> None:
        self._app = app
        self._ours = ours
        self._base = base
        self._reads: dict[str, tuple[recorder.Key, ...]] = {}
        self._files: set[Path] = set()

    @cached_property
    def environment(self) -> jinja2.Environment:
        """The app's environment with a template cache of its own: so the app's own pages still
        open the files of their templates, and these reads are recorded."""
        return self._app.jinja_env.overlay()

    def clear(self) -> None:
        """Drop the loaded templates."""
        self.__dict__.pop("environment", None)
        self._reads.clear()
        self._files.clear()

    def has_any(self, files: Iterable[Path]) -> bool:
        """Whether one of these files is a loaded template."""
        return not self._files.isdisjoint(files)

    def load(self, name: str) -> Template:
        """Load a template of the app; record reads of it and of all templates it may include or extend."""
        if name not in self._reads:
            with recorder.unrecorded():
                self._reads[name] = tuple(self._read(name))
        recorder.replay(dict.fromkeys(self._reads[name]))
        with recorder.unrecorded():
            return _Borrowed.of(self.environment.get_template(name), self)

    def source(self, name: str) -> tuple[str, str | None]:
        """The source and the file of a template; raises `TemplateNotFound`."""
        loader = self.environment.loader
        if loader is None:
            raise TemplateNotFound(name)
        return loader.get_source(self.environment, name)[:2]

    def fingerprint(self, name: str) -> str | None:
        """The digest of a template; None if it does not exist."""
        try:
            return blake2b(self.source(name)[0].encode(), digest_size=8).hexdigest()
        except TemplateNotFound:
            return None

    def names(self) -> dict[str, Any]:
        """The variables of the app's context processors, which are called once a request."""
        if "coldpress_app_names" not in g:
            found: dict[str, Any] = {}
            self._app.update_template_context(found)
            g.coldpress_app_names = found
        names: dict[str, Any] = g.coldpress_app_names
        return names

    def inside(self, context: Context, name: str) -> Context:
        """The context in which the app's templates run, one for each context of the site."""
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
        """The reads that a template stands for: itself and all templates it names; for one
        that does not exist, the app's template folder."""
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
        """A template and all templates it names; where a name is computed, every template."""
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
    """A render function (root or block) that runs in another context than its caller's.
    It compares equal by the function it wraps, as Jinja's `super()` expects."""

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
    """The blocks of an app context: those of the site's context, and those that parents of
    the app's template add; these are added to the site's context too."""

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
    """The blocks of one name, in the order of `super()`: the one that is rendered comes first."""

    def __init__(self, outer: Context, inner: Context, name: str, runs: list[Any]) -> None:
        super().__init__(runs)
        self._outer, self._inner, self._name = outer, inner, name

    def append(self, run: Any, /) -> None:
        super().append(run)
        self._outer.blocks.setdefault(self._name, []).append(_Part(run, self._choose))

    def _choose(self, _: Context) -> Context:
        return self._inner


class _Borrowed(Template):
    """A template of the app, which templates of the site extend or include."""

    @classmethod
    def of(cls, template: Template, templates: AppTemplates) -> _Borrowed:
        """A copy of a template whose render functions run in the app's context."""
        borrowed: _Borrowed = object.__new__(cls)
        vars(borrowed).update(vars(template))
        name = str(template.name)

        def inside(context: Context) -> Context:
            return templates.inside(context, name)

        borrowed.root_render_func = _Part(template.root_render_func, inside)
        borrowed.blocks = {block: _Part(run, inside) for block, run in template.blocks.items()}
        return borrowed

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return self.make_module()  # so that its macros see the app's globals
