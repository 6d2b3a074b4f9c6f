"""Pauses and their end: of everything, a tenant, a device or a sequence.

They hold from the next claim on; no build is needed for either.
"""

from dataclasses import dataclass
from uuid import UUID

from dispatcher.domain import Scope
from dispatcher.errors import ConfigError
from dispatcher.store.requests import Asked, Target
from dispatcher.store.switches import Pause, Switches

_CURES = {
    Scope.TENANT: "take the user_id of a row of user_devices or sequences",
    Scope.DEVICE: "take the id of a row of user_devices",
    Scope.SEQUENCE: "take the id of a row of sequences",
}


@dataclass(frozen=True)
class Switch:
    """What is to be paused or resumed; everything has no id."""

    scope: Scope
    scope_id: UUID | None = None

    def __str__(self) -> str:
        """Name it as a person does."""
        return f"{self.scope} {self.scope_id}" if self.scope_id else self.scope


@dataclass(frozen=True)
class Turned:
    """What a request did: ``before`` is the pause that it met."""

    is_paused: bool
    before: Pause | None

    @property
    def is_change(self) -> bool:
        """Tell whether it is otherwise now; else nothing was recorded."""
        return self.is_paused != (self.before is not None)


def turn(
    switches: Switches, switch: Switch, asked: Asked, *, to_pause: bool
) -> Turned:
    """Pause or resume, unless it is so already.

    Raises ConfigError when there is nothing of that id.
    """
    met = [
        pause
        for pause in switches.standing()
        if (pause.scope, pause.scope_id) == (switch.scope, switch.scope_id)
    ]
    turned = Turned(to_pause, met[0] if met else None)
    user_id = met[0].user_id if met else _owner(switches, switch)
    if turned.is_change:
        kind = "pause" if to_pause else "resume"
        switches.request(kind, asked, user_id, _target(switch))
    return turned


def _owner(switches: Switches, switch: Switch) -> UUID | None:
    if switch.scope_id is None:
        return None
    owner = switches.owner(switch.scope, switch.scope_id)
    if owner is None:
        message = (
            f"--{switch.scope} {switch.scope_id}: there is no such"
            f" {switch.scope}"
        )
        raise ConfigError(message, cure=_CURES[switch.scope])
    return owner


def _target(switch: Switch) -> Target | None:
    """Return what it is within its tenant; None: the tenant, or all."""
    if switch.scope_id is None or switch.scope is Scope.TENANT:
        return None
    return {f"{switch.scope}_id": switch.scope_id}
