"""What is to be sent next, asked for all devices that are ready."""

from collections.abc import Iterator
from functools import partial
from typing import Any, LiteralString

from psycopg import sql

from dispatcher.store.queries import query
from tests.benchmarks.data import Size
from tests.benchmarks.measure import Measure, timed
from tests.benchmarks.place import SCHEMA, Place

NAME = "queue"

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


def measure(place: Place, size: Size, runs: int) -> Iterator[Measure]:
    """Yield the figures; what is claimed is rolled back."""
    values = _values(place, size)
    schemas = {"target": SCHEMA, "app": "public"}
    heads = sql.SQL(_HEADS).format(queue=query("queue", **schemas))
    asked: dict[str, tuple[sql.Composed, float | None]] = {
        "heads of the due queue": (heads, 0.1),
        "devices with something to send": (
            query("sendable_devices", **schemas),
            None,
        ),
        "a whole claim": (query("claim", **schemas), None),
    }
    for what, (text, bound) in asked.items():
        rows = _ask(place, text, values)  # the first one fills the caches
        seconds = timed(partial(_ask, place, text, values), runs)
        where = f"{size.ready_devices} ready devices"
        yield Measure(NAME, f"{what}, {where}", seconds, rows, bound)


def _ask(place: Place, text: sql.Composed, values: dict[str, Any]) -> int:
    """Run one query and take it back; return how many rows it found."""
    with place.connection.transaction(force_rollback=True):
        return len(place.connection.execute(text, values).fetchall())


def _values(place: Place, size: Size) -> dict[str, Any]:
    """Return the parameters of the dispatcher's queries."""
    names = [f"Device {number}" for number in range(size.ready_devices)]
    found = place.connection.execute(_READY, {"names": names}).fetchall()
    return {
        "user_ids": [user_id for user_id, _ in found],
        "device_ids": [device_id for _, device_id in found],
        "epochs": [1] * len(found),
        "gateways": ["native"],
        "deadline_seconds": 60,
        "owner": "bench",
        "version": "bench",
        "invocation_id": "bench",
    }
