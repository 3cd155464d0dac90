"""The command `matcher`: ranked lists from files, the service, and its upkeep.

Exit codes: 0 done, 1 done with findings (rows failed, a check failed), 2 not done (wrong use, unusable file).
"""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.settings import Settings, SettingsError
from matcher.cli.evaluate import app as evaluate_app
from matcher.cli.events import app as events_app
from matcher.cli.files import app as files_app
from matcher.cli.models import app as models_app
from matcher.cli.panels import app as panels_app
from matcher.cli.ranking import app as ranking_app

if TYPE_CHECKING:
    from api.indexing.library import Library

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="概念验证项目对接 Matcher")
app.add_typer(ranking_app)
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(files_app)
app.add_typer(models_app, name="models")
app.add_typer(panels_app, name="panels")
app.add_typer(events_app, name="events")
keys = typer.Typer(no_args_is_help=True, help="Organisations' API keys.")
app.add_typer(keys, name="keys")

out, err = Console(), Console(stderr=True)

Data = Annotated[Path | None, typer.Option(help="data folder (MATCHER_DATA, else var)")]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Org = Annotated[str, typer.Option(help="organisation that owns the records")]
KindName = Annotated[str, typer.Argument(help="project, fund, loan, insurance, expert or center")]


def main() -> None:
    """The entry point: refusals are one sentence on standard error and exit code 2."""
    from api.store.errors import StoreError
    from embeddings.errors import EmbeddingsError

    try:
        app()
    except (SettingsError, StoreError, EmbeddingsError, ValueError, OSError) as error:
        err.print(str(error), style="red", highlight=False, markup=False)
        raise SystemExit(2) from None


@app.command()
def run(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="port (MATCHER_PORT, else 8000)")] = None,
    serve: Annotated[bool, typer.Option(help="start the service at the end")] = True,
) -> None:
    """Prepare everything, load the demonstration, print a first ranked list per purpose, start the service."""
    from api.offline import ensure_demonstration, first_lists, opened, shelved
    from matcher.cli.showing import show_list

    settings = Settings.from_environment(data=data, port=port)
    sock = _listening(settings) if serve else None
    with opened(settings) as store:
        with _bar("示范数据 demonstration") as note:
            key = ensure_demonstration(store, settings, note)
        with shelved(store, settings) as library:
            with _bar("索引 index") as note:
                _index(library, note)
            for label, found in first_lists(store, library.answering, key):
                out.print(f"\n[bold]{found.purpose}[/bold] · {label}", highlight=False)
                show_list(found, "zh", out)
    if sock is not None:
        _serve(settings, sock, key)


@app.command()
def serve(data: Data = None, port: Annotated[int | None, typer.Option(help="port")] = None) -> None:
    """Start the service on the data that is there."""
    settings = Settings.from_environment(data=data, port=port)
    _serve(settings, _listening(settings), None)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="XLSX, CSV or JSON Lines", exists=True, dir_okay=False)],
    kind: Annotated[str, typer.Option(help="project, fund, loan, insurance, expert or center")],
    org: Org,
    dry_run: Annotated[bool, typer.Option(help="check every row and change nothing")] = False,
    mend: Annotated[Path | None, typer.Option(help="where the failed rows go")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Import a file: good rows in one transaction, bad ones with row, column, value, rule and remedy."""
    from api.imports.files import ImportFolder
    from api.offline import import_file, opened
    from api.store import accounts
    from matcher.domain import Kind

    settings = Settings.from_environment(data=data)
    with opened(settings) as store:
        if store.read_now(lambda c: accounts.find_organisation(c, org)) is None:
            raise ValueError(f"there is no organisation {org}; make one with `matcher keys create {org} ROLE`")
        with _bar(file.name) as note:
            each, report = import_file(store, settings, file, Kind.of(kind), org, note, dry_run=dry_run)
    source = ImportFolder(settings.data, each.id).mend(each.file_name)
    if report["mend"] and mend is not None:
        shutil.copy(source, mend)
    if as_json:
        typer.echo(orjson.dumps({"id": each.id, **report}))
    else:
        _show_report(report, mend or source)
    raise typer.Exit(1 if report["failed"] else 0)


@app.command()
def export(
    kind: KindName,
    file: Annotated[Path, typer.Argument(help="XLSX, CSV or JSON Lines to write", dir_okay=False)],
    org: Org,
    data: Data = None,
) -> None:
    """Write an organisation's records of a kind to a file; cells cannot act as formulas."""
    from api.offline import opened
    from api.resources.exporting import live_records
    from matcher.domain import Kind
    from matcher.tables import export as write_records

    with opened(Settings.from_environment(data=data)) as store:
        found = store.read_now(lambda c: live_records(c, Kind.of(kind), org))
    write_records(found, file, kind=Kind.of(kind))
    err.print(f"{len(found)} → {file}", highlight=False)


@app.command()
def reindex(data: Data = None) -> None:
    """Throw all indexes away and build them again from the database. Stop the service first."""
    from api.offline import opened, shelved

    settings = Settings.from_environment(data=data)
    for folder in ("index", "vectors"):
        shutil.rmtree(settings.data / folder, ignore_errors=True)
    with opened(settings) as store, shelved(store, settings) as library, _bar("index") as note:
        taken = _index(library, note)
    err.print(f"{taken} 条已索引 indexed", highlight=False)


@app.command()
def doctor(data: Data = None, as_json: Json = False) -> None:
    """Check settings, database, records and indexes; changes nothing."""
    from api.doctor import examine
    from api.offline import opened

    settings = Settings.from_environment(data=data)
    with opened(settings) as store, _bar("doctor") as note:
        findings = list(examine(settings, store, lambda name: note(name, 0, None)))
    if as_json:
        typer.echo(orjson.dumps(findings))
    else:
        table = Table("", "", "")
        for each in findings:
            table.add_row("[green]✓[/green]" if each.ok else "[red]✗[/red]", each.name, each.detail)
        out.print(table)
    raise typer.Exit(0 if all(each.ok for each in findings) else 1)


@keys.command("create")
def create_key(
    org: Annotated[str, typer.Argument(help="organisation")],
    role: Annotated[str, typer.Argument(help="admin, officer, analyst, organizer or visitor")],
    name: Annotated[str | None, typer.Option(help="the organisation's name, where it is new")] = None,
    checked: Annotated[bool, typer.Option(help="a person verified who it is")] = False,
    note: Annotated[str, typer.Option(help="what the key is for")] = "",
    data: Data = None,
) -> None:
    """Make a key, and the organisation where it is new. The key is shown once."""
    from api.guard.roles import Role
    from api.offline import opened
    from api.store import accounts

    wanted = str(Role.of(role))
    with opened(Settings.from_environment(data=data)) as store:
        if store.read_now(lambda c: accounts.find_organisation(c, org)) is None:
            store.write_now(lambda c: accounts.add_organisation(c, org, name or org, checked=checked))
        typer.echo(store.write_now(lambda c: accounts.create_key(c, org, wanted, note)))


@keys.command("list")
def list_keys(data: Data = None, as_json: Json = False) -> None:
    """List all keys without their secrets."""
    from api.offline import opened
    from api.store import accounts

    with opened(Settings.from_environment(data=data)) as store:
        found = store.read_now(accounts.list_keys)
    if as_json:
        typer.echo(orjson.dumps(found))
        return
    table = Table("prefix", "organisation", "role", "note", "created", "revoked")
    for key in found:
        table.add_row(key.prefix, key.org, key.role, key.note, key.created, key.revoked or "")
    out.print(table)


@keys.command("revoke")
def revoke_key(prefix: Annotated[str, typer.Argument(help="prefix of the key")], data: Data = None) -> None:
    """End a key."""
    from api.offline import opened
    from api.store import accounts

    with opened(Settings.from_environment(data=data)) as store:
        if not store.write_now(lambda c: accounts.revoke_key(c, prefix)):
            raise ValueError(f"there is no key {prefix} in force; see `matcher keys list`")


def _index(library: "Library", note: "_Note") -> int:
    """Brings the answering model's books up to date under a progress bar; gives the changes taken in."""
    taken = library.settle(lambda done, total: note("", done, total or 1))
    note("", 1, 1)
    return taken


def _listening(settings: Settings) -> socket.socket:
    """The port, taken before anything long is done."""
    sock = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
    except OSError as error:
        sock.close()
        raise ValueError(
            f"{settings.host}:{settings.port} cannot be used ({error.strerror}); choose another with --port"
        ) from None
    return sock


def _serve(settings: Settings, sock: socket.socket, key: str | None) -> None:
    import uvicorn

    from api.app import create_app
    from api.kit.logs import configure_logs

    configure_logs(settings.log_level, readable=settings.log_readable)
    config = uvicorn.Config(create_app(settings), log_config=None, access_log=False, lifespan="on")
    address = f"http://{settings.host}:{sock.getsockname()[1]}"
    err.print(f"\n服务地址 service: [bold]{address}[/bold]   {address}/openapi.json", highlight=False)
    if key is not None:
        err.print(f"示范密钥 demonstration key: {key}", highlight=False, soft_wrap=True)
        err.print(f'curl -H "Authorization: Bearer {key}" {address}/v1/projects', highlight=False, soft_wrap=True)
    uvicorn.Server(config).run(sockets=[sock])


@contextmanager
def _bar(label: str) -> Iterator["_Note"]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err) as bar:
        yield _Note(bar, label)


class _Note:
    """Moves a progress bar."""

    def __init__(self, bar: Progress, label: str) -> None:
        self._bar, self._label = bar, label
        self._task = bar.add_task(label, total=None)

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        self._bar.update(self._task, description=f"{self._label} · {stage}", completed=done, total=total)


def _show_report(report: dict[str, object], mend: Path) -> None:
    names = ("rows", "created", "replaced", "unchanged", "failed")
    err.print("  ".join(f"{name} {report[name]}" for name in names), highlight=False)
    errors = report["errors"]
    assert isinstance(errors, list)
    table = Table("行 row")
    for name in ("列 column", "值 found", "规则 rule", "修改 remedy"):
        table.add_column(name, overflow="fold")
    for each in errors[:20]:
        table.add_row(str(each["row"]), each["column"], each["value"], each["rule"]["zh"], each["remedy"]["zh"])
    if errors:
        err.print(table)
        err.print(f"待修改 to mend: {mend}", highlight=False)


if __name__ == "__main__":
    main()
