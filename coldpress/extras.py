"""Extras: packages that Coldpress uses where they are installed, and the command that installs them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from coldpress import recorder


@cache
def pip_install(extra: str) -> str:
    """Returns the command that installs what an extra needs, in backticks.

    In a copy of the repository nothing called `coldpress` is installed, so pip would look for it in the package
    index: there the packages are named, as `pyproject.toml` lists them.
    """
    requirements = _listed(extra) or [f"coldpress[{extra}]"]
    return "`pip install " + " ".join(f'"{each}"' for each in requirements) + "`"


def _listed(extra: str) -> list[str]:
    """Returns the requirements of an extra, if the repository's `pyproject.toml` is here."""
    import tomllib  # noqa: PLC0415  (few builds ask)

    with recorder.unrecorded():
        try:
            text = (Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8")
            project = tomllib.loads(text)["project"]
        except (OSError, ValueError, KeyError):
            return []
    listed: list[str] = project["optional-dependencies"][extra] if project.get("name") == "coldpress" else []
    return listed
