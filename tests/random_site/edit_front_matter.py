"""Edits of front matter."""

from __future__ import annotations

from random_site.registry import change, edit, free_source, is_sure, without
from random_site.site import CATEGORIES, SERIES, TAGS, RandomSite


@edit
def title(site: RandomSite) -> str:
    return change(site, site.any_indexed(), title=site.title())


@edit
def title_of_newest(site: RandomSite) -> str:
    return change(site, max(source for source in site.sources("posts/") if is_sure(source)), title=site.title())


@edit
def title_removed(site: RandomSite) -> str | None:
    return without(site, "title")


@edit
def tags(site: RandomSite) -> str:
    return change(site, site.any(), tags=site.rng.sample(TAGS, site.rng.randint(0, 3)))


@edit
def tag_never_used_before(site: RandomSite) -> str:
    source = max(source for source in site.sources("posts/") if is_sure(source))
    return change(site, source, tags=[*site.docs[source].front.get("tags", ()), f"new{next(site.numbers)}"])


@edit
def tags_of_another(site: RandomSite) -> str | None:
    tagged = [source for source in site.sources("posts/") if site.docs[source].front.get("tags")]
    newest = max(source for source in site.sources("posts/") if is_sure(source))
    return change(site, newest, tags=site.docs[site.rng.choice(tagged)].front["tags"]) if tagged else None


@edit
def tag_spelled_otherwise(site: RandomSite) -> str | None:
    source = site.any()
    tags = site.docs[source].front.get("tags") or ["python"]
    return change(site, source, tags=[tag.swapcase() for tag in tags])


@edit
def categories(site: RandomSite) -> str:
    source = site.any()
    return change(site, source, categories=site.rng.choice([None, site.rng.sample(CATEGORIES, 2), "C++, 旅行"]))


@edit
def series(site: RandomSite) -> str:
    return change(site, site.any(), series=site.rng.choice([None, *SERIES]))


@edit
def date_(site: RandomSite) -> str:
    return change(site, site.rng.choice([name for name in site.sources("posts/", "notes/") if not is_sure(name)]),
                   date=site.date())


@edit
def date_removed(site: RandomSite) -> str | None:
    return without(site, "date")


@edit
def updated(site: RandomSite) -> str:
    return change(site, site.any(), updated=site.rng.choice([None, site.date()]))


@edit
def slug(site: RandomSite) -> str:
    slugs = [None, f"s{next(site.numbers)}", f"語{next(site.numbers)}"]
    return change(site, free_source(site), slug=site.rng.choice(slugs))


@edit
def slug_of_newest(site: RandomSite) -> str:
    return change(site, max(source for source in site.sources("posts/") if is_sure(source)),
                   slug=f"s{next(site.numbers)}")


@edit
def slug_of_about(site: RandomSite) -> str | None:
    return change(site, "about.md", slug=f"about{next(site.numbers)}") if "about.md" in site.docs else None


@edit
def permalink(site: RandomSite) -> str:
    number = next(site.numbers)
    return change(site, free_source(site), permalink=site.rng.choice(
        [None, f"/fixed/{number}/", f"/fixed/{number}.html", f"/定/{number}/", f"/fixed/{number}.d/"]))


@edit
def permalinks_swapped(site: RandomSite) -> str:
    one, other = site.rng.sample(site.sources("posts/"), 2)
    for source in (one, other):
        site.docs[source].front.setdefault("permalink", f"/fixed/{next(site.numbers)}/")
    fronts = site.docs[one].front, site.docs[other].front
    fronts[0]["permalink"], fronts[1]["permalink"] = fronts[1]["permalink"], fronts[0]["permalink"]
    return f"{site.save(one)} {site.save(other)}"


@edit
def aliases(site: RandomSite) -> str:
    return change(site, site.any(), aliases=site.rng.choice(
        [None, [f"/old/{next(site.numbers)}/"], [f"/old/{next(site.numbers)}.html", f"beside{next(site.numbers)}"]]))


@edit
def alias_moved(site: RandomSite) -> str | None:
    having = [source for source in site.sources() if site.docs[source].front.get("aliases")]
    if not having:
        return None
    source, to = site.rng.choice(having), free_source(site)
    if source == to or site.docs[to].front.get("aliases"):
        return None
    moved = site.docs[source].front["aliases"]
    return f"{change(site, source, aliases=None)} {change(site, to, aliases=moved)}"


@edit
def draft(site: RandomSite) -> str:
    source = free_source(site)
    return change(site, source, draft=None if site.docs[source].front.get("draft") else True)


@edit
def drafts_off(site: RandomSite) -> str | None:
    return without(site, "draft")


@edit
def scheduled(site: RandomSite) -> str:
    return change(site, free_source(site), publish_date=site.rng.choice([None, site.soon()]))


@edit
def expiring(site: RandomSite) -> str:
    return change(site, free_source(site), expiry_date=site.rng.choice([None, site.soon()]))


@edit
def unlisted(site: RandomSite) -> str:
    source = free_source(site)
    return change(site, source, unlisted=None if site.docs[source].front.get("unlisted") else True)


@edit
def weight(site: RandomSite) -> str:
    return change(site, site.any("docs/", "日本/", "page"), weight=site.rng.choice([None, 1, 5, -2, 3.5]))


@edit
def summary(site: RandomSite) -> str:
    return change(site, site.any(), summary=site.rng.choice([None, site.words(2, 6)]))


@edit
def description(site: RandomSite) -> str:
    return change(site, site.any(), description=site.rng.choice([None, site.words(2, 6)]))


@edit
def image(site: RandomSite) -> str:
    return change(site, site.any(), image=site.rng.choice([None, "logo.svg", "/logo.svg", "no.png", "https://e.org/x"]),
                  og_image=site.rng.choice([None, None, "card", "/logo.svg", "nothing.png"]))


@edit
def authors(site: RandomSite) -> str:
    return change(site, site.any(), authors=site.rng.choice([None, ["Bo"], "Ann", ["文子", "ann"]]))


@edit
def lang(site: RandomSite) -> str:
    return change(site, site.any(), lang=site.rng.choice([None, "ar", "zh-Hans", "en"]))


@edit
def layout(site: RandomSite) -> str:
    return change(site, site.any(), layout=site.rng.choice([None, "rich", "bare", "toc", "wanted", "no-such-layout"]))


@edit
def toc(site: RandomSite) -> str:
    return change(site, site.any(), toc=site.rng.choice([None, False]))


@edit
def search(site: RandomSite) -> str:
    return change(site, site.any(), search=site.rng.choice([None, False, {"exclude": True}]))


@edit
def own_key(site: RandomSite) -> str:
    return change(site, site.any(), note=site.rng.choice([None, site.words(1, 3)]))


@edit
def included_by_name(site: RandomSite) -> str:
    return change(site, "probes/include-variable.md", block=site.rng.choice([None, f"blocks/{site.either()}.html"]))


@edit
def extended_by_name(site: RandomSite) -> str:
    return change(site, "probes/extends-variable.md", base=site.rng.choice(
        [None, "frames/other.html", "frames/plain.html"]))


@edit
def other_fence(site: RandomSite) -> str | None:
    source = site.any()
    site.docs[source].toml = not site.docs[source].toml
    return site.save(source)


@edit
def mood(site: RandomSite) -> str | None:
    """A key that Coldpress does not know."""
    sources = [source for source in site.sources() if source == "about.md" or is_sure(source)]
    return change(site, site.rng.choice(sources), mood=site.rng.choice([site.words(1, 2), None])) if sources else None
