"""A small site with every kind of page and everything Markdown can show, in a
language of one's choice: `python tests/everything_site.py zh-Hans FOLDER` writes it.

Of its own words none is in another language: what is on a page of it and in
another script comes of the theme.
"""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

LANGUAGES = ("en", "zh-Hans", "ja", "ar")
CALLOUTS = ("note", "tip", "important", "warning", "caution", "info", "success", "question", "failure", "bug",
            "example", "abstract", "quote", "danger", "todo", "seealso", "faq", "tldr")
WORDS = {
    "site": ("The printing office", "印刷所", "印刷所", "دار الطباعة"),
    "about site": ("Notes on paper, ink and type, since the first press.",
                   "关于纸张、油墨与字体的笔记，从第一台印刷机说起。",
                   "紙とインクと活字についての覚え書き。", "ملاحظات عن الورق والحبر والحروف منذ أول مطبعة."),
    "ann": ("Ann Lee", "李安", "安藤花", "آمنة علي"),
    "bio": ("Prints in the morning and writes in the evening.", "早上印刷，晚上写作。", "朝は刷り、夜は書く。",
            "تطبع في الصباح وتكتب في المساء."),
    "title": ("How to set a page by hand", "如何手工排一页书", "手で一頁を組むには", "كيف تُصفّ صفحة باليد"),
    "first": ("Type was cast in lead, kept in cases and set letter by letter into a stick. A good compositor set a "
              "thousand letters in an hour, and read them upside down.",
              "铅字铸好之后放在字盘里，一个一个地拣到手盘中。熟练的排字工一小时能排一千个字，而且是倒着读的。",
              "活字は鉛で鋳られ、ケースに納められ、一字ずつステッキに並べられた。腕のよい文選工は一時間に千字を拾った。",
              "صُبّت الحروف من الرصاص وحُفظت في صناديق، ثم صُفّت حرفًا بعد حرف. وكان الصفّاف الماهر يصفّ ألف حرف في الساعة."),
    "strong": ("never in a hurry", "从不着急", "決して急がず", "دون عجلة"),
    "second": ("What follows is the whole of it, in the order in which it is done.", "下面是全部步骤，按先后顺序排列。",
               "以下、順を追ってすべてを記す。", "وفيما يلي العمل كله بترتيبه."),
    "paper": ("Paper", "纸张", "紙", "الورق"), "ink": ("Ink", "油墨", "インク", "الحبر"),
    "type": ("Type", "字体", "活字", "الحروف"), "press": ("Press", "印刷机", "印刷機", "المطبعة"),
    "guide": ("Handbook", "手册", "手引き", "الدليل"), "tools": ("Tools", "工具", "道具", "الأدوات"),
    "colophon": ("Colophon", "版权页", "奥付", "الخاتمة"), "craft": ("Craft", "手艺", "技", "الحرفة"),
    "course": ("The whole course", "完整课程", "全講座", "الدورة كاملة"),
    "note": ("A note", "一条注", "注記", "حاشية"),
    "long": ("A title that is as long as titles are when nobody has the heart to shorten them",
             "一个长得谁也不忍心删短因而会在手机屏幕上折成好几行的标题",
             "誰も短くする気になれなかったのでとても長いままの題名",
             "عنوان طويل جدًا لأن أحدًا لم يجد في قلبه أن يختصره قبل النشر")}
BODY = """\
{first}

<!-- more -->

{second} *{strong}*, **{strong}**.[^1]

## {paper}

> {first}

| {paper} | {ink} | {type} |
|---|---|--:|
| {press} | {tools} | 12 |
| {guide} | {craft} | 7 |

### {tools}

```py title="press.py" {{2}} linenums
def press(sheet):
    return sheet.fold(2)
```

```console
$ python press.py
8
```

### {craft}

1. {paper}
2. {ink}
   - {type}
   - {press}

- [x] {paper}
- [ ] {ink}

## {ink}

{callouts}

:::details
{first}
:::

??? tip
    {second}

::::tabs
:::tab[{paper}]
{first}
:::
:::tab[{ink}]
{second}
:::
::::

## {type}

$$\\int_0^1 x^2\\,dx = \\frac{{1}}{{3}}$$

{paper}
:   {second}

::figure[{second}]{{src="press.png" alt="{press}"}}

---

## {press}

{first} [{guide}](/guide/).

[^1]: {note}. {second}
"""


def words(language: str) -> dict[str, str]:
    """The words of the site in a language."""
    column = LANGUAGES.index(language)
    return {name: texts[column] for name, texts in WORDS.items()}


def everything(language: str) -> dict[str, str | bytes]:
    """The files of the site."""
    said = words(language)
    callouts = "\n\n".join(f"!!! {kind}\n    {said['second']}" for kind in CALLOUTS)
    body = BODY.format(**said, callouts=callouts)
    files: dict[str, str | bytes] = {
        "config.yaml": _config(language, said),
        "data/authors.yaml": f"ann:\n  name: {said['ann']}\n  bio: {said['bio']}\n  image: /press.png\n",
        "content/press.png": picture(640, 360), "content/posts/press.png": picture(640, 360),
        "content/posts/2026-05-20-all.md": f"---\ntitle: {said['title']}\nimage: press.png\nseries: {said['course']}\n"
                                           f"authors: [ann]\nupdated: 2026-06-01\n"
                                           f"tags: [{said['craft']}, {said['craft']}/{said['type']}]\n---\n{body}",
        "content/posts/2026-06-02-long.md": f"---\ntitle: {said['long']}\nseries: {said['course']}\nauthors: [ann]\n"
                                            f"tags: [{said['craft']}]\ndraft: false\n---\n"
                                            f"{said['first']} [{said['title']}](2026-05-20-all.md)\n",
        "content/about.md": f"---\ntitle: {said['colophon']}\naliases: [/was/]\n---\n{said['first']}\n",
        "content/guide/_index.md": f"---\ntitle: {said['guide']}\n---\n{said['first']}\n",
        "content/guide/all.md": f"---\ntitle: {said['paper']}\nweight: 1\ndescription: {said['second']}\n---\n"
                                + body.replace("press.png\"", "/press.png\""),
        "content/guide/ink.md": f"---\ntitle: {said['ink']}\nweight: 2\n---\n{said['second']}\n",
        "content/guide/tools/_index.md": f"---\ntitle: {said['tools']}\nweight: 3\n---\n{said['second']}\n",
        "content/guide/tools/press.md": f"---\ntitle: {said['press']}\n---\n{said['first']}\n",
        "content/guide/tools/type.md": f"---\ntitle: {said['type']}\n---\n{said['first']}\n"}
    for month in range(1, 13):
        files[f"content/posts/2025-{month:02}-10-post-{month}.md"] = (
            f"---\ntitle: {said['press']} {month}\ntags: [{said['craft']}]\ncategories: [{said['type']}]\n---\n"
            f"{said['first']}\n")
    return files


def _config(language: str, said: dict[str, str]) -> str:
    return (f"title: {said['site']}\ndescription: {said['about site']}\nlanguage: {language}\n"
            f"base_url: https://press.example/\nauthor: {said['ann']}\npaginate: 5\n"
            f"menu:\n  - {said['guide']}: guide/_index.md\n  - {said['press']}: /posts/\n"
            f"  - {said['tools']}:\n      - {said['colophon']}: about.md\n      - {said['craft']}: /tags/\n"
            "edit_url: https://press.example/edit/<path>\ntheme:\n  backlinks: true\n")


def picture(width: int, height: int) -> bytes:
    """A PNG: a slope of blue."""
    rows = b"".join(b"\0" + bytes(value for x in range(width) for value in (
        40 + 60 * y // height, 70 + 90 * x // width, 110 + 60 * y // height)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b""))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write(language: str, folder: Path) -> None:
    """Write the site into a folder."""
    for name, text in everything(language).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
