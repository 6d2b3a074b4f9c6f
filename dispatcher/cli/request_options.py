"""What the commands share by which a person asks for something."""

import functools
import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dispatcher import profile
from dispatcher.cli.options import Command, connection_options
from dispatcher.cli.sending_options import format_option
from dispatcher.errors import ConfigError
from dispatcher.store.requests import Asked


def request_options(command: Command) -> Callable[..., Any]:
    """Give a command ``found``, ``asked``, ``dry_run`` and ``output``.

    ``found`` is the profile, ``asked`` who asks and why.
    """

    @functools.wraps(command)
    def run(
        *,
        project_dir: Path,
        profiles_dir: Path | None,
        target: str | None,
        reason: str,
        requested_by: str,
        **options: object,
    ) -> None:
        found = profile.load(project_dir, profiles_dir, target)
        command(found=found, asked=Asked(reason, requested_by), **options)

    with_options: Callable[..., Any] = run
    for option in (
        format_option,
        click.option(
            "--dry-run", is_flag=True, help="Check and count; ask for nothing."
        ),
        click.option(
            "--by",
            "requested_by",
            default=getpass.getuser,
            help="Who; else the user of this shell.",
        ),
        click.option(
            "--reason", required=True, callback=_given, help="Why; kept."
        ),
    ):
        with_options = option(with_options)
    return connection_options(with_options)


def _given(_: click.Context, __: click.Parameter, reason: str) -> str:
    if not reason.strip():
        message = "--reason is blank"
        raise ConfigError(message, cure="say why; it is kept on record")
    return reason
