"""One tool's site in a folder of its own, and the edits that are measured."""

from __future__ import annotations

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path

from corpus import Post, post, write
from tools import SITES, Tool

CASES = ("cold", "nothing", "body", "title", "new", "template")
RESTORED = "restored"


@dataclass(frozen=True)
class Edit:
    """What one case changed: a word that must show, and the posts about it."""

    case: str
    mark: str
    post: Post
    neighbours: tuple[Post, ...]


class Site:
    """The posts and files of one tool."""

    def __init__(self, tool: Tool, folder: Path, count: int) -> None:
        self.tool, self.folder, self.count = tool, folder, count
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SITES / tool.name, folder, ignore=shutil.ignore_patterns("__pycache__"))
        self._link_modules()
        self.middle = post(count // 2, count)
        for number in range(count):
            self._write(post(number, count))

    def prepare(self, case: str, run: int) -> Edit:
        """Make the edit of a case; `run` keeps two edits from being the same."""
        mark, about = f"{case}-edit-{run}", self.middle
        beside = tuple(post(self.count // 2 + step, self.count) for step in (-1, 1))
        if case == "cold":
            self._remove(self.tool.output, *self.tool.caches)
        elif case == RESTORED:
            self._clone()
        elif case == "body":
            about = dataclasses.replace(about, body=f"{about.body}\nThis is {mark}.\n")
        elif case == "title":
            about = dataclasses.replace(about, title=f"Title {mark}", tags=(mark, *about.tags[1:]))
        elif case == "new":
            number = self.count + run
            about, beside = post(number, self.count), (post(number - 1, self.count),)
            about = dataclasses.replace(about, title=f"Title {mark}")
        elif case == "template":
            template = self.folder / self.tool.template
            template.write_text(template.read_text("utf-8").replace("</header>", f"{mark}</header>"), "utf-8")
        if case in {"body", "title", "new"}:
            self._write(about)
        if case in {"body", "title"}:
            self.middle = about
        return Edit(case, mark, about, beside)

    def stamps(self) -> dict[Path, tuple[int, int]]:
        """Every file of the output with its time and inode."""
        return {path: (path.stat().st_mtime_ns, path.stat().st_ino)
                for path in (self.folder / self.tool.output).rglob("*") if path.is_file()}

    def contents(self) -> dict[str, bytes]:
        """Every file of the output with what is in it."""
        output = self.folder / self.tool.output
        return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}

    def _write(self, item: Post) -> None:
        write(item, self.folder, self.tool.posts, self.tool.flavor)

    def _remove(self, *names: str) -> None:
        for name in names:
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def _clone(self) -> None:
        """What a fresh clone is, after the cache was restored: at the same path
        new files of the same bytes, no output, and the caches with their times."""
        before = self.folder.with_name(f"{self.folder.name}.before")
        self.folder.rename(before)
        ignored = shutil.ignore_patterns(self.tool.output, "__pycache__", *self.tool.caches)
        shutil.copytree(before, self.folder, copy_function=shutil.copyfile, ignore=ignored)
        for cache in self.tool.caches:
            if (before / cache).is_dir():
                shutil.copytree(before / cache, self.folder / cache)
        shutil.rmtree(before)

    def _link_modules(self) -> None:
        """Node looks for packages beside the site; a folder of links leaves
        what tools write into `node_modules` in the site."""
        if self.tool.modules is None:
            return
        (self.folder / "node_modules").mkdir()
        for entry in self.tool.modules.iterdir():
            if entry.name not in {".astro", ".vite"}:
                (self.folder / "node_modules" / entry.name).symlink_to(entry)
