"""Syntax beyond GitHub's Markdown."""
