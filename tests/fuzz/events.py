"""What can happen to a tenant between two builds.

An event says which of what is there it means by number; one that finds
nothing to happen to does nothing. So a history stays one when an event is
taken out of it.
"""

from collections.abc import Sequence as Many
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

from tests.fuzz.definitions import define
from tests.fuzz.enrolment import exit_reason, is_paused
from tests.fuzz.facts import Attempt, Key, Lead, Receipt, Sequence, Step
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
        left = exit_reason(story.facts, enrolment, followed.policies)
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


# The CRM


@dataclass(frozen=True)
class AddLead:
    phone: str
    trigger: str | None
    has_device: bool = True

    def apply(self, story: Story, at: datetime) -> None:
        devices = story.facts.devices
        device = devices[0] if self.has_device else uuid5(story.tenant, "?")
        lead = Lead(story.next_lead(), self.phone, self.trigger, device, at)
        story.change(leads=(*story.facts.leads, lead))


@dataclass(frozen=True)
class ChangeLead:
    """Give a lead another tag or phone; None: delete it."""

    number: int
    column: str | None
    value: str | None = None

    def apply(self, story: Story, at: datetime) -> None:
        del at
        lead = pick(self.number, story.facts.leads)
        if lead is None:
            return
        others = tuple(x for x in story.facts.leads if x.id != lead.id)
        if self.column is not None:
            changes: dict[str, Any] = {self.column: self.value}
            others = (*others, replace(lead, **changes))
        story.change(leads=others)


@dataclass(frozen=True)
class ChangeSequence:
    """Change columns of a sequence."""

    number: int
    changes: tuple[tuple[str, Any], ...]

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence = pick(self.number, story.facts.sequences)
        if sequence is not None:
            story.edit(sequence.id, **dict(self.changes))


@dataclass(frozen=True)
class ChangePolicies:
    """Change cells of a sequence's row of policies."""

    number: int
    changes: tuple[tuple[str, Any], ...]

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence = pick(self.number, story.facts.sequences)
        if sequence is not None:
            story.edit_policies(sequence.id, **dict(self.changes))


@dataclass(frozen=True)
class DeleteSequence:
    number: int

    def apply(self, story: Story, at: datetime) -> None:
        del at
        gone = pick(self.number, story.facts.sequences)
        kept = tuple(s for s in story.facts.sequences if s is not gone)
        story.change(sequences=kept)


@dataclass(frozen=True)
class ChangeStep:
    """Change columns of a step; no changes: remove it."""

    number: int
    step: int
    changes: tuple[tuple[str, Any], ...]

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence = pick(self.number, story.facts.sequences)
        step = pick(self.step, sequence.steps) if sequence else None
        if sequence and step:
            new = replace(step, **dict(self.changes)) if self.changes else None
            story.edit_steps(sequence.id, lambda s: new if s is step else s)


@dataclass(frozen=True)
class InsertStep:
    number: int
    day_number: int
    delay_hours: int | None

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence = pick(self.number, story.facts.sequences)
        if sequence:
            step = Step(story.next_id(), self.day_number, self.delay_hours)
            story.edit(sequence.id, steps=(*sequence.steps, step))


@dataclass(frozen=True)
class RecreateSteps:
    """Delete all steps; write them again under new ids, or not."""

    number: int
    is_written_again: bool = True

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence: Sequence | None = pick(self.number, story.facts.sequences)
        if sequence:
            again = sequence.steps if self.is_written_again else ()
            new = tuple(replace(s, id=story.next_id()) for s in again)
            story.edit(sequence.id, steps=new)
