"""The ledger's constraints, and the claim as the last word (guarantee 7)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from dispatcher import __version__
from dispatcher.claims import Claims
from dispatcher.config import Config
from dispatcher.domain import Claim, Device, Fault, Outcome, Result
from dispatcher.errors import (
    DatabaseAwayError,
    GateClosedError,
    LedgerError,
    ValuesRefusedError,
)
from dispatcher.policy import Finished, Settlement
from dispatcher.recorder import Recorder
from dispatcher.sending import open_store
from dispatcher.store.connect import connect, open_pool
from dispatcher.store.leases import LeaseTable
from dispatcher.store.ledger import Build, Ledger
from dispatcher.store.outcomes import Outcomes, Recorded
from tests.dispatcher.integration.harness import (
    DEVICE,
    OTHER_DEVICE,
    OTHER_PHONE,
    PHONE,
    RETRYABLE,
    TENANT,
    WARM,
    World,
    address,
    config_for,
)

SENT = Settlement("sent", is_final=False, cool_down_seconds=0)
ACCEPTED = Outcome(Result.ACCEPTED, provider_message_id="3EB0", answer={})

# constraints


def attempt(**changes: object) -> dict[str, Any]:
    """Return a ledger row that is allowed, with changes."""
    return {
        "user_id": TENANT,
        "enrollment_id": UUID(int=31),
        "sequence_id": WARM,
        "sequence_stepid": UUID(int=41),
        "attempt_no": 1,
        "day_number": 1,
        "definition_hash": UUID(int=51),
        "device_id": DEVICE,
        "gateway": "native",
        "recipient_phone": PHONE,
        "message_type": "text",
        "content": "Hello",
        "claimed_at": "2026-03-02",
        "deadline_at": "2026-03-03",
        "gap_seconds": 0,
        "lease_owner": "me",
        "lease_epoch": 1,
        "dispatcher_version": "0",
        "invocation_id": "0",
        **changes,
    }


def settled(status: str, **changes: object) -> dict[str, Any]:
    return attempt(
        status=status,
        finished_at="2026-03-02",
        **{
            "sent": {"sent_at": "2026-03-02"},
            "failed": {"fault_class": "F", "error_message": "E"},
        }.get(status, {}),
        **changes,
    )


def insert(world: World, row: dict[str, Any]) -> None:
    world.execute(
        f"insert into dispatch.broadcast_messages ({', '.join(row)})"  # noqa: S608
        f" values ({', '.join(['%s'] * len(row))})",
        *row.values(),
    )


def test_one_attempt_has_one_row(warm: World) -> None:
    insert(warm, settled("failed"))
    with pytest.raises(errors.UniqueViolation, match="sequence_stepid_at_key"):
        insert(warm, settled("failed"))
    insert(warm, settled("failed", attempt_no=2))
    insert(warm, settled("failed", enrollment_id=UUID(int=32)))
    insert(warm, settled("failed", sequence_stepid=UUID(int=42)))


@pytest.mark.parametrize("first", ["sending", "sent", "unknown"])
@pytest.mark.parametrize("second", ["sending", "sent", "unknown"])
def test_what_may_have_arrived_stands_once_per_step(
    warm: World, first: str, second: str
) -> None:
    def row(status: str, **changes: object) -> dict[str, Any]:
        if status == "sending":
            return attempt(**changes)
        return settled(status, **changes)

    insert(warm, row(first))
    for device in (DEVICE, OTHER_DEVICE):
        with pytest.raises(errors.UniqueViolation, match="messages_once"):
            insert(warm, row(second, attempt_no=2, device_id=device))
    insert(warm, row(second, attempt_no=2, is_resend=True))


@pytest.mark.parametrize("first", ["failed", "released"])
def test_what_was_not_sent_leaves_room_for_the_next(
    warm: World, first: str
) -> None:
    insert(warm, settled(first))
    insert(warm, attempt(attempt_no=2))


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (settled("unknown") | {"status": "delivered"}, "status_is_known"),
        (attempt(attempt_no=0), "attempt_no_starts_at_one"),
        (attempt(recipient_phone="0111000001"), "recipient_phone_is_digits"),
        (attempt(recipient_phone="+60111000001"), "recipient_phone_is_digits"),
        (attempt(recipient_phone="6011100"), "recipient_phone_is_digits"),
        (attempt(gap_seconds=-1), "gap_is_not_negative"),
        (attempt(deadline_at="2026-03-02"), "deadline_follows_claim"),
        (attempt(finished_at="2026-03-02"), "sending_has_no_outcome"),
        (attempt(status="unknown"), "sending_has_no_outcome"),
        (settled("sent") | {"sent_at": None}, "sent_has_a_time"),
        (settled("unknown", sent_at="2026-03-02"), "sent_has_a_time"),
        (settled("sent", fault_class="F"), "sent_has_no_error"),
        (settled("sent", error_message="E"), "sent_has_no_error"),
        (settled("failed") | {"fault_class": None}, "failed_has_a_fault"),
        (settled("failed") | {"error_message": None}, "failed_has_a_fault"),
        (attempt(is_resend=True), "resend_is_a_later_attempt"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(
    warm: World, row: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(errors.CheckViolation, match=constraint):
        insert(warm, row)


@pytest.mark.parametrize(
    "column",
    [
        *("user_id", "enrollment_id", "sequence_id", "sequence_stepid"),
        *("definition_hash", "device_id", "recipient_phone", "content"),
        *("lease_owner", "lease_epoch", "dispatcher_version"),
        "invocation_id",
    ],
)
def test_a_row_says_what_it_is_of_and_who_wrote_it(
    warm: World, column: str
) -> None:
    with pytest.raises(errors.NotNullViolation, match=column):
        insert(warm, attempt(**{column: None}))


# claims


@dataclass
class Process:
    """A dispatcher process as far as it speaks to the database."""

    ledger: Ledger
    leases: LeaseTable
    outcomes: Outcomes
    build: Build

    async def lease(self, *devices: UUID, seconds: float = 60) -> None:
        keys = [(TENANT, device) for device in devices]
        assert await self.leases.take(keys, seconds) == set(keys)

    async def claim(self, *devices: UUID) -> list[Claim]:
        return await self.ledger.claim(
            [
                Device(TENANT, device, "native", address(device))
                for device in devices
            ],
            self.build,
            20,
        )

    async def record(
        self, claim: Claim, outcome: Outcome, settlement: Settlement
    ) -> list[Recorded]:
        now = time.monotonic()
        finished = Finished(claim, outcome, settlement, now)
        return await self.outcomes.record([finished])


CONFIG: Config = config_for("http://127.0.0.1:9")


@asynccontextmanager
async def process(world: World) -> AsyncIterator[Process]:
    async with open_store(world.profile, CONFIG) as store:
        build = await store.ledger.open_gate()
        yield Process(store.ledger, store.leases, store.outcomes, build)


async def test_a_claim_stands_in_the_ledger_before_the_send(
    warm: World,
) -> None:
    warm.now("0:05")
    async with process(warm) as one:
        await one.lease(DEVICE)
        (claim,) = await one.claim(DEVICE)
    assert warm.ledger(
        *("id", "status", "attempt_no", "content", "recipient_phone"),
        *("claimed_at", "deadline_at", "invocation_id", "finished_at"),
        "dispatcher_version",
        "lease_owner = (select owner from dispatch.device_leases)",
        "system_identifier = dispatch.system_identifier()",
    ) == [
        (
            *(claim.message.message_id, "sending", 1, "WARM, day 1", PHONE),
            *("0:05", "0:05:20", one.build.invocation_id, None),
            *(__version__, True, True),
        )
    ]


async def test_commits_wait_for_the_disk_where_the_server_does_not(
    warm: World,
) -> None:
    show = "show synchronous_commit"
    assert warm.value(show) == "off"
    async with (
        await open_pool(warm.profile, 1) as pool,
        pool.connection() as connection,
    ):
        cursor = await connection.execute(show)
        assert await cursor.fetchone() == ("on",)


async def test_a_claim_waits_for_the_one_before_and_sees_it(
    warm: World,
) -> None:
    async with process(warm) as one:
        await one.lease(DEVICE)
        with closing(connect(warm.profile)) as holder:
            holder.execute("select from dispatch.device_leases for update")
            both = asyncio.gather(one.claim(DEVICE), one.claim(DEVICE))
            await asyncio.sleep(0.5)
            assert not both.done()
        claims = await both
    assert sorted(map(len, claims)) == [0, 1]
    assert len(warm.ledger("id")) == 1


async def test_a_device_has_one_message_in_flight(warm: World) -> None:
    warm.lead(OTHER_PHONE)
    warm.build("0:01")
    async with process(warm) as one:
        await one.lease(DEVICE)
        assert len(await one.claim(DEVICE)) == 1
        assert await one.claim(DEVICE) == []


async def test_an_opt_out_before_the_claims_statement_wins(
    warm: World,
) -> None:
    """Also when the transaction of the claim began before it."""
    async with held_up(warm) as claiming:
        warm.suppress("0:01")
    assert await claiming == []
    assert warm.ledger("id") == []


async def test_a_gate_closed_before_the_claims_statement_wins(
    warm: World,
) -> None:
    async with held_up(warm) as claiming:
        warm.execute(
            "insert into dispatch.operator_requests"
            " (kind, reason, requested_by) values ('pause', 'test', 'test')"
        )
    with pytest.raises(GateClosedError, match="switched_off"):
        await claiming
    assert warm.ledger("id") == []


async def test_a_lease_that_ends_too_soon_is_not_claimed_for(
    warm: World,
) -> None:
    """The claim takes what it has locked, not what it has."""
    async with process(warm) as one:
        await one.lease(DEVICE, seconds=10)
        assert await one.claim(DEVICE) == []
        await one.lease(DEVICE)
        assert len(await one.claim(DEVICE)) == 1


@asynccontextmanager
async def held_up(world: World) -> AsyncIterator[asyncio.Future[list[Claim]]]:
    """Yield a claim that waits for its leases until the end."""
    async with process(world) as one:
        await one.lease(DEVICE)
        with closing(connect(world.profile)) as holder:
            holder.execute("select from dispatch.device_leases for update")
            claiming = asyncio.ensure_future(one.claim(DEVICE))
            await asyncio.sleep(0.5)
            assert not claiming.done()
            yield claiming
        await asyncio.wait([claiming])


@dataclass
class Claiming:
    """Claims as a run makes them from one build."""

    process: Process
    asked_again: list[UUID] = field(default_factory=list)
    claims: Claims = field(init=False)

    def __post_init__(self) -> None:
        self.claims = Claims(
            self.process.ledger,
            self.process.build,
            deadline_seconds=20,
            patience_seconds=5,
            given_up=asyncio.Event(),
            begin=lambda _: None,
            known=list,
            again=lambda device: self.asked_again.append(device.device_id),
        )

    async def send(self) -> str | None:
        """Send the next message of the device; return its number."""
        device = Device(TENANT, DEVICE, "native", address(DEVICE))
        claims = await self.claims.claim([device])
        for claim in claims:
            await self.process.record(claim, ACCEPTED, SENT)
        return next((claim.message.recipient_phone for claim in claims), None)


FIRST, SECOND, THIRD = (f"6011100000{n}" for n in (1, 2, 3))


@pytest.fixture
def queued(world: World) -> World:
    """Three contacts of one device, without gaps; the first is held."""
    world.warm()
    world.execute("delete from public.leads")
    world.leads(3)
    world.execute(
        "update public.sequence_steps"
        " set min_delay_seconds = 0, max_delay_seconds = 0"
    )
    world.build("0:01")
    # an order that does not follow from what an id happens to be
    world.execute(
        "update drip.sequence_contacts set next_trigger_time"
        " = next_trigger_time - interval '1 hour'"
        " + right(contact_phone, 1)::integer * interval '1 minute'"
        " where status = 'active'"
    )
    world.execute(
        "insert into dispatch.claim_refusals (user_id, enrollment_id,"
        " sequence_stepid, attempt_no, reason, invocation_id, refused_at)"
        " select user_id, enrollment_id, sequence_stepid, attempt_no, 'test',"
        " 'test', now() from drip.sequence_contacts"
        " where status = 'active' and contact_phone = %s",
        FIRST,
    )
    return world


def let_go(world: World) -> None:
    world.execute("update dispatch.claim_refusals set cleared_at = now()")


async def test_what_is_held_no_more_is_sent_in_the_same_run(
    queued: World,
) -> None:
    async with process(queued) as one:
        await one.lease(DEVICE)
        claiming = Claiming(one)
        assert await claiming.send() == SECOND
        let_go(queued)
        assert await claiming.send() == THIRD
        assert await claiming.send() is None
        assert claiming.asked_again == [DEVICE]
        assert await claiming.send() == FIRST
        # at the end again, and once more in vain from the front
        assert await claiming.send() is None
        assert await claiming.send() is None
    assert claiming.asked_again == [DEVICE] * 2


async def test_claims_from_a_new_build_begin_at_the_front(
    queued: World,
) -> None:
    async with process(queued) as one:
        await one.lease(DEVICE)
        assert await Claiming(one).send() == SECOND
        let_go(queued)
        assert await Claiming(one).send() == FIRST


async def test_the_hourly_cap_counts_at_the_claim(warm: World) -> None:
    warm.lead(OTHER_PHONE)
    warm.build("0:01")
    fill(warm, 79)
    async with process(warm) as one:
        await one.lease(DEVICE)
        (claim,) = await one.claim(DEVICE)
        await one.record(claim, ACCEPTED, SENT)
        assert await one.claim(DEVICE) == []
        held = await one.ledger.held()
        assert held["device_hourly_cap"] == 1
        warm.now("1:00")
        assert len(await one.claim(DEVICE)) == 1


async def test_the_cap_of_one_device_holds_no_other(warm: World) -> None:
    warm.device(OTHER_DEVICE)
    warm.lead(OTHER_PHONE, device=OTHER_DEVICE)
    warm.build("0:01")
    fill(warm, 80)
    async with process(warm) as one:
        await one.lease(DEVICE, OTHER_DEVICE)
        (claim,) = await one.claim(DEVICE, OTHER_DEVICE)
    assert claim.device.device_id == OTHER_DEVICE


def fill(world: World, number: int) -> None:
    """Let the device have sent that often at T0, failures aside."""
    for n in range(number):
        row = settled("sent", enrollment_id=UUID(int=1000 + n))
        insert(world, row | {"claimed_at": "2026-03-02 02:00+00"})
    failed = settled("failed", enrollment_id=UUID(int=999))
    insert(world, failed | {"claimed_at": "2026-03-02 02:00+00"})


async def test_a_lease_of_another_process_refuses_the_claim(
    warm: World,
) -> None:
    async with process(warm) as one, process(warm) as other:
        await other.lease(DEVICE)
        key = (TENANT, DEVICE)
        assert await one.leases.take([key], 60) == set()
        assert await one.claim(DEVICE) == []
        assert await one.leases.renew(60) == set()

        await other.leases.release()
        await one.lease(DEVICE)
        assert await other.claim(DEVICE) == []
        assert len(await one.claim(DEVICE)) == 1
    assert warm.ledger("lease_epoch") == [(2,)]


async def test_an_expired_lease_can_be_taken_over(warm: World) -> None:
    async with process(warm) as one, process(warm) as other:
        await one.lease(DEVICE)
        expire_leases(warm)
        await other.lease(DEVICE)
        assert await one.claim(DEVICE) == []
        assert len(await other.claim(DEVICE)) == 1


def expire_leases(world: World) -> None:
    world.execute(
        "update dispatch.device_leases set expires_at = clock_timestamp()"
    )


async def test_a_queue_that_is_rebuilt_is_a_closed_gate(warm: World) -> None:
    """As in a build with --full-refresh, at whatever is asked first."""
    async with process(warm) as one:
        warm.execute("drop schema drip cascade")
        with pytest.raises(GateClosedError, match="view_missing"):
            await one.ledger.sendable_devices()


async def test_a_lease_too_short_for_a_request_refuses_the_claim(
    warm: World,
) -> None:
    async with process(warm) as one:
        await one.lease(DEVICE, seconds=19)
        assert await one.claim(DEVICE) == []


async def test_a_sequence_paused_in_the_crm_is_refused_and_counted(
    warm: World,
) -> None:
    warm.execute("update public.sequences set status = 'paused'")
    async with process(warm) as one:
        await one.lease(DEVICE)
        assert await one.claim(DEVICE) == []
        refused = await one.ledger.refuse(one.build)
    assert refused == {"sequence_paused": 1}
    assert warm.rows(
        "select attempt_no, reason from dispatch.claim_refusals"
    ) == [(1, "sequence_paused")]


def test_a_paused_sequence_stands_in_the_summary(warm: World) -> None:
    warm.execute("update public.sequences set is_active = false")
    summary = warm.dispatch("0:05")
    assert summary.refused == {"sequence_paused": 1}
    assert warm.ledger("id") == []
    assert warm.texts() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            "update public.user_devices set platform = ' Nobody '",
            "unknown_platform",
        ),
        ("delete from public.user_devices", "device_missing"),
        ("delete from public.sequences", "sequence_missing"),
    ],
)
def test_what_cannot_go_is_refused_with_a_reason_before_any_claim(
    warm: World, change: str, reason: str
) -> None:
    warm.execute(change)
    summary = warm.dispatch("0:05")
    assert summary.refused == {reason: 1}
    assert summary.claimed == 0
    assert warm.ledger("id") == []
    assert warm.rows("select reason from dispatch.claim_refusals") == [
        (reason,)
    ]


def test_a_row_that_no_claim_can_write_is_held_and_the_next_goes(
    warm: World,
) -> None:
    """The ledger knows more of the first attempt than the last build."""
    warm.dispatch("0:05", RETRYABLE)
    warm.lead(OTHER_PHONE)
    warm.build("0:20")
    warm.execute("update dispatch.broadcast_messages set status = 'unknown'")
    summary = warm.dispatch("0:21")
    assert summary.sent == 1
    assert warm.texts()[1:] == [(OTHER_PHONE, "WARM, day 1")]
    ((reason, detail),) = warm.rows(
        "select reason, detail from dispatch.claim_refusals"
    )
    assert reason == "claim_failed"
    assert "broadcast_messages_once" in detail
    assert summary.refused == {"claim_failed": 1}
    assert warm.rows(
        "select contact_phone from drip.sequence_progress_monitor"
        " where hold_reason = 'claim_failed'"
    ) == [(PHONE,)]


def test_a_claim_that_was_cut_off_releases_what_it_left(
    warm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit came through and its answer did not."""
    claim = Ledger.claim
    cuts = iter([True])

    async def cut_off(ledger: Ledger, *args: Any) -> list[Claim]:
        claims = await claim(ledger, *args)
        if next(cuts, False):
            assert warm.ledger("status") == [("sending",)]
            raise DatabaseAwayError(str(claims))
        return claims

    monkeypatch.setattr(Ledger, "claim", cut_off)
    warm.dispatch("0:05")
    assert warm.texts() == []
    assert warm.ledger("status") == [("released",)]
    warm.build("0:06")
    warm.dispatch("0:07")
    assert warm.texts() == [(PHONE, "WARM, day 1")]


def test_what_was_sent_and_not_written_is_not_released(
    warm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when a later claim was cut off: it would be sent again."""
    claim = Claims.claim

    async def doubtful(claims: Claims, devices: list[Device]) -> list[Claim]:
        found = await claim(claims, devices)
        monkeypatch.setattr(claims, "_is_in_doubt", True)
        return found

    async def refuse(*_: Any) -> list[Recorded]:
        raise ValuesRefusedError(PHONE)

    monkeypatch.setattr(Claims, "claim", doubtful)
    monkeypatch.setattr(Outcomes, "record", refuse)
    with pytest.raises(LedgerError, match="count as unknown"):
        warm.dispatch("0:05")
    assert len(warm.received) == 1
    assert warm.ledger("status") == [("sending",)]


# outcomes


async def test_one_bad_outcome_costs_no_other_its_record(
    warm: World, caplog: pytest.LogCaptureFixture
) -> None:
    outcomes = {
        "fine": ACCEPTED,
        "its words": replace(ACCEPTED, answer={"body": "\x00"}),
        "its id": replace(ACCEPTED, provider_message_id="3EB\x00"),
        "everything": ACCEPTED,
    }
    devices = [UUID(int=100 + n) for n in range(len(outcomes))]
    for n, device in enumerate(devices):
        warm.device(device)
        warm.lead(f"6011100001{n}", device=device)
    warm.build("0:01")
    async with process(warm) as one:
        await one.lease(*devices)
        claims = await one.claim(*devices)
        recorder = Recorder(one.outcomes, 5, asyncio.Event())
        impossible = replace(SENT, status="delivered")
        written = await asyncio.gather(
            *(
                recorder.record(
                    Finished(
                        claim,
                        outcome,
                        impossible if name == "everything" else SENT,
                        time.monotonic(),
                    )
                )
                for claim, (name, outcome) in zip(
                    sorted(claims, key=lambda c: c.message.recipient_phone),
                    outcomes.items(),
                    strict=True,
                )
            ),
            return_exceptions=True,
        )
        (lost,) = recorder.unwritten()
    assert written[:3] == [0, 0, 0]
    assert isinstance(written[3], ValuesRefusedError)
    assert warm.ledger(
        "status", "provider_message_id", "gateway_answer ->> 'lost' is null"
    ) == [
        ("sent", "3EB0", True),
        ("sent", "3EB0", False),
        ("sent", None, False),
        ("sending", None, True),
    ]
    assert PHONE[:9] not in caplog.text
    assert warm.rows(
        "select id from dispatch.broadcast_messages where status = 'sending'"
    ) == [(lost,)]


async def test_a_gap_runs_from_the_answer(warm: World) -> None:
    """However long the outcome waited to be written."""
    async with process(warm) as one:
        await one.lease(DEVICE)
        (claim,) = await one.claim(DEVICE)
        warm.execute("update dispatch.broadcast_messages set gap_seconds = 9")
        warm.now("0:05")
        finished = Finished(claim, ACCEPTED, SENT, time.monotonic() - 4)
        (recorded,) = await one.outcomes.record([finished])
    assert 4.5 < recorded.rest_seconds <= 5
    assert warm.ledger("finished_at") == [("0:04:56",)]


async def test_an_outcome_counts_after_the_lease_was_lost(
    warm: World,
) -> None:
    async with process(warm) as one, process(warm) as other:
        await one.lease(DEVICE)
        (claim,) = await one.claim(DEVICE)
        expire_leases(warm)
        await other.lease(DEVICE)
        await one.record(claim, ACCEPTED, SENT)
    assert warm.ledger("status", "provider_message_id") == [("sent", "3EB0")]


async def test_the_first_outcome_is_kept(warm: World) -> None:
    failure = Outcome(Result.NOT_SENT, Fault.RECIPIENT_SUSPECT, error="no")
    failed = Settlement("failed", is_final=False, cool_down_seconds=0)
    async with process(warm) as one:
        await one.lease(DEVICE)
        (claim,) = await one.claim(DEVICE)
        await one.record(claim, ACCEPTED, SENT)
        await one.record(claim, failure, failed)
        again = replace(ACCEPTED, provider_message_id="another")
        await one.record(claim, again, SENT)
    assert warm.ledger("status", "provider_message_id", "error_message") == [
        ("sent", "3EB0", None)
    ]


async def test_an_unknown_may_still_become_sent(warm: World) -> None:
    doubt = Outcome(Result.UNKNOWN, Fault.GATEWAY_UNAVAILABLE, error="late")
    unknown = Settlement("unknown", is_final=False, cool_down_seconds=0)
    async with process(warm) as one:
        await one.lease(DEVICE)
        (claim,) = await one.claim(DEVICE)
        await one.record(claim, doubt, unknown)
        await one.record(claim, ACCEPTED, SENT)
    assert warm.ledger("status", "fault_class") == [("sent", None)]


async def test_a_breaker_opens_with_the_outcome_and_closes_with_a_send(
    warm: World,
) -> None:
    warm.lead(OTHER_PHONE)
    warm.build("0:01")
    out = Outcome(Result.NOT_SENT, Fault.DEVICE_LOGGED_OUT, error="out")
    released = Settlement("released", is_final=False, cool_down_seconds=600)
    breakers = "select fault_class, open_until from dispatch.breakers"
    async with process(warm) as one:
        await one.lease(DEVICE)
        (claim,) = await one.claim(DEVICE)
        await one.record(claim, out, released)
        assert warm.rows(breakers) == [("DEVICE_LOGGED_OUT", "0:11")]
        assert await one.claim(DEVICE) == []
        warm.now("0:11")
        (claim,) = await one.claim(DEVICE)
        await one.record(claim, ACCEPTED, SENT)
    assert warm.rows(breakers) == []


def test_the_ledger_outlives_what_the_crm_deletes(warm: World) -> None:
    warm.dispatch("0:05")
    with closing(connect(warm.profile)) as crm:
        crm.execute("delete from public.users")
        crm.commit()
    assert warm.ledger("status") == [("sent",)]


def test_nothing_else_can_claim_a_step_that_was_sent(warm: World) -> None:
    warm.dispatch("0:05")
    with pytest.raises(psycopg.errors.UniqueViolation):
        insert(warm, first_row_again(warm))


def first_row_again(world: World) -> dict[str, Any]:
    """Return a second attempt at what was sent."""
    ((enrollment, step),) = world.ledger("enrollment_id", "sequence_stepid")
    return attempt(
        enrollment_id=enrollment, sequence_stepid=step, attempt_no=2
    )
