"""What is over stays over, whatever becomes of its cause or of a policy."""

import pytest

from dispatcher.demo.script import Rule
from dispatcher.domain import Fault, Outcome, Result
from dispatcher.policy import Settlement
from tests.dispatcher.integration.harness import (
    DEVICE,
    OTHER_PHONE,
    PHONE,
    TENANT,
    World,
)
from tests.dispatcher.integration.test_ledger import (
    ACCEPTED,
    SENT,
    expire_leases,
    process,
)
from tests.dispatcher.integration.test_settle import message, settle
from tests.dispatcher.integration.timeline import Story

NOT_BEGUN = Outcome(Result.NOT_SENT, Fault.DEVICE_DOWN, error="lease lost")
RELEASED = Settlement("released", is_final=False, cool_down_seconds=0)
SKIP: dict[str, object] = {"on_late": "skip"}


def assumed(world: World) -> Story:
    """Return a story of four steps whose first one was assumed sent."""
    story = Story(world, 1)
    story.warm(lead=False)
    world.sequence("WARM", sequence=story.sequence(), user=story.user, steps=4)
    story.lead()
    world.build("0:00")
    world.now("0:05")
    story.send("unknown", "UNCLASSIFIED")
    world.build("1:06")
    assert story.contacts("status")[0] == (1, "completed")
    return story


@pytest.mark.parametrize("on_unknown", ["hold", "resend"])
def test_assumed_sent_is_final(world: World, on_unknown: str) -> None:
    """Before the next step was attempted, and after."""
    story = assumed(world)
    changed: dict[str, object] = {"on_unknown": on_unknown}
    world.build("20:00", dbt_vars=changed)
    assert story.due() == []
    assert story.contacts("status")[:2] == [(1, "completed"), (2, "active")]
    world.now("24:05")
    story.send("unknown", "UNCLASSIFIED")
    world.build("25:06")
    world.now("48:05")
    story.send()
    world.build("48:10", dbt_vars=changed)
    assert [status for _, status in story.contacts("status")] == [
        *("completed", "completed", "completed", "active"),
    ]


def test_a_policy_given_up_while_its_resend_waits(world: World) -> None:
    story = Story(world, 1)
    story.warm()
    retry: dict[str, object] = {"on_undelivered": "retry"}
    world.build("0:00", dbt_vars=retry)
    world.now("0:05")
    first = story.send()
    world.now("0:10")
    story.receipt(first, "failed", "RECIPIENT_SUSPECT")
    world.build("0:16", dbt_vars=retry)
    story.send("failed", "RECIPIENT_SUSPECT")
    world.build("0:17", dbt_vars=retry)
    world.build("0:20")
    assert story.contacts("status", "attempt_no")[0] == (1, "active", 3)


async def test_what_was_assumed_sent_and_never_was(warm: World) -> None:
    """Its process was stopped between the claim and the send."""
    warm.execute("update sequence_steps set trigger_delay_hours = 0")
    warm.build("0:01")
    warm.now("0:05")
    async with process(warm) as stopped:
        await stopped.lease(DEVICE)
        (claim,) = await stopped.claim(DEVICE)
        warm.build("0:10")
        expire_leases(warm)
        warm.build("1:06")
        async with process(warm) as other:
            warm.now("1:07")
            await other.lease(DEVICE)
            (second,) = await other.claim(DEVICE)
            await other.record(second, ACCEPTED, SENT)
        warm.build("1:08")
        warm.now("1:10")
        await stopped.record(claim, NOT_BEGUN, RELEASED)
    for moment in ("1:11", "2:00"):
        warm.build(moment)
        assert warm.gate() == []
        assert sorted(warm.contacts("status", "status_reason")) == [
            (1, "skipped", "step_passed"),
            (2, "completed", None),
            (3, "active", None),
        ]


def test_an_exit_stays_the_reason(world: World) -> None:
    """The step under way fails for good after the contact has left."""
    story = Story(world, 1)
    story.warm()
    world.build("0:00")
    world.now("0:05")
    message = story.send("unknown", "UNCLASSIFIED")
    world.execute(
        "insert into dispatch.suppressions (user_id, phone, kind, source)"
        " values (%s, %s, 'opt_out', 'test')",
        *(story.user, story.phone),
    )
    world.build("0:10")
    world.execute(
        "update dispatch.broadcast_messages set status = 'failed',"
        " fault_class = 'RECIPIENT_INVALID', error_message = 'gone',"
        " finished_at = dispatch.now_utc() where id = %s",
        message,
    )
    world.build("0:20")
    assert story.contacts("status", "status_reason") == [
        (1, "failed", "recipient_invalid"),
        (2, "cancelled", "opted_out"),
        (3, "cancelled", "opted_out"),
    ]


def test_who_left_in_the_last_step_gets_no_step_that_comes_after(
    world: World,
) -> None:
    """Nothing is left to cancel when the lead is deleted."""
    story = Story(world, 1)
    story.warm()
    story.remove_step(2)
    story.remove_step(3)
    world.build("0:00")
    world.now("0:05")
    story.send("unknown", "UNCLASSIFIED")
    world.execute("delete from leads where user_id = %s", story.user)
    world.build("0:10")
    world.execute(
        "insert into sequence_steps (sequence_id, day_number,"
        " trigger_delay_hours, content) values (%s, 2, 24, 'Added')",
        story.sequence(),
    )
    world.build("0:20")
    assert story.contacts("status") == [(1, "active")]


@pytest.fixture
def skipping(world: World) -> World:
    """Return a world whose second step is due on Friday or Saturday."""
    world.tenant()
    world.device()
    world.sequence()
    return world


def test_a_weekend_makes_it_late_before_the_build(skipping: World) -> None:
    """Due on Saturday, it could go when Monday begins."""
    skipping.execute("update sequences set skip_weekends = true")
    skipping.lead()
    skipping.build("96:00", dbt_vars=SKIP)
    skipping.dispatch("96:05")
    skipping.build("96:10", dbt_vars=SKIP)
    skipping.build("157:58", dbt_vars=SKIP)
    skipping.dispatch("158:00:30")
    assert len(skipping.texts()) == 1
    skipping.build("158:02", dbt_vars=SKIP)
    assert skipping.contacts("status")[1] == (2, "skipped")


def test_a_pause_makes_it_late_before_the_build(skipping: World) -> None:
    def ask(moment: str, kind: str) -> None:
        skipping.now(moment)
        skipping.execute(
            "insert into dispatch.operator_requests (user_id, kind, target,"
            " reason, requested_by) values (%s, %s, '{}', 'r', 'b')",
            *(TENANT, kind),
        )

    skipping.lead()
    skipping.build("0:00", dbt_vars=SKIP)
    skipping.dispatch("0:05")
    skipping.build("0:10", dbt_vars=SKIP)
    ask("20:00", "pause")
    skipping.build("79:58", dbt_vars=SKIP)
    ask("80:00", "resume")
    skipping.dispatch("80:01")
    assert len(skipping.texts()) == 1
    skipping.build("80:05", dbt_vars=SKIP)
    assert skipping.contacts("status")[1] == (2, "skipped")


def hear(world: World, status: str, fault: str | None = None) -> None:
    """Let a receipt of the first attempt come in."""
    world.execute(
        "insert into dispatch.delivery_receipts (user_id, message_id, status,"
        " fault_class, occurred_at) select user_id, id, %s, %s,"
        " dispatch.now_utc() from dispatch.broadcast_messages"
        " where attempt_no = 1",
        *(status, fault),
    )


@pytest.mark.parametrize("by", ["receipt", "person"])
def test_what_turns_out_sent_is_not_resent(unknown: World, by: str) -> None:
    """The build had it resent; then it becomes known, before any claim."""
    unknown.build("1:06", dbt_vars={"on_unknown": "resend"})
    assert unknown.due() == [(1, 2, True)]
    unknown.now("1:07")
    if by == "receipt":
        hear(unknown, "delivered")
    else:
        settle(unknown, message(unknown), "--as", "sent")
    assert unknown.due() == []
    assert unknown.monitor("hold_reason")[0] == (1, "awaiting_build")
    assert unknown.dispatch("1:08").sent == 0
    unknown.build("1:09")
    assert unknown.contacts("status", "completed_at")[0] == (
        *(1, "completed", "0:05"),
    )


def test_what_arrived_is_not_tried_again(warm: World) -> None:
    """A gateway refused it, or reported it lost, and it arrived after all."""
    retry: dict[str, object] = {"on_undelivered": "retry"}
    warm.lead(OTHER_PHONE)
    warm.build("0:01", dbt_vars=retry)
    warm.dispatch("0:05", Rule(phone=PHONE, do="refused_by_whatsapp"))
    warm.now("0:06")
    hear(warm, "failed", "RECIPIENT_SUSPECT")
    warm.build("0:07", dbt_vars=retry)
    warm.now("0:12")
    assert warm.due() == [(1, 2, False), (1, 2, True)]
    hear(warm, "delivered")
    assert warm.due() == []
    assert warm.dispatch("0:13").sent == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"advance_on": "sent"}, {"advance_on": "delivered"}),
        (
            {"advance_on": "delivered", "receipt_deadline_hours": 1},
            {"advance_on": "delivered", "receipt_deadline_hours": 48},
        ),
    ],
)
def test_what_is_completed_waits_for_no_receipt(
    warm: World, before: dict[str, object], after: dict[str, object]
) -> None:
    warm.build("0:01", dbt_vars=before)
    warm.dispatch("0:05")
    warm.build("1:06", dbt_vars=before)
    done = [(1, "completed", "0:05"), (2, "active", None)]
    assert warm.contacts("status", "completed_at")[:2] == done
    warm.build("1:10", dbt_vars=after)
    assert warm.contacts("status", "completed_at")[:2] == done
