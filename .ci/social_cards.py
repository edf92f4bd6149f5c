"""Draws the cards of `content/docs/social-cards.md`.

    python .ci/social_cards.py /usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc

The argument is a font with Chinese characters, which Coldpress does not bring.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from coldpress.web.site_app import create_app  # noqa: E402

SITES = {
    "card-en": ("title: Ada’s kitchen\nlanguage: en\nsocial_cards: {logo: logo.png}\n",
                "A sourdough starter from nothing but rye, water and patience"),
    "card-zh": ("title: 小满的厨房\nlanguage: zh-Hans\ntheme: {preset: serif}\nsocial_cards: {font: font.ttc}\n",
                "“先揉面，再等待”：用一袋黑麦粉养出第一罐天然酵种")}


def main(font: str) -> None:
    """Write the pictures."""
    for name, (config, title) in SITES.items():
        with TemporaryDirectory() as folder:
            site = Path(folder)
            (site / "content/posts").mkdir(parents=True)
            (site / "config.yaml").write_text(f"{config}base_url: https://example.org/\n", "utf-8")
            (site / "content/posts/a.md").write_text(f"---\ntitle: {title}\ndate: 2026-03-12\n---\n", "utf-8")
            copy(ROOT / "content/gallery/card-logo.png", site / "content/logo.png")
            copy(font, site / "content/font.ttc")
            client = create_app(site).test_client()
            url = re.search(r'og:image" content="https://example.org([^"]+)', client.get("/posts/a/").text)
            assert url is not None
            (ROOT / f"content/gallery/{name}.png").write_bytes(client.get(url[1]).data)


if __name__ == "__main__":
    main(*sys.argv[1:])
