"""The command `seed`: fills an empty shop with a thousand invented books."""

from __future__ import annotations

import random
from collections.abc import Iterator

import click
from sqlalchemy import func, select

from models import Author, Book, Model, db

AUTHORS, BOOKS = 120, 1000

FIRST = ("Ada", "Bruno", "Clara", "Dario", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Leo")
LAST = ("Almond", "Birch", "Castell", "Dunmore", "Ekholm", "Fairweather", "Greenwood", "Harbour", "Ivarsen", "Juniper")
ADJECTIVES = (
    "Amber", "Borrowed", "Crooked", "Distant", "Early", "Forgotten", "Gentle", "Hidden", "Idle", "Patient", "Quiet",
    "Restless", "Silver", "Unsent", "Velvet", "Wandering")
NOUNS = (
    "Almanac", "Bridge", "Cartographer", "Clock", "Ferry", "Garden", "Harbour", "Island", "Journey", "Kettle",
    "Lantern", "Letter", "Library", "Lighthouse", "Map", "Meadow", "Mirror", "Orchard", "Piano", "River", "Season",
    "Staircase", "Station", "Storm", "Teapot", "Winter")
PATTERNS = ("The {adjective} {noun}", "The {noun} and the {other}", "One {noun} for {first}", "{first} and the {noun}",
            "The Last {noun} of {first}")
PLACES = ("a harbour town", "an island with one road", "a house above the river", "a city of bridges",
          "a valley without clocks", "a railway station in winter")
TURNS = (
    "a letter arrives forty years late", "the lighthouse goes dark for one night", "a stranger returns a borrowed book",
    "the river changes its course", "nobody remembers who planted the orchard", "the last ferry leaves without them")
ENDINGS = ("A book for long evenings.", "Short enough for one train ride.", "It asks to be read twice.",
           "Its last chapter is its best.", "It smells of rain and ink.")
TAGS = ("adventure", "cooking", "crime", "gardens", "history", "letters", "maps", "music", "nature", "sea", "travel",
        "winter")


@click.command()
def seed() -> None:
    """Create the tables, and fill an empty shop with books."""
    Model.metadata.create_all(db.engine)
    if count := db.session.scalar(select(func.count()).select_from(Book)):
        click.echo(f"The shop has {count:,} books already.")
        return
    chance = random.Random(1001)  # the same books in each shop
    authors = list(_authors(chance))
    db.session.add_all([*authors, *_books(chance, authors)])
    db.session.commit()
    click.echo(f"The shop has {BOOKS:,} books of {AUTHORS} authors.")


def _authors(chance: random.Random) -> Iterator[Author]:
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    for name in names[:AUTHORS]:
        place, born = chance.choice(PLACES), chance.randrange(1900, 1960)
        about = f"{name} grew up in {place}, and writes about people who mend things."
        yield Author(key=_key(name), name=name, born=born, about=about)


def _books(chance: random.Random, authors: list[Author]) -> Iterator[Book]:
    titles: set[str] = set()
    for number in range(BOOKS):
        title = next(title for title in _titles(chance) if title not in titles)
        titles.add(title)
        author = authors[number % len(authors)]
        yield Book(
            key=_key(title), title=title, author=author, year=author.born + chance.randrange(22, 60),
            cents=chance.randrange(600, 3200, 10), tags=sorted(chance.sample(TAGS, 2)), text=_text(chance, author))


def _titles(chance: random.Random) -> Iterator[str]:
    while True:
        noun, other = chance.sample(NOUNS, 2)
        yield chance.choice(PATTERNS).format(
            adjective=chance.choice(ADJECTIVES), noun=noun, other=other, first=chance.choice(FIRST))


def _text(chance: random.Random, author: Author) -> str:
    place, turn, ending = chance.choice(PLACES), chance.choice(TURNS), chance.choice(ENDINGS)
    return (f"In {place}, {turn}. Four people begin to ask why, and each finds *another* answer.\n\n"
            f"{author.name.split()[0]} tells it without hurry. {ending}")


def _key(name: str) -> str:
    return name.lower().replace(" ", "-")
