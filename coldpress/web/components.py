"""Components in bodies: the templates they call, the files and other pages they include."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import parse_qsl, quote, unquote, urlencode

from flask import has_request_context
from jinja2 import TemplateNotFound
from markupsafe import Markup
from werkzeug.routing import BuildError, RequestRedirect

from coldpress import recorder
from coldpress.config.options import MarkdownOptions
from coldpress.content.bodies import place_in
from coldpress.content.page import Page
from coldpress.content.pictures import ImagePlace
from coldpress.content.slots import CANNOT_BE_SHOWN, SlotFiller
from coldpress.decorators import mark_of
from coldpress.errors import ColdpressError, Place, Problem
from coldpress.markdown.code.code_blocks import code_block, parse_info_string
from coldpress.markdown.html.extract import part_of, without_ids
from coldpress.markdown.rendered import Component, Fragment
from coldpress.markdown.syntax.snippets import NOT_THERE, ExpandedBody, expand_snippets
from coldpress.paths import relative_name
from coldpress.web.app_templates import PREFIX
from coldpress.web.environment import THEME
from coldpress.web.error_places import explain
from coldpress.web.plugins import failure
from coldpress.web.registry import Directive
from coldpress.web.sandbox.budget import TooCostly
from coldpress.web.site import Site
from coldpress.web.site_files import (
    DEEPEST,
    FileText,
    file_of,
    inclusions_of,
    read_shown,
    source_of,
    text_of,
    too_large,
)
from coldpress.web.sites import site_of_endpoint, sites_of
from coldpress.web.template_bodies import run_body, written_body
from coldpress.web.theme_file import image_places

_OF_SOURCES = frozenset(["meta", "params", "body", "summary", "text"])
_OF_ANYBODY = frozenset(["term", "nav"])  # kinds of reads that may return text of any page
_ATTRIBUTE = re.compile(r"\battributes\.(\w+)")
_LINES = re.compile(r"(\d*)(?:-(\d*))?")
_HOLDS_ITSELF, _TOO_LARGE = "holds itself", "makes this page far larger than its text"


def included(site: Site, page: Page, attributes: Mapping[str, str]) -> Markup:
    """The HTML of `::include`: another page's body, or a text file as code.  For a file
    that cannot be shown, which a check reports, the HTML is its name."""
    name = attributes.get("file", "")
    other = site.library.by_source(source_of(page, name))
    if other is not None:
        return _page(site, page, other, name)
    is_too_large = not _showing(site) and source_of(page, name) in too_large(site, page)
    text = None if is_too_large else text_of(site, page, name)
    if text is None:
        return Markup("<p><code>{}</code></p>").format(name)
    said = " ".join(f'{key}="{value}"' for key, value in attributes.items() if key not in ("file", "lang", "lines"))
    language = attributes.get("lang") or posixpath.splitext(name)[1].lstrip(".") or "text"
    info = parse_info_string(f"{language} {said}".strip())
    code = code_block(lines_of(text, attributes.get("lines", "")), info)
    if site.library.trusts(page):
        return Markup(code)
    from coldpress.markdown.html.sanitize import sanitize  # noqa: PLC0415  (only where somebody is not trusted)

    return Markup(sanitize(code))


def not_shown(site: Site, page: Page) -> Iterator[tuple[Component, str]]:
    """The inclusions of a page that are not shown, each with the reason."""
    large: frozenset[str] | None = None
    known: dict[str, str | None] = {}
    for inclusion in inclusions_of(site, page):
        large = too_large(site, page) if large is None else large
        if inclusion.name not in known or inclusion.page:
            known[inclusion.name] = _why_not(site, page, inclusion.page, inclusion.name)
        why = known[inclusion.name] or (_TOO_LARGE if inclusion.source in large else None)
        if why is not None:
            yield inclusion.component, why


def _why_not(site: Site, page: Page, other: Page | None, name: str) -> str | None:
    if other is not None:
        return _HOLDS_ITSELF if other is page else None
    found = file_of(site, page, name)
    if not isinstance(found, str):
        return None
    return CANNOT_BE_SHOWN if found == NOT_THERE else f"{CANNOT_BE_SHOWN}: it {found}"


def embedded(site: Site, page: Page, other: Page, part: str, *, absolute: bool) -> str | None:
    """The HTML of another page's body, or of a part of it by its id, inside a page.  None
    for a part that does not exist, and for what cannot be shown there."""
    title = other.rendered.title
    whole = part in ("", title.id if title else "")
    fragment = other.rendered.html if whole else part_of(other.rendered.html, part)
    return _shown(site, page, other, fragment, absolute=absolute) if fragment else None


def _page(site: Site, page: Page, other: Page, name: str) -> Markup:
    """The HTML of another page's body; its name where that page is being included already."""
    shown = _shown(site, page, other, other.rendered.html)
    return Markup("<p><code>{}</code></p>").format(name) if shown is None else shown


def _showing(site: Site) -> list[str]:
    """The sources of the page being rendered and of the pages included in one another down
    to the current one; empty while nothing is included."""
    showing: list[str] = site.of_request("included").setdefault("", [])
    return showing


def _shown(site: Site, page: Page, other: Page, fragment: Fragment, *, absolute: bool = False) -> Markup | None:
    """The HTML of a fragment of another page; None if that page is being included already
    (a circle), and if it would make the page too large."""
    showing = _showing(site)
    added = [other.source] if showing else [page.source, other.source]
    if other.source in (page.source, *showing) or len(showing) > DEEPEST or (
            not showing and other.source in too_large(site, page)):
        return None
    showing += added
    try:
        html = SlotFiller(site.library, other, elsewhere=True, absolute=absolute, ids=False).html(fragment)
    finally:
        del showing[-len(added):]
    return Markup(without_ids(html)) if site.library.trusts(other) else html


def expanded(site: Site, page: Page) -> ExpandedBody:
    """A page's body with its snippets inserted, after it was rendered if it is a template."""
    options = site.config.markdown
    folders = [site.root / folder for folder in (*options.snippets, site.config.content_dir)]
    trusted = options.trusts(page.source)

    @cache
    def read(name: str) -> FileText | str:
        why = NOT_THERE
        for folder in folders if not Path(name).is_absolute() else ():
            found = read_shown(site, folder, folder / name, trusted=trusted)
            if not isinstance(found, str):
                return found
            why = found if why == NOT_THERE else why
        return why

    every = (read_shown(site, site.root, site.root / name, trusted=True) for name in options.append)
    body, is_trusted = _run(site, page, options) if options.jinja else (written_body(page), trusted)
    made = expand_snippets(body, read, [found for found in every if not isinstance(found, str)])
    files = {origin.file for origin in made.origins if origin.file}
    made.trusted = is_trusted and trusted and _are_trusted(site, files)
    return made


def _run(site: Site, page: Page, options: MarkdownOptions) -> tuple[str, bool]:
    """Render a body as a template; also tell whether it read nothing written by an author
    who is not trusted."""
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
    """Whether all these files are by trusted authors."""
    options = site.config.markdown
    folder = relative_name((site.root / site.config.content_dir).resolve(), site.base) + "/"
    return not options.untrusted or all(options.trusts(normalize("NFC", file.removeprefix(folder)))
                                        for file in files if file.startswith(folder))


def lines_of(text: str, lines: str) -> str:
    """The lines of a text by a range such as `3-10`; all lines for an empty range."""
    text = text.replace("\r\n", "\n").rstrip("\n")
    found = _LINES.fullmatch(lines)
    if not found or not lines:
        return text
    first = int(found[1] or 1)
    last = int(found[2]) if found[2] else None if "-" in lines else first
    return "\n".join(text.split("\n")[max(0, first - 1):last])


class SiteHost:
    """What the Library of a site may ask of the site: URLs of endpoints, bodies, components, strings."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def explained(self, reason: BaseException) -> Problem:
        """Returns the problem that an exception of the site's own code stands for."""
        return explain(reason, self._site)

    def link_root(self) -> str:
        """What every link of the site begins with: SCRIPT_NAME and the URL prefix."""
        return self._site.link_root()

    def endpoint_url(self, reference: str) -> str | None:
        """The URL of an endpoint, written `name` or `name?key=value`; None if there is none."""
        site = self._site
        name, _, query = reference.partition("?")
        values = dict(parse_qsl(query))
        url_for: Any = site.environment.globals["url_for"]
        context = nullcontext() if has_request_context() else site.app.test_request_context(
            base_url=f"http://localhost{site.script_root}")
        with context:
            try:
                # Tried first, as a call of `url_for` is recorded as a link, even if it fails.
                site.app.url_map.bind("localhost").build(site.whole_endpoint(name), values)
                return str(url_for(name, **values))
            except (BuildError, ValueError):
                return None

    def is_of_other_site(self, name: str) -> bool:
        """Whether an endpoint belongs to another site of the app."""
        endpoint = self._site.whole_endpoint(name.partition("?")[0])
        return site_of_endpoint(self._site.app, endpoint) not in (None, self._site)

    def answers(self, path: str) -> bool:
        """Whether the app answers at a path of the site, as far as its URL rules tell: their converters find content,
        while the view of an own route may still answer that nothing is there."""
        site = self._site
        try:
            values = site.app.url_map.bind("localhost").match(site.url_prefix + path, method="GET")[1]
        except RequestRedirect:  # a folder without its slash
            return True
        except Exception:  # noqa: BLE001  (nothing is there, or whatever a converter of the app may raise)
            return False
        return all(value is not None for value in values.values())

    def endpoint_at(self, path: str) -> str | None:
        """The endpoint at a path of the app outside of the site, as `name?key=value`; None if
        no rule matches, or only one that matches any path."""
        site = self._site
        if not site.url_prefix or f"{path}/".startswith(f"{site.url_prefix}/"):
            return None
        for other in sites_of(site.app):
            page = other.library.at(path.removeprefix(other.url_prefix)) if f"{path}/".startswith(
                f"{other.url_prefix}/") and other is not site else None
            if isinstance(page, Page):
                return f"{other.name}.page?page={quote(page.source)}"
        urls = site.app.url_map.bind("localhost")
        for candidate in (path, f"{path}/"):
            try:
                rule, values = urls.match(candidate, method="GET", return_rule=True)
                written = {name: str(value) for name, value in values.items()}
                is_theirs = rule.endpoint != "static" and not rule.rule.startswith("/<")
                if is_theirs and unquote(urls.build(rule.endpoint, written)) == candidate:
                    name = f"{PREFIX}{rule.endpoint}" if rule.endpoint in site.endpoints else str(rule.endpoint)
                    return name + ("?" + urlencode(written, quote_via=quote) if written else "")
            except Exception:  # noqa: BLE001  (converters are the app's and may raise anything)
                continue
        return None

    def values_of(self, name: str) -> Sequence[str] | None:
        """The names of the values that an endpoint needs, by its rule with the fewest; None if
        there is no such endpoint."""
        rules = self._site.app.url_map.iter_rules
        endpoint = self._site.whole_endpoint(name)
        return min((sorted(rule.arguments) for rule in rules() if rule.endpoint == endpoint), key=len, default=None)

    def is_live(self, name: str) -> bool:
        """Whether the view of an endpoint is marked as live."""
        view = self._site.app.view_functions.get(self._site.whole_endpoint(name))
        mark = mark_of(view) if view else None
        return bool(mark and mark.live)

    def answers_get(self, name: str) -> bool:
        """Whether an endpoint answers GET requests."""
        endpoint = self._site.whole_endpoint(name)
        return any("GET" in (rule.methods or ()) for rule in self._site.app.url_map.iter_rules()
                   if rule.endpoint == endpoint)

    @property
    def endpoint_names(self) -> Iterable[str]:
        """The endpoints of the app, the site's own also by their short names."""
        return [*self._site.endpoints, *self._site.app.view_functions]

    def expanded(self, page: Page) -> ExpandedBody:
        """A page's body with its snippets inserted; a body that is a template is rendered in a
        sandbox, and a mistake in it is reported at its line."""
        return expanded(self._site, page)

    def not_shown(self, page: Page) -> Iterable[tuple[Component, str]]:
        """The inclusions of a page that are not shown, each with the reason."""
        return not_shown(self._site, page)

    def embedded(self, page: Page, other: Page, part: str, *, absolute: bool) -> str | None:
        """The HTML of another page's body, or of a part of it, inside a page."""
        return embedded(self._site, page, other, part, absolute=absolute)

    def callout_title(self, page: Page, kind: str) -> str:
        """The title of a callout that has none of its own, in the page's language."""
        return self._site.strings.say(page.lang, f"callouts.{kind}")

    def image_place(self, name: str) -> ImagePlace | None:
        """A place in which the theme shows pictures; None if it has no such place."""
        return image_places(self._site.theme).get(name)

    def phrase(self, page: Page, key: str) -> str:
        """A text of the theme in the page's language."""
        return self._site.strings.say(page.lang, key)

    def group_name(self, name: str) -> str:
        """The heading of a collection or a taxonomy, in the site's language."""
        return self._site.group_name(name)

    def directive(self, page: Page, component: Component, variables: Mapping[str, Any]) -> str | None:
        """Returns the HTML of a directive whose function is registered; None if none is, or a template
        of the site goes before it.  Raises `ColdpressError` if the function fails."""
        registry, name = self._site.registry, component.name
        function = registry.directives.get(name)
        if function is None or self._has_own_template(name):
            return None
        owner = registry.owners.get(("directive", name))
        if owner is not None:
            recorder.read("plugin", owner.name)
        try:
            html = function(Directive(**variables))
            if not isinstance(html, str):
                raise TypeError(f"it returned {html!r}, which is no HTML")
        except ColdpressError:
            raise
        except (Exception, SystemExit) as reason:
            place = self._place(page, component)
            if owner is not None:
                raise ColdpressError(failure(owner.name, reason, place, f" at `{name}`")) from reason
            problem = explain(reason, self._site)
            raise ColdpressError(replace(problem, message=f"the directive `{name}`: {problem.message}",
                                         also=(place,))) from reason
        return html

    def _place(self, page: Page, component: Component) -> Place:
        with recorder.unrecorded():
            return place_in(self._site.library, page, component.line, component.column, len(component.name))

    def _has_own_template(self, name: str) -> bool:
        """Whether the site has a template for a component, before the theme's."""
        template = f"components/{name}.html"
        with suppress(TemplateNotFound):
            self._site.environment.get_template(template)
            return self._site.environment.is_own(template)
        return False

    def component(self, page: Page, component: Component, variables: Mapping[str, Any]) -> str | None:
        """Render `components/NAME.html`; None if there is no such template.  Raises `ColdpressError`, with
        the component's place too, if the template fails."""
        name = f"components/{component.name}.html"
        try:
            template = self._site.environment.get_template(name)
        except TemplateNotFound as reason:
            if reason.name != name:
                raise
            return None
        try:
            return template.render(variables)
        except (ColdpressError, TooCostly):
            raise
        except (Exception, SystemExit) as reason:
            raise ColdpressError(replace(explain(reason, self._site), also=(self._place(page, component),))) from reason

    @property
    def component_names(self) -> Iterable[str]:
        """The names of the templates in `components/`."""
        return [*self._site.registry.directives, *(
            name[len("components/"):-len(".html")] for name in self._site.template_names
            if name.startswith("components/") and name.endswith(".html"))]

    def component_attributes(self, name: str) -> Collection[str]:
        """The attributes that the template of a component of the theme names; none for another component."""
        template = f"components/{name}.html"
        recorder.read("template", template)
        is_theme_s = name not in self._site.registry.directives and not self._site.environment.is_own(template)
        return _attributes_in(name) if is_theme_s else ()


@cache
def _attributes_in(component: str) -> frozenset[str]:
    """Returns the attributes that the theme's template of a component names, and those of any element."""
    file = THEME / "templates/components" / f"{component}.html"
    return frozenset([*_ATTRIBUTE.findall(file.read_text("utf-8")), "id", "class"]) if file.is_file() else frozenset()
