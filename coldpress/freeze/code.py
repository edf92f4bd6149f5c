"""The code a site is made with: ours, that of installed packages, the site's own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

import coldpress
from coldpress.auditing import changed_at, is_own
from coldpress.freeze.own_reads import name_from
from coldpress.versions import code_version
from coldpress.web.strings import FILES


@cache
def engine() -> str:
    """A digest of Coldpress, of Python and of what is installed."""
    package = Path(coldpress.__file__).parent
    ours = [*sorted(package.rglob("*.py")), *FILES.values()]
    return f"{code_version(ours)} {sys.version} {' '.join(installed())}"


def installed() -> list[str]:
    """Name and version of every package, as their folders are called."""
    return sorted({info.name for folder in package_folders() for info in folder.glob("*.dist-info")})


def package_folders() -> Iterator[Path]:
    """Where packages are installed."""
    return (Path(folder) for folder in sys.path if folder.endswith(("site-packages", "dist-packages")))


def own_files(base: Path) -> dict[str, Path]:
    """The files of the modules now loaded that are nobody's but the site's."""
    files = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py") and is_own(file):
            files[name_from(file, base)] = Path(file)
    return files


class OwnCode:
    """The site's own code as it was loaded."""

    def __init__(self, base: Path, before: str | None) -> None:
        self._base = base
        self._before = _known(before)
        self._digests = {name: _digest(file) for name, file in own_files(base).items()}

    def changed(self) -> str | None:
        """The first file that is not as it was when `before` was written."""
        now = {**{name: _digest(self._base / name) for name in self._before}, **self._digests}
        return next((name for name in sorted(now) if now[name] != self._before.get(name)), None)

    def written(self, started_ns: int, loaded: Mapping[str, Path]) -> str:
        """What to remember: also modules loaded meanwhile, here or (`loaded`) by
        other processes; nothing when one was changed while we were at work, for
        who knows which text was run."""
        files = {**{name: self._base / name for name in self._before}, **loaded, **own_files(self._base)}
        for file in files.values():
            if changed_at(str(file)) >= started_ns:
                return ""
        return json.dumps({name: _digest(file) for name, file in sorted(files.items()) if file.exists()})

    @property
    def files(self) -> Iterable[Path]:
        """Every file of it."""
        return {**{name: self._base / name for name in self._before}, **own_files(self._base)}.values()


def _known(before: str | None) -> dict[str, str | None]:
    try:
        known = json.loads(before or "{}")
        return known if isinstance(known, dict) else {}
    except ValueError:
        return {}


def _digest(file: Path) -> str | None:
    try:
        return blake2b(file.read_bytes(), digest_size=8).hexdigest()
    except OSError:
        return None
