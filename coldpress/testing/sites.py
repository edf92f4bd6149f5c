"""Sites in tests: found, made, and built into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from flask import Flask

from coldpress.build.builder import Builder
from coldpress.build.context import BuildContext
from coldpress.build.output import output_locked
from coldpress.check.built_site import BuiltSite
from coldpress.config.loader import RunOptions
from coldpress.errors import ColdpressError, Problem
from coldpress.paths import url_of
from coldpress.processes import available_jobs
from coldpress.report import Report

_MARKS = ("build.py", "config.yaml")
_RESERVED = "https://example.org"
"""The base URL of a site that names none, in tests."""
Kind = Literal["page", "post", "section"]


@dataclass(frozen=True)
class Built:
    """A site as a build has written it: the folder, the URL that it is built for, the problems that the build found,
    and the paths of its pages, as the client of the app takes them: without the path of the base URL."""

    folder: Path
    base_url: str
    problems: tuple[Problem, ...]
    paths: tuple[str, ...]

    @cached_property
    def site(self) -> BuiltSite:
        """The folder, to check."""
        return BuiltSite(self.folder, self.base_url)

    def read(self, path: str) -> str:
        """Returns the text of the file at a path: `/about/`.  Raises `FileNotFoundError` if nothing is there."""
        file = self.site.file_at(path)
        if file is None:
            raise FileNotFoundError(f"nothing is at `{path}`")
        return self.site.read(file)


def find_root(begin: Path) -> Path:
    """Returns the folder of the site that tests in `begin` are for: this folder or the nearest one above that has a
    `build.py` or a `config.yaml`.  Raises `ColdpressError` if there is none."""
    for folder in (begin, *begin.parents):
        if any((folder / name).is_file() for name in _MARKS):
            return folder
    raise ColdpressError(Problem("testing.no-site", f"there is no site in `{begin}`, nor above it", None,
                                 "name its folder in the settings of pytest: `coldpress_root = path/to/site`"))


def context_of(root: Path, **options: object) -> BuildContext:
    """Returns the context of a command that prints nothing, for the site in a folder."""
    return BuildContext(None, RunOptions(**options), Report(quiet=True), root,  # type: ignore[arg-type]
                        jobs=available_jobs())


def make_app(root: Path, name: str | None = None) -> tuple[Flask, str]:
    """Makes the app of a site, and returns it with the name of the site.  Raises `ColdpressError` as a build does."""
    app, site = context_of(root, site=name).make_app()
    return app, site.name


def build_site(root: Path, folder: Path, name: str | None = None) -> Built:
    """Builds a site into a folder; what it published before stays as it is.  Raises `ColdpressError` with the errors
    for which nothing can be published."""
    _, site = context_of(root, site=name).make_app()
    base_url = None if site.config.base_url else f"{_RESERVED}{site.url_prefix}/"
    context = context_of(root, site=name, output=folder, base_url=base_url)
    context.fix_clock()
    builder = Builder.load(context)
    if not builder.is_hopeless:
        with output_locked(builder.site, builder.output, builder.problems):
            builder.build()
    problems = tuple(builder.reported_problems)
    if builder.changes is None:
        raise ColdpressError(*[problem for problem in problems if problem.is_error])
    paths = tuple(url_of(entry.path) for entry in builder.plan.pages)
    return Built(folder, builder.site.config.base_url or f"{_RESERVED}/", problems, paths)


def pages(kind: Kind | None = None, *, root: str | Path | None = None, site: str | None = None) -> list[str]:
    """Returns the paths of a site's pages, for `pytest.mark.parametrize`: of all, or of one `kind` (`page`, `post`,
    `section`).  The client of the app and `coldpress_build.read` take them.  `root` is the folder of the site, by
    default the nearest one above the current folder."""
    app, found = context_of(find_root(Path(root) if root else Path.cwd()), site=site).make_app()
    with app.test_request_context():
        return [page.url for page in found.library.all_pages if kind in (None, page.kind)]
