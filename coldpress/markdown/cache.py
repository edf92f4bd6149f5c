"""Rendered Markdown, from the cache or rendered now."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from coldpress import text
from coldpress.cache.build_stamp import state_of_read
from coldpress.cache.checksum import code_version
from coldpress.cache.file_stamps import changed_at
from coldpress.config.options import MarkdownOptions
from coldpress.markdown import store
from coldpress.markdown.rendered import Brief, Rendered
from coldpress.markdown.store import BodyReads, MarkupStore, SearchWords, StoredBody, unpack_words
from coldpress.processes import MakeExecutor
from coldpress.recorder import Key
from coldpress.search import tokenize
from coldpress.text import text_digest

if TYPE_CHECKING:
    from coldpress.markdown.code.fences import RegisteredFence
    from coldpress.markdown.workers import Engine


class Body(NamedTuple):
    """The Markdown of a page: its digest, its language, a function that reads it, and
    whether its author may write any HTML."""

    digest: str
    language: str
    read: Callable[[], str]
    trusted: bool = True
    is_html: bool = False
    """Whether it is HTML, not Markdown."""


RenderBody = Callable[[str, str, str], "StoredBody | None"]
"""Renders a body for the store: gets the path of its source, its language and its text."""
FEW = 200  # bodies, below which one process is as fast
LIBRARIES = ("pygments", "math-core", "mmdr", "nh3")
"""Packages that rendering a body may use."""
_IN_MEMORY = 400  # bodies


class MarkupCache:
    """Renders each body once and keeps the results: the last few in memory, all of them in
    a store that the next build reads.  With `indexed`, their words are kept for the search.

    `fences` has the functions of fences by language; more may be added until the first body is
    rendered.  `code_version` returns the version of the code that registered one, by its owner.
    """

    def __init__(self, store: MarkupStore, options: MarkdownOptions | None = None, *, indexed: bool = True,
                 fences: Mapping[str, RegisteredFence] = MappingProxyType({}),
                 code_version: Callable[[str], str | None] = lambda _: None) -> None:
        self.store = store
        self._fences = fences
        self._code_version = code_version
        self._options = options or MarkdownOptions()
        self._indexed = indexed
        self._last: OrderedDict[str, Rendered] = OrderedDict()
        self._moment = str(time.time_ns())

    def render(self, body: Body, *, keep: bool = True) -> Rendered:
        """Returns a body rendered: from memory, from the store, or rendered now.  Without `keep`
        the result is not kept for later."""
        key = self.key(body)
        rendered = self._last.get(key) or self._stored(key)
        return self._remember(key, rendered) if rendered else self._render_now(body, keep=keep)

    def _render_now(self, body: Body, *, keep: bool = True) -> Rendered:
        started_ns = time.time_ns()
        text = body.read()
        engine = self._html_engine if body.is_html else self._engine
        rendered = engine.render(text, body.language, trusted=body.trusted)
        if not keep or text_digest(text) != body.digest:
            return rendered  # saved again meanwhile: it is not the body of that digest
        stored = store.store_body(rendered, indexed=self._indexed) if rendered.is_settled else None
        if stored and not self._put(body, stored, started_ns):
            return rendered
        return self._remember(self.key(body), rendered)

    def _remember(self, key: str, rendered: Rendered) -> Rendered:
        """Keeps a rendered body in memory, and drops the oldest of too many."""
        self._last[key] = rendered
        if len(self._last) > _IN_MEMORY:
            self._last.popitem(last=False)
        return rendered

    def brief(self, body: Body) -> Brief:
        """Returns the part of a rendered body that other pages show."""
        key = self.key(body)
        if key in self._last:
            return self.render(body).brief
        found = self.store.brief(key)
        try:
            kept = store.deserialize_brief(found) if found is not None else None
        except (ValueError, TypeError, IndexError):
            kept = None
        return kept or self._render_now(body).brief  # not `render`: the brief is to be kept again

    def reads(self, body: Body) -> tuple[Key, ...]:
        """Returns what code of others read to render a body: extensions, functions of fences."""
        return self.brief(body).reads if self._runs_code else ()

    def heading(self, digest: str, read: Callable[[], str], *, keep: bool = True) -> str | None:
        """Returns the text of the heading that is the title of a body with a digest, if it has one."""
        is_native = self._options.engine == "native"
        key = f"{engine_version() if is_native else self._version}-{digest}"
        found = self.store.heading(key)
        if found is None and is_native:
            # Imported here: most builds need no parser.
            from coldpress.markdown.syntax.headings import heading_title  # noqa: PLC0415  (the parser)

            text = read()
            found = heading_title(text) or ""
            if keep and text_digest(text) == digest:
                self.store.put_heading(key, found)
        elif found is None:
            rendered = self.render(Body(digest, "", read), keep=keep)
            found = rendered.title.text if rendered.title else ""
            if keep and rendered.is_settled and not rendered.brief.reads and text_digest(read()) == digest:
                self.store.put_heading(key, found)
        return found or None

    def words(self, body: Body) -> SearchWords:
        """Returns the words of a body."""
        found = self.kept_words(self.key(body))
        if found is None:
            rendered = self._render_now(body)
            found = self.kept_words(self.key(body)) or store.store_body(rendered).words
        return found

    def kept_words(self, key: str) -> SearchWords | None:
        """Returns the words that are kept under a body's key."""
        packed = self.store.words(key)
        try:
            return unpack_words(packed) if packed is not None else None
        except ValueError:
            return None

    def render_ahead(self, bodies: Sequence[Body], jobs: int, make_executor: MakeExecutor | None = None) -> None:
        """Renders those of these bodies that are not kept yet, in `jobs` processes.  If they
        are few, it leaves them to be rendered when they are asked for."""
        if (jobs < 2 and not make_executor) or len(bodies) < FEW:
            return
        kept = self.store.keys()
        missing = {key: body for key, body in ((self.key(body), body) for body in bodies)
                   if key not in kept and not body.is_html}
        if self._local_fence:  # its function is in this process only
            missing = {key: body for key, body in missing.items() if not self._local_fence.search(body.read())}
        if len(missing) >= FEW:
            started_ns = time.time_ns()
            self.store.close()  # no connection may be shared with a forked process
            texts = ((body.language, body.read(), body.trusted) for body in missing.values())
            from coldpress.markdown.workers import render_many  # noqa: PLC0415  (the parser, as above)

            made = render_many(texts, self._options, jobs, make_executor, indexed=self._indexed,
                               fences=self._shared_fences)
            for body, found in zip(missing.values(), made, strict=True):
                if found is not None and found.digest == body.digest:
                    self._put(body, found, started_ns)
            self.store.flush()

    @property
    def worker(self) -> RenderBody | None:
        """A function that another process can call to render the body of a source, before the site is loaded;
        None if more than its text has to be known."""
        if self._runs_code or self._options.jinja or self._options.append:
            return None
        from coldpress.markdown.workers import render_source  # noqa: PLC0415  (the parser, as above)

        return partial(render_source, self._options, self._shared_fences, self._indexed)

    def add(self, source: str, language: str, kept: StoredBody, started_ns: int) -> None:
        """Keeps the body of a source that another process has rendered."""
        self._put(Body(kept.digest, language, str, self._options.trusts(source)), kept, started_ns)

    def trim(self, bodies: Iterable[Body]) -> None:
        """Removes the bodies from the store that have long not been in use."""
        self.store.trim({self.key(body) for body in bodies})

    def key(self, body: Body) -> str:
        """Returns the key under which a body is kept: it changes with all that rendering depends on.

        If code of others read something for a body, its key ends with a digest of the result;
        while what it read is not as it was, with one that nothing is kept under.
        """
        key = self._own_key(body)
        known = self.store.reads(key) if self._runs_code else None
        if known is None:
            return key
        state = self._state_of(known.reads)
        return f"{key}-{known.result if state == known.state else state}"

    def settled_key(self, body: Body) -> str:
        """Returns the same key as `key` does after the body was rendered."""
        if self._runs_code and self.kept_words(self.key(body)) is None:
            self.render(body)
        return self.key(body)

    def _own_key(self, body: Body) -> str:
        """Returns the part of a body's key that is known before it is rendered."""
        is_typeset = self._options.smart and self._options.engine == "native"
        language = body.language.partition("-")[0].lower() if is_typeset else ""
        marks = f"{'' if body.trusted else '-untrusted'}{'-html' if body.is_html else ''}"
        return f"{self._version}-{language}{marks}-{body.digest}"

    def _put(self, body: Body, kept: StoredBody, started_ns: int) -> bool:
        """Keeps a rendered body and notes what code of others read for it.  Does nothing and
        returns False if a file that it read has changed since rendering started."""
        key = self._own_key(body)
        if any(changed_at(str(Path(self._options.base, name))) >= started_ns for kind, name in kept.reads
               if kind in ("file", "included", "folder")):
            return False
        if kept.reads:
            result = text_digest(f"{kept.text} {kept.words}")  # not of `brief`, which has absolute paths
            self.store.put_reads(key, BodyReads(kept.reads, self._state_of(kept.reads), result))
        elif self._runs_code and self.store.reads(key):
            self.store.put_reads(key, None)
        self.store.put(self.key(body), kept)
        return True

    def _state_of(self, reads: Sequence[Key]) -> str:
        """Returns a digest of the present state of what was read.  What can't be compared
        later, such as an answer from the network, is valid as long as this cache."""
        return text_digest(repr([self._state_of_one(*key) for key in reads]))

    def _state_of_one(self, kind: str, name: str) -> str | None:
        if kind == "plugin":
            return self._code_version(name)
        if kind == "config":
            return ""  # the version of the fence's code has all of it
        if kind in ("file", "included", "folder"):
            name = str(Path(self._options.base, name))
        return self._moment if kind == "volatile" else state_of_read(kind, name)

    @cached_property
    def _runs_code(self) -> bool:
        """Whether code of others takes part in rendering."""
        return self._options.engine != "native" or self._local_fence is not None

    @property
    def _shared_fences(self) -> tuple[tuple[str, RegisteredFence], ...]:
        """The functions of fences that can be sent to another process."""
        return tuple((name, fence) for name, fence in sorted(self._fences.items()) if fence.shared)

    @cached_property
    def _local_fence(self) -> re.Pattern[str] | None:
        """Matches the beginnings of fences whose functions run in this process only, and perhaps more."""
        names = [re.escape(name) for name, fence in self._fences.items() if not fence.shared]
        # A language may be written with entities, escapes, and letters of two forms.
        pattern = rf"(?:`{{3}}|~{{3}})[^\n]*(?:\b(?:{'|'.join(names)})(?!\w)|[&\\]|[^\x00-\x7f])"
        return re.compile(pattern, re.I) if names and self._options.engine == "native" else None

    @cached_property
    def _html_engine(self) -> Engine:
        from coldpress.markdown.html.html_body import HtmlRenderer  # noqa: PLC0415  (the parser, as above)

        return HtmlRenderer(self._options)

    @cached_property
    def _engine(self) -> Engine:
        """The Markdown engine, imported when a body must be rendered."""
        from coldpress.markdown.workers import make_engine  # noqa: PLC0415  (the parser, as above)

        return make_engine(self._options, self._fences)

    @cached_property
    def _version(self) -> str:
        """The version of the engine, its options and its extensions."""
        options = f"{self._options.key} {self._indexed} {sorted(self._fences)}"
        if self._options.engine != "native":
            from coldpress.markdown.python_markdown import extensions_version  # noqa: PLC0415  (only where it is used)

            options += f" {extensions_version(self._options)}"
        return f"{engine_version()}-{text_digest(options)[:8]}"

    def _stored(self, key: str) -> Rendered | None:
        kept = self.store.get(key)
        try:
            return store.deserialize(kept) if kept else None
        except (ValueError, TypeError, IndexError):
            return None  # rendered anew, and kept over it


@lru_cache(maxsize=1)
def engine_version() -> str:
    """Returns a digest of the code that renders bodies: ours, that of our plugins, and the
    versions of the libraries that it uses."""
    here, plugins = Path(__file__).parent, Path(__file__).parents[1] / "plugins"
    ours = [file for file in sorted([*here.rglob("*.py"), *here.rglob("*.txt"), *plugins.rglob("*.py")])
            if file.stem not in ("cache", "workers")]
    return code_version([*ours, Path(text.__file__), Path(tokenize.__file__)], LIBRARIES)
