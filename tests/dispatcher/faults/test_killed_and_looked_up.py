"""Killed in mid send; a gateway that takes our ids knows what it was told."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from tests.dispatcher.faults.test_faults import (
    assert_all_leases_are_free,
    bury,
    finish,
    statuses,
)
from tests.dispatcher.integration.harness import World
from tests.dispatcher.integration.processes import (
    crowd,
    dispatcher_process,
    until,
)

MESSAGES, DEVICES = 60, 10
DEFINITION = (
    "sms_gateway_android, auth: {username: '${PHONE}', password: '${PHONE}'}"
)


class Phone:
    """An SMS gateway that takes its time to say what it took."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.base_url = ""

    async def _take(self, request: web.Request) -> web.Response:
        name = (await request.json())["id"]
        self.got.append(name)
        await asyncio.sleep(0.5)
        return web.json_response({"id": name, "state": "Pending"}, status=202)

    async def _tell(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        if name not in self.got:
            return web.json_response({"message": "not found"}, status=404)
        return web.json_response({"id": name, "state": "Sent"})

    async def _serve(self, stop: threading.Event) -> None:
        app = web.Application()
        app.router.add_post("/messages", self._take)
        app.router.add_get("/messages/{id}", self._tell)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await asyncio.to_thread(stop.wait)
        await runner.cleanup()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve from a thread: what speaks to it is other processes."""
        stop = threading.Event()
        thread = threading.Thread(target=asyncio.run, args=[self._serve(stop)])
        thread.start()
        try:
            until(lambda: bool(self.base_url))
            yield
        finally:
            stop.set()
            thread.join()


def test_killed_in_mid_send_and_looked_up(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHONE", "made up")
    crowd(world, MESSAGES, DEVICES)
    phone = Phone()
    with phone.serving():
        with dispatcher_process(
            world, tmp_path, phone.base_url, definition=DEFINITION
        ) as first:
            until(lambda: len(phone.got) > DEVICES)
            first.send_signal(signal.SIGKILL)
            first.wait()
        in_flight = statuses(world)["sending"]
        assert 0 < in_flight <= DEVICES
        bury(world, minutes=1)
        with dispatcher_process(
            world, tmp_path, phone.base_url, definition=DEFINITION
        ) as second:
            finish(second)
    # what it has is sent, and what it never had stays in doubt
    ledger = dict(world.ledger("id::text", "status"))
    assert len(ledger) == MESSAGES
    assert len(phone.got) == len(set(phone.got))
    sent = {name for name, status in ledger.items() if status == "sent"}
    assert sent == set(phone.got)
    assert set(ledger.values()) <= {"sent", "sending"}
    assert_all_leases_are_free(world)
    print(  # noqa: T201
        f"{in_flight} without an outcome, {len(ledger) - len(sent)} never got"
    )
