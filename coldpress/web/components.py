"""Components: templates that a body calls, and files and pages that it includes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import parse_qsl, quote, unquote, urlencode

from flask import g, has_request_context
from jinja2 import TemplateNotFound
from markupsafe import Markup
from werkzeug.routing import BuildError

from coldpress import recorder
from coldpress.config.options import MarkdownOptions
from coldpress.content.page import Page
from coldpress.content.protocols import CANNOT
from coldpress.content.slots import Filling
from coldpress.markdown.code.code_blocks import code_block
from coldpress.markdown.code.fence_info import info_of
from coldpress.markdown.html.excerpts import part_of, without_ids
from coldpress.markdown.rendered import Component, Fragment
from coldpress.markdown.syntax.snippets import NOT_THERE, Expanded, expand
from coldpress.paths import relative_name
from coldpress.web.app_templates import PREFIX
from coldpress.web.environment import whole_endpoint
from coldpress.web.site import Site
from coldpress.web.site_files import DEEPEST, Shown, asked_of, file_of, read_shown, source_of, text_of, too_large
from coldpress.web.template_bodies import run_body, written_body

_OF_SOURCES = frozenset(["meta", "body", "summary", "text"])
_OF_ANYBODY = frozenset(["term", "nav"])  # reads that may give what any page says
_LINES = re.compile(r"(\d*)(?:-(\d*))?")
_HOLDS_ITSELF, _TOO_LARGE = "holds itself", "makes this page far larger than its text"


def included(site: Site, page: Page, attributes: Mapping[str, str]) -> Markup:
    """What a file holds: another page's body, or text as code.  Of a file that
    cannot be shown, which a check reports, its name."""
    name = attributes.get("file", "")
    other = site.library.by_source(source_of(page, name))
    if other is not None:
        return _page(site, page, other, name)
    is_too_large = not _showing() and source_of(page, name) in too_large(site, page)
    text = None if is_too_large else text_of(site, page, name)
    if text is None:
        return Markup("<p><code>{}</code></p>").format(name)
    said = " ".join(f'{key}="{value}"' for key, value in attributes.items() if key not in ("file", "lang", "lines"))
    info = info_of(f"{attributes.get('lang') or posixpath.splitext(name)[1].lstrip('.') or 'text'} {said}".strip())
    code = code_block(lines_of(text, attributes.get("lines", "")), info)
    if site.library.trusts(page):
        return Markup(code)
    from coldpress.markdown.html.sanitize import clean  # noqa: PLC0415  (only where somebody is not trusted)

    return Markup(clean(code))


def not_shown(site: Site, page: Page) -> Iterator[tuple[Component, str]]:
    """What a page asks for and doesn't show, with the reason."""
    large: frozenset[str] | None = None
    known: dict[str, str | None] = {}
    for asked in asked_of(site, page):
        large = too_large(site, page) if large is None else large
        if asked.name not in known or asked.page:
            known[asked.name] = _why_not(site, page, asked.page, asked.name)
        why = known[asked.name] or (_TOO_LARGE if asked.source in large else None)
        if why is not None:
            yield asked.component, why


def _why_not(site: Site, page: Page, other: Page | None, name: str) -> str | None:
    if other is not None:
        return _HOLDS_ITSELF if other is page else None
    found = file_of(site, page, name)
    if not isinstance(found, str):
        return None
    return CANNOT if found == NOT_THERE else f"{CANNOT}: it {found}"


def embedded(site: Site, page: Page, other: Page, part: str, *, absolute: bool) -> str | None:
    """Another page's body in a page, or a part of it by its id; None for a part
    that isn't there, and for what cannot be shown there."""
    title = other.rendered.title
    whole = part in ("", title.id if title else "")
    fragment = other.rendered.html if whole else part_of(other.rendered.html, part)
    return _shown(site, page, other, fragment, absolute=absolute) if fragment else None


def _page(site: Site, page: Page, other: Page, name: str) -> Markup:
    """Another page's body; not its own, nor one that is being included already."""
    shown = _shown(site, page, other, other.rendered.html)
    return Markup("<p><code>{}</code></p>").format(name) if shown is None else shown


def _showing() -> list[str]:
    """The page that is being filled and those in it, down to the one at work;
    none while it is only the page itself."""
    showing: list[str] = g.setdefault("coldpress_included", [])
    return showing


def _shown(site: Site, page: Page, other: Page, fragment: Fragment, *, absolute: bool = False) -> Markup | None:
    """What another page's body holds; None while that page is being shown, and
    where it would be too much."""
    showing = _showing()
    added = [other.source] if showing else [page.source, other.source]
    if other.source in (page.source, *showing) or len(showing) > DEEPEST or (
            not showing and other.source in too_large(site, page)):
        return None
    showing += added
    try:
        html = Filling(site.library, other, elsewhere=True, absolute=absolute, ids=False).html(fragment)
    finally:
        del showing[-len(added):]
    return Markup(without_ids(html)) if site.library.trusts(other) else html


def expanded(site: Site, page: Page) -> Expanded:
    """A page's body with its snippets; one that is a template, run."""
    options = site.config.markdown
    folders = [site.root / folder for folder in (*options.snippets, site.config.content_dir)]
    trusted = options.trusts(page.source)

    @cache
    def read(name: str) -> Shown | str:
        why = NOT_THERE
        for folder in folders if not Path(name).is_absolute() else ():
            found = read_shown(site, folder, folder / name, trusted=trusted)
            if not isinstance(found, str):
                return found
            why = found if why == NOT_THERE else why
        return why

    every = (read_shown(site, site.root, site.root / name, trusted=True) for name in options.append)
    body, told = _run(site, page, options) if options.jinja else (written_body(page), trusted)
    made = expand(body, read, [found for found in every if not isinstance(found, str)])
    made.trusted = told and trusted and _are_trusted(site, {origin.file for origin in made.origins if origin.file})
    return made


def _run(site: Site, page: Page, options: MarkdownOptions) -> tuple[str, bool]:
    """A body as a template, and whether it asked nothing that somebody wrote who
    may not write any HTML."""
    if not options.untrusted:
        return run_body(site, page), True
    reads: recorder.Reads = {}
    try:
        with recorder.recording() as reads:
            body = run_body(site, page)
    finally:
        recorder.replay(reads)
    return body, not any(kind in _OF_ANYBODY or (kind in _OF_SOURCES and not options.trusts(name))
                         for kind, name in reads)


def _are_trusted(site: Site, files: Iterable[str]) -> bool:
    """Whether nobody wrote in these files who may not write any HTML."""
    options = site.config.markdown
    folder = relative_name((site.root / site.config.content_dir).resolve(), site.base) + "/"
    return not options.untrusted or all(options.trusts(normalize("NFC", file.removeprefix(folder)))
                                        for file in files if file.startswith(folder))


def lines_of(text: str, lines: str) -> str:
    """The lines `3-10` of a text; all of it where nothing is said."""
    text = text.replace("\r\n", "\n").rstrip("\n")
    found = _LINES.fullmatch(lines)
    if not found or not lines:
        return text
    first = int(found[1] or 1)
    last = int(found[2]) if found[2] else None if "-" in lines else first
    return "\n".join(text.split("\n")[max(0, first - 1):last])


class SiteHost:
    """One site, as its own Library sees it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def link_root(self) -> str:
        """What every link begins with: the prefix the site is mounted at."""
        return self._site.link_root()

    def endpoint_url(self, reference: str) -> str | None:
        """The URL of `name` or `name?key=value`; None where there is none."""
        site = self._site
        name, _, query = reference.partition("?")
        values = dict(parse_qsl(query))
        url_for: Any = site.environment.globals["url_for"]
        context = nullcontext() if has_request_context() else site.app.test_request_context(
            base_url=f"http://localhost{site.script_root}")
        with context:
            try:
                # Tried first: whoever hears `url_for` would go there.
                site.app.url_map.bind("localhost").build(whole_endpoint(site.endpoints, name), values)
                return str(url_for(name, **values))
            except (BuildError, ValueError):
                return None

    def endpoint_at(self, path: str) -> str | None:
        """What leads to a path of the app outside of the site: `name?key=value`;
        None where nothing is, or a rule that takes any path."""
        site = self._site
        if not site.url_prefix or f"{path}/".startswith(f"{site.url_prefix}/"):
            return None
        urls = site.app.url_map.bind("localhost")
        for candidate in (path, f"{path}/"):
            try:
                rule, values = urls.match(candidate, method="GET", return_rule=True)
                written = {name: str(value) for name, value in values.items()}
                is_theirs = rule.endpoint != "static" and not rule.rule.startswith("/<")
                if is_theirs and unquote(urls.build(rule.endpoint, written)) == candidate:
                    name = f"{PREFIX}{rule.endpoint}" if rule.endpoint in site.endpoints else str(rule.endpoint)
                    return name + ("?" + urlencode(written, quote_via=quote) if written else "")
            except Exception:  # noqa: BLE001  (converters are the app's, and may do anything)
                continue
        return None

    def values_of(self, name: str) -> Sequence[str] | None:
        """What the URL of an endpoint takes, by the rule that takes least; None where
        there is no such endpoint."""
        rules = self._site.app.url_map.iter_rules
        endpoint = whole_endpoint(self._site.endpoints, name)
        return min((sorted(rule.arguments) for rule in rules() if rule.endpoint == endpoint), key=len, default=None)

    @property
    def endpoint_names(self) -> Iterable[str]:
        """The endpoints of the app, ours by their short names."""
        return [*self._site.endpoints, *self._site.app.view_functions]

    def expanded(self, page: Page) -> Expanded:
        """A page's body with its snippets; one that is a template, run in a
        sandbox, a mistake in it at its line."""
        return expanded(self._site, page)

    def not_shown(self, page: Page) -> Iterable[tuple[Component, str]]:
        """What a page asks for and doesn't show, with the reason."""
        return not_shown(self._site, page)

    def embedded(self, page: Page, other: Page, part: str, *, absolute: bool) -> str | None:
        """Another page's body as it is shown in a page, or a part of it."""
        return embedded(self._site, page, other, part, absolute=absolute)

    def callout_title(self, page: Page, kind: str) -> str:
        """What a callout without a title of its own is called, in the page's language."""
        return self._site.strings.say(page.lang, f"callouts.{kind}")

    def group_name(self, name: str) -> str:
        """What a collection or a taxonomy is called, in the site's language."""
        return self._site.group_name(name)

    def component(self, name: str, variables: Mapping[str, Any]) -> str | None:
        """The HTML that `components/NAME.html` gives; None without that template."""
        try:
            template = self._site.environment.get_template(f"components/{name}.html")
        except TemplateNotFound as reason:
            if reason.name != f"components/{name}.html":
                raise
            return None
        return template.render(variables)

    @property
    def component_names(self) -> Iterable[str]:
        """The components that templates show."""
        return [name[len("components/"):-len(".html")] for name in self._site.template_names
                if name.startswith("components/") and name.endswith(".html")]
