"""``dispatcher status``: how things stand."""

import asyncio
from pathlib import Path
from typing import Any

import click

from dispatcher import profile
from dispatcher.cli.options import connection_options
from dispatcher.cli.output import as_json, show_table
from dispatcher.cli.sending_options import format_option
from dispatcher.store.status import read_status


@click.command()
@click.option(
    "--max-age-minutes",
    type=int,
    default=360,
    show_default=True,
    help="How old the last good build may be before the gate closes.",
)
@format_option
@connection_options
def status(
    *,
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
    max_age_minutes: int,
    output: str,
) -> None:
    """Show what is due, held or paused and why, in flight, unknown.

    Also the gate, the last build, the breakers that are not closed, and what
    the devices did in the last day.

    Due and held are steps whose time has come. Of a long queue the first ones
    of each device are looked at, and it says how many. Scheduled are those
    whose time comes yet; what waits behind an earlier step is not counted.

    \b
    Examples:
      dispatcher status
      dispatcher status --format json
    """
    found = profile.load(project_dir, profiles_dir, target)
    state = asyncio.run(read_status(found, max_age_minutes))
    if output == "json":
        click.echo(as_json(state))
    else:
        _show(state)


def _show(state: dict[str, Any]) -> None:
    if state["gate"]:
        for row in state["gate"]:
            click.echo(f"gate: closed: {row['reason']}: {row['explanation']}")
    else:
        click.echo("gate: open")
    show_table(state["paused"], "Paused")
    show_table(state["last_build"], "Last build")
    queue = state["queue"]
    if not queue:
        return
    click.echo(
        f"due {queue['due']}, in flight {queue['in_flight']}, "
        f"unknown {queue['unknown']}, scheduled {queue['scheduled']}"
    )
    if queue["looked_at"] < queue["time_has_come"]:
        click.echo(
            f"due and held are of {queue['looked_at']} steps looked at; the"
            f" time of {queue['time_has_come']} has come"
        )
    show_table(state["held"], "Held, of what is due")
    show_table(state["breakers"], "Breakers")
    show_table(state["devices"], "Devices, in the last day")
