"""The tables of the shop."""

from __future__ import annotations

from decimal import Decimal

from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, ForeignKey, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

db = SQLAlchemy()


class Model(DeclarativeBase):
    """The base of all tables."""


class Author(Model):
    """Somebody who wrote books.  `version` grows by one with each change of the row."""

    __tablename__ = "author"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    born: Mapped[int]
    about: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column()
    books: Mapped[list[Book]] = relationship(back_populates="author")

    __mapper_args__ = {"version_id_col": version}  # SQLAlchemy counts it


class Book(Model):
    """A book of one author; `text` is Markdown.  `version` grows by one with each change of the row."""

    __tablename__ = "book"

    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    year: Mapped[int]
    cents: Mapped[int]
    tags: Mapped[list[str]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column()
    author_key: Mapped[str] = mapped_column(ForeignKey("author.key"), index=True)
    author: Mapped[Author] = relationship(back_populates="books")

    __mapper_args__ = {"version_id_col": version}

    @property
    def price(self) -> Decimal:
        """The price.  The table holds cents, which no database rounds."""
        return Decimal(self.cents) / 100

    @price.setter
    def price(self, price: Decimal) -> None:
        self.cents = round(price * 100)
