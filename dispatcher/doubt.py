"""How people are told of messages that nobody knows to be sent or not."""

from collections.abc import Sequence
from uuid import UUID


def with_unknown(message: str, messages: Sequence[UUID]) -> str:
    """Add to a message which messages count as unknown, if any do."""
    if not messages:
        return message
    named = ", ".join(map(str, messages))
    return (
        f"{message}; these messages count as unknown after their deadline: "
        f"{named}"
    )
