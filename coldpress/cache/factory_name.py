"""The name of a factory: what tells the function that makes a site's app from another one.

`start` imports this module first, so it imports only small modules of the standard library.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_DEFAULT = "build.py create_app"
_PLAIN = (str, bytes, int, float, complex, type(None))


def factory_name(factory: Any, folder: str) -> str:
    """Returns the file and the name of a factory, with the plain values that `functools.partial` or an outer function
    gave it.  The file is relative to the site's folder, so that the name is the same on another machine.  None stands
    for `create_app` of the site's `build.py`."""
    if factory is None:
        return _DEFAULT
    if callable(inner := getattr(factory, "func", None)):
        given = [*getattr(factory, "args", ()), *sorted(getattr(factory, "keywords", {}).items())]
        return f"{factory_name(inner, folder)} {_values(given, folder)}"
    code = getattr(factory, "__code__", None)
    if code is None:
        return type(factory).__qualname__
    file = os.path.abspath(code.co_filename)  # noqa: PTH100  (pathlib takes longer to import than all of this)
    inside = file.startswith(os.path.join(folder, ""))  # noqa: PTH118
    where = os.path.relpath(file, folder).replace(os.sep, "/") if inside else factory.__module__
    kept = [cell.cell_contents for cell in factory.__closure__ or ()]
    return f"{where} {factory.__qualname__}{f' {_values(kept, folder)}' if kept else ''}"


def _values(values: Iterable[Any], folder: str) -> str:
    """Returns values as text: plain ones as they are, functions by their names, others by their types."""
    return f"({', '.join(_value(each, folder) for each in values)})"


def _value(value: Any, folder: str) -> str:
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _values(sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value, folder)
    if isinstance(value, dict):
        return _values(value.items(), folder)
    return factory_name(value, folder)
