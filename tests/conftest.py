"""A Postgres for the tests, and a fresh database for each that asks.

The server is the embedded one, or that of DRIP_TEST_PG_BIN, a directory
such as /usr/lib/postgresql/15/bin. Under pytest-xdist each worker has its
own.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from dispatcher import embedded
from dispatcher.profile import Profile
from dispatcher.store.connect import connect
from dispatcher.store.migrate import (
    create_app_schema,
    create_legacy_schema,
    migrate,
)

TEMPLATE = "drip_template"

# a test database may be lost in a crash, so it need not wait for the disk
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}

# An example that takes longer on a busy machine is no failure
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _no_dbt_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PROFILES_DIR", "PROJECT_DIR", "PROFILE", "TARGET"):
        monkeypatch.delenv(f"DBT_{name}", raising=False)


@pytest.fixture(scope="session")
def server() -> Iterator[dict[str, str | int]]:
    """Yield how libpq reaches the session's server, as superuser."""
    # pytest's own temporary directories are too deep for a socket's path
    folder = Path(tempfile.mkdtemp(prefix="drip", dir="/tmp"))
    folder.chmod(0o755)
    binaries = os.environ.get("DRIP_TEST_PG_BIN")
    run = _given(Path(binaries), folder) if binaries else _embedded(folder)
    try:
        with run as conninfo:
            _make_fast(conninfo)
            _make_template(conninfo)
            yield conninfo
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def empty_database(server: dict[str, str | int]) -> Iterator[Profile]:
    """Yield a database without anything in it."""
    with _database(server, "template1") as profile:
        yield profile


@pytest.fixture
def database(server: dict[str, str | int]) -> Iterator[Profile]:
    """Yield a database with schemas dispatch, public (app) and legacy."""
    with _database(server, TEMPLATE) as profile:
        yield profile


@pytest.fixture
def connection(database: Profile) -> Iterator[psycopg.Connection]:
    """Yield an autocommit connection to ``database``."""
    with connect(database) as connection:
        connection.autocommit = True
        yield connection


@contextmanager
def _embedded(folder: Path) -> Iterator[dict[str, str | int]]:
    data_dir = folder / "pg"
    try:
        yield embedded.up(data_dir).conninfo
    finally:
        embedded.down(data_dir)


@contextmanager
def _given(binaries: Path, folder: Path) -> Iterator[dict[str, str | int]]:
    """Run the binaries of that directory; never as root, they refuse."""
    user = "postgres" if os.geteuid() == 0 else None
    data_dir = folder / "pg"
    data_dir.mkdir()
    if user:
        os.chown(data_dir, pwd.getpwnam(user).pw_uid, -1)

    def run(program: str, *args: str) -> None:
        subprocess.run(
            [binaries / program, "-D", data_dir, *args],
            check=True,
            user=user,
            cwd=data_dir,
            stdout=subprocess.DEVNULL,
        )

    run("initdb", "-A", "trust", "-E", "utf8", "-U", "postgres", "-N")
    options = f"-h '' -k {data_dir}"
    run("pg_ctl", "-w", "-l", f"{data_dir}/log", "-o", options, "start")
    try:
        yield {"host": str(data_dir), "port": 5432, "user": "postgres"}
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")


def _make_fast(conninfo: dict[str, str | int]) -> None:
    with _admin(conninfo) as admin:
        for name, value in FAST.items():
            admin.execute(f"alter system set {name} = {value}")
        admin.execute("select pg_reload_conf()")


def _make_template(conninfo: dict[str, str | int]) -> None:
    _execute(conninfo, "create database {}", TEMPLATE)
    with connect(_profile(conninfo, TEMPLATE)) as connection:
        migrate(connection)
        create_app_schema(connection)
        create_legacy_schema(connection)


@contextmanager
def _database(
    conninfo: dict[str, str | int], template: str
) -> Iterator[Profile]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    _execute(conninfo, "create database {} template {}", name, template)
    yield _profile(conninfo, name)
    _execute(conninfo, "drop database {} with (force)", name)


def _profile(conninfo: dict[str, str | int], dbname: str) -> Profile:
    return Profile(
        name="drip",
        target="test",
        schema="drip",
        conninfo={**conninfo, "dbname": dbname},
    )


def _execute(
    conninfo: dict[str, str | int], statement: str, *names: str
) -> None:
    with _admin(conninfo) as admin:
        identifiers = map(sql.Identifier, names)
        admin.execute(sql.SQL(statement).format(*identifiers))


def _admin(conninfo: dict[str, str | int]) -> psycopg.Connection:
    """Return a connection that can create databases: in no transaction."""
    connection = connect(_profile(conninfo, "postgres"))
    connection.autocommit = True
    return connection
