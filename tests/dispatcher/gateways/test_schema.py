"""The published JSON Schema says what the program accepts."""

import json
from pathlib import Path

import pytest
from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
)

from dispatcher.gateways.loading import BUILT_IN
from dispatcher.gateways.schema import json_schema
from dispatcher.yamlfile import YamlFile
from tests.dispatcher.gateways.built_in import NAMES

PUBLISHED = Path(__file__).parents[3] / "docs" / "gateway.schema.json"


def test_the_published_schema_is_current() -> None:
    """Else: dispatcher gateways schema > docs/gateway.schema.json."""
    assert json.loads(PUBLISHED.read_text()) == json_schema()


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", NAMES)
def test_every_built_in_definition_fits_it(name: str) -> None:
    values = YamlFile(BUILT_IN / f"{name}.yml").values()
    assert list(Draft202012Validator(json_schema()).iter_errors(values)) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("auth",), "bearer"),
        (("requests",), {}),
        (("requests", "text", "method"), "PUT"),
        (("requests", "text", "path"), "send"),
        (("requests", "text", "extra"), 1),
        (("success", "status"), "abc"),
        (("errors",), [{"status": 400, "outcome": "ACCEPTED"}]),
        (("limits",), {"concurrency": 0}),
        (("webhook", "events"), []),
    ],
)
def test_a_mistake_does_not_fit_it(
    place: tuple[str, ...], value: object
) -> None:
    values = YamlFile(BUILT_IN / "gowa.yml").values()
    node = values
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    assert list(Draft202012Validator(json_schema()).iter_errors(values))
