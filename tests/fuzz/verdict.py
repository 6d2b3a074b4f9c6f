"""What is known of a step from its attempts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from tests.fuzz.facts import MAX_ATTEMPTS, Attempt, Fault, Policies, Receipt

if TYPE_CHECKING:
    from uuid import UUID

Kind = Literal[
    "untried",  # no attempt, or only released ones
    "sent",
    "receipt",  # sent, waiting for its receipt
    "assumed",  # unknown, assumed sent
    "failed",
    "retry",
    "resend",
    "waiting",  # for its outcome
    "late",  # skipped by policy
]
ARRIVED = {"delivered", "read", "played"}


@dataclass(frozen=True)
class Verdict:
    kind: Kind
    # When it was settled; of a retry: when the attempt ended
    settled_at: datetime | None = None
    due_at: datetime | None = None
    # What the steps behind count from while it waits
    expected_at: datetime | None = None
    fault: str | None = None
    stops: bool = False


@dataclass(frozen=True)
class Known:
    """An attempt with its receipts."""

    attempt: Attempt
    receipts: Mapping[str, Receipt]

    @property
    def is_undelivered(self) -> bool:
        return (
            "failed" in self.receipts
            and self.attempt.status in {"sent", "sending", "unknown"}
            and not self.has_arrived
        )

    @property
    def has_arrived(self) -> bool:
        return bool(ARRIVED & set(self.receipts))

    @property
    def is_sent(self) -> bool:
        proved = self.has_arrived or "sent" in self.receipts
        if self.is_undelivered:
            return False
        return proved or self.attempt.status == "sent"

    @property
    def sent_at(self) -> datetime:
        return self.attempt.sent_at or self.attempt.claimed_at


def known_attempts(
    attempts: Iterable[Attempt], receipts: Iterable[Receipt]
) -> list[Known]:
    """Return the attempts of a step that count, in their order."""
    by_attempt: dict[UUID, dict[str, Receipt]] = {}
    for receipt in receipts:
        by_attempt.setdefault(receipt.attempt_id, {})[receipt.status] = receipt
    known = [
        Known(attempt, by_attempt.get(attempt.id, {}))
        for attempt in sorted(attempts, key=lambda a: a.attempt_no)
    ]
    return [a for a in known if a.attempt.status != "released" or a.is_sent]


def judge(
    known: Sequence[Known],
    policies: Policies,
    faults: Mapping[str, Fault],
    now: datetime,
    *,
    is_passed: bool,
    is_over: bool,
    is_here: bool,
    is_assumed: bool,
) -> Verdict:
    """Return what is known of a step.

    Over: the enrolment has ended. Here: the step is in the definition, else
    it is not sent again. Assumed: a build took it for sent.
    """
    if not known:
        return Verdict("untried")
    sent = [attempt for attempt in known if attempt.is_sent]
    if sent:
        waits = not (is_passed or is_over)
        return _sent(sent, policies, now, waits=waits)
    last = known[-1]
    if last.is_undelivered and is_passed:
        return Verdict("sent", last.sent_at)
    if last.is_undelivered or last.attempt.status == "failed":
        retries = policies.on_undelivered == "retry" or not last.is_undelivered
        verdict = _failed(
            known, policies, faults, retries=retries, is_passed=is_passed
        )
        return verdict if is_here else _given_up(verdict)
    claim = last.attempt.claimed_at
    grace = claim + timedelta(minutes=policies.unknown_grace_minutes)
    until = max(grace, last.attempt.deadline_at)
    if is_over or is_passed or is_assumed:
        return Verdict("assumed", claim)
    if now < until or policies.on_unknown == "hold":
        return Verdict("waiting", due_at=until, expected_at=claim)
    resends = policies.on_unknown == "resend" and len(known) < MAX_ATTEMPTS
    if resends and is_here:
        return Verdict("resend", settled_at=claim, due_at=until)
    return Verdict("assumed", claim)


def _sent(
    sent: Sequence[Known], policies: Policies, now: datetime, *, waits: bool
) -> Verdict:
    at = sent[-1].sent_at
    then = sent[-1].attempt.definition.policies
    most = then.receipt_deadline_hours if then.advance_on != "sent" else 0
    deadline = at + timedelta(hours=min(most, policies.receipt_deadline_hours))
    arrived = any(attempt.has_arrived for attempt in sent)
    if policies.advance_on == "sent" or arrived or not waits:
        return Verdict("sent", at)
    if now >= deadline:
        return Verdict("sent", at)
    return Verdict("receipt", at, due_at=deadline, expected_at=at)


def _given_up(verdict: Verdict) -> Verdict:
    """Return a failure instead of a retry, for which nothing stops."""
    if verdict.kind != "retry":
        return verdict
    return Verdict("failed", verdict.settled_at, fault=verdict.fault)


def _failed(
    known: Sequence[Known],
    policies: Policies,
    faults: Mapping[str, Fault],
    *,
    retries: bool,
    is_passed: bool,
) -> Verdict:
    last = known[-1]
    if last.is_undelivered:
        receipt = last.receipts["failed"]
        ended = max(last.attempt.claimed_at, receipt.occurred_at)
        fault = receipt.fault_class
    else:
        finished = last.attempt.finished_at
        assert finished is not None
        ended, fault = finished, last.attempt.fault_class
    assert fault is not None
    what = faults[fault]
    left = what.retry_minutes[len(known) - 1 :]
    if left and retries and not is_passed and not what.ends_enrollment:
        due = ended + timedelta(minutes=left[0])
        return Verdict("retry", ended, due_at=due, fault=fault.lower())
    stops = policies.on_failure == "stop" or what.ends_enrollment
    return Verdict(
        "failed", ended, fault=fault.lower(), stops=stops and not is_passed
    )
