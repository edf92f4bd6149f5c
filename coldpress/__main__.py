"""`python -m coldpress`."""

from coldpress.cli import console

if __name__ == "__main__":
    console()
