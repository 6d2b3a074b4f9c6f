"""Migrations: in order, once, all or nothing, and only what they made."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dispatcher.errors import DatabaseError
from dispatcher.profile import Profile
from dispatcher.store.connect import connect
from dispatcher.store.migrate import (
    create_app_schema,
    create_legacy_schema,
    migrate,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "001_first.sql").write_text(
        "create table dispatch.a\n(n int);\n"
    )
    (tmp_path / "002_second.sql").write_text(
        "alter table dispatch.a add column m int;"
    )
    return tmp_path


@pytest.fixture
def empty(empty_database: Profile) -> Iterator[psycopg.Connection]:
    with connect(empty_database) as connection:
        yield connection


def exists(connection: psycopg.Connection, table: str) -> bool:
    row = connection.execute("select to_regclass(%s)", [table]).fetchone()
    connection.commit()
    return row != (None,)


def test_applies_in_order_and_records(
    empty: psycopg.Connection, folder: Path
) -> None:
    assert migrate(empty, folder) == [1, 2]

    rows = empty.execute(
        "select version, name, length(checksum), applied_at is not null,"
        " applied_by from dispatch.schema_version order by version"
    ).fetchall()
    assert rows == [
        (1, "001_first.sql", 64, True, "postgres"),
        (2, "002_second.sql", 64, True, "postgres"),
    ]


def test_second_run_applies_nothing(
    empty: psycopg.Connection, folder: Path
) -> None:
    migrate(empty, folder)

    assert migrate(empty, folder) == []


def test_new_file_alone_is_applied(
    empty: psycopg.Connection, folder: Path
) -> None:
    migrate(empty, folder)
    (folder / "003_third.sql").write_text("create table dispatch.b (n int);")

    assert migrate(empty, folder) == [3]
    assert exists(empty, "dispatch.b")


def test_two_migrators_at_once_share_the_work(
    empty_database: Profile, folder: Path
) -> None:
    (folder / "001_first.sql").write_text(
        "select pg_sleep(0.3); create table dispatch.a (n int);"
    )
    together = threading.Barrier(2)
    results: list[list[int]] = []

    def run() -> None:
        with connect(empty_database) as connection:
            together.wait()
            results.append(migrate(connection, folder))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [[], [1, 2]]


def test_waiting_for_another_migrator_ends_with_a_cure(
    empty_database: Profile,
    empty: psycopg.Connection,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dispatcher.store.migrate._LOCK_TIMEOUT", "100ms")
    with connect(empty_database) as other:
        other.execute("select pg_advisory_lock(%s)", [0x64726970])

        with pytest.raises(DatabaseError, match="another migration"):
            migrate(empty, folder)

    assert migrate(empty, folder) == [1, 2]


def test_lock_is_given_back(
    empty_database: Profile, empty: psycopg.Connection, folder: Path
) -> None:
    migrate(empty, folder)

    with connect(empty_database) as other:
        lock = other.execute("select pg_try_advisory_lock(%s)", [0x64726970])
        assert lock.fetchone() == (True,)


def test_bad_file_leaves_nothing_of_itself(
    empty: psycopg.Connection, folder: Path
) -> None:
    (folder / "002_second.sql").write_text(
        "create table dispatch.half (n int);\n\nselect nonsense;"
    )

    with pytest.raises(DatabaseError, match=r"002_second\.sql, line 3"):
        migrate(empty, folder)

    assert exists(empty, "dispatch.a")
    assert not exists(empty, "dispatch.half")
    (folder / "002_second.sql").write_text("select;")
    assert migrate(empty, folder) == [2]


def test_changed_file_is_refused(
    empty: psycopg.Connection, folder: Path
) -> None:
    migrate(empty, folder)
    (folder / "001_first.sql").write_text("create table dispatch.z (n int);")

    with pytest.raises(DatabaseError, match=r"001_first\.sql.*\n.*restore"):
        migrate(empty, folder)


def test_line_ends_are_no_change(
    empty: psycopg.Connection, folder: Path
) -> None:
    migrate(empty, folder)
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert migrate(empty, folder) == []


def test_newer_database_is_refused(
    empty: psycopg.Connection, folder: Path
) -> None:
    migrate(empty, folder)
    (folder / "002_second.sql").unlink()

    with pytest.raises(
        DatabaseError, match=r"version 2.*knows 1.*\n.*upgrade"
    ):
        migrate(empty, folder)


def test_missing_right_names_what_failed(
    empty_database: Profile, empty: psycopg.Connection, folder: Path
) -> None:
    role = f"nobody_{empty_database.conninfo['dbname']}"
    empty.execute(f"create role {role}")
    empty.commit()
    empty.execute(f"set role {role}")
    empty.commit()

    with pytest.raises(DatabaseError, match="permission denied"):
        migrate(empty, folder)

    empty.execute(f"reset role; drop role {role}")


def test_schema_without_right_to_create_it(
    empty_database: Profile, empty: psycopg.Connection, folder: Path
) -> None:
    """Whom an administrator gave the schema needs no right on the database."""
    role = f"owner_{empty_database.conninfo['dbname']}"
    empty.execute(f"create role {role}; set role {role}")
    empty.commit()
    with connect(empty_database) as admin:
        migrate(admin, folder)
        admin.execute(
            f"grant usage on schema dispatch to {role};"
            f" grant select on all tables in schema dispatch to {role}"
        )

    assert migrate(empty, folder) == []

    empty.execute(f"reset role; drop owned by {role}; drop role {role}")


def test_number_used_twice_is_our_bug(
    empty: psycopg.Connection, folder: Path
) -> None:
    (folder / "002_other.sql").write_text("select;")

    with pytest.raises(ValueError, match="2 is"):
        migrate(empty, folder)


def test_app_and_legacy_schemas_twice(empty: psycopg.Connection) -> None:
    for _ in range(2):
        create_app_schema(empty, "crm")
        create_legacy_schema(empty, "old")

    rows = empty.execute(
        "select schemaname, array_agg(tablename::text order by tablename)"
        " from pg_tables where schemaname in ('crm', 'old', 'public')"
        " group by 1 order by 1"
    ).fetchall()
    assert rows == [
        (
            "crm",
            ["leads", "sequence_steps", "sequences", "user_devices", "users"],
        ),
        ("old", ["broadcast_messages", "campaigns", "sequence_contacts"]),
    ]


def test_legacy_tables_lead_to_no_app_table(
    connection: psycopg.Connection,
) -> None:
    rows = connection.execute(
        "select conrelid::regclass::text, confrelid::regclass::text"
        " from pg_constraint where contype = 'f'"
        " and connamespace = 'legacy'::regnamespace"
    ).fetchall()
    assert rows == [("legacy.broadcast_messages", "legacy.campaigns")]


def test_schema_name_is_quoted(empty: psycopg.Connection) -> None:
    create_app_schema(empty, 'my "crm"')

    assert exists(empty, '"my ""crm""".leads')
