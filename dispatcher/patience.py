"""Waiting for a database that is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from dispatcher.errors import DatabaseAwayError

log = logging.getLogger(__name__)

Found = TypeVar("Found")

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 5.0


async def patiently(
    action: Callable[[], Awaitable[Found]],
    seconds: float,
    given_up: asyncio.Event,
) -> Found:
    """Act until the database answers, in ever longer steps.

    Raises DatabaseAwayError when it is away for ``seconds`` or as soon as
    ``given_up`` is set; every other error at once.
    """
    too_long = stop_after_delay(seconds)

    async def sleep(delay: float) -> None:
        waiter = asyncio.ensure_future(given_up.wait())
        await asyncio.wait([waiter], timeout=delay)
        waiter.cancel()

    async def act() -> Found:  # tenacity must see a coroutine function
        return await action()

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(DatabaseAwayError),
        wait=wait_random_exponential(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS),
        stop=lambda state: given_up.is_set() or too_long(state),
        before_sleep=_say,
        sleep=sleep,
        reraise=True,
    )
    return await retrying(act)


def _say(state: RetryCallState) -> None:
    if state.attempt_number == 1 and state.outcome is not None:
        log.warning("waiting for the database: %s", state.outcome.exception())
