"""Text with placeholders, as a definition file writes it.

``{text}`` must have a value, ``{text?}`` leaves its field out without one,
``{device|urlencode}`` is percent-encoded. Values are put into parsed
structures, never into serialised text: no content can become syntax.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BeforeValidator, Discriminator, RootModel, Tag

NAMES = ("phone", "text", "media_url", "device", "message_id")
FILTERS: dict[str, Callable[[str], str]] = {
    # a space as %20, never +: gateways differ on what + means
    "urlencode": partial(quote, safe="")
}
PLACEHOLDER = re.compile(r"\{(\w+)(\??)(?:\|(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Where one value of a message goes."""

    name: str
    optional: bool
    filter: str | None


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
                message = "each brace to belong to one of " + _choices(NAMES)
                raise ValueError(message)
        return cls(tuple(part for part in parts if part != ""))

    def placeholders(self) -> Iterator[Placeholder]:
        """The placeholders in this text."""
        return (part for part in self.parts if isinstance(part, Placeholder))

    def render(self, values: Mapping[str, str]) -> str | None:
        """The text with its values; None when an optional one is empty."""
        if any(p.optional and not values[p.name] for p in self.placeholders()):
            return None
        return "".join(_fill(part, values) for part in self.parts)


def _placeholder(match: re.Match[str]) -> Placeholder:
    name, optional, filter_ = match.groups()
    if name not in NAMES:
        message = f"one of {_choices(NAMES)}, not {{{name}}}"
        raise ValueError(message)
    if filter_ is not None and filter_ not in FILTERS:
        message = f"one of the filters {', '.join(FILTERS)}, not {filter_}"
        raise ValueError(message)
    return Placeholder(name, bool(optional), filter_)


def _choices(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _fill(part: str | Placeholder, values: Mapping[str, str]) -> str:
    if isinstance(part, str):
        return part
    value = values[part.name]
    return FILTERS[part.filter](value) if part.filter else value


def _parsed(value: object) -> Template:
    if isinstance(value, str):
        return Template.parse(value)
    message = "text; put quotes around it"
    raise ValueError(message)


def _parsed_for_header_or_path(value: object) -> Template:
    template = _parsed(value)
    for placeholder in template.placeholders():
        if placeholder.filter != "urlencode":
            # a line break there would start a new header
            message = f"{{{placeholder.name}|urlencode}} in a header or path"
            raise ValueError(message)
    return template


Text = Annotated[Template, BeforeValidator(_parsed)]
EncodedText = Annotated[Template, BeforeValidator(_parsed_for_header_or_path)]


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "{object}"
    if isinstance(value, list):
        return "{list}"
    return "{text}" if isinstance(value, str) else "{literal}"


class JsonTemplate(
    RootModel[
        Annotated[
            Annotated[Text, Tag("{text}")]
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
        elif isinstance(self.root, dict):
            for child in self.root.values():
                yield from child.templates()
        elif isinstance(self.root, list):
            for child in self.root:
                yield from child.templates()

    def render(self, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        """The structure with its values, optional empty ones left out."""
        if isinstance(self.root, Template):
            return self.root.render(values)
        if isinstance(self.root, dict):
            return {
                key: child.render(values)
                for key, child in self.root.items()
                if not child.is_left_out(values)
            }
        if isinstance(self.root, list):
            return [
                child.render(values)
                for child in self.root
                if not child.is_left_out(values)
            ]
        return self.root

    def is_left_out(self, values: Mapping[str, str]) -> bool:
        """Whether the field is dropped, as against a literal null."""
        return (
            isinstance(self.root, Template)
            and self.root.render(values) is None
        )
