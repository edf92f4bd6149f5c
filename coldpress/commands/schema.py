"""`schema`: writes JSON Schema (draft 2020-12) of front matter, for editors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from coldpress.build.context import BuildContext
from coldpress.config.fields import Field
from coldpress.errors import Problem, UsageError
from coldpress.paths import STATE, make_state, relative_name
from coldpress.sources.dates import parse_date
from coldpress.sources.fields import ALIASES, FIELDS, as_date, as_flag, as_list, as_number, as_params
from coldpress.text import did_you_mean, slugify
from coldpress.web.site import Site

_TEXT: Mapping[str, Any] = {"type": "string"}
_DATE: Mapping[str, Any] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}"}
_TERMS: Mapping[str, Any] = {"type": ["array", "string"], "items": {"type": ["string", "number"]}}
_OF_READERS: Mapping[Any, Mapping[str, Any]] = {
    as_flag: {"type": "boolean"}, as_number: {"type": "number"}, as_date: _DATE, parse_date: _DATE,
    as_list: _TERMS, as_params: {"type": "object"}}
_OF_KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": ["string", "number"]}, "int": {"type": "integer"}, "float": {"type": "number"},
    "bool": {"type": "boolean"}, "date": _DATE, "url": {"type": "string", "format": "uri"},
    "email": {"type": "string", "format": "email"}}


def write_schema(context: BuildContext, collection: str | None, output: Path | None, *, comment: bool) -> int:
    """Writes the schema of a collection's front matter, by default into `.coldpress/schema/`.

    With `comment` it prints the line that tells a YAML language server where the schema is.
    Raises `UsageError` for a collection that does not exist.
    """
    _, site = context.make_app()
    if collection is not None and collection not in site.config.collections:
        raise UsageError(Problem("schema.collection", f"there is no collection `{collection}`", None,
                                 did_you_mean(collection, site.config.collections)))
    file = output or site.root / STATE / "schema" / f"{slugify(collection or 'page') or 'page'}.json"
    if output is None:
        make_state(site.root / STATE)
    file.parent.mkdir(parents=True, exist_ok=True)
    schema = front_matter_schema(site, collection)
    file.write_text(json.dumps(schema, ensure_ascii=False, indent=1) + "\n", "utf-8")
    context.report.line(f"Wrote {relative_name(file, site.base)}")
    if comment:
        context.report.line(f"# yaml-language-server: $schema={file.as_posix()}")
    context.report.data({"schema": str(file)})
    return 0


def front_matter_schema(site: Site, collection: str | None) -> dict[str, Any]:
    """Returns the schema of front matter: of pages of a collection, or of every page."""
    fields = [*site.registry.fields]
    if collection is not None:
        fields += [*site.config.collections[collection].fields,
                   *site.registry.collection_fields.get(collection, ())]
    properties: dict[str, Any] = {name: _OF_READERS.get(reader, _TEXT) for name, reader in FIELDS.items()}
    properties |= dict.fromkeys((*site.config.taxonomies, "authors"), _TERMS)
    properties |= {alias: properties[name] for alias, name in ALIASES.items() if name in properties}
    properties |= {field.name: _of_field(field) for field in fields}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Front matter of {collection}" if collection else "Front matter", "type": "object",
        "properties": properties, "required": _required(fields), "additionalProperties": True}


def _required(fields: Iterable[Field]) -> list[str]:
    return [field.name for field in fields if field.required and field.name != "date"]  # a file's name may have it


def _of_field(field: Field) -> dict[str, Any]:
    """Returns the schema of one field."""
    one: dict[str, Any] = {"enum": list(field.choices)} if field.choices else dict(_OF_KINDS.get(field.kind, _TEXT))
    made = {"type": "array", "items": one} if field.is_list else one
    made["description"] = field.expected
    if field.default is not None:
        made["default"] = json.loads(json.dumps(field.default, default=str))
    return made
