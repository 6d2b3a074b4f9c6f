"""One process that sends: the dispatcher, a peer, or the client alone.

Called with one JSON object, it writes another: what it sent, in how many
seconds, and what that took.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID

import psycopg

from dispatcher.config import Config, GatewaySettings, Settings
from dispatcher.domain import Device, Message
from dispatcher.gateways.loading import load_definition
from dispatcher.gateways.request import Rendered, build
from dispatcher.gateways.transport import NoAnswer, Transport
from dispatcher.limits import Limits
from dispatcher.profile import Profile
from dispatcher.sending import send

CONCURRENCY = 500
GATEWAY = "gowa"
_OK = 200
_STATUS = Path("/proc/self/status")
# As long as the messages that are due, to the same people
_MESSAGES = """\
select sent.id, sent.device_id, device.jid, sent.recipient_phone, sent.content
from dispatch.broadcast_messages as sent
inner join public.user_devices as device on sent.device_id = device.id
where sent.lease_owner = 'bench'
order by sent.recipient_phone
limit %s
"""


@dataclass(frozen=True, slots=True)
class Job:
    """What to send, from where, to where."""

    sender: str
    conninfo: dict[str, str | int]
    schema: str
    base_url: str
    seconds: float | None = None  # for the dispatcher alone
    messages: int = 0  # for all others


@dataclass(frozen=True, slots=True)
class Report:
    """What became of it."""

    sent: int
    started_at: float  # time.time()
    recorded_at: float  # when the last outcome was
    processor_seconds: float
    peak_mb: float


@dataclass(slots=True)
class Sent:
    """Counts what is sent and recorded."""

    number: int = 0
    started_at: float = field(default_factory=time.time)
    processor_at: float = field(default_factory=time.process_time)
    last_at: float = 0.0

    def begin(self) -> None:
        """Note that all is ready."""
        self.started_at = time.time()
        self.processor_at = time.process_time()

    def count(self, _: object = None) -> None:
        """Note one more."""
        self.number += 1
        self.last_at = time.time()


Sender = Callable[[Job, Sent], Coroutine[None, None, None]]


def messages(job: Job) -> list[tuple[Device, Message]]:
    """Return what all but the dispatcher send."""
    with psycopg.connect(**job.conninfo) as connection:  # type: ignore[arg-type]
        rows = connection.execute(_MESSAGES, [job.messages]).fetchall()
    return [
        (
            Device(UUID(int=0), device_id, GATEWAY, address),
            Message(message_id, phone, "text", content),
        )
        for message_id, device_id, address, phone, content in rows
    ]


async def dispatcher(job: Job, sent: Sent) -> None:
    """Claim, send and record all that is due."""
    config = Config(
        gateways={
            "native": GatewaySettings(
                definition=GATEWAY, base_url=job.base_url
            )
        },
        dispatcher=Settings(
            concurrency=CONCURRENCY, gate_max_age_minutes=1_000_000
        ),
    )
    profile = Profile("drip", "bench", job.schema, dict(job.conninfo))
    limits = Limits(seconds=job.seconds)
    summary = await send(profile, config, limits, sent.count)
    sent.number = summary.sent  # at its end it releases what has not begun


async def client(job: Job, sent: Sent) -> None:
    """Make the same requests with the same client, and nothing else."""
    definition = load_definition(GATEWAY)
    requests = iter([build(definition, *each) for each in messages(job)])
    transport = Transport(
        job.base_url,
        definition.limits,
        timeout_seconds=60,
        connections=CONCURRENCY,
    )
    await transport.open()

    async def work() -> None:
        for request in requests:
            assert isinstance(request, Rendered)
            answer = await transport.exchange(request, definition.answers_are)
            assert not isinstance(answer, NoAnswer), answer
            assert answer.status == _OK
            sent.count()

    sent.begin()
    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
    await transport.close()


def report(sent: Sent) -> Report:
    """Add what the process took."""
    return Report(
        sent=sent.number,
        started_at=sent.started_at,
        recorded_at=sent.last_at,
        processor_seconds=time.process_time() - sent.processor_at,
        peak_mb=_peak_kb() / 1024,
    )


def _peak_kb() -> int:
    """Return the most memory of this program.

    What getrusage says is also of the parent, until the child was another
    program.
    """
    found = re.search(
        r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE
    )
    assert found is not None
    return int(found.group(1))


def main() -> None:
    """Do the job that the first argument describes."""
    job, sent = Job(**json.loads(sys.argv[1])), Sent()
    asyncio.run(_sender(job.sender)(job, sent))
    print(json.dumps(asdict(report(sent))))  # noqa: T201  # read by dispatch


def _sender(name: str) -> Sender:
    own: dict[str, Sender] = {"dispatcher": dispatcher, "client": client}
    if name in own:
        return own[name]
    # what a peer takes to import is not the dispatcher's
    from tests.benchmarks import dispatch_peers  # noqa: PLC0415

    return dispatch_peers.SENDERS[name]


if __name__ == "__main__":
    main()
