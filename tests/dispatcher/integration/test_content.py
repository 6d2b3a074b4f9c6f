"""The text of a message, against a second renderer that shares no code."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dispatcher.integration.harness import (
    HOT,
    OTHER_PHONE,
    PHONE,
    TENANT,
    World,
)

FIELDS = {"name": "Ali", "phone": "60111000001"}
PLACEHOLDER = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)(?::(.*))?", re.DOTALL)


@dataclass
class Group:
    """What one pair of braces holds, as far as it was read."""

    options: list[str]
    is_plain: bool = True  # no brace in it


class Rendered:
    """A template read character by character.

    ``required`` are the fields it cannot do without. Raises ValueError at a
    brace that is part of neither a placeholder nor a choice.
    """

    def __init__(
        self, template: str, fields: Mapping[str, str], seed: str
    ) -> None:
        self.required: set[str] = set()
        self._fields = fields
        self._seed = seed
        self._choices = count(1)
        groups = [Group([""])]
        for character in template:
            within = len(groups) > 1
            if character == "{":
                groups.append(Group([""]))
            elif character == "}" and within:
                text = self._close(groups.pop())
                groups[-1].options[-1] += text
                groups[-1].is_plain = False
            elif character == "|" and within:
                groups[-1].options.append("")
            elif character == "}":
                raise ValueError(template)
            else:
                groups[-1].options[-1] += character
        if len(groups) > 1:
            raise ValueError(template)
        [self.text] = groups[0].options

    def _close(self, group: Group) -> str:
        if len(group.options) > 1:
            seed = f"{self._seed}{next(self._choices)}".encode()
            number = int(md5(seed).hexdigest()[:8], 16)  # noqa: S324
            return group.options[number % len(group.options)]
        [text] = group.options
        found = PLACEHOLDER.fullmatch(text) if group.is_plain else None
        if found is None:
            raise ValueError(text)
        name, fallback = found[1].lower(), found[2]
        if fallback is None:
            self.required.add(name)
        return self._fields.get(name, fallback or "")


def ask(connection: psycopg.Connection, expression: str, *values: str) -> Any:
    [found] = connection.execute(
        f"select {expression}".encode(), values
    ).fetchone() or [None]
    return found


def placeholders(connection: psycopg.Connection, template: str) -> Any:
    return ask(connection, "dispatch.placeholders(%s)", template)


def render(
    connection: psycopg.Connection,
    template: str,
    fields: Mapping[str, str] = FIELDS,
    seed: str = "enrolment and step",
) -> Any:
    return ask(
        connection,
        "dispatch.render(%s, %s, %s)",
        *(template, json.dumps(fields), seed),
    )


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("", ""),
        ("a\n\n b\t\u200d👍\\1 \\& 100% é", "a\n\n b\t\u200d👍\\1 \\& 100% é"),
        (
            "https://x.my/?a=1|2&b=%20#c 0123",
            "https://x.my/?a=1|2&b=%20#c 0123",
        ),
        ("Hi {name}, {NAME}.", "Hi Ali, Ali."),
        ("Hi {name:friend}", "Hi Ali"),
        ("Hi {niche:friend: you}", "Hi friend: you"),
        ("Hi{niche:}", "Hi"),
        ("Hi {niche}", "Hi {niche}"),
        ("{|}{a|a}", "a"),
        ("{Hi {name}|Hi {name}}", "Hi Ali"),
        ("{{x|x}|{x|{x|x}}}", "x"),
        ("a|b {c|c}|d", "a|b c|d"),
    ],
)
def test_text(
    connection: psycopg.Connection, template: str, text: str
) -> None:
    assert render(connection, template) == text


@pytest.mark.parametrize(
    "value", ["{a|b}", "{phone}", "{", "a|b", "}", "\\1", "a\nb"]
)
def test_a_value_is_never_read(
    connection: psycopg.Connection, value: str
) -> None:
    """Whoever writes a lead's name does not write our messages."""
    fields = {**FIELDS, "name": value}
    text = render(connection, "{Hi {name}|Hi {name}} {name}", fields)
    assert text == f"Hi {value} {value}"


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("Hi", []),
        ("{phone} {Name} {name}", ["name", "phone"]),
        ("{name:friend} {niche:}", []),
        ("{a|{b|{name}}} {c|{niche:d}}", ["name"]),
        ("{|}", []),
        ("{name", None),
        ("name}", None),
        ("}name{", None),
        ("{}", None),
        ("{ name }", None),
        ("{first name}", None),
        ("{1st}", None),
        ("{{name}}", None),
        ("{{name|phone}}", None),
        ("{name:{a|b}}", None),
        ("{na{m|n}e}", None),
        ("{a|b}}", None),
    ],
)
def test_what_a_text_cannot_do_without(
    connection: psycopg.Connection, template: str, names: list[str] | None
) -> None:
    assert placeholders(connection, template) == names


def test_choices_differ_between_contacts_and_not_between_attempts(
    connection: psycopg.Connection,
) -> None:
    template = "{a|b|c} {a|b|c}"
    texts = [render(connection, template, seed=f"e{n}") for n in range(100)]
    again = [render(connection, template, seed=f"e{n}") for n in range(100)]
    assert texts == again
    assert len(set(texts)) == 9


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    options = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        options.map(lambda found: "{" + "|".join(found) + "}"),
        options.map("".join),
    )


PLAIN = st.text(st.sampled_from("ab1 \n:é👍\\&"), max_size=4)
NAMES = st.sampled_from(["name", "Phone", "niche"])
LEAVES = st.one_of(
    PLAIN,
    NAMES.map("{{{}}}".format),
    st.tuples(NAMES, PLAIN).map(lambda pair: "{" + ":".join(pair) + "}"),
)
TEMPLATES = st.one_of(
    st.recursive(LEAVES, nested, max_leaves=12),
    st.text(st.sampled_from("{{}}||:na "), max_size=12),
)
VALUES = st.text(st.sampled_from("{}|:ab\\"), min_size=1, max_size=4)


@settings(
    max_examples=300,
    # each example asks a pure function, so one connection serves all
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    template=TEMPLATES,
    fields=st.dictionaries(st.sampled_from(["name", "phone"]), VALUES),
    seed=st.text(st.sampled_from("0123456789abcdef-"), max_size=8),
)
def test_two_renderers_agree(
    connection: psycopg.Connection,
    template: str,
    fields: dict[str, str],
    seed: str,
) -> None:
    try:
        expected = Rendered(template, fields, seed)
    except ValueError:
        assert placeholders(connection, template) is None
        return
    assert placeholders(connection, template) == sorted(expected.required)
    if expected.required <= fields.keys():
        assert render(connection, template, fields, seed) == expected.text


def edit_first_step(world: World, content: str) -> None:
    world.execute(
        "update public.sequence_steps set content = %s where day_number = 1",
        content,
    )


def test_history_36_a_name_that_is_missing_holds(world: World) -> None:
    world.tenant()
    world.device()
    world.sequence()
    edit_first_step(world, "Hi {name}")
    world.lead()
    world.execute("update public.leads set name = ''")
    world.build("0:00")
    assert world.monitor("status_reason", "hold_reason", "current_state")[
        0
    ] == (
        *(1, None, "unresolved_placeholder"),
        "Held: unresolved placeholder (name)",
    )
    world.dispatch("0:01")
    assert world.texts() == []

    edit_first_step(world, "Hi {name:friend}\n\nhttps://x.my/?a=1|2")
    world.build("0:02")
    world.dispatch("0:03")
    assert world.texts() == [(PHONE, "Hi friend\n\nhttps://x.my/?a=1|2")]


def test_history_37_an_edit_after_the_build_is_not_sent(warm: World) -> None:
    edit_first_step(warm, "New text")
    summary = warm.dispatch("0:01")
    assert summary.refused == {"definition_changed": 1}
    assert warm.texts() == []
    assert warm.monitor("hold_reason")[0] == (1, "definition_changed")

    warm.build("0:02")
    warm.dispatch("0:03")
    assert warm.texts() == [(PHONE, "New text")]
    assert warm.ledger("content", "due_at") == [("New text", "0:00")]


def test_an_edit_that_is_taken_back_is_no_change(warm: World) -> None:
    edit_first_step(warm, "New text")
    warm.dispatch("0:01")
    edit_first_step(warm, "WARM, day 1")
    warm.dispatch("0:02")
    assert warm.texts() == [(PHONE, "WARM, day 1")]


def test_a_step_that_is_gone_is_not_sent(warm: World) -> None:
    warm.execute("delete from public.sequence_steps where day_number = 1")
    assert warm.dispatch("0:01").refused == {"definition_changed": 1}
    assert warm.texts() == []


PIN: dict[str, object] = {"on_edit": "pin"}


def change_second_step(world: World, content: str) -> None:
    world.execute(
        "update public.sequence_steps set content = %s where day_number = 2",
        content,
    )


def second_step_is_pinned(world: World) -> None:
    world.warm()
    world.build("0:00", dbt_vars=PIN)
    world.dispatch("0:05")
    world.build("0:10", dbt_vars=PIN)
    change_second_step(world, "New text")
    world.build("24:10", dbt_vars=PIN)


def test_a_pinned_contact_gets_the_old_text_of_an_edited_step(
    world: World,
) -> None:
    second_step_is_pinned(world)
    world.dispatch("24:11")
    assert world.texts()[1:] == [(PHONE, "WARM, day 2")]


def test_an_edit_that_no_build_saw_holds_a_pinned_contact(
    world: World,
) -> None:
    second_step_is_pinned(world)
    change_second_step(world, "Newer text")
    refused = world.dispatch("24:11").refused
    assert refused == {"definition_changed": 1}
    world.build("24:12", dbt_vars=PIN)
    world.dispatch("24:13")
    assert world.texts()[1:] == [(PHONE, "WARM, day 2")]


def test_a_pinned_contact_gets_a_step_that_is_gone(world: World) -> None:
    """Once a build saw that it is gone, and not while it is back."""
    second_step_is_pinned(world)
    world.execute("delete from public.sequence_steps where day_number = 2")
    refused = world.dispatch("24:11").refused
    assert refused == {"definition_changed": 1}
    world.build("24:12", dbt_vars=PIN)

    world.execute(
        "insert into public.sequence_steps (id, sequence_id, day_number,"
        " content) select sequence_stepid, sequence_id, 2, 'Back'"
        " from drip.sequence_contacts where current_step = 2"
    )
    refused = world.dispatch("24:13").refused
    assert refused == {"definition_changed": 1}
    world.execute("delete from public.sequence_steps where day_number = 2")
    world.dispatch("24:14")
    assert world.texts()[1:] == [(PHONE, "WARM, day 2")]


def test_a_refused_step_keeps_no_other_of_its_device_back(
    warm: World,
) -> None:
    warm.sequence("HOT", sequence=HOT)
    warm.lead(OTHER_PHONE, "HOT")
    warm.build("0:01")
    edit_first_step(warm, "New text")
    warm.execute(
        "update public.sequence_steps set content = 'HOT, day 1'"
        " where sequence_id = %s and day_number = 1",
        HOT,
    )
    assert warm.dispatch("0:02").refused == {"definition_changed": 1}
    assert warm.texts() == [(OTHER_PHONE, "HOT, day 1")]


def test_a_reply_holds_before_any_build(warm: World) -> None:
    warm.now("0:01")
    warm.execute(
        "insert into dispatch.inbound_messages (user_id, phone, occurred_at)"
        " values (%s, %s, dispatch.now_utc())",
        *(TENANT, PHONE),
    )
    warm.dispatch("0:02")
    assert warm.texts() == []
    assert warm.monitor("hold_reason")[0] == (1, "replied")


def test_no_name_of_a_column_stops_a_build(world: World) -> None:
    world.is_built_by_dbt = True
    for name in ('"a""b"', '"it\'s"', '"50%% off"'):
        world.execute(f"alter table leads add {name} text default 'x'")
    world.warm()
    edit_first_step(world, "Hi {name}")
    world.build("0:00")
    world.dispatch("0:01")
    assert world.texts() == [(PHONE, "Hi Lead")]


@pytest.mark.parametrize("name", ["\t", "\u00a0", "\u3000 \u2003"])
def test_a_name_of_blanks_is_none(warm: World, name: str) -> None:
    """A gateway takes no text of blanks: that would hold the step for all."""
    edit_first_step(warm, "{name}")
    lead = warm.lead(OTHER_PHONE)
    warm.execute("update leads set name = %s where id = %s", name, lead)
    warm.build("0:01")
    warm.dispatch("0:02")
    assert warm.texts() == [(PHONE, "Lead")]
    held = [found for found in warm.monitor("hold_reason") if found[0] == 1]
    assert (1, "unresolved_placeholder") in held
    assert (1, "content_invalid") not in held
