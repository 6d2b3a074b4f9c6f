"""How an exchange with a gateway is shown."""

from dataclasses import asdict
from typing import Any

import click

from dispatcher.domain import Outcome, Result
from dispatcher.gateways.exchange import Shown
from dispatcher.gateways.request import Objection


def as_dict(
    request: Shown | Objection, outcome: Outcome | None
) -> dict[str, Any]:
    """Return what went and what came, for a program."""
    is_refused = isinstance(request, Objection)
    return {
        "refused": asdict(request) if is_refused else None,
        "request": None if is_refused else asdict(request),
        "outcome": asdict(outcome) if outcome else None,
    }


def show_exchange(request: Shown | Objection, outcome: Outcome | None) -> None:
    """Print what goes after > and what comes after <."""
    if isinstance(request, Objection):
        click.echo(f"not sent: {request.fault}: {request.reason}")
        return
    click.echo(f"> {request.method} {request.url}")
    for name, value in request.headers.items():
        click.echo(f"> {name}: {value}")
    fields = request.body if isinstance(request.body, dict) else {}
    for name, value in fields.items():
        click.echo(f"> {name} = {value}")
    if isinstance(request.body, str):
        click.echo(f"> {request.body}")
    if outcome is None:
        click.echo("nothing was sent")
        return
    if outcome.answer:
        click.echo(f"< HTTP {outcome.http_status}")
        click.echo(f"< {outcome.answer['body']}")
    _show_outcome(outcome)


def _show_outcome(outcome: Outcome) -> None:
    if outcome.result is Result.ACCEPTED:
        told = outcome.provider_message_id or "none told"
        click.echo(f"accepted, message id: {told}")
        return
    click.echo(f"{outcome.result}: {outcome.fault}: {outcome.error}")
