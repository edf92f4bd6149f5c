"""HTML tags in a text (CommonMark 6.6); what only looks like one is text."""

from __future__ import annotations

import re

ATTRIBUTE = r"""[ \t\n]++[a-zA-Z_:@][a-zA-Z0-9_.:@-]*(?:[ \t\n]*=[ \t\n]*(?:[^ \t\n"'=<>`]+|'[^']*'|"[^"]*"))?"""
_TAG = re.compile(
    rf"<(?:(?P<open>[a-zA-Z][a-zA-Z0-9-]*)(?:{ATTRIBUTE})*+[ \t\n]*/?|/(?P<close>[a-zA-Z][a-zA-Z0-9-]*)[ \t\n]*)>")
_DECLARATION = re.compile("<![a-zA-Z]")
_UNTIL = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">"))
_EMPTY_COMMENT = re.compile("<!--?-?>")
_HTML = """a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption
center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure
font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li
link main map mark marquee menu menuitem meta meter nav nobr noframes noscript object ol optgroup option output p param
picture pre progress q rp rt rtc ruby s samp script search section select slot small source span strike strong
style sub summary sup table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp"""
_MATHML = """math annotation maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom
mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics"""
_SVG = """svg animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix
fecomposite fedropshadow feflood fegaussianblur feimage femerge femergenode feoffset filter foreignobject g
image line lineargradient marker mask metadata mpath path pattern polygon polyline radialgradient rect set stop
switch symbol text textpath tspan use view"""
_BLOCKS = """address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div
dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link
main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr
track ul"""
MATHML = frozenset(_MATHML.split())
"""The elements of MathML."""
SVG = frozenset(_SVG.split())
"""The elements of SVG."""
NAMES = frozenset(_HTML.split()) | MATHML | SVG
"""The elements of HTML, MathML and SVG; those with a hyphen are anybody's."""
BLOCKS = frozenset(_BLOCKS.split())
"""Those that are blocks in Markdown (CommonMark 4.6, the sixth kind)."""

VOID = frozenset([
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])
"""Those without an end tag."""
RAW_TEXT = frozenset(["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"])
"""Those that hold text only: what looks like a tag in them is none."""


def is_known(name: str) -> bool:
    """Whether browsers know an element, or its page may define it."""
    return name.lower() in NAMES or ("-" in name and name[0].islower())


def tag_at(text: str, at: int, endless: set[str]) -> int | None:
    """Where the tag, comment or the like ends that begins at a place; None
    where none begins.  `endless` is what is known not to end in this text."""
    found = _TAG.match(text, at)
    if found:
        name = (found["open"] or found["close"]).lower()
        is_whole = name not in RAW_TEXT or bool(found["close"]) or _ends(name, text, found.end(), endless)
        return found.end() if is_whole and is_known(found["open"] or found["close"]) else None
    empty = _EMPTY_COMMENT.match(text, at)
    if empty:
        return empty.end()
    for begin, end in _UNTIL:
        if text.startswith(begin, at) and (begin != "<!" or _DECLARATION.match(text, at)):
            stop = -1 if begin in endless else text.find(end, at + len(begin))
            if stop < 0:
                endless.add(begin)
                return None
            return stop + len(end)
    return None


def _ends(name: str, text: str, at: int, endless: set[str]) -> bool:
    """Whether an element that holds text only ends in this text."""
    if name not in endless and raw_end(text, at, name) is None:
        endless.add(name)
    return name not in endless


def raw_end(text: str, at: int, name: str) -> int | None:
    """Where an element ends of which the content, text only, begins at a place."""
    end = re.compile(rf"</{name}(?=[\s/>])[^>]*>", re.I).search(text, at)
    if not end:
        return None
    hidden = text.rfind("<!--", at, end.start()) if name == "script" else -1
    # A script that is begun in a comment within a script hides the end (HTML, 13.2.5.20).
    is_hidden = hidden >= 0 and re.compile("(?i)-->|<script").search(text, hidden, end.start())
    return None if is_hidden and is_hidden[0] != "-->" else end.end()
