"""What a build writes down for the next one, and the rows it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tests.fuzz.facts import Definition, Key
from tests.fuzz.times import Pause


@dataclass(frozen=True)
class Row:
    """A row of sequence_contacts: the columns the rules speak of."""

    status: str
    status_reason: str | None
    current_step: int
    chain_no: int | None
    next_trigger_time: datetime | None
    due_at: datetime | None
    attempt_no: int | None
    attempts_used: int
    is_resend: bool
    settled_at: datetime | None
    completed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in {"pending", "active", "sent"}


@dataclass(frozen=True)
class Link:
    """Where a completed enrolment leads."""

    sequence_id: UUID
    phone: str
    lead_id: int
    due_at: datetime


@dataclass(frozen=True)
class Enrolment:
    key: Key
    enrolled_at: datetime
    lead_id: int
    source: str
    definition: Definition
    first_due_at: datetime | None = None


@dataclass(frozen=True)
class LateSkip:
    decided_at: datetime
    definition: Definition


@dataclass(frozen=True)
class Gone:
    """A step that left the chain of a contact."""

    reason: str
    day_number: int


@dataclass(frozen=True)
class Ended:
    definition: Definition
    reason: str | None
    ended_at: datetime


@dataclass(frozen=True)
class Memory:
    """By enrolment, but for pauses and definitions, by sequence."""

    enrolments: Mapping[Key, Enrolment] = field(default_factory=dict)
    exits: Mapping[Key, str] = field(default_factory=dict)
    ended: Mapping[Key, Ended] = field(default_factory=dict)
    late: Mapping[Key, Mapping[UUID, LateSkip]] = field(default_factory=dict)
    gone: Mapping[Key, Mapping[UUID, Gone]] = field(default_factory=dict)
    # Steps with the last attempt by which they were assumed sent
    assumed: Mapping[Key, frozenset[tuple[UUID, int]]] = field(
        default_factory=dict
    )
    links: Mapping[Key, Link] = field(default_factory=dict)
    untagged: frozenset[Key] = frozenset()
    pauses: Mapping[UUID, tuple[Pause, ...]] = field(default_factory=dict)
    # The last definition of each sequence whose chain was whole
    sound: Mapping[UUID, Definition] = field(default_factory=dict)
    # What each contact followed at the last build
    followed: Mapping[Key, Definition] = field(default_factory=dict)
    rows: Mapping[Key, Mapping[UUID, Row]] = field(default_factory=dict)
