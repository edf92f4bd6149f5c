"""Maps the first character of a line to the functions that may start a block there, in order of trial."""

from __future__ import annotations

from coldpress.markdown.parser.blocks import INDENTED, BlockStart
from coldpress.markdown.parser.container_blocks import (
    start_admonition,
    start_footnote,
    start_html_with_markdown,
    start_quote,
    start_tab,
)
from coldpress.markdown.parser.leaf_blocks import (
    start_abbreviation,
    start_atx_heading,
    start_fenced_code,
    start_html_block,
    start_indented_code,
    start_math_block,
    start_setext_heading,
    start_table,
    start_thematic_break,
)
from coldpress.markdown.parser.lists import start_definition, start_item
from coldpress.markdown.syntax.directives import start_directive
from coldpress.markdown.syntax.foreign_syntax import start_embed
from coldpress.markdown.syntax.slash_blocks import start_slash_block

BLOCK_STARTS: dict[str, tuple[BlockStart, ...]] = {
    INDENTED: (start_indented_code,),
    ">": (start_quote,),
    "#": (start_atx_heading,),
    "`": (start_fenced_code,),
    "~": (start_fenced_code,),
    "<": (start_html_with_markdown, start_html_block),
    "=": (start_tab, start_setext_heading),
    "-": (start_setext_heading, start_table, start_thematic_break, start_item),
    "*": (start_abbreviation, start_thematic_break, start_item),
    "_": (start_thematic_break,),
    "+": (start_item,),
    "|": (start_table,),
    "/": (start_slash_block,),
    ":": (start_directive, start_table, start_definition),
    "!": (start_admonition, start_embed),
    "?": (start_admonition,),
    "[": (start_footnote,),
    "$": (start_math_block,),
    "\\": (start_math_block,),
    **dict.fromkeys("0123456789", (start_item,)),
}
