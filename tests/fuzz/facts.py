"""What a build reads: one tenant's tables and the ledger, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

DEFAULT_DELAY = timedelta(hours=24)
MAX_ATTEMPTS = 3


class Key(NamedTuple):
    """An enrolment of the tenant."""

    sequence_id: UUID
    phone: str
    entry_no: int


@dataclass(frozen=True)
class Lead:
    id: int
    phone: str
    trigger: str | None
    device_id: UUID
    created_at: datetime


@dataclass(frozen=True)
class Step:
    """A row of sequence_steps."""

    id: UUID
    day_number: int
    delay_hours: int | None = 24
    content: str = "Text"
    trigger: str | None = None
    next_trigger: str | None = None
    is_entry_point: bool = False
    time_schedule: str | None = None
    send_time: str | None = None


@dataclass(frozen=True)
class Policies:
    """A sequence's row of seeds/sequence_policies.csv; None is blank."""

    trigger_match: str = "exact"
    on_failure: str = "stop"
    on_unknown: str = "assume_sent"
    unknown_grace_minutes: int = 60
    on_undelivered: str = "fail"
    on_late: str = "send"
    late_after_hours: int = 24
    advance_on: str = "sent"
    receipt_deadline_hours: int = 24
    on_reply: str = "exit"
    on_retag: str = "ignore"
    on_edit: str = "follow"
    reentry_after_days: int | None = None
    one_open_enrollment: bool = False
    device_assignment: str = "lead"
    time_zone: str = "Asia/Kuala_Lumpur"
    quiet_from: time | None = None
    quiet_until: time | None = None
    skip_weekends: bool | None = None


@dataclass(frozen=True)
class Sequence:
    """A row of sequences with its steps and policies."""

    id: UUID
    trigger: str | None
    steps: tuple[Step, ...] = ()
    status: str | None = "active"
    is_active: bool | None = True
    skip_weekends: bool | None = False
    time_schedule: str | None = None
    schedule_time: str | None = None
    policies: Policies = field(default_factory=Policies)


@dataclass(frozen=True)
class StepDefinition:
    """A step as its definition has it."""

    id: UUID
    day_number: int
    delay: timedelta
    send_time: time | None
    link: UUID | None


@dataclass(frozen=True)
class Definition:
    """A sequence's steps in order, and its policies."""

    sequence_id: UUID
    steps: tuple[StepDefinition, ...]
    policies: Policies
    misconfiguration: str | None = None

    def place(self, step_id: UUID) -> int | None:
        """Return the position of a step, from 0."""
        for position, step in enumerate(self.steps):
            if step.id == step_id:
                return position
        return None

    def step(self, step_id: UUID) -> StepDefinition | None:
        place = self.place(step_id)
        return None if place is None else self.steps[place]


@dataclass(frozen=True)
class Attempt:
    """A row of the ledger."""

    id: UUID
    key: Key
    step_id: UUID
    attempt_no: int
    status: str
    claimed_at: datetime
    deadline_at: datetime
    definition: Definition
    day_number: int
    due_at: datetime | None = None
    is_resend: bool = False
    fault_class: str | None = None
    sent_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Receipt:
    attempt_id: UUID
    status: str
    occurred_at: datetime
    fault_class: str | None = None


@dataclass(frozen=True)
class Suppression:
    """An opt-out or its withdrawal; the last of a phone decides."""

    phone: str
    kind: str
    occurred_at: datetime


@dataclass(frozen=True)
class Reply:
    phone: str
    occurred_at: datetime


@dataclass(frozen=True)
class Fault:
    """A row of seeds/fault_policies.csv."""

    retry_minutes: tuple[int, ...] = ()
    ends_enrollment: bool = False


@dataclass(frozen=True)
class Switch:
    """An operator's pause or resume of everything."""

    kind: str
    requested_at: datetime


@dataclass(frozen=True)
class Facts:
    """All that a build reads of one tenant, but for its own memory."""

    faults: Mapping[str, Fault]
    devices: tuple[UUID, ...] = ()
    leads: tuple[Lead, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    replies: tuple[Reply, ...] = ()
    voided: frozenset[Key] = frozenset()
    switches: tuple[Switch, ...] = ()
