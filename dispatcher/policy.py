"""What follows from an answer: pure decisions on values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dispatcher.domain import Claim, Fault, NumberCheck, Outcome, Result


@dataclass(frozen=True, slots=True)
class FaultPolicy:
    """One row of the seed fault_policies."""

    uses_attempt: bool
    retries: int  # how often a step may be tried again after such a fault
    breaker_scope: str | None  # "device" or "gateway"; else none
    cool_down_seconds: float  # at first; twice as long each time
    longest_cool_down_seconds: float = 0
    devices_to_open: int | None = None  # the gateway's breaker, in a row


FaultPolicies = Mapping[Fault, FaultPolicy]

# A fault the seed does not know uses up its attempt and is not retried.
_STRICTEST = FaultPolicy(
    uses_attempt=True, retries=0, breaker_scope=None, cool_down_seconds=0
)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to write to the ledger for an outcome, and what it means."""

    status: str  # sent, failed, unknown or released
    is_final: bool  # failed, and no attempt is left
    cool_down_seconds: float  # 0: the device goes on
    longest_cool_down_seconds: float = 0
    # so many devices in a row open their gateway's breaker; None: the fault
    # is not the gateway's
    devices_to_open: int | None = None


def settle(
    outcome: Outcome, attempts_used: int, policies: FaultPolicies
) -> Settlement:
    """Decide what an attempt became; ``attempts_used`` excludes this one.

    Only an attempt that is proved not sent is ever failed or released; what
    may have arrived is unknown.
    """
    if outcome.result is Result.ACCEPTED:
        return Settlement("sent", is_final=False, cool_down_seconds=0)
    policy = policies.get(outcome.fault or Fault.UNCLASSIFIED, _STRICTEST)
    status, is_final = "unknown", False
    if outcome.result is Result.NOT_SENT:
        status = "failed" if policy.uses_attempt else "released"
        is_final = policy.uses_attempt and attempts_used + 1 > policy.retries
    return Settlement(
        status,
        is_final,
        _cool_down(outcome, policy),
        policy.longest_cool_down_seconds,
        _devices_to_open(outcome, policy),
    )


def _cool_down(outcome: Outcome, policy: FaultPolicy) -> float:
    """Seconds to leave the device alone; the gateway may ask for more."""
    if policy.breaker_scope is None:
        return 0
    return max(policy.cool_down_seconds, outcome.retry_after or 0)


def _devices_to_open(outcome: Outcome, policy: FaultPolicy) -> int | None:
    """How many must fail before their gateway is left alone.

    One is enough when the gateway itself asks to be left alone, or speaks of
    all its devices.
    """
    if outcome.is_of_gateway:
        return 1
    if policy.breaker_scope != "gateway":
        return None
    return 1 if outcome.retry_after else policy.devices_to_open


def confirmed(outcome: Outcome, check: NumberCheck | None) -> Outcome:
    """What a suspicion of a number is once it was looked for again."""
    if check is None or check.exists is not False:
        return outcome
    error = f"{outcome.error}; and a second check: {check.detail}"
    return replace(outcome, fault=Fault.RECIPIENT_INVALID, error=error)


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """An attempt that is over, with what is to be written about it."""

    claim: Claim
    outcome: Outcome
    settlement: Settlement
    answered_at: float  # by time.monotonic()


def reduced(finished: Finished, refusal: str) -> Iterator[Finished]:
    """What can still be stored of an outcome that the database refuses.

    First without the gateway's words, then without its message id: that the
    message was sent, or was not, must stand in the ledger whatever else.
    """
    said = f"the outcome could not be stored whole: {refusal}"
    said = said.replace("\x00", "\ufffd")
    wordless = replace(finished.outcome, error=said, answer={"lost": said})
    yield replace(finished, outcome=wordless)
    nameless = replace(wordless, provider_message_id=None)
    yield replace(finished, outcome=nameless)


@dataclass(frozen=True, slots=True)
class Share:
    """How many devices a dispatcher should have more, or fewer."""

    to_take: int
    to_give: int
    is_owed: bool  # others have what this one should have


def share(dispatchers: int, elsewhere: int, mine: int, free: int) -> Share:
    """Split devices evenly: those of others, one's own and those of nobody.

    What is left over goes to whoever comes first, so that nobody gives up
    what the next one would give back.
    """
    everyone = max(1, dispatchers)
    devices = elsewhere + mine + free
    most = -(-devices // everyone)
    taken = min(free, max(0, most - mine))
    return Share(
        to_take=taken,
        to_give=max(0, mine - most),
        is_owed=mine + taken < devices // everyone,
    )
