"""Edits of the config, of the flags and of the clock."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from random_site.registry import change, edit
from random_site.site import CLOCK, RandomSite


def _config(site: RandomSite, **values: Any) -> str:
    for key, value in values.items():
        if value is None:
            site.config.pop(key, None)
        else:
            site.config[key] = value
    site.save_config()
    return f"{values}"


@edit
def config_title(site: RandomSite) -> str:
    return _config(site, title=site.title())


@edit
def config_description(site: RandomSite) -> str:
    return _config(site, description=site.rng.choice([None, site.words(2, 4)]))


@edit
def config_author(site: RandomSite) -> str:
    return _config(site, author=site.rng.choice([None, "Eve", "文子", "Ann"]))


@edit
def config_language(site: RandomSite) -> str:
    return _config(site, language=site.rng.choice(["en", "de", "ar", "zh-Hans"]))


@edit
def config_paginate(site: RandomSite) -> str:
    return _config(site, paginate=site.rng.choice([2, 5, 7, None]))


@edit
def config_search(site: RandomSite) -> str:
    return _config(site, search=not site.config.get("search", True))


@edit
def config_images(site: RandomSite) -> str:
    return _config(site, images=site.rng.choice([
        None, False, {"widths": [8]}, {"widths": [8, 16], "formats": ["webp"]}, {"formats": []},
        {"widths": [8], "quality": {"webp": site.rng.randint(20, 80), "avif": 40}}, {"placeholder": "none"},
        {"sizes": "50vw", "zoom": False}, {"widths": [8, 12], "animations": "webp"},
        {"widths": [8], "originals": False}, {"formats": [], "originals": False}]))


@edit
def config_params(site: RandomSite) -> str:
    params = {**site.config["params"], site.rng.choice(["colour", "new", "deep"]): site.words(1, 2)}
    if site.rng.random() < 0.3:
        params.pop(site.rng.choice(sorted(params)))
    return _config(site, params=params)


@edit
def config_menu(site: RandomSite) -> str:
    menu = [*site.config["menu"], {site.words(1, 1): site.rng.choice(
        ["/archive/", "docs/", "no.md", "/no/", "/2019/about.html", "/was/about/", "/went/"])}]
    site.rng.shuffle(menu)
    return _config(site, menu=menu[:7])


@edit
def config_feeds(site: RandomSite) -> str:
    return _config(site, feeds=site.rng.choice([
        None, False, {"limit": 2}, {"formats": ["atom"], "limit": 3}, {"full": False}, {"formats": ["json", "rss"]}]))


@edit
def config_llms(site: RandomSite) -> str:
    return _config(site, llms=not site.config.get("llms", False))


@edit
def config_links(site: RandomSite) -> str:
    return _config(site, links=None if "links" in site.config else "relative")


@edit
def config_redirects(site: RandomSite) -> str:
    return _config(site, redirects=site.rng.choice([
        None, {"/old/": "/about/"}, {"/was/<path:rest>": "/posts/<path:rest>", "/about/": "/posts/"},
        {"/was/<path:rest>": {"to": "/docs/<path:rest>", "status": 302}, "/went/": {"status": 410}},
        {"/<year>/<slug>.html": "/posts/<slug>/", "/old/": "/nowhere/", "/away/": "https://e.example/"},
        {"/atom.xml": "/feed.xml", "/posts.json": {"to": "/posts/feed.json", "status": 302}, "/old.pdf": "/about/"},
        {"/posts/<path:rest>": "/docs/<path:rest>", "/old": "/about/?x#y"}]))


@edit
def config_headers(site: RandomSite) -> str:
    return _config(site, headers=site.rng.choice([
        None, {"/*": {"X-One": str(site.rng.randint(1, 9))}}, {"/posts/*": {"Cache-Control": "max-age=60"}}]),
        csp=site.rng.choice([None, "theme", {"img-src": "https://img.example"}]))


@edit
def config_deploy(site: RandomSite) -> str:
    return _config(site, deploy=site.rng.choice([None, *({"host": host} for host in (
        "github-pages", "cloudflare", "netlify", "vercel", "gitlab-pages", "s3", "nginx")),
        {"host": "caddy", "compress": ["gzip"]}, {"host": "nginx", "compress": ["gzip"]}]))


@edit
def own_host_file(site: RandomSite) -> str:
    name = site.rng.choice(["_redirects", "_headers", "CNAME", "vercel.json", "about.html.gz"])
    file = site.path("content", name)
    if file.exists():
        site.unlink(file)
        return f"{name} removed"
    site.write(file, "{}" if name.endswith("json") else f"/{site.words(1, 1)} /about/\n")
    return name


@edit
def guid(site: RandomSite) -> str:
    return change(site, site.any(), guid=site.rng.choice([None, f"tag:e.org,2026:{site.words(1, 1)}", "no-uri"]),
                   image_alt=site.rng.choice([None, site.words(1, 2)]))


@edit
def config_theme(site: RandomSite) -> str:
    return _config(site, **{"theme": None, "docs": None, "edit_url": None, **site.rng.choice([
        {}, {"theme": {"accent": "#c2410c"}}, {"docs": ["."]}, {"theme": {"list": "compact", "preset": "ink"}},
        {"theme": {"list": "text", "progress": True}}, {"docs": [], "theme": {"backlinks": True}},
        {"theme": {"copy_markdown": False}}, {"theme": {"list": "grid"}},
        {"docs": ["docs/guide", "日本"], "edit_url": "https://git.example/<path>"}])})


@edit
def config_home(site: RandomSite) -> str:
    return _config(site, **{"intro": None, "portrait": None, "social": None, "copyright": None, **site.rng.choice([
        {}, {"intro": "I *am* [here](about.md), not [there](/nowhere/) or [later](later.md)."},
        {"portrait": "logo.svg", "copyright": f"© {site.words(1, 2)}"},
        {"social": {"github": "eve", "rss": True, "Home": "https://e.example/"}}])})


@edit
def config_taxonomies(site: RandomSite) -> str:
    return _config(site, taxonomies=site.rng.choice(
        [["tags", "categories"], ["tags", "categories", "series"], ["series", "tags", "categories"]]))


@edit
def config_nested_taxonomies(site: RandomSite) -> str:
    return _config(site, nested_taxonomies=None if "nested_taxonomies" in site.config else ["categories"])


@edit
def config_permalinks(site: RandomSite) -> str:
    return _config(site, permalinks=site.rng.choice(
        [{}, {"notes": "/n/<year>/<slug>/"}, {"notes": "/n/<slug>/", "docs": "/d/<stem>/"},
         {"notes": "/n/<year>/<month>/<day>/<slug>.html"}]))


@edit
def config_collections(site: RandomSite) -> str:
    names = site.rng.choice([["posts"], ["posts", "notes"], ["notes", "posts"]])
    given = site.config["collections"]
    if isinstance(given, dict):  # with options: those of rows stay
        rows = {name: options for name, options in given.items() if "data" in options or "source" in options}
        return _config(site, collections={**{name: given.get(name, {}) for name in names}, **rows})
    return _config(site, collections=names)


@edit
def config_timezone(site: RandomSite) -> str:
    return _config(site, timezone=site.rng.choice(["UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York"]))


@edit
def config_base_url(site: RandomSite) -> str:
    site.base_url = site.rng.choice([None, "https://example.org/", "https://example.org/sub/path/", "http://e.org:8080"])
    return _config(site, base_url=site.url(site.base_url))


@edit
def config_comment(site: RandomSite) -> str:
    site.save_config(f"# {site.words(1, 3)}\n")
    return "a comment"


@edit
def config_dirs(site: RandomSite) -> str:
    kind = site.rng.choice(sorted(site.dirs))
    new = f"{kind}{next(site.numbers)}"
    os.replace(site.path(kind), site.base / new)
    site.dirs[kind] = new
    site.save_config()
    return f"{kind} → {new}"


@edit
def flags(site: RandomSite) -> str:
    site.flags ^= {site.rng.choice(["--drafts", "--future", "--expired"])}
    return f"{sorted(site.flags)}"


# Time.

@edit
def clock_some_hours_on(site: RandomSite) -> str:
    return _clock(site, timedelta(hours=site.rng.randint(1, 20)))


@edit
def clock_some_days_on(site: RandomSite) -> str:
    return _clock(site, timedelta(days=site.rng.randint(1, 3)))


@edit
def clock_over_midnight(site: RandomSite) -> str:
    site.clock = site.clock.replace(hour=23, minute=59)
    return _clock(site, timedelta(minutes=2))


@edit
def clock_back(site: RandomSite) -> str:
    site.clock = max(site.clock - timedelta(days=3), CLOCK)
    return f"{site.clock}"


def _clock(site: RandomSite, step: timedelta) -> str:
    site.clock += step
    return f"{site.clock}"
