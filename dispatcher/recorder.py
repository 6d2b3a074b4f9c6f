"""Writes outcomes in batches, each for itself, when the database allows."""

import asyncio
import logging
from collections.abc import Sequence
from itertools import islice
from uuid import UUID

from dispatcher.errors import DatabaseError, ValuesRefusedError
from dispatcher.halving import in_halves
from dispatcher.patience import patiently
from dispatcher.policy import Finished, reduced
from dispatcher.store.outcomes import Outcomes, Recorded

log = logging.getLogger(__name__)

# What comes while a batch is written goes with the next one: the more there
# is to write, the fewer transactions write it.
GATHER_SECONDS = 0.02
LARGEST_BATCH = 500


class Recorder:
    """Takes outcomes one by one and writes them together.

    It holds no more than are in flight, for a device gives no second outcome
    before its first is written. Waiting for a database that is away ends
    after ``patience_seconds``, or when ``given_up`` is set.
    """

    def __init__(
        self,
        outcomes: Outcomes,
        patience_seconds: float,
        given_up: asyncio.Event,
    ) -> None:
        self._outcomes = outcomes
        self._patience_seconds = patience_seconds
        self._given_up = given_up
        self._unwritten: dict[Finished, None] = {}
        self._waiting: dict[Finished, asyncio.Future[float]] = {}
        self._errors: dict[Finished, DatabaseError] = {}
        self._task: asyncio.Task[None] | None = None

    def unwritten(self) -> list[UUID]:
        """Name the messages whose outcome is not in the ledger."""
        return [_id(item) for item in self._unwritten]

    async def record(self, finished: Finished) -> float:
        """Write one outcome; return the seconds left of the device's gap.

        Raises DatabaseError when the database refused it for good or was
        away for too long.
        """
        written = asyncio.get_running_loop().create_future()
        self._unwritten[finished] = None
        self._waiting[finished] = written
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_all())
            self._task.add_done_callback(self._ended)
        rest_seconds: float = await written
        return rest_seconds

    async def close(self) -> None:
        """Write nothing more, after one last try for what is unwritten."""
        if self._task is not None:
            self._task.cancel()
        if self._unwritten:
            self._errors.clear()
            await self._write(list(self._unwritten))

    async def _write_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_SECONDS)
            batch = list(islice(self._waiting, LARGEST_BATCH))
            rest = await self._write(batch)
            for item in batch:
                self._tell(item, rest.get(_id(item), 0.0))

    def _tell(self, item: Finished, rest_seconds: float) -> None:
        """Let whoever waits for it go on."""
        future = self._waiting.pop(item)
        if future.done():
            return  # cancelled
        if item in self._errors:
            future.set_exception(self._errors[item])
        else:
            future.set_result(rest_seconds)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Let nobody wait for what will not come."""
        if not task.cancelled() and (error := task.exception()):
            for future in self._waiting.values():
                future.set_exception(error)

    async def _write(self, batch: Sequence[Finished]) -> dict[UUID, float]:
        """Return the seconds left to each device whose outcome is written."""
        try:
            written = await in_halves(batch, self._record, self._record_less)
        except DatabaseError as error:
            self._errors.update(dict.fromkeys(batch, error))
            return {}
        for item in batch:
            if item not in self._errors:
                self._unwritten.pop(item, None)
        return {item.message_id: item.rest_seconds for item in written}

    async def _record(self, batch: Sequence[Finished]) -> list[Recorded]:
        return await patiently(
            lambda: self._outcomes.record(batch),
            self._patience_seconds,
            self._given_up,
        )

    async def _record_less(
        self, finished: Finished, refusal: ValuesRefusedError
    ) -> list[Recorded]:
        """Write what can be written of an outcome that was refused."""
        log.warning("message %s: %s", _id(finished), refusal)
        for less in reduced(finished, str(refusal)):
            try:
                written = await self._record([less])
            except ValuesRefusedError as error:
                self._errors[finished] = error
            else:
                self._errors.pop(finished, None)
                return written
        return []


def _id(finished: Finished) -> UUID:
    return finished.claim.message.message_id
