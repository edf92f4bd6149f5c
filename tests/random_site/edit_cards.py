"""Edits of social cards and icons: their options, and the files that these name."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from random_site.registry import edit
from random_site.site import RandomSite

FONT = Path(__file__).parents[2] / "coldpress/images/inter-display.ttf"


def _write_files(site: RandomSite) -> None:
    """Write a font and a mark beside the content, of other bytes each time."""
    out = io.BytesIO()
    Image.new("RGB", (520, 520), (site.rng.randint(0, 255), 90, 40)).save(out, "PNG")
    site.write(site.base / "cards/mark.png", out.getvalue())
    site.write(site.base / "cards/font.ttf", FONT.read_bytes() + bytes([site.rng.randint(0, 255)]))


@edit
def social_cards(site: RandomSite) -> str:
    """Off after each edit but a few: to draw all cards takes seconds."""
    _write_files(site)
    value = site.rng.choice([
        None, None, True, {"background": "#102a43"}, {"logo": "cards/mark.png", "font": "cards/font.ttf"}])
    site.config.pop("social_cards", None)
    if value is not None:
        site.config["social_cards"] = value
    site.save_config()
    return f"social_cards: {value}"


@edit
def files_of_cards(site: RandomSite) -> str | None:
    if not (site.base / "cards").exists():
        return None
    _write_files(site)
    return "a font and a mark"


@edit
def favicon_of_the_config(site: RandomSite) -> str:
    _write_files(site)
    if site.config.pop("favicon", None) is None:
        site.config["favicon"] = "cards/mark.png"
    site.save_config()
    return f"favicon: {site.config.get('favicon')}"


@edit
def accent(site: RandomSite) -> str:
    site.config["theme"] = {**site.config.get("theme", {}), "accent": site.rng.choice(["teal", "#c2410c", "#333"])}
    site.save_config()
    return "accent"
