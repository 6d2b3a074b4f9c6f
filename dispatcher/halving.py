"""One bad item of a batch never costs another its place."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from dispatcher.errors import ValuesRefusedError

Item = TypeVar("Item")
Found = TypeVar("Found")


async def in_halves(
    items: Sequence[Item],
    act: Callable[[Sequence[Item]], Awaitable[list[Found]]],
    alone: Callable[[Item, ValuesRefusedError], Awaitable[list[Found]]],
) -> list[Found]:
    """Act on all at once; when refused, on halves, down to the one to blame.

    ``alone`` gets that one, with what the database said.
    """
    try:
        return await act(items)
    except ValuesRefusedError as error:
        if len(items) == 1:
            return await alone(items[0], error)
    middle = len(items) // 2
    first = await in_halves(items[:middle], act, alone)
    return first + await in_halves(items[middle:], act, alone)
