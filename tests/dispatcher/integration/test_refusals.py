"""A server that refuses to write: the run ends and says what to do."""

import pytest

from dispatcher.errors import LedgerError
from tests.dispatcher.integration.harness import PHONE, World

FIRST = (PHONE, "WARM, day 1")
# As Postgres tells of a full disk and of a right that was revoked
REFUSALS = [
    ("53100", "make room on the database's disk"),
    ("42501", "grant the right to the profile's user"),
]


def refuse(world: World, event: str, code: str) -> None:
    """Let the server refuse to write the ledger."""
    world.execute(
        "create function refuse() returns trigger language plpgsql as"
        f" $$ begin raise exception using errcode = '{code}',"
        " message = 'no'; end $$"
    )
    world.execute(
        f"create trigger refuses before {event} on dispatch.broadcast_messages"
        " execute function refuse()"
    )


def allow(world: World) -> None:
    world.execute("drop function refuse() cascade")


@pytest.mark.parametrize(("code", "cure"), REFUSALS)
def test_a_claim_that_is_refused_ends_the_run(
    warm: World, code: str, cure: str
) -> None:
    refuse(warm, "insert", code)
    with pytest.raises(LedgerError) as raised:
        warm.dispatch("0:05")
    assert cure in str(raised.value)
    assert warm.texts() == []
    assert warm.ledger("status") == []

    allow(warm)
    warm.dispatch("0:06")
    assert warm.texts() == [FIRST]


@pytest.mark.parametrize(("code", "cure"), REFUSALS)
def test_an_outcome_that_is_refused_is_unknown(
    warm: World, code: str, cure: str
) -> None:
    refuse(warm, "update", code)
    with pytest.raises(LedgerError, match="count as unknown") as raised:
        warm.dispatch("0:05")
    assert cure in str(raised.value)
    assert warm.texts() == [FIRST]
    assert warm.ledger("status") == [("sending",)]

    allow(warm)
    warm.build("0:10")
    assert warm.monitor("hold_reason")[0] == (1, "outcome_unknown")
    warm.dispatch("0:11")
    assert warm.texts() == [FIRST]
