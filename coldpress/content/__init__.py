"""Content: assembles sources into pages, collections and taxonomies with URLs."""
