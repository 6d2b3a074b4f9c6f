"""What became of a message is asked of a gateway that takes our ids."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from aiohttp import web

from dispatcher import look_ups
from dispatcher.config import Config, GatewaySettings, Settings
from dispatcher.limits import Limits
from dispatcher.sending import open_store, send
from dispatcher.store.look_ups import MOST_TRIES
from dispatcher.summary import Summary
from tests.dispatcher.integration.harness import (
    TENANT,
    World,
    claim_and_vanish,
)

LOOK_UPS = "select tries, next_at from dispatch.look_ups"
KNOWN = "status, provider_message_id, sent_at, fault_class"


class Phone:
    """An SMS gateway that loses its answers, but not what it was told."""

    def __init__(self, state: str | None = "Sent") -> None:
        self.state = state  # of what it got; None: it knows of nothing
        self.got: list[str] = []
        self.asked: list[str] = []
        self.got_at = self.asked_at = 0.0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Config]:
        app = web.Application()
        app.router.add_post("/messages", self._lose)
        app.router.add_get("/messages/{id}", self._tell)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield config(f"http://127.0.0.1:{runner.addresses[0][1]}")
        finally:
            await runner.cleanup()

    async def _lose(self, request: web.Request) -> web.Response:
        self.got.append((await request.json())["id"])
        self.got_at = time.monotonic()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _tell(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        self.asked.append(name)
        self.asked_at = time.monotonic()
        if self.state is None:
            return web.json_response({"message": "not found"}, status=404)
        return web.json_response({"id": name, "state": self.state})


def config(base_url: str) -> Config:
    gateway = GatewaySettings.model_validate(
        {
            "definition": "sms_gateway_android",
            "base_url": base_url,
            "auth": {"username": "me", "password": "made up"},
        }
    )
    settings = Settings(request_timeout_seconds=5, lease_seconds=60)
    return Config(gateways={"native": gateway}, dispatcher=settings)


def run(
    world: World,
    moment: str,
    phone: Phone,
    limits: Limits = Limits(),  # noqa: B008  # immutable
) -> Summary:
    """Send what is due, and ask about what is unknown."""
    world.now(moment)

    async def dispatch() -> Summary:
        async with phone.serving() as where:
            return await send(world.profile, where, limits)

    return asyncio.run(dispatch())


def known(world: World) -> list[tuple[object, ...]]:
    return world.ledger(*KNOWN.split(", "))


def test_a_lost_answer_is_looked_up(warm: World) -> None:
    """By the id that stood in the ledger before the message left."""
    phone = Phone()
    summary = run(warm, "0:05", phone)
    ((message_id,),) = warm.ledger("id")
    assert phone.got == phone.asked == [str(message_id)]
    assert summary.unknown == 1
    assert summary.looked_up == {"sent": 1}
    assert known(warm) == [("sent", str(message_id), "0:05", None)]
    assert warm.rows(LOOK_UPS) == [(1, None)]
    warm.build("0:06")
    assert warm.contacts("status")[:2] == [(1, "completed"), (2, "active")]


def test_a_run_that_waits_asks_meanwhile(
    warm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_ups, "ROUND_SECONDS", 0.5)
    phone = Phone(state=None)
    limits = Limits(seconds=5, waits=True)
    summary = run(warm, "0:05", phone, limits)
    assert summary.ended_because == "--for is over"
    assert summary.looked_up == {"unknown": 1}
    # at its end it was not time to ask again
    assert len(phone.asked) == 1
    assert phone.asked_at - phone.got_at < 4


def test_a_message_that_is_not_there_proves_nothing(warm: World) -> None:
    """It is asked about ever more seldom, and at last no more."""
    phone = Phone(state=None)
    assert run(warm, "0:05", phone).looked_up == {"unknown": 1}
    assert warm.rows(LOOK_UPS) == [(1, "0:06")]
    run(warm, "0:05:59", phone)
    assert len(phone.asked) == 1
    for moment, next_at in (("0:06", "0:08"), ("0:08", "0:12")):
        run(warm, moment, phone)
        assert warm.value("select next_at from dispatch.look_ups") == next_at
    for hour in range(1, 6):
        run(warm, f"{hour}:00", phone)
        run(warm, f"{hour}:30", phone)
    assert len(phone.asked) == warm.value(
        "select tries from dispatch.look_ups"
    )
    assert len(phone.asked) == MOST_TRIES
    assert len(phone.got) == 1
    assert known(warm) == [
        ("unknown", None, None, "GATEWAY_UNAVAILABLE"),
    ]


def test_what_the_gateway_says_it_did_not_send_is_tried_again(
    warm: World,
) -> None:
    phone = Phone(state="Failed")
    assert run(warm, "0:05", phone).looked_up == {"failed": 1}
    assert known(warm) == [("failed", None, None, "UNCLASSIFIED")]
    warm.build("0:06")
    warm.now("0:10")
    assert warm.due() == [(1, 2, False)]


def test_a_receipt_is_better_evidence(warm: World) -> None:
    phone = Phone(state=None)
    run(warm, "0:05", phone)
    warm.execute(
        "insert into dispatch.delivery_receipts (user_id, message_id, status,"
        " occurred_at) select user_id, id, 'delivered', claimed_at"
        " from dispatch.broadcast_messages"
    )
    phone.state = "Failed"
    assert run(warm, "0:06", phone).looked_up == {"unknown": 1}
    assert warm.ledger("status") == [("unknown",)]


def test_what_a_crash_left_is_looked_up_after_its_deadline(
    warm: World,
) -> None:
    warm.now("0:05")
    asyncio.run(claim_and_vanish(warm))
    warm.execute(
        "update dispatch.device_leases set expires_at = clock_timestamp()"
    )
    phone = Phone()
    run(warm, "0:05:19", phone)
    assert phone.asked == []  # its dispatcher may be about to send it
    assert run(warm, "0:05:20", phone).looked_up == {"sent": 1}
    assert phone.got == []
    assert [row[0] for row in known(warm)] == ["sent"]


def test_a_gateway_that_rests_is_not_asked(warm: World) -> None:
    phone = Phone(state=None)
    run(warm, "0:05", phone)
    warm.execute(
        "update dispatch.gateway_breakers"
        " set opened_at = dispatch.now_utc(), open_until = 'infinity'"
    )
    phone.state = "Sent"
    assert run(warm, "0:06", phone).looked_up == {}
    warm.execute("delete from dispatch.gateway_breakers")
    assert run(warm, "0:06", phone).looked_up == {"sent": 1}


@pytest.mark.parametrize("tries", [0, 1])
async def test_one_of_many_dispatchers_asks(warm: World, tries: int) -> None:
    warm.now("0:05")
    (claim,) = await claim_and_vanish(warm)
    warm.now("0:06")
    if tries:
        warm.execute(
            "insert into dispatch.look_ups (user_id, message_id, next_at)"
            " values (%s, %s, dispatch.now_utc())",
            *(TENANT, claim.message.message_id),
        )
    where = config("http://127.0.0.1:9")
    async with (
        open_store(warm.profile, where) as one,
        open_store(warm.profile, where) as other,
    ):
        taken = await asyncio.gather(
            *(store.look_ups.take(["native"]) for store in (one, other) * 4)
        )
        assert sum(map(len, taken)) == 1
        assert await one.look_ups.take(["elsewhere"]) == []
    assert warm.rows("select tries, message_id from dispatch.look_ups") == [
        (tries + 1, UUID(str(claim.message.message_id)))
    ]
