"""The command line: the commands and their options; `coldpress.commands` runs them.

`python build.py …`, `coldpress …` and `python -m coldpress …` enter through
`start`.  Without a command, `build` runs.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import click
from flask.cli import ScriptInfo

from coldpress import __version__
from coldpress.build.context import BuildContext, Factory, ImportedApp
from coldpress.cache.file_stamps import Snapshot
from coldpress.config.loader import RunOptions
from coldpress.errors import ColdpressError, Problems
from coldpress.paths import resolved
from coldpress.processes import available_jobs
from coldpress.report import Report
from coldpress.web.registry import code_context
from coldpress.web.site import Site

Command = TypeVar("Command", bound=Callable[..., Any])
_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_OTHER_WORDS = {"server": "serve", "dev": "serve"}
_WORDS_OF_CLICK = ("-h", "--help", "--version")


def execute(arguments: list[str], factory: Factory | None, folder: Path | str, snapshot: Snapshot | None = None, *,
            is_stamped: bool = True) -> int:
    """Run a command and return its exit code: 0 success, 1 errors, 2 wrong usage.

    `snapshot` holds the stamps that showed that there is work.  Unless the run `is_stamped`, the
    next build looks at everything.
    """
    words = list(arguments)
    if not words or (words[0].startswith("-") and words[0] not in _WORDS_OF_CLICK):
        words.insert(0, "build")
    name = (f"flask --app {shlex.quote(factory.path or '…')} coldpress" if isinstance(factory, ImportedApp)
            else f"{_python()} {shlex.quote(sys.argv[0])}" if factory else "coldpress")
    try:
        call = _Call(factory, Path(folder), "--json" in words, list(arguments) if is_stamped else None, snapshot)
        code = commands.main(words, prog_name=name, standalone_mode=False, obj=call)
        return code if isinstance(code, int) else 0
    except click.ClickException as reason:
        reason.show()
        return reason.exit_code
    except click.Abort:
        Report().failure("Interrupted; nothing was published.")
        return 130


class _Call(NamedTuple):
    """The call of the program: the site, whether the output is JSON, the arguments."""

    factory: Factory | None
    folder: Path
    as_json: bool
    arguments: list[str] | None
    snapshot: Snapshot | None


class _Group(click.Group):
    """A command group that also knows names which commands have in other generators."""

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, _OTHER_WORDS.get(name, name)) or _own_command(context, name)

    def list_commands(self, context: click.Context) -> list[str]:
        names = super().list_commands(context)
        with suppress(ColdpressError):  # which every command but help tells
            names += [name for site in _sites_of(context.find_root().obj) for name in site.registry.commands]
        return names

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except ColdpressError as reason:
            report, problems = Report(as_json=context.obj.as_json), Problems(reason.problems)
            report.problems(problems)
            report.data({"problems": [problem.as_json() for problem in problems]})
            return reason.exit_code
        except KeyboardInterrupt:
            raise click.Abort from None


def _own_command(context: click.Context, name: str) -> click.Command | None:
    """Returns a command that the site's own code registered; it runs in an app context."""
    call: _Call | None = context.find_root().obj
    if call is None or name.startswith("-"):
        return None
    for site in _sites_of(call):
        if name in site.registry.commands:
            context.with_resource(code_context(site))
            return site.registry.commands[name]
    return None


def _sites_of(call: _Call) -> list[Site]:
    """Makes the app of a call and returns its sites; none where there is no site.  Raises `ColdpressError`."""
    if call.factory is None and not (call.folder / "build.py").exists():
        return []
    return BuildContext(call.factory, RunOptions(), Report(), call.folder).make_sites()[1]


@click.group(cls=_Group, context_settings=_HELP)
@click.version_option(__version__, prog_name="Coldpress")
def commands() -> None:
    """A static site generator whose website is a Flask app.

    Without a command the site is built: `build.py --strict` is `build.py build --strict`.
    """


def _date(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write it 2026-01-31 or 2026-01-31T18:30") from None


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_speaking = _options(
    click.option("-v", "--verbose", is_flag=True, help="Say more."),
    click.option("-q", "--quiet", is_flag=True, help="Say errors only."),
)
_site = _options(
    click.option("--site", metavar="NAME", help="Use this site of an app with several."),
    click.option("-c", "--config", type=click.Path(dir_okay=False, path_type=Path), help="Config file (config.yaml)."),
    _speaking,
)
_times = _options(
    click.option("-F", "--future", is_flag=True, help="With posts whose date is still to come."),
    click.option("--expired", is_flag=True, help="With posts that have expired."),
)
_selection = _options(click.option("-D", "--drafts", is_flag=True, help="With drafts."), _times)
_clock = click.option("--clock", callback=_date, metavar="DATE", help="Build as if it were then.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_github = click.option("--github", "as_github", is_flag=True, help="Print problems as annotations of GitHub Actions.")
_base_url = click.option("-u", "--base-url", metavar="URL", help="Where the site will live.")
_output = click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Output folder (site).")


def _build_context(verbose: bool, quiet: bool, *, as_json: bool = False, as_github: bool = False,
                   config: Path | None = None, **options: Any) -> BuildContext:
    call: _Call = click.get_current_context().find_root().obj
    chosen = RunOptions(config=config.resolve() if config else None, **options)
    if config and not config.exists():
        raise click.BadParameter(f"there is no file {config}", param_hint="--config")
    command = click.get_current_context().find_root().info_name or "coldpress"
    report = Report(verbose=verbose, quiet=quiet, as_json=as_json, github_folder=call.folder if as_github else None)
    return BuildContext(call.factory, chosen, report, call.folder, command)


def _python(folder: Path | None = None) -> str:
    """The running Python, as the user would type it in a folder; without one, in this folder."""
    python, here = Path(sys.executable), Path.cwd()
    if sys.prefix == sys.base_prefix or shutil.which("python") == sys.executable:
        return "python" if shutil.which("python") else "python3"  # which is Debian's only name for it
    near = python.is_relative_to(here) and len(here.parts) > 1
    return shlex.quote(Path(os.path.relpath(python, here / (folder or ""))).as_posix() if near else str(python))


@commands.command(epilog="Example: python build.py build --strict --base-url https://example.org/blog/")
@_options(_selection, _base_url, _output, _clock, _json, _github, _site)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--no-cache", is_flag=True, help="Render everything anew, and store nothing new in .coldpress/.")
@click.option("--dry-run", is_flag=True, help="Publish nothing; say what would be written and removed.")
@click.option("--explain", metavar="URL", help="Say what the page at URL read, and why it was rendered or not.")
@click.option("--publish", is_flag=True, help="Write the URLs into url-history.txt, as what is built goes online.")
@click.option("--verify", is_flag=True, help="Compare with a clean build, byte for byte.")
@click.option("--profile", is_flag=True, help="Say where the time goes: stages, templates, pages (one process).")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Processes at once (as many as there are cores).")
@click.option("--executor", metavar="URL", help="Render on a Dask cluster; tls://HOST:PORT is its scheduler.")
def build(strict: bool, output: Path | None, jobs: int | None, executor: str | None, dry_run: bool,
          explain: str | None, publish: bool, verify: bool, profile: bool, **more: Any) -> int:
    """Build the site."""
    from coldpress.commands.build import build as run_build

    context = _build_context(output=resolved(output) if output else None, **more)
    context.jobs = 1 if profile else jobs or available_jobs()
    if executor is not None:
        from coldpress.cluster import checked_address

        if profile:
            raise click.UsageError("--profile measures one process: leave out --executor.")
        context.executor = checked_address(executor)
    context.dry_run = dry_run
    call: _Call = click.get_current_context().find_root().obj
    if publish and (dry_run or more["drafts"] or more["future"] or more["expired"]):
        raise click.UsageError("--publish is of what goes online: leave out --dry-run, --drafts, --future, --expired.")
    if not (explain or publish or verify or profile or dry_run or any(
            more[name] for name in ("as_json", "as_github", "no_cache", "verbose"))):
        context.arguments, context.snapshot = call.arguments, call.snapshot
    if verify and dry_run:
        raise click.UsageError("--verify compares what was published: leave out --dry-run.")
    context.strict = strict
    return run_build(context, explain=explain, publish=publish, verify=verify, profile=profile)


@commands.command(epilog="Example: python build.py check --external")
@_options(_selection, _base_url, _output, _clock, _json, _github, _site)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--external", is_flag=True, help="Ask for the links to other sites too.")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Processes at once (as many as there are cores).")
def check(strict: bool, external: bool, output: Path | None, jobs: int | None, **more: Any) -> int:
    """Build the site and check it: links, images, titles, orphans, what is never used."""
    from coldpress.commands.check import check as run_check

    context = _build_context(output=resolved(output) if output else None, **more)
    context.jobs = jobs or available_jobs()
    context.strict = strict
    return run_check(context, external=external)


@commands.command(epilog="Example: python build.py serve --open --navigate")
@_options(_times, _base_url, _output, _clock, _site)
@click.option("-D/ ", "--drafts/--no-drafts", default=True, help="With drafts, as they are unless you say no.")
@click.option("-p", "--port", type=click.IntRange(1, 65535), default=8000, show_default=True,
              help="Port; the next free one if it is taken.")
@click.option("-b", "--bind", "--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--public-url", metavar="URL", help="Where a proxy in front of it is reached.")
@click.option("-O", "--open", "open_browser", is_flag=True, help="Open the browser.")
@click.option("-n", "--navigate", is_flag=True, help="Let the browser go to the page that was saved.")
@click.option("--static", is_flag=True, help="Serve what was built, as a static host does.")
@click.option("--poll", is_flag=True, help="Look for changes again and again, where nothing tells of them.")
@click.option("--debug", is_flag=True, help="Werkzeug's debugger for failures of code; on this machine only.")
def serve(output: Path | None, public_url: str | None, port: int, bind: str, open_browser: bool, navigate: bool,
          static: bool, poll: bool, debug: bool, **more: Any) -> int:
    """Preview the site; changes are shown as soon as they are saved."""
    from coldpress.commands.serve import serve as run_serve

    if public_url is not None and urlsplit(public_url).scheme not in ("http", "https"):
        raise click.BadParameter("write a whole URL, such as https://example.org/preview/", param_hint="--public-url")
    context = _build_context(output=resolved(output) if output else None, **more)
    return run_serve(
        context, port=port, bind=bind, public_url=public_url, open_browser=open_browser, navigate=navigate,
        static=static, poll=poll, debug=debug)


@commands.command(epilog='Example: coldpress init my-blog --title "My blog" --language zh-Hans')
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", help="Name of the site (the folder's).")
@click.option("--language", default="en", show_default=True, help="Its language, such as zh-Hans, and the samples'.")
@click.option("--kind", type=click.Choice(("blog", "docs", "both")), default="blog", show_default=True,
              help="What to begin with.")
@click.option("--deploy", "host", type=click.Choice((
    "github-pages", "gitlab-pages", "cloudflare", "netlify", "vercel", "s3", "nginx", "caddy", "none")),
              default="github-pages", show_default=True, help="The host, for the config and a workflow.")
@_speaking
def init(folder: Path, title: str | None, language: str, kind: str, host: str, verbose: bool, quiet: bool) -> int:
    """Begin a new site in FOLDER."""
    from coldpress.commands.init import init as run_init

    report = Report(verbose=verbose, quiet=quiet)
    return run_init(report, folder, python=_python(folder), title=title, language=language, kind=kind,
                    host=None if host == "none" else host)


@commands.command(epilog='Example: python build.py new "On routes"   python build.py new page "About us"')
@click.argument("words", nargs=-1, required=True, metavar="[KIND] TITLE")
@click.option("--bundle", is_flag=True, help="A folder with index.md, for files that belong to it.")
@click.option("--draft", is_flag=True, help="Mark it as a draft.")
@click.option("--slug", help="Its name in the URL (from the title).")
@click.option("--date", callback=_date, metavar="DATE", help="Its date (now).")
@click.option("--open", "open_editor", is_flag=True, help="Open it in $EDITOR.")
@_options(_json, _site)
def new(words: tuple[str, ...], bundle: bool, draft: bool, slug: str | None, date: datetime | None,
        open_editor: bool, **more: Any) -> int:
    """Begin a new post or page, overrides of the theme, or a theme (KIND: post, page, overrides or theme)."""
    from coldpress.commands.new import new as write_new
    from coldpress.commands.new import new_overrides, new_theme, split_kind

    kind, title = split_kind(words)
    if not title:
        raise click.UsageError(f"Missing title: what is the {kind} called?")
    if kind in ("overrides", "theme"):
        if bundle or draft or date:
            raise click.UsageError("--bundle, --draft and --date are for posts and pages.")
        write = new_theme if kind == "theme" else new_overrides
        file = write(_build_context(**more), title, slug=slug)[0]
    else:
        file = write_new(_build_context(**more), kind, title, bundle=bundle, draft=draft, slug=slug, date=date)
    if open_editor:
        click.edit(filename=str(file))
    return 0


@commands.command(epilog="Example: python build.py urls --json   python build.py urls --gone /old/")
@_options(_selection, _base_url, _clock, _json, _site)
@click.option("--history", is_flag=True, help="List every URL that was published, and what is there now.")
@click.option("--accept", is_flag=True, help="Write the URLs of the site into url-history.txt.")
@click.option("--gone", multiple=True, metavar="URL", help="Write that nothing takes the place of a lost URL.")
@click.option("--adopt", type=click.Path(exists=True, path_type=Path), metavar="SITEMAP|FOLDER",
              help="Write the URLs of an old site, from its sitemap or its built folder.")
def urls(history: bool, accept: bool, gone: tuple[str, ...], adopt: Path | None, **more: Any) -> int:
    """List every URL of the site with its endpoint, source and output file; keep the history of its URLs."""
    from coldpress.commands import history as of_history
    from coldpress.commands.listing import urls as run_urls

    if history + accept + bool(gone) + bool(adopt) > 1:
        raise click.UsageError("Choose one of --history, --accept, --gone and --adopt.")
    context = _build_context(**more)
    if adopt:
        from coldpress.commands.adopt import adopt as run_adopt

        return run_adopt(context, adopt)
    if gone:
        return of_history.gone(context, gone)
    return of_history.accept(context) if accept else of_history.history(context) if history else run_urls(context)


@commands.command("list", epilog="Example: python build.py list draft")
@click.argument("only", required=False, type=click.Choice(("draft", "scheduled", "expired", "untagged", "unlisted")))
@_options(_clock, _json, _site)
def list_(only: str | None, **more: Any) -> int:
    """List the content, or only what is draft, scheduled, expired, untagged or unlisted."""
    from coldpress.commands.listing import list_content as run_list_content

    return run_list_content(_build_context(**more), only)


@commands.command(epilog="Example: python build.py deploy --dry-run")
@click.option("--dry-run", is_flag=True, help="Send nothing; say what would be sent and removed.")
@click.option("--adopt", is_flag=True, help="Replace files of others that the site has too; all others stay.")
@click.option("--all", "everything", is_flag=True, help="Send files too that the target has already.")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Processes at once (as many as there are cores).")
@_options(_base_url, _output, _clock, _json, _github, _site)
def deploy(dry_run: bool, adopt: bool, everything: bool, jobs: int | None, output: Path | None, **more: Any) -> int:
    """Build strictly, check, and send what changed to the target of the config."""
    from coldpress.commands.deploy import deploy as run_deploy

    context = _build_context(output=resolved(output) if output else None, **more)
    context.jobs = jobs or available_jobs()
    return run_deploy(context, dry_run=dry_run, adopt=adopt, everything=everything)


@commands.command(epilog="Example: python build.py clean --cache")
@click.option("--cache", is_flag=True, help="Remove .coldpress/ and compiled templates too.")
@_options(_output, _json, _site)
def clean(cache: bool, output: Path | None, **more: Any) -> int:
    """Remove what Coldpress wrote; other files stay."""
    from coldpress.commands.clean import clean as run_clean

    return run_clean(_build_context(output=resolved(output) if output else None, **more), cache=cache)


@commands.command(epilog="Example: python build.py schema recipes --comment")
@click.argument("collection", required=False)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File (.coldpress/schema/…).")
@click.option("--comment", is_flag=True, help="Print the line that names the schema for YAML language servers.")
@_options(_json, _site)
def schema(collection: str | None, output: Path | None, comment: bool, **more: Any) -> int:
    """Write the JSON Schema of front matter, for editors."""
    from coldpress.commands.schema import write_schema

    return write_schema(_build_context(**more), collection, resolved(output) if output else None, comment=comment)


@click.command("coldpress", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def flask_command(context: click.Context, words: tuple[str, ...]) -> None:
    """Build, preview or check the Coldpress site of the app.

    `flask --app build coldpress build` is `python build.py build`.  Flask finds this command by the
    entry point group `flask.commands`.  It runs outside of any app context, so that each page has its own.
    """
    factory = ImportedApp(context.ensure_object(ScriptInfo).app_import_path)
    context.exit(Context().run(execute, list(words), factory, Path.cwd(), is_stamped=False))
