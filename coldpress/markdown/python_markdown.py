"""The second Markdown engine: Python-Markdown with the extensions that the config names.

It returns the same type, `Rendered`, as the native engine; links and anchors are extracted from its HTML.
"""

from __future__ import annotations

import json
import sys
import threading
from importlib import invalidate_caches
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import markdown
from markdown.extensions import Extension

from coldpress import audit_hook, recorder
from coldpress.cache.build_stamp import state_of_read
from coldpress.cache.checksum import code_version
from coldpress.config.options import MarkdownOptions
from coldpress.loaded_code import file_of, files_of, looking_for_entry_points, own_modules
from coldpress.markdown.html.html_body import render_html
from coldpress.markdown.rendered import Flaw, Rendered
from coldpress.sources.files import OUTSIDE, included_reads
from coldpress.text import did_you_mean, text_digest


class ExtensionError(Exception):
    """Tells that an extension is missing or fails; `keys` lead from `markdown:` to its setting."""

    def __init__(self, index: int, keys: tuple[str | int, ...], message: str, hint: str | None) -> None:
        super().__init__(message)
        self.index = index
        self.keys = keys
        self.hint = hint


class PythonMarkdownRenderer:
    """Renders bodies with Python-Markdown; one for a site, used from any thread."""

    def __init__(self, options: MarkdownOptions) -> None:
        self._options = options
        self._local = threading.local()
        audit_hook.listen()  # for the files that extensions read

    def render(self, text: str, _language: str = "", *, trusted: bool = True) -> Rendered:
        """Returns a body's HTML with slots, summary, contents and counts.  HTML of an author who
        is not `trusted` is normalized here, and sanitized when its slots are filled."""
        trusted = trusted and self._options.trusted
        flaws: tuple[Flaw, ...] = ()
        html = ""
        with recorder.recording() as reads:
            try:
                html = _checked(self._markdown.reset().convert(text))
            except (Exception, SystemExit) as reason:  # noqa: BLE001  (an extension is somebody's code)
                flaws = (_failure(reason, self._options),)
        return render_html(text, html, self._options, trusted=trusted, flaws=flaws,
                           reads=included_reads(reads, self._options.base))

    @property
    def _markdown(self) -> markdown.Markdown:
        """Returns the `Markdown` object of this thread."""
        if not hasattr(self._local, "markdown"):
            self._local.markdown = load_extensions(self._options)[0]
        made: markdown.Markdown = self._local.markdown
        return made


def _checked(html: object) -> str:
    """Returns the HTML of a body; raises `TypeError` or `UnicodeError` for a result that is none."""
    if not isinstance(html, str):
        raise TypeError(f"the result is a {type(html).__name__}, not text")
    html.encode()
    return html


def _failure(reason: BaseException, options: MarkdownOptions) -> Flaw:
    """Returns a flaw that names the extension which failed on a body: the last one in the traceback."""
    name, trace = "Python-Markdown", reason.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        name = next((f"the extension `{each}`" for each in options.extensions
                     if module in (each, f"markdown.extensions.{each}") or module.startswith(f"{each}.")), name)
        trace = trace.tb_next
    return Flaw("markup.extension", f"{name} fails on this page: {type(reason).__name__}: {reason}", None, None, 1,
                "correct the extension, or leave it out of `markdown.extensions`", "error")


_read_while_loading: dict[str, tuple[recorder.Key, ...]] = {}
"""What extensions read while they were loaded last, by the key of the options."""


def reload_extensions(options: MarkdownOptions, root: Path) -> tuple[recorder.Key, ...]:
    """Loads the extensions for a site in the folder `root`, and returns what they read meanwhile.

    Modules of the site are imported again, because they may have changed.  Raises
    `ExtensionError`.  Changes `sys.path` and `sys.modules`, which are global.
    """
    for name in options.extensions:
        for module in list(own_modules(name)):
            sys.modules.pop(module, None)
    for module in list(sys.modules):
        file = file_of(module)
        if file is not None and audit_hook.is_own(str(file)) and not file.exists():
            sys.modules.pop(module)  # the folder of its site was removed
    if sys.path[:1] != [str(root)]:
        sys.path[:] = [str(root), *(folder for folder in sys.path if folder != str(root))]
    invalidate_caches()
    # Bytecode cannot tell two edits within one second apart.
    wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    audit_hook.listen()
    try:
        with recorder.recording() as reads:
            load_extensions(options)
    finally:
        sys.dont_write_bytecode = wrote
    found = _read_while_loading[options.key] = tuple(key for key in reads if key[0] in OUTSIDE)
    return found


def load_extensions(options: MarkdownOptions) -> tuple[markdown.Markdown, list[Extension]]:
    """Makes a `Markdown` object with the extensions; raises `ExtensionError` for the first that fails."""
    made = markdown.Markdown()
    configs = dict(options.extension_configs)
    loaded = []
    for index, name in enumerate(options.extensions):
        config: dict[str, Any] = json.loads(configs.get(name, "{}"))
        try:
            with looking_for_entry_points("markdown.extensions"):
                extension = made.build_extension(name, config)
            made.registerExtensions([extension], {})
        except (Exception, SystemExit) as reason:
            raise _extension_error(index, name, config, reason) from reason
        loaded.append(extension)
    made.reset()
    return made, loaded


def _extension_error(index: int, name: str, config: dict[str, Any], reason: BaseException) -> ExtensionError:
    place: tuple[str | int, ...] = ("extensions", index)
    if isinstance(reason, ModuleNotFoundError) and reason.name and f"{name}.".startswith(f"{reason.name}."):
        hint = did_you_mean(name, _known_names()) or (
            "run `pip install pymdown-extensions`" if reason.name == "pymdownx" else
            "write the name of a module that can be imported, such as one beside `config.yaml`")
        return ExtensionError(index, place, f"there is no Markdown extension `{name}`", hint)
    if isinstance(reason, KeyError) and reason.args[:1] and reason.args[0] in config:
        return ExtensionError(index, ("extension_configs", name, str(reason.args[0])),
                              f"the Markdown extension `{name}` has no option `{reason.args[0]}`", None)
    told = f"{type(reason).__name__}: {reason}"
    return ExtensionError(index, place, f"the Markdown extension `{name}` cannot be loaded: {told}", None)


def _known_names() -> set[str]:
    """Returns the names of Python-Markdown's own extensions and of PyMdown's, if they are installed."""
    with looking_for_entry_points("markdown.extensions"):
        names = {point.name for point in entry_points(group="markdown.extensions")}
    spec = find_spec("pymdownx")
    return names | {f"pymdownx.{module.name}" for module in iter_modules(spec.submodule_search_locations)
                    } if spec and spec.submodule_search_locations else names


def extensions_version(options: MarkdownOptions) -> str:
    """Returns a digest of the version of Python-Markdown, the code of the extensions, and the
    modules of the site that they import."""
    try:
        _, extensions = load_extensions(options)
    except ExtensionError:
        return "none"  # reported with the config; nothing is stored under it
    files: dict[str, Path] = {}
    for extension in extensions:
        module = type(extension).__module__
        if not module.startswith("markdown."):  # whose version is counted below
            files.update((str(file), file) for file in files_of(module))
    states = [state_of_read(*key) for key in _read_while_loading.get(options.key, ()) if key[0] != "volatile"]
    code = code_version([files[name] for name in sorted(files)], ("markdown", "pygments"))
    return f"{code}{text_digest(repr(states)) if states else ''}"
