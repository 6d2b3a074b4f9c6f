"""The values the dispatcher decides on; nothing here does input or output."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

DeviceKey = tuple[UUID, UUID]  # tenant, device
# In a device's queue: when due, as the database writes it, and the enrolment
Place = tuple[str, UUID]


class Result(enum.StrEnum):
    """What is known about one attempt once the gateway was asked."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Fault(enum.StrEnum):
    """Whose fault an attempt is that was not accepted, and how lasting."""

    RECIPIENT_INVALID = "RECIPIENT_INVALID"
    RECIPIENT_SUSPECT = "RECIPIENT_SUSPECT"
    RECIPIENT_DEFERRED = "RECIPIENT_DEFERRED"
    CONTENT_INVALID = "CONTENT_INVALID"
    MEDIA_TRANSIENT = "MEDIA_TRANSIENT"
    DEVICE_DOWN = "DEVICE_DOWN"
    DEVICE_LOGGED_OUT = "DEVICE_LOGGED_OUT"
    DEVICE_RESTRICTED = "DEVICE_RESTRICTED"
    DEVICE_THROTTLED = "DEVICE_THROTTLED"
    DEVICE_CONFIG = "DEVICE_CONFIG"
    GATEWAY_AUTH = "GATEWAY_AUTH"
    GATEWAY_UNAVAILABLE = "GATEWAY_UNAVAILABLE"
    UNCLASSIFIED = "UNCLASSIFIED"


class Scope(enum.StrEnum):
    """What a person can pause."""

    EVERYTHING = "everything"
    TENANT = "tenant"
    DEVICE = "device"
    SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True)
class Device:
    """A sending identity and the gateway that speaks for it."""

    user_id: UUID
    device_id: UUID
    gateway: str
    address: str  # what the gateway calls this device: jid, else id

    @property
    def key(self) -> DeviceKey:
        """What leases and schedules call it."""
        return (self.user_id, self.device_id)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is to be sent, word for word."""

    message_id: UUID
    recipient_phone: str  # digits alone, country code first
    message_type: str  # text, image, video, document or audio
    content: str  # the text, or the caption of a medium
    media_url: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The gateway's answer, read; ``fault`` is set unless accepted."""

    result: Result
    fault: Fault | None = None
    provider_message_id: str | None = None
    http_status: int | None = None
    error: str | None = None  # for people; holds no secret
    retry_after: float | None = None  # seconds, when the gateway names them
    is_of_gateway: bool = False  # it is about all devices of the gateway
    answer: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt written to the ledger as ``sending``: ours to settle."""

    message: Message
    device: Device
    attempts_used: int
    place: Place  # where it stood in its device's queue


class DeviceState(enum.StrEnum):
    """How a gateway sees one of its devices."""

    READY = "READY"
    DOWN = "DOWN"  # comes back by itself or by a restart
    LOGGED_OUT = "LOGGED_OUT"  # a person has to pair it again
    RESTRICTED = "RESTRICTED"
    UNKNOWN = "UNKNOWN"  # no answer, or one that no rule reads


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """What a gateway says of a device."""

    state: DeviceState
    detail: str  # for people; holds no secret
    is_silent: bool = False  # no answer at all, or a proxy's for it


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """Whether a number can be written to, as a gateway sees it."""

    exists: bool | None  # None: it did not say
    detail: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a gateway says became of a message it was sent."""

    result: Result
    fault: Fault | None = None  # set unless accepted
    provider_message_id: str | None = None
    detail: str = ""
