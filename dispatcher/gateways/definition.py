"""What a gateway's definition file may say.

The adapter knows HTTP; everything that differs between gateways is data.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from dispatcher.gateways.examples import Example
from dispatcher.gateways.matching import (
    IdRules,
    LookUpRule,
    NumberRule,
    Rule,
    StateRule,
    Successes,
)
from dispatcher.gateways.template import (
    HeaderName,
    HeaderText,
    JsonTemplate,
    Placeholder,
    Template,
    Text,
    UrlPath,
)
from dispatcher.gateways.webhook import Webhook
from dispatcher.yamlfile import Strict

OF_MESSAGES = frozenset({"text", "media_url", "media_type", "media_name"})
OF_TEMPLATES = frozenset(
    {"template_name", "template_language", "template_variables", "item"}
)

MessageType = Literal["text", "image", "video", "document", "audio"]
Method = Literal["GET", "POST"]


class Request(Strict):
    """One HTTP request: at most one kind of body."""

    method: Method = "POST"
    path: UrlPath
    query: dict[str, Text] = Field(default_factory=dict)
    headers: dict[HeaderName, HeaderText] = Field(default_factory=dict)
    json_body: JsonTemplate | None = Field(default=None, alias="json")
    form: dict[str, Text] | None = None
    multipart: dict[str, Text] | None = None
    longest_text: PositiveInt | None = None  # characters; more is refused

    @model_validator(mode="after")
    def _has_one_body(self) -> Self:
        bodies = (self.json_body, self.form, self.multipart)
        given = sum(body is not None for body in bodies)
        if given > 1:
            message = "one of json, form and multipart"
            raise ValueError(message)
        if given and self.method == "GET":
            message = "no body in a GET; use query"
            raise ValueError(message)
        return self

    def placeholders(self) -> Iterator[Placeholder]:
        """Every placeholder of the request, wherever it stands."""
        return iter(self._placeholders)

    @cached_property
    def _placeholders(self) -> tuple[Placeholder, ...]:
        """Of each message they are asked for twice, so found once."""
        return tuple(
            placeholder
            for template in self._templates()
            for placeholder in template.placeholders()
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """What the placeholders name."""
        return frozenset(each.name for each in self._placeholders)

    def _templates(self) -> Iterator[Template]:
        yield self.path
        yield from self.query.values()
        yield from self.headers.values()
        yield from (self.form or self.multipart or {}).values()
        if self.json_body is not None:
            yield from self.json_body.templates()

    def refuse(self, names: frozenset[str]) -> None:
        """Raise ValueError for a placeholder that has no value here."""
        for placeholder in self.placeholders():
            if placeholder.name in names:
                message = f"no {{{placeholder.name}}}, which has no value here"
                raise ValueError(message)


class Question(Request):
    """A request that changes nothing."""

    method: Method = "GET"

    @model_validator(mode="after")
    def _is_about_no_message(self) -> Self:
        self.refuse(OF_MESSAGES | OF_TEMPLATES)
        return self


class StatusQuestion(Question):
    """Where a device's state can be asked for."""

    answers: list[StateRule] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_about_a_device(self) -> Self:
        self.refuse(frozenset({"phone", "message_id"}))
        return self


class NumberQuestion(Question):
    """Where to ask whether a number can be written to."""

    answers: list[NumberRule] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_about_a_number(self) -> Self:
        self.refuse(frozenset({"message_id"}))
        return self


class LookUpQuestion(Question):
    """Where to ask what became of a message, by our id of it."""

    answers: list[LookUpRule] = Field(min_length=1)
    message_id: IdRules = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_about_an_id(self) -> Self:
        self.refuse(frozenset({"phone"}))
        return self


class Limits(Strict):
    """What the gateway can bear."""

    # requests to it at once, over all its devices
    concurrency: PositiveInt | None = None
    connect_seconds: PositiveFloat = 10
    # the longest wait for an answer, if shorter than dispatcher.yml's
    answer_seconds: PositiveFloat | None = None


class Definition(Strict):
    """A gateway as data."""

    answers_are: Literal["json", "xml", "text"] = "json"
    # HTTP Basic with the credentials username and password; with ?, they
    # may be left out
    auth: Literal["basic", "basic?", "none"] = "none"
    headers: dict[HeaderName, HeaderText] = Field(default_factory=dict)
    # name -> default; null: dispatcher.yml must give it
    settings: dict[str, str | None] = Field(default_factory=dict)
    limits: Limits = Limits()
    requests: dict[MessageType, Request] = Field(min_length=1)
    # the same for texts that fit a template registered with the gateway
    templates: dict[MessageType, Request] = Field(default_factory=dict)
    success: Successes = Field(min_length=1)
    message_id: IdRules = Field(default_factory=list)
    errors: list[Rule] = Field(default_factory=list)
    status: StatusQuestion | None = None
    check_number: NumberQuestion | None = None
    look_up: LookUpQuestion | None = None
    webhook: Webhook | None = None
    # answers with their meaning: the definition's own tests
    examples: list[Example] = Field(default_factory=list)

    @model_validator(mode="after")
    def _knows_its_placeholders(self) -> Self:
        for request in self.requests.values():
            request.refuse(OF_TEMPLATES)
        for name in self._names("setting."):
            if name not in self.settings:
                message = f"{name} under settings, as {{setting.{name}}} asks"
                raise ValueError(message)
        return self

    def all_requests(self) -> Iterator[Request]:
        """Every request, to send and to ask."""
        yield from self.requests.values()
        yield from self.templates.values()
        questions = (self.status, self.check_number, self.look_up)
        yield from (question for question in questions if question)

    @cached_property
    def credentials(self) -> frozenset[str]:
        """The names of the secrets that dispatcher.yml may give."""
        basic = {"username", "password"} if self.auth != "none" else set()
        return frozenset(basic) | self._names("credential.")

    def _names(self, group: str) -> set[str]:
        """What is used of a group, such as ``setting.``."""
        used = [
            *(p for each in self.all_requests() for p in each.placeholders()),
            *(p for text in self._texts() for p in text.placeholders()),
        ]
        return {
            placeholder.name.removeprefix(group)
            for placeholder in used
            if placeholder.name.startswith(group)
        }

    def _texts(self) -> Iterator[Template]:
        yield from self.headers.values()
        if self.webhook is not None:
            yield from self.webhook.secrets()
