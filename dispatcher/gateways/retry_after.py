"""How long a gateway asks to be left alone; no input or output."""

import re
from email.utils import parsedate_to_datetime
from functools import lru_cache

LONGEST_RETRY_AFTER = 24 * 3600.0


def seconds_to_wait(value: object, now: float | None) -> float | None:
    """Seconds from what a gateway wrote: a number of them, or an HTTP date.

    ``now`` is when it wrote that, in seconds since the epoch, best by its own
    clock. A day at most; None for what is neither.
    """
    text = str(value).strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return min(float(text), LONGEST_RETRY_AFTER)
    until = http_date(text)
    if until is None or now is None:
        return None
    return min(max(until - now, 0.0), LONGEST_RETRY_AFTER)


@lru_cache(maxsize=16)  # all answers of a second have the same
def http_date(value: str) -> float | None:
    """Seconds since the epoch; None for what is no date."""
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
