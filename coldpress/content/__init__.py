"""Content: sources assembled into pages, collections and terms with URLs."""
