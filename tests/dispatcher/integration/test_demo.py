"""The demo path, as ``make demo`` takes it."""

from pathlib import Path

import pytest

from dispatcher.demo import scenario
from dispatcher.demo.place import lay_out
from dispatcher.demo.story import import_leads, tell
from tests.dispatcher.integration.lean import lean

ROOT = Path(__file__).parents[3]

# what the seed found, and what must be true of every run
EXPECTED = [
    "1747 inserted, 0 updated, 3 rejected",
    "COLD Sequence has no trigger, so it enrols nobody: 1200 leads",
    "HOT Seqeunce has no trigger, so it enrols nobody: 542 leads",
    "1487     0.9687",
    "legacy_completed_in_future    5 ",
    "legacy_message_without_step   1535",
    "update public.sequences set trigger = 'cold_start'",
    "COLD Sequence   enrolled                      1200",
    "HOT Seqeunce    enrolled                      542",
    "WARM Sequence   rejected   already_enrolled   5",
    "Held: device logged",
    "Outcome unknown",
    "nothing was sent twice, nothing is lost",
]


@pytest.fixture
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    # the demo sets them for dbt; the next test must not find them
    monkeypatch.setenv("DBT_TARGET_PATH", "")
    monkeypatch.setenv("DBT_LOG_PATH", "")
    monkeypatch.setenv("DBT_LOG_LEVEL_FILE", "none")  # dbt never closes it


def test_the_demo_tells_its_story(
    server: dict[str, str | int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with lean({"DBT_LOG_LEVEL_FILE": "none"}):
        place = lay_out(ROOT, tmp_path / "demo", server)
        assert tell(place, None)
    told = " ".join(capsys.readouterr().out.split())
    for line in EXPECTED:
        assert " ".join(line.split()) in told


@pytest.mark.usefixtures("_in_the_project")
def test_the_demo_takes_a_leads_file(
    server: dict[str, str | int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    leads = tmp_path / "my.csv"
    leads.write_text(
        "phone,name,trigger\n"
        "999100000001,Ann,cold_start\n"
        "999100000002,Bob,\n"
        "not a phone,Eve,hot_start\n"
    )
    place = lay_out(ROOT, tmp_path / "demo", server)
    scenario.reset(place.profile)
    import_leads(place, leads)
    told = capsys.readouterr().out
    assert "2 inserted, 0 updated, 1 rejected" in told
    assert "not a phone" in place.rejects.read_text()
