"""What docs/rules.md says a build shows, written from that page alone.

Pure: ``build(memory, facts, now)`` gives the next memory, with the rows that
sequence_contacts has then. One tenant; tenants do not meet.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from tests.fuzz.chain import Contact
from tests.fuzz.definitions import define
from tests.fuzz.enrolment import enrol, exit_reason, is_paused, is_tagged
from tests.fuzz.facts import Attempt, Definition, Facts, Key, Switch
from tests.fuzz.fold import Folded, fold
from tests.fuzz.memory import Ended, Enrolment, Memory, Row
from tests.fuzz.times import Pause

Rows = Mapping[Key, Mapping[UUID, Row]]


def build(memory: Memory, facts: Facts, now: datetime) -> tuple[Memory, Rows]:
    """Return what is remembered after a build, and what the table has."""
    definitions = {
        sequence.id: define(sequence, facts.sequences)
        for sequence in facts.sequences
        if sequence.steps
    }
    sound = {
        sequence_id: definition
        for sequence_id, definition in definitions.items()
        if definition.misconfiguration is None
    }
    memory = replace(
        memory,
        pauses=_pauses(memory, facts, sound, now),
        sound={**memory.sound, **sound},
        untagged=memory.untagged | _untagged(memory, facts),
    )
    new = enrol(facts, memory, definitions, now)
    enrolments = {**memory.enrolments, **{e.key: e for e in new}}
    memory = replace(memory, enrolments=enrolments)
    final = memory.exits
    memory = _leave(memory, facts, sound)
    for enrolment in memory.enrolments.values():
        contact = _contact(memory, facts, enrolment, now)
        contact = replace(contact, has_left=enrolment.key in final)
        folded = fold(contact)
        memory = _remember(memory, contact, folded)
        if enrolment.key not in final:
            memory = _judge_anew(memory, enrolment.key, folded)
    return memory, memory.rows


def _pauses(
    memory: Memory,
    facts: Facts,
    sound: Mapping[UUID, Definition],
    now: datetime,
) -> dict[UUID, tuple[Pause, ...]]:
    """Return the pauses that builds saw, of sequences that are gone too."""
    by_id = {sequence.id: sequence for sequence in facts.sequences}
    pauses = dict(memory.pauses)
    for sequence_id in {*by_id, *(k.sequence_id for k in memory.enrolments)}:
        sequence = by_id.get(sequence_id)
        known = pauses.get(sequence_id, ())
        is_open = bool(known) and known[-1][1] is None
        holds = (
            sequence is None or is_paused(sequence) or sequence_id not in sound
        )
        if holds and not is_open:
            pauses[sequence_id] = (*known, (now, None))
        elif is_open and not holds:
            pauses[sequence_id] = (*known[:-1], (known[-1][0], now))
    return pauses


def _untagged(memory: Memory, facts: Facts) -> set[Key]:
    """Return the ended enrolments whose contact has not the tag now."""
    by_id = {sequence.id: sequence for sequence in facts.sequences}
    return {
        key
        for key in memory.ended
        if key.sequence_id in by_id
        and not is_tagged(
            facts, memory.enrolments[key], by_id[key.sequence_id]
        )
    }


def followed(memory: Memory, enrolment: Enrolment) -> Definition:
    """Return the definition that the contact follows."""
    if ended := memory.ended.get(enrolment.key):
        return ended.definition
    if enrolment.key in memory.exits and enrolment.key in memory.followed:
        return memory.followed[enrolment.key]
    last = memory.sound[enrolment.key.sequence_id]
    return enrolment.definition if last.policies.on_edit == "pin" else last


def _leave(
    memory: Memory, facts: Facts, sound: Mapping[UUID, Definition]
) -> Memory:
    exits = dict(memory.exits)
    for key, enrolment in memory.enrolments.items():
        if key not in exits and key not in memory.ended:
            policies = followed(memory, enrolment).policies
            is_sound = key.sequence_id in sound
            if reason := exit_reason(
                facts, enrolment, policies, is_sound=is_sound
            ):
                exits[key] = reason
    # what this build sees of edits still counts for who leaves in it
    before = {
        key: definition
        for key, definition in memory.followed.items()
        if key in memory.exits or key not in exits
    }
    return replace(memory, exits=exits, followed=before)


def _contact(
    memory: Memory,
    facts: Facts,
    enrolment: Enrolment,
    now: datetime,
) -> Contact:
    key = enrolment.key
    mine = [attempt for attempt in facts.attempts if attempt.key == key]
    ids = {attempt.id for attempt in mine}
    own = memory.pauses.get(key.sequence_id, ())
    return Contact(
        enrolment=enrolment,
        definition=followed(memory, enrolment),
        attempts=_by_step(mine),
        receipts=tuple(r for r in facts.receipts if r.attempt_id in ids),
        faults=facts.faults,
        exit_reason=memory.exits.get(key),
        has_left=False,
        ended=memory.ended.get(key),
        late=memory.late.get(key, {}),
        gone=memory.gone.get(key, {}),
        assumed=memory.assumed.get(key, frozenset()),
        before=memory.rows.get(key, {}),
        pauses=own + global_pauses(facts.switches),
        now=now,
    )


def _by_step(attempts: list[Attempt]) -> dict[UUID, tuple[Attempt, ...]]:
    attempts = sorted(attempts, key=lambda a: (a.step_id, a.attempt_no))
    grouped = groupby(attempts, key=lambda attempt: attempt.step_id)
    return {step_id: tuple(group) for step_id, group in grouped}


def global_pauses(switches: tuple[Switch, ...]) -> tuple[Pause, ...]:
    """Return when everything was paused."""
    pauses: list[Pause] = []
    for switch in switches:
        is_open = bool(pauses) and pauses[-1][1] is None
        if switch.kind == "pause" and not is_open:
            pauses.append((switch.requested_at, None))
        elif switch.kind == "resume" and is_open:
            pauses[-1] = (pauses[-1][0], switch.requested_at)
    return tuple(pauses)


def _judge_anew(memory: Memory, key: Key, folded: Folded) -> Memory:
    """Forget an opt-out or a reply that found nothing to cancel."""
    has_cancelled = any(
        row.status == "cancelled" for row in folded.rows.values()
    )
    if has_cancelled or memory.exits.get(key) not in {"opted_out", "replied"}:
        return memory
    exits = {k: reason for k, reason in memory.exits.items() if k != key}
    return replace(memory, exits=exits)


def _remember(memory: Memory, contact: Contact, folded: Folded) -> Memory:
    key = contact.enrolment.key
    ended, links = dict(memory.ended), dict(memory.links)
    rows = folded.rows.values()
    if key not in ended and not any(row.is_open for row in rows):
        reasons = {
            row.status_reason
            for row in rows
            if row.status == "sequence_failed"
        }
        reason = min((r for r in reasons if r), default=None)
        ended[key] = Ended(contact.definition, reason, contact.now)
    if folded.link:
        links.setdefault(key, folded.link)
    return replace(
        memory,
        ended=ended,
        links=links,
        late={**memory.late, key: folded.late},
        gone={**memory.gone, key: folded.gone},
        assumed={**memory.assumed, key: _assumed(contact, folded)},
        followed={**memory.followed, key: contact.definition},
        rows={**memory.rows, key: folded.rows},
    )


def _assumed(contact: Contact, folded: Folded) -> frozenset[tuple[UUID, int]]:
    """Return the attempts that were ever assumed sent."""
    return contact.assumed | {
        (step_id, row.attempt_no)
        for step_id, row in folded.rows.items()
        if row.status_reason == "assumed_sent" and row.attempt_no
    }
