"""Edits of assets, data files and static files."""

from __future__ import annotations

import os
import posixpath

from random_site.initial_code import FACTS
from random_site.registry import edit, is_sure, other_edit
from random_site.site import MARK, PNG, Doc, RandomSite


@edit
def asset_changed(site: RandomSite) -> str | None:
    marked = [name for name in site.assets() if MARK.search(site.path("content", name).read_bytes())]
    if not marked:
        return None
    name = site.rng.choice(marked)
    site.bump(site.path("content", name), keep_time=site.rng.random() < 0.5)
    return name


@edit
def asset_added(site: RandomSite) -> str:
    folder = site.rng.choice(["", "docs/", "trip/", "posts/2025-03-03-walk/", "posts/", "docs/guide/"])
    name = f"{folder}{site.rng.choice(['no.png', 'asset'])}"
    name = name if name.endswith("no.png") else f"{name}{next(site.numbers)}.svg"
    site.write(site.path("content", name), PNG)
    return name


@edit
def asset_removed(site: RandomSite) -> str | None:
    return _remove_asset(site, site.rng.choice(site.assets())) if len(site.assets()) > 3 else None


@edit
def link_to_about_comes_or_goes(site: RandomSite) -> str:
    source = max(source for source in site.sources("posts/") if is_sure(source))
    doc, link = site.docs[source], "[About](/about/)\n"
    doc.body = doc.body.replace(link, "") if link in doc.body else doc.body + link
    return site.save(source)


@edit
def term_page_comes_or_goes(site: RandomSite) -> str:
    source = site.rng.choice(["tags/python.md", "tags/_index.md", "authors/ann.md", "series/nobody.md"])
    source = next((name for name in site.docs if name.casefold() == source), source)  # renamed in case only
    if source in site.docs:
        site.drop(source)
        return f"{source} gone"
    return site.put(source, Doc({"title": f"Of {source}"}, site.body(source)))


@other_edit
def data_of_templates(site: RandomSite) -> str:
    name = site.rng.choice(sorted(FACTS))
    site.bump(site.base / name, keep_time=site.rng.random() < 0.5)
    return name


@other_edit
def author_in_data_comes_or_goes(site: RandomSite) -> str:
    file, eve = site.base / "data/authors.yaml", "eve:\n  name: Eve\n  bio: Reads.\n"
    text = file.read_text("utf-8")
    file.write_text(text.replace(eve, "") if eve in text else text + eve, "utf-8")
    return "Eve"


@other_edit
def data_comes_or_goes(site: RandomSite) -> str:
    file = site.base / "data/later.json"
    if file.exists():
        file.unlink()
        return "gone"
    site.write(file, '{"word": "mark 0000"}')
    return "there"


@edit
def logo_comes_or_goes(site: RandomSite) -> str:
    if "logo.svg" in site.assets():
        return _remove_asset(site, "logo.svg")
    site.write(site.path("content", "logo.svg"), PNG)
    return "logo.svg"


@edit
def named_page_comes_or_goes(site: RandomSite) -> str:
    if "named.md" in site.docs:
        site.drop("named.md")
        return "gone"
    return site.put("named.md", Doc({"title": "Known by name", "unlisted": True}, "Named. mark 0000\n"))


@edit
def picture_of_another_size(site: RandomSite) -> str | None:
    name = "logo.svg" if site.rng.random() < 0.5 else "docs/plan.png"
    if name not in site.assets():
        return None
    data = site.path("content", name).read_bytes()
    site.write(site.path("content", name), data[:19] + bytes([site.rng.randint(1, 200)]) + data[20:])
    return name


@edit
def photo_changed(site: RandomSite) -> str | None:
    photos = site.photos()
    if not photos:
        return None
    name = site.rng.choice(photos)
    site.write(site.path("content", name), site.photo(name))
    return name


@edit
def photo_added(site: RandomSite) -> str:
    folder = site.rng.choice(["", "docs/", "trip/", "posts/"])
    name = f"{folder}photo{next(site.numbers)}.{site.rng.choice(['png', 'gif', 'webp', 'jpg', 'JPG'])}"
    site.write(site.path("content", name), site.photo(name))
    source = max(source for source in site.sources("posts/") if is_sure(source))
    doc = site.docs[source]
    there = posixpath.relpath(name, posixpath.dirname(source))
    shown = f"![New]({there}){site.rng.choice(['', '', '{width=20}', '{.full}'])}\n"
    doc.body += site.rng.choice([shown, shown, f':::gallery\n![Row]({there} "Title")\n:::\n'])
    site.save(source)
    return name


@edit
def photo_renamed(site: RandomSite) -> str | None:
    photos = site.photos()
    if not photos:
        return None
    name = site.rng.choice(photos)
    new = posixpath.join(posixpath.dirname(name), f"photo{next(site.numbers)}{posixpath.splitext(name)[1]}")
    os.replace(site.path("content", name), site.path("content", new))
    return f"{name} → {new}"


@edit
def photos_swapped(site: RandomSite) -> str | None:
    photos = site.photos()
    if len(photos) < 2:
        return None
    one, other = (site.path("content", name) for name in site.rng.sample(photos, 2))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return f"{one.name} ↔ {other.name}"


@edit
def photo_removed(site: RandomSite) -> str | None:
    photos = site.photos()
    return _remove_asset(site, site.rng.choice(photos)) if len(photos) > 1 else None


@edit
def photo_damaged(site: RandomSite) -> str | None:
    photos = site.photos()
    if not photos:
        return None
    name = site.rng.choice(photos)
    data = site.path("content", name).read_bytes()
    site.write(site.path("content", name), data[:len(data) // 2])
    return name


@edit
def included_file(site: RandomSite) -> str | None:
    if "words.txt" not in site.assets():
        return None
    site.bump(site.path("content", "words.txt"), keep_time=site.rng.random() < 0.3)
    return "words.txt"


@edit
def snippet(site: RandomSite) -> str | None:
    if "said.txt" not in site.assets():
        return None
    site.bump(site.path("content", "said.txt"), keep_time=site.rng.random() < 0.3)
    return "said.txt"


@edit
def favicon_comes_or_goes(site: RandomSite) -> str:
    if "favicon.svg" in site.assets():
        return _remove_asset(site, "favicon.svg")
    site.write(site.path("content", "favicon.svg"), PNG)
    return "favicon.svg"


def _remove_asset(site: RandomSite, name: str) -> str:
    site.unlink(site.path("content", name))
    return f"- {name}"


@edit
def asset_renamed(site: RandomSite) -> str:
    name = site.rng.choice(site.assets())
    new = posixpath.join(posixpath.dirname(name), f"renamed{next(site.numbers)}{posixpath.splitext(name)[1] or '.svg'}")
    os.replace(site.path("content", name), site.path("content", new))
    return f"{name} → {new}"


@edit
def asset_in_a_page_s_place(site: RandomSite) -> str:
    """`/nowhere/`, which templates and texts ask for, is a file, or nothing."""
    if "nowhere/index.html" in site.assets():
        return _remove_asset(site, "nowhere/index.html")
    site.write(site.path("content", "nowhere/index.html"), b"mark 0000")
    return "nowhere/index.html"


@edit
def file_in_the_place_of_a_rendered_one(site: RandomSite) -> str:
    """A file of the content goes before what the site renders at its path, and may go again."""
    name = site.rng.choice(["robots.txt", "feed.xml", "rss.xml", "posts/feed.json"])
    if name in site.assets():
        return _remove_asset(site, name)
    site.write(site.path("content", name), b"mark 0000")
    return name


@edit
def static_changed(site: RandomSite) -> str:
    site.bump(site.path("static", "my.css"), keep_time=site.rng.random() < 0.5)
    return "my.css"


@edit
def static_added(site: RandomSite) -> str:
    name = f"deep/s{next(site.numbers)}.js"
    site.write(site.path("static", name), "// mark 0000")
    return name


@edit
def static_removed(site: RandomSite) -> str | None:
    files = sorted(site.path("static", "deep").glob("*.js")) if site.path("static", "deep").exists() else []
    if files:
        site.unlink(site.rng.choice(files))
    return "one" if files else None
