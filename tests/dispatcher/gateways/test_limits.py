"""The limits of a definition, and certificates nobody vouches for."""

import asyncio
import ssl
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest

from dispatcher.domain import Fault, Result
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.http import HttpGateway
from dispatcher.gateways.transport import Transport
from tests.dispatcher.gateways.gateway_server import (
    device,
    gowa,
    message,
    raw_server,
    read_request,
)

CERTIFICATE = Path(__file__).parent / "certificate.pem"


def definition(**limits: float) -> Definition:
    return Definition.model_validate(
        {
            "requests": {"text": {"path": "/", "json": {"text": "{text}"}}},
            "success": {"status": 200, "any_body": True},
            "limits": limits,
        }
    )


async def test_no_more_requests_at_once_than_the_gateway_bears() -> None:
    at_once = most = 0

    async def slow(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        nonlocal at_once, most
        while True:
            await read_request(reader)
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.02)
            at_once -= 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with (
        raw_server(slow) as base_url,
        HttpGateway(definition(concurrency=2), base_url=base_url) as gateway,
    ):
        outcomes = await asyncio.gather(
            *(gateway.send(device(), message()) for _ in range(8))
        )
    assert {each.result for each in outcomes} == {Result.ACCEPTED}
    assert most == 2


async def test_what_waits_too_long_for_its_turn_has_not_left() -> None:
    held = asyncio.Event()
    seen = 0

    async def hang(
        reader: asyncio.StreamReader, _writer: asyncio.StreamWriter
    ) -> None:
        nonlocal seen
        await reader.readuntil(b"\r\n\r\n")
        seen += 1
        held.set()
        await asyncio.sleep(60)

    async with (
        raw_server(hang) as base_url,
        HttpGateway(
            definition(concurrency=1, answer_seconds=0.3), base_url=base_url
        ) as gateway,
    ):
        session = gateway._transport._session  # noqa: SLF001
        assert session is not None

        async def hold() -> None:
            await session.get(
                base_url,
                timeout=aiohttp.ClientTimeout(total=None),
                trace_request_ctx=SimpleNamespace(),
            )

        holder = asyncio.create_task(hold())
        await held.wait()
        outcome = await gateway.send(device(), message())
        holder.cancel()
    assert outcome.result is Result.NOT_SENT
    assert outcome.fault is Fault.GATEWAY_UNAVAILABLE
    assert seen == 1


@pytest.mark.parametrize(
    ("answer_seconds", "timeout_seconds", "expected"),
    [(None, 60, 60), (10, 60, 10), (90, 60, 60)],
)
def test_the_shorter_wait_counts(
    answer_seconds: float | None, timeout_seconds: float, expected: float
) -> None:
    limits = (
        {} if answer_seconds is None else {"answer_seconds": answer_seconds}
    )
    transport = Transport(
        "http://127.0.0.1:1",
        definition(**limits).limits,
        timeout_seconds=timeout_seconds,
        connections=1,
    )
    assert transport._timeout.total == expected  # noqa: SLF001


async def test_a_certificate_that_nobody_vouches_for() -> None:
    """Nothing is sent to whoever it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    seen = 0

    async def count(
        reader: asyncio.StreamReader, _writer: asyncio.StreamWriter
    ) -> None:
        nonlocal seen
        if await reader.read(1):
            seen += 1

    server = await asyncio.start_server(count, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server, gowa(f"https://127.0.0.1:{port}") as gateway:
        outcome = await gateway.send(device(), message())
    assert outcome.result is Result.NOT_SENT
    assert outcome.fault is Fault.GATEWAY_UNAVAILABLE
    assert outcome.error is not None
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.error
    assert seen == 0
