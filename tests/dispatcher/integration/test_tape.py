"""A build that is said again leaves what dbt's own leaves."""

import re
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest

from dispatcher.dbt_build import Project
from tests.dispatcher.conftest import world_of
from tests.dispatcher.integration import harness
from tests.dispatcher.integration.harness import (
    OTHER_PHONE,
    Server,
    World,
    dbt_build,
)
from tests.dispatcher.integration.tape import OtherAnswerError, Shelf
from tests.dispatcher.integration.timeline import Story

Left = dict[str, list[str]]

# Of what two runs of one story do not share, these can be told by their type
_COLUMNS = """
select format('%%I.%%I', table_schema, table_name),
    string_agg(format('%%I', column_name), ', ' order by ordinal_position)
from information_schema.columns
where table_schema in ('dispatch', 'drip', 'drip_memory')
    and udt_name not in ('xid8', 'pg_snapshot')
group by 1
"""
# and these by where they come from; dbt names an index anew in each build
_OWN = """
select '"?[0-9a-f]{32}"?'
union all
select id::text from dispatch.broadcast_messages
union all
select invocation_id from dispatch.pipeline_runs
union all
select decision_id::text from drip_memory.sequence_decisions
where decision not in ('exit', 'untagged') -- made of the invocation's name
"""
_RELATIONS = """
select relation.oid::regclass::text, relkind::text,
    coalesce(pg_get_viewdef(relation.oid), ''),
    coalesce(obj_description(relation.oid), ''), relacl::text, reloptions,
    array(
        select pg_get_indexdef(indexrelid) from pg_index
        where indrelid = relation.oid order by 1
    )
from pg_class as relation
where relkind <> 'i'
    and relnamespace in ('drip'::regnamespace, 'drip_memory'::regnamespace)
"""


def happen(world: World) -> list[Left]:
    """Let failures, sends, an exit and edits happen; see what builds leave."""
    story = Story(world, 0)
    story.warm("WARM", "HOT")
    left = [built(world, "0:00")]
    world.now("0:05")
    story.send("failed", "RECIPIENT_SUSPECT")
    story.lead("WARM,HOT", OTHER_PHONE)
    left.append(built(world, "0:06"))
    world.now("0:12")
    story.send(limit=2)
    story.send("released", "DEVICE_LOGGED_OUT")
    left.append(built(world, "0:13", []))
    world.execute(
        "insert into dispatch.suppressions (user_id, phone, kind, source)"
        " values (%s, %s, 'opt_out', 'test')",
        *(story.user, OTHER_PHONE),
    )
    left.append(built(world, "24:13"))
    story.remove_step(2)
    return [*left, built(world, "24:15", [])]


def built(world: World, moment: str, select: list[str] | None = None) -> Left:
    """Build; return every row and every relation, without what is its own."""
    # the CRM notes the wall's clock
    world.execute("update public.leads set updated_at = created_at")
    world.build(moment, select=select)
    found = {"relations": world.rows(_RELATIONS)}
    for table, columns in world.rows(_COLUMNS):
        found[table] = world.rows(f"select {columns} from {table}")  # noqa: S608
    own = re.compile("|".join(value for (value,) in world.rows(_OWN)))
    return {
        table: sorted(own.sub("its own", repr(row)) for row in rows)
        for table, rows in found.items()
    }


def test_it_leaves_what_dbt_leaves(
    server: Server,
    dbt_project: Project,
    built_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told(*, by_dbt: bool) -> list[Left]:
        with world_of(server, dbt_project, built_database) as world:
            world.is_built_by_dbt = by_dbt
            return happen(world)

    by_dbt = told(by_dbt=True)
    assert all(left["drip.sequence_contacts"] for left in by_dbt)
    told(by_dbt=False)
    monkeypatch.setattr(harness, "dbt_build", pytest.fail)
    again = told(by_dbt=False)
    for one, other in zip(by_dbt, again, strict=True):
        for table in {*one, *other}:
            assert one[table] == other[table], table


def test_dbt_builds_where_it_would_say_something_else(warm: World) -> None:
    warm.build("0:01")
    warm.execute("drop schema drip cascade")
    warm.build("0:02")
    assert warm.due() == [(1, 1, False)]
    assert warm.gate() == []


def test_another_answer_once_it_has_begun_is_an_error(warm: World) -> None:
    warm.build("0:01")
    warm.execute("alter table drip.sequence_contacts add column more integer")
    with pytest.raises(OtherAnswerError, match="build it with dbt"):
        warm.build("0:02")


def test_workers_share_what_was_recorded(warm: World, tmp_path: Path) -> None:
    recording, playing = Shelf(), Shelf()
    for shelf in (recording, playing):
        shelf.share(tmp_path)
    warm.now("0:01")
    conninfo = warm.profile.conninfo
    server = {"host": conninfo["host"], "port": conninfo["port"]}
    recording.build_again("it", server, lambda: dbt_build(warm.project))
    before = warm.rows("select count(*) from dispatch.pipeline_runs")
    warm.now("0:02")
    playing.build_again("it", server, pytest.fail)
    after = warm.rows("select count(*) from dispatch.pipeline_runs")
    assert after == [(before[0][0] + 1,)]
    with pytest.raises(psycopg2.OperationalError):
        playing.build_again("it", {"host": str(tmp_path)}, pytest.fail)
