"""Numbers of files, and the words that stand where there is none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from callboard.ingest.sources.files.records import RowError
from callboard.ingest.sources.values.nulls import is_no_time, is_null
from callboard.ingest.sources.values.numbers import number, whole


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1060", "point", "1060"),
        ("1,060", "point", "1060"),
        ("1.060", "point", "1.060"),
        ("1.060", "comma", "1060"),
        ("1,060", "comma", "1.060"),
        ("1 060", "point", "1060"),
        ("1\u00a0060\u00a0000", "point", "1060000"),
        ("1\u202f060,5", "comma", "1060.5"),
        ("1\u2009060", "comma", "1060"),
        ("1'060.25", "point", "1060.25"),
        ("60,5", "comma", "60.5"),
        ("1.060,5", "comma", "1060.5"),
        ("-7", "point", "-7"),
        ("\u22127", "point", "-7"),
        ("+7.", "point", "7"),
        (".5", "point", "0.5"),
        ("1.5E+03", "point", "1500"),
    ],
)
def test_numbers_are_read_by_the_decimal_sign(text: str, decimal: str, value: str) -> None:
    """Exactly; thousands may be divided."""
    assert number(text, decimal) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["1,06", "60,5", "1,0600", "0,060", "1,060,5", "1.060.5", "1 06", "1,060'000", "$0.100", "5s", "", "e5",
     "1e999", "nan", "infinity", "0x10", "1_000", "--7", "1" * 65, "12 34"],
)  # fmt: skip
def test_what_is_no_number_is_none(text: str) -> None:
    """Groups are of three; a currency is none."""
    assert number(text) is None


@pytest.mark.parametrize("value", [True, None, float("nan"), float("inf"), ["7"], Decimal("sNaN")])
def test_values_that_are_no_numbers_are_none(value: Any) -> None:
    """Of Parquet and NDJSON."""
    assert number(value) is None


def test_numbers_of_parquet_and_ndjson_need_no_decimal_sign() -> None:
    """They are numbers already."""
    assert number(1.5, "comma") == Decimal("1.5")
    assert number(Decimal("1.060"), "comma") == Decimal("1.06")


def test_whole_numbers_are_whole() -> None:
    """Spreadsheets write 2.0."""
    assert whole("2.0") == 2
    assert whole("1,000") == 1000
    for text in ("2.5", "two", "1e99999999"):
        with pytest.raises(RowError, match="not a whole number"):
            whole(text)


def test_usual_null_words_are_null() -> None:
    """Capitals and spaces do not matter; a zero is a number, and no time."""
    for word in (
        "",
        " - ",
        "--",
        "n/a",
        "N/A",
        "NULL",
        "\\N",
        "None",
        "0000-00-00 00:00:00",
        "NaT",
        "(null)",
    ):
        assert is_null(word)
        assert is_no_time(word)
    for word in ("0", "0.0", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1970-01-01 01:00:00"):
        assert is_no_time(word)
        assert not is_null(word)
    for word in ("7", "no", "2026-02-07", "00:00", "00:00:00", "19700101"):
        assert not is_no_time(word)
