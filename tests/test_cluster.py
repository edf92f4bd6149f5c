"""Pages rendered by a Dask cluster: the same bytes, whatever happens to its workers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from importlib import import_module
from importlib.util import find_spec

import pytest
from conftest import REPOSITORY, Result, missing
from everything_site import everything

from coldpress import cluster as cluster_module
from coldpress.build import builder, runner, worker_pool
from coldpress.build.jobs import FEW
from coldpress.cluster import Cluster, Machine, _answer, _settle, versions
from coldpress.errors import UsageError

POSTS = FEW + 50
BUILD_PY = """\
import os
import signal
from pathlib import Path

import coldpress


def create_app():
    app = coldpress.create_app(__file__)
    app.jinja_env.globals["at_work"] = at_work
    return app


def at_work(title):
    return ""
"""
SITE = {
    "config.yaml": "base_url: https://example.org/\ntitle: T\nsearch: false\n",
    "build.py": BUILD_PY,
    "templates/page.html": "{{ page.title }} {{ page.html }} {{ at_work(page.title) }} {{ range(1000)|random }}"
                           "{% for other in page.related %}{{ other.title }}{% endfor %}",
    **{f"content/posts/2026-01-{1 + number % 28:02}-p{number}.md":
       f"---\ntitle: P{number}\ntags: [t{number % 9}]\n---\nText {number}, see [one](/posts/p{number % 7}/).\n"
       for number in range(POSTS)}}

SMALL = {name: text for name, text in SITE.items() if "/posts/" not in name or name.endswith(("p1.md", "p2.md"))}


def working(*lines):
    """The site's code with these lines in the function that each page calls."""
    return BUILD_PY.replace('    return ""\n', "".join(f"    {line}\n" for line in (*lines, 'return ""')))


ONCE = working(
    'mark = Path(__file__).with_name("killed")', 'if title == "P200" and not mark.exists():', "    mark.touch()",
    "    os.kill(os.getpid(), signal.SIGKILL)")


@pytest.fixture(scope="module")
def distributed():
    if find_spec("distributed") is None:
        missing("distributed is not installed")
    yield import_module("distributed")
    # The one thread of Dask that never ends: beside it, no process of other tests could be forked.
    import_module("distributed.utils")._offload_executor.shutdown()


@pytest.fixture(scope="module")
def dask(distributed):
    """The URL of a cluster with two workers."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def alone():
    """The files that one process makes of the site, once they are known."""
    return {}


@pytest.fixture
def soon(monkeypatch):
    """Nobody is waited for longer than a second."""
    monkeypatch.setattr(cluster_module, "_SECONDS", 1)


@pytest.fixture
def few(monkeypatch):
    """One page is enough for a cluster."""
    for module in (builder, runner, worker_pool):
        monkeypatch.setattr(module, "FEW", 1)


def test_a_cluster_builds_what_one_process_builds(make_site, dask, alone):
    one, many = make_site(SITE), make_site(SITE)
    by_one, by_many = one.build("-j", "1"), many.build("--executor", dask)
    assert (by_many.code, by_many.problems, by_many.rendered) == (0, by_one.problems, by_one.rendered)
    alone.update(one.files())
    assert many.files() == alone
    assert many.build("--executor", dask).rendered == set()
    edit = {"content/posts/2026-01-08-p7.md": "---\ntitle: Other\ntags: [t7]\n---\nOther.\n"}
    after = [site.edit(edit).build("-j", "1").rendered for site in (one, many)]
    assert after[0] == after[1] and "/posts/p7/" in after[0] and len(after[0]) < FEW
    assert many.files() == one.files()


@pytest.mark.parametrize("who", ["getpid", "getppid"])
def test_what_a_killed_worker_had_to_do_is_done_again(make_site, dask, alone, who):
    """Killed is the process that renders, or the Dask worker that it belongs to."""
    site = make_site({**SITE, "build.py": ONCE.replace("getpid", who)})
    result = site.build("--executor", dask)
    assert (result.code, result.codes, (site.root / "killed").exists()) == (0, [], True)
    if not alone:
        one = make_site(SITE)
        one.build("-j", "1")
        alone.update(one.files())
    assert site.files() == alone


def test_a_page_that_ends_each_worker_is_a_problem(make_site, dask, few):
    site = make_site({**SMALL, "build.py": working("os.kill(os.getpid(), signal.SIGKILL)")})
    result = site.build("--executor", dask)
    assert (result.code, result.codes, result.data["published"]) == (1, ["build.worker"], False)


def test_everything_on_a_cluster(make_site, dask, few):
    one, many = make_site(everything("en")), make_site(everything("en"))
    by_one, by_many = one.build("-j", "1"), many.build("--executor", dask)
    assert (by_many.code, by_many.problems, by_many.rendered) == (by_one.code, by_one.problems, by_one.rendered)
    assert many.files() == one.files()


def test_mistakes_of_a_site_have_their_places(make_site, dask, few):
    broken = {"templates/page.html": "<p>\n{{ page.title.nothing.more }}"}
    result = make_site({**SMALL, **broken}).build("--executor", dask)
    assert (result.code, result.places()) == (1, [("template.undefined", "templates/page.html", 2)])
    result = make_site({**SMALL, "build.py": working('raise ValueError("no")')}).build("--executor", dask)
    assert (result.code, result.places()) == (1, [("route.failed", "build.py", 15)])


def test_an_app_that_only_workers_cannot_make_is_a_problem(make_site, dask, few, monkeypatch):
    monkeypatch.setenv("ONLY_HERE", "1")
    makes = BUILD_PY.replace("    return app", '    os.environ["ONLY_HERE"]\n    return app')
    result = make_site({**SMALL, "build.py": makes}).build("--executor", dask)
    assert (result.code, result.places()) == (1, [("build.failed", "build.py", 11)])


def test_a_page_that_read_something_else_than_is_here_is_refused(make_site, dask, few, monkeypatch):
    monkeypatch.setenv("ONLY_HERE", "1")
    site = make_site({**SMALL, "build.py": working('os.environ.get("ONLY_HERE")')})
    result = site.build("--executor", dask)
    assert (result.code, result.codes, result.data["published"]) == (1, ["cluster.other-input"], False)
    assert "environment `ONLY_HERE`" in result.problems[0]["message"]


def test_a_worker_with_other_versions_is_refused(make_site, dask, few, monkeypatch):
    monkeypatch.setattr(cluster_module, "versions", lambda: {**versions(), "flask": "9.9", "other": "1"})
    result = make_site(SMALL).build("--executor", dask)
    assert (result.code, result.codes, result.data["published"]) == (1, ["cluster.other-version"], False)
    said = result.problems[0]["message"]
    assert "the worker tcp://127.0.0.1:" in said and ", here 9.9" in said and "other is missing, here 1" in said


def test_other_code_and_another_folder_are_refused(tmp_path):
    (tmp_path / "build.py").write_text("new")
    here = str(tmp_path)
    assert Machine(here, here, versions(), {}).refusal("w") is None
    refused = Machine(here, here, versions(), {"build.py": "old"}).refusal("w")
    assert refused.message == "the worker w differs from this machine: another `build.py`"
    assert Machine(f"{here}/gone", here, versions(), {}).refusal("w").code == "cluster.no-folder"


@pytest.mark.parametrize("url", ["tcp://192.0.2.1:8786", "tcp://example.org:8786", "tcp://[2001:db8::1]:8786"])
def test_messages_leave_the_machine_by_tls_only(make_site, distributed, url):
    result = make_site(SMALL).run("build", "--executor", url)
    assert result.code == 2 and "not encrypted" in result.err and url.replace("tcp", "tls") in result.err
    assert make_site(SMALL).build("--executor", url).codes == ["cluster.address"]


@pytest.mark.parametrize("url", ["127.0.0.1:8786", "tls://127.0.0.1", "http://127.0.0.1:80", "tls://[", "tls://h:x",
                                 "", "tls://h:1/path", "tls://h:1?x", "tls://me:word@h:1"])
def test_what_is_no_address_is_a_wrong_usage(make_site, distributed, url):
    result = make_site(SMALL).run("build", "--executor", url)
    assert result.code == 2 and "is no address of a scheduler" in result.err


def test_a_protocol_in_capitals_is_the_same_protocol(distributed):
    assert cluster_module.checked_address("TLS://example.org:8786/") == "tls://example.org:8786"
    with pytest.raises(UsageError):
        cluster_module.checked_address("TCP://example.org:8786")


def test_a_cluster_needs_its_package(make_site, monkeypatch):
    monkeypatch.setattr("coldpress.cluster.find_spec", lambda name: None)
    site = make_site(SMALL)
    assert site.build("--executor", "tcp://127.0.0.1:8786").codes == ["cluster.missing"]
    assert not (site.root / "site").exists()


def test_what_a_cluster_cannot_answer_is_an_error(distributed):
    lost, broken, told = Future(), Future(), Future()
    told.cancel()
    told.set_running_or_notify_cancel()
    _settle(lost, told)
    assert lost.exception().problems[0].code == "cluster.lost"
    answered = Future()
    answered.set_result(_answer(b"no task", None))
    _settle(broken, answered)
    assert broken.exception().problems[0].code == "cluster.failed"


def test_a_scheduler_that_does_not_answer_is_an_error(make_site, distributed, few):
    site = make_site(SMALL)
    assert codes_elsewhere(site, "tcp://127.0.0.1:9") == ["cluster.unreachable"]
    assert not (site.root / "site").exists()
    assert site.build("--executor", "tls://127.0.0.1:9").codes == ["cluster.certificates"]


def codes_elsewhere(site, url, **environment):
    """The problems of a build by another process: in this one, Dask would leave a thread after a failure."""
    code = f"""\
from coldpress import cluster
from coldpress.build import builder, runner, worker_pool
from coldpress.start import execute

cluster._SECONDS = builder.FEW = runner.FEW = worker_pool.FEW = 1
execute(["build", "--json", "--executor", {url!r}], None, {str(site.root)!r})
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=REPOSITORY,
                          env={**os.environ, **environment})
    return Result(0, done.stdout, done.stderr).codes


def test_a_cluster_without_workers_is_an_error(make_site, distributed, few, soon):
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty:
        assert make_site(SMALL).build("--executor", empty.scheduler_address).codes == ["cluster.no-worker"]


@pytest.fixture
def only_worker(distributed):
    """The URL of a cluster whose only worker is never started again, and the process of the worker."""
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty:
        words = ["worker", empty.scheduler_address, "--no-nanny", "--nthreads", "1", "--no-dashboard"]
        worker = subprocess.Popen([sys.executable, "-m", "dask", *words], stderr=subprocess.DEVNULL)
        yield empty.scheduler_address, worker
        worker.kill()
        worker.wait()


def test_a_cluster_that_loses_its_last_worker_is_an_error(make_site, only_worker, few):
    url, _ = only_worker
    site = make_site({**SMALL, "build.py": working("os.kill(os.getppid(), signal.SIGKILL)")})
    assert site.build("--executor", url).codes == ["cluster.no-worker"]
    assert not (site.root / "site").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped here")
def test_the_end_of_a_build_does_not_wait_for_a_frozen_worker(tmp_path, only_worker):
    url, worker = only_worker
    cluster = Cluster(url, tmp_path)
    assert cluster.threads == 1
    worker.send_signal(signal.SIGSTOP)
    ending = threading.Thread(target=cluster.close, daemon=True)
    ending.start()
    ending.join(60)
    assert not ending.is_alive()


def test_few_pages_need_no_cluster(make_site, distributed):
    assert make_site(SMALL).build("--executor", "tcp://127.0.0.1:9").codes == []


def test_certificates_of_one_authority_are_needed(make_site, distributed, few, tmp_path):
    config = import_module("dask.config")
    if shutil.which("openssl") is None:
        missing("there is no openssl")
    ours, theirs = certificate(tmp_path, "ours"), certificate(tmp_path, "theirs")
    with (config.set({"distributed.comm.tls": {"ciphers": None, "min-version": 1.2, "max-version": None, **ours}}),
          distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0", protocol="tls://",
                                   security=distributed.Security(require_encryption=True)) as cluster):
        assert cluster.scheduler_address.startswith("tls://")
        one, many = make_site(SMALL), make_site(SMALL)
        assert one.build("-j", "1").code == many.build("--executor", cluster.scheduler_address).code == 0
        assert many.files() == one.files()
        prefix = "DASK_DISTRIBUTED__COMM__TLS__"
        stranger = {f"{prefix}CA_FILE": theirs["ca-file"], f"{prefix}CLIENT__CERT": theirs["ca-file"],
                    f"{prefix}CLIENT__KEY": theirs["client"]["key"]}
        assert codes_elsewhere(make_site(SMALL), cluster.scheduler_address, **stranger) == ["cluster.unreachable"]
        for file in (theirs["client"]["key"], ours["ca-file"], str(tmp_path / "nothing.pem"), str(tmp_path)):
            odd = {**stranger, f"{prefix}CLIENT__KEY": file}
            codes = codes_elsewhere(make_site(SMALL), cluster.scheduler_address, **odd)
            assert codes == ["cluster.unreachable" if file == theirs["client"]["key"] else "cluster.certificates"]


def certificate(folder, name):
    """Dask's settings for a certificate that is its own authority."""
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}",
                    "-keyout", key, "-out", cert], check=True, capture_output=True)
    roles = {role: {"key": str(key), "cert": str(cert)} for role in ("client", "scheduler", "worker")}
    return {"ca-file": str(cert), **roles}
