"""Answers that a definition names with what they mean: its own tests."""

import json
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from dispatcher.domain import DeviceState, Fault
from dispatcher.yamlfile import Strict


class Example(Strict):
    """An answer, and what the definition makes of it."""

    to: Literal["send", "status", "check_number", "look_up"] = "send"
    http: int = Field(ge=100, le=599)
    # text as it stands, anything else as JSON
    body: Any = ""
    outcome: Literal["ACCEPTED", "NOT_SENT", "UNKNOWN"] | None = None
    fault: Fault | None = None
    message_id: str | None = None
    scope: Literal["gateway"] | None = None
    state: DeviceState | None = None
    exists: bool | None = None

    @model_validator(mode="after")
    def _says_what_it_means(self) -> Self:
        needs = {"send": "outcome", "look_up": "outcome", "status": "state"}
        needed = needs.get(self.to)
        if needed and getattr(self, needed) is None:
            message = f"{needed}, which the answer means"
            raise ValueError(message)
        return self

    def text(self) -> str:
        """The body as the gateway writes it."""
        if isinstance(self.body, str):
            return self.body
        return json.dumps(self.body)
