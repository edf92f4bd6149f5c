"""A bucket of S3, or a part of one, as a target, by Amazon's program `aws`.

It has the credentials, from its own files or variables.  Several files are one call: they are linked into a folder
first.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from coldpress.deploy.changes import Changes, Found
from coldpress.deploy.manifest import NAME
from coldpress.deploy.programs import Programs
from coldpress.deploy.target import found_of, send_in_order
from coldpress.errors import ColdpressError, Problem

_LISTED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\d+ (.*)")
_AT_ONCE = 1000  # keys that one request may remove


class S3Bucket:
    """The objects of `bucket` whose keys begin with `prefix`, which is empty or ends with a slash."""

    def __init__(self, programs: Programs, bucket: str, prefix: str, stack: ExitStack) -> None:
        self._url = f"s3://{bucket}/{prefix}"
        self.name = programs.secrets.hide(self._url)
        self._bucket = bucket
        self._prefix = prefix
        self._programs = programs
        self._aws = programs.find("aws", "install it: https://aws.amazon.com/cli/")
        self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="coldpress-", ignore_cleanup_errors=True)))

    def look(self) -> Found:
        """Lists the objects, and fetches the manifest."""
        done = self._programs.run([self._aws, "s3", "ls", self._url, "--recursive"], self._folder)
        if done.code and done.told.strip():  # without a word, there is no such object
            raise self._programs.failure("aws", f"list {self.name}", done)
        keys = [found[1] for line in done.text.split("\n") if (found := _LISTED.fullmatch(line.rstrip("\r")))]
        files: dict[str, str | None] = dict.fromkeys(
            key.removeprefix(self._prefix) for key in keys if key.startswith(self._prefix) and not key.endswith("/"))
        text = None
        if NAME in files:
            del files[NAME]
            self._run("fetch the manifest", "s3", "cp", "--only-show-errors", f"{self._url}{NAME}", f"{NAME}.there")
            text = (self._folder / f"{NAME}.there").read_text("utf-8", "replace")
        return found_of(files, text)

    def send(self, folder: Path, changes: Changes) -> None:
        """Sends what changed, and removes what is gone."""
        send_in_order(self, folder, changes)

    def put(self, folder: Path, files: Sequence[str]) -> None:
        """Sends files in one call."""
        sent = self._folder / "sent"
        for file in files:
            target = sent / file
            target.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(folder / file, target)
        try:
            self._run(f"send files to {self.name}", "s3", "cp", "--recursive", "--only-show-errors", "sent", self._url)
        finally:
            shutil.rmtree(sent)

    def put_manifest(self, text: str) -> None:
        """Sends the manifest."""
        (self._folder / NAME).write_text(text, "utf-8", newline="\n")
        self._run("send the manifest", "s3", "cp", "--only-show-errors", NAME, f"{self._url}{NAME}")

    def remove(self, files: Sequence[str]) -> None:
        """Removes files, as many at once as one request may."""
        for start in range(0, len(files), _AT_ONCE):
            keys = [{"Key": self._prefix + file} for file in files[start : start + _AT_ONCE]]
            (self._folder / "removed.json").write_text(json.dumps({"Objects": keys, "Quiet": True}), "utf-8")
            said = self._run(f"remove files from {self.name}", "s3api", "delete-objects", "--bucket", self._bucket,
                             "--delete", "file://removed.json", "--output", "json")
            if said.strip() and (failed := json.loads(said).get("Errors")):
                key, why = failed[0].get("Key"), failed[0].get("Message")
                raise ColdpressError(Problem(
                    "deploy.failed", f"`aws` failed to remove `{key}`: {why}", None,
                    "allow `s3:DeleteObject`, and deploy again"))

    def _run(self, what: str, *words: str) -> str:
        return self._programs.wanted([self._aws, *words], self._folder, what)


def _link_or_copy(source: Path, target: Path) -> None:
    """Links a file, which nothing changes while it is sent; copies it where file systems differ."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
