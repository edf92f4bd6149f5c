"""A small blog, as its author would keep it.  The pictures of Coldpress show it (`.ci/pictures.py`)."""

import coldpress


def create_app():
    return coldpress.create_app(__file__)


if __name__ == "__main__":
    coldpress.main(create_app)
