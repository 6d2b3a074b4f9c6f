"""Named queries on a pool of connections, with errors a person can cure."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, AsyncCursor, errors
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from dispatcher.errors import (
    DatabaseAwayError,
    DatabaseError,
    ValuesRefusedError,
)
from dispatcher.store.queries import query

Row = dict[str, Any]

_INIT = "run `dispatcher init`, then `dbt build`"
_CURES: dict[type[psycopg.Error], str] = {
    errors.UndefinedTable: _INIT,
    errors.InvalidSchemaName: _INIT,
    errors.UndefinedFunction: _INIT,
    errors.UndefinedColumn: (
        "install the dispatcher that goes with the project, run "
        "`dispatcher init` and `dbt build`"
    ),
    errors.InsufficientPrivilege: "grant the right to the profile's user",
    errors.DiskFull: "make room on the database's disk",
}
# Classes of SQLSTATE that end by themselves: a server that went away, starts,
# stops or stands by, too many connections, locks, a statement cut short
_AWAY = ("08", "40", "53300", "55P03", "57", "25006")
# Classes that say something about the values of one statement
_VALUES = ("21", "22", "23", "54", "P0")


def array_of(values: Iterable[UUID | float]) -> str:
    """Write an array of what needs no quotes, in half of psycopg's time."""
    return "{" + ",".join(map(str, values)) + "}"


class Transaction:
    """One transaction: statements in order, all or nothing."""

    def __init__(
        self, connection: AsyncConnection[Any], schemas: dict[str, str]
    ) -> None:
        self._connection = connection
        self._schemas = schemas

    async def send(self, name: str, **values: object) -> AsyncCursor[Row]:
        """Run the named query; of a batch, its rows come at the end."""
        cursor = self._connection.cursor(row_factory=dict_row)
        return await cursor.execute(query(name, **self._schemas), values)

    async def rows(self, name: str, **values: object) -> list[Row]:
        """Run the named query; return its rows, if it has any."""
        cursor = await self.send(name, **values)
        return await cursor.fetchall() if cursor.description else []


class Session:
    """Runs named queries; ``target`` and ``app`` name the schemas."""

    def __init__(
        self, pool: AsyncConnectionPool[Any], target: str, app: str = "public"
    ) -> None:
        self._pool = pool
        self.target = target
        self.app = app

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction, committed when the block ends well.

        Raises DatabaseError, with the cure, for whatever Postgres reports;
        DatabaseAwayError when it may pass by itself, ValuesRefusedError when
        it is about what the statement was given.
        """
        async with self._connected() as connection, connection.transaction():
            yield self._on(connection)

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Transaction]:
        """Open a transaction that goes to the server as a whole.

        Its statements and its commit are one round trip, so none of them can
        depend on what another found. Raises as ``transaction`` does.
        """
        async with (
            self._connected() as connection,
            connection.pipeline(),
            connection.transaction(),
        ):
            yield self._on(connection)

    def _on(self, connection: AsyncConnection[Any]) -> Transaction:
        schemas = {"target": self.target, "app": self.app}
        return Transaction(connection, schemas)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection[Any]]:
        with readable_errors():
            async with self._pool.connection() as connection:
                try:
                    yield connection
                except psycopg.Error as error:
                    if _kind(error) is DatabaseAwayError:
                        # the next may reach the server that took over
                        await connection.close()
                    raise

    async def rows(self, name: str, **values: object) -> list[Row]:
        """Run one named query in a transaction of its own."""
        async with self.transaction() as transaction:
            return await transaction.rows(name, **values)


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn what Postgres reports into a DatabaseError with its cure."""
    try:
        yield
    except psycopg.Error as error:
        kind = _kind(error)
        if kind is ValuesRefusedError:
            # the lines below the first would show whose number it is
            message = f"the database says: {str(error).splitlines()[0]}"
            raise ValuesRefusedError(message) from error
        cure = next(
            (text for kind, text in _CURES.items() if isinstance(error, kind)),
            "see that the database is up and reachable, then run again",
        )
        message = f"the database says: {error}"
        raise kind(message, cure=cure) from error


def _kind(error: psycopg.Error) -> type[DatabaseError]:
    """Tell by SQLSTATE, or by psycopg's class where it spoke itself."""
    state = error.sqlstate
    if state is None:
        if isinstance(error, psycopg.OperationalError):
            return DatabaseAwayError
        is_about_values = isinstance(error, psycopg.DataError)
        return ValuesRefusedError if is_about_values else DatabaseError
    if state.startswith(_AWAY):
        return DatabaseAwayError
    return ValuesRefusedError if state.startswith(_VALUES) else DatabaseError
