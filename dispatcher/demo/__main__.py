"""``python -m dispatcher.demo``: what ``make demo`` runs."""

import sys
from pathlib import Path

import click

from dispatcher.demo.place import prepare
from dispatcher.demo.story import heading, tell
from dispatcher.errors import DispatcherError


@click.command()
@click.option(
    "--leads",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A leads file of your own: phone, name, trigger. Its triggers "
    "should be among cold_start, warm_start and hot_start.",
)
def main(leads: Path | None) -> None:
    """Run the main job on an embedded Postgres and a simulated gateway."""
    try:
        heading("Embedded Postgres")
        place = prepare(Path.cwd())
        click.echo(f"running; data in {place.folder.parent / 'pgdata'}")
        is_proved = tell(place, leads)
    except DispatcherError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        "\nLook around: psql "
        f"'host={place.profile.conninfo['host']} user=postgres "
        f"dbname={place.profile.conninfo['dbname']}'\n"
        "Stop the server: .venv/bin/dispatcher db down"
    )
    sys.exit(0 if is_proved else 1)


if __name__ == "__main__":
    main()
