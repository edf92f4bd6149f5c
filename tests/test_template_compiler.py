"""The cache of compiled templates: a template is compiled once for all builds, and never shows what it no longer is."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import pytest
from conftest import REPOSITORY
from jinja2 import Environment, FileSystemLoader, TemplateError, TemplateSyntaxError, nodes, pass_context
from jinja2.ext import Extension

from coldpress.web.template_compiler import CompiledTemplates, SiteCodeGenerator

NAME = "page.html"
ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="the temporary folder of Windows is the user's own")


class Compiling(Environment):
    """An environment of a new process; it counts what it compiles."""

    code_generator_class = SiteCodeGenerator

    def __init__(self, folder, **options):
        super().__init__(loader=FileSystemLoader(folder), bytecode_cache=CompiledTemplates(), **options)
        self.compiled = 0

    def _compile(self, source, filename):
        self.compiled += 1
        return super()._compile(source, filename)

    def shown(self):
        return self.get_template(NAME).render(value="<b>")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path, temporary):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / NAME).write_text("{{ value|upper }}!")
    return folder


def kept(temporary):
    return [file for file in temporary.rglob("*") if file.is_file()]


def compiled_in(folder, expected, **options):
    made = Compiling(folder, **options)
    assert made.shown() == expected
    return made.compiled


def test_a_template_is_compiled_once_for_all_processes(folder):
    assert [compiled_in(folder, "<B>!") for _ in range(3)] == [1, 0, 0]


def test_a_template_that_changed_is_compiled_again(folder, temporary):
    compiled_in(folder, "<B>!")
    (folder / NAME).write_text("{{ value|upper }}?")
    assert [compiled_in(folder, "<B>?") for _ in range(2)] == [1, 0]
    assert len(kept(temporary)) == 1  # in place of what it was


@pytest.mark.parametrize(("options", "expected"), [
    ({"autoescape": True}, "&lt;B&gt;!"), ({"autoescape": lambda name: name == NAME}, "&lt;B&gt;!"),
    ({"variable_start_string": "${", "variable_end_string": "}"}, "{{ value|upper }}!"),
    ({"extensions": ["jinja2.ext.do"]}, "<B>!")])
def test_environments_that_compile_in_another_way_share_nothing(folder, options, expected):
    compiled_in(folder, "<B>!")
    assert [compiled_in(folder, expected, **options) for _ in range(2)] == [1, 0]
    assert compiled_in(folder, "<B>!") == 0


def test_a_filter_that_takes_the_context_now_gets_it(folder):
    compiled_in(folder, "<B>!")
    made = Compiling(folder)
    made.filters["upper"] = pass_context(lambda context, value: f"{context['value']} of {value}")
    assert made.shown() == "<b> of <b>!"


def test_a_filter_that_is_gone_is_an_error_of_the_template(folder):
    compiled_in(folder, "<B>!")
    made = Compiling(folder)
    del made.filters["upper"]
    with pytest.raises(TemplateSyntaxError, match="No filter named 'upper'"):
        made.shown()


class Shout(Extension):
    """A tag whose code this module has, and may have otherwise tomorrow."""

    tags = frozenset({"shout"})

    def parse(self, parser):
        line = next(parser.stream).lineno
        return nodes.Output([nodes.TemplateData("Hey")], lineno=line)


@pytest.mark.parametrize("options", [{"extensions": [Shout]}, {"finalize": str}])
def test_what_code_of_others_compiles_is_not_kept(folder, temporary, options):
    assert [compiled_in(folder, "<B>!", **options) for _ in range(2)] == [1, 1]
    assert not kept(temporary)


def test_a_text_without_a_file_is_not_kept(folder, temporary):
    Compiling(folder).from_string("{{ 1 }}").render()
    assert not kept(temporary)


def test_a_file_that_was_changed_is_not_run(folder, temporary):
    compiled_in(folder, "<B>!")
    [file] = kept(temporary)
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
        assert compiled_in(folder, "<B>!") == 1, place
    for size in (0, 10, len(whole) - 1):
        file.write_bytes(whole[:size])
        assert compiled_in(folder, "<B>!") == 1, size
    assert compiled_in(folder, "<B>!") == 0


@ON_POSIX
def test_a_folder_that_may_be_another_users_is_not_used(folder, temporary, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (temporary / f"_jinja2-cache-{os.getuid()}").symlink_to(elsewhere)
    assert [compiled_in(folder, "<B>!") for _ in range(2)] == [1, 1]
    assert not list(elsewhere.iterdir())


@ON_POSIX
def test_a_folder_where_nothing_can_be_written_costs_only_time(folder, temporary):
    (temporary / f"_jinja2-cache-{os.getuid()}").write_text("not a folder")
    assert [compiled_in(folder, "<B>!") for _ in range(2)] == [1, 1]


def test_an_error_in_a_kept_template_is_reported_in_its_line(make_site, temporary):
    site = make_site({"content/about.md": "---\ntitle: A\n---\nText.",
                      "templates/page.html": "<p>\n{{ page.title }}\n{{ pag.title }}"})
    said = [subprocess.run([sys.executable, "-m", "coldpress", "build"], cwd=site.root, check=False, text=True,
                           capture_output=True, env={**os.environ, "PYTHONPATH": str(REPOSITORY),
                                                     "TMPDIR": str(temporary)}).stderr for _ in range(2)]
    assert "`pag` is not defined" in said[0]
    assert "templates/page.html:3:" in said[0]
    assert said[1] == said[0]
    assert kept(temporary)


def test_a_template_that_cannot_be_compiled_is_not_kept(folder, temporary):
    (folder / NAME).write_text("{% if %}")
    for _ in range(2):
        with pytest.raises(TemplateError):
            Compiling(folder).shown()
    assert not kept(temporary)
