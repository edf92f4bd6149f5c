"""Whether the time to render a hostile text grows no faster than the text.

Renders every shape of `tests/hostile.py` in two sizes, the second twice the
first, and prints how many times longer that took.  Ends with 1 when some shape
stays above the limit in every try.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE), str(HERE / "tests")]

from hostile import SHAPES  # noqa: E402

from coldpress.markdown.native import Renderer  # noqa: E402

LIMIT = 2.5
NOISE = 0.004  # seconds; a difference below says nothing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="characters of the smaller text")
    parser.add_argument("--tries", type=int, default=5, help="measure a shape that is too slow so often")
    parser.add_argument("--only", help="only shapes with this in their name")
    options = parser.parse_args()
    Renderer().render("warm *up* :+1: $x$")
    broken = []
    print(f"| shape | ms at {options.size} | ms at {2 * options.size} | ratio |\n|---|--:|--:|--:|")
    for name in SHAPES:
        if options.only and options.only not in name:
            continue
        small, large = measured(name, options.size, options.tries)
        print(f"| {name} | {1000 * small:.1f} | {1000 * large:.1f} | {large / small:.2f} |", flush=True)
        if is_too_slow(small, large):
            broken.append(name)
    print(f"\n{len(broken)} of {len(SHAPES)} shapes above {LIMIT}{''.join(f'; {name}' for name in broken)}")
    return 1 if broken else 0


def measured(name: str, size: int, tries: int) -> tuple[float, float]:
    """Seconds for both sizes: the best of as many tries as it takes to be within the limit."""
    small = large = float("inf")
    for _ in range(tries):
        small = min(small, seconds(SHAPES[name](size)))
        large = min(large, seconds(SHAPES[name](2 * size)))
        if not is_too_slow(small, large):
            break
    return small, large


def is_too_slow(small: float, large: float) -> bool:
    """Whether the larger text took more than its share."""
    return large > LIMIT * small + NOISE


def seconds(text: str) -> float:
    """CPU seconds to render a text."""
    renderer = Renderer()
    renderer.render("")
    gc.collect()
    start = time.process_time()
    renderer.render(text)
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
