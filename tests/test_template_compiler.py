"""The cache of compiled templates: a template is compiled once for all builds, and never shows what it no longer is."""

from __future__ import annotations

import os
import tempfile

import pytest
from jinja2 import Environment, FileSystemLoader, TemplateError, TemplateSyntaxError, nodes, pass_context
from jinja2.ext import Extension

from coldpress.audit_hook import noting_writes
from coldpress.web import template_compiler
from coldpress.web.template_compiler import CompiledTemplates, SiteCodeGenerator

NAME = "page.html"
ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="the temporary folder of Windows is the user's own")


class Compiling(Environment):
    """An environment of a new process; it counts what it compiles."""

    code_generator_class = SiteCodeGenerator

    def __init__(self, folder, **options):
        super().__init__(**{"loader": FileSystemLoader(folder), "bytecode_cache": CompiledTemplates(),
                            "optimized": False, **options})
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
@pytest.mark.parametrize("mode", [0o755, 0o770, 0o707])
def test_a_folder_that_others_may_write_to_is_not_used(folder, temporary, mode):
    theirs = temporary / f"coldpress-templates-{os.getuid()}"
    theirs.mkdir()
    theirs.chmod(mode)
    assert [compiled_in(folder, "<B>!") for _ in range(2)] == [1, 1]
    assert not kept(temporary)


@ON_POSIX
def test_a_link_in_place_of_the_folder_is_left_alone(folder, temporary, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    mode = elsewhere.stat().st_mode
    (temporary / f"coldpress-templates-{os.getuid()}").symlink_to(elsewhere)
    assert [compiled_in(folder, "<B>!") for _ in range(2)] == [1, 1]
    assert not list(elsewhere.iterdir())
    assert elsewhere.stat().st_mode == mode


@ON_POSIX
def test_a_folder_where_nothing_can_be_written_costs_only_time(folder, temporary):
    (temporary / f"coldpress-templates-{os.getuid()}").write_text("not a folder")
    assert [compiled_in(folder, "<B>!") for _ in range(2)] == [1, 1]


def test_where_there_is_no_temporary_folder_nothing_is_written_beside_the_site(folder, temporary, monkeypatch):
    """Python takes the current folder then."""
    monkeypatch.chdir(temporary)
    assert [compiled_in(folder, "<B>!") for _ in range(2)] == [1, 1]
    assert not kept(temporary)


def test_a_failure_while_a_file_is_written_leaves_no_rubbish(folder, temporary):
    compiled_in(folder, "<B>!")
    [file] = kept(temporary)
    file.unlink()
    file.with_name(f"{file.name}.part").mkdir()  # as any other obstacle
    assert [compiled_in(folder, "<B>!") for _ in range(2)] == [1, 0]
    assert kept(temporary) == [file]


def test_files_of_what_is_no_more_are_removed_some_day(folder, temporary, monkeypatch):
    monkeypatch.setattr(template_compiler, "_MOST", 5)
    for number in range(20):
        (folder / NAME).write_text(f"{{{{ value|upper }}}}{number}")
        made = Compiling(folder)
        made.filters[f"filter{number}"] = str
        assert made.shown() == f"<B>{number}"
    assert 1 <= len(kept(temporary)) <= 7


def test_a_name_that_is_no_text_is_a_name(folder):
    """On Linux, names of files are bytes."""
    odd = folder / os.fsdecode(b"caf\xe9")
    try:
        odd.mkdir()
    except OSError:
        pytest.skip("names are text here")
    (odd / NAME).write_text("{{ value }}")
    assert [compiled_in(odd, "<b>") for _ in range(2)] == [1, 0]


def test_what_a_filter_returns_is_asked_each_time(folder):
    (folder / NAME).write_text("{% autoescape 1|flag %}{{ value }}{{ '<' }}{% endautoescape %}{{ value }}")
    for expected in ("<b><<b>", "&lt;b&gt;&lt;<b>", "<b><<b>"):
        made = Compiling(folder)
        made.filters["flag"] = lambda _, answer="&" in expected: answer
        assert made.shown() == expected


def test_an_environment_that_asks_filters_when_it_compiles_keeps_nothing(folder):
    (folder / NAME).write_text("{% if 'a'|version == 'a1' %}a1{% else %}a2{% endif %}")
    for expected in ("a1", "a2"):
        made = Compiling(folder, optimized=True)
        made.filters["version"] = lambda word, expected=expected: f"{word}{expected[1]}"
        assert made.shown() == expected


def test_a_policy_of_translations_is_part_of_the_key(folder):
    (folder / NAME).write_text("{% trans %}\n  a\n  b\n{% endtrans %}")
    for trimmed, expected in ((False, "\n  a\n  b\n"), (True, "a b")):
        made = Compiling(folder, extensions=["jinja2.ext.i18n"])
        made.install_null_translations()
        made.policies["ext.i18n.trimmed"] = trimmed
        assert made.shown() == expected


def test_what_is_kept_is_no_write_of_the_app(folder, temporary):
    with noting_writes() as written:
        compiled_in(folder, "<B>!")
    assert kept(temporary)
    assert not written


@ON_POSIX
def test_clean_removes_what_is_kept(make_site, temporary):
    site = make_site({"content/a.md": "A"})
    site.run_alone("build", TMPDIR=str(temporary))
    assert kept(temporary)
    site.run_alone("clean", TMPDIR=str(temporary))
    assert kept(temporary)
    site.run_alone("clean", "--cache", TMPDIR=str(temporary))
    assert not kept(temporary)


def test_an_error_in_a_kept_template_is_reported_in_its_line(make_site, temporary):
    site = make_site({"content/about.md": "---\ntitle: A\n---\nText.",
                      "templates/page.html": "<p>\n{{ page.title }}\n{{ pag.title }}"})
    said = [site.run_alone("build", TMPDIR=str(temporary)).err for _ in range(2)]
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
