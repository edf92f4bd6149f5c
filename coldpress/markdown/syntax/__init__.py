"""Syntax that GitHub Flavored Markdown does not have."""
