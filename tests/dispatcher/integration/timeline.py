"""Many histories on one clock: each its own tenant, one build for all.

A history is a generator. It yields `at("1:00")` to act at a moment, before
any build of that moment, or `built("1:00")` to look after one.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from tests.dispatcher.integration import harness
from tests.dispatcher.integration.harness import World

CLAIM = """
insert into dispatch.broadcast_messages (
    user_id, enrollment_id, sequence_id, sequence_stepid, attempt_no,
    is_resend, day_number, definition_hash, device_id, gateway,
    recipient_phone, message_type, content, claimed_at, deadline_at, due_at,
    gap_seconds, lease_owner, lease_epoch, dispatcher_version, invocation_id,
    status, sent_at, finished_at, fault_class, error_message
)
select
    due.user_id, due.enrollment_id, due.sequence_id, due.sequence_stepid,
    due.attempt_no, due.is_resend, due.day_number, due.definition_hash,
    due.device_id, 'native', due.recipient_phone, due.message_type,
    due.content, dispatch.now_utc(),
    dispatch.now_utc() + interval '2 minutes', step.due_at, 0, 'test', 1,
    'test', 'test', outcome.status,
    case outcome.status when 'sent' then dispatch.now_utc() end,
    dispatch.now_utc(), outcome.fault_class, outcome.fault_class
from drip.due_steps as due
inner join drip.sequence_contacts as step
    on
        due.enrollment_id = step.enrollment_id
        and due.sequence_stepid = step.sequence_stepid
cross join (select %s::text as status, %s::text as fault_class) as outcome
where due.user_id = %s
order by due.recipient_phone
limit %s
returning id
"""


class Moment(NamedTuple):
    """When a history goes on: before or after the build of that time."""

    time: str
    is_built: bool

    @property
    def order(self) -> tuple[Any, bool]:
        return harness.at(self.time), self.is_built


def at(time: str) -> Moment:
    return Moment(time, is_built=False)


def built(time: str) -> Moment:
    return Moment(time, is_built=True)


@dataclass(frozen=True)
class Story:
    """One tenant of the world, with what happens to it."""

    world: World
    number: int

    @property
    def user(self) -> UUID:
        return UUID(int=1000 + self.number)

    @property
    def device(self) -> UUID:
        return UUID(int=2000 + self.number)

    @property
    def phone(self) -> str:
        return f"6011200{self.number:04}"

    def sequence(self, which: int = 0) -> UUID:
        return UUID(int=3000 + 10 * self.number + which)

    def step(self, day: int, which: int = 0) -> UUID:
        return UUID(int=self.sequence(which).int * 100 + day)

    def warm(self, *names: str, lead: bool = True) -> None:
        """Set up what every history starts from, in sequences so named."""
        self.world.tenant(self.user)
        self.world.device(self.device, self.user)
        for which, name in enumerate(names or ("WARM",)):
            self.world.sequence(
                name, sequence=self.sequence(which), user=self.user
            )
        if lead:
            self.lead()

    def lead(self, trigger: str = "WARM", phone: str | None = None) -> None:
        self.world.lead(
            phone or self.phone, trigger, device=self.device, user=self.user
        )

    def execute(self, statement: str, *values: object) -> None:
        self.world.execute(statement, *values)

    def steps(self, change: str, *days: int, which: int = 0) -> None:
        """Change steps as the CRM does; all of the sequence without days."""
        self.execute(
            f"update public.sequence_steps set {change}"  # noqa: S608
            " where sequence_id = %s and day_number = any(%s)",
            *(self.sequence(which), list(days or range(1, 10))),
        )

    def add_step(self, day: int, number: int, which: int = 0) -> None:
        """Add a step of that day_number; its number makes its id."""
        self.execute(
            "insert into public.sequence_steps (id, sequence_id, day_number,"
            " trigger_delay_hours, content, min_delay_seconds,"
            " max_delay_seconds) values (%s, %s, %s, 24, 'New', 0, 0)",
            *(self.step(number, which), self.sequence(which), day),
        )

    def remove_step(self, day: int) -> None:
        self.execute(
            "delete from public.sequence_steps where sequence_id = %s"
            " and day_number = %s",
            *(self.sequence(), day),
        )

    def switch(self, status: str, which: int = 0) -> None:
        self.execute(
            "update public.sequences set status = %s where id = %s",
            *(status, self.sequence(which)),
        )

    def send(
        self, status: str = "sent", fault: str | None = None, limit: int = 1
    ) -> UUID:
        """Claim what is due and record that outcome; fail if nothing is."""
        found = self.world.rows(CLAIM, status, fault, self.user, limit)
        assert len(found) == limit
        return UUID(str(found[0][0]))

    def receipt(self, message: UUID, status: str, fault: str) -> None:
        self.execute(
            "insert into dispatch.delivery_receipts (user_id, message_id,"
            " status, fault_class, occurred_at)"
            " values (%s, %s, %s, %s, dispatch.now_utc())",
            *(self.user, message, status, fault),
        )

    def contacts(self, *columns: str, which: int = 0) -> list[tuple[Any, ...]]:
        return self._steps("sequence_contacts", columns, which)

    def monitor(self, *columns: str, which: int = 0) -> list[tuple[Any, ...]]:
        return self._steps("sequence_progress_monitor", columns, which)

    def _steps(
        self, relation: str, columns: tuple[str, ...], which: int
    ) -> list[tuple[Any, ...]]:
        return self.world.rows(
            f"select current_step, {', '.join(columns)}"  # noqa: S608
            f" from drip.{relation}"
            " where user_id = %s and sequence_id = %s"
            " order by contact_phone, current_step, chain_no",
            *(self.user, self.sequence(which)),
        )

    def due(self) -> list[tuple[Any, ...]]:
        return self.world.rows(
            "select day_number, attempt_no from drip.due_steps"
            " where user_id = %s order by recipient_phone, day_number",
            self.user,
        )

    def diagnosed(self, which: int = 0) -> list[tuple[Any, ...]]:
        return self.world.rows(
            "select outcome, rejection_reason"
            " from drip.enrollment_diagnostics"
            " where user_id = %s and sequence_id = %s",
            *(self.user, self.sequence(which)),
        )


Telling = Generator[Moment, None, None]
History = Callable[[Story], Telling]


def tell(
    world: World, histories: dict[str, History], select: list[str]
) -> dict[str, Exception]:
    """Tell all histories together; return what went wrong, by name."""
    failures: dict[str, Exception] = {}
    tellings = {
        name: history(Story(world, number))
        for number, (name, history) in enumerate(histories.items())
    }
    waiting = dict.fromkeys(tellings, at("0:00"))
    while waiting:
        moment = min(waiting.values(), key=lambda moment: moment.order)
        world.now(moment.time)
        if moment.is_built:
            world.build(select=select)
        for name in [name for name in waiting if waiting[name] == moment]:
            del waiting[name]
            try:
                waiting[name] = next(tellings[name])
            except StopIteration:
                pass
            except Exception as error:  # noqa: BLE001  # told by its own test
                failures[name] = error
    return failures
