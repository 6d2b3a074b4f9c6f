"""``dispatcher gateways``: definitions, and the gateways behind them."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from dispatcher import asking, profile
from dispatcher import config as configuration
from dispatcher.cli.exchange import as_dict, show_exchange
from dispatcher.cli.options import connection_options
from dispatcher.cli.output import as_json, show_table
from dispatcher.cli.sending_options import config_option, format_option
from dispatcher.domain import DeviceState, Result
from dispatcher.errors import ConfigError, ExitCode
from dispatcher.gateways.configured import make_gateways
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.exchange import Shown
from dispatcher.gateways.loading import built_in_names, load_definition
from dispatcher.gateways.schema import json_schema


@click.group()
def gateways() -> None:
    """Definitions of gateways: list and check; try one, ask them all.

    \b
    Examples:
      dispatcher gateways list
      dispatcher gateways check mine.yml
      dispatcher gateways test native --to 60111000001 --device UUID --dry-run
      dispatcher gateways status
    """


@gateways.command("list")
@format_option
def list_(*, output: str) -> None:
    """List the built-in definitions and what each can do.

    \b
    Examples:
      dispatcher gateways list
      dispatcher gateways list --format json
    """
    rows = [
        _abilities(name, load_definition(name)) for name in built_in_names()
    ]
    if output == "json":
        click.echo(as_json(rows))
        return
    texts = [{key: _text(value) for key, value in row.items()} for row in rows]
    show_table(texts, "Built-in definitions")


def _abilities(name: str, definition: Definition) -> dict[str, Any]:
    return {
        "definition": name,
        "messages": list(definition.requests),
        "templates": list(definition.templates),
        "status": definition.status is not None,
        "check_number": definition.check_number is not None,
        "look_up": definition.look_up is not None,
        "webhook": definition.webhook is not None,
        "credentials": sorted(definition.credentials),
        "settings": sorted(definition.settings),
    }


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


@gateways.command()
@click.argument(
    "files", nargs=-1, type=click.Path(dir_okay=False, path_type=Path)
)
@config_option
@format_option
def check(
    *, files: tuple[Path, ...], config_path: Path | None, output: str
) -> None:
    """Check definition FILEs, else dispatcher.yml and all that it names.

    A definition is held to its own examples. Nothing is sent.

    \b
    Exit codes:
      0  all well
      2  a mistake, shown with file, line and key

    \b
    Examples:
      dispatcher gateways check
      dispatcher gateways check mine.yml other.yml --format json
    """
    rows = (
        [_checked(str(file)) for file in files]
        if files
        else _checked_config(config_path)
    )
    if output == "json":
        click.echo(as_json(rows))
    else:
        for row in rows:
            click.echo(f"{row['file']}: {row['error'] or row['found']}")
    if any(row["error"] for row in rows):
        sys.exit(ExitCode.USAGE)


def _checked(name: str) -> dict[str, Any]:
    try:
        definition = load_definition(name)
    except ConfigError as error:
        return {"file": name, "error": str(error), "found": None}
    found = (
        f"ok, {len(definition.requests)} kinds of message, "
        f"{len(definition.examples)} examples"
    )
    return {"file": name, "error": None, "found": found}


def _checked_config(config_path: Path | None) -> list[dict[str, Any]]:
    config = configuration.load(config_path)
    names = {settings.definition for settings in config.gateways.values()}
    rows = [_checked(name) for name in sorted(names)]
    if not any(row["error"] for row in rows):
        make_gateways(config)
    return rows


@gateways.command()
def schema() -> None:
    """Print the JSON Schema of definition files, for editors.

    \b
    Examples:
      dispatcher gateways schema > gateway.schema.json
    """
    click.echo(json.dumps(json_schema(), indent=2))


@gateways.command()
@click.argument("name")
@click.option("--to", "phone", required=True, help="Digits, country first.")
@click.option(
    "--device",
    required=True,
    help="Its id in user_devices, or its address at the gateway.",
)
@click.option("--text", default="A test of the gateway.", show_default=True)
@click.option(
    "--type",
    "message_type",
    type=click.Choice(["text", "image", "video", "document", "audio"]),
    default="text",
    show_default=True,
)
@click.option("--media-url", help="Where the gateway finds the medium.")
@click.option("--dry-run", is_flag=True, help="Show the request, send none.")
@config_option
@format_option
@connection_options
def test(
    *,
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
    config_path: Path | None,
    name: str,
    phone: str,
    device: str,
    text: str,
    message_type: str,
    media_url: str | None,
    dry_run: bool,
    output: str,
) -> None:
    """Send one real message through gateway NAME and show the exchange.

    NAME is a key of dispatcher.yml. Secrets are masked. The ledger is not
    told.

    \b
    Exit codes:
      0  accepted, or it would be sent
      1  not accepted
      2  usage or configuration

    \b
    Examples:
      dispatcher gateways test native --to 60111000001 --device UUID --dry-run
      dispatcher gateways test waha --to 60111000001 --device my-session
    """
    config = configuration.load(config_path)
    found = asyncio.run(
        asking.find_device(
            lambda: profile.load(project_dir, profiles_dir, target),
            name.lower(),
            device,
        )
    )
    message = asking.new_message(phone, text, message_type, media_url)
    request = asking.show_message(config, found, message)
    outcome = None
    if not dry_run and isinstance(request, Shown):
        outcome = asyncio.run(asking.send_message(config, found, message))
    if output == "json":
        click.echo(as_json(as_dict(request, outcome)))
    else:
        show_exchange(request, outcome)
    is_well = isinstance(request, Shown) and (
        outcome is None or outcome.result is Result.ACCEPTED
    )
    sys.exit(ExitCode.OK if is_well else ExitCode.SOME_FAILED)


@gateways.command()
@config_option
@format_option
@connection_options
def status(
    *,
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
    config_path: Path | None,
    output: str,
) -> None:
    """Ask each device's gateway how it sees it.

    \b
    Exit codes:
      0  every device that can be asked about is ready
      1  some are not
      2  usage, configuration or database

    \b
    Examples:
      dispatcher gateways status
      dispatcher gateways status --format json
    """
    found = profile.load(project_dir, profiles_dir, target)
    config = configuration.load(config_path)
    is_silent = not sys.stderr.isatty()
    with Progress(
        console=Console(stderr=True), transient=True, disable=is_silent
    ) as bar:
        task = bar.add_task("asking")
        seen = asyncio.run(
            asking.see_devices(
                found,
                config,
                lambda done, of: bar.update(task, completed=done, total=of),
            )
        )
    rows = [asdict(each) for each in seen]
    if output == "json":
        click.echo(as_json(rows))
    else:
        show_table(rows, "Devices as their gateways see them")
    if any(each.state not in {None, DeviceState.READY} for each in seen):
        sys.exit(ExitCode.SOME_FAILED)
