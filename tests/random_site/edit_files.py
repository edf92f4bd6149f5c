"""Edits of static files that name one another, and of whether their names carry hashes."""

from __future__ import annotations

from random_site.initial_code import FILES
from random_site.registry import edit
from random_site.site import RandomSite

NAMED = ("more.css", "fonts/own.woff2", "lib.js", "app.js", "no.png")
"""Files that others name; of these `app.js` must be there, as a view and a template name it."""
TARGETS = ('@import "more.css";', "@import url(my.css);", "@font-face { src: url(fonts/own.woff2?x#y) }",
           "a { background: url('no.png') }", 'b { background: image-set("no.png" 1x, url(deep/other.js) 2x) }',
           "i { background: url(../theme/favicon.svg) }", '/* url("no.png") */', "/*# sourceMappingURL=lib.js */")


@edit
def names_with_hashes(site: RandomSite) -> str:
    site.config["hashed_static"] = not site.config.get("hashed_static")
    site.save_config()
    return str(site.config["hashed_static"])


@edit
def named_file_changed(site: RandomSite) -> str | None:
    there = [name for name in NAMED if site.path("static", name).exists()]
    name = site.rng.choice(there)
    site.bump(site.path("static", name), keep_time=site.rng.random() < 0.5)
    return name


@edit
def named_file_comes_or_goes(site: RandomSite) -> str:
    name = site.rng.choice([name for name in NAMED if name != "app.js"])
    file = site.path("static", name)
    if file.exists():
        site.unlink(file)
        return f"- {name}"
    site.write(file, FILES.get(f"static/{name}", "mark 0000"))
    return f"+ {name}"


@edit
def style_sheet_names_others(site: RandomSite) -> str:
    name = site.rng.choice(["my.css", "more.css"])
    targets = site.rng.sample(TARGETS, site.rng.randint(0, 4))
    site.write(site.path("static", name), "\n".join(["/* mark 0000 */", *targets]))
    return f"{name}: {targets}"


@edit
def script_imports_others(site: RandomSite) -> str:
    lines = ['import "./lib.js";', 'export * from "./deep/other.js";', 'import("./app.js");', 'import "./nowhere.js";',
             'const font = new URL("fonts/own.woff2", import.meta.url);']
    name, chosen = site.rng.choice(["app.js", "lib.js"]), site.rng.sample(lines, site.rng.randint(0, 3))
    site.write(site.path("static", name), "\n".join(["// mark 0000", *chosen]))
    return f"{name}: {chosen}"
