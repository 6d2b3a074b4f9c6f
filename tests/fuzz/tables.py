"""Facts as rows of the tables that a build reads."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID, uuid5

from tests.fuzz.facts import Attempt, Definition, Facts, Key, Policies

Values = Mapping[str, Any]
# What the database calls an enrolment, and what a contact follows there
Names = Mapping[tuple[UUID, Key], UUID]
Hashes = Mapping[tuple[UUID, Key, Definition], UUID]

KEYS = {
    "public.users": "id",
    "public.user_devices": "id",
    "public.sequences": "id",
    "public.sequence_steps": "id",
    "public.leads": "id",
    "dispatch.broadcast_messages": "user_id, id",
    "dispatch.delivery_receipts": "user_id, id",
    "dispatch.inbound_messages": "user_id, id",
}
POLICIES = [field.name for field in fields(Policies)]


def rows_of(tenant: UUID, facts: Facts) -> dict[tuple[str, object], Values]:
    """Return every row but those of the ledger, by table and key."""
    found: dict[tuple[str, object], Values] = {}

    def add(table: str, key: object, **values: Any) -> None:
        found[table, key] = values

    add(
        "public.users",
        tenant,
        id=tenant,
        email=f"{tenant}@example.org",
        full_name="Tenant",
        password_hash="-",  # noqa: S106  # nobody's
    )
    for device in facts.devices:
        add(
            "public.user_devices",
            device,
            id=device,
            user_id=tenant,
            device_name=f"Device {device}",
            jid=f"{device}@example.org",
        )
    for lead in facts.leads:
        add(
            "public.leads",
            lead.id,
            id=lead.id,
            user_id=tenant,
            device_id=lead.device_id,
            name="Lead",
            phone=lead.phone,
            trigger=lead.trigger,
            created_at=_naive(lead.created_at),
        )
    for sequence in facts.sequences:
        add(
            "public.sequences",
            sequence.id,
            id=sequence.id,
            user_id=tenant,
            name=f"Sequence {sequence.trigger}",
            trigger=sequence.trigger,
            status=sequence.status,
            is_active=sequence.is_active,
            skip_weekends=sequence.skip_weekends,
            time_schedule=sequence.time_schedule,
            schedule_time=sequence.schedule_time,
        )
        for step in sequence.steps:
            add(
                "public.sequence_steps",
                step.id,
                id=step.id,
                sequence_id=sequence.id,
                day_number=step.day_number,
                trigger=step.trigger,
                next_trigger=step.next_trigger,
                trigger_delay_hours=step.delay_hours,
                is_entry_point=step.is_entry_point,
                content=step.content,
                time_schedule=step.time_schedule,
                send_time=step.send_time,
            )
    for n, event in enumerate(facts.suppressions):
        add(
            "dispatch.suppressions",
            (tenant, n),
            user_id=tenant,
            phone=event.phone,
            kind=event.kind,
            source="fuzz",
            occurred_at=event.occurred_at,
        )
    for n, reply in enumerate(facts.replies):
        add(
            "dispatch.inbound_messages",
            (tenant, n),
            user_id=tenant,
            id=uuid5(tenant, f"reply {n}"),
            phone=reply.phone,
            content="Hello",
            occurred_at=reply.occurred_at,
            received_at=reply.occurred_at,
        )
    for receipt in facts.receipts:
        add(
            "dispatch.delivery_receipts",
            (receipt.attempt_id, receipt.status),
            user_id=tenant,
            id=uuid5(receipt.attempt_id, receipt.status),
            message_id=receipt.attempt_id,
            status=receipt.status,
            fault_class=receipt.fault_class,
            error_message=receipt.fault_class,
            occurred_at=receipt.occurred_at,
            received_at=receipt.occurred_at,
        )
    return found


def _naive(moment: datetime) -> datetime:
    """Write a time as the CRM does: UTC without zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def attempt_row(
    tenant: UUID, attempt: Attempt, device: UUID, names: Names, hashes: Hashes
) -> Values:
    """Return the attempt's row of the ledger."""
    key = attempt.key
    failed = attempt.status == "failed"
    return {
        "id": attempt.id,
        "user_id": tenant,
        "enrollment_id": names[tenant, key],
        "sequence_id": key.sequence_id,
        "sequence_stepid": attempt.step_id,
        "attempt_no": attempt.attempt_no,
        "is_resend": attempt.is_resend,
        "day_number": attempt.day_number,
        "definition_hash": hashes[tenant, key, attempt.definition],
        "device_id": device,
        "gateway": "native",
        "recipient_phone": key.phone,
        "message_type": "text",
        "content": "Text",
        "status": attempt.status,
        "fault_class": attempt.fault_class,
        "error_message": "refused" if failed else None,
        "claimed_at": attempt.claimed_at,
        "deadline_at": attempt.deadline_at,
        "sent_at": attempt.sent_at,
        "finished_at": attempt.finished_at,
        "due_at": attempt.due_at,
        "gap_seconds": 0,
        "lease_owner": "fuzz",
        "lease_epoch": 1,
        # written after the events around it, so its snapshot tells nothing
        "system_identifier": 0,
        "dispatcher_version": "fuzz",
        "invocation_id": "fuzz",
    }


def policy_cells(sequence_id: UUID, policies: Policies) -> list[str]:
    """Return a row of seeds/sequence_policies.csv; a default is blank."""
    default = Policies()
    cells = [str(sequence_id)]
    for name in POLICIES:
        value = getattr(policies, name)
        is_default = value == getattr(default, name)
        cells.append("" if is_default else _cell(value))
    return cells


def _cell(value: Any) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
