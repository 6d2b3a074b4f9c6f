"""What a gateway's definition file may say, and reading one.

The adapter knows HTTP; everything that differs between gateways is data.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveFloat,
    model_validator,
)

from dispatcher import yamlfile
from dispatcher.domain import Fault
from dispatcher.errors import ConfigError
from dispatcher.gateways.template import (
    EncodedText,
    JsonTemplate,
    Placeholder,
    Template,
    Text,
)
from dispatcher.yamlfile import Strict

BUILT_IN = Path(__file__).parent / "definitions"
STATUS = re.compile(r"[1-5](xx|[0-9][0-9])")

MessageType = Literal["text", "image", "video", "document", "audio"]


def _statuses(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    texts = tuple(str(item) for item in items)
    if not texts or not all(STATUS.fullmatch(text) for text in texts):
        message = "a status such as 401, a class such as 5xx, or a list"
        raise ValueError(message)
    return texts


def _pattern(value: object) -> re.Pattern[str]:
    try:
        return re.compile(str(value), re.IGNORECASE)
    except re.error as error:
        message = f"a regular expression ({error})"
        raise ValueError(message) from None


def _path(value: Template) -> Template:
    first = value.parts[0] if value.parts else ""
    if not isinstance(first, str) or not first.startswith("/"):
        message = "a path that starts with /"
        raise ValueError(message)
    if any(placeholder.optional for placeholder in value.placeholders()):
        message = "a path whose every part is there, without ?"
        raise ValueError(message)
    return value


Statuses = Annotated[tuple[str, ...], BeforeValidator(_statuses)]
Pattern = Annotated[re.Pattern[str], BeforeValidator(_pattern)]
UrlPath = Annotated[EncodedText, AfterValidator(_path)]
# dotted path into the answer's JSON -> the value it must have there
BodyMatch = dict[str, str | int | bool]


class Request(Strict):
    """One HTTP request: at most one kind of body."""

    method: Literal["GET", "POST"] = "POST"
    path: UrlPath
    headers: dict[str, EncodedText] = Field(default_factory=dict)
    json_body: JsonTemplate | None = Field(default=None, alias="json")
    form: dict[str, Text] | None = None
    multipart: dict[str, Text] | None = None

    @model_validator(mode="after")
    def _has_one_body(self) -> "Request":
        bodies = (self.json_body, self.form, self.multipart)
        if sum(body is not None for body in bodies) > 1:
            message = "one of json, form and multipart"
            raise ValueError(message)
        return self

    def placeholders(self) -> Iterator[Placeholder]:
        """Every placeholder of the request, wherever it stands."""
        for template in self._templates():
            yield from template.placeholders()

    def _templates(self) -> Iterator[Template]:
        yield self.path
        yield from self.headers.values()
        yield from (self.form or self.multipart or {}).values()
        if self.json_body is not None:
            yield from self.json_body.templates()


class Success(Strict):
    """When an answer means that the gateway took the message."""

    status: Statuses
    body: BodyMatch = Field(default_factory=dict)
    # an answer with this status whose body is empty or cut off
    unreadable: Literal["ACCEPTED", "UNKNOWN"] = "UNKNOWN"


class Rule(Strict):
    """What an answer means that is no success; the first match decides."""

    status: Statuses
    body: BodyMatch = Field(default_factory=dict)
    text: Pattern | None = None  # searched in the body, in any case
    outcome: Literal["NOT_SENT", "UNKNOWN"]
    fault: Fault
    retry_after: PositiveFloat | None = None  # seconds, if no header says so


class Timeouts(Strict):
    """The gateway's own limits; the whole request's is dispatcher.yml's."""

    connect_seconds: PositiveFloat = 10


class StatusRequest(Strict):
    """Where a device's state can be asked for."""

    path: UrlPath


class Definition(Strict):
    """A gateway as data."""

    auth: Literal["basic", "none"]
    timeouts: Timeouts = Timeouts()
    requests: dict[MessageType, Request] = Field(min_length=1)
    success: Success
    message_id: str | None = None  # dotted path
    errors: list[Rule] = Field(default_factory=list)
    status: StatusRequest | None = None


def load_definition(name: str) -> Definition:
    """Read a built-in definition by name, or a file ending in .yml."""
    if name.endswith(".yml"):
        return yamlfile.load(Path(name), Definition)
    built_in = sorted(path.stem for path in BUILT_IN.glob("*.yml"))
    if name not in built_in:
        message = (
            f"gateway definition {name!r} is not built in, expected one of "
            f"{', '.join(built_in)}"
        )
        cure = "Or name your own file, ending in .yml."
        raise ConfigError(message, cure=cure)
    return yamlfile.load(BUILT_IN / f"{name}.yml", Definition)
