"""What HTML of authors who are not trusted may hold: elements, attributes, and
what may be in these."""

from __future__ import annotations

import re

from pygments.token import STANDARD_TYPES

from coldpress.markup.directives import CALLOUTS
from coldpress.markup.schemes import is_safe_url
from coldpress.markup.tags import MATHML, NAMES, SVG

_RUNS_OR_REACHES_OUT = """applet base body button canvas dialog embed fieldset form frame frameset head html
iframe legend link marquee menu menuitem meta nobr noframes noscript object optgroup option output param select slot
template textarea title xmp plaintext style script maction menclose mfenced annotation"""
TAGS = frozenset(NAMES - SVG | MATHML) - set(_RUNS_OR_REACHES_OUT.split())
"""The elements that stay."""
_EVERYWHERE = {
    "id", "class", "title", "lang", "dir", "role", "tabindex", "aria-label", "aria-hidden", "aria-describedby"}
_OF_TAG = {
    "a": {"href", "name"}, "img": {"src", "alt", "width", "height", "loading", "decoding", "srcset", "align"},
    "input": {"type", "checked", "disabled"}, "label": {"for"}, "details": {"open"}, "ol": {"start"},
    "td": {"style", "colspan", "rowspan", "align"}, "th": {"style", "colspan", "rowspan", "align", "scope"},
    "time": {"datetime"}, "span": {"data-line"}, "q": {"cite"}, "blockquote": {"cite"},
    "video": {"src", "poster", "controls", "width", "height"}, "audio": {"src", "controls"},
    "source": {"src", "srcset", "type"}, "track": {"src", "kind", "label", "srclang"},
    "math": {"display", "displaystyle", "xmlns"}, "mtable": {"style"}, "mtd": {"style"}, "mpadded": {"style"},
    **{name: {"align"} for name in ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6")},
}
_OF_MATHML = {
    "displaystyle", "scriptlevel", "mathvariant", "stretchy", "symmetric", "fence", "separator", "form", "lspace",
    "rspace", "minsize", "maxsize", "largeop", "movablelimits", "accent", "accentunder", "linethickness", "width",
    "height", "depth", "voffset", "columnalign", "columnspan", "rowspan", "rowspacing", "columnspacing"}
ATTRIBUTES: dict[str, set[str]] = {
    name: _EVERYWHERE | _OF_TAG.get(name, set()) | (_OF_MATHML if name in MATHML else set()) for name in sorted(TAGS)}
"""The attributes that stay, by element."""

_URL = frozenset(["href", "src", "poster", "cite"])
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+[^,]*)?(?:,|\Z)")
_OWN_CLASS = re.compile(
    r"admonition(?:-title)?|code|line|hll|ins|del|math(?:-rejected)?|table|toc|footnote(?:-ref|-backref)?"
    r"|task-list(?:-item)?|tabbed-[a-z]+|gallery(?:-images)?|diagram|language-[\w#.+-]+"
    r"|keys?|key-[\w-]+|critic|annotations?|"
    + "|".join(sorted(CALLOUTS))
    + f"|(?:{'|'.join(sorted(filter(None, STANDARD_TYPES.values())))})(?:-[A-Z][\\w-]*)?")
_OWN_ID = frozenset(["_main", "_switch", "_sidebar", "_contents", "_contents-title", "_backlinks", "_related"])
_STYLE = re.compile(
    r"(?:(?:text-align: ?(?:left|right|center)|justify-items: ?(?:start|end|center)|width: ?[0-9.]+%"
    r"|padding-(?:top|bottom|left|right): ?[0-9.]+(?:em)?)(?:;|\Z)\s*)+")


def attribute(tag: str, name: str, value: str) -> str | None:
    """An attribute's value as it may stay on a page; None where it may not."""
    if name in _URL:
        return value if is_safe_url(value) else None
    if name == "srcset":
        return value if all(is_safe_url(found[1]) for found in _CANDIDATE.finditer(value)) else None
    if name == "class":
        return " ".join(each for each in value.split() if _OWN_CLASS.fullmatch(each)) or None
    if name == "style":
        return value if _STYLE.fullmatch(value.strip()) else None
    if name == "id":
        return value if value not in _OWN_ID else None
    return value
