"""A seed that says what it may not stops the build and is told why."""

import csv
from collections.abc import Iterator, Mapping
from uuid import UUID

import pytest

from dispatcher.dbt_build import Project
from dispatcher.domain import Fault
from tests.dispatcher.integration.harness import (
    CONTINUE,
    HOLD,
    RESEND,
    ROOT,
    WARM,
    Server,
    World,
    copy_project,
    seed,
)

Row = Mapping[str, str]


@pytest.fixture(scope="module")
def parsed(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """Return a copy of the project whose seeds are edited."""
    return copy_project(tmp_path_factory.mktemp("policies"), server)


@pytest.fixture
def project(parsed: Project, world: World) -> Iterator[Project]:
    """Yield the project with the seeds as they are; a world to load them."""
    yield parsed
    for file in ROOT.glob("seeds/*.csv"):
        (parsed.project_dir / "seeds" / file.name).write_text(file.read_text())


def header(name: str) -> list[str]:
    return (ROOT / "seeds" / name).read_text().splitlines()[0].split(",")


def write(
    project: Project,
    *rows: Row,
    columns: list[str] | None = None,
    name: str = "sequence_policies.csv",
) -> None:
    """Write the seed anew: its columns, and these rows."""
    with (project.project_dir / "seeds" / name).open("w") as out:
        writer = csv.DictWriter(out, columns or header(name))
        writer.writeheader()
        writer.writerows(rows)


def policy(sequence: object = HOLD, **cells: str) -> Row:
    return {"sequence_id": str(sequence), **cells}


def problems(message: str) -> list[str]:
    """Return the lines that name what is wrong, and the cure after them."""
    lines = [line.strip() for line in message.splitlines()[1:]]
    return lines[: lines.index("")]


CURE = (
    "Correct seeds/sequence_policies.csv (a var: dbt_project.yml), then dbt"
    " build."
)
COUNT = "a whole number from 1 to 999999"
CAP = COUNT + "999 (to send nothing: dispatcher pause)"
CHOICES = {
    "trigger_match": "exact or contains",
    "on_failure": "stop or continue",
    "on_unknown": "assume_sent, hold or resend",
    "on_undelivered": "fail or retry",
    "on_late": "send or skip",
    "advance_on": "sent or delivered",
    "on_reply": "exit or ignore",
    "on_retag": "ignore or exit",
    "on_edit": "follow or pin",
    "device_assignment": "lead or least_loaded",
}
WRITTEN = {
    "unknown_grace_minutes": ("-1", "a whole number to 999999"),
    "late_after_hours": ("1.5", "a whole number to 999999"),
    "receipt_deadline_hours": ("1000000", "a whole number to 999999"),
    "reentry_after_days": ("never", "a whole number to 999999"),
    "one_open_enrollment": ("yes", "true or false"),
    "time_zone": ("GMT+8", "an IANA name such as Asia/Kuala_Lumpur"),
    "quiet_from": ("9:00", "HH:MM, 00:00 to 23:59"),
    "quiet_until": ("24:00", "HH:MM, 00:00 to 23:59"),
    "skip_weekends": ("1", "true or false"),
}


def test_every_column_has_a_rule() -> None:
    assert {"sequence_id", *CHOICES, *WRITTEN} == set(
        header("sequence_policies.csv")
    )


def test_unknown_word_is_told_with_the_known_ones(project: Project) -> None:
    write(project, policy(**dict.fromkeys(CHOICES, "maybe")))
    assert problems(seed(project)) == [
        *(
            f"row 2, column {column}: 'maybe', expected {expected}"
            for column, expected in CHOICES.items()
        ),
        CURE,
    ]


def test_unreadable_value_is_told_with_its_form(project: Project) -> None:
    cells = {column: value for column, (value, _) in WRITTEN.items()}
    write(project, policy(CONTINUE), policy(**cells))
    assert problems(seed(project)) == [
        *(
            f"row 3, column {column}: '{value}', expected {expected}"
            for column, (value, expected) in WRITTEN.items()
        ),
        CURE,
    ]


def test_rows_are_judged_as_a_whole(project: Project) -> None:
    """Sequences that exist, each once, and whole quiet hours."""
    gone = "00000000-0000-0000-0000-00000000dead"
    write(
        project,
        policy(CONTINUE, quiet_from="21:00"),
        policy(HOLD, quiet_until="08:00"),
        policy(RESEND, quiet_from="08:00", quiet_until="08:00"),
        policy(str(RESEND).upper()),
        policy(gone),
        policy("WARM"),
        policy("", on_failure="stop"),
    )
    absent = "is not in public.sequences, and never was when a build ran;"
    assert problems(seed(project)) == [
        f"row 5, column sequence_id: '{RESEND}' stands in row 4 already",
        "row 8, column sequence_id: is blank, expected the id of a sequence",
        (
            "row 2, column quiet_until: is blank, expected HH:MM beside"
            " quiet_from"
        ),
        (
            "row 3, column quiet_from: is blank, expected HH:MM beside"
            " quiet_until"
        ),
        (
            "row 4, column quiet_until: '08:00', expected another time than"
            " quiet_from"
        ),
        f"row 6, column sequence_id: '{gone}' {absent} correct or remove it",
        f"row 7, column sequence_id: 'WARM' {absent} correct or remove it",
        CURE,
    ]


# agate warns of what is then told in full
@pytest.mark.filterwarnings("ignore:.on_late. does not match the name")
def test_columns_are_those_of_the_documents(project: Project) -> None:
    columns = header("sequence_policies.csv")
    changed = [name.replace("on_late", "on_early") for name in columns]
    write(project, policy(on_early="send"), columns=changed)
    assert problems(seed(project)) == [
        "row 1, column on_early: is not known, expected " + ", ".join(columns),
        "row 1, column on_late: is missing",
        CURE,
    ]


def test_ten_problems_are_told_and_the_rest_counted(project: Project) -> None:
    write(project, *[policy(HOLD, on_late="no")] * 7)  # six are repeats
    found = problems(seed(project))
    assert len(found) == 12
    assert found[-2:] == ["and 3 more", CURE]


def test_a_default_is_held_to_the_same_rules(project: Project) -> None:
    write(project)
    found = seed(
        project,
        dbt_vars={
            "on_late": "never",
            "late_after_hours": None,
            "one_open_enrollment": 1,
            "time_zone": "Mars/Base",
            "quiet_from": "21:00",
        },
    )
    assert problems(found) == [
        "var on_late: 'never', expected send or skip",
        "var late_after_hours: is blank, expected a whole number to 999999",
        "var one_open_enrollment: '1', expected true or false",
        (
            "var time_zone: 'Mars/Base', expected an IANA name such as"
            " Asia/Kuala_Lumpur"
        ),
        "var quiet_until: is blank, expected HH:MM beside quiet_from",
        CURE,
    ]


def test_the_numbers_of_the_project_are_held_to_rules(
    project: Project,
) -> None:
    write(project)
    assert problems(
        seed(
            project,
            dbt_vars={
                "default_delay_hours": 1.5,
                "longest_delay_hours": 0,
                "max_attempts": 0,
                "match_all_hours": 0,
                "device_hourly_cap": 0,
                "device_daily_cap": None,
                "build_lock_minutes": 0,
            },
        )
    ) == [
        "var default_delay_hours: '1.5', expected a whole number to 999999",
        f"var longest_delay_hours: '0', expected {COUNT}",
        f"var max_attempts: '0', expected {COUNT}",
        "var match_all_hours: '0', expected a number above 0, below 1000000",
        f"var device_hourly_cap: '0', expected {CAP}",
        f"var device_daily_cap: is blank, expected {CAP}",
        f"var build_lock_minutes: '0', expected {COUNT}",
        CURE,
    ]


def test_a_step_without_a_delay_waits_no_longer_than_any(
    project: Project,
) -> None:
    write(project)
    hours = {"default_delay_hours": 48, "match_all_hours": 0.5}
    assert problems(
        seed(project, dbt_vars={**hours, "longest_delay_hours": 47})
    ) == [
        (
            "var default_delay_hours: '48', expected at most"
            " longest_delay_hours, 47"
        ),
        CURE,
    ]
    assert seed(project, dbt_vars={**hours, "longest_delay_hours": 48}) == ""


def test_a_bad_seed_leaves_the_last_good_one(
    project: Project, world: World
) -> None:
    good = {
        "trigger_match": "contains",
        "unknown_grace_minutes": "0",
        "reentry_after_days": "999999",
        "one_open_enrollment": "TRUE",
        "time_zone": "Europe/Berlin",
        "quiet_from": "23:59",
        "quiet_until": "00:00",
    }
    write(project, policy(HOLD, **good))
    assert seed(project) == ""
    write(project, policy(HOLD, on_late="never"))
    assert seed(project)
    columns = ", ".join(good)
    assert world.rows(f"select {columns} from drip.sequence_policies") == [  # noqa: S608
        tuple(good.values())
    ]


def test_a_policy_of_a_deleted_sequence_stops_no_build(
    project: Project, world: World
) -> None:
    """Who deletes a sequence is a tenant, who keeps the seed an analyst."""
    world.warm()
    world.build("0:00")
    world.execute("delete from public.sequences where id = %s", WARM)
    write(project, policy(WARM, on_late="skip"))
    assert seed(project) == ""
    write(project, policy(WARM), policy(UUID(int=99)))
    assert "row 3, column sequence_id: " in seed(project)


def test_a_policy_of_a_deleted_draft_stops_no_build(
    project: Project, world: World
) -> None:
    """Without steps no build records it; the seed was loaded with it."""
    world.tenant()
    world.sequence(steps=0)
    write(project, policy(WARM))
    assert seed(project) == ""
    world.execute("delete from public.sequences where id = %s", WARM)
    write(project, policy(WARM, on_late="skip"))
    assert seed(project) == ""
    assert seed(project, "--full-refresh") == ""


def test_a_schema_of_the_crm_may_have_capitals(
    project: Project, world: World
) -> None:
    world.execute('create schema "Crm"')
    world.execute('create table "Crm".sequences as table public.sequences')
    write(project, policy(HOLD))
    moved = {"app_schema": "Crm", "accept_app_schema": True}
    assert seed(project, dbt_vars=moved) == ""


def test_an_older_table_is_told_how_to_renew(
    project: Project, world: World
) -> None:
    write(project, policy(HOLD))
    world.execute("alter table drip.sequence_policies drop column on_late")
    found = seed(project)
    assert 'Table "drip_world"."drip"."sequence_policies"' in found
    assert "no column on_late. Run dbt seed --full-refresh" in found
    assert seed(project, "--full-refresh") == ""


def test_fault_policies_are_held_to_their_rules(project: Project) -> None:
    good = {"uses_attempt": "true", "retry_minutes": "{5,30}", "cure": "none"}
    good |= {"ends_enrollment": "false"}
    known = [fault for fault in Fault if fault is not Fault.UNCLASSIFIED]
    rows: list[dict[str, str]] = [
        {"fault_class": fault, **good} for fault in known
    ]
    rows[0] |= {"uses_attempt": "maybe", "retry_minutes": "5,30"}
    rows[1] |= {"ends_enrollment": "", "breaker_scope": "tenant"}
    rows[2] |= {"cool_down_minutes": "-5", "cure": ""}
    rows[3]["fault_class"] = "TIRED"
    rows[4]["fault_class"] = "RECIPIENT_INVALID"
    write(project, *rows, name="fault_policies.csv")
    found = problems(seed(project, "--select", "fault_policies"))
    assert found == [
        "row 2, column uses_attempt: 'maybe', expected true or false",
        (
            "row 2, column retry_minutes: '5,30', expected whole numbers such"
            " as {5,30}, or {}"
        ),
        "row 3, column ends_enrollment: is blank, expected true or false",
        "row 3, column breaker_scope: 'tenant', expected device or gateway",
        (
            "row 4, column cool_down_minutes: '-5', expected a whole number to"
            " 999999"
        ),
        "row 4, column cure: is blank, expected what mends it",
        "row 5, column fault_class: 'TIRED', expected "
        + ", ".join(list(Fault)[:-1])
        + " or UNCLASSIFIED",
        (
            "row 6, column fault_class: 'RECIPIENT_INVALID' stands in row 2"
            " already"
        ),
        (
            "row 3, column cool_down_minutes: expected minutes beside a"
            " breaker_scope, and none without"
        ),
        (
            "row 3, column longest_cool_down_minutes: expected minutes beside"
            " a breaker_scope, and none without"
        ),
        "and 4 more",
        CURE.replace("sequence_policies", "fault_policies"),
    ]


def test_a_gateway_s_breaker_says_how_many_devices_open_it(
    project: Project,
) -> None:
    row = {"uses_attempt": "true", "retry_minutes": "{}", "cure": "none"}
    row |= {"ends_enrollment": "false", "cool_down_minutes": "1"}
    row |= {"longest_cool_down_minutes": "2", "breaker_scope": "gateway"}
    rows = [{"fault_class": fault, **row} for fault in Fault]
    for good in rows[3:]:
        good["devices_to_open"] = "1"
    rows[1]["devices_to_open"] = "0"
    rows[2] |= {"devices_to_open": "2", "breaker_scope": "device"}
    write(project, *rows, name="fault_policies.csv")
    assert problems(seed(project, "--select", "fault_policies")) == [
        (
            "row 3, column devices_to_open: '0', expected a whole number from"
            " 1 to 999999"
        ),
        *(
            f"row {number}, column devices_to_open: expected a number beside"
            " breaker_scope gateway, and none without"
            for number in (2, 4)
        ),
        CURE.replace("sequence_policies", "fault_policies"),
    ]
