"""Many histories on one clock: where the table is not the oracle's."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from tests.fuzz.database import Database, Shown
from tests.fuzz.facts import Key
from tests.fuzz.history import Clock, History, Moment, play
from tests.fuzz.memory import Row

NAMESPACE = UUID(int=0xF0220)


def run(
    database: Database, histories: Mapping[str, History], clock: Clock
) -> dict[str, list[str]]:
    """Return what differs first, by the name of the history.

    A last build, without news, sees what committed late. Then the table is
    dropped and built again: it must come back, with those whom a link of the
    last build leads on.
    """
    last = clock.builds[-1] + timedelta(minutes=1)
    clock = replace(clock, builds=(*clock.builds, last, last))
    tenants = {uuid5(NAMESPACE, name): name for name in histories}
    played = {
        tenant: list(play(histories[name], clock, tenant, n))
        for n, (tenant, name) in enumerate(tenants.items())
    }
    found: dict[str, list[str]] = {}
    moments: dict[UUID, Moment] = {}
    for n, now in enumerate(clock.builds):
        # A tenant with a difference stays as it was
        moments |= {
            tenant: builds[n]
            for tenant, builds in played.items()
            if tenants[tenant] not in found
        }
        moments = {t: replace(m, now=now) for t, m in moments.items()}
        is_last = n == len(clock.builds) - 1
        shown = database.rebuild() if is_last else database.build(moments)
        when = "rebuilt" if is_last else f"build {n}"
        found = {**_all(moments, shown, tenants, when), **found}
    return found


def _all(
    moments: Mapping[UUID, Moment],
    shown: Shown,
    tenants: Mapping[UUID, str],
    when: str,
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tenant, moment in moments.items():
        wanted = {key: dict(rows) for key, rows in moment.memory.rows.items()}
        lines = differences(wanted, shown.get(tenant, {}))
        if lines:
            found[tenants[tenant]] = [when, *lines]
    return found


def differences(
    wanted: Mapping[Key, Mapping[UUID, Row]],
    shown: Mapping[Key, Mapping[UUID, Row]],
) -> list[str]:
    """Return a line per column of a row that is not as it should be."""
    lines: list[str] = []
    for key in sorted({*wanted, *shown}):
        ours, theirs = wanted.get(key), shown.get(key)
        if ours is None or theirs is None:
            what = "enrolled, but should not be" if theirs else "not enrolled"
            lines.append(f"{_name(key)}: {what}")
            continue
        for step_id in sorted({*ours, *theirs}):
            lines += [
                f"{_name(key)} step {_short(step_id)}: {line}"
                for line in _row(ours.get(step_id), theirs.get(step_id))
            ]
    return lines


def _row(ours: Row | None, theirs: Row | None) -> list[str]:
    if ours is None or theirs is None:
        return ["has a row, but should not" if theirs else f"no row: {ours}"]
    return [
        f"{field.name} is {_text(got)}, expected {_text(want)}"
        for field in fields(Row)
        if (got := getattr(theirs, field.name))
        != (want := getattr(ours, field.name))
    ]


def _text(value: Any) -> str:
    return str(value) if value is not None else "null"


def _name(key: Key) -> str:
    return f"{_short(key.sequence_id)}/{key.phone}/{key.entry_no}"


def _short(value: UUID) -> str:
    return str(value)[:8]
