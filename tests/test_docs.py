"""The documentation names everything there is, and the README's words work."""

from __future__ import annotations

import inspect
import re
import runpy
import shutil
import tomllib
from dataclasses import fields

import click
import pytest
from conftest import REPOSITORY, SiteFolder
from everything_site import everything
from jinja2 import Environment, meta

from coldpress.cli import commands
from coldpress.config.loader import Config, RunOptions, load_config
from coldpress.content.collections import Collection
from coldpress.content.library import Library
from coldpress.content.page import Page, Post, Section
from coldpress.content.pagination import ListPage
from coldpress.content.taxonomy import Taxonomy, Term
from coldpress.errors import Problems
from coldpress.markdown.rendered import Heading
from coldpress.recorder import KINDS
from coldpress.sources.fields import ALIASES, FIELDS
from coldpress.web.environment import THEME, SiteTemplate
from coldpress.web.templates import SiteVariables

DOCS = "\n".join(file.read_text("utf-8") for file in sorted((REPOSITORY / "content/docs").rglob("*.md")))
NAMED = {word for code in re.findall(r"`([^`\n]+)`", DOCS) for word in re.findall(r"[\w-]+", code)}
# What code uses and templates have no use for.
INSIDE = {"document", "bundle", "rendered", "flaws", "name", "kind", "root", "render", "link_url", "at", "by_source",
          "asset_of", "page_in", "section_of", "pages_of", "neighbour", "terms_of", "sources", "asset_sources",
          "assets", "left_out", "config", "get", "of", "aliases", "source", "title_id", "path", "html_elsewhere",
          "taxonomy", "slug", "brief", "asset_at", "page_list", "unrecorded", "any_dated", "term",
          "permalink_of", "replace_documents", "trusts", "asset_by_name", "title_of", "tree_of",
          "is_title", "left_out_names", "suggestions", "images",
          "image_options", "image_place", "pictures", "shown_url", "kept"}


def public(kind):
    made = {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")}
    made |= set(re.findall(r"self\.([a-z]\w*)(?:: [^=\n]+)? = ", inspect.getsource(kind)))
    return sorted(made | {name for name in getattr(kind, "__annotations__", {}) if not name.startswith("_")})


@pytest.mark.parametrize("name", [option.name for option in fields(Config)])
def test_every_option_is_documented(name):
    assert name in NAMED


def test_the_table_of_reads_has_every_kind():
    page = (REPOSITORY / "content/docs/builds.md").read_text("utf-8")
    table = page.partition("## Kinds of reads")[2].partition("\n#")[0]
    names = [name for line in re.findall(r"^\| (`.*?) \|", table, re.M) for name in re.findall(r"`(\w+)`", line)]
    assert sorted(names) == sorted(KINDS)


def test_the_reference_of_options_is_what_the_code_says():
    written = runpy.run_path(str(REPOSITORY / ".ci/option_reference.py"))["page"]()
    assert (REPOSITORY / "content/docs/options.md").read_text("utf-8") == written, "run python .ci/option_reference.py"


def test_each_example_of_an_option_is_a_value_that_it_takes():
    problems = Problems()
    options = RunOptions(config=REPOSITORY / ".ci/examples/config.yaml")
    config, _ = load_config(REPOSITORY, REPOSITORY, options, problems)
    assert [str(problem) for problem in problems] == []
    assert [option.name for option in fields(Config) if getattr(config, option.name) == getattr(Config(), option.name)
            ] == []


@pytest.mark.parametrize("name", sorted({*FIELDS, *ALIASES, "tags", "categories", "published", "status"}))
def test_every_key_of_front_matter_is_documented(name):
    assert name in NAMED


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_and_flag_is_documented(name):
    assert name in NAMED
    flags = {flag for option in commands.commands[name].params if isinstance(option, click.Option)
             for flag in option.opts if flag.startswith("--")}
    assert {flag for flag in flags if f"{flag}" not in DOCS} == set()


@pytest.mark.parametrize("kind", [Page, Post, Section, Library, Collection, ListPage, Taxonomy, Term, Heading,
                                  SiteVariables])
def test_everything_templates_get_is_documented(kind):
    assert [name for name in public(kind) if name not in NAMED | INSIDE] == []


def test_every_page_of_the_documentation_is_in_the_menu():
    config = (REPOSITORY / "config.yaml").read_text("utf-8")
    pages = (page.relative_to(REPOSITORY / "content") for page in (REPOSITORY / "content/docs").rglob("*.md"))
    assert [page for page in pages if page.as_posix() not in config] == []


# The map of the templates.

MAP = (REPOSITORY / "content/docs/templates.md").read_text("utf-8")
TEMPLATES = {file.relative_to(THEME / "templates").as_posix(): file.read_text("utf-8")
             for file in sorted((THEME / "templates").rglob("*")) if file.is_file()}
TOLD = {name: set(re.findall(r"`(\w+)(?:\(\w+\))?`", re.sub(r", with [^;]*", "", needs)))
        for names, needs in re.findall(r"^\| (`[^|]+`) \|[^|]*\|([^|\n]*)\|$", MAP, re.M)
        for name in re.findall(r"`([\w/-]+\.\w+)`", names)}
_GLOBALS = MAP.partition("## Variables everywhere")[2].partition("###")[0]
EVERYWHERE = {name for row in re.findall(r"^\| ([^|]*) \|", _GLOBALS, re.M)
              for name in re.findall(r"`(\w+)(?:\([^`]*\))?`", row)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_map_has_every_template(name):
    folder, _, file = name.rpartition("/")
    if folder in ("components", "styles"):
        assert f"`{file}`" in next(line for line in MAP.splitlines() if f"`{folder}/` holds" in line)
    else:
        assert name in TOLD


def test_the_map_has_no_template_that_is_not_there():
    assert set(TOLD) - set(TEMPLATES) == set()


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name in TOLD and name != "theme.css"])
def test_the_map_has_every_variable_that_a_template_asks_for(name):
    environment = Environment(autoescape=True)
    environment.filters.update(dict.fromkeys(re.findall(r"\|(\w+)", TEMPLATES[name]), str))
    environment.tests["rtl"] = bool
    asked = meta.find_undeclared_variables(environment.parse(TEMPLATES[name]))
    above = re.search(r'{% extends "([^"]+)', TEMPLATES[name])
    texts = TEMPLATES[name] + (TEMPLATES[above[1]] if above else "")
    own = set(re.findall(r"{%-? (?:set|macro) (\w+)", texts)) | {"page"}
    assert asked - own - EVERYWHERE - TOLD[name] == set()


def test_the_map_has_what_views_give_and_no_more(build_site, monkeypatch):
    given: dict[str, set[str]] = {}
    render = SiteTemplate.render

    def noted(self, *arguments, **more):
        given.setdefault(self.name, set()).update(*arguments, more)
        return render(self, *arguments, **more)

    monkeypatch.setattr(SiteTemplate, "render", noted)
    files = everything("en")
    build_site(files, config=files.pop("config.yaml"))
    views = {name: names for name, names in given.items() if "/" not in name}
    assert len(views) > 12
    for name, names in views.items():
        assert names - EVERYWHERE - {"page"} == TOLD[name] - {"page"}, name


def test_the_map_has_every_block():
    blocks = {block for text in TEMPLATES.values() for block in re.findall(r"{%-? block (\w+)", text)}
    table = MAP.partition("| of | blocks |")[2].partition("\n\n")[0]
    told = "".join(line.rpartition(" | ")[2] for line in table.splitlines())
    assert blocks == set(re.findall(r"`(\w+)`", told))


def test_the_names_are_found_only_where_they_are():
    assert "nothing_is_called_this" not in NAMED
    assert "neighbour" not in public(Heading)
    assert {"title", "html"} <= set(public(Page))


def test_the_wheel_needs_what_requirements_txt_says():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (REPOSITORY / "requirements.txt").read_text("utf-8").splitlines()
    assert [line.replace('"', "'") for line in lines] == project["dependencies"]


def test_the_readme_s_command_is_the_one_init_leads_to(make_site):
    text = (REPOSITORY / "README.md").read_text("utf-8")
    block = text.partition("## Make your site")[2].partition("```sh\n")[2].partition("```")[0]
    words = [line.partition("build.py ")[2] or line.partition("coldpress ")[2] for line in block.splitlines()]
    assert [word.split()[0] for word in words if word] == ["init", "new", "serve"]


def test_each_sample_of_markdown_is_what_its_source_says():
    text = (REPOSITORY / "content/docs/markdown.md").read_text("utf-8")
    samples = re.findall(r"^(:{4,})sample\n(`{3,})md\n(.*?)\n\2\n\n(.*?)\n\1$", text, re.M | re.S)
    assert len(samples) == len(re.findall(r"^:{4,}sample$", text, re.M)) > 30
    assert [source for _, _, source, shown in samples if source != shown] == []


def test_the_readme_shows_pictures_that_the_script_takes():
    """And the gallery has no other ones."""
    pictures = runpy.run_path(str(REPOSITORY / ".ci/pictures.py"))["PICTURES"]
    taken = {f"{picture.name}.webp" for picture in pictures}
    assert {file.name for file in (REPOSITORY / "content/gallery").glob("*.webp")} == taken
    shown = re.findall(r'(?:src|srcset)="([^"]+)"', (REPOSITORY / "README.md").read_text("utf-8"))
    assert len(shown) > 4
    assert {name.removeprefix("content/gallery/") for name in shown} <= taken


@pytest.mark.parametrize("name", ["blog", "handbook"])
def test_the_sites_in_the_pictures_are_built_without_a_warning(name, tmp_path, capsys):
    ignored = shutil.ignore_patterns(".coldpress", "site", "__pycache__")
    shutil.copytree(REPOSITORY / "examples" / name, tmp_path / name, ignore=ignored)
    result = SiteFolder(tmp_path / name, capsys).build("--strict")
    assert (result.code, result.problems) == (0, [])
