"""Devices and gateways that fail are left alone, and asked before they go."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from click.testing import CliRunner
from ruamel.yaml import YAML

from dispatcher.cli import cli
from dispatcher.config import Config, GatewaySettings, Settings
from dispatcher.demo.gateway import SimulatedGateway
from dispatcher.demo.script import Rule, Script
from dispatcher.domain import Device
from dispatcher.limits import Limits
from dispatcher.sending import open_store, send
from dispatcher.summary import Summary
from tests.dispatcher.integration.harness import (
    DEVICE,
    ROOT,
    TENANT,
    World,
    address,
    config_for,
)

DEVICES = [UUID(int=100 + n) for n in range(5)]
DEAD = Rule(do="starting")  # GATEWAY_UNAVAILABLE, and nothing was sent
GATEWAYS = (
    "select failures, cardinality(failed_devices), opened_at, open_until,"
    " probing_device_id is not null from dispatch.gateway_breakers"
)


class Proxy:
    """An nginx whose gateway is away: an answer to everything, by itself."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        page = "<html><center>nginx</center></html>"
        return web.Response(status=502, text=page, content_type="text/html")


class AskedGateway(SimulatedGateway):
    """Counts how often it is asked about a device."""

    questions = 0

    async def _device_status(self, request: web.Request) -> web.Response:
        self.questions += 1
        return await super()._device_status(request)


def one_by_one(base_url: str, definition: str = "gowa") -> Config:
    """Let one message be under way at a time, so that faults have an order."""
    gateway = GatewaySettings(definition=definition, base_url=base_url)
    settings = Settings(
        request_timeout_seconds=5, lease_seconds=60, concurrency=1
    )
    return Config(gateways={"native": gateway}, dispatcher=settings)


def run(
    world: World, moment: str, script: Script, definition: str = "gowa"
) -> tuple[Summary, AskedGateway]:
    """Send through a gateway that follows a script."""
    world.now(moment)

    async def dispatch() -> tuple[Summary, AskedGateway]:
        async with AskedGateway(script) as gateway:
            config = one_by_one(gateway.base_url, definition)
            return await send(world.profile, config, Limits()), gateway

    return asyncio.run(dispatch())


def run_without_gateway(world: World, moment: str) -> Summary:
    """Send where nobody listens."""
    world.now(moment)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        config = one_by_one(f"http://127.0.0.1:{taken.getsockname()[1]}")
        return asyncio.run(send(world.profile, config, Limits()))


def run_at_a_proxy(world: World, moment: str) -> tuple[Summary, Proxy]:
    """Send where only a proxy listens."""
    world.now(moment)
    proxy = Proxy()

    async def dispatch() -> Summary:
        async with proxy.serving() as base_url:
            return await send(world.profile, one_by_one(base_url), Limits())

    return asyncio.run(dispatch()), proxy


@pytest.fixture
def crowd(world: World) -> World:
    """Return a world where five devices have a message each that is due."""
    world.tenant()
    world.sequence(steps=1)
    for n, device in enumerate(DEVICES):
        world.device(device)
        world.lead(f"6011100001{n}", device=device)
    world.build("0:00")
    return world


def held(world: World) -> list[tuple[Any, ...]]:
    return world.rows(
        "select hold_reason, held_until, count(*)"
        " from drip.sequence_progress_monitor where hold_reason is not null"
        " group by 1, 2 order by 1, 2"
    )


def status(world: World, *options: str) -> str:
    command = ["status", *options, *world.project.arguments()]
    return CliRunner().invoke(cli, command).output


def test_a_dead_gateway_is_found_by_three_devices_and_asked_before_the_rest(
    crowd: World,
) -> None:
    """1,487 of 1,535 messages were burnt on devices that could not send."""
    summary = run_without_gateway(crowd, "0:05")
    assert summary.released == {"GATEWAY_UNAVAILABLE": 3}
    assert crowd.rows(GATEWAYS) == [(1, 3, "0:05", "0:06", False)]
    assert held(crowd) == [
        ("awaiting_build", None, 3),
        ("gateway_cooling_down", "0:06", 2),
    ]
    assert crowd.due() == []
    crowd.build("0:05:30")
    assert held(crowd) == [
        ("gateway_cooling_down", "0:06", 2),
        ("gateway_unavailable", "0:06", 3),
    ]
    breakers = json.loads(status(crowd, "--format", "json"))["breakers"]
    assert len(breakers) == 4
    assert {row["scope"] for row in breakers[1:]} == {"device"}
    del breakers[0]["since"], breakers[0]["until"], breakers[0]["error"]
    assert breakers[0] == {
        "scope": "gateway",
        "key": "native",
        "device": None,
        "state": "open",
        "fault": "GATEWAY_UNAVAILABLE",
        "failures": 1,
    }
    assert "native" in status(crowd).split("Breakers")[1]
    assert crowd.rows(
        "select gateway, breaker_state, gateway_breaker_state,"
        " gateway_breaker_until, count(*)"
        " from drip.device_performance_monitor group by 1, 2, 3, 4 order by 2"
    ) == [
        ("native", "closed", "open", "0:06", 2),
        ("native", "open", "open", "0:06", 3),
    ]

    # still dead at its end: asked, left alone for twice as long, nothing sent
    assert run_without_gateway(crowd, "0:05:59").claimed == 0
    assert crowd.rows(GATEWAYS)[0][:4] == (1, 3, "0:05", "0:06")
    assert run_without_gateway(crowd, "0:06").claimed == 0
    assert crowd.rows(GATEWAYS) == [(2, 3, "0:05", "0:08", False)]

    # back: one question lets everybody go on
    summary, gateway = run(crowd, "0:08", Script())
    assert gateway.questions == 1
    assert summary.sent == 5
    assert crowd.rows(GATEWAYS) == []
    assert crowd.rows("select key from dispatch.breakers") == []


def test_a_proxy_whose_gateway_is_away_opens_its_breaker(
    crowd: World,
) -> None:
    """What it had may have been passed on: unknown, and nobody is next."""
    summary, proxy = run_at_a_proxy(crowd, "0:05")
    assert summary.unknown == 3
    assert proxy.paths == ["/send/message"] * 3
    assert (
        crowd.ledger("status", "fault_class", "http_status")
        == [("unknown", "GATEWAY_UNAVAILABLE", 502)] * 3
    )
    assert crowd.rows(GATEWAYS) == [(1, 3, "0:05", "0:06", False)]

    # it is asked about a device, and its page is no word of the gateway's
    summary, proxy = run_at_a_proxy(crowd, "0:06")
    assert summary.claimed == 0
    assert [path.split("/")[1] for path in proxy.paths] == ["devices"]
    assert crowd.rows(GATEWAYS) == [(2, 3, "0:05", "0:08", False)]

    summary, gateway = run(crowd, "0:08", Script())
    assert (summary.sent, gateway.questions) == (2, 1)
    assert crowd.rows(GATEWAYS) == []


def test_what_cannot_be_asked_is_probed_by_one_message(
    crowd: World, tmp_path: Path
) -> None:
    mute = without_status(tmp_path)
    summary, gateway = run(crowd, "0:05", Script(rules=[DEAD]), mute)
    assert len(gateway.log) == 3
    crowd.build("0:05:30")

    summary, gateway = run(crowd, "0:06", Script(rules=[DEAD]), mute)
    assert summary.released == {"GATEWAY_UNAVAILABLE": 1}
    assert len(gateway.log) == 1
    assert crowd.rows(GATEWAYS) == [(2, 3, "0:05", "0:08", False)]
    crowd.build("0:07")

    # the first is the probe, and lets the others go
    summary, gateway = run(crowd, "0:08", Script(), mute)
    assert summary.sent == 5
    assert crowd.rows(GATEWAYS) == []


def without_status(folder: Path) -> str:
    """Write a definition of a gateway that cannot be asked."""
    yaml = YAML()
    source = ROOT / "dispatcher/gateways/definitions/gowa.yml"
    definition = yaml.load(source.read_text())
    del definition["status"]
    definition["examples"] = [
        example
        for example in definition["examples"]
        if example.get("to") != "status"
    ]
    target = folder / "mute.yml"
    with target.open("w") as out:
        yaml.dump(definition, out)
    return str(target)


def test_one_dead_device_stops_no_gateway(crowd: World) -> None:
    """However often it fails, while others send."""
    dead = Rule(device=address(DEVICES[0]), do="starting")
    summary, _ = run(crowd, "0:05", Script(rules=[dead]))
    assert summary.sent == 4
    crowd.build("0:05:30")
    for moment in ("0:06", "0:10", "0:20"):
        summary, gateway = run(crowd, moment, Script(rules=[dead]))
        assert summary.released == {"GATEWAY_UNAVAILABLE": 1}
        assert gateway.questions == 1
        crowd.build(moment + ":01")
    assert crowd.rows(GATEWAYS) == [(0, 1, None, None, False)]
    assert crowd.rows(
        "select failures, opened_at, open_until from dispatch.breakers"
    ) == [(4, "0:05", "0:28")]


def test_a_device_is_asked_before_it_sends_again(warm: World) -> None:
    here = address(DEVICE)
    out = Script(devices={here: "connected"})
    breakers = (
        "select fault_class, failures, open_until from dispatch.breakers"
    )
    run(warm, "0:05", out)
    assert warm.rows(breakers) == [("DEVICE_LOGGED_OUT", 1, "1:05")]
    warm.build("1:00")
    for script, moment, left in (
        (out, "1:05", ("DEVICE_LOGGED_OUT", 2, "3:05")),
        (
            Script(devices={here: "disconnected"}),
            "3:05",
            ("DEVICE_DOWN", 3, "3:25"),
        ),
    ):
        summary, gateway = run(warm, moment, script)
        assert (summary.claimed, gateway.questions) == (0, 1)
        assert warm.rows(breakers) == [left]
    summary, gateway = run(warm, "3:25", Script())
    assert (summary.sent, gateway.questions) == (1, 1)
    assert warm.rows(breakers) == []


def open_gateway(world: World, name: str, until: str) -> None:
    world.execute(
        "insert into dispatch.gateway_breakers (gateway, failed_devices,"
        " fault_class, failures, opened_at, open_until) values (%s, '{}',"
        " 'GATEWAY_AUTH', 1, dispatch.now_utc(), dispatch.now_utc()"
        " + %s::interval)",
        *(name, until),
    )


async def test_a_claim_asks_for_the_gateway_that_the_crm_names_now(
    warm: World,
) -> None:
    """The last build knows of another."""
    warm.now("0:05")
    config = config_for("http://127.0.0.1:9")
    device = Device(TENANT, DEVICE, "native", address(DEVICE))
    for platform, sendable, claimed in ((None, 1, 1), (" WAHA ", 0, 0)):
        config.gateways["waha"] = config.gateways["native"]
        warm.execute("delete from dispatch.broadcast_messages")
        warm.execute("delete from dispatch.gateway_breakers")
        open_gateway(warm, "waha", "1 minute")
        warm.execute("update public.user_devices set platform = %s", platform)
        async with open_store(warm.profile, config) as store:
            build = await store.ledger.open_gate()
            found = await store.ledger.sendable_devices()
            await store.leases.take([device.key], 60)
            claims = await store.ledger.claim([device], build, 20)
            await store.leases.release()
        assert (len(found), len(claims)) == (sendable, claimed)


async def test_one_of_many_dispatchers_probes(warm: World) -> None:
    config = config_for("http://127.0.0.1:9")
    warm.now("0:05")
    open_gateway(warm, "native", "0 minutes")
    async with (
        open_store(warm.profile, config) as one,
        open_store(warm.profile, config) as other,
    ):
        (item,) = await other.ledger.sendable_devices()
        assert item.is_gateway_due
        taken = await asyncio.gather(
            *(
                store.breakers.take_probe("native")
                for store in (one, other) * 4
            )
        )
        assert sorted(taken) == [False] * 7 + [True]
        assert await other.ledger.sendable_devices() == []
        # it died: when its time is over, the next may
        warm.now("0:06:05")
        assert await other.breakers.take_probe("native")
        # whose device may send, and no more than one message
        await other.breakers.probe_by_message(item.device)
        (item,) = await one.ledger.sendable_devices()
        assert not item.is_gateway_due
        build = await one.ledger.open_gate()
        await one.leases.take([item.device.key], 60)
        assert len(await one.ledger.claim([item.device], build, 20)) == 1
        assert await one.ledger.claim([item.device], build, 20) == []
        # while it is in flight nobody probes, however long it takes
        warm.execute(
            "update dispatch.broadcast_messages"
            " set deadline_at = 'infinity' where status = 'sending'"
        )
        warm.now("0:30")
        assert not await other.breakers.take_probe("native")
