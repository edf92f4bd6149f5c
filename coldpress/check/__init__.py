"""Checks of a built folder: its links, its feeds, and the structure that makes pages accessible."""
