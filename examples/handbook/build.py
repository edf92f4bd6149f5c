"""The documentation of a small library.  The pictures of Coldpress show it (`.ci/pictures.py`)."""

import coldpress


def create_app():
    return coldpress.create_app(__file__)


if __name__ == "__main__":
    coldpress.main(create_app)
