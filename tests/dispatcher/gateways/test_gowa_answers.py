"""Every row of GOWA's error table, answered over HTTP."""

import json

import pytest

from dispatcher.domain import Fault, Outcome, Result
from tests.dispatcher.gateways.gateway_server import (
    PASSWORD,
    SUCCESS,
    Server,
    device,
    gowa,
    message,
)

NOT_SENT, UNKNOWN = Result.NOT_SENT, Result.UNKNOWN


async def asked(server: Server) -> Outcome:
    """What the adapter makes of the server's answer."""
    async with server, gowa(server.base_url) as gateway:
        return await gateway.send(device(), message())


def failure(code: str, text: str) -> str:
    return json.dumps({"code": code, "message": text, "results": None})


INTERNAL = "INTERNAL_SERVER_ERROR"
ROWS = {
    "phone refused": (
        400,
        failure("VALIDATION_ERROR", "phone number cannot be empty"),
        (NOT_SENT, Fault.RECIPIENT_INVALID),
    ),
    "content refused": (
        400,
        failure("VALIDATION_ERROR", "message: cannot be blank."),
        (NOT_SENT, Fault.CONTENT_INVALID),
    ),
    "not on WhatsApp": (
        400,
        failure("INVALID_JID", "Phone 60111000001 is not on whatsapp"),
        (NOT_SENT, Fault.RECIPIENT_SUSPECT),
    ),
    "no device named": (
        400,
        failure("DEVICE_ID_REQUIRED", "device_id is required"),
        (NOT_SENT, Fault.DEVICE_CONFIG),
    ),
    "unknown device": (
        404,
        failure("DEVICE_NOT_FOUND", "device not found"),
        (NOT_SENT, Fault.DEVICE_CONFIG),
    ),
    "logged out": (
        401,
        failure("AUTHENTICATION_ERROR", "you are not logged in"),
        (NOT_SENT, Fault.DEVICE_LOGGED_OUT),
    ),
    "not connected": (
        401,
        failure(
            "AUTHENTICATION_ERROR",
            "you are not connect to services server, please reconnect",
        ),
        (NOT_SENT, Fault.DEVICE_DOWN),
    ),
    "reconnecting": (
        401,
        failure("AUTHENTICATION_ERROR", "reconnect error"),
        (NOT_SENT, Fault.DEVICE_DOWN),
    ),
    "wrong credentials": (
        401,
        "Unauthorized",
        (NOT_SENT, Fault.GATEWAY_AUTH),
    ),
    "time lock": (
        429,
        failure("WA_REACHOUT_TIMELOCK", "WhatsApp rejected this: 463"),
        (NOT_SENT, Fault.RECIPIENT_DEFERRED),
    ),
    "starting": (
        503,
        failure("DEVICE_MANAGER_UNAVAILABLE", "not initialized"),
        (NOT_SENT, Fault.GATEWAY_UNAVAILABLE),
    ),
    "WhatsApp too slow": (
        504,
        failure("GATEWAY_TIMEOUT", "Request timed out waiting"),
        (UNKNOWN, Fault.GATEWAY_UNAVAILABLE),
    ),
    "deadline": (
        500,
        failure(INTERNAL, "context deadline exceeded"),
        (UNKNOWN, Fault.GATEWAY_UNAVAILABLE),
    ),
    "timed out": (
        500,
        failure(INTERNAL, "info query timed out"),
        (UNKNOWN, Fault.GATEWAY_UNAVAILABLE),
    ),
    "download": (
        500,
        failure(INTERNAL, "failed to download image from URL 404"),
        (NOT_SENT, Fault.MEDIA_TRANSIENT),
    ),
    "download too slow": (
        500,
        failure(
            INTERNAL,
            "failed to download file from URL: context deadline exceeded",
        ),
        (NOT_SENT, Fault.MEDIA_TRANSIENT),
    ),
    "open": (
        500,
        failure(INTERNAL, "Failed to open image file 'a' for thumbnail"),
        (NOT_SENT, Fault.MEDIA_TRANSIENT),
    ),
    "save": (
        500,
        failure(INTERNAL, "failed to save downloaded image: disk full"),
        (NOT_SENT, Fault.MEDIA_TRANSIENT),
    ),
    "upload": (
        500,
        failure("UPLOAD_MEDIA_ERROR", "audio: websocket closed"),
        (NOT_SENT, Fault.MEDIA_TRANSIENT),
    ),
    "refused by WhatsApp": (
        500,
        failure(INTERNAL, "server returned error 479"),
        (NOT_SENT, Fault.RECIPIENT_SUSPECT),
    ),
    "download named in passing": (
        500,
        failure(INTERNAL, "sent, then failed to download image"),
        (UNKNOWN, Fault.UNCLASSIFIED),
    ),
    "any other 500": (
        500,
        failure(INTERNAL, "websocket not connected"),
        (UNKNOWN, Fault.UNCLASSIFIED),
    ),
    "another 400": (
        400,
        failure("SOMETHING_NEW", "?"),
        (UNKNOWN, Fault.UNCLASSIFIED),
    ),
    "another 404": (
        404,
        "404 page not found",
        (UNKNOWN, Fault.UNCLASSIFIED),
    ),
    "another 429": (429, "slow down", (UNKNOWN, Fault.UNCLASSIFIED)),
    "a proxy's 502": (
        502,
        "<html>Bad Gateway</html>",
        (UNKNOWN, Fault.GATEWAY_UNAVAILABLE),
    ),
    "a proxy's 503": (503, "", (UNKNOWN, Fault.GATEWAY_UNAVAILABLE)),
    "200 that says it failed": (
        200,
        failure(INTERNAL, "no"),
        (UNKNOWN, Fault.UNCLASSIFIED),
    ),
    "200 that says it failed and breaks off": (
        200,
        failure(INTERNAL, "no")[:-9],
        (UNKNOWN, Fault.UNCLASSIFIED),
    ),
    "200 from something that is not GOWA": (
        200,
        '{"ok": true}',
        (UNKNOWN, Fault.UNCLASSIFIED),
    ),
    "200 with a page": (
        200,
        "<!doctype html><title>Log in</title>",
        (UNKNOWN, Fault.UNCLASSIFIED),
    ),
    "200 with a list": (200, "[1, 2]", (UNKNOWN, Fault.UNCLASSIFIED)),
}


@pytest.mark.parametrize("row", ROWS)
async def test_error_table(row: str) -> None:
    status, body, (result, fault) = ROWS[row]
    outcome = await asked(Server(status, body))
    assert (outcome.result, outcome.fault) == (result, fault)
    assert outcome.http_status == status
    assert outcome.error is not None
    assert outcome.error.startswith(f"HTTP {status}")
    assert outcome.provider_message_id is None
    assert outcome.answer == {"status": status, "body": body}


async def test_success() -> None:
    outcome = await asked(Server())
    assert outcome == Outcome(
        Result.ACCEPTED,
        provider_message_id="3EB0B430B6F8F1D0E053",
        http_status=200,
        answer={"status": 200, "body": SUCCESS},
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"code":"SUCCESS"}', id="no id"),
        pytest.param('{"code":"SUCCESS","results":null}', id="null"),
        pytest.param(
            '{"code":"SUCCESS","results":{"message_id":""}}', id="empty id"
        ),
        pytest.param(
            '{"code":"SUCCESS","results":{"message_id":["x"]}}', id="no text"
        ),
        pytest.param(
            '{"code":"SUCCESS","results":{"message_id":true}}', id="boolean"
        ),
        pytest.param(
            r'{"code":"SUCCESS","results":{"message_id":"a\u0000b"}}',
            id="control character",
        ),
        pytest.param("", id="empty body"),
        pytest.param(SUCCESS[:-30], id="cut off"),
        pytest.param("[" * 60_000, id="nested beyond reading"),
    ],
)
async def test_success_whose_id_is_lost(body: str) -> None:
    outcome = await asked(Server(200, body))
    assert outcome.result is Result.ACCEPTED
    assert outcome.provider_message_id is None


async def test_any_2xx_is_an_acceptance() -> None:
    assert (await asked(Server(202))).result is Result.ACCEPTED


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": "999999999"}, 24 * 3600),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({}, None),
        (
            {
                "Date": "Fri, 01 Jan 2100 00:00:00 GMT",
                "Retry-After": "Fri, 01 Jan 2100 00:10:00 GMT",
            },
            600,
        ),
        ({"Retry-After": "Fri, 01 Jan 1999 00:00:00 GMT"}, 0),
    ],
)
async def test_retry_after(
    headers: dict[str, str], expected: float | None
) -> None:
    body = failure("WA_REACHOUT_TIMELOCK", "463")
    outcome = await asked(Server(429, body, headers))
    assert outcome.retry_after == expected


async def test_a_redirect_is_judged_and_not_followed() -> None:
    async with Server() as target:
        location = {"Location": f"{target.base_url}/send/message"}
        outcome = await asked(Server(307, "", location))
        assert target.seen == []
    assert outcome.result is UNKNOWN
    assert outcome.fault is Fault.UNCLASSIFIED
    assert outcome.http_status == 307


@pytest.mark.parametrize(
    "echo",
    [
        PASSWORD,
        "b3BlcmF0b3I6aHVudGVyMiB2ZXJ5L3NlY3JldA==",
        "hunter2%20very%2Fsecret",
        json.dumps({"headers": {"Authorization": "Basic c29tZXRoaW5n"}}),
        "Authorization: Bearer c29tZXRoaW5n",
    ],
)
async def test_an_answer_that_echoes_credentials_is_redacted(
    echo: str,
) -> None:
    outcome = await asked(Server(500, f"panic: {echo} end"))
    for secret in (
        "hunter2",
        "b3BlcmF0b3I6aHVudGVyMiB2ZXJ5L3NlY3JldA",
        "c29tZXRoaW5n",
    ):
        assert secret not in repr(outcome)
    assert "***" in repr(outcome)
    assert "panic" in repr(outcome)


async def test_what_is_kept_of_an_answer_is_short_and_storable() -> None:
    body = b"\x00\xff" + "né ".encode() * 2000
    outcome = await asked(Server(500, body))
    kept = outcome.answer["body"]
    assert isinstance(kept, str)
    assert len(kept) == 2000
    assert "\x00" not in kept
    assert outcome.error is not None
    assert len(outcome.error) < 250
    assert "\x00" not in outcome.error
