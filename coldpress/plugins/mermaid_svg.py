"""Adapts an SVG drawing of mmdr to a page.

Unused definitions and rules are removed; ids get a unique prefix; colors become variables of the theme, and other
colors get a variant for dark mode with inverted lightness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from coldpress.markdown.tree import escaped

# The colors that mmdr draws with, by name; variables of the theme replace them later.  Each is
# near the theme's value in light mode, because mmdr derives other shades from some of them.
COLORS = {
    "ink": "#1e2926", "soft": "#58615c", "page": "#fcfcfb", "well": "#f2f4f1", "line": "#d8dcd7",
    "node": "#eff5f1", "edge": "#84a694", "note": "#f9f4e4", "brink": "#c9b27c",
    "tint0": "#cfe2d6", "tint1": "#cfdff1", "tint2": "#f3dac9", "tint3": "#e2d8f0", "tint4": "#cbe5ea",
    "tint5": "#efe2bf", "tint6": "#f4d5d2",
}
_MIXED_COLORS = {"node": ("accent", 7), "edge": ("accent", 50), "note": ("yellow", 10), "brink": ("yellow", 45)} | {
    f"tint{number}": (tone, 24)
    for number, tone in enumerate(("green", "blue", "orange", "purple", "teal", "yellow", "red"))}
_THEME_COLORS = {value: f"var(--{name}, {value})" if name not in _MIXED_COLORS else
         "color-mix(in oklab, var(--{0}, {2}) {1}%, var(--page, #fff))".format(*_MIXED_COLORS[name], value)
         for name, value in COLORS.items()}

_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\([^()]*\)")
_RGB = re.compile(r"rgb\((\d+), (\d+), (\d+)\)")
_COLOR_ATTRIBUTES = ("fill", "stroke", "stop-color", "flood-color", "color")
_KEYWORD = re.compile(r"none|transparent|inherit|currentcolor|context-\w+|revert|(?:url|var|color-mix|light-dark)\(.*",
                      re.I)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_PART = re.compile(r"([.#]?)(-?[a-zA-Z_][\w-]*)|\[([\w-]+)")
_LONG = re.compile(r"(\d\.\d\d)\d+")
_REFERENCE = re.compile(r"url\([\"']?#([^)\"']+)[\"']?\)")
_NUMBERS = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "dx", "dy", "r", "rx", "ry", "width", "height", "d",
            "points", "transform", "viewBox")
_DROPPED = re.compile(r"data-|font-family$|xmlns|name$|title$|space$|alignment-baseline$|on")
_LABEL_ATTRIBUTES = ("aria-labelledby", "aria-describedby")
_MIN_SCALE = 0.7  # of its width: a smaller drawing cannot be read
_REMOVED_ELEMENTS = ("script", "foreignObject", "style")


def page_svg(text: str, name: str, title: str = "") -> str:
    """Returns the SVG element for a page.  `name` is the prefix of its ids, `title` its label if the diagram has none.
    Raises `ParseError` for invalid XML."""
    root = fromstring(text)
    rules = "".join(element.text or "" for element in root.iter() if _tag(element) == "style")
    for element in root.iter():
        _clean_element(element)
    _set_size_and_label(root, title)
    root.set("class", f"{root.get('class', '')} {name}".strip())
    while _drop_unused(root):
        pass
    style = _used_rules(root, rules, name)
    _drop_classes(root, style)
    names = _rename_ids(root, name)
    inner = f"<style>@layer diagrams{{{style}}}</style>" if style else ""
    return _REFERENCE.sub(lambda found: f"url(#{names.get(found[1], found[1])})",
                          "".join(_serialize(root, names, inner)))


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _clean_element(element: Element) -> None:
    """Removes namespaces and scripts, shortens numbers, and replaces colors."""
    element.tag = _tag(element)
    element[:] = [child for child in element if _tag(child) not in _REMOVED_ELEMENTS and child.get("class") != "today"]
    attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    element.attrib.clear()
    for key, value in attributes.items():
        if _DROPPED.match(key) or (key == "href" and value.strip().lower().startswith("javascript:")):
            continue
        if key == "style":
            value = _declarations(value)
        elif key in _COLOR_ATTRIBUTES:
            value = _theme_color(value)
        elif key in _NUMBERS:
            value = _LONG.sub(r"\1", value)
        if value or key != "style":
            element.set(key, value)


def _set_size_and_label(root: Element, title: str) -> None:
    """Sets the size, and the label: the title of the diagram, of the fence, or all its text."""
    for key in ("width", "height", "style", "aria-roledescription"):
        root.attrib.pop(key, None)
    size = (root.get("viewBox") or "").split()
    if len(size) == 4:
        root.set("width", str(round(float(size[2]))))
        root.set("height", str(round(float(size[3]))))
        root.set("style", f"min-inline-size:{round(float(size[2]) * _MIN_SCALE)}px")
    links = any(element.tag == "a" for element in root.iter())
    root.set("role", "group" if links else "img")
    if "aria-labelledby" not in root.attrib:
        own = next((element for element in root.iter() if "titletext" in element.get("class", "").lower()), None)
        words = "".join(own.itertext()).strip() if own is not None else ""
        root.set("aria-label", words or title or _all_text(root))


def _all_text(root: Element) -> str:
    texts = ("".join(element.itertext()).strip() for element in root.iter("text"))
    return ", ".join(dict.fromkeys(filter(None, texts)))[:500]


def _drop_unused(root: Element) -> bool:
    """Removes definitions without a reference, and empty groups; returns whether there were any."""
    used = _referenced_ids(root)
    found = False
    for element in root.iter():
        kept = [child for child in element if not (
            (child.tag in ("marker", "filter", "linearGradient", "symbol", "clipPath") and child.get("id") not in used)
            or (child.tag in ("g", "defs") and not len(child) and not (child.text or "").strip()))]
        found = found or len(kept) < len(element)
        element[:] = kept
    return found


def _used_rules(root: Element, rules: str, name: str) -> str:
    """Returns the CSS rules whose selectors match something in the drawing."""
    known = {element.tag for element in root.iter()} | {"root", "not", "nth-of-type"}
    known |= {f".{each}" for element in root.iter() for each in element.get("class", "").split()}
    own = root.get("id", "")
    return "".join(
        f"{','.join(kept)}{{{declared}}}" for selectors, body in _RULE.findall(rules)
        if (kept := [_scoped(each, own, name) for each in selectors.split(",") if _is_used(each, own, known)])
        and (declared := _declarations(body)))


def _drop_classes(root: Element, style: str) -> None:
    """Removes the classes that are not in the style, except those of the root."""
    known = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", style)) | set(root.get("class", "").split())
    for element in root.iter():
        kept = [each for each in dict.fromkeys(element.get("class", "").split()) if each in known]
        element.attrib.pop("class", None)
        if kept:
            element.set("class", " ".join(kept))


def _is_used(selector: str, own: str, known: set[str]) -> bool:
    parts = [(mark + word, attribute) for mark, word, attribute in _PART.findall(selector.replace(f"#{own}", ""))]
    return all(part in known and not attribute for part, attribute in parts) and selector.strip() != f"#{own} svg"


def _scoped(selector: str, own: str, name: str) -> str:
    return re.sub(rf"#{re.escape(own)}(?![\w-])", f".{name}", selector.strip())


def _declarations(text: str) -> str:
    """Returns CSS declarations with the colors of the theme, and without fonts."""
    kept = []
    for each in text.split(";"):
        key, _, value = (part.strip() for part in each.partition(":"))
        if value and key not in ("font-family", "filter", "max-width", "background-color", "text-align", "cursor"):
            kept.append(f"{key}:{_theme_color(value) if key in _COLOR_ATTRIBUTES else value}")
    return ";".join(kept)


def _theme_color(value: str) -> str:
    """Returns a color as a variable of the theme, or with a variant for dark mode."""
    colour, mark, _ = value.partition("!important")
    colour = colour.strip()
    found = _RGB.fullmatch(colour)
    known = "#{:02x}{:02x}{:02x}".format(*map(int, found.groups())) if found else colour.lower()
    if known in _THEME_COLORS:
        colour = _THEME_COLORS[known]
    elif not _KEYWORD.fullmatch(colour) and (_COLOR.fullmatch(colour) or colour.isalpha()):
        colour = f"light-dark({colour}, oklch(from {colour} calc(0.95 - 0.76 * l) c h / alpha))"
    return f"{colour} {mark}".rstrip()


def _referenced_ids(root: Element) -> set[str]:
    """Returns the ids that something in the drawing refers to."""
    values = [(key, value) for element in root.iter() for key, value in element.attrib.items()]
    used = {found for _, value in values for found in _REFERENCE.findall(value)}
    used |= {value[1:] for key, value in values if key == "href" and value.startswith("#")}
    return used | {each for key in _LABEL_ATTRIBUTES for each in root.get(key, "").split()}


def _rename_ids(root: Element, name: str) -> dict[str, str]:
    """Returns the new names of ids with references; removes the other ids."""
    names = {each: f"{name}-{number}" for number, each in enumerate(sorted(_referenced_ids(root)), 1)}
    for element in root.iter():
        if element.get("id") not in names:
            element.attrib.pop("id", None)
    return names


def _serialize(element: Element, names: dict[str, str], inner: str = "") -> Iterator[str]:
    """Yields an element as HTML, without namespaces."""
    yield f"<{element.tag}"
    for key, value in element.attrib.items():
        if key == "id":
            value = names[value]
        elif key in _LABEL_ATTRIBUTES:
            value = " ".join(names[each] for each in value.split())
        elif key == "href" and value.startswith("#"):
            value = f"#{names[value[1:]]}"
        yield f' {key}="{escaped(value).replace(chr(34), "&quot;")}"'
    text = escaped(element.text or "")
    if not (inner or text or len(element)):
        yield "/>"
        return
    yield f">{inner}{text}"
    for child in element:
        yield from _serialize(child, names)
        yield escaped(child.tail or "")
    yield f"</{element.tag}>" + ("\n" if element.tag == "text" else "")
