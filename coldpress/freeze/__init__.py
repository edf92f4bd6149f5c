"""Freeze: the app's URLs planned, requested and written as a static site."""
