"""The image service of a site: tells the facts of pictures, names their variants, and makes and keeps these."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from coldpress import recorder
from coldpress.cache.checksum import code_version
from coldpress.config.images import ImageOptions
from coldpress.images.facts import MEMORY, ImageFacts
from coldpress.images.index import ImageIndex, can_read_images, is_readable, read_facts, size_in
from coldpress.images.store import ImageStore, Made
from coldpress.images.variants import EXTENSIONS, Variant, has_sides, height_for, parse_name, widths_for
from coldpress.paths import make_state
from coldpress.processes import Limit, in_turn, local_executor
from coldpress.sources.files import SourceFile

_FEW = 4  # pictures that it is quicker to make in this process
_FEW_PIXELS = 1_000_000  # of all variants, likewise
_BATCH = 10  # pictures whose variants are noted at once
_AHEAD = 4  # pictures waiting for each worker
_ENDINGS = {"jpg": "jpeg", "jpe": "jpeg", "jfif": "jpeg"}
_UNKNOWN = 300_000_000  # bytes that a picture of unknown size is taken to need


class Wanted(NamedTuple):
    """A variant that a page shows: its path, the picture, what is made of it, and where it is kept."""

    path: str
    asset: SourceFile
    facts: ImageFacts
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
        self._named: set[str] = set()
        self._lock = threading.Lock()
        self._making = threading.Lock()
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

    def facts_of(self, file: Path, digest: str) -> ImageFacts:
        """Returns the facts of a picture with a digest, which need not be an asset."""
        with recorder.unrecorded():
            return self._index.known(digest) or read_facts(file, digest)

    def keep(self, key: str, extension: str, data: bytes) -> None:
        """Keeps the bytes of a picture that something else made."""
        with self._lock, recorder.unrecorded():
            self.store.write(key, extension, data)

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
            for asset in unknown:
                if _memory_to_read(asset.location) * jobs > MEMORY:
                    self.facts(asset)  # so that no two are read at once
            return
        self._index.close()  # no connection may be shared with a forked process
        from coldpress.images.workers import read_all_facts  # noqa: PLC0415  (Pillow is an extra)

        read = partial(read_all_facts, self._folder, image_version())
        found = in_turn(local_executor(jobs), read, [asset.location for asset in unknown], _AHEAD * jobs,
                        limit=Limit(_memory_to_read, MEMORY))
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
        own = facts.format if facts.format in EXTENSIONS else facts.plain_format
        wanted = {own, *self._options().formats}
        found = [kind for kind in EXTENSIONS if kind in wanted and has_sides(kind, facts)]
        return found if own in found else [*(kind for kind in found if kind != "png"), "png"]

    def path(self, path: str, facts: ImageFacts, variant: Variant) -> str:
        """Returns the path of a variant of the picture at `path`, and records that the page shows it."""
        is_default = variant.quality == self._options().quality.of(variant.format)
        name = variant.name(path, variant.key(facts, image_version()), is_default=is_default)
        recorder.read("variant", name)
        self._named.add(name)
        return name

    def find(self, path: str, originals: Callable[[str], Iterable[tuple[str, SourceFile]]]) -> Wanted | None:
        """Returns the variant at a path; None if there is none.  `originals` returns the paths and files of pictures by
        their path without its extension."""
        name = parse_name(path)
        if name is None or not self.is_on:
            return None
        with recorder.unrecorded():
            quality = self._options().quality.of(name.format)
            for original, asset in originals(name.stem):
                facts = self.facts(asset)
                if facts.can_be_made:
                    variant = name.variant(facts, quality)
                    key = variant.key(facts, image_version())
                    if (variant.width <= facts.width and variant.height <= facts.height and variant.fits and
                            variant.name(original, key, is_default=variant.quality == quality) == path):
                        file = self.store.file(key, EXTENSIONS[variant.format])
                        return Wanted(path, asset, facts, variant, key, file)
        return None

    def make_now(self, wanted: Wanted) -> bytes:
        """Returns the bytes of a variant, which is made if it is not kept: one at a time, for the memory that it
        takes.  Raises `images.facts.DamagedImageError`."""
        with recorder.unrecorded():
            kept = self._kept(wanted)
            if kept is None:
                with self._making:
                    kept = self._kept(wanted)  # somebody else may have asked for it meanwhile
                    if kept is None:
                        kept = self._made_now(wanted)
        return kept

    def _kept(self, wanted: Wanted) -> bytes | None:
        with self._lock:
            return self.store.read(wanted.key, EXTENSIONS[wanted.variant.format])

    def _made_now(self, wanted: Wanted) -> bytes:
        """Makes a variant.  It is written to disk only if a page of this process named it: whoever knows the rules can
        name more variants than a disk can hold."""
        from coldpress.images.encoder import make_variants  # noqa: PLC0415  (Pillow is an extra)

        data = make_variants(wanted.asset.file, wanted.facts, [wanted.variant])[wanted.variant]
        with self._lock:
            if wanted.path in self._named:
                self.store.write(wanted.key, EXTENSIONS[wanted.variant.format], data)
                self.flush()
            else:
                self.store.keep_in_memory(wanted.key, data)
        return data

    def make(self, wanted: Iterable[Wanted], jobs: int, progress: Callable[[int, int, str], None]) -> Making:
        """Makes the variants that are not kept, each picture once, in `jobs` processes.  Raises
        `processes.WorkerDiedError`."""
        missing: dict[SourceFile, list[Wanted]] = {}
        for each in wanted:
            if not self.store.is_kept(each.key, each.file):
                missing.setdefault(each.asset, []).append(each)
        if not missing:
            return Making()
        make_state(self._folder)
        count, after, faults = 0, 0, []
        for done, (asset, made) in enumerate(self._made(missing, jobs), 1):
            if isinstance(made, str):
                faults.append((asset, made))
            else:
                for one in missing[asset]:
                    self.store.note(one.key, one.file, made[str(one.file)])
                count, after = count + len(made), after + sum(each.size for each in made.values())
            progress(done, len(missing), asset.name)
            if done % _BATCH == 0:
                self.store.flush()  # a build that is killed has not made them for nothing
        self.flush()
        return Making(count, sum(asset.size for asset in missing), after, tuple(faults))

    def _made(self, missing: Mapping[SourceFile, Sequence[Wanted]], jobs: int
              ) -> Iterator[tuple[SourceFile, dict[str, Made] | str]]:
        """Makes variants and yields what was made of each picture, or why it was not."""
        from coldpress.images.workers import Task, make_all  # noqa: PLC0415  (Pillow is an extra)

        tasks = [Task(asset.location, each[0].facts, [(one.variant, one.file) for one in each])
                 for asset, each in missing.items()]
        pixels = sum(one.variant.width * one.variant.height for each in missing.values() for one in each)
        if jobs > 1 and len(tasks) > 1 and (len(tasks) >= _FEW or pixels > _FEW_PIXELS):
            self.close()  # no connection may be shared with a forked process
            made = in_turn(local_executor(jobs), make_all, tasks, _AHEAD * jobs,
                           limit=Limit(lambda task: task.memory, MEMORY))
            yield from zip(missing, made, strict=True)
        else:
            yield from zip(missing, map(make_all, tasks), strict=True)

    def forget_others(self, assets: Iterable[SourceFile]) -> None:
        """Forgets the facts of pictures that are no more."""
        self._index.trim({asset.name for asset in assets})

    def flush(self) -> None:
        """Writes what is new to disk."""
        self.store.flush()
        self._index.flush()

    def close(self) -> None:
        """Writes what is new and closes the cache; it is opened again at the next use."""
        self.flush()
        self._index.close()


def _memory_to_read(location: str) -> int:
    """Returns how many bytes decoding a file takes at most, as far as its name and its first bytes tell."""
    size, ending = size_in(Path(location)), Path(location).suffix.lower().lstrip(".")
    return ImageFacts(*size, format=_ENDINGS.get(ending, ending)).memory if size else _UNKNOWN


@lru_cache(maxsize=1)
def image_version() -> str:
    """Returns a digest of the code that makes pictures, and of Pillow, which brings its codecs."""
    here = Path(__file__).parent
    return code_version([here / f"{name}.py" for name in ("decoder", "encoder", "variants", "facts")], ["pillow"])
