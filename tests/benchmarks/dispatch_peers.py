"""The same messages by task queues: one job each, its outcome in a row."""

import json
from typing import Any
from uuid import UUID

import asyncpg
import pgqueuer
import procrastinate
from pgqueuer.types import QueueExecutionMode
from psycopg.conninfo import make_conninfo

from dispatcher.domain import Device, Message, Outcome
from dispatcher.gateways import HttpGateway
from dispatcher.gateways.loading import load_definition
from tests.benchmarks.dispatch_worker import (
    CONCURRENCY,
    GATEWAY,
    Job,
    Sender,
    Sent,
    messages,
)

CONNECTIONS = 16
OUTCOMES = """\
create table outcomes (
    message_id uuid primary key,
    status text not null,
    http_status integer,
    provider_message_id text,
    gateway_answer jsonb,
    finished_at timestamptz not null default now()
)
"""
_COLUMNS = (
    "insert into outcomes (message_id, status, http_status,"
    " provider_message_id, gateway_answer)"
)
_BY_NUMBER = f"{_COLUMNS} values ($1, $2, $3, $4, $5)"
_BY_NAME = (
    f"{_COLUMNS} values (%(message_id)s, %(status)s, %(http_status)s,"
    " %(provider_message_id)s, %(gateway_answer)s)"
)


def _gateway(job: Job) -> HttpGateway:
    return HttpGateway(
        load_definition(GATEWAY),
        base_url=job.base_url,
        connections=CONCURRENCY,
    )


def _payloads(job: Job) -> list[dict[str, str]]:
    return [
        {
            "message_id": str(message.message_id),
            "device_id": str(device.device_id),
            "address": device.address,
            "phone": message.recipient_phone,
            "text": message.content,
        }
        for device, message in messages(job)
    ]


async def _send(
    gateway: HttpGateway, payload: dict[str, str]
) -> dict[str, Any]:
    """Send what a job says; return the row of its outcome."""
    device = Device(
        UUID(int=0),
        UUID(payload["device_id"]),
        GATEWAY,
        payload["address"],
    )
    message_id = UUID(payload["message_id"])
    message = Message(message_id, payload["phone"], "text", payload["text"])
    outcome: Outcome = await gateway.send(device, message)
    return {
        "message_id": message_id,
        "status": outcome.result.value,
        "http_status": outcome.http_status,
        "provider_message_id": outcome.provider_message_id,
        "gateway_answer": json.dumps(dict(outcome.answer)),
    }


async def by_pgqueuer(job: Job, sent: Sent) -> None:
    """Drain a queue of pgqueuer's, in batches of half the concurrency."""
    payloads = _payloads(job)
    info = {**job.conninfo, "database": f"{job.conninfo['dbname']}_pgqueuer"}
    info.pop("dbname")
    async with (
        asyncpg.create_pool(
            **info, min_size=CONNECTIONS, max_size=CONNECTIONS
        ) as pool,
        _gateway(job) as gateway,
    ):
        await pool.execute(OUTCOMES)
        driver = pgqueuer.AsyncpgPoolDriver(pool)
        queries = pgqueuer.Queries(driver)
        await queries.install()
        await queries.enqueue(
            ["send"] * len(payloads),
            [json.dumps(payload).encode() for payload in payloads],
            [0] * len(payloads),
        )
        await pool.execute("analyze")
        queue = pgqueuer.PgQueuer(driver)

        async def send(found: pgqueuer.Job) -> None:
            assert found.payload is not None
            row = await _send(gateway, json.loads(found.payload))
            await pool.execute(_BY_NUMBER, *row.values())
            sent.count()

        queue.entrypoint("send")(send)
        sent.begin()
        await queue.run(
            batch_size=CONCURRENCY // 2,
            max_concurrent_tasks=CONCURRENCY,
            mode=QueueExecutionMode.drain,
        )


async def by_procrastinate(job: Job, sent: Sent) -> None:
    """Drain a queue of procrastinate's."""
    name = f"{job.conninfo['dbname']}_procrastinate"
    connector = procrastinate.PsycopgConnector(
        conninfo=make_conninfo("", **{**job.conninfo, "dbname": name}),
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        timeout=600,
    )
    app = procrastinate.App(connector=connector)
    async with app.open_async(), _gateway(job) as gateway:

        async def send(**payload: str) -> None:
            row = await _send(gateway, payload)
            await connector.execute_query_async(_BY_NAME, **row)
            sent.count()

        task = app.task(name="send")(send)
        await connector.execute_query_async(OUTCOMES)
        await app.schema_manager.apply_schema_async()
        await task.batch_defer_async(*map(dict[str, Any], _payloads(job)))
        await connector.execute_query_async("analyze")
        sent.begin()
        await app.run_worker_async(
            concurrency=CONCURRENCY,
            wait=False,
            listen_notify=False,
            install_signal_handlers=False,
        )


SENDERS: dict[str, Sender] = {
    "pgqueuer": by_pgqueuer,
    "procrastinate": by_procrastinate,
}
