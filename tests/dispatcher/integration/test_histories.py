"""The worked histories of HISTORIES.md: build, dispatch, build, compare.

Written from that page; its numbers are the names. Times are T0 + h:mm.
"""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from dispatcher import sending
from dispatcher.dbt_build import BuildError
from dispatcher.demo.script import Rule
from dispatcher.errors import GateClosedError
from dispatcher.runner import Runner
from tests.dispatcher.integration.harness import (
    CONTINUE,
    DEVICE,
    HOLD,
    HOT,
    OTHER_DEVICE,
    OTHER_PHONE,
    OTHER_TENANT,
    PHONE,
    RESEND,
    RETRYABLE,
    SILENT,
    TENANT,
    World,
    address,
    claim_and_vanish,
)
from tests.dispatcher.integration.processes import (
    dispatcher_process,
    gateway_process,
    until,
)

STATE = ("status", "next_trigger_time")


def test_history_01_enrolled_at_the_first_build(world: World) -> None:
    world.warm()

    world.build("0:00")

    assert world.rows(
        "select enrolled_at from drip_memory.sequence_enrollments"
    ) == [("0:00",)]
    assert world.contacts(*STATE) == [
        (1, "active", "0:00"),
        (2, "pending", "24:00"),
        (3, "pending", "48:00"),
    ]
    assert world.due() == [(1, 1, False)]


def test_history_02_the_monitor_is_live(warm: World) -> None:
    before = warm.contacts("xmin", "*")

    warm.dispatch("0:05")

    assert warm.texts() == [(PHONE, "WARM, day 1")]
    assert warm.contacts("xmin", "*") == before
    assert warm.monitor("step_status", "current_state", "sent_at") == [
        (1, "sent", "Message sent", "0:05"),
        (2, "pending", "Waiting", None),
        (3, "pending", "Waiting", None),
    ]
    assert warm.due() == []


def test_history_03_the_next_step_follows_the_send(warm: World) -> None:
    warm.dispatch("0:05")

    warm.build("0:10")

    assert warm.contacts(*STATE, "completed_at") == [
        (1, "completed", None, "0:05"),
        (2, "active", "24:05", None),
        (3, "pending", "48:05", None),
    ]
    before = warm.contacts("xmin", "*")
    warm.build("0:20")
    assert warm.contacts("xmin", "*") == before


def test_history_04_a_failure_is_retried(warm: World) -> None:
    summary = warm.dispatch("0:05", RETRYABLE)
    assert dict(summary.failed) == {"RECIPIENT_SUSPECT": 1}
    assert summary.failed_for_good == 0
    for moment in ("0:05", "0:10", "1:00"):
        warm.now(moment)
        assert warm.due() == []

    warm.build("0:06")

    assert warm.contacts(*STATE)[0] == (1, "active", "0:10")
    assert warm.due() == []
    warm.now("0:10")
    assert warm.due() == [(1, 2, False)]


def test_history_05_three_attempts_in_all(world: World) -> None:
    """And under on_failure: continue, in a sequence beside it."""
    world.warm()
    beside(world, "CONTINUE", CONTINUE, OTHER_PHONE)
    world.build("0:00")
    world.dispatch("0:05", RETRYABLE)
    world.build("0:06")

    world.dispatch("0:12", RETRYABLE)
    world.build("0:13")
    assert world.contacts(*STATE)[::3] == [(1, "active", "0:42")] * 2

    summary = world.dispatch("0:45", RETRYABLE)
    world.build("0:46")
    assert summary.failed_for_good == 2
    assert world.contacts(*STATE) == [
        (1, "failed", None),
        (2, "sequence_failed", None),
        (3, "sequence_failed", None),
        (1, "failed", None),
        (2, "active", "24:45"),
        (3, "pending", "48:45"),
    ]
    assert sorted(world.ledger("attempt_no", "status", "claimed_at")) == [
        *[(1, "failed", "0:05")] * 2,
        *[(2, "failed", "0:12")] * 2,
        *[(3, "failed", "0:45")] * 2,
    ]


def beside(
    world: World,
    name: str,
    sequence: UUID,
    phone: str,
    device: UUID = DEVICE,
) -> None:
    """Add a sequence with a policy of its own, and a contact to it."""
    world.sequence(name, sequence=sequence)
    world.lead(phone, name, device=device)


def test_history_06_a_silent_gateway_leaves_an_unknown(
    unknown: World,
) -> None:
    assert unknown.ledger("status", "claimed_at") == [("unknown", "0:05")]
    assert_unknown_in_grace(unknown)


def assert_unknown_in_grace(world: World) -> None:
    """What history 6 says after its build at 0:10."""
    firsts = world.contacts("status", "next_trigger_time")[::3]
    assert set(firsts) == {(1, "active", "1:05")}
    holds = world.monitor("hold_reason")[::3]
    assert set(holds) == {(1, "outcome_unknown")}
    assert world.due() == []


def test_history_07_after_the_grace_of_an_unknown(world: World) -> None:
    """Assumed sent, and with on_unknown: hold, in a sequence beside it.

    On a device each, for one without an answer rests.
    """
    world.warm()
    world.device(OTHER_DEVICE)
    beside(world, "HOLD", HOLD, OTHER_PHONE, OTHER_DEVICE)
    let_grace_pass(world)

    columns = ("contact_phone", *STATE, "completed_at")
    steps = [step for step in world.contacts(*columns) if step[0] < 3]
    assert steps == [
        (1, PHONE, "completed", None, "0:05"),
        (2, PHONE, "active", "24:05", None),
        (1, OTHER_PHONE, "active", "1:05", None),
        (2, OTHER_PHONE, "pending", "24:05", None),
    ]
    assert world.due() == []
    world.dispatch("1:07")
    assert len(world.received) == 2


def test_history_07_an_unknown_that_is_sent_again(world: World) -> None:
    world.warm(RESEND)
    let_grace_pass(world)

    assert world.contacts(*STATE, "completed_at")[:2] == [
        (1, "active", "1:05", None),
        (2, "pending", "25:05", None),
    ]
    assert world.due() == [(1, 2, True)]
    world.dispatch("1:07")
    assert len(world.received) == 2


def let_grace_pass(world: World) -> None:
    """Send without an answer at 0:05; build until the grace is over."""
    world.build("0:00")
    world.dispatch("0:05", SILENT, timeout_seconds=0.5)
    world.build("0:10")
    assert_unknown_in_grace(world)
    world.build("1:06")


def test_history_08_a_receipt_settles_an_unknown(unknown: World) -> None:
    unknown.now("0:30")
    unknown.execute(
        "insert into dispatch.delivery_receipts"
        " (user_id, message_id, status, occurred_at)"
        " select user_id, id, 'delivered', dispatch.now_utc()"
        " from dispatch.broadcast_messages"
    )

    unknown.build("0:31")

    assert unknown.contacts(*STATE, "completed_at")[0] == (
        *(1, "completed", None, "0:05"),
    )
    assert unknown.monitor("message_status")[0] == (1, "delivered")
    assert unknown.ledger("status") == [("unknown",)]


def test_history_09_killed_after_the_bytes_left(
    warm: World, tmp_path: Path
) -> None:
    warm.now("0:05")
    with (
        gateway_process(tmp_path, SILENT) as gateway,
        dispatcher_process(warm, tmp_path, gateway.base_url) as process,
    ):
        until(lambda: len(gateway.received()) == 1)
        process.kill()
        process.wait()

    warm.build("0:10")

    assert warm.ledger("status", "claimed_at") == [("sending", "0:05")]
    assert_unknown_in_grace(warm)
    warm.build("1:06")
    assert warm.contacts(*STATE, "completed_at")[0] == (
        *(1, "completed", None, "0:05"),
    )
    warm.dispatch("1:07")
    assert warm.texts() == []


def test_history_09_killed_before_the_bytes_left(warm: World) -> None:
    warm.now("0:05")
    assert len(asyncio.run(claim_and_vanish(warm))) == 1

    warm.build("0:10")

    assert warm.ledger("status", "claimed_at") == [("sending", "0:05")]
    assert_unknown_in_grace(warm)


def test_history_10_stopped_between_claim_and_send(
    warm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "Runner", StopsOnceClaimed)

    summary = warm.dispatch("0:05")

    assert summary.claimed == 1
    assert warm.texts() == []
    assert warm.ledger("status", "attempt_no") == [("released", 1)]
    warm.build("0:06")
    assert warm.contacts("status", "attempts_used")[0] == (1, "active", 0)
    assert warm.due() == [(1, 2, False)]


class StopsOnceClaimed(Runner):
    """A runner to which SIGTERM comes just after a claim."""

    async def _claim(self, *args: object) -> None:
        await super()._claim(*args)  # type: ignore[arg-type]  # passed on
        self.stop()


def test_history_11_a_logged_out_device_rests_alone(world: World) -> None:
    world.warm()
    world.device(OTHER_DEVICE)
    world.lead(OTHER_PHONE, device=OTHER_DEVICE)
    world.build("0:00")

    world.dispatch(
        "0:05", Rule(do="device_logged_out", device=address(DEVICE))
    )

    assert world.ledger("recipient_phone", "status", "fault_class") == [
        (PHONE, "released", "DEVICE_LOGGED_OUT"),
        (OTHER_PHONE, "sent", None),
    ]
    world.build("0:06")
    assert world.contacts("status", "attempts_used")[0] == (1, "active", 0)
    assert world.monitor("hold_reason", "held_until")[0] == (
        *(1, "device_logged_out", "1:05"),
    )
    assert world.due() == []
    world.now("1:05")
    assert world.due() == [(1, 2, False)]


def test_history_12_opted_out_after_the_build(warm: World) -> None:
    warm.suppress("0:01")

    summary = warm.dispatch("0:02")

    assert summary.claimed == 0
    assert warm.ledger("id") == []
    assert warm.texts() == []
    warm.build("0:03")
    assert warm.contacts("status", "status_reason") == [
        (1, "cancelled", "opted_out"),
        (2, "cancelled", "opted_out"),
        (3, "cancelled", "opted_out"),
    ]


def test_history_13_an_exit_is_final_for_its_enrolment(warm: World) -> None:
    left = [
        (1, "completed", None),
        (2, "cancelled", "opted_out"),
        (3, "cancelled", "opted_out"),
    ]
    warm.dispatch("0:05")
    warm.suppress("0:06")
    warm.build("0:07")
    assert warm.contacts("status", "status_reason") == left

    warm.suppress("1:00", "opt_in")
    warm.build("1:01")
    assert warm.contacts("status", "status_reason") == left

    warm.sequence("HOT", sequence=HOT)
    warm.execute("update public.leads set trigger = 'WARM,HOT'")
    warm.build("2:00")
    assert warm.rows(
        "select sequence_name, step_status, next_trigger_time"
        " from drip.sequence_progress_monitor"
        " order by sequence_name, current_step"
    ) == [
        ("HOT", "active", "2:00"),
        ("HOT", "pending", "26:00"),
        ("HOT", "pending", "50:00"),
        ("WARM", "completed", None),
        ("WARM", "cancelled", None),
        ("WARM", "cancelled", None),
    ]


def test_history_24_one_enrolment_per_phone_and_tenant(world: World) -> None:
    world.warm()
    world.execute("delete from public.leads")
    younger = world.lead("+60 11-100 0001", created_at="0:02")
    older = world.lead(PHONE, created_at="0:01")
    world.tenant(OTHER_TENANT)
    world.device(OTHER_DEVICE, OTHER_TENANT)
    world.sequence(sequence=HOT, user=OTHER_TENANT)
    other = world.lead(
        PHONE, user=OTHER_TENANT, device=OTHER_DEVICE, created_at="0:03"
    )

    world.build("1:00", select=[])

    assert world.rows(
        "select user_id, lead_id, device_id"
        " from drip_memory.sequence_enrollments order by user_id"
    ) == [
        (TENANT, str(older), DEVICE),
        (OTHER_TENANT, str(other), OTHER_DEVICE),
    ]
    assert diagnostics(world) == {
        (younger, "rejected", "duplicate_phone"),
        (older, "enrolled", None),
        (other, "enrolled", None),
    }


def diagnostics(world: World) -> set[tuple[int, str, str | None]]:
    return {
        (int(lead_id), outcome, reason)
        for lead_id, outcome, reason in world.rows(
            "select lead_id, outcome, rejection_reason"
            " from drip.enrollment_diagnostics"
        )
    }


def test_history_25_triggers_are_whole_tokens(world: World) -> None:
    world.tenant()
    world.device()
    for number, name in enumerate(["A", "B", "WARM"]):
        world.sequence(name, sequence=UUID(int=30 + number))
    triggers = [" a ,B", "A,,B", "WARMEXSTART", "", None, "TIDAK JUMPA"]
    ids = [
        world.lead(f"6011100000{number}", trigger)
        for number, trigger in enumerate(triggers)
    ]

    world.build("0:00", select=[])

    assert world.rows(
        "select lead_id, name"
        " from drip_memory.sequence_enrollments"
        " inner join public.sequences on sequences.id = sequence_id"
        " order by lead_id, name"
    ) == [
        (str(lead), name) for lead in sorted(ids[:2], key=str) for name in "AB"
    ]
    assert diagnostics(world) == {
        (ids[0], "enrolled", None),
        (ids[1], "enrolled", None),
        (ids[2], "rejected", "unknown_trigger"),
        (ids[3], "rejected", "no_trigger"),
        (ids[4], "rejected", "no_trigger"),
        (ids[5], "rejected", "unknown_trigger"),
    }


def test_history_26_a_blank_trigger_strands_its_leads(world: World) -> None:
    world.tenant()
    world.device()
    world.sequence("COLD", trigger="")
    world.leads(1742, trigger="cold_start")

    world.build("0:00", select=[])

    enrolled = "select count(*) from drip_memory.sequence_enrollments"
    assert world.value(enrolled) == 0
    ((count, cure),) = world.rows(
        "select affected_count, cure from drip.pipeline_findings"
        " where finding = 'sequence_trigger_blank'"
    )
    assert count == 1742
    assert cure.startswith("update ")
    assert " set trigger = 'cold_start'" in cure

    world.execute(cure)
    world.build("0:10", select=[])
    assert world.value(enrolled) == 1742
    assert (
        world.rows(
            "select finding from drip.pipeline_findings"
            " where finding = 'sequence_trigger_blank'"
        )
        == []
    )


def test_history_34_nothing_is_sent_on_a_failed_build(warm: World) -> None:
    warm.is_built_by_dbt = True
    warm.lead(OTHER_PHONE)
    warm.execute(
        "update public.sequence_steps set min_delay_seconds = 7,"
        " max_delay_seconds = 7 where day_number = 2"
    )
    warm.build("0:01")
    warm.dispatch("0:05")
    warm.build("0:06")
    warm.execute("alter table public.leads rename column trigger to gone")
    with pytest.raises(BuildError):
        warm.build("1:00")

    for moment in ("1:01", "24:06", "29:59"):
        with pytest.raises(GateClosedError, match="build_failed"):
            warm.dispatch(moment)
    assert len(warm.ledger("id")) == 2

    warm.execute("alter table public.leads rename column gone to trigger")
    warm.build("30:00")
    warm.dispatch("30:00")
    assert len(warm.texts()) == 3
    held = {row for row in warm.monitor("hold_reason") if row[0] == 2}
    assert held == {(2, "awaiting_build"), (2, "device_gap")}
    warm.dispatch("30:00:08")
    assert set(warm.texts()[2:]) == {
        (PHONE, "WARM, day 2"),
        (OTHER_PHONE, "WARM, day 2"),
    }


def test_history_35_the_target_schema_can_be_dropped(warm: World) -> None:
    enrollment = warm.contacts("enrollment_id")
    warm.dispatch("0:05")

    warm.execute("drop schema drip cascade")
    warm.build("0:10")

    assert warm.contacts("enrollment_id") == enrollment
    assert warm.contacts(*STATE, "completed_at") == [
        (1, "completed", None, "0:05"),
        (2, "active", "24:05", None),
        (3, "pending", "48:05", None),
    ]
    warm.dispatch("0:11")
    assert warm.texts() == [(PHONE, "WARM, day 1")]


def test_history_38_a_tenant_never_sees_another(world: World) -> None:
    world.tenant()
    world.device()
    lead = world.lead()
    world.tenant(OTHER_TENANT)
    world.device(OTHER_DEVICE, OTHER_TENANT)
    world.sequence(user=OTHER_TENANT)

    world.build("0:00", select=[])

    assert diagnostics(world) == {(lead, "rejected", "unknown_trigger")}
    for table in (
        "drip.enrollment_candidates",
        "drip_memory.sequence_enrollments",
        "drip.sequence_contacts",
        "drip.due_steps",
        "drip.sequence_progress_monitor",
    ):
        assert world.value(f"select count(*) from {table}") == 0  # noqa: S608
    assert (
        world.rows(
            "select finding from drip.pipeline_findings where user_id = %s",
            OTHER_TENANT,
        )
        == []
    )
