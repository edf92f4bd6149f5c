"""The parser for blocks and inlines of CommonMark and GitHub Flavored Markdown."""
