"""How a definition says what an answer means: the parts of a rule."""

import re
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PositiveFloat,
    WithJsonSchema,
    model_validator,
)

from dispatcher.domain import DeviceState, Fault
from dispatcher.gateways.template import Text
from dispatcher.yamlfile import Strict

STATUS = re.compile(r"[1-5](xx|[0-9][0-9])")
PATH = re.compile(r"[^\s.]+(\.[^\s.]+)*")


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


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_STATUS_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 100, "maximum": 599},
        {"type": "string", "pattern": f"^{STATUS.pattern}$"},
    ]
}
Statuses = Annotated[
    tuple[str, ...],
    BeforeValidator(_statuses),
    WithJsonSchema(
        {
            "anyOf": [
                *_STATUS_SCHEMA["anyOf"],
                {"type": "array", "items": _STATUS_SCHEMA, "minItems": 1},
            ]
        }
    ),
]
Pattern = Annotated[
    re.Pattern[str],
    BeforeValidator(_pattern),
    WithJsonSchema({"type": "string", "format": "regex"}),
]
# keys with dots between them, numbers count in lists, * is every item
JsonPath = Annotated[str, Field(pattern=f"^{PATH.pattern}$")]
Scalar = str | int | bool | None


class Match(Strict):
    """All that is named must apply."""

    status: Statuses
    # the value at a path is this, or one of these
    body: dict[JsonPath, Scalar | list[Scalar]] = Field(default_factory=dict)
    # the text at a path holds this, in any case
    matches: dict[JsonPath, Pattern] = Field(default_factory=dict)
    # the whole body holds this, in any case
    text: Pattern | None = None

    def asks_for_content(self) -> bool:
        """Whether a value at a path is asked for."""
        return bool(self.body or self.matches)


class Success(Match):
    """When an answer means that the gateway took the message."""

    any_body: bool = False  # the status alone is enough
    # an answer with this status whose body is empty or cut off
    unreadable: Literal["ACCEPTED", "UNKNOWN"] = "UNKNOWN"

    @model_validator(mode="after")
    def _says_more_than_a_status(self) -> Self:
        asks = self.asks_for_content() or self.text is not None
        if asks == self.any_body:
            message = (
                "what the body must hold (body, matches or text), or "
                "any_body: true"
            )
            raise ValueError(message)
        return self


class Rule(Match):
    """What an answer means that is no success; the first match decides."""

    outcome: Literal["NOT_SENT", "UNKNOWN"]
    fault: Fault
    # if no header says so: seconds, or where the answer has them
    retry_after: PositiveFloat | JsonPath | None = None
    # it is about all devices of the gateway, not about this one alone
    scope: Literal["gateway"] | None = None

    @model_validator(mode="after")
    def _is_of_a_gateway(self) -> Self:
        if self.scope and not self.fault.startswith(("DEVICE_", "GATEWAY_")):
            message = "scope with a fault of a device or a gateway alone"
            raise ValueError(message)
        return self


class StateRule(Match):
    """What an answer says of a device; the first match decides."""

    state: DeviceState


class NumberRule(Match):
    """What an answer says of a number; the first match decides."""

    exists: bool


class LookUpRule(Match):
    """What an answer says of a message; the first match decides."""

    outcome: Literal["ACCEPTED", "NOT_SENT", "UNKNOWN"]
    fault: Fault | None = None

    @model_validator(mode="after")
    def _names_a_fault(self) -> Self:
        if (self.outcome == "ACCEPTED") != (self.fault is None):
            message = "a fault, unless the outcome is ACCEPTED"
            raise ValueError(message)
        return self


class IdRule(Strict):
    """Where a message's id is: in the answer, or in what was sent."""

    path: JsonPath | None = None
    pattern: Pattern | None = None  # its first group, else all of it
    sent: Text | None = None  # the id that we gave the message

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if (self.sent is None) == (self.path is None and self.pattern is None):
            message = "path and pattern, or one of them, or sent"
            raise ValueError(message)
        return self


def _id_rule(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


_IdRule = Annotated[
    IdRule, BeforeValidator(_id_rule, json_schema_input_type=str | IdRule)
]
# each may be written as its only item
IdRules = Annotated[
    list[_IdRule],
    BeforeValidator(_listed, json_schema_input_type=_IdRule | list[_IdRule]),
]
Successes = Annotated[
    list[Success],
    BeforeValidator(_listed, json_schema_input_type=Success | list[Success]),
]
