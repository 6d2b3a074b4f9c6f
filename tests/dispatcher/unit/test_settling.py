"""What may be settled by a person, and how."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from dispatcher.settle import Knowledge, objection
from dispatcher.store.attempts import Attempt

UNKNOWN = Attempt(
    message_id=UUID(int=1),
    user_id=UUID(int=2),
    enrollment_id=UUID(int=3),
    sequence_stepid=UUID(int=4),
    attempt_no=1,
    status="unknown",
    error_message=None,
    deadline_at=datetime(2026, 3, 2, 2, 1, tzinfo=UTC),
    is_in_time=False,
    has_receipt=False,
)


@pytest.mark.parametrize("knowledge", Knowledge)
@pytest.mark.parametrize(
    "attempt",
    [
        UNKNOWN,
        # its dispatcher gave up before the deadline
        replace(UNKNOWN, is_in_time=True),
        replace(UNKNOWN, status="sending"),
    ],
)
def test_what_is_not_known_can_be_settled(
    attempt: Attempt, knowledge: Knowledge
) -> None:
    assert objection(attempt, knowledge) is None


@pytest.mark.parametrize("knowledge", Knowledge)
@pytest.mark.parametrize("status", ["sent", "failed", "released"])
def test_what_is_known_stays(status: str, knowledge: Knowledge) -> None:
    told = objection(replace(UNKNOWN, status=status), knowledge)
    assert told == f"is {status}: expected sending or unknown"


@pytest.mark.parametrize("knowledge", Knowledge)
def test_what_is_in_flight_is_its_dispatchers(knowledge: Knowledge) -> None:
    flying = replace(UNKNOWN, status="sending", is_in_time=True)
    told = objection(flying, knowledge)
    assert told == (
        "is in flight: its dispatcher settles it, or it is unknown from"
        " 2026-03-02 02:01:00+0000 on"
    )


def test_a_receipt_outranks_a_person() -> None:
    proved = replace(UNKNOWN, has_receipt=True)
    assert objection(proved, Knowledge.SENT) is None
    told = objection(proved, Knowledge.NOT_SENT)
    assert told == "was sent: a receipt proves it"
