"""``dispatcher init``: the tables that dbt does not make."""

from pathlib import Path

import click

from dispatcher import profile
from dispatcher.cli.options import connection_options
from dispatcher.store.connect import connect
from dispatcher.store.migrate import create_app_schema, migrate


@click.command()
@click.option(
    "--app-schema",
    is_flag=True,
    help="Create the CRM's tables too, where there is no CRM.",
)
@click.option(
    "--app-schema-name",
    default="public",
    show_default=True,
    help="The schema of the CRM's tables.",
)
@connection_options
def init(
    *,
    app_schema: bool,
    app_schema_name: str,
    project_dir: Path,
    profiles_dir: Path | None,
    target: str | None,
) -> None:
    """Create schema dispatch, or bring it up to date.

    Safe to run again, and from several machines at once: what is applied
    is on record in dispatch.schema_version.

    \b
    Examples:
      dispatcher init                     before the first build, and after
                                          each upgrade
      dispatcher init --app-schema        also leads, sequences and so on
      dispatcher init --target prod
    """
    found = profile.load(project_dir, profiles_dir, target)
    with connect(found) as connection:
        if app_schema:
            create_app_schema(connection, app_schema_name)
            click.echo(f"schema {app_schema_name}: the CRM's tables exist")
        applied = migrate(connection)
    numbers = ", ".join(map(str, applied))
    click.echo(
        f"schema dispatch: applied {numbers}"
        if applied
        else "schema dispatch: up to date"
    )
