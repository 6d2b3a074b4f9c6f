"""A CRM numbers its leads, or has uuids, or texts; so with other columns."""

import pytest

from tests.dispatcher.integration.harness import (
    HOT,
    PHONE,
    World,
    dbt,
)

_STATUS = "update sequences set status = %s where id = %s"


@pytest.fixture
def linked(world: World) -> World:
    """Return a world with a lead in WARM, whose one step leads to HOT."""
    world.is_built_by_dbt = True  # a CRM like this is on no tape
    world.tenant()
    world.device()
    world.sequence(steps=1)
    world.sequence("HOT", sequence=HOT, steps=1)
    world.execute("update sequence_steps set next_trigger = 'hot'")
    world.lead()
    return world


def change_ids(world: World, kind: str) -> None:
    """Give every lead another id, of that type."""
    world.execute(
        "alter table leads alter id drop default,"
        f" alter id type {kind} using gen_random_uuid()"
    )


def enrolled(world: World) -> list[tuple[str, bool]]:
    """Return how each enrolment came, and whether its lead is there."""
    return [
        (source, is_alive)
        for source, is_alive in world.rows(
            "select source, lead_id in (select id::text from leads)"
            " from drip_memory.sequence_enrollments order by 1"
        )
    ]


@pytest.mark.parametrize("kind", ["uuid", "varchar(255)"])
def test_leads_may_have_other_ids_than_numbers(
    linked: World, kind: str
) -> None:
    """One goes from WARM to HOT."""
    change_ids(linked, kind)
    linked.execute("drop schema drip cascade")
    linked.build("0:02")
    linked.dispatch("0:02")
    linked.build("0:03")
    linked.build("0:04")
    assert enrolled(linked) == [("link", True), ("trigger", True)]


def test_unit_tests_hold_where_leads_have_uuids(linked: World) -> None:
    """Or else the gate would stay closed there."""
    change_ids(linked, "uuid")
    assert dbt(linked.project, "test", "--select", "test_type:unit").success


def test_ids_of_leads_may_change(linked: World) -> None:
    """Who waits is found by the number then."""
    linked.execute(_STATUS, "draft", HOT)
    linked.build("0:02")
    linked.dispatch("0:02")
    linked.build("0:03")
    change_ids(linked, "uuid")
    linked.now("0:04")
    linked.execute(_STATUS, "active", HOT)
    linked.build("0:04")
    assert enrolled(linked) == [("link", True), ("trigger", False)]
    assert sorted(linked.contacts("contact_phone", "status")) == [
        (1, PHONE, "active"),
        (1, PHONE, "completed"),
    ]


def test_ids_may_outgrow_integer(linked: World) -> None:
    """Nobody is forgotten who waited, nor enrolled once more."""
    linked.build("0:02")
    linked.execute("update leads set trigger = 'hot,' || trigger")
    linked.execute("alter table leads alter id type bigint")
    linked.execute(
        "alter sequence leads_id_seq as bigint restart 1099511627776"
    )
    linked.lead(phone="60112999999")
    linked.build("0:04")
    assert enrolled(linked) == [("trigger", True)] * 3


def test_columns_may_have_other_types(warm: World) -> None:
    warm.is_built_by_dbt = True
    warm.dispatch("0:05")
    warm.execute(
        "alter table leads alter phone type bigint using phone::bigint;"
        " alter table sequence_steps alter day_number type bigint,"
        " alter trigger_delay_hours type numeric,"
        " alter min_delay_seconds type bigint,"
        " alter max_delay_seconds type bigint;"
        " alter table sequences alter min_delay_seconds type bigint,"
        " alter max_delay_seconds type bigint;"
        " update sequence_steps set max_delay_seconds = 3000000000"
        " where day_number = 3"
    )
    warm.build("0:10")
    assert warm.gate() == []
    assert warm.contacts("status", "next_trigger_time")[:2] == [
        (1, "completed", None),
        (2, "active", "24:05"),
    ]
