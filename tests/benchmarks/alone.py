"""The query of a model by itself: warm, planned and run, nothing written."""

import json
from typing import Any

from psycopg import sql

from tests.benchmarks.place import Place

_SCHEMA = sql.SQL("set local search_path = {}")


def seconds(place: Place, model: str, runs: int) -> list[float]:
    """Return what planning and running it takes, after a run for the caches.

    The query is the one that dbt compiled last, under the settings that the
    model makes for itself.
    """
    query, settings = _compiled(place, model)
    with place.connection.transaction():
        place.connection.execute(_SCHEMA.format(sql.Identifier("drip")))
        for setting in settings:
            place.connection.execute(setting.encode())
        _explained(place, query)
        return [_explained(place, query) for _ in range(runs)]


def _compiled(place: Place, model: str) -> tuple[str, list[str]]:
    """Return the query, and the settings among the hooks before it."""
    target = place.folder / "target"
    query = next((target / "compiled").rglob(f"models/**/{model}.sql"))
    manifest = json.loads((target / "manifest.json").read_text())
    config = next(
        node["config"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"] == model
    )
    hooks = [hook["sql"] for hook in config["pre-hook"]]
    return query.read_text(), [
        hook for hook in hooks if hook.startswith("set local")
    ]


def _explained(place: Place, query: str) -> float:
    """Return the seconds by the server's own clock."""
    explain = (
        f"explain (analyze, timing off, buffers off, format json) {query}"
    )
    row: Any = place.connection.execute(explain.encode()).fetchone()
    plan = row[0][0]
    return float(plan["Planning Time"] + plan["Execution Time"]) / 1000
