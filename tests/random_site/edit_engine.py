"""Edits of the Markdown engine: native or Python-Markdown, its extensions, their code and what they read."""

from __future__ import annotations

from random_site.registry import other_edit
from random_site.site import RandomSite

EXTENSION = '''"""An extension: it puts words from a file, a folder and a variable behind some lines."""

import os
from pathlib import Path

from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

HERE = Path(__file__).parent


class Behind(Preprocessor):
    def run(self, lines):
        return [self.line(line) for line in lines]

    def line(self, line):
        if line.endswith("a"):
            return f"{line} {(HERE / 'behind.txt').read_text('utf-8')} NUMBER"
        if line.endswith("b"):
            return f"{line} {sorted(name for name in os.listdir(HERE) if name.startswith('behind'))}"
        if line.endswith("e."):
            return f"{line} {os.environ.get('COLDPRESS_WORD')}"
        return line


class BehindExtension(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(Behind(md), "behind", 35)


def makeExtension(**options):
    return BehindExtension(**options)
'''


@other_edit
def engine_of_markdown(site: RandomSite) -> str:
    if "markdown" in site.config and site.rng.random() < 0.4:
        site.config.pop("markdown")
        site.save_config()
        return "native"
    if not (site.base / "behind.py").exists():
        site.write(site.base / "behind.py", EXTENSION)
        site.write(site.base / "behind.txt", site.words(1, 3))
    extensions = ["behind", *site.rng.sample(["tables", "footnotes", "toc", "attr_list", "smarty"], 3)]
    options = {"toc": {"permalink": True}} if "toc" in extensions and site.rng.random() < 0.5 else {}
    site.config["markdown"] = {
        "engine": "python-markdown", "extensions": extensions, "extension_configs": options,
        "heading_ids": site.rng.choice(["github", "python-markdown"])}
    site.save_config()
    return f"{extensions} {options}"


@other_edit
def code_of_the_extension(site: RandomSite) -> str | None:
    file = site.base / "behind.py"
    if not file.exists():
        return None
    site.write(file, EXTENSION.replace("NUMBER", str(next(site.numbers))))
    return "behind.py"


@other_edit
def file_of_the_extension(site: RandomSite) -> str | None:
    if not (site.base / "behind.txt").exists():
        return None
    if site.rng.random() < 0.3:
        name = f"behind{next(site.numbers)}.txt"
        site.write(site.base / name, "")
        return name
    site.write(site.base / "behind.txt", f"{site.words(1, 3)} {site.rng.choice(['', '[x](../about.md)'])}")
    return "behind.txt"
