"""`python -m coldpress`."""

from coldpress.start import console

if __name__ == "__main__":
    console()
