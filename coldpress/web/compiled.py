"""The theme's templates compiled once a process, not once a site: the preview
makes its app anew when code changes, and an app may be made in each test."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache


class CompiledTheme(BytecodeCache):
    """Code of the templates below a folder, in memory only: bytecode from
    elsewhere could be anyone's."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._codes: dict[tuple[str, str, bool], CodeType] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """The code for a source, if there is any."""
        bucket = Bucket(environment, f"{name}\n{filename or ''}", self.get_source_checksum(source))
        if filename is not None and filename.startswith(self._folder):
            bucket.code = self._codes.get((bucket.key, bucket.checksum, _escapes(environment, name)))
        return bucket

    def set_bucket(self, bucket: Bucket) -> None:
        """Keep the code of one of the theme's templates."""
        name, _, filename = bucket.key.partition("\n")
        if bucket.code is not None and filename.startswith(self._folder):
            self._codes[bucket.key, bucket.checksum, _escapes(bucket.environment, name)] = bucket.code


def _escapes(environment: Environment, name: str) -> bool:
    escapes: bool | Callable[[str | None], bool] = environment.autoescape
    return escapes if isinstance(escapes, bool) else escapes(name)
