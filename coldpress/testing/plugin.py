"""The pytest plugin: fixtures for the tests of a site.

    coldpress_root      the folder of the site
    coldpress_app       its Flask app, made once
    coldpress_site      the site: its Library, its config
    coldpress_client    a client of the app: `coldpress_client.get("/")`
    coldpress_build     the site as a build writes it, into a temporary folder, once

`coldpress_root` and `coldpress_site_name` in the settings of pytest name the folder of the site, and the site of an app
that has several.  Every fixture can be replaced by one of the same name in `conftest.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Coldpress is imported by the fixtures: pytest loads this module in every project of the environment.
if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from coldpress.testing.sites import Built
    from coldpress.web.extension import Coldpress


def pytest_addoption(parser: pytest.Parser) -> None:
    """Pytest's hook: adds the settings."""
    parser.addini("coldpress_root", "folder of the Coldpress site, relative to the root folder of pytest", default="")
    parser.addini("coldpress_site_name", "site of the app, if it has several", default="")


@pytest.fixture(scope="session")
def coldpress_root(pytestconfig: pytest.Config) -> Path:
    """The folder of the site: the setting `coldpress_root`, else the nearest folder with a `build.py` or a
    `config.yaml`, from the root folder of pytest upwards."""
    from coldpress.testing.sites import find_root  # noqa: PLC0415

    given = pytestconfig.getini("coldpress_root")
    return (pytestconfig.rootpath / given).resolve() if given else find_root(pytestconfig.rootpath)


@pytest.fixture(scope="session")
def coldpress_app(coldpress_root: Path, pytestconfig: pytest.Config) -> Flask:
    """The Flask app of the site, in testing mode."""
    from coldpress.testing.sites import make_app  # noqa: PLC0415

    app, _ = make_app(coldpress_root, pytestconfig.getini("coldpress_site_name") or None)
    app.testing = True
    return app


@pytest.fixture
def coldpress_site(coldpress_app: Flask, pytestconfig: pytest.Config) -> Iterator[Coldpress]:
    """The site of the app, in a request context: its `library`, its `config`, `render`."""
    from coldpress.web.extension import get_site  # noqa: PLC0415

    with coldpress_app.test_request_context():
        yield get_site(coldpress_app, pytestconfig.getini("coldpress_site_name") or None)


@pytest.fixture
def coldpress_client(coldpress_app: Flask) -> FlaskClient:
    """A client of the app, which answers every URL of the site, live routes too."""
    return coldpress_app.test_client()


@pytest.fixture(scope="session")
def coldpress_build(coldpress_root: Path, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
                    ) -> Built:
    """The site as a build writes it, in a temporary folder.  What was published before stays as it is."""
    from coldpress.testing.sites import build_site  # noqa: PLC0415

    return build_site(coldpress_root, tmp_path_factory.mktemp("site"),
                      pytestconfig.getini("coldpress_site_name") or None)
