"""Finding the registered template that a text is, and its variables.

The text that a build rendered is what the contact is to read. It goes as a
template only when the template's body, filled in, is that text word for
word; so nothing is altered by it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dispatcher.config import VARIABLE, MessageTemplate

# what the gateways refuse inside a variable
NOT_IN_A_VARIABLE = re.compile(r"[\n\r\t]| {5}")


@dataclass(frozen=True, slots=True)
class Fit:
    """A template and what its variables are in one text."""

    template: MessageTemplate
    variables: dict[str, str]


def fit(templates: Sequence[MessageTemplate], text: str) -> Fit | None:
    """The first template that is this text, or None."""
    for template in templates:
        variables = _variables(template.body, text)
        if variables is not None:
            return Fit(template, variables)
    return None


def _variables(body: str, text: str) -> dict[str, str] | None:
    """Each variable the shortest that fits, from left to right."""
    first, *pairs = VARIABLE.split(body)
    if not text.startswith(first):
        return None
    numbers, literals = pairs[::2], pairs[1::2]
    position = len(first)
    found: dict[str, str] = {}
    for index, (number, literal) in enumerate(
        zip(numbers, literals, strict=True)
    ):
        is_last = index == len(numbers) - 1
        end = _end(text, literal, position + 1, is_last=is_last)
        value = text[position:end]
        if end <= position or NOT_IN_A_VARIABLE.search(value):
            return None
        if found.setdefault(number, value) != value:
            return None
        position = end + len(literal)
    if position != len(text):
        return None
    return {number: found[number] for number in sorted(found, key=int)}


def _end(text: str, literal: str, start: int, *, is_last: bool) -> int:
    """Where a variable ends; -1 when its literal does not follow."""
    if not is_last:
        return text.find(literal, start)
    end = len(text) - len(literal)
    return end if end >= start and text.endswith(literal) else -1
