"""The webhook part of each definition, on calls as their pages show them."""

from typing import Any

import pytest

from dispatcher.gateways.body import values_at
from dispatcher.gateways.webhook import Event
from tests.dispatcher.gateways.built_in import DEFINITIONS

META = {"metadata": {"phone_number_id": "1055"}}


def of_meta(**parts: Any) -> dict[str, Any]:
    return {"entry": [{"changes": [{"value": META | parts}]}]}


RECEIPTS = {
    "gowa": (
        {
            "event": "message.ack",
            "device_id": "60123@s.whatsapp.net",
            "session_id": "dev1",
            "timestamp": "2026-01-01T00:00:00Z",
            "payload": {"ids": ["3EB0A"], "receipt_type": "delivered"},
        },
        ("dev1", "3EB0A", "delivered"),
    ),
    "waha": (
        {
            "id": "evt_1",
            "event": "message.ack",
            "session": "default",
            "timestamp": 1700000000000,
            "payload": {"id": "3EB0A", "ack": -1, "ackName": "ERROR"},
        },
        ("default", "3EB0A", "failed"),
    ),
    "evolution": (
        {
            "event": "messages.update",
            "instance": "one",
            "data": {"keyId": "3EB0A", "fromMe": True, "status": "READ"},
        },
        ("one", "3EB0A", "read"),
    ),
    "meta_cloud": (
        of_meta(
            statuses=[
                {
                    "id": "wamid.A",
                    "status": "failed",
                    "timestamp": "1700000000",
                    "errors": [{"code": 131026}],
                }
            ]
        ),
        ("1055", "wamid.A", "failed"),
    ),
    "twilio": (
        {"MessageSid": "SM1", "MessageStatus": "undelivered"},
        (None, "SM1", "failed"),
    ),
    "sms_gateway_android": (
        {
            "id": "c1",
            "event": "sms:delivered",
            "deviceId": "phone",
            "payload": {"messageId": "m1", "recipient": "+60111000001"},
        },
        ("phone", "m1", "delivered"),
    ),
    "wablas": (
        {"id": "9f3c", "phone": "60111000001", "status": "received"},
        (None, "9f3c", "delivered"),
    ),
}
INBOUND = {
    "gowa": (
        {
            "event": "message",
            "session_id": "dev1",
            "payload": {
                "id": "A",
                "from": "60111000001@s.whatsapp.net",
                "is_from_me": False,
                "body": "Hi",
            },
        },
        ("A", "60111000001@s.whatsapp.net", "Hi"),
    ),
    "waha": (
        {
            "event": "message",
            "payload": {"id": "A", "from": "60@c.us", "body": "Hi"},
        },
        ("A", "60@c.us", "Hi"),
    ),
    "meta_cloud": (
        of_meta(messages=[{"id": "A", "from": "60", "text": {"body": "Hi"}}]),
        ("A", "60", "Hi"),
    ),
    "twilio": (
        {
            "SmsStatus": "received",
            "MessageSid": "A",
            "From": "+60",
            "Body": "Hi",
        },
        ("A", "+60", "Hi"),
    ),
}


def first(value: Any, path: str | None) -> Any:
    return next(values_at(value, path), None) if path else None


def holds(body: Any, wanted: dict[str, Any]) -> list[bool]:
    return [
        first(body, path) in (value if isinstance(value, list) else [value])
        for path, value in wanted.items()
    ]


def matching(name: str, body: Any) -> tuple[Event, Any]:
    """The one event of a definition that a call is, and its part."""
    webhook = DEFINITIONS[name].webhook
    assert webhook is not None
    found = [
        (event, part)
        for event in webhook.events
        if all(holds(body, event.when)) and not any(holds(body, event.unless))
        for part in (values_at(body, event.each) if event.each else [body])
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_is_found(name: str) -> None:
    body, expected = RECEIPTS[name]
    event, part = matching(name, body)
    assert event.receipt is not None
    status = event.receipt.statuses.get(first(part, event.receipt.status))
    message_id = first(part, event.receipt.message_id)
    assert (first(body, event.device), message_id, status) == expected


@pytest.mark.parametrize("name", INBOUND)
def test_an_inbound_message_is_found(name: str) -> None:
    body, expected = INBOUND[name]
    event, part = matching(name, body)
    assert event.inbound is not None
    phones = [first(part, path) for path in event.inbound.phone]
    assert (
        first(part, event.inbound.message_id),
        next(phone for phone in phones if phone),
        first(part, event.inbound.text),
    ) == expected


def test_what_we_wrote_ourselves_is_no_reply() -> None:
    body, _ = INBOUND["gowa"]
    ours = body | {"payload": body["payload"] | {"is_from_me": True}}
    webhook = DEFINITIONS["gowa"].webhook
    assert webhook is not None
    assert not [
        event
        for event in webhook.events
        if all(holds(ours, event.when)) and not any(holds(ours, event.unless))
    ]
