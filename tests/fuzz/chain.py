"""The steps of one contact in their order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tests.fuzz.facts import (
    Attempt,
    Definition,
    Fault,
    Policies,
    Receipt,
    StepDefinition,
)
from tests.fuzz.memory import Ended, Enrolment, Gone, LateSkip, Row
from tests.fuzz.times import Pause
from tests.fuzz.verdict import Known, Verdict, judge, known_attempts


@dataclass(frozen=True)
class Contact:
    """Everything that the state of one enrolment follows from."""

    enrolment: Enrolment
    definition: Definition  # the one it follows
    attempts: Mapping[UUID, tuple[Attempt, ...]]
    receipts: tuple[Receipt, ...]
    faults: Mapping[str, Fault]
    exit_reason: str | None
    has_left: bool  # as a build before this one saw
    ended: Ended | None
    late: Mapping[UUID, LateSkip]
    gone: Mapping[UUID, Gone]
    assumed: frozenset[tuple[UUID, int]]
    before: Mapping[UUID, Row]
    pauses: tuple[Pause, ...]
    now: datetime


@dataclass(frozen=True)
class Place:
    """A step in the chain of a contact."""

    step: StepDefinition
    policies: Policies
    known: tuple[Known, ...]
    verdict: Verdict


def chain_of(contact: Contact) -> list[Place]:
    """Return what was tried, then what is still to come."""
    known = {
        step_id: known_attempts(attempts, contact.receipts)
        for step_id, attempts in contact.attempts.items()
    }
    known = {step_id: found for step_id, found in known.items() if found}
    when = {i: skip.decided_at for i, skip in contact.late.items()}
    when |= {i: found[0].attempt.claimed_at for i, found in known.items()}
    tried = sorted(when, key=lambda step_id: when[step_id])
    last_attempted = max(
        (n for n, step_id in enumerate(tried) if step_id in known), default=-1
    )
    places = [
        _tried(contact, step_id, known.get(step_id, []), n < last_attempted)
        for n, step_id in enumerate(tried)
    ]
    frontier = _frontier(contact.definition, contact, tried, known)
    ahead = contact.definition.steps[frontier + 1 :]
    return places + [
        Place(step, contact.definition.policies, (), Verdict("untried"))
        for step in ahead
        if step.id not in when
    ]


def _tried(
    contact: Contact,
    step_id: UUID,
    known: list[Known],
    is_passed: bool,  # noqa: FBT001  # a private helper
) -> Place:
    recorded = (
        known[-1].attempt.definition
        if known
        else contact.late[step_id].definition
    )
    here = contact.definition.place(step_id) is not None
    definition = contact.definition if here else recorded
    step = definition.step(step_id)
    assert step is not None
    if known:
        last_no = max(a.attempt_no for a in contact.attempts[step_id])
        verdict = judge(
            known,
            definition.policies,
            contact.faults,
            contact.now,
            is_passed=is_passed,
            is_over=contact.ended is not None,
            is_here=here,
            is_assumed=(step_id, last_no) in contact.assumed,
        )
    else:
        verdict = Verdict("late", contact.late[step_id].decided_at)
    return Place(step, definition.policies, tuple(known), verdict)


def _frontier(
    definition: Definition,
    contact: Contact,
    tried: Iterable[UUID],
    known: Mapping[UUID, list[Known]],
) -> int:
    """Return the furthest position that was tried; -1 is before all."""
    furthest = -1
    for step_id in tried:
        place = definition.place(step_id)
        if place is None:
            day = _recorded_day(contact, step_id, known.get(step_id))
            place = max(
                (
                    n
                    for n, step in enumerate(definition.steps)
                    if step.day_number <= day
                ),
                default=-1,
            )
        furthest = max(furthest, place)
    return furthest


def _recorded_day(
    contact: Contact, step_id: UUID, known: list[Known] | None
) -> int:
    if known:
        return known[-1].attempt.day_number
    step = contact.late[step_id].definition.step(step_id)
    assert step is not None
    return step.day_number
