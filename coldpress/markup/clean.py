"""HTML of authors who are not trusted, cleaned: what can run or reach out goes,
what Markdown makes stays."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any

from coldpress.markup.directives import CALLOUTS
from coldpress.markup.scan import URLS
from coldpress.markup.tags import MATHML, NAMES, SVG
from coldpress.markup.tree import ComponentElement

_RUNS_OR_REACHES_OUT = """applet base body button canvas dialog embed fieldset form frame frameset head html
iframe legend link marquee menu menuitem meta noframes noscript object optgroup option output param select slot
template textarea title xmp plaintext style script maction menclose mfenced annotation"""
_TAGS = set(NAMES - SVG | MATHML) - set(_RUNS_OR_REACHES_OUT.split())
_ATTRIBUTES = {
    "*": {"id", "class", "title", "lang", "dir", "role", "tabindex", "aria-label", "aria-hidden", "aria-describedby"},
    "a": {"href", "name"}, "img": {"src", "alt", "width", "height", "loading", "decoding", "srcset"},
    "input": {"type", "checked", "disabled", "name", "id"}, "label": {"for"}, "details": {"open"}, "ol": {"start"},
    "td": {"style", "colspan", "rowspan", "align"}, "th": {"style", "colspan", "rowspan", "align", "scope"},
    "time": {"datetime"}, "span": {"data-line"}, "q": {"cite"}, "blockquote": {"cite"}, "abbr": {"title"},
    "video": {"src", "poster", "controls", "width", "height"}, "audio": {"src", "controls"},
    "source": {"src", "srcset", "type"}, "track": {"src", "kind", "label", "srclang"},
    "math": {"display", "displaystyle", "xmlns"},
}
_OF_MATHML = {
    "displaystyle", "scriptlevel", "mathvariant", "stretchy", "symmetric", "fence", "separator", "form", "lspace",
    "rspace", "minsize", "maxsize", "largeop", "movablelimits", "accent", "accentunder", "linethickness", "width",
    "height", "depth", "voffset", "columnalign", "columnspan", "rowspan", "rowspacing", "columnspacing"}
_SCHEMES = {"http", "https", "mailto", "tel", "endpoint"}
_RUNNING = {"javascript", "vbscript", "data"}
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_UNSEEN = re.compile(r"[\x00-\x20\x7f]")  # which browsers leave out of a scheme
_OWN_CLASS = re.compile(
    r"admonition(?:-title)?|code|line|hll|ins|del|math(?:-rejected)?|table|toc|footnote(?:-ref|-backref)?"
    r"|task-list(?:-item)?|tabbed-[a-z]+|gallery(?:-images)?|diagram|language-[\w#.+-]+|[a-z]{1,2}[a-z0-9]?|"
    + "|".join(sorted(CALLOUTS)))
_ALIGN = re.compile(r"text-align: (?:left|right|center);")


def cleaned(html: str) -> str:
    """HTML without scripts, handlers, styles, frames, forms and foreign classes.

    Raises `ImportError` where the extra `untrusted` is not installed.
    """
    return str(_cleaner().clean(html))


def clean_components(components: Iterable[ComponentElement]) -> None:
    """Leave only attributes, which a template may put anywhere, whose values run
    nothing as a URL."""
    for element in components:
        kept = {name: _attribute("", name, value)
                for name, value in element.attributes.items() if not _runs(name, value)}
        element.attributes = {name: value for name, value in kept.items() if value is not None}


def _runs(name: str, value: str) -> bool:
    """Whether a value is a URL of a scheme that is not allowed; where nothing
    says that it is a URL, of one that runs what it holds."""
    scheme = _SCHEME.match(_UNSEEN.sub("", value))
    if scheme is None:
        return False
    return scheme[1].lower() not in _SCHEMES if name in (*URLS, "url") else scheme[1].lower() in _RUNNING


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    mathml = {name: _ATTRIBUTES.get(name, set()) | _OF_MATHML for name in _TAGS & MATHML}
    return import_module("nh3").Cleaner(
        tags=_TAGS, attributes={**_ATTRIBUTES, **mathml}, url_schemes=_SCHEMES, strip_comments=False, link_rel=None,
        attribute_filter=_attribute, clean_content_tags={"script", "style"})


def _attribute(tag: str, name: str, value: str) -> str | None:
    """An attribute's value as it may stay."""
    if name == "class":
        kept = [each for each in value.split() if _OWN_CLASS.fullmatch(each)]
        return " ".join(kept) or None
    if name == "style":
        return value if _ALIGN.fullmatch(value.strip()) else None
    return value
