"""Text with placeholders, as a definition file writes it.

``{text}`` must have a value, ``{text?}`` leaves its field out without one,
``{message_id|hex}`` is written another way. Values are put into parsed
structures and encoded for the place they stand in, never into serialised
text: no content can become syntax.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    RootModel,
    Tag,
    WithJsonSchema,
)

from dispatcher.yamlfile import Strict

# what a placeholder may name, and what stands there
NAMES = {
    "phone": "the recipient: digits alone, country code first",
    "text": "the text, or the caption of a medium",
    "media_url": "where the gateway finds the medium",
    "media_type": "the medium's MIME type, told from its URL",
    "media_name": "the medium's file name, told from its URL",
    "device": "what the gateway calls the device: user_devices.jid, else id",
    "message_id": "the id of this attempt, a UUID",
    "template_name": "the template that the text fits",
    "template_language": "its language",
    "template_variables": 'its variables as JSON: {"1": "Ann"}',
    "item": "inside $item: one variable of the template",
}
# placeholders with a name of their own after the dot
GROUPS = {
    "credential": "a secret of dispatcher.yml, of the gateway or the device",
    "setting": "a setting of the gateway in dispatcher.yml",
}
encode: Callable[[str], str] = partial(quote, safe="")
FILTERS: dict[str, Callable[[str], str]] = {
    # a space as %20, never +: gateways differ on what + means
    "urlencode": encode,
    # a UUID as WhatsApp's clients write ids
    "hex": lambda value: value.replace("-", "").upper(),
}
PLACEHOLDER = re.compile(r"\{([\w.]+)(\??)(?:\|(\w+))?\}")
PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Where one value of a message goes."""

    name: str
    optional: bool
    filter: str | None

    def fill(self, values: Values) -> str:
        """The value as it stands here."""
        value = values[self.name]
        return FILTERS[self.filter](value) if self.filter else value


@dataclass(frozen=True, slots=True)
class Template:
    """Literal text and placeholders, in order."""

    parts: tuple[str | Placeholder, ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Read one value of a definition file."""
        parts: list[str | Placeholder] = []
        end = 0
        for match in PLACEHOLDER.finditer(text):
            parts += [text[end : match.start()], _placeholder(match)]
            end = match.end()
        parts.append(text[end:])
        for part in parts:
            if isinstance(part, str) and ("{" in part or "}" in part):
                message = "each brace to belong to one of " + _choices()
                raise ValueError(message)
        return cls(tuple(part for part in parts if part != ""))

    def placeholders(self) -> Iterator[Placeholder]:
        """The placeholders in this text."""
        return (part for part in self.parts if isinstance(part, Placeholder))

    def literal(self) -> str:
        """The text without its placeholders."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def render(
        self, values: Values, encoded: Callable[[str], str] | None = None
    ) -> str | None:
        """The text with its values; None when an optional one is empty."""
        texts = []
        for part in self.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            if part.optional and not values[part.name]:
                return None
            text = part.fill(values)
            texts.append(encoded(text) if encoded else text)
        return "".join(texts)


def _placeholder(match: re.Match[str]) -> Placeholder:
    name, optional, filter_ = match.groups()
    group, _, own_name = name.partition(".")
    if name not in NAMES and not (group in GROUPS and own_name.isidentifier()):
        message = f"one of {_choices()}, not {{{name}}}"
        raise ValueError(message)
    if filter_ is not None and filter_ not in FILTERS:
        message = f"one of the filters {', '.join(FILTERS)}, not {filter_}"
        raise ValueError(message)
    return Placeholder(name, bool(optional), filter_)


def _choices() -> str:
    names = [*NAMES, *(f"{group}.NAME" for group in GROUPS)]
    return ", ".join(f"{{{name}}}" for name in names)


def _parsed(value: object) -> Template:
    if isinstance(value, str):
        return Template.parse(value)
    message = "text; put quotes around it"
    raise ValueError(message)


def _in_header(value: Template) -> Template:
    literal = value.literal()
    if not literal.isascii() or not literal.isprintable():
        message = "one line of ASCII, which is all that a header can hold"
        raise ValueError(message)
    return value


def _path(value: Template) -> Template:
    first = value.parts[0] if value.parts else ""
    if not isinstance(first, str) or not first.startswith("/"):
        message = "a path that starts with /"
        raise ValueError(message)
    if not PATH.fullmatch(value.literal()):
        message = "a path; what follows a ? belongs under query"
        raise ValueError(message)
    for placeholder in value.placeholders():
        if placeholder.optional:
            message = "a path whose every part is there, without ?"
            raise ValueError(message)
        if placeholder.filter == "urlencode":
            message = f"{{{placeholder.name}}}: a path encodes by itself"
            raise ValueError(message)
    return value


_STRING = WithJsonSchema({"type": "string"})
Text = Annotated[Template, BeforeValidator(_parsed), _STRING]
HeaderText = Annotated[Text, AfterValidator(_in_header), _STRING]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
UrlPath = Annotated[
    Text,
    AfterValidator(_path),
    WithJsonSchema({"type": "string", "pattern": "^/"}),
]


class Each(Strict):
    """A list with one item for each variable of a template."""

    each: Literal["template_variables"] = Field(alias="$each")
    item: "JsonTemplate" = Field(alias="$item")

    def render(self, values: Values) -> list[Any]:
        """The items, in the order of the variables."""
        variables = json.loads(values[self.each] or "{}")
        return [
            self.item.render({**values, "item": variable})
            for variable in variables.values()
        ]


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "{each}" if "$each" in value else "{object}"
    if isinstance(value, list):
        return "{list}"
    return "{text}" if isinstance(value, str) else "{literal}"


class JsonTemplate(
    RootModel[
        Annotated[
            Annotated[Text, Tag("{text}")]
            | Annotated[Each, Tag("{each}")]
            | Annotated[dict[str, "JsonTemplate"], Tag("{object}")]
            | Annotated[list["JsonTemplate"], Tag("{list}")]
            | Annotated[bool | int | float | None, Tag("{literal}")],
            Discriminator(_kind),
        ]
    ]
):
    """A JSON value whose texts are templates."""

    def templates(self) -> Iterator[Template]:
        """Every template in the structure."""
        if isinstance(self.root, Template):
            yield self.root
        elif isinstance(self.root, Each):
            yield Template((Placeholder(self.root.each, False, None),))  # noqa: FBT003
            yield from self.root.item.templates()
        elif isinstance(self.root, dict | list):
            for child in _children(self.root):
                yield from child.templates()

    def render(self, values: Values) -> Any:  # noqa: ANN401 - any JSON
        """The structure with its values, optional empty ones left out."""
        root = self.root
        if isinstance(root, Template | Each):
            return root.render(values)
        if isinstance(root, dict):
            return {
                key: rendered
                for key, child in root.items()
                if not child.is_left_out(rendered := child.render(values))
            }
        if isinstance(root, list):
            return [
                rendered
                for child in root
                if not child.is_left_out(rendered := child.render(values))
            ]
        return root

    def is_left_out(self, rendered: object) -> bool:
        """Whether the field is dropped, as against a literal null."""
        return rendered is None and isinstance(self.root, Template)


def _children(
    node: dict[str, JsonTemplate] | list[JsonTemplate],
) -> Iterator[JsonTemplate]:
    yield from node.values() if isinstance(node, dict) else node
