"""Parses blocks and inlines, as CommonMark and GitHub do."""
