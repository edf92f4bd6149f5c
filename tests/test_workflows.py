"""The workflows of GitHub Actions, which cannot be run here: their shape, and the commands of the README in them."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch

import pytest
import yaml
from conftest import REPOSITORY

WORKFLOWS = {file.name: yaml.safe_load(file.read_text("utf-8"))
             for file in sorted((REPOSITORY / ".github/workflows").glob("*.yml"))}
CI, RELEASE = WORKFLOWS["ci.yml"]["jobs"], WORKFLOWS["release.yml"]["jobs"]
SETTINGS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
PROJECT, SDIST = SETTINGS["project"], SETTINGS["tool"]["hatch"]["build"]["targets"]["sdist"]
GATE = (REPOSITORY / ".ci/run").read_text("utf-8")


def commands(jobs):
    """Every line that the jobs run."""
    return [line.strip() for job in jobs.values() for step in job["steps"]
            for line in step.get("run", "").splitlines() if line.strip()]


def in_any_environment(command):
    """A command without its virtual environment and its folders, which differ."""
    command = re.sub(r"^\S*python3?\"? ", "python ", command)
    return re.sub(r'"?\$\w+(?:/[\w/.*]+)*"?(?:/[\w.*]+)?', "PLACE", command).replace(" -q", "")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_each_job_names_a_system_and_its_steps_do_something(name):
    text = WORKFLOWS[name]
    assert text["permissions"] == {"contents": "read"}
    assert text[True]  # what YAML 1.1 makes of `on:`
    for job in text["jobs"].values():
        assert job["runs-on"] in ("ubuntu-latest", "${{ matrix.os }}")
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)
            assert re.fullmatch(r"[\w-]+/[\w-]+@[\w/.]+", step.get("uses", "a/b@c"))


@pytest.mark.skipif(sys.platform == "win32", reason="`bash` may be that of an empty WSL")
@pytest.mark.parametrize("name", WORKFLOWS)
def test_each_script_is_one_that_bash_can_read(name):
    for job in WORKFLOWS[name]["jobs"].values():
        for step in job["steps"]:
            script = re.sub(r"\$\{\{.*?\}\}", "value", step.get("run", ""))
            subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_versions_of_python_are_those_of_the_classifiers():
    told = [found[1] for name in PROJECT["classifiers"] if (found := re.fullmatch(r".*Python :: (3\.\d+)", name))]
    assert CI["tests"]["strategy"]["matrix"]["python"] == told == sorted(told, key=lambda one: int(one[2:]))
    assert PROJECT["requires-python"] == f">={told[0]}"
    used = {step["with"]["python-version"] for jobs in (CI, RELEASE) for job in jobs.values() for step in job["steps"]
            if "python-version" in step.get("with", {})}
    assert used - {"${{ matrix.python }}"} <= set(told)


def test_the_tests_run_on_three_systems():
    for job in ("tests", "more-tests", "site", "wheel"):
        assert CI[job]["strategy"]["matrix"]["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]


def test_the_readme_s_commands_are_run():
    text = (REPOSITORY / "README.md").read_text("utf-8").partition("## Make your site")[0]
    told = [part.strip().replace(".venv/bin/python", "python") for block in re.findall(r"```sh\n(.*?)```", text, re.S)
            for part in block.split("&&")]
    wanted = [command for command in told if not command.startswith("python3 -m venv")]
    assert len(wanted) == 4
    assert [command for command in wanted if command not in commands(CI)] == []


def test_what_the_gate_runs_is_run():
    """The pytest, ruff, mypy and build commands of `.ci/run`."""
    gate = [in_any_environment(line) for line in GATE.splitlines()
            if re.match(r'"\$\S*python" (?:-m (?:pytest|ruff|mypy)|build\.py)', line)]
    assert len(gate) >= 5
    run = [in_any_environment(line) for line in commands(CI)]
    assert [command for command in gate if command not in run] == []


def test_nothing_runs_the_build_of_a_site_for_the_build_of_a_wheel():
    for jobs in (CI, RELEASE):
        assert not [line for line in commands(jobs) if "-m build" in line]
        assert [line for line in commands(jobs) if line.startswith("pyproject-build ")]


def test_what_the_tests_read_is_in_the_sdist():
    """Whoever unpacks it runs the same tests; the dot folders are not there by themselves."""
    read = {found for file in (REPOSITORY / "tests").glob("*.py")
            for found in re.findall(r'REPOSITORY / "([\w./-]+)"', file.read_text("utf-8"))}
    assert {".ci/run", ".ci/architecture.py", ".github/workflows", "README.md"} <= read
    patterns = SDIST["include"]
    assert [name for name in sorted(read) if name != "pyproject.toml"
            and not any(fnmatch(f"/{name}", pattern) or f"/{name}".startswith(f"{pattern}/")
                        for pattern in patterns)] == []


def test_only_a_tag_is_published_and_only_by_the_job_that_may():
    assert WORKFLOWS["release.yml"][True] == {"push": {"tags": ["v*"]}}
    publish = RELEASE["publish"]
    assert publish["permissions"] == {"id-token": "write"} and publish["needs"] == "build"
    assert [step["uses"].partition("@")[0] for step in publish["steps"]] == [
        "actions/download-artifact", "pypa/gh-action-pypi-publish"]
    assert "permissions" not in RELEASE["build"]
    text = (REPOSITORY / ".github/workflows/release.yml").read_text("utf-8")
    assert not re.search(r"secrets|password|(?<!id-)token:", text)
