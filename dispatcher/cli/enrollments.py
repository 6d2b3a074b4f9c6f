"""``dispatcher enrollments``: what a person may ask for contacts."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import click

from dispatcher.cli.options import Command
from dispatcher.cli.output import as_json
from dispatcher.cli.request_options import request_options
from dispatcher.enrollments import Outcome, reassign_device, void_build
from dispatcher.enrollments import reassign as reassign_enrollments
from dispatcher.enrollments import void as void_enrollments
from dispatcher.profile import Profile
from dispatcher.store.enrollments import Enrollments
from dispatcher.store.requests import Asked


@click.group()
def enrollments() -> None:
    """Take contacts out of their sequences, or move them to another device.

    Both are written down as requests, which the next build carries out; to
    send nothing until then, `dispatcher pause` first.

    \b
    Examples:
      dispatcher enrollments void --invocation ID --reason "the wrong list"
      dispatcher enrollments reassign --from DEVICE --to DEVICE \\
        --reason "its number was banned" --dry-run
    """


def _enrollment_options(command: Command) -> Callable[..., Any]:
    """Give a command ``ids``, with who asks and why."""
    option = click.option(
        "--enrollment",
        "ids",
        type=click.UUID,
        multiple=True,
        help="One enrolment; may be repeated.",
    )
    return request_options(option(command))


@enrollments.command()
@click.option("--invocation", help="All that this dbt invocation enrolled.")
@_enrollment_options
def void(
    *,
    found: Profile,
    asked: Asked,
    invocation: str | None,
    ids: tuple[UUID, ...],
    dry_run: bool,
    output: str,
) -> None:
    """Cancel what is still to come for a bad batch, or for some contacts.

    What was sent stays sent. An exit is final: who was voided is not
    enrolled there again by the same tag.

    \b
    Examples:
      dispatcher enrollments void --invocation ID --reason "the wrong list"
      dispatcher enrollments void --enrollment ID --enrollment ID \\
        --reason "asked by phone" --dry-run
    """
    _check_one_of("--invocation", invocation, ids)
    with Enrollments.opened(found, dry_run=dry_run) as store:
        outcome = (
            void_build(store, invocation, asked)
            if invocation
            else void_enrollments(store, ids, asked)
        )
    _show("voided", outcome, dry_run=dry_run, output=output)


@enrollments.command()
@click.option("--from", "source", type=click.UUID, help="All on this device.")
@click.option(
    "--to", "device", type=click.UUID, required=True, help="Their new device."
)
@_enrollment_options
def reassign(
    *,
    found: Profile,
    asked: Asked,
    source: UUID | None,
    device: UUID,
    ids: tuple[UUID, ...],
    dry_run: bool,
    output: str,
) -> None:
    """Move open enrolments to another device of their tenant.

    Contacts see another sender from then on. The device they leave need not
    exist any more.

    \b
    Examples:
      dispatcher enrollments reassign --from DEVICE --to DEVICE \\
        --reason "its number was banned"
      dispatcher enrollments reassign --enrollment ID --to DEVICE \\
        --reason "asked for" --dry-run
    """
    _check_one_of("--from", source, ids)
    with Enrollments.opened(found, dry_run=dry_run) as store:
        outcome = (
            reassign_device(store, source, device, asked)
            if source
            else reassign_enrollments(store, ids, device, asked)
        )
    _show("moved", outcome, dry_run=dry_run, output=output)


def _check_one_of(option: str, value: object, ids: tuple[UUID, ...]) -> None:
    if bool(value) == bool(ids):
        message = f"expected either {option} or --enrollment"
        raise click.UsageError(message)


def _show(verb: str, outcome: Outcome, *, dry_run: bool, output: str) -> None:
    if output == "json":
        click.echo(as_json({**asdict(outcome), "dry_run": dry_run}))
        return
    what = (
        f"{outcome.enrollments} open enrolments of"
        f" {outcome.sequences} sequences"
    )
    if dry_run:
        click.echo(f"{what} would be {verb}")
    else:
        click.echo(f"{what} are {verb} by the next build")
