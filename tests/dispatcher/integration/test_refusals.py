"""A server that refuses to write: the run ends and says what to do."""

from collections.abc import Iterator
from dataclasses import replace

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


@pytest.fixture
def sender(warm: World) -> Iterator[World]:
    """Let the dispatcher have the rights that it needs, and no more."""
    warm.execute("create role sender")
    for schema in ("dispatch", "drip", "public"):
        warm.execute(f"grant usage on schema {schema} to sender")
        warm.execute(
            f"grant select on all tables in schema {schema} to sender"
        )
    warm.execute(
        "grant insert, update, delete on all tables in schema dispatch"
        " to sender"
    )
    warm.profile = replace(warm.profile, role="sender")
    yield warm
    warm.execute("drop owned by sender")
    warm.execute("drop role sender")


@pytest.mark.parametrize(
    ("right", "came", "left"),
    [("insert", [], []), ("update", [FIRST], [("sending",)])],
)
def test_a_right_that_is_revoked(
    sender: World,
    right: str,
    came: list[tuple[str, str]],
    left: list[tuple[str]],
) -> None:
    """Really: by the server and of a role, as an administrator would."""
    table = "dispatch.broadcast_messages"
    sender.execute(f"revoke {right} on {table} from sender")
    with pytest.raises(LedgerError, match="grant the right") as raised:
        sender.dispatch("0:05")
    assert "permission denied for table broadcast_messages" in str(
        raised.value
    )
    assert ("count as unknown" in str(raised.value)) == bool(left)
    assert sender.texts() == came
    assert sender.ledger("status") == left

    sender.execute(f"grant {right} on {table} to sender")
    sender.dispatch("0:06")
    assert sender.texts() == [FIRST]


def test_a_refusal_is_over_with_the_build_that_settles_it(warm: World) -> None:
    """Before any dispatcher runs again: the queue is for whoever reads it."""
    warm.execute("update sequence_steps set content = 'New'")
    warm.dispatch("0:05")
    assert warm.monitor("hold_reason")[0] == (1, "definition_changed")
    warm.build("0:10")
    assert warm.monitor("hold_reason")[0] == (1, None)
    assert warm.due() == [(1, 1, False)]


def test_nothing_is_refused_to_who_has_left(warm: World) -> None:
    warm.execute("update user_devices set platform = 'nobody'")
    warm.dispatch("0:05")
    found = "select affected_count from drip.pipeline_findings"
    warm.build("0:10", select=[])
    assert warm.value(f"{found} where finding = 'claim_refused'") == 1
    warm.execute("update sequences set status = 'archived'")
    warm.build("0:20", select=[])
    assert warm.rows(f"{found} where finding = 'claim_refused'") == []
