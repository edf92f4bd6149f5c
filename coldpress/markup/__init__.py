"""Markup: Markdown in, HTML with slots out.  Knows no Flask and no Library."""
