"""The simulated GOWA, asked by the real adapter."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from dispatcher.demo.gateway import SimulatedGateway
from dispatcher.demo.gowa import REPLIES
from dispatcher.demo.received import Received, read_log
from dispatcher.demo.script import Script, load_script
from dispatcher.domain import Fault, Message, Outcome, Result
from dispatcher.errors import ConfigError
from tests.dispatcher.gateways.gateway_server import (
    IMAGE_URL,
    PASSWORD,
    device,
    gowa,
    message,
)

A, B = "60111000001", "60111000002"


def scripted(*rules: dict[str, object], **script: object) -> Script:
    return Script.model_validate({"rules": list(rules), **script})


async def asked(
    script: Script,
    messages: list[Message],
    *,
    address: str = "dev-1",
    timeout_seconds: float = 5,
) -> tuple[list[Outcome], list[Received]]:
    async with (
        asyncio.timeout(20),
        SimulatedGateway(script) as simulated,
        gowa(simulated.base_url, timeout_seconds=timeout_seconds) as gateway,
    ):
        outcomes = [
            await gateway.send(device(address), each) for each in messages
        ]
    return outcomes, simulated.log


@pytest.mark.parametrize(
    "sent",
    [
        message("Hello é 👋"),
        message("Look", message_type="image", media_url=IMAGE_URL),
        message("", message_type="video", media_url=IMAGE_URL),
        message("Read", message_type="document", media_url=IMAGE_URL),
        message("", message_type="audio", media_url=IMAGE_URL),
    ],
    ids=lambda sent: sent.message_type,
)
async def test_accepted_and_logged(sent: Message) -> None:
    address = "60123456789:7@s.whatsapp.net"
    (outcome,), (logged,) = await asked(Script(), [sent], address=address)
    assert outcome.result is Result.ACCEPTED
    assert logged.accepted
    assert logged.message_id == outcome.provider_message_id
    assert logged.status == 200
    assert logged.received_at
    assert (logged.device, logged.phone) == (address, A)
    assert (logged.type, logged.text) == (sent.message_type, sent.content)
    assert logged.media_url == sent.media_url


@pytest.mark.parametrize(
    ("behaviour", "result", "fault"),
    [
        ("not_on_whatsapp", Result.NOT_SENT, Fault.RECIPIENT_SUSPECT),
        ("device_logged_out", Result.NOT_SENT, Fault.DEVICE_LOGGED_OUT),
        ("device_down", Result.NOT_SENT, Fault.DEVICE_DOWN),
        ("reachout_timelock", Result.NOT_SENT, Fault.RECIPIENT_DEFERRED),
        ("refused_by_whatsapp", Result.NOT_SENT, Fault.RECIPIENT_SUSPECT),
        ("media_failed", Result.NOT_SENT, Fault.MEDIA_TRANSIENT),
        ("starting", Result.NOT_SENT, Fault.GATEWAY_UNAVAILABLE),
        ("gateway_timeout", Result.UNKNOWN, Fault.GATEWAY_UNAVAILABLE),
        ("server_error", Result.UNKNOWN, Fault.UNCLASSIFIED),
        ("hang", Result.UNKNOWN, Fault.GATEWAY_UNAVAILABLE),
        ("reset", Result.UNKNOWN, Fault.GATEWAY_UNAVAILABLE),
    ],
)
async def test_misbehaviour(
    behaviour: str, result: Result, fault: Fault
) -> None:
    script = scripted({"do": behaviour})
    (outcome,), (logged,) = await asked(
        script, [message()], timeout_seconds=0.3
    )
    assert (outcome.result, outcome.fault) == (result, fault)
    assert not logged.accepted
    assert logged.message_id is None
    assert logged.status == outcome.http_status


@pytest.mark.parametrize(
    "behaviour", ["gateway_timeout", "server_error", "hang", "reset"]
)
async def test_unknown_though_accepted(behaviour: str) -> None:
    script = scripted({"do": behaviour, "accepted": True})
    (outcome,), (logged,) = await asked(
        script, [message()], timeout_seconds=0.3
    )
    assert outcome.result is Result.UNKNOWN
    assert logged.accepted


async def test_the_first_n_times() -> None:
    script = scripted(
        {"phone": A, "times": 2, "do": "not_on_whatsapp"},
        {"phone": A, "times": 1, "do": "server_error"},
    )
    outcomes, _ = await asked(
        script, [message(phone=phone) for phone in (A, B, A, A, A)]
    )
    assert [outcome.http_status for outcome in outcomes] == [
        400,
        200,
        400,
        500,
        200,
    ]


async def test_rules_match_by_pattern_and_device() -> None:
    script = scripted(
        {"phone": "*2", "device": "dev-1", "do": "not_on_whatsapp"},
        {"device": "dev-2", "do": "device_down"},
    )
    sent = [message(phone=A), message(phone=B)]
    of_first, _ = await asked(script, sent, address="dev-1")
    of_second, _ = await asked(script, sent, address="dev-2")
    assert [outcome.http_status for outcome in of_first] == [200, 400]
    assert [outcome.http_status for outcome in of_second] == [401, 401]


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("connected", Fault.DEVICE_LOGGED_OUT),
        ("disconnected", Fault.DEVICE_DOWN),
        (None, Fault.DEVICE_CONFIG),
    ],
)
async def test_devices_have_a_state(state: str | None, fault: Fault) -> None:
    devices = {"other": "logged_in"} | ({"dev-1": state} if state else {})
    script = scripted(devices=devices)
    (outcome,), (logged,) = await asked(script, [message()])
    assert outcome.fault is fault
    assert not logged.accepted


async def test_latency_delays_the_answer() -> None:
    script = scripted({"delay_seconds": 30})
    (outcome,), (logged,) = await asked(
        script, [message()], timeout_seconds=0.3
    )
    assert outcome.result is Result.UNKNOWN
    assert logged.accepted


async def test_basic_auth() -> None:
    credentials = ("operator", PASSWORD)
    async with SimulatedGateway(credentials=credentials) as simulated:
        for with_auth, expected in ((True, 200), (False, 401)):
            outcome = await _send(simulated, with_auth=with_auth)
            assert outcome.http_status == expected
    assert outcome.fault is Fault.GATEWAY_AUTH
    assert len(simulated.log) == 1


async def _send(simulated: SimulatedGateway, *, with_auth: bool) -> Outcome:
    async with gowa(simulated.base_url, with_auth=with_auth) as gateway:
        return await gateway.send(device(), message())


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({}, {"phone": A, "message": "x"}, 400, "DEVICE_ID_REQUIRED"),
        (
            {"X-Device-Id": "%20 "},
            {"phone": A, "message": "x"},
            400,
            "DEVICE_ID_REQUIRED",
        ),
        ({"X-Device-Id": "d"}, {"message": "x"}, 400, "VALIDATION_ERROR"),
        ({"X-Device-Id": "d"}, {"phone": A}, 400, "VALIDATION_ERROR"),
        ({"X-Device-Id": "d"}, [], 400, "VALIDATION_ERROR"),
        (
            {"X-Device-Id": "d"},
            {"phone": "0111", "message": "x"},
            400,
            "VALIDATION_ERROR",
        ),
        (
            {"X-Device-Id": "d"},
            {"phone": A, "message": ""},
            400,
            "VALIDATION_ERROR",
        ),
    ],
)
async def test_refusals_of_its_own(
    headers: dict[str, str], body: object, status: int, code: str
) -> None:
    async with (
        SimulatedGateway() as simulated,
        aiohttp.ClientSession(simulated.base_url) as session,
        session.post("/send/message", json=body, headers=headers) as answer,
    ):
        assert answer.status == status
        assert (await answer.json())["code"] == code
    assert not any(logged.accepted for logged in simulated.log)


async def test_devices_can_be_asked_for() -> None:
    script = scripted(
        devices={"a": "logged_in", "b": "connected", "c": "disconnected"}
    )
    async with (
        SimulatedGateway(script) as simulated,
        aiohttp.ClientSession(simulated.base_url) as session,
    ):
        async with session.get("/devices") as answer:
            listed = (await answer.json())["results"]
        async with session.get("/devices/b/status") as answer:
            status = (await answer.json())["results"]
        async with session.get("/devices/d/status") as answer:
            assert answer.status == 500
    assert {each["id"]: each["state"] for each in listed} == script.devices
    assert status == {
        "device_id": "b",
        "is_connected": True,
        "is_logged_in": False,
    }


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The gateway as its own process, and its base URL."""
    command = [sys.executable, "-m", "dispatcher.demo.gateway", *arguments]
    environment = os.environ | {"GOWA_USER": "operator"}
    environment["GOWA_PASSWORD"] = PASSWORD
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


async def test_as_a_process(tmp_path: Path) -> None:
    """Killed outright, it still leaves every message in its log."""
    log, script = tmp_path / "log.jsonl", tmp_path / "script.json"
    rules = [{"phone": B, "do": "hang", "accepted": True}]
    script.write_text(json.dumps({"rules": rules}))
    arguments = ["--log", str(log), "--script", str(script), "--basic-auth"]
    with running(*arguments) as (process, base_url):
        async with gowa(base_url, timeout_seconds=0.5) as gateway:
            first = await gateway.send(device(), message(phone=A))
            second = await gateway.send(device(), message(phone=B))
        process.kill()
    assert first.result is Result.ACCEPTED
    assert second.result is Result.UNKNOWN
    logged = read_log(log)
    assert [(each.phone, each.accepted) for each in logged] == [
        (A, True),
        (B, True),
    ]
    assert logged[0].message_id == first.provider_message_id


async def test_a_restarted_process_adds_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    for _ in range(2):
        with running("--log", str(log)) as (process, base_url):
            async with gowa(base_url) as gateway:
                await gateway.send(device(), message())
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    assert len(read_log(log)) == 2


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('{"rules": [\n{"do": "explode"}]}', "s.json:2: rules.0.do: met"),
        ('{"rules": [\n{"times": 0}]}', "s.json:2: rules.0.times: met 0"),
        (
            '{"rules": [\n{"do": "starting", "accepted": true}]}',
            "no `accepted` with starting, which settles it",
        ),
    ],
)
def test_a_mistake_in_a_script_is_named(
    tmp_path: Path, script: str, expected: str
) -> None:
    path = tmp_path / "s.json"
    path.write_text(script)
    with pytest.raises(ConfigError) as caught:
        load_script(path)
    assert expected in str(caught.value)


def test_replies_are_none_of_success() -> None:
    assert all(reply.status >= 400 for reply in REPLIES.values())
