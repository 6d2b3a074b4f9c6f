"""Reading definition files, and holding them to their own examples."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from dispatcher.domain import Fault, Result
from dispatcher.errors import ConfigError
from dispatcher.gateways import answer as answers
from dispatcher.gateways.body import Answer, read
from dispatcher.gateways.definition import Definition
from dispatcher.gateways.examples import Example
from dispatcher.gateways.redact import Redactor
from dispatcher.yamlfile import YamlFile

BUILT_IN = Path(__file__).parent / "definitions"
# the id that examples may count on
EXAMPLE_ID = UUID(int=3)


def built_in_names() -> list[str]:
    """The definitions that come with the dispatcher."""
    return sorted(path.stem for path in BUILT_IN.glob("*.yml"))


def load_definition(name: str) -> Definition:
    """Read a built-in definition by name, or a file ending in .yml.

    Raises ConfigError with file, line and key, also for an example that
    the rules read in another way.
    """
    if name.endswith(".yml"):
        return _load(Path(name))
    if name not in built_in_names():
        message = (
            f"gateway definition {name!r} is not built in, expected one of "
            f"{', '.join(built_in_names())}"
        )
        cure = "Or name your own file, ending in .yml."
        raise ConfigError(message, cure=cure)
    return _load(BUILT_IN / f"{name}.yml")


def _load(path: Path) -> Definition:
    file = YamlFile(path)
    definition = file.validate(Definition)
    problems = [
        (("examples", number), f"is read as {found}, expected {expected}")
        for number, example in enumerate(definition.examples)
        for found, expected in differences(definition, example)
    ]
    if problems:
        file.fail(problems)
    return definition


def differences(
    definition: Definition, example: Example
) -> Iterator[tuple[str, str]]:
    """How an example is read, and how it should be, if not the same."""
    answer = read(
        example.http, example.text().encode(), None, definition.answers_are
    )
    found = _meaning(definition, example.to, answer)
    if found is None:
        yield "nothing", f"the definition to say {example.to}"
        return
    expected = {name: getattr(example, name) for name in found}
    if found != expected:
        yield _shown(found), _shown(expected)


def _meaning(
    definition: Definition, to: str, answer: Answer
) -> dict[str, object] | None:
    nobody = Redactor()
    values = {"message_id": str(EXAMPLE_ID)}
    if to == "status" and definition.status:
        rules = definition.status.answers
        return {"state": answers.read_state(rules, answer, nobody).state}
    if to == "check_number" and definition.check_number:
        number_rules = definition.check_number.answers
        check = answers.read_number(number_rules, answer, nobody)
        return {"exists": check.exists}
    if to == "look_up" and definition.look_up:
        found = answers.read_look_up(
            definition.look_up, answer, nobody, values
        )
        return _verdict(found.result, found.fault, found.provider_message_id)
    if to == "send":
        sent = answers.classify(definition, answer, nobody, values)
        scope = "gateway" if sent.is_of_gateway else None
        meaning = _verdict(sent.result, sent.fault, sent.provider_message_id)
        return meaning | {"scope": scope}
    return None


def _verdict(
    result: Result, fault: Fault | None, message_id: str | None
) -> dict[str, object]:
    return {"outcome": result.name, "fault": fault, "message_id": message_id}


def _shown(meaning: dict[str, object]) -> str:
    return ", ".join(str(value) for value in meaning.values() if value) or "no"
