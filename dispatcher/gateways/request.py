"""From a message to the request that carries it; no input or output."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from dispatcher.domain import Device, Fault, Message
from dispatcher.gateways.definition import Definition, Request
from dispatcher.gateways.template import Template

# More than 15 digits would be a group to some gateways
PHONE = re.compile(r"[1-9][0-9]{0,14}")

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A request ready for the wire."""

    method: str
    path: str  # percent-encoded already
    headers: Fields
    json: bytes | None = None
    form: Fields | None = None
    multipart: Fields | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a message is not sent at all."""

    fault: Fault
    reason: str


def build(
    definition: Definition, device: Device, message: Message
) -> Rendered | Objection:
    """The request for a message, or what is wrong with the message."""
    found = [
        request
        for message_type, request in definition.requests.items()
        if message_type == message.message_type
    ]
    if not found:
        supported = ", ".join(definition.requests)
        reason = (
            f"message type {message.message_type!r} is not supported by "
            f"this gateway, expected one of {supported}"
        )
        return Objection(Fault.CONTENT_INVALID, reason)
    values = _values(device, message)
    return _objection(found[0], values) or _render(found[0], values)


def _values(device: Device, message: Message) -> Fields:
    return {
        "device": device.address,
        "phone": message.recipient_phone,
        "text": message.content,
        "media_url": (message.media_url or "").strip(),
        "message_id": str(message.message_id),
    }


def _objection(request: Request, values: Fields) -> Objection | None:
    if not values["device"].strip():
        reason = "the device has no address, expected its jid or id"
        return Objection(Fault.DEVICE_CONFIG, reason)
    if not PHONE.fullmatch(values["phone"]):
        reason = "the phone is not 1 to 15 digits without a leading 0"
        return Objection(Fault.RECIPIENT_INVALID, reason)
    reason = _medium_reason(values["media_url"]) or _content_reason(
        request, values
    )
    return Objection(Fault.CONTENT_INVALID, reason) if reason else None


def _medium_reason(url: str) -> str:
    """Gateways fetch media themselves: ``data:`` URLs are beyond them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "media_url is not a URL, expected http:// or https://"
    if url and (parts.scheme not in {"http", "https"} or not parts.netloc):
        return (
            f"media_url starts with {url[:8]!r}, expected http:// or https://"
        )
    return ""


def _content_reason(request: Request, values: Fields) -> str:
    """Nothing that is needed may be missing, nothing given may be lost."""
    placeholders = list(request.placeholders())
    for name in ("text", "media_url"):
        uses = [p for p in placeholders if p.name == name]
        given = values[name].strip()
        if given and not uses:
            return f"{name} is given, but this message type cannot carry it"
        if not given and any(not use.optional for use in uses):
            return f"{name} is empty, but this message type needs it"
    return ""


def _render(request: Request, values: Fields) -> Rendered:
    body = request.json_body
    return Rendered(
        method=request.method,
        path=request.path.render(values) or "",
        headers=_fields(request.headers, values),
        json=json.dumps(body.render(values)).encode() if body else None,
        form=_fields(request.form, values) if request.form else None,
        multipart=(
            _fields(request.multipart, values) if request.multipart else None
        ),
    )


def _fields(templates: Mapping[str, Template], values: Fields) -> Fields:
    rendered = {
        name: template.render(values) for name, template in templates.items()
    }
    return {name: text for name, text in rendered.items() if text is not None}
