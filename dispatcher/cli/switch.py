"""``dispatcher pause`` and ``dispatcher resume``: the switch of the gate."""

import getpass
from pathlib import Path

import click

from dispatcher import profile
from dispatcher.cli.options import Command, connection_options
from dispatcher.store.connect import connect
from dispatcher.store.runs import turn_switch


def _switch_options(command: Command) -> Command:
    """Give a command the connection, ``reason`` and ``requested_by``."""
    reason = click.option("--reason", required=True, help="Why; kept.")
    requested_by = click.option(
        "--by",
        "requested_by",
        default=getpass.getuser,
        help="Who; else the user of this shell.",
    )
    return reason(requested_by(connection_options(command)))


@click.command()
@_switch_options
def pause(
    *,
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
    reason: str,
    requested_by: str,
) -> None:
    """Close the gate: nothing more is claimed, what is in flight finishes.

    \b
    Examples:
      dispatcher pause --reason "the new texts are wrong"
    """
    found = profile.load(project_dir, profiles_dir, target)
    with connect(found) as connection:
        turn_switch(connection, "pause", reason, requested_by)
    click.echo("paused: dispatcher resume takes it back")


@click.command()
@_switch_options
def resume(
    *,
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
    reason: str,
    requested_by: str,
) -> None:
    """Take back a pause; the other conditions of the gate stand.

    \b
    Examples:
      dispatcher resume --reason "the texts are mended"
    """
    found = profile.load(project_dir, profiles_dir, target)
    with connect(found) as connection:
        turn_switch(connection, "resume", reason, requested_by)
    click.echo("resumed")
