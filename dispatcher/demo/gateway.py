"""A simulated GOWA on 127.0.0.1 that misbehaves as the real one does.

``python -m dispatcher.demo.gateway --port 0 --log FILE [--script FILE]``
prints the port it got and serves until it is terminated. Each message it
receives is one line of the log, written before the answer: the ground truth
that a ledger can be compared with, whoever is killed when.
"""

import asyncio
import base64
import os
import signal
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import click
from aiohttp import web

from dispatcher.demo.gowa import (
    NO_DEVICE,
    REPLIES,
    STATE_REPLIES,
    SUCCESS,
    UNKNOWN_DEVICE,
    Reply,
    answer,
    device_id,
    invalid,
    new_id,
    success,
)
from dispatcher.demo.received import Received, ReceivedLog, Sending
from dispatcher.demo.script import Rules, Script, load_script
from dispatcher.errors import ConfigError, DispatcherError

HOST = "127.0.0.1"
# path under /send -> message type; the path's name plus _url is the field
MEDIA = {
    "image": "image",
    "video": "video",
    "file": "document",
    "audio": "audio",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SimulatedGateway:
    """GOWA's protocol over HTTP; an async context manager."""

    def __init__(
        self,
        script: Script | None = None,
        *,
        log: Path | None = None,
        port: int = 0,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.base_url = ""
        self.port = port
        self._script = script or Script()
        self._rules = Rules(self._script.rules)
        self._log = ReceivedLog(log)
        self._authorization = _authorization(credentials)
        self._seen_devices: set[str] = set()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        # a client that gives up ends its handler; the log is written by then
        self._runner = web.AppRunner(
            self._app(), handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port).start()
        self.port = self._runner.addresses[0][1]
        self.base_url = f"http://{HOST}:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._log.close()

    @property
    def log(self) -> list[Received]:
        """The messages received so far."""
        return self._log.entries

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._demand_credentials])
        app.router.add_post("/send/message", self._send_text)
        for path in MEDIA:
            app.router.add_post(f"/send/{path}", self._send_media)
        app.router.add_get("/devices", self._list_devices)
        app.router.add_get("/devices/{device}/status", self._device_status)
        return app

    @web.middleware
    async def _demand_credentials(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        given = request.headers.get("Authorization")
        if self._authorization and given != self._authorization:
            return web.Response(status=401, text="Unauthorized")
        return await handler(request)

    async def _send_text(self, request: web.Request) -> web.Response:
        try:
            fields = await request.json()
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            fields = {}
        sending = Sending(
            device_id(request),
            str(fields.get("phone", "")),
            "text",
            str(fields.get("message", "")),
            None,
        )
        return await self._receive(request, sending)

    async def _send_media(self, request: web.Request) -> web.Response:
        kind = request.path.rsplit("/", 1)[-1]
        fields = await request.post()
        sending = Sending(
            device_id(request),
            str(fields.get("phone", "")),
            MEDIA[kind],
            str(fields.get("caption", "")),
            str(fields.get(f"{kind}_url", "")) or None,
        )
        return await self._receive(request, sending)

    async def _receive(
        self, request: web.Request, sending: Sending
    ) -> web.Response:
        """Decide, write the log, then answer: in this order."""
        refusal = self._refusal(sending)
        if refusal is not None:
            self._record(sending, None, refusal.status)
            return answer(refusal, sending.phone)
        self._seen_devices.add(sending.device)
        rule = self._rules.take(sending.device, sending.phone)
        message_id = new_id() if rule.accepts else None
        reply = SUCCESS if rule.do == "accept" else REPLIES.get(rule.do)
        self._record(sending, message_id, reply.status if reply else None)
        await asyncio.sleep(rule.delay_seconds)
        if reply is None:
            return await _break_off(request, rule.do)
        response = answer(reply, sending.phone, message_id)
        if rule.retry_after is not None:
            response.headers["Retry-After"] = str(rule.retry_after)
        return response

    def _refusal(self, sending: Sending) -> Reply | None:
        """What GOWA refuses by itself, before any script."""
        if not sending.device:
            return NO_DEVICE
        devices = self._script.devices
        if devices and sending.device not in devices:
            return UNKNOWN_DEVICE
        problem = invalid(sending)
        if problem:
            return Reply(400, "VALIDATION_ERROR", problem)
        return STATE_REPLIES.get(devices.get(sending.device, "logged_in"))

    def _record(
        self, sending: Sending, message_id: str | None, status: int | None
    ) -> None:
        self._log.append(
            Received(
                **asdict(sending),
                received_at=datetime.now(UTC).isoformat(),
                message_id=message_id,
                accepted=message_id is not None,
                status=status,
            )
        )

    async def _list_devices(self, _request: web.Request) -> web.Response:
        names = sorted(self._seen_devices | self._script.devices.keys())
        results = [
            {"id": name, "jid": name, "state": self._state(name)}
            for name in names
        ]
        return success("List devices", results)

    async def _device_status(self, request: web.Request) -> web.Response:
        device = request.match_info["device"]
        state = self._state(device)
        if state is None:
            # the real one says 500 here, against its own description
            text = f"device {device} not found"
            return answer(Reply(500, "INTERNAL_SERVER_ERROR", text))
        results = {
            "device_id": device,
            "is_connected": state != "disconnected",
            "is_logged_in": state == "logged_in",
        }
        return success("Device status", results)

    def _state(self, device: str) -> str | None:
        if not self._script.devices:
            return "logged_in"
        return self._script.devices.get(device)


def _authorization(credentials: tuple[str, str] | None) -> str | None:
    if credentials is None:
        return None
    pair = ":".join(credentials).encode()
    return "Basic " + base64.b64encode(pair).decode()


async def _break_off(request: web.Request, how: str) -> web.Response:
    """End without an answer: reset the connection, or wait for ever."""
    if how == "hang":
        await asyncio.Event().wait()
    transport = request.transport
    if transport is not None:
        # closing with nothing to linger for sends RST instead of FIN
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        transport.abort()
    return web.Response()


def _credentials_from_environment() -> tuple[str, str]:
    try:
        return os.environ["GOWA_USER"], os.environ["GOWA_PASSWORD"]
    except KeyError as error:
        message = f"--basic-auth needs {error.args[0]} in the environment"
        raise ConfigError(message) from None


async def _serve(gateway: SimulatedGateway) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with gateway:
        click.echo(gateway.port)
        await stop.wait()


@click.command()
@click.option("--port", default=0, help="0 takes a free one and prints it.")
@click.option("--log", required=True, type=click.Path(path_type=Path))
@click.option("--script", type=click.Path(path_type=Path))
@click.option(
    "--basic-auth",
    is_flag=True,
    help="Demand GOWA_USER and GOWA_PASSWORD, read from the environment.",
)
def main(
    port: int, log: Path, script: Path | None, *, basic_auth: bool
) -> None:
    """Serve a simulated GOWA on 127.0.0.1 until terminated."""
    try:
        gateway = SimulatedGateway(
            load_script(script) if script else None,
            log=log,
            port=port,
            credentials=(
                _credentials_from_environment() if basic_auth else None
            ),
        )
    except DispatcherError as error:
        raise click.ClickException(str(error)) from error
    asyncio.run(_serve(gateway))


if __name__ == "__main__":
    main()
