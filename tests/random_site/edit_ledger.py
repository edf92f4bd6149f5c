"""Edits of the ledger of URLs, and of what it follows."""

from __future__ import annotations

from random_site.registry import other_edit
from random_site.site import Doc, RandomSite

LEDGER = "url-history.txt"
_LISTS = ("@list/posts", "@terms/tags/python", "@terms/tags", "@archive", "@home", "@list/nowhere", "gone", "?")


def _lines(site: RandomSite) -> list[str]:
    file = site.base / LEDGER
    return file.read_text("utf-8").splitlines() if file.exists() else []


def _write(site: RandomSite, lines: list[str]) -> None:
    site.write(site.base / LEDGER, "".join(f"{line}\n" for line in lines))


@other_edit
def ledger_of_published(site: RandomSite) -> str | None:
    if site.flags & {"--drafts", "-D", "--future", "-F", "--expired"}:
        return None
    return f"exit code {site.build('--publish')}, {len(_lines(site))} lines"


@other_edit
def ledger_of_old_urls(site: RandomSite) -> str:
    """As somebody else would have written it: old URLs of pages, of lists and of feeds."""
    rng, made = site.rng, []
    for _ in range(rng.randint(2, 8)):
        owner = rng.choice([*_LISTS, *(site.any().replace(" ", "%20") for _ in range(5))])
        path = rng.choice(["/old/{}/", "/{}.html", "/tags/was-{}/", "/posts/page/{}/", "/tags/{}/feed.xml"])
        made.append(f"{path.format(next(site.numbers))} {owner}" + rng.choice(["", "", " 2"]))
    _write(site, [*_lines(site), *made])
    return ", ".join(made)


@other_edit
def ledger_of_another_page(site: RandomSite) -> str | None:
    """A URL that has been that of two pages, as after a merge, or of another one since."""
    urls = [line.split()[0] for line in _lines(site) if line.startswith("/")]
    if not urls:
        return None
    line = f"{site.rng.choice(urls)} {site.any().replace(' ', '%20')}{site.rng.choice(['', ' 7'])}"
    _write(site, [*_lines(site), line])
    return line


@other_edit
def ledger_loses_lines(site: RandomSite) -> str | None:
    lines = _lines(site)
    kept = [line for line in lines if site.rng.random() < 0.7]
    if lines:
        _write(site, kept)
    return f"{len(lines) - len(kept)} lines" if lines else None


@other_edit
def ledger_comes_or_goes(site: RandomSite) -> str:
    file = site.base / LEDGER
    if file.exists():
        file.unlink()
        return "gone"
    _write(site, ["# A ledger", "/was-about/ about.md", "/was-posts/ @list/posts", "what is this"])
    return "there"


@other_edit
def page_with_a_published_url_is_renamed(site: RandomSite) -> str | None:
    """Several builds in a row, some of them with other names on the way."""
    known = {line.split()[1] for line in _lines(site) if line.startswith("/")}
    sources = [source for source in site.sources() if source.replace(" ", "%20") in known and "-sure" not in source]
    if not sources:
        return None
    source = told = site.rng.choice(sources)
    for _ in range(site.rng.randint(1, 3)):
        doc = site.drop(source)
        folder = source.rpartition("/")[0]
        source = f"{folder}/moved-{next(site.numbers)}.md".lstrip("/")
        site.put(source, Doc(doc.front, f"{doc.body}\nMoved.\n", doc.toml))
        told += f" → {source}"
        if site.rng.random() < 0.5:
            site.build()
    return told


@other_edit
def id_of_a_page(site: RandomSite) -> str:
    source = site.any()
    doc = site.docs[source]
    doc.front["id"] = site.rng.choice(["one", "two", f"n{next(site.numbers)}"])
    return f"{site.save(source)} {doc.front['id']}"
