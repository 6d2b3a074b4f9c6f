"""Macros that are text in, text out."""

import pytest
from jinja2 import Environment

from tests.project.dbt_cli import ROOT


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ("public", "public"),
        ("_crm2", "_crm2"),
        ("Crm", '"Crm"'),
        ("2crm", '"2crm"'),
        ("my crm", '"my crm"'),
        ('odd"one', '"odd""one"'),
    ],
)
def test_a_schema_is_quoted_where_sql_wants_it(
    schema: str, written: str
) -> None:
    macro = (ROOT / "macros/schema_name.sql").read_text()
    environment = Environment()  # noqa: S701  # SQL, not HTML
    template = environment.from_string(macro + "{{ schema_name(schema) }}")
    assert template.render(schema=schema).strip() == written
