"""The files of hosts, read by the hosts' own packages from npm: `.ci/long` runs it."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

NPM = shutil.which("npm")
PACKAGES = ("netlify-redirect-parser@14.4.0", "@netlify/headers-parser@10.1.1", "@vercel/routing-utils@6.6.0")
pytestmark = pytest.mark.skipif(NPM is None, reason="npm is not installed")
CONFIG = """\
base_url: https://example.org/
csp: theme
redirects:
  /old/: /new/a/
  /caf\u00e9/: /new/\u4e2d\u6587/
  /gone/: {status: 410}
  /was/<path:rest>: {to: /new/<path:rest>, status: 302}
  /blog/<year>/<slug>.html: /new/<slug>/
  /a:b(c)/: /new/a/
  /go/<path:rest>: https://elsewhere.example/in/<path:rest>?from=us
headers:
  "/new/*": {X-One: "1"}
  "/*.png": {X-Two: "2"}
deploy: {host: HOST}
"""
CONTENT = {"content/new/a.md": "---\naliases: [/alias/]\n---\n# A", "content/new/\u4e2d\u6587.md": "# Z"}
NETLIFY = """\
import { parseAllRedirects } from "netlify-redirect-parser";
import { parseAllHeaders } from "@netlify/headers-parser";
const [redirectsFiles, headersFiles] = [[process.argv[2] + "/_redirects"], [process.argv[2] + "/_headers"]];
const redirects = await parseAllRedirects({ redirectsFiles, configRedirects: [], minimal: true });
const headers = await parseAllHeaders({ headersFiles, configHeaders: [], minimal: true });
console.log(JSON.stringify({ redirects, headers: headers.headers, errors: headers.errors.map(String) }));
"""
VERCEL = """\
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const { getTransformedRoutes } = createRequire(import.meta.url)("@vercel/routing-utils");
const config = JSON.parse(readFileSync(process.argv[2] + "/vercel.json"));
delete config.$schema;
const { routes, error } = getTransformedRoutes(config);
console.log(JSON.stringify({ routes, error: error && error.message }));
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A function that runs a module over a folder, with the hosts' packages, and returns what it prints as JSON."""
    folder = tmp_path_factory.mktemp("npm")
    (folder / "package.json").write_text('{"type": "module"}')
    subprocess.run([NPM, "install", "--silent", "--no-audit", "--no-fund", *PACKAGES], cwd=folder, check=True)

    def run(text, site):
        (folder / "run.js").write_text(text)
        done = subprocess.run(["node", "run.js", str(site.root / "site")], cwd=folder, capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_netlify_reads_every_line(make_site, node):
    site = make_site(CONTENT, CONFIG.replace("HOST", "netlify"))
    assert site.build().codes == ["deploy.pattern"]
    told = node(NETLIFY, site)
    assert (told["redirects"]["errors"], told["errors"]) == ([], [])
    found = [(each["from"], each["to"], each["status"], each["force"]) for each in told["redirects"]["redirects"]]
    assert found == [
        ("/alias/", "/new/a/", 301, True), ("/old/", "/new/a/", 301, True),
        ("/caf%C3%A9/", "/new/%E4%B8%AD%E6%96%87/", 301, True), ("/gone/", "/404.html", 410, True),
        ("/a%3Ab(c)/", "/new/a/", 301, True), ("/was/*", "/new/:splat", 302, True),
        ("/go/*", "https://elsewhere.example/in/:splat?from=us", 301, True)]
    assert [each["for"] for each in told["headers"]] == ["/theme/*", "/*", "/new/*", "/*.png"]
    assert told["headers"][1]["values"]["Content-Security-Policy"].startswith("default-src 'none'; ")


def test_vercel_takes_the_file_and_its_patterns_match(make_site, node):
    site = make_site(CONTENT, CONFIG.replace("HOST", "vercel"))
    assert site.build("--strict").code == 0
    told = node(VERCEL, site)
    assert told.get("error") is None
    (site.root / "site/asked.json").write_text("{}")
    ask = VERCEL + """
const asked = %s.map((path) => {
  const route = routes.find((each) => each.status && each.headers?.Location && new RegExp(each.src).test(path)
    && !each.src.includes("(?!"));
  if (!route) return [path, 404, ""];
  const match = new RegExp(route.src).exec(path);
  const target = route.headers.Location.replace(/\\$(\\w+)/g, (_, key) => match[key] ?? match.groups?.[key]);
  return [path, route.status, target];
});
console.log(JSON.stringify(asked));
"""
    asked = {"/old/": (301, "/new/a/"), "/alias/": (301, "/new/a/"), "/caf%C3%A9/": (301, "/new/%E4%B8%AD%E6%96%87/"),
             "/was/a/b/": (302, "/new/a/b/"), "/was/pic.png": (302, "/new/pic.png"), "/a:b(c)/": (301, "/new/a/"),
             "/blog/2024/a.html": (301, "/new/a/"), "/go/x/": (301, "https://elsewhere.example/in/x/?from=us")}
    text = ask.replace("console.log(JSON.stringify({ routes, error: error && error.message }));\n", "")
    assert {path: (status, location) for path, status, location in node(text % json.dumps(list(asked)), site)} == asked
