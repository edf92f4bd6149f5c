"""Raw and rendered HTML: repair, sanitizing, extraction of links and texts."""
