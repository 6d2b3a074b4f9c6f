"""Attempts of the ledger, as a person may settle them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatcher.domain import Fault
from dispatcher.store.requests import Requests


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, and what tells how it went."""

    message_id: UUID
    user_id: UUID
    enrollment_id: UUID
    sequence_stepid: UUID
    attempt_no: int
    status: str
    error_message: str | None
    deadline_at: datetime
    is_in_time: bool  # before deadline_at
    has_receipt: bool  # one that proves it sent


class Attempts(Requests):
    """The ledger's attempts, one by one."""

    def lock(self, message_ids: Sequence[UUID]) -> list[Attempt]:
        """Return those of these that there are, until the end of this."""
        rows = self._rows("lock_attempts", message_ids=list(message_ids))
        return [Attempt(**row) for row in rows]

    def settle(self, attempt: Attempt, error: str | None) -> None:
        """Write that it was sent; with an error, that it was not."""
        self._rows(
            "settle_attempt",
            user_id=attempt.user_id,
            message_id=attempt.message_id,
            status="failed" if error else "sent",
            fault_class=Fault.UNCLASSIFIED if error else None,
            error_message=error,
        )
