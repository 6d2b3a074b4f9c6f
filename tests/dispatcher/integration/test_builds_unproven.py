"""What a build got wrong is tested until it is right, whatever comes after."""

from collections.abc import Iterable
from contextlib import closing
from threading import Event, Thread

import pytest

from dispatcher.dbt_build import QUEUE, BuildError
from dispatcher.store.connect import connect
from tests.dispatcher.integration.harness import (
    DEVICE,
    OTHER_DEVICE,
    OTHER_PHONE,
    OTHER_TENANT,
    PHONE,
    TENANT,
    World,
    dbt,
)

# What a mistake in the fold might make of the rows of somebody who was sent
# the first step
FAULTS = {
    "assert_one_step_at_a_time": (
        "if new.status = 'pending' then new.status := 'active';"
        " new.attempt_no := 1; end if;"
    ),
    "assert_steps_belong_to_their_enrollment": (
        "new.contact_phone := '60199999999';"
    ),
    "assert_open_enrollments_have_a_step_in_hand": (
        "if new.status = 'active' then new.status := 'pending'; end if;"
    ),
    "assert_what_was_sent_is_not_sent_again": (
        "if new.status = 'completed' then new.status := 'active';"
        " new.attempt_no := 2; new.is_resend := true; end if;"
    ),
    "assert_steps_wait_for_their_delay": (
        "if new.status = 'active' then new.due_at := new.due_at - '1 h'"
        "::interval; new.next_trigger_time := new.due_at; end if;"
    ),
    "assert_attempts_are_counted": (
        "if new.status = 'completed' then new.attempts_used := 0; end if;"
    ),
    "assert_completed_steps_were_sent": (
        "if new.status = 'active' then new.status := 'completed';"
        " new.settled_at := dispatch.now_utc(); new.completed_at :="
        " new.settled_at; new.due_at := null; new.next_trigger_time := null;"
        " elsif new.status = 'pending' and new.chain_no = 2 then"
        " new.status := 'active'; end if;"
    ),
    "assert_pending_steps_come_last": (
        "if new.status = 'completed' then new.chain_no := 9; end if;"
    ),
    "assert_enrollments_have_their_steps": (
        "if new.status = 'pending' then return null; end if;"
    ),
    "assert_attempted_steps_are_kept": (
        "if new.status = 'completed' then return null; end if;"
    ),
    "assert_step_rows_are_whole": (
        "if new.status = 'pending' then new.due_at := null; end if;"
    ),
}
OPTIONS = [
    *("--exclude-resource-type", "unit_test"),
    *("--indirect-selection", "buildable"),
]
# Endings that nothing led to
ENDINGS = [
    *(("cancelled", "replied"), ("cancelled", "opted_out")),
    *(("cancelled", "voided"), ("failed", "device_down")),
    *(("sequence_failed", "recipient_invalid"), ("sequence_failed", "ended")),
    *(("skipped", "late"), ("skipped", "step_removed")),
]
ENDED = (
    "if new.status = 'active' then new.status := '{}'; new.status_reason :="
    " '{}'; new.due_at := null; new.next_trigger_time := null;"
    " new.settled_at := case when new.status = 'failed' then"
    " dispatch.now_utc() end; end if;"
)
ENDING_GUARDS = {
    "assert_steps_end_for_a_reason",
    "assert_ended_enrollments_stay_ended",
}
KEPT_CLOSED = {
    "assert_one_step_at_a_time",
    "assert_steps_belong_to_their_enrollment",
    "assert_open_enrollments_have_a_step_in_hand",
    "assert_what_was_sent_is_not_sent_again",
}
STANDS_STILL = "assert_open_enrollments_have_a_step_in_hand"


def break_the_fold(world: World, fault: str) -> None:
    world.execute(
        "create function public.fault() returns trigger language plpgsql as"
        f" $$ begin {fault} return new; end $$"
    )
    world.execute(
        "create trigger fault before insert or update on"
        " drip.sequence_contacts for each row execute function public.fault()"
    )


def by_contact(faults: Iterable[str]) -> str:
    """Return the faults as one, each of another contact."""
    cases = " ".join(
        f"when '601110000{number:02}' then {fault}"
        for number, fault in enumerate(faults, start=1)
    )
    return f"case new.contact_phone {cases} else null; end case;"


def failed_tests(world: World) -> dict[str, int]:
    """Build the queue; return what did not pass, and of how many rows."""
    outcome = dbt(world.project, "build", *OPTIONS, "--select", *QUEUE)
    assert not outcome.exception
    return {
        result.node.name: result.failures
        for result in outcome.result.results
        if result.status in {"fail", "error"}
    }


def test_no_mistake_of_the_fold_gets_through(world: World) -> None:
    """Each contact suffers another one, all in one build."""
    world.tenant()
    world.device()
    world.sequence()
    faults = [*FAULTS.values(), *(ENDED.format(*how) for how in ENDINGS)]
    world.leads(len(faults) + 1)
    world.is_built_by_dbt = True
    world.build("0:00")
    world.dispatch("0:05")
    break_the_fold(world, by_contact(faults))
    # so that a row can be missing
    world.execute("delete from drip.sequence_contacts")
    world.now("0:10")
    found = failed_tests(world)
    assert found.keys() == FAULTS.keys() | ENDING_GUARDS
    assert found["assert_steps_end_for_a_reason"] == len(ENDINGS)
    assert world.gate() != []


def test_who_is_in_a_sequence_twice_closes_the_gate(warm: World) -> None:
    warm.execute(
        "insert into drip_memory.sequence_enrollments"
        " select (jsonb_populate_record(enrolled, jsonb_build_object("
        " 'enrollment_id', gen_random_uuid(), 'entry_no', 2,"
        " 'row_xid', pg_current_xact_id()))).*"
        " from drip_memory.sequence_enrollments as enrolled"
    )
    warm.now("0:10")
    assert failed_tests(warm) == {"assert_one_open_enrollment_per_sequence": 1}
    assert warm.gate() != []


def test_the_gate_stays_closed_until_what_failed_passes(
    world: World,
) -> None:
    """The second build would find nothing new to fold, or to test."""
    world.tenant()
    world.device()
    world.sequence()
    world.leads(len(KEPT_CLOSED))
    world.build("0:00")
    world.dispatch("0:05")
    world.is_built_by_dbt = True
    break_the_fold(world, by_contact(FAULTS[name] for name in KEPT_CLOSED))
    for moment in ("0:10", "0:20"):
        world.now(moment)
        assert failed_tests(world).keys() >= KEPT_CLOSED
        assert world.gate() != []

    world.execute("drop trigger fault on drip.sequence_contacts")
    world.build("0:30")
    assert world.gate() == []
    assert world.contacts("status") == [
        *((1, "completed"), (2, "active"), (3, "pending")),
    ] * len(KEPT_CLOSED)
    folded = "select distinct cause from drip.enrollments_to_fold"
    assert world.rows(folded) == [("unproven",)]
    world.build("0:40")
    assert world.rows(folded) == []


def test_what_a_faulty_fold_decided_can_be_taken_back(warm: World) -> None:
    """As docs/guarantees.md says: it stands in the memory until then."""
    warm.dispatch("0:05")
    warm.is_built_by_dbt = True
    break_the_fold(warm, ENDED.format("cancelled", "replied"))
    guard = "assert_steps_end_for_a_reason"
    with pytest.raises(BuildError, match=guard):
        warm.build("0:10")
    warm.execute("drop trigger fault on drip.sequence_contacts")
    with pytest.raises(BuildError, match=guard):
        warm.build("0:20")
    warm.execute(
        "delete from drip_memory.sequence_decisions where decision <>"
        " 'enrolled' and invocation_id in (select invocation_id from"
        " dispatch.pipeline_runs where status = 'failed')"
    )
    with pytest.raises(BuildError, match="assert_memory_keeps_its_decisions"):
        warm.build("0:30")
    warm.build("0:40", dbt_vars={"accept_lost_memory": True})
    assert warm.gate() == []
    assert warm.contacts("status") == [
        *((1, "completed"), (2, "active"), (3, "pending")),
    ]


def test_a_stranger_is_found_until_the_enrolment_is_gone(
    world: World,
) -> None:
    """The second build enrols nobody, and must not take the first for good."""
    world.is_built_by_dbt = True
    world.warm()
    world.tenant(OTHER_TENANT)
    world.device(OTHER_DEVICE, user=OTHER_TENANT)
    world.build("0:02")
    world.lead(OTHER_PHONE)
    world.execute(
        "create function public.stray() returns trigger language plpgsql as"
        " $$ begin new.device_id :="
        f" '{OTHER_DEVICE}'; return new; end $$"
    )
    world.execute(
        "create trigger stray before insert on"
        " drip_memory.sequence_enrollments for each row"
        " execute function public.stray()"
    )
    guard = "assert_enrollments_stay_within_their_tenant"
    with pytest.raises(BuildError, match=guard):
        world.build("0:10")
    world.execute("drop trigger stray on drip_memory.sequence_enrollments")
    with pytest.raises(BuildError, match=guard):
        world.build("0:20")
    assert world.gate() != []
    world.execute(
        "insert into dispatch.operator_requests (user_id, kind, target,"
        " reason, requested_by) select user_id, 'void',"
        " jsonb_build_object('enrollment_id', enrollment_id), 'stray', 'test'"
        " from drip_memory.sequence_enrollments where contact_phone = %s",
        OTHER_PHONE,
    )
    world.build("0:30")
    assert world.gate() == []
    assert {
        status
        for (status,) in world.rows(
            "select status from drip.sequence_contacts"
            " where contact_phone = %s",
            OTHER_PHONE,
        )
    } == {"cancelled"}


def test_a_crm_that_goes_on_writing_fails_no_build(warm: World) -> None:
    """It adds leads and deletes others while the build and its tests run."""
    warm.is_built_by_dbt = True
    is_over = Event()

    def write() -> None:
        with closing(connect(warm.profile)) as crm:
            crm.autocommit = True
            number = 60111100000
            while not is_over.wait(0.02):
                number += 1
                crm.execute(
                    "insert into public.leads (user_id, device_id, name,"
                    " phone, trigger) values (%s, %s, 'L', %s, 'WARM')",
                    (TENANT, DEVICE, str(number)),
                )
                crm.execute(
                    "delete from public.leads where phone = %s",
                    (str(number - 6),),
                )

    crm = Thread(target=write)
    crm.start()
    try:
        for moment in ("0:10", "0:20", "0:30"):
            warm.build(moment, select=[])
            assert warm.gate() == []
    finally:
        is_over.set()
        crm.join()


def test_what_is_deleted_behind_the_candidates_fails_no_build(
    warm: World,
) -> None:
    """The lead and the device of one go before the tests look at it."""
    warm.is_built_by_dbt = True
    warm.device(OTHER_DEVICE)
    warm.lead(OTHER_PHONE, device=OTHER_DEVICE)
    warm.execute(
        "create function public.vanish() returns event_trigger"
        " language plpgsql as $$ begin"
        " if exists (select from pg_event_trigger_ddl_commands()"
        " where object_identity ~ 'enrollment_candidates$') then"
        " delete from public.leads where phone = '60111000002';"
        " delete from public.user_devices where device_name = 'Device 12';"
        " end if; end $$"
    )
    warm.execute(
        "create event trigger vanish on ddl_command_end"
        " when tag in ('ALTER TABLE') execute function public.vanish()"
    )
    warm.build("0:10")
    assert warm.gate() == []
    assert warm.rows("select phone from leads") == [(PHONE,)]


def test_dbt_test_after_a_send_finds_only_a_lost_memory(warm: World) -> None:
    ask = ["test", "--select", "assert_candidates_are_new_to_the_ledger"]
    warm.dispatch("0:05")
    assert dbt(warm.project, *ask).success
    warm.execute("delete from drip_memory.sequence_decisions")
    assert not dbt(warm.project, *ask).success
