"""What a Markdown text should look like: the blocks and the words that comrak,
GitHub's Markdown in Rust, makes of it, and what plain Python-Markdown does."""

from __future__ import annotations

import difflib
import email
import email.policy
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from itertools import takewhile
from pathlib import Path

import comrak
import markdown

from coldpress.content.pictures import plain_image
from coldpress.markdown.native import Renderer
from coldpress.markdown.rendered import Component, Fragment, Link, Picture, Title
from coldpress.markdown.tree import is_known_element

PLAIN = ["tables", "footnotes", "def_list", "abbr", "attr_list", "md_in_html", "toc", "admonition", "sane_lists",
         "pymdownx.superfences", "pymdownx.tasklist", "pymdownx.tilde", "pymdownx.caret"]
"""The extensions a careful author gives Python-Markdown."""
FOREIGN = re.compile(r"\{\{[<%]|\{%")
"""Tags of other generators, which authors have replaced by something."""
Block = tuple[int, str, str]
_KINDS = frozenset(["ul", "ol", "li", "pre", "table", "tr", "blockquote", "h"])
_INLINE = frozenset(["a", "br", "code", "del", "em", "img", "strong"])
_SHORT_HOST = re.compile(r"https?://[^./]+(?:/|\Z)")  # GitHub links `http://localhost`, comrak does not
_NESTING = frozenset(["ul", "ol", "blockquote"])
_APART = _KINDS | {"p", "div", "br", "td", "th", "dt", "dd", "summary"}
_TAG = re.compile(r"</?([a-zA-Z][\w-]*)[^<>]*>")


@dataclass(frozen=True)
class Text:
    """A Markdown text and where it is from."""

    name: str
    body: str


@dataclass(frozen=True)
class Difference:
    """How far a text is from what comrak makes of it, in blocks."""

    text: Text
    ours: int
    plain: int
    first: str

    def __str__(self) -> str:
        return f"{self.text.name}: {self.ours} blocks (Python-Markdown: {self.plain}): {self.first}"


class Outline(HTMLParser):
    """The blocks of an HTML text: depth in lists and quotes, kind, own words."""

    def __init__(self, text: str, *, with_formulas: bool) -> None:
        super().__init__(convert_charrefs=True)
        # Marks of formulas are no words; where there are none, a backslash too many is a fault.
        self._unseen = re.compile(r"[\s↩\u200b$\\]+" if with_formulas else r"[\s↩\u200b]+")
        self._blocks: list[tuple[int, str, list[str]]] = [(0, "", [])]
        self._depth = 0
        self._hidden = 0
        self._in_notes = False
        self.feed(text)
        self.close()

    @property
    def blocks(self) -> list[Block]:
        return [(depth, kind, self._unseen.sub("", "".join(words))) for depth, kind, words in self._blocks]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        kind = "h" if re.fullmatch("h[1-6]", tag) else tag
        names = dict(attributes)
        self._hidden += tag in ("script", "style", "figcaption")
        if tag in ("section", "div") and ("footnote" in (names.get("class") or "") or "data-footnotes" in names):
            self._in_notes = True
        if kind in _KINDS and not self._in_notes:
            self._blocks.append((self._depth, kind, []))
        elif tag in _INLINE and not self._in_notes and not self._hidden and not _SHORT_HOST.match(
                names.get("href") or ""):
            self._blocks[-1][2].append(f"<{tag}>")
        self._depth += kind in _NESTING

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "figcaption") and self._hidden > 0
        self._depth = max(0, self._depth - (tag in _NESTING))

    def handle_data(self, data: str) -> None:
        if not self._hidden and not self._in_notes:
            self._blocks[-1][2].append(data)


@cache
def options() -> tuple[comrak.ExtensionOptions, comrak.RenderOptions]:
    """GitHub's Markdown; emphasis in Chinese as authors expect it."""
    extensions, render = comrak.ExtensionOptions(), comrak.RenderOptions()
    for name in ("table", "strikethrough", "autolink", "tasklist", "footnotes", "alerts", "shortcodes",
                 "cjk_friendly_emphasis"):
        setattr(extensions, name, True)
    render.unsafe_ = True
    return extensions, render


def by_comrak(body: str) -> list[Block]:
    """The blocks of a text on GitHub; what is no element of HTML is text, as with us."""
    extensions, render = options()
    shown = comrak.render_markdown(body, extension_options=extensions, render_options=render)
    return outline(_TAG.sub(lambda tag: tag[0] if is_known_element(tag[1]) else html.escape(tag[0]), shown), body)


def by_us(body: str, renderer: Renderer) -> list[Block]:
    """The blocks of a text on our page."""
    return outline(filled(renderer.render(body).html), body)


def by_python_markdown(body: str) -> list[Block]:
    """The blocks of a text by Python-Markdown with its usual extensions."""
    return outline(markdown.markdown(body, extensions=PLAIN), body)


def filled(fragment: Fragment) -> str:
    """The HTML of a page's body, its title in its place."""
    parts = []
    for part in fragment.parts:
        if isinstance(part, Link):
            part = html.escape(part.target)
        elif isinstance(part, Picture):
            part = plain_image(dict(part.attributes), part.link.target)
        elif isinstance(part, Title):
            part = f"<h1>{filled(part.html)}</h1>"
        elif isinstance(part, Component):  # as if no template knew its name
            part = f"{part.before}{filled(part.body)}{part.after}"
        parts.append(part)
    return "".join(parts)


def outline(shown: str, body: str) -> list[Block]:
    return Outline(shown, with_formulas=re.search(r"\$|\\[(\[]", body) is not None).blocks


def distance(ours: list[Block], theirs: list[Block]) -> int:
    """How many blocks differ."""
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    return sum(max(to - at, other_to - other_at)
               for kind, at, to, other_at, other_to in matcher.get_opcodes() if kind != "equal")


def difference(text: Text, renderer: Renderer) -> Difference | None:
    """How a text differs from what comrak makes of it; None when it does not."""
    ours, theirs = by_us(text.body, renderer), by_comrak(text.body)
    if ours == theirs:
        return None
    pairs = zip([*ours, None], [*theirs, None], strict=False)
    mine, other = next((mine, other) for mine, other in pairs if mine != other)
    plain = distance(by_python_markdown(text.body), theirs)
    return Difference(text, distance(ours, theirs), plain, f"{short(mine, other)} instead of {short(other, mine)}")


def short(block: Block | None, other: Block | None) -> str:
    """A block, from a little before the place where it differs."""
    if block is None:
        return "nothing"
    same = takewhile(lambda pair: pair[0] == pair[1], zip(block[2], other[2] if other else "", strict=False))
    start = sum(1 for _ in same)
    return f"{block[1]}@{block[0]} {block[2][max(0, start - 20):start + 40]!r}"


def without_front_matter(text: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return re.sub(r"\A\s*(---|\+\+\+)\n.*?\n(---|\+\+\+|\.\.\.)[ \t]*(\n|\Z)", "", text, flags=re.S)


def corpus_texts(folder: Path) -> list[Text]:
    """All Markdown of the corpora."""
    return distinct(read(sorted(folder.rglob("*.md")), folder))


def folder_texts(root: Path, most: int) -> list[Text]:
    """The Markdown below a folder, READMEs in the metadata of Python packages
    too; of many, always the same ones."""
    files = [file for pattern in ("*.md", "METADATA") for file in root.rglob(pattern)]
    files.sort(key=lambda file: sha256(str(file.relative_to(root)).encode()).digest())
    return distinct(read(files, root), most)


def read(files: Iterable[Path], root: Path) -> Iterator[Text]:
    for file in files:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if file.name == "METADATA":
            message = email.message_from_string(text, policy=email.policy.compat32)
            is_markdown = "markdown" in (message["Description-Content-Type"] or "")
            text = str(message.get_payload()) if is_markdown else ""
        yield Text(file.relative_to(root).as_posix(), without_front_matter(text))


def distinct(texts: Iterable[Text], most: int = 1_000_000) -> list[Text]:
    seen: dict[str, Text] = {}
    for text in texts:
        if text.body.strip():
            seen.setdefault(text.body, text)
        if len(seen) == most:
            break
    return list(seen.values())
