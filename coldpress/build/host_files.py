"""The files for a host that a build writes: those inside the output folder, and those in `.coldpress/host/`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from coldpress import recorder
from coldpress.build.freezer import content_digest
from coldpress.build.host_patterns import leads_on, links_of, pattern_redirect, root_of, whole
from coldpress.build.output import Output
from coldpress.build.plan import Plan
from coldpress.build.record_rows import FileRow
from coldpress.config.headers import HeaderRule
from coldpress.content.redirects import Redirect, all_redirects
from coldpress.errors import ColdpressError, Place, Problems
from coldpress.hosts.header_rules import header_rules
from coldpress.hosts.hosts import HOSTS, Host
from coldpress.hosts.published import HostFile, PathRedirect, PublishedSite
from coldpress.paths import can_be_page, relative_name
from coldpress.text import decode
from coldpress.web.site import Site

FOLDER = "host"
"""The folder in `.coldpress/` of the files that a host reads and nobody may publish."""
_LINES = ("_redirects", "_headers")


class HostFiles:
    """The files of one build for the host that the config names."""

    def __init__(self, site: Site, plan: Plan, output: Output) -> None:
        self._site = site
        self._plan = plan
        self._output = output
        deploy = site.config.deploy
        assert deploy is not None, "else there is no host"
        self._compress = deploy.compress
        self._name = deploy.host or ""
        self._place = site.config_place("deploy", "host")
        self._files: list[HostFile] = []
        self.changed: list[str] = []
        """The files beside the output folder that are other than before."""

    @property
    def host(self) -> Host:
        """The host."""
        return HOSTS[self._name]

    @cached_property
    def _folded(self) -> frozenset[str]:
        """The paths of the plan, of which case does not count."""
        return frozenset(entry.folder_url.casefold() for entry in self._plan.entries)

    def make(self, known: Mapping[str, FileRow], new: Iterable[FileRow], copied: Mapping[str, str], jobs: int,
             problems: Problems) -> list[FileRow]:
        """Stages the files and returns their rows; reports what the host does not take.

        `known` are the files of the last build, `new` the pages of this one, and `copied` the stamps of what its other
        files are copies of.
        """
        with recorder.unrecorded():
            self._check_own(problems)
            site = self._published(problems)
            self._files = self.host.make(site, problems)
            rows = [self._stage(file) for file in self._files if file.is_inside and self._is_ours(file.name)]
            if self._compress:
                contents = {file: row.digest.hex() for file, row in known.items()}
                contents |= {row.file: row.digest.hex() for row in new}
                contents |= {file: "" if stamp == "unsettled" else stamp for file, stamp in copied.items()}
                rows += self._compressed(known, contents, jobs)
            self.host.check(self._published(Problems()) if self._compress else site, problems)
        return rows

    def _is_ours(self, name: str) -> bool:
        return any(entry.file == name and entry.is_made for entry in self._plan.entries)

    def _stage(self, file: HostFile) -> FileRow:
        self._output.stage(file.name, file.text.encode())
        return FileRow(file.name, "", content_digest(file.text.encode()), "")

    def _compressed(self, known: Mapping[str, FileRow], contents: Mapping[str, str], jobs: int) -> list[FileRow]:
        """Compresses the files that are worth it."""
        from coldpress.build.compressed import CompressedFiles, large_enough  # noqa: PLC0415  (by option)

        made = CompressedFiles(self._output, known, self._compress)
        entries = {entry.file: entry for entry in self._plan.entries if not entry.is_made}
        files = {file: contents.get(file, "") for file in large_enough(entries, self._size)}
        made.make(files, jobs, lambda file, name: self._plan.add_made(f"/{name}", name, entries[file].place))
        return made.rows

    @property
    def files_beside(self) -> list[Path]:
        """The files that stand beside the output folder."""
        return [self._output.state / FOLDER / file.name for file in self._files if not file.is_inside]

    def write_beside(self) -> None:
        """Writes the files that stand beside the output folder, and removes those of another host."""
        folder = self._output.state / FOLDER
        wanted = {file.name: file.text for file in self._files if not file.is_inside}
        if wanted:
            folder.mkdir(exist_ok=True)
        for name, text in wanted.items():
            file, part = folder / name, folder / f"{name}.part"
            if not file.is_file() or file.read_bytes() != text.encode():
                part.write_bytes(text.encode())
                part.replace(file)
                self.changed.append(relative_name(file, self._site.base))
        with suppress(FileNotFoundError):
            for file in folder.iterdir():
                if file.name not in wanted:
                    file.unlink()

    def _published(self, problems: Problems) -> PublishedSite:
        site, library = self._site, self._site.library
        links, root = links_of(site), root_of(site, self._name)
        rules = site.config.redirects or ()
        single = (each for each in all_redirects(library) if not each.is_pattern and self._answers(each))
        return PublishedSite(
            root, site.config.base_url,
            tuple(PathRedirect(root + each.path, whole(each.to, links), each.status) for each in single),
            tuple(pattern_redirect(rule, self._plan.entries, site.url_prefix, root, links,
                                   site.config_place("redirects", rule.key))
                  for rule in rules if rule.to and not rule.pattern.is_plain),
            tuple(HeaderRule(root + rule.pattern, rule.headers) for rule in header_rules(site.config)),
            self._own_texts(problems), self._sizes(root), self._compress, self._place)

    def _answers(self, redirect: Redirect) -> bool:
        """Returns whether a redirect has its path, and no page or file."""
        entry = self._plan.at(self._site.url_prefix + redirect.path)
        if entry is not None:
            return leads_on(entry)
        # Where case does not count, as on Caddy, the redirect of `/About/` would be that of the page `/about/` too.
        is_free = (self._site.url_prefix + redirect.path).casefold() not in self._folded
        return is_free and (redirect.to is None or not redirect.key or not can_be_page(redirect.path))

    def _sizes(self, root: str) -> dict[str, int]:
        """Returns the sizes of all published files by the paths that the host sees."""
        prefix = self._site.url_prefix
        return {root + entry.folder_url.removeprefix(prefix): self._size(entry.file) for entry in self._plan.entries}

    def _size(self, file: str) -> int:
        for folder in (self._output.staging.folder, self._output.folder):
            with suppress(OSError):
                return os.stat(f"{folder}/{file}").st_size  # noqa: PTH116  (of each file of the site)
        return 0

    def _own_texts(self, problems: Problems) -> Mapping[str, str]:
        """Returns the author's own files for the host."""
        texts: dict[str, str] = {}
        for name in {*self.host.inside, *self.host.own}:
            asset = self._site.library.asset_at(f"/{name}")
            if asset is None:
                continue
            try:
                texts[name] = decode(asset.read(), asset.name, "deploy.own-file")
                if name.endswith(".json") and not isinstance(json.loads(texts[name] or "{}"), dict):
                    raise ValueError("it holds no object")
            except ColdpressError as reason:
                problems.extend(reason.problems)
            except ValueError as reason:
                texts.pop(name)
                problems.error("deploy.own-file", f"this is no JSON that {self.host.title} reads: {reason}",
                               Place(asset.name))
        return texts

    def _check_own(self, problems: Problems) -> None:
        """Warns of options and files of the author's that this host does not read."""
        config = self._site.config
        for name in () if self.host.has_headers else ("csp", "headers"):
            if getattr(config, name):
                problems.warn("deploy.headers", f"{self.host.title} sends no headers of yours, so `{name}` does nothing"
                              " there", self._site.config_place(name), "take it out, or choose another host")
        for name, option in zip(_LINES, ("redirects", "headers"), strict=True):
            asset = self._site.library.asset_at(f"/{name}")
            if asset is not None and name not in self.host.own:
                problems.warn("deploy.own-file", f"{self.host.title} does not read this file, and would publish it",
                              Place(asset.name), f"write what it says as `{option}` into config.yaml, and remove it")
