"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

project_dir_option = click.option(
    "--project-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    envvar="DBT_PROJECT_DIR",
    show_default=True,
    show_envvar=True,
    help="The folder of dbt_project.yml.",
)

_PROFILES_DIR = click.option(
    "--profiles-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="DBT_PROFILES_DIR",
    show_envvar=True,
    help="The folder of profiles.yml; else the current one, else ~/.dbt.",
)

_TARGET = click.option(
    "--target",
    envvar="DBT_TARGET",
    show_envvar=True,
    help="The target of the profile; else the profile's own choice.",
)


def connection_options(command: Command) -> Command:
    """Give a command ``project_dir``, ``profiles_dir`` and ``target``."""
    return project_dir_option(_PROFILES_DIR(_TARGET(command)))
