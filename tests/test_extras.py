"""The command that a message gives, to install what an extra needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import coldpress
from coldpress.extras import pip_install


def test_in_the_repository_the_packages_are_named():
    """An index may have nothing called `coldpress`, or something of a stranger."""
    assert pip_install("diagrams").startswith('`pip install "mmdr')
    assert "coldpress" not in pip_install("images") and '" "resvg_py' in pip_install("images")


def test_where_it_is_installed_the_extra_is_named(tmp_path):
    shutil.copytree(Path(coldpress.__file__).parent, tmp_path / "coldpress", ignore=shutil.ignore_patterns("*.pyc"))
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "somebody-elses"\n')
    code = "from coldpress.extras import pip_install; print(pip_install('images'))"
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout == '`pip install "coldpress[images]"`\n'
