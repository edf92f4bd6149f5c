"""The rows of the shop as pages: the sources of the collections `books` and `authors`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models import Author, Book, db


class BookRows:
    """The books.  A build asks for all keys, and for those rows whose version is new."""

    def keys(self) -> Iterator[tuple[str, str]]:
        """Returns the key and the version of each book."""
        for key, version in db.session.execute(select(Book.key, Book.version).order_by(Book.key)):
            yield key, str(version)

    def get(self, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Returns the books with these keys, in one query with their authors."""
        query = select(Book).where(Book.key.in_(keys)).options(joinedload(Book.author))
        for book in db.session.scalars(query):
            yield {
                "key": book.key, "title": book.title, "price": float(book.price), "year": book.year,
                "tags": book.tags, "writer": f"authors:{book.author.key}", "body": book.text}


class AuthorRows:
    """The authors.  Their pages know their books, as each book names its author."""

    def keys(self) -> Iterator[tuple[str, str]]:
        """Returns the key and the version of each author."""
        for key, version in db.session.execute(select(Author.key, Author.version).order_by(Author.key)):
            yield key, str(version)

    def get(self, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Returns the authors with these keys."""
        for author in db.session.scalars(select(Author).where(Author.key.in_(keys))):
            yield {"key": author.key, "title": author.name, "born": author.born, "body": author.about}
