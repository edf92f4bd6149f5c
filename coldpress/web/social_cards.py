"""The social cards of a site: which pages have one, what it says, where it is, and its bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from flask import Flask

from coldpress import recorder
from coldpress.config.loader import Config
from coldpress.content.feeds import Cover, shared_image
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.content.slots import Host
from coldpress.content.taxonomy import Term
from coldpress.errors import Place, Problems
from coldpress.extras import pip_install
from coldpress.images.facts import DamagedImageError
from coldpress.images.index import can_read_images, has_digest
from coldpress.images.service import ImageService
from coldpress.paths import NAME_HASH, name_hash
from coldpress.text import did_you_mean
from coldpress.web.code_versions import CodeVersions
from coldpress.web.named_files import NamedFile, NamedFiles
from coldpress.web.registry import Registry, code_context
from coldpress.web.strings import Strings, is_rtl

if TYPE_CHECKING:
    from coldpress.images.cards import CardLook
    from coldpress.images.fonts import Font

SIZE = 1200, 630
CARD_NAME = rf"(?:.*[/.])?card\.{NAME_HASH}\.png"
"""What the names of cards look like, as a regular expression without groups."""
_NAME = re.compile(rf"(.*/)card\.{NAME_HASH}\.png|(.+)\.card\.{NAME_HASH}\.png", re.S)
_FONT = Path(__file__).parents[1] / "images" / "inter-display.ttf"
_NAMED_CHARACTERS = 12  # that a warning lists


ListText = Callable[[], tuple[str, str]]
"""What returns the title and the label of a list."""


class Card(NamedTuple):
    """The card of the page at `of`: its own path, what it says, and the key under which it is kept."""

    of: str
    path: str
    title: str
    label: str
    language: str
    key: str
    page: Page | None = None


class _KnownCards(NamedTuple):
    """The cards of one Library in one look, as they are asked for, and its lists without pages."""

    library: Library | None
    look: str
    lists: Mapping[str, ListText]
    cards: dict[str, Card | None]


class CardSite(Protocol):
    """The part of a site that cards need: `site.Site`."""

    app: Flask
    root: Path
    base: Path
    config: Config
    images: ImageService
    registry: Registry
    code: CodeVersions
    strings: Strings
    host: Host[Any]

    @property
    def library(self) -> Library: ...

    def group_name(self, name: str) -> str: ...

    def config_place(self, *keys: str | int) -> Place: ...


class SocialCards:
    """The cards of one site."""

    def __init__(self, site: CardSite) -> None:
        self._site = site
        self._files = NamedFiles(site)
        self._is_broken = False
        self._known = _KnownCards(None, "", {}, {})
        self._looks: tuple[object, CardLook | None] = None, None

    @property
    def is_on(self) -> bool:
        """Whether the site has cards, and can draw them."""
        return self._site.config.social_cards.is_on and can_read_images() and not self._is_broken

    def of(self, path: str) -> Card | None:
        """Returns the card of the page or list at a path; None if it has none.  What it depends on is recorded."""
        if not self._site.config.social_cards.is_on:
            return None
        recorder.read("card", path)
        self._named_files()
        with recorder.unrecorded():
            return self._find(path) if self.is_on else None

    def key_of(self, path: str) -> str | None:
        """Returns a text that changes with the card of a path; None if it has none."""
        card = self.of(path)
        return card.key if card else None

    def at(self, path: str) -> Card | None:
        """Returns the card that is at a path itself; None if none is."""
        found = _NAME.fullmatch(path) if self.is_on else None
        card = self.of(found[1] or f"{found[2]}.html") if found else None
        return card if card and card.path == path else None

    def all(self) -> Iterator[Card]:
        """Yields all cards."""
        if self.is_on:
            library = self._site.library
            pages = (page.path for page in library.all_pages if library.list_pages.get(page.path, page) is page)
            yield from filter(None, map(self.of, dict.fromkeys((*pages, *_lists(self._site, library)))))

    def cover(self, path: str) -> Cover | None:
        """Returns the card of a path as the picture that metadata name; None without a `base_url`."""
        card = self.of(path) if self._site.config.base_url else None
        if card is None:
            return None
        return Cover(self._site.library.absolute(card.path) or "", card.title, "image/png", None, *SIZE)

    def png(self, card: Card) -> bytes:
        """Returns the bytes of a card, which is drawn unless it is kept.  Raises `images.facts.DamagedImageError`."""
        from coldpress.images.cards import CardText, draw_card  # noqa: PLC0415  (Pillow is an extra)

        kept = self.kept(card)
        if kept is None:
            text = CardText(card.title, self._site.config.title, card.label, card.language, is_rtl(card.language))
            name = self._site.config.social_cards.template
            draw = self._site.registry.social_cards[name][0] if name else None
            with recorder.unrecorded():
                look = self._look()
            kept = draw_card(text, look, draw and self._in_context(draw))
            with recorder.unrecorded():
                if all(has_digest(*file) for file in (look.logo, look.background) if file):
                    self._site.images.keep(card.key, "png", kept)
        return kept

    def kept(self, card: Card) -> bytes | None:
        """Returns the bytes of a card if they are kept."""
        with recorder.unrecorded():
            return self._site.images.store.read(card.key, "png")

    def check(self, library: Library, problems: Problems) -> None:
        """Reports files that cannot be used, and titles that the fonts cannot show."""
        options, place = self._site.config.social_cards, self._site.config_place
        if not options.is_on:
            return
        if not can_read_images():
            problems.warn("cards.pillow", "`social_cards` need Pillow, so there are none", place("social_cards"),
                          f"run {pip_install('images')}")
            return
        for option, names in options.files.items():
            for name in names:
                if self._files.find(name) is None:
                    problems.error("cards.file", f"`social_cards`: there is no file `{name}`",
                                   place("social_cards", option), "put it into the content folder or into `static/`"
                                   + (", or a font into the site's folder" if option == "font" else ""))
        templates = self._site.registry.social_cards
        if options.template is not None and options.template not in templates:
            problems.error("cards.template", f"`social_cards`: there is no template `{options.template}`",
                           place("social_cards", "template"), did_you_mean(options.template, templates)
                           or f'register it in `build.py` with `@site.social_card("{options.template}")`')
        self._check_pictures(problems)
        self._check_titles(library, problems)
        self._is_broken = any(problem.code.startswith("cards.") for problem in problems.errors)

    def _check_pictures(self, problems: Problems) -> None:
        """Reports a picture that cannot be opened."""
        from coldpress.images.drawings import can_read_svg  # noqa: PLC0415  (few sites have cards)

        options = self._site.config.social_cards
        for option in ("logo", "background"):
            for name in options.files.get(option, ()):
                file, place = self._files.find(name), self._site.config_place("social_cards", option)
                if file and file.path.suffix.lower() == ".svg" and not can_read_svg():
                    problems.error("cards.svg", f"`social_cards`: `{name}` needs resvg", place,
                                   f"run {pip_install('images')}, or name a PNG")
                elif file and (fault := self._fault(file)):
                    problems.error("cards.file", f"`social_cards`: `{name}` cannot be shown: {fault}", place,
                                   "save it anew")

    def _fault(self, file: NamedFile) -> str:
        """Returns why a picture cannot be shown; an empty text if it can."""
        if file.path.suffix.lower() != ".svg":
            return self._site.images.facts_of(file.path, file.digest).fault
        from coldpress.images.drawings import drawn  # noqa: PLC0415  (few logos are SVG)

        try:
            drawn(file.path, 1, 1)
        except DamagedImageError as reason:
            return str(reason)
        return ""

    def _check_titles(self, library: Library, problems: Problems) -> None:
        """Warns of characters that no font has, and of letters that cannot be joined."""
        from coldpress.images.fonts import FontError, by_script, can_shape, missing_from  # noqa: PLC0415  (Pillow is an extra)
        from coldpress.images.typesetting import needs_shaping  # noqa: PLC0415

        place = self._site.config_place("social_cards")
        try:
            fonts = self._fonts()
            titles = [(page.unrecorded.title, page) for page in library.all_pages if not shared_image(library, page)]
            for font in fonts:
                font.at(64)
            missing = {page: found for title, page in titles if (found := "".join(missing_from(title, fonts)))}
        except FontError as reason:
            problems.error("cards.font", f"`social_cards`: a font cannot be used: {reason}", place,
                           "name another one; fonts of colour pictures cannot be drawn in every size")
            return
        if missing:
            page, found = next(iter(missing.items()))
            others = len(missing) - 1
            more = f" and {others:,} other title{'s' * (others > 1)} need" if others else " needs"
            scripts = by_script("".join(missing.values()))
            most = max(1, _NAMED_CHARACTERS // len(scripts))
            named, files = "".join(chars[:most] for chars in scripts.values()), ", ".join(scripts)
            problems.warn("cards.glyph", f"no font of the social cards has `{named}`, which this title{more}",
                          page.document.place_of("title") or Place(page.document.source.name),
                          f"name fonts that have them: `social_cards: {{font: [{files}]}}`" if len(scripts) > 1 else
                          f"name a font that has them: `social_cards: {{font: {files}}}`")
        shaped = next((page for title, page in titles if needs_shaping(title)), None)
        if shaped is not None and not can_shape():
            problems.warn("cards.shaping", "this Pillow cannot join letters: social cards show this title wrongly",
                          shaped.document.place_of("title") or Place(shaped.document.source.name),
                          "install FriBiDi, such as `libfribidi0`, beside Pillow")

    def _find(self, path: str) -> Card | None:
        library, look = self._site.library, self._look().key
        known = self._known
        if known.library is not library or known.look != look:
            known = self._known = _KnownCards(library, look, _lists(self._site, library), {})
        if path not in known.cards:
            known.cards[path] = self._made(library, path, known)
        return known.cards[path]

    def _made(self, library: Library, path: str, known: _KnownCards) -> Card | None:
        from coldpress.images.cards import CardText, card_key  # noqa: PLC0415  (Pillow is an extra)

        found = library.at(path)
        page = found if isinstance(found, Page) else library.list_pages.get(path)
        if page is not None:
            if shared_image(library, page):
                return None
            title, label, language = page.title, self._label(page), page.lang
        elif path in known.lists:
            (title, label), language = known.lists[path](), self._site.config.language
        else:
            return None
        key = card_key(CardText(title, self._site.config.title, label, language, is_rtl(language)), known.look)
        stem = path if path.endswith("/") else f"{path.removesuffix('.html')}."
        return Card(path, f"{stem}card.{name_hash(key)}.png", title, label, language, key, page)

    def _label(self, page: Page) -> str:
        """Returns the line below the title: the date of a post, the section of another page."""
        if page.kind == "post" and page.date is not None:
            return self._site.strings.date_in(page.lang, page.date, "long")
        if page.path == "/":
            return self._site.config.description
        above = page.ancestors
        return above[-1].title if above else ""

    def _named_files(self) -> dict[str, list[NamedFile]]:
        """Returns the files that the options name and that are there."""
        return {option: [file for name in names if (file := self._files.find(name))]
                for option, names in self._site.config.social_cards.files.items()}

    def _fonts(self) -> tuple[Font, ...]:
        """Returns the fonts of the config, then the one that comes with Coldpress."""
        from coldpress.images.fonts import Font  # noqa: PLC0415  (Pillow is an extra)

        named = (self._files.find(name) for name in self._site.config.social_cards.font)
        return (*(Font(*file) for file in named if file), Font(_FONT, "inter-display"))

    def _look(self) -> CardLook:
        from coldpress.images.cards import CardLook, FileOf  # noqa: PLC0415  (Pillow is an extra)
        from coldpress.images.colours import is_dark, oklch_of, palette, rgb_of, rgb_of_oklch, surface  # noqa: PLC0415

        options, theme, files = self._site.config.social_cards, self._site.config.theme, self._named_files()
        made_of = options, theme, repr(files)
        if self._looks[0] == made_of and self._looks[1]:
            return self._looks[1]
        pictures = {name: FileOf(*found[0]) for name, found in files.items() if found and name != "font"}
        page = None
        with suppress(ValueError):
            page = rgb_of(options.background) if options.background and "background" not in options.files else None
        colours = palette(theme.preset, theme.accent, is_dark="background" in pictures or bool(page and is_dark(page)))
        version = ""
        if options.template in self._site.registry.social_cards:
            version = self._site.code.of_fence(self._site.registry.social_cards[options.template][1]) or ""
        if page:
            colours = colours._replace(page=oklch_of(page))
        look = CardLook(
            page or rgb_of_oklch(colours.page), rgb_of_oklch(colours.ink), rgb_of_oklch(colours.soft),
            rgb_of_oklch(colours.accent), rgb_of_oklch(surface(theme.accent, colours)), self._fonts(),
            pictures.get("logo"), pictures.get("background"), options.template or "", version)
        self._looks = made_of, look
        return look

    def _in_context(self, draw: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            with code_context(self._site):
                return draw(*arguments)

        return run


def _lists(site: CardSite, library: Library) -> Mapping[str, ListText]:
    """Returns the lists that may have no page of their own by path, each with what gives its title and its label."""
    language = site.config.language
    found: dict[str, ListText] = {"/": lambda: (site.config.title, site.config.description)}
    named = {collection.path: name for name, collection in library.collections.items() if collection.posts}
    named |= {taxonomy.path: name for name, taxonomy in library.groups.items() if taxonomy.terms}
    found |= {path: partial(_named, site, name) for path, name in named.items()}
    found |= {term.path: partial(_of_term, site, term) for taxonomy in library.groups.values()
              for term in taxonomy.terms if term.has_page}
    return found | ({"/archive/": lambda: (site.strings.say(language, "archive"), "")} if len(library.posts) else {})


def _named(site: CardSite, name: str) -> tuple[str, str]:
    return site.group_name(name), ""


def _of_term(site: CardSite, term: Term) -> tuple[str, str]:
    return term.title, site.group_name(term.taxonomy)
