"""What was probably meant: as good among thousands of names as among ten, and no dearer."""

from __future__ import annotations

import difflib
import random

from coldpress.text import _COMPARED, NearNames

WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "install", "deploy")


def slipped(word, dice):
    """A word with a slip or two."""
    letters = list(word)
    for _ in range(dice.choice((1, 1, 2))):
        at = dice.randrange(len(letters))
        letters[at:at + 1] = dice.choice((["x"], [], [letters[at], letters[at]]))
    return "".join(letters)


def test_the_nearest_of_many_is_the_nearest_of_all():
    dice = random.Random(7)
    names = sorted({f"{dice.choice(WORDS)}-{dice.choice(WORDS)}-{number}" for number in range(600)})
    near = NearNames(names)
    missed = 0
    for word in (slipped(dice.choice(names), dice) for _ in range(60)):
        [best] = difflib.get_close_matches(word, names, n=1, cutoff=0.7)
        found = near.nearest(word)
        as_near = found and difflib.SequenceMatcher(None, word, found).ratio()
        missed += as_near is None or as_near < difflib.SequenceMatcher(None, word, best).ratio()
    assert missed <= 1


def test_a_word_is_compared_with_few_names_however_many_there_are():
    for names in ([f"gone-{number}" for number in range(20_000)], ["same" * 5] * 5_000,
                  [f"{word}-{number}" for number in range(1_000) for word in WORDS]):
        near = NearNames(names)
        for word in ("gone-123456", "same" * 4, "alpha-beta-17", "", "字" * 30, "x" * 100_000):
            assert len(list(near._likely(word[:200]))) <= _COMPARED
            assert near.nearest(word) is None or len(word) < 1_000
    assert NearNames([f"page-{number}" for number in range(20_000)]).nearest("pgae-12345") == "page-12345"


def test_what_is_meant_is_told_on_a_large_site_too(make_site):
    pages = {f"content/docs/{first}-{second}.md": f"# {first} {second}\n" for first in WORDS for second in WORDS[:5]}
    headings = "".join(f"## Part {number}\n\n" for number in range(60))
    links = ["[a](alpha-bta.md)", "[b](/docs/gama-delta/)", "[c](../lost/deploy-beta.md)", "[d](long.md#prt-17)",
             "[[zeta gamm]]", "[e](nothing-like-it.md)", "[f](/docs/nothing-at-all/)", "![g](pictur.png)",
             "[h](/nix/)", "[i](../guide/indx.md)"]
    site = make_site({**pages, "content/docs/long.md": headings, "content/docs/picture.png": "p",
                      "content/guide/index.md": "# Guide", "content/.nojekyll": "",
                      "content/docs/a.md": "\n\n".join(links)})
    hints = {problem["place"]["line"]: problem["hint"] for problem in site.build().problems}
    assert hints == {1: "did you mean `alpha-beta.md`?", 3: "did you mean `gamma-delta.md`?",
                     5: "did you mean `deploy-beta.md`?", 7: "did you mean `#part-17`?",
                     9: "did you mean `zeta gamma`?",
                     11: None, 13: None, 15: "did you mean `picture.png`?", 17: None,
                     19: "did you mean `../guide/index.md`?"}
