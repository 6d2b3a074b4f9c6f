"""``dispatcher db``: the embedded Postgres."""

import shlex
from pathlib import Path

import click

from dispatcher import embedded, profile
from dispatcher.cli.options import Command, project_dir_option
from dispatcher.errors import DatabaseError


def _place_options(command: Command) -> Command:
    """Give a command ``project_dir`` and ``data_dir``."""
    data_dir_option = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the data lies.  [default: PROJECT_DIR/.local/pgdata]",
    )
    return project_dir_option(data_dir_option(command))


def _data_dir(project_dir: Path, data_dir: Path | None) -> Path:
    return data_dir or project_dir / ".local" / "pgdata"


@click.group()
def db() -> None:
    """Run the embedded Postgres, for a project without a server.

    It needs no password and no port: it listens on a socket that only its
    owner and root can open. It goes on running until
    `down`, also when this shell ends.

    \b
    Examples:
      eval "$(dispatcher db up)"          start; use it in this shell
      psql "$(dispatcher db url)"         look inside
      dispatcher db down                  stop; the data stays
    """


@db.command()
@_place_options
def up(project_dir: Path, data_dir: Path | None) -> None:
    """Start it, unless it runs, and write .local/profiles.yml for it.

    Prints the line for the shell that makes dbt and dispatcher use it.

    \b
    Examples:
      dispatcher db up
      eval "$(dispatcher db up)"
      dispatcher db up --data-dir /var/lib/drip
    """
    server = embedded.up(_data_dir(project_dir, data_dir))
    folder = project_dir.resolve() / ".local"
    folder.mkdir(exist_ok=True)
    profile.write_embedded(server, folder)
    click.echo(f"export DBT_PROFILES_DIR={shlex.quote(str(folder))}")


@db.command()
@_place_options
def down(project_dir: Path, data_dir: Path | None) -> None:
    """Stop it, if it runs; the data stays.

    \b
    Examples:
      dispatcher db down
      dispatcher db down --data-dir /var/lib/drip
    """
    was_running = embedded.down(_data_dir(project_dir, data_dir))
    click.echo("stopped" if was_running else "not running")


@db.command()
@_place_options
def status(project_dir: Path, data_dir: Path | None) -> None:
    """Say whether it runs, and where; exit 1 when it does not.

    \b
    Examples:
      dispatcher db status
      dispatcher db status || dispatcher db up
    """
    server = embedded.status(_data_dir(project_dir, data_dir))
    if server is None:
        click.echo("not running")
        raise SystemExit(1)
    click.echo(f"running: pid {server.pid}, socket in {server.host}")


@db.command()
@_place_options
def url(project_dir: Path, data_dir: Path | None) -> None:
    """Print the address of database drip, for psql and the like.

    \b
    Examples:
      dispatcher db url
      psql "$(dispatcher db url)"
    """
    server = embedded.status(_data_dir(project_dir, data_dir))
    if server is None:
        message = "the embedded Postgres is not running"
        raise DatabaseError(message, cure="start it: `dispatcher db up`")
    click.echo(server.uri)
