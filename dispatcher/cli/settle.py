"""``dispatcher settle``: what a person knows of an unknown outcome."""

from collections.abc import Sequence
from uuid import UUID

import click

from dispatcher.cli.output import as_json
from dispatcher.cli.request_options import request_options
from dispatcher.profile import Profile
from dispatcher.settle import Knowledge
from dispatcher.settle import settle as settle_attempts
from dispatcher.store.attempts import Attempt, Attempts
from dispatcher.store.requests import Asked


@click.command()
@click.argument("message_ids", type=click.UUID, nargs=-1, required=True)
@click.option(
    "--as",
    "known_as",
    type=click.Choice([known.value for known in Knowledge]),
    required=True,
    help="What became of the messages.",
)
@request_options
def settle(
    *,
    found: Profile,
    asked: Asked,
    message_ids: tuple[UUID, ...],
    known_as: str,
    dry_run: bool,
    output: str,
) -> None:
    """Say what became of messages whose outcome is unknown.

    What was sent is done. What was not is tried again by the next build,
    unless the contact has left or ended, or a later step was tried. All of
    them are settled, or none; what is in flight is refused.

    \b
    Examples:
      dispatcher settle ID --as sent --reason "it is in the chat"
      dispatcher settle ID ID --as not-sent --reason "the phone was off" \\
        --by Nor --dry-run
    """
    knowledge = Knowledge(known_as)
    with Attempts.opened(found, dry_run=dry_run) as attempts:
        settled = settle_attempts(attempts, message_ids, knowledge, asked)
    _show(settled, knowledge, dry_run=dry_run, output=output)


def _show(
    settled: Sequence[Attempt],
    knowledge: Knowledge,
    *,
    dry_run: bool,
    output: str,
) -> None:
    status = "sent" if knowledge is Knowledge.SENT else "failed"
    if output == "json":
        messages = [
            {
                "message_id": attempt.message_id,
                "status_before": attempt.status,
                "status": status,
            }
            for attempt in settled
        ]
        click.echo(as_json({"messages": messages, "dry_run": dry_run}))
        return
    verb = "would be" if dry_run else "is"
    for attempt in settled:
        click.echo(
            f"message {attempt.message_id} {verb} {status}, it was"
            f" {attempt.status}"
        )
