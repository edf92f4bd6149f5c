"""HTML of authors who are not trusted, cleaned: what can run or reach out goes,
what Markdown makes stays.

That is the last step on the way of such HTML to a page: nothing edits what
`clean` gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from importlib import import_module
from typing import Any

from coldpress.markup.allowed import ATTRIBUTES, TAGS, attribute
from coldpress.markup.scan import URLS
from coldpress.markup.schemes import SCHEMES, is_safe_url, runs
from coldpress.markup.tree import ComponentElement

_SLOT = "coldpress-slot"
# In what the cleaner gives, no value of an attribute and no text holds a `<`.
_PLACE = re.compile(f'<{_SLOT} number="([0-9]+)"></{_SLOT}>')
_NEVER = frozenset(["style", "srcdoc", "srcset", "formaction"])  # attributes of a component, whatever they say


def clean(html: str, made: Sequence[str] = (), *, ids: bool = True) -> str:
    """HTML without scripts, handlers, styles, frames, forms and foreign classes;
    without ids where it stands on a page beside its own.  What templates `made`,
    which is the site's, comes in the places of its slots.

    Raises `ImportError` where the extra `untrusted` is not installed.
    """
    pieces = _PLACE.split(_cleaner(ids).clean(html))
    for number in range(1, len(pieces), 2):
        place = int(pieces[number])
        pieces[number] = made[place] if place < len(made) else ""
    return "".join(pieces)


def slot(number: int) -> str:
    """Stands in HTML that is to be cleaned where something comes that is not."""
    return f'<{_SLOT} number="{number}"></{_SLOT}>'


def clean_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    """The attributes of a component, which a template may put anywhere, that run nothing."""
    kept = {name: _of_component(name, value) for name, value in attributes.items()}
    return {name: value for name, value in kept.items() if value is not None}


def _of_component(name: str, value: str) -> str | None:
    if name in _NEVER or name.startswith("on") or runs(value):
        return None
    if name in (*URLS, "url"):
        return value if is_safe_url(value) else None
    return attribute("", name, value)


def clean_components(components: Iterable[ComponentElement]) -> None:
    """The same for components whose references are still to be resolved."""
    for element in components:
        kept = clean_attributes({name: value for name, value in element.attributes.items() if name not in URLS})
        element.attributes = {name: kept.get(name, value) for name, value in element.attributes.items()
                              if name in kept or name in URLS}


@lru_cache(maxsize=2)
def _cleaner(ids: bool) -> Any:
    return import_module("nh3").Cleaner(
        tags=TAGS | {_SLOT}, attributes={**ATTRIBUTES, _SLOT: {"number"}}, url_schemes=SCHEMES, link_rel=None,
        attribute_filter=partial(_attribute, ids), clean_content_tags={"script", "style"},
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}})


def _attribute(ids: bool, tag: str, name: str, value: str) -> str | None:
    if name in ("id", "name") and not ids:
        return None
    return attribute(tag, name, value)
