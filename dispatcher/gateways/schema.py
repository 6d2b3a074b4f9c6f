"""The JSON Schema of definition files, for editors and other tools."""

from typing import Any

from dispatcher.gateways.definition import Definition


def json_schema() -> dict[str, Any]:
    """Describe what a definition may say, as JSON Schema 2020-12.

    It knows shapes, not sense: ``dispatcher gateways check`` finds more.
    """
    schema = Definition.model_json_schema(by_alias=True, mode="validation")
    # an object with $each is also an object
    template = schema["$defs"]["JsonTemplate"]
    template["anyOf"] = template.pop("oneOf")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A gateway's definition",
        **_without_titles(schema),
    }


def _without_titles(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Leave out the names that pydantic makes up from the keys."""
    if isinstance(node, list):
        return [_without_titles(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_titles(child)
        for key, child in node.items()
        if key != "title" or not isinstance(child, str)
    }
