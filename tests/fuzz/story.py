"""One tenant on whom things happen; builds are the oracle's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from tests.fuzz.facts import (
    Attempt,
    Facts,
    Fault,
    Key,
    Policies,
    Receipt,
    Reply,
    Sequence,
    Step,
    Suppression,
)
from tests.fuzz.memory import Memory, Row
from tests.fuzz.oracle import build

# As seeds/fault_policies.csv has them
FAULTS = {
    "RECIPIENT_INVALID": Fault(ends_enrollment=True),
    "RECIPIENT_SUSPECT": Fault((5, 30)),
    "RECIPIENT_DEFERRED": Fault((1440, 1440)),
    "MEDIA_TRANSIENT": Fault((5, 30)),
    "UNCLASSIFIED": Fault((5, 30)),
}
DEADLINE = timedelta(minutes=2)


class Story:
    """The tenant's tables and what its builds remember."""

    def __init__(
        self, tenant: UUID, facts: Facts | None = None, first_lead: int = 1
    ) -> None:
        self.tenant = tenant
        self._leads = count(first_lead)
        self._ids = count()
        self.facts = facts or Facts(FAULTS)
        self.memory = Memory()
        # Written by transactions that no build saw committed yet
        self.uncommitted: dict[UUID, Attempt] = {}
        # What the dispatcher will know of attempts, and when
        self.outcomes: list[tuple[datetime, Attempt]] = []

    def next_lead(self) -> int:
        return next(self._leads)

    def next_id(self) -> UUID:
        return uuid5(self.tenant, str(next(self._ids)))

    def build(self, now: datetime) -> None:
        self.memory, _ = build(self.memory, self.facts, now)

    def rows(self, key: Key) -> dict[UUID, Row]:
        return dict(self.memory.rows.get(key, {}))

    # what the CRM does

    def sequence(self, sequence_id: UUID) -> Sequence | None:
        known = self.facts.sequences
        return next((s for s in known if s.id == sequence_id), None)

    def edit(self, sequence_id: UUID, **changes: Any) -> None:
        """Change columns of a sequence."""
        self.change(
            sequences=tuple(
                replace(s, **changes) if s.id == sequence_id else s
                for s in self.facts.sequences
            )
        )

    def edit_policies(self, sequence_id: UUID, **changes: Any) -> None:
        sequence = self.sequence(sequence_id)
        assert sequence is not None
        policies: Policies = replace(sequence.policies, **changes)
        self.edit(sequence_id, policies=policies)

    def edit_steps(
        self, sequence_id: UUID, change: Callable[[Step], Step | None]
    ) -> None:
        """Change each step, or remove it."""
        sequence = self.sequence(sequence_id)
        assert sequence is not None
        changed = (change(step) for step in sequence.steps)
        self.edit(sequence_id, steps=tuple(s for s in changed if s))

    def change(self, **changes: Any) -> None:
        self.facts = replace(self.facts, **changes)

    # what the dispatcher does

    def claim(self, key: Key, step_id: UUID, at: datetime) -> Attempt:
        """Return the attempt of an active row, still sending."""
        row = self.memory.rows[key][step_id]
        assert row.attempt_no is not None
        return Attempt(
            id=uuid5(self.tenant, f"{key} {step_id} {row.attempt_no}"),
            key=key,
            step_id=step_id,
            attempt_no=row.attempt_no,
            status="sending",
            claimed_at=at,
            deadline_at=at + DEADLINE,
            definition=self.memory.followed[key],
            day_number=row.current_step,
            due_at=row.due_at,
            is_resend=row.is_resend,
        )

    def record(self, attempt: Attempt) -> None:
        """Write an attempt, or what became of it."""
        others = [a for a in self.facts.attempts if a.id != attempt.id]
        self.change(attempts=(*others, attempt))

    def record_until(self, now: datetime) -> None:
        """Write the outcomes that are known by then."""
        for ended, attempt in self.outcomes:
            if ended <= now:
                self.record(attempt)
        self.outcomes = [later for later in self.outcomes if later[0] > now]

    def receive(self, receipt: Receipt) -> None:
        self.change(receipts=(*self.facts.receipts, receipt))

    def suppress(self, phone: str, kind: str, at: datetime) -> None:
        event = Suppression(phone, kind, at)
        self.change(suppressions=(*self.facts.suppressions, event))

    def reply(self, phone: str, at: datetime) -> None:
        self.change(replies=(*self.facts.replies, Reply(phone, at)))


def settled(
    attempt: Attempt,
    status: str,
    at: datetime,
    fault: str | None = None,
) -> Attempt:
    """Return the attempt with its outcome."""
    sent = status == "sent"
    return replace(
        attempt,
        status=status,
        fault_class=fault,
        sent_at=at if sent else None,
        finished_at=at,
    )
