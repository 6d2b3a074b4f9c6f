"""What a pause is of, and whether a request changes anything."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from dispatcher.domain import Scope
from dispatcher.store.switches import Pause
from dispatcher.switch import Switch, Turned

TENANT, DEVICE, SEQUENCE = UUID(int=1), UUID(int=2), UUID(int=3)


def pause(
    user_id: UUID | None,
    device_id: UUID | None = None,
    sequence_id: UUID | None = None,
) -> Pause:
    return Pause.of(
        {
            "user_id": user_id,
            "device_id": device_id,
            "sequence_id": sequence_id,
            "requested_by": "Nor",
            "requested_at": datetime(2026, 3, 2, tzinfo=UTC),
            "reason": "a test",
        }
    )


@pytest.mark.parametrize(
    ("found", "scope", "scope_id"),
    [
        (pause(None), Scope.EVERYTHING, None),
        (pause(TENANT), Scope.TENANT, TENANT),
        (pause(TENANT, device_id=DEVICE), Scope.DEVICE, DEVICE),
        (pause(TENANT, sequence_id=SEQUENCE), Scope.SEQUENCE, SEQUENCE),
    ],
)
def test_a_pause_is_of_the_narrowest_that_it_names(
    found: Pause, scope: Scope, scope_id: UUID | None
) -> None:
    assert (found.scope, found.scope_id) == (scope, scope_id)


def test_a_switch_is_named_as_a_person_does() -> None:
    assert str(Switch(Scope.EVERYTHING)) == "everything"
    assert str(Switch(Scope.DEVICE, DEVICE)) == f"device {DEVICE}"


@pytest.mark.parametrize(
    ("turned", "is_change"),
    [
        (Turned(is_paused=True, before=None), True),
        (Turned(is_paused=True, before=pause(TENANT)), False),
        (Turned(is_paused=False, before=pause(TENANT)), True),
        (Turned(is_paused=False, before=None), False),
    ],
)
def test_only_a_change_is_recorded(
    turned: Turned,
    is_change: bool,  # noqa: FBT001  # a case of the table
) -> None:
    assert turned.is_change is is_change
