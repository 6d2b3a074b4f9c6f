"""What a build got wrong is tested until it is right, whatever comes after."""

from contextlib import closing
from threading import Event, Thread

import pytest

from dispatcher.dbt_build import BuildError
from dispatcher.store.connect import connect
from tests.dispatcher.integration.harness import (
    DEVICE,
    TENANT,
    World,
)

# Opens every step at once, as a mistake in the fold might
FAULTY = (
    "create function public.open_all() returns trigger language plpgsql as"
    " $$ begin if new.status = 'pending' then new.status := 'active';"
    " new.attempt_no := 1; new.due_at := dispatch.now_utc();"
    " new.next_trigger_time := new.due_at; end if; return new; end $$"
)
TRIGGER = (
    "create trigger open_all before insert or update on"
    " drip.sequence_contacts for each row execute function public.open_all()"
)


def test_the_gate_stays_closed_until_what_failed_passes(warm: World) -> None:
    """The second build would find nothing new to fold, or to test."""
    warm.is_built_by_dbt = True
    warm.build("0:01")
    warm.dispatch("0:05")
    warm.execute(FAULTY)
    warm.execute(TRIGGER)
    for moment in ("0:10", "0:20", "0:30"):
        with pytest.raises(BuildError, match="assert_one_step_at_a_time"):
            warm.build(moment)
        assert warm.gate() != []

    warm.execute("drop trigger open_all on drip.sequence_contacts")
    warm.build("0:40")
    assert warm.gate() == []
    assert warm.contacts("status") == [
        *((1, "completed"), (2, "active"), (3, "pending")),
    ]
    folded = "select cause from drip.enrollments_to_fold"
    assert warm.rows(folded) == [("unproven",)]
    warm.build("0:50")
    assert warm.rows(folded) == []


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
