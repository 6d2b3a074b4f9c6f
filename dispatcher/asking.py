"""Asks gateways, for ``dispatcher gateways``."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from dispatcher.config import Config
from dispatcher.domain import Device, DeviceState, Message, Outcome
from dispatcher.errors import ConfigError
from dispatcher.gateways import HttpGateway, open_gateways
from dispatcher.gateways.configured import make_gateways
from dispatcher.gateways.exchange import Shown
from dispatcher.gateways.request import Objection
from dispatcher.profile import Profile
from dispatcher.store.devices import NamedDevice, read_devices

NOBODY = UUID(int=0)
CANNOT_BE_ASKED = "this gateway has no request for it"
AT_ONCE = 50  # questions


@dataclass(frozen=True, slots=True)
class Seen:
    """A device as its gateway sees it."""

    gateway: str
    device_id: UUID
    device_name: str
    state: DeviceState | None  # None: the gateway cannot be asked
    detail: str


async def see_devices(
    profile: Profile, config: Config, on_seen: Callable[[int, int], None]
) -> list[Seen]:
    """Ask the gateway of every device; ``on_seen`` gets done and all."""
    devices = await read_devices(profile)
    places = asyncio.Semaphore(AT_ONCE)
    done = 0
    async with open_gateways(config) as gateways:

        async def see(each: NamedDevice) -> Seen:
            nonlocal done
            async with places:
                seen = await _see(each, gateways.get(each.device.gateway))
            done += 1
            on_seen(done, len(devices))
            return seen

        return list(await asyncio.gather(*map(see, devices)))


async def _see(each: NamedDevice, gateway: HttpGateway | None) -> Seen:
    device = each.device
    state, detail = None, CANNOT_BE_ASKED
    if gateway is None:
        detail = f"no gateway {device.gateway!r} in dispatcher.yml"
        state = DeviceState.UNKNOWN
    elif (status := await gateway.status(device)) is not None:
        state, detail = status.state, status.detail
    return Seen(device.gateway, device.device_id, each.name, state, detail)


async def find_device(
    load_profile: Callable[[], Profile], gateway: str, device: str
) -> Device:
    """The device with this id in the database, or at this address.

    The profile is loaded for an id alone. Raises ConfigError when there is
    no such device, or when it belongs to another gateway.
    """
    try:
        device_id = UUID(device)
    except ValueError:
        return Device(NOBODY, NOBODY, gateway, device)
    found = await read_devices(load_profile(), device_id)
    if not found:
        message = f"device {device_id} is not in user_devices"
        cure = "Give the id of a device, or its address at the gateway."
        raise ConfigError(message, cure=cure)
    if found[0].device.gateway != gateway:
        message = (
            f"device {device_id} belongs to gateway "
            f"{found[0].device.gateway!r}, not to {gateway!r}"
        )
        raise ConfigError(message)
    return found[0].device


def new_message(
    phone: str, text: str, message_type: str, media_url: str | None
) -> Message:
    """A message that no ledger knows of."""
    return Message(uuid4(), phone, message_type, text, media_url)


def show_message(
    config: Config, device: Device, message: Message
) -> Shown | Objection:
    """The request that a message would be, secrets masked."""
    return _gateway(config, device.gateway).show(device, message)


async def send_message(
    config: Config, device: Device, message: Message
) -> Outcome:
    """Send one real message."""
    async with _gateway(config, device.gateway) as gateway:
        return await gateway.send(device, message)


def _gateway(config: Config, name: str) -> HttpGateway:
    gateways = make_gateways(config)
    if name not in gateways:
        raise ConfigError(_unknown(name, list(gateways)))
    return gateways[name]


def _unknown(name: str, known: Sequence[str]) -> str:
    return (
        f"gateway {name!r} is not in dispatcher.yml, expected one of "
        f"{', '.join(known)}"
    )
