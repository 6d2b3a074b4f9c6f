"""Servers that answer as a test wants, and gateways that speak to them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from aiohttp import web
from pydantic import SecretStr

from dispatcher.domain import Device, Message
from dispatcher.gateways import HttpGateway
from dispatcher.gateways.loading import load_definition
from dispatcher.gateways.values import Setup

PASSWORD = "hunter2 very/secret"  # noqa: S105 - made up
AUTH = {"username": SecretStr("operator"), "password": SecretStr(PASSWORD)}
SUCCESS = (
    '{"code":"SUCCESS","message":"Message sent to 60111000001",'
    '"results":{"message_id":"3EB0B430B6F8F1D0E053","status":"sent"}}'
)
IMAGE_URL = "https://media.example/a.jpg?size=1&x=2"

RawHandler = Callable[
    [asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]
]


def device(address: str = "60123456789:7@s.whatsapp.net") -> Device:
    return Device(UUID(int=1), UUID(int=2), "native", address)


def message(
    content: str = "Hello",
    *,
    phone: str = "60111000001",
    message_type: str = "text",
    media_url: str | None = None,
) -> Message:
    return Message(UUID(int=3), phone, message_type, content, media_url)


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    raw_path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """Answers every request alike and remembers them."""

    status: int = 200
    body: bytes | str = SUCCESS
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    base_url: str = ""

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.seen.append(
            Seen(
                request.method,
                request.raw_path,
                dict(request.headers),
                await request.read(),
            )
        )
        body = self.body
        return web.Response(
            status=self.status,
            body=body.encode() if isinstance(body, str) else body,
            headers={"Content-Type": "application/json", **self.headers},
        )

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self.answer))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


@asynccontextmanager
async def raw_server(handler: RawHandler) -> AsyncIterator[str]:
    """A server that need not speak HTTP; yields its base URL."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One whole request, so that the client has written everything."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    return head + await reader.readexactly(length)


def gowa(
    base_url: str, *, timeout_seconds: float = 5, with_auth: bool = True
) -> HttpGateway:
    return HttpGateway(
        load_definition("gowa"),
        base_url=base_url,
        setup=Setup(AUTH if with_auth else {}),
        timeout_seconds=timeout_seconds,
    )
