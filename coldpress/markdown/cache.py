"""Rendered Markdown, from the cache or rendered now."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from coldpress import text
from coldpress.cache import code_version
from coldpress.config.options import MarkdownOptions
from coldpress.markdown import store
from coldpress.markdown.rendered import Brief, Rendered
from coldpress.markdown.store import MarkupStore, Words, unpack_words
from coldpress.processes import MakeExecutor
from coldpress.search import tokenize
from coldpress.text import text_digest

if TYPE_CHECKING:
    from coldpress.markdown.workers import Engine


@dataclass(frozen=True, slots=True)
class Body:
    """A body to be rendered: its digest, its language, how it is read, and
    whether its author may write any HTML."""

    digest: str
    language: str
    read: Callable[[], str]
    trusted: bool = True


FEW = 200  # bodies, below which one process is as fast
_IN_MEMORY = 400  # bodies


class MarkupCache:
    """Renders each different body once, as long as it is remembered: the last
    few in memory, all of them in a store, from one build to the next; with their
    words, if they are `indexed` for a search."""

    def __init__(self, store: MarkupStore, options: MarkdownOptions | None = None, *, indexed: bool = True) -> None:
        self.store = store
        self._options = options or MarkdownOptions()
        self._indexed = indexed
        self._last: OrderedDict[str, Rendered] = OrderedDict()

    def render(self, body: Body) -> Rendered:
        """The markup of a body."""
        key = self.key(body)
        kept = self._last.get(key)
        if kept is not None:
            return kept
        rendered = self._stored(key)
        if rendered is None:
            text = body.read()
            rendered = self._engine.render(text, body.language, trusted=body.trusted)
            if text_digest(text) != body.digest:
                return rendered  # saved again meanwhile: nothing to be kept under that name
            if rendered.is_settled:
                self.store.put(key, store.kept(rendered, indexed=self._indexed))
        self._last[key] = rendered
        if len(self._last) > _IN_MEMORY:
            self._last.popitem(last=False)
        return rendered

    def brief(self, body: Body) -> Brief:
        """What other pages show of that body."""
        key = self.key(body)
        if key in self._last:
            return self.render(body).brief
        found = self.store.brief(key)
        try:
            return store.loads_brief(found) if found is not None else self.render(body).brief
        except (ValueError, TypeError, IndexError):
            return self.render(body).brief

    def heading(self, digest: str, read: Callable[[], str]) -> str | None:
        """The words of the heading that names a body, whose digest is given."""
        is_native = self._options.engine == "native"
        key = f"{engine_version() if is_native else self._version}-{digest}"
        found = self.store.heading(key)
        if found is None:
            text = read()
            if is_native:
                # Imported here: most builds need no parser.
                from coldpress.markdown.syntax.headings import title_of  # noqa: PLC0415  (the parser)

                found = title_of(text) or ""
            else:
                title = self.render(Body(digest, "", read)).title
                found = title.text if title else ""
            if text_digest(text) == digest:
                self.store.put_heading(key, found)
        return found or None

    def words(self, body: Body) -> Words:
        """The words of that body."""
        key = self.key(body)
        found = self.kept_words(key)
        if found is None:
            rendered = self.render(body)
            found = self.kept_words(key) or store.kept(rendered).words
        return found

    def kept_words(self, key: str) -> Words | None:
        """The words that are kept of the body with a key."""
        packed = self.store.words(key)
        try:
            return unpack_words(packed) if packed is not None else None
        except ValueError:
            return None

    def render_ahead(self, bodies: Sequence[Body], jobs: int, make_executor: MakeExecutor | None = None) -> None:
        """Render, with so many workers, what of these bodies is not kept yet;
        few are left to be rendered when they are asked for."""
        if jobs < 2 or len(bodies) < FEW:
            return
        kept = self.store.keys()
        missing = {key: body for key, body in ((self.key(body), body) for body in bodies) if key not in kept}
        if len(missing) >= FEW:
            self.store.close()  # no connection may be shared with a forked process
            texts = ((body.language, body.read(), body.trusted) for body in missing.values())
            from coldpress.markdown.workers import render_many  # noqa: PLC0415  (the parser, as above)

            made = render_many(texts, self._options, jobs, make_executor, indexed=self._indexed)
            for (key, body), found in zip(missing.items(), made, strict=True):
                if found is not None and found.digest == body.digest:
                    self.store.put(key, found)
            self.store.flush()

    def trim(self, bodies: Iterable[Body]) -> None:
        """Forget bodies that long were not among those in use."""
        self.store.trim({self.key(body) for body in bodies})

    @cached_property
    def _engine(self) -> Engine:
        """The engine, which most builds have no use for: imported when it is needed."""
        from coldpress.markdown.workers import make_engine  # noqa: PLC0415  (the parser, as above)

        return make_engine(self._options)

    @cached_property
    def _version(self) -> str:
        """What decides what a body becomes, beside its text."""
        options = f"{self._options.key} {self._indexed}"
        if self._options.engine != "native":
            from coldpress.markdown.python_markdown import extensions_version  # noqa: PLC0415  (only where it is used)

            options += f" {extensions_version(self._options)}"
        return f"{engine_version()}-{text_digest(options)[:8]}"

    def key(self, body: Body) -> str:
        """What a body's markup is kept by: it tells apart what becomes something else."""
        is_typeset = self._options.smart and self._options.engine == "native"
        language = body.language.partition("-")[0].lower() if is_typeset else ""
        return f"{self._version}-{language}{'' if body.trusted else '-untrusted'}-{body.digest}"

    def _stored(self, key: str) -> Rendered | None:
        kept = self.store.get(key)
        try:
            return store.loads(kept) if kept else None
        except (ValueError, TypeError, IndexError):
            return None  # rendered anew, and kept over it


@lru_cache(maxsize=1)
def engine_version() -> str:
    """A digest of all that decides what a body becomes: our code and that of
    the libraries beneath it."""
    here = Path(__file__).parent
    ours = [file for file in sorted([*here.rglob("*.py"), *here.rglob("*.txt")])
            if file.stem not in ("cache", "workers")]
    return code_version.code_version([*ours, Path(text.__file__), Path(tokenize.__file__)],
                                     ("pygments", "math-core", "mmdr", "nh3"))
