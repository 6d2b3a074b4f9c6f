"""What placeholders stand for; no input or output."""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import basename
from urllib.parse import unquote, urlsplit
from uuid import UUID

from pydantic import SecretStr

from dispatcher.config import MessageTemplate
from dispatcher.domain import Device, Message
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.template import NAMES, Values

NO_MEDIUM: Values = dict.fromkeys(
    ("media_url", "media_name", "media_type"), ""
)


@dataclass(frozen=True)
class Setup:
    """What dispatcher.yml says of one gateway."""

    auth: Mapping[str, SecretStr] = field(default_factory=dict)
    device_credentials: Mapping[UUID, Mapping[str, SecretStr]] = field(
        default_factory=dict
    )
    settings: Mapping[str, str] = field(default_factory=dict)
    templates: tuple[MessageTemplate, ...] = ()

    def credentials(self, device: Device) -> dict[str, str]:
        """The secrets to use for a device; its own go first."""
        own = self.device_credentials.get(device.device_id, {})
        return {
            name: secret.get_secret_value()
            for name, secret in (dict(self.auth) | dict(own)).items()
        }


def values_of_device(
    definition: Definition, device: Device, setup: Setup
) -> dict[str, str]:
    """What each placeholder stands for before there is a message."""
    values = dict.fromkeys(NAMES, "")
    values |= {f"credential.{name}": "" for name in definition.credentials}
    values |= {
        f"setting.{name}": setup.settings.get(name, default or "")
        for name, default in definition.settings.items()
    }
    credentials = setup.credentials(device).items()
    values |= {f"credential.{name}": value for name, value in credentials}
    return values | {"device": device.address}


def values_of_medium(message: Message) -> Values:
    """What a medium's URL tells."""
    url = (message.media_url or "").strip()
    if not url:
        return NO_MEDIUM
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        path = ""
    return {
        "media_url": url,
        "media_name": basename(path),
        "media_type": mimetypes.guess_type(path)[0] or "",
    }
