"""Connections: the session dbt would have, and errors without secrets."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from dispatcher.errors import DatabaseError
from dispatcher.profile import Profile
from dispatcher.store.connect import connect, create_database, open_pool

SESSION = (
    "select current_setting('application_name'), current_setting('TimeZone'),"
    " current_setting('jit'), current_setting('search_path'), current_user"
)


@pytest.fixture
def as_writer(empty_database: Profile) -> Iterator[Profile]:
    """Yield a profile with a role and a search path."""
    role = f"Writer_{empty_database.conninfo['dbname']}"
    with connect(empty_database) as admin:
        admin.execute(f"create role {role}")
    yield replace(
        empty_database,
        role=role,  # as dbt does it, without quotes: Postgres folds it
        conninfo={
            **empty_database.conninfo,
            "options": "-c search_path=one,\\ two",
        },
    )
    with connect(empty_database) as admin:
        admin.execute(f"drop role {role}")


def expected_session(profile: Profile) -> tuple[str, ...]:
    role = str(profile.role).lower()
    return ("dispatcher", "UTC", "off", "one, two", role)


def test_session(as_writer: Profile) -> None:
    with connect(as_writer) as connection:
        assert connection.autocommit is False
        row = connection.execute(SESSION).fetchone()
        connection.rollback()

        assert connection.execute(SESSION).fetchone() == row
    assert row == expected_session(as_writer)


async def test_pool_has_the_same_session(as_writer: Profile) -> None:
    async with await open_pool(as_writer, 2) as pool:
        async with pool.connection() as first, pool.connection() as second:
            assert first.autocommit is True
            rows = [
                await (await connection.execute(SESSION)).fetchone()
                for connection in (first, second)
            ]

        assert pool.max_size == 2
    assert rows == [expected_session(as_writer)] * 2


def unreachable(profile: Profile, **changes: str | int) -> Profile:
    return replace(
        profile,
        conninfo={**profile.conninfo, "password": "s3cret", **changes},
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"dbname": "nowhere"},
        {"user": "nobody_here"},
        {"host": "/nowhere"},
        {"host": "127.0.0.1", "port": 1},
    ],
)
def test_unreachable_names_all_but_the_password(
    database: Profile, changes: dict[str, str | int]
) -> None:
    profile = unreachable(database, **changes)

    with pytest.raises(DatabaseError) as caught:
        connect(profile)

    for key in ("host", "dbname", "user"):
        assert str(profile.conninfo[key]) in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.cure == (
        "start that server or correct the target in profiles.yml"
    )


async def test_unreachable_pool_says_so_at_once(database: Profile) -> None:
    with pytest.raises(DatabaseError, match="'nowhere'"):
        await open_pool(unreachable(database, dbname="nowhere"), 2)


def test_unreachable_embedded_server_is_to_be_started(
    database: Profile,
) -> None:
    profile = unreachable(database, host="/nowhere")

    with pytest.raises(DatabaseError, match="dispatcher db up"):
        connect(replace(profile, target="embedded"))


def test_unknown_role_is_an_error(database: Profile) -> None:
    with pytest.raises(DatabaseError, match='role "ghost" does not exist'):
        connect(replace(database, role="ghost"))


@pytest.mark.parametrize("version", [140_012, 190_000])
def test_untried_version_is_refused(
    database: Profile, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    with monkeypatch.context() as server:
        server.setattr(psycopg.ConnectionInfo, "server_version", version)
        with pytest.raises(DatabaseError, match="expected 15 to 18"):
            connect(database)


def test_create_database_twice(
    server: dict[str, str | int], database: Profile
) -> None:
    name = f"made_by_{database.conninfo['dbname']}"
    admin = {**server, "dbname": "postgres"}

    for _ in range(2):
        create_database(admin, name)

    made = replace(database, conninfo={**server, "dbname": name})
    connect(made).close()
    with connect(database) as connection:
        connection.autocommit = True
        connection.execute(f"drop database {name}")


def test_create_database_without_a_server() -> None:
    with pytest.raises(DatabaseError, match="cannot create database 'drip'"):
        create_database({"host": "/nowhere"}, "drip")
