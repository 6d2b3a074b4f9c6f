"""A build looks at the leads that changed, and misses none."""

from contextlib import closing

from dispatcher.store.connect import connect
from tests.dispatcher.integration.harness import (
    DEVICE,
    HOT,
    PHONE,
    TENANT,
    WARM,
    World,
    dbt,
)

# As people change a large table: its rows look older than they are
_SWAP = """\
create table swapped (like leads including all);
insert into swapped select * from leads;
alter table leads rename to swapped_out;
alter table swapped rename to leads
"""


def matched(world: World) -> list[tuple[str, int]]:
    """Return why how many leads were matched by the last build."""
    return [
        (cause, count)
        for cause, count in world.rows(
            "select cause, count(*) from drip.leads_to_match"
            " group by cause order by cause"
        )
    ]


def wishes(world: World) -> list[tuple[str, str]]:
    """Return number and sequence of those who wait."""
    return [
        (phone, name)
        for phone, name in world.rows(
            "select wish.contact_phone, sequence.name"
            " from drip.enrollment_wishes as wish"
            " inner join sequences as sequence on wish.sequence_id"
            " = sequence.id order by 1, 2"
        )
    ]


def enrolled(world: World) -> list[tuple[str]]:
    """Return the numbers that are enrolled in WARM."""
    return [
        (phone,)
        for (phone,) in world.rows(
            "select contact_phone from drip_memory.sequence_enrollments"
            " where sequence_id = %s order by 1",
            WARM,
        )
    ]


def test_only_what_changed_is_matched(warm: World) -> None:
    """Nothing, a new lead, a new tag: each is looked at once."""
    warm.build("0:10")
    assert matched(warm) == []
    assert wishes(warm) == []

    warm.lead("60111000002")
    warm.build("0:11")
    assert matched(warm) == [("changed", 1)]
    assert len(enrolled(warm)) == 2

    warm.execute("update leads set trigger = 'HOT' where phone = %s", PHONE)
    warm.build("0:12")
    assert matched(warm) == [("changed", 1)]
    assert wishes(warm) == []


def test_who_waits_is_enrolled_without_a_change(warm: World) -> None:
    """A device comes, a sequence opens: the lead was matched long ago."""
    warm.execute("update sequences set status = 'draft' where id = %s", WARM)
    warm.lead("60111000002")
    warm.build("0:10")
    assert wishes(warm) == [("60111000002", "WARM")]
    assert enrolled(warm) == [(PHONE,)]

    warm.execute("update sequences set status = 'active' where id = %s", WARM)
    warm.build("0:11")

    assert matched(warm) == []
    assert enrolled(warm) == [(PHONE,), ("60111000002",)]
    assert wishes(warm) == []


def test_a_lead_that_is_gone_waits_no_more(warm: World) -> None:
    """Its wish stays behind, and is nobody's."""
    warm.execute("update sequences set status = 'draft' where id = %s", WARM)
    warm.lead("60111000002")
    warm.build("0:10")
    warm.execute("delete from leads where phone = '60111000002'")
    warm.execute("update sequences set status = 'active' where id = %s", WARM)
    warm.build("0:11")
    assert enrolled(warm) == [(PHONE,)]


def test_a_lead_older_than_the_build_is_not_missed(warm: World) -> None:
    """Its transaction began before the build and committed after it."""
    with closing(connect(warm.profile)) as late:
        late.execute("select pg_current_xact_id()")
        warm.build("0:10")
        late.execute(
            "insert into leads (user_id, device_id, name, phone, trigger)"
            " values (%s, %s, 'Late', '60111000002', 'WARM')",
            (TENANT, DEVICE),
        )
        warm.build("0:11")
        late.commit()
    assert enrolled(warm) == [(PHONE,)]

    warm.build("0:12")

    assert enrolled(warm) == [(PHONE,), ("60111000002",)]


def test_a_new_trigger_matches_every_lead(warm: World) -> None:
    """Leads that did not change may have named it all the time."""
    warm.execute("update leads set trigger = 'WARM,HOT'")
    warm.build("0:10")
    warm.sequence("HOT", sequence=HOT)
    warm.build("0:11")
    assert matched(warm) == [("everything", 1)]
    entered = "select count(*) from drip_memory.sequence_enrollments"
    assert warm.value(f"{entered} where sequence_id = %s", HOT) == 1


def test_after_a_day_and_after_a_loss_every_lead_is_matched(
    warm: World,
) -> None:
    """Another cluster, a table that is gone, a table that was swapped."""
    warm.build("0:10")
    assert matched(warm) == []
    for loss in (
        "update drip.lead_watermarks set system_identifier = 1",
        "update drip.lead_watermarks set watermark = '999999999'",
        "drop table drip.enrollment_wishes",
        _SWAP,
    ):
        warm.execute(loss)
        warm.build("0:11")
        assert matched(warm) == [("everything", 1)], loss
        warm.build("0:12")
        assert matched(warm) == [], loss
    warm.build("24:11")
    assert matched(warm) == [("everything", 1)]
    assert enrolled(warm) == [(PHONE,)]


def test_a_build_that_sees_no_lead_forgets_none(warm: World) -> None:
    """What --empty did not look at is looked at by the next build."""
    warm.lead("60111000002")
    dbt(warm.project, "run", "--empty", "--select", "+enrollment_wishes")
    warm.build("0:11")
    assert enrolled(warm) == [(PHONE,), ("60111000002",)]


def test_a_part_of_the_leads_is_not_taken_for_all(warm: World) -> None:
    """What the last build matched does not make the table anew."""
    warm.lead("60111000002")
    warm.build("0:10")
    outcome = dbt(
        warm.project, "run", "--full-refresh", "--select", "enrollment_wishes"
    )
    assert not outcome.success
    told = " ".join(result.message for result in outcome.result.results)
    assert "--select +enrollment_wishes" in told
