"""What a person knows of an attempt whose outcome is unknown."""

import enum
from collections.abc import Sequence
from uuid import UUID

from dispatcher.errors import ConfigError
from dispatcher.store.attempts import Attempt, Attempts
from dispatcher.store.requests import Asked, Target


class Knowledge(enum.StrEnum):
    """What became of the message."""

    SENT = "sent"
    NOT_SENT = "not-sent"


def objection(attempt: Attempt, knowledge: Knowledge) -> str | None:
    """Return why an attempt cannot be settled so; None when it can.

    What may still be under way, and what is known already, stays as it is.
    """
    if attempt.status == "sending" and attempt.is_in_time:
        return (
            "is in flight: its dispatcher settles it, or it is unknown from"
            f" {attempt.deadline_at:%Y-%m-%d %H:%M:%S%z} on"
        )
    if attempt.status not in {"sending", "unknown"}:
        return f"is {attempt.status}: expected sending or unknown"
    if attempt.has_receipt and knowledge is Knowledge.NOT_SENT:
        return "was sent: a receipt proves it"
    return None


def settle(
    attempts: Attempts,
    message_ids: Sequence[UUID],
    knowledge: Knowledge,
    asked: Asked,
) -> list[Attempt]:
    """Settle all of these attempts; return them as they were.

    Raises ConfigError when one of them cannot be settled: then none is.
    """
    found = attempts.lock(message_ids)
    _check(found, message_ids, knowledge)
    for attempt in found:
        is_sent = knowledge is Knowledge.SENT
        said = f"not sent, says {asked.requested_by}: {asked.reason}"
        attempts.settle(attempt, error=None if is_sent else said)
        target: Target = {
            "message_id": attempt.message_id,
            "enrollment_id": attempt.enrollment_id,
            "sequence_stepid": attempt.sequence_stepid,
            "attempt_no": str(attempt.attempt_no),
            "settled_as": knowledge,
            "status_before": attempt.status,
            "error_before": attempt.error_message or "",
        }
        attempts.request("settle", asked, attempt.user_id, target)
    return found


def _check(
    found: Sequence[Attempt],
    message_ids: Sequence[UUID],
    knowledge: Knowledge,
) -> None:
    objections = {
        attempt.message_id: objection(attempt, knowledge) for attempt in found
    }
    told = [
        f"message {message_id} {why}"
        for message_id in dict.fromkeys(message_ids)
        if (why := objections.get(message_id, "is not in the ledger"))
    ]
    if told:
        cure = (
            "nothing was settled; take the message_id of a row of"
            " sequence_progress_monitor whose message_status is unknown"
        )
        raise ConfigError("\n".join(told), cure=cure)
