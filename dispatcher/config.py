"""``dispatcher.yml``: which gateways there are and how to send.

Secrets stand there only as references, ``${NAME}`` for the environment and
``${file:/path}`` for a file, and never leave this module unwrapped.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from dispatcher.errors import ConfigError
from dispatcher.yamlfile import REFERENCE, Loc, Strict, YamlFile

DEFAULT_PATH = Path("dispatcher.yml")
NATIVE = "native"
VARIABLE = re.compile(r"\{\{([1-9][0-9]?)\}\}")
TOUCHING = re.compile(VARIABLE.pattern * 2)
# after the time-out the answer must still be written before the lease ends
LEASE_MARGIN_SECONDS = 30


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "http://host or https://host"
        raise ValueError(message)
    if parts.username or parts.password:
        message = "no user name in the URL; put it under auth"
        raise ValueError(message)
    if parts.query or parts.fragment or parts.port == 0:
        message = "a URL without ? and #, and a port above 0"
        raise ValueError(message)
    return value.rstrip("/")


def _key(value: str) -> str:
    if not value.strip():
        message = f"a platform's name, or {NATIVE} for devices without one"
        raise ValueError(message)
    return value.lower()


def _user_name(value: SecretStr) -> SecretStr:
    if ":" in value.get_secret_value():
        message = "a name without a colon, as Basic auth demands"
        raise ValueError(message)
    return value


Secret = Annotated[SecretStr, Field(min_length=1)]


class Auth(Strict):
    """Credentials by the names that the gateway's definition gives them."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Secret] = Field(init=False)

    username: Annotated[Secret, AfterValidator(_user_name)] | None = None
    password: Secret | None = None

    def secrets(self) -> dict[str, SecretStr]:
        """Those that are given, by name."""
        found = {name: value for name, value in self if value is not None}
        return found | self.__pydantic_extra__


class MessageTemplate(Strict):
    """A text registered with the gateway; ``{{1}}`` is a variable."""

    name: str = Field(min_length=1)
    language: str = "en"
    body: str = Field(min_length=1)

    @field_validator("body")
    @classmethod
    def _numbers_its_variables(cls, value: str) -> str:
        numbers = {int(number) for number in VARIABLE.findall(value)}
        if numbers != set(range(1, len(numbers) + 1)):
            message = "variables {{1}}, {{2}} and so on, without a gap"
            raise ValueError(message)
        if TOUCHING.search(value):
            message = "text between two variables, as the gateways demand"
            raise ValueError(message)
        return value


class GatewaySettings(Strict):
    """Where one gateway is and which definition file describes it."""

    definition: str = Field(min_length=1)
    base_url: Annotated[str, AfterValidator(_base_url)]
    # for all its devices; `credentials` below goes before it
    auth: Auth = Auth()
    settings: dict[str, str] = Field(default_factory=dict)
    templates: list[MessageTemplate] = Field(default_factory=list)

    @field_validator("definition")
    @classmethod
    def _beside_the_config(cls, value: str, info: ValidationInfo) -> str:
        if value.endswith(".yml") and info.context:
            return str(Path(info.context["directory"]) / value)
        return value


class Settings(Strict):
    """How the dispatcher sends, whichever the gateway."""

    # a gateway's own deadline (GOWA: 45 s and 10 s) must come first
    request_timeout_seconds: float = Field(default=60, gt=0, le=3600)
    lease_seconds: float = Field(default=180, validate_default=True)
    gate_max_age_minutes: float = Field(default=360, gt=0)
    # how long to wait for a database that is away before giving up
    database_wait_seconds: float = Field(default=300, ge=0)
    concurrency: int = Field(default=500, ge=1, le=10_000)

    @field_validator("lease_seconds")
    @classmethod
    def _outlives_a_request(cls, value: float, info: ValidationInfo) -> float:
        timeout = info.data.get("request_timeout_seconds", 0)
        least = timeout + LEASE_MARGIN_SECONDS
        if value <= least:
            message = (
                f"more than {least:g}: request_timeout_seconds "
                f"({timeout:g}) and {LEASE_MARGIN_SECONDS} s to record"
            )
            raise ValueError(message)
        return value


def _empty_as_defaults(value: object) -> object:
    return {} if value is None else value


class Config(Strict):
    """The whole file, validated."""

    # by user_devices.id, for the one device
    credentials: dict[UUID, Auth] = Field(default_factory=dict)
    gateways: dict[Annotated[str, AfterValidator(_key)], GatewaySettings] = (
        Field(min_length=1)
    )
    dispatcher: Annotated[Settings, BeforeValidator(_empty_as_defaults)] = (
        Settings()
    )


def load(path: Path | None = None) -> Config:
    """Read ``path``, else $DISPATCHER_CONFIG, else ./dispatcher.yml."""
    if path is None:
        path = Path(os.environ.get("DISPATCHER_CONFIG") or DEFAULT_PATH)
    if not path.exists():
        message = f"{path}: no such file, expected the list of gateways"
        cure = "Copy dispatcher.example.yml there, or give --config FILE."
        raise ConfigError(message, cure=cure)
    file = YamlFile(path)
    _refuse_key_twice(file)
    _refuse_literal_secrets(file)
    values = _resolve_references(file)
    return file.validate(Config, values, {"directory": path.parent})


def _refuse_key_twice(file: YamlFile) -> None:
    """Platforms are compared lower-cased: WAHA and waha are one key."""
    seen: set[str] = set()
    for key in _mapping(file.values().get("gateways")):
        lowered = str(key).lower()
        if lowered in seen:
            problem = f"stands here twice, expected {lowered} once"
            file.fail([(("gateways", key), problem)])
        seen.add(lowered)


def _refuse_literal_secrets(file: YamlFile) -> None:
    gateways = _mapping(file.values().get("gateways"))
    parts: list[tuple[Loc, object]] = [
        (("gateways", name, "auth"), _mapping(gateway).get("auth"))
        for name, gateway in gateways.items()
    ]
    parts.append((("credentials",), file.values().get("credentials")))
    problems = [
        (loc, "met a literal secret, expected a reference")
        for start, part in parts
        for loc, value in _leaves(part, start)
        if value is not None and REFERENCE.fullmatch(str(value)) is None
    ]
    if problems:
        cure = "Use ${NAME} and set NAME in the environment."
        file.fail(problems, cure=cure)


def _resolve_references(file: YamlFile) -> dict[str, Any]:
    problems: list[tuple[Loc, str]] = []

    def resolve(node: object, loc: Loc) -> object:
        if isinstance(node, dict):
            return {k: resolve(v, (*loc, k)) for k, v in node.items()}
        if isinstance(node, list):
            return [resolve(v, (*loc, i)) for i, v in enumerate(node)]
        if not isinstance(node, str):
            return node
        try:
            return REFERENCE.sub(lambda m: _look_up(m, file.path), node)
        except _UnresolvedError as error:
            problems.append((loc, str(error)))
            return node

    values = {k: resolve(v, (k,)) for k, v in file.values().items()}
    if problems:
        file.fail(problems)
    return values


class _UnresolvedError(Exception):
    """A reference that leads nowhere; collected with its line."""


def _look_up(match: re.Match[str], config: Path) -> str:
    is_file, name = match.groups()
    if not is_file:
        if name not in os.environ:
            message = f"${{{name}}} is not set, expected it in the environment"
            raise _UnresolvedError(message)
        return os.environ[name]
    try:
        return (config.parent / name).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        message = f"${{file:{name}}} cannot be read: {reason}"
        raise _UnresolvedError(message) from None


def _mapping(value: object) -> dict[Any, Any]:
    """A part of the file that pydantic has not looked at yet."""
    return value if isinstance(value, dict) else {}


def _leaves(node: object, loc: Loc) -> Iterator[tuple[Loc, object]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*loc, key))
    else:
        yield loc, node
