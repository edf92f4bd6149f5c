"""The options below `theme:`: how the theme looks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

from coldpress.config.fields import Field, convert
from coldpress.config.options import as_group, one_of
from coldpress.config.themes import BUILT_IN, find_theme
from coldpress.text import did_you_mean, lazy_re_compile

_FORM = lazy_re_compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|"
                   r"(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\([\w\s.,%/+-]+\)", re.I)
NAMES = frozenset("""
    aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
    cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray
    darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen
    darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue
    firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew
    hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
    lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray
    lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue
    mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred
    midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid
    palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple
    rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue
    slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
    whitesmoke yellow yellowgreen""".split())  # noqa: SIM905  (as a list it would take 148 lines)
"""The colour names of CSS."""


def is_colour(text: str) -> bool:
    """Returns whether a text is a colour in CSS."""
    return text.lower() in NAMES or _FORM.fullmatch(text) is not None


_TOP_LEVEL = ("docs", "edit_url")
"""Options that apply to every theme, so they are at the top level and not below `theme:`."""
PRESETS = ("paper", "ink", "serif", "terminal")
"""The presets of type and colour."""
LISTS = ("cover", "grid", "text", "compact")
"""The ways in which lists show posts."""


@dataclass(frozen=True, slots=True)
class ThemeOptions:
    """The options below `theme:`: the appearance of the built-in theme."""

    name: str = BUILT_IN
    """The theme: `coldpress`, or the name of one that a package brings, whose options then stand beside these."""
    preset: str = "paper"
    """The type and the colours: `paper`, `ink`, `serif` or `terminal`."""
    list: str = "cover"
    """How lists show posts: `cover` (with picture and description), `grid` (large pictures side by side), `text` (the
    summary) or `compact` (a line)."""
    accent: str | None = None
    """The colour of links, any colour of CSS: `"#c2410c"`, `teal`, `oklch(55% 0.2 260)`; by default the preset's."""
    progress: bool = False
    """Whether a line at the top of the window shows how much of a post was read."""
    backlinks: bool = False
    """Whether pages list the pages that link to them."""
    copy_markdown: bool = True
    """Whether pages of docs have a button that copies their Markdown, in a site with `llms: true`."""
    own: tuple[tuple[str, Any], ...] = field(default=(), metadata={"derived": True})
    """The values of the options that the theme itself has."""

    def __getattr__(self, name: str) -> Any:
        for key, value in object.__getattribute__(self, "own"):
            if key == name:
                return value
        raise AttributeError(name)


def as_theme(value: Any) -> ThemeOptions:
    """Converts the value of `theme:`."""
    for name in _TOP_LEVEL:
        if isinstance(value, dict) and name in value:
            raise ValueError(f"`{name}` is not an option of the theme", f"write `{name}:` at the top level", name)
    given = {"name": value} if isinstance(value, str) else value
    own: dict[str, Any] = {}
    if isinstance(given, dict) and given.get("name") not in (None, BUILT_IN):
        known = find_theme(str(given["name"])).all_options
        own = {name: option.default for name, option in known.items()}
        own |= {str(name): _theme_option(known[name], option) for name, option in given.items() if name in known}
        given = {name: option for name, option in given.items() if name not in known}
        _refuse_unknown(given, known)
    return ThemeOptions(own=tuple(own.items()), **as_group(given, ThemeOptions, {
        "name": str, "accent": _colour, "preset": partial(one_of, "preset", PRESETS),
        "list": partial(one_of, "list", LISTS)}))


def _refuse_unknown(given: Mapping[str, Any], own: Iterable[str]) -> None:
    """Raises `ValueError` for a name that neither the theme nor ours has."""
    names = [*own, *(option.name for option in fields(ThemeOptions) if not option.metadata)]
    for name in given:
        if name not in names:
            raise ValueError(f"there is no `{name}`",
                             did_you_mean(str(name), names) or f"there are {', '.join(names)}", name)


def _theme_option(option: Field, value: Any) -> Any:
    try:
        return convert(option, value)
    except ValueError as reason:
        raise ValueError(f"`{option.name}`: {reason.args[0]}", *reason.args[1:2], option.name) from None


def _colour(value: Any) -> str:
    if not (isinstance(value, str) and is_colour(value.strip())):
        raise ValueError("`accent` is a colour as CSS writes it", did_you_mean(str(value), NAMES) or
                         'such as `"#0a7"`, in quotes, or `teal`')
    return value.strip()
