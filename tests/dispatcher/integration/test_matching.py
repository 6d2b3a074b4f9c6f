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


def is_matched_anew(world: World) -> bool:
    """Return whether the last build matched every lead."""
    return bool(
        world.value(
            "select continued_from is null from drip.lead_watermarks"
            " where is_applied"
        )
    )


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
    """A wish that is taken away comes back when its lead is written again."""
    warm.sequence("HOT", sequence=HOT)
    warm.execute("update sequences set status = 'draft' where id = %s", HOT)
    for phone in ("60111000002", "60111000003"):
        warm.lead(phone, trigger="HOT")
    warm.build("0:10")
    assert wishes(warm) == [("60111000002", "HOT"), ("60111000003", "HOT")]

    warm.execute("delete from drip.enrollment_wishes")
    warm.execute("update leads set name = 'Bo' where phone = '60111000003'")
    warm.build("0:11")
    assert not is_matched_anew(warm)
    assert wishes(warm) == [("60111000003", "HOT")]

    warm.execute("update leads set trigger = '' where phone = '60111000003'")
    warm.build("0:12")
    assert wishes(warm) == []


def test_a_tag_among_many_is_one_wish(warm: World) -> None:
    """Whatever its case, and however often it is there."""
    warm.sequence("HOT", sequence=HOT)
    warm.execute("update sequences set status = 'draft' where id = %s", HOT)
    warm.lead("+60 11-100 0002", trigger=" Hot,tepid ,HOT,\thot")
    for loss in ("select 1", "delete from drip.lead_watermarks"):
        warm.execute(loss)
        warm.build("0:10")
        assert wishes(warm) == [("60111000002", "HOT")]


def test_who_waits_is_enrolled_without_a_change(warm: World) -> None:
    """A device comes, a sequence opens: the lead was matched long ago."""
    warm.execute("update sequences set status = 'draft' where id = %s", WARM)
    warm.lead("60111000002")
    warm.build("0:10")
    assert wishes(warm) == [("60111000002", "WARM")]
    assert enrolled(warm) == [(PHONE,)]

    warm.execute("update sequences set status = 'active' where id = %s", WARM)
    warm.build("0:11")

    assert not is_matched_anew(warm)
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
    assert is_matched_anew(warm)
    entered = "select count(*) from drip_memory.sequence_enrollments"
    assert warm.value(f"{entered} where sequence_id = %s", HOT) == 1


def test_after_a_day_and_after_a_loss_every_lead_is_matched(
    warm: World,
) -> None:
    """Another cluster, a table that is gone, a table that was swapped."""
    warm.build("0:10")
    assert not is_matched_anew(warm)
    for loss in (
        "update drip.lead_watermarks set system_identifier = 1",
        "update drip.lead_watermarks set watermark = '999999999'",
        "drop table drip.enrollment_wishes",
        _SWAP,
    ):
        warm.execute(loss)
        warm.build("0:11")
        assert is_matched_anew(warm), loss
        warm.build("0:12")
        assert not is_matched_anew(warm), loss
    warm.build("24:11")
    assert is_matched_anew(warm)
    assert enrolled(warm) == [(PHONE,)]


def test_a_build_that_sees_no_lead_forgets_none(warm: World) -> None:
    """It says that it cannot go on, and how it could."""
    warm.execute("update sequences set status = 'draft' where id = %s", WARM)
    warm.lead("60111000002")
    warm.build("0:10")
    outcome = dbt(
        warm.project, "run", "--empty", "--select", "enrollment_wishes"
    )
    assert not outcome.success
    told = " ".join(result.message for result in outcome.result.results)
    assert "leave out --empty" in told
    assert wishes(warm) == [("60111000002", "WARM")]


def test_nobody_follows_what_no_build_recorded(warm: World) -> None:
    """A step is edited twice, the second time in the midst of a build."""
    edit = "update sequence_steps set content = %s where sequence_id = %s"
    warm.build("0:10")
    warm.lead("60111000002")
    warm.execute(edit, "Once", WARM)
    dbt(warm.project, "run", "--select", "int_sequences_opened")
    assert (
        warm.value(
            "select closed_reason from drip.int_sequences_opened"
            " where sequence_id = %s",
            WARM,
        )
        == "definition_changed"
    )

    warm.execute(edit, "Twice", WARM)
    warm.build("0:11")

    assert enrolled(warm) == [(PHONE,), ("60111000002",)]
    unrecorded = (
        "select count(*) from drip_memory.sequence_enrollments where"
        " definition_hash not in (select definition_hash"
        " from drip_memory.sequence_definitions)"
    )
    assert warm.value(unrecorded) == 0


def test_leads_of_a_view_are_matched_anew_each_time(warm: World) -> None:
    """Nothing tells which of them changed."""
    warm.execute("alter table leads rename to people")
    warm.execute("create view leads as select * from people")
    for minute, phone in enumerate(("60111000002", "60111000003"), start=10):
        warm.lead(phone)
        warm.build(f"0:{minute}")
        assert is_matched_anew(warm)
        assert (phone,) in enrolled(warm)


def test_a_part_of_the_leads_is_not_taken_for_all(warm: World) -> None:
    """What the last build matched does not make the table anew."""
    warm.build("0:10")
    warm.lead("60111000002")
    warm.build("0:11")
    outcome = dbt(
        warm.project, "run", "--full-refresh", "--select", "enrollment_wishes"
    )
    assert not outcome.success
    told = " ".join(result.message for result in outcome.result.results)
    assert "--select +enrollment_wishes" in told
