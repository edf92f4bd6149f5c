"""The sandbox for bodies that are templates (`markdown.jinja: true`).

An author may write such a body without owning the machine.  The body gets plain
values, read-only views of the site and a few functions; the cost of what it does
is counted and limited.
"""
