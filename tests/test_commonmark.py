"""CommonMark's own examples.

Their text is under another licence and not in this repository: `.ci/run` gets it
from npm and names its folder in COLDPRESS_COMMONMARK.
"""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import SubElement

import pytest
from conftest import missing
from html5lib._tokenizer import HTMLTokenizer
from html5lib.constants import tokenTypes

from coldpress.markdown.parser.block_rules import BLOCK_STARTS
from coldpress.markdown.parser.blocks import BlockParser
from coldpress.markdown.parser.inlines import InlineParser
from coldpress.markdown.parser.link_parser import ReferenceDefinitions, unescape
from coldpress.markdown.tree import SourceText, to_html

SPEC = os.environ.get("COLDPRESS_COMMONMARK")
UNKNOWN_TAG = "what is no element of HTML is text: `<name>` is meant to be read"
BARE = "a bare URL or address is a link, as on GitHub"
PAGE = "`[[name]]` is a link to the page of that name, and text where there is none"
HALF_TAG = "a tag that never ends is text: it would swallow what follows"
CHOSEN = {
    156: HALF_TAG, 157: HALF_TAG, 158: HALF_TAG,
    173: "an element that is never closed is closed: it would swallow what follows",
    201: UNKNOWN_TAG, 491: UNKNOWN_TAG, 524: UNKNOWN_TAG, 536: UNKNOWN_TAG,
    163: UNKNOWN_TAG, 548: PAGE, 590: PAGE, 613: UNKNOWN_TAG, 614: UNKNOWN_TAG, 615: UNKNOWN_TAG, 623: UNKNOWN_TAG,
    602: BARE, 606: BARE, 608: BARE, 611: BARE, 612: BARE,
}
"""The examples we differ from, and why."""
BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "figure", "footer", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "iframe", "li", "main", "nav", "ol", "p", "pre", "script",
    "section", "style", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"])
TOKENS = {tokenTypes[name]: kind for name, kind in [
    ("Characters", "text"), ("SpaceCharacters", "text"), ("StartTag", "begin"), ("EmptyTag", "begin"),
    ("EndTag", "end"), ("Comment", "comment"), ("Doctype", "doctype")]}


@pytest.fixture(scope="module")
def examples():
    """The examples: number to Markdown and HTML."""
    if not SPEC:
        missing("COLDPRESS_COMMONMARK does not name the folder with CommonMark's spec.txt")
    text = (Path(SPEC) / "spec.txt").read_text("utf-8").replace("→", "\t")
    found = re.findall(r"^`{10,} example\n(.*?)^\.\n(.*?)^`{10,}$", text, re.M | re.S)
    return dict(enumerate(found, 1))


def test_every_example_but_those_we_chose_is_as_commonmark_has_it(examples):
    assert len(examples) == 652
    differing = {number for number, (body, expected) in examples.items()
                 if normalized(rendered(body)) != normalized(expected)}
    print(f"{len(examples) - len(differing)} of {len(examples)} examples")  # noqa: T201
    assert differing == set(CHOSEN)
    assert len(examples) - len(differing) >= 0.78 * len(examples)


def rendered(body):
    """What CommonMark knows: blocks and inline marks, without what a page adds."""
    references = ReferenceDefinitions()
    root = BlockParser(BLOCK_STARTS, references.strip_definitions).parse(body)
    inlines = InlineParser(references, lambda label: None)
    for element in list(root.iter()):
        if isinstance(element.text, SourceText):
            text, element.text = element.text, None
            inlines.read(text, element)
    for element in list(root.iter()):
        if element.tag == "pre":
            put_code(element)
        for name in ("href", "src"):
            if name in element.attrib:
                element.set(name, quote(element.attrib[name], safe="/!$&'()*+,;=:@-._~#?%"))
    return to_html(root)


def put_code(element):
    """A code block as CommonMark writes it."""
    text, words = element.text, unescape(element.attrib.pop("info")).split()
    element.attrib.clear()  # its place
    element.text = None
    code = SubElement(element, "code", {"class": f"language-{words[0]}"} if words else {})
    code.text = f"{text}\n" if text else text


def normalized(text):
    """HTML as a list of tags and texts, without what a reader cannot see."""
    parts, in_pre = [""], False
    for token in HTMLTokenizer(text):
        kind = TOKENS.get(token["type"])
        if kind == "text":
            data = token["data"] if in_pre else re.sub(r"\s+", " ", token["data"])
            parts.append(html.escape(data.lstrip() if parts[-1] == "" and not in_pre else data))
        elif kind in ("begin", "end"):
            is_block = token["name"] in BLOCKS
            if is_block and not in_pre:
                parts[-1] = parts[-1].rstrip()
            if token["name"] == "pre":
                in_pre = kind == "begin"
            attributes = sorted(dict(token["data"]).items()) if kind == "begin" else ""
            # Spaces that follow a block's tag say nothing.
            parts += [f"<{kind} {token['name']} {attributes}>", *([""] if is_block and not in_pre else [])]
        elif kind:
            parts.append(f"<{kind} {token.get('data') or token.get('name')}>")
    return "".join(parts).strip()
