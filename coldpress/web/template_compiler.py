"""How templates are compiled; and the cache of compiled templates.

A template's code is kept for other environments and for the builds to come: never in `.coldpress/`, which a CI
cache or an archive of somebody else may bring along, since whoever can write code there has it run.  The folder
is in the temporary folder, and only the user can write to it.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.compiler import CodeGenerator, Frame

from coldpress import recorder
from coldpress.audit_hook import not_noting
from coldpress.cache.checksum import code_version, digest_of, read_with_checksum, write_with_checksum

_KIND = "coldpress-template 1"
_FOLDER = "coldpress-templates"
_MOST = 3_000  # files: the theme's for 60 sites with filters of their own, about 25 MB
_SYNTAX = (
    "block_start_string", "block_end_string", "variable_start_string", "variable_end_string", "comment_start_string",
    "comment_end_string", "line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks",
    "newline_sequence", "keep_trailing_newline", "sandboxed", "is_async", "newstyle_gettext")
"""The attributes of an environment that change the code of a template."""
_POLICIES = ("ext.i18n.trimmed",)
"""The policies that do."""


class SiteCodeGenerator(CodeGenerator):
    """Compiles templates such that filters and tests are called each time, also with constants: what
    they read is recorded for each page."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if isinstance(node, nodes.TemplateData) or (isinstance(node, nodes.Const) and not frame.eval_ctx.volatile):
            return super()._output_child_to_const(node, frame, finalize)
        raise nodes.Impossible

    def visit_EvalContextModifier(self, node: nodes.EvalContextModifier, frame: Frame) -> None:  # noqa: N802  (Jinja's)
        """Compiles `{% autoescape … %}`: Jinja would call the filters in it now."""
        for option in node.options:
            self.writeline(f"context.eval_ctx.{option.key} = ")
            self.visit(option.value, frame)
            if isinstance(option.value, nodes.Const):
                setattr(frame.eval_ctx, option.key, option.value.value)
            else:
                frame.eval_ctx.volatile = True


class CompiledTemplates(BytecodeCache):
    """Keeps the code of templates that are files.  In an environment that compiles in its own way, with a tag of an
    extension for example, each template is compiled anew."""

    def __init__(self) -> None:
        self._is_swept = False

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """Returns a bucket for a template, with its code if the same source was compiled before."""
        bucket = Bucket(environment, "", self.get_source_checksum(source))
        dialect = _dialect(environment, name) if filename is not None and self._folder else None
        if dialect is not None:
            bucket.key = digest_of(repr((self._version, name, filename, *dialect)).encode("utf-8", "surrogateescape"))
            self.load_bytecode(bucket)
        return bucket

    def set_bucket(self, bucket: Bucket) -> None:
        """Keeps the code of a template."""
        if bucket.key:
            self.dump_bytecode(bucket)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Reads the code of a template from its file, if the file is as it was written."""
        with suppress(OSError, ValueError), recorder.unrecorded():
            text = read_with_checksum(self._file(bucket), _KIND)
            if text is not None:
                bucket.bytecode_from_string(text.encode("utf-8", "surrogateescape"))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Writes the code of a template into a file.  Where that fails, the next build compiles it again."""
        with suppress(OSError), recorder.unrecorded(), not_noting():
            self._sweep()
            code = bucket.bytecode_to_string().decode("utf-8", "surrogateescape")
            write_with_checksum(self._file(bucket), _KIND, code)

    def clear(self) -> None:
        """Removes what is on disk, for all sites."""
        for file in Path(self._folder).iterdir() if self._folder else ():
            with suppress(OSError):
                file.unlink()

    def _sweep(self) -> None:
        """Removes what is on disk if it has become much: of sites, filters and versions that are no more."""
        if not self._is_swept and self._folder and len(os.listdir(self._folder)) > _MOST:  # noqa: PTH208  (names only)
            self.clear()
        self._is_swept = True

    def _file(self, bucket: Bucket) -> str:
        return os.path.join(self._folder or "", bucket.key)  # noqa: PTH118  (as `checksum` takes it)

    @cached_property
    def _folder(self) -> str | None:
        """The folder; None if it may not be the user's alone."""
        with recorder.unrecorded(), not_noting():
            return _own_folder()

    @cached_property
    def _version(self) -> str:
        """The version of what compiles: Jinja, the code generator above, Python."""
        return f"{code_version([Path(__file__)], ['jinja2'])} {sys.version}"


def _own_folder() -> str | None:
    """Returns the folder in the temporary folder that nobody else can write to, and makes it; None if that fails."""
    try:
        parent = Path(tempfile.gettempdir()).resolve()
        if parent.is_relative_to(Path.cwd()):  # as where there is no temporary folder: a site is copied as a whole
            return None
        folder = parent / (f"{_FOLDER}-{os.getuid()}" if hasattr(os, "getuid") else _FOLDER)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
    except OSError:
        return None
    is_own = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o077)
    return str(folder) if stat.S_ISDIR(found.st_mode) and is_own else None


def _dialect(environment: Environment, name: str) -> tuple[object, ...] | None:
    """Returns all that the code of a template depends on, beside its source; None if it cannot be told."""
    if (environment.code_generator_class is not SiteCodeGenerator or environment.finalize is not None
            or environment.optimized  # then the code has what filters return
            or any(not type(each).__module__.startswith("jinja2.") for each in environment.extensions.values())):
        return None
    escapes: bool | Callable[[str | None], bool] = environment.autoescape
    # Whether a name is known is asked when a template is compiled, and so is whether it takes the context.
    callables = [(each, getattr(call, "jinja_pass_arg", None))
                 for kind in (environment.filters, environment.tests) for each, call in sorted(kind.items())]
    return (escapes if isinstance(escapes, bool) else escapes(name), sorted(environment.extensions), callables,
            [getattr(environment, each, None) for each in _SYNTAX],
            [environment.policies.get(each) for each in _POLICIES])
