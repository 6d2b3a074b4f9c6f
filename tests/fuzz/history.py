"""A tenant's whole history, and what the oracle says it shows."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, repeat
from typing import Any
from uuid import UUID, uuid5

from tests.fuzz.edits import AddLead
from tests.fuzz.events import Action
from tests.fuzz.facts import (
    Attempt,
    Facts,
    Policies,
    Sequence,
    Step,
    Switch,
)
from tests.fuzz.memory import Memory
from tests.fuzz.story import FAULTS, Story

Columns = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Plan:
    """A sequence to begin with; ids are given when it is played."""

    name: str
    steps: tuple[Columns, ...]
    columns: Columns = ()
    policies: Columns = ()


@dataclass(frozen=True)
class Event:
    """Something that happens at a part of the time between two builds."""

    part: float
    action: Action


@dataclass(frozen=True)
class History:
    """Where it begins, and what happens before each build but the first."""

    plans: tuple[Plan, ...]
    leads: tuple[AddLead, ...]
    rounds: tuple[tuple[Event, ...], ...] = ()


@dataclass(frozen=True)
class Clock:
    """When the builds are, and when everything is paused and resumed."""

    builds: tuple[datetime, ...]
    switches: tuple[Switch, ...] = field(default=())


@dataclass(frozen=True)
class Moment:
    """A build: what it may see, what commits only after it, what it shows."""

    now: datetime
    facts: Facts
    late: tuple[Attempt, ...]
    memory: Memory


def play(
    history: History, clock: Clock, tenant: UUID, number: int = 0
) -> Iterator[Moment]:
    """Yield each build of the history on that clock."""
    story = Story(tenant, first_lead=number * 1000 + 1)
    _begin(story, history, clock.builds[0])
    last = clock.builds[0]
    rounds = chain(((),), history.rounds, repeat(()))
    for now, events in zip(clock.builds, rounds, strict=False):
        for late in story.uncommitted.values():
            story.record(late)
        story.uncommitted = {}
        _happen(story, events, clock, last, now)
        story.record_until(now)
        story.change(switches=_until(clock, now))
        story.build(now)
        late_ones = tuple(story.uncommitted.values())
        yield Moment(now, story.facts, late_ones, story.memory)
        last = now


def _happen(
    story: Story,
    events: tuple[Event, ...],
    clock: Clock,
    last: datetime,
    now: datetime,
) -> None:
    for event in sorted(events, key=lambda event: event.part):
        at = last + (now - last) * event.part
        at = at.replace(microsecond=0)
        story.record_until(at)
        story.change(switches=_until(clock, at))
        event.action.apply(story, at)


def _until(clock: Clock, now: datetime) -> tuple[Switch, ...]:
    return tuple(s for s in clock.switches if s.requested_at <= now)


def _begin(story: Story, history: History, now: datetime) -> None:
    tenant = story.tenant
    story.change(
        faults=FAULTS,
        devices=(uuid5(tenant, "device"),),
        sequences=tuple(_sequence(story, plan) for plan in history.plans),
    )
    for lead in history.leads:
        lead.apply(story, now)


def _sequence(story: Story, plan: Plan) -> Sequence:
    begun = Sequence(uuid5(story.tenant, plan.name), plan.name)
    steps = tuple(
        replace(Step(story.next_id(), 1), **dict(columns))
        for columns in plan.steps
    )
    policies = replace(Policies(), **dict(plan.policies))
    return replace(begun, steps=steps, policies=policies, **dict(plan.columns))
