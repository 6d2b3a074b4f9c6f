"""How a run ends: asked to, by a closed gate, by a failure."""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from dispatcher.doubt import with_unknown
from dispatcher.errors import (
    DatabaseAwayError,
    DatabaseError,
    GateClosedError,
    LedgerError,
)
from dispatcher.summary import Summary

Found = TypeVar("Found")


class Ending:
    """The events that end a run, or its part from one build.

    ``over`` ends the run; ``halt`` lets it claim no more from this build;
    ``given_up`` waits for the database no longer; ``news`` is set with each.
    A run that ``waits`` outlives a closed gate.
    """

    def __init__(self, summary: Summary, *, waits: bool) -> None:
        self.over = asyncio.Event()
        self.halt = asyncio.Event()
        self.given_up = asyncio.Event()
        self.news = asyncio.Event()
        self._summary = summary
        self._waits = waits
        self._failure: BaseException | None = None  # the first

    @property
    def has_failed(self) -> bool:
        """Whether a failure ended the run."""
        return self._failure is not None

    def stop(self, because: str) -> None:
        """End the run; what is in hand is finished and recorded."""
        if not self.over.is_set():
            self._summary.ended_because = because
            self.over.set()
            self.stop_claiming()

    @contextmanager
    def within(self, seconds: float | None) -> Iterator[None]:
        """Stop when the time is over."""
        if seconds is None:
            yield
            return
        loop = asyncio.get_running_loop()
        alarm = loop.call_later(seconds, self.stop, "--for is over")
        try:
            yield
        finally:
            alarm.cancel()

    def stop_claiming(self) -> None:
        """Claim no more from this build."""
        self.halt.set()
        self.news.set()

    def start(
        self, action: Coroutine[object, object, None]
    ) -> asyncio.Task[None]:
        """Do it beside everything else; its failure ends the run."""
        task = asyncio.create_task(action)
        task.add_done_callback(self.ended)
        return task

    def ended(self, task: asyncio.Task[None]) -> None:
        """Go on when a task has ended; its failure ends the run."""
        self.news.set()
        if not task.cancelled() and (error := task.exception()):
            self.fail(error)

    async def unless_stopped(
        self, action: Awaitable[Found], otherwise: Found
    ) -> Found:
        """Do it, unless the gate closes or the stop comes meanwhile."""
        try:
            return await action
        except GateClosedError as error:
            self.fail(error)
        except DatabaseAwayError:
            if not self.halt.is_set():
                raise
        return otherwise

    def fail(self, error: BaseException) -> None:
        """End the run; a closed gate is a way to end it well, or to wait."""
        if not isinstance(error, GateClosedError):
            self._failure = self._failure or error
            self.stop("the database refused or was away")
        elif self._waits:
            self.stop_claiming()
        else:
            self._summary.gate_closed = True
            self.stop(str(error))

    def raise_failure(self, unsettled: Sequence[UUID]) -> None:
        """Raise what ended the run, if it was a failure.

        Raises LedgerError when it was the database.
        """
        error = self._failure
        if error is None:
            return
        if not isinstance(error, DatabaseError):
            raise error
        message = "stopped, for the ledger could not be written or read"
        message = with_unknown(message, unsettled)
        raise LedgerError(message, cure=str(error)) from error


async def cancel(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks and wait for their end."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
