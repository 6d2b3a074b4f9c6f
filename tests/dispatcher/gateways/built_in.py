"""Every built-in definition, set up with made-up secrets."""

from pydantic import SecretStr

from dispatcher.config import MessageTemplate
from dispatcher.domain import Message
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.examples import Example
from dispatcher.gateways.http import HttpGateway
from dispatcher.gateways.loading import built_in_names, load_definition
from dispatcher.gateways.values import Setup
from tests.dispatcher.gateways.gateway_server import message

NAMES = built_in_names()
DEFINITIONS = {name: load_definition(name) for name in NAMES}
# of quotes, which a body would have to escape
SECRETS = {
    name: f'hunter2"{name}/+\\ {number}'
    for number, name in enumerate(
        sorted({c for d in DEFINITIONS.values() for c in d.credentials})
    )
}
ADDRESS = "60123456789"
TEMPLATE = MessageTemplate(
    name="HX0123456789abcdef0123456789abcdef",
    language="ms",
    body="Welcome {{1}}, it is {{2}}.",
)


def setup(definition: Definition) -> Setup:
    """Whatever the definition needs of dispatcher.yml."""
    return Setup(
        auth={
            name: SecretStr(SECRETS[name]) for name in definition.credentials
        },
        settings={
            name: "AC0123456789abcdef0123456789abcdef"
            for name, default in definition.settings.items()
            if default is None
        },
        templates=(TEMPLATE,) if definition.templates else (),
    )


def gateway(
    name: str, base_url: str, *, timeout_seconds: float = 5
) -> HttpGateway:
    definition = DEFINITIONS[name]
    return HttpGateway(
        definition,
        base_url=base_url,
        setup=setup(definition),
        timeout_seconds=timeout_seconds,
    )


EXTENSIONS = {
    "image": "jpg",
    "video": "mp4",
    "document": "pdf",
    "audio": "ogg",
}


def message_of(
    definition: Definition, message_type: str, text: str = "Hello"
) -> Message:
    """A message that the definition can carry."""
    request = next(
        request
        for kind, request in definition.requests.items()
        if kind == message_type
    )
    names = {placeholder.name for placeholder in request.placeholders()}
    extension = EXTENSIONS.get(message_type)
    return message(
        text if "text" in names else "",
        message_type=message_type,
        media_url=f"https://media.example/a.{extension}?b=1&c=2"
        if extension
        else None,
    )


def messages(definition: Definition) -> list[Message]:
    """One message of each type that the definition sends."""
    return [message_of(definition, kind) for kind in definition.requests]


def accepted(name: str) -> Example:
    """The definition's own example of a success."""
    return next(
        example
        for example in DEFINITIONS[name].examples
        if example.to == "send" and example.outcome == "ACCEPTED"
    )
