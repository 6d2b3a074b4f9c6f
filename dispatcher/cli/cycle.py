"""``dispatcher cycle`` and ``dispatcher loop``."""

import signal
import sys
import threading
import time
from pathlib import Path

import click

from dispatcher import config as configuration
from dispatcher import profile
from dispatcher.cli.output import progress, show_summary
from dispatcher.cli.sending_options import sending_options
from dispatcher.cycling import Cycle
from dispatcher.dbt_build import Project
from dispatcher.errors import DispatcherError, LeftAtOnceError
from dispatcher.limits import Limits
from dispatcher.summary import Summary


@click.command()
@sending_options
def cycle(
    *,
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
    config_path: Path | None,
    max_messages: int | None,
    seconds: float | None,
) -> None:
    """Build the queue, send what is due, build again: once.

    Builds due_steps with all it depends on, and the monitor. The unit tests
    run when the project's code has changed since they last passed. The same
    from cron: dbt build && dispatcher run && dbt build. Exit codes as for
    run.

    \b
    Examples:
      dispatcher cycle
      dispatcher cycle --for 240
    """
    limits = Limits(max_messages, seconds)
    one = _cycle(project_dir, profiles_dir, target, config_path, limits)
    sys.exit(_once(one).exit_code)


@click.command()
@click.option(
    "--every",
    type=click.FloatRange(min=1),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="From the start of one to the start of the next.",
)
@sending_options
def loop(
    *,
    every: float,
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
    config_path: Path | None,
    max_messages: int | None,
    seconds: float | None,
) -> None:
    """Repeat cycle until SIGTERM or SIGINT.

    A cycle that fails is reported and tried again at its next turn.

    \b
    Examples:
      dispatcher loop --every 60
    """
    limits = Limits(max_messages, seconds)
    one = _cycle(project_dir, profiles_dir, target, config_path, limits)
    stopped = threading.Event()
    while not stopped.is_set():
        _on_signal(stopped)
        started_at = time.monotonic()
        try:
            if _once(one).is_interrupted:
                break
        except LeftAtOnceError:
            raise
        except DispatcherError as error:
            click.echo(f"this cycle failed: {error}", err=True)
        _on_signal(stopped)  # a run hands the signals back as it found none
        stopped.wait(max(0, every - (time.monotonic() - started_at)))


def _on_signal(stopped: threading.Event) -> None:
    """End the loop after the step it is in."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())


def _cycle(
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
    config_path: Path | None,
    limits: Limits,
) -> Cycle:
    return Cycle(
        profile=profile.load(project_dir, profiles_dir, target),
        config=configuration.load(config_path),
        limits=limits,
        project=Project(project_dir, profiles_dir, target),
    )


def _once(one: Cycle) -> Summary:
    _build(one)
    with progress() as on_settled:
        summary = one.send(on_settled)
    show_summary(summary)
    _build(one)
    return summary


def _build(one: Cycle) -> None:
    report = one.build()
    click.echo(f"dbt build: {report.nodes} nodes in {report.seconds:.1f} s")
