"""The variants of pictures in a build: those that pages show are made, and join the plan as files that are copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from coldpress import recorder
from coldpress.build.output import CannotWriteError
from coldpress.build.plan import Plan
from coldpress.build.plan_entry import PlanEntry
from coldpress.content.feeds import feed_pictures
from coldpress.content.picture_weights import damaged_pictures, way_out
from coldpress.errors import Place, Problems
from coldpress.extras import pip_install
from coldpress.images.index import is_readable
from coldpress.images.service import Making, Wanted
from coldpress.paths import STATE
from coldpress.report import Report
from coldpress.text import size_text
from coldpress.web.site import Site


class SiteImages:
    """Makes and plans the variants of one build, and tells what was made."""

    def __init__(self, site: Site, plan: Plan, report: Report) -> None:
        self._site = site
        self._plan = plan
        self._report = report
        self._shown: list[Wanted] = []
        self.made = Making()

    def prepare(self, jobs: int) -> None:
        """Makes the pictures of which feeds tell the length, in `jobs` processes, before feeds ask for them one by
        one."""
        library = self._site.library
        if jobs > 1 and self._site.images.is_on and self._site.config.feeds.formats:
            with recorder.unrecorded(), _writing():
                found = [wanted for path in feed_pictures(library) if (wanted := library.pictures.find(path))]
                self._site.images.make(found, jobs, partial(self._report.progress, of="images"))

    def plan(self, paths: Iterable[str], jobs: int, problems: Problems) -> list[PlanEntry]:
        """Makes the variants at these paths that are not kept yet, in `jobs` processes, and plans all of them; returns
        their entries.  A picture of which they cannot be made is an error."""
        images = self._site.images
        with recorder.unrecorded(), _writing():
            found = map(self._site.library.pictures.find, sorted(paths))
            self._shown = [wanted for wanted in found if wanted]
            self.made = images.make(self._shown, jobs, partial(self._report.progress, of="images"))
            images.store.note_files(self._drawn())
        for asset, why in self.made.faults:
            problems.error("image.damaged", f"no smaller pictures can be made of this one: {why}", Place(asset.name),
                           way_out(why))
        missing = {asset for asset, _ in self.made.faults}
        entries = [self._plan.add_copy(each.path, self._site.endpoints["image"], each.asset.name, each.file)
                   for each in self._shown if each.asset not in missing]
        return [entry for entry in entries if entry]

    def warn(self, paths: Iterable[str], problems: Problems) -> None:
        """Warns of the pictures at these paths that cannot be read."""
        problems.extend(damaged_pictures(self._site.library, paths))

    def trim(self) -> None:
        """Removes old variants that no page shows."""
        self._site.images.store.trim({*(each.key for each in self._shown), *self._drawn()})
        self._site.images.forget_others(self._site.library.assets.values())

    def _drawn(self) -> dict[str, Path]:
        """Returns the files of social cards and icons by key."""
        store, icons = self._site.images.store, self._site.icons
        return {card.key: store.file(card.key, "png") for card in self._site.cards.all()} | icons.files()

    @property
    def summary(self) -> str | None:
        """Returns `images: 41 made, 2.1 MB from 38 MB`; None if none was made."""
        made = self.made
        if not made.number:
            return None
        return f"images: {made.number:,} made, {size_text(made.after)} from {size_text(made.before)}"

    @property
    def notes(self) -> list[str]:
        """A line on pictures that are published as they are, as long as Pillow is not installed."""
        if not self._site.images.is_missing or not any(map(is_readable, self._site.library.assets.values())):
            return []
        return [f"pictures are published as they are; with {pip_install('images')} they become fit for the web, with "
                "`images: false` in the config this line goes"]


@contextmanager
def _writing() -> Iterator[None]:
    """Tells failures to keep pictures from failures of the site's own code."""
    try:
        yield
    except OSError as reason:
        raise CannotWriteError(reason.errno, reason.strerror, reason.filename or STATE) from None
