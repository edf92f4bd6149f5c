"""`new`: writes a post or page from an archetype, or files that override the theme.

It never overwrites a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from coldpress.build.context import BuildContext
from coldpress.commands.init import machine_timezone, requirement, skeleton_files
from coldpress.errors import ColdpressError, Place, Problem, UsageError
from coldpress.paths import LONGEST_NAME, relative_name
from coldpress.report import Report
from coldpress.text import decode, one_edit_apart, slugify, with_named_signs

ARCHETYPES = {
    "post": "---\ntitle: {{ title }}\ndate: {{ date }}\n{% if draft %}draft: true\n{% endif %}tags: []\n---\n\n",
    "page": "---\ntitle: {{ title }}\n{% if draft %}draft: true\n{% endif %}---\n\n",
}
"""What a new source begins with, unless the site has `archetypes/KIND.md`."""

KINDS = (*ARCHETYPES, "overrides", "theme")


def split_kind(words: tuple[str, ...]) -> tuple[str, str]:
    """Returns the kind and the title that a command line names; a post is the default.

    Raises `UsageError` if the first of several words is nearly a kind.
    """
    first, *rest = words
    if first in KINDS:
        return first, " ".join(rest)
    meant = next((kind for kind in KINDS if rest and one_edit_apart(first, kind)), None)
    if meant:
        raise UsageError(Problem("new.kind", f"unknown kind `{first}`, did you mean `{meant}`?",
                                 hint="if it begins the title, put quotes round the title"))
    return "post", " ".join(words)


def new(context: BuildContext, kind: str, title: str, *, bundle: bool = False, draft: bool = False,
        slug: str | None = None, date: datetime | None = None) -> Path:
    """Writes a new source, prints its path and returns it.

    Raises `ColdpressError` if the file exists already.
    """
    _, site = context.make_app()
    name = _name_in_url(slug or title)
    moment = date or datetime.now(site.config.zone)
    content = site.root / site.config.content_dir
    dated = [collection.path for collection in site.config.collections.values() if collection.dated]
    if not dated:
        kind = "page"  # without a dated collection there are no posts
    folder = content.joinpath(*dated[:1])
    if folder.name == "posts" and not folder.is_dir() and (content / "_posts").is_dir():
        folder = content / "_posts"
    stem = f"{moment:%Y-%m-%d}-{name}" if kind == "post" else name
    base = folder if kind == "post" else content
    file = base / stem / "index.md" if bundle else base / f"{stem}.md"
    text = _archetype(site.root, kind, title=json.dumps(title, ensure_ascii=False),
                      date=f"{moment:%Y-%m-%d %H:%M:%S}", draft=draft, slug=name)
    shown = relative_name(file, site.base)
    _write(file, text, shown)
    context.report.line(shown)
    context.report.data({"source": shown})
    return file


def new_overrides(context: BuildContext, title: str, *, slug: str | None = None) -> list[Path]:
    """Writes a style sheet and templates of a site that override the theme, and prints their paths.

    Raises `ColdpressError`, before anything is written, if one of them exists.
    """
    _, site = context.make_app()
    folders = {"templates": site.root / site.config.templates_dir, "static": site.root / site.config.static_dir}
    texts = {}
    for name, text in skeleton_files(["overrides"], {"name": _name_in_url(slug or title)}).items():
        folder, _, rest = name.partition("/")
        texts[folders[folder] / rest] = text
    return _write_all(context.report, texts, site.base)


def new_theme(context: BuildContext, title: str, *, slug: str | None = None) -> list[Path]:
    """Writes a package with a theme, a site to see it with and a test, into a folder of its name, and prints the paths.

    Raises `ColdpressError`, before anything is written, if one of them exists.
    """
    name = _name_in_url(slug or title)
    if not name.isascii() or not name[:1].isalpha():
        raise UsageError(Problem("new.slug", f"`{name}` cannot be the name of a package of Python",
                                 hint="give one of Latin letters with --slug"))
    moment = datetime.now(ZoneInfo(machine_timezone()))
    values = {"name": name, "module": f"coldpress_{name.replace('-', '_')}", "package": f"coldpress-{name}",
              "title": title, "quoted": json.dumps(title, ensure_ascii=False), "date": f"{moment:%Y-%m-%d}",
              "requirement": requirement("")}
    folder = context.folder / name
    texts = {folder / each: text for each, text in skeleton_files(["theme"], values).items()}
    return _write_all(context.report, texts, context.folder)


def _write_all(report: Report, texts: Mapping[Path, str], base: Path) -> list[Path]:
    """Writes new files and prints their paths, relative to `base`."""
    for file in texts:
        if file.exists():
            raise ColdpressError(_exists(relative_name(file, base), "move it away first"))
    shown = [relative_name(file, base) for file in texts]
    for (file, text), name in zip(texts.items(), shown, strict=True):
        _write(file, text, name)
        report.line(name)
    report.data({"files": shown})
    return list(texts)


def _name_in_url(title: str) -> str:
    name = slugify(with_named_signs(title))
    if not name:
        raise UsageError(Problem("new.slug", f"no letter of `{title}` can stand in a URL",
                                 hint="give one with --slug"))
    return name


def _exists(shown: str, hint: str) -> Problem:
    return Problem("new.exists", "this file is there already", Place(shown), hint)


def _write(file: Path, text: str, shown: str) -> None:
    length = len((file.parent if file.stem == "index" else file).name.encode())
    if length > LONGEST_NAME:
        raise UsageError(Problem("new.slug", f"the name of this file would be {length} bytes long, and a name can have "
                                 f"{LONGEST_NAME}", hint="give a shorter one with --slug"))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except OSError as reason:
        if file.exists():
            raise ColdpressError(_exists(shown, "choose another title, or give a --slug")) from None
        # A path that is too long as a whole, a folder that is read-only or a file.
        raise ColdpressError(Problem("new.failed", f"`{shown}` cannot be written: {reason.strerror}")) from None


def _archetype(root: Path, kind: str, **values: object) -> str:
    own = root / "archetypes" / f"{kind}.md"
    text = decode(own.read_bytes(), relative_name(own, root), "source.encoding") if own.exists() else ARCHETYPES[kind]
    try:
        return SandboxedEnvironment(keep_trailing_newline=True, trim_blocks=True).from_string(text).render(**values)
    except TemplateError as reason:
        line = getattr(reason, "lineno", None)
        raise ColdpressError(Problem("new.archetype", f"this archetype cannot be filled in: {reason}",
                                     Place(relative_name(own, root), line))) from None
