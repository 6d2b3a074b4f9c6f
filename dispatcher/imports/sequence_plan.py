"""The difference between a sequences file and what the tables have."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dispatcher.imports.sequence_rules import SequenceFile
from dispatcher.imports.sequences import Sequence

Values = Mapping[str, Any]  # by the names of the table's columns

# the old system has two columns for one thing; a person needs to see both
# only when they disagree
_TWINS = {
    "day": "day_number",
    "schedule_time": "time_schedule",
    "send_time": "time_schedule",
}

_LABELS = {  # what the file calls a column
    "content": "message",
    "is_entry_point": "entry_point",
    "message_type": "type",
    "time_schedule": "time",
    "trigger_delay_hours": "delay_hours",
}


@dataclass(frozen=True, slots=True)
class StoredStep:
    """A row of sequence_steps."""

    id: UUID
    day: int
    values: Values


@dataclass(frozen=True, slots=True)
class StoredSequence:
    """A row of sequences with its steps."""

    id: UUID
    name: str
    values: Values
    steps: tuple[StoredStep, ...]

    def triggers(self) -> set[str]:
        """Return the folded triggers by which another sequence leads here."""
        entries = [s.values for s in self.steps if s.values["is_entry_point"]]
        found = [values["trigger"] for values in (self.values, *entries)]
        return {key.strip().casefold() for key in found if key} - {""}


@dataclass(frozen=True, slots=True)
class Change:
    """One row before and after: without ``before`` new, else removed."""

    id: UUID | None
    title: str
    before: Values | None
    after: Values | None

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """The columns that change, with both values."""
        before, after = self.before or {}, self.after or {}
        return {
            key: (before.get(key), after.get(key))
            for key in after or before
            if not _same(before.get(key), after.get(key))
        }


@dataclass(frozen=True, slots=True)
class SequenceChange:
    """What becomes of one sequence and of its steps that change."""

    row: Change
    steps: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one file would change."""

    changes: tuple[SequenceChange, ...]
    warnings: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield the difference as a person reads it."""
        for change in self.changes:
            yield from _lines(change.row, "")
            for step in change.steps:
                yield from _lines(step, "  ")
        for warning in self.warnings:
            yield f"! {warning}"


def make_plan(file: SequenceFile, stored: list[StoredSequence]) -> Plan:
    """Compare a file with the tenant's sequences, found by their names.

    Raises ConfigError when a link leads nowhere or a stored sequence cannot
    be told from another.
    """
    names = {sequence.name for sequence in file.sequences}
    others = [item for item in stored if item.name.strip() not in names]
    file.check_links(set[str]().union(*(item.triggers() for item in others)))
    changes = [
        _change(sequence, _find(file, sequence.name, stored))
        for sequence in file.sequences
    ]
    return Plan(
        tuple(item for item in changes if item.row.fields or item.steps),
        tuple(_warnings(file.sequences, others)),
    )


def _find(
    file: SequenceFile, name: str, stored: list[StoredSequence]
) -> StoredSequence | None:
    found = [item for item in stored if item.name.strip() == name]
    if len(found) > 1:
        file.fail(name, f"{len(found)} stored sequences have this name")
    days = Counter(step.day for item in found for step in item.steps)
    for day, count in days.items():
        if count > 1:
            file.fail(name, f"{count} stored steps have day {day}")
    return found[0] if found else None


def _change(
    sequence: Sequence, stored: StoredSequence | None
) -> SequenceChange:
    row = Change(
        stored.id if stored else None,
        f'sequence "{sequence.name}"',
        stored.values if stored else None,
        _sequence_values(sequence),
    )
    old = {step.day: step for step in stored.steps} if stored else {}
    new = {
        sequence.steps[index].day: _step_values(sequence, index)
        for index in range(len(sequence.steps))
    }
    steps = [
        _step_change(day, old.get(day), new.get(day))
        for day in sorted(old.keys() | new.keys())
    ]
    return SequenceChange(row, tuple(step for step in steps if step.fields))


def _step_change(
    day: int, old: StoredStep | None, new: Values | None
) -> Change:
    return Change(
        old.id if old else None,
        f"step of day {day}",
        old.values if old else None,
        new,
    )


def _sequence_values(sequence: Sequence) -> Values:
    return {
        "name": sequence.name,
        "trigger": sequence.trigger,
        "status": sequence.status,
        "is_active": sequence.status == "active",
        "skip_weekends": sequence.skip_weekends,
        "time_schedule": sequence.time,
        "schedule_time": sequence.time,
        "min_delay_seconds": sequence.min_delay_seconds,
        "max_delay_seconds": sequence.max_delay_seconds,
    }


def _step_values(sequence: Sequence, index: int) -> Values:
    step = sequence.steps[index]
    return {
        "day_number": step.day,
        "day": step.day,
        "trigger": sequence.key(index),
        "next_trigger": step.next_trigger,
        "trigger_delay_hours": step.delay_hours,
        "is_entry_point": index == sequence.entry(),
        "message_type": step.type,
        "content": step.message,
        "media_url": step.media_url,
        "time_schedule": step.time,
        "send_time": step.time,
        "min_delay_seconds": step.min_delay_seconds,
        "max_delay_seconds": step.max_delay_seconds,
    }


def _same(before: object, after: object) -> bool:
    """Compare as the models read the columns: '' says nothing there."""
    return (None if before == "" else before) == after


def _warnings(
    sequences: list[Sequence], others: list[StoredSequence]
) -> Iterator[str]:
    """Name each trigger that enrols into more than one active sequence."""
    active = [
        (item.trigger, item.name)
        for item in sequences
        if item.status == "active"
    ] + [
        (item.values["trigger"] or "", item.name)
        for item in others
        if item.values["is_active"]
        and item.values["status"] in {None, "active"}
    ]
    count = Counter(trigger.strip().casefold() for trigger, _ in active)
    for trigger, number in count.items():
        if number > 1 and trigger:
            names = [n for t, n in active if t.strip().casefold() == trigger]
            yield (
                f"trigger {trigger!r} enrols into {number} active sequences:"
                f" {', '.join(names)}"
            )


def _lines(change: Change, indent: str) -> Iterator[str]:
    sign = "+" if change.before is None else "-"
    if change.before is not None and change.after is not None:
        sign = "~" if change.fields else " "
    yield f"{indent}{sign} {change.title}"
    for column, (before, after) in change.fields.items():
        if change.fields.get(_TWINS.get(column, "")) == (before, after):
            continue
        label = _LABELS.get(column, column)
        if change.before is None:
            yield f"{indent}    + {label}: {after!r}"
        elif change.after is None:
            yield f"{indent}    - {label}: {before!r}"
        else:
            yield f"{indent}    ~ {label}: {before!r} -> {after!r}"
