"""How long our Markdown takes beside plain Python-Markdown, on the same texts in
the same run, both with code highlighted by Pygments, and both without.

Prints seconds and their ratio; ends with 1 when a ratio is above the limit.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE), str(HERE / "tests")]

import markdown  # noqa: E402
from oracle import PLAIN, corpus_texts, folder_texts  # noqa: E402

import coldpress.markdown.code.code_blocks  # noqa: E402
from coldpress.markdown.code.code_blocks import FenceInfo  # noqa: E402
from coldpress.markdown.native import Renderer  # noqa: E402
from coldpress.markdown.tree import escaped  # noqa: E402

LIMIT = 1.15


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="a folder with Markdown")
    parser.add_argument("--also", type=Path, help="another folder, of which 500 texts are taken")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    bodies = [text.body for text in [
        *corpus_texts(options.corpora), *(folder_texts(options.also, 500) if options.also else [])]]
    size = sum(map(len, bodies)) / 1e6
    print(f"{len(bodies)} texts, {size:.1f} million characters; the median of {options.runs} runs\n")
    print("| | Coldpress | Python-Markdown | ratio |\n|---|--:|--:|--:|")
    with_code = compared(bodies, options.runs, ours(), theirs(highlighted=True))
    row("code highlighted", *with_code)
    highlight = coldpress.markdown.code.code_blocks.code_block
    coldpress.markdown.code.code_blocks.code_block = plain_code
    without_code = compared(bodies, options.runs, ours(), theirs(highlighted=False))
    coldpress.markdown.code.code_blocks.code_block = highlight
    row("code as it is", *without_code)
    return 1 if max(mine / other for mine, other in (with_code, without_code)) > LIMIT else 0


def ours() -> Callable[[str], object]:
    return Renderer().render


def theirs(*, highlighted: bool) -> Callable[[str], object]:
    """Python-Markdown with the extensions authors give it."""
    engine = markdown.Markdown(extensions=[*PLAIN, "pymdownx.highlight"], extension_configs={
        "pymdownx.highlight": {"use_pygments": highlighted}})

    def convert(body: str) -> str:
        engine.reset()
        return engine.convert(body)

    return convert


def plain_code(source: str, _info: FenceInfo, *, notes: bool = False) -> str:
    return f"<pre><code>{escaped(source)}</code></pre>"


def compared(bodies: list[str], runs: int, mine: Callable[[str], object], other: Callable[[str], object]
             ) -> tuple[float, float]:
    """CPU seconds of both, taken in turns."""
    seconds: tuple[list[float], list[float]] = [], []
    for convert in (mine, other):
        for body in bodies[:50]:
            convert(body)
    for _ in range(runs):
        for found, convert in zip(seconds, (mine, other), strict=True):
            gc.collect()
            start = time.process_time()
            for body in bodies:
                convert(body)
            found.append(time.process_time() - start)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def row(name: str, mine: float, other: float) -> None:
    print(f"| {name} | {mine:.2f} s | {other:.2f} s | {mine / other:.2f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
