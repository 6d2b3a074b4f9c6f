"""Whatever happens in whatever order: the guarantees hold after each step.

Real builds, a real ledger and a gateway over HTTP, whose log is the truth.
``make chaos`` tries CHAOS_STORIES of them, at random.
"""

import asyncio
import os
from collections import Counter
from contextlib import AbstractContextManager, suppress

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dispatcher.dbt_build import Project
from dispatcher.demo.received import Received
from dispatcher.demo.script import Rule
from dispatcher.errors import GateClosedError
from tests.dispatcher.conftest import world_of
from tests.dispatcher.integration.harness import (
    DEVICE,
    OTHER_DEVICE,
    TENANT,
    Server,
    World,
    claim_and_vanish,
)

STORIES = os.environ.get("CHAOS_STORIES")
STEPS = int(os.environ.get("CHAOS_STEPS", "12"))

NUMBERS = [f"6011100000{n}" for n in range(1, 5)]
ANSWERS = [
    Rule(),
    Rule(do="refused_by_whatsapp", times=2),
    Rule(do="reset", accepted=True, times=2),
    Rule(do="reset", accepted=False, times=2),
    Rule(do="server_error", accepted=True, times=1),
    Rule(do="device_logged_out", times=1),
]
MINUTES = st.sampled_from([0, 1, 30, 90, 24 * 60])
NUMBER, DAY = st.sampled_from(NUMBERS), st.integers(1, 3)

Step = tuple[str, str]  # number, and the day that its text names


class Story(RuleBasedStateMachine):
    """Four contacts of three steps on two devices, and what befalls them."""

    def __init__(self, opened: AbstractContextManager[World]) -> None:
        super().__init__()
        self._opened = opened
        self.world = opened.__enter__()
        self.world.is_built_by_dbt = True
        self.minute = 0
        self.accepted = Counter[Step]()  # by the gateway
        self.claimed = set[Step]()  # by who vanished: sent or not
        self.silenced = set[str]()
        self.is_paused = False

    def teardown(self) -> None:
        self._opened.__exit__(None, None, None)

    @property
    def time(self) -> str:
        return f"{self.minute // 60}:{self.minute % 60:02}"

    @initialize()
    def begin(self) -> None:
        self.world.tenant()
        self.world.sequence()
        for device in (DEVICE, OTHER_DEVICE):
            self.world.device(device)
        for place, number in enumerate(NUMBERS):
            device = (DEVICE, OTHER_DEVICE)[place % 2]
            self.world.lead(number, device=device)
        self.world.build("0:00")

    # what happens

    @rule(minutes=MINUTES)
    def build(self, minutes: int) -> None:
        self.minute += minutes
        self.world.build(self.time)

    @rule(answer=st.sampled_from(ANSWERS))
    def dispatch(self, answer: Rule) -> None:
        before = len(self.world.received)
        with suppress(GateClosedError):
            self.world.dispatch(self.time, answer)
        received = self.world.received[before:]
        assert not (self.is_paused and received)
        assert not self.silenced & {item.phone for item in received}
        self.accepted.update(step(item) for item in received if item.accepted)
        assert (
            self.world.rows(
                "select from dispatch.device_leases where owner is not null"
            )
            == []
        )

    @rule(minutes=MINUTES, answer=st.sampled_from(ANSWERS))
    def cycle(self, minutes: int, answer: Rule) -> None:
        self.build(minutes)
        self.dispatch(answer)

    @rule()
    def vanish(self) -> None:
        """A dispatcher claims all that it can, and is not seen again."""
        self.world.now(self.time)
        with suppress(GateClosedError):
            claims = asyncio.run(claim_and_vanish(self.world))
            messages = [claim.message for claim in claims]
            self.claimed |= {
                (m.recipient_phone, day(m.content)) for m in messages
            }
        self.world.execute(
            "update dispatch.device_leases set expires_at = clock_timestamp()"
        )

    @rule(which=DAY, minutes=MINUTES)
    def edit(self, which: int, minutes: int) -> None:
        self.world.execute(
            "update public.sequence_steps set content = content || '.',"
            " trigger_delay_hours = %s where day_number = %s",
            *(minutes // 60, which),
        )

    @rule(number=NUMBER)
    def opt_out(self, number: str) -> None:
        self._say(number, "opt_out")
        self.silenced.add(number)

    @rule(number=NUMBER)
    def opt_in(self, number: str) -> None:
        self._say(number, "opt_in")
        self.silenced.discard(number)

    @rule(number=NUMBER)
    def reply(self, number: str) -> None:
        self.world.execute(
            "insert into dispatch.inbound_messages (user_id, phone,"
            " occurred_at) values (%s, %s, dispatch.now_utc())",
            *(TENANT, number),
        )

    @rule(number=NUMBER, status=st.sampled_from(["delivered", "failed"]))
    def receipt(self, number: str, status: str) -> None:
        """A receipt of the last message to a number, if there is one."""
        self.world.execute(
            "insert into dispatch.delivery_receipts (user_id, message_id,"
            " status, occurred_at) select user_id, id, %s, dispatch.now_utc()"
            " from dispatch.broadcast_messages where recipient_phone = %s"
            " and status in ('sent', 'unknown')"
            " order by claimed_at desc, id limit 1 on conflict do nothing",
            *(status, number),
        )

    @precondition(lambda self: not self.is_paused)
    @rule()
    def pause(self) -> None:
        self._switch("pause")
        self.is_paused = True

    @precondition(lambda self: self.is_paused)
    @rule()
    def resume(self) -> None:
        self._switch("resume")
        self.is_paused = False

    # what holds

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        assert set(self.accepted.values()) <= {1}
        assert not self.claimed & set(self.accepted)

    @invariant()
    def nothing_is_lost(self) -> None:
        """What was accepted is sent or unknown, never failed or missing."""
        known = {
            ((str(number), day(text)), status)
            for number, text, status in self.world.rows(
                "select recipient_phone, content, status"
                " from dispatch.broadcast_messages"
                " where status in ('sending', 'sent', 'unknown')"
            )
        }
        assert set(self.accepted) | self.claimed <= {step for step, _ in known}
        sent = {step for step, status in known if status == "sent"}
        assert sent <= set(self.accepted)

    def _say(self, number: str, kind: str) -> None:
        self.world.execute(
            "insert into dispatch.suppressions (user_id, phone, kind, source)"
            " values (%s, %s, %s, 'test')",
            *(TENANT, number, kind),
        )

    def _switch(self, kind: str) -> None:
        self.world.execute(
            "insert into dispatch.operator_requests (kind, reason,"
            " requested_by) values (%s, 'a story', 'test')",
            kind,
        )


def step(received: Received) -> Step:
    return received.phone, day(received.text)


def day(text: str) -> str:
    return text.rstrip(".")


def test_the_guarantees_hold_after_each_step(
    server: Server, dbt_project: Project, built_database: str
) -> None:
    def new() -> Story:
        return Story(world_of(server, dbt_project, built_database))

    run_state_machine_as_test(
        new,  # type: ignore[arg-type]  # a factory does as well
        settings=settings(
            max_examples=int(STORIES or "2"),
            stateful_step_count=STEPS,
            derandomize=STORIES is None,
            phases=[Phase.generate, *([Phase.shrink] if STORIES else [])],
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
