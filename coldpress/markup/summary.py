"""The summary of a body: up to `<!-- more -->`, else its first paragraph."""

from __future__ import annotations

import re

from coldpress.markup.repair import completed, repaired
from coldpress.markup.scan import visible_text
from coldpress.markup.tree import TITLE_MARK

_MORE = re.compile(r"<!--\s*more\s*-->", re.I)
_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>([^<]*+(?:<(?!/?p[\s>])[^<]*+)*+)</p>")
_UNSEEN = re.compile(r"<!--(?!coldpress:).*?-->|<(script|style|template)\b.*?</\1\s*>", re.S | re.I)
_NOT_TEXT = re.compile(r"\s[^>]*class=\"(?:admonition-title|footnote)")
_NOTE = re.compile(r"<sup id=\"fnref[^\"]*\">.*?</sup>|<div class=\"footnote\">.*\Z", re.S)
_ID = re.compile(
    r"(<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)\s(?:id|name)=(?:\"(?!diagram-)[^\"]*\"|'[^']*')")


def summarize(html: str) -> tuple[str, bool]:
    """HTML of the summary, fit to stand on another page, and whether the
    author marked its end."""
    marked = _MORE.search(html)
    if marked:
        text = repaired(completed(html[: marked.start()]), in_full=True)
    else:
        text = next((f"<p>{found[1]}</p>" for found in _PARAGRAPH.finditer(_UNSEEN.sub("", html))
                     if not _NOT_TEXT.match(found.group()[2:]) and visible_text(found[1]).strip()), "")
    # Ids and notes belong to the page itself.
    text = without_ids(_NOTE.sub("", text)).replace(TITLE_MARK, "")
    return text.strip(), marked is not None


def without_ids(html: str) -> str:
    """HTML that may stand on a page beside its own; a diagram keeps its ids, which its arrows need."""
    return _ID.sub(r"\1", str(html))  # of `Markup`, what is put in would be escaped
