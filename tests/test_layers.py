"""The shape of the package: what may import what."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import coldpress

PACKAGE = Path(coldpress.__file__).parent
LAYERS = {
    "errors": 0, "paths": 0, "text": 0, "processes": 0, "decorators": 0, "signals": 0, "seeding": 0, "recorder": 0,
    "extras": 1, "report": 1, "audit_hook": 1, "loaded_code": 1, "cache": 1, "config": 2, "cluster": 2, "hosts": 3,
    "deploy": 3, "sources": 3, "images": 4, "search": 4, "markdown": 5, "content": 6, "web": 7, "build": 8,
    "plugins": 8, "check": 7, "testing": 9, "preview": 9, "commands": 10, "cli": 11, "start": 12}
OUTSIDE = {"coldpress", "coldpress.__main__"}  # the front door, which names everything
MODULES = {
    ".".join(["coldpress", *file.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__"): file
    for file in sorted(PACKAGE.rglob("*.py")) if "skeleton" not in file.parts}


@cache
def tree_of(module):
    return ast.parse(MODULES[module].read_text("utf-8"))


@cache
def imports_of(module):
    """The modules of the package that a module imports, at its head, in a function, or for types only."""
    found = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are written out whole"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in MODULES or node.module in MODULES:
                    found.add(inner if inner in MODULES else node.module)
    return found


def layer_of(module):
    return LAYERS[module.split(".")[1]]


def test_a_module_imports_only_lower_layers():
    higher = {module: [other for other in imports_of(module) - {"coldpress"} if layer_of(other) > layer_of(module)]
              for module in set(MODULES) - OUTSIDE}
    assert {module: others for module, others in higher.items() if others} == {}


@pytest.mark.parametrize(("lower", "higher"), [
    ("markdown", "flask"), ("markdown", "jinja2"), ("content", "flask"), ("content", "jinja2"), ("sources", "flask")])
def test_a_folder_knows_nothing_of(lower, higher):
    for module in MODULES:
        if module.startswith(f"coldpress.{lower}."):
            nodes = list(ast.walk(tree_of(module)))
            named = {node.module for node in nodes if isinstance(node, ast.ImportFrom)} | {
                alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
            assert not [name for name in named if name == higher or name.startswith(f"{higher}.")], module


def reached_from(module):
    """Every module that a module imports, and that those import."""
    seen, ahead = set(), list(imports_of(module) - OUTSIDE)
    while ahead:
        other = ahead.pop()
        if other not in seen:
            seen.add(other)
            ahead += imports_of(other) - OUTSIDE
    return seen


def test_no_module_imports_itself_in_a_circle():
    assert [module for module in sorted(set(MODULES) - OUTSIDE) if module in reached_from(module)] == []


def test_the_imports_are_really_seen():
    assert "coldpress.web.error_places" in imports_of("coldpress.preview.responses")
    assert "coldpress.markdown.workers" in imports_of("coldpress.markdown.cache"), "for types, and in a function"


def test_no_import_hides_behind_a_function():
    """`import_module("coldpress.…")` would be seen by no linter, no type checker, nor by the tests here."""
    hidden = [(module, node.lineno) for module in MODULES for node in ast.walk(tree_of(module))
              if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module")
              and isinstance(node.args[0], ast.Constant) and node.args[0].value.startswith("coldpress")]
    assert hidden == []


def test_no_two_folders_need_each_other():
    needs = {}
    for module in set(MODULES) - OUTSIDE:
        for other in imports_of(module) - OUTSIDE:
            needs.setdefault(module.split(".")[1], set()).add(other.split(".")[1])
    mutual = [(one, other) for one, others in needs.items() for other in others
              if one < other and one in needs.get(other, ())]
    assert mutual == []


def test_a_module_and_a_function_can_be_read_in_one_sitting():
    long = {module: len(file.read_text("utf-8").splitlines()) for module, file in MODULES.items()}
    assert {module: lines for module, lines in long.items() if lines > 400} == {}
    functions = {f"{module}:{node.name}": node.end_lineno - node.lineno + 1
                 for module in MODULES for node in ast.walk(tree_of(module)) if isinstance(node, ast.FunctionDef)}
    assert {name: lines for name, lines in functions.items() if lines > 60} == {}


def test_no_class_is_split_over_two():
    """A class that one other inherits from, and that nobody else uses, is half of a class."""
    heirs, used = {}, {}
    for module in MODULES:
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.ClassDef):
                for base in node.bases:
                    heirs.setdefault(ast.unparse(base).partition("[")[0], []).append(node.name)
            elif isinstance(node, ast.Name):
                used[node.id] = used.get(node.id, 0) + 1
    ours = {node.name for module in MODULES for node in ast.walk(tree_of(module)) if isinstance(node, ast.ClassDef)}
    assert {name: found for name, found in heirs.items() if name in ours and len(found) == 1 and used[name] == 1} == {}

def test_only_the_report_prints():
    for module in sorted(MODULES):
        nodes = list(ast.walk(tree_of(module)))
        calls = [node.lineno for node in nodes
                 if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"]
        writes = [node.lineno for node in nodes
                  if isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr")]
        assert (module, calls) == (module, [])
        assert writes == [] or module == "coldpress.report", module


def test_no_module_is_an_attic():
    assert not [module for module in MODULES if module.rpartition(".")[2] in (
        "utils", "util", "helpers", "helper", "misc", "common", "core", "base")]


def explains_itself(node):
    """Overloads, and generators that `@blueprint.urls(view)` already names."""
    return any(ast.unparse(decorator).startswith(("overload", "blueprint.urls")) for decorator in node.decorator_list)


def test_what_is_public_says_what_it_is_for():
    for module in sorted(MODULES):
        tree = tree_of(module)
        assert ast.get_docstring(tree), module
        silent = [node.name for node in tree.body
                  if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_")
                  and not ast.get_docstring(node) and not explains_itself(node)]
        assert (module, silent) == (module, [])


@pytest.mark.parametrize("name", coldpress.__all__)
def test_every_public_name_is_there(name):
    assert getattr(coldpress, name) is not None


def test_importing_the_package_costs_nothing():
    code = "import sys, coldpress; print([name for name in ('flask', 'jinja2', 'yaml') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
