"""The one HTTP adapter; what differs between gateways is in their files."""

from types import TracebackType
from typing import Self
from uuid import UUID

from dispatcher.domain import (
    Device,
    DeviceState,
    DeviceStatus,
    Fault,
    LookUp,
    Message,
    NumberCheck,
    Outcome,
    Result,
)
from dispatcher.gateways import answer as answers
from dispatcher.gateways.body import Answer
from dispatcher.gateways.definition import Definition, Question
from dispatcher.gateways.exchange import Shown, show
from dispatcher.gateways.redact import Redactor, basic_pair
from dispatcher.gateways.request import (
    Objection,
    Rendered,
    build,
    build_question,
)
from dispatcher.gateways.template import Values
from dispatcher.gateways.transport import NoAnswer, Transport
from dispatcher.gateways.values import Setup


class HttpGateway:
    """One gateway of ``dispatcher.yml``, spoken to as its definition says."""

    def __init__(
        self,
        definition: Definition,
        *,
        base_url: str,
        setup: Setup | None = None,
        timeout_seconds: float = 60,
        connections: int = 500,
    ) -> None:
        self._definition = definition
        self._setup = setup or Setup()
        self._redactor = _redactor(self._setup)
        self._base_url = base_url
        self._transport = Transport(
            base_url,
            definition.limits,
            timeout_seconds=timeout_seconds,
            connections=connections,
        )

    async def open(self) -> None:
        """Make the connection pool; nothing is sent yet."""
        await self._transport.open()

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def prepare(
        self, device: Device, message: Message
    ) -> Rendered | Objection:
        """The request that ``send`` makes, or why it makes none."""
        return build(self._definition, device, message, self._setup)

    def show(self, device: Device, message: Message) -> Shown | Objection:
        """The same for people, with its secrets masked."""
        request = self.prepare(device, message)
        if isinstance(request, Objection):
            return request
        return show(request, self._base_url, self._redactor)

    async def send(self, device: Device, message: Message) -> Outcome:
        """Send one message, once, and say what is known about it."""
        request = self.prepare(device, message)
        if isinstance(request, Objection):
            return Outcome(
                Result.NOT_SENT, request.fault, error=request.reason
            )
        answer = await self._exchange(request)
        if isinstance(answer, NoAnswer):
            return Outcome(
                Result.UNKNOWN if answer.may_have_left else Result.NOT_SENT,
                Fault.GATEWAY_UNAVAILABLE,
                error=self._said(answer),
            )
        return answers.classify(
            self._definition, answer, self._redactor, request.values
        )

    async def status(self, device: Device) -> DeviceStatus | None:
        """How the gateway sees a device; None when it cannot be asked."""
        question = self._definition.status
        if question is None:
            return None
        answer = await self._ask(question, device, {})
        if isinstance(answer, Answer):
            return answers.read_state(question.answers, answer, self._redactor)
        return DeviceStatus(
            DeviceState.UNKNOWN,
            self._said(answer),
            is_silent=isinstance(answer, NoAnswer),
        )

    async def check_number(
        self, device: Device, phone: str
    ) -> NumberCheck | None:
        """Whether a number can be written to; None when none can tell.

        ``phone`` is digits alone, country code first.
        """
        question = self._definition.check_number
        if question is None:
            return None
        answer = await self._ask(question, device, {"phone": phone})
        if not isinstance(answer, Answer):
            return NumberCheck(None, self._said(answer))
        return answers.read_number(question.answers, answer, self._redactor)

    @property
    def can_look_up(self) -> bool:
        """Whether its definition says how to ask about a message."""
        return self._definition.look_up is not None

    async def look_up(self, device: Device, message_id: UUID) -> LookUp | None:
        """What became of an attempt, by the id that the ledger gave it.

        None when the gateway takes no id of ours. An answer that it knows
        of no such message is UNKNOWN: absence proves nothing.
        """
        question = self._definition.look_up
        if question is None:
            return None
        values = {"message_id": str(message_id)}
        answer = await self._ask(question, device, values)
        if not isinstance(answer, Answer):
            return LookUp(
                Result.UNKNOWN,
                Fault.GATEWAY_UNAVAILABLE,
                detail=self._said(answer),
            )
        return answers.read_look_up(question, answer, self._redactor, values)

    async def _ask(
        self, question: Question, device: Device, values: Values
    ) -> Answer | NoAnswer | Objection:
        request = build_question(
            self._definition, question, device, self._setup, values
        )
        if isinstance(request, Objection):
            return request
        return await self._exchange(request)

    async def _exchange(self, request: Rendered) -> Answer | NoAnswer:
        return await self._transport.exchange(
            request, self._definition.answers_are
        )

    def _said(self, failure: NoAnswer | Objection) -> str:
        """Why there is no answer."""
        if isinstance(failure, Objection):
            return failure.reason
        reason = self._redactor.clean(failure.error)
        if failure.may_have_left:
            return f"no answer after the request may have left ({reason})"
        return f"no connection to the gateway ({reason})"


def _redactor(setup: Setup) -> Redactor:
    groups = [setup.auth, *setup.device_credentials.values()]
    secrets = {
        secret.get_secret_value()
        for group in groups
        for secret in group.values()
    }
    pairs = {
        basic_pair(merged["username"], merged["password"])
        for own in [{}, *setup.device_credentials.values()]
        if {"username", "password"}
        <= (
            merged := {
                name: secret.get_secret_value()
                for name, secret in {**setup.auth, **own}.items()
            }
        ).keys()
    }
    return Redactor.of(secrets | pairs)
