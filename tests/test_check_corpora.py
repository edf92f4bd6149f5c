"""`check` finds in a real site what an independent reader of HTML (html5lib) finds: the same files name the same
missing targets."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import html5lib
import pytest

BASE = "https://example.org/x/"
URLS = {"href", "src", "poster", "data", "srcset"}
FOLDERS = ("docs", "api", "zh-cn/docs")


def elements(file):
    tree = html5lib.parse(file.read_text("utf-8"), namespaceHTMLElements=False)
    return [element for element in tree.iter() if isinstance(element.tag, str)]


def names(page):
    return {element.get("id") for element in page} | {element.get("name") for element in page if element.tag == "a"}


def file_of(path, files):
    path = unquote(path).removeprefix(urlsplit(BASE).path)
    is_folder = not path or path.endswith("/")
    wanted = [f"{path}index.html"] if is_folder else [path, f"{path}/index.html", f"{path}.html"]
    return next((name for name in wanted if name in files), None), path


def what_html5lib_finds(folder: Path):
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    pages = {name: elements(file) for name, file in files.items() if name.endswith(".html")}
    missing, parts = set(), set()
    for name, page in pages.items():
        here = BASE + name.removesuffix("index.html")
        for element in page:
            urls = [value.strip() for key, value in element.attrib.items() if key in URLS - {"srcset"}]
            urls += [each.split()[0] for each in (element.get("srcset") or "").split(", ") if each]
            for url in urls:
                whole, fragment = urldefrag(urljoin(here, url))
                if not whole.startswith(BASE) or url.startswith("data:"):
                    continue
                file, path = file_of(urlsplit(whole).path, files)
                if file is None:
                    missing.add((name, path.removesuffix("index.html")))
                elif element.tag == "a" and fragment and file in pages and unquote(fragment) not in names(pages[file]):
                    parts.add((name, file.removesuffix("index.html"), unquote(fragment)))
    return missing, parts


@pytest.mark.property
def test_check_finds_what_html5lib_finds(shared, make_site):
    site = make_site({}, f"base_url: {BASE}\nsearch: false\n")
    for folder in FOLDERS:
        shutil.copytree(shared / "corpora/hexo-docs/content" / folder, site.root / "content" / folder)
    found = [(each["code"], each["file"], unquote(each["link"]).removeprefix("/x/"))
             for each in site.run("check", "--json").data["found"] if each["file"].endswith(".html")]
    missing, parts = what_html5lib_finds(site.root / "site")
    assert {(file, link) for code, file, link in found
            if code in ("check.broken-link", "check.broken-image", "check.broken-file")} == missing
    assert {(file, *link.split("#", 1)) for code, file, link in found if code == "check.broken-anchor"} == parts
    assert len(missing) > 20 and len(parts) > 20
