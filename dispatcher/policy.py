"""What follows from an answer: pure decisions on values."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatcher.domain import Fault, Outcome, Result


@dataclass(frozen=True, slots=True)
class FaultPolicy:
    """One row of the seed fault_policies."""

    uses_attempt: bool
    retries: int  # how often a step may be tried again after such a fault
    breaker_scope: str | None  # "device", or nothing is left alone
    cool_down_seconds: float


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
    cool_down = _cool_down(outcome, policy)
    if outcome.result is Result.UNKNOWN:
        return Settlement("unknown", False, cool_down)  # noqa: FBT003
    if not policy.uses_attempt:
        return Settlement("released", False, cool_down)  # noqa: FBT003
    is_final = attempts_used + 1 > policy.retries
    return Settlement("failed", is_final, cool_down)


def _cool_down(outcome: Outcome, policy: FaultPolicy) -> float:
    """Seconds to leave the device alone; the gateway may ask for more."""
    if policy.breaker_scope is None:
        return 0
    return max(policy.cool_down_seconds, outcome.retry_after or 0)
