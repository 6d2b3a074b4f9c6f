"""The reports between builds, beside another tenant, and in any session."""

from typing import Any

import pytest

from tests.dispatcher.integration.harness import (
    DEVICE,
    HOT,
    OTHER_DEVICE,
    OTHER_PHONE,
    OTHER_TENANT,
    PHONE,
    TENANT,
    WARM,
    World,
)

REPORTS = [
    "sequence_summary",
    "step_funnel",
    "device_performance_monitor",
    "failed_messages_monitor",
    "message_log",
    "sequence_progress_monitor",
    "enrollment_diagnostics",
]


def rows_of(world: World, report: str) -> list[tuple[Any, ...]]:
    return world.rows(
        f"select * from drip.{report} as report"  # noqa: S608
        " where user_id = %s order by report::text",
        TENANT,
    )


def test_a_send_counts_before_the_next_build(warm: World) -> None:
    counts = (
        "select should, done, remaining, open_enrollments"
        " from drip.sequence_summary where sequence_id = %s"
    )
    assert warm.rows(counts, WARM) == [(3, 0, 3, 1)]
    warm.dispatch("0:05")
    assert warm.rows(counts, WARM) == [(3, 1, 2, 1)]
    warm.build("0:10")
    assert warm.rows(counts, WARM) == [(3, 1, 2, 1)]


def test_an_enrolment_that_was_lost_is_neither_open_nor_ended(
    warm: World,
) -> None:
    warm.dispatch("0:05")
    warm.build("0:10")
    for table in ("enrollments", "decisions", "definitions"):
        warm.execute(f"delete from drip_memory.sequence_{table}")  # noqa: S608
    warm.execute("update leads set trigger = null")
    warm.build("0:30", dbt_vars={"accept_lost_memory": True})
    counts = (
        "select enrollments, open_enrollments, ended_enrollments"
        " from drip.sequence_summary where sequence_id = %s"
    )
    assert warm.rows(counts, WARM) == [(0, 0, 0)]


def test_a_report_is_of_one_tenant(warm: World) -> None:
    warm.dispatch("0:05")
    warm.build("0:10", select=[])
    before = {report: rows_of(warm, report) for report in REPORTS}

    warm.tenant(OTHER_TENANT)
    warm.device(OTHER_DEVICE, OTHER_TENANT)
    warm.sequence(sequence=HOT, user=OTHER_TENANT)
    for phone in ("12", PHONE, OTHER_PHONE):
        warm.lead(phone, device=OTHER_DEVICE, user=OTHER_TENANT)
    warm.build("0:10", select=[])
    warm.dispatch("0:15")

    assert {report: rows_of(warm, report) for report in REPORTS} == before
    assert all(before[report] for report in REPORTS if "failed" not in report)


def test_history_survives_the_device_that_made_it(warm: World) -> None:
    warm.dispatch("0:05")
    warm.execute("delete from public.leads")
    warm.execute("delete from public.user_devices where id = %s", DEVICE)
    warm.build("0:10", select=[])
    named = "select device_name from drip.{}"
    for report in ("message_log", "device_performance_monitor"):
        assert warm.value(named.format(report)) == "Device 11"
    warm.execute("drop schema drip cascade")
    warm.is_built_by_dbt = True
    warm.build("0:20", select=[])
    assert warm.value(named.format("message_log")) == "Device 11"


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Kuala_Lumpur", "America/New_York"]
)
def test_what_is_due_is_due_in_every_session(warm: World, zone: str) -> None:
    warm.execute(f"set timezone to '{zone}'")
    for moment, is_due in (("0:00", True), ("0:01", True)):
        warm.now(moment)
        assert bool(warm.due()) is is_due
    warm.dispatch("0:05")
    warm.build("0:06")
    for moment, is_due in (("24:04:59", False), ("24:05", True)):
        warm.now(moment)
        assert bool(warm.due()) is is_due


def test_every_time_is_an_instant(world: World) -> None:
    naive = world.rows(
        "select table_schema, table_name, column_name"
        " from information_schema.columns"
        " where table_schema in ('dispatch', 'drip', 'drip_memory')"
        " and data_type = 'timestamp without time zone'"
    )
    assert naive == []


def test_an_undelivered_message_has_the_fault_of_its_receipt(
    unknown: World,
) -> None:
    unknown.execute(
        "insert into dispatch.delivery_receipts (user_id, message_id, status,"
        " fault_class, error_message, occurred_at)"
        " select user_id, id, 'failed', 'RECIPIENT_INVALID', 'no such number',"
        " dispatch.now_utc() from dispatch.broadcast_messages"
    )
    unknown.build("0:20", select=[])
    faults = (
        "select fault_class, messages_unknown, messages_undelivered,"
        " example_error from drip.failed_messages_monitor"
    )
    assert unknown.rows(faults) == [
        ("RECIPIENT_INVALID", 1, 1, "no such number")
    ]
    for report in ("device_performance_monitor", "step_funnel"):
        undelivered = (
            "select sum(messages_undelivered) from drip."  # noqa: S608
            f"{report} where user_id = %s"
        )
        assert unknown.value(undelivered, TENANT) == 1
    assert unknown.monitor("fault_class", "error_message")[0] == (
        *(1, "RECIPIENT_INVALID", "no such number"),
    )


def test_a_failure_shows_after_the_server_took_the_message(
    unknown: World,
) -> None:
    unknown.execute(
        "insert into dispatch.delivery_receipts (user_id, message_id, status,"
        " fault_class, occurred_at) select user_id, id, receipt, fault,"
        " dispatch.now_utc() from dispatch.broadcast_messages,"
        " (values ('sent', null), ('failed', 'RECIPIENT_INVALID'))"
        " as receipts (receipt, fault)"
    )
    unknown.build("0:20", select=[])
    assert unknown.monitor("step_status", "message_status")[0] == (
        *(1, "failed", "failed"),
    )
    log = (
        "select attempt_outcome, receipt_status, is_undelivered"
        " from drip.message_log"
    )
    assert unknown.rows(log) == [("sent", "failed", True)]


def test_a_clock_that_stands_before_counts_no_later_sends(
    warm: World,
) -> None:
    """Neither those of that day nor later ones."""
    warm.dispatch("0:05")
    warm.build("24:05")
    warm.dispatch("24:06")
    warm.build("24:10", select=[])
    warm.now("0:04")
    sent = (
        "select messages_sent, sent_today, daily_cap_used"
        " from drip.device_performance_monitor"
    )
    assert warm.rows(sent) == [(2, 0, 0)]


def test_what_is_left_sending_is_among_the_failed(unknown: World) -> None:
    unknown.execute(
        "update dispatch.broadcast_messages set status = 'sending',"
        " finished_at = null, fault_class = null, error_message = null,"
        " http_status = null"
    )
    unknown.now("0:30")
    faults = (
        "select fault_class, messages_unknown, last_seen_at is not null"
        " from drip.failed_messages_monitor"
    )
    assert unknown.rows(faults) == [("UNCLASSIFIED", 1, True)]


def test_a_step_that_moved_stays_where_it_was_sent(warm: World) -> None:
    warm.dispatch("0:05")
    warm.sequence("HOT", sequence=HOT, steps=1)
    warm.build("0:10", select=[])
    warm.execute(
        "update sequence_steps set sequence_id = %s, day_number = 2"
        " where sequence_id = %s and day_number = 1",
        *(HOT, WARM),
    )
    warm.build("0:20", select=[])
    sent = "select sequence_id from drip.step_funnel where messages_sent = 1"
    assert warm.rows(sent) == [(WARM,)]


def test_a_name_that_came_back_is_shown(warm: World) -> None:
    for moment, name in (("0:10", "Spring"), ("0:20", "WARM")):
        warm.execute(
            "update sequences set name = %s where id = %s", *(name, WARM)
        )
        warm.build(moment, select=[])
    for report in ("sequence_summary", "step_funnel"):
        named = f"select distinct sequence_name from drip.{report}"  # noqa: S608
        where = " where user_id = %s"
        assert warm.value(named + where, TENANT) == "WARM"


def test_a_sequence_that_is_gone_is_missing_though_nobody_is_in_it(
    warm: World,
) -> None:
    warm.sequence("HOT", sequence=HOT)
    state = (
        "select sequence_state from drip.sequence_summary"
        " where sequence_id = %s"
    )
    steps = "select is_current from drip.step_funnel where sequence_id = %s"
    warm.build("0:10", select=[])
    assert warm.value(state, HOT) == "active"
    assert warm.rows(steps, HOT) == [(True,)] * 3

    warm.execute("delete from sequences where id = %s", HOT)
    warm.build("0:20", select=[])
    assert warm.value(state, HOT) == "missing"
    assert set(warm.rows(steps, HOT)) <= {(False,)}
