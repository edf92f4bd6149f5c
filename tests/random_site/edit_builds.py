"""Other builds between two builds that are compared: failing ones, and ones with other options."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from random_site.registry import other_edit
from random_site.site import Doc, RandomSite


def _fails(site: RandomSite, file: Path, mistake: bytes) -> str:
    """Build once with a mistake in a file, then mend it."""
    data = file.read_bytes()
    before = {path: path.read_bytes() for path in site.published()}
    file.write_bytes(mistake + data)
    assert site.build() == 1, f"a mistake in {file} should have failed"
    assert {path: path.read_bytes() for path in site.published()} == before, "a build that failed changed the site"
    file.write_bytes(data)
    return file.name


def _builds(site: RandomSite, *arguments: str) -> str:
    assert site.build(*arguments) == 0, f"with {arguments} it should build too"
    return " ".join(arguments)


@other_edit
def template_mistaken(site: RandomSite) -> str:
    return _fails(site, site.path("templates", site.rng.choice(["macros.html", "probes/length.html"])), b"{% if %}")


@other_edit
def template_fails_on_some_pages(site: RandomSite) -> str:
    site.put(f"posts/2025-05-05-p{next(site.numbers)}.md", Doc({"layout": "bare"}, "Bare.\n\nLast mark 0000.\n"))
    return _fails(site, site.path("templates", "bare.html"), b"{{ page.tittle }}")


@other_edit
def code_mistaken(site: RandomSite) -> str:
    return _fails(site, site.root / "build.py", b"1 / 0\n")


@other_edit
def source_mistaken(site: RandomSite) -> str:
    return _fails(site, site.path("content", site.any()), b"---\ntitle: [\n---\n")


@other_edit
def config_mistaken(site: RandomSite) -> str:
    return _fails(site, site.base / "config.yaml", b"pagnate: 5\n")


@other_edit
def asset_without_which_a_template_fails(site: RandomSite) -> str:
    file = site.path("static", "my.css")
    os.replace(file, file.with_name("hidden"))
    assert site.build() == 1, "a template links to static/my.css"
    os.replace(file.with_name("hidden"), file)
    return "static/my.css"


@other_edit
def built_with_drafts(site: RandomSite) -> str:
    return _builds(site, "-D", "-F", "--expired")


@other_edit
def built_for_elsewhere(site: RandomSite) -> str:
    return _builds(site, "--base-url", str(site.url("https://other.example/x/")))


@other_edit
def built_into_another_folder(site: RandomSite) -> str:
    return _builds(site, "--output", str(site.root.with_name("elsewhere")))


@other_edit
def built_at_another_time(site: RandomSite) -> str:
    return _builds(site, "--clock", (site.clock + timedelta(days=30)).isoformat())


@other_edit
def built_without_cache(site: RandomSite) -> str:
    return _builds(site, "--no-cache")


@other_edit
def changed_and_changed_back(site: RandomSite) -> str:
    source = site.any()
    before = site.docs[source].text()
    site.write(site.path("content", source), before + "\nMore.\n")
    site.build()
    site.save(source)
    return source


@other_edit
def template_changed_and_changed_back(site: RandomSite) -> str:
    file = site.path("templates", site.rng.choice(["partials/aside.html", "blocks/one.html", "macros.html"]))
    before = file.read_bytes()
    file.write_bytes(before + b"more")
    site.build()
    file.write_bytes(before)
    return file.name
