"""What a person asks for enrolments, and what the next build does then."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from psycopg import errors

from dispatcher.cli import cli
from tests.dispatcher.integration.harness import (
    DEVICE,
    OTHER_DEVICE,
    OTHER_TENANT,
    TENANT,
    World,
)

STRANGER = UUID(int=13)


def ask(world: World, *command: str) -> Result:
    arguments = ["enrollments", *command, "--reason", "a test", "--by", "me"]
    arguments += world.project.arguments()
    return CliRunner().invoke(cli, arguments)


def enrollment(world: World) -> str:
    return str(
        world.value(
            "select enrollment_id from drip_memory.sequence_enrollments"
        )
    )


def statuses(world: World) -> list[tuple[str, str | None]]:
    return [
        (status, reason)
        for status, reason in world.rows(
            "select status, status_reason from drip.sequence_contacts"
            " order by current_step"
        )
    ]


def requests(world: World) -> int:
    return int(world.value("select count(*) from dispatch.operator_requests"))


@pytest.fixture
def two_devices(warm: World) -> World:
    warm.device(OTHER_DEVICE)
    warm.tenant(OTHER_TENANT)
    warm.device(STRANGER, OTHER_TENANT)
    return warm


def test_a_build_is_voided_by_the_next_one(warm: World) -> None:
    invocation = str(
        warm.value(
            "select invocation_id from drip_memory.sequence_enrollments"
        )
    )
    warm.now("0:01")

    preview = ask(warm, "void", "--invocation", invocation, "--dry-run")
    assert preview.stdout == (
        "1 open enrolments of 1 sequences would be voided\n"
    )
    assert requests(warm) == 0

    result = ask(warm, "void", "--invocation", invocation, "--format", "json")
    assert json.loads(result.stdout) == {
        "enrollments": 1,
        "sequences": 1,
        "requests": 1,
        "dry_run": False,
    }
    assert warm.rows(
        "select kind, user_id, reason, requested_by"
        " from dispatch.operator_requests"
    ) == [("void", TENANT, "a test", "me")]
    warm.build("0:02")
    assert statuses(warm) == [("cancelled", "voided")] * 3

    # an exit is final, and what has left cannot be voided twice
    again = ask(warm, "void", "--invocation", invocation)
    assert again.stdout.startswith("0 open enrolments of 0 sequences")
    assert requests(warm) == 1


def test_an_enrolment_is_voided_and_keeps_what_was_sent(warm: World) -> None:
    warm.dispatch("0:05")

    result = ask(warm, "void", "--enrollment", enrollment(warm))

    assert result.exit_code == 0
    warm.build("0:06")
    assert statuses(warm) == [
        ("completed", None),
        ("cancelled", "voided"),
        ("cancelled", "voided"),
    ]


def test_contacts_of_a_device_move_to_another(two_devices: World) -> None:
    result = ask(
        two_devices,
        *("reassign", "--from", str(DEVICE), "--to", str(OTHER_DEVICE)),
    )

    assert result.stdout == (
        "1 open enrolments of 1 sequences are moved by the next build\n"
    )
    two_devices.execute(
        "delete from public.user_devices where id = %s", DEVICE
    )
    two_devices.build("0:01")
    assert two_devices.rows(
        "select distinct device_id from drip.sequence_contacts"
    ) == [(OTHER_DEVICE,)]
    assert two_devices.dispatch("0:02").sent == 1
    # one that comes to the device later is not meant
    two_devices.device()
    two_devices.lead("60111000002")
    two_devices.build("0:03")
    two_devices.build("0:04")
    assert two_devices.rows(
        "select device_id from drip.sequence_contacts"
        " where contact_phone = '60111000002' and current_step = 1"
    ) == [(DEVICE,)]


def test_one_enrolment_moves_to_another_device(two_devices: World) -> None:
    ids = "--enrollment", enrollment(two_devices)

    there = ask(two_devices, "reassign", *ids, "--to", str(DEVICE))
    result = ask(two_devices, "reassign", *ids, "--to", str(OTHER_DEVICE))

    assert there.stdout.startswith("0 open enrolments")
    assert result.stdout.startswith(
        "1 open enrolments of 1 sequences are moved"
    )
    two_devices.build("0:01")
    assert two_devices.rows(
        "select distinct device_id from drip.sequence_contacts"
    ) == [(OTHER_DEVICE,)]


def test_what_cannot_be_asked_for_is_told(two_devices: World) -> None:
    nobody, own = str(uuid4()), enrollment(two_devices)
    for command, message in (
        (("void",), "expected either --invocation or --enrollment"),
        (
            ("void", "--invocation", "x", "--enrollment", own),
            "expected either --invocation or --enrollment",
        ),
        (("void", "--invocation", "x"), "the build 'x' enrolled nobody"),
        (
            ("void", "--enrollment", own, "--enrollment", nobody),
            f"--enrollment {nobody}: nobody was enrolled by that id",
        ),
        (
            ("reassign", "--enrollment", own, "--to", nobody),
            f"--to {nobody}: there is no such device",
        ),
        (
            ("reassign", "--enrollment", own, "--to", str(STRANGER)),
            f"{STRANGER} is a device of tenant {OTHER_TENANT}, but {own}",
        ),
        (
            ("reassign", "--from", str(DEVICE), "--to", str(STRANGER)),
            f"no open enrolment of tenant {OTHER_TENANT}",
        ),
        (
            ("reassign", "--from", str(DEVICE), "--to", str(DEVICE)),
            "would move",
        ),
    ):
        result = ask(two_devices, *command)
        assert result.exit_code == 2, command
        assert message in result.stderr
    assert requests(two_devices) == 0


def test_a_blank_reason_is_none(warm: World, tmp_path: Path) -> None:
    command = ["enrollments", "void", "--invocation", "x", "--reason", " "]

    result = CliRunner().invoke(cli, [*command, *warm.project.arguments()])

    assert result.exit_code == 2
    assert "--reason is blank" in result.stderr


def test_a_request_is_no_switch(warm: World) -> None:
    switch = ["--reason", "a test", *warm.project.arguments()]
    CliRunner().invoke(cli, ["pause", *switch])

    ask(warm, "void", "--enrollment", enrollment(warm))

    assert [
        reason
        for (reason,) in warm.rows(
            "select reason from dispatch.gate('drip', 360, '{1}')"
        )
        if reason == "switched_off"
    ] == ["switched_off"]


def test_a_move_is_taken_back_before_the_build(two_devices: World) -> None:
    two_devices.now("0:01")
    contact = ("--enrollment", enrollment(two_devices))
    for device in (OTHER_DEVICE, DEVICE):
        told = ask(two_devices, "reassign", *contact, "--to", str(device))
        assert told.stdout.startswith("1 open enrolments")
    two_devices.build("0:02")
    assert {device for _, device in two_devices.contacts("device_id")} == {
        DEVICE
    }

    stays = ask(two_devices, "reassign", *contact, "--to", str(DEVICE))
    assert stays.stdout.startswith("0 open enrolments")


@pytest.mark.parametrize(
    "target",
    [
        {"enrollment_id": "all of them"},
        {"enrollment_id": ""},
        {"sequence_id": "WARM"},
        {"device_id": "Device 11"},
        {"from_device_id": "1", "to_device_id": "2"},
        {"attempt_no": "99999999999"},
        {"attempt_no": "one"},
    ],
)
def test_what_nobody_could_read_is_refused(
    warm: World, target: dict[str, str]
) -> None:
    """The builds of all tenants read it."""
    with pytest.raises(errors.CheckViolation, match="target_can_be_read"):
        warm.execute(
            "insert into dispatch.operator_requests (kind, user_id, target,"
            " reason, requested_by) values ('pause', %s, %s, 'a test', 'me')",
            *(TENANT, json.dumps(target)),
        )
