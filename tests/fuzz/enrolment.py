"""Who enters a sequence, and who leaves it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tests.fuzz.definitions import token
from tests.fuzz.facts import Definition, Facts, Key, Lead, Policies, Sequence
from tests.fuzz.memory import Enrolment, Link, Memory


@dataclass(frozen=True)
class Candidate:
    sequence: Sequence
    phone: str
    lead_id: int
    source: str
    first_due_at: datetime | None = None


def phone_key(phone: str) -> str | None:
    """Return the digits of a phone, if they can be one."""
    digits = re.sub(r"\D", "", phone)
    return digits if re.fullmatch(r"[1-9]\d{7,14}", digits) else None


def names(lead: Lead, sequence: Sequence) -> bool:
    """Tell whether the lead's tags name the sequence."""
    wanted = token(sequence.trigger)
    if not wanted:
        return False
    if sequence.policies.trigger_match == "contains":
        return wanted in (lead.trigger or "").casefold()
    return wanted in {token(part) for part in (lead.trigger or "").split(",")}


def is_paused(sequence: Sequence) -> bool:
    status, active = sequence.status, sequence.is_active
    is_inactive = (status or "active") != "active" or active is False
    return is_inactive or not sequence.steps


# Who enters


def enrol(
    facts: Facts,
    memory: Memory,
    definitions: Mapping[UUID, Definition],
    now: datetime,
) -> list[Enrolment]:
    """Return the enrolments of this build."""
    found = {
        (candidate.phone, candidate.sequence.id): candidate
        for candidate in _candidates(facts, memory)
        if _is_sound(candidate.sequence, definitions)
        and not opted_out(facts, candidate.phone)
        and _may_enter(memory, candidate, now)
        and not _elsewhere(memory, candidate)
    }
    first = {
        phone: min(other for at, other in found if at == phone)
        for phone, _ in found
    }
    return [
        _enrolment(candidate, memory, definitions, now)
        for (phone, sequence_id), candidate in found.items()
        if first[phone] == sequence_id
        or not candidate.sequence.policies.one_open_enrollment
    ]


def _candidates(facts: Facts, memory: Memory) -> Iterator[Candidate]:
    """Yield candidates; of those for one place the last counts."""
    by_id = {sequence.id: sequence for sequence in facts.sequences}
    spoken_for = [
        (_age(lead), link.due_at, link.sequence_id, link.phone)
        for link in memory.links.values()
        if (lead := _speaker(facts, link))
    ]
    # the earliest of the oldest last
    for (_, lead_id), due_at, where, to in sorted(spoken_for, reverse=True):
        if target := by_id.get(where):
            yield Candidate(target, to, lead_id, "link", due_at)
    youngest_first = sorted(facts.leads, key=_age, reverse=True)
    for sequence in facts.sequences:
        for lead in youngest_first:
            phone = phone_key(lead.phone)
            if (
                phone
                and names(lead, sequence)
                and _has_device(facts, lead, sequence.policies)
            ):
                yield Candidate(sequence, phone, lead.id, "trigger")


def _speaker(facts: Facts, link: Link) -> Lead | None:
    """Return the lead that was enrolled, else the oldest with the number."""
    leads = _leads_of(facts, link.lead_id, link.phone)
    own = [lead for lead in leads if lead.id == link.lead_id]
    return min(own or leads, key=_age, default=None)


def _age(lead: Lead) -> tuple[datetime, int]:
    return lead.created_at, lead.id


def _has_device(facts: Facts, lead: Lead, policies: Policies) -> bool:
    if policies.device_assignment == "least_loaded":
        return bool(facts.devices)
    return lead.device_id in facts.devices


def _is_sound(
    sequence: Sequence, definitions: Mapping[UUID, Definition]
) -> bool:
    definition = definitions.get(sequence.id)
    wrong = definition is None or definition.misconfiguration is not None
    return not wrong and not is_paused(sequence)


def _may_enter(memory: Memory, candidate: Candidate, now: datetime) -> bool:
    """Tell whether the contact was never there, or may come back."""
    last = _last_there(memory, candidate)
    if last is None:
        return True
    days = candidate.sequence.policies.reentry_after_days
    ended = memory.ended.get(last)
    if days is None or ended is None or candidate.source == "link":
        return False
    rested = now >= ended.ended_at + timedelta(days=days)
    return rested and last in memory.untagged


def _last_there(memory: Memory, candidate: Candidate) -> Key | None:
    place = candidate.sequence.id, candidate.phone
    there = [key for key in memory.enrolments if key[:2] == place]
    return max(there, key=lambda key: key.entry_no, default=None)


def _elsewhere(memory: Memory, candidate: Candidate) -> bool:
    """Tell whether an open enrolment elsewhere keeps the contact out."""
    if not candidate.sequence.policies.one_open_enrollment:
        return False
    return any(
        key.phone == candidate.phone
        and key.sequence_id != candidate.sequence.id
        and key not in memory.ended
        for key in memory.enrolments
    )


def _enrolment(
    candidate: Candidate,
    memory: Memory,
    definitions: Mapping[UUID, Definition],
    now: datetime,
) -> Enrolment:
    last = _last_there(memory, candidate)
    key = Key(
        candidate.sequence.id,
        candidate.phone,
        last.entry_no + 1 if last else 1,
    )
    return Enrolment(
        key,
        now,
        candidate.lead_id,
        candidate.source,
        definitions[candidate.sequence.id],
        candidate.first_due_at,
    )


# Who leaves


def exit_reason(
    facts: Facts, enrolment: Enrolment, policies: Policies, *, is_sound: bool
) -> str | None:
    """Return the reason that wins, if the contact leaves now.

    While the sequence has no sound chain a reply comes last, and nobody
    leaves for a tag.
    """
    key, since = enrolment.key, enrolment.enrolled_at
    by_id = {sequence.id: sequence for sequence in facts.sequences}
    sequence = by_id.get(key.sequence_id)
    if key in facts.voided:
        return "voided"
    if opted_out(facts, key.phone) or any(
        event.phone == key.phone
        and event.kind == "opt_out"
        and event.occurred_at >= since
        for event in facts.suppressions
    ):
        return "opted_out"
    has_replied = policies.on_reply == "exit" and any(
        reply.phone == key.phone and reply.occurred_at >= since
        for reply in facts.replies
    )
    if has_replied and is_sound:
        return "replied"
    if not _is_alive(facts, enrolment.lead_id, key.phone):
        return "lead_deleted"
    if sequence and sequence.status == "archived":
        return "sequence_archived"
    if has_replied:
        return "replied"
    by_tag = policies.on_retag == "exit" and enrolment.source == "trigger"
    if is_sound and sequence and by_tag:
        is_there = is_tagged(facts, enrolment, sequence)
        return None if is_there else "retagged"
    return None


def opted_out(facts: Facts, phone: str) -> bool:
    """Tell whether the last word of the phone is an opt-out."""
    kinds = [e.kind for e in facts.suppressions if e.phone == phone]
    return kinds[-1:] == ["opt_out"]


def is_tagged(facts: Facts, enrolment: Enrolment, sequence: Sequence) -> bool:
    """Tell whether a living lead of the contact names the sequence."""
    leads = _leads_of(facts, enrolment.lead_id, enrolment.key.phone)
    return any(names(lead, sequence) for lead in leads)


def _is_alive(facts: Facts, lead_id: int, phone: str) -> bool:
    return bool(_leads_of(facts, lead_id, phone))


def _leads_of(facts: Facts, lead_id: int, phone: str) -> list[Lead]:
    return [
        lead
        for lead in facts.leads
        if lead.id == lead_id or phone_key(lead.phone) == phone
    ]
