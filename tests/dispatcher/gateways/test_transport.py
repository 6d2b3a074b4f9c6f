"""What is known after the network failed, and when it failed."""

import asyncio
import logging
import socket
import struct
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections.abc import Iterator

import pytest

from dispatcher.domain import Fault, Outcome, Result
from dispatcher.gateways.definition import Limits
from dispatcher.gateways.http import HttpGateway
from dispatcher.gateways.loading import load_definition
from tests.dispatcher.gateways.gateway_server import (
    PASSWORD,
    SUCCESS,
    RawHandler,
    Server,
    device,
    gowa,
    message,
    raw_server,
    read_request,
)

NOT_SENT = (Result.NOT_SENT, Fault.GATEWAY_UNAVAILABLE)
UNKNOWN = (Result.UNKNOWN, Fault.GATEWAY_UNAVAILABLE)


async def asked(base_url: str, *, timeout_seconds: float = 5) -> Outcome:
    async with (
        asyncio.timeout(20),
        gowa(base_url, timeout_seconds=timeout_seconds) as gateway,
    ):
        return await gateway.send(device(), message())


async def asked_raw(
    handler: RawHandler, *, timeout_seconds: float = 5
) -> Outcome:
    async with raw_server(handler) as base_url:
        return await asked(base_url, timeout_seconds=timeout_seconds)


def kind(outcome: Outcome) -> tuple[Result, Fault | None]:
    assert outcome.error is None or PASSWORD not in outcome.error
    return outcome.result, outcome.fault


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port whose backlog is full, so that connecting hangs."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)  # noqa: FBT003 - its only argument
            client.connect_ex(("127.0.0.1", port))
        yield port
        for client in waiting:
            client.close()


async def test_refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        outcome = await asked(f"http://127.0.0.1:{port}")
    assert kind(outcome) == NOT_SENT
    assert outcome.error is not None
    assert "no connection" in outcome.error


async def test_unknown_host() -> None:
    assert kind(await asked("http://nowhere.invalid")) == NOT_SENT


async def test_connecting_takes_too_long(silent_port: int) -> None:
    hasty = load_definition("gowa").model_copy(
        update={"limits": Limits(connect_seconds=0.2)}
    )
    url = f"http://127.0.0.1:{silent_port}"
    async with (
        asyncio.timeout(20),
        HttpGateway(hasty, base_url=url) as gateway,
    ):
        outcome = await gateway.send(device(), message())
    assert kind(outcome) == NOT_SENT


async def test_the_total_ends_while_connecting(silent_port: int) -> None:
    outcome = await asked(
        f"http://127.0.0.1:{silent_port}", timeout_seconds=0.2
    )
    assert kind(outcome) == NOT_SENT


async def test_tls_to_a_server_that_speaks_none() -> None:
    async with Server() as server:
        base_url = server.base_url.replace("http:", "https:")
        assert kind(await asked(base_url)) == NOT_SENT
        assert server.seen == []


async def test_never_an_answer() -> None:
    async def hang(reader: Reader, _writer: Writer) -> None:
        await read_request(reader)
        await asyncio.sleep(60)

    outcome = await asked_raw(hang, timeout_seconds=1)
    assert kind(outcome) == UNKNOWN
    assert outcome.http_status is None
    assert outcome.error is not None
    assert "may have left" in outcome.error


async def test_closed_before_the_request_is_read() -> None:
    async def close(_reader: Reader, writer: Writer) -> None:
        writer.close()

    assert kind(await asked_raw(close)) == UNKNOWN


async def test_closed_after_the_request() -> None:
    async def close(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.close()

    assert kind(await asked_raw(close)) == UNKNOWN


async def test_reset_after_the_request() -> None:
    async def reset(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        writer.transport.abort()

    assert kind(await asked_raw(reset)) == UNKNOWN


async def test_an_answer_that_is_no_http() -> None:
    async def gibberish(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        await writer.drain()

    assert kind(await asked_raw(gibberish)) == UNKNOWN


async def test_a_head_that_drips() -> None:
    async def drip(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-A: b\r\n")
            await asyncio.sleep(0.02)

    assert kind(await asked_raw(drip, timeout_seconds=1)) == UNKNOWN


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("200 OK", (Result.ACCEPTED, None)),
        ("500 Oh", (Result.UNKNOWN, Fault.UNCLASSIFIED)),
    ],
)
async def test_a_body_that_drips(
    status: str, expected: tuple[Result, Fault | None]
) -> None:
    """The status came; the time-out ends the wait for the rest."""

    async def drip(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        head = f"HTTP/1.1 {status}\r\nContent-Length: 5000\r\n\r\n"
        writer.write(head.encode())
        for character in SUCCESS:
            writer.write(character.encode())
            await asyncio.sleep(0.05)

    outcome = await asked_raw(drip, timeout_seconds=1)
    assert kind(outcome) == expected
    assert outcome.provider_message_id is None


async def test_a_body_cut_by_the_network() -> None:
    async def cut(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        writer.write(SUCCESS[:20].encode())
        writer.close()

    assert kind(await asked_raw(cut)) == (Result.ACCEPTED, None)


async def test_of_ten_megabytes_little_is_read() -> None:
    size = 10_000_000
    written = 0

    async def flood(reader: Reader, writer: Writer) -> None:
        nonlocal written
        await read_request(reader)
        writer.write(
            f"HTTP/1.1 500 Oh\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        while written < size:
            writer.write(b"x" * 10_000)
            written += 10_000
            await writer.drain()

    outcome = await asked_raw(flood)
    assert kind(outcome) == (Result.UNKNOWN, Fault.UNCLASSIFIED)
    assert len(str(outcome.answer["body"])) == 2000
    assert written < size


async def test_a_connection_left_idle_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a server that just closed it would make an unknown."""
    monkeypatch.setattr("dispatcher.gateways.transport.REUSE_SECONDS", 0.1)
    opened = 0

    async def answer_once(reader: Reader, writer: Writer) -> None:
        """Answers, then swallows whatever else comes and hangs up."""
        nonlocal opened
        opened += 1
        await read_request(reader)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(SUCCESS)}\r\n\r\n"
        writer.write((head + SUCCESS).encode())
        await reader.read(1)

    async with raw_server(answer_once) as base_url, gowa(base_url) as gateway:
        for _ in range(2):
            outcome = await gateway.send(device(), message())
            assert outcome.result is Result.ACCEPTED
            await asyncio.sleep(0.3)
    assert opened == 2


async def test_a_busy_connection_is_used_again() -> None:
    opened = 0

    async def answer(reader: Reader, writer: Writer) -> None:
        nonlocal opened
        opened += 1
        while True:
            await read_request(reader)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(SUCCESS)}\r\n\r\n"
            writer.write((head + SUCCESS).encode())

    async with raw_server(answer) as base_url, gowa(base_url) as gateway:
        for _ in range(3):
            await gateway.send(device(), message())
    assert opened == 1


async def test_a_post_is_never_repeated() -> None:
    """Also not on a used connection, where other clients would."""
    requests = 0

    async def answer_first(reader: Reader, writer: Writer) -> None:
        nonlocal requests
        while True:
            await read_request(reader)
            requests += 1
            if requests > 1:
                return
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(SUCCESS)}\r\n\r\n"
            writer.write((head + SUCCESS).encode())

    async with raw_server(answer_first) as base_url, gowa(base_url) as gateway:
        await gateway.send(device(), message())
        outcome = await gateway.send(device(), message())
    assert kind(outcome) == UNKNOWN
    assert requests == 2


async def test_cancelling_is_passed_on() -> None:
    reached = asyncio.Event()

    async def hang(reader: Reader, _writer: Writer) -> None:
        await read_request(reader)
        reached.set()
        await asyncio.sleep(60)

    async with raw_server(hang) as base_url, gowa(base_url) as gateway:
        task = asyncio.create_task(gateway.send(device(), message()))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_cancelling_in_mid_body_is_passed_on() -> None:
    reached = asyncio.Event()

    async def half(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
        await asyncio.sleep(0.1)
        reached.set()
        await asyncio.sleep(60)

    async with raw_server(half) as base_url, gowa(base_url) as gateway:
        task = asyncio.create_task(gateway.send(device(), message()))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_send_before_open_is_a_mistake_of_ours() -> None:
    gateway = gowa("http://127.0.0.1:1")
    with pytest.raises(RuntimeError, match="before open"):
        await gateway.send(device(), message())
    await gateway.open()
    await gateway.close()
    await gateway.close()
    with pytest.raises(RuntimeError, match="before open"):
        await gateway.send(device(), message())


async def test_nothing_logs_a_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def hang_up(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(f"HTTP/1.1 500 {PASSWORD}\r\n\r\n{PASSWORD}".encode())

    with caplog.at_level(logging.DEBUG):
        outcome = await asked_raw(hang_up)
    assert PASSWORD not in caplog.text + repr(outcome)
