"""Mermaid fences: drawn where there is something to draw them with, else shown as code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from conftest import REPOSITORY, missing, wait_until

from coldpress.extras import pip_install
from coldpress.markdown import cache
from coldpress.markdown.code.fences import RegisteredFence
from coldpress.markdown.native import Renderer
from coldpress.plugins import mermaid as diagrams
from coldpress.plugins.mermaid import MermaidProcess
from coldpress.plugins.mermaid_svg import COLORS, page_svg

FLOW = "flowchart LR\n  A[开始] -->|是| B{Go?}\n  B --> C[(Data)]\n"
EVERY = {
    "flowchart": FLOW,
    "graph": "graph TD\n A -->|yes| B\n subgraph one\n B --> C\n end\n style A fill:#f9f,stroke:#333\n",
    "sequence": "sequenceDiagram\n Alice->>Bob: 你好\n Note over Alice,Bob: Note\n loop All\n Bob->>Bob: Think\n end\n",
    "class": "classDiagram\n Animal <|-- Duck\n Animal : +int age\n class Duck{\n +swim()\n }\n",
    "state": "stateDiagram-v2\n [*] --> Still\n Still --> Moving: go\n Moving --> [*]\n",
    "er": "erDiagram\n CUSTOMER ||--o{ ORDER : places\n CUSTOMER {\n string name PK\n }\n",
    "gantt": "gantt\n title Plan\n dateFormat YYYY-MM-DD\n section One\n A task :a1, 2014-01-01, 30d\n",
    "pie": "pie title Pets\n \"Dogs\" : 386\n \"Cats\" : 85\n",
    "git": "gitGraph\n commit\n branch develop\n commit\n checkout main\n merge develop\n",
    "mindmap": "mindmap\n root((root))\n  One\n   Two\n",
    "journey": "journey\n title Day\n section Work\n Make tea: 5: Me\n",
    "timeline": "timeline\n title History\n 2002 : LinkedIn\n",
    "quadrant": "quadrantChart\n title Reach\n x-axis Low --> High\n quadrant-1 We\n A: [0.3, 0.6]\n",
    "xychart": "xychart-beta\n title Sales\n x-axis [jan, feb]\n bar [5, 6]\n",
}


@pytest.fixture
def mmdr():
    return find_spec("mmdr") or missing("mmdr is not installed")


@pytest.fixture
def without(monkeypatch):
    """As where mmdr is not installed."""
    monkeypatch.setattr(diagrams, "_renderer", lambda: None)


FENCES = {"mermaid": RegisteredFence(diagrams.draw, has_attributes=False, shared=True)}


def fence(source, info="mermaid"):
    return f"```{info}\n{source}\n```\n"


def rendered(body):
    found = Renderer(fences=FENCES).render(body)
    return found.html.fill(lambda link: link.target), found


def attributes(html, name):
    return re.findall(rf'\s{name}="([^"]*)"', html)


@pytest.mark.parametrize("kind", EVERY)
def test_every_kind_is_drawn(mmdr, kind):
    html, found = rendered(fence(EVERY[kind]))
    assert found.flaws == ()
    assert html.startswith('<figure class="diagram"><div tabindex="0"><svg ')
    svg = fromstring(re.search(r"<svg.*</svg>", html, re.S)[0])
    assert svg.get("role") == "img"
    assert svg.get("aria-label")
    assert int(svg.get("width")) > 50
    assert re.findall(r"merman|\sdata-|<script|foreignObject|font-family|\son\w+=", html) == []
    for unfit in (COLORS["ink"], COLORS["node"], COLORS["soft"]):
        assert not re.search(rf"(?<!, ){unfit}", html), "the theme's colours are its variables"
    assert len(html) < 12_000


@pytest.mark.parametrize("kind", EVERY)
def test_a_diagram_is_drawn_the_same_again(mmdr, kind):
    assert rendered(fence(EVERY[kind]))[0] == rendered(fence(EVERY[kind]))[0]


def test_ids_are_each_drawing_s_own(mmdr):
    html, _ = rendered("## A\n\n" + "\n".join(map(fence, [*EVERY.values(), *EVERY.values()])))
    ids = attributes(html, "id")
    assert len(ids) == len(set(ids)) > 10
    referred = re.findall(r"url\(#([^)]*)\)", html)
    assert len(referred) > 10
    assert set(referred) <= set(ids)
    assert all(each.startswith("diagram-") for each in ids if each != "a")


def test_a_summary_keeps_its_arrows(mmdr):
    brief = Renderer(fences=FENCES).render(f"{fence(FLOW)}\n<!-- more -->\n\nText").brief
    html = brief.summary.fill(lambda link: link.target)
    assert set(re.findall(r"url\(#([^)]*)\)", html)) <= set(attributes(html, "id"))
    assert "marker-end" in html


def test_what_a_diagram_is_called(mmdr):
    def label(source, info="mermaid"):
        return attributes(rendered(fence(source, info))[0], "aria-label")

    assert label(FLOW) == ["是, 开始, Go?, Data"]
    assert label(FLOW, 'mermaid title="How it goes"') == ["How it goes"]
    assert label(EVERY["pie"]) == ["Pets"]
    html, _ = rendered(fence("flowchart LR\n accTitle: Mine\n accDescr: It says.\n A --> B"))
    assert "aria-label=" not in html
    title, = re.findall(r'<title id="([^"]*)">Mine</title>', html)
    assert attributes(html, "aria-labelledby") == [title]
    assert attributes(html, "aria-describedby")[0] in attributes(html, "id")


def test_a_title_is_a_caption(mmdr):
    html, _ = rendered(fence(FLOW, 'mermaid title="<b>"'))
    assert html.rstrip().endswith("<figcaption>&lt;b&gt;</figcaption></figure>")


def test_an_author_s_own_colours_have_their_like_by_night(mmdr):
    html, _ = rendered(fence("graph LR\n A --> B\n style A fill:#f9f,color:red\n"))
    assert "light-dark(#f9f, oklch(from #f9f " in html
    assert "light-dark(red, oklch(from red " in html


@pytest.mark.parametrize("head", [
    "%%{init: {'theme': 'dark'}}%%\n", "---\ntitle: T\nconfig:\n  theme: forest\n---\n", "%% a comment\n\n",
    "%%{init: {\n 'theme': 'dark'\n}}%%\n%% more\n",
])
def test_the_colours_are_the_theme_s_whatever_stands_before(mmdr, head):
    html, found = rendered(fence(head + FLOW))
    assert found.flaws == ()
    assert "fill:color-mix(in oklab, var(--accent" in html


def test_a_link_can_be_followed(mmdr):
    html, found = rendered(fence('flowchart LR\n A --> B\n click A href "other.md"\n click B href "javascript:x()"\n'))
    assert [link.target for link in found.html.links] == ["other.md"]
    assert attributes(html, "role") == ["group"], "what is in an image cannot be followed"
    assert "javascript" not in html


@pytest.mark.parametrize(("source", "line"), [
    ("flowchart LR\n A --> B\n B --> C[never\n C --> D", 6), ("nonsense", 4), ("", 4),
    ('pie\n "x" : 1\n "y" : z\n', 6), ("sequenceDiagram\n A->>B: hi\n A=>B oops\n B->>A: yes", 6),
])
def test_a_mistake_is_told_at_its_line_and_shown_as_code(mmdr, make_site, source, line):
    site = make_site({"content/a.md": f"Text.\n\n{fence(source)}"})
    problem, = site.build().problems
    assert (problem["code"], problem["severity"], problem["hint"]) == (
        "markup.diagram", "warning", "it is shown as code")
    assert problem["message"].startswith("this diagram is not understood: ")
    assert problem["place"]["line"] == line
    assert '<code class="language-mermaid">' in site.text("a/index.html")


@pytest.fixture
def renderer(monkeypatch, tmp_path):
    """Something else in the renderer's place."""
    made = []

    def use(code, seconds=2.0):
        file = tmp_path / f"renderer{len(made)}.py"
        file.write_text(code)
        made.append(MermaidProcess(str(file), seconds))
        monkeypatch.setattr(diagrams, "_renderer", lambda: made[-1])
        return made[-1]

    yield use
    for each in made:
        each.close()


def test_a_renderer_that_breaks_down_is_told_too(renderer):
    renderer("class PanicException(BaseException): pass\ndef render(text): raise PanicException('index')")
    html, found = rendered(fence(FLOW))
    assert [flaw.code for flaw in found.flaws] == ["markup.diagram"]
    assert '<code class="language-mermaid">' in html


SVG = """import os, re
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>drawn</text></svg>'
def render(text):
    if 'slow' in text:
        %s
    return SVG
"""


@pytest.mark.parametrize("slow", ["os.abort()", "re.match('(a*)*b', 'a' * 40)"])
def test_a_diagram_that_takes_too_long_is_an_error_and_is_tried_again(renderer, make_site, slow):
    made = renderer(SVG % slow, 0.2)
    fences = "\n".join(map(fence, ("flowchart LR", "flowchart slow", "pie")))
    site = make_site({"content/a.md": f"# A\n\n{fences}", "content/b.md": "B"})
    result = site.build()
    assert (result.code, result.places()) == (1, [("markup.diagram-time", "content/a.md", 8)])
    assert not (site.root / "site/a/index.html").exists()
    assert site.build().codes == ["markup.diagram-time"], "it is not kept"
    renderer(SVG % "pass")
    assert site.build().problems == []
    assert site.text("a/index.html").count("drawn</text>") == 3
    assert made.draw("fine").ended is False


def test_the_renderer_s_process_ends_with_who_asks(tmp_path):
    (tmp_path / "renderer.py").write_text("def render(text): return '<svg/>'")
    code = (f"import sys, time\nsys.path.insert(0, {str(REPOSITORY)!r})\n"
            "from coldpress.plugins.mermaid import MermaidProcess\n"
            f"made = MermaidProcess({str(tmp_path / 'renderer.py')!r})\nassert made.draw('x').svg\n"
            "print(made.process.pid, flush=True)\ntime.sleep(100)")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as asking:
        pid = int(asking.stdout.readline())
        asking.kill()
    wait_until(lambda: not is_running(pid))


def is_running(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or ") Z " not in stat.read_text()


def test_threads_and_forks_draw_with_processes_of_their_own(renderer):
    made = renderer("def render(text): return text")
    with ThreadPoolExecutor(4) as threads:
        assert [drawn.svg for drawn in threads.map(made.draw, map(str, range(40)))] == list(map(str, range(40)))
    if hasattr(os, "fork"):
        first = made.process.pid
        reads, writes = os.pipe()
        forked = os.fork()
        if not forked:
            os.write(writes, (made.draw("forked").svg or "").encode())
            os._exit(0)
        os.waitpid(forked, 0)
        assert os.read(reads, 100) == b"forked"
        os.close(reads)
        os.close(writes)
        assert made.draw("still").svg == "still"
        assert made.process.pid == first


def test_what_is_too_much_is_counted_and_told_at_the_diagram(mmdr, make_site):
    every = [f"A{number}" for number in range(30)]
    pairs = [f"{one}-->{other}" for one in every[:22] for other in every[:22] if one != other]
    large = ["flowchart LR\n" + " & ".join(every) + " --> " + " & ".join(each.replace("A", "B") for each in every),
             "flowchart LR\n" + "\n".join(pairs),
             "flowchart LR\n" + "-->".join(every * 20), "flowchart LR\n" + ";".join(["A-->B"] * 301),
             "mindmap\n root\n" + "".join(f"  n{number}\n" for number in range(400)), "pie\n" + '"x" : 1\n' * 5_000,
             "flowchart LR\n A[" + "long " * 5_000 + "]"]
    site = make_site({f"content/f{number}.md": f"# F\n\n{fence(source)}" for number, source in enumerate(large)})
    site.edit({"content/.well-known/x.txt": None})  # which is withheld of who is not trusted
    for config in ("", "markdown: {trusted: false}\n"):
        result = site.edit({"config.yaml": f"base_url: https://example.org/\n{config}"}).build()
        assert result.code == 0
        assert result.places() == [("markup.diagram", f"content/f{number}.md", 4) for number in range(len(large))]
        assert all("too large" in problem["message"] for problem in result.problems)
    labelled = "\n".join(f"A{number} -- a label --> A{number + 1}" for number in range(110))
    assert rendered(fence(f"flowchart LR\n{labelled}"))[1].flaws == ()


def test_a_page_has_so_many_diagrams(renderer):
    renderer(SVG % "pass")
    html, found = rendered(fence("pie") * 130)
    assert html.count("drawn</text>") == 100
    assert html.count("language-mermaid") == 30
    assert [(flaw.line, flaw.message) for flaw in found.flaws] == [
        (302, "only the first 100 diagrams of a page are drawn")]


def test_without_the_extra_it_is_code_with_a_hint(without, make_site):
    site = make_site({"content/a.md": f"Text.\n\n{fence(FLOW)}\n{fence(FLOW)}"})
    problem, = site.build().problems
    assert (problem["code"], problem["severity"]) == ("markup.no-diagrams", "warning")
    assert pip_install("diagrams") in problem["hint"]
    assert (problem["place"]["line"], problem["place"]["column"]) == (3, 1)
    assert site.text("a/index.html").count('<code class="language-mermaid">') == 2


def test_the_cache_knows_whether_it_is_installed(monkeypatch):
    def version(found):
        cache.engine_version.cache_clear()
        monkeypatch.setattr("coldpress.cache.checksum._installed_version",
                            lambda package: found if package == "mmdr" else "1")
        return cache.engine_version()

    try:
        assert len({version("none"), version("0.4.0"), version("0.4.1")}) == 3
    finally:
        monkeypatch.undo()
        cache.engine_version.cache_clear()


def test_nothing_of_a_drawing_runs():
    svg = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="x()"><script>x()</script>'
           '<foreignObject/><text onclick="x()">a &lt;b&gt;</text></svg>')
    html = page_svg(svg, "d")
    assert "x()" not in html
    assert "a &lt;b&gt;" in html
