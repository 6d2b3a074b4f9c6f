"""What the CRM can change between two builds."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid5

from tests.fuzz.events import pick
from tests.fuzz.facts import Lead, Sequence, Step
from tests.fuzz.story import Story


@dataclass(frozen=True)
class AddLead:
    phone: str
    trigger: str | None
    has_device: bool = True

    def apply(self, story: Story, at: datetime) -> None:
        devices = story.facts.devices
        device = devices[0] if self.has_device else uuid5(story.tenant, "?")
        lead = Lead(story.next_lead(), self.phone, self.trigger, device, at)
        story.change(leads=(*story.facts.leads, lead))


@dataclass(frozen=True)
class ChangeLead:
    """Give a lead another tag or phone; None: delete it."""

    number: int
    column: str | None
    value: str | None = None

    def apply(self, story: Story, at: datetime) -> None:
        del at
        lead = pick(self.number, story.facts.leads)
        if lead is None:
            return
        others = tuple(x for x in story.facts.leads if x.id != lead.id)
        if self.column is not None:
            changes: dict[str, Any] = {self.column: self.value}
            others = (*others, replace(lead, **changes))
        story.change(leads=others)


@dataclass(frozen=True)
class ChangeSequence:
    """Change columns of a sequence."""

    number: int
    changes: tuple[tuple[str, Any], ...]

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence = pick(self.number, story.facts.sequences)
        if sequence is not None:
            story.edit(sequence.id, **dict(self.changes))


@dataclass(frozen=True)
class ChangePolicies:
    """Change cells of a sequence's row of policies."""

    number: int
    changes: tuple[tuple[str, Any], ...]

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence = pick(self.number, story.facts.sequences)
        if sequence is not None:
            story.edit_policies(sequence.id, **dict(self.changes))


@dataclass(frozen=True)
class DeleteSequence:
    number: int

    def apply(self, story: Story, at: datetime) -> None:
        del at
        gone = pick(self.number, story.facts.sequences)
        kept = tuple(s for s in story.facts.sequences if s is not gone)
        story.change(sequences=kept)


@dataclass(frozen=True)
class ChangeStep:
    """Change columns of a step; no changes: remove it."""

    number: int
    step: int
    changes: tuple[tuple[str, Any], ...]

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence = pick(self.number, story.facts.sequences)
        step = pick(self.step, sequence.steps) if sequence else None
        if sequence and step:
            new = replace(step, **dict(self.changes)) if self.changes else None
            story.edit_steps(sequence.id, lambda s: new if s is step else s)


@dataclass(frozen=True)
class InsertStep:
    number: int
    day_number: int
    delay_hours: int | None

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence = pick(self.number, story.facts.sequences)
        if sequence:
            step = Step(story.next_id(), self.day_number, self.delay_hours)
            story.edit(sequence.id, steps=(*sequence.steps, step))


@dataclass(frozen=True)
class RecreateSteps:
    """Delete all steps; write them again under new ids, or not."""

    number: int
    is_written_again: bool = True

    def apply(self, story: Story, at: datetime) -> None:
        del at
        sequence: Sequence | None = pick(self.number, story.facts.sequences)
        if sequence:
            again = sequence.steps if self.is_written_again else ()
            new = tuple(replace(s, id=story.next_id()) for s in again)
            story.edit(sequence.id, steps=new)
