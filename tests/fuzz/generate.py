"""Histories drawn at random, with what real data has in it."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from tests.fuzz import edits, events
from tests.fuzz.facts import Switch
from tests.fuzz.history import Clock, Columns, Event, History, Plan
from tests.fuzz.story import FAULTS
from tests.fuzz.vocabulary import (
    ALL_PHONES,
    CLOCKS,
    GAPS,
    HOURS,
    PHONES,
    POLICIES,
    QUIET,
    STARTS,
    TAGS,
    THEMES,
    TRIGGERS,
)


def _chance(random: Random, one_in: int) -> bool:
    return random.randrange(one_in) == 0


def _comes_back(theme: Columns) -> bool:
    """Tell whether contacts are to end soon, and to enter again."""
    return ("reentry_after_days", 0) in theme


# What there is to begin with


def _policy(random: Random) -> Columns:
    """Draw one policy; quiet hours go in pairs."""
    if _chance(random, 8):
        start, end = random.choice(QUIET)
        return (("quiet_from", start), ("quiet_until", end))
    name = random.choice(sorted(POLICIES))
    return ((name, random.choice(POLICIES[name])),)


def _step(random: Random, day: int) -> dict[str, Any]:
    hours = random.choice(HOURS)
    step: dict[str, Any] = {"day_number": day, "delay_hours": hours}
    for column in ("time_schedule", "send_time"):
        if _chance(random, 6):
            step[column] = random.choice(CLOCKS)
    return step


def _plan(random: Random, name: str, names: list[str], theme: Columns) -> Plan:
    most = 1 if _comes_back(theme) else 4
    days = list(range(1, random.randint(1, most) + 1))
    if _chance(random, 6):
        random.shuffle(days)
    steps = [_step(random, day) for day in days]
    if _chance(random, 4):
        _chain(random, steps, name)
    if len(names) > 1 and _chance(random, 2):
        others = [other.lower() for other in names if other != name]
        rare = _chance(random, 8)
        named = random.choice([*TRIGGERS, "NOBODY", ""] if rare else others)
        steps[-1]["next_trigger"] = f" {named} "
    columns: dict[str, Any] = {}
    for column, values in (
        ("skip_weekends", [True, None]),
        ("time_schedule", CLOCKS),
        ("schedule_time", CLOCKS),
        ("trigger", [f" {name.lower()}\t", ""]),
        ("status", [None, "paused"]),
    ):
        if _chance(random, 8):
            columns[column] = random.choice(values)
    policies = [_policy(random) for _ in range(random.randint(0, 4))]
    return Plan(
        name,
        tuple(tuple(step.items()) for step in steps),
        tuple(columns.items()),
        tuple(policy for several in [*policies, theme] for policy in several),
    )


def _chain(random: Random, steps: list[dict[str, Any]], name: str) -> None:
    """Let next_trigger order the steps as they are listed; or break it."""
    for n, step in enumerate(steps):
        step["trigger"] = f"{name}_{n}"
        step["next_trigger"] = f" {name}_{n + 1} ".lower()
    steps[0]["is_entry_point"] = True
    steps[-1]["next_trigger"] = None
    if _chance(random, 8):
        random.choice(steps)["is_entry_point"] = random.choice([True, False])
    if _chance(random, 8):
        random.choice(steps)["next_trigger"] = f"{name}_0"


# What happens


def _fault(random: Random) -> str:
    rare = _chance(random, 3)
    return random.choice(sorted(FAULTS)) if rare else "RECIPIENT_SUSPECT"


def _claim(random: Random) -> events.Action:
    outcomes = ["sent"] * 9 + ["failed"] * 3 + ["unknown"] * 2
    return events.Claim(
        random.randrange(6),
        random.choice([*outcomes, "sending", "released"]),
        _fault(random),
        random.choice([0, 0, 1]),
        is_late=_chance(random, 8),
    )


def _settle(random: Random) -> events.Action:
    return events.Settle(
        random.randrange(6),
        random.choice(["sent", "failed"]),
        _fault(random),
        is_late=_chance(random, 3),
    )


def _receive(random: Random) -> events.Action:
    return events.Receive(
        random.randrange(6),
        random.choice(["sent", "delivered", "read", "failed", "failed"]),
        _fault(random),
    )


def _contact(random: Random) -> events.Action:
    phone = random.choice([PHONES[0], PHONES[2]])
    kind = random.choice(["opt_out", "opt_out", "opt_in"])
    actions: list[events.Action] = [
        events.Suppress(phone, kind),
        events.Suppress(phone, kind),
        events.Answer(phone),
        events.Answer(phone),
        events.Void(random.randrange(6)),
    ]
    return random.choice(actions)


def _change_sequence(random: Random) -> events.Action:
    number = random.randrange(6)
    status = random.choice(
        ["active"] * 4 + ["paused"] * 2 + [None, "archived"]
    )
    columns: list[Columns] = [
        (("status", status),),
        (("is_active", _chance(random, 2)),),
        (("schedule_time", random.choice(CLOCKS)),),
    ]
    if _chance(random, 12):
        return edits.DeleteSequence(number)
    if _chance(random, 3):
        return edits.ChangePolicies(number, _policy(random))
    return edits.ChangeSequence(number, random.choice(columns))


def _change_steps(random: Random) -> events.Action:
    number, step = random.randrange(6), random.randrange(6)
    changes: list[Columns] = [
        (),
        (("delay_hours", random.choice(HOURS)),),
        (("content", f"Text {random.randrange(3)}"),),
        (("day_number", random.randint(1, 5)),),
        (("time_schedule", random.choice(CLOCKS)),),
        (("next_trigger", random.choice([*TRIGGERS, None])),),
    ]
    if _chance(random, 4):
        day, hours = random.randint(0, 5), random.choice(HOURS)
        return edits.InsertStep(number, day, hours)
    if _chance(random, 6):
        return edits.RecreateSteps(
            number, is_written_again=random.random() < 0.8
        )
    return edits.ChangeStep(number, step, random.choice(changes))


def _change_leads(random: Random) -> events.Action:
    number, tag = random.randrange(6), random.choice(TAGS)
    actions: list[events.Action] = [
        _lead(random),
        edits.ChangeLead(number, "trigger", tag),
        edits.ChangeLead(number, "trigger", tag),
        edits.ChangeLead(number, "phone", random.choice(PHONES)),
        edits.ChangeLead(number, None),
    ]
    return random.choice(actions)


def _retag(random: Random) -> events.Action:
    """Take the tag of the first lead, or give it back."""
    return edits.ChangeLead(0, "trigger", random.choice(["WARM", ""]))


def _lead(random: Random) -> edits.AddLead:
    phone, tag = random.choice(ALL_PHONES), random.choice(TAGS)
    return edits.AddLead(phone, tag, has_device=not _chance(random, 8))


ACTIONS: list[Callable[[Random], events.Action]] = [
    *[_claim] * 24,
    *[_receive] * 4,
    *[_settle] * 2,
    *[_change_steps] * 4,
    *[_change_sequence] * 3,
    *[_change_leads] * 2,
    _contact,
]


def history(random: Random, rounds: int) -> History:
    names = TRIGGERS[: random.choice([1, 1, 2, 3])]
    theme = random.choice(THEMES)
    first = edits.AddLead(PHONES[0], TAGS[0])
    leads = [_lead(random) for _ in range(random.randint(0, 2))]
    actions = ACTIONS + [_retag] * (24 if _comes_back(theme) else 0)
    return History(
        tuple(_plan(random, name, names, theme) for name in names),
        (first, *leads),
        tuple(_round(random, actions) for _ in range(rounds)),
    )


def _round(
    random: Random, actions: list[Callable[[Random], events.Action]]
) -> tuple[Event, ...]:
    return tuple(
        Event(random.randint(1, 19) / 20, random.choice(actions)(random))
        for _ in range(random.randint(0, 6))
    )


def clock(random: Random, rounds: int) -> Clock:
    now = random.choice(STARTS)
    builds = [now]
    switches: list[Switch] = []
    for _ in range(rounds):
        gap = timedelta(minutes=random.choice(GAPS))
        is_paused = len(switches) % 2 == 1
        if not is_paused and _chance(random, 8):
            switches.append(Switch("pause", now + gap / 4))
            is_paused = _chance(random, 2)
        if is_paused:
            switches.append(Switch("resume", now + gap / 2))
        now += gap
        builds.append(now)
    return Clock(tuple(builds), tuple(switches))
