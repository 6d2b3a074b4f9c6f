"""Options of the commands that send."""

from pathlib import Path

import click

from dispatcher.cli.options import Command, connection_options

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="DISPATCHER_CONFIG",
    show_envvar=True,
    help="The file of gateways and settings; else ./dispatcher.yml.",
)

_MAX_MESSAGES = click.option(
    "--max-messages",
    type=click.IntRange(min=1),
    help="Stop after so many messages.",
)

_SECONDS = click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Claim no more after so many seconds.",
)

format_option = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)


def sending_options(command: Command) -> Command:
    """Give a command the connection, the configuration and the limits."""
    return config_option(_MAX_MESSAGES(_SECONDS(connection_options(command))))
