"""A blog made of nothing: the same posts for a number, on every machine.

About 550 words a post; code in every second, a table in every fifth, links to
other posts, three of 50 tags and one of 8 categories.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

FIRST = datetime(2016, 1, 1, 8)
WORDS = [
    "press", "cold", "juice", "stone", "slow", "water", "leaf", "root", "field", "morning", "table", "window",
    "paper", "ink", "letter", "road", "river", "bridge", "garden", "hill", "winter", "summer", "light", "shadow",
    "market", "bread", "salt", "spoon", "knife", "glass", "bottle", "cellar", "barrel", "harvest", "orchard",
    "apple", "pear", "plum", "cherry", "walnut", "honey", "bee", "flower", "meadow", "fence", "gate", "path",
    "stair", "roof", "chimney",
]
TAGS = [f"{word}-{number}" for number, word in enumerate(WORDS[:50])]
CATEGORIES = WORDS[10:18]
CODE = '''```python
def pressed(fruit: list[str], weight: float = {weight}) -> str:
    """What is left of it."""
    for number, name in enumerate(fruit):
        if len(name) * number > weight:
            return f"{{name}} {{number:>3}}"
    return "nothing"
```'''


def write_corpus(folder: Path, count: int) -> None:
    """Write `count` posts to `folder/content/posts`, with YAML front matter that
    Coldpress and Hugo read alike."""
    posts = folder / "content" / "posts"
    posts.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (posts / f"{name(number)}.md").write_text(post(number, count), "utf-8")


def name(number: int) -> str:
    """The stem of a post."""
    return f"post-{number:06}"


def post(number: int, count: int) -> str:
    """The text of one post, which depends on nothing but the two numbers."""
    dice = random.Random(f"{number}/{count}")
    tags = ", ".join(dice.sample(TAGS, 3))
    date = FIRST + timedelta(hours=7 * number)
    head = (f"---\ntitle: {title(dice)} {number}\ndate: {date:%Y-%m-%dT%H:%M:%S}Z\ntags: [{tags}]\n"
            f"categories: [{dice.choice(CATEGORIES)}]\n---\n\n")
    return head + "\n\n".join(blocks(dice, number, count)) + "\n"


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
