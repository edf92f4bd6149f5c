"""Edits of a plugin, of what it reads and of its options; of another site in the app."""

from __future__ import annotations

from typing import Any

from random_site.initial_code import OTHER_SITE
from random_site.registry import edit, free_source, other_edit
from random_site.site import RandomSite


def _options(site: RandomSite, **options: Any) -> str:
    site.config["plugins"] = [{"gadgets": options} if options else "gadgets"]
    site.save_config()
    return f"{options}"


@other_edit
def code_of_a_plugin(site: RandomSite) -> str:
    site.bump(site.root / "packages/gadgets/__init__.py", keep_time=site.rng.random() < 0.3)
    return "gadgets"


@other_edit
def inner_module_of_a_plugin(site: RandomSite) -> str:
    site.bump(site.root / "packages/gadgets/words.py")
    return "gadgets.words"


@other_edit
def options_of_a_plugin(site: RandomSite) -> str:
    return _options(site, word=site.words(1, 1), **({"mark": True} if site.rng.random() < 0.3 else {}))


@other_edit
def plugin_comes_or_goes(site: RandomSite) -> str:
    if not site.config.get("plugins"):
        return _options(site)
    site.config["plugins"] = []
    site.save_config()
    return "gone"


@other_edit
def file_of_a_fence(site: RandomSite) -> str:
    name = site.rng.choice("ab")
    file = site.root / f"data/plots/{name}.txt"
    if file.exists() and site.rng.random() < 0.3:
        site.unlink(file)
        return f"{name} gone"
    site.write(file, site.words(1, 3))
    return name


@other_edit
def file_of_a_directive(site: RandomSite) -> str:
    site.write(site.root / "data/stock.txt", site.words(1, 2))
    return "stock"


@edit
def gadgets_of_a_page(site: RandomSite) -> str:
    source = free_source(site)
    site.docs[source].body += site.rng.choice([
        f"\n\n:::gadget[{site.words(1, 2)}]{{key={site.words(1, 1)}}}\n{site.words(2, 5)}\n:::\n",
        f"\n\n```gadget size={site.rng.randrange(9)}\n{site.rng.choice('ab')}\n```\n"])
    return site.save(source)


@other_edit
def other_site_comes_or_goes(site: RandomSite) -> str:
    site.flags.add("--site=coldpress")
    return site.toggle_route(OTHER_SITE)


@other_edit
def other_site(site: RandomSite) -> str:
    name = site.rng.choice(["content/about.md", "content/posts/2026-01-02-x.md", "content/new.md"])
    file = site.root / "other" / name
    if file.exists() and name.endswith("new.md"):
        site.unlink(file)
        return f"{name} gone"
    site.write(file, f"# {site.words(1, 3)}\n")
    return name
