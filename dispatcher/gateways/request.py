"""From a message to the request that carries it; no input or output."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from dispatcher.domain import Device, Fault, Message
from dispatcher.gateways import texts
from dispatcher.gateways.definition import Definition, MessageType, Request
from dispatcher.gateways.redact import basic_pair
from dispatcher.gateways.template import Template, Values, encode
from dispatcher.gateways.values import (
    Setup,
    values_of_device,
    values_of_medium,
)

# More than 15 digits would be a group to some gateways
PHONE = re.compile(r"[1-9][0-9]{0,14}")

# Placeholders that carry what a message holds
CARRIERS = {
    "text": {"text", "template_name"},
    "media_url": {"media_url"},
}

NO_SETUP = Setup()

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class Rendered:
    """A request ready for the wire; it holds secrets."""

    method: str
    path: str  # with its query, percent-encoded already
    headers: Fields
    json: bytes | None = None
    form: Fields | None = None
    multipart: Fields | None = None
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a message is not sent at all."""

    fault: Fault
    reason: str


class _ObjectedError(Exception):
    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.objection = Objection(fault, reason)


def build(
    definition: Definition,
    device: Device,
    message: Message,
    setup: Setup = NO_SETUP,
) -> Rendered | Objection:
    """The request for a message, or what is wrong with the message."""
    values = values_of_device(definition, device, setup) | {
        "phone": message.recipient_phone,
        "text": message.content,
        "message_id": str(message.message_id),
        **values_of_medium(message),
    }
    kinds = definition.requests
    found = texts.fit(setup.templates, message.content)
    if found and any(
        kind == message.message_type for kind in definition.templates
    ):
        kinds = definition.templates
        values |= {
            "template_name": found.template.name,
            "template_language": found.template.language,
            "template_variables": json.dumps(found.variables),
        }
    try:
        request = _request(kinds, message.message_type)
        _check_message(request, values)
        return _render(definition, request, values)
    except _ObjectedError as error:
        return error.objection


def build_question(
    definition: Definition,
    request: Request,
    device: Device,
    setup: Setup,
    more: Values,
) -> Rendered | Objection:
    """The request for a question about a device, a number or a message."""
    values = values_of_device(definition, device, setup) | dict(more)
    try:
        if "phone" in more:
            _check_phone(values)
        return _render(definition, request, values)
    except _ObjectedError as error:
        return error.objection


def _request(
    kinds: Mapping[MessageType, Request], message_type: str
) -> Request:
    for kind, request in kinds.items():
        if kind == message_type:
            return request
    reason = (
        f"message type {message_type!r} is not supported by "
        f"this gateway, expected one of {', '.join(kinds)}"
    )
    raise _ObjectedError(Fault.CONTENT_INVALID, reason)


def _check_phone(values: Values) -> None:
    if not PHONE.fullmatch(values["phone"]):
        reason = "the phone is not 1 to 15 digits without a leading 0"
        raise _ObjectedError(Fault.RECIPIENT_INVALID, reason)


def _check_message(request: Request, values: Values) -> None:
    _check_phone(values)
    reason = (
        _half_reason(values)
        or _medium_reason(values["media_url"])
        or _text_reason(request, values["text"])
        or _lost_reason(request, values)
    )
    if reason:
        raise _ObjectedError(Fault.CONTENT_INVALID, reason)


def _medium_reason(url: str) -> str:
    """Gateways fetch media themselves: ``data:`` URLs are beyond them."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "media_url is not a URL, expected http:// or https://"
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return (
            f"media_url starts with {url[:8]!r}, expected http:// or https://"
        )
    return ""


def _text_reason(request: Request, text: str) -> str:
    longest = request.longest_text
    if longest is not None and len(text) > longest:
        return (
            f"text is {len(text)} characters long, expected {longest} or less"
        )
    return ""


def _half_reason(values: Values) -> str:
    for name in ("text", "media_url", "device"):
        try:
            values[name].encode()
        except UnicodeEncodeError:
            return f"{name} holds half a character, which UTF-8 cannot write"
    return ""


def _lost_reason(request: Request, values: Values) -> str:
    """Nothing that is given may be lost."""
    for name, carriers in CARRIERS.items():
        if values[name].strip() and carriers.isdisjoint(request.names):
            return f"{name} is given, but this message type cannot carry it"
    return ""


def _render(
    definition: Definition, request: Request, values: Values
) -> Rendered:
    for template in definition.headers.values():
        _check_needs(template, values)
    for placeholder in request.placeholders():
        _check_need(placeholder.name, values, optional=placeholder.optional)
    body = request.json_body
    return Rendered(
        method=request.method,
        path=_path(request, values),
        headers=_headers(definition, request, values),
        json=json.dumps(body.render(values)).encode() if body else None,
        form=_fields(request.form, values) if request.form else None,
        multipart=(
            _fields(request.multipart, values) if request.multipart else None
        ),
        values=values,
    )


def _check_needs(template: Template, values: Values) -> None:
    for placeholder in template.placeholders():
        _check_need(placeholder.name, values, optional=placeholder.optional)


def _check_need(name: str, values: Values, *, optional: bool) -> None:
    """Nothing that is needed may be missing."""
    if optional or name == "item" or values[name].strip():
        return
    group, _, own_name = name.partition(".")
    if group == "credential":
        reason = (
            f"credential {own_name!r} is missing, expected it under auth of "
            "the gateway or credentials of the device in dispatcher.yml"
        )
        raise _ObjectedError(Fault.DEVICE_CONFIG, reason)
    if name == "device":
        reason = "the device has no address, expected its jid or id"
        raise _ObjectedError(Fault.DEVICE_CONFIG, reason)
    if name in {"media_type", "media_name"} and values["media_url"]:
        reason = f"{name} cannot be told from media_url, expected a file name"
        raise _ObjectedError(Fault.CONTENT_INVALID, reason)
    if group != "setting":
        reason = f"{name} is empty, but this message type needs it"
        raise _ObjectedError(Fault.CONTENT_INVALID, reason)


def _path(request: Request, values: Values) -> str:
    path = request.path.render(values, encode) or ""
    if not {".", ".."}.isdisjoint(path.split("/")):
        reason = "a part of the path would be . or .., which leads elsewhere"
        raise _ObjectedError(Fault.DEVICE_CONFIG, reason)
    if not request.query:
        return path
    query = urlencode(_fields(request.query, values), quote_via=quote, safe="")
    return f"{path}?{query}" if query else path


def _headers(
    definition: Definition, request: Request, values: Values
) -> Fields:
    headers = _fields({**definition.headers, **request.headers}, values)
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            reason = (
                f"header {name} cannot hold the value, expected one line of "
                "ASCII"
            )
            raise _ObjectedError(Fault.DEVICE_CONFIG, reason)
    return headers | _authorization(definition, values)


def _authorization(definition: Definition, values: Values) -> dict[str, str]:
    if definition.auth == "none":
        return {}
    names = ("credential.username", "credential.password")
    username, password = (values[name] for name in names)
    if not username and not password and definition.auth == "basic?":
        return {}
    for name in names:
        _check_need(name, values, optional=False)
    return {"Authorization": f"Basic {basic_pair(username, password)}"}


def _fields(
    templates: Mapping[str, Template], values: Values
) -> dict[str, str]:
    rendered = {
        name: template.render(values) for name, template in templates.items()
    }
    return {name: text for name, text in rendered.items() if text is not None}
