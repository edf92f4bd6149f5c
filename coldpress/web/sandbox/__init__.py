"""The sandbox in which bodies that are templates run (`markdown.jinja: true`).

A body is written by an author, not by whoever owns the machine.  It gets plain
values, read-only views of the site and a few functions, and nothing else; and
what it may cost is counted.
"""
