"""The only part of the dispatcher that speaks to the outside."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from dispatcher.config import Config
from dispatcher.gateways.configured import make_gateways
from dispatcher.gateways.http import HttpGateway

__all__ = ["HttpGateway", "open_gateways"]


@asynccontextmanager
async def open_gateways(
    config: Config,
) -> AsyncIterator[Mapping[str, HttpGateway]]:
    """Open every gateway of the configuration, by its key there.

    All definitions are read before the first is opened: a mistake in one
    stops the start, not the first message.
    """
    gateways = make_gateways(config)
    async with AsyncExitStack() as stack:
        for gateway in gateways.values():
            await stack.enter_async_context(gateway)
        yield gateways
