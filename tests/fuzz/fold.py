"""The rows of one contact: statuses, times, what is to be remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from tests.fuzz.chain import Contact, Place, chain_of
from tests.fuzz.facts import Attempt
from tests.fuzz.memory import Gone, LateSkip, Link, Row
from tests.fuzz.times import (
    at_clock,
    by_the_clock,
    first_sendable,
    out_of_quiet,
)

ON_TIME = timedelta(hours=2)
Status = tuple[str, str | None]
# An attempt of an ended enrolment that turns out never to have been made
GIVEN_BACK: Status = ("cancelled", None)


@dataclass(frozen=True)
class Folded:
    rows: Mapping[UUID, Row]
    late: Mapping[UUID, LateSkip]
    gone: Mapping[UUID, Gone]
    link: Link | None


def fold(contact: Contact) -> Folded:
    """Return the contact's rows at this build."""
    chain = chain_of(contact)
    statuses = _statuses(contact, chain)
    first = _first_open(statuses)
    times: list[Times] = [(None, None)] * len(chain)
    if first is not None:
        if _is_late(contact, chain, first):
            return fold(_with_late(contact, chain[first]))
        times[first:] = _times(contact, chain, statuses, first)
    rows = {
        place.step.id: _row(contact, place, n, statuses[n], times[n])
        for n, place in enumerate(chain)
    }
    gone = _gone(contact, rows)
    left = {i: _gone_row(contact, i, what) for i, what in gone.items()}
    link = _link(contact, chain, statuses)
    return Folded({**left, **rows}, contact.late, gone, link)


# Statuses


def _first_open(statuses: list[Status]) -> int | None:
    open_ones = {"active", "sent", "pending"}
    for n, (status, _) in enumerate(statuses):
        if status in open_ones:
            return n
    return None


def _statuses(contact: Contact, chain: list[Place]) -> list[Status]:
    found: list[Status] = []
    stopped_by: str | None = None
    is_first = True
    for place in chain:
        if place.verdict.stops:
            stopped_by = stopped_by or place.verdict.fault
        closed = _settled(place) or _left_open(contact, place, stopped_by)
        found.append(closed or (_open(place, is_first=is_first), None))
        is_first = is_first and closed is not None
    return found


def _open(place: Place, *, is_first: bool) -> str:
    if not is_first:
        return "pending"
    return "sent" if place.verdict.kind == "receipt" else "active"


def _settled(place: Place) -> Status | None:
    match place.verdict.kind:
        case "sent":
            return "completed", None
        case "assumed":
            return "completed", "assumed_sent"
        case "failed":
            return "failed", place.verdict.fault
        case "late":
            return "skipped", "late"
        case _:
            return None


def _left_open(
    contact: Contact, place: Place, stopped_by: str | None
) -> Status | None:
    """Return what becomes of a step that nobody goes on with, if so."""
    kind = place.verdict.kind
    recorded = contact.ended.reason if contact.ended else None
    if recorded and (stopped_by or kind == "untried"):
        return "sequence_failed", recorded
    if contact.has_left and contact.exit_reason:
        return _after_exit(kind, contact.exit_reason)
    if stopped_by:
        return "sequence_failed", stopped_by
    if contact.exit_reason:
        return _after_exit(kind, contact.exit_reason)
    if contact.ended:
        retries = kind == "retry"
        return ("failed", place.verdict.fault) if retries else GIVEN_BACK
    return None


def _after_exit(kind: str, reason: str) -> Status | None:
    if kind == "receipt":
        return "completed", None
    if kind == "resend":
        return "completed", "assumed_sent"
    return None if kind == "waiting" else ("cancelled", reason)


# Times

Times = tuple[datetime | None, datetime | None]


def _times(
    contact: Contact,
    chain: list[Place],
    statuses: list[Status],
    first: int,
) -> list[Times]:
    """Return due_at and next_trigger_time from the first open step on."""
    place = chain[first]
    due, trigger = _of_first(contact, chain, first)
    awaited = place.verdict.expected_at
    expected = _counted_from(place, awaited) if awaited else trigger
    found: list[Times] = [(due, trigger)]
    for n in range(first + 1, len(chain)):
        expected += chain[n - 1].step.delay
        moved = _moved(chain[n], expected)
        free = out_of_quiet(moved, chain[n].policies)
        is_open = statuses[n][0] in {"pending", "active", "sent"}
        found.append((moved, free) if is_open else (None, None))
    return found


def _of_first(
    contact: Contact, chain: list[Place], first: int
) -> tuple[datetime, datetime]:
    place = chain[first]
    if place.verdict.kind in {"waiting", "receipt"}:
        assert place.verdict.due_at is not None
        return place.verdict.due_at, place.verdict.due_at
    due = place.verdict.due_at or _due(contact, chain, first)
    return due, out_of_quiet(due, place.policies)


def _due(contact: Contact, chain: list[Place], n: int) -> datetime:
    """Return when a step that was never attempted is due."""
    if n == 0:
        enrolment = contact.enrolment
        linked = enrolment.first_due_at or enrolment.enrolled_at
        return _moved(chain[n], max(enrolment.enrolled_at, linked))
    return _moved(chain[n], _delayed(chain[n - 1], chain[n]))


def _delayed(before: Place, place: Place) -> datetime:
    """Return when the delay is over: by local clocks between daily steps."""
    settled, delay = before.verdict.settled_at, before.step.delay
    planned = before.known[0].attempt.due_at if before.known else None
    assert settled is not None
    counted = _counted_from(before, settled)
    is_daily = before.step.send_time and place.step.send_time
    if not is_daily or planned is None or settled - planned > ON_TIME:
        return counted + delay
    shown = by_the_clock(counted, delay, place.policies.time_zone)
    return max(shown, settled + delay - ON_TIME)


def _counts_from(place: Place) -> datetime:
    assert place.verdict.settled_at is not None
    return _counted_from(place, place.verdict.settled_at)


def _counted_from(place: Place, settled: datetime) -> datetime:
    """Return the plan of a step that was on time, else when it settled."""
    planned = place.known[0].attempt.due_at if place.known else None
    if place.step.send_time is None or planned is None:
        return settled
    on_time = timedelta(0) <= settled - planned <= ON_TIME
    return planned if on_time else settled


def _moved(place: Place, due: datetime) -> datetime:
    if place.step.send_time is None:
        return due
    return at_clock(due, place.step.send_time, place.policies)


# Late


def _is_late(contact: Contact, chain: list[Place], first: int) -> bool:
    place = chain[first]
    policies = place.policies
    if place.verdict.kind != "untried" or policies.on_late != "skip":
        return False
    due = _due(contact, chain, first)
    sendable = first_sendable(due, policies, contact.pauses)
    if sendable is None or sendable > contact.now:
        return False
    return sendable - due > timedelta(hours=policies.late_after_hours)


def _with_late(contact: Contact, place: Place) -> Contact:
    skip = LateSkip(contact.now, contact.definition)
    return replace(contact, late={**contact.late, place.step.id: skip})


# Rows


def _row(
    contact: Contact,
    place: Place,
    n: int,
    status: Status,
    times: tuple[datetime | None, datetime | None],
) -> Row:
    verdict = place.verdict
    attempts = contact.attempts.get(place.step.id, ())
    waits = verdict.kind in {"waiting", "receipt"}
    is_next = status[0] == "active" and not waits
    settles = status[0] in {"completed", "failed"} or verdict.kind == "late"
    settled = verdict.settled_at if settles else None
    return Row(
        status=status[0],
        status_reason=status[1],
        current_step=place.step.day_number,
        chain_no=n + 1,
        due_at=times[0],
        next_trigger_time=times[1],
        attempt_no=_attempt_no(attempts, is_next=is_next),
        attempts_used=len(place.known),
        is_resend=is_next and _may_have_arrived(place),
        settled_at=settled,
        completed_at=settled if status[0] == "completed" else None,
    )


def _attempt_no(attempts: tuple[Attempt, ...], *, is_next: bool) -> int | None:
    last = max((attempt.attempt_no for attempt in attempts), default=0)
    return last + 1 if is_next else last or None


def _may_have_arrived(place: Place) -> bool:
    """Tell whether an earlier attempt is not known to have failed."""
    return any(known.attempt.status != "failed" for known in place.known)


def _gone(contact: Contact, rows: Mapping[UUID, Row]) -> dict[UUID, Gone]:
    """Return the steps that were in the table and left the chain."""
    days = {step_id: what.day_number for step_id, what in contact.gone.items()}
    days |= {
        step_id: row.current_step
        for step_id, row in contact.before.items()
        if step_id not in days
    }
    return {
        step_id: Gone(_reason_to_go(contact, step_id), day_number)
        for step_id, day_number in days.items()
        if step_id not in rows
    }


def _reason_to_go(contact: Contact, step_id: UUID) -> str:
    is_gone = contact.definition.place(step_id) is None
    return "step_removed" if is_gone else "step_passed"


def _gone_row(contact: Contact, step_id: UUID, what: Gone) -> Row:
    attempts = contact.attempts.get(step_id, ())
    return Row(
        status="skipped",
        status_reason=what.reason,
        current_step=what.day_number,
        chain_no=None,
        next_trigger_time=None,
        due_at=None,
        attempt_no=_attempt_no(attempts, is_next=False),
        attempts_used=0,
        is_resend=False,
        settled_at=None,
        completed_at=None,
    )


def _link(
    contact: Contact, chain: list[Place], statuses: list[Status]
) -> Link | None:
    has_left = contact.exit_reason or contact.ended
    if not chain or has_left or statuses[-1][0] != "completed":
        return None
    step = chain[-1].step
    if step.link is None or chain[-1].verdict.settled_at is None:
        return None
    enrolment, due = contact.enrolment, _counts_from(chain[-1]) + step.delay
    return Link(step.link, enrolment.key.phone, enrolment.lead_id, due)
