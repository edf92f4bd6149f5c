"""Texts that bring careless Markdown parsers to their knees, in any size.

The first are those CommonMark's own implementations are tested with
(`pathological_tests.py`), the others aim at what ours does besides.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, takewhile


def repeated(unit: str) -> Callable[[int], str]:
    """The same over and over."""
    return lambda size: unit * (size // len(unit))


def nested(begin: str, inner: str, end: str) -> Callable[[int], str]:
    """As many beginnings as ends."""

    def text(size: int) -> str:
        times = size // (len(begin) + len(end))
        return begin * times + inner + end * times

    return text


def halves(first: str, second: str) -> Callable[[int], str]:
    """One thing over and over, then another."""
    return lambda size: first * (size // 2 // len(first)) + second * (size // 2 // len(second))


def after(before: str, unit: str, end: str = "") -> Callable[[int], str]:
    """Something once, then another thing over and over."""
    return lambda size: before + unit * (size // len(unit)) + end


def numbered(unit: str) -> Callable[[int], str]:
    """The same over and over, but for a number in it."""

    def text(size: int) -> str:
        parts, total = [], 0
        while total < size:
            parts.append(unit.replace("#", str(len(parts))))
            total += len(parts[-1])
        return "".join(parts)

    return text


def numbered_halves(first: str, second: str) -> Callable[[int], str]:
    """Two things over and over, with the same numbers in them."""
    return lambda size: numbered(first)(size // 2) + "\n" + numbered(second)(size // 2)


def tick_runs(size: int) -> str:
    """Runs of backticks, each longer than the last, so that none closes another."""
    lengths = list(takewhile(lambda number: number * number < 2 * size, count(1)))
    return "".join(f"e{'`' * length}" for length in lengths)


def closing_ticks(size: int) -> str:
    """A code span that opens with a longer run than there is, between short ones."""
    return "`" * (size // 3) + "x" + "`a" * (size // 3)


def stairs(size: int) -> str:
    """A list in a list in a list, with an empty line below each item."""
    step = "".join(f"{'  ' * depth}- x\n\n" for depth in range(20))
    return step * (size // len(step))


def deep_list(size: int) -> str:
    """One list deeper in every line, until the text has its size."""
    lines, total = [], 0
    for depth in count():
        lines.append(f"{'  ' * depth}* a\n")
        total += len(lines[-1])
        if total >= size:
            return "".join(lines)
    raise AssertionError


def wide_table(size: int) -> str:
    """A header of many cells, and many rows of one."""
    columns = size // 8
    return f"{'|a' * columns}\n{'|-' * columns}\n" + "b|\n" * (size // 6)


def long_row(size: int) -> str:
    """A table of a few very long rows."""
    columns = size // 8
    return "\n".join((f"{'|a' * columns}|", f"{'|-' * columns}|", *[f"{'|b' * columns}|"] * 2))


def long_target(size: int) -> str:
    """A long URL that is referred to many times."""
    return f"[a]: /{'x' * (size // 2)}\n\n" + "[a] " * (size // 8)


def long_meaning(size: int) -> str:
    """A long abbreviation that is used many times."""
    return f"*[a]: {'x' * (size // 2)}\n\n" + "a " * (size // 4)


def many_contents(size: int) -> str:
    """A table of contents over and over, of many headings."""
    return "[TOC]\n\n" * (size // 14) + "# a\n" * (size // 8)


def chained_notes(size: int) -> str:
    """Each footnote refers to the next."""
    return "[^0]\n\n" + "".join(f"[^{number}]: [^{number + 1}]\n\n" for number in range(size // 18))


SHAPES: dict[str, Callable[[int], str]] = {
    # CommonMark's.
    "nested strong emphasis": nested("*a **a ", "b", " a** a*"),
    "many emphasis closers with no openers": repeated("a_ "),
    "many emphasis openers with no closers": repeated("_a "),
    "many link closers with no openers": repeated("a]"),
    "many link openers with no closers": repeated("[a"),
    "mismatched openers and closers": repeated("*a_ "),
    "openers and closers multiple of 3": lambda size: "a**b" + "c* " * (size // 3),
    "link openers and emphasis closers": repeated("[ a_"),
    "pattern [ (]( repeated": repeated("[ (]("),
    "pattern ![[]() repeated": repeated("![[]()"),
    "hard link and emphasis": repeated("**x [a*b**c*](d) "),
    "nested brackets": nested("[", "a", "]"),
    "nested block quotes": lambda size: "> " * (size // 2) + "a",
    "deeply nested lists": deep_list,
    "U+0000 in the text": repeated("abc\0de\0"),
    "backtick runs of all lengths": tick_runs,
    "a backtick run that nothing closes": closing_ticks,
    "unclosed links A": repeated("[a](<b"),
    "unclosed links B": repeated("[a](b"),
    "unclosed <!--": after("</", "<!--"),
    "unclosed <?": after("</", "<?"),
    "unclosed <!A": after("</", "<!A "),
    "unclosed CDATA": after("</", "<![CDATA["),
    "unclosed <!A in text": after("a ", "<!A "),
    "unclosed <!-- in text": after("a ", "<!-- "),
    "empty lines in deeply nested lists": lambda size: "- " * 30 + "x" + "\n" * size,
    "empty lines in deeply nested lists in a quote": lambda size: "> " + "- " * 30 + "x\n" + ">\n" * (size // 2),
    "emphasis in deep quotes": lambda size: ("> " * 20 + "a*") * (size // 42),
    "many reference definitions": numbered_halves("[#]: u\n", "[#] "),
    "collisions of reference labels": numbered("[a #]: /u\n"),
    "a long target, many times": long_target,
    "a reference, many times": after("[a]: a\n\n", "[a] "),
    "entities": repeated("&copy; &"),
    "long entity names": lambda size: "&" + "a" * size + ";",
    # Emphasis, links, images.
    "a run of asterisks": repeated("*"),
    "runs of all marks": repeated("**~~==^^__"),
    "openers without end": repeated("**a ~~b ==c ^^d "),
    "nested images": nested("![a", "", "](u)"),
    "links in images in links": repeated("[![a](b)](c) "),
    "images never closed": repeated("![a"),
    "links with titles never closed": repeated("[a](b \"c"),
    "links with titles in parentheses": repeated("[a](b (c "),
    "links with spaces": repeated("[a](        "),
    "parentheses in targets": lambda size: "[a](" + "(" * size,
    "balanced parentheses in targets": lambda size: "[a](" + "()" * (size // 2),
    "labels never closed": repeated("[a][b"),
    "labels in labels": repeated("[a]["),
    "escapes": repeated("\\*\\["),
    "angles": repeated("<"),
    "angled links never closed": repeated("<http:"),
    "addresses never closed": lambda size: "<" + "a." * (size // 2) + "@",
    "domains of addresses": lambda size: "<a@" + "a." * (size // 2) + "-",
    "bare URLs in parentheses": repeated("(www."),
    "bare URLs": repeated("http://a.b)"),
    "bare URLs in brackets": lambda size: "[" * (size // 10) + "http://a.b]" * (size // 11),
    "bare URLs in Chinese": repeated("http://a.b。"),
    "a bare URL that ends in marks": lambda size: "http://a.b" + ")" * size,
    "a bare URL that ends in entities": lambda size: "http://a.b" + "&amp;" * (size // 5),
    "bare addresses": repeated("a@a."),
    "at signs": repeated("aaaaaaaaaa!@"),
    "line ends": repeated("a\n"),
    "hard breaks": repeated("a  \n"),
    "Chinese lines": repeated("字\n"),
    "spaces in a line": lambda size: "a" + " " * size + "b",
    # Raw HTML.
    "tags never closed": repeated("a <b "),
    "attributes": lambda size: "<a" + " a" * (size // 2),
    "attributes with values": lambda size: "<a" + " a=b" * (size // 4) + " <",
    "attributes with quotes": repeated("<a b='"),
    "attributes in both quotes": repeated("<a b='c\"d "),
    "spaces in a tag": lambda size: "<a" + " " * size + "<",
    "a tag's long name": lambda size: "<" + "a" * size + ">",
    "unclosed elements": repeated("<b>"),
    "unclosed blocks": repeated("<div>\n"),
    "half tags in blocks": repeated("<div\n"),
    "closed elements": repeated("</b>"),
    "elements closed in the wrong order": repeated("<b><i></b></i>"),
    "unclosed paragraphs": repeated("<p>a\n"),
    "unclosed scripts": repeated("<script>\n"),
    "unclosed templates": repeated("<template>\n"),
    "Markdown in HTML": repeated("<div markdown>\n"),
    "Markdown in HTML after spaces": lambda size: "<div" + " " * size + ">",
    "comments after a link": lambda size: "[a](b)\n" + "<!-- " * (size // 5),
    # Blocks.
    "headings": repeated("# a\n"),
    "spaces in a heading": lambda size: "# a" + " " * size + "b",
    "marks at the end of a heading": lambda size: "# a " + "# " * (size // 2) + "b",
    "attributes of a heading": lambda size: "# a" + " " * size + "{}}",
    "underlines": repeated("a\n=\n"),
    "rules": repeated("* "),
    "dashes and spaces": lambda size: "a\n-" + " " * size + "b",
    "spaces in a fence's line": lambda size: "``` a" + " " * size + "b\nc\n```",
    "ticks in a fence's line": lambda size: "`" * size + " `",
    "fences": repeated("```\n"),
    "fences never closed in items": repeated("- ```\n"),
    "fences never closed in quotes": repeated("> ```\n\n"),
    "items": repeated("- a\n"),
    "items of items": repeated("- - - a\n"),
    "empty items": repeated("-\n"),
    "tasks": repeated("- [ ] a\n"),
    "lists of other marks": repeated("- a\n+ a\n* a\n"),
    "items and gaps": stairs,
    "quotes": repeated("> a\n"),
    "quotes and lazy lines": repeated("> a\na\n\n"),
    "callouts": repeated("> [!NOTE]\n\n"),
    "a wide table": wide_table,
    "long rows": long_row,
    "pipes": repeated("|"),
    "escaped pipes": lambda size: "a|b\n-|-\n" + "\\|" * (size // 2),
    "tables": repeated("a|b\n-|-\n\n"),
    "dashes of a table": lambda size: "a\n" + "-|" * (size // 2) + "x",
    "definitions of references": repeated("[a]: b\n"),
    "blocks between slashes": repeated("/// note\n"),
    "blocks between slashes that nobody knows": repeated("/// nosuch\n"),
    "tabs between slashes": repeated("/// tab | x\n///\n"),
    "captions between slashes": repeated("x\n\n/// caption\nc\n///\n"),
    "tags of templates never closed": repeated("{{ {% a {{< b "),
    "tags of templates with URLs": repeated("{{< a https://b.c/ >}} "),
    "notes below text": repeated("x[^A]\n[^a]: b\n"),
    "addresses with underscores": repeated("a_b_c_@e.f_"),
    "URLs behind colons": repeated("x:https://a.b/c "),
    "braces in attributes": repeated("{x=\"{"),
    "formulas over code": repeated("$a`"),
    "escaped brackets": repeated("\\(a_b\\) \\["),
    "escaped marks": repeated("\\\"\\-"),
    "headings in HTML": repeated("<h1>a</h1>\n"),
    "headings in HTML never closed": repeated("<div><h1 <script>"),
    "titles of references": repeated("[a]: b\n\"c\n"),
    "a title that never ends": lambda size: "[a]: b\n\"" + "c\n" * (size // 2),
    # What GitHub and others add.
    "footnotes": numbered_halves("[^#]: a\n\n", "[^#] "),
    "one footnote, many marks": after("[^a]: b\n\n", "[^a] "),
    "footnotes never closed": repeated("[^"),
    "chained footnotes": chained_notes,
    "abbreviations": numbered_halves("*[a#]: b\n", "a# "),
    "abbreviations that begin alike": numbered_halves("*[a #]: b\n", "a a "),
    "a long abbreviation, many times": long_meaning,
    "abbreviations among emphasis": lambda size: "*[a]: b\n\n" + "a *c* " * (size // 6),
    "spaces in an abbreviation": lambda size: "*[a]: b" + " " * size + "c",
    "terms": repeated("a\n: b\n\n"),
    "terms after headings": repeated("# h\n\na\n\n: b\n\n"),
    "callouts by mark": repeated("!!! note\n"),
    "spaces in a callout's line": lambda size: "!!! note" + " " * size + "(",
    "quotes in a callout's title": lambda size: "!!! note \"" + "\" " * (size // 2),
    "tabs": repeated("=== \"a\"\n"),
    "tabs of their own": repeated("===! \"a\"\n"),
    "keys": repeated("++a+b++ "),
    "keys never closed": repeated("++a"),
    "keys that go on": lambda size: "++" + "a+" * (size // 2),
    "icons": repeated(":material-check:"),
    "icons with attributes": repeated(":material-x-16:{ .a }"),
    "icons never closed": repeated(":material-"),
    "kinds of an icon": repeated(":material" + "-16" * 15 + ":"),
    "editors' marks": repeated("{==a==}{~~b~>c~~}"),
    "editors' marks never closed": repeated("{~~a~>b"),
    "editors' marks never closed in dashes": repeated("{--"),
    "code with a language": repeated("`#!py x` "),
    "numbers in comments": lambda size: "```py\n" + "x # (1)!\n" * (size // 10) + "```\n1. a\n",
    "brackets in a comment": lambda size: "```py\n#" + "(1" * (size // 2) + "\n```\n1. a\n",
    "one text in HTML": lambda size: "<p markdown=\"span\">\n" + "a *b* <p>\n" * (size // 11),
    "attribute lists": repeated("*a*{: .b }"),
    "attribute lists never closed": repeated("*a*{:"),
    "colons": repeated("::"),
    "emoji": repeated(":+1:"),
    "emoji never closed": lambda size: ":" + "a" * size,
    "two dollars": repeated("$$"),
    "two dollars on lines": repeated("$$\n"),
    "formulas never closed": repeated("$$a\n\n"),
    "formulas never closed in quotes": after("", "> $$\na\n", "a$$"),
    "dollars": repeated("$a "),
    "dollars and escapes": repeated("$a\\$"),
    "formulas": repeated("$x$ "),
    "brackets of formulas": repeated("\\(a"),
    "brackets of blocks": repeated("\\[a\n"),
    "subscripts": repeated("~a~^b^"),
    "contents": many_contents,
    "directives never closed": repeated(":::a\n"),
    "directives": repeated(":::a\n:::\n"),
    "captions": repeated("/// caption\na\n///\n"),
    "wiki links": numbered("[[p#]] "),
    "embeds": repeated("![[a]]\n\n"),
    "headings of one id": repeated("## a {#x}\n\n"),
}
"""A text of about so many characters, by what is in it."""
