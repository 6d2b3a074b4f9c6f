"""What a person pauses holds at once, whatever the build said."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from dispatcher.cli import cli
from dispatcher.store.connect import connect
from dispatcher.store.leases import LeaseTable
from tests.dispatcher.integration.harness import (
    DEVICE,
    HOT,
    OTHER_DEVICE,
    OTHER_PHONE,
    OTHER_TENANT,
    PHONE,
    TENANT,
    WARM,
    World,
)

SCOPES = {
    "--device": (DEVICE, "device_paused"),
    "--sequence": (WARM, "sequence_paused_by_operator"),
    "--tenant": (TENANT, "tenant_paused"),
}


def ask(world: World, *command: str) -> Result:
    arguments = [*command, "--reason", "a test", "--by", "me"]
    return CliRunner().invoke(cli, arguments + world.project.arguments())


def recipients(world: World) -> list[str]:
    return [
        phone
        for (phone,) in world.rows(
            "select recipient_phone from drip.due_steps"
            " order by recipient_phone"
        )
    ]


def requests(world: World) -> int:
    return int(world.value("select count(*) from dispatch.operator_requests"))


@pytest.fixture
def two_tenants(world: World) -> World:
    """Return a world where each of two tenants has a message due."""
    world.warm()
    world.tenant(OTHER_TENANT)
    world.device(OTHER_DEVICE, OTHER_TENANT)
    world.sequence("WARM", sequence=HOT, user=OTHER_TENANT)
    world.lead(OTHER_PHONE, device=OTHER_DEVICE, user=OTHER_TENANT)
    world.build("0:00")
    return world


def test_a_pause_holds_its_own_at_once(two_tenants: World) -> None:
    """No build between; the other tenant goes on."""
    for option, (scope_id, hold_reason) in SCOPES.items():
        switched = ask(two_tenants, "pause", option, str(scope_id))
        assert switched.exit_code == 0, switched.output
        assert two_tenants.gate() == []
        assert recipients(two_tenants) == [OTHER_PHONE], option
        assert two_tenants.rows(
            "select hold_reason from drip.sequence_progress_monitor"
            " where contact_phone = %s and current_step = 1",
            PHONE,
        ) == [(hold_reason,)]

        switched = ask(two_tenants, "resume", option, str(scope_id))
        assert switched.exit_code == 0, switched.output
        assert recipients(two_tenants) == [PHONE, OTHER_PHONE], option

    for option, (scope_id, _) in SCOPES.items():
        ask(two_tenants, "pause", option, str(scope_id))
    assert two_tenants.dispatch("0:01").sent == 1
    for option, (scope_id, _) in SCOPES.items():
        assert two_tenants.dispatch("0:02").sent == 0, option
        ask(two_tenants, "resume", option, str(scope_id))
    assert two_tenants.dispatch("0:03").sent == 1
    assert [phone for phone, _ in two_tenants.texts()] == [OTHER_PHONE, PHONE]


@pytest.mark.parametrize("option", SCOPES)
def test_a_pause_before_the_claim_wins(
    warm: World, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    """The device was found free and is leased already."""
    take = LeaseTable.take

    async def pause_meanwhile(table: LeaseTable, *args: Any) -> Any:
        taken = await take(table, *args)
        ask(warm, "pause", option, str(SCOPES[option][0]))
        return taken

    monkeypatch.setattr(LeaseTable, "take", pause_meanwhile)
    assert warm.dispatch("0:01").sent == 0
    assert requests(warm) > 0
    assert warm.ledger("id") == []


def test_what_is_paused_stays_so_over_a_build(warm: World) -> None:
    ask(warm, "pause", "--tenant", str(TENANT))
    warm.device(OTHER_DEVICE)
    warm.lead(OTHER_PHONE, device=OTHER_DEVICE)

    warm.build("0:01")

    assert recipients(warm) == []
    assert warm.dispatch("0:02").sent == 0
    assert warm.gate() == []


def test_a_paused_device_is_held_as_a_whole(warm: World) -> None:
    """So it is dropped before any step of it is looked up."""
    for option in ("--device", "--tenant"):
        ask(warm, "pause", option, str(SCOPES[option][0]))
        held = warm.rows(
            "select hold_reason, held_until from drip.held_devices"
        )
        assert held == [(SCOPES[option][1], None)]
        ask(warm, "resume", option, str(SCOPES[option][0]))


def test_each_pause_is_taken_back_for_itself(warm: World) -> None:
    ask(warm, "pause")
    ask(warm, "pause", "--device", str(DEVICE))
    ask(warm, "pause", "--tenant", str(TENANT))

    assert warm.gate() == ["switched_off"]
    ask(warm, "resume")
    assert warm.gate() == []
    assert recipients(warm) == []
    ask(warm, "resume", "--tenant", str(TENANT))
    assert recipients(warm) == []
    ask(warm, "resume", "--device", str(DEVICE))
    assert recipients(warm) == [PHONE]


def test_status_lists_what_is_paused(warm: World, tmp_path: Path) -> None:
    warm.now("0:01")
    ask(warm, "pause")
    warm.now("0:02")
    ask(warm, "pause", "--sequence", str(WARM))

    shown = CliRunner().invoke(
        cli, ["status", "--format", "json", *warm.project.arguments()]
    )

    assert json.loads(shown.stdout)["paused"] == [
        {
            "scope": "everything",
            "id": None,
            "by": "me",
            "since": "2026-03-02 02:01:00+00:00",
            "reason": "a test",
        },
        {
            "scope": "sequence",
            "id": str(WARM),
            "by": "me",
            "since": "2026-03-02 02:02:00+00:00",
            "reason": "a test",
        },
    ]
    told = CliRunner().invoke(cli, ["status", *warm.project.arguments()])
    assert "Paused" in told.stdout
    assert str(WARM) in told.stdout


def test_a_switch_says_what_it_did(warm: World) -> None:
    device = "--device", str(DEVICE)

    preview = ask(warm, "pause", *device, "--dry-run")
    assert preview.stdout == f"device {DEVICE} would be paused\n"
    assert requests(warm) == 0

    shown = ask(warm, "pause", *device, "--format", "json")
    assert json.loads(shown.stdout) == {
        "scope": "device",
        "id": str(DEVICE),
        "is_paused": True,
        "is_change": True,
        "dry_run": False,
    }
    assert warm.rows(
        "select kind, user_id, target, reason, requested_by"
        " from dispatch.operator_requests"
    ) == [("pause", TENANT, {"device_id": str(DEVICE)}, "a test", "me")]

    warm.now("0:09")
    again = ask(warm, "pause", *device)
    assert again.stdout == (
        f"device {DEVICE} is paused already, by me since"
        " 2026-03-02 02:00:00+0000: a test\n"
    )
    # what the CRM deletes can be resumed all the same
    warm.execute("delete from public.user_devices where id = %s", DEVICE)
    resumed = ask(warm, "resume", *device)
    assert resumed.stdout == f"device {DEVICE} is resumed\n"
    assert requests(warm) == 2


def test_what_cannot_be_switched_is_told(warm: World) -> None:
    nobody = str(UUID(int=99))
    for command, message in (
        (
            ("pause", "--device", nobody),
            f"--device {nobody}: there is no such",
        ),
        (("pause", "--sequence", nobody), "take the id of a row of sequences"),
        (("resume", "--tenant", nobody), "there is no such tenant"),
        (("pause", "--device", "x"), "'x' is not a valid UUID"),
        (
            ("pause", "--device", nobody, "--tenant", nobody),
            "expected one of --device, --sequence and --tenant, or none",
        ),
    ):
        told = ask(warm, *command)
        assert told.exit_code == 2, command
        assert message in told.stderr
    assert ask(warm, "resume").stdout == "everything is not paused\n"
    assert requests(warm) == 0


SKIP: dict[str, object] = {"on_late": "skip"}
_SWITCHED = (
    "insert into dispatch.operator_requests"
    " (kind, user_id, target, reason, requested_by)"
    " values (%s, %s, %s, 'a test', 'me')"
)
OF_SEQUENCE = json.dumps({"sequence_id": str(WARM)})
OF_DEVICE = json.dumps({"device_id": str(DEVICE)})


def switch(world: World, kind: str, moment: str, target: str) -> None:
    world.now(moment)
    world.execute(_SWITCHED, kind, TENANT, target)


@pytest.mark.parametrize("resumed", ["1:10", "1:00"])
def test_a_pause_ends_whatever_the_clock_says(
    warm: World, resumed: str
) -> None:
    """In the same transaction, or where the clock was set back."""
    warm.build("0:01", dbt_vars=SKIP)
    warm.dispatch("0:05")
    switch(warm, "pause", "1:10", OF_SEQUENCE)
    switch(warm, "resume", resumed, OF_SEQUENCE)
    warm.build("1:20", dbt_vars=SKIP)
    switch(warm, "pause", "20:00", OF_DEVICE)
    switch(warm, "resume", "80:00", OF_DEVICE)
    warm.build("80:01", dbt_vars=SKIP)
    assert warm.contacts("status")[1] == (2, "skipped")


def test_what_a_pause_made_late_waits_though_the_build_missed_its_end(
    warm: World,
) -> None:
    """The resumption began before the build and was committed after it."""
    warm.build("0:01", dbt_vars=SKIP)
    warm.dispatch("0:05")
    switch(warm, "pause", "20:00", OF_SEQUENCE)
    warm.build("20:01", dbt_vars=SKIP)
    warm.now("80:00")
    with closing(connect(warm.profile)) as late:
        late.execute(_SWITCHED.encode(), ("resume", TENANT, OF_SEQUENCE))
        warm.build("80:01", dbt_vars=SKIP)
        late.commit()
    assert warm.due() == []
    assert warm.monitor("hold_reason")[1] == (2, "awaiting_build")
    warm.build("80:02", dbt_vars=SKIP)
    assert warm.contacts("status")[1] == (2, "skipped")
