"""Code blocks and diagrams."""
