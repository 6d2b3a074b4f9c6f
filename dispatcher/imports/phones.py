"""Phone numbers as people write them, to digits with the country first.

A number is taken when exactly one reading of it is *in use*:

* With a leading ``+`` or ``00`` the country stands in the number.
* Otherwise it is read as a number of the default region and, unless it
  begins with 0, also as one that begins with its country code. When both
  readings are in use and differ, it is refused as ambiguous: a guess would
  write to a stranger.

In use means ``is_valid_number``, since ``is_possible_number`` takes
``62123456`` under MY; or one of the ranges that authorities keep out of use
for films and tests, and the country code 999, which is nobody's, with 9 to
12 digits after it. Synthetic data should come from those.
"""

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers

_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")
_WRITTEN = re.compile(r"[(\s]*\+?[\d\s().-]+")
_FLOAT = re.compile(r"(\+?\d{7,15})\.0")  # pandas writes integers so
_FICTITIOUS = re.compile(
    r"999\d{9,12}"  # no country, and too long to be a national number
    r"|1[2-9]\d\d55501\d\d"  # North America: 555-0100 to 555-0199
    r"|447700900\d{3}|441632960\d{3}|442079460\d{3}"  # Ofcom, for drama
    r"|3363998\d{4}"  # Arcep, for audiovisual works
)
_DIGITS = re.compile(r"[1-9]\d{7,14}")


class PhoneError(ValueError):
    """A text that is not one phone number in use; the message says why."""


def is_region(region: str) -> bool:
    """Tell whether a default region, such as MY, is known."""
    return region in phonenumbers.SUPPORTED_REGIONS


def mask(digits: str) -> str:
    """Return a number as it may stand in a log: its last three digits."""
    return "…" + digits[-3:]


def normalise(text: str, region: str) -> str:
    """Return the digits of a phone number, country code first, without +.

    Raises PhoneError when no reading, or more than one, is in use.
    """
    written = _clean(text)
    found: list[str] = []
    for reading in _readings(written, region):
        if reading not in found:
            found.append(reading)
    if not found:
        message = "no number in use has these digits"
        raise PhoneError(message)
    if len(found) > 1:
        message = (
            f"ambiguous: +{found[0]} or +{found[1]};"
            " write it with + and the country code"
        )
        raise PhoneError(message)
    return found[0]


def _clean(text: str) -> str:
    """Return digits and perhaps a leading +; refuse any other text."""
    text = text.strip()
    if not text.isascii():
        text = "".join(map(_to_ascii, unicodedata.normalize("NFKC", text)))
        text = text.strip()
    text = text.removeprefix("'")  # Excel's mark of a text cell
    if _SCIENTIFIC.fullmatch(text):
        message = (
            "scientific notation: Excel has cut digits off;"
            " format the column as text and export again"
        )
        raise PhoneError(message)
    if whole := _FLOAT.fullmatch(text):
        return whole[1]
    if not _WRITTEN.fullmatch(text):
        message = "not a phone number: expected digits, spaces, + - . ( )"
        raise PhoneError(message)
    return re.sub(r"[^\d+]", "", text)


def _to_ascii(character: str) -> str:
    """Fold digits, dashes and spaces; drop what has no width."""
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Pd":
            return "-"
        case "Zs":
            return " "
        case "Cf":
            return ""
    return character


def _readings(written: str, region: str) -> Iterator[str]:
    """Yield each number in use that the written digits may mean."""
    if written.startswith("+"):
        yield from _read(written)
        return
    for digits in _read(written, region):
        yield digits
        if digits == written:  # saves reading the same number twice
            return
    if written.startswith("00"):  # how most countries dial abroad
        yield from _read("+" + written[2:])
    elif not written.startswith("0"):
        yield from _read("+" + written)


def _read(text: str, region: str | None = None) -> Iterator[str]:
    """Yield the digits of one reading when that number is in use."""
    if text.startswith("+") and _FICTITIOUS.fullmatch(text[1:]):
        yield text[1:]  # libphonenumber does not know country 999
        return
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return
    national = phonenumbers.national_significant_number(number)
    digits = f"{number.country_code}{national}"
    if not _DIGITS.fullmatch(digits):
        return
    if _FICTITIOUS.fullmatch(digits) or phonenumbers.is_valid_number(number):
        yield digits
