"""Edits of source files: renamed, moved, deleted, added, touched."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata

from random_site.registry import edit, free_source, is_sure
from random_site.site import MARK, PNG, Doc, RandomSite


@edit
def renamed(site: RandomSite) -> str:
    source = free_source(site)
    folder, name = posixpath.split(source)
    found = re.match(r"\d{4}-\d\d-\d\d", name)
    new = posixpath.join(folder, f"{found[0]}-r{next(site.numbers)}.md" if found else f"r{next(site.numbers)}.md")
    site.put(new, site.drop(source))
    return f"{source} → {new}"


@edit
def renamed_to_another_date(site: RandomSite) -> str | None:
    dated = [name for name in site.sources("posts/20", "notes/20")
             if re.match(r"\w+/\d{4}-", name) and not is_sure(name)]
    source = site.rng.choice(dated)
    new = re.sub(r"\d{4}-\d\d-\d\d", site.day().isoformat(), source, count=1)
    if new == source or new in site.docs:
        return None
    site.put(new, site.drop(source))
    return f"{source} → {new}"


@edit
def case_only(site: RandomSite) -> str | None:
    source = free_source(site)
    folder, name = posixpath.split(source)
    new = posixpath.join(folder, name.removesuffix(".md").swapcase() + ".md")
    if new == source:
        return None
    site.put(new, site.drop(source))
    return f"{source} → {new}"


@edit
def other_normal_form(site: RandomSite) -> str | None:
    composed = [source for source in site.sources("posts/") if not source.isascii()]
    if not composed:
        return None
    source = site.rng.choice(composed)
    file = site.path("content", source)
    os.replace(file, file.with_name(unicodedata.normalize("NFD", file.name)))
    os.replace(file.with_name(unicodedata.normalize("NFD", file.name)), file)
    return source


@edit
def moved_to_another_folder(site: RandomSite) -> str:
    source = site.any("docs/", "日本/", "page", "r")
    new = posixpath.join(site.rng.choice(["docs", "docs/guide", "docs/plain", "日本", ""]), f"m{next(site.numbers)}.md")
    site.put(new, site.drop(source))
    return f"{source} → {new}"


@edit
def contents_swapped(site: RandomSite) -> str:
    one, other = site.rng.sample([source for source in site.sources("posts/") if not is_sure(source)], 2)
    site.docs[one], site.docs[other] = site.docs[other], site.docs[one]
    return f"{site.save(one)} {site.save(other)}"


@edit
def deleted(site: RandomSite) -> str | None:
    return _delete(site, free_source(site))


@edit
def deleted_post(site: RandomSite) -> str | None:
    return _delete(site, site.rng.choice([source for source in site.sources("posts/") if not is_sure(source)]))


@edit
def deleted_about(site: RandomSite) -> str | None:
    return _delete(site, "about.md") if "about.md" in site.docs else None


def _delete(site: RandomSite, source: str) -> str | None:
    if len(site.sources("posts/", "notes/")) < site.posts * 0.6:
        return None
    site.gone.append((source, site.drop(source)))
    return source


@edit
def deleted_comes_back(site: RandomSite) -> str | None:
    if not site.gone:
        return None
    source, doc = site.gone.pop(site.rng.randrange(len(site.gone)))
    for key in ("permalink", "aliases", "slug"):
        doc.front.pop(key, None)
    taken = {other.casefold() for other in site.docs}
    return site.put(source, doc) if source.casefold() not in taken else None


@edit
def new_post(site: RandomSite) -> str:
    return site.new(site.post_name())


@edit
def new_newest(site: RandomSite) -> str:
    return site.new(f"posts/{site.clock.date()}-new{next(site.numbers)}.md", date=site.clock.date().isoformat())


@edit
def new_page(site: RandomSite) -> str:
    return site.new(site.page_name())


@edit
def later_comes_or_goes(site: RandomSite) -> str:
    here = next((source for source in site.docs if source.lower() == "later.md"), None)  # its case may have changed
    if here:
        site.drop(here)
        return "gone"
    return site.put("later.md", Doc({"title": "Later"}, site.body("later.md")))


@edit
def post_becomes_bundle(site: RandomSite) -> str:
    source = site.any("posts/2025-")
    new = f"{source.removesuffix('.md')}-b{next(site.numbers)}/index.md"
    site.put(new, site.drop(source))
    site.write(site.path("content", f"{posixpath.dirname(new)}/beside.png"), PNG)
    return f"{source} → {new}"


@edit
def bundle_with_company(site: RandomSite) -> str:
    """`trip/index.md` becomes a section, or a bundle again."""
    if "trip/more.md" in site.docs:
        site.drop("trip/more.md")
        return "a bundle"
    return site.put("trip/more.md", Doc({"title": "More"}, site.body("trip/more.md")))


@edit
def index_comes_or_goes(site: RandomSite) -> str:
    index = site.rng.choice(["posts/_index.md", "docs/_index.md", "docs/guide/_index.md", "docs/guide/deep/_index.md",
                             "日本/_index.md", "notes/_index.md", "docs/readme/_index.md", "probes/_index.md"])
    return _toggle_index(site, index)


@edit
def index_of_guide(site: RandomSite) -> str:
    return _toggle_index(site, "docs/guide/_index.md")


@edit
def index_of_home(site: RandomSite) -> str:
    return _toggle_index(site, "_index.md")


def _toggle_index(site: RandomSite, index: str) -> str:
    if index in site.docs:
        site.drop(index)
        return f"- {index}"
    front = {"title": f"Index {next(site.numbers)}"} if site.rng.random() < 0.7 else {}
    return f"+ {site.put(index, Doc(front, site.body(index)))}"


@edit
def folder_renamed(site: RandomSite) -> str:
    folder = site.rng.choice(sorted({source.split("/")[1] for source in site.docs
                                     if source.startswith("docs/") and source.count("/") > 1}))
    new = "guide" if site.rng.random() < 0.4 and not site.path("content", "docs/guide").exists() else (
        f"f{next(site.numbers)}")
    os.replace(site.path("content", f"docs/{folder}"), site.path("content", f"docs/{new}"))
    for source in [source for source in site.docs if source.startswith(f"docs/{folder}/")]:
        site.docs[source.replace(f"docs/{folder}/", f"docs/{new}/", 1)] = site.docs.pop(source)
    return f"docs/{folder} → docs/{new}"


@edit
def source_same_size_same_time(site: RandomSite) -> str:
    source = site.any()
    doc, file = site.docs[source], site.path("content", site.save(source))
    stat = file.stat()
    doc.body = MARK.sub(f"mark {site.rng.randrange(10_000):04}".encode(), doc.body.encode()).decode()
    site.save(source)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return source


@edit
def touched(site: RandomSite) -> str:
    files = [path for kind in site.dirs for path in sorted(site.path(kind).rglob("*")) if path.is_file()]
    for file in site.rng.sample(files, min(20, len(files))):
        os.utime(file)
    return "20 files"


@edit
def touched_all(site: RandomSite) -> str:
    for kind in site.dirs:
        for path in site.path(kind).rglob("*"):
            if path.is_file():
                os.utime(path, (946684800, 946684800) if site.rng.random() < 0.5 else None)
    return "all files"


@edit
def nothing(site: RandomSite) -> str:
    return "at all"
