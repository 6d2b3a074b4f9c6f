"""The order of a sequence's steps, and where its last one leads."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tests.fuzz.facts import (
    DEFAULT_DELAY,
    Definition,
    Policies,
    Sequence,
    Step,
    StepDefinition,
)
from tests.fuzz.times import hh_mm


def token(text: str | None) -> str:
    """Return a trigger as it is compared."""
    return (text or "").strip().casefold()


def define(sequence: Sequence, others: Iterable[Sequence]) -> Definition:
    """Return the sequence's definition; its steps are not empty."""
    by_day = _by_day(sequence.steps)
    chain = _chain(by_day) if _is_chained(by_day) else by_day
    steps = chain or by_day
    named = token(steps[-1].next_trigger)
    link = _named(named, others) if named else None
    wrong = None if chain else "chain"
    if chain and named and link is None:
        wrong = "next_trigger_unknown"
    if wrong and chain:
        steps = by_day
        named = token(steps[-1].next_trigger)
        link = _named(named, others) if named else None
    return Definition(
        sequence.id,
        tuple(
            _define_step(step, sequence, link if step is steps[-1] else None)
            for step in steps
        ),
        _effective(sequence),
        wrong,
    )


def _by_day(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: (step.day_number, step.id))


def _is_chained(by_day: list[Step]) -> bool:
    """Tell whether the steps follow next_trigger."""
    own = {token(step.trigger) for step in by_day} - {""}
    return any(token(step.next_trigger) in own for step in by_day) or any(
        token(step.next_trigger) for step in by_day[:-1]
    )


def _chain(by_day: list[Step]) -> list[Step] | None:
    """Return the steps as next_trigger orders them; None when it does not."""
    entries = [step for step in by_day if step.is_entry_point]
    chain: list[Step] = []
    reached = entries
    while len(reached) == 1 and reached[0] not in chain:
        chain.append(reached[0])
        named = token(chain[-1].next_trigger)
        reached = [s for s in by_day if named and token(s.trigger) == named]
    whole = not reached and len(chain) == len(by_day)
    return chain if whole else None


def _named(named: str, sequences: Iterable[Sequence]) -> UUID | None:
    """Return the sequence of that trigger, else of that entry step."""
    known = sorted(sequences, key=lambda sequence: sequence.id)
    for sequence in known:
        if token(sequence.trigger) == named:
            return sequence.id
    for sequence in known:
        if named in _entry_triggers(sequence):
            return sequence.id
    return None


def _entry_triggers(sequence: Sequence) -> set[str]:
    if not sequence.steps:
        return set()
    by_day = _by_day(sequence.steps)
    ordered = _chain(by_day) if _is_chained(by_day) else by_day
    return {token((ordered or by_day)[0].trigger)}


def _define_step(
    step: Step, sequence: Sequence, link: UUID | None
) -> StepDefinition:
    hours = step.delay_hours
    known = hours is not None and hours >= 0
    return StepDefinition(
        step.id,
        step.day_number,
        timedelta(hours=hours or 0) if known else DEFAULT_DELAY,
        hh_mm(
            step.time_schedule,
            step.send_time,
            sequence.time_schedule,
            sequence.schedule_time,
        ),
        link,
    )


def _effective(sequence: Sequence) -> Policies:
    policies = sequence.policies
    if policies.skip_weekends is None:
        weekends = bool(sequence.skip_weekends)
        policies = replace(policies, skip_weekends=weekends)
    return policies
