"""Loads the templates of a site from its folders, and keeps what was loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, Template, TemplateSyntaxError

from coldpress import recorder
from coldpress.text import not_utf8


@lru_cache(maxsize=512)
def _found_in(source: str, names: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plugin for name, plugin in names
                               if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", source)))


def plugins_in(source: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Returns the plugins one of whose `names` a template's text contains as a word."""
    return _found_in(source, tuple(names.items()))


class TemplateFolder(FileSystemLoader):
    """Loads the templates of a folder.  Raises `TemplateSyntaxError` for one that is not UTF-8."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as reason:
            file = next((file for folder in self.searchpath if (file := Path(folder, template)).is_file()), None)
            message, line = not_utf8(reason)
            raise TemplateSyntaxError(message, line, template, str(file) if file else None) from reason


class Templates(ChoiceLoader):
    """Loads a template from the first loader that has it; keeps the digest and the file
    of each name as last loaded."""

    def __init__(self, loaders: Sequence[BaseLoader]) -> None:
        super().__init__(loaders)
        self.digests: dict[str, str] = {}
        self.on_load: Callable[[str, Template], None] = lambda *_: None
        self._sources: dict[str, str] = {}
        self.files: dict[str, str | None] = {}

    def get_source(self, environment: jinja2.Environment, template: str
                   ) -> tuple[str, str | None, Callable[[], bool] | None]:
        with recorder.unrecorded():
            found = super().get_source(environment, template)
        self.digests[template] = blake2b(found[0].encode(), digest_size=8).hexdigest()
        self.files[template] = found[1]
        self._sources[template] = found[0]
        return found

    def clear(self) -> None:
        """Forgets what was loaded."""
        for kept in (self.digests, self.files, self._sources):
            kept.clear()

    def plugins_in(self, template: str, names: Mapping[str, str]) -> tuple[str, ...]:
        """Returns the plugins one of whose names a template contains as a word."""
        return plugins_in(self._sources.get(template, ""), names)

    def load(self, environment: Environment, name: str, globals: MutableMapping[str, Any] | None = None) -> Template:
        """Loads a template with `get_source` above, not with the `load` of each loader."""
        template = BaseLoader.load(self, environment, name, globals)
        self.on_load(name, template)
        return template
