"""What a fold goes on from and reads, lost or made by itself."""

import json

import pytest

from dispatcher.dbt_build import QUEUE, BuildError
from tests.dispatcher.integration.harness import (
    OTHER_PHONE,
    SILENT,
    TENANT,
    World,
    dbt,
)
from tests.dispatcher.integration.test_builds_unproven import (
    FAULTS,
    OPTIONS,
    STANDS_STILL,
    break_the_fold,
)

NEXT = [(1, "completed"), (2, "active"), (3, "pending")]
ACCEPTED: dict[str, object] = {"accept_lost_memory": True}


def test_a_full_refresh_that_stops_at_once_forgets_nobody(
    warm: World,
) -> None:
    """Who waits for a grace to end is in the schedule, which is made anew.

    The seed with a bad cell is read after that.
    """
    warm.dispatch("0:05", SILENT, timeout_seconds=0.5)
    warm.build("0:11")
    warm.is_built_by_dbt = True
    seed = warm.project.project_dir / "seeds/fault_policies.csv"
    good = seed.read_text()
    seed.write_text(good.replace("RECIPIENT_INVALID,", "RECIPIENT_BAD,", 1))
    try:
        warm.now("0:20")
        options = ["--full-refresh", *OPTIONS]
        assert not dbt(warm.project, "build", *options).success
    finally:
        seed.write_text(good)
    warm.build("0:30")
    warm.build("1:06")
    assert warm.gate() == []
    assert warm.contacts("status") == NEXT


def test_a_fold_without_its_list_leaves_the_watermark(warm: World) -> None:
    """The list is a table, so that it is not among the incremental models."""
    warm.build("0:02")
    warm.dispatch("0:05")
    warm.is_built_by_dbt = True
    warm.now("0:10")
    chosen = "config.materialized:incremental"
    assert dbt(warm.project, "run", "--select", chosen).success
    assert warm.gate() != []
    warm.build("0:20")
    assert warm.gate() == []
    assert warm.contacts("status") == NEXT


def test_what_is_unproven_is_not_forgotten_with_its_list(warm: World) -> None:
    warm.dispatch("0:05")
    warm.is_built_by_dbt = True
    break_the_fold(warm, FAULTS[STANDS_STILL])
    with pytest.raises(BuildError, match=STANDS_STILL):
        warm.build("0:10")
    warm.execute("drop table drip.enrollments_to_fold cascade")
    with pytest.raises(BuildError, match=STANDS_STILL):
        warm.build("0:20")
    assert warm.gate() != []


def lose(world: World, *memories: str) -> None:
    """Take rows of which no run knows, so that others than it miss them."""
    world.execute("update dispatch.pipeline_runs set newest_decision = null")
    for memory in memories:
        world.execute(f"delete from drip_memory.sequence_{memory}")  # noqa: S608


def assert_closed_until_accepted(
    world: World, guard: str, accepted: dict[str, object] = ACCEPTED
) -> None:
    """See that no build goes on by itself, and that one does when told to."""
    for moment in ("0:20", "0:30"):
        with pytest.raises(BuildError, match=guard):
            world.build(moment)
        assert world.gate() != []
    world.build("0:40", dbt_vars=accepted)
    world.build("0:50")
    assert world.gate() == []


def test_a_lost_memory_is_found_by_each_build(warm: World) -> None:
    """Also by one that finds whom the build before it enrolled."""
    warm.dispatch("0:05")
    warm.build("0:10")
    warm.is_built_by_dbt = True
    lose(warm, "enrollments", "decisions", "definitions")
    warm.lead(OTHER_PHONE)
    assert_closed_until_accepted(warm, "assert_memory_knows_the_ledger")
    assert warm.contacts("status")[:3] == NEXT


def test_who_was_voided_is_not_sent_to_for_lost_decisions(
    warm: World,
) -> None:
    warm.dispatch("0:05")
    enrolled = "select enrollment_id::text from drip.sequence_contacts limit 1"
    warm.execute(
        "insert into dispatch.operator_requests (kind, user_id, target,"
        " reason, requested_by) values ('void', %s, %s, 'a test', 'me')",
        *(TENANT, json.dumps({"enrollment_id": warm.value(enrolled)})),
    )
    warm.build("0:10")
    warm.is_built_by_dbt = True
    lose(warm, "decisions")
    assert_closed_until_accepted(warm, "assert_memory_is_whole")
    assert warm.contacts("status", "status_reason")[1:] == [
        (2, "cancelled", "voided"),
        (3, "cancelled", "voided"),
    ]


def test_lost_definitions_end_nobody(warm: World) -> None:
    """A pinned contact follows one that no build would record again."""
    pinned: dict[str, object] = {"on_edit": "pin"}
    warm.build("0:01", dbt_vars=pinned)
    warm.dispatch("0:05")
    warm.execute("update sequence_steps set trigger_delay_hours = 12")
    warm.build("0:10", dbt_vars=pinned)
    warm.is_built_by_dbt = True
    lose(warm, "definitions")
    with pytest.raises(BuildError, match="assert_memory_is_whole"):
        warm.build("0:20", dbt_vars=pinned)
    assert warm.gate() != []
    assert warm.contacts("status") == NEXT


def test_lost_enrolments_are_made_anew(warm: World) -> None:
    """Although the memory has decided on them."""
    warm.dispatch("0:05")
    warm.build("0:10")
    warm.is_built_by_dbt = True
    lose(warm, "enrollments")
    assert_closed_until_accepted(warm, "assert_memory_knows_the_ledger")
    assert warm.contacts("status") == NEXT
    enrolled = "select count(*) from drip_memory.sequence_enrollments"
    assert warm.value(enrolled) == 1


def back_up(world: World) -> None:
    kept = "create table public.backup as table drip_memory.sequence_decisions"
    world.execute(kept)


def restore(world: World) -> None:
    world.execute("delete from drip_memory.sequence_decisions")
    world.execute(
        "insert into drip_memory.sequence_decisions table public.backup"
    )


def leave_and_come_back(world: World) -> None:
    """Leave after the backup, at 0:10, of which the memory alone knows."""
    back_up(world)
    world.execute("delete from leads")
    world.build("0:10")
    world.lead()
    world.build("0:11")
    world.is_built_by_dbt = True


def test_who_left_stays_away_for_an_older_memory(warm: World) -> None:
    """It is as of 0:05; the lead left after that and came back."""
    leave_and_come_back(warm)
    restore(warm)
    warm.execute("drop schema drip cascade")
    assert_closed_until_accepted(warm, "assert_memory_keeps_its_decisions")


def test_a_run_without_tests_buries_no_loss(warm: World) -> None:
    """It decides about somebody new, so there is a newer decision."""
    leave_and_come_back(warm)
    restore(warm)
    warm.lead(OTHER_PHONE)
    warm.now("0:15")
    assert dbt(warm.project, "run", "--select", *QUEUE).success
    warm.execute("drop schema drip cascade")
    assert_closed_until_accepted(warm, "assert_memory_keeps_its_decisions")


def test_a_loss_is_accepted_where_transactions_start_over(
    warm: World,
) -> None:
    """The numbers of what is left are ahead, and nothing new is decided."""
    leave_and_come_back(warm)
    restore(warm)
    warm.execute(
        "update drip_memory.sequence_decisions"
        " set row_xid = ('1' || lpad(row_xid::text, 9, '0'))::xid8"
    )
    assert_closed_until_accepted(warm, "assert_memory_keeps_its_decisions")


def test_what_a_build_decided_that_came_no_further_is_missed(
    warm: World,
) -> None:
    back_up(warm)
    warm.is_built_by_dbt = True
    warm.execute("delete from leads")
    warm.now("0:10")
    assert dbt(warm.project, "run", "--select", "sequence_decisions").success
    warm.lead()
    restore(warm)
    assert_closed_until_accepted(warm, "assert_memory_keeps_its_decisions")


def test_a_memory_that_begins_anew_misses_nothing(warm: World) -> None:
    """Nothing was sent; the first build after that came not far."""
    warm.is_built_by_dbt = True
    warm.execute("drop schema drip, drip_memory cascade")
    warm.now("0:10")
    chosen = "+enrollment_candidates"
    assert dbt(warm.project, "build", *OPTIONS, "--select", chosen).success
    warm.build("0:20")
    assert warm.gate() == []
    assert warm.contacts("status")[0] == (1, "active")


def test_what_an_older_ledger_forgot_is_not_sent_again(warm: World) -> None:
    """It is as of 0:02, the rest of 0:10."""
    warm.dispatch("0:05")
    warm.build("0:10")
    warm.is_built_by_dbt = True
    warm.execute("delete from dispatch.broadcast_messages")
    warm.execute(
        "delete from dispatch.pipeline_runs where started_at > %s"
        " and writes_queue",
        "2026-03-02 02:02+00",
    )
    assert_closed_until_accepted(
        warm,
        "assert_ledger_keeps_its_attempts",
        {"accept_lost_ledger": True},
    )
    assert warm.due() == [(1, 1, False)]
