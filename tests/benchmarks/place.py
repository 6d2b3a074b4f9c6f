"""Where the benchmarks run: a server, a database and a folder of their own."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from dispatcher import embedded
from dispatcher.profile import Profile
from dispatcher.store.connect import connect, create_database

SCHEMA = "drip"
PROJECT = Path(__file__).resolve().parents[2]

# What docs/benchmarks.md says beside the figures; durability stays as it is
SETTINGS: dict[LiteralString, str] = {
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


# An earlier run that was stopped may have left the build lock
TAKEOVER = {"build_takeover": True}


@dataclass(frozen=True, slots=True)
class Place:
    """A database on a durable server, and dbt's files beside it."""

    folder: Path
    profile: Profile
    connection: psycopg.Connection
    dbt_vars: Mapping[str, object] = field(default_factory=lambda: TAKEOVER)

    def execute(self, text: LiteralString, **values: object) -> int:
        """Run one statement; return how many rows it met."""
        return self.connection.execute(text, values).rowcount

    def value(self, text: LiteralString, **values: object) -> Any:
        """Return the first column of the first row."""
        row = self.connection.execute(text, values).fetchone()
        assert row is not None
        return row[0]


@contextmanager
def opened(folder: Path, database: str) -> Iterator[Place]:
    """Yield that database, created if missing; stop the server at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    data_dir = folder / "pgdata"
    server = embedded.up(data_dir)
    try:
        if _set(server.conninfo):
            embedded.down(data_dir)  # shared_buffers needs a restart
            server = embedded.up(data_dir)
        with _placed(folder, server.conninfo, database, TAKEOVER) as place:
            yield place
    finally:
        embedded.down(data_dir)


@contextmanager
def beside(place: Place, database: str, **dbt_vars: object) -> Iterator[Place]:
    """Yield another database of that server, created if missing."""
    folder = place.folder / database
    folder.mkdir(exist_ok=True)
    found = {**TAKEOVER, **dbt_vars}
    with _placed(folder, place.profile.conninfo, database, found) as other:
        yield other


@contextmanager
def _placed(
    folder: Path,
    server: Mapping[str, str | int],
    database: str,
    dbt_vars: Mapping[str, object],
) -> Iterator[Place]:
    create_database({**server, "dbname": "postgres"}, database)
    conninfo = {**server, "dbname": database}
    profile = Profile("drip", "bench", SCHEMA, conninfo)
    _lay_out(folder, conninfo)
    with connect(profile) as connection:
        connection.autocommit = True
        yield Place(folder, profile, connection, dbt_vars)


def _set(conninfo: dict[str, str | int]) -> bool:
    """Write the settings; return whether the server has to start anew."""
    profile = Profile("", "", "", {**conninfo, "dbname": "postgres"})
    with connect(profile) as connection:
        connection.autocommit = True
        found = {
            name: connection.execute(
                "select current_setting(%s)", [name]
            ).fetchone()
            for name in SETTINGS
        }
        for name, value in SETTINGS.items():
            connection.execute(
                sql.SQL("alter system set {} = {}").format(
                    sql.SQL(name), sql.Literal(value)
                )
            )
    return found != {name: (value,) for name, value in SETTINGS.items()}


def _lay_out(folder: Path, conninfo: dict[str, str | int]) -> None:
    """Write the profile and keep dbt's files out of the project's target/."""
    output = {"type": "postgres", **conninfo, "password": ""}
    output |= {"schema": SCHEMA, "threads": 1}  # one statement at a time
    profiles = {"drip": {"target": "bench", "outputs": {"bench": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profiles))
    os.environ["DBT_TARGET_PATH"] = str(folder / "target")
    os.environ["DBT_LOG_PATH"] = str(folder / "logs")
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
