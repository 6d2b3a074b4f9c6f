"""The only part of the dispatcher that speaks to the outside."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from dispatcher.config import Config, GatewaySettings, Settings
from dispatcher.errors import ConfigError
from dispatcher.gateways.definition import load_definition
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
    gateways = {
        name: _gateway(name, settings, config.dispatcher)
        for name, settings in config.gateways.items()
    }
    async with AsyncExitStack() as stack:
        for gateway in gateways.values():
            await stack.enter_async_context(gateway)
        yield gateways


def _gateway(
    name: str, settings: GatewaySettings, dispatcher: Settings
) -> HttpGateway:
    definition = load_definition(settings.definition)
    if settings.auth and definition.auth == "none":
        message = (
            f"gateways.{name}.auth is given, but the definition "
            f"{settings.definition} says auth: none"
        )
        raise ConfigError(message, cure="Remove one of the two.")
    return HttpGateway(
        definition,
        base_url=settings.base_url,
        auth=settings.auth,
        timeout_seconds=dispatcher.request_timeout_seconds,
        connections=dispatcher.concurrency,
    )
