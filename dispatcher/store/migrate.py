"""Numbered migrations of schema ``dispatch``, and the schemas beside it."""

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from dispatcher.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

SQL_FOLDER = resources.files("dispatcher") / "sql"

_FILE = re.compile(r"(\d{3})_(\w+)\.sql")
_LOCK = 0x64726970  # "drip"; one key for every migrator
_LOCK_TIMEOUT = "60s"  # longer than any migration of an empty schema

_CREATE_RECORD = """
create schema if not exists dispatch;
create table dispatch.schema_version (
    version int primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp(),
    applied_by text not null default session_user
);
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    version: int
    file: str
    text: str

    @property
    def checksum(self) -> str:
        """Sha-256 of the text; line ends do not count."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrate(
    connection: psycopg.Connection, folder: "Traversable | None" = None
) -> list[int]:
    """Bring schema ``dispatch`` up to date; return the versions applied.

    Each file is one transaction, so a bad one leaves nothing of itself and
    everything before it. The connection must have no open transaction.

    Raises DatabaseError when a file fails, an applied file was changed, or
    the database is newer than this program.
    """
    migrations = _read(folder or SQL_FOLDER / "schema")
    with _locked(connection):
        recorded = _recorded(connection)
        _check(migrations, recorded)
        new = [item for item in migrations if item.version not in recorded]
        for migration in new:
            _apply(connection, migration)
    return [migration.version for migration in new]


def create_app_schema(
    connection: psycopg.Connection, schema: str = "public"
) -> None:
    """Create the CRM's tables that are missing.

    Raises DatabaseError when the database refuses.
    """
    _create(connection, "app.sql", schema)


def create_legacy_schema(
    connection: psycopg.Connection, schema: str = "legacy"
) -> None:
    """Create the old system's tables that are missing (demo and tests).

    Raises DatabaseError when the database refuses.
    """
    _create(connection, "legacy.sql", schema)


def load_demo(
    connection: psycopg.Connection, app_schema: str, legacy_schema: str
) -> None:
    """Fill empty app and legacy tables with the scene of the demo.

    Raises DatabaseError when the database refuses.
    """
    _create(connection, "demo.sql", app_schema)
    _create(connection, "demo_legacy.sql", legacy_schema)


def _create(connection: psycopg.Connection, file: str, schema: str) -> None:
    text = (SQL_FOLDER / "app" / file).read_text()
    statements = sql.SQL(text).format(schema=sql.Identifier(schema))
    # a table's `if not exists` alone is no protection against a second one
    with (
        _locked(connection),
        _failure_names(file, text),
        connection.transaction(),
    ):
        connection.execute(statements)


def _read(folder: "Traversable") -> list[Migration]:
    """Return the migrations in order; a number used twice is our bug."""
    found: dict[int, Migration] = {}
    for entry in folder.iterdir():
        if match := _FILE.fullmatch(entry.name):
            version = int(match[1])
            if version in found:
                message = f"{entry.name}: {version} is {found[version].file}"
                raise ValueError(message)
            text = entry.read_text()
            found[version] = Migration(version, entry.name, text)
    return [found[version] for version in sorted(found)]


@contextmanager
def _locked(connection: psycopg.Connection) -> "Iterator[None]":
    """Keep every other migrator out, over several transactions.

    That takes a lock of the session: one of a transaction would end with
    the first file.
    """
    limit = sql.SQL("set local lock_timeout = {}").format(_LOCK_TIMEOUT)
    try:
        with connection.transaction():
            connection.execute(limit)
            connection.execute("select pg_advisory_lock(%s)", [_LOCK])
    except psycopg.errors.LockNotAvailable as error:
        message = f"another migration has been running for {_LOCK_TIMEOUT}"
        cure = "wait for it, or end its session, and try again"
        raise DatabaseError(message, cure=cure) from error
    try:
        yield
    finally:
        if not connection.broken:  # a lost session has lost its lock
            with connection.transaction():
                connection.execute("select pg_advisory_unlock(%s)", [_LOCK])


def _recorded(connection: psycopg.Connection) -> dict[int, str]:
    """Return version to checksum, after making the record if need be."""
    table = "select to_regclass('dispatch.schema_version')"
    rows = "select version, checksum from dispatch.schema_version"
    with (
        _failure_names("dispatch.schema_version", _CREATE_RECORD),
        connection.transaction(),
    ):
        # asked first: `create schema if not exists` wants the right to
        # create even where there is nothing to create
        if connection.execute(table).fetchone() == (None,):
            connection.execute(_CREATE_RECORD)
        return dict(connection.execute(rows).fetchall())


def _check(migrations: list[Migration], recorded: dict[int, str]) -> None:
    """Refuse a database that these files did not make."""
    known = {migration.version: migration for migration in migrations}
    if unknown := recorded.keys() - known.keys():
        message = (
            f"schema dispatch has version {max(unknown)}, this program"
            f" knows {max(known, default=0)}: the database is newer"
        )
        cure = "upgrade: `pip install --upgrade drip-dispatcher`"
        raise DatabaseError(message, cure=cure)
    for version, checksum in recorded.items():
        if known[version].checksum != checksum:
            message = (
                f"{known[version].file} was changed after it was applied:"
                f" checksum {known[version].checksum:.12}, applied was"
                f" {checksum:.12}"
            )
            cure = "restore that file and put the change into a new one"
            raise DatabaseError(message, cure=cure)


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    record = (
        "insert into dispatch.schema_version (version, name, checksum)"
        " values (%s, %s, %s)"
    )
    with (
        _failure_names(migration.file, migration.text),
        connection.transaction(),
    ):
        connection.execute(migration.text)
        connection.execute(
            record, [migration.version, migration.file, migration.checksum]
        )


@contextmanager
def _failure_names(file: str, text: str) -> "Iterator[None]":
    """Make an error of Postgres say the file and, if known, the line."""
    try:
        yield
    except psycopg.Error as error:
        position = int(error.diag.statement_position or 0)
        line = text.count("\n", 0, position) + 1
        where = f"{file}, line {line}" if position else file
        message = f"{where}: {error}"
        cure = "nothing of it was applied: correct the cause, run it again"
        raise DatabaseError(message, cure=cure) from error
