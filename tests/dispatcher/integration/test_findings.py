"""Every finding, found on bad data, and its cure as it stands there.

A cure is a statement of SQL or a command. One that mends takes its finding
away at the next build; one that looks returns rows.
"""

import json
import re
import shlex
from uuid import UUID

from click.testing import CliRunner

from dispatcher.cli import cli
from tests.dispatcher.integration.harness import (
    DEVICE,
    HOT,
    OTHER_DEVICE,
    OTHER_PHONE,
    OTHER_TENANT,
    PHONE,
    ROOT,
    TENANT,
    WARM,
    World,
)

VARS: dict[str, object] = {
    "legacy_schema": "legacy",
    "device_hourly_cap": 1,
}
DELETED, GONE = UUID(int=13), UUID(int=34)
EMPTY, QUIET, BOTH = UUID(int=31), UUID(int=32), UUID(int=33)
# name, where its last step leads, its id
LINKED = [
    ("FORTH", "BACK", UUID(int=41)),
    ("BACK", "FORTH", UUID(int=42)),
    ("ON", "QUIET", UUID(int=43)),
    ("ASTRAY", "nowhere", UUID(int=44)),
]
MENDED = {
    "sequence_trigger_blank",
    "sequence_flags_disagree",
    "sequence_without_steps",
    "sequence_misconfigured",
    "sequence_link_circle",
    "step_delay_unusable",
    "device_cooling_down",
    "gateway_cooling_down",
    "legacy_completed_in_future",
}
LOOKED_AT = {
    "sequence_missing",
    "device_missing",
    "sequence_link_inactive",
    "sequence_trigger_unusable",
    "send_time_ignored",
    "step_content_invalid",
    "step_unsendable",
    "step_overdue",
    "lead_rejected",
    "device_failing",
    "device_over_cap",
    "claim_refused",
    "legacy_failure_rate",
    "legacy_message_without_step",
}


def every_finding() -> set[str]:
    """Return the rules that the report is made of."""
    report = ROOT / "models/marts/monitoring/pipeline_findings.sql"
    return set(re.findall(r'^    "(\w+)": ', report.read_text(), re.MULTILINE))


def findings(world: World) -> list[tuple[str, str]]:
    """Return each finding with its cure."""
    world.build(select=[], dbt_vars=VARS)
    return world.rows("select finding, cure from drip.pipeline_findings")


def make_everything_wrong(world: World) -> None:
    world.warm()
    world.device(OTHER_DEVICE)
    world.device(DELETED)
    world.lead("60111000006", device=DELETED)
    world.sequence("GONE", sequence=GONE)
    world.lead("60111000005", "GONE")
    world.sequence("HOT", sequence=HOT, trigger="")
    world.lead("60111000002", "cold_start")
    world.lead("60111000003", "WARM")
    world.lead("60111000004", "WARM")
    world.lead("12", "WARM")
    world.sequence("EMPTY", sequence=EMPTY, steps=0)
    world.sequence("QUIET", sequence=QUIET)
    world.sequence("BOTH", sequence=BOTH, trigger="warm, hot")
    world.execute(
        "update sequences set status = 'paused' where id = %s", QUIET
    )
    for delay, sequence in ((-1, HOT), (2147483647, QUIET)):
        world.execute(
            "update sequence_steps set trigger_delay_hours = %s"
            " where sequence_id = %s and day_number = 2",
            *(delay, sequence),
        )
    world.execute(
        "update sequence_steps set time_schedule = 'Invalid Date'"
        " where sequence_id = %s and day_number = 1",
        HOT,
    )
    world.execute(
        "update sequence_steps set content = ''"
        " where sequence_id = %s and day_number = 3",
        HOT,
    )
    for name, next_trigger, sequence in LINKED:
        world.sequence(name, sequence=sequence, steps=1)
        world.execute(
            "update sequence_steps set next_trigger = %s"
            " where sequence_id = %s",
            *(next_trigger, sequence),
        )
    world.execute(
        "insert into legacy.sequence_contacts (sequence_id, sequence_stepid,"
        " contact_phone, status, next_trigger_time) values (%s,"
        " gen_random_uuid(), '999', 'completed', '2100-01-01')",
        WARM,
    )
    world.execute(
        "insert into legacy.broadcast_messages (user_id, device_id,"
        " sequence_id, recipient_phone, message_type, status)"
        " values (%s, %s, %s, '999', 'text', 'failed')",
        *(TENANT, DEVICE, WARM),
    )
    world.execute(
        "insert into dispatch.breakers (user_id, scope, key, fault_class,"
        " opened_at, open_until) values (%s, 'device', %s, 'DEVICE_DOWN',"
        " dispatch.now_utc(), 'infinity')",
        *(TENANT, str(OTHER_DEVICE)),
    )
    world.execute(
        "update public.user_devices set platform = 'waha' where id = %s",
        OTHER_DEVICE,
    )
    world.execute(
        "insert into dispatch.gateway_breakers (gateway, failed_devices,"
        " fault_class, opened_at, open_until) values ('waha', '{}',"
        " 'GATEWAY_AUTH', dispatch.now_utc(), 'infinity')"
    )


def make_sending_wrong(world: World) -> None:
    """Refuse each text ten times, or at last send it, and each claim.

    The two that are sent are one more than the cap of their device.
    """
    world.execute("delete from user_devices where id = %s", DELETED)
    world.execute("delete from sequences where id = %s", GONE)
    world.execute(
        "insert into dispatch.broadcast_messages (user_id, enrollment_id,"
        " sequence_id, sequence_stepid, attempt_no, day_number,"
        " definition_hash, device_id, gateway, recipient_phone, message_type,"
        " content, status, fault_class, error_message, claimed_at,"
        " deadline_at, finished_at, gap_seconds, lease_owner, lease_epoch,"
        " dispatcher_version, invocation_id)"
        " select user_id, enrollment_id, sequence_id, sequence_stepid, n,"
        " current_step, definition_hash, device_id, 'gowa', contact_phone,"
        " 'text', 'Hi', 'released', 'CONTENT_INVALID', 'too long', now_at,"
        " now_at + interval '1 minute', now_at, 0, 'test', 1, '0', 'test'"
        " from drip.sequence_contacts, generate_series(1, 10) as n,"
        " dispatch.now_utc() as now_at where status = 'active'"
    )
    world.execute(
        "update dispatch.broadcast_messages set status = 'sent',"
        " sent_at = finished_at, fault_class = null, error_message = null"
        " where recipient_phone in ('60111000003', '60111000004')"
        " and attempt_no = 10"
    )
    world.execute(
        "insert into dispatch.claim_refusals (user_id, enrollment_id,"
        " sequence_stepid, attempt_no, reason, invocation_id, refused_at)"
        " select user_id, enrollment_id, sequence_stepid, 11, reason, 'test',"
        " dispatch.now_utc() from drip.sequence_contacts,"
        " unnest(array['unknown_platform', 'sequence_paused']) as reason"
        " where status = 'active'"
    )


def apply(world: World, cure: str) -> int:
    """Do what a cure says; return how many rows it changed or showed."""
    program, *words = shlex.split(cure)
    if program == "dbt":
        assert words == ["build"]
        return 1
    if program == "dispatcher":
        words += ["--by", "Nor", "--format", "json"]
        told = CliRunner().invoke(cli, words + world.project.arguments())
        assert told.exit_code == 0, told.output
        changed = json.loads(told.stdout)
        return int(changed.get("gateways", changed.get("enrollments", 0)))
    return world.connection.execute(cure.encode()).rowcount


def test_every_cure_runs_and_those_that_mend_mend(world: World) -> None:
    make_everything_wrong(world)
    world.build("0:00", select=[], dbt_vars=VARS)
    world.now("0:30")
    make_sending_wrong(world)
    world.now("24:01")
    found = findings(world)

    assert {finding for finding, _ in found} == MENDED | LOOKED_AT
    assert every_finding() == MENDED | LOOKED_AT
    for finding, cure in found:
        assert apply(world, cure) > 0, (finding, cure)

    left = {finding for finding, _ in findings(world)}
    assert left == LOOKED_AT


def test_the_cure_of_flags_that_disagree_sends_to_nobody(warm: World) -> None:
    warm.sequence("HOT", sequence=HOT)
    warm.execute("update sequences set status = 'archived' where id = %s", HOT)
    warm.execute("update sequences set is_active = false where id = %s", WARM)
    warm.lead(OTHER_PHONE, "HOT")
    warm.now("0:10")
    cures = [
        cure
        for finding, cure in findings(warm)
        if finding == "sequence_flags_disagree"
    ]
    assert len(cures) == 2
    for cure in cures:
        assert apply(warm, cure) == 1
    assert findings(warm) == []
    enrolled = "select sequence_id from drip_memory.sequence_enrollments"
    assert warm.rows(enrolled) == [(WARM,)]
    assert warm.due() == []


def test_a_gateway_that_rests_is_found_by_the_devices_there_are(
    warm: World,
) -> None:
    """Its cure is a line for a shell, whatever the name of the gateway."""
    for device, gateway in (
        (OTHER_DEVICE, "waha"),
        (UUID(int=13), "bob's own"),
    ):
        warm.device(device, platform=gateway)
        warm.execute(
            "insert into dispatch.gateway_breakers (gateway, failed_devices,"
            " fault_class, opened_at, open_until) values (%s, '{}',"
            " 'GATEWAY_AUTH', dispatch.now_utc(), 'infinity')",
            gateway,
        )
    warm.now("0:05")
    assert len(findings(warm)) == 2
    warm.execute("delete from user_devices where id = %s", OTHER_DEVICE)
    ((finding, cure),) = findings(warm)
    assert (finding, apply(warm, cure)) == ("gateway_cooling_down", 1)
    assert findings(warm) == []


def test_a_delay_beyond_all_times_stops_no_build(warm: World) -> None:
    warm.execute("update sequence_steps set trigger_delay_hours = 2147483647")
    found = {finding for finding, _ in findings(warm)}
    assert "step_delay_unusable" in found
    assert warm.contacts("status") == [
        *((1, "active"), (2, "pending"), (3, "pending")),
    ]
    warm.dispatch("0:05")
    assert warm.ledger("status") == [("sent",)]


def test_a_text_that_is_empty_for_one_holds_no_other(warm: World) -> None:
    warm.execute("update sequence_steps set content = '{name:}'")
    lead = warm.lead(OTHER_PHONE)
    warm.execute("update leads set name = ' ' where id = %s", lead)
    warm.build("0:06")
    warm.dispatch("0:06")
    assert warm.texts() == [(PHONE, "Lead")]
    held = "select recipient_phone from drip.due_steps"
    assert warm.rows(held) == []
    assert "content_missing" in warm.monitor("hold_reason")[3]


def test_a_text_that_an_edit_leaves_behind_is_found(world: World) -> None:
    """The edit mends the text, but not for those it does not reach."""
    pinned: dict[str, object] = {"on_edit": "pin"}
    edit = (
        "update sequence_steps set content = %s"
        " where sequence_id = %s and day_number = 1"
    )

    def unsendable() -> list[tuple[str, int, str]]:
        world.build("0:10", select=[], dbt_vars=pinned)
        return world.rows(
            "select explanation, affected_count, cure"
            " from drip.pipeline_findings where finding = 'step_unsendable'"
        )

    world.warm()
    world.execute(edit, "", WARM)
    ((explanation, _, _),) = unsendable()
    assert "as it was" not in explanation
    world.execute(edit, "Hi", WARM)
    ((explanation, waiting, cure),) = unsendable()
    assert "as it was before an edit" in explanation
    assert "content_missing" in explanation
    assert (waiting, apply(world, cure)) == (1, 1)


def test_a_deleted_device_holds_its_contacts_until_they_are_moved(
    warm: World,
) -> None:
    warm.device(OTHER_DEVICE)
    warm.execute("delete from user_devices where id = %s", DEVICE)
    ((finding, cure),) = findings(warm)
    assert finding == "device_missing"
    assert warm.monitor("hold_reason")[0] == (1, "device_missing")
    assert warm.due() == []
    assert apply(warm, cure) == 1
    assert apply(warm, cure.removesuffix(" --dry-run")) == 1
    assert findings(warm) == []
    assert warm.due() == [(1, 1, False)]


def test_a_cure_is_of_one_tenant(warm: World) -> None:
    """A sequence and its device go to another tenant, and so serve it."""
    warm.tenant(OTHER_TENANT)
    warm.build("0:00")
    warm.lead(user=OTHER_TENANT)
    warm.execute("update public.user_devices set user_id = %s", OTHER_TENANT)
    warm.execute(
        "update public.sequences set user_id = %s where id = %s",
        *(OTHER_TENANT, WARM),
    )
    warm.now("0:01")
    found = dict(findings(warm))
    assert apply(warm, found["sequence_missing"]) == 1
    assert apply(warm, found["device_missing"]) == 1


def test_a_lead_counts_once(world: World) -> None:
    """However often it names a sequence, or however many."""
    world.tenant()
    world.device()
    world.sequence()
    world.sequence("HOT", sequence=HOT)
    world.sequence("BLANK", sequence=QUIET, trigger="")
    world.lead("12", "WARM,HOT,cold_start,COLD_start")
    world.now("0:00")
    findings(world)
    counts = (
        "select finding, affected_count, example_keys"
        " from drip.pipeline_findings order by finding"
    )
    assert world.rows(counts) == [
        ("lead_rejected", 1, ["1"]),
        ("sequence_trigger_blank", 1, ["1"]),
    ]


def test_nothing_is_found_of_what_is_archived(world: World) -> None:
    world.tenant()
    world.device()
    changes = {
        "COMMA": "trigger = 'a,b'",
        "BROKEN": "next_trigger = 'nowhere'",
        "LINKED": "next_trigger = 'broken'",
        "CIRCLE": "next_trigger = 'circle'",
        "TIMED": "time_schedule = 'noon'",
        "DELAYED": "trigger_delay_hours = -1",
    }
    for number, (name, change) in enumerate(changes.items(), start=51):
        world.sequence(name, sequence=UUID(int=number), steps=1)
        table, key = "sequence_steps", "sequence_id"
        if name == "COMMA":
            table, key = "sequences", "id"
        world.execute(
            f"update {table} set {change} where {key} = %s",  # noqa: S608
            UUID(int=number),
        )
    world.now("0:00")
    assert len(findings(world)) == len(changes) - 1  # BROKEN is active
    world.execute(
        "update sequences set status = 'archived', is_active = false"
    )
    assert findings(world) == []
