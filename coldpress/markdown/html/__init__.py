"""Raw and rendered HTML: repaired, sanitized, searched."""
