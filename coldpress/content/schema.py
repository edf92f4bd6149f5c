"""Front matter of collections: values from above (`cascade`), and typed fields.

A page's own front matter comes first, then the `cascade:` of the `_index.md` nearest above
it, then that of the collection in the config, then the defaults of the collection's fields.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection as Sized
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coldpress.config.collections import Collection
from coldpress.config.fields import Field, convert
from coldpress.config.loader import Config
from coldpress.config.yaml_toml import MappingText, Params
from coldpress.errors import Problems
from coldpress.sources.fields import ALIASES, FIELDS, FrontMatter
from coldpress.sources.files import top_of
from coldpress.sources.front_matter import SourceDocument, read_inherited, with_inherited
from coldpress.text import did_you_mean, one_edit_apart, text_digest


class Schema:
    """Completes and checks the front matter of a site's documents.  Mistakes in cascades go to `problems`.

    `fields` are those of all pages; collections have fields of their own, in the config and
    in `collection_fields`.
    """

    def __init__(self, config: Config, source: MappingText, documents: Iterable[SourceDocument],
                 fields: Iterable[Field], collection_fields: Mapping[str, Sequence[Field]], problems: Problems) -> None:
        self._paths = config.collections.paths
        self._fields = tuple(fields)
        self._more_fields = collection_fields
        how = (config.taxonomies, config.zone, problems, config.nested_taxonomies)
        self._of_collection = {
            collection.path: read_inherited(source, ("collections", name, "cascade"), collection.cascade, *how)
            for name, collection in config.collections.items() if collection.cascade}
        self._of_folder = {document.source.folder: document.read_cascade(*how) for document in documents
                           if document.front.cascade and _is_index(document)}
        self._merged: dict[str, Mapping[str, Any]] = {}

        self._is_needed = bool(self._fields or self._more_fields or self._of_collection or self._of_folder or any(
            collection.layout or collection.fields for collection in config.collections.values()))

    def applied(self, documents: Sequence[SourceDocument], problems: Problems) -> Sequence[SourceDocument]:
        """Returns the documents with the values from above and with typed fields."""
        return [self._apply(document, problems) for document in documents] if self._is_needed else documents

    def _apply(self, document: SourceDocument, problems: Problems) -> SourceDocument:
        folder, is_index = document.source.folder, _is_index(document)
        collection = None if is_index else self._paths.get(top_of(document.source.path, self._paths))
        inherited = self._inherited(collection, _above(folder) if is_index else folder)
        more = (*collection.fields, *self._more_fields.get(collection.name, ())) if collection else ()
        fields = (*self._fields, *more)
        if not inherited and not fields:
            return document
        front = with_inherited(document.front, inherited)
        if fields:
            front = front.replaced(params=self._typed(document, fields, front, problems))
        parsed, above = document.parsed, f"{sorted(inherited.items())!r} {fields!r}"
        return document._replace(front=front, parsed=parsed._replace(
            front_digest=text_digest(f"{parsed.front_digest} {above}"),
            meta_digest=text_digest(f"{parsed.meta_digest} {above}")))

    def _inherited(self, collection: Collection | None, folder: str | None) -> Mapping[str, Any]:
        """Returns what the pages of a folder inherit."""
        above = self._cascade_of(folder)
        if collection is None:
            return above
        layout = {"layout": collection.layout} if collection.layout else {}
        return {**layout, **self._of_collection.get(collection.path, {}), **above}

    def _cascade_of(self, folder: str | None) -> Mapping[str, Any]:
        """Returns the cascades of a folder and of those above it, merged."""
        if folder is None or not self._of_folder:
            return {}
        if folder not in self._merged:
            self._merged[folder] = {**self._cascade_of(_above(folder)), **self._of_folder.get(folder, {})}
        return self._merged[folder]

    def _typed(self, document: SourceDocument, fields: Iterable[Field], front: FrontMatter, problems: Problems
               ) -> Params:
        """Returns the keys of a document with the values of fields as their types."""
        params = front.params
        made = Params(params)
        names = [field.name for field in fields]
        for field in fields:
            value = params.get(field.name, _own_value(front, field.name))
            if value is None or value == "":
                made[field.name] = field.default
                if field.required:
                    problems.error("front-matter.missing", f"`{field.name}` is missing: {field.expected}",
                                         document.place_of(field.name), _misspelt(field.name, params, names)
                                         or f"write `{field.name}:` in its front matter")
                continue
            if isinstance(value, (int, float)) and field.kind in ("text", "choice"):
                value = document.raw(field.name) or value  # `1.10` is those four letters
            try:
                made[field.name] = convert(field, value)
            except ValueError as reason:
                message, hint = (*reason.args, None)[:2]
                problems.error("front-matter.value", f"`{field.name}`: {message}",
                                     document.place_of(field.name), hint)
        _warn_of_slips(document, params, names, problems)
        return made


def _warn_of_slips(document: SourceDocument, params: Iterable[str], names: Sized[str], problems: Problems) -> None:
    for key in params:
        near = [name for name in names if one_edit_apart(key.casefold(), name.casefold())]
        if key not in names and near:
            problems.warn("front-matter.unknown-key", f"unknown key `{key}`", document.place_of(key),
                          did_you_mean(key, near))


def _own_value(front: FrontMatter, name: str) -> Any:
    """Returns the value of a key that has a meaning of its own, such as `cover` for `image`."""
    own = ALIASES.get(name, name)
    return getattr(front, own) if own in FIELDS else None


def _misspelt(name: str, params: Iterable[str], names: Sized[str]) -> str | None:
    """Returns a hint on a key that is nearly the name of a missing field."""
    near = (key for key in params if key not in names and one_edit_apart(key.casefold(), name.casefold()))
    return next((f"write `{name}` instead of `{key}`" for key in near), None)


def _is_index(document: SourceDocument) -> bool:
    return document.source.index_name == "_index"


def _above(folder: str) -> str | None:
    return posixpath.dirname(folder) if folder else None
