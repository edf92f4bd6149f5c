"""Coldpress's own site as a Flask app: `python build.py` builds it."""

import coldpress


def create_app():
    return coldpress.create_app(__file__)


if __name__ == "__main__":
    coldpress.main(create_app)
