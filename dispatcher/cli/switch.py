"""``dispatcher pause`` and ``dispatcher resume``: a person's switches."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from dispatcher.cli.options import Command
from dispatcher.cli.output import as_json
from dispatcher.cli.request_options import request_options
from dispatcher.domain import Scope
from dispatcher.profile import Profile
from dispatcher.store.requests import Asked
from dispatcher.store.switches import Switches
from dispatcher.switch import Switch, Turned, turn


def _scope_options(command: Command) -> Callable[..., Any]:
    """Give a command what to switch, as three ids of which one may be set."""
    for option in (
        click.option("--device", type=click.UUID, help="Only this device."),
        click.option(
            "--sequence", type=click.UUID, help="Only this sequence."
        ),
        click.option("--tenant", type=click.UUID, help="Only this tenant."),
    ):
        command = option(command)
    return request_options(command)


@click.command()
@_scope_options
def pause(
    *,
    found: Profile,
    asked: Asked,
    device: UUID | None,
    sequence: UUID | None,
    tenant: UUID | None,
    dry_run: bool,
    output: str,
) -> None:
    """Send nothing more, or nothing of a tenant, a device or a sequence.

    It holds from the next claim on; what is in flight finishes. Each pause
    is taken back for itself.

    \b
    Examples:
      dispatcher pause --reason "the new texts are wrong"
      dispatcher pause --device ID --reason "its number rests" --by Nor
      dispatcher pause --sequence ID --reason "on holiday" --dry-run
    """
    switch = _switch(device, sequence, tenant)
    with Switches.opened(found, dry_run=dry_run) as switches:
        turned = turn(switches, switch, asked, to_pause=True)
    _show(switch, turned, dry_run=dry_run, output=output)


@click.command()
@_scope_options
def resume(
    *,
    found: Profile,
    asked: Asked,
    device: UUID | None,
    sequence: UUID | None,
    tenant: UUID | None,
    dry_run: bool,
    output: str,
) -> None:
    """Take back the pause of the same; other pauses and the gate stand.

    \b
    Examples:
      dispatcher resume --reason "the texts are mended"
      dispatcher resume --device ID --reason "it has rested" --by Nor
      dispatcher resume --tenant ID --reason "they have paid" --format json
    """
    switch = _switch(device, sequence, tenant)
    with Switches.opened(found, dry_run=dry_run) as switches:
        turned = turn(switches, switch, asked, to_pause=False)
    _show(switch, turned, dry_run=dry_run, output=output)


def _switch(
    device: UUID | None, sequence: UUID | None, tenant: UUID | None
) -> Switch:
    ids = (
        (Scope.DEVICE, device),
        (Scope.SEQUENCE, sequence),
        (Scope.TENANT, tenant),
    )
    given = [Switch(scope, value) for scope, value in ids if value]
    if len(given) > 1:
        message = "expected one of --device, --sequence and --tenant, or none"
        raise click.UsageError(message)
    return given[0] if given else Switch(Scope.EVERYTHING)


def _show(
    switch: Switch, turned: Turned, *, dry_run: bool, output: str
) -> None:
    if output == "json":
        state = {
            "scope": switch.scope,
            "id": switch.scope_id,
            "is_paused": turned.is_paused,
            "is_change": turned.is_change,
            "dry_run": dry_run,
        }
        click.echo(as_json(state))
    else:
        click.echo(_told(switch, turned, dry_run=dry_run))


def _told(switch: Switch, turned: Turned, *, dry_run: bool) -> str:
    before = turned.before
    if turned.is_paused and before:
        return (
            f"{switch} is paused already, by {before.requested_by} since"
            f" {before.requested_at:%Y-%m-%d %H:%M:%S%z}: {before.reason}"
        )
    if not turned.is_change:
        return f"{switch} is not paused"
    verb = "paused" if turned.is_paused else "resumed"
    return f"{switch} {'would be' if dry_run else 'is'} {verb}"
