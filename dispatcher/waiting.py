"""For a run that stays: when to look at the gate again."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from dispatcher.errors import DatabaseAwayError, GateClosedError
from dispatcher.store.ledger import Build, Ledger

log = logging.getLogger(__name__)

# Between two looks at the gate.
GATE_SECONDS = 5.0
# What the CRM keeps back is looked at again after it, in an idle hour.
REFRESH_SECONDS = 60.0


async def outlast(
    build: Build, ledger: Ledger, is_idle: Callable[[], bool]
) -> None:
    """Return when a build is not the one to send from any more.

    Raises GateClosedError as soon as the gate is closed.
    """
    fresh_until = time.monotonic() + REFRESH_SECONDS
    while not is_idle() or time.monotonic() < fresh_until:
        await asyncio.sleep(GATE_SECONDS)
        try:
            if await ledger.open_gate() != build:
                return
        except DatabaseAwayError as error:
            log.warning("no look at the gate: %s", error)


async def when_open(
    begin: Callable[[], Awaitable[Build]], given_up: asyncio.Event
) -> Build | None:
    """Begin as soon as the gate is open; None when given up before."""
    said = ""
    while not given_up.is_set():
        try:
            return await begin()
        except (GateClosedError, DatabaseAwayError) as error:
            if str(error) != said:
                said = str(error)
                log.warning("waiting: %s", said)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(given_up.wait(), GATE_SECONDS)
    return None
