"""How a simulated gateway misbehaves: rules, in order, some only n times."""

from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from dispatcher import yamlfile
from dispatcher.demo.gowa import NOT_ACCEPTED
from dispatcher.yamlfile import Strict

Behaviour = Literal[
    "accept",
    "not_on_whatsapp",
    "device_logged_out",
    "device_down",
    "reachout_timelock",
    "refused_by_whatsapp",
    "media_failed",
    "starting",
    "gateway_timeout",
    "server_error",
    "hang",  # never answers
    "reset",  # resets the connection once the request is read
]


class Rule(Strict):
    """What happens to messages that match."""

    phone: str = "*"  # exact, or a pattern such as 60111*7
    device: str = "*"  # likewise
    times: int | None = Field(default=None, ge=1)  # the first n; else all
    do: Behaviour = "accept"
    accepted: bool | None = None  # left before it went wrong
    delay_seconds: float = Field(default=0, ge=0)
    retry_after: int | None = Field(default=None, ge=0)  # seconds to rest

    @model_validator(mode="after")
    def _is_possible(self) -> "Rule":
        certain = self.do == "accept" or self.do in NOT_ACCEPTED
        if certain and self.accepted is not None:
            message = f"no `accepted` with {self.do}, which settles it"
            raise ValueError(message)
        return self

    def matches(self, device: str, phone: str) -> bool:
        """Whether the rule is about this message."""
        return fnmatchcase(device, self.device) and fnmatchcase(
            phone, self.phone
        )

    @property
    def accepts(self) -> bool:
        """Whether the message is delivered, whatever is answered."""
        return self.do == "accept" or bool(self.accepted)


class Script(Strict):
    """The devices that are registered and how sending goes wrong.

    Without ``devices`` every device is registered and logged in.
    """

    devices: dict[str, Literal["logged_in", "connected", "disconnected"]] = (
        Field(default_factory=dict)
    )
    rules: list[Rule] = Field(default_factory=list)


class Rules:
    """The rules of a script as they are used up."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._used: Counter[int] = Counter()

    def take(self, device: str, phone: str) -> Rule:
        """The rule for this message: the first that is not used up."""
        for number, rule in enumerate(self._rules):
            is_left = rule.times is None or self._used[number] < rule.times
            if is_left and rule.matches(device, phone):
                self._used[number] += 1
                return rule
        return Rule()


def load_script(path: Path) -> Script:
    """Read a script, JSON or YAML, with errors that name the line."""
    return yamlfile.load(path, Script)
