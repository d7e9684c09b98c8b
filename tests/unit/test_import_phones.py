"""Telephone numbers that a spreadsheet wrote are read; one of which it left a part alone is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.mapping.phones import PhoneReader
from callboard.ingest.sources.mapping.templates import ABSENT

NUMBERS = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)


@given(number=NUMBERS, plus=st.sampled_from(["", "+"]), sign=st.sampled_from(".,"), places=st.integers(0, 14))
def test_a_number_is_the_same_however_a_spreadsheet_wrote_it(number, plus, sign, places):
    """Or is none, and counted, where the last digits are gone."""
    read = PhoneReader()
    for written in (number, f"{number}.0", f"{number}.00"):
        assert read(plus + written) == plus + number
        assert read(f"'{plus}{written}") == plus + number
    assert read.lost == 0
    power = len(number) - 1
    written = f"{plus}{number[0]}{sign}{number[1:][: places + 1]}E+{power}"
    assert read(written) == (plus + number if places + 1 >= power else ABSENT)
    assert read.lost == (places + 1 < power)


@pytest.mark.parametrize(
    "written",
    ["101", "anna", "1E4", "sip:1e10@host.example", "+44 7700 900123", "1E+2", "anonymous", "'", "1.5"],
)
def test_what_no_spreadsheet_wrote_stays(written):
    read = PhoneReader()
    assert (read(written), read.lost) == (written, 0)


@pytest.mark.parametrize(
    ("value", "number"), [(447700900123, "447700900123"), (447700900123.0, "447700900123")]
)
def test_a_number_of_a_file_that_has_numbers_is_read(value, number):
    assert PhoneReader()(value) == number
