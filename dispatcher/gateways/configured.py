"""Definitions and what dispatcher.yml says of them, put together."""

from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from dispatcher.config import Config, GatewaySettings
from dispatcher.errors import ConfigError
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.http import HttpGateway
from dispatcher.gateways.loading import load_definition
from dispatcher.gateways.values import Setup


def make_gateways(config: Config) -> dict[str, HttpGateway]:
    """A gateway for each key of the configuration, none open yet.

    Raises ConfigError for a definition that cannot be read and for what
    the configuration gives a definition that has no use for it, or not.
    """
    definitions = {
        name: load_definition(settings.definition)
        for name, settings in config.gateways.items()
    }
    _check_device_credentials(config, definitions.values())
    for name, settings in config.gateways.items():
        _check(name, settings, definitions[name])
    return {
        name: HttpGateway(
            definitions[name],
            base_url=settings.base_url,
            setup=_setup(settings, config, definitions[name]),
            timeout_seconds=config.dispatcher.request_timeout_seconds,
            connections=config.dispatcher.concurrency,
        )
        for name, settings in config.gateways.items()
    }


def _setup(
    settings: GatewaySettings, config: Config, definition: Definition
) -> Setup:
    names = definition.credentials
    return Setup(
        auth=settings.auth.secrets(),
        device_credentials={
            device_id: _only(auth.secrets(), names)
            for device_id, auth in config.credentials.items()
        },
        settings=settings.settings,
        templates=tuple(settings.templates),
    )


def _only(
    secrets: Mapping[str, SecretStr], names: Iterable[str]
) -> dict[str, SecretStr]:
    return {name: secrets[name] for name in names if name in secrets}


def _check(
    name: str, settings: GatewaySettings, definition: Definition
) -> None:
    place = f"gateways.{name}"
    known = definition.credentials
    has_none = f"the definition {settings.definition} has no"
    for given in settings.auth.secrets():
        if given not in known:
            _fail(f"{place}.auth.{given}", known, has_none)
    for given in settings.settings:
        if given not in definition.settings:
            setting = f"{place}.settings.{given}"
            _fail(setting, definition.settings, has_none)
    for needed, default in definition.settings.items():
        if default is None and not settings.settings.get(needed):
            message = (
                f"{place}.settings.{needed} is missing, expected it for the "
                f"definition {settings.definition}"
            )
            raise ConfigError(message)
    if settings.templates and not definition.templates:
        message = (
            f"{place}.templates is given, but the definition "
            f"{settings.definition} sends none"
        )
        raise ConfigError(message, cure="Remove it.")


def _check_device_credentials(
    config: Config, definitions: Iterable[Definition]
) -> None:
    known = {
        name for definition in definitions for name in definition.credentials
    }
    for device_id, auth in config.credentials.items():
        for given in auth.secrets():
            if given not in known:
                place = f"credentials.{device_id}.{given}"
                _fail(place, known, "no definition has a")


def _fail(place: str, known: Iterable[str], who_has: str) -> None:
    expected = ", ".join(sorted(known)) or "nothing"
    message = (
        f"{place} is given, but {who_has} use for it, expected {expected}"
    )
    raise ConfigError(message, cure="Remove or rename it.")
