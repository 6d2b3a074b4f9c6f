"""A database, a clock and a scripted gateway: where a history happens.

Builds are dbt's own, in this process, or what dbt said before is said again;
sending is the dispatcher's own, over HTTP. Times are T0 + h:mm, as
HISTORIES.md writes them.
"""

import asyncio
import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg import sql

from dispatcher.config import Config, GatewaySettings, Settings
from dispatcher.dbt_build import BuildReport, Project, build, code_hash
from dispatcher.demo.gateway import SimulatedGateway
from dispatcher.demo.script import Rule, Script
from dispatcher.domain import Claim
from dispatcher.limits import Limits
from dispatcher.profile import Profile
from dispatcher.sending import open_store, send
from dispatcher.store.connect import connect
from dispatcher.summary import Summary
from tests.dispatcher.integration.lean import lean
from tests.dispatcher.integration.tape import SHELF

if TYPE_CHECKING:
    from dispatcher.demo.received import Received

ROOT = Path(__file__).parents[3]
T0 = datetime(2026, 3, 2, 2, tzinfo=UTC)
TENANT, OTHER_TENANT, NOBODY = UUID(int=1), UUID(int=2), UUID(int=3)
DEVICE, OTHER_DEVICE = UUID(int=11), UUID(int=12)
WARM, HOT = UUID(int=21), UUID(int=22)
# Sequences with a policy of their own, as people give them one: by the seed
CONTINUE, HOLD, RESEND = UUID(int=23), UUID(int=24), UUID(int=25)
POLICIES = {
    CONTINUE: {"on_failure": "continue"},
    HOLD: {"on_unknown": "hold"},
    RESEND: {"on_unknown": "resend"},
}
PHONE, OTHER_PHONE = "60111000001", "60111000002"
RETRYABLE = Rule(do="refused_by_whatsapp")
SILENT = Rule(do="hang", accepted=True)

# A part of what dbt parsed, so one name spares each test a whole parse
DATABASE = "drip_world"
TARGET = "drip"
PARSED_VARS = ("app_schema", "legacy_schema")
_FAST = {
    "DBT_LOG_LEVEL_FILE": "none",
    "DBT_WRITE_JSON": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
}

_SERVER = ("host", "port")

Server = dict[str, str | int]


def at(moment: str) -> datetime:
    """Return T0 + h:mm or h:mm:ss."""
    hours, minutes, *seconds = (int(part) for part in moment.split(":"))
    rest = seconds[0] if seconds else 0
    return T0 + timedelta(hours=hours, minutes=minutes, seconds=rest)


def since_t0(value: object) -> Any:
    """Write a time as T0 + h:mm; leave everything else alone."""
    if not isinstance(value, datetime):
        return value
    minutes, seconds = divmod(round((value - T0).total_seconds()), 60)
    text = f"{minutes // 60}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def profile_of(server: Server, database: str = DATABASE) -> Profile:
    return Profile(
        name="drip",
        target="test",
        schema=TARGET,
        conninfo={**server, "dbname": database},
    )


def recreate(server: Server, name: str, template: str) -> None:
    """Make a database anew as a copy of another that nobody uses."""
    with closing(connect(profile_of(server, "postgres"))) as admin:
        admin.autocommit = True
        for statement, names in (
            ("drop database if exists {} with (force)", [name]),
            ("create database {} template {}", [name, template]),
        ):
            identifiers = map(sql.Identifier, names)
            admin.execute(sql.SQL(statement).format(*identifiers))


def copy_project(target: Path, server: Server) -> Project:
    """Copy what dbt reads, so that edits there and here do not meet."""
    for name in ("models", "macros", "seeds", "tests/dbt"):
        shutil.copytree(ROOT / name, target / name)
    shutil.copy(ROOT / "dbt_project.yml", target)
    output = {
        "type": "postgres",
        "host": server["host"],
        "port": server["port"],
        "user": server["user"],
        "password": "",
        "dbname": DATABASE,
        "schema": TARGET,
        "threads": 2,
    }
    profile = {"target": "test", "outputs": {"test": output}}
    (target / "profiles.yml").write_text(json.dumps({"drip": profile}))
    write_policies(target / "seeds/sequence_policies.csv")
    return Project(target, target)


def write_policies(file: Path) -> None:
    """Add the tests' policies below the columns that the seed has."""
    columns = file.read_text().splitlines()[0].split(",")
    with file.open("w") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        for sequence, policies in POLICIES.items():
            writer.writerow({"sequence_id": sequence, **policies})


def environment(
    project: Project, dbt_vars: dict[str, object] | None = None
) -> dict[str, str]:
    """Keep what dbt parsed: where sources are is a part of that."""
    places = [(dbt_vars or {}).get(name) for name in PARSED_VARS]
    name = sha256(json.dumps(places).encode()).hexdigest()[:8]
    folder = project.project_dir / f"target_{name}"
    return {
        **_FAST,
        "DBT_TARGET_PATH": str(folder),
        "DBT_LOG_PATH": str(folder),
    }


def dbt_build(
    project: Project,
    *,
    with_unit_tests: bool = False,
    select: list[str] | None = None,
    dbt_vars: dict[str, object] | None = None,
) -> BuildReport:
    """Build in this process."""
    with lean(environment(project, dbt_vars)):
        return build(
            project,
            with_unit_tests=with_unit_tests,
            dbt_vars=dbt_vars,
            select=select,
        )


def dbt(project: Project, *args: str) -> Any:
    """Run any command of dbt in this process; return its result."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  # takes a second

    with lean(environment(project)):
        return dbtRunner().invoke(["--quiet", *args, *_options(project)])


def seed(
    project: Project,
    *options: str,
    dbt_vars: dict[str, object] | None = None,
) -> str:
    """Load the seeds; return what was wrong with them, nothing if all is well.

    Without the hash of the code, so that a changed seed is no whole parse.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  # takes a second

    arguments = ["--quiet", "seed", *project.arguments(), *options]
    arguments += ["--vars", json.dumps(dbt_vars or {})]
    with lean(environment(project, dbt_vars)):
        outcome: Any = dbtRunner().invoke(arguments)
    if outcome.exception:
        raise outcome.exception
    results = outcome.result.results
    return "\n".join(
        found.message for found in results if found.status == "error"
    )


@contextmanager
def dbt_process(
    project: Project, *args: str
) -> Iterator[subprocess.Popen[str]]:
    """Run dbt in a process of its own, ended when the block ends."""
    process = subprocess.Popen(
        [Path(sys.executable).parent / "dbt", *args, *_options(project)],
        env={**os.environ, **environment(project)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _options(project: Project) -> list[str]:
    """Return the connection and the same vars as those of a plain build."""
    hashed = {"code_hash": code_hash(project.project_dir)}
    return [*project.arguments(), "--vars", json.dumps(hashed)]


class World:
    """One test's database with what happens in it.

    Its builds are said again where dbt said the same before (tape.py), except
    in a test of dbt itself.
    """

    is_built_by_dbt = False

    def __init__(
        self,
        profile: Profile,
        project: Project,
        connection: psycopg.Connection,
    ) -> None:
        self.profile = profile
        self.project = project
        self.connection = connection
        self.received: list[Received] = []

    # the clock and the CRM's tables

    def now(self, moment: str) -> None:
        """Stop the clock of the system at T0 + h:mm."""
        self.connection.execute(
            sql.SQL(
                "create or replace function dispatch.now_utc()"
                " returns timestamptz language sql stable parallel safe"
                " return {}::timestamptz"
            ).format(sql.Literal(at(moment).isoformat()))
        )

    def execute(self, statement: str, *values: object) -> None:
        self.connection.execute(statement.encode(), values)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return rows with their times written as T0 + h:mm."""
        found = self.connection.execute(query.encode(), values).fetchall()
        return [tuple(since_t0(value) for value in row) for row in found]

    def value(self, query: str, *values: object) -> Any:
        ((found,),) = self.rows(query, *values)
        return found

    def hold_policies(self) -> None:
        """Give each row of the seed its sequence, archived by nobody."""
        self.tenant(NOBODY)
        for sequence in POLICIES:
            self.sequence(str(sequence), sequence=sequence, user=NOBODY)
        self.execute(
            "update public.sequences set status = 'archived',"
            " is_active = false"
        )

    def trust_unit_tests(self) -> None:
        """Record that they passed for the project's code."""
        self.execute(
            "insert into dispatch.pipeline_runs (invocation_id,"
            " target_schema, app_schema, command, writes_queue, status,"
            " code_hash, unit_tests_passed, started_at, expires_at,"
            " finished_at) values ('unit tests', 'elsewhere', 'public',"
            " 'build', false, 'passed', %s, true, now(), now(), now())",
            code_hash(self.project.project_dir),
        )

    def tenant(self, user: UUID = TENANT) -> None:
        self.execute(
            "insert into public.users (id, email, full_name, password_hash)"
            " values (%s, %s, 'Tenant', '-')",
            *(user, f"{user.int}@example.org"),
        )

    def device(
        self,
        device: UUID = DEVICE,
        user: UUID = TENANT,
        platform: str | None = None,
    ) -> None:
        self.execute(
            "insert into public.user_devices (id, user_id, device_name, jid,"
            " platform, min_delay_seconds, max_delay_seconds)"
            " values (%s, %s, %s, %s, %s, 0, 0)",
            *(device, user, f"Device {device.int}", address(device), platform),
        )

    def sequence(
        self,
        name: str = "WARM",
        *,
        sequence: UUID = WARM,
        user: UUID = TENANT,
        steps: int = 3,
        trigger: str | None = None,
    ) -> None:
        """Create a sequence of that many steps, a day apart, no gaps."""
        self.execute("delete from public.sequences where id = %s", sequence)
        self.execute(
            "insert into public.sequences (id, user_id, name, trigger,"
            " status, min_delay_seconds, max_delay_seconds)"
            " values (%s, %s, %s, %s, 'active', 0, 0)",
            *(sequence, user, name, name if trigger is None else trigger),
        )
        self.execute(
            "insert into public.sequence_steps (id, sequence_id, day_number,"
            " trigger, trigger_delay_hours, is_entry_point, content,"
            " min_delay_seconds, max_delay_seconds)"
            " select lpad(to_hex(%s * 100 + day), 32, '0')::uuid, %s, day,"
            " case day when 1 then 'cold_start' end, 24, day = 1,"
            " format('%%s, day %%s', %s::text, day), 0, 0"
            " from generate_series(1, %s) as day",
            *(sequence.int, sequence, name, steps),
        )

    def lead(
        self,
        phone: str | None = PHONE,
        trigger: str | None = "WARM",
        *,
        device: UUID = DEVICE,
        user: UUID = TENANT,
        created_at: str = "0:00",
    ) -> int:
        return int(
            self.value(
                "insert into public.leads (user_id, device_id, name, phone,"
                " trigger, created_at) values (%s, %s, 'Lead', %s, %s,"
                " %s::timestamptz at time zone 'UTC') returning id",
                *(user, device, phone, trigger, at(created_at)),
            )
        )

    def leads(
        self, number: int, *, trigger: str = "WARM", device: UUID = DEVICE
    ) -> None:
        """Add that many leads with numbers from 60111000001 on."""
        self.execute(
            "insert into public.leads (user_id, device_id, name, phone,"
            " trigger) select %s, %s, 'Lead', 60111000000 + n, %s"
            " from generate_series(1, %s) as n",
            *(TENANT, device, trigger, number),
        )

    def warm(self, sequence: UUID = WARM) -> None:
        """Set up what every history starts from."""
        self.tenant()
        self.device()
        self.sequence(sequence=sequence)
        self.lead()

    def suppress(self, moment: str, kind: str = "opt_out") -> None:
        self.now(moment)
        self.execute(
            "insert into dispatch.suppressions (user_id, phone, kind, source)"
            " values (%s, %s, %s, 'test')",
            *(TENANT, PHONE, kind),
        )

    # what people and machines do

    def build(
        self,
        moment: str | None = None,
        *,
        select: list[str] | None = None,
        dbt_vars: dict[str, object] | None = None,
    ) -> None:
        """Build the queue without unit tests, which passed before."""
        if moment is not None:
            self.now(moment)

        def by_dbt() -> None:
            dbt_build(self.project, select=select, dbt_vars=dbt_vars)

        if self.is_built_by_dbt:
            by_dbt()
        else:
            code = code_hash(self.project.project_dir)
            server = {name: self.profile.conninfo[name] for name in _SERVER}
            SHELF.build_again(
                json.dumps([code, select, dbt_vars]), server, by_dbt
            )

    def dispatch(
        self,
        moment: str,
        *rules: Rule,
        timeout_seconds: float = 5,
        limits: Limits = Limits(),  # noqa: B008  # immutable
    ) -> Summary:
        """Send what is due through a gateway that follows ``rules``."""
        self.now(moment)
        return asyncio.run(self._dispatch(rules, timeout_seconds, limits))

    async def _dispatch(
        self, rules: tuple[Rule, ...], timeout_seconds: float, limits: Limits
    ) -> Summary:
        async with SimulatedGateway(Script(rules=list(rules))) as gateway:
            config = config_for(gateway.base_url, timeout_seconds)
            try:
                return await send(self.profile, config, limits)
            finally:
                self.received += gateway.log

    # what came of it

    def contacts(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return steps in order, each its number and those columns."""
        return self.rows(
            f"select current_step, {', '.join(columns)}"  # noqa: S608
            " from drip.sequence_contacts order by contact_phone, chain_no"
        )

    def monitor(self, *columns: str) -> list[tuple[Any, ...]]:
        return self.rows(
            f"select current_step, {', '.join(columns)}"  # noqa: S608
            " from drip.sequence_progress_monitor"
            " order by contact_phone, chain_no"
        )

    def due(self) -> list[tuple[Any, ...]]:
        """Return day_number, attempt_no and is_resend of what is due."""
        return self.rows(
            "select day_number, attempt_no, is_resend from drip.due_steps"
            " order by recipient_phone, day_number"
        )

    def ledger(self, *columns: str) -> list[tuple[Any, ...]]:
        return self.rows(
            f"select {', '.join(columns)}"  # noqa: S608
            " from dispatch.broadcast_messages"
            " order by recipient_phone, day_number, attempt_no"
        )

    def gate(self, max_age_minutes: int = 360) -> list[str]:
        """Return why the gate is closed; nothing when it is open."""
        found = self.rows(
            "select reason from dispatch.gate(%s, %s, '{1}')",
            *(TARGET, max_age_minutes),
        )
        return [reason for (reason,) in found]

    def texts(self) -> list[tuple[str, str]]:
        """Return what the gateway got: number and text."""
        return [(item.phone, item.text) for item in self.received]


def address(device: UUID) -> str:
    return f"6012{device.int:07}:1@s.whatsapp.net"


async def claim_and_vanish(world: World) -> list[Claim]:
    """Claim all that can be as the runner does, then do nothing any more."""
    config = config_for("http://127.0.0.1:9")
    async with open_store(world.profile, config) as store:
        build = await store.ledger.open_gate()
        found = await store.ledger.sendable_devices()
        devices = [item.device for item in found]
        await store.leases.take([device.key for device in devices], 60)
        return await store.ledger.claim(devices, build, 20)


def config_for(base_url: str, timeout_seconds: float = 5) -> Config:
    return Config(
        gateways={
            "native": GatewaySettings(definition="gowa", base_url=base_url)
        },
        dispatcher=Settings(
            request_timeout_seconds=timeout_seconds, lease_seconds=60
        ),
    )
