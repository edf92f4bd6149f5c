"""Sources: the files an author writes, found and read."""
