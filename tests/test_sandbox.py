"""Bodies that are templates: what they can read, and what is refused; what one may cost."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from jinja2 import Undefined
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

from coldpress.config.yaml_toml import Params
from coldpress.sources.data import Data
from coldpress.web.sandbox.budget import running
from coldpress.web.sandbox.filters import FILTERS, OWN
from coldpress.web.sandbox.views import Function, Group, PageList, View
from coldpress.web.template_bodies import _environment, _variables

CONFIG = ("base_url: https://example.org/\nsearch: false\nmarkdown: {jinja: true, trusted: false}\n"
          "params: {colour: red, sizes: [1, 2]}\nmenu: [{Docs: docs/}]\n")
SITE = {
    "content/docs/_index.md": "---\ntitle: Docs\n---\nAll of it.",
    "content/docs/one.md": "---\ntitle: One\n---\n## Part\n\nx",
    "content/posts/2026-01-01-a.md": "---\ntitle: First\ntags: [x, y]\nauthors: [ann]\nseries: S\n---\nFirst text.",
    "content/posts/2026-01-02-b.md": "---\ntitle: Second\ntags: [x]\naliases: [/posts/old/]\n---\nSecond *text*.",
    "content/pic.txt": "p", "data/authors.yaml": "ann: {name: Ann, bio: Writes.}\n",
    "data/rows.csv": "name,price\nhat,3\ncoat,9\n"}
PAGE = "---\ntitle: Me\nsize: 3\nday: 2026-03-04\n---\n"


def build_bodies(make_site, bodies):
    """One site with a page for each body."""
    files = {f"content/p{number:03}.md": PAGE + body for number, body in enumerate(bodies)}
    return make_site({**SITE, **files}, CONFIG)


READ = [
    ("{{ page.title }} {{ page.url }} {{ page.params.size }} {{ page.params.none }} {{ page.params.day.year }}",
     "Me /p000/ 3 None 2026"),
    ("{% for p in library.posts[:2] %}{{ p.title }} {{ p.url }} {{ p.date.strftime('%d') }};{% endfor %}",
     "Second /posts/b/ 02;First /posts/a/ 01;"),
    ("{{ library.posts|length }} {{ (library.posts|first).title }} {{ (library.posts|last).title }}", "2 Second First"),
    ("{{ library.posts|map(attribute='title')|join(', ') }}", "Second, First"),
    ("{% for g in library.posts|groupby('date.year') %}{{ g.grouper }}: {{ g.list|length }}{% endfor %}", "2026: 2"),
    ("{% for year, posts in library.years().items() %}{{ year }}: {{ posts|length }}{% endfor %}", "2026: 2"),
    ("{% for t in library.taxonomies.tags.terms %}{{ t }} {{ t.url }} {{ t.pages|length }};{% endfor %}",
     "x /tags/x/ 2;y /tags/y/ 1;"),
    ("{{ library.authors.get('ann').about.bio }} {{ library.posts[1].authors[0].name }}", "Writes. Ann"),
    ("{{ library.posts[1].series.name }} {{ library.collections.posts.posts|length }}", "S 2"),
    ("{% for row in data.rows %}{{ row.name }}={{ row['price'] }};{% endfor %}", "hat=3;coat=9;"),
    ("{{ library.data.rows|map(attribute='price')|map('int')|sum }} {{ data.authors.ann.name }}", "12 Ann"),
    ("{{ library.by_source('docs/_index.md').pages|map(attribute='title')|list }}", "[‘One’]"),
    ("{% set one = library.at('/docs/one/') %}{{ one.section.title }} {{ one.nav|length }} {{ one.toc[0].title }}",
     "Docs 2 Part"),
    ("{{ library.posts[0].summary|striptags }} {{ library.posts[1].description }} {{ library.posts[0].words }}",
     "Second text. First text. 2"),
    ("{{ url_for('page', page=library.posts[0]) }} {{ url_for('posts', name='posts', _anchor='x') }}",
     "/posts/b/ /posts/#x"),
    ("{{ now().year > 2000 }} {{ (now() - library.posts[0].date).days > -1 }}", "True True"),
    ("{{ site.title }} {{ site.params.colour }} {{ site.menu[0].title }} {{ library.config.paginate }}",
     "My site red Docs 10"),
    ("{{ page == library.by_source(page.source) }} {{ page in library.posts }} "
     "{{ library.posts[0] in library.posts }}",
     "True False True"),
    ("{% macro m(x, y=2) %}[{{ x }}-{{ y }}{{ caller() if caller }}]{% endmacro %}{{ m(1) }}"
     "{% call m(3) %}z{% endcall %}",
     "[1-2][3-2z]"),
    ("{% set ns = namespace(n=0) %}{% for i in range(5) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "10"),
    ("{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }} "
     "{% set j = joiner('+') %}{{ j() }}1{{ j() }}2",
     "aba 1+2"),
    ("{{ '%s/%03d'|format('a', 7) }} {{ '{} {x:>1}'.format(1, x='b') }} {{ 'a,b'.split(',')|join('+') }}",
     "a/007 1 b a+b"),
    ("{{ 'x' * 3 }} {{ 2 ** 10 }} {{ '%.1f' % 2.55 }} {{ 'ab'[::-1] }} {{ 'a' ~ 1 }} {{ 7 // 2 }} {{ 7 % 4 }}",
     "xxx 1024 2.5 ba a1 3 3"),
    ("{% if page.titel %}no{% else %}yes{% endif %} {{ nothing|default('d') }} {{ page.date is none }}", "yes d True"),
    ("{% filter upper %}a{% endfilter %}{% set x %}b{{ 1 }}{% endset %}{{ x|upper }}"
     "{% with y = 2 %}{{ y }}{% endwith %}",
     "AB12"),
    ("{% for item in site.menu recursive %}{{ item.title }}{{ loop(item.children) }}{% endfor %} "
     "{{ [3, 1]|sort|first }}",
     "Docs 1"),
    ("{% for k, v in page.params.items() %}{{ k }}={{ v }};{% endfor %}{{ page.terms.tags|length }}",
     "size=3;day=2026-03-04;0"),
    ("{{ library.assets|join(' ') }} {{ library.aliases['/posts/old/'].page.title }} {{ library.asset_of('pic.txt') }}",
     "/pic.txt Second /pic.txt"),
]


def test_bodies_read_what_they_need_of_the_site(make_site):
    site = build_bodies(make_site, [body for body, _ in READ])
    assert site.build().problems == []
    texts = [site.text(f"p{number:03}/index.html") for number in range(len(READ))]
    assert [(body, text[text.find("<h1"):][:200]) for text, (body, shown) in zip(texts, READ, strict=True)
            if f"<p>{shown}</p>" not in text] == []


def test_what_a_body_reads_is_recorded(make_site):
    site = make_site({**SITE, "content/list.md": PAGE + "{{ library.posts[0].title }}",
                      "content/count.md": PAGE + "{{ library.posts|length }}",
                      "content/text.md": PAGE + "{{ library.by_source('docs/one.md').html }}",
                      "content/data.md": PAGE + "{{ data.rows|length }} {{ site.params.colour }}"}, CONFIG)
    assert site.build().code == 0
    edits = [
        ({"content/posts/2026-01-01-a.md": SITE["content/posts/2026-01-01-a.md"].replace("First", "Else")}, set()),
        ({"content/posts/2026-01-02-b.md": SITE["content/posts/2026-01-02-b.md"].replace("Second", "New")}, {"/list/"}),
        ({"content/posts/2026-01-03-c.md": "---\ntitle: New\n---\nThird"}, {"/list/", "/count/"}),
        ({"content/docs/one.md": "---\ntitle: One\n---\nAnother text"}, {"/text/"}),
        ({"data/rows.csv": "name,price\nhat,3\n"}, {"/data/"})]
    for edit, expected in edits:
        rendered = site.edit(edit).build().rendered
        assert rendered & {"/list/", "/count/", "/text/", "/data/"} == expected
        clean = site.clean_copy()
        assert clean.build().code == 0
        assert site.files() == clean.files()


ESCAPE = """\
{% set f = page.document.source.file %}
Reads: `{{ f.parent.joinpath("/etc/hostname").read_text()|trim }}` and {{ f.home().iterdir()|list|length }} names.

{{ f.parent.joinpath("../outside.txt").write_text("written outside of the site") }}
"""


def test_no_body_reaches_the_file_it_came_from(make_site):
    site = make_site({"content/index.md": f"---\ntitle: Hi\n---\n{ESCAPE}"}, CONFIG)
    before = site.files(".")
    result = site.build()
    assert ("template.body", "content/index.md", 4) in result.places()
    assert not (site.root / "outside.txt").exists()
    after = site.files(".")
    assert {name: after[name] for name in before} == before


REFUSED = """\
{{ page.document }}|{% if page.document %}x{% endif %}|{{ page|attr("document") }}|{{ page["document"] }}
{{ [page]|map(attribute="document.source.file")|list }}|{{ [page]|map("attr", "document")|list }}
{{ [page]|selectattr("document")|list }}|{{ [page]|rejectattr("rendered", "none")|list }}
{{ [page]|sort(attribute="_library") }}|{{ [page]|groupby("_of") }}|{{ [page]|sum(attribute="document") }}
{{ [page]|join(",", attribute="_of") }}|{{ [page]|min(attribute="document") }}
{{ [page]|unique(attribute="_of")|list }}|{{ page._of }}|{{ page._shape }}|{{ "{0.document}".format(page) }}
{{ "{x._of}".format(x=page) }}|{{ "{0[_of]}".format(page) }}|{{ "{}".format_map({}) }}
{{ ("{0._of}"|safe).format(page) }}|{{ "{0.__class__}".format("") }}|{{ "{0.format_map}".format("") }}|{{ self }}
{{ self._TemplateReference__context }}|{{ self.__init__ }}|{{ self["x"] }}|{{ self|list }}
{{ cycler.__init__.__globals__.os }}|{{ joiner.__init__ }}|{{ namespace.__init__ }}|{{ namespace(a=1).__class__ }}
{{ namespace(a=1)._Namespace__attrs }}|{{ namespace(a=1)["__class__"] }}|{{ [namespace()]|string }}|{{ namespace() }}
{{ range.__self__ }}|{{ dict.mro() }}|{{ lipsum.__globals__["os"] }}|{{ url_for.__globals__ }}|{{ now.__self__ }}
{{ url_for("home", _scheme="javascript", _external=True) }}|{{ url_for("home", _method="POST") }}
{{ url_for("nowhere") }}|{{ url_for("static", filename="../../etc/passwd") }}|{{ url_for(page) }}|{{ now().tzinfo }}
{{ now().astimezone() }}|{{ now().replace(tzinfo=none) }}|{{ now().__class__.now() }}
{{ now().strftime("%Y" * 1000) }}|{{ page.params.day.today() }}|{{ library.left_out }}|{{ library.host }}
{{ library.replace_documents([]) }}|{{ library.render(page) }}|{{ library.by_source(page) }}|{{ library._markup }}
{{ library.posts.unrecorded }}|{{ library.posts._of }}|{{ library.config.markdown }}|{{ library.link_url }}
{{ library.assets["/pic.txt"].file }}|{{ library.assets["/pic.txt"].read() }}|{{ library.navigation }}
{{ library.target }}|{{ site._site }}|{{ site.__init__ }}|{{ site.theme.__class__ }}|{{ data._files }}
{{ data.fingerprint("x") }}|{{ data }}|{{ data.get.__self__ }}|{{ data.rows.append(1) }}|{{ page.params.update({}) }}
{{ page.params.pop("size") }}|{{ [].append(1) }}|{{ page.title.__class__ }}|{{ ""["__class__"] }}
{{ ""|attr("__cl" ~ "ass__") }}|{{ (1).__class__ }}|{{ 1.0.__class__ }}|{{ ()|attr("__class__") }}|{{ {}.__class__ }}
{{ "".encode() }}|{{ "".translate({}) }}|{{ {"a": 1}.items.__self__ }}|{% macro m() %}{% endmacro %}{{ m._func }}
{% macro m() %}{{ caller._func }}{% endmacro %}{% call m() %}{% endcall %}
{% for x in [1] %}{{ loop._iterator }}{% endfor %}|{% for x in [1] %}{{ loop }}{% endfor %}
{% for x in [1] %}{{ loop.__class__ }}{% endfor %}|{{ ([1]|map("string")).gi_frame }}|{{ ([1]|select).__next__ }}
{{ [page]|map(" weigh")|list }}|{{ [1]|select(" x")|list }}|{{ nothing }}|{{ nothing._undefined_obj }}|{{ nothing() }}
{{ page.titel }}|{{ (nothing|default(nothing)).x }}|{% include "base.html" %}|{% import "icons.html" as i %}
{% from "icons.html" import icon %}|{% extends "base.html" %}|{% if false %}{% include page.title %}{% endif %}
{% block a %}{% endblock %}|{% trans %}x{% endtrans %}|{% do 1 %}|{{ page.html }}|{{ page.summary }}
{{ library.by_source(page.source).toc }}|{{ page.words }}|{{ page.backlinks }}|{{ page }}|{{ library }}
{{ library.posts }}|{{ library.by_source }}|{{ [library.by_source]|first }}|{{ dict(a=range)|string }}
{{ request.environ }}|{{ config }}|{{ g }}|{{ session }}|{{ included(page, {}) }}|{{ metadata() }}|{{ environment }}
{{ context }}|{{ "x"|pprint }}|{{ "x"|urlize }}|{{ "\\ud800" }}|{{ "%c" % 55296 }}|{{ [[1]]|sum(start=[]) }}
{{ library.by_name(5) }}|{{ dict(a=page)["a"].document }}|{{ page.section.document }}
{{ library.sections[0].unrecorded }}|{{ library.authors.find_page }}|{{ library.posts[0].tags[0]._taxonomy }}
{{ library.taxonomies.tags.root() }}|{{ library.collections.posts._section }}|{{ library.posts["unrecorded"] }}
{{ library.at.__func__ }}|{{ library["host"] }}|{{ site["_site"] }}|{{ library.posts[1.5].title }}
""".replace("\n", "|").rstrip("|").split("|{")
REFUSED = [REFUSED[0], *("{" + body for body in REFUSED[1:])]

COSTLY = [
    "{{ 'a' * 10**9 }}", "{{ 'a'|center(10**9) }}", "{{ 'a'.ljust(10**9) }}", "{{ 'a'.zfill(10**9) }}",
    "{{ range(10**9)|list }}", "{{ 2**10000000 }}", "{{ 2**4000 * 2**4000 }}", "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}", "{{ '%(a)1000000000d' % {'a': 1} }}", "{{ '%.1000000000f' % 1.0 }}",
    "{{ '%1000000000d'|format(1) }}", "{{ '{:1000000000}'.format(1) }}", "{{ '{:{}}'.format(1, 1000000000) }}",
    "{{ '%1000000000d' is divisibleby 3 }}", "{{ '%1000000000d' is even }}", "{{ [1]|batch(10**9, 'x')|list }}",
    "{{ [1]|slice(10**9)|list }}", "{{ 'a'|indent(10**9) }}", "{{ ('a\\n' * 100000)|indent('x' * 1000) }}",
    "{{ ('a ' * 100000)|wordwrap(1, wrapstring='x' * 1000) }}", "{{ ('a' * 1000000)|wordwrap(1) }}",
    "{{ lipsum(10**9) }}", "{{ lipsum(1000, min=999, max=1000) }}", "{{ 1.0|round(10**9) }}",
    "{{ {'a': [1]}|tojson(indent=10**6) }}", "{{ ('f' * 2000000)|int(base=16) }}", "{{ ('<!--' * 50000)|striptags }}",
    "{{ ('ab' * 1000000).strip('b' * 100000) }}", "{{ ('a' * 1000).replace('', 'b' * 10000) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% set ns = namespace(a='x') %}{% for i in range(99) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}",
    "{% set ns = namespace(a='x') %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a]|join %}{% endfor %}",
    "{% set ns = namespace(a='x') %}{% for i in range(99) %}{% set ns.a = '{0}{0}'.format(ns.a) %}{% endfor %}",
    "{% set ns = namespace(a='x') %}{% for i in range(99) %}{% set x %}{{ ns.a }}{{ ns.a }}{% endset %}"
    "{% set ns.a = x %}{% endfor %}",
    "{% set ns = namespace(a=[1]) %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
    "{% set ns = namespace(a=1) %}{% for i in range(999) %}{% set ns.a = {'x': ns.a} %}{% endfor %}{{ ns.a }}",
    "{% for i in range(100000) %}{% if 'x' in range(100000) %}{% endif %}{% endfor %}",
    "{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{{ s.count('b') }}{% endfor %}",
    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
    "{% for i in range(10000) %}" + "x" * 10_000 + "{% endfor %}",
    "{{ " + "(" * 1000 + "1" + ")" * 1000 + " }}", "{{ " + "not " * 1000 + "1 }}", "{{ " + "-" * 1000 + "1 }}",
    "{{ " + "1 + " * 1000 + "1 }}", "{{ 'a'" + "|upper" * 1000 + " }}", "{{ " + "1 if 1 else " * 1000 + "1 }}",
    "{% if 1 %}" * 500 + "{% endif %}" * 500, "{% for a in [1] %}" * 22 + "{% endfor %}" * 22,
    "{% if a %}" + "{% elif b %}" * 2000 + "{% endif %}", "{{ " + "9" * 5000 + " }}", "{{ 0x" + "f" * 5000 + " }}",
]


def check_refused(make_site, bodies):
    """Each body is an error of its own, at its third line."""
    site = build_bodies(make_site, [f"Fine.\n\n{body}" for body in bodies])
    result = site.build()
    assert result.code == 1
    told = {place[1]: place for place in result.places() if place[0] == "template.body"}
    lost = [body[:100] for number, body in enumerate(bodies)
            if told.get(f"content/p{number:03}.md") != ("template.body", f"content/p{number:03}.md", 8)]
    assert lost == []
    return [problem["message"] for problem in result.problems if problem["code"] == "template.body"]


@pytest.mark.parametrize("half", [0, 1])
def test_no_body_reaches_more(make_site, half):
    assert len(REFUSED) > 140
    assert not [message for message in check_refused(make_site, REFUSED[half::2]) if "0x" in message], "an address"


def test_what_a_body_costs_is_counted(make_site):
    check_refused(make_site, COSTLY[:26])
    check_refused(make_site, COSTLY[26:])


def test_bodies_share_one_budget_and_never_ask_for_themselves(make_site):
    chain = {f"content/c{number}.md": f"{PAGE}{{{{ library.by_source('c{number + 1}.md').html }}}}"
             for number in range(12)}
    half = "{% for i in range(12) %}{% if range(50000) == i %}{% endif %}{% endfor %}"
    site = make_site({
        **chain, "content/c12.md": PAGE + "End.",
        "content/a.md": PAGE + "\n{{ library.by_source('b.md').html }}",
        "content/b.md": PAGE + "\n\n{{ library.by_source('a.md').summary }}",
        "content/half.md": f"{PAGE}{half}",
        "content/twice.md": PAGE + half + "\n{{ library.by_source('half.md').html }}",
        }, CONFIG)
    result = site.build()
    told = {problem["place"]["path"]: problem for problem in result.problems}
    assert told.keys() >= {"content/a.md", "content/b.md", "content/c0.md", "content/twice.md"}
    assert not told.keys() & {"content/c12.md", "content/c11.md", "content/c6.md", "content/half.md"}
    assert "asks for itself" in told["content/a.md"]["message"]
    assert "more than 8 deep" in told["content/c0.md"]["message"]
    assert "more than 1,000,000 steps" in told["content/twice.md"]["message"]
    assert [told[f"content/{name}.md"]["place"]["line"] for name in ("a", "b", "c0", "twice")] == [7, 8, 6, 7]


# Everything that a body can reach.

ALLOWED = (str, Markup, int, float, bool, bytes, type(None), date, datetime, time, timedelta, tuple, list, dict, range,
           Params, Data, View, PageList, Function, Group, Namespace, Cycler, Joiner)
NASTY = ("__class__", "__init__", "__globals__", "__self__", "__func__", "__dict__", "__mro__", "__subclasses__",
         "__call__", "__getattribute__", "__reduce__", "__module__", "mro", "gi_frame", "gi_code", "cr_frame",
         "f_globals",
         "func_globals", "tb_frame", "_of", "_call", "_shape", "document", "file", "read", "open", "host",
         "left_out", "environ", "app", "config", "root", "format", "format_map", "unrecorded", "tzinfo", "environment")
SAMPLES = ((), ("about.md",), ("/docs/",), ("docs",), ("x",), (0,), (["x"],))
FILTER_SAMPLES = (((), {}), (("title",), {}), ((), {"attribute": "document"}), ((2,), {}), (("attr", "document"), {}))


class Walk:
    """Goes from value to value by every name, call and filter that a template has."""

    def __init__(self, environment, context):
        self.environment = environment
        self.context = context
        self.seen = Counter()
        self.wrong = []

    def go(self, start):
        ahead = [(name, value, 0) for name, value in start.items()]
        while ahead:
            name, value, depth = ahead.pop(0)
            self.check(name, value, 0)
            if type(value) not in ALLOWED or depth == 6:
                continue
            ahead += [(f"{name}{step}"[:200], item, depth + 1)
                      for step, item in self.items(value) if not self.knows(item)]
            if not self.knows(value):
                self.seen[self.mark(value)] += 1
                ahead += [(f"{name}{step}"[:200], found, depth + 1) for step, found in self.steps(value)]

    def knows(self, value):
        return self.seen[self.mark(value)] >= (3 if isinstance(value, View) else 1)

    def mark(self, value):
        """Values of one mark are alike: two of them are looked into."""
        if isinstance(value, (View, PageList)):
            return value._kind
        if isinstance(value, Function):
            call = value._call
            return ("function", *map(self.mark_of_part, (getattr(call, "func", call), *getattr(call, "args", ()))))
        return type(value)

    def check(self, name, value, depth):
        if type(value) not in ALLOWED and not (depth and isinstance(value, Undefined)):
            self.wrong.append((name, type(value)))
        elif isinstance(value, (list, tuple, dict)) and depth < 5:
            for item in list(value.values() if isinstance(value, dict) else value)[:5]:
                self.check(name, item, depth + 1)

    def mark_of_part(self, part):
        return part if isinstance(part, str) and len(part) < 20 else getattr(part, "__qualname__", type(part))

    def steps(self, value):
        for name in {*dir(value), *dir(getattr(value, "_of", None)), *NASTY}:
            yield f".{name}", self.attempt(self.environment.getattr, value, name)
            yield f"[{name}]", self.attempt(self.environment.getitem, value, name)
        if isinstance(value, Function):
            for given in SAMPLES:
                yield f"{given}", self.attempt(self.environment.call, self.context, value, *given)
        else:
            for name in {*FILTERS, *OWN}:
                for given, more in FILTER_SAMPLES:
                    yield f"|{name}{given}", self.attempt(
                        self.environment.call_filter, name, value, given, more, self.context)

    def items(self, value):
        if isinstance(value, (dict, Data)):
            found = self.attempt(lambda: list(value.items())[:5]) or ()
        else:
            is_list = isinstance(value, (list, tuple, range, PageList))
            found = enumerate(self.attempt(lambda: list(value)[:5]) or ()) if is_list else ()
        return [(f"[{key!r}]", item) for key, item in found if not isinstance(item, Undefined)]

    def attempt(self, call, *arguments):
        try:
            with running("a body"):
                found = call(*arguments)
                if isinstance(found, Undefined):
                    return None
                return found
        except Exception:  # noqa: BLE001  (whatever it is, nothing was reached)
            return None


def test_whatever_a_body_can_reach_is_plain_or_a_view(make_site):
    site = make_site({**SITE, "content/about.md": PAGE + "Text.\n\n## Part"}, CONFIG)
    app = site.app()
    coldpress = app.extensions["coldpress"].site
    environment = _environment()
    with app.test_request_context("/about/"):
        with running("about.md"):
            start = _variables(coldpress, coldpress.library.by_source("about.md"))
        context = environment.template("{{ 1 }}").new_context(start)
        walk = Walk(environment, context)
        walk.go({**start, **environment.globals})
    assert walk.wrong == []
    assert set(walk.seen) >= {
        "Page", "Post", "Section", "Library", "SiteVariables", "Config", "Term", "Author", "Taxonomy", "Collection",
        "NavItem", "Heading", "Alias", "SourceFile", "ThemeOptions", Data, Params, datetime, Markup, "list of pages"}


def test_a_view_itself_has_no_public_names():
    for kind in (View, PageList, Function):
        assert [name for name in vars(kind) if not name.startswith("_")] == []


def test_filters_tests_and_globals_are_those_of_the_list():
    environment = _environment()
    assert {name for name in environment.filters if name[0] != " "} == {*FILTERS, *OWN}
    assert set(environment.globals) == {"range", "dict", "namespace", "cycler", "joiner", "lipsum"}
    assert not {"pprint", "urlize", "callable"} & {*environment.filters, *environment.tests}


PLAIN = "base_url: https://example.org/\nmarkdown: {jinja: true}\n"


def test_what_is_wrong_in_the_markdown_of_a_template_is_told_at_its_line(make_site):
    body = ("{% set a = 1 %}\n{% for n in range(3) %}\n- {{ n }}\n{% endfor %}\n\n[x](nowhere.md) {{ a }}\n\n"
            "![y](no.png)\n\n--8<-- \"none.md\"\n\n{% for n in range(2) %}\n"
            "[{{ n }}](gone{{ n }}.md)\n\n{% endfor %}\n")
    problems = make_site({"content/a.md": body}, PLAIN).build().problems
    told = [(problem["message"], problem["place"].get("line"), problem["place"].get("column")) for problem in problems]
    assert sorted(told, key=str) == [
        ("nothing is at `gone0.md`", None, None), ("nothing is at `gone1.md`", None, None),
        ("nothing is at `no.png`", 8, 6), ("nothing is at `nowhere.md`", 6, 5),
        ("the snippet `none.md` is not there", 10, 9)]


def test_a_link_that_a_template_makes_has_the_prefix_of_the_site_once(make_site):
    """One that the author writes has none, though the prefix is also the name of a folder."""
    other = "content/posts/2026-01-01-a.md"
    site = make_site({other: "---\ntags: x\n---\n[here]({{ page.url }}) [b](/b/)", "content/b/index.md": "B",
                      "content/c.md": (
        "[c]({{ page.url }}) [home]({{ url_for('home') }}) [tag]({{ library.posts[0].tags[0].url }})\n"
        "<a href='{{ library.posts[0].url }}'>a</a>\n\n{{ library.posts[0].html }}")},
        PLAIN.replace("example.org/", "example.org/b/"))
    assert site.build().problems == []
    body = site.text("c/index.html").partition('class="prose"')[2].partition("</article>")[0]
    links = re.findall(r"<a href=.(/b[^\"']*)", body)
    assert links == ["/b/c/", "/b/", "/b/tags/x/", "/b/posts/a/", "/b/posts/a/", "/b/b/"]
    problem, = site.edit({"content/c.md": "{{ url_for('hom') }}"}).build().problems
    place = problem["place"]
    assert (problem["hint"], place["column"], place["length"]) == ("did you mean `home`?", 13, 3)


def test_a_body_that_shows_itself_is_told_how_not_to(make_site):
    site = make_site({"content/posts/2026-01-01-a.md": "Text.", "content/posts/2026-01-02-b.md": (
        "{% for post in library.posts %}{{ post.summary }}{% endfor %}")}, PLAIN)
    hint = next(problem["hint"] for problem in site.build().problems)
    loop = re.search(r"`(.*)`", hint)[1]
    site.edit({"content/posts/2026-01-02-b.md": loop + "{{ post.summary }}{% endfor %}"})
    assert site.build().code == 0
    assert "Text." in site.text("posts/b/index.html")
