"""Renders many bodies at once, in several processes.

A process costs as much as about fifty bodies, so it is for many bodies only.  Results
are serialized as the cache keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Protocol

from coldpress.config.options import MarkdownOptions
from coldpress.loaded_code import take_lookups, with_lookups
from coldpress.markdown import store
from coldpress.markdown.code.fences import RegisteredFence
from coldpress.markdown.rendered import Rendered
from coldpress.markdown.store import StoredBody
from coldpress.processes import MakeExecutor, chunks, in_turn, local_executor
from coldpress.text import text_digest

_CHUNK = 25  # bodies
_REMOTE_CHUNK = 200  # bodies, if an executor costs milliseconds for each task


class Engine(Protocol):
    """Renders bodies: the native engine, or Python-Markdown."""

    def render(self, text: str, language: str = "", /, *, trusted: bool = True) -> Rendered: ...


Fences = tuple[tuple[str, RegisteredFence], ...]
"""Functions of fences by language, which can be sent to another process."""


def make_engine(options: MarkdownOptions, fences: Mapping[str, RegisteredFence]) -> Engine:
    """Makes the engine that the config names; only the native one has `fences`."""
    if options.engine == "native":
        from coldpress.markdown.native import Renderer  # noqa: PLC0415  (only the engine that is used)

        return Renderer(options, fences)
    from coldpress.markdown.python_markdown import PythonMarkdownRenderer  # noqa: PLC0415  (as above)

    return PythonMarkdownRenderer(options)


def render_many(bodies: Iterable[tuple[str, str, bool]], options: MarkdownOptions, jobs: int,
                make_executor: MakeExecutor | None = None, *, indexed: bool = True, fences: Fences = ()
                ) -> Iterator[StoredBody | None]:
    """Yields each body rendered and serialized, in order; with its words if it is `indexed`
    for the search.  A body is its language, its text, and whether its author is trusted.

    `make_executor` makes the executor for a number of workers; by default they are
    processes of this machine.  An exception of a worker is raised here.
    """
    executor = (make_executor or local_executor)(jobs)
    render = partial(render_chunk, options, indexed=indexed, fences=fences)
    tasks = chunks(bodies, _REMOTE_CHUNK if make_executor else _CHUNK)
    for results in take_lookups(in_turn(executor, with_lookups(render), tasks, 2 * jobs)):
        yield from results


def render_chunk(options: MarkdownOptions, bodies: Iterable[tuple[str, str, bool]], *, indexed: bool = True,
                 fences: Fences = ()) -> list[StoredBody | None]:
    """Renders some bodies in a worker."""
    made = ((text_digest(body), _engine(options, fences).render(body, language, trusted=trusted))
            for language, body, trusted in bodies)
    return [store.store_body(rendered, digest, indexed=indexed) if rendered.is_settled else None
            for digest, rendered in made]


def render_source(options: MarkdownOptions, fences: Fences, indexed: bool, source: str, language: str, text: str
                  ) -> StoredBody | None:
    """Renders the body of a source in a worker."""
    return render_chunk(options, [(language, text, options.trusts(source))], indexed=indexed, fences=fences)[0]


@cache
def _engine(options: MarkdownOptions, fences: Fences) -> Engine:
    """The engine of a worker, which is made once."""
    return make_engine(options, dict(fences))
