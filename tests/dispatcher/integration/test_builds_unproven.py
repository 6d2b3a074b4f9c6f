"""What a build got wrong is tested until it is right, whatever comes after."""

from contextlib import closing
from threading import Event, Thread

import pytest

from dispatcher.dbt_build import BuildError
from dispatcher.store.connect import connect
from tests.dispatcher.integration.harness import (
    DEVICE,
    OTHER_DEVICE,
    OTHER_PHONE,
    OTHER_TENANT,
    TENANT,
    World,
)

# What a mistake in the fold might make of a row
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
}


def break_the_fold(world: World, fault: str) -> None:
    world.execute(
        "create function public.fault() returns trigger language plpgsql as"
        f" $$ begin {fault} return new; end $$"
    )
    world.execute(
        "create trigger fault before insert or update on"
        " drip.sequence_contacts for each row execute function public.fault()"
    )


@pytest.mark.parametrize("guard", FAULTS)
def test_the_gate_stays_closed_until_what_failed_passes(
    warm: World, guard: str
) -> None:
    """The second build would find nothing new to fold, or to test."""
    warm.is_built_by_dbt = True
    warm.build("0:01")
    warm.dispatch("0:05")
    break_the_fold(warm, FAULTS[guard])
    for moment in ("0:10", "0:20"):
        with pytest.raises(BuildError, match=guard):
            warm.build(moment)
        assert warm.gate() != []

    warm.execute("drop trigger fault on drip.sequence_contacts")
    warm.build("0:30")
    assert warm.gate() == []
    assert warm.contacts("status") == [
        *((1, "completed"), (2, "active"), (3, "pending")),
    ]
    folded = "select cause from drip.enrollments_to_fold"
    assert warm.rows(folded) == [("unproven",)]
    warm.build("0:40")
    assert warm.rows(folded) == []


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
