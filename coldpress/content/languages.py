"""Names of files that end with a language, `post.zh.md`: there is one language for
now, so each is a page of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from coldpress.content.permalinks import Entry
from coldpress.errors import Place, Problems

_COMMON = (
    "af ar az bg bn bs cy da de el en eo es et fa fi fr ga gu hi hr hu hy ja ka kk km kn ko ku ky lt lv mk mn mr "
    "nb ne nl nn pa pt ru si sk sl sq sr sv sw ta te th tr ur uz vi zh zu")
"""Languages (ISO 639-1) that an ending of two letters most likely means."""
_DOUBTFUL = (
    "aa ab ae ak am an as av ay ba be bi bm bo br ca ce ch co cr cs cu cv dv dz ee eu ff fj fo fy gd gl gn gv ha "
    "he ho ht hz ia id ie ig ii ik is it iu jv kg ki kj kl kr ks kv kw la lb lg li ln lo lu mg mh mi ml ms mt my "
    "na nd ng no nr nv ny oc oj om or os pi pl ps qu rm rn ro rw sa sc sd se sg sm sn so ss st su tg ti tk tl tn "
    "to ts tt tw ty ug uk ve vo wa wo xh yi yo za")
"""The others, of which many are words, endings of files or of hosts as well: `mono.cs`,
`canada.ca`.  Ido is left out, for nearly all that ends with `.io` is a host."""
_LANGUAGES = frozenset(f"{_COMMON} {_DOUBTFUL}".split())
_TAG = re.compile(r"(?P<language>[a-z]{2})(?:[-_][a-z]{4})?(?:[-_](?:[a-z]{2}|\d{3}))?", re.I)


def check_languages(entries: Sequence[Entry], problems: Problems) -> None:
    """Warn of names that end with a language; where the ending may mean something
    else, only if the same page is there without it or in another one."""
    tags: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        stem, tag = _split(entry)
        tags[stem].append(tag)
    for entry in entries:
        stem, tag = _split(entry)
        language = tag.lower()[:2]
        if tag and (language in _COMMON.split() or len(tags[stem]) > 1):
            problems.warn("page.language", f"`.{tag}` looks like a language, which is not built yet",
                          Place(entry.document.source.name), f"its URL is `{entry.path}`")


def _split(entry: Entry) -> tuple[str, str]:
    """The path of a source without its ending and its language, and that language,
    empty for none."""
    path = entry.document.source.path.rpartition(".")[0]
    stem, _, tag = path.rpartition(".")
    found = _TAG.fullmatch(tag)
    is_tagged = found and stem and not stem.endswith("/") and found["language"].lower() in _LANGUAGES
    return (stem, tag) if is_tagged else (path, "")
