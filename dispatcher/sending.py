"""Puts one run together: pool, gateways, runner, signals."""

import asyncio
import os
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from dispatcher.config import Config
from dispatcher.doubt import with_unknown
from dispatcher.errors import LeftAtOnceError
from dispatcher.gateways import open_gateways
from dispatcher.limits import Limits
from dispatcher.profile import Profile
from dispatcher.runner import CLAIMS_AT_ONCE, Runner
from dispatcher.store.breakers import Breakers
from dispatcher.store.connect import open_pool
from dispatcher.store.leases import LeaseTable
from dispatcher.store.ledger import Ledger
from dispatcher.store.look_ups import LookUpTable
from dispatcher.store.outcomes import Outcomes
from dispatcher.store.session import Row, Session
from dispatcher.store.store import Store
from dispatcher.summary import Summary
from dispatcher.systemd import READY, STOPPING, notify

POOL_SIZE = 4  # for all but claims and outcomes
# A probe has so long beside its answer: for a device's gap, and to write it.
PROBE_MARGIN_SECONDS = 60.0


async def send(
    profile: Profile,
    config: Config,
    limits: Limits,
    on_settled: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Send all that is due now; the first SIGTERM or SIGINT drains.

    A second one leaves at once: what is in flight stays ``sending`` in the
    ledger and counts as unknown after its deadline.

    Raises LeftAtOnceError at that second signal.
    """
    async with (
        open_store(profile, config) as store,
        open_gateways(config) as gateways,
    ):
        runner = Runner(store, gateways, config, limits, on_settled)
        with _signals(runner) as second_signal:
            notify(READY)
            try:
                return await runner.run()
            except asyncio.CancelledError:
                if not second_signal.is_set():
                    raise
                raise _left_at_once(runner) from None


async def preview(
    profile: Profile, config: Config, limit: int | None
) -> list[Row]:
    """Return what ``send`` would send, in order, changing nothing."""
    async with open_store(profile, config) as store:
        await store.ledger.open_gate()
        return await store.ledger.preview(limit)


@asynccontextmanager
async def open_store(profile: Profile, config: Config) -> AsyncIterator[Store]:
    """Connect as one more dispatcher process, with a name of its own."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    async with (
        await open_pool(profile, POOL_SIZE) as pool,
        # no more than needed: each connection plans for itself
        await open_pool(profile, CLAIMS_AT_ONCE) as for_claims,
        await open_pool(profile, 1) as for_outcomes,
    ):
        session = Session(pool, profile.schema)
        ledger = Ledger(
            session,
            Session(for_claims, profile.schema),
            owner,
            config.gateways,
            config.dispatcher.gate_max_age_minutes,
        )
        yield Store(
            ledger,
            LeaseTable(session, owner),
            Outcomes(Session(for_outcomes, profile.schema)),
            Breakers(
                session,
                config.dispatcher.request_timeout_seconds
                + PROBE_MARGIN_SECONDS,
            ),
            LookUpTable(session),
        )


def _left_at_once(runner: Runner) -> LeftAtOnceError:
    message = "left at once, as a second signal asked"
    message = with_unknown(message, runner.unsettled())
    cure = "the next dbt build and run go on from there"
    return LeftAtOnceError(message, cure=cure)


@contextmanager
def _signals(runner: Runner) -> Iterator[asyncio.Event]:
    """Stop the runner at the first signal; yield what the second one sets."""
    loop = asyncio.get_running_loop()
    this_run = asyncio.current_task()
    second_signal = asyncio.Event()

    def on_signal(number: signal.Signals) -> None:
        if runner.summary.is_interrupted and this_run is not None:
            second_signal.set()
            this_run.cancel()
        notify(STOPPING)
        runner.stop(f"{number.name} came")
        runner.summary.is_interrupted = True

    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield second_signal
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
