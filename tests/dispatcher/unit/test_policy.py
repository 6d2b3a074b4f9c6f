"""What follows from an answer: the table of DESIGN section 5."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain import Fault, Outcome, Result
from dispatcher.policy import (
    FaultPolicies,
    FaultPolicy,
    Settlement,
    Share,
    settle,
    share,
)

SEED = Path(__file__).parents[3] / "seeds" / "fault_policies.csv"


def seeded() -> FaultPolicies:
    """Read the seed as the ledger does after a build."""
    with SEED.open(newline="") as file:
        return {
            Fault(row["fault_class"]): FaultPolicy(
                uses_attempt=row["uses_attempt"] == "true",
                retries=len(row["retry_minutes"].strip("{}").split(","))
                if row["retry_minutes"] != "{}"
                else 0,
                breaker_scope=row["breaker_scope"] or None,
                cool_down_seconds=60.0 * int(row["cool_down_minutes"] or 0),
                longest_cool_down_seconds=60.0
                * int(row["longest_cool_down_minutes"] or 0),
                devices_to_open=int(row["devices_to_open"])
                if row["devices_to_open"]
                else None,
            )
            for row in csv.DictReader(file)
        }


POLICIES = seeded()


def not_sent(fault: Fault, retry_after: float | None = None) -> Outcome:
    return Outcome(Result.NOT_SENT, fault, retry_after=retry_after)


def test_the_seed_knows_every_fault() -> None:
    assert set(POLICIES) == set(Fault)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RECIPIENT_SUSPECT,
        Fault.RECIPIENT_DEFERRED,
        Fault.MEDIA_TRANSIENT,
        Fault.UNCLASSIFIED,
    ],
)
def test_a_retryable_fault_is_final_at_the_third_attempt(fault: Fault) -> None:
    found = [settle(not_sent(fault), used, POLICIES) for used in range(4)]
    assert [item.status for item in found] == ["failed"] * 4
    assert [item.is_final for item in found] == [False, False, True, True]


def test_an_invalid_recipient_is_final_at_once() -> None:
    assert settle(not_sent(Fault.RECIPIENT_INVALID), 0, POLICIES) == (
        Settlement("failed", is_final=True, cool_down_seconds=0)
    )


@pytest.mark.parametrize(
    ("fault", "minutes", "longest", "devices"),
    [
        (Fault.CONTENT_INVALID, 0, 0, None),
        (Fault.DEVICE_DOWN, 5, 60, None),
        (Fault.DEVICE_LOGGED_OUT, 60, 240, None),
        (Fault.DEVICE_RESTRICTED, 24 * 60, 72 * 60, None),
        (Fault.DEVICE_THROTTLED, 5, 60, None),
        (Fault.DEVICE_CONFIG, 60, 240, None),
        (Fault.GATEWAY_AUTH, 15, 120, 3),
        (Fault.GATEWAY_UNAVAILABLE, 1, 30, 3),
    ],
)
def test_what_is_nobodys_fault_uses_no_attempt(
    fault: Fault, minutes: int, longest: int, devices: int | None
) -> None:
    for used in range(4):
        assert settle(not_sent(fault), used, POLICIES) == Settlement(
            "released",
            is_final=False,
            cool_down_seconds=60 * minutes,
            longest_cool_down_seconds=60 * longest,
            devices_to_open=devices,
        )


def test_one_device_is_enough_when_the_gateway_speaks_for_itself() -> None:
    down, throttled = Fault.GATEWAY_UNAVAILABLE, Fault.DEVICE_THROTTLED
    of_all = replace(not_sent(throttled, 900), is_of_gateway=True)
    for outcome, devices in [
        (not_sent(down), 3),
        (not_sent(down, 0), 3),
        (not_sent(down, 30), 1),
        (not_sent(throttled, 900), None),
        (of_all, 1),
    ]:
        assert settle(outcome, 0, POLICIES).devices_to_open == devices


def test_the_gateway_may_ask_for_a_longer_rest() -> None:
    throttled = Fault.DEVICE_THROTTLED
    for asked, granted in [(None, 300), (10, 300), (900, 900)]:
        found = settle(not_sent(throttled, asked), 0, POLICIES)
        assert found.cool_down_seconds == granted


def test_the_gateway_cannot_stop_a_device_for_a_recipients_fault() -> None:
    found = settle(not_sent(Fault.RECIPIENT_DEFERRED, 900), 0, POLICIES)
    assert found.cool_down_seconds == 0


def test_a_fault_the_seed_does_not_know_is_not_retried() -> None:
    assert settle(not_sent(Fault.DEVICE_DOWN), 0, {}) == Settlement(
        "failed", is_final=True, cool_down_seconds=0
    )


def test_no_fault_counts_as_unclassified() -> None:
    nameless, named = (
        settle(Outcome(Result.NOT_SENT, fault), 2, POLICIES)
        for fault in (None, Fault.UNCLASSIFIED)
    )
    assert nameless == named


outcomes = st.builds(
    Outcome,
    st.sampled_from(Result),
    st.none() | st.sampled_from(Fault),
    retry_after=st.none() | st.floats(0, 86_400),
)
policies = st.dictionaries(
    st.sampled_from(Fault),
    st.builds(
        FaultPolicy,
        uses_attempt=st.booleans(),
        retries=st.integers(0, 5),
        breaker_scope=st.sampled_from([None, "device", "gateway"]),
        cool_down_seconds=st.floats(0, 86_400),
    ),
)


@given(outcomes, st.integers(0, 10), policies)
def test_only_what_is_proved_not_sent_can_be_tried_again(
    outcome: Outcome, used: int, policies: FaultPolicies
) -> None:
    statuses = {
        Result.ACCEPTED: {"sent"},
        Result.UNKNOWN: {"unknown"},
        Result.NOT_SENT: {"failed", "released"},
    }
    assert settle(outcome, used, policies).status in statuses[outcome.result]


@given(outcomes, st.integers(0, 10), policies)
def test_an_end_is_never_taken_back(
    outcome: Outcome, used: int, policies: FaultPolicies
) -> None:
    found = settle(outcome, used, policies)
    if found.is_final:
        assert found.status == "failed"
        assert settle(outcome, used + 1, policies).is_final


@given(outcomes, st.integers(0, 10), policies)
def test_a_device_that_accepts_goes_on(
    outcome: Outcome, used: int, policies: FaultPolicies
) -> None:
    found = settle(outcome, used, policies)
    assert found.cool_down_seconds >= 0
    if outcome.result is Result.ACCEPTED:
        assert found.cool_down_seconds == 0


def test_a_dispatcher_alone_takes_all() -> None:
    assert share(1, elsewhere=0, mine=2, free=3) == Share(3, 0, is_owed=False)


def test_a_newcomer_is_owed_what_the_other_gives_up() -> None:
    """Of 51 devices whoever was first keeps the odd one."""
    assert share(2, elsewhere=0, mine=51, free=0) == Share(
        0, 25, is_owed=False
    )
    assert share(2, elsewhere=51, mine=0, free=0) == Share(0, 0, is_owed=True)
    assert share(2, elsewhere=26, mine=0, free=25) == Share(
        25, 0, is_owed=False
    )
    assert share(2, elsewhere=25, mine=26, free=0) == Share(
        0, 0, is_owed=False
    )


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=6), st.integers(0, 50)
)
def test_shares_settle_with_every_device_taken(
    held: list[int], free: int
) -> None:
    """Whatever the start, a few turns of everyone end it, evenly."""
    for _ in range(3):
        for me, mine in enumerate(held):
            elsewhere = sum(held) - mine
            fair = share(len(held), elsewhere, mine, free)
            held[me] += fair.to_take - fair.to_give
            free += fair.to_give - fair.to_take
    assert free == 0
    assert max(held) - min(held) <= len(held)
    assert max(held) <= -(-sum(held) // len(held))
    final = [share(len(held), sum(held) - m, m, 0) for m in held]
    assert {(fair.to_take, fair.to_give) for fair in final} == {(0, 0)}
