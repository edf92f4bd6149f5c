"""The files of the theme; Coldpress finds them by the entry point in pyproject.toml."""
