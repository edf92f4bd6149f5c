"""The image service of a site: tells the facts of pictures, names their variants, and makes and keeps these."""

from __future__ import annotations

import posixpath
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from coldpress import recorder
from coldpress.cache.checksum import code_version
from coldpress.config.images import ImageOptions
from coldpress.images.facts import ImageFacts
from coldpress.images.index import ImageIndex, can_read_images, is_readable
from coldpress.images.store import ImageStore
from coldpress.images.variants import EXTENSIONS, Variant, VariantName, height_for, parse_name, widths_for
from coldpress.paths import make_state
from coldpress.processes import in_turn, local_executor
from coldpress.sources.files import SourceFile

_FEW = 4  # pictures that it is quicker to make in this process
_AHEAD = 4  # pictures waiting for each worker


class Wanted(NamedTuple):
    """A variant that a page shows: its path, the picture, what is made of it, and where it is kept."""

    path: str
    asset: SourceFile
    variant: Variant
    key: str
    file: Path


class Making(NamedTuple):
    """What was made: the number of variants, the bytes of their originals and their own; the pictures that could not
    be made, each with the reason."""

    number: int = 0
    before: int = 0
    after: int = 0
    faults: tuple[tuple[SourceFile, str], ...] = ()


class ImageService:
    """Makes the pictures of one site, and keeps them below `folder`.  `options` returns the options of the config,
    whose read is recorded."""

    def __init__(self, folder: Path, options: Callable[[], ImageOptions]) -> None:
        self._folder = folder
        self._options = options
        self._index = ImageIndex(folder, image_version())
        self.store = ImageStore(folder, self._index)
        self._lock = threading.Lock()
        self._is_possible = can_read_images()

    @property
    def is_on(self) -> bool:
        """Whether variants are made."""
        return self._is_possible and self._options().is_on

    @property
    def is_missing(self) -> bool:
        """Whether variants are wanted, but Pillow is not installed."""
        return not self._is_possible and self._options().is_on

    @property
    def state(self) -> str:
        """A text that changes with what would be made of the same picture."""
        return image_version() if self.is_on else ""

    @property
    def note(self) -> str | None:
        """What was wrong with the cache, or None."""
        return self._index.note

    def facts(self, asset: SourceFile) -> ImageFacts:
        """Returns the facts of a picture.  The caller records the read."""
        return self._index.facts(asset, readable=self.is_on)

    def can_be_made(self, facts: ImageFacts) -> bool:
        """Returns whether variants of a picture are made."""
        return self.is_on and facts.can_be_made and (not facts.is_animated or (
            facts.format == "gif" and self._options().animations == "webp"))

    def survey(self, assets: Iterable[SourceFile], jobs: int) -> None:
        """Reads the facts of many pictures, in `jobs` processes.  Those of a few are read when pages ask for them."""
        if jobs < 2 or not self.is_on:
            return
        unknown = [asset for asset in assets if is_readable(asset) and not self._index.is_known(asset)]
        if len(unknown) < _FEW:
            return
        self._index.close()  # no connection may be shared with a forked process
        from coldpress.images.workers import read_all_facts  # noqa: PLC0415  (Pillow is an extra)

        read = partial(read_all_facts, self._folder, image_version())
        found = in_turn(local_executor(jobs), read, [asset.location for asset in unknown], _AHEAD * jobs)
        for asset, facts in zip(unknown, found, strict=True):
            if facts is not None:
                self._index.add(asset, facts)
        self._index.flush()

    def variants(self, facts: ImageFacts, format: str, largest: int, widths: Sequence[int] = ()) -> list[Variant]:
        """Returns the variants of a picture in a format, for a place that needs `largest` pixels; `widths` are those
        to choose from, by default the config's."""
        quality = self._options().quality.of(format)
        return [Variant(width, height_for(facts, width), format, quality)
                for width in widths_for(widths or self._options().widths, facts.width, largest)]

    def formats(self, facts: ImageFacts) -> list[str]:
        """Returns the formats that are made of a picture, the best first; the last is shown where no other can be."""
        if facts.is_animated:
            return ["webp"]
        drawn = "png" if facts.has_alpha or facts.format == "gif" else "jpeg"
        own = facts.format if facts.format in EXTENSIONS else drawn
        return [*(kind for kind in self._options().formats if kind != own), own]

    def path(self, path: str, facts: ImageFacts, variant: Variant) -> str:
        """Returns the path of a variant of the picture at `path`, and records that the page shows it."""
        is_default = variant.quality == self._options().quality.of(variant.format)
        name = variant.name(path, variant.key(facts, image_version()), is_default=is_default)
        recorder.read("variant", name)
        return name

    def find(self, path: str, assets: Mapping[str, SourceFile]) -> Wanted | None:
        """Returns the variant at a path; None if there is none, of any of these assets."""
        name = parse_name(path)
        if name is None or not self.is_on:
            return None
        with recorder.unrecorded():
            quality = self._options().quality.of(name.format)
            for original in self._originals(name, assets):
                asset = assets[original]
                facts = self.facts(asset)
                if facts.can_be_made:
                    variant = name.variant(facts, quality)
                    key = variant.key(facts, image_version())
                    if variant.name(original, key, is_default=variant.quality == quality) == path:
                        return Wanted(path, asset, variant, key, self.store.file(key, EXTENSIONS[variant.format]))
        return None

    def _originals(self, name: VariantName, assets: Mapping[str, SourceFile]) -> Iterator[str]:
        """Yields the paths of the assets that differ from a stem in their extension."""
        if self._by_stem[0] is not assets:
            by_stem: dict[str, list[str]] = {}
            for path, asset in assets.items():
                if is_readable(asset):
                    by_stem.setdefault(posixpath.splitext(path)[0], []).append(path)
            self._by_stem = assets, by_stem
        yield from self._by_stem[1].get(name.stem, ())

    _by_stem: tuple[Mapping[str, SourceFile] | None, Mapping[str, list[str]]] = None, {}

    def make_now(self, wanted: Wanted) -> Path:
        """Returns the file of a variant, which is made if it is not kept.  Raises `images.facts.DamagedImageError`."""
        with self._lock, recorder.unrecorded():
            if not self.store.is_kept(wanted.key, wanted.file):
                from coldpress.images.encoder import make_variants  # noqa: PLC0415  (Pillow is an extra)

                make_state(self._folder)
                sizes = make_variants(wanted.asset.file, [(wanted.variant, wanted.file)])
                self.store.note({wanted.key: sizes[str(wanted.file)]})
                self.flush()
        return wanted.file

    def make(self, wanted: Iterable[Wanted], jobs: int, progress: Callable[[int, int, str], None]) -> Making:
        """Makes the variants that are not kept, each picture once, in `jobs` processes."""
        missing: dict[SourceFile, list[Wanted]] = {}
        for each in wanted:
            if not self.store.is_kept(each.key, each.file):
                missing.setdefault(each.asset, []).append(each)
        if not missing:
            return Making()
        make_state(self._folder)
        from coldpress.images.workers import make_all  # noqa: PLC0415  (Pillow is an extra)

        tasks = [(asset.location, [(one.variant, one.file) for one in each]) for asset, each in missing.items()]
        if jobs > 1 and len(tasks) >= _FEW:
            self.close()
            results: Iterator[dict[str, int] | str] = in_turn(local_executor(jobs), make_all, tasks, _AHEAD * jobs)
        else:
            results = map(make_all, tasks)
        faults = []
        sizes: dict[str, int] = {}
        for done, ((asset, variants), made) in enumerate(zip(missing.items(), results, strict=True), 1):
            if isinstance(made, str):
                faults.append((asset, made))
            else:
                sizes.update({one.key: made[str(one.file)] for one in variants})
            progress(done, len(missing), asset.name)
        self.store.note(sizes)
        self.flush()
        return Making(len(sizes), sum(asset.size for asset in missing), sum(sizes.values()), tuple(faults))

    def flush(self) -> None:
        """Writes what is new to disk."""
        self.store.flush()
        self._index.flush()

    def close(self) -> None:
        """Writes what is new and closes the cache; it is opened again at the next use."""
        self.flush()
        self._index.close()


@lru_cache(maxsize=1)
def image_version() -> str:
    """Returns a digest of the code that makes pictures, and of Pillow, which brings its codecs."""
    here = Path(__file__).parent
    return code_version([here / f"{name}.py" for name in ("decoder", "encoder", "variants", "facts")], ["pillow"])
