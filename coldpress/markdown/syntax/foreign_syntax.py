"""Syntax of other generators: wikilinks and embeds of Obsidian, and template tags, which are shown as text."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from coldpress.markdown.html.source_map import Locator
from coldpress.markdown.parser import link_parser
from coldpress.markdown.parser.blocks import BlockParser, Line, StartResult
from coldpress.markdown.rendered import Flaw
from coldpress.markdown.tree import EMBED, PAGE_LINK, ComponentElement, ForeignTag, RawHtml, Verbatim, group
from coldpress.text import lazy_re_compile

_TAG = lazy_re_compile(
    r"[{<](?:(?<=\{)(?:\{[<%]-?\s*/?\s*(?P<hugo>[\w./-]+)|%-?\s*(?P<liquid>[a-z]\w*)|\*(?P<include>[ \t]*[\w./-]+)"
    r"|\{-?[ \t]*(?P<output>(?:page|site|post)\.[\w.]*\w))"
    r"|(?<=<)(?<![\w)]<)(?P<close>/?)(?P<jsx>[A-Z][A-Z0-9]*[a-z.][A-Za-z0-9.]*)(?P<more>\s+[\w-]+=|\s+\{|\s*/>)?)")
_QUOTE = "[\"'“”„«»‚‘’]"  # typography may have replaced the quotes
_IMPORT = re.compile(
    rf"(?:import|export)\s[\w{{}}*, ]+?(?=\sfrom\s+{_QUOTE})|import(?=\s+{_QUOTE}[\w./@-]+{_QUOTE}\s*;)")
_ORIGINS = {"hugo": "a shortcode of Hugo or Zola", "liquid": "a tag of Jekyll or Hexo",
            "output": "a value of Liquid or Jinja", "jsx": "a component of MDX", "import": "an import of MDX",
            "include": "a file shown by FastAPI's `mdx_include`", "api": "API docs of mkdocstrings"}
_API = re.compile(r"^:{3,}[ ]?[A-Za-z_]\w*(?:\.\w+)+", re.M)  # `::: package.module`
_VERBATIM = frozenset(["code", "pre", "math"])
_MAX_NAMED = 4  # names in a message


_MARKS = ("{", "<", "&", "import", "export", ":::")  # one is in every source that has foreign syntax


def find_leftovers(root: Element, source: str, locator: Locator) -> Iterator[Flaw]:
    """Yields one warning for each kind of foreign syntax in a tree that was made from `source`, at its first
    occurrence."""
    if not any(mark in source for mark in _MARKS):
        return
    found: dict[str, dict[str, str]] = {}
    components: set[str] = set()
    texts: list[str] = []
    _collect_texts(root, texts)
    for text in texts:
        for tag in _TAG.finditer(text):
            kind = next(kind for kind in _ORIGINS if kind in tag.groupdict() and tag[kind])
            name = tag[0] if kind == "include" else tag[kind]
            found.setdefault(kind, {}).setdefault(name, f"<{name}" if kind == "jsx" else tag[0])
            if tag["close"] or tag["more"]:
                components.add(tag["jsx"])
    for paragraph in root:
        statement = _IMPORT.match(paragraph.text or "") if paragraph.tag == "p" else None
        if statement:
            found.setdefault("import", {}).setdefault(statement[0], statement[0])
        for name in _API.findall(paragraph.text or "") if paragraph.tag == "p" else ():
            found.setdefault("api", {}).setdefault(name, name)
    # A tag without an end tag and attributes is a placeholder, such as `<Username>`.
    found["jsx"] = {name: written for name, written in found.get("jsx", {}).items() if name in components}
    for kind, names in found.items():
        if not names:
            continue
        line, column = locator.find_text(next(iter(names.values())))
        told = ", ".join(f"`{name.strip()}`" for name in list(names)[:_MAX_NAMED]) if kind != "import" else "this line"
        more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
        instead = ("write the value itself, or set `markdown: {jinja: true}`" if kind == "output" else
                   "a source makes pages of API docs" if kind == "api" else
                   "write it in Markdown, or make it a `:::component`")
        yield Flaw("markup.leftover", f"{told}{more}: {_ORIGINS[kind]}", line, column, 1,
                   f"it is shown as text; {instead}")


def _collect_texts(element: Element, texts: list[str]) -> None:
    """Adds the texts of an element in which foreign syntax stands, perhaps."""
    text = element.text
    if text and ("{" in text or "<" in text) and type(text) is not Verbatim and not isinstance(text, RawHtml):
        texts.append(text)
    for child in element:
        if child.tag not in _VERBATIM:
            _collect_texts(child, texts)
        tail = child.tail
        if tail and ("{" in tail or "<" in tail):
            texts.append(tail)


_PAIRS = (("{{<", ">}}"), ("{{%", "%}}"), ("{{", "}}"), ("{%", "%}"), ("{*", "*}"))
_MAX_TAG = 2000
_IS_TAG = lazy_re_compile(r"\{\{[<%]|\{%-?[ \t\n]*[a-z]|\{\{(?:[^{}\n]|\{[^{}\n]*\})+\}\}\Z"
                     r"|\{\*[ \t]*[\w./-]+\.\w+[^*]*\*\}\Z")
_SCHEME = re.compile("(?:https?|ftp)://", re.I)


def foreign_tag_at(text: str, at: int, endless: set[str]) -> tuple[list[Element], int] | None:
    """Returns the template tag at an offset as elements, and its end.  `endless` collects the openings that have
    no end in this text, so that each is searched once."""
    for begin, end in _PAIRS:
        if text.startswith(begin, at):
            stop = -1 if begin in endless else text.find(end, at + len(begin))
            if stop < 0:
                endless.add(begin)
            elif stop - at < _MAX_TAG and _IS_TAG.match(tag := text[at:stop + len(end)]):
                return list(_linked(tag)), stop + len(end)
    return None


def _linked(tag: str) -> Iterator[Element]:
    """Yields the elements of a template tag: its text, with bare URLs as links."""
    at = 0
    for found in _SCHEME.finditer(tag):
        url = link_parser.bare_url_at(tag, found.start()) if found.start() >= at else None
        if url:
            yield group(ForeignTag(tag[at:found.start()]))
            yield link_parser.link_element(*url[:2])
            at = url[2]
    yield group(ForeignTag(tag[at:]))


_WIKILINK = re.compile(r"\[\[(?!(?:TOC|toc)\]\])([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,200}))?\]\](?![(\[])")
_PAGE_NAME = re.compile(r"[^\W\d_]|\d{4}-\d\d")  # `[[1, 2]]` is a matrix, `[[2026-01-31]]` is a daily note
_TOML = re.compile(r"\n[ \t]*[\w-]+[ \t]*=[ \t]")  # follows `[[item]]` that is a table in TOML, in a shortcode


def wikilink_at(text: str, at: int) -> tuple[str, ComponentElement, int] | None:
    """Returns the wikilink at an offset of a text: the name in it, its element and its end.  If no
    page has this name, the element is shown as text."""
    found = _WIKILINK.match(text, at)
    if not found or not _PAGE_NAME.search(found[1]) or _TOML.match(text, found.end()):
        return None
    name = found[1].strip()
    element = ComponentElement(PAGE_LINK, "inline", {"to": f"[[{name}]]"}, found[0])
    element.append(group((found[2] or name.replace("#", " › ").strip(" ›")).strip()))
    return found[1], element, found.end()


_EMBED = re.compile(r"!\[\[(?P<name>[^\[\]|\n]{1,200})(?P<more>(?:\|[^\[\]|\n]{0,200})*)\]\](?![(\[])")
MEDIA_KINDS = {
    **dict.fromkeys(("apng", "avif", "bmp", "gif", "ico", "jpeg", "jpg", "png", "svg", "webp"), "image"),
    **dict.fromkeys(("3gp", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav"), "audio"),
    **dict.fromkeys(("m4v", "mkv", "mov", "mp4", "ogv", "webm"), "video"), "pdf": "pdf"}
"""The kind of media of a file, by its extension."""


def media_kind(name: str) -> str | None:
    """Returns the kind of media for the name of a file; None if the name is that of a note."""
    return MEDIA_KINDS.get(posixpath.splitext(name.partition("#")[0].strip())[1].lstrip(".").lower())


def embed_at(text: str, at: int) -> tuple[ComponentElement, int] | None:
    """Returns the embed at an offset of a text, and its end."""
    found = _EMBED.match(text, at)
    return (_element(found, "inline"), found.end()) if found and found["name"].strip() else None


def start_embed(blocks: BlockParser, line: Line) -> StartResult:
    """Adds an embedded note that stands on a line of its own."""
    found = _EMBED.fullmatch(line.text.rstrip(" \t"))
    if not found or not found["name"].strip() or media_kind(found["name"]):
        return StartResult.NO_MATCH
    element = _element(found, "leaf")
    element.place = line.number, line.column + line.indent + 1
    return blocks.add_block(element)


def _element(found: re.Match[str], kind: str) -> ComponentElement:
    element = ComponentElement(EMBED, kind, {"to": f"[[{found['name'].strip()}]]", "more": found["more"]}, found[0])
    element.append(group())
    return element
