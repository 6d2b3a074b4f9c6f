"""``dispatcher retry``: once a person has mended what made messages fail."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import click

from dispatcher.cli.output import as_json
from dispatcher.cli.request_options import request_options
from dispatcher.domain import Fault
from dispatcher.profile import Profile
from dispatcher.retry import (
    Retried,
    retry_class,
    retry_enrollment,
    retry_gateway,
)
from dispatcher.store.requests import Asked
from dispatcher.store.retries import Retries


def _instant(
    _: click.Context, __: click.Parameter, value: str | None
) -> datetime | None:
    """Read ISO 8601; without an offset it would mean many instants."""
    if value is None:
        return None
    expected = "expected a time such as 2026-03-02T10:00+08:00"
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        message = f"{value!r} is no time: {expected}"
        raise click.BadParameter(message) from error
    if instant.tzinfo is None:
        message = f"{value!r} has no offset: {expected}"
        raise click.BadParameter(message)
    return instant


@click.command()
@click.option("--enrollment", type=click.UUID, help="What failed of this one.")
@click.option("--step", type=click.UUID, help="Only this step of it.")
@click.option(
    "--class",
    "fault",
    type=click.Choice([fault.value for fault in Fault]),
    metavar="FAULT",
    help="What failed by this fault class.",
)
@click.option(
    "--since",
    callback=_instant,
    metavar="TIME",
    help="At or after this time, with --class.",
)
@click.option(
    "--gateway", metavar="NAME", help="A gateway that rests: ask it now."
)
@request_options
def retry(
    *,
    found: Profile,
    asked: Asked,
    enrollment: UUID | None,
    step: UUID | None,
    fault: str | None,
    since: datetime | None,
    gateway: str | None,
    dry_run: bool,
    output: str,
) -> None:
    """Try again what failed, now that you have mended the cause.

    The next build makes failed steps due: instead of after their wait, and
    once more when their attempts are used up. With --class, devices that cool
    down for it and steps whose content was refused go on at once.

    A gateway that cools down, for that class or by its name, is asked at
    once, by whichever dispatcher runs; one that is still away rests for
    longer.

    What may have been sent is never sent again. Who has left, an enrolment
    that has ended and a step behind which a later one was tried are counted
    and left alone.

    \b
    Examples:
      dispatcher retry --enrollment ID --reason "on WhatsApp now"
      dispatcher retry --class MEDIA_TRANSIENT \\
        --since 2026-03-02T09:00+08:00 --reason "it is up" --dry-run
      dispatcher retry --class DEVICE_LOGGED_OUT \\
        --since 2026-03-02T09:00+08:00 --reason "logged in again"
      dispatcher retry --gateway native --reason "restarted"
    """
    with Retries.opened(found, dry_run=dry_run) as retries:
        outcome = _retry(
            retries,
            asked,
            enrollment=enrollment,
            step=step,
            fault=fault,
            since=since,
            gateway=gateway,
        )
    _show(outcome, dry_run=dry_run, output=output)


def _retry(
    retries: Retries,
    asked: Asked,
    *,
    enrollment: UUID | None,
    step: UUID | None,
    fault: str | None,
    since: datetime | None,
    gateway: str | None,
) -> Retried:
    if enrollment and not fault and not since and not gateway:
        return retry_enrollment(retries, enrollment, step, asked)
    if fault and since and not enrollment and not step and not gateway:
        return retry_class(retries, Fault(fault), since, asked)
    if gateway and not enrollment and not step and not fault and not since:
        return retry_gateway(retries, gateway, asked)
    message = (
        "expected one of --enrollment, with or without --step, --class with"
        " --since, and --gateway"
    )
    raise click.UsageError(message)


def _show(outcome: Retried, *, dry_run: bool, output: str) -> None:
    if output == "json":
        click.echo(as_json({**asdict(outcome), "dry_run": dry_run}))
        return
    verb = "would be" if dry_run else "are"
    click.echo(f"{outcome.steps} failed steps {verb} tried again")
    if outcome.contents:
        click.echo(f"{outcome.contents} refused contents {verb} tried again")
    if outcome.devices:
        click.echo(f"{outcome.devices} devices {verb} sent from again")
    if outcome.gateways:
        click.echo(f"{outcome.gateways} gateways {verb} probed")
    for obstacle, count in outcome.left_alone.items():
        click.echo(f"{count} left alone: {obstacle.replace('_', ' ')}")
