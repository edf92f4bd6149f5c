"""What fences say of their code, and how it is shown."""

from __future__ import annotations

import re
from math import cos, radians, sin

import pytest
from conftest import theme_css

from coldpress.markdown.code.code_blocks import FenceInfo, code_block, parse_info_string
from coldpress.markdown.native import Renderer

CSS = theme_css()


def said(text):
    """What an info line says, but for what is ignored."""
    info = parse_info_string(text)
    found = {"title": info.title, "marked": sorted(info.marked), "added": sorted(info.added),
             "removed": sorted(info.removed), "first": info.first}
    return info.language, {key: value for key, value in found.items() if value not in ("", [], None)}


@pytest.mark.parametrize(("text", "language", "rest"), [
    # GitHub
    ("", "", {}), ("python", "python", {}), ("C++", "c++", {}), ("F#", "f#", {}), ("ruby foo", "ruby", {}),
    # ours, Docusaurus, Starlight, Gatsby
    ('js title="src/x.js" {1,3-5} linenums', "js", {"title": "src/x.js", "marked": [1, 3, 4, 5], "first": 1}),
    ("jsx title='/src/Hello.js' showLineNumbers=5", "jsx", {"title": "/src/Hello.js", "first": 5}),
    ("js {1, 3 - 5}", "js", {"marked": [1, 3, 4, 5]}),
    ('js title="a" ins={3-4} del={2} mark={1} "text" /re/', "js",
     {"title": "a", "added": [3, 4], "removed": [2], "marked": [1]}),
    ('js ins="return 5" {"Label":5}', "js", {}),
    ("js startLineNumber=5 collapse={1-5}", "js", {"first": 5}),
    ("js:title=src/x.js", "js", {"title": "src/x.js"}),
    ("js{1-3}{numberLines: 5}", "js", {"marked": [1, 2, 3], "first": 5}),
    ("js {1,3-4}#a /word/ caption=\"x\" showLineNumbers{5}", "js", {"marked": [1, 3, 4], "title": "x", "first": 5}),
    # VitePress, Nuxt
    ("js{1,4,6-8}:line-numbers=2 [app.js]", "js", {"marked": [1, 4, 6, 7, 8], "first": 2, "title": "app.js"}),
    ("ts:line-numbers {1}", "ts", {"marked": [1], "first": 1}),
    ("ts:no-line-numbers", "ts", {}),
    ("ts [nuxt.config.ts]{4-5}", "ts", {"title": "nuxt.config.ts", "marked": [4, 5]}),
    # Hugo
    ('go {linenos=inline hl_lines=[3,"6-8"] style=emacs}', "go", {"first": 1, "marked": [3, 6, 7, 8]}),
    ('go {linenos=table,hl_lines=["8","15-17"],linenostart=199}', "go", {"first": 199, "marked": [8, 15, 16, 17]}),
    ('go {lineNos=true lineNoStart=42 hl_Lines="2-4 7"}', "go", {"first": 42, "marked": [2, 3, 4, 7]}),
    ("go{linenos=true}", "go", {"first": 1}), ("go {linenos=false, linenostart=5}", "go", {}),
    # Hexo, Qiita
    ("js app.js https://example.com link text", "js", {"title": "app.js"}),
    ("js app.js mark:1,4-7,10", "js", {"title": "app.js", "marked": [1, 4, 5, 6, 7, 10]}),
    ("js line_number:true first_line:5 wrap:false", "js", {"first": 5}),
    ("python:src/app.py", "python", {"title": "src/app.py"}),
    ("diff_javascript:app.js", "diff_javascript", {"title": "app.js"}),
    ("yaml .github/workflows/ci.yml", "yaml", {"title": ".github/workflows/ci.yml"}),
    # Zola
    ("rust,linenos,hl_lines=2-3", "rust", {"first": 1, "marked": [2, 3]}),
    ("rust,linenos,linenostart=20,hl_lines=3-4 8-9,hide_lines=2,name=mod.rs", "rust",
     {"first": 20, "marked": [3, 4, 8, 9], "title": "mod.rs"}),
    # Pandoc, Python-Markdown, Material for MkDocs
    ('{.haskell .numberLines startFrom="100" #mycode}', "haskell", {"first": 100}),
    ("{#mycode .haskell .numberLines}", "haskell", {"first": 1}), ("haskell {.numberLines}", "haskell", {"first": 1}),
    ('{ .py3 hl_lines="1 3" linenums="1" title="My" }', "py3", {"marked": [1, 3], "first": 1, "title": "My"}),
    ('py title="bubble_sort.py" linenums="1" hl_lines="2 3"', "py",
     {"title": "bubble_sort.py", "first": 1, "marked": [2, 3]}),
    ('py linenums="1 1 2"', "py", {"first": 1}), ("{.language-python}", "python", {}),
    # rustdoc, Quarto, MyST
    ("rust,ignore", "rust", {}), ("rust,compile_fail,E0123", "rust", {}),
    ("{r}", "r", {}), ("{r setup, include=FALSE}", "r", {}), ('{python, fig.cap="x y", echo=2:3}', "python", {}),
    ('{.python filename="run.py" code-line-numbers="1,3"}', "python", {"title": "run.py", "marked": [1, 3]}),
    ('{.python code-line-numbers="true"}', "python", {"first": 1}), ("{{python}}", "python", {}),
    ("{code-block} python", "python", {}), ("{code-cell} ipython3", "ipython3", {}),
    # no language
    ("{1,3}", "", {"marked": [1, 3]}), ('title="x"', "", {"title": "x"}), ("{linenos=true}", "", {"first": 1}),
    # escapes, quotes, what is cut off
    (r'asp.net title="a \"b\" c"', "asp.net", {"title": 'a "b" c'}), ('js title="a &amp; b"', "js", {"title": "a & b"}),
    ('js title="never closed', "js", {"title": "never"}), ("js hl_lines=[1", "js", {}), ("js {", "js", {}),
    ("js {1-99999999999}", "js", {"marked": list(range(1, 10_002))}),
])
def test_every_dialect_is_understood(text, language, rest):
    found, values = said(text)
    if rest.get("title") == "never":
        values["title"] = values["title"][:5]
    assert (found, values) == (language, rest)


@pytest.mark.parametrize(("text", "ignored"), [
    ("js", ()), ("js {1} linenums title=x", ()), ("rust,ignore", ("ignore",)),
    ("go {style=emacs hl_lines=[1]}", ("style=emacs",)), ('js "text" /re/', ('"text"', "/re/")),
    ("py {.cls #id}", (".cls", "#id")), ("js ins=\"return 5\"", ('ins="return 5"',)),
])
def test_what_has_no_meaning_is_known(text, ignored):
    assert parse_info_string(text).ignored == ignored


@pytest.mark.parametrize("part", ["a", "1,", "{", "[", '="', "a.", '"', "a=", "{1", "{#", "./", '\\"', "a:", "| "])
def test_no_info_line_takes_long(part):
    for text in (part * 3000, f"js {part * 3000}", f'js x="{part * 3000}', f'js hl_lines="{part * 3000}x"'):
        assert isinstance(parse_info_string(text), FenceInfo)


@pytest.mark.parametrize(("name", "token"), [
    ("sh", "nb"), ("kt", "kd"), ("mts", "kd"), ("jsonc", "nt"), ("golang", "kn"), ("rs", "kd"), ("vue", "kd"),
    ("Dockerfile", "k"), ("diff-js", "gi"), ("svg", "nt"), ("gradle", "kt"),
])
def test_a_language_goes_by_many_names(name, token):
    source = {"sh": "echo", "kt": "val x", "mts": "let x", "jsonc": '{"a": 1}', "golang": 'import "x"', "rs": "let x",
              "vue": "<script>\nlet x\n</script>", "Dockerfile": "FROM x", "diff-js": "+a", "svg": "<a/>",
              "gradle": "int x"}
    assert f'<span class="{token}">' in code_block(source[name], parse_info_string(name))


@pytest.mark.parametrize("name", ["nosuchlang", "text", "x/y", "constructor", "..", "t" * 3000])
def test_a_language_nobody_knows_is_plain(name):
    html = code_block("if <x>: pass", parse_info_string(name))
    assert "if &lt;x&gt;: pass\n</code>" in html
    assert "<span" not in html


def lines_of(html):
    return re.findall(r'<span class="(line[^"]*)"(?: data-line="([^"]*)")?>', html)


def test_lines_are_numbered_and_marked():
    html = code_block("a\n\nc", parse_info_string("text {1} ins={2} del={3} linenums=9"))
    assert lines_of(html) == [("line hll", " 9"), ("line ins", "10"), ("line del", "11")]
    assert re.sub(r"<[^>]*>", "", html) == "a\n\nc\n"


def test_lines_of_a_diff_are_marked_whole():
    html = code_block("--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same", parse_info_string("diff"))
    assert [names for names, _ in lines_of(html)] == ["line gd", "line gi", "line", "line gd", "line gi", "line"]


def prompts(source, name="console"):
    return re.findall(r'<span class="gp">([^<]*)</span>', code_block(source, parse_info_string(name)))


@pytest.mark.parametrize(("source", "found"), [
    ("$ ls\n# a comment\n$5.00\n  % Total  % Received\n100% done\n> site@1.0 build\n", ["$ "]),
    ("$ docker run \\\n> -it \\\n  x\n> out", ["$ ", "&gt; "]),
    ("# apt install x\nReading\n# ls", ["# ", "# "]),
    ("% ls\n# no", ["% "]),
    ("user@host:~/x$ ls\n(venv) $ ls\n[root@host ~]# ls\nsh-5.1$ ls\n$\nout",
     ["user@host:~/x$ ", "(venv) $ ", "[root@host ~]# ", "sh-5.1$ ", "$"]),
    ("no prompt at all\n", []),
])
def test_only_prompts_are_prompts(source, found):
    assert prompts(source) == found
    assert re.sub(r"<[^>]*>", "", code_block(source, parse_info_string("console"))).split("\n") == [*(
        source.rstrip("\n").replace(">", "&gt;").split("\n")), ""]


def test_a_session_is_one_whatever_it_is_called():
    assert prompts("$ npm i\nadded 1", "bash") == ["$ "]
    assert prompts("echo $HOME", "bash") == []
    assert prompts(">>> 1\n1", "py") == ["&gt;&gt;&gt; "]


# Notes.

FENCE = "Text.\n\n```js wrap=false live\nx\n```\n"


def test_what_is_ignored_is_a_note_under_v(make_site):
    site = make_site({"content/a.md": FENCE})
    assert site.build("--strict").problems == []
    problem, = site.build("-v", "--strict").problems
    assert (problem["code"], problem["severity"]) == ("markup.fence-attribute", "note")
    assert problem["message"].endswith("`wrap=false`, `live`")
    assert (problem["place"]["path"], problem["place"]["line"], problem["place"]["column"]) == ("content/a.md", 3, 1)
    said = site.run("build", "-v")
    assert said.code == 0
    assert "note[markup.fence-attribute]" in said.err
    assert "warning" not in said.out
    assert "note" not in site.run("build").err


def test_a_note_survives_the_cache():
    flaw, = Renderer().render(FENCE).flaws
    assert flaw.severity == "note"


# Colours.

def oklch(text):
    light, chroma, hue = re.match(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)", text).groups()
    a, b = float(chroma) * cos(radians(float(hue))), float(chroma) * sin(radians(float(hue)))
    return float(light) / 100, a, b


def linear(lab):
    light, a, b = lab
    l, m, s = ((light + x * a + y * b) ** 3 for x, y in (  # noqa: E741
        (0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480)))
    return tuple(min(max(value, 0), 1) for value in (
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))


def luminance(rgb):
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def shown(rgb):
    return tuple(12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055 for value in rgb)


def over(top, share, below):
    """A colour laid over another, as browsers do it: in sRGB."""
    mixed = (share * x + (1 - share) * y for x, y in zip(shown(top), shown(below), strict=True))
    return tuple(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in mixed)


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def tones(scheme):
    pairs = re.findall(r"--(\w+): light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)", CSS)
    return {name: linear(oklch(both[scheme])) for name, *both in pairs}


def token_tones():
    found = dict(re.findall(r"\.code :is\(([^)]*)\) \{ color: var\(--(\w+)\); \}", CSS))
    return {token.strip(): tone for tokens, tone in found.items() for token in tokens.split(",")}


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_token_can_be_read_on_every_ground(scheme):
    known, tokens = tones(scheme), token_tones()
    assert len(tokens) > 40
    share, = map(int, re.findall(r"\.code \.line \{.*?var\(--tone\) (\d+)%, transparent", CSS))
    inner, = map(float, re.findall(
        r"\) pre \{ background-image: none; background-color: light-dark\(oklch\(0% 0 0 / ([\d.]+)%\), "
        r"oklch\(0% 0 0 / 25%\)", CSS))
    grounds = {"well": known["well"]}
    boxes = {"page": known["page"], **{tone: over(known[tone], 0.06, known["page"]) for tone in (
        "blue", "accent", "purple", "yellow", "red", "green", "teal", "soft")}}
    grounds |= {f"in {name}": over((0, 0, 0), (inner / 100, 0.25)[scheme], box) for name, box in boxes.items()}
    grounds |= {f"{name}, {tone}": over(known[tone], share / 100, ground) for name, ground in grounds.items()
                for tone in ("accent", "green", "red")}
    poor = [(token, name, round(contrast(known[tone], ground), 2)) for token, tone in {**tokens, "none": "ink"}.items()
            for name, ground in grounds.items() if contrast(known[tone], ground) < 4.5]
    assert poor == []


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_callout_s_title_can_be_read(scheme):
    known = tones(scheme)
    kinds = re.findall(r"\.admonition[^{]*\{ --tone: var\(--(\w+)\)", CSS)
    assert len(kinds) > 7
    for tone in {*kinds, "soft"}:
        assert contrast(known[tone], over(known[tone], 0.06, known["page"])) >= 4.5, tone


def test_no_style_sheet_asks_for_another_file():
    assert set(re.findall(r"url\(\"?(\w+:)", CSS)) == {"data:"}
