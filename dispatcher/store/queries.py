"""Named queries, kept in ``dispatcher/sql/queries/*.sql``.

A query starts with a line ``-- name: <name>`` and ends at the next one.
"""

import functools
import re
from importlib import resources

from psycopg import sql

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_PART = re.compile(r"\{(\w+)\}")


@functools.cache
def load() -> dict[str, str]:
    """Return every named query: name to text.

    Raises ValueError when two queries share a name.
    """
    found: dict[str, str] = {}
    folder = resources.files("dispatcher") / "sql" / "queries"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        parts = _NAME.split(entry.read_text())[1:]
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            if name in found:
                message = f"{entry.name}: query {name!r} is named twice"
                raise ValueError(message)
            found[name] = text.strip()
    return found


def query(name: str, **schemas: str) -> sql.Composed:
    """Return one query, with what stands in braces filled in.

    ``{target}`` and the like are schema names; ``{checked}`` and the like are
    other named queries.
    """
    text = load()[name]
    filling: dict[str, sql.Composable] = {
        key: sql.Identifier(value) for key, value in schemas.items()
    }
    for part in _PART.findall(text):
        if part in load():
            filling[part] = query(part, **schemas)
    return sql.SQL(text).format(**filling)
