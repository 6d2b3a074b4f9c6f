"""What is to be sent next, asked for all devices that are ready."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from dispatcher.store.connect import PLANNED_ONCE, connect
from dispatcher.store.ledger import KNOWN_CONTRACTS
from dispatcher.store.queries import query
from tests.benchmarks.data import Size
from tests.benchmarks.measure import Measure, timed
from tests.benchmarks.place import SCHEMA, Place

NAME = "queue"
_Values = dict[str, Any]

_HEADS = """\
select head.*
from unnest(%(user_ids)s::uuid[], %(device_ids)s::uuid[])
    as device (user_id, device_id)
cross join lateral (
    select queued.*
    from ({queue}) as queued
    where queued.sequence_refusal is null and queued.step_refusal is null
    order by queued.queued_at, queued.queued_id
    limit 1
) as head
"""
_READY: LiteralString = """\
select user_id, id from user_devices
where device_name = any(%(names)s) order by id
"""
# What was built without tests sends nothing; its time is right all the same
_GATE: LiteralString = """\
insert into dispatch.pipeline_runs (
    invocation_id, target_schema, app_schema, command, writes_queue, status,
    contract_version, started_at, expires_at, finished_at
)
values (
    'bench', %(schema)s, 'public', 'build', true, 'passed', %(contract)s,
    now(), now(), now()
)
"""
_NO_GATE: LiteralString = """\
delete from dispatch.pipeline_runs where invocation_id = 'bench'
"""


def measure(place: Place, size: Size, runs: int) -> Iterator[Measure]:
    """Yield the figures; what is claimed is rolled back."""
    values = _values(place, size)
    schemas = {"target": SCHEMA, "app": "public"}
    heads = sql.SQL(_HEADS).format(queue=query("queue", **schemas))
    sendable, lock, claim = (
        query(name, **schemas)
        for name in ("sendable_devices", "lock_leases", "claim")
    )
    unknown = {**values, "user_ids": [], "device_ids": []}
    asked: dict[str, tuple[list[sql.Composed], _Values, float | None]] = {
        "heads of the due queue": ([heads], values, 0.1),
        "devices with something to send": ([sendable], unknown, None),
        "a whole claim, caps checked": ([lock, claim], values, 0.1),
    }
    with _allowed(place, values), _as_the_dispatcher(place) as connection:
        for what, (texts, asked_with, bound) in asked.items():
            ask = partial(_ask, connection, texts, asked_with)
            rows = ask()  # the first one plans, and fills the caches
            if rows < size.ready_devices:
                message = f"{what}: {rows} rows of {size.ready_devices}"
                raise RuntimeError(message)
            where = f"{size.ready_devices} ready devices"
            seconds = timed(ask, runs)
            yield Measure(NAME, f"{what}, {where}", seconds, rows, bound)


@contextmanager
def _allowed(place: Place, values: _Values) -> Iterator[None]:
    """Open the gate and lease the devices, for as long as it takes."""
    place.execute(_GATE, schema=SCHEMA, contract=KNOWN_CONTRACTS[-1])
    place.connection.execute(query("take_leases"), values)
    try:
        yield
    finally:
        place.connection.execute(query("release_leases"), values)
        place.execute(_NO_GATE)


@contextmanager
def _as_the_dispatcher(place: Place) -> Iterator[psycopg.Connection]:
    """Yield a connection that plans each statement once."""
    conninfo = {**place.profile.conninfo, "options": PLANNED_ONCE}
    profile = replace(place.profile, conninfo=conninfo)
    with connect(profile) as connection:
        connection.prepare_threshold = 0
        yield connection


def _ask(
    connection: psycopg.Connection,
    texts: list[sql.Composed],
    values: _Values,
) -> int:
    """Run queries and take them back; return how many rows the last found."""
    found = [connection.execute(text, values) for text in texts]
    rows = len(found[-1].fetchall())
    # psycopg would forget what is planned
    connection.pgconn.exec_(b"rollback")
    return rows


def _values(place: Place, size: Size) -> _Values:
    """Return the parameters of the dispatcher's queries."""
    names = [f"Device {number}" for number in range(size.ready_devices)]
    found = place.connection.execute(_READY, {"names": names}).fetchall()
    return {
        "user_ids": [user_id for user_id, _ in found],
        "device_ids": [device_id for _, device_id in found],
        "after_times": ["-infinity"] * len(found),
        "after_ids": [UUID(int=0)] * len(found),
        "gateways": ["native"],
        "deadline_seconds": 60,
        "request_seconds": 60,
        "lease_seconds": 86_400,
        "owner": "bench",
        "version": "bench",
        "invocation_id": "bench",
        "target": SCHEMA,
        "max_age_minutes": 1_000_000,
        "versions": KNOWN_CONTRACTS,
    }
