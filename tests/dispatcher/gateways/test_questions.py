"""Asking GOWA about a device and a number."""

import json
import socket

import pytest

from dispatcher.demo.gateway import SimulatedGateway
from dispatcher.demo.script import Script
from dispatcher.domain import Device, DeviceState
from tests.dispatcher.gateways.gateway_server import (
    PASSWORD,
    Server,
    device,
    gowa,
    message,
)


def results(**fields: object) -> str:
    return json.dumps({"code": "SUCCESS", "results": fields})


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, results(is_connected=True, is_logged_in=True), "READY"),
        (200, results(is_connected=False, is_logged_in=True), "DOWN"),
        (200, results(is_connected=False, is_logged_in=False), "DOWN"),
        (200, results(is_connected=True, is_logged_in=False), "LOGGED_OUT"),
        (200, results(is_connected=True), "UNKNOWN"),
        (200, results(), "UNKNOWN"),
        (200, "<html>", "UNKNOWN"),
        (500, '{"code":"INTERNAL","message":"device not found"}', "UNKNOWN"),
        (401, "Unauthorized", "UNKNOWN"),
    ],
)
async def test_a_device_is_seen_as_its_gateway_says(
    status: int, body: str, state: str
) -> None:
    async with (
        Server(status, body) as server,
        gowa(server.base_url) as gateway,
    ):
        found = await gateway.status(device("60123:7@s.whatsapp.net"))
    assert found is not None
    assert found.state is DeviceState[state]
    assert found.detail.startswith(f"HTTP {status}")
    (seen,) = server.seen
    assert seen.method == "GET"
    assert seen.raw_path == "/devices/60123%3A7%40s.whatsapp.net/status"
    assert seen.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("body", "exists"),
    [
        (results(is_on_whatsapp=True), True),
        (results(is_on_whatsapp=False), False),
        (results(), None),
        ("", None),
    ],
)
async def test_a_number_is_checked(body: str, exists: bool | None) -> None:  # noqa: FBT001
    async with Server(200, body) as server, gowa(server.base_url) as gateway:
        found = await gateway.check_number(device(), "60111000001")
    assert found is not None
    assert found.exists is exists
    (seen,) = server.seen
    assert seen.raw_path == "/user/check?phone=60111000001"
    assert seen.headers["X-Device-Id"] == "60123456789%3A7%40s.whatsapp.net"


async def test_what_is_no_number_is_not_asked() -> None:
    async with Server() as server, gowa(server.base_url) as gateway:
        found = await gateway.check_number(device(), "60111@g.us")
    assert found is not None
    assert found.exists is None
    assert "not 1 to 15 digits" in found.detail
    assert server.seen == []


async def test_gowa_takes_no_id_of_ours() -> None:
    async with gowa("http://127.0.0.1:1") as gateway:
        assert await gateway.look_up(device(), message().message_id) is None


async def test_no_answer_is_no_state() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        async with gowa(f"http://127.0.0.1:{port}") as gateway:
            found = await gateway.status(device())
            number = await gateway.check_number(device(), "60111000001")
    assert found is not None
    assert found.state is DeviceState.UNKNOWN
    assert "no connection to the gateway" in found.detail
    assert number is not None
    assert number.exists is None


async def test_an_answer_that_echoes_a_secret_is_redacted() -> None:
    async with (
        Server(500, f"{PASSWORD} is wrong") as server,
        gowa(server.base_url) as gateway,
    ):
        found = await gateway.status(device())
    assert found is not None
    assert "*** is wrong" in found.detail


@pytest.mark.parametrize(
    ("name", "state"),
    [("a", "READY"), ("b", "LOGGED_OUT"), ("c", "DOWN"), ("d", "UNKNOWN")],
)
async def test_the_simulated_gateway_is_asked_alike(
    name: str, state: str
) -> None:
    script = Script(
        devices={"a": "logged_in", "b": "connected", "c": "disconnected"}
    )
    asked = Device(device().user_id, device().device_id, "native", name)
    async with (
        SimulatedGateway(script) as simulated,
        gowa(simulated.base_url) as gateway,
    ):
        found = await gateway.status(asked)
    assert found is not None
    assert found.state is DeviceState[state]
