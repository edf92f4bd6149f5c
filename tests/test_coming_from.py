"""The scripts of the pages "Coming from": what they make of another generator's files builds without a problem."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from conftest import REPOSITORY

PAGES = REPOSITORY / "content/docs/coming-from"
SITES = {
    "hexo": ({
        "source/_posts/hello.md": "title: Hello\ndate: 2026/1/5 10:00:00\n---\nSee {% post_link Trip 'the trip' %}.\n\n"
                                  "{% codeblock lang:js app.js %}\nlet x;\n{% endcodeblock %}\n\n"
                                  "{% note warn %}\nHot.\n{% endnote %}\n",
        "source/_posts/Trip/index.md": "---\ndate: 2026-01-06\n---\n{% asset_img map.svg A map %}{% raw %}{{ x }}"
                                       "{% endraw %}", "source/_posts/Trip/map.svg": "<svg/>"},
        "content_dir: source\nslugs: {lowercase: false}\npermalinks: {posts: /<year>/<month>/<day>/<slug>/}\n",
        {"2026/01/05/hello/index.html": ['href="/2026/01/06/Trip/"', "language-js", "admonition warning"],
         "2026/01/06/Trip/index.html": ['src="/2026/01/06/Trip/map.svg"', "{{ x }}"]}),
    "jekyll": ({
        "content/_posts/2026-01-05-Big_Day.md": "---\nlayout: post\ncategories: News Home\n"
                                                "tags: 'Rye bread, C#, '\n---\n[A]({% link about.md "
                                                "%}) [x]({% post_url 2026-01-06-next %})\n\n{% highlight ruby %}\nx\n"
                                                "{% endhighlight %}\nAbove\n{% include hint.html text=\"Hi\" %}\n",
        "templates/components/hint.html": "<aside>{{ attributes.text }}</aside>",
        "content/posts/2026-02-01-new.md": "A new post.",
        "content/_posts/2026-01-06-next.markdown": "Next: [a]({{ site.baseurl }}/about/).\n{% comment %}no\n"
                                                   "{% endcomment %}",
        "content/about.md": "---\nlayout: page\ntitle: About\npermalink: /about/\n---\n* x\n{:toc}\n"}, "",
        {"news/home/2026/01/05/Big_Day.html": ['href="/about/"', 'href="/posts/next/"', "language-ruby",
                                             "<aside>Hi</aside>"],
         "categories/news/index.html": ["Big_Day.html"],
         "tags/rye-bread/index.html": ["Big_Day.html"], "tags/c-sharp/index.html": [">C#<"],
         "posts/new/index.html": ["A new post."]}),
    "hugo": ({
        "urls.csv": "path,permalink,kind\ncontent/posts/my_post.md,https://e.org/2026/the-title/,page\n"
                    "content/docs/b.md,https://e.org/docs/b/,page\n",
        "content/posts/my_post.md": '+++\ntitle = "The title"\ndate = 2026-01-05\n+++\n[B]({{< relref "docs/b.md#part" '
                                    '>}})\n\n{{< figure\n  src="/x.svg" alt="It\'s"\n  caption="C" >}}\n\n'
                                    '{{% notice tip %}}\nText\n{{% /notice %}}\n', "content/x.svg": "<svg/>",
        "content/docs/b.md": "---\ntitle: B\n---\n## Part\n`{{</* x */>}}`\n"}, "",
        {"2026/the-title/index.html": ['href="/docs/b/#part"', "<figcaption>C", 'alt="It\'s"', "admonition tip"],
         "docs/b/index.html": ["{{&lt; x &gt;}}"]}),
    "pelican": ({
        "urls.csv": "posts/a.md,a-post.html\npages/b.md,b/\n", "content/pages/c.md": "Title: C\nStatus: hidden\n\nC.\n",
        "content/posts/new.md": "---\ndate: 2026-02-01\ntags: [n, o]\n---\nNew.",
        "content/posts/a.md": "Title: A: post\nDate: 2026-01-05\nAuthors: Ann, Bob\nTags: x, y\nSlug: a\n\n"
                              "[B]({filename}/pages/b.md) [x]({tag}x)\n\n    :::python\n    y = 1\n\nEnd.\n",
        "content/pages/b.md": "---\ntitle: B\n---\nB.\n"}, "",
        {"a-post.html": ['href="/b/"', 'href="/tags/x/"', "language-python", 'href="/authors/bob/"'],
         "pages/c/index.html": ["C."], "tags/o/index.html": ["New"]})}


@pytest.mark.parametrize("tool", SITES)
def test_the_script_of_a_page_makes_a_site_without_problems(make_site, tool):
    files, config, expected = SITES[tool]
    script, = re.findall(r'```py title="convert.py"\n(.*?)^```', (PAGES / f"{tool}.md").read_text("utf-8"), re.S | re.M)
    site = make_site({**files, "convert.py": script}, f"base_url: https://e.org/\n{config}")
    subprocess.run([sys.executable, "convert.py"], cwd=site.root, check=True,
                   env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    built = site.build("--strict")
    assert (built.code, built.problems) == (0, [])
    for file, texts in expected.items():
        assert [text for text in texts if text not in site.text(file)] == [], file
