"""Any text at all: nothing is raised, and what is made of it is HTML that a
browser takes as it stands."""

from __future__ import annotations

import os

import html5lib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coldpress.markdown.html.html_repair import repair
from coldpress.markdown.native import Renderer
from coldpress.markdown.rendered import Link

RENDERER = Renderer()
MARKDOWN = [
    "a", "b c", "1", " ", "  ", "    ", "\t", "\n", "\n\n", "\0", "字", "。", "é", "*", "**", "***", "_", "__", "~",
    "~~", "==", "^", "^^", "`", "``", "```", "~~~", "#", "## ", "===", "---", "***\n", "- ", "* ", "+ ", "1. ", "2) ",
    "> ", ">", "[", "]", "(", ")", "![", "](", "](u)", "[a]", "[a]: /u\n", "[^a]", "[^a]: ", "[ ] ", "[x] ", "|",
    "|-|", "|a|b|\n", "|-|-|\n", ": ", ":::", "::: a\n", ":+1:", "{", "}", "{: .c }", "{#i}", "!!! note\n",
    "??? note\n", "=== \"t\"\n", "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\", "&", "&amp;", "&copy", "&#0;",
    "<http://a.b>", "http://a.b", "www.a.b", "x@y.zz", "*[a]: b\n", "[TOC]\n", "[!NOTE]\n", "<!-- more -->", "'", "\"",
    "\r", "\r\n", "\u2028", "\x0b", "\x1b"]
NAMES = [
    "a", "b", "i", "em", "span", "code", "kbd", "p", "div", "pre", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr",
    "td", "th", "h2", "h3", "blockquote", "details", "section", "br", "hr", "img", "sub", "x-y"]
TAGS = [tag for name in NAMES for tag in (f"<{name}>", f"</{name}>")]
BITS = [
    "<", ">", "/>", "</", "<!", "<?", "<!--", "-->", "<![CDATA[", "]]>", "<a href=\"u\">", "<a name='x'/>",
    "<img src=x>", "<div class=\"", "<div markdown>", "<div markdown=\"1\">\n", "<p align=center>\n", "<b", "<div\n",
    "<script>", "</script>", "<style>", "</style>", "<textarea>", "</textarea>", "<unknown>", "<div/>", "<br/>",
    "=\"x\"", "\"", "'"]
texts = st.lists(st.sampled_from(MARKDOWN), max_size=25).map("".join)
mixed = st.lists(st.sampled_from(MARKDOWN + TAGS + BITS), max_size=25).map("".join)
soup = st.lists(st.sampled_from(["a", " ", "\n", "<!-- c -->", *TAGS]), max_size=14).map("".join)
# What the parser of a browser says when it moves, closes or leaves out an element.
MOVES = ("end-tag", "adoption", "closing-tag", "eof", "implies", "expected-one", "start-tag")
# What concerns no nesting: a cell without its row, text between the rows of a table.
HARMLESS = ("unexpected-cell-in-table-body", "unexpected-start-tag-implies-table-voodoo",
            "unexpected-end-tag-implies-table-voodoo")
FUZZ = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
                max_examples=int(os.environ.get("COLDPRESS_EXAMPLES") or 500))


def faults(shown):
    """What a browser would have to repair in the nesting of an HTML text."""
    parser = html5lib.HTMLParser()
    parser.parseFragment(shown)
    return [(code, *values.values()) for _, code, values in parser.errors
            if any(word in code for word in MOVES) and code not in HARMLESS]


def pieces(text):
    """What is made of a text: the body, the title and the summary, each HTML of its own."""
    rendered = RENDERER.render(text)
    for fragment in (rendered.html, rendered.brief.summary, *([rendered.title.html] if rendered.title else [])):
        yield "".join(part if isinstance(part, str) else "u" if isinstance(part, Link) else ""
                      for part in fragment.parts)


@given(texts)
@FUZZ
def test_any_markdown_is_whole_html(text):
    assert [faults(piece) for piece in pieces(text) if faults(piece)] == []


@given(mixed)
@FUZZ
def test_any_markdown_with_raw_html_is_whole_html(text):
    assert [faults(piece) for piece in pieces(text) if faults(piece)] == []


@given(soup)
@FUZZ
def test_any_tags_are_made_whole_and_what_is_whole_stays(text):
    shown = repair(text)
    assert faults(shown) == []
    assert repair(shown) == shown


@given(st.text(max_size=60))
@FUZZ
def test_any_text_is_shown(text):
    assert [faults(piece) for piece in pieces(text) if faults(piece)] == []


def test_a_fault_is_seen():
    assert faults("<p>a<ul><li>b<li>c</ul><p>d") == []
    for shown in ("<b>a", "a</b>", "<b><i>c</b></i>", "<p><div>d</div></p>", "<a>e<a>f</a></a>"):
        assert faults(shown)
