"""What a sequences file may say, one value at a time."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, field_validator

from dispatcher.yamlfile import Strict

_HH_MM = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NEVER_STORED = re.compile("[\0\ud800-\udfff]")


def _not_blank(text: str) -> str:
    if not text.strip():
        message = "text that is not blank"
        raise ValueError(message)
    return text.strip()


def _one_token(text: str) -> str:
    if "," in text:
        message = "one trigger without a comma, which divides a lead's"
        raise ValueError(message)
    return _not_blank(text)


def _hh_mm(text: str) -> str:
    if not _HH_MM.fullmatch(text):
        message = "a time of day as HH:MM, such as 09:30"
        raise ValueError(message)
    return text


def _web_address(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname:
        message = "an address that begins with http:// or https://"
        raise ValueError(message)
    return text


Name = Annotated[str, AfterValidator(_not_blank), Field(max_length=255)]
Trigger = Annotated[str, AfterValidator(_one_token), Field(max_length=255)]
Time = Annotated[str, AfterValidator(_hh_mm)]
Url = Annotated[str, AfterValidator(_web_address)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
Hours = Annotated[int, Field(ge=0, le=87_600)]


class _Part(Strict):
    model_config = ConfigDict(strict=True)

    @field_validator("*")
    @classmethod
    def _storable(cls, value: object) -> object:
        if isinstance(value, str) and _NEVER_STORED.search(value):
            message = "text without NUL and half characters"
            raise ValueError(message)
        return value


class Step(_Part):
    """One message of a sequence."""

    day: Annotated[int, Field(ge=1, le=32_767)]
    message: str | None = None
    type: Literal["text", "image", "video", "document", "audio"] = "text"
    media_url: Url | None = None
    delay_hours: Hours | None = 24  # the wait after this step
    time: Time | None = None
    trigger: Trigger | None = None  # what another step's next_trigger names
    next_trigger: Trigger | None = None
    entry_point: bool | None = None
    # left out, the gaps of the sequence hold
    min_delay_seconds: Seconds | None = None
    max_delay_seconds: Seconds | None = None


class Sequence(_Part):
    """One sequence; what the file leaves out has the default here."""

    name: Name
    trigger: Trigger
    status: Literal["draft", "active", "paused", "inactive", "archived"] = (
        "draft"
    )
    skip_weekends: bool = False
    time: Time | None = None
    min_delay_seconds: Seconds = 10
    max_delay_seconds: Seconds = 30
    steps: Annotated[list[Step], Field(min_length=1)]

    def entry(self) -> int:
        """Return the index of the step where contacts come in."""
        marked = [i for i, step in enumerate(self.steps) if step.entry_point]
        return marked[0] if marked else self.by_day()[0]

    def by_day(self) -> list[int]:
        """Return the indexes of the steps in the order of their days."""
        return sorted(
            range(len(self.steps)), key=lambda index: self.steps[index].day
        )

    def key(self, index: int) -> str | None:
        """Return a step's own trigger; the entry step has the sequence's."""
        default = self.trigger if index == self.entry() else None
        return self.steps[index].trigger or default

    def keys(self) -> dict[str, int]:
        """Return the steps' own triggers, folded, to their indexes."""
        return {
            key.casefold(): index
            for index in range(len(self.steps))
            if (key := self.key(index))
        }

    def triggers(self) -> set[str]:
        """Return the folded triggers by which another sequence leads here."""
        keys = {self.trigger, self.key(self.entry()) or self.trigger}
        return {key.casefold() for key in keys}


class Document(_Part):
    """A whole file."""

    sequences: Annotated[list[Sequence], Field(min_length=1)]
