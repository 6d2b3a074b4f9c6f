"""Files as they come: what is read, what is refused and why."""

import csv
import io
import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.errors import ConfigError, InputError
from dispatcher.imports import rows
from dispatcher.imports.devices import Device, DeviceRules, Fleet
from dispatcher.imports.leads import TEXTS, LeadRules
from dispatcher.imports.rejects import Rejects
from dispatcher.imports.rows import Reject, Row, RowError, Table
from dispatcher.imports.sequence_plan import make_plan
from dispatcher.imports.sequence_rules import SequenceFile

DEVICE = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def read(
    folder: Path, content: str | bytes, *columns: str
) -> list[Row | Reject]:
    path = folder / "rows.csv"
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(data)
    with Table(path, columns or ("phone", "name"), ("phone",)) as table:
        return list(table)


def phones(found: list[Row | Reject]) -> list[str | None]:
    return [
        row.values.get("phone") if isinstance(row, Row) else None
        for row in found
    ]


# --- records ---------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "phone,name\n1,Ali\n",
        "\ufeffphone,name\n1,Ali\n",
        "phone,name\r\n1,Ali\r\n",
        "phone,name\n1,Ali",
        "phone;name\n1;Ali\n",
        "phone\tname\n1\tAli\n",
        "Name, PHONE \n Ali , 1 \n",
        '"phone","name"\n"1","Ali"\n',
        'phone, name\n1, "Ali"\n',
        "phone,name\n\n1,Ali\n,\n\n",
        "phone,name,\n1,Ali,,,\n",
    ],
)
def test_the_shapes_of_one_file(folder: Path, content: str) -> None:
    (row,) = read(folder, content)
    assert isinstance(row, Row)
    assert row.values == {"phone": "1", "name": "Ali"}


def test_a_blank_cell_is_no_value(folder: Path) -> None:
    (row,) = read(folder, "phone,name\n1,  \n")
    assert isinstance(row, Row)
    assert row.values == {"phone": "1"}


def test_a_quoted_cell_may_have_lines(folder: Path) -> None:
    first, second = read(folder, 'name,phone\r\n"a\r\nb",1\r\nc,2\r\n')
    assert isinstance(first, Row)
    assert first.values["name"] == "a\r\nb"
    assert (first.line, second.line) == (2, 4)
    assert first.raw == '"a\r\nb",1'


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"2", "1 fields, the header has 2"),
        (b"2,Siti,extra", "3 fields, the header has 2"),
        (b"2,\xff\xfe", "byte 3 is not UTF-8"),
        (b"2,a\0b", "NUL byte"),
        (b'2,"Siti', "unterminated quote"),
        (b'"2,Siti', "unterminated quote"),
        (b'2,"Siti"x', "',' expected after '\"'"),
        (b"2,a\rb", "new-line character"),
        (b"2," + b"x" * rows.MAX_BYTES, "line is longer than"),
        (b'2,"' + b"x" * 3 * rows.MAX_BYTES, "line is longer than"),
    ],
)
def test_one_bad_row_among_good_ones(
    folder: Path, bad: bytes, reason: str
) -> None:
    good = [b"1%03d,Ali" % number for number in range(1000)]
    lines = [b"phone,name", *good[:500], bad, *good[500:], b""]
    found = read(folder, b"\n".join(lines))
    (reject,) = [row for row in found if isinstance(row, Reject)]
    assert reject.line == 502
    assert reason in reject.reason
    assert reject.raw.startswith(bad[:1].decode())
    assert len(found) == 1001


def test_an_unterminated_quote_in_the_last_line(folder: Path) -> None:
    found = read(folder, 'phone,name\n1,Ali\n2,"Siti')
    assert phones(found) == ["1", None]


def test_a_stray_quote_swallows_no_rows_that_have_quotes(
    folder: Path,
) -> None:
    content = 'phone,name\n1,"Ali\n2,Siti\n"3","Abu"\n4,Mei\n'
    assert phones(read(folder, content)) == [None, "2", "3", "4"]


def test_a_stray_quote_that_another_row_closes(folder: Path) -> None:
    content = 'phone,name\n1,"Ali\n2",x,y\n3,Abu\n'
    found = read(folder, content)
    assert phones(found) == [None, None, "3"]
    assert "unterminated" in found[0].reason  # type: ignore[union-attr]


def test_every_row_has_an_unterminated_quote(folder: Path) -> None:
    content = "phone,name\n" + '1,"Ali\n' * 301
    assert phones(read(folder, content)) == [None] * 301


@given(st.binary(max_size=60).filter(lambda data: b"\n" not in data))
def test_no_line_whatever_takes_its_neighbours_along(
    folder: Path, line: bytes
) -> None:
    before = b"phone,name\n" + b"1,Ali\n" * 3
    after = b"\n" + b"2,Siti\n" * 3
    found = phones(read(folder, before + line + after))
    assert found[:3] == ["1"] * 3
    assert found[-3:] == ["2"] * 3
    assert len(found) <= 7


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"),
    max_size=8,
).map(str.strip)


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=5))
def test_what_csv_writes_is_read(
    folder: Path, cells: list[tuple[str, str]]
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("phone", "name"), *cells])
    found = read(folder, text.getvalue())
    assert [
        (row.values.get("phone", ""), row.values.get("name", ""))
        for row in found
        if isinstance(row, Row)
    ] == cells


# --- whole files -----------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n1,2\n", "is empty"),
        (b"60123456789,Ali\n", "no column 'phone' in the header"),
        (b"name,trigger\nAli,x\n", "which has name, trigger"),
        (b"phone,Phone\n1,2\n", "column 'phone' stands twice"),
        ("phone,name\n1,Ali\n".encode("utf-16"), "is not text"),
        (b"PK\x03\x04\x00\x00phone,name\n", "NUL byte"),
        (b'"phone,name\n1,Ali\n', "cannot read the header"),
    ],
)
def test_files_that_cannot_be_used(
    folder: Path, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=r"rows\.csv") as raised:
        read(folder, content)
    assert message in str(raised.value)


@pytest.mark.parametrize("name", [".", "missing.csv"])
def test_a_path_that_is_no_file(folder: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot read"):
        Table(folder / name, ("phone",), ("phone",))


def test_columns_that_nothing_reads_are_named(folder: Path) -> None:
    path = folder / "rows.csv"
    path.write_text("phone,colour,,Shoe Size\n1,red,,42\n")
    with Table(path, ("phone",), ("phone",)) as table:
        assert table.ignored == ["colour", "shoe_size"]
        assert len(list(table)) == 1


# --- the file of refused rows ----------------------------------------------


def test_without_rejects_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("line,column,reason,row\n2,,old,x\n")
    with Rejects(path, tmp_path / "rows.csv"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_rejects_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    with Rejects(path, tmp_path / "rows.csv") as rejects:
        rejects.add(Reject(7, "phone", "blank", ',"A\nB"'))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "column", "reason", "row"],
            ["7", "phone", "blank", ',"A\nB"'],
        ]


def _add_and_fail(rejects: Rejects) -> None:
    rejects.add(Reject(7, "phone", "blank", ""))
    raise RuntimeError


def test_a_failed_import_leaves_the_rejects_before_it(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("line,column,reason,row\n")
    rejects = Rejects(path, tmp_path / "rows.csv")
    with pytest.raises(RuntimeError), rejects:
        _add_and_fail(rejects)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "line,column,reason,row\n"


def test_rejects_overwrite_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("phone\n1\n")
    with pytest.raises(InputError, match="not a file of refused rows"):
        Rejects(path, path)
    with pytest.raises(InputError, match="not a file of refused rows"):
        Rejects(path, tmp_path / "other.csv")
    path.write_text("line,column,reason,row\n")  # itself a file of rejects
    with pytest.raises(InputError, match="not a file of refused rows"):
        Rejects(path, path)
    with pytest.raises(InputError, match="cannot write"):
        Rejects(tmp_path, path)


# --- leads -----------------------------------------------------------------


def lead_rules(device: UUID | None = DEVICE) -> LeadRules:
    return LeadRules("MY", device, frozenset([DEVICE]), {"niche": 5})


def test_a_lead_with_all_its_columns() -> None:
    values = {name: name[:5] for name in TEXTS}
    row = Row(2, {"phone": "012-3456789", **values}, "")
    lead = lead_rules().check(row)
    assert lead.phone == "60123456789"
    assert lead.device_id == DEVICE
    assert lead.texts == tuple(name[:5] for name in TEXTS)


@pytest.mark.parametrize(
    ("values", "column", "reason"),
    [
        ({"phone": "6.01E+10"}, "phone", "scientific notation"),
        ({"phone": "12345"}, "phone", "no number in use"),
        ({}, "phone", "blank"),
        ({"device_id": "phone 1"}, "device_id", "not a UUID: 'phone 1'"),
        ({"device_id": str(uuid4())}, "device_id", "unknown_device"),
        ({"niche": "EXSTAR"}, "niche", "6 characters, at most 5 fit"),
    ],
)
def test_leads_that_are_refused(
    values: dict[str, str], column: str, reason: str
) -> None:
    phone = {} if column == "phone" else {"phone": "60123456789"}
    with pytest.raises(RowError, match=reason) as raised:
        lead_rules().check(Row(2, phone | values, ""))
    assert raised.value.column == column


def test_a_lead_needs_a_device_from_somewhere() -> None:
    row = Row(2, {"phone": "60123456789"}, "")
    with pytest.raises(RowError, match="no --device"):
        lead_rules(device=None).check(row)


def test_the_cell_of_a_row_outranks_the_option() -> None:
    other = uuid4()
    rules = LeadRules("MY", DEVICE, frozenset([DEVICE, other]), {})
    row = Row(2, {"phone": "60123456789", "device_id": str(other)}, "")
    assert rules.check(row).device_id == other


# --- devices ---------------------------------------------------------------


def apply(fleet: Fleet, **values: str) -> None:
    rules = DeviceRules("MY", {"device_name": 10})
    fleet.apply(rules.check(Row(2, values, "")))


def test_a_device_is_found_by_id_then_by_name() -> None:
    first, second = Device(uuid4(), "A"), Device(uuid4(), "B")
    fleet = Fleet([first, second], foreign=())
    apply(fleet, device_name="B", id=str(first.id))
    apply(fleet, device_name="C", phone="012-3456789", platform="Wablas")
    apply(fleet, device_name="C", min_delay_seconds="7")
    (new,) = fleet.inserted
    assert new[1:] == ("C", "60123456789", None, "offline", "Wablas", 7, 15)
    assert fleet.updated == [first._replace(device_name="B")]
    assert fleet.touched == 2


def test_a_blank_cell_leaves_a_device_as_it_is() -> None:
    stored = Device(uuid4(), "A", "6012", "jid", "online", "Wablas", 1, 2)
    fleet = Fleet([stored], foreign=())
    apply(fleet, device_name="A")
    assert (fleet.inserted, fleet.updated, fleet.touched) == ([], [], 1)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "blank"),
        ({"device_name": "twin"}, "ambiguous_device: 2 devices"),
        ({"device_name": "x" * 11}, "at most 10 fit"),
        ({"device_name": "A", "id": "7"}, "not a UUID"),
        ({"device_name": "A", "id": str(DEVICE)}, "unknown_device"),
        ({"device_name": "A", "min_delay_seconds": "-1"}, "expected whole"),
        ({"device_name": "A", "min_delay_seconds": "1.5"}, "expected whole"),
        ({"device_name": "A", "min_delay_seconds": "9" * 5000}, "expected"),
        ({"device_name": "A", "min_delay_seconds": "\u0661"}, "expected"),
        ({"device_name": "A", "min_delay_seconds": "16"}, "which is 15"),
        ({"device_name": "A", "max_delay_seconds": "4"}, "5 is more than"),
        ({"device_name": "A", "phone": "12"}, "no number in use"),
        ({"device_name": "A", "jid": "s3cret"}, "has this jid already"),
    ],
)
def test_devices_that_are_refused(values: dict[str, str], reason: str) -> None:
    twins = [Device(uuid4(), "twin"), Device(uuid4(), "twin", jid="s3cret")]
    fleet = Fleet([*twins, Device(uuid4(), "A")], foreign={DEVICE})
    with pytest.raises(RowError, match=reason) as raised:
        apply(fleet, **values)
    assert "s3cret" not in str(raised.value)
    assert (fleet.inserted, fleet.updated) == ([], [])


def test_a_jid_is_never_shown() -> None:
    assert "s3cret" not in repr(Device(uuid4(), "A", jid="s3cret"))


# --- sequences -------------------------------------------------------------

GOOD = """\
sequences:
  - name: WARM
    trigger: warm_start
    steps:
      - {day: 1, message: Hi}
      - {day: 3, message: Ho}
"""


def sequence_file(folder: Path, text: str) -> SequenceFile:
    path = folder / "sequences.yml"
    path.write_text(text)
    return SequenceFile(path)


def test_a_sequence_and_its_defaults(folder: Path) -> None:
    (sequence,) = sequence_file(folder, GOOD).sequences
    assert sequence.status == "draft"
    assert sequence.entry() == 0
    assert sequence.key(0) == "warm_start"
    assert sequence.steps[0].delay_hours == 24


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("trigger: warm_start", "trigger: ' '", 3, "text that is not blank"),
        ("trigger: warm_start", "trigger: a,b", 3, "without a comma"),
        ("trigger: warm_start", "triggr: a", 3, "unknown key"),
        ("    trigger: warm_start\n", "", 2, "trigger: is missing"),
        ("name: WARM", "name: 7", 2, "expected a valid string"),
        ("name: WARM", f"name: {'x' * 256}", 2, "at most 255"),
        ("name: WARM", 'name: "a\\0b"', 2, "without NUL"),
        ("name: WARM", 'name: "\\ud800"', 2, "half characters"),
        ("    trigger", "    status: on\n    trigger", 3, "'draft'"),
        ("    trigger", "    time: 25:00\n    trigger", 3, "HH:MM"),
        ("    trigger", "    time: 9:30\n    trigger", 3, "HH:MM"),
        ("    trigger", "    min_delay_seconds: 31\n    trigger", 3, "is 30"),
        ("message: Hi", "message: ' '", 5, "needs a message"),
        ("message: Hi", "type: image", 5, "needs a media_url"),
        ("message: Hi", "type: sticker", 5, "expected 'text', 'image'"),
        ("Hi", "Hi, media_url: ftp://x/y", 5, "begins with http"),
        ("Hi", "Hi, media_url: 'http://'", 5, "begins with http"),
        ("Hi", "Hi, delay_hours: -1", 5, "greater than or equal to 0"),
        ("Hi", "Hi, delay_hours: 1.5", 5, "expected a valid integer"),
        ("Hi", "Hi, min_delay_seconds: 1", 5, "go together"),
        ("Hi", "Hi, time: Invalid Date", 5, "HH:MM"),
        ("Hi", "Hi, next_trigger: gone", 5, "no step of 'WARM' has"),
        ("Ho", "Ho, next_trigger: warm_start", 6, "name one another"),
        ("Hi", "Hi, next_trigger: Warm_Start", 5, "leads back"),
        ("Ho", "Ho, trigger: WARM_START", 6, "another step's trigger"),
        ("day: 3", "day: 1", 6, "day 1 stands twice"),
        ("day: 3", "day: 0", 6, "greater than or equal to 1"),
        ("Hi", "Hi, entry_point: false", 5, "no step is the entry point"),
        ("day: 1", "day: '1'", 5, "expected a valid integer"),
    ],
)
def test_sequences_that_are_refused(
    folder: Path, old: str, new: str, line: int, problem: str
) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(ConfigError) as raised:
        sequence_file(folder, text)
    assert f"sequences.yml:{line}: " in str(raised.value)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "expected keys"),
        ("sequences: []", "at least 1 item"),
        (GOOD.partition("steps")[0] + "steps: []", "at least 1 item"),
        (GOOD + GOOD.removeprefix("sequences:\n"), "'WARM' stands twice"),
        ("a: [", "is not YAML"),
    ],
)
def test_files_of_sequences_that_are_refused(
    folder: Path, text: str, problem: str
) -> None:
    with pytest.raises(ConfigError, match=problem):
        sequence_file(folder, text)


def test_two_entry_points_are_one_too_many(folder: Path) -> None:
    text = GOOD.replace("Hi", "Hi, entry_point: true")
    text = text.replace("Ho", "Ho, entry_point: true")
    with pytest.raises(ConfigError, match=r"yml:6: .*entry point already"):
        sequence_file(folder, text)


def test_every_problem_is_told_at_once(folder: Path) -> None:
    text = GOOD.replace("Hi", "' '").replace("day: 3", "day: 1")
    with pytest.raises(ConfigError) as raised:
        sequence_file(folder, text)
    assert str(raised.value).count("sequences.yml:") == 2


def test_a_chain_in_its_own_order(folder: Path) -> None:
    text = GOOD.replace("Hi", "Hi, trigger: b")
    text = text.replace("Ho", "Ho, entry_point: true, next_trigger: B")
    file = sequence_file(folder, text)
    assert file.sequences[0].entry() == 1


def test_a_chain_that_leaves_out_a_step(folder: Path) -> None:
    text = GOOD + "      - {day: 4, message: He, trigger: c}\n"
    text = text.replace("Hi", "Hi, next_trigger: c")
    with pytest.raises(ConfigError, match=r"yml:6: .*no next_trigger leads"):
        sequence_file(folder, text)


def test_a_link_needs_another_sequence(folder: Path) -> None:
    text = GOOD.replace("Ho", "Ho, next_trigger: Hot_Start")
    file = sequence_file(folder, text)
    with pytest.raises(ConfigError, match=r"yml:6: .*no other sequence"):
        file.check_links(set())
    file.check_links({"hot_start"})
    hot = GOOD.replace("WARM", "HOT").replace("warm", "hot")
    both = text + hot.removeprefix("sequences:\n")
    sequence_file(folder, both).check_links(set())


def test_one_trigger_of_two_active_sequences_is_a_warning(
    folder: Path,
) -> None:
    text = GOOD.replace("    steps", "    status: active\n    steps")
    twin = text.replace("name: WARM", "name: TWIN")
    file = sequence_file(folder, text + twin.removeprefix("sequences:\n"))
    (warning,) = make_plan(file, []).warnings
    assert warning == (
        "trigger 'warm_start' enrols into 2 active sequences: WARM, TWIN"
    )
