"""Enrolments as the memory knows them."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from dispatcher.store.requests import Requests


class Enrollment(NamedTuple):
    """An enrolment that has neither left nor ended."""

    user_id: UUID
    enrollment_id: UUID
    sequence_id: UUID
    device_id: UUID | None  # builds of 0.1 did not write it down


class Enrollments(Requests):
    """The enrolments of one target schema."""

    def of_build(self, invocation_id: str) -> list[Enrollment]:
        """Return who a build enrolled and is in there still."""
        return self._find("enrollments_of_build", invocation_id=invocation_id)

    def of_device(self, user_id: UUID, device_id: UUID) -> list[Enrollment]:
        """Return who is sent to from a device."""
        return self._find(
            "enrollments_of_device", user_id=user_id, device_id=device_id
        )

    def by_id(self, ids: Iterable[UUID]) -> list[Enrollment]:
        """Return those of these that are open."""
        return self._find("enrollments_by_id", enrollment_ids=list(ids))

    def count_of_build(self, invocation_id: str) -> int:
        """Return how many a build enrolled, whatever became of them."""
        rows = self._rows("enrolled_by_build", invocation_id=invocation_id)
        return int(rows[0]["enrolled"])

    def known(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return those of these that were ever enrolled."""
        rows = self._rows("enrolled_ids", enrollment_ids=list(ids))
        return {row["enrollment_id"] for row in rows}

    def moves_wait(self, user_id: UUID) -> bool:
        """Tell whether a tenant's moves wait for a build."""
        target = self._schemas["target"]
        rows = self._rows("moves_wait", user_id=user_id, target=target)
        return bool(rows[0]["is_waiting"])

    def owner_of_device(self, device_id: UUID) -> UUID | None:
        """Return the tenant whose device it is now; None when it is gone."""
        rows = self._app_rows("device_owner", device_id=device_id)
        return rows[0]["user_id"] if rows else None

    def _find(self, name: str, **values: object) -> list[Enrollment]:
        return [Enrollment(**row) for row in self._rows(name, **values)]
