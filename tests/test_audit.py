"""Our own site under validators that others wrote: in a folder, with COLDPRESS_LONG at `/` too."""

from __future__ import annotations

import os
import shutil

import pytest
from conftest import REPOSITORY, SiteFolder

pytestmark = pytest.mark.audit


BASE_URLS = ["https://example.org/blog/", *["https://example.org/"] * bool(os.environ.get("COLDPRESS_LONG"))]


@pytest.mark.parametrize("base_url", BASE_URLS)
def test_our_own_site_has_no_fault(base_url, audit, tmp_path, capsys):
    root = tmp_path / "own"
    for name in ("content", "templates", "static"):
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, root / name)
    for name in ("build.py", "config.yaml", "requirements.txt"):  # the last one is shown in a page
        shutil.copyfile(REPOSITORY / name, root / name)
    assert SiteFolder(root, capsys).build("--strict", "--base-url", base_url).code == 0
    figures = audit(root / "site", base_url, "html,links,feeds,browser")
    faults = {figure["name"]: figure["examples"] or figure["value"] for figure in figures if figure["level"] == "fail"}
    assert faults == {}
    assert {figure["check"].split()[0] for figure in figures} == {"html", "links", "feeds", "browser"}
