"""The table of members."""

from __future__ import annotations

from flask_login import UserMixin
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash

db = SQLAlchemy()


class Model(DeclarativeBase):
    """The base of all tables."""


class Member(UserMixin, Model):
    """Somebody who may sign in."""

    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]

    def set_password(self, password: str) -> None:
        """Keeps the hash of a password."""
        self.password_hash = generate_password_hash(password)

    def has_password(self, password: str) -> bool:
        """Returns whether a password is the member's."""
        return check_password_hash(self.password_hash, password)
