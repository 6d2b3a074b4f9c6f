"""``dispatcher gateways`` asks about the devices of the database."""

import json
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner

from dispatcher import asking, profile
from dispatcher.cli import cli
from dispatcher.config import Config
from dispatcher.demo.gateway import SimulatedGateway
from dispatcher.demo.script import Script
from dispatcher.domain import DeviceState
from dispatcher.errors import ConfigError
from dispatcher.profile import Profile

USER, READY, OUT, ELSEWHERE = (UUID(int=number) for number in range(1, 5))


@pytest.fixture
def devices(connection: psycopg.Connection) -> None:
    connection.execute(
        "insert into users (id, email, full_name, password_hash)"
        " values (%s, 'a@example.com', 'A', '-')",
        [USER],
    )
    rows = [
        (READY, "a", "jid-a", None),
        (OUT, "b", "jid-b", " "),
        (ELSEWHERE, "c", "jid-c", "Waha"),
    ]
    for device_id, name, jid, platform in rows:
        connection.execute(
            "insert into user_devices (id, user_id, device_name, jid,"
            " platform) values (%s, %s, %s, %s, %s)",
            [device_id, USER, name, jid, platform],
        )


def config(base_url: str) -> Config:
    return Config.model_validate(
        {"gateways": {"native": {"definition": "gowa", "base_url": base_url}}}
    )


async def test_each_device_is_seen_as_its_gateway_says(
    database: Profile, devices: None
) -> None:
    counts = []
    script = Script(devices={"jid-a": "logged_in", "jid-b": "connected"})
    async with SimulatedGateway(script) as simulated:
        seen = await asking.see_devices(
            database,
            config(simulated.base_url),
            lambda done, of: counts.append((done, of)),
        )
    assert [(each.device_name, each.state) for each in seen] == [
        ("a", DeviceState.READY),
        ("b", DeviceState.LOGGED_OUT),
        ("c", DeviceState.UNKNOWN),
    ]
    assert "no gateway 'waha'" in seen[2].detail
    assert counts == [(1, 3), (2, 3), (3, 3)]


async def test_a_device_is_found_by_its_id(
    database: Profile, devices: None
) -> None:
    found = await asking.find_device(lambda: database, "native", str(READY))
    assert (found.user_id, found.address) == (USER, "jid-a")


async def test_a_device_must_be_there_and_of_the_gateway(
    database: Profile, devices: None
) -> None:
    with pytest.raises(ConfigError, match="is not in user_devices"):
        await asking.find_device(lambda: database, "native", str(UUID(int=9)))
    with pytest.raises(ConfigError, match="belongs to gateway 'waha', not to"):
        await asking.find_device(lambda: database, "native", str(ELSEWHERE))


def test_status_is_printed_and_tells_by_its_exit_code(
    database: Profile,
    devices: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "dispatcher.yml"
    path.write_text(
        "gateways:\n"
        "  native: {definition: gowa, base_url: 'http://127.0.0.1:9'}\n"
        "  waha: {definition: sms_gateway_android,"
        " base_url: 'http://127.0.0.1:9'}\n"
    )
    monkeypatch.setattr(profile, "load", lambda *_: database)
    command = ["gateways", "status", "--config", str(path)]
    result = CliRunner().invoke(cli, [*command, "--format", "json"])
    assert result.exit_code == 1
    rows = json.loads(result.output)
    assert [(row["device_name"], row["state"]) for row in rows] == [
        ("a", "UNKNOWN"),
        ("b", "UNKNOWN"),
        ("c", None),
    ]
    assert "no connection to the gateway" in rows[0]["detail"]
    assert "no request for it" in rows[2]["detail"]
    assert str(READY) in CliRunner().invoke(cli, command).output
