"""Worker processes on other machines: an executor on a Dask cluster that the user runs.

Each thread of a Dask worker starts one process per build and passes messages on to it, unread.  So a Dask worker,
which may run for weeks, uses no code of a site; the process has the code of now, and compares it with that
of the machine that builds before it reads a message.  The messages are pickles, that is, code: `checked_address`
lets them leave this machine by TLS only.

Global state: `_processes` are the processes of a Dask worker, by thread; each of them only reads the caches.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import platform
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from importlib.util import find_spec
from ipaddress import ip_address
from logging import CRITICAL, getLogger
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

from coldpress import __version__
from coldpress.cache.checksum import code_version, metadata_folders
from coldpress.cache.database import Database
from coldpress.errors import ColdpressError, Problem, UsageError
from coldpress.extras import pip_install
from coldpress.loaded_code import forget_returned, own_files, package_files
from coldpress.processes import WorkerDiedError

R = TypeVar("R")
_SECONDS = 10  # to wait for the scheduler, and then for a worker
_TRIES = 3  # processes that a task may end
_SHOWN = 4  # differences


def checked_address(address: str) -> str:
    """Returns the address of a scheduler, with its protocol in lower case.  Raises `UsageError` for one that is
    not encrypted and not on this machine, and `ColdpressError` if the package for clusters is missing."""
    try:
        parts = urlsplit(address)
        is_whole = (bool(parts.hostname and parts.port) and parts.scheme in ("tls", "tcp")
                    and "@" not in parts.netloc and not (parts.path.strip("/") or parts.query or parts.fragment))
    except ValueError:
        is_whole = False
    if not is_whole:
        raise UsageError(Problem("cluster.address", f"`{address}` is no address of a scheduler", None,
                                 "write --executor tls://HOST:PORT"))
    if parts.scheme == "tcp" and not _is_loopback(parts.hostname or ""):
        raise UsageError(Problem(
            "cluster.address", f"`{address}` is on another machine, and tcp:// is not encrypted: its messages are "
            "code, so whoever is on the network could run theirs", None, "start the scheduler with certificates, and "
            f"write --executor tls://{parts.netloc}"))
    if find_spec("distributed") is None:
        raise ColdpressError(Problem("cluster.missing", "a cluster needs a package that is not installed", None,
                                     f"run {pip_install('cluster')}"))
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Cluster:
    """The cluster of the scheduler at an address, for one build of the site in the folder `base`.  It is
    connected when it is first used."""

    def __init__(self, address: str, base: Path) -> None:
        self._address = address
        self._base = base
        self._build = token_hex(8)

    @property
    def threads(self) -> int:
        """Returns how many tasks the cluster can run at once."""
        self.wait_for_worker()
        return sum(self._client.nthreads().values())

    def executor(self, _: int = 0) -> Executor:
        """Returns an executor whose tasks run on the cluster.  A task that a worker dies of is
        done again by another worker, a few times."""
        code = {name: _digest(file) for name, file in own_files(self._base).items()}
        here = Machine(str(self._base), os.getcwd(), versions(), code)  # noqa: PTH109  (text, to be sent)
        return _ClusterExecutor(self._client, self._build, pickle.dumps(vars(here)), self.wait_for_worker)

    def close(self) -> None:
        """Ends the processes of this build on all workers, and the connection."""
        client = vars(self).get("_client")
        if client is not None:
            with suppress(Exception):  # whatever a connection that is lost may raise: there is nothing left to end
                client.sync(client._run, end_processes, self._build, on_error="ignore",
                            callback_timeout=_SECONDS)  # `client.run` would wait for ever for a worker that is frozen
            client.close(timeout=2)

    @cached_property
    def _client(self) -> Any:
        try:
            distributed = import_module("distributed")  # fails if a file of Dask's configuration is damaged
            getLogger("distributed").setLevel(CRITICAL)  # what it logs as errors are problems of the build
            security = distributed.Security(require_encryption=self._address.startswith("tls"))
            arguments = _connection_arguments(security)
            asyncio.run(_try_connection(self._address, arguments))
            return distributed.Client(self._address, timeout=_SECONDS, set_as_default=False, security=security)
        except ColdpressError:
            raise
        except Exception as reason:  # noqa: BLE001  (whatever the answer of something that is no scheduler may raise)
            raise ColdpressError(Problem(
                "cluster.unreachable", f"there is no connection to the scheduler at {self._address}: "
                f"{reason or type(reason).__name__}", None,
                "see that `dask scheduler` runs there; certificates must be those of one authority")) from None

    def wait_for_worker(self) -> None:
        """Waits until the scheduler has a worker; raises `ColdpressError` if none comes."""
        try:
            self._client.wait_for_workers(1, timeout=_SECONDS)
        except TimeoutError:
            raise ColdpressError(Problem("cluster.no-worker", f"the scheduler at {self._address} has no workers", None,
                                         f"start some with `dask worker {self._address}`")) from None


def _connection_arguments(security: Any) -> Mapping[str, Any]:
    """Returns Dask's arguments for a connection; raises `ColdpressError` if its certificates cannot be used."""
    hint = "set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, …__TLS__CLIENT__CERT and …__TLS__CLIENT__KEY"
    files = (security.tls_ca_file, security.tls_client_cert, security.tls_client_key)
    if security.require_encryption and not (security.tls_ca_file and security.tls_client_cert):
        raise ColdpressError(Problem(
            "cluster.certificates", "tls:// needs certificates, and Dask's configuration names none", None, hint))
    try:
        arguments: Mapping[str, Any] = security.get_connection_args("client")
    except (OSError, ValueError) as reason:
        raise ColdpressError(Problem(
            "cluster.certificates", "the certificates that Dask's configuration names cannot be used, "
            f"{', '.join(f'`{file}`' for file in files if file)}: {reason}", None, hint)) from None
    return arguments


async def _try_connection(address: str, arguments: Mapping[str, Any]) -> None:
    """Connects to a scheduler and ends the connection: a client that fails to connect would leave a thread."""
    connect = import_module("distributed.comm").connect
    connection = await asyncio.wait_for(connect(address, timeout=_SECONDS, **arguments), _SECONDS)
    await connection.close()


class _Answer(Future[R]):
    """The result of a task on the cluster.  Whoever waits for it learns that there is no worker left."""

    def __init__(self, wait_for_worker: Callable[[], None]) -> None:
        super().__init__()
        self._wait_for_worker = wait_for_worker

    def result(self, timeout: float | None = None) -> R:
        """Returns the result once it is there."""
        while timeout is None:
            with suppress(TimeoutError):
                return super().result(_SECONDS)
            with suppress(OSError):  # the connection was lost: then the answer is on its way
                self._wait_for_worker()
        return super().result(timeout)


class _ClusterExecutor(Executor):
    """Runs tasks through Dask's executor, in the processes beside its workers."""

    def __init__(self, client: Any, build: str, machine: bytes, wait_for_worker: Callable[[], None]) -> None:
        self._executor = client.get_executor(pure=False)
        self._wait_for_worker = wait_for_worker
        self._run = partial(self._executor.submit, run_beside, build, machine)

    def submit(self, function: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """Sends a call to a worker."""
        answer: Future[R] = _Answer(self._wait_for_worker)
        self._run(pickle.dumps(partial(function, *args, **kwargs))).add_done_callback(partial(_settle, answer))
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Cancels what is left to do; waits for it if it is not to be cancelled."""
        self._executor.shutdown(wait=wait and not cancel_futures)


def _settle(answer: Future[R], told: Future[bytes]) -> None:
    """Gives an answer what a worker told: the result of a call, or what it raised."""
    try:
        result, failure = pickle.loads(told.result())
    except CancelledError:
        failure = ColdpressError(Problem("cluster.lost", "the connection to the scheduler was lost"))
    except Exception as reason:  # noqa: BLE001  (whatever a Dask worker may raise)
        is_killed = isinstance(reason, import_module("distributed").KilledWorker)
        failure = WorkerDiedError() if is_killed else ColdpressError(Problem(
            "cluster.failed", f"the cluster fails: {str(reason).partition('. ')[0] or type(reason).__name__}", None,
            "install the same packages on each machine, on the scheduler's too"))
    if failure is None:
        answer.set_result(result)
    else:
        answer.set_exception(failure)


@dataclass(frozen=True)
class Machine:
    """What a worker must have in common with the machine that builds: the folder of the site, the working
    folder, versions by name, and digests of the files of the site's code by their names in the folder."""

    base: str
    cwd: str
    versions: Mapping[str, str]
    code: Mapping[str, str]

    def refusal(self, worker: str) -> Problem | None:
        """Returns why this process cannot work for that machine."""
        missing = next((folder for folder in (self.base, self.cwd) if not Path(folder).is_dir()), None)
        if missing:
            return Problem("cluster.no-folder", f"the worker {worker} has no folder `{missing}`", None,
                           "share the site's folder under the same path on each machine")
        differences = list(self._differences())
        if not differences:
            return None
        more = f" and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
        return Problem("cluster.other-version", f"the worker {worker} differs from this machine: "
                       f"{'; '.join(differences[:_SHOWN])}{more}", None,
                       "install the same packages on each machine, and share one folder")

    def _differences(self) -> Iterator[str]:
        there = versions()
        for name in sorted(self.versions.keys() | there.keys()):
            if self.versions.get(name) != there.get(name):
                yield f"{name} {there.get(name, 'is missing')}, here {self.versions.get(name, 'it is missing')}"
        for name, digest in sorted(self.code.items()):
            if _digest(Path(self.base, name)) != digest:
                yield f"another `{name}`"


def versions() -> dict[str, str]:
    """Returns the versions of Coldpress, Python and all installed packages."""
    packages = {name: ", ".join(folder.partition("-")[2].rpartition(".")[0] for folder in folders)
                for name, folders in metadata_folders().items()}
    return {"Coldpress": f"{__version__} ({code_version(package_files('coldpress'))[:8]})",
            "Python": f"{platform.python_implementation()} {platform.python_version()}",
            **packages}


def _digest(file: Path) -> str:
    return code_version([file]) if file.is_file() else ""


_processes: dict[int, _Process] = {}


def run_beside(build: str, machine: bytes, task: bytes) -> bytes:
    """Runs a task in the process of this thread; this is what a Dask worker runs."""
    thread = threading.get_ident()
    for _ in range(_TRIES):
        process = _processes.get(thread)
        if process is None or process.build != build or process.is_ended:
            if process:
                process.end()
            process = _processes[thread] = _Process(build, machine)
        try:
            return process.run(task)
        except (EOFError, OSError, pickle.UnpicklingError):
            if process.is_ended:
                raise CancelledError("the build has ended") from None
            process.end()
    return pickle.dumps((None, WorkerDiedError()))


def end_processes(build: str) -> None:
    """Ends the processes of a build beside this Dask worker."""
    for process in list(_processes.values()):
        if process.build == build:
            process.end()


class _Process:
    """A process of a build beside a Dask worker."""

    def __init__(self, build: str, machine: bytes) -> None:
        self.build = build
        self.is_ended = False
        start = f"import sys; sys.path[:] = {sys.path!r}; from coldpress.cluster import serve; serve()"
        reads, writes = os.pipe()
        self._process = subprocess.Popen([sys.executable, "-c", start], stdin=subprocess.PIPE, stdout=writes)
        os.close(writes)
        assert self._process.stdin is not None, "it is a pipe"
        self._tasks, self._answers = self._process.stdin, os.fdopen(reads, "rb")
        pickle.dump((machine, import_module("distributed").get_worker().address), self._tasks)

    def run(self, task: bytes) -> bytes:
        """Runs a task; raises `EOFError` or `OSError` if the process has died."""
        pickle.dump(task, self._tasks)
        self._tasks.flush()
        answer: bytes = pickle.load(self._answers)
        return answer

    def end(self) -> None:
        """Ends the process, whatever it does."""
        self.is_ended = True
        self._process.kill()
        self._process.wait()


def serve() -> None:
    """Runs tasks until the Dask worker beside this process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what a site prints goes to the terminal of the worker
    Database.only_reads = True
    machine, worker = _received(tasks)
    builder = Machine(**pickle.loads(machine))
    refusal = builder.refusal(worker)
    if refusal is None:
        os.chdir(builder.cwd)
    with suppress(EOFError, BrokenPipeError):
        while True:
            pickle.dump(_answer(_received(tasks), refusal), answers)
            answers.flush()


def _received(tasks: BinaryIO) -> Any:
    return pickle.load(tasks)


def _answer(task: bytes, refusal: Problem | None) -> bytes:
    """Returns the result of a call and what it raised, pickled."""
    try:
        if refusal:
            raise ColdpressError(refusal)
        forget_returned()
        return pickle.dumps((pickle.loads(task)(), None))
    except Exception as reason:  # noqa: BLE001  (whatever the code of a site may raise)
        failure = reason if isinstance(reason, ColdpressError) else ColdpressError(Problem(
            "cluster.failed", f"{type(reason).__name__}: {reason}"))
        return pickle.dumps((None, failure))
