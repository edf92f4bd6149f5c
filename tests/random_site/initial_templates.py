"""The templates that the random site starts with, one probe for each thing a template may read."""

from __future__ import annotations

# One page for each, so that nothing else it reads hides what it should have read.
PROBES = {
    "gadget": '{{ page.title|gadgeted if "gadgeted" is filter else "none" }}',
    "others-params": '{% set found = library.by_source("about.md") %}{{ found.params.mood if found }} '
                     "{{ library.posts[0].params.mood }}",
    "length": "{{ library.posts|length }}",
    "any": '{{ "posts" if library.posts }} {{ "sections" if library.sections }} {{ "pages" if library.pages }}',
    "last": "{% for post in library.posts[-3:] %}{{ post.title }} {% endfor %}",
    "first": "{{ library.posts[0].title }}",
    "first-url": "{{ library.posts[0].url }} {{ library.posts[1].permalink }}",
    "first-summary": "{{ library.posts[0].summary }} {{ library.posts[1].description }}",
    "first-date": "{{ library.posts[0].date }} {{ library.posts[0].updated }}",
    "slice": "{% for post in library.posts[2:9:3] %}{{ post.title_html }} {{ post.words }} {% endfor %}",
    "years": "{% for year, posts in library.years().items() %}{{ year }} {{ posts|length }} {% endfor %}",
    "terms": "{% for name, taxonomy in library.taxonomies.items() %}{{ taxonomy.url if taxonomy }}"
             "{% for term in taxonomy.terms %} {{ term.name }} {{ term.pages|length }} {{ term.url }}{% endfor %}"
             "{% endfor %}",
    "term": '{% set term = library.taxonomies.tags.get("python") %}{% if term %}{{ term.name }}'
            "{% for each in term.pages[:2] %} {{ each.title }}{% endfor %}{% endif %}",
    "term-slugs": "{% for term in library.taxonomies.tags.terms %}{{ term.slug }} {% endfor %}",
    "taxonomy": '{{ "some" if library.taxonomies.categories else "none" }}',
    "sections": "{% for section in library.sections %}{{ section.url }}{% for each in section.pages %} {{ each.url }}"
                "{% endfor %}{% endfor %}",
    "members": '{% set section = library.page_in("docs/guide") %}{% if section and section.pages is defined %}'
               "{% for each in section.pages %}{{ each.title }} {{ each.weight }} {% endfor %}{% endif %}",
    "section-of": '{% set found = library.by_source("docs/guide/one.md") %}{% if found and found.section %}'
                  "{{ found.section.title }}{% for each in found.ancestors %} {{ each.url }}{% endfor %}{% endif %}",
    "sources": "{{ library.sources|join(' ') }}",
    "assets": "{{ library.assets|join(' ') }} {{ library.asset_sources|join(' ') }}",
    "aliases": "{% for path, alias in library.aliases.items() %}{{ path }} {{ alias.page.url }} {% endfor %}",
    "left-out": "{% for out in library.left_out %}{{ out.reason }} {{ out.document.source.path }} {% endfor %}",
    "by-source": '{% set found = library.by_source("about.md") %}{{ found.title ~ found.url if found }}',
    "later": '{% set found = library.by_source("later.md") %}{{ found.html if found else "not yet" }}',
    "at": '{% for path in ("/about/", "/was/", "/logo.svg", "/nowhere/", "/later/", "/trip/") %}'
          "{% set found = library.at(path) %}{{ path if found }}"
          "{{ found.page.title if found and found.page is defined }}"
          "{{ found.title if found and found.title is defined }} {% endfor %}",
    "body": '{% set found = library.by_source("about.md") %}{% if found %}{{ found.html }}'
            "{% for heading in found.toc %}{{ heading.title }}{% endfor %}{% endif %}",
    "spoken": '{% set found = library.by_source("spoken.md") %}{{ found.summary ~ found.description if found }}',
    "elsewhere": '{% set found = library.by_source("about.md") %}'
                 "{{ found.html_elsewhere() if found and site.base_url }}",
    "asset": '{{ library.asset_of("logo.svg") }} {{ library.asset_of("favicon.svg") }} {{ library.asset_of("CNAME") }}',
    "images": '{% if library.asset_of("photo.png") %}{{ image("photo.png", width=9, height=7, crop="entropy").srcset }}'
              '{{ picture("photo.png", "A photo", ratio=0.5) }}{% endif %}',
    "static": '{{ url_for("static", filename="my.css") }} {{ url_for("theme", filename="theme.css") }} '
              '{% if library.by_source("later.md") %}{{ url_for("static", filename="app.js") }}{% endif %}',
    "site": "{{ site.title }} {{ site.url }} {{ site.description }} {{ site.base_url }}",
    "author": "{{ site.author }} {{ site.language }}",
    "params": "{{ site.params.colour }} {% for key, value in site.params.items() %}{{ key }}={{ value }} {% endfor %}",
    "menu": "{% for item in site.menu %}{{ item.title }} {{ item.url }} {% endfor %}",
    "config": "{{ library.config.paginate }} {{ library.config.language }}",
    "now": "{{ now()|date }}",
    "chance": "{{ [1, 2, 3, 4, 5]|random }} {{ (library.posts|random).title }} {{ lipsum(1, false, 3, 5) }}",
    "include-list": '{% include ["lists/a.html", "lists/b.html"] ignore missing %}',
    "include-fallback": '{% include ["lists/c.html", "lists/d.html", "lists/e.html"] %}',
    "include-variable": '{% include page.params.block or "blocks/one.html" %}',
    "extends-variable": '{% extends page.params.base or "frames/plain.html" %}{% block inner %}x{% endblock %}',
    "macro": '{% import "macros.html" as macros %}{{ macros.count }} {{ macros.newest }} {{ macros.say("x") }}',
    "macro-from": '{% from "macros.html" import say %}{{ say("y") }}',
    "macro-context": '{% import "macros-context.html" as macros with context %}{{ macros.name }}',
    "authors": "{% for post in library.posts[:9] %}{% for each in post.authors %}{{ each.name }} {{ each.url }} "
               "{{ each.about.bio }} {% endfor %}{% endfor %}",
    "author-terms": "{% for each in library.authors.terms %}{{ each.name }} {{ each.pages|length }} "
                    "{{ each.about.bio }} {{ each.title }}{% endfor %} {{ 'some' if library.authors }}",
    "series": "{% for each in library.series.terms %}{{ each.url }}{% for part in each.pages %} {{ part.title }}"
              "{% endfor %}{% endfor %}{% for post in library.posts[:5] %}{{ post.series }}{% endfor %}",
    "nested": '{% set term = library.taxonomies.tags.get("lang") %}{% if term %}{{ term.title }}'
              "{% for each in term.children %} {{ each.name }} {{ each.parent.slug }}{% endfor %}{% endif %}",
    "own-term": '{% set term = library.taxonomies.tags.get("python") %}{{ term.title if term }} '
                "{{ library.taxonomies.tags.page.html if library.taxonomies.tags.page }}",
    "related": "{% for post in library.posts[:8] %}{% for each in post.related %}{{ each.url }} {% endfor %}"
               "{% endfor %}",
    "referring": '{% for post in library.posts[:8] %}{% for each in post.referring.near or () %}{{ each.source }} '
                 '{{ each.params.rating }}{% endfor %}{% endfor %}',
    "backlinks": '{% set found = library.by_source("about.md") %}'
                 "{% for each in (found.backlinks if found else []) %}{{ each.source }} {% endfor %}",
    "nav": "{% macro tree(items) %}{% for each in items %}{{ each.title }} {{ each.url }}({{ tree(each.children) }})"
           '{% endfor %}{% endmacro %}{% for name in ("docs/guide/one.md", "docs/_index.md", "about.md") %}'
           "{% set found = library.by_source(name) %}{{ tree(found.nav) if found }}{{ found.edit_url if found }}"
           "{% endfor %}",
    "nav-near": '{% set found = library.by_source("docs/guide/one.md") %}{% if found %}'
                "{{ found.prev.title if found.prev }} {{ found.next.title if found.next }} {{ found.face }}{% endif %}",
    "data": "{{ data.facts.word }} {{ data.later.word if data.later }} {{ data|join(' ') }} "
            "{% for row in data.deep.rows %}{{ row.a }}{% endfor %}",
    "theme": "{{ site.theme.accent }} {{ site.edit_url }}",
    "links": "{{ library.url('/later/') }} {{ library.url('/nowhere/') }} {{ url_for('archive') }} "
             "{{ url_for('posts', name='posts') }} {{ url_for('posts', name='posts', number=2) }}",
    "content": '{% if library.by_source("about.md") %}{{ url_for("page", page="about.md") }}{% endif %}'
               '{% if library.asset_of("logo.svg") %}{{ url_for("page", page="logo.svg") }}{% endif %}',
    "collections": "{% for name, each in library.collections.items() %}{{ name }} {{ each.posts|length }} "
                   "{% for post in each.posts[:2] %} {{ post.url }}{% endfor %}{% endfor %}",
    "collection-sections": "{% for name, each in library.collections.items() %}{{ each.section.title if each.section }}"
                           "{% endfor %}",
    "asset-sizes": "{% for path, asset in library.assets.items() %}{{ path }} {{ asset.size }} {% endfor %}",
    "left-out-titles": "{% for out in library.left_out %}{{ out.document.front.title }} {{ out.document.front.date }} "
                       "{% endfor %}",
    "feeds": '{{ url_for("feed") if library.has_feeds else "no feeds" }}',
    "feeds-of": '{% for feed in feeds(library.taxonomies.tags.get("python")) + feeds(library.page_in("docs/guide")) %}'
                "{{ feed.title }} {{ feed.url }} {% endfor %}",
    "own": '{{ url_for("book", slug="sicp") }} {{ url_for("raw", name="one") if not page.params.quiet }} '
           '{{ url_for("extra.static", filename="x.txt") }} {{ url_for("chain", name="a") }}',
    "code": '{{ "x"|shout }} {{ motto() }} {{ lazily() }} {{ settings }}',
    "kept": "{{ kept() }}",
    "kept-too": '{{ kept() }} {{ url_for("raw", name="one") if not page.params.quiet }}',
    "listed": "{% for each in library.pages %}{{ each.title }} {% endfor %}",
    "all": "{% for each in library.all_pages %}{{ each.path }} {{ each.unlisted }} {{ each.layout }} {{ each.kind }} "
           "{{ each.lang }} {{ each.params.note }}\n{% endfor %}",
    "neighbours": "{% for post in library.posts[:4] %}{{ post.prev.title if post.prev }} "
                  "{{ post.next.url if post.next }}{% endfor %}",
    "people": "{% for post in library.posts[:6] %}{{ post.authors|join(' ') }} {{ post.image }} {{ post.draft }} "
              "{% endfor %}",
    "own-terms": "{% for post in library.posts[:6] %}{% for term in post.all_terms %}{{ term.url }} {% endfor %}"
                 "{% endfor %}",
    "absolute": "{{ library.absolute('/x/') }}",
    "page-in": '{% for folder in ("docs", "docs/plain", "trip", "posts") %}{% set found = library.page_in(folder) %}'
               "{{ found.url if found }} {% endfor %}",
    "asks": '{{ asked() }} {{ range(1000)|random }} {{ g.setdefault("first", page.title) }} {{ session.get("user") }} '
            "{{ config.get('ROWS', 'none') }}",
    "blueprint": '{% include "from-blueprint.html" %}',
    "internals": '{% set found = library.by_source("about.md") %}{% if found %}{{ found.document.front.title }} '
                 "{{ found.bundle }} {{ found.rendered.words }}{% endif %}",
}
TEMPLATES = {
    "post.html": '{% extends "theme/post.html" %}\n{% block page_footer %}\n{{ super() }}\n'
                 '{% include "partials/aside.html" %}\n{% endblock %}\n<!-- mark 0000 -->',
    "rich.html": '{% extends "theme/post.html" %}\n{% import "macros.html" as macros %}\n{% block page_footer %}\n'
                 '{% include [page.params.block or "no.html", "blocks/one.html"] %}\n'
                 "{{ macros.say(page.title) }} {{ macros.count }}\n"
                 "{% for post in library.posts[-3:] %}{{ post.title }}{% endfor %}\n{{ now()|date }}\n{% endblock %}",
    "near.html": "{{ page.title }} {{ page.prev.title if page.prev }} {{ page.next.url if page.next }}",
    "bare.html": "{{ page.html }} mark 0000",
    "toc.html": "{{ page.title_html }} {{ page.title_id }}{% for heading in page.toc %} {{ heading.id }}{% endfor %}"
                "{{ page.words }} {{ page.minutes }} {{ page.tags|join(' ') }} {{ page.categories|join(' ') }}",
    "partials/aside.html": "<aside>{{ site.params.colour }} mark 0000</aside>",
    "macros.html": "{% set count = library.posts|length %}\n{% set newest = library.posts[0].title %}\n"
                   "{% macro say(word) %}{{ word }} {{ library.posts[1].title }} {{ site.author }} mark 0000"
                   "{% endmacro %}",
    "macros-context.html": "{% set name = page.title ~ page.params.note %}",
    "blocks/one.html": "one {{ page.title if page }} mark 0000",
    "blocks/two.html": "two {{ library.sections|length }} mark 0000",
    "lists/e.html": "the last {{ site.title }} mark 0000",
    "frames/plain.html": "plain {% block inner %}{% endblock %} mark 0000",
    "frames/other.html": "other {% block inner %}{% endblock %} mark 0000",
    "own-library.html": '{% extends "base.html" %}{% set heading = "Own" %}{% block main %}'
                        "{% for post in library.posts[:5] %}{{ post.title }} {{ post.summary }}{% endfor %}"
                        "{{ site.params.colour }}{% endblock %}",
    "own-books.html": '{% for slug in books %}<a href="{{ url_for("book", slug=slug) }}">{{ slug }}</a>{% endfor %}',
}
SHADOWS = {
    "styles/parts.css": "@layer parts { b { background: url('{{ url_for('static', filename='app.js') }}') "
                        "url(../static/fonts/own.woff2) } }",
    "partials/card.html": "<p>card {{ post.title }} <a href='{{ post.url }}'>mark 0000</a></p>",
    "partials/head.html": '<link rel="stylesheet" href="{{ url_for("static", filename="my.css") }}">',
    "partials/meta.html": "<p>{{ page.date }} {{ page.words }} mark 0000</p>",
    "partials/breadcrumbs.html": "{% for each in page.ancestors %}{{ each.title }}{% endfor %}",
    "partials/terms.html": "{% for term in page.all_terms %}{{ term }} {{ term.pages|length }}{% endfor %}",
    "404.html": "gone {{ library.posts|length }} mark 0000",
    "redirect.html": '<meta http-equiv="refresh" content="0; url={{ target }}">{{ title }} mark 0000',
    "partials/atom-entry.xml": "<entry>{{ entry.title }} {{ entry.html|forceescape }} {{ request.path }}</entry>",
    "partials/rss-item.xml": "<item>{{ entry.id|random }} {{ post.title }} mark 0000</item>",
    "partials/metadata.html": "{{ metadata().description }} {{ metadata().json_ld }} mark 0000",
    "feed.xml": '<?xml version="1.0"?><feed>{{ updated }}{% for post in posts %}{{ post.url }}{% endfor %}</feed>',
    "term.html": "{{ term.name }}{% for post in list.posts %} {{ post.url }}{% endfor %} mark 0000",
    "section.html": '{% extends "theme/section.html" %}{% block page_meta %}mark 0000{% endblock %}',
    "page.html": '{% extends "theme/page.html" %}{% block page_meta %}{{ page.minutes }} mark 0000{% endblock %}',
    "archive.html": "{% for year in years %}{{ year }}{% endfor %}",
    "lists/a.html": "a {{ page.title }} mark 0000", "lists/b.html": "b mark 0000", "lists/c.html": "c mark 0000",
    "lists/d.html": "d {{ library.posts[0].title }}", "wanted.html": "{{ page.title }} wanted mark 0000",
    "from-blueprint.html": "the site's own mark 0000", "unused.html": "{{ nobody.asks }}",
}
