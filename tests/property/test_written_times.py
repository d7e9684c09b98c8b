"""A time, a length or a number that is written in some drawn way is read back, or said to be unclear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from callboard.ingest.sources.guessing.lengths import length_column
from callboard.ingest.sources.guessing.times import time_column
from callboard.ingest.sources.values.formats import reader_of_format
from callboard.ingest.sources.values.lengths import LengthReader
from callboard.ingest.sources.values.numbers import number
from callboard.ingest.sources.values.times import TimeReader, checked_formats, has_offset
from tests.property.written_times import LENGTHS, MOMENTS, ZONES, Style, as_written, styles

_HOME = "Europe/Berlin"


def read(texts: list[str], form: str) -> list[str]:
    """By an option of the command line."""
    reader = TimeReader(checked_formats((form,)) if form else (), _HOME)
    return [reader.read(text) for text in texts]


@given(styles(), st.lists(MOMENTS, min_size=1, max_size=4))
def test_times_are_read_back_or_one_of_several_readings_is_right(
    style: Style, moments: list[datetime]
) -> None:
    """In six languages, with names and numbers, 12 and 24 hours, fractions and zones."""
    moments = [as_written(each, style) for each in moments]
    texts = [style.write(each) for each in moments]
    meant = [each.replace(tzinfo=ZONES[style.zone]).astimezone(UTC).isoformat() for each in moments]
    column = time_column(texts)
    assert column is not None
    assert column.unfit == []
    readings = [read(texts, form) for form in column.formats]
    assert meant in readings
    # Several formats only where they read differently; and only numbers can be unclear.
    assert len({tuple(each) for each in readings}) == len(readings)
    assert len(readings) == 1 or style.date[0].isdigit()
    assert column.has_offset == bool(style.zone)
    if column.formats != [""] and style.zone:
        assert has_offset(column.formats[0])


_CLASSIC = st.tuples(
    st.sampled_from(
        ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%Y%m%d", "%d %b %Y", "%a, %d %B %Y", "%y%m%d", "%A %d%b%Y"]
    ),
    st.sampled_from(
        [
            "",
            " %H:%M",
            " %H:%M:%S",
            "T%H%M%S",
            " %I:%M %p",
            " %I:%M:%S%p",
            " %H:%M:%S.%f",
            " %I",
            " %H:%M:%S.%f %z",
            " %H:%M%z",
        ]
    ),
).map("".join)


@given(_CLASSIC, MOMENTS, st.data())
def test_what_strptime_reads_is_read_the_same(form: str, at: datetime, data: st.DataObject) -> None:
    """Also where a character is lost or doubled, as long as strptime still reads it."""
    text = at.replace(tzinfo=UTC).strftime(form)
    place = data.draw(st.integers(0, len(text)))
    change = data.draw(st.sampled_from(["", text[place - 1 : place] or " ", " ", "1"]))
    text = data.draw(
        st.sampled_from(
            [text, text[:place] + change + text[place + 1 :], text[:place] + change + text[place:]]
        )
    )
    try:
        expected = datetime.strptime(text, form)  # noqa: DTZ007 - as the format has it
    except ValueError:
        return
    assert reader_of_format(form)(text) == expected


_UNITS = {
    "seconds": 1_000_000,
    "milliseconds": 1_000,
    "microseconds": 1,
    "minutes": 60_000_000,
    "hours": 3_600_000_000,
}


def _words(length: timedelta, names: tuple[str, str, str], joint: str) -> str:
    micros = length // timedelta(microseconds=1)
    hours, rest = divmod(micros, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    parts = [f"{hours}{names[0]}"] * bool(hours) + [f"{minutes}{names[1]}"] * bool(minutes)
    return joint.join([*parts, f"{rest // 1_000_000}{names[2]}"])


@given(
    LENGTHS,
    st.sampled_from(
        [
            ("h", "m", "s"),
            (" hr", " min", " sec"),
            (" Std.", " Min.", " Sek."),
            (" horas", " minutos", " segundos"),
            (" heures", " minutes", " secondes"),
            (" ore", " minuti", " secondi"),
        ]
    ),
    st.sampled_from([" ", ", "]),
)
def test_lengths_in_words_and_clocks_are_read_back(
    length: timedelta, names: tuple[str, str, str], joint: str
) -> None:
    """Whatever the unit of bare numbers is."""
    whole = length // timedelta(seconds=1)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    micros = length % timedelta(seconds=1) // timedelta(microseconds=1)
    for unit in (None, "minutes", "h:mm"):
        reader = LengthReader(unit)
        assert reader(_words(length, names, joint)) == whole
        assert reader(f"{hours}:{minutes:02}:{seconds:02}") == whole
        assert reader(f"PT{hours}H{minutes}M{seconds}S") == whole
        assert reader(f"{hours // 24} days {hours % 24:02}:{minutes:02}:{seconds:02}") == whole
        assert reader(f"{hours}:{minutes:02}:{seconds:02},{micros:06}") == length / timedelta(seconds=1)
    assert LengthReader()(f"{whole // 60}:{seconds:02}") == whole
    assert LengthReader("h:mm")(f"{hours}:{minutes:02}") == hours * 3600 + minutes * 60


@given(LENGTHS, st.sampled_from(sorted(_UNITS)), st.sampled_from([("point", "."), ("comma", ",")]))
def test_bare_numbers_are_read_in_their_unit(length: timedelta, unit: str, decimal: tuple[str, str]) -> None:
    """With either decimal sign."""
    name, sign = decimal
    micros = length // timedelta(microseconds=1)
    amount = Decimal(micros) / _UNITS[unit]
    text = f"{amount:f}"
    assume(len(text) <= 30)
    found = LengthReader(unit, name)(text.replace(".", sign))
    assert abs(found - micros / 1_000_000) < 1e-6


@given(
    st.decimals(-(10**9), 10**9, allow_nan=False, places=3) | st.integers(-(10**9), 10**9).map(Decimal),
    st.sampled_from(
        [("point", ".", group) for group in ("", ",", " ", "\u00a0", "\u202f", "\u2009", "'")]
        + [("comma", ",", group) for group in ("", ".", " ", "\u202f", "\u2019")]
    ),
)
def test_numbers_are_read_back(value: Decimal, style: tuple[str, str, str]) -> None:
    """With groups of three, or without."""
    name, decimal, group = style
    text = f"{value:,f}".replace(",", "G").replace(".", decimal).replace("G", group)
    assert number(text, name) == value


@given(
    st.lists(st.integers(0, 9_999_999), min_size=1, max_size=6),
    st.integers(0, 3),
    st.sampled_from([(".", ""), (".", ","), (",", ""), (",", ".")]),
)
def test_the_decimal_sign_is_told_or_both_are_named(
    thousandths: list[int], places: int, style: tuple[str, str]
) -> None:
    """Where 1,060 alone could be a thousand or a little more than one."""
    decimal, group = style
    values = [Decimal(each).scaleb(-places) for each in thousandths]
    texts = [
        f"{value:,.{places}f}".replace(",", "G").replace(".", decimal).replace("G", group) for value in values
    ]
    column = length_column(texts)
    assert column is not None
    right = "point" if decimal == "." else "comma"
    readings = [[number(text, sign) for text in texts] for sign in column.decimals]
    assert values in readings
    assert len(column.decimals) == 1 or readings[0] != readings[1]
    assert right in column.decimals or [number(text, right) for text in texts] in readings
