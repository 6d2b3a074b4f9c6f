"""``dispatcher run``: send what is due now."""

import asyncio
import json
import sys
from pathlib import Path

import click

from dispatcher import config as configuration
from dispatcher import profile
from dispatcher.cli.output import as_json, progress, show_preview, show_summary
from dispatcher.cli.sending_options import format_option, sending_options
from dispatcher.limits import Limits
from dispatcher.sending import preview, send


@click.command()
@sending_options
@click.option("--dry-run", is_flag=True, help="Show it, send nothing.")
@click.option(
    "--wait", "waits", is_flag=True, help="Stay, and send what comes later."
)
@format_option
def run(
    *,
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
    config_path: Path | None,
    max_messages: int | None,
    seconds: float | None,
    dry_run: bool,
    waits: bool,
    output: str,
) -> None:
    """Send what is due now and record the answers.

    Waits for the gaps between two messages of a device, not for caps, and
    ends when nothing is sendable. With --wait it goes on from build to build,
    and waits for a gate that is closed. SIGTERM and SIGINT finish what is in
    flight; a second one leaves at once.

    \b
    Exit codes:
      0    all well
      1    some messages failed for good
      2    usage or configuration
      3    the gate is closed
      4    the ledger could not be written
      130  left at once, at a second signal

    \b
    Examples:
      dispatcher run
      dispatcher run --dry-run --format json
      dispatcher run --max-messages 100 --for 300
      dispatcher run --wait
    """
    found = profile.load(project_dir, profiles_dir, target)
    config = configuration.load(config_path)
    if dry_run:
        rows = asyncio.run(preview(found, config, max_messages))
        if output == "json":
            click.echo(as_json(rows))
        else:
            show_preview(rows)
        return
    limits = Limits(max_messages, seconds, waits)
    with progress() as on_settled:
        summary = asyncio.run(send(found, config, limits, on_settled))
    if output == "json":
        click.echo(json.dumps(summary.as_dict()))
    else:
        show_summary(summary)
    sys.exit(summary.exit_code)
