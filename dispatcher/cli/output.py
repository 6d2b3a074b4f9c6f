"""How results are shown to a person; machine output is JSON."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from dispatcher.summary import Summary

Row = Mapping[str, Any]

_PIPE_WIDTH = 200


def as_json(value: object) -> str:
    """Return JSON; times and uuids become text."""
    return json.dumps(value, default=str)


def show_table(rows: Sequence[Row], title: str) -> None:
    """Print rows as a table, headed by their keys."""
    if not rows:
        click.echo(f"{title}: none")
        return
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    # a pipe has no width: lines stay whole there
    is_terminal = sys.stdout.isatty()
    Console(width=None if is_terminal else _PIPE_WIDTH).print(table)


def _cell(value: object) -> str:
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m-%d %H:%M:%S%z"))
    return "" if value is None else str(value)


def show_preview(rows: Sequence[Row]) -> None:
    """Print the messages that would be sent."""
    columns = [
        "recipient_phone",
        "device_id",
        "gateway",
        "message_type",
        "content",
        "media_url",
        "attempt_no",
        "next_trigger_time",
    ]
    chosen = [{name: row[name] for name in columns} for row in rows]
    show_table(chosen, f"Would send {len(rows)} messages")


def show_summary(summary: Summary) -> None:
    """Print what a run did."""
    click.echo(f"sent {summary.sent}, unknown {summary.unknown}")
    _show_counts("failed", summary.failed)
    if summary.failed_for_good:
        click.echo(f"  {summary.failed_for_good} of them for good")
    _show_counts("not sent, no attempt used", summary.released)
    _show_counts("unknown before, looked up", summary.looked_up)
    _show_counts("refused before any claim", summary.refused)
    _show_counts("held, of what is due", summary.held)
    click.echo(f"ended: {summary.ended_because}")


def _show_counts(title: str, counts: Mapping[str, int]) -> None:
    if counts:
        click.echo(f"{title} {sum(counts.values())}")
    for reason, count in counts.items():
        click.echo(f"  {reason} {count}")


@contextmanager
def progress() -> Iterator[Callable[[Summary], None]]:
    """Show a moving count on a terminal; elsewhere stay silent."""
    columns = SpinnerColumn(), TextColumn("{task.description}")
    console = Console(stderr=True)
    with Progress(
        *columns,
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task("sending")

        def on_settled(summary: Summary) -> None:
            done = f"sent {summary.sent} of {summary.claimed} claimed"
            bar.update(task, description=done)

        yield on_settled
