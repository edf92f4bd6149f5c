"""Stores rendered Markdown in `.coldpress/`; serializes `Rendered`."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from coldpress.cache.database import Database, TableSchema, Transaction
from coldpress.markdown.rendered import (
    Brief,
    Component,
    Flaw,
    Fragment,
    Heading,
    Link,
    Part,
    Picture,
    Rendered,
    TextSection,
    Title,
    flat_headings,
)
from coldpress.recorder import Key
from coldpress.search.tokenize import weigh

_TABLES = {
    "markup": TableSchema("key, value"), "briefs": TableSchema("key, brief"), "words": TableSchema("key, words"),
    "headings": TableSchema("key, heading"), "reads": TableSchema("key, reads")}
_BODY_TABLES = ("markup", "briefs", "words")
_TEXT_TABLES = ("headings", "reads")
_SPARE_ROWS = 2_000  # rows that are kept in addition to those that the last build used
_BATCH = 500  # rows that are written in one transaction


class SearchWords(NamedTuple):
    """The data of a body for search: its weighted tokens, and its plain text by sections."""

    tokens: str
    sections: tuple[TextSection, ...]


class StoredBody(NamedTuple):
    """One rendered body as the store keeps it: `value` has all but its text, `packed_words`
    has its text and the words of it, both compressed; `brief` is what other pages need.  A
    result of another process also has the `digest` of its body and what an extension read
    (`reads`)."""

    value: bytes
    brief: str
    packed_words: bytes
    digest: str = ""
    reads: tuple[Key, ...] = ()

    @classmethod
    def of(cls, rendered: Rendered, tokens: str, digest: str) -> StoredBody:
        """Serializes a rendered body; `tokens` are its weighted words."""
        brief = serialize_brief(rendered.brief)
        sections = _to_json([[section.id, section.heading, section.text] for section in rendered.sections])
        return cls(_compress(f"{serialize(rendered)}\0{brief}"), brief,
                   _compress(f"{tokens}\0{sections}"), digest, rendered.brief.reads)

    @property
    def text(self) -> str:
        """Returns the serialized body without its brief; raises `ValueError` if it is damaged."""
        return _decompress(self.value).partition("\0")[0]

    @property
    def words(self) -> SearchWords:
        """Returns the words for search; raises `ValueError` if they are damaged."""
        return unpack_words(self.packed_words)


class BodyReads(NamedTuple):
    """The reads of an extension while it rendered a body, a digest of their state at that
    time, and a digest of the result."""

    reads: tuple[Key, ...]
    state: str
    result: str


def unpack_words(packed: bytes) -> SearchWords:
    """Decompresses stored words; raises `ValueError` if they are damaged."""
    tokens, _, sections = _decompress(packed).partition("\0")
    return SearchWords(tokens, tuple(TextSection(*section) for section in json.loads(sections)))


def _compress(text: str) -> bytes:
    return zlib.compress(text.encode(), 1)


def _decompress(data: bytes) -> str:
    try:
        return zlib.decompress(data).decode()
    except (zlib.error, TypeError) as reason:
        raise ValueError(str(reason)) from None


class MarkupStore:
    """The store of the rendered bodies of one site, by key."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder, "markup.sqlite", _TABLES)
        self._lock = threading.Lock()
        self._pending: dict[str, StoredBody] = {}
        self._used: set[str] = set()
        self._texts = {table: _TextTable(self._database, table) for table in _TEXT_TABLES}

    @property
    def note(self) -> str | None:
        """Returns what was wrong with the file, or None."""
        return self._database.note

    def get(self, key: str) -> bytes | None:
        """Returns the serialized body that is stored under a key."""
        self._used.add(key)
        pending = self._pending.get(key)
        if pending:
            return pending.value
        found: bytes | None = self._kept("markup", key)
        return found

    def brief(self, key: str) -> str | None:
        """Returns the brief that is stored under a key."""
        self._used.add(key)
        pending = self._pending.get(key)
        if pending:
            return pending.brief
        found: str | None = self._kept("briefs", key)
        return found

    def words(self, key: str) -> bytes | None:
        """Returns the compressed words that are stored under a key."""
        self._used.add(key)
        pending = self._pending.get(key)
        if pending:
            return pending.packed_words
        found: bytes | None = self._kept("words", key)
        return found

    def heading(self, key: str) -> str | None:
        """Returns the title heading of a body that is kept under a key: empty if the
        body has none, None if the key is unknown."""
        self._used.add(key)
        return self._texts["headings"].get(key)

    def put_heading(self, key: str, heading: str) -> None:
        """Keeps a title heading under a key; it is on disk after `flush`."""
        with self._lock:
            self._texts["headings"].put(key, heading)

    def reads(self, key: str) -> BodyReads | None:
        """Returns what an extension read when it last rendered the body with a key; None for nothing."""
        self._used.add(key)
        found = self._texts["reads"].get(key)
        try:
            reads, state, result = json.loads(found or "null")
            return BodyReads(tuple((kind, name) for kind, name in reads), state, result)
        except (ValueError, TypeError):
            return None

    def put_reads(self, key: str, reads: BodyReads | None) -> None:
        """Keeps what an extension read under a body's key; it is on disk after `flush`."""
        with self._lock:
            self._used.add(key)
            self._texts["reads"].put(key, _to_json([reads.reads, reads.state, reads.result]) if reads else "")

    def keys(self) -> set[str]:
        """Returns all keys."""
        return set(self._database.keys("markup")) | self._pending.keys()

    def put(self, key: str, kept: StoredBody) -> None:
        """Stores a body under a key; it is on disk after `flush`."""
        with self._lock:
            self._used.add(key)
            self._pending[key] = kept
            if len(self._pending) >= _BATCH:
                self._write()

    def flush(self) -> None:
        """Writes pending bodies to disk."""
        with self._lock:
            self._write()

    def trim(self, used: set[str]) -> None:
        """Removes the oldest bodies that neither this build nor `used` needs, except for a number of spare ones."""
        self._database.write(lambda transaction: _drop_oldest(transaction, self._used | used))

    def close(self) -> None:
        """Writes pending bodies to disk and closes the file."""
        self.flush()
        self._database.close()

    def _write(self) -> None:
        if self._pending:
            pending = sorted(self._pending.items())
            self._database.write(lambda transaction: _write_bodies(transaction, pending))
            self._pending.clear()
        for texts in self._texts.values():
            texts.flush()

    def _kept(self, table: str, key: str) -> Any:
        row = self._database.get(table, key)
        return row[1] if row else None


class _TextTable:
    """A table of short texts by key; all are read when the first one is needed."""

    def __init__(self, database: Database, table: str) -> None:
        self._database = database
        self._table = table
        self._rows: dict[str, str] | None = None
        self._pending: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """Returns the text under a key."""
        if self._rows is None:
            self._rows = dict(self._database.select(self._table))
        return self._rows.get(key)

    def put(self, key: str, text: str) -> None:
        """Stores a text under a key."""
        if self.get(key) != text:
            assert self._rows is not None, "`get` read it"
            self._rows[key] = self._pending[key] = text

    def flush(self) -> None:
        """Writes the texts that are new."""
        if self._pending:
            pending = sorted(self._pending.items())
            self._database.write(lambda transaction: transaction.put(self._table, pending))
            self._pending.clear()


def _write_bodies(transaction: Transaction, pending: Sequence[tuple[str, StoredBody]]) -> None:
    transaction.put("markup", [(key, kept.value) for key, kept in pending])
    transaction.put("briefs", [(key, kept.brief) for key, kept in pending])
    transaction.put("words", [(key, kept.packed_words) for key, kept in pending])


def _drop_oldest(transaction: Transaction, used: set[str]) -> None:
    """Removes the oldest rows that are not used."""
    for named, tables in (("markup", _BODY_TABLES), *((table, (table,)) for table in _TEXT_TABLES)):
        keys = [key for (key,) in transaction.fetch(f"SELECT key FROM {named} ORDER BY rowid")]
        gone = [key for key in keys if key not in used]
        if len(keys) - len(used) - _SPARE_ROWS > 0:
            for table in tables:
                transaction.drop(table, gone[:len(gone) - _SPARE_ROWS])


def store_body(rendered: Rendered, digest: str = "", *, indexed: bool = True) -> StoredBody:
    """Serializes a rendered body for the store; `indexed` adds its words for search."""
    text = "\n".join(f"{section.heading}\n{section.text}" for section in rendered.sections)
    words = weigh(text, headings_of(rendered)) if indexed else ""
    return StoredBody.of(rendered, words, digest)


def headings_of(rendered: Rendered) -> list[str]:
    """Returns the texts of the headings of a body; the heading that may be its title comes first."""
    return [*([rendered.title.text] if rendered.title else []),
            *(heading.title for heading in flat_headings(rendered.toc))]


def serialize(rendered: Rendered) -> str:
    """Serializes a rendered body as compact JSON, without its brief and its sections."""
    title = rendered.title
    return _to_json([
        _dump_parts(rendered.html), _dump_title(title) if title else None,
        [_dump_heading(heading) for heading in rendered.toc], rendered.anchors, rendered.words, rendered.cjk,
        [[flaw.code, flaw.message, flaw.line, flaw.column, flaw.length, flaw.hint, flaw.severity]
         for flaw in rendered.flaws],
    ])


def serialize_brief(brief: Brief) -> str:
    """Serializes a brief as compact JSON."""
    return _to_json([_dump_parts(brief.summary), brief.text, brief.has_more, brief.links, brief.reads,
                     brief.minutes])


def deserialize(value: bytes) -> Rendered:
    """Deserializes a body, without its sections.  Raises `ValueError`, `TypeError` or `IndexError`
    for other data."""
    text, _, brief = _decompress(value).partition("\0")
    html, title, toc, anchors, words, cjk, flaws = json.loads(text)
    made = _load_title(*title) if title else None
    return Rendered(
        html=_load_fragment(html, made), brief=deserialize_brief(brief), title=made,
        toc=tuple(_load_heading(heading) for heading in toc), anchors=tuple(anchors), words=words, cjk=cjk,
        flaws=tuple(Flaw(*flaw) for flaw in flaws))


def deserialize_brief(text: str) -> Brief:
    """Deserializes a brief; raises the errors of `deserialize`."""
    summary, plain, has_more, links, reads, minutes = json.loads(text)
    return Brief(_load_fragment(summary, None), plain, has_more, tuple(links),
                 tuple((kind, name) for kind, name in reads), minutes)


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _dump_parts(fragment: Fragment) -> list[Any]:
    """Returns a text as a string, a slot as a list, the place of the title as 0."""
    return [part if isinstance(part, str) else 0 if isinstance(part, Title) else _dump_link(part)
            if isinstance(part, Link) else _dump_picture(part) if isinstance(part, Picture) else _dump_component(part)
            for part in fragment.parts]


def _dump_title(title: Title) -> list[Any]:
    return [title.id, title.text, title.written, title.lines, _dump_parts(title.html)]


def _load_title(name: str, text: str, written: str, lines: list[int] | None, html: list[Any]) -> Title:
    return Title(name, text, written, (lines[0], lines[1]) if lines else None, _load_fragment(html, None))


def _dump_link(link: Link) -> list[Any]:
    return [link.kind, link.target, link.line, link.column, link.length]


def _dump_picture(picture: Picture) -> list[Any]:
    return ["picture", _dump_link(picture.link), picture.attributes, picture.is_linked, picture.is_early]


def _load_picture(link: list[Any], attributes: list[list[Any]], is_linked: bool, is_early: bool) -> Picture:
    return Picture(Link(*link), tuple((name, value) for name, value in attributes), is_linked, is_early)


def _dump_component(made: Component) -> list[Any]:
    attributes = [[name, value if isinstance(value, str) else _dump_link(value)] for name, value in made.attributes]
    return ["component", made.name, made.kind, made.number, attributes, _dump_parts(made.title), _dump_parts(made.body),
            made.before, made.after, made.line, made.column, made.is_early]


def _load_component(parts: list[Any], title: Title | None) -> Component:
    _, name, kind, number, attributes, label, body, *rest = parts
    return Component(
        name, kind, number,
        tuple((key, value if isinstance(value, str) else Link(*value)) for key, value in attributes),
        _load_fragment(label, None), _load_fragment(body, title), *rest)


def _load_fragment(parts: list[Any], title: Title | None) -> Fragment:
    made: list[Part] = []
    for part in parts:
        if isinstance(part, str):
            made.append(part)
        elif part == 0:
            if title is None:
                raise ValueError("there is no title to put here")
            made.append(title)
        elif part[0] == "component":
            made.append(_load_component(part, title))
        elif part[0] == "picture":
            made.append(_load_picture(*part[1:]))
        else:
            made.append(Link(*part))
    return Fragment(tuple(made))


def _dump_heading(heading: Heading) -> list[Any]:
    return [heading.level, heading.id, heading.title, [_dump_heading(child) for child in heading.children]]


def _load_heading(parts: list[Any]) -> Heading:
    level, name, title, children = parts
    return Heading(level, name, title, tuple(_load_heading(child) for child in children))
