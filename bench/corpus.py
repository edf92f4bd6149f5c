"""A blog made of nothing: the same posts for a number, on every machine.

About 550 words a post; code in every second, a table in every fifth, links to
other posts, three of 50 tags and one of 8 categories, a summary of a sentence.
Only the front matter and the links differ from tool to tool (`FLAVORS`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

FIRST = datetime(2016, 1, 1, 8)
HOURS, SPAN = 7, 24 * 3500  # between two posts; in all, so that none lies in the future
WORDS = [
    "press", "cold", "juice", "stone", "slow", "water", "leaf", "root", "field", "morning", "table", "window",
    "paper", "ink", "letter", "road", "river", "bridge", "garden", "hill", "winter", "summer", "light", "shadow",
    "market", "bread", "salt", "spoon", "knife", "glass", "bottle", "cellar", "barrel", "harvest", "orchard",
    "apple", "pear", "plum", "cherry", "walnut", "honey", "bee", "flower", "meadow", "fence", "gate", "path",
    "stair", "roof", "chimney",
]
TAGS = [f"{word}-{number}" for number, word in enumerate(WORDS[:50])]
CATEGORIES = WORDS[10:18]
FEWEST_TAGS = 4  # of few posts, so that two share one
CODE = '''```python
def pressed(fruit: list[str], weight: float = {weight}) -> str:
    """What is left of it."""
    for number, name in enumerate(fruit):
        if len(name) * number > weight:
            return f"{{name}} {{number:>3}}"
    return "nothing"
```'''
_LINK = re.compile(r"\(/posts/([\w-]+)/\)")


@dataclass(frozen=True)
class Post:
    """One post, before a tool's front matter is put on it."""

    name: str
    title: str
    date: datetime
    tags: tuple[str, ...]
    category: str
    summary: str
    body: str


def post(number: int, count: int) -> Post:
    """A post, which depends on nothing but the two numbers: `count` says how
    far links reach."""
    dice = random.Random(f"{number}/{count}")
    tags = tuple(dice.sample(TAGS[:max(count, FEWEST_TAGS)], 3))
    heading = f"{title(dice)} {number}"
    date = FIRST + timedelta(minutes=number * min(60 * HOURS, 60 * SPAN // max(count, 1)))
    category = dice.choice(CATEGORIES)
    body = "\n\n".join(blocks(dice, number, count)) + "\n"
    return Post(name(number), heading, date, tags, category, sentence(dice), body)


def name(number: int) -> str:
    """The stem of a post's file, and the last part of its URL."""
    return f"post-{number:06}"


def title(dice: random.Random) -> str:
    """Three words, the first of them large."""
    return " ".join(dice.sample(WORDS, 3)).capitalize()


def blocks(dice: random.Random, number: int, count: int) -> list[str]:
    """Paragraphs, headings, lists, code, tables, links."""
    made = [sentence(dice) for _ in range(2)]
    for part in range(4):
        made.append(f"## {title(dice)} {part}")
        made += [paragraph(dice, number, count) for _ in range(2)]
    made.append("\n".join(f"- {' '.join(dice.sample(WORDS, 6))}" for _ in range(5)))
    if number % 2 == 0:
        made.append(CODE.format(weight=dice.randint(1, 99)))
    if number % 5 == 0:
        made.append("| a | b | c |\n|---|---|---|\n" + "\n".join(
            "| " + " | ".join(dice.sample(WORDS, 3)) + " |" for _ in range(5)))
    return made


def paragraph(dice: random.Random, number: int, count: int) -> str:
    """Three or four sentences, with emphasis, code and now and then a link."""
    text = [sentence(dice) for _ in range(dice.randint(3, 4))]
    text.append(f"It was *{dice.choice(WORDS)}* and **{dice.choice(WORDS)}**, or `{dice.choice(WORDS)}()`.")
    if count > 1 and dice.random() < 0.25:
        other = (number + dice.randint(1, count - 1)) % count
        text.append(f"See [{dice.choice(WORDS)}](/posts/{name(other)}/).")
    return " ".join(text)


def sentence(dice: random.Random) -> str:
    """Eight to thirteen words."""
    return " ".join(dice.choices(WORDS, k=dice.randint(8, 13))).capitalize() + "."


def as_yaml(item: Post) -> str:
    """YAML between two lines: Coldpress, Hugo and most others."""
    return _front(item) + item.body


def as_pelican(item: Post) -> str:
    """Lines of `Key: value`, the metadata of Python-Markdown."""
    return (f"Title: {item.title}\nDate: {item.date:%Y-%m-%d %H:%M}\nCategory: {item.category}\n"
            f"Tags: {', '.join(item.tags)}\nSlug: {item.name}\nSummary: {item.summary}\n\n{item.body}")


def as_nikola(item: Post) -> str:
    """YAML whose date is text, with one category, and `description` for the summary."""
    head = _front(item, category=item.category, description=item.summary, slug=item.name)
    return head.replace(f"{item.date:%Y-%m-%dT%H:%M:%S}Z", f'"{item.date:%Y-%m-%d %H:%M:%S} UTC"', 1) + item.body


def as_mkdocs(item: Post) -> str:
    """YAML, the title as a heading, and links from file to file, as MkDocs checks them."""
    return _front(item) + f"# {item.title}\n\n" + _LINK.sub(r"(\1.md)", item.body)


def _front(item: Post, **more: str) -> str:
    lines = [f"title: {item.title}", f"date: {item.date:%Y-%m-%dT%H:%M:%S}Z", f"tags: [{', '.join(item.tags)}]",
             f"categories: [{item.category}]", f"summary: {item.summary}", *(f"{key}: {more[key]}" for key in more)]
    return "---\n" + "\n".join(lines) + "\n---\n\n"


FLAVORS: dict[str, Callable[[Post], str]] = {
    "yaml": as_yaml, "pelican": as_pelican, "nikola": as_nikola, "mkdocs": as_mkdocs}


def write(item: Post, folder: Path, pattern: str, flavor: str) -> None:
    """Write a post where a tool looks for it: `pattern` may name `{name}` and `{day}`."""
    file = folder / pattern.format(name=item.name, day=f"{item.date:%Y-%m-%d}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(FLAVORS[flavor](item), "utf-8")
