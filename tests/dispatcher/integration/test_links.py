"""Who completed a sequence goes on to the next, however long that takes."""

import pytest

from tests.dispatcher.integration.harness import (
    DEVICE,
    HOT,
    PHONE,
    WARM,
    World,
    dbt,
)
from tests.dispatcher.integration.timeline import Story

_ANOTHER = "60111000002"
_STATUS = "update sequences set status = %s where id = %s"
_LOST = """\
delete from drip_memory.sequence_{table}
where sequence_id = '{sequence}'
"""


@pytest.fixture
def linked(warm: World) -> World:
    """Return a world where the contact waits to go from WARM to HOT."""
    warm.sequence("HOT", sequence=HOT, steps=1)
    warm.execute(_STATUS, "draft", HOT)
    warm.execute(
        "delete from sequence_steps where sequence_id = %s and day_number > 1",
        WARM,
    )
    warm.execute(
        "update sequence_steps set next_trigger = 'hot'"
        " where sequence_id = %s",
        WARM,
    )
    complete(warm, "0:02")
    return warm


def complete(world: World, moment: str) -> None:
    """Send what is due then, and read what came of it."""
    world.build(moment)
    world.dispatch(moment)
    world.build(moment)


def waiting(world: World) -> list[tuple[str, int | None]]:
    """Return number and speaking lead of those who wait."""
    return [
        (phone, lead)
        for phone, lead in world.rows(
            "select contact_phone, lead_key from drip.enrollment_links"
            " order by 1"
        )
    ]


def enrolled(world: World) -> list[tuple[str, str]]:
    """Return number and lead of those who are in HOT, by a link."""
    return [
        (phone, lead)
        for phone, lead in world.rows(
            "select contact_phone, lead_id"
            " from drip_memory.sequence_enrollments"
            " where sequence_id = %s and source = 'link' order by 1",
            HOT,
        )
    ]


def test_a_link_waits_until_it_is_followed(linked: World) -> None:
    """A build later it has its lead; then the sequence opens."""
    assert waiting(linked) == [(PHONE, None)]
    linked.build("0:10")
    assert waiting(linked) == [(PHONE, 1)]
    linked.execute(_STATUS, "active", HOT)
    linked.build("0:11")
    assert waiting(linked) == []
    assert enrolled(linked) == [(PHONE, "1")]


def test_a_link_to_where_the_contact_is_does_not_wait(warm: World) -> None:
    warm.execute("update leads set trigger = 'WARM,HOT'")
    warm.sequence("HOT", sequence=HOT, steps=1)
    warm.execute("update sequence_steps set next_trigger = 'hot'")
    complete(warm, "0:02")
    assert waiting(warm) == []


def test_another_lead_speaks_for_who_waits(linked: World) -> None:
    """The number is read when the lead is gone, whenever that was."""
    linked.build("0:10")
    linked.execute("delete from leads")
    linked.build("0:11")
    assert waiting(linked) == [(PHONE, None)]
    lead = linked.lead("+60 11-100 0001", trigger="")
    linked.execute(_STATUS, "active", HOT)
    linked.build("0:12")
    assert enrolled(linked) == [(PHONE, str(lead))]


def test_a_new_number_of_a_lead_has_its_own_way(linked: World) -> None:
    """That the old one is there already does not keep it out."""
    linked.execute(_STATUS, "active", HOT)
    linked.build("0:10")
    linked.execute("update leads set phone = %s", _ANOTHER)
    complete(linked, "0:20")
    linked.build("0:30")
    assert enrolled(linked) == [(PHONE, "1"), (_ANOTHER, "1")]


@pytest.mark.parametrize(
    "loss",
    ["drop table drip.enrollment_links", "drop schema drip cascade"],
)
def test_who_waits_is_known_after_a_loss(linked: World, loss: str) -> None:
    linked.execute(loss)
    linked.build("0:10")
    assert waiting(linked) == [(PHONE, 1)]


def test_a_link_whose_enrolment_was_lost_is_followed_anew(
    linked: World,
) -> None:
    linked.execute(_STATUS, "active", HOT)
    linked.build("0:10")
    assert enrolled(linked) == [(PHONE, "1")]
    for table in ("enrollments", "decisions"):
        linked.execute(_LOST.format(table=table, sequence=HOT))
    # It would be missed, where a run knows of it
    linked.execute("update dispatch.pipeline_runs set newest_decision = null")
    linked.build("0:11")
    assert enrolled(linked) == []
    linked.build("0:12", dbt_vars={"accept_lost_memory": True})
    assert enrolled(linked) == [(PHONE, "1")]


def test_a_build_that_sees_no_link_forgets_none(linked: World) -> None:
    """It says that it cannot go on, and how it could."""
    linked.execute("drop table drip.enrollment_links")
    outcome = dbt(
        linked.project, "run", "--empty", "--select", "enrollment_links"
    )
    assert not outcome.success
    told = " ".join(result.message for result in outcome.result.results)
    assert "leave out --empty" in told
    linked.build("0:10")
    assert waiting(linked) == [(PHONE, 1)]


def test_a_build_reads_no_link_that_was_followed(linked: World) -> None:
    """Years of them, counted by the server."""
    linked.execute(_STATUS, "active", HOT)
    linked.build("0:10")
    linked.execute(
        "insert into drip_memory.sequence_decisions (user_id, decision_id,"
        " decision, sequence_id, enrollment_id, contact_phone, lead_id,"
        " device_id, target_sequence_id, decided_at, invocation_id, row_xid)"
        " select user_id, gen_random_uuid(), decision, sequence_id,"
        " gen_random_uuid(), contact_phone, lead_id, %s, target_sequence_id,"
        " decided_at, invocation_id, row_xid"
        " from drip_memory.sequence_decisions, generate_series(1, 5000)"
        " where decision = 'link'",
        DEVICE,
    )
    linked.execute("vacuum analyze drip_memory.sequence_decisions")
    before = decisions_read(linked)
    outcome = dbt(
        linked.project,
        *("run", "--select", "enrollment_links", "enrollment_wishes"),
        "enrollment_candidates",
    )
    assert outcome.success
    assert decisions_read(linked) - before < 1000


def decisions_read(world: World) -> int:
    """How many decisions were read so far, by whatever way."""
    return int(
        world.value(
            "select seq_tup_read + coalesce(idx_tup_fetch, 0)"
            " from pg_stat_user_tables"
            " where relid = 'drip_memory.sequence_decisions'::regclass"
        )
    )


def test_a_daily_link_stays_daily(world: World) -> None:
    """One step on each side, both at 10:00, a day between them."""
    story = Story(world, 1)
    story.warm("COLD", "WARM", lead=False)
    story.remove_step(2)
    story.remove_step(3)
    story.steps("next_trigger = 'warm', time_schedule = '10:00'", 1)
    story.steps("time_schedule = '10:00'", which=1)
    story.lead("COLD")
    world.build("0:00")
    world.now("0:00:07")
    story.send()
    world.build("0:06")
    world.build("0:10")
    assert story.contacts("due_at", which=1)[0] == (1, "24:00")


def test_two_numbers_of_a_lead_are_linked_each(world: World) -> None:
    """The number was corrected meanwhile, and the old one opted out."""
    story = Story(world, 1)
    story.warm("COLD", "WARM", lead=False)
    story.remove_step(2)
    story.remove_step(3)
    story.steps("next_trigger = 'warm'", 1)
    story.lead("COLD")
    world.build("0:00")
    world.now("0:05")
    story.send()
    world.execute(
        "update leads set phone = '60119998866' where user_id = %s", story.user
    )
    story.switch("paused", which=1)
    world.build("0:06")
    world.execute(
        "insert into dispatch.suppressions (user_id, phone, kind, source)"
        " values (%s, %s, 'opt_out', 'test')",
        *(story.user, story.phone),
    )
    story.send()
    world.build("0:10", select=[])
    story.switch("active", which=1)
    world.build("0:20", select=[])
    assert world.rows(
        "select contact_phone, source from drip_memory.sequence_enrollments"
        " where sequence_id = %s",
        story.sequence(1),
    ) == [("60119998866", "link")]
