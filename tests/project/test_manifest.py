"""What dbt's own manifest says of the project's shape."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dispatcher.dbt_build import QUEUE
from dispatcher.profile import Profile
from tests.project.dbt_cli import parse

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "dispatcher/sql/schema"
SOURCES = [
    *(("dispatcher", "py"), ("dispatcher", "sql"), ("models", "sql")),
    *(("macros", "sql"), ("tests/dbt", "sql")),
]
DISALLOWED_COLUMNS = {"jid", "password_hash", "wablas_instance", "email"}
OF_THE_DIAGNOSTICS = {
    "assert_every_lead_is_diagnosed",
    "assert_lead_without_a_sequence_has_one_row",
}
OFF_THE_PATH = OF_THE_DIAGNOSTICS
PRIVATE_YAML_KEYS = {"meta", "tags", "group", "freshness", "loaded_at_field"}

Node = dict[str, Any]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Node]:
    folder = tmp_path_factory.mktemp("manifest")
    profile = Profile(
        "drip",
        "test",
        "drip",
        {"host": "x", "port": 1, "user": "x", "dbname": "x"},
    )
    parse(profile, folder)
    manifest = json.loads((folder / "target/manifest.json").read_text())
    found: dict[str, Node] = manifest["nodes"]
    return found


def models(nodes: dict[str, Node]) -> list[Node]:
    return [
        node for node in nodes.values() if node["resource_type"] == "model"
    ]


def test_every_model_starts_with_its_grain(nodes: dict[str, Node]) -> None:
    bare = [
        node["name"]
        for node in models(nodes)
        if not node["description"].startswith("One row per ")
    ]
    assert bare == []


def test_every_column_is_described(nodes: dict[str, Node]) -> None:
    bare = [
        (node["name"], column["name"])
        for node in models(nodes)
        for column in node["columns"].values()
        if not column["description"]
    ]
    assert bare == []
    assert all(node["columns"] for node in models(nodes))


def test_public_models_have_contract_and_version(
    nodes: dict[str, Node],
) -> None:
    public = [
        node for node in models(nodes) if node["config"]["access"] == "public"
    ]
    assert len(public) == 12
    for node in public:
        assert node["contract"]["enforced"], node["name"]
        assert node["version"] == 1, node["name"]


def test_only_staging_reads_sources(nodes: dict[str, Node]) -> None:
    """A finding may name a table in its cure; its rows come by staging."""
    for node in models(nodes):
        reads = [
            parent
            for parent in node["depends_on"]["nodes"]
            if parent.startswith("source.")
        ]
        if "/staging/" not in f"/{node['original_file_path']}":
            assert not reads, node["name"]


def test_nothing_the_queue_hangs_on_is_dropped_by_a_build(
    nodes: dict[str, Node],
) -> None:
    """A view in the database depends only on what a build keeps."""
    [queue] = [node for node in models(nodes) if node["name"] == "due_steps"]
    for parent in relations(queue, nodes):
        kept = parent["config"]["materialized"] == "incremental"
        assert kept, parent["name"]


def relations(node: Node, nodes: dict[str, Node]) -> list[Node]:
    """The relations that a view hangs on: through ephemeral models."""
    found = []
    for name in node["depends_on"]["nodes"]:
        parent = nodes.get(name)
        if parent is None:
            continue
        if parent["config"]["materialized"] == "ephemeral":
            found += relations(parent, nodes)
        else:
            found.append(parent)
    return found


def test_a_cycle_runs_every_test_of_the_ledger(nodes: dict[str, Node]) -> None:
    """One whose models it does not build is passed over, unseen."""
    roots = {name.removeprefix("+") for name in QUEUE}
    built: set[str] = set()
    waiting = [name for name, node in nodes.items() if node["name"] in roots]
    while waiting:
        name = waiting.pop()
        built.add(name)
        parents = nodes.get(name, {}).get("depends_on", {}).get("nodes", [])
        waiting += [parent for parent in parents if parent not in built]
    skipped = {
        node["name"]
        for node in nodes.values()
        if node["resource_type"] == "test"
        and node["path"].startswith(("queue/", "enrollment/"))
        and not built.issuperset(node["depends_on"]["nodes"])
    }
    assert skipped == OF_THE_DIAGNOSTICS


def test_every_test_of_the_queue_closes_the_gate(
    nodes: dict[str, Node],
) -> None:
    """As macros/is_on_path.sql has it: through ephemeral models."""
    path = with_parents({"due_steps", "held_devices"}, nodes)
    tests = [
        node
        for node in nodes.values()
        if node["resource_type"] == "test"
        and node["config"]["severity"].lower() == "error"
    ]
    guards = {
        node["name"]
        for node in tests
        if {part["unique_id"] for part in relations(node, nodes)} <= path
    }
    of_the_queue = {
        node["name"]
        for node in tests
        if node["path"].startswith(("queue/", "enrollment/"))
    }
    assert of_the_queue - guards == OFF_THE_PATH


def with_parents(names: set[str], nodes: dict[str, Node]) -> set[str]:
    """Return the ids of those nodes and of all that they are made of."""
    found: set[str] = set()
    waiting = [
        key
        for key, node in nodes.items()
        if node["resource_type"] == "model" and node["name"] in names
    ]
    while waiting:
        key = waiting.pop()
        if key in nodes and key not in found:
            found.add(key)
            waiting += nodes[key].get("depends_on", {}).get("nodes", [])
    return found


def test_who_fails_a_test_is_not_enrolled(nodes: dict[str, Node]) -> None:
    """A model waits for the tests of what it is made of, and no others."""
    made_of = with_parents({"sequence_enrollments"}, nodes)
    found = {
        node["name"]
        for node in nodes.values()
        if node["resource_type"] == "test"
        and made_of.issuperset(node["depends_on"]["nodes"])
    }
    assert {
        "assert_candidates_are_new_to_the_ledger",
        "assert_candidates_stay_within_their_tenant",
    } <= found


def test_no_view_hangs_on_an_app_table(nodes: dict[str, Node]) -> None:
    for node in models(nodes):
        if node["config"]["materialized"] == "view":
            names = sources(node, nodes)
            assert not [name for name in names if ".app." in name]


def sources(node: Node, nodes: dict[str, Node]) -> set[str]:
    found: set[str] = set()
    for name in node["depends_on"]["nodes"]:
        parent = nodes.get(name)
        if name.startswith("source."):
            found.add(name)
        elif parent and parent["config"]["materialized"] == "ephemeral":
            found |= sources(parent, nodes)
    return found


def test_no_model_exposes_a_credential(nodes: dict[str, Node]) -> None:
    for node in models(nodes):
        assert not DISALLOWED_COLUMNS & node["columns"].keys(), node["name"]


@pytest.mark.parametrize(
    "file",
    [*ROOT.glob("models/**/*.sql"), *ROOT.glob("macros/*.sql")],
    ids=lambda file: file.stem,
)
def test_time_comes_from_one_clock(file: Path) -> None:
    text = file.read_text().lower()
    bare = re.findall(r"\b(?:now\(\)|current_timestamp|clock_timestamp)", text)
    assert bare == []


def test_no_offset_is_spelt_out() -> None:
    """A zone is a var or a policy, applied in macros; nobody adds hours."""
    spelt = re.compile(
        r"'[+-]?(0?8 ?hours?|480 ?min\w*|0?8:00(:00)?|28800( ?s\w*)?)'"
        r"|hours(\(|=>? ?)[\"']?-?8\b|minutes=>? ?-?480|'[+-]0?8(:00)?'"
    )
    for folder, ending in SOURCES:
        for file in ROOT.glob(f"{folder}/**/*.{ending}"):
            assert not spelt.search(file.read_text().lower()), file


def test_no_rule_hides_in_a_trigger() -> None:
    makes = re.compile(r"create\s+(or\s+replace\s+)?(constraint\s+)?trigger")
    for folder, ending in SOURCES:
        for file in ROOT.glob(f"{folder}/**/*.{ending}"):
            assert not makes.search(file.read_text().lower()), file


@pytest.mark.parametrize(
    "file", [*ROOT.glob("models/**/*.sql")], ids=lambda file: file.stem
)
def test_models_are_short(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 80


def test_macros_are_described() -> None:
    described = (ROOT / "macros/_macros.yml").read_text()
    for file in ROOT.glob("macros/*.sql"):
        assert f"- name: {file.stem}\n" in described, file.stem


def test_unversioned_yaml_keys_stay_under_config() -> None:
    """A wrong place passes: dbt does not tell on Postgres ."""
    pattern = re.compile(
        rf"^    ({'|'.join(PRIVATE_YAML_KEYS)}):", re.MULTILINE
    )
    for file in ROOT.glob("models/**/*.yml"):
        assert not pattern.search(file.read_text()), file


def test_the_exposure_names_what_the_dispatcher_reads() -> None:
    file = ROOT / "models/marts/queue/_queue__exposures.yml"
    exposed = set(re.findall(r"ref\('(\w+)'", file.read_text()))
    queries = " ".join(
        file.read_text()
        for file in ROOT.glob("dispatcher/sql/queries/*.sql")
        if file.stem != "demo"
    )
    read = set(re.findall(r"\{target\}\.(\w+)", queries))
    assert exposed == read


def test_the_project_needs_the_last_migration() -> None:
    """Else a build on an older schema would fail without saying why."""
    needed = (ROOT / "macros/dispatch_version.sql").read_text()
    last = max(path.name for path in SCHEMA.glob("*.sql"))
    assert f"return({int(last[:3])})" in needed
