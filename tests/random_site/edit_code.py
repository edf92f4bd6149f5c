"""Edits of the site's own code, and of the files, variables and databases it reads."""

from __future__ import annotations

import json
import re

from random_site.initial_code import DATA_FILES, ROUTE, ROWS, VALUES, VOLATILE
from random_site.registry import change, edit
from random_site.site import RandomSite


@edit
def code(site: RandomSite) -> str:
    site.bump(site.root / "build.py")
    return "build.py"


@edit
def code_comment(site: RandomSite) -> str:
    file = site.root / "build.py"
    site.write(file, f"# {site.words(1, 3)}\n{file.read_text('utf-8')}")
    return "build.py"


@edit
def route_added(site: RandomSite) -> str:
    return site.toggle_route(ROUTE.format(number=next(site.numbers)))


@edit
def route_removed(site: RandomSite) -> str | None:
    file = site.root / "build.py"
    text = file.read_text("utf-8")
    new = re.sub(r'\n    @app.get\("/added/.*\n.*\n.*\n', "", text, count=1)
    site.write(file, new)
    return "build.py" if new != text else None


@edit
def volatile_route_comes_or_goes(site: RandomSite) -> str:
    """While it is there, all own routes are rendered in every build."""
    return site.toggle_route(VOLATILE)


@edit
def value_routes_come_or_go(site: RandomSite) -> str:
    """While they are there, no stamp ends a build early."""
    return site.toggle_route(VALUES)


@edit
def helper(site: RandomSite) -> str:
    site.bump(site.root / "helper.py", keep_time=site.rng.random() < 0.5)
    return "helper.py"


@edit
def helper_imported_late(site: RandomSite) -> str:
    site.bump(site.root / "helper_of_helper.py")
    return "helper_of_helper.py"


@edit
def data_file(site: RandomSite) -> str:
    name = site.rng.choice(DATA_FILES)
    site.bump(site.root / name, keep_time=site.rng.random() < 0.5)
    return name


@edit
def file_of_a_route(site: RandomSite) -> str:
    site.bump(site.root / "data/quotes.txt")
    return "data/quotes.txt"


@edit
def kept_file(site: RandomSite) -> str:
    site.bump(site.root / "data/kept.txt")
    return "data/kept.txt"


@edit
def file_read_by_the_factory(site: RandomSite) -> str:
    site.bump(site.root / "data/motto.txt")
    return "data/motto.txt"


@edit
def optional_file(site: RandomSite) -> str:
    file = site.root / "data/optional.txt"
    if file.exists():
        file.unlink()
        return "gone"
    site.write(file, "there mark 0000")
    return "there"


@edit
def folder_of_a_route(site: RandomSite) -> str:
    files = sorted((site.root / "data/files").iterdir())
    if len(files) > 2 and site.rng.random() < 0.4:
        files[-1].unlink()
        return f"- {files[-1].name}"
    name = f"n{next(site.numbers)}.{site.rng.choice(['txt', 'dat'])}"
    site.write(site.root / "data/files" / name, name)
    return f"+ {name}"


@edit
def names_of_a_route(site: RandomSite) -> str:
    file = site.root / "data/people.json"
    names = [*json.loads(file.read_text("utf-8")), f"p{next(site.numbers)}"]
    site.write(file, json.dumps(names[site.rng.randint(0, 1):], ensure_ascii=False))
    return "data/people.json"


@edit
def books_of_a_route(site: RandomSite) -> str:
    file = site.root / "data/books.json"
    books = {**json.loads(file.read_text("utf-8")), f"b{next(site.numbers)}": "new", "sicp": site.words(1, 2)}
    if site.rng.random() < 0.5:
        books.pop(site.rng.choice(sorted(books)))
    site.write(file, json.dumps(books, ensure_ascii=False))
    return "data/books.json"


@edit
def chain_of_a_route(site: RandomSite) -> str:
    """Each page is found by a link of the one before it."""
    name = site.rng.choice("abcd")
    following = site.rng.choice([other for other in "abcd" if other > name] or [""])
    site.write(site.root / f"data/chain/{name}.txt", site.rng.choice([following, following, ""]))
    return f"{name} → {following}"


@edit
def values_of_a_route(site: RandomSite) -> str:
    file = site.root / "data/values.json"
    values = {**json.loads(file.read_text("utf-8")), f"v{next(site.numbers)}": 1}
    if site.rng.random() < 0.5:
        values.pop(site.rng.choice(sorted(values)))
    site.write(file, json.dumps(values))
    return "data/values.json"


@edit
def link_to_a_route_comes_or_goes(site: RandomSite) -> str:
    """Another page links to it first, or again."""
    probe = site.rng.choice([name for name in ("probes/kept-too.md", "probes/own.md") if name in site.docs])
    return change(site, probe, quiet=None if "quiet" in site.docs[probe].front else True)


@edit
def environment_variable(site: RandomSite) -> str:
    if "COLDPRESS_WORD" in site.environment and site.rng.random() < 0.3:
        site.environment.pop("COLDPRESS_WORD")
    else:
        site.environment["COLDPRESS_WORD"] = site.words(1, 1)
    return f"{site.environment}"


@edit
def number_in_the_database(site: RandomSite) -> str:
    name = site.rng.choice(sorted(json.loads((site.root / "data/values.json").read_text("utf-8"))))
    site.number(name, next(site.numbers))
    site.number("one", next(site.numbers))
    return name


@edit
def queries_come_or_go(site: RandomSite) -> str:
    return site.toggle_route(ROWS)


@edit
def row_in_the_database(site: RandomSite) -> str:
    name = site.rng.choice(["one", "two", f"n{next(site.numbers)}"])
    site.number(name, next(site.numbers), "instance/rows.db")
    return name
