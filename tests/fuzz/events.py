"""What can happen to a tenant between two builds.

An event says which of what is there it means by number; one that finds
nothing to happen to does nothing. So a history stays one when an event is
taken out of it.
"""

from collections.abc import Sequence as Many
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from tests.fuzz.definitions import define
from tests.fuzz.enrolment import exit_reason, is_paused
from tests.fuzz.facts import Attempt, Key, Receipt
from tests.fuzz.oracle import global_pauses
from tests.fuzz.story import Story, settled
from tests.fuzz.times import is_quiet

Item = TypeVar("Item")


class Action(Protocol):
    def apply(self, story: Story, at: datetime) -> None: ...


def pick(number: int, things: Many[Item]) -> Item | None:
    return things[number % len(things)] if things else None


# The dispatcher


@dataclass(frozen=True)
class Claim:
    """Claim a due step; the outcome is recorded some minutes later.

    Late: in a transaction that commits after the next build.
    """

    number: int
    outcome: str
    fault: str
    minutes: int = 0
    is_late: bool = False

    def apply(self, story: Story, at: datetime) -> None:
        due = pick(self.number, claimable(story, at))
        if due is None:
            return
        attempt = story.claim(*due, at)
        if self.is_late:
            story.uncommitted[attempt.id] = self._settle(attempt, at)
        elif self.outcome == "sending":
            story.record(attempt)
        else:
            story.record(attempt)
            ended = at + timedelta(minutes=self.minutes)
            story.outcomes.append((ended, self._settle(attempt, ended)))

    def _settle(self, attempt: Attempt, at: datetime) -> Attempt:
        if self.outcome == "sending":
            return attempt
        fault = self.fault if self.outcome == "failed" else None
        return settled(attempt, self.outcome, at, fault)


def claimable(story: Story, at: datetime) -> list[tuple[Key, UUID]]:
    """Return what the dispatcher may claim then, in a fixed order."""
    if any(e is None or at < e for s, e in _pauses(story) if s <= at):
        return []
    return [
        (key, step_id)
        for key, rows in sorted(story.memory.rows.items())
        for step_id, row in sorted(rows.items())
        if row.status == "active"
        and row.next_trigger_time is not None
        and row.next_trigger_time <= at
        and not _is_claimed(story, key, step_id, row.attempt_no)
        and _may_be_sent(story, key, step_id, at)
    ]


def _pauses(story: Story) -> Many[tuple[datetime, datetime | None]]:
    return global_pauses(story.facts.switches)


def _is_claimed(
    story: Story, key: Key, step_id: UUID, attempt_no: int | None
) -> bool:
    attempts = (*story.facts.attempts, *story.uncommitted.values())
    wanted = key, step_id, attempt_no
    return any((a.key, a.step_id, a.attempt_no) == wanted for a in attempts)


def _may_be_sent(story: Story, key: Key, step_id: UUID, at: datetime) -> bool:
    """Tell whether the live tables let it go."""
    sequence = story.sequence(key.sequence_id)
    followed = story.memory.followed[key]
    if sequence is None or not sequence.steps or is_paused(sequence):
        return False
    live = define(sequence, story.facts.sequences)
    if live.misconfiguration or is_quiet(at, followed.policies):
        return False
    if followed.step(step_id) in live.steps:
        enrolment = story.memory.enrolments[key]
        left = exit_reason(
            story.facts, enrolment, followed.policies, is_sound=True
        )
        return left not in {"opted_out", "replied"}
    return False


@dataclass(frozen=True)
class Settle:
    """Record the outcome of an attempt that has none yet."""

    number: int
    outcome: str
    fault: str
    is_late: bool = False

    def apply(self, story: Story, at: datetime) -> None:
        waits = {attempt.id for _, attempt in story.outcomes}
        unsettled = [
            attempt
            for attempt in story.facts.attempts
            if attempt.status in {"sending", "unknown"}
            and attempt.id not in waits
            and attempt.id not in story.uncommitted
        ]
        attempt = pick(self.number, unsettled)
        if attempt is not None:
            fault = self.fault if self.outcome == "failed" else None
            known = settled(attempt, self.outcome, at, fault)
            if self.is_late:
                story.uncommitted[attempt.id] = known
            else:
                story.record(known)


@dataclass(frozen=True)
class Receive:
    """A receipt; one of a status per attempt."""

    number: int
    status: str
    fault: str

    def apply(self, story: Story, at: datetime) -> None:
        attempts = (*story.facts.attempts, *story.uncommitted.values())
        known = {(r.attempt_id, r.status) for r in story.facts.receipts}
        attempt = pick(
            self.number,
            [
                attempt
                for attempt in attempts
                if attempt.status != "released"
                and (attempt.id, self.status) not in known
                and not _will_be_released(story, attempt)
            ],
        )
        if attempt is not None:
            fault = self.fault if self.status == "failed" else None
            story.receive(Receipt(attempt.id, self.status, at, fault))


def _will_be_released(story: Story, attempt: Attempt) -> bool:
    return any(
        later.id == attempt.id and later.status == "released"
        for _, later in story.outcomes
    )


# The contact


@dataclass(frozen=True)
class Suppress:
    phone: str
    kind: str

    def apply(self, story: Story, at: datetime) -> None:
        story.suppress(self.phone, self.kind, at)


@dataclass(frozen=True)
class Answer:
    phone: str

    def apply(self, story: Story, at: datetime) -> None:
        story.reply(self.phone, at)


@dataclass(frozen=True)
class Void:
    number: int

    def apply(self, story: Story, at: datetime) -> None:
        del at
        key = pick(self.number, sorted(story.memory.enrolments))
        if key is not None:
            story.change(voided=story.facts.voided | {key})
