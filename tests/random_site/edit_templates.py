"""Edits of templates."""

from __future__ import annotations

from random_site.initial_templates import SHADOWS
from random_site.registry import edit
from random_site.site import MARK, RandomSite


@edit
def template(site: RandomSite) -> str:
    marked = [name for name in site.templates() if MARK.search(site.path("templates", name).read_bytes())]
    name = site.rng.choice(marked)
    site.bump(site.path("templates", name), keep_time=site.rng.random() < 0.5)
    return name


@edit
def template_of_posts(site: RandomSite) -> str:
    site.bump(site.path("templates", "partials/aside.html"))
    return "partials/aside.html"


@edit
def template_probe(site: RandomSite) -> str:
    name = site.rng.choice([name for name in site.templates() if name.startswith("probes/")])
    file = site.path("templates", name)
    site.write(file, file.read_text("utf-8") + " again")
    return name


@edit
def macro(site: RandomSite) -> str:
    site.bump(site.path("templates", "macros.html"))
    return "macros.html"


@edit
def macro_top_level(site: RandomSite) -> str:
    file = site.path("templates", "macros.html")
    site.write(file, file.read_text("utf-8") + f"{{% set more{next(site.numbers)} = library.posts|length %}}")
    return "macros.html"


@edit
def template_added(site: RandomSite) -> str | None:
    missing = [name for name in sorted(SHADOWS) if not site.path("templates", name).exists()]
    return _shadow(site, site.rng.choice(missing)) if missing else None


@edit
def template_removed(site: RandomSite) -> str | None:
    there = [name for name in sorted(SHADOWS) if site.path("templates", name).exists()]
    return _shadow(site, site.rng.choice(there)) if there else None


@edit
def template_of_theme_shadowed(site: RandomSite) -> str:
    return _shadow(site, "partials/card.html")


@edit
def part_of_the_style_sheet(site: RandomSite) -> str:
    return _shadow(site, "styles/parts.css")


@edit
def words_of_the_theme(site: RandomSite) -> str:
    file = site.base / "data/strings/en.yaml"
    if file.exists() and site.rng.random() < 0.4:
        file.unlink()
        return "- data/strings/en.yaml"
    word = site.words(1, 1)
    site.write(file, f"older: '{word}'\nnames: {{posts: '{word}'}}\ncallouts: {{note: '{word}'}}\n")
    return f"+ data/strings/en.yaml {word}"


@edit
def include_list(site: RandomSite) -> str:
    return _shadow(site, site.rng.choice(["lists/a.html", "lists/b.html", "lists/c.html", "lists/d.html"]))


@edit
def layout_comes_or_goes(site: RandomSite) -> str:
    return _shadow(site, "wanted.html")


@edit
def template_of_blueprint_shadowed(site: RandomSite) -> str:
    return _shadow(site, "from-blueprint.html")


def _shadow(site: RandomSite, name: str) -> str:
    """Add a template, or remove it."""
    file = site.path("templates", name)
    if file.exists():
        site.unlink(file)
        return f"- {name}"
    site.write(file, SHADOWS[name])
    return f"+ {name}"
