"""Damaged pictures of every format: each is made, or refused with a reason, soon and in little memory.

    COLDPRESS_SEED=7 COLDPRESS_MUTATIONS=20000 pytest tests/test_image_fuzz.py

is the long run.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

SEED = int(os.environ.get("COLDPRESS_SEED", "1"))
MUTATIONS = int(os.environ.get("COLDPRESS_MUTATIONS", "60"))
MEMORY = 1_000_000_000
SECONDS = 60
"""How long one picture may take at most, on a machine that does other things."""

# In a process of its own: a codec that crashes takes it along.
DRIVER = """
import faulthandler, random, resource, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[4:]
from PIL import Image
from pictures import exif, photo, quarters, saved, wide_gamut_profile
from coldpress.images import decoder
from coldpress.images.encoder import make_variants
from coldpress.images.facts import DamagedImageError
from coldpress.images.index import digest_of_file
from coldpress.images.variants import Variant, height_for

folder, seed, wanted = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
rng = random.Random(seed)
small = photo(120, 80)
frames = [quarters(60, 40), quarters(60, 40).rotate(90), quarters(60, 40).rotate(180)]
moving = {"save_all": True, "append_images": frames[1:], "duration": 40}
profile = wide_gamut_profile()
ORIGINALS = {
    "jpg": [saved(small, "JPEG", exif=exif(6)), saved(small, "JPEG", progressive=True, icc_profile=profile),
            saved(small.convert("CMYK"), "JPEG"), saved(small, "MPO", save_all=True, append_images=[small])],
    "png": [saved(small, "PNG", icc_profile=profile), saved(small.quantize(16), "PNG"),
            saved(frames[0], "PNG", **moving), saved(small.convert("RGBA"), "PNG"),
            saved(Image.new("I;16", (40, 30), 9_000), "PNG")],
    "webp": [saved(small, "WEBP", exif=exif(3)), saved(small, "WEBP", lossless=True),
             saved(frames[0], "WEBP", **moving)],
    "avif": [saved(small, "AVIF", speed=10), saved(frames[0], "AVIF", speed=10, **moving)],
    "gif": [saved(small, "GIF"), saved(frames[0], "GIF", loop=0, **moving)],
    "bmp": [saved(small, "BMP")],
    "tif": [saved(small, "TIFF"), saved(small, "TIFF", compression="tiff_lzw", icc_profile=profile),
            saved(small.convert("CMYK"), "TIFF", compression="jpeg"), saved(small.convert("F"), "TIFF")]}
EXTREMES = [b"\\0\\0\\0\\0", b"\\xff\\xff\\xff\\xff", b"\\x7f\\xff\\xff\\xff", b"\\0\\0\\x40\\0", b"\\0\\x40\\0\\0",
            b"\\xff\\xff", b"\\0\\1", b"\\x80\\0"]

def mutated(data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        at = rng.randrange(len(data)) if rng.random() < 0.5 else rng.randrange(min(len(data), 300))
        match rng.randrange(7):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at] = rng.randrange(256)
            case 2:
                data[at:at + 4] = rng.choice(EXTREMES)
            case 3:
                del data[at:at + rng.choice([1, 2, 4, 40])]
            case 4:
                data[at:at] = rng.randbytes(rng.choice([1, 2, 4, 40]))
            case 5:
                data[at:at] = data[at:at + rng.choice([8, 80, 800])]
            case 6:
                del data[max(at, 8):]
        if len(data) < 9:
            break
    return bytes(data)

def too_long(*_):
    raise SystemExit(f"{turn} of seed {seed} takes too long")

faulthandler.enable()
signal.signal(signal.SIGALRM, too_long)
made = refused = 0
kinds = sorted(ORIGINALS)
for turn in range(wanted):
    kind = kinds[turn % len(kinds)]
    file = folder / f"p.{kind if rng.random() < 0.9 else rng.choice(kinds)}"
    file.write_bytes(mutated(rng.choice(ORIGINALS[kind])))
    signal.alarm(SECONDS)
    facts = decoder.facts_of(file, digest_of_file(file))
    sizes = [Variant(width, height_for(facts, width), format, 50) for width in (8, min(300, facts.width))
             for format in ("avif", "webp", "jpeg", "png")] if facts.can_be_made else []
    if facts.is_animated:
        sizes = [each for each in sizes if each.format == "webp"]
    try:
        make_variants(file, facts, sizes) if sizes else None
        made += bool(sizes)
    except DamagedImageError:
        refused += 1
    refused += bool(facts.fault)
    signal.alarm(0)
print(made, refused, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="its limits are those of Linux")
def test_damaged_pictures_are_made_or_refused(tmp_path: Path) -> None:
    words = [sys.executable, "-c", DRIVER.replace("SECONDS", str(SECONDS)), str(tmp_path), str(SEED), str(MUTATIONS),
             str(Path(__file__).parent), str(REPOSITORY)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, preexec_fn=_limit)
    assert done.returncode == 0, f"COLDPRESS_SEED={SEED}: {done.stderr[-3000:]}"
    made, refused, memory = map(int, done.stdout.split())
    assert made > MUTATIONS // 20 and refused > MUTATIONS // 20, (made, refused)
    assert memory < MEMORY, f"{memory / 1e6:.0f} MB"


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY, 4 * MEMORY))
