"""What arrives at the gateway is what was stored, or nothing is sent."""

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import unquote

import pytest

from dispatcher.domain import Device, Fault, Message, Outcome, Result
from tests.dispatcher.gateways.gateway_server import (
    IMAGE_URL,
    PASSWORD,
    Seen,
    Server,
    device,
    gowa,
    message,
)

HOSTILE = {
    "quotes": 'a "quoted\\" text\',"phone":"60999999999"}',
    "braces": "{phone} {text} {{device}} {media_url?} ${GOWA_PASSWORD}",
    "lines": "one\r\ntwo\nthree\r\n\r\n--boundary\r\n\ttab",
    "header": "x\r\nX-Device-Id: other\r\n\r\n",
    "part": '\r\nContent-Disposition: form-data; name="phone"\r\n\r\n60999',
    "emoji": "héllo 👩‍👩‍👧‍👦 مرحبا \u202eabc\u202c \u2028",
    "form": "a=b&phone=60999999999&c=%00+%2B",
    "long": "0123456789abcdef" * 4096,
}


async def sent(
    message: Message,
    device: Device = device(),  # noqa: B008 - immutable
) -> Seen:
    """The one request that a message makes."""
    async with Server() as server, gowa(server.base_url) as gateway:
        outcome = await gateway.send(device, message)
    assert outcome.result is Result.ACCEPTED
    (seen,) = server.seen
    return seen


async def not_sent(
    message: Message,
    device: Device = device(),  # noqa: B008 - immutable
) -> Outcome:
    """The outcome of a message that must make no request."""
    async with Server() as server, gowa(server.base_url) as gateway:
        outcome = await gateway.send(device, message)
    assert server.seen == []
    assert outcome.result is Result.NOT_SENT
    return outcome


def parts(seen: Seen) -> dict[str, str]:
    """The fields of a multipart body, read by another implementation."""
    head = f"Content-Type: {seen.headers['Content-Type']}\r\n\r\n".encode()
    parsed = message_from_bytes(head + seen.body, policy=policy.HTTP)
    assert isinstance(parsed, EmailMessage)
    fields = {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        assert part.get_filename() is None
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        fields[str(name)] = payload.decode()
    return fields


async def test_text() -> None:
    seen = await sent(message("Hello\nthere"))
    assert (seen.method, seen.raw_path) == ("POST", "/send/message")
    assert seen.headers["Content-Type"] == "application/json"
    assert seen.headers["X-Device-Id"] == "60123456789%3A7%40s.whatsapp.net"
    assert seen.headers["Authorization"].startswith("Basic ")
    assert json.loads(seen.body) == {
        "phone": "60111000001",
        "message": "Hello\nthere",
    }


@pytest.mark.parametrize(
    ("message_type", "path", "field"),
    [
        ("image", "/send/image", "image_url"),
        ("video", "/send/video", "video_url"),
        ("document", "/send/file", "file_url"),
    ],
)
async def test_media(message_type: str, path: str, field: str) -> None:
    seen = await sent(
        message("Look", message_type=message_type, media_url=IMAGE_URL)
    )
    assert (seen.method, seen.raw_path) == ("POST", path)
    assert seen.headers["X-Device-Id"] == "60123456789%3A7%40s.whatsapp.net"
    assert parts(seen) == {
        "phone": "60111000001",
        "caption": "Look",
        field: IMAGE_URL,
    }


@pytest.mark.parametrize("message_type", ["image", "video", "document"])
async def test_no_caption_means_no_field(message_type: str) -> None:
    seen = await sent(
        message("", message_type=message_type, media_url=IMAGE_URL)
    )
    assert "caption" not in parts(seen)


async def test_audio() -> None:
    seen = await sent(message("", message_type="audio", media_url=IMAGE_URL))
    assert seen.raw_path == "/send/audio"
    assert parts(seen) == {"phone": "60111000001", "audio_url": IMAGE_URL}


@pytest.mark.parametrize("case", HOSTILE)
async def test_text_arrives_as_stored(case: str) -> None:
    seen = await sent(message(HOSTILE[case]))
    assert json.loads(seen.body) == {
        "phone": "60111000001",
        "message": HOSTILE[case],
    }


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_caption_arrives_as_stored(case: str) -> None:
    seen = await sent(
        message(HOSTILE[case], message_type="image", media_url=IMAGE_URL)
    )
    assert parts(seen) == {
        "phone": "60111000001",
        "caption": HOSTILE[case],
        "image_url": IMAGE_URL,
    }


@pytest.mark.parametrize(
    "address",
    [
        "plain-id",
        "60123456789:7@s.whatsapp.net",
        "a b+c%20d/é?&=#",
        "x\r\nAuthorization: Basic AAAA\r\n\r\n",
    ],
)
async def test_the_device_address_is_percent_encoded(address: str) -> None:
    seen = await sent(message(), device(address))
    header = seen.headers["X-Device-Id"]
    assert header.isascii()
    assert not set(header) & set(" +\r\n")
    assert unquote(header) == address
    assert seen.headers["Authorization"] != "Basic AAAA"


@pytest.mark.parametrize("address", ["", " ", "\n"])
async def test_no_address_no_request(address: str) -> None:
    outcome = await not_sent(message(), device(address))
    assert outcome.fault is Fault.DEVICE_CONFIG


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "+60111000001",
        "0111000001",
        "60 111",
        "1" * 16,
        "60111@g.us",
        "٦٠١١١٠٠٠٠٠١",
        "60111000001\n",
    ],
)
async def test_a_phone_is_sent_as_stored_or_not_at_all(phone: str) -> None:
    outcome = await not_sent(message(phone=phone))
    assert outcome.fault is Fault.RECIPIENT_INVALID


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (message("x", message_type="sticker"), "type 'sticker' is not"),
        (message("x", message_type="image"), "media_url is empty"),
        (
            message("x", message_type="image", media_url="  "),
            "media_url is empty",
        ),
        (
            message(
                "x", message_type="image", media_url="data:image/png;base64,A"
            ),
            "starts with 'data:ima', expected http",
        ),
        (
            message("x", message_type="image", media_url="/etc/passwd"),
            "expected http",
        ),
        (
            message("x", message_type="image", media_url="http://[::1"),
            "is not a URL",
        ),
        (message(""), "text is empty"),
        (message(" \n"), "text is empty"),
        (message("x", media_url=IMAGE_URL), "media_url is given, but"),
        (
            message("x", message_type="audio", media_url=IMAGE_URL),
            "text is given, but",
        ),
    ],
)
async def test_what_cannot_be_sent_whole_is_refused(
    bad: Message, reason: str
) -> None:
    outcome = await not_sent(bad)
    assert outcome.fault is Fault.CONTENT_INVALID
    assert outcome.error is not None
    assert reason in outcome.error


async def test_without_auth_no_header() -> None:
    async with (
        Server() as server,
        gowa(server.base_url, with_auth=False) as gateway,
    ):
        await gateway.send(device(), message())
    assert "Authorization" not in server.seen[0].headers


async def test_a_base_path_is_kept() -> None:
    async with Server() as server, gowa(f"{server.base_url}/wa") as gateway:
        await gateway.send(device(), message())
    assert server.seen[0].raw_path == "/wa/send/message"


def test_the_gateway_shows_no_secret() -> None:
    gateway = gowa("http://127.0.0.1:1")
    shown = repr(gateway) + repr(gateway.__dict__["_redactor"])
    assert PASSWORD not in shown
