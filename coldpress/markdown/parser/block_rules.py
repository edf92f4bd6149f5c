"""What may begin a block, by its first character, in the order of trial."""

from __future__ import annotations

from coldpress.markdown.parser.blocks import INDENTED, Start
from coldpress.markdown.parser.container_blocks import (
    start_admonition,
    start_html_with_markdown,
    start_note,
    start_quote,
    start_tab,
)
from coldpress.markdown.parser.leaf_blocks import (
    start_abbreviation,
    start_fence,
    start_formula,
    start_heading,
    start_html,
    start_indented_code,
    start_rule,
    start_table,
    start_underlined,
)
from coldpress.markdown.parser.lists import start_definition, start_item
from coldpress.markdown.syntax.directives import start_directive
from coldpress.markdown.syntax.foreign_syntax import start_embed
from coldpress.markdown.syntax.slash_blocks import start_slash_block

STARTS: dict[str, tuple[Start, ...]] = {
    INDENTED: (start_indented_code,),
    ">": (start_quote,),
    "#": (start_heading,),
    "`": (start_fence,),
    "~": (start_fence,),
    "<": (start_html_with_markdown, start_html),
    "=": (start_tab, start_underlined),
    "-": (start_underlined, start_table, start_rule, start_item),
    "*": (start_abbreviation, start_rule, start_item),
    "_": (start_rule,),
    "+": (start_item,),
    "|": (start_table,),
    "/": (start_slash_block,),
    ":": (start_directive, start_table, start_definition),
    "!": (start_admonition, start_embed),
    "?": (start_admonition,),
    "[": (start_note,),
    "$": (start_formula,),
    "\\": (start_formula,),
    **dict.fromkeys("0123456789", (start_item,)),
}
