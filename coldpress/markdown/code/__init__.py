"""Fenced code, highlighting and diagrams."""
