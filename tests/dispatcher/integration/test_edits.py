"""Edits that leave a sequence, for a while, without an order to follow.

Whatever the CRM does to a sequence between two builds or during one, who is
in it stays there, and goes on when it is whole again.
"""

from uuid import UUID

from tests.dispatcher.integration.harness import (
    HOT,
    PHONE,
    RETRYABLE,
    SILENT,
    WARM,
    World,
)

RESTORE = "insert into sequence_steps select * from kept"


def keep_steps(world: World) -> None:
    """Copy them, to be put back."""
    world.execute("create table kept (like sequence_steps)")
    world.execute(
        "insert into kept select * from sequence_steps where sequence_id = %s",
        WARM,
    )


def remove_steps(world: World, *days: int) -> None:
    world.execute(
        "delete from sequence_steps where sequence_id = %s"
        " and day_number = any(%s)",
        *(WARM, list(days)),
    )


def add_step(world: World, day: int) -> None:
    world.execute(
        "insert into sequence_steps (id, sequence_id, day_number,"
        " trigger_delay_hours, content, min_delay_seconds, max_delay_seconds)"
        " values (%s, %s, %s, 24, 'Added', 0, 0)",
        *(UUID(int=999), WARM, day),
    )


def send_two(world: World) -> None:
    """Send what comes first, and a day later what comes next."""
    world.dispatch("0:05")
    world.build("0:10")
    world.build("24:06")
    world.dispatch("24:06")
    world.build("24:07")


def test_an_edit_while_a_build_runs_is_for_the_next(warm: World) -> None:
    """It comes between the definitions and the fold."""
    warm.dispatch("0:05")
    warm.build("0:10")
    warm.execute(
        "create function public.edit() returns trigger language plpgsql as"
        " $$ begin update public.sequence_steps set content = content || '!';"
        " return null; end $$"
    )
    warm.execute(
        "create trigger edit after insert on drip_memory.sequence_definitions"
        " for each statement execute function public.edit()"
    )
    warm.is_built_by_dbt = True
    warm.build("1:00")
    warm.execute("drop trigger edit on drip_memory.sequence_definitions")
    expected = [(1, "completed"), (2, "active"), (3, "pending")]
    assert warm.contacts("status") == expected

    warm.build("24:06")
    assert warm.contacts("status") == expected
    warm.dispatch("24:06")
    assert [text[-1] for _, text in warm.texts()] == ["1", "!"]


def test_an_edit_between_definitions_and_decisions_is_followed_next(
    warm: World,
) -> None:
    """It is recorded by the build after, at a time when nothing is due."""
    warm.is_built_by_dbt = True
    warm.execute(
        "create function public.edit() returns trigger language plpgsql as"
        " $$ begin update public.sequence_steps set content = 'New';"
        " return null; end $$"
    )
    warm.execute(
        "create trigger edit after insert on drip_memory.sequence_definitions"
        " for each statement execute function public.edit()"
    )
    warm.build("0:02")
    warm.execute("drop trigger edit on drip_memory.sequence_definitions")
    warm.build("0:03")
    warm.dispatch("0:05")
    assert warm.texts() == [(PHONE, "New")]


def test_without_its_steps_a_sequence_keeps_its_contacts(
    world: World,
) -> None:
    """They were enrolled with two steps, and are at the third."""
    world.tenant()
    world.device()
    world.sequence(steps=2)
    world.lead()
    world.build("0:00")
    add_step(world, 3)
    send_two(world)
    keep_steps(world)
    remove_steps(world, 1, 2, 3)
    world.build("25:00")
    assert world.contacts("status")[2] == (3, "active")
    assert world.monitor("hold_reason")[2] == (3, "sequence_missing")

    world.execute(RESTORE)
    world.build("48:07")
    world.dispatch("48:07")
    assert world.texts()[2] == (PHONE, "Added")


def test_a_sequence_that_is_gone_leads_nowhere(world: World) -> None:
    """Its first definition linked its first step, its last one did not."""
    world.tenant()
    world.device()
    world.sequence(steps=1)
    world.sequence("HOT", sequence=HOT, steps=1)
    world.lead()
    link = "update sequence_steps set next_trigger = %s where sequence_id = %s"
    world.execute(link, "hot", WARM)
    world.build("0:00")
    world.execute(link, None, WARM)
    add_step(world, 2)
    world.build("0:02")
    world.dispatch("0:05")
    world.build("0:10")
    world.execute("delete from sequences where id = %s", WARM)
    for moment in ("1:00", "1:10", "24:06"):
        world.build(moment)
    assert (2, "active") in world.contacts("status")
    entered = "select sequence_id from drip_memory.sequence_enrollments"
    assert world.rows(entered) == [(WARM,)]


def test_a_chain_that_breaks_passes_over_nobody(world: World) -> None:
    """The third step follows the first, then for a while nothing at all."""
    world.tenant()
    world.device()
    world.sequence()
    world.lead()
    world.execute(
        "update sequence_steps set trigger = 't' || day_number, next_trigger ="
        " case day_number when 1 then 't3' when 3 then 't2' end"
    )
    world.build("0:00")
    send_two(world)
    lead = "update sequence_steps set next_trigger = %s where day_number = 3"
    world.execute(lead, "nowhere")
    world.build("25:00")
    open_step = world.monitor("step_status", "hold_reason")[2]
    assert open_step == (2, "active", "sequence_misconfigured")
    world.build("48:07")
    world.dispatch("48:07")
    assert len(world.texts()) == 2

    world.execute(lead, "t2")
    world.build("49:00")
    world.dispatch("49:00")
    assert [text[-1] for _, text in world.texts()] == ["1", "3", "2"]


def test_a_step_that_is_removed_before_its_retry_is_left(warm: World) -> None:
    warm.dispatch("0:05", RETRYABLE)
    warm.build("0:06")
    remove_steps(warm, 1)
    warm.build("0:11")
    assert warm.contacts("status")[:2] == [(1, "failed"), (2, "active")]
    warm.build("24:06")
    warm.dispatch("24:06")
    assert [text[-1] for _, text in warm.texts()] == ["1", "2"]


def test_steps_that_are_re_created_before_a_retry_go_on(warm: World) -> None:
    """Under ids of their own: the first is not sent again, the second is."""
    warm.dispatch("0:05", RETRYABLE)
    warm.build("0:06")
    keep_steps(warm)
    remove_steps(warm, 1, 2, 3)
    warm.execute("update kept set id = gen_random_uuid()")
    warm.execute(RESTORE)
    warm.build("24:06")
    warm.dispatch("24:06")
    assert [text[-1] for _, text in warm.texts()] == ["1", "2"]


def test_a_step_that_is_removed_is_not_resent(warm: World) -> None:
    resend: dict[str, object] = {"on_unknown": "resend"}
    warm.build("0:01", dbt_vars=resend)
    warm.dispatch("0:05", SILENT, timeout_seconds=0.5)
    remove_steps(warm, 1)
    warm.build("1:10", dbt_vars=resend)
    assert warm.contacts("status", "status_reason")[:2] == [
        *((1, "completed", "assumed_sent"), (2, "active", None)),
    ]
