"""What dbt ran, and how long the database took for it."""

import json
from collections import defaultdict
from typing import Any, LiteralString

from tests.benchmarks.place import PROJECT, Place

Seconds = dict[str, float]  # by the name of the node; "" is dbt's own

# As if its tests had run, which take long and are not measured here: else the
# next build would fold again what this one did
_PROVE: LiteralString = """\
update dispatch.pipeline_runs set status = 'passed' where status = 'untested'
"""


def run(place: Place, command: str, *select: str) -> Seconds:
    """Run dbt; return the seconds of SQL of each node, hooks included.

    Raises RuntimeError when it does not succeed.
    """
    # dbt takes a second to import
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    spent: Seconds = defaultdict(float)

    def listen(event: Any) -> None:
        if event.info.name == "SQLQueryStatus":
            spent[event.data.node_info.node_name] += event.data.elapsed

    arguments = ["--quiet", "--log-level-file", "none", command]
    arguments += ["--project-dir", str(PROJECT)]
    arguments += ["--profiles-dir", str(place.folder)]
    arguments += ["--vars", json.dumps(place.dbt_vars)]
    outcome: Any = dbtRunner(callbacks=[listen]).invoke(
        [*arguments, "--select", *select]
    )
    if not outcome.success:
        message = f"dbt {command} failed: {outcome.exception or 'see above'}"
        raise RuntimeError(message)
    place.execute(_PROVE)
    return dict(spent)
