"""Connections to the database that the profile names."""

from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from dispatcher.errors import DatabaseError
from dispatcher.store.queries import query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatcher.profile import Profile

OLDEST, NEWEST = 15, 18  # major versions of Postgres the tests run on
# A server with LLVM would compile for seconds what it runs for milliseconds
SESSION = "-c TimeZone=UTC -c jit=off"
# To plan a claim takes longer than to run it
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"
# Whoever asks the pool tries again by itself, and says so meanwhile
WAIT_SECONDS = 10.0  # for a connection of the pool
RECONNECT_SECONDS = 5.0  # the pool's own tries, ever further apart


def connect(profile: "Profile") -> psycopg.Connection:
    """Return a connection in UTC, autocommit off, with the profile's role.

    Raises DatabaseError when that database cannot be used.
    """
    try:
        connection = psycopg.connect(_conninfo(profile))
        try:
            _check_version(connection.info.server_version)
            if profile.role:
                connection.execute(_set_role(profile.role))
                connection.commit()  # a rollback would undo `set role`
        except BaseException:
            connection.close()
            raise
    except psycopg.Error as error:
        raise _failure(profile, error) from error
    return connection


async def open_pool(profile: "Profile", size: int) -> AsyncConnectionPool:
    """Return an open pool of at most ``size`` connections like connect's.

    The caller closes it (``async with pool`` does).
    Raises DatabaseError when that database cannot be used.
    """

    async def configure(connection: psycopg.AsyncConnection) -> None:
        if profile.role:
            await connection.execute(_set_role(profile.role))
        await connection.execute(query("wait_for_the_disk"))

    # a pool would retry for its whole time-out what one attempt can tell
    connect(profile).close()
    pool = AsyncConnectionPool(
        _conninfo(profile, PLANNED_ONCE),
        # with autocommit, whoever opens a transaction says so
        kwargs={"prepare_threshold": 0, "autocommit": True},
        min_size=1,
        max_size=size,
        configure=configure,
        timeout=WAIT_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
        open=False,
    )
    await pool.open()
    return pool


def create_database(conninfo: "Mapping[str, str | int]", name: str) -> None:
    """Create a database unless it is there.

    Raises DatabaseError when the server cannot be reached or refuses.
    """
    create = sql.SQL("create database {}").format(sql.Identifier(name))
    find = "select from pg_database where datname = %s"
    try:
        with psycopg.connect(
            make_conninfo("", **conninfo), autocommit=True
        ) as connection:
            if connection.execute(find, [name]).fetchone() is None:
                connection.execute(create)
    except psycopg.Error as error:
        message = f"cannot create database {name!r}: {error}"
        raise DatabaseError(message) from error


def replace_database(profile: "Profile") -> None:
    """Drop the profile's database, whoever uses it, and create it empty.

    Raises DatabaseError when the server cannot be reached or refuses.
    """
    name = sql.Identifier(str(profile.conninfo["dbname"]))
    server = dict(profile.conninfo, dbname="postgres")
    drop = sql.SQL("drop database if exists {} with (force)").format(name)
    try:
        with psycopg.connect(
            make_conninfo("", **server), autocommit=True
        ) as connection:
            connection.execute(drop)
            connection.execute(sql.SQL("create database {}").format(name))
    except psycopg.Error as error:
        raise _failure(profile, error) from error


def _conninfo(profile: "Profile", more_options: str = "") -> str:
    """Return libpq's string; the session is in UTC from its first moment."""
    info = dict(profile.conninfo, application_name="dispatcher")
    options = (info.get("options", ""), SESSION, more_options)
    info["options"] = " ".join(map(str, options)).strip()
    return make_conninfo("", **info)


def _set_role(role: str) -> sql.SQL:
    """Return ``set role``, unquoted: that is how dbt-postgres does it."""
    return sql.SQL(f"set role {role}")


def _check_version(server_version: int) -> None:
    major = server_version // 10_000
    if not OLDEST <= major <= NEWEST:
        message = (
            f"the server is Postgres {major}, expected {OLDEST} to {NEWEST}"
        )
        raise DatabaseError(message, cure="use a server of such a version")


def _failure(profile: "Profile", error: psycopg.Error) -> DatabaseError:
    """Return the error for a database that cannot be reached."""
    message = f"cannot connect to {profile.describe()}: {error}"
    if profile.target == "embedded":
        cure = "start it: `dispatcher db up`"
    else:
        cure = "start that server or correct the target in profiles.yml"
    return DatabaseError(message, cure=cure)
