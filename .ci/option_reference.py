"""Writes the reference of all options, `content/docs/options.md`, from the code.

    python .ci/option_reference.py

The types and defaults are those of the dataclasses, the sentences are the docstrings below their fields,
and the examples are in `.ci/examples/`.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from coldpress.config.check import CheckOptions  # noqa: E402
from coldpress.config.collections import Collection, Collections  # noqa: E402
from coldpress.config.deploy import DeployOptions  # noqa: E402
from coldpress.config.images import ImageOptions, Quality  # noqa: E402
from coldpress.config.loader import Config  # noqa: E402
from coldpress.config.options import FeedOptions, MarkdownOptions, SlugOptions  # noqa: E402
from coldpress.config.social_cards import CardOptions  # noqa: E402
from coldpress.config.theme_options import ThemeOptions  # noqa: E402
from coldpress.sources.fields import ALIASES, FIELDS, FrontMatter  # noqa: E402

PAGE = ROOT / "content/docs/options.md"
EXAMPLES = {name: (ROOT / f".ci/examples/{name}.yaml").read_text("utf-8") for name in ("config", "front-matter")}
GROUPS: Mapping[str, type] = {"slugs": SlugOptions, "markdown": MarkdownOptions, "theme": ThemeOptions,
                              "feeds": FeedOptions, "images": ImageOptions, "social_cards": CardOptions,
                              "deploy": DeployOptions, "check": CheckOptions, "collections": Collection}
TYPES = {
    "str": "text", "str | None": "text", "bool": "`true` or `false`", "int": "a whole number",
    "int | None": "a whole number", "tuple[str, ...]": "a list", "tuple[str, ...] | None": "a list",
    "Mapping[str, str]": "`key: value` lines", "Mapping[str, Any]": "`key: value` lines",
    "tuple[tuple[str, str], ...]": "`key: value` lines", "tuple[Field, ...]": "`key: value` lines",
    "tuple[Ignored, ...]": "a list", "tuple[int, ...]": "a list of whole numbers", "Quality": "`key: value` lines",
    "tuple[SocialLink, ...]": "`key: value` lines", "tuple[MenuItem, ...]": "a list, nested",
    "tuple[HeaderRule, ...]": "`key: value` lines", "RedirectRules | None": "`key: value` lines",
    "PolicyOptions | None": "text, or `key: value` lines",
    "tuple[PluginChoice, ...]": "a list", "Collections": "a list, or `key: value` lines"}
"""What the annotations are called."""
MORE = {
    "check.ignore": "check.md#problems-that-are-none", "check.private_hosts": "check.md#links-to-other-sites",
    "base_url": "publish.md", "redirects": "hosts.md#redirects", "headers": "hosts.md#headers",
    "csp": "hosts.md#a-content-security-policy",
    "deploy.to": "deploy.md#targets", "deploy.command": "deploy.md#a-command", "deploy.host": "hosts.md",
    "deploy.compress": "hosts.md#nginx",
    "intro": "theme.md#home-page", "portrait": "theme.md#home-page",
    "social": "theme.md#home-page", "dates": "write.md#dates-from-git", "permalinks": "configure.md#permalinks",
    "collections": "collections.md",
    "favicon": "social-cards.md#icons", "social_cards.template": "social-cards.md#draw-them-yourself",
    "social_cards.font": "social-cards.md#languages", "menu": "configure.md#menu", "docs": "theme.md",
    "search": "search.md",
    "links": "publish.md#read-it-from-a-folder-or-a-zip", "hashed_static": "publish.md#names-with-a-hash",
    "paginate": "configure.md#paginate",
    "llms": "feeds.md#for-language-models", "plugins": "plugins.md", "data_dir": "templates.md#data",
    "templates_dir": "templates.md#override", "language": "theme.md#words-and-dates",
    "nested_taxonomies": "write.md#terms", "taxonomies": "write.md#terms", "params": "templates.md#site",
    "markdown.untrusted": "markdown.md#untrusted-authors", "markdown.trusted": "markdown.md#untrusted-authors",
    "markdown.jinja": "markdown.md#templates-in-bodies", "markdown.macros": "markdown.md#formulas",
    "markdown.smart": "markdown.md#text", "markdown.snippets": "markdown.md#includes-and-snippets",
    "markdown.append": "markdown.md#includes-and-snippets", "markdown.engine": "markdown.md#python-markdown",
    "markdown.heading_ids": "coming-from/mkdocs.md", "theme.name": "theme-packages.md",
    "theme.preset": "theme.md#presets",
    "theme.list": "theme.md#home-page", "theme.accent": "theme.md#colours", "feeds.formats": "feeds.md#feeds",
    "collections.fields": "collections.md#typed-fields", "collections.cascade": "collections.md#values-for-many-pages",
    "collections.data": "collections.md#rows-of-a-data-file",
    "collections.source": "collections.md#rows-from-your-own-code"}
"""Where the documentation tells more about an option."""
TOLD_ELSEWHERE = {
    "title": "write.md#title", "date": "write.md#dates", "draft": "write.md#left-out-drafts-scheduled-expired",
    "aliases": "write.md#redirects", "authors": "write.md#authors", "series": "write.md#series",
    "summary": "write.md#summary-and-description", "image": "theme.md#cover-image", "guid": "feeds.md#feeds",
    "tags": "write.md#terms", "cascade": "collections.md#values-for-many-pages"}
"""Where the documentation tells more about a key of front matter."""
NOT_FIELDS = {
    "series": "The series it is a part of.",
    "image_alt": "The text of `image` for readers who cannot see it.",
    "guid": "The id of its entry in feeds, where that is not its URL.",
    "hide": "What the page is shown without: `navigation`, `toc`."}
"""The keys of front matter that are no fields of `FrontMatter`."""
HEAD = """\
---
title: Options
weight: 3.5
description: Every option of config.yaml and every key of front matter, with its type, its default and an example.
---

All options are in `config.yaml`, and each has a default. [Configure](configure.md) tells how to set them from the
environment or from your app. The keys of pages are [below](#front-matter).
"""
ABOUT = {"social_cards": "`true` makes them with all defaults.",
         "collections": "`[posts, news]` is the short form for folders of dated posts. In the examples below, the "
                        "options are those of collections called `recipes`, `books` and `shop`."}
"""What the reference says of a group in addition."""


def docstrings(kind: type) -> dict[str, str]:
    """Returns the text below each field of a class."""
    body = ast.parse(inspect.getsource(kind)).body[0].body  # type: ignore[attr-defined]
    return {node.target.id: " ".join(inspect.cleandoc(text.value.value).split())
            for node, text in pairwise(body)
            if isinstance(node, ast.AnnAssign) and isinstance(text, ast.Expr)}


def examples(text: str, depth: int = 0) -> dict[str, str]:
    """Returns the lines of each key of a YAML mapping that is indented by some spaces."""
    parts = re.split(rf"^(?= {{{depth}}}[\w-])", text, flags=re.M)
    return {part.strip().partition(":")[0]: part for part in parts if part.startswith(" " * depth) and part.strip()}


def page() -> str:
    """Returns the text of the page."""
    texts, blocks = docstrings(Config), examples(EXAMPLES["config"])
    groups = ", ".join(f"[`{name}`](#{name})" for name in GROUPS)
    parts = [HEAD, "## The site\n", f"The options with options of their own follow below: {groups}.\n"]
    parts += [_option(option.name, option, texts[option.name], blocks[option.name])
              for option in fields(Config) if option.name not in GROUPS]
    for name, kind in GROUPS.items():
        parts += [f"## `{name}`\n", f"{texts[name]} {ABOUT.get(name, '')}".strip() + "\n"]
        parts += _group(name, kind, blocks[name])
    return "\n".join([*parts, *_front_matter()])


def _group(name: str, kind: type, block: str) -> Iterator[str]:
    texts = docstrings(kind)
    if kind is Collection:
        collections = examples(block.partition("\n")[2], 2)
        found = {key: f"{name}:\n  {collection}:\n{lines}" for collection, text in collections.items()
                 for key, lines in examples(text.partition("\n")[2], 4).items()}
    else:
        found = {key: f"{name}:\n{lines}" for key, lines in examples(block.partition("\n")[2], 2).items()}
    for option in fields(kind):
        if option.name in texts and not option.metadata:
            yield _option(f"{name}.{option.name}", option, texts[option.name], found[option.name])


def _option(name: str, option: Field[Any], text: str, example: str) -> str:
    more = f" [More]({MORE[name]})." if name in MORE else ""
    return (f"### `{name}`\n\n{text} *{TYPES[str(option.type)].capitalize()}{_default(option, text)}.*{more}\n\n"
            f"```yaml\n{example.rstrip()}\n```\n")


def _default(option: Field[Any], text: str) -> str:
    """Returns the default in words; nothing where the sentence tells it."""
    value = option.default_factory() if callable(option.default_factory) else option.default
    if "y default" in text or "Without it" in text or "without it" in text:
        return ""
    if isinstance(value, Quality):
        return ""
    if isinstance(value, Collections):
        return f"; by default `{', '.join(value)}`"
    if value is None or value == "" or not (isinstance(value, (str, int)) or value):
        return "; by default none"
    shown = "[" + ", ".join(map(str, value)) + "]" if isinstance(value, tuple) else str(value).lower() if isinstance(
        value, bool) else str(value)
    return f"; by default `{shown}`"


def _front_matter() -> Iterator[str]:
    texts, blocks = docstrings(FrontMatter), examples(EXAMPLES["front-matter"])
    texts["tags"] = texts.pop("terms")
    texts |= NOT_FIELDS
    others: dict[str, list[str]] = {"draft": ["published: false", "status: draft"]}
    for other, name in ALIASES.items():
        others.setdefault(name, []).append(other)
    others["tags"] = ["categories", *others.pop("categories")]
    yield ("## Front matter\n\nEach key is optional. Upper and lower case make no difference in it. All other keys are "
           "in `page.params`, for templates. [Write](write.md#front-matter) tells the rules.\n")
    yield "| key | meaning | example |\n|---|---|---|"
    for name in (*FIELDS, "tags", *NOT_FIELDS):
        key = f"[`{name}`]({TOLD_ELSEWHERE[name]})" if name in TOLD_ELSEWHERE else f"`{name}`"
        names = f"; also `{'`, `'.join(others[name])}`" if name in others else ""
        meaning = texts[name][:1].lower() + texts[name][1:].rstrip(".")
        yield f"| {key} | {meaning}{names} | `{blocks[name].partition(': ')[2].strip()}` |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
