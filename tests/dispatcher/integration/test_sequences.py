"""A sequence as the CRM has it, through a build, to what is kept of it."""

import pytest

from tests.dispatcher.integration.harness import (
    CONTINUE,
    HOT,
    PHONE,
    TENANT,
    WARM,
    World,
    at,
)


def definition(world: World) -> list[tuple[object, ...]]:
    """Return the latest definition's steps in their order."""
    return world.rows(
        "select day_number, send_time::text, next_sequence_id,"
        " is_misconfigured from drip_memory.sequence_definitions"
        " where sequence_id = %s and recorded_at = (select max(recorded_at)"
        " from drip_memory.sequence_definitions where sequence_id = %s)"
        " order by step_position",
        *(WARM, WARM),
    )


def test_a_sequence_follows_its_chain_until_it_breaks(world: World) -> None:
    """From the third day to the first and second, then on to HOT."""
    world.warm()
    world.sequence("HOT", sequence=HOT)
    world.execute(
        "update sequences set time_schedule = '09:30' where id = %s", WARM
    )
    world.execute(
        "update sequence_steps set trigger = 'Warm_Day' || day_number,"
        " next_trigger = case day_number when 3 then ' warm_day1'"
        " when 1 then 'WARM_DAY2' else 'hot' end,"
        " is_entry_point = day_number = 3,"
        " time_schedule = case day_number when 1 then '10:00'"
        " when 2 then 'Invalid Date' end where sequence_id = %s",
        WARM,
    )
    world.build("0:00")
    assert definition(world) == [
        (3, "09:30:00", None, False),
        (1, "10:00:00", None, False),
        (2, "09:30:00", HOT, False),
    ]
    assert [row[0] for row in world.contacts("status")] == [3, 1, 2]

    world.execute(
        "update sequence_steps set next_trigger = 'warm_day3'"
        " where sequence_id = %s and day_number = 2",
        WARM,
    )
    world.build("0:01")
    assert [(row[0], row[3]) for row in definition(world)] == [
        (1, True),
        (2, True),
        (3, True),
    ]


def first_step(world: World) -> tuple[object, ...]:
    return world.contacts("status", "status_reason")[0][1:]


def test_a_pinned_contact_is_retagged_by_the_policy_it_began_with(
    warm: World,
) -> None:
    warm.execute("update leads set trigger = 'HOT'")
    now_exit: dict[str, object] = {"on_retag": "exit"}
    warm.build("0:10", dbt_vars={"on_edit": "pin", **now_exit})
    assert first_step(warm) == ("active", None)
    warm.build("0:20", dbt_vars={"on_edit": "follow", **now_exit})
    assert first_step(warm) == ("cancelled", "retagged")


def test_a_pinned_contact_is_heard_by_the_policy_it_began_with(
    warm: World,
) -> None:
    """Its reply wins over what the CRM did, which would be an exit, too."""
    warm.now("0:05")
    warm.execute(
        "insert into dispatch.inbound_messages (user_id, phone, occurred_at)"
        " values (%s, %s, dispatch.now_utc())",
        *(TENANT, PHONE),
    )
    warm.execute("update sequences set status = 'archived'")
    pinned: dict[str, object] = {"on_edit": "pin", "on_reply": "ignore"}
    warm.build("0:10", dbt_vars=pinned)
    assert first_step(warm) == ("cancelled", "replied")


@pytest.mark.parametrize(
    ("reported", "due"),
    [("-12:00", "24:05"), ("0:30", "24:30"), ("9:00", "25:00")],
)
def test_no_clock_of_a_gateway_moves_the_next_step(
    world: World, reported: str, due: str
) -> None:
    """That S1 did not arrive was heard at 1:00, whatever its clock said."""
    world.warm(CONTINUE)
    world.build("0:00")
    world.dispatch("0:05")
    world.now("1:00")
    world.execute(
        "insert into dispatch.delivery_receipts (user_id, message_id, status,"
        " fault_class, occurred_at) select user_id, id, 'failed',"
        " 'RECIPIENT_SUSPECT', %s from dispatch.broadcast_messages",
        at(reported),
    )
    world.build("1:01")
    assert world.contacts("status", "due_at")[:2] == [
        (1, "failed", None),
        (2, "active", due),
    ]


def test_a_daily_step_stays_daily_when_clocks_go_forward(world: World) -> None:
    """Sent at 10:00 in Berlin on Saturday 2026-03-28, the next on Sunday."""
    berlin: dict[str, object] = {"time_zone": "Europe/Berlin"}
    world.tenant()
    world.device()
    world.sequence()
    world.execute("update sequence_steps set time_schedule = '10:00'")
    world.lead()
    world.build("631:00", dbt_vars=berlin)
    world.dispatch("631:00:07")
    world.build("631:01", dbt_vars=berlin)
    assert world.contacts("status", "due_at")[1] == (2, "active", "654:00")
    world.build("654:00", dbt_vars=berlin)
    world.dispatch("654:00")
    world.build("654:01", dbt_vars=berlin)
    assert world.contacts("status", "due_at")[2] == (3, "active", "678:00")


def test_a_reply_was_not_written_after_it_came_in(world: World) -> None:
    """Before the enrolment, through a gateway eight hours ahead."""
    world.warm()
    world.now("-1:00")
    world.execute(
        "insert into dispatch.inbound_messages (user_id, phone, occurred_at)"
        " values (%s, %s, %s)",
        *(TENANT, PHONE, at("7:00")),
    )
    world.build("0:00")
    assert world.dispatch("0:05").sent == 1
    world.build("0:10")
    assert world.contacts("status")[1] == (2, "active")
