"""Edits of the bodies of Markdown sources."""

from __future__ import annotations

import re

from random_site.registry import edit, is_sure
from random_site.site import RandomSite


@edit
def body(site: RandomSite) -> str:
    source = site.any_indexed()
    site.docs[source].body = site.body(source, heading="title" not in site.docs[source].front)
    return site.save(source)


@edit
def body_of_about(site: RandomSite) -> str | None:
    if "about.md" not in site.docs:
        return None
    site.docs["about.md"].body = site.body("about.md")
    return site.save("about.md")


@edit
def body_at_the_end(site: RandomSite) -> str:
    source = site.any_indexed()
    site.docs[source].body += f"\n{site.paragraph(source)}\n"
    return site.save(source)


@edit
def first_paragraph(site: RandomSite) -> str:
    source = site.any_indexed()
    site.docs[source].body = f"{site.paragraph(source)}\n\n{site.docs[source].body}"
    return site.save(source)


@edit
def first_paragraph_of_newest(site: RandomSite) -> str:
    source = max(source for source in site.sources("posts/") if is_sure(source))
    site.docs[source].body = f"{site.words(3, 6)}.\n\n{site.docs[source].body}"
    return site.save(source)


@edit
def heading(site: RandomSite) -> str | None:
    untitled = [source for source in site.sources() if "title" not in site.docs[source].front]
    if not untitled:
        return None
    source = site.rng.choice(untitled)
    rest = re.sub(r"\A# .*\n", "", site.docs[source].body)
    site.docs[source].body = site.rng.choice([f"# {site.title()}\n{rest}", rest])
    return site.save(source)


@edit
def parts_renamed(site: RandomSite) -> str:
    source = site.any_indexed()
    site.docs[source].body = site.docs[source].body.replace("## Part 1", site.rng.choice(["## Other", "## Part 9", ""]))
    return site.save(source)


@edit
def more_mark(site: RandomSite) -> str:
    source = site.any()
    doc = site.docs[source]
    if "<!-- more -->" in doc.body:
        doc.body = doc.body.replace("<!-- more -->\n\n", "")
    else:
        doc.body = doc.body.replace("\n\nLast", "\n\n<!-- more -->\n\nLast")
    return site.save(source)


@edit
def lines_above(site: RandomSite) -> str:
    """The same page, with its warnings on other lines."""
    source = site.any_indexed()
    site.docs[source].front = {**site.docs[source].front, "note": site.words(1, 2)}
    site.docs[source].body = "\n\n" + site.docs[source].body
    return site.save(source)
