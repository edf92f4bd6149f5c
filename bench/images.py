"""How long the pictures of a site take, beside Hugo and eleventy-img with the same pictures, widths and formats.

    python bench/images.py --photos 40 --work /tmp/bench-images --peers PEERS

The photos have 12 megapixels (4032 × 3024), in JPEG of quality 88.  They are drawn, the same on every machine: clouds
of noise whose strength falls with their fineness as in photographs, with edges of light and shadow, and grain (`photo`
in `tests/pictures.py`); seven more are made of each drawing by turns, and none has the bytes of another.
`--from FOLDER` takes the JPEGs of a folder instead.

Each tool makes of each photo the widths that a place of 720 pixels needs on screens of one and two pixels, as AVIF,
WebP and JPEG.  The qualities of the others are those with which they come nearest to our defaults in SSIM, which is
measured here, against the photo scaled by Lanczos in full.  Cases: cold, and again with nothing changed; ours also
with the cache in a fresh clone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from measure import BuildError, Sample, build
from PIL import Image, ImageOps
from tools import REPOSITORY, SITES, Peers, Tool

sys.path.insert(0, str(REPOSITORY / "tests"))

from pictures import photo, ssim

SIZE = 4032, 3024
WIDTHS = (480, 800, 1200, 1440)
DRAWN = 8  # photos of which others are made by turns
ON_A_PAGE = 10
KINDS = {".avif": "avif", ".webp": "webp", ".jpg": "jpeg", ".jpeg": "jpeg"}
QUALITIES: Mapping[str, Mapping[str, int]] = {
    "hugo": {"avif": 55, "webp": 78, "jpeg": 80}, "eleventy-img": {"avif": 57, "webp": 78, "jpeg": 80}}


@dataclass
class PhotoSite:
    """The site of one tool, as `measure.build` wants it."""

    tool: Tool
    folder: Path

    def stamps(self) -> dict[Path, tuple[int, int]]:
        """Size and time of every file of the output."""
        files = (file for file in (self.folder / self.tool.output).rglob("*") if file.is_file())
        return {file: (file.stat().st_size, file.stat().st_mtime_ns) for file in files}

    def remove(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def made(self) -> Iterator[tuple[Path, str]]:
        """The pictures in the output that were made, with their formats."""
        for file in sorted((self.folder / self.tool.output).rglob("*")):
            if file.suffix in KINDS and not file.stem.isdigit():
                yield file, KINDS[file.suffix]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=40)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--from", type=Path, dest="given", help="a folder of JPEGs to use instead of drawn photos")
    parser.add_argument("--tools", default="coldpress,hugo,eleventy-img")
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    photos = write_photos(options.work / "photos", options.photos, options.given)
    peers = Peers(options.peers)
    makers: Mapping[str, Callable[[Peers, list[Path], Path], PhotoSite | None]] = {
        "coldpress": coldpress_site, "hugo": hugo_site, "eleventy-img": eleventy_site}
    print(f"{len(photos)} photos of {sum(file.stat().st_size for file in photos) / 1e6:.0f} MB, widths {WIDTHS}, "
          f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| tool | case | wall s | CPU s | peak MB | made | MB | bytes of AVIF, WebP, JPEG | SSIM of them |")
    print("|---|---|--:|--:|--:|--:|--:|---|---|", flush=True)
    for name in options.tools.split(","):
        site = makers[name](peers, photos, options.work / name)
        if site is None:
            print(f"{name} was not found", file=sys.stderr)
            continue
        for case in ("cold", "nothing", *(["restored"] if site.tool.restores else [])):
            told = measured(site, case, options.runs)
            print(f"| {name} | {case} | {told} | {quality(site, photos) if case == 'cold' else '| | | '} |", flush=True)
    return 0


def measured(site: PhotoSite, case: str, runs: int) -> str:
    """One case: the median of its runs."""
    samples: list[Sample] = []
    for _ in range(runs):
        prepare(site, case)
        try:
            samples.append(build(site))  # type: ignore[arg-type]
        except BuildError as reason:
            return f"{reason} | | "
    wall, cpu, memory = (statistics.median(getattr(each, name) for each in samples)
                         for name in ("wall", "cpu", "memory"))
    return f"{wall:.2f} | {cpu:.2f} | {memory:.0f}"


def prepare(site: PhotoSite, case: str) -> None:
    """What is there before a build."""
    if case == "cold":
        site.remove(site.tool.output, *site.tool.caches)
    elif case == "restored":
        other = site.folder.with_name(f"{site.folder.name}-clone")
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(site.folder, other, copy_function=shutil.copy, ignore=shutil.ignore_patterns(site.tool.output))
        shutil.rmtree(site.folder)
        other.rename(site.folder)


def quality(site: PhotoSite, photos: list[Path]) -> str:
    """How many pictures were made, their bytes, and the least and the mean SSIM by format, of some photos."""
    files: dict[str, list[Path]] = {kind: [] for kind in ("avif", "webp", "jpeg")}
    for file, kind in site.made():
        files[kind].append(file)
    sizes = {kind: sum(file.stat().st_size for file in each) for kind, each in files.items()}
    alike = []
    for each in files.values():
        found = [value for value in (_alike(file, photos) for file in each[::max(1, len(each) // 24)]) if value]
        alike.append(f"{statistics.mean(found):.4f} ({min(found):.3f})" if found else "–")
    return (f"{sum(map(len, files.values()))} | {sum(sizes.values()) / 1e6:.1f} | "
            f"{', '.join(f'{size / 1e6:.2f}' for size in sizes.values())} | {', '.join(alike)}")


def _alike(file: Path, photos: list[Path]) -> float | None:
    """How like a picture is to its photo, scaled in full; the photo is the one whose number is in its name or path."""
    original = next((photo for photo in photos if photo.stem in file.as_posix()), None)
    if original is None:
        return None
    with Image.open(file) as made, Image.open(original) as whole:
        reference = ImageOps.exif_transpose(whole).convert("RGB").resize(made.size, Image.Resampling.LANCZOS)
        return ssim(reference, made.convert("RGB"))


def write_photos(folder: Path, number: int, given: Path | None) -> list[Path]:
    """Write the photos, unless they are there; return them."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = [folder / f"{1000 + each}.jpg" for each in range(number)]
    originals = sorted(file for file in given.rglob("*") if file.suffix.lower() in (".jpg", ".jpeg")) if given else []
    turns = [None, *Image.Transpose]
    drawn: tuple[int, Image.Image] | None = None
    for each, file in enumerate(photos):
        if file.exists():
            continue
        if originals:
            shutil.copyfile(originals[each % len(originals)], file)
            continue
        if drawn is None or drawn[0] != each // DRAWN:
            drawn = each // DRAWN, photo(*SIZE, seed=each // DRAWN)
        turn = turns[each % DRAWN]
        image = drawn[1].transpose(turn).resize(SIZE) if turn is not None else drawn[1]
        image.save(file, quality=88)
    return photos


def pages(photos: list[Path]) -> Iterator[tuple[str, list[Path]]]:
    """The names of the pages, each with its photos."""
    for start in range(0, len(photos), ON_A_PAGE):
        yield f"trip-{start // ON_A_PAGE}", photos[start:start + ON_A_PAGE]


def coldpress_site(peers: Peers, photos: list[Path], folder: Path) -> PhotoSite:
    """Ours: photos in Markdown, with the default options."""
    site = _new(folder, Tool(
        "coldpress", (sys.executable, "-m", "coldpress", "build"), (), "", output="site", caches=(".coldpress",),
        restores=True, environment={"PYTHONPATH": str(REPOSITORY)}))
    (folder / "config.yaml").write_text("base_url: https://example.org/\nimages: {zoom: false}\n")
    for name, several in pages(photos):
        (folder / "content" / name).mkdir(parents=True)
        for file in several:
            os.link(file, folder / "content" / name / file.name)
        text = "\n".join(f"![Photo {file.stem}]({file.name})\n" for file in several)
        (folder / "content" / name / "index.md").write_text(f"# {name}\n\n{text}")
    return site


def hugo_site(peers: Peers, photos: list[Path], folder: Path) -> PhotoSite | None:
    """Hugo: a template that makes the variants of each photo of a page."""
    program = peers.program("venv-hugo/lib/python3*/site-packages/hugo/binaries/hugo", "venv-hugo/bin/hugo")
    if program is None:
        return None
    site = _new(folder, Tool("hugo", (program,), (), "", output="public", caches=("resources",)))
    shutil.copytree(SITES / "hugo-images", folder, dirs_exist_ok=True)
    words = " ".join(f'"{"jpg" if kind == "jpeg" else kind} q{number}"' for kind, number in QUALITIES["hugo"].items())
    template = folder / "layouts/page.html"
    template.write_text(template.read_text().replace("WIDTHS", " ".join(map(str, WIDTHS))).replace("FORMATS", words))
    for name, several in pages(photos):
        (folder / "content" / name).mkdir(parents=True)
        for file in several:
            os.link(file, folder / "content" / name / file.name)
        (folder / "content" / name / "index.md").write_text(f"---\ntitle: {name}\n---\n")
    return site


def eleventy_site(peers: Peers, photos: list[Path], folder: Path) -> PhotoSite | None:
    """eleventy-img (sharp): its function for each photo, without Eleventy's own time."""
    modules, node = peers.modules("npm"), shutil.which("node")
    if not (modules and node and (modules / "@11ty/eleventy-img").is_dir()):
        return None
    site = _new(folder, Tool("eleventy-img", (node, "make.mjs"), (), "", output="img", caches=(".cache",)))
    shutil.copyfile(SITES / "eleventy-img/make.mjs", folder / "make.mjs")
    (folder / "node_modules").symlink_to(modules, target_is_directory=True)
    (folder / "job.json").write_text(json.dumps({
        "photos": [str(file) for file in photos], "widths": WIDTHS, "quality": QUALITIES["eleventy-img"]}))
    return site


def _new(folder: Path, tool: Tool) -> PhotoSite:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return PhotoSite(tool, folder)


if __name__ == "__main__":
    sys.exit(main())
