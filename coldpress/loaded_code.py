"""The files of modules: of those that are loaded, and of those that a site's own modules import later."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator
from importlib.util import resolve_name
from pathlib import Path

from coldpress.audit_hook import is_own
from coldpress.cache.checksum import code_version
from coldpress.paths import name_from


def own_files(base: Path, without: Collection[Path] = ()) -> dict[str, Path]:
    """Returns the files of loaded modules that belong to the site, by their names below its folder."""
    files = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py") and is_own(file) and Path(file) not in without:
            files[name_from(file, base)] = Path(file)
    return files


def own_version(module: str, base: Path) -> str:
    """Returns the version of a site's own code that is loaded, and of what one of its modules imports later."""
    files = {str(file): file for file in (*own_files(base).values(), *files_of(module))}
    return code_version([files[name] for name in sorted(files) if files[name].exists()])


def package_files(name: str) -> list[Path]:
    """Returns all files of the package that a module is in, data too; the module's own if it is in none."""
    file = file_of(name)
    if file is None:
        return []
    folder = file.parent
    while (folder.parent / "__init__.py").is_file() and (folder / "__init__.py").is_file():
        folder = folder.parent
    if not (folder / "__init__.py").is_file():
        return [file]
    return sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix != ".pyc")


def files_of(name: str) -> Iterator[Path]:
    """Yields the files that a module depends on: for an installed module, all files of its package;
    for a module of the site, also those of the site's modules that it imports."""
    file = file_of(name)
    if file is None:
        return
    if not is_own(str(file)):
        yield from package_files(name)
        return
    for module in own_modules(name):
        own = file_of(module)
        if own:
            yield own


def own_modules(name: str) -> Iterator[str]:
    """Yields the site's own modules: this one, its packages and all that they import."""
    parts = name.partition(":")[0].split(".")
    ahead = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
    seen = set(ahead)
    while ahead:
        module = ahead.pop()
        own = file_of(module)
        if own is not None and is_own(str(own)):
            yield module
            found = {other for other in imports_of(module, own) if other not in seen} if own.exists() else set()
            seen |= found
            ahead += sorted(found)


def file_of(name: str) -> Path | None:
    """Returns the file of a module: of one that is loaded, or of one of the site that an extension imports later."""
    if name in sys.modules:
        file = getattr(sys.modules[name], "__file__", None)
        return Path(file) if isinstance(file, str) and file.endswith(".py") else None
    below = Path(sys.path[0], *name.split("."))
    return next((file for file in (below / "__init__.py", below.with_name(f"{below.name}.py")) if file.is_file()), None)


def imports_of(name: str, file: Path) -> Iterator[str]:
    """Yields the names of the modules that a module may import, and of their packages."""
    package = name if file.stem == "__init__" else name.rpartition(".")[0]
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):  # which importing it reports
        return
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        for found in names:
            parts = found.split(".")
            yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def installed_packages(plugins: Collection[str] = ()) -> list[str]:
    """Returns the names of the `.dist-info` folders of all installed packages but these: each holds
    name and version."""
    left_out = {_plain(name) for name in plugins}
    return sorted({info.name for folder in package_folders() for info in folder.glob("*.dist-info")
                   if _plain(info.name.partition("-")[0]) not in left_out})


def _plain(name: str) -> str:
    """Returns a package's name as all spellings of it have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def package_folders() -> Iterator[Path]:
    """Returns the folders of installed packages."""
    return (Path(folder) for folder in sys.path if folder.endswith(("site-packages", "dist-packages")))
