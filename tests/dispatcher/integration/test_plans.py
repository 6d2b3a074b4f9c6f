"""What is asked all day long reads no large table as a whole.

There are enough rows, and analysed, for the planner to know better.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from dispatcher.store.queries import query
from tests.dispatcher.integration.harness import (
    DATABASE,
    TARGET,
    TENANT,
    World,
    at,
    dbt,
)
from tests.dispatcher.integration.processes import until

DEVICES, CONTACTS = 40, 100  # contacts of each device
LARGE = {
    "broadcast_messages",
    "sequence_contacts",
    "sequence_enrollments",
    "sequence_decisions",
    "suppressions",
    "inbound_messages",
    "delivery_receipts",
}

# Of what changed alone, whatever else is there
_READ_BY_KEY = {
    "dispatch.broadcast_messages",
    "drip.sequence_contacts",
    "drip_memory.sequence_enrollments",
}
_READ_IN_PART = _READ_BY_KEY | {
    "dispatch.delivery_receipts",
    "dispatch.inbound_messages",
    "dispatch.suppressions",
}

_OTHERS = """\
select count(*) from pg_stat_activity
where
    datname = %s and backend_type = 'client backend'
    and pid <> pg_backend_pid()
"""
_DEVICES = """\
insert into public.user_devices (id, user_id, device_name, jid)
select lpad(to_hex(1000 + n), 32, '0')::uuid, %s, 'Device', 'jid ' || n
from generate_series(1, %s) as n
"""
_LEADS = """\
insert into public.leads (user_id, device_id, name, phone, trigger)
select user_id, id, 'Lead', 60111000000 + row_number() over (), 'WARM'
from public.user_devices, generate_series(1, %s)
"""
_MESSAGES = """\
insert into dispatch.broadcast_messages (
    user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
    day_number, definition_hash, device_id, gateway, recipient_phone,
    message_type, content, status, claimed_at, deadline_at, due_at, sent_at,
    finished_at, gap_seconds, lease_owner, lease_epoch, dispatcher_version,
    invocation_id
)
select
    user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
    current_step, definition_hash, device_id, 'native', contact_phone,
    'text', 'Hi', 'sent', dispatch.now_utc(),
    dispatch.now_utc() + interval '1 minute', due_at, dispatch.now_utc(),
    dispatch.now_utc(), 0, 'test', 1, 'test', 'test'
from drip.sequence_contacts
where status = 'active'
"""
_SUPPRESSIONS = """\
insert into dispatch.suppressions (user_id, phone, kind, source)
select user_id, recipient_phone, 'opt_in', 'test'
from dispatch.broadcast_messages
"""
_INBOUND = """\
insert into dispatch.inbound_messages (user_id, phone, occurred_at)
select user_id, recipient_phone, timestamptz '2020-01-01'
from dispatch.broadcast_messages
"""
_RECEIPTS = """\
insert into dispatch.delivery_receipts (
    user_id, message_id, status, occurred_at
)
select user_id, id, 'delivered', sent_at from dispatch.broadcast_messages
"""

# So that a few rows are worth them
_FREE_PROCESSES = [
    "parallel_setup_cost = 0",
    "parallel_tuple_cost = 0",
    "min_parallel_table_scan_size = 0",
    "min_parallel_index_scan_size = 0",
]


@pytest.fixture
def many(world: World) -> World:
    """Return a world where thousands have their second step due."""
    world.tenant()
    world.sequence()
    world.execute(_DEVICES, TENANT, DEVICES)
    world.execute(_LEADS, CONTACTS)
    world.build("0:00")
    world.now("0:01")
    world.execute(_MESSAGES)
    for statement in (_SUPPRESSIONS, _INBOUND, _RECEIPTS):
        world.execute(statement)
    world.build("24:02")
    world.execute("vacuum analyze")
    return world


def test_no_large_table_is_read_as_a_whole(many: World) -> None:
    """One world for all queries: it takes longer than to ask them."""
    devices = many.connection.execute(
        "select user_id, id from public.user_devices limit 3"
    ).fetchall()
    values = {
        "user_ids": [user_id for user_id, _ in devices],
        "device_ids": [device_id for _, device_id in devices],
        "after_times": ["-infinity"] * 3,
        "after_ids": [UUID(int=0)] * 3,
        "target": TARGET,
        "max_age_minutes": 1_000_000,
        "versions": [1],
        "gateways": ["native"],
        "deadline_seconds": 60,
        "request_seconds": 0,
        "lease_seconds": 60,
        "max_messages": 5,
        "owner": "test",
        "version": "test",
        "invocation_id": "test",
        "message_ids": ids(many, "id"),
        "most": 50,
        "most_tries": 8,
        "enrollment_id": ids(many, "enrollment_id")[0],
        "sequence_stepid": None,
        "fault_class": None,
        "since": None,
    }
    expected = {
        "held": 1,
        "refuse": 0,
        "sendable_devices": DEVICES - len(devices),  # which are known
        "preview": 5,
        "claim": 3,
        "lock_attempts": 3,
        "failed_attempts": 0,
        "take_look_ups": 0,
        "queue_counts": 1,
        "devices": 3,
    }
    many.connection.execute(query("take_leases"), values)
    for name, rows in expected.items():
        text = query(
            name, target=TARGET, app="public", memory=f"{TARGET}_memory"
        )
        explained = many.connection.execute(
            b"explain (format json) " + text.as_bytes(many.connection), values
        )
        read_whole = {
            node["Relation Name"]
            for node in nodes(explained.fetchall())
            if node.get("Node Type") == "Seq Scan"
        }
        assert read_whole & LARGE == set(), name
        with many.connection.transaction():
            many.connection.execute(query("lock_leases"), values)
            found = many.connection.execute(text, values)
        assert found.rowcount == rows, name


def test_a_build_reads_what_changed(many: World) -> None:
    """With its data tests: five results, beside thousands of rows.

    Counted by the server, so that a plan that is not carried out does not
    count, and a table that is read in parts many times does. These tables are
    small enough to be read whole at no cost, so reading them is made dear.
    """
    many.is_built_by_dbt = True  # whose connections end, and are counted
    many.build("24:03")
    many.execute(f"alter database {DATABASE} set enable_seqscan = off")
    many.now("24:04")
    many.execute(_MESSAGES + " order by enrollment_id limit 5")
    before = rows_read(many)

    many.build("24:05")

    after = rows_read(many)
    assert many.value(
        "select count(*) from drip.sequence_contacts where completed_at > %s",
        at("24:03"),
    )
    for name, (there, read) in after.items():
        assert read - before[name][1] < there / 4, name
        assert name not in _READ_BY_KEY or read > before[name][1], name


@pytest.mark.parametrize("model", ["sequence_decisions", "enrollment_wishes"])
def test_all_leads_are_compared_by_several_processes(
    warm: World, model: str
) -> None:
    """One call that is not safe beside others would forbid it."""
    compiled = dbt(warm.project, "compile", "--select", model).result
    (text,) = (
        found.node.compiled_code
        for found in compiled
        if found.node.name == model
    )
    for setting in _FREE_PROCESSES:
        warm.execute(f"set {setting}")
    warm.execute(f"set search_path = {TARGET}")
    plan = warm.rows(f"explain (format json) {text.replace('%', '%%')}")
    assert "Gather" in {node.get("Node Type") for node in nodes(plan)}


def rows_read(world: World) -> dict[str, tuple[int, int]]:
    """How many rows each large table has, and how many of them were read.

    A connection counts when it ends, ours when it is told to.
    """
    until(lambda: not world.value(_OTHERS, DATABASE))
    world.execute("select pg_stat_force_next_flush()")
    return {
        name: (there, read)
        for name, there, read in world.rows(
            "select relid::regclass::text, n_live_tup,"
            " seq_tup_read + coalesce(idx_tup_fetch, 0)"
            " from pg_stat_user_tables where relid = any(%s::regclass[])",
            sorted(_READ_IN_PART),
        )
    }


def ids(world: World, column: str) -> list[UUID]:
    """Return those of the first messages."""
    rows = world.rows(
        f"select {column} from dispatch.broadcast_messages"  # noqa: S608
        " order by id limit 3"
    )
    return [found for (found,) in rows]


def nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Every node of a plan, however deep."""
    if isinstance(part, list | tuple):
        for item in part:
            yield from nodes(item)
    if isinstance(part, dict):
        yield part
        yield from nodes(list(part.values()))
