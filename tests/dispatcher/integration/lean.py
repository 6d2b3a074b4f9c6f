"""A build that leaves out what costs it half its time in a test."""

import gc
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import CodeType
from typing import Any
from unittest.mock import patch

import sqlparse
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespace, NamespaceMember
from dbt.contracts.graph.manifest import Manifest
from dbt.graph.graph import UniqueId
from dbt.graph.selector import NodeSelector
from dbt.graph.selector_spec import SelectionSpec
from dbt.parser.manifest import ManifestLoader
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from jinja2 import Environment
from sqlparse import tokens
from sqlparse.sql import Statement, Token

# What is replaced during a build
_parse = sqlparse.parse
_fire_event = EventManager.fire_event
_select_nodes = NodeSelector.select_nodes
_compile = Environment.compile
_is_partial_parsable = ManifestLoader.is_partial_parsable

_CODE: dict[tuple[object, ...], CodeType] = {}

# A build leaves a graph of what it parsed, which takes a second to collect
_COLLECT_EACH = 10
_builds = count(1)

_BEGINS_WITH = re.compile(
    r"((?:\s|--[^\n]*\n|/\*.*?\*/)*)(with)\b(?!\s+recursive)",
    re.DOTALL | re.IGNORECASE,
)

Selected = tuple[set[UniqueId], set[UniqueId]]


@contextmanager
def lean(settings: dict[str, str]) -> Iterator[None]:
    """Spare a build what no test is about.

    That is the garbage collector, but now and then; an environment that dbt
    searches for secrets at each of its thousand events; most of these events;
    the tokens of each statement that ephemeral models are put before;
    templates compiled before; macros sought one by one; the same nodes
    selected thrice; a search for circles in what has been searched; files of
    what was compiled; the names of modules that have flags; and another parse
    for other vars, which the settings' target path has to tell apart where
    they are read by it.
    """
    gc.disable()
    kept = {"PATH": os.environ["PATH"]}
    try:
        with (
            patch.dict(os.environ, {**kept, **settings}, clear=True),
            patch("dbt.compilation.sqlparse.parse", _statements),
            patch.object(EventManager, "fire_event", _fire),
            patch.object(Environment, "compile", _compiled),
            patch.object(MacroNamespace, "__getitem__", _macro),
            patch.object(NodeSelector, "select_nodes", _selected),
            patch.object(Linker, "find_cycles", lambda _: None),
            patch.object(Linker, "get_graph_summary", lambda *_: {}),
            patch("dbt.contracts.graph.nodes.write_file", lambda *_: True),
            patch.object(
                BehaviorFlagRendered, "_default_source", lambda _: ""
            ),
            patch.object(ManifestLoader, "is_partial_parsable", _is_parsed),
        ):
            yield
    finally:
        if next(_builds) % _COLLECT_EACH == 0:
            gc.enable()


def _fire(
    manager: EventManager,
    event: BaseEvent,
    level: EventLevel | None = None,
    **options: Any,
) -> None:
    """Tell of what went wrong alone."""
    if (level or event.level_tag()) in {EventLevel.WARN, EventLevel.ERROR}:
        _fire_event(manager, event, level, **options)


def _statements(text: str) -> tuple[Statement, ...]:
    """Return a statement as dbt needs it: where does the `with` stand?"""
    found = _BEGINS_WITH.match(text)
    if not found:
        return _parse(text)
    before, keyword = found.groups()
    parts = [
        Token(tokens.Whitespace, before),  # type: ignore[no-untyped-call]
        Token(tokens.Keyword, keyword),  # type: ignore[no-untyped-call]
        Token(tokens.Other, text[found.end() :]),  # type: ignore[no-untyped-call]
    ]
    return (Statement(parts),)  # type: ignore[no-untyped-call]


def _is_parsed(
    loader: ManifestLoader, saved: Manifest
) -> tuple[bool, str | None]:
    """Take what was parsed with other vars."""
    saved.state_check.vars_hash = loader.manifest.state_check.vars_hash
    return _is_partial_parsable(loader, saved)


def _compiled(environment: Environment, text: str, *names: Any) -> CodeType:
    """Compile each template once for all builds."""
    key = (type(environment), text, *names)
    if key not in _CODE:
        _CODE[key] = _compile(environment, text, *names)
    return _CODE[key]


def _macro(namespace: MacroNamespace, name: str) -> NamespaceMember:
    """Find a macro where five dictionaries were searched for it once."""
    known = vars(namespace)
    if "flat" not in known:
        known["flat"] = {}
        for found in reversed(list(namespace._search_order())):  # noqa: SLF001  # its own
            known["flat"].update(found)
    member: NamespaceMember = known["flat"][name]
    return member


def _selected(
    selector: NodeSelector, spec: SelectionSpec, **options: Any
) -> Selected:
    """Select once in each build; who asks filters what was found."""
    known = vars(selector.full_graph).setdefault("selected", {})
    if id(spec) not in known:
        known[id(spec)] = _select_nodes(selector, spec, **options)
    direct, indirect = known[id(spec)]
    return set(direct), set(indirect)
