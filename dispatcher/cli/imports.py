"""``dispatcher import``: files into the CRM's tables."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress

from dispatcher import profile
from dispatcher.cli.options import connection_options
from dispatcher.errors import ConfigError, ExitCode
from dispatcher.imports.load import (
    Report,
    Source,
    load_devices,
    load_leads,
    load_sequences,
)
from dispatcher.imports.phones import is_region
from dispatcher.imports.sequence_plan import Plan
from dispatcher.store.connect import connect
from dispatcher.store.imports import Tenant

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("import")
def import_() -> None:
    """Load leads, devices or sequences of one user into the CRM's tables.

    \b
    Examples:
      dispatcher import devices devices.csv --user UUID
      dispatcher import sequences sequences.yml --user UUID --dry-run
      dispatcher import leads leads.csv --user UUID --device UUID
    """


def _region(_: click.Context, __: click.Parameter, value: str) -> str:
    if not is_region(value.upper()):
        message = f"{value!r} is no country code such as MY"
        raise click.BadParameter(message)
    return value.upper()


def _target_options(command: Command) -> Command:
    """Give a command FILE, the tenant and the way to its tables."""
    for option in (
        click.option(
            "--app-schema",
            default="public",
            show_default=True,
            help="The schema of the CRM's tables.",
        ),
        click.option(
            "--user",
            type=click.UUID,
            required=True,
            help="Whose they are: the id of a row of users.",
        ),
        click.option(
            "--dry-run", is_flag=True, help="Report, and change nothing."
        ),
        click.argument(
            "file",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
        ),
    ):
        command = option(command)
    return connection_options(command)


def _csv_options(command: Command) -> Command:
    """Give a command what every CSV import takes."""
    for option in (
        click.option(
            "--format",
            "form",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
            help="How to print the counts.",
        ),
        click.option(
            "--rejects",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Where refused rows go.  [default: FILE.rejects.csv]",
        ),
        click.option(
            "--region",
            default="MY",
            show_default=True,
            callback=_region,
            help="The country of phones written without one.",
        ),
    ):
        command = option(command)
    return _target_options(command)


@import_.command()
@_csv_options
@click.option(
    "--device",
    type=click.UUID,
    help="The device of rows whose device_id is blank.",
)
def leads(
    *,
    file: Path,
    device: UUID | None,
    form: str,
    **options: Any,  # noqa: ANN401 - of the helpers below
) -> None:
    """Add leads, or change the oldest lead that has the phone.

    Columns, in any order: phone (required), name, trigger, device_id,
    niche, status, target_status, platform, provider, journey, group,
    community. Blank cells leave alone what is stored. Of rows with the same
    phone the last counts. Refused rows go to a file with line and reason;
    the rest is imported, in one transaction.

    Exits 0 when every row was good, 1 when some were refused.

    \b
    Examples:
      dispatcher import leads leads.csv --user UUID --device UUID
      dispatcher import leads leads.csv --user UUID --dry-run
      dispatcher import leads jakarta.csv --user UUID --region ID
    """
    with _tenant(options) as tenant, _source(file, options) as source:
        report = load_leads(tenant, source, device)
    _print_report(report, form, dry_run=source.dry_run)


@import_.command()
@_csv_options
def devices(
    *,
    file: Path,
    form: str,
    **options: Any,  # noqa: ANN401 - of the helpers below
) -> None:
    """Add devices, or change those with the same id or else name.

    Columns, in any order: device_name (required), id, phone, jid, status,
    platform, min_delay_seconds, max_delay_seconds. Blank cells leave alone
    what is stored. jid may be a credential: it is never printed.

    Exits 0 when every row was good, 1 when some were refused.

    \b
    Examples:
      dispatcher import devices devices.csv --user UUID
      dispatcher import devices devices.csv --user UUID --dry-run
    """
    with _tenant(options) as tenant, _source(file, options) as source:
        report = load_devices(tenant, source)
    _print_report(report, form, dry_run=source.dry_run)


@import_.command()
@_target_options
@click.option("--yes", is_flag=True, help="Do not ask before changing.")
def sequences(
    *,
    file: Path,
    yes: bool,
    dry_run: bool,
    **options: Any,  # noqa: ANN401 - of the helpers below
) -> None:
    """Make sequences and their steps what a YAML file says.

    Sequences are found by name and steps by day, so ids stay; a step that
    the file leaves out is removed, a sequence it leaves out stays. Prints
    the difference and asks before anything changes. All or nothing.

    \b
    Examples:
      dispatcher import sequences sequences.yml --user UUID --dry-run
      dispatcher import sequences sequences.yml --user UUID
      dispatcher import sequences sequences.yml --user UUID --yes
    """

    def approve(plan: Plan) -> bool:
        for line in plan.lines():
            click.echo(line)
        if dry_run or not plan.changes:
            return False
        return yes or _confirm()

    with _tenant(options) as tenant:
        plan = load_sequences(tenant, file, approve)
    if not plan.changes:
        click.echo("nothing to change")
    else:
        click.echo("dry run: nothing changed" if dry_run else "done")


def _confirm() -> bool:
    """Ask; a refusal exits 1."""
    if not _is_terminal():
        message = "nothing changed: there is no terminal to ask on"
        raise ConfigError(message, cure="check the changes, then add --yes")
    return click.confirm("Change this?", abort=True)


def _is_terminal() -> bool:
    return sys.stdin.isatty()


@contextmanager
def _tenant(options: dict[str, Any]) -> Iterator[Tenant]:
    found = profile.load(
        options["project_dir"], options["profiles_dir"], options["target"]
    )
    with connect(found) as connection:
        yield Tenant(connection, options["app_schema"], options["user"])


@contextmanager
def _source(file: Path, options: dict[str, Any]) -> Iterator[Source]:
    """Yield what to import, while a bar shows how far it is."""
    # a file that catches stderr should hold no bar, only errors
    console = Console(stderr=True)
    rejects = options["rejects"] or file.with_name(file.name + ".rejects.csv")
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(file.name)
        yield Source(
            file,
            rejects,
            options["region"],
            dry_run=options["dry_run"],
            progress=lambda done, size: bar.update(
                task, completed=done, total=size
            ),
        )


def _print_report(report: Report, form: str, *, dry_run: bool) -> None:
    """Print the counts; exit 1 when rows were refused."""
    if form == "json":
        click.echo(json.dumps(_as_json(report, dry_run=dry_run)))
    else:
        for line in _as_text(report, dry_run=dry_run):
            click.echo(line)
    if report.rejected:
        raise SystemExit(ExitCode.SOME_FAILED)


def _as_json(report: Report, *, dry_run: bool) -> dict[str, Any]:
    return {
        **report.merged._asdict(),
        "rejected": report.rejected,
        "rejects_file": str(report.rejects) if report.rejects else None,
        "ignored_columns": report.ignored,
        "dry_run": dry_run,
    }


def _as_text(report: Report, *, dry_run: bool) -> Iterator[str]:
    if report.ignored:
        yield f"columns not read: {', '.join(report.ignored)}"
    merged = report.merged
    yield (
        f"accepted {merged.inserted}, updated {merged.updated},"
        f" unchanged {merged.unchanged}, duplicates {merged.duplicates},"
        f" rejected {report.rejected}"
    )
    if report.rejects:
        yield f"refused rows, with reasons: {report.rejects}"
    if dry_run:
        yield "dry run: nothing changed"
