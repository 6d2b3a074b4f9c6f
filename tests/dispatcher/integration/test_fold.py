"""The fold goes on from the last one, and is whole whatever happened."""

from contextlib import closing

from psycopg import Connection

from dispatcher.store.connect import connect
from tests.dispatcher.integration.harness import (
    PHONE,
    SILENT,
    TENANT,
    World,
    dbt,
)
from tests.dispatcher.integration.timeline import CLAIM, Story


def folded(world: World) -> list[tuple[str, int]]:
    """Return why how many enrolments were folded by the last build."""
    return [
        (cause, count)
        for cause, count in world.rows(
            "select cause, count(*) from drip.enrollments_to_fold"
            " group by cause order by cause"
        )
    ]


def test_only_what_changed_is_folded(warm: World) -> None:
    """Something happened, nothing happened, time passed."""
    warm.dispatch("0:05", SILENT, timeout_seconds=0.5)
    warm.build("0:06")
    assert folded(warm) == [("changed", 1)]
    assert warm.contacts("status", "next_fold_at")[0] == (1, "active", "1:05")

    warm.build("1:04")
    assert folded(warm) == []
    assert warm.contacts("status")[0] == (1, "active")

    warm.build("1:05")
    assert folded(warm) == [("time", 1)]
    assert warm.contacts("status")[0] == (1, "completed")
    assert warm.value("select count(*) from drip.fold_schedule") == 0


def test_a_transaction_older_than_the_build_is_not_missed(warm: World) -> None:
    """It began before the fold and committed after it: found by its number."""
    with closing(connect(warm.profile)) as late:
        late.execute("select pg_current_xact_id()")
        warm.build("0:10")
        late.execute(
            "insert into dispatch.suppressions (user_id, phone, kind, source,"
            " occurred_at) values (%s, %s, 'opt_out', 'test', %s)",
            (TENANT, PHONE, "2026-03-02 02:01+00"),
        )
        warm.build("0:11")
        late.commit()
    assert warm.contacts("status")[0] == (1, "active")

    warm.build("0:12")

    assert folded(warm) == [("changed", 1)]
    assert warm.contacts("status")[0] == (1, "cancelled")


def test_another_cluster_or_logic_folds_everything(warm: World) -> None:
    """Transactions of two clusters do not compare, nor do two logics."""
    before = warm.contacts("*")
    warm.execute(
        "update drip.fold_watermarks set system_identifier = 1,"
        " watermark = '999999999'"
    )
    warm.build("0:10")
    assert folded(warm) == [("everything", 1)]

    warm.build("0:11")
    assert folded(warm) == []

    warm.execute("update drip.fold_watermarks set fold_version = 'older'")
    warm.build("0:12")
    assert folded(warm) == [("everything", 1)]
    assert warm.contacts("*") == before


def test_a_part_is_not_taken_for_the_whole(warm: World) -> None:
    """What the last build folded does not make the table anew."""
    warm.build("0:10")
    warm.build("0:11")
    assert folded(warm) == []

    outcome = dbt(
        warm.project, "run", "--full-refresh", "--select", "sequence_contacts"
    )

    assert not outcome.success
    told = " ".join(result.message for result in outcome.result.results)
    assert "--select +sequence_contacts" in told
    assert len(warm.contacts("status")) > 0
    warm.build("0:12")
    assert warm.gate() == []


def copied(connection: Connection, statement: str, *tables: str) -> str:
    """Return the statement on copies, for a build replaces what is read."""
    for table in tables:
        copy = f"create temporary table {table} as table drip.{table}"
        connection.execute(copy.encode())
        statement = statement.replace(f"drip.{table}", f"pg_temp.{table}")
    connection.commit()
    return statement


def test_a_step_that_was_passed_unseen_is_the_same_when_rebuilt(
    world: World,
) -> None:
    """The contact has left when a later step turns out to have been sent."""
    story = Story(world, 0)
    story.warm()
    world.build("0:00")
    world.now("0:05")
    with closing(connect(world.profile)) as late:
        claim = copied(late, CLAIM, "due_steps", "sequence_contacts")
        late.execute(claim.encode(), ("sent", None, story.user, 1))
        story.add_step(0, number=9)
        story.execute("delete from leads where user_id = %s", story.user)
        world.build("0:10")
        late.commit()
    state = ("status", "status_reason", "chain_no")
    assert story.contacts(*state)[:2] == [
        (0, "cancelled", "lead_deleted", 1),
        (1, "cancelled", "lead_deleted", 2),
    ]

    world.build("0:11")

    shown = story.contacts(*state)
    assert shown == [
        (0, "skipped", "step_passed", None),
        (1, "completed", None, 1),
        (2, "cancelled", "lead_deleted", 2),
        (3, "cancelled", "lead_deleted", 3),
    ]
    select = ("--select", "+sequence_contacts")
    assert dbt(world.project, "run", "--full-refresh", *select).success
    assert story.contacts(*state) == shown


def test_two_steps_under_way_are_not_sent_again(world: World) -> None:
    """The claim of the first comes to light after the second's."""
    policy: dict[str, object] = {"advance_on": "delivered"}
    story = Story(world, 0)
    story.warm()
    world.build("0:00", dbt_vars=policy)
    world.now("0:05")
    with closing(connect(world.profile)) as late:
        claim = copied(late, CLAIM, "due_steps", "sequence_contacts")
        late.execute(claim.encode(), ("unknown", None, story.user, 1))
        story.add_step(0, number=9)
        world.build("0:10", dbt_vars=policy)
        world.now("0:11")
        world.execute(CLAIM, "sent", None, story.user, 1)
        late.commit()

    world.build("0:12", dbt_vars=policy)

    assert story.contacts("status", "chain_no")[:3] == [
        (0, "sent", 2),
        (1, "completed", 1),
        (2, "pending", 3),
    ]
    assert story.due() == []

    world.build("1:06", dbt_vars=policy)

    assert story.contacts("status")[:2] == [(0, "sent"), (1, "completed")]
    assert story.due() == []
