"""Markdown is what GitHub makes of it: our pages beside comrak's, block by block.

Compared are the blocks (kind, order, depth in lists and quotes) with the words
of each and the inline elements in it.  Every difference that is left is printed.
"""

from __future__ import annotations

import html
import os
from pathlib import Path

import pytest
from oracle import FOREIGN, Difference, Text, by_comrak, corpus_texts, difference, distance, folder_texts

from coldpress.markdown.math.mathml import MathConverter
from coldpress.markdown.native import Renderer

MOST_OF_A_FOLDER = 500
FOLDERS = [name for name in os.environ.get("COLDPRESS_MARKDOWN", "").split(os.pathsep) if name]
"""Folders whose Markdown is compared, too."""
EQUAL = 0.98
EQUAL_BY_HAND = 0.95


@pytest.fixture(scope="module")
def renderer():
    """A renderer that shows the TeX of formulas, as comrak does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MathConverter, "convert", lambda maths, tex, *place, display: html.escape(tex))
        yield Renderer()


def check(texts: list[Text], renderer: Renderer, equal: float) -> None:
    """Hold texts against comrak; print what differs."""
    found: list[Difference] = [each for text in texts if (each := difference(text, renderer))]
    foreign = sum(FOREIGN.search(text.body) is not None for text in texts)
    print(f"{len(texts) - len(found)} of {len(texts)} texts equal; "  # noqa: T201
          f"{foreign} hold tags of other generators and are compared like the rest")
    print("\n".join(map(str, found)))  # noqa: T201
    assert len(texts) - len(found) >= equal * len(texts)
    assert [str(each) for each in found if each.ours > each.plain] == [], "further away than plain Python-Markdown"


@pytest.mark.corpus
def test_the_corpora(shared, renderer):
    texts = corpus_texts(shared / "corpora")
    assert len(texts) > 100
    check(texts, renderer, EQUAL)


if FOLDERS:
    @pytest.mark.parametrize("folder", FOLDERS)
    def test_the_markdown_of_a_folder(renderer, folder):
        texts = folder_texts(Path(folder), MOST_OF_A_FOLDER)
        assert texts
        check(texts, renderer, EQUAL)


BY_HAND = """\
- a
  - b
    - c
      - d
=====
* a
   * b
      * c
=====
1. a
   - b
   - c
2. d
=====
1. a
  - b
=====
1) a
2) b
=====
1. a
1) b
=====
3. a
4. b
=====
- a
+ b
* c
=====
- a

- b
=====
- a

  b

      c
- d
=====
-   a

    b
- c
=====
- a
b
- c
=====
- a
 - b
  - c
   - d
    - e
=====
Text:
- a
- b
=====
Text:
1. a
2. b
=====
Text:
2. a
=====
In the year
1986. It was
=====
-
- a
-
=====
- [ ] a
- [x] b
  - [X] c
=====
- [ ] a

  b
=====
- a
  ```python
  b

  c
  ```
- d
=====
1. a

   ```sh
   b
   ```

   c
2. d
=====
- a

  ~~~
  ```
  ~~~
=====
10. a

    b
=====
> - a
>   - b
>
> c
=====
> a
b

c
=====
> a
> > b
>
> c
=====
> ```
> a
> ```
b
=====
> ```
a
=====
> - a
b
=====
- > a
  > b

  c
=====
>a
>b
=====
> # a
> ---
> b
=====
```
a
=====
````
```
a
```
````
=====
~~~ python
a
~~~~
=====
~~~
a
```
~~~
=====
Text
```js
a
```
Text
=====
   ```
   a
    b
   ```
=====
``` a`b
=====
```
a
  ```
=====
    a

    b
c
=====
Text
    a
=====
- a

      b
=====
| a | b |
|---|:-:|
| c | d |
=====
a | b
--|--
c | d
e
=====
| a | b |
| - | - |
| `c \\| d` | e \\| f |
=====
| a | b |
|---|---|
| c |
| d | e | f |
=====
- a

  | b | c |
  |---|---|
  | d | e |
=====
> | a |
> |---|
> | b |
=====
Text
| a | b |
|---|---|
| c | d |

Text
=====
| a |
| b |
=====
| a | b |
|---|
| c | d |
=====
# a
## b ##
### c #d
#e
####### f
=====
a
===
b
---
c
***
=====
a
b
---
=====
- a
---
- b
=====
* * *
- - -
_ _ _
=====
See https://example.org/a_b_c, and (http://a.b/c(d)).
=====
www.example.org/a?b=c&d=e. www.a
=====
https://a.b/c&amp; x http://a.b/~c~ y ftp://a.b
=====
a.b@c.de x@y.z. pkg@1.2.3
=====
[a](b "c") [d](<e f> 'g') [h](i (j))
=====
[a][b] [b][] [b] [c]

[b]: /u
  "t"
=====
![a *b*](c.png) [![d](e.png)](f)
=====
[a [b](c) d](e)
=====
*a **b** c* ***d*** **e*f*g**
=====
snake_case_word _a_ __b__ _c_d
=====
**重点。**后面 中**“引”**文 **（a）**b
=====
~~a~~ ~~b **c**~~ d~~
=====
~struck out~ and ~~~a~~~
=====
`a` ``b`c`` ` d ` `` ` ``
=====
a\\*b\\_c \\`d\\` \\[e\\] \\# \\\\
=====
&copy; &amp; &#35; &nope; & &amp;copy;
=====
a \x20
b\\
c
d
=====
<b>a *b*</b> <!-- c --> <br/> d
=====
<div>
*a*

*b*
</div>
=====
<details><summary>a</summary>

- b
- c

</details>
=====
<!-- a

b -->
c
=====
<script>
a < b

*c*
</script>
=====
a <notatag> `b` List<String>
=====
> [!NOTE]
> a

> [!WARNING]
> b
> - c
=====
a[^1] b[^two]

[^1]: c
[^two]: d

    e
=====
:tada: :+1: a:b:c 10:30:20
=====
- a
	- b
		- c
=====
1. a
	- b

	c
=====
- a
-b
- c
=====
* a

* b


* c
=====
- a

<!-- -->

- b
=====
a
* b

c
1. d
=====
- a
  > b
- c
  # d
=====
+ a
    + b
        + c

          d
=====
[a]: /b
[c]: /d 'e'
[a] [c] [e]

[e]:
/f
=====
a<br>b<wbr>c <kbd>d</kbd>
=====
"""


def cases() -> list[Text]:
    bodies = BY_HAND.replace("\\\\", "\\").split("=====\n")
    return [Text(f"{body!r}", body) for body in bodies if body.strip()]


def test_what_authors_write_by_hand(renderer):
    texts = cases()
    assert len(texts) >= 60
    check(texts, renderer, EQUAL_BY_HAND)


def test_a_difference_is_seen(renderer):
    one, other = by_comrak("- a\n  - b\n\nc"), by_comrak("- a\n- b\n\nc")
    assert distance(one, one) == 0
    assert distance(one, other) == 2
    assert distance(by_comrak("*a* b"), by_comrak("a b")) == 1
    assert difference(Text("same", "# a\n\n- b\n\n`c` \\* d"), renderer) is None
    assert difference(Text("other", "!!! note\n    a"), renderer)
