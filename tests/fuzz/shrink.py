"""A smaller history that still shows a difference.

A build costs seconds however many tenants it carries, so that every history
with one thing less is tried at once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from tests.fuzz.history import History, Plan

# Which of the histories show a difference
Fails = Callable[[Mapping[str, History]], set[str]]
Removal = Callable[[History], History]
BATCH = 150
QUIET = {"quiet_from", "quiet_until"}  # a policy has both or none


def shrink(history: History, fails: Fails, rounds: int = 8) -> History:
    """Return a history without what the difference does not need."""
    random = Random(0)  # noqa: S311  # not for secrets
    for _ in range(rounds):
        single = list(_removals(history))[:BATCH]
        removals = [[removal] for removal in single]
        variants = _named(history, removals)
        useless = [
            removals[int(name)][0] for name in sorted(fails(variants), key=int)
        ]
        if not useless:
            return history
        several = [useless, *_halves(useless, random), [useless[0]]]
        candidates = _named(history, several)
        failing = fails(candidates)
        history = min(
            (candidates[name] for name in failing), key=_size, default=history
        )
        if not failing:
            return history
    return history


def _halves(
    removals: list[Removal], random: Random
) -> Iterator[list[Removal]]:
    """Yield parts of them: to take all out at once is often too much."""
    for share in (0.9, 0.75, 0.5, 0.25):
        for _ in range(20):
            yield [r for r in removals if random.random() < share]


def _named(
    history: History, removals: list[list[Removal]]
) -> dict[str, History]:
    found: dict[str, History] = {}
    for n, together in enumerate(removals):
        smaller = history
        for remove in together:
            smaller = remove(smaller)
        found[str(n)] = smaller
    return found


def _size(history: History) -> int:
    return len(repr(history))


def _removals(history: History) -> Iterator[Removal]:
    """Yield each way to take one thing out; they go together.

    What is taken out is known by its identity, not by its place.
    """
    for n, events in enumerate(history.rounds):
        for event in events:
            yield _without_event(n, event)
    for lead in history.leads[1:]:
        yield _without_lead(lead)
    for n, plan in enumerate(history.plans):
        if len(history.plans) > 1:
            yield _without_plan(plan.name)
        for policy in plan.policies:
            pair = QUIET if policy[0] in QUIET else {policy[0]}
            gone = [p for p in plan.policies if p[0] in pair]
            yield _changed(n, "policies", *gone)
        for column in plan.columns:
            yield _changed(n, "columns", column)
        for step in plan.steps if len(plan.steps) > 1 else ():
            yield _changed(n, "steps", step)


def _without_event(n: int, event: object) -> Removal:
    def remove(history: History) -> History:
        rounds = list(history.rounds)
        rounds[n] = tuple(e for e in rounds[n] if e is not event)
        return replace(history, rounds=tuple(rounds))

    return remove


def _without_lead(lead: object) -> Removal:
    def remove(history: History) -> History:
        kept = tuple(known for known in history.leads if known is not lead)
        return replace(history, leads=kept)

    return remove


def _without_plan(name: str) -> Removal:
    def remove(history: History) -> History:
        kept = tuple(plan for plan in history.plans if plan.name != name)
        return replace(history, plans=kept or history.plans)

    return remove


def _changed(n: int, field: str, *things: object) -> Removal:
    def remove(history: History) -> History:
        if n >= len(history.plans):
            return history
        plan: Plan = history.plans[n]
        gone = {id(thing) for thing in things}
        kept = tuple(x for x in getattr(plan, field) if id(x) not in gone)
        if field == "steps" and not kept:
            return history
        changes: dict[str, Any] = {field: kept}
        smaller = replace(plan, **changes)
        plans = (*history.plans[:n], smaller, *history.plans[n + 1 :])
        return replace(history, plans=plans)

    return remove
