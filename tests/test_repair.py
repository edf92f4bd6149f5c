"""Raw HTML that authors left unfinished, and what is made of it."""

from __future__ import annotations

import pytest
from oracle import corpus_texts, filled
from test_markup_fuzz import faults

import coldpress.markdown.native
from coldpress.markdown.html.html_repair import complete_tags, repair
from coldpress.markdown.native import Renderer

RENDERER = Renderer()


def render(body):
    return filled(RENDERER.render(body).html)


@pytest.mark.parametrize(("shown", "whole"), [
    ("<p>a <b>c</p>", "<p>a <b>c</b></p>"),
    ("<b><i>c</b>d</i>", "<b><i>c</i></b><i>d</i>"),
    ("<p>a</b></p>", "<p>a</p>"),
    ("</p>", ""),
    ("<div><p>a</div></p>", "<div><p>a</p></div>"),
    ("<div><section>a</div>b", "<div><section>a</section></div>b"),
    ("<ul><li><div></li><li>b</li></ul>", "<ul><li><div></div></li><li>b</li></ul>"),
    ("<b><p>a </b></p>c", "<b><p>a </p></b>c"),
    ("<p>a <b>c</p><p>d</b> e</p>", "<p>a <b>c</b></p><p>d e</p>"),
    # A paragraph that holds a block is none.
    ("<p>a <div>b</div> c</p>", "<div>a <div>b</div> c</div>"),
    ("<P id=i>a <hr> b</P>", "<div id=i>a <hr> b</div>"),
    ('<p><a href="x"><div>b</div></a></p>', '<div><a href="x"><div>b</div></a></div>'),
    # An anchor that is never closed would make a link of the rest.
    ('<a name="x">\n<p>b</p>', '<a name="x"></a>\n<p>b</p>'),
    ('<a name="x"/>a <a href="b">c</a>', '<a name="x"/></a>a <a href="b">c</a>'),
    ('<a href="a">b <a href="c">d</a> e</a>', '<a href="a">b d e</a>'),
    ("<br></br>", "<br>"),
    ("<h2>a<h3>b</h3></h2>", "<h2>a</h2><h3>b</h3>"),
    ("<td>a</td>", "a"),
    ("<table><tr><td><b>a<td>b</table>", "<table><tr><td><b>a</b><td>b</table>"),
])
def test_what_is_open_is_closed_in_the_right_order(shown, whole):
    assert repair(shown) == whole
    assert repair(whole) == whole


@pytest.mark.parametrize("shown", [
    "<p>a<p>b", "<ul><li>a<li>b<ul><li>c</ul></li></ul>", "<dl><dt>a<dd>b<dt>c</dl>", "<p>a<div>b</div>",
    "<table><tr><td>a<td>b<tr><td>c</table>", "<select><option>a<option>b</select>", "<ruby>a<rt>b</ruby>",
    "<br/><img src=x /><hr>", '<a href=http://a.b/>c</a>', "<svg><path d='a'/><g><path/></g></svg>",
    "<!-- <b> --><script>'<b>'</script><textarea><b></textarea>", "<P>a</p>", "<p><button><div>a</div></button></p>",
    "<!--coldpress:title--><p>a <!--more--></p>", '<img alt="a > b" title=\'<b>\'>', "a < b", "<x-y><z>a</z></x-y>",
    '<img src="a"alt="b" c"d>', "<details><summary>a</summary><p>b</p></details>"])
def test_html_that_is_right_stays_as_it_is(shown):
    assert repair(shown) == shown
    assert complete_tags(shown) == shown


@pytest.mark.parametrize(("piece", "whole"), [
    ("<div\nb", "&lt;div\nb"), ('<a href="b', '&lt;a href="b'), ("a </", "a &lt;/"), ("</ b>", "&lt;/ b>"),
    ("<!-- a", "<!-- a-->"), ("<? a", "<? a>"), ("<!A", "<!A>"), ("<script>a</b>", "<script>a</b></script>"),
    ("<title>a", "<title>a</title>"), ("<plaintext>a", "&lt;plaintext>a")])
def test_what_never_ends_is_ended_or_text(piece, whole):
    assert complete_tags(piece) == whole
    assert complete_tags(whole) == whole


def test_the_rest_of_a_page_stays_outside_of_what_is_never_closed():
    assert render("<b>a\n\n- c") == "<p><b>a</b></p>\n<ul>\n<li>c</li>\n</ul>"
    assert render("- <div>\n- a") == "<ul>\n<li>\n<div>\n</div></li>\n<li>a</li>\n</ul>"
    assert render("- <!-- a\n\nb") == "<ul>\n<li>\n<!-- a-->\n</li>\n</ul>\n<p>b</p>"
    assert render("a <script> b") == "<p>a &lt;script&gt; b</p>"
    assert render("a <script>c</script> b") == "<p>a <script>c</script> b</p>"
    title = RENDERER.render("# a <b>c\n\nd").title
    assert title
    assert filled(title.html) == "a <b>c</b>"


@pytest.mark.parametrize(("body", "line", "column", "end"), [
    ("a\n\n<!-- b\n\nc", 3, 1, "-->"), ("> <script>\n\nb", 1, 3, "</script>"), ("<pre>\na\n\nb", 1, 1, "</pre>")])
def test_html_that_is_never_closed_is_named(body, line, column, end):
    [flaw] = RENDERER.render(body).flaws
    assert (flaw.code, flaw.line, flaw.column) == ("markup.html", line, column)
    assert f"`{end}`" in flaw.hint


@pytest.mark.corpus
@pytest.mark.property
def test_pages_of_the_corpora_that_are_right_stay_as_they_are(shared, monkeypatch):
    seen = []

    def noted(shown):
        seen.append((shown, repair(shown)))
        return seen[-1][1]

    monkeypatch.setattr(coldpress.markdown.native, "repair", noted)
    for text in corpus_texts(shared / "corpora"):
        RENDERER.render(text.body)
    assert len(seen) > 20
    assert [shown[:200] for shown, whole in seen if shown != whole and not faults(shown)] == []
    assert [shown[:200] for shown, whole in seen if faults(whole)] == []
