"""Phones: one reading in use, or a refusal that says why."""

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dispatcher.imports.phones import (
    PhoneError,
    is_region,
    mask,
    normalise,
)

COUNTRIES = ("MY", "ID", "SG", "IN", "GB", "DE", "US", "BR", "IT", "AU")
REGIONS = st.sampled_from(COUNTRIES)
FORMATS = phonenumbers.PhoneNumberFormat


@st.composite
def numbers_in_use(draw: st.DrawFn) -> phonenumbers.PhoneNumber:
    """A valid mobile number: a country's example with other last digits."""
    example = phonenumbers.example_number_for_type(
        draw(REGIONS), phonenumbers.PhoneNumberType.MOBILE
    )
    assert example is not None
    last = draw(st.integers(0, 9999))
    text = phonenumbers.format_number(example, FORMATS.E164)
    number = phonenumbers.parse(f"{text[:-4]}{last:04}")
    assume(phonenumbers.is_valid_number(number))
    return number


def e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, FORMATS.E164)


@given(numbers_in_use(), REGIONS)
def test_a_number_with_its_country_is_itself_in_every_region(
    number: phonenumbers.PhoneNumber, region: str
) -> None:
    assert normalise(e164(number), region) == e164(number)[1:]


@given(numbers_in_use(), REGIONS, st.sampled_from(["+", "00", ""]))
def test_written_anyhow_it_never_becomes_another_number(
    number: phonenumbers.PhoneNumber, region: str, prefix: str
) -> None:
    digits = e164(number)[1:]
    try:
        found = normalise(prefix + digits, region)
    except PhoneError as error:
        assert "ambiguous" in str(error)  # noqa: PT017
    else:
        assert found == digits


@given(numbers_in_use(), st.sampled_from([FORMATS.NATIONAL, FORMATS.E164]))
def test_a_national_number_stays_in_its_country(
    number: phonenumbers.PhoneNumber, form: int
) -> None:
    region = phonenumbers.region_code_for_number(number)
    assume(region in COUNTRIES)
    assert region is not None
    try:
        found = normalise(phonenumbers.format_number(number, form), region)
    except PhoneError as error:
        assert "ambiguous" in str(error)  # noqa: PT017
    else:
        assert found == e164(number)[1:]


@given(
    st.one_of(
        st.from_regex(r"[+0]?[0-9]{1,15}", fullmatch=True),
        st.text(alphabet="0123456789+ -().eE'x", max_size=20),
    ),
    REGIONS,
)
def test_a_second_pass_changes_nothing(text: str, region: str) -> None:
    try:
        once = normalise(text, region)
    except PhoneError:
        return
    try:
        assert normalise(once, region) == once
    except PhoneError as error:
        # +65 9876 5432 under US: its bare digits are also an Alabama number
        assert "ambiguous" in str(error)  # noqa: PT017


@given(st.text(max_size=30), REGIONS)
def test_any_text_is_digits_or_a_phone_error(text: str, region: str) -> None:
    try:
        found = normalise(text, region)
    except PhoneError:
        return
    assert found.isascii()
    assert found.isdigit()
    assert 8 <= len(found) <= 15
    assert found[0] != "0"


@pytest.mark.parametrize(
    "text",
    [
        "60123456789",
        "+60 12-345 6789",
        "0123456789",
        "012 345 6789",
        "123456789",  # Excel drops the leading zero
        "'0123456789",
        "+60 012-345 6789",
        "0060123456789",
        "(+60) 12.345.6789",
        "60123456789.0",
        "\u202a+60 12\u2011345\u00a06789\u202c",  # copied from a phone
        "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19",
    ],
)
def test_the_ways_one_number_is_written(text: str) -> None:
    assert normalise(text, "MY") == "60123456789"


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        ("6.01E+10", "MY", "scientific notation"),
        ("6,01e10", "MY", "scientific notation"),
        ("", "MY", "not a phone number"),
        ("+", "MY", "not a phone number"),
        ("0", "MY", "no number in use"),
        ("1", "MY", "no number in use"),
        ("12345", "MY", "no number in use"),
        ("62123456", "MY", "no number in use"),
        ("123456789012345", "MY", "no number in use"),
        ("6060123456789", "MY", "no number in use"),
        ("60123456789 ext 5", "MY", "not a phone number"),
        ("0123456789/0133456789", "MY", "not a phone number"),
        ("60123456789@s.whatsapp.net", "MY", "not a phone number"),
        ("+60+123456789", "MY", "not a phone number"),
        ("6042345678", "CA", "ambiguous: +16042345678 or +6042345678"),
        ("+12", "MY", "no number in use"),
    ],
)
def test_what_is_refused_says_why(text: str, region: str, reason: str) -> None:
    with pytest.raises(PhoneError, match=reason.replace("+", r"\+")):
        normalise(text, region)


@pytest.mark.parametrize(
    "digits", ["999123456789", "12125550142", "447700900123", "33639981234"]
)
def test_numbers_kept_out_of_use_may_be_imported(digits: str) -> None:
    assert normalise(digits, "MY") == digits
    assert normalise("+" + digits, "IN") == digits


def test_a_real_national_number_that_begins_with_999_is_that_number() -> None:
    assert normalise("9991234567", "IN") == "919991234567"


def test_a_mask_shows_the_last_three_digits() -> None:
    assert mask("60123456789") == "…789"


def test_regions_are_iso_codes_in_capitals() -> None:
    assert is_region("MY")
    assert not is_region("my")
    assert not is_region("XX")
