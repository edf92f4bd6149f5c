"""Formulas: TeX as it is written, money that is none, and the font for them."""

from __future__ import annotations

import re

import pytest

from coldpress.markdown.math.mathml import MathConverter
from coldpress.markdown.math.tex_parse import MAX_COMMANDS, MAX_LEVELS, MAX_UNCLOSED
from coldpress.markdown.math.tex_rewrite import rewrite
from coldpress.markdown.native import Renderer

BLOCK, INLINE = True, False
FORMULAS = [
    # Letters, scripts, fractions, roots
    (INLINE, r"a^2 + b^2 = c^2", "<msup><mi>a</mi><mn>2</mn></msup>"),
    (INLINE, r"x_1, \ldots, x_n", "<msub><mi>x</mi><mi>n</mi></msub>"),
    (INLINE, r"{}^{14}_{6}\mathrm{C}", "<mn>14</mn>"),
    (INLINE, r"f'(x) = g''(x)", "<mo>″</mo>"),
    (INLINE, r"\frac{1}{1 + \frac{1}{x}}", "<mfrac><mn>1</mn><mrow>"),
    (BLOCK, r"\cfrac{1}{2 + \cfrac{1}{3}}", "<mfrac"),
    (INLINE, r"\dfrac ab + \tfrac cd", '<mfrac displaystyle="true">'),
    (INLINE, r"\sqrt{1 - v^2/c^2}", "<msqrt>"),
    (INLINE, r"\sqrt[n]{x^n}", "<mroot>"),
    (INLINE, r"\binom{n}{k} = {n \choose k}", 'linethickness="0"'),
    (INLINE, r"\alpha\beta\Gamma\varepsilon", "<mi>ε</mi>"),
    (INLINE, r"\mathbb{R}^n \subset \mathbb{C}^n", "<mi>ℝ</mi>"),
    (INLINE, r"\mathcal{L}, \mathscr{L}, \mathfrak{g}", "ℒ"),
    (INLINE, r"\mathbf{x}^\top \bm{A} \boldsymbol\beta", "<mi>𝑨</mi>"),
    (INLINE, r"\pmb{v} + \mathds{1} + \mathbbm{1}", "<mi>𝒗</mi>"),
    (INLINE, r"\hat{x}, \bar y, \vec v, \dot q, \ddot q, \tilde\theta", '<mover accent="true">'),
    (INLINE, r"\widehat{ABC} + \widetilde{xyz}", '<mo stretchy="true">˜</mo>'),
    (INLINE, r"\overline{AB} \parallel \underline{CD}", '<mo stretchy="true">‾</mo>'),
    (INLINE, r"\overrightarrow{PQ}", "<mo>→</mo>"),
    # Operators and their limits
    (BLOCK, r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}", "<munderover>"),
    (INLINE, r"\sum\limits_{i \in I} a_i", "<munder>"),
    (BLOCK, r"\int_0^\infty e^{-x^2}\,\mathrm{d}x", "<msubsup>"),
    (BLOCK, r"\int\limits_{\Omega} f \, d\mu", "<munder>"),
    (BLOCK, r"\oint_{\partial S} \vec E \cdot d\vec\ell", "∮"),
    (BLOCK, r"\iiint_V \nabla\cdot F \, dV", "∭"),
    (BLOCK, r"\prod_{p} \left(1 - p^{-s}\right)^{-1}", "∏"),
    (BLOCK, r"\lim_{h \to 0} \frac{f(x + h) - f(x)}{h}", "<munder>"),
    (BLOCK, r"\limsup_{n\to\infty} a_n", "lim sup"),
    (BLOCK, r"\operatorname*{arg\,max}_{\theta} L(\theta)", "<munder>"),
    (BLOCK, r"\mathop{\rm argmin}_{w} J(w)", "<munder>"),
    (INLINE, r"\mathop{\mathrm{ess\,sup}}\limits_{x} f", "<munder>"),
    (BLOCK, r"\mathop{\sum\sum}_{i<j}^{n} x_{ij}", "<munder>"),
    (BLOCK, r"\sum_{\substack{0 < i < m \\ 0 < j < n}} P(i, j)", '<mstyle scriptlevel="1"><mtable '),
    (INLINE, r"\max_{x} \sin^2 x \log y", "<mi>log</mi>"),
    (INLINE, r"a \equiv b \pmod{n}, a \bmod b", "<mi>mod</mi>"),
    # Brackets
    (BLOCK, r"\left( \frac{a}{b} \right]", "<mo>(</mo>"),
    (BLOCK, r"\left. \frac{\partial f}{\partial x} \right|_{x=0}", "<mo>|</mo>"),
    (BLOCK, r"\left\{ x \,\middle|\, x > 0 \right\}", "<mo>{</mo>"),
    (INLINE, r"\left<\psi\right>", "<mo>⟨</mo>"),
    (INLINE, r"\bigl( \Bigl[ \biggl\{ x \biggr\} \Bigr] \bigr)", "minsize"),
    (INLINE, r"\Bigl. x \Bigr|_0", "<msub><mrow><mo"),
    (INLINE, r"\lVert x \rVert_2 \le \lvert y \rvert", "‖"),
    (INLINE, r"\lfloor x \rfloor + \lceil y \rceil", "⌊"),
    # Tables
    (BLOCK, r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "<mtable"),
    (BLOCK, r"\begin{bmatrix} 1 & 0 \\[1ex] 0 & 1 \\ \end{bmatrix}", "<mo>[</mo>"),
    (BLOCK, r"\begin{vmatrix} a & b \\ c & d \end{vmatrix}", "<mo>|</mo>"),
    (INLINE, r"\left(\begin{smallmatrix} a & b \\ c & d \end{smallmatrix}\right)", 'scriptlevel="1"'),
    (BLOCK, r"\begin{pmatrix*}[r] -1 & 2 \\ 3 & -4 \end{pmatrix*}", "<mtable"),
    (BLOCK, r"\matrix{1 & 2 \cr 3 & 4}", "<mtable"),
    (BLOCK, r"|x| = \begin{cases} x & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}", "<mo>{</mo><mstyle"),
    (BLOCK, r"\begin{array}{c|c} A & B \\ \hline C & D \end{array}", "border-right"),
    (BLOCK, r"\left[ \begin{array}{*{20}{c}} 1 & 2 \\ 3 & 4 \end{array} \right]", "<mtable"),
    (BLOCK, r"\begin{array}{l@{\quad}r} a & b \end{array}", "text-align: right"),
    (BLOCK, r"\begin{aligned} a &= b + c \\ &= d \end{aligned}", "<mtable"),
    (BLOCK, r"\begin{split} a &= b \\ &= c \end{split}", "<mtable"),
    (BLOCK, r"\begin{align*} a &= b & c &= d \\ e &= f \end{align*}", "<mtable"),
    (BLOCK, r"\begin{align} a &= b \nonumber \\ c &= d \label{eq:last_one} \end{align}", "(1)"),
    (BLOCK, r"\begin{alignat}{2} a &= b &\quad c &= d \end{alignat}", "(1)"),
    (BLOCK, r"\begin{eqnarray*} a & = & b \\ c & = & d \end{eqnarray*}", "<mtable"),
    (BLOCK, r"\begin{gather} a = b \\ c = d \end{gather}", "(2)"),
    (BLOCK, r"\begin{multline} a + b \\ + c + d \end{multline}", "text-align: right"),
    (BLOCK, r"\begin{equation} \begin{split} a &= b \\ &= c \end{split} \end{equation}", "(1)"),
    (BLOCK, r"E = mc^2 \tag{3.1}", "<mtext>(3.1)</mtext>"),
    (BLOCK, r"x \tag{式 1'}", "<mtext>(式 1')</mtext>"),
    (BLOCK, r"\begin{aligned} a &= b \\ &= c \tag{$\ast$} \end{aligned}", "<mtext>(∗)</mtext>"),
    (BLOCK, r"a = b \\ c = d", "<mtable"),
    (BLOCK, r"a &= b \\ &= c", "<mtable"),
    # Arrows and stacks
    (BLOCK, r"A \xrightarrow[\text{below}]{\text{above}} B", "<munderover>"),
    (INLINE, r"x \overset{\text{def}}{=} y \stackrel{?}{=} z", "<mover>"),
    (INLINE, r"\underset{x \to 0}{\to}", "<munder>"),
    (BLOCK, r"\overbrace{a + b}^{n} + \underbrace{c + d}_{m}", "⏟"),
    (INLINE, r"A \implies B \iff C \mapsto D", "⟹"),
    # Texts, colours, boxes
    (INLINE, r"\text{若 } x > 0", "<mtext>若 </mtext>"),
    (BLOCK, r"\text{for all $x \in A$ and my_name}", "<mtext> and my_name</mtext>"),
    (INLINE, r"x_{\text{max}} + \mathrm{train\_loss} + \mbox{a b}", "<mtext>a b</mtext>"),
    (INLINE, r"\color{red}{x} + \textcolor{#0af}{y}", "color:#00AAFF"),
    (INLINE, r"\cancel{x} + \boxed{E = mc^2}", '<menclose notation="box">'),
    (INLINE, r"\fbox{$x$}", '<menclose notation="box"><mi>x</mi>'),
    (INLINE, r"{\large x} + \phantom{y} + \smash[b]{z}", "<mphantom>"),
    # As Markdown, HTML and other tools made authors write it
    (INLINE, r"a \_{1} b^\*", "<mo>∗</mo>"),
    (INLINE, r"a &lt; b", "<mo>&lt;</mo>"),
    (BLOCK, "x % a remark\n+ y", "<mo>+</mo><mi>y</mi>"),
    (INLINE, r"50%", "%"),
    (BLOCK, r"\begin{pmatrix} 1 \\\\ 2 \end{pmatrix}", "<mtable"),
    (BLOCK, r"\newcommand{\E}[1]{\mathbb{E}\left[#1\right]} \E{X}", "<mi>𝔼</mi>"),
    (BLOCK, r"\DeclareMathOperator{\argmax}{arg\,max} \argmax f", "arg max"),
    (INLINE, "速度 = 距离 / 时间", "<mi>速</mi>"),
]


def converted(tex, *, display=False, macros=None):
    maths = MathConverter(macros or {})
    html = maths.convert(tex, 1, 1, display=display)
    assert [flaw.message for flaw in maths.flaws] == []
    return html


def render(body):
    rendered = Renderer().render(body)
    return rendered.html.fill(lambda link: link.target), rendered.flaws


@pytest.mark.parametrize(("display", "tex", "expected"), FORMULAS, ids=[tex for _, tex, _ in FORMULAS])
def test_a_formula_is_accepted(display, tex, expected):
    html = converted(tex, display=display)
    assert html.startswith('<math display="block">' if display else "<math>")
    assert expected in re.sub(r"[\xa0\u2009]", " ", html)


def test_there_are_eighty_of_them():
    assert len(FORMULAS) >= 80


@pytest.mark.parametrize(("tex", "line", "column", "said"), [
    (r"x + \nosuch y", 4, 7, r'Unknown command "\nosuch"'),
    ("x\n+ \\begin{nosuch} y \\end{nosuch}", 5, 3, 'Unknown environment "nosuch"'),
    (r"\frac{1}{2", 4, 11, '"{" is never closed'),
    ("a\n  \\begin{align} x \\end{gather}", 5, 19, r'"\end{gather}" closes nothing: "\begin{align}" is open'),
    ("\\begin{split} a &= b \\\\\n  &= \\nosuch \\end{split}", 5, 6, r'Unknown command "\nosuch"'),
    (r"x & y", 4, 5, '"&"'),
    (r"\text{a $x} + \substack{a \\ \nosuch}", 4, 11, "Math mode within text mode"),
    (r"\textcolor{#f00}{\frac{1}}", 4, 28, "Expected argument"),
    (r"\eqref{eq:none}", 4, 3, 'no formula above has the label "eq:none"'),
    ("x}", 4, 4, 'nothing is open that "}" could close'),
])
def test_a_broken_formula_is_code_and_told_at_its_place(tex, line, column, said):
    maths = MathConverter()
    html = maths.convert(tex, 4, 3, display=True)
    assert html.startswith('<code class="math-rejected">')
    (flaw,) = maths.flaws
    assert said in flaw.message
    assert (flaw.code, flaw.line, flaw.column) == ("markup.maths", line, column)


@pytest.mark.parametrize("tex", [r"\ce{H2O}", r"\begin{CD} A @>>> B \end{CD}", r"\colorbox{red}{x}", r"\rule{1em}{1em}",
                                 r"\mathrlap{x}", r"\verb|x|", r"\href{x}{y}", r"\includegraphics{x}", r"\not{abc}"])
def test_what_nothing_shows_is_told_and_never_left_out(tex):
    maths = MathConverter()
    assert maths.convert(tex, 1, 1, display=True).startswith("<code")
    assert len(maths.flaws) == 1


@pytest.mark.parametrize(("tex", "meant"), [
    (r"\begin{matrix} a \\[2pt] b \\* c \\ \end{matrix}", r"\begin{matrix} a \\ b \\ c \end{matrix}"),
    (r"\begin{eqnarray} a &=& b \\ c &=& d \end{eqnarray}", r"\begin{align} a &= b \\ c &= d \end{align}"),
    (r"\begin{align} a &= b & c \\ d \end{align}", r"\begin{align} a &= b & c \\ d && \end{align}"),
    (r"a \\ b \\", r"\begin{gathered}a \\ b \end{gathered}"),
    (r"a^{b \\ c}", r"a^{\begin{gathered}b \\ c\end{gathered}}"),
    (r"\left\lbrace a \big. b \right.", r"\left\lbrace a  b \right."),
    (r"x = 1 \tag*{A}", r"\begin{equation}x = 1 \tag*{A}\end{equation}"),
    (r"\text{if $a$ then $b$}", r"{\text{if }{a}\text{ then }{b}}"),
    (r"\mathop{A}\limits_b^c", r"\mathop{\underset{b}{\overset{c}{A}}}"),
    (r"\hbox{a#b}", r"\text{a\#b}"),
])
def test_what_math_core_lacks_is_said_in_another_way(tex, meant):
    assert squeezed(rewrite(tex, display=True).text) == squeezed(meant)


def squeezed(tex):
    return re.sub(r"\s+(?![a-zA-Z])|(?<![a-zA-Z])\s+", "", tex).strip()


@pytest.mark.parametrize("tex", [
    "{" * 100_000, "{" * 5000 + "x" + "}" * 5000, r"\sqrt" * 5000 + " x", r"\begin{matrix}" * 5000, "(" * 5000,
    r"f(\frac{(}{(}" * 40, r"\left(" * 5000 + r"\right)" * 5000, r"\color{red}" * 5000, "x^{" * 400 + "}" * 400,
    r"\def\x{(}" + r"\not" * 2000])
def test_no_formula_is_too_much_for_the_process(tex):
    maths = MathConverter()
    maths.convert(tex, 1, 1, display=True)
    assert len(maths.flaws) == 1


def test_a_formula_may_be_long_and_deep():
    rows = r"\\ ".join(r"a_{1} &\le \left(b + \frac{c}{d}\right) \in [0, 1)" for _ in range(400))
    converted(rf"\begin{{align*}}{rows}\end{{align*}}", display=True)
    converted("{" * (MAX_LEVELS - 2) + "x" + "}" * (MAX_LEVELS - 2))
    converted("(" * MAX_UNCLOSED + r"\alpha" * (MAX_COMMANDS - 1))
    converted("[0, 1)" * 200)


# What belongs together on a page

def test_a_page_counts_its_formulas_and_the_next_begins_anew():
    body = "\n\n".join(["$$\\begin{equation} a \\label{eq:一} \\end{equation}$$"] * 1
                       + ["$$\\begin{equation} b \\end{equation}$$", "See $\\eqref{eq:一}$."])
    for _ in range(2):
        html, flaws = render(body)
        assert re.findall(r"<mtext>\((\d)\)</mtext>", html) == ["1", "2"]
        anchor, = re.findall(r'id="([^"]+)"><mtext>', html)
        assert f'<a href="#{anchor}">(1)</a>' in html
        assert flaws == ()


def test_what_a_formula_defines_holds_for_the_page():
    html, flaws = render("$$\\newcommand{\\E}{\\mathbb{E}}$$\n\nThen $\\E$; and $\\newcommand{\\E}{e}\\E$.")
    assert flaws == ()
    assert "𝔼" in html
    assert len(render(r"$\E$")[1]) == 1


# Macros of the site

@pytest.mark.parametrize(("macros", "tex", "expected"), [
    ({"R": r"\mathbb{R}"}, r"x \in \R", "ℝ"),
    ({r"\RR": r"\mathbb{R}"}, r"x \in \RR", "ℝ"),
    ({"pair": r"\left(#1, #2\right)"}, r"\pair{a}{b}", "<mi>b</mi>"),
    ({"tuple": r"\pair{#1}{c}", "pair": "(#1, #2)"}, r"\tuple{a}", "<mi>c</mi>"),
    ({"under": r"\begin{smallmatrix}#1\end{smallmatrix}"}, r"\under{a}", 'scriptlevel="1"'),
    ({"frac": "#1 / #2"}, r"\frac{a}{b}", "/</mo>"),
    ({"qed": "."}, r"\qed", "."),
])
def test_a_macro_of_the_config_is_known_in_formulas(macros, tex, expected):
    assert expected in converted(tex, macros=macros)


@pytest.mark.parametrize(("macros", "said"), [
    ({"R": r"\mathbb{R"}, 'the macro "R": "{" is never closed'),
    ({"a": "x", "R": r"\nosuch"}, r'the macro "R": Unknown command "\nosuch"'),
    ({"R2": "x"}, 'the macro "R2" needs a name of letters only'),
    ({"": "x"}, 'the macro "" needs a name'),
    ({"R": 3}, 'the macro "R" needs a text'),
    ({"R": "#a"}, 'the macro "R": Invalid parameter number'),
])
def test_a_bad_macro_is_named(macros, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        MathConverter(macros)


# Money

@pytest.mark.parametrize("body", [
    "It costs $5 and $10.", "US$ 3 or US$ 4", "$HOME/$USER", "5$ … 10$", "costs $3/month or $30/year",
    "$1,000–$2,000", "between $5 and 10$", "$5, 10$", "$5/day, 10/week$", "$5k/month and 10k$/month", "$.99 to $1.99",
    "A $20 bill, a $50 bill", "“$5”–“$10”", "($5)/($10)", "$5+$10=$15", "$5-$10", "$1M/$2M", "**$5** and **$10**",
    "worth $13 = 100 R$.", "$5=£4, 10$", "HK$100 = $13; NT$400 = $13", "Ke$ha and A$AP", "costs $5\nand 10$ more",
    "价格$5，原价$10", "从$5到10$都有", "$100万到$200万", "今天$3，昨天$4。",
    "每月$3/人，每年$30/人", "US$3起，最高US$9。",
    "dear ($$) and ($$)", "$$ and $$", "$$$ or $$", "the $ and the € or $", "$foo, $bar and $baz",
    "export A=$B:$C", "use $(this) or $(that)", "$(a).$(b)", "$(document).ready($)", r"\$5 and \$6$",
    "`$x$` and ``$y$``", "<https://example.org/$a$b$>", "https://example.org/$a$/b", "[a](https://example.org/$a$)",
    '<span title="$x$">a</span>', "```\n$x$\n```", "    $x$", r"see \[1\] and \[2\]", r"\[not a link\](a_b)",
    r"\(see below\)",
])
def test_money_is_no_formula(body):
    html, flaws = render(body)
    assert "<math" not in html
    assert flaws == ()


@pytest.mark.parametrize("body", [
    "$x$", "($x$)", "“$x$”", "设$x$为", "其中$x_i$、$y_i$分别", "$x$：$y$", "$n$-th", "the $n$th of $k$s", "$a_1$",
    "$f(x)$", "$(i, j)$", "$[0, 1)$", "$x'$", "$n!$", "$2n$", "$5$", "$-5$", "$E = mc^2$", r"$2 \times 3$",
    "$3x + 2y$", r"$\text{若} x > 0$", r"$准确率 = \frac{TP}{TP+FN}$", "$速度=距离/时间$", "$`x_1`$", "$x$/$y$",
    "$x$, $y$ and $z$.", "**$x$**", "*a $x$ b*", "[link $x$](u)", "## $x$", "| $x$ |\n| --- |\n| $y$ |", "$a < b$",
    "$a, b, c$", "$1/2$",
    "$|x|$", r"\(x\)", r"\(x, y\)", r"\(x^2\)", r"so \[x = y\] holds", "\\[\nx = y\n\\]", "$$x$$", "$$\nx\n$$",
    "a $$x$$", "costs $5, and $x$ is",
])
def test_a_formula_is_one(body):
    html, flaws = render(body)
    assert "<math" in html
    assert "$x" not in html
    assert flaws == ()


# The font

def test_only_pages_with_formulas_load_the_font(build_site):
    site = build_site({
        "content/posts/2026-01-01-one.md": "# One\n\nLet $x^2$ be.\n",
        "content/posts/2026-01-02-two.md": "# Two\n\nNone.\n\nBut below: $x$.\n",
        "content/plain.md": "# Plain\n\nA `<math>`, and $5.\n"})
    pages = {name: bool(re.search(r"/theme/maths\.\w{10}\.css", site.text(name))) for name in (
        "posts/one/index.html", "posts/two/index.html", "plain/index.html", "index.html", "404.html")}
    assert pages == {"posts/one/index.html": True, "posts/two/index.html": True, "plain/index.html": False,
                     "index.html": True, "404.html": False}
    folder = site.root / "site/theme"
    css = next(folder.glob("maths.*.css")).read_text("utf-8")
    (font,) = re.findall(r'url\("([^"]+)"\)', css)
    assert (folder / font).read_bytes().startswith(b"wOF2")
    assert (folder / font).stat().st_size < 400_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in next(folder.glob("fonts/OFL.*txt")).read_text("utf-8")
