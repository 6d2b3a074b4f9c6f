"""Databases for the dispatcher: filled once, copied for each run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

from psycopg import sql

from dispatcher.dbt_build import Project, build, code_hash
from dispatcher.profile import Profile
from tests.benchmarks import data
from tests.benchmarks.data import Size
from tests.benchmarks.measure import Measure
from tests.benchmarks.place import PROJECT, SCHEMA, Place, beside

# Devices rest and stop at caps; what is to be measured may not
VARS = {"device_hourly_cap": 1_000_000, "device_daily_cap": 1_000_000}

_GAPS: LiteralString = """\
update {} set
    min_delay_seconds = %(least)s, max_delay_seconds = %(most)s
"""
# make test runs them; here they would take longer than all else
_TRUST: LiteralString = """\
insert into dispatch.pipeline_runs (
    invocation_id, target_schema, app_schema, command, writes_queue, status,
    code_hash, unit_tests_passed, started_at, expires_at, finished_at
)
values (
    'unit tests', 'elsewhere', 'public', 'build', false, 'passed',
    %(code_hash)s, true, now(), now(), now()
)
"""


def prepare(
    place: Place, name: str, size: Size, gap: tuple[int, int] | None = None
) -> Iterator[Measure]:
    """Fill database ``name``, unless it is, and open its gate.

    ``gap`` is the least and the most seconds that a device rests.
    """
    with beside(place, name, **VARS) as other:
        first = list(data.prepare(other, size))
        yield from first
        if not first:
            return
        if gap is not None:
            for table in ("user_devices", "sequences", "sequence_steps"):
                _set_gaps(other, table, gap)
        other.execute(_TRUST, code_hash=code_hash(PROJECT))
        build(
            Project(PROJECT, other.folder),
            with_unit_tests=False,
            dbt_vars={**other.dbt_vars},
        )
        other.execute("vacuum analyze")


def _set_gaps(place: Place, table: str, gap: tuple[int, int]) -> None:
    statement = sql.SQL(_GAPS).format(sql.Identifier(table))
    values = {"least": gap[0], "most": gap[1]}
    place.connection.execute(statement, values)


@contextmanager
def copied(place: Place, name: str) -> Iterator[Profile]:
    """Yield a copy of a database that nobody uses, and drop it again."""
    copy = f"{name}_run"
    _recreate(place, copy, template=name)
    place.execute("checkpoint")
    yield Profile(
        "drip", "bench", SCHEMA, {**place.profile.conninfo, "dbname": copy}
    )
    _drop(place, copy)


@contextmanager
def empty(place: Place, name: str) -> Iterator[None]:
    """Make an empty database, dropped at the end."""
    _recreate(place, name, template="template0")
    place.execute("checkpoint")
    yield
    _drop(place, name)


def _recreate(place: Place, name: str, template: str) -> None:
    _drop(place, name)
    create = sql.SQL("create database {} template {}")
    names = [sql.Identifier(name), sql.Identifier(template)]
    place.connection.execute(create.format(*names))


def _drop(place: Place, name: str) -> None:
    drop = sql.SQL("drop database if exists {} with (force)")
    place.connection.execute(drop.format(sql.Identifier(name)))
