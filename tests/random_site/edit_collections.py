"""Edits of collections: rows of data and of a source, typed fields, values from above."""

from __future__ import annotations

import json
from typing import Any

import yaml

from random_site.registry import change, is_sure, other_edit
from random_site.site import TAGS, Doc, RandomSite

FIELDS = {"rating": "int", "level": ["low", "high"], "near": "page"}


def _options(site: RandomSite) -> dict[str, Any]:
    """The collections of the config, as options by name."""
    given = site.config["collections"]
    return dict(given) if isinstance(given, dict) else {name: {} for name in given}


def _set(site: RandomSite, options: dict[str, Any]) -> str:
    site.config["collections"] = options
    site.save_config()
    return f"{options}"


def _row(site: RandomSite) -> dict[str, Any]:
    row = {"name": site.title(), "tags": site.rng.sample(TAGS, site.rng.randint(0, 2)), "size": site.rng.randrange(9),
           site.rng.choice(["body", "html"]): f"<p>{site.words(3, 9)}</p>"}
    if site.rng.random() < 0.2:
        row["draft"] = True
    return row


@other_edit
def rows_of_data(site: RandomSite) -> str:
    """Rows that come, go, change and change places."""
    file = site.base / "data" / "shop.yaml"
    rows = yaml.safe_load(file.read_text("utf-8")) if file.exists() else []
    for _ in range(site.rng.randint(1, 3)):
        if rows and site.rng.random() < 0.4:
            rows.pop(site.rng.randrange(len(rows)))
        if rows and site.rng.random() < 0.5:
            index = site.rng.randrange(len(rows))
            rows[index] = {**_row(site), "id": rows[index]["id"]}
        else:
            rows.append({**_row(site), "id": f"r{next(site.numbers)}"})
    if site.rng.random() < 0.4:
        site.rng.shuffle(rows)
    site.write(file, yaml.safe_dump(rows, allow_unicode=True))
    options = _options(site)
    if "shop" not in options or site.rng.random() < 0.3:
        return _set(site, {**options, "shop": {
            "data": "shop.yaml", "title": "<name>", "sort_by": site.rng.choice(["title", "-size", "name"]),
            "permalink": site.rng.choice(["/shop/<slug>/", "/s/<size>/<slug>/"]), "fields": {"size": "int"}}})
    return f"{len(rows)} rows"


@other_edit
def rows_of_a_source(site: RandomSite) -> str:
    file = site.root / "data" / "shelf.json"
    rows = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for _ in range(site.rng.randint(1, 3)):
        if rows and site.rng.random() < 0.4:
            del rows[site.rng.choice(sorted(rows))]
        key = site.rng.choice(sorted(rows)) if rows and site.rng.random() < 0.5 else f"b{next(site.numbers)}"
        row = _row(site)
        rows[key] = {"title": row.pop("name"), **row}
    site.write(file, json.dumps(rows))
    options = _options(site)
    return f"{len(rows)} rows" if "shelf" in options else _set(site, {**options, "shelf": {"source": "shelf"}})


@other_edit
def collections_of_rows_go(site: RandomSite) -> str | None:
    options = _options(site)
    gone = [name for name in ("shop", "shelf") if name in options]
    return _set(site, {name: option for name, option in options.items() if name not in gone}) if gone else None


@other_edit
def fields_of_notes(site: RandomSite) -> str:
    options = _options(site)
    fields = {name: FIELDS[name] for name in site.rng.sample(sorted(FIELDS), site.rng.randint(0, 3))}
    if fields and site.rng.random() < 0.3:
        fields |= {"rating": {"type": "int", "default": site.rng.randrange(5)}}
    return _set(site, {**options, "notes": {
        **options.get("notes", {}), "fields": fields, "cascade": {"weight": site.rng.randrange(3)}}})


@other_edit
def fields_of_a_note(site: RandomSite) -> str:
    notes = site.sources("notes/") or [site.put("notes/2025-01-01-first.md", Doc({}, site.words(3, 9)))]
    near = site.rng.choice([source for source in site.sources("posts/") if is_sure(source)])
    return change(site, site.rng.choice(notes), rating=site.rng.choice([3, "4", None]),
                  level=site.rng.choice(["low", "high", None]), near=site.rng.choice([f"/{near}", None]))


@other_edit
def cascade_of_a_folder(site: RandomSite) -> str | None:
    indexes = [source for source in site.docs if source.endswith("_index.md")]
    if not indexes:
        return None
    return change(site, site.rng.choice(sorted(indexes)), cascade=site.rng.choice([
        None, {"tags": site.rng.sample(TAGS, 1)}, {"toc": False}, {"lang": "de", "colour": site.words(1, 1)},
        {"summary": site.words(2, 4)}, {"search": False}]))
