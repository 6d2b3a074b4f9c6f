"""A whole ``dbt build``, as an analyst runs it."""

from pathlib import Path

import psycopg

from dispatcher.profile import Profile
from tests.project.dbt_cli import STRICT, parse, run


def test_dbt_build_passes_without_a_warning(
    database: Profile, connection: psycopg.Connection, tmp_path: Path
) -> None:
    done = run(database, tmp_path, *STRICT, "build", "--no-partial-parse")
    assert done.returncode == 0, done.stdout
    assert "WARN=0 ERROR=0" in done.stdout
    assert "[WARNING]" not in done.stdout
    gate = connection.execute(
        "select * from dispatch.gate('drip', 360, array[1])"
    )
    assert gate.fetchall() == []


def test_dbt_docs_are_one_page(database: Profile, tmp_path: Path) -> None:
    parse(database, tmp_path)
    done = run(
        database,
        tmp_path,
        "docs",
        "generate",
        "--static",
        "--empty-catalog",
        "--no-compile",
    )
    assert done.returncode == 0, done.stdout
    page = (tmp_path / "target/static_index.html").read_text()
    assert "sequence_progress_monitor" in page
