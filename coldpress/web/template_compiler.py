"""How templates are compiled; and the cache of compiled templates.

A template's code is kept in memory for all environments of the process, and in a folder for the builds to
come: never in `.coldpress/`, which a CI cache or an archive of somebody else may bring along, since whoever
can write code there has it run.  Jinja's own folder for this purpose is in the user's temporary folder, and
nobody else can write there.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, nodes
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.compiler import CodeGenerator, Frame

from coldpress import recorder
from coldpress.cache.checksum import code_version

_DIGEST = 16  # bytes
_SYNTAX = (
    "block_start_string", "block_end_string", "variable_start_string", "variable_end_string", "comment_start_string",
    "comment_end_string", "line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks",
    "newline_sequence", "keep_trailing_newline", "optimized", "sandboxed", "is_async", "newstyle_gettext",
    "newstyle_trimmed")
"""The attributes of an environment that change the code of a template."""


class SiteCodeGenerator(CodeGenerator):
    """Compiles templates such that filters and tests are called each time, also with constants: what
    they read is recorded for each page."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if isinstance(node, (nodes.TemplateData, nodes.Const)):
            return super()._output_child_to_const(node, frame, finalize)
        raise nodes.Impossible


@cache
def compiled_templates(*, on_disk: bool) -> CompiledTemplates:
    """Returns the cache of this process."""
    return CompiledTemplates(on_disk=on_disk)


class CompiledTemplates(BytecodeCache):
    """Keeps the code of templates that are files: `on_disk` for the next processes too.  In an environment that
    compiles in its own way, with a tag of an extension for example, each template is compiled anew."""

    def __init__(self, *, on_disk: bool = True) -> None:
        self._is_on_disk = on_disk
        self._codes: dict[tuple[str, str], CodeType] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """Returns a bucket for a template, with its code if the same source was compiled before."""
        dialect = self._dialect(environment, name) if filename is not None else None
        bucket = Bucket(environment, "", self.get_source_checksum(source))
        if dialect is not None:
            bucket.key = self.get_cache_key(f"{dialect}\n{name}", filename)
            bucket.code = self._codes.get((bucket.key, bucket.checksum))
            if bucket.code is None:
                self.load_bytecode(bucket)
        return bucket

    def set_bucket(self, bucket: Bucket) -> None:
        """Keeps the code of a template."""
        if bucket.key and bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code
            self.dump_bytecode(bucket)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Reads the code of a template from its file, if the file is as it was written."""
        with suppress(OSError, ValueError), recorder.unrecorded():
            data = self._file(bucket).read_bytes()
            if blake2b(data[_DIGEST:], digest_size=_DIGEST).digest() == data[:_DIGEST]:
                bucket.bytecode_from_string(data[_DIGEST:])
                if bucket.code is not None:
                    self._codes[bucket.key, bucket.checksum] = bucket.code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Writes the code of a template into a file, atomically.  Where that is impossible, it is compiled again
        by the next build."""
        with suppress(OSError, ValueError), recorder.unrecorded():
            file = self._file(bucket)
            data = bucket.bytecode_to_string()
            number, part = tempfile.mkstemp(dir=file.parent)
            with open(number, "wb") as opened:
                opened.write(blake2b(data, digest_size=_DIGEST).digest() + data)
            Path(part).replace(file)

    def _file(self, bucket: Bucket) -> Path:
        if self._folder is None:
            raise ValueError("there is no folder for it")
        return self._folder / f"__coldpress_{bucket.key}.cache"

    @cached_property
    def _folder(self) -> Path | None:
        """The folder that Jinja keeps for this user; None if it may not be the user's alone, or is not wanted."""
        if not self._is_on_disk:
            return None
        try:
            return Path(FileSystemBytecodeCache().directory)
        except (OSError, RuntimeError):
            return None

    def _dialect(self, environment: Environment, name: str) -> str | None:
        """Returns all that the code of a template depends on, beside its source; None if it cannot be told."""
        if environment.code_generator_class is not SiteCodeGenerator or environment.finalize is not None or any(
                not type(each).__module__.startswith("jinja2.") for each in environment.extensions.values()):
            return None
        escapes: bool | Callable[[str | None], bool] = environment.autoescape
        callables = [(each, getattr(call, "jinja_pass_arg", None))  # a name that is missing is an error of compiling
                     for kind in (environment.filters, environment.tests) for each, call in sorted(kind.items())]
        return repr([self._version, escapes if isinstance(escapes, bool) else escapes(name), callables,
                     sorted(environment.extensions), [getattr(environment, each, None) for each in _SYNTAX]])

    @cached_property
    def _version(self) -> str:
        """The version of what compiles: Jinja, the code generator above, Python."""
        return f"{code_version([Path(__file__)], ['jinja2'])} {sys.version}"
