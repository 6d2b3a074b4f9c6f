"""What a definition says of the calls that a gateway makes to us.

Here is the language; whoever receives webhooks carries it out.
"""

from typing import Literal, Self

from pydantic import Field, PositiveFloat, model_validator

from dispatcher.gateways.matching import JsonPath, Scalar
from dispatcher.gateways.template import Template, Text
from dispatcher.yamlfile import Strict


def _refuse_all_but_credentials(template: Template) -> None:
    placeholders = list(template.placeholders())
    if not placeholders or not all(
        placeholder.name.startswith("credential.")
        for placeholder in placeholders
    ):
        message = "a {credential.NAME} and no other placeholder"
        raise ValueError(message)


ReceiptStatus = Literal["sent", "delivered", "read", "played", "failed"]


class Timestamp(Strict):
    """When a call was made, as it says itself: old ones are replays."""

    header: str = Field(min_length=1)
    unit: Literal["s", "ms"] = "s"
    tolerance_seconds: PositiveFloat = 300


class Hmac(Strict):
    """A signature over what is sent."""

    header: str = Field(min_length=1)
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""  # before the signature, in the header
    # body+timestamp: the text of the timestamp's header follows the body;
    # url+form: the public URL, then each form field's name and value, sorted
    signs: Literal["body", "body+timestamp", "url+form"] = "body"
    secret: Text
    # secrets that everybody knows, such as a gateway's default
    refused_secrets: list[str] = Field(default_factory=list)
    timestamp: Timestamp | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        _refuse_all_but_credentials(self.secret)
        if self.signs == "body+timestamp" and self.timestamp is None:
            message = "a timestamp, which signs: body+timestamp needs"
            raise ValueError(message)
        return self


class Token(Strict):
    """A secret that is sent along: for gateways that sign nothing."""

    place: Literal["header", "query", "path"] = Field(alias="in")
    name: str | None = None  # of the header or the query's field
    secret: Text

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        _refuse_all_but_credentials(self.secret)
        if (self.place == "path") != (self.name is None):
            message = "a name for a header or query, none for a path"
            raise ValueError(message)
        return self


class Verification(Strict):
    """How a call proves that it comes from the gateway."""

    hmac: Hmac | None = None
    token: Token | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.hmac is None) == (self.token is None):
            message = "hmac or token"
            raise ValueError(message)
        return self


class Handshake(Strict):
    """A GET by which a gateway makes sure that the address is ours."""

    token: str = Field(min_length=1)  # the query's field with our secret
    challenge: str = Field(min_length=1)  # the field to answer with
    secret: Text

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        _refuse_all_but_credentials(self.secret)
        return self


class Time(Strict):
    """A time in an event; the receiver's own clock counts without one."""

    path: JsonPath
    unit: Literal["s", "ms", "iso"] = "s"


class Receipt(Strict):
    """How far a message got. Paths begin at the event."""

    message_id: JsonPath  # may name several: ids.*
    status: JsonPath
    # the gateway's word -> ours; other words are ignored
    statuses: dict[
        str, Literal["sent", "delivered", "read", "played", "failed"]
    ]
    at: Time | None = None
    error: JsonPath | None = None
    attempt: JsonPath | None = None  # our own id, where it comes back


class Inbound(Strict):
    """What a contact wrote. Paths begin at the event."""

    message_id: JsonPath
    phone: list[JsonPath] = Field(min_length=1)  # the first that is there
    text: JsonPath | None = None
    at: Time | None = None
    replies_to: JsonPath | None = None


class Event(Strict):
    """One kind of event: what it is known by, and where its parts are."""

    when: dict[JsonPath, Scalar | list[Scalar]] = Field(default_factory=dict)
    unless: dict[JsonPath, Scalar | list[Scalar]] = Field(default_factory=dict)
    each: JsonPath | None = None  # where the events are, if not the body
    device: JsonPath | None = None  # in the body
    receipt: Receipt | None = None
    inbound: Inbound | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.receipt is None) == (self.inbound is None):
            message = "receipt or inbound"
            raise ValueError(message)
        return self


class Webhook(Strict):
    """The calls that a gateway makes to us."""

    body: Literal["json", "form"] = "json"
    verify: Verification
    handshake: Handshake | None = None
    deduplicate_by: JsonPath | None = None  # the gateway's id of a call
    events: list[Event] = Field(min_length=1)

    def secrets(self) -> list[Template]:
        """Where the credentials stand that a call is checked against."""
        found = [self.verify.hmac, self.verify.token, self.handshake]
        return [part.secret for part in found if part is not None]
