"""Times of files: any format and zone, with what daylight saving does to them counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.values.formats import reader_of_format
from callboard.ingest.sources.values.times import NoZoneError, TimeReader, checked_formats, has_offset

BERLIN = ZoneInfo("Europe/Berlin")


def test_an_offset_in_the_time_decides() -> None:
    """ISO 8601 with an offset needs no zone, and no zone overrules it."""
    assert TimeReader().read("2026-02-07T05:57:45+05:30") == "2026-02-07T00:27:45+00:00"
    assert TimeReader((), "Europe/Berlin").read("2026-02-07T05:57:45Z") == "2026-02-07T05:57:45+00:00"


def test_a_time_without_offset_is_read_in_the_zone_that_was_named() -> None:
    """Winter and summer each have their own offset."""
    reader = TimeReader(("%d.%m.%Y %H:%M",), "Europe/Berlin")
    assert reader.read("07.02.2026 12:00") == "2026-02-07T11:00:00+00:00"
    assert reader.read("07.07.2026 12:00") == "2026-07-07T10:00:00+00:00"
    assert (reader.ambiguous, reader.impossible) == (0, 0)


def test_a_time_without_offset_and_zone_asks_for_one() -> None:
    """It is never taken as UTC in silence."""
    with pytest.raises(NoZoneError, match="--timezone"):
        TimeReader().read("2026-02-07 05:57:45")


def test_the_hour_that_comes_twice_is_the_earlier_one_and_counted() -> None:
    """2:30 on the last Sunday of October, in Berlin."""
    reader = TimeReader((), "Europe/Berlin")
    assert reader.read("2026-10-25 02:30:00") == "2026-10-25T00:30:00+00:00"
    assert (reader.ambiguous, reader.impossible) == (1, 0)


def test_the_hour_that_is_left_out_is_moved_forward_and_counted() -> None:
    """2:30 on the last Sunday of March does not exist in Berlin: it is 3:30."""
    reader = TimeReader((), "Europe/Berlin")
    moved = datetime.fromisoformat(reader.read("2026-03-29 02:30:00"))
    assert moved.astimezone(BERLIN).strftime("%H:%M") == "03:30"
    assert (reader.ambiguous, reader.impossible) == (0, 1)


@given(st.integers(0, 1_000_000_000))
def test_every_instant_is_found_again_from_its_local_time(seconds: int) -> None:
    """Except for the second of two: there the earlier one is found, and it is counted."""
    instant = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    local = instant.astimezone(BERLIN)
    reader = TimeReader((), "Europe/Berlin")
    found = datetime.fromisoformat(reader.read(local.replace(tzinfo=None).isoformat()))
    late = timedelta(hours=1) if local.fold else timedelta()
    assert found == instant - late
    assert reader.ambiguous == 1 if local.fold else reader.ambiguous in (0, 1)


@pytest.mark.parametrize(
    ("form", "text"),
    [("unix", "1770443865.25"), ("unix_ms", "1770443865250"), ("unix_us", "1770443865250000")],
)
def test_counts_since_1970_are_exact(form: str, text: str) -> None:
    """No float is on the way."""
    assert TimeReader((form,)).read(text) == "2026-02-07T05:57:45.250000+00:00"


def test_several_formats_are_tried_in_their_order() -> None:
    """Files sewn together from two exports have two."""
    reader = TimeReader(("%d/%m/%Y %H:%M", "unix"), "UTC")
    assert reader.read("07/02/2026 05:57") == "2026-02-07T05:57:00+00:00"
    assert reader.read("0") == "1970-01-01T00:00:00+00:00"


def test_values_of_parquet_are_taken_as_they_are() -> None:
    """Instants with a zone, local times, bare dates."""
    reader = TimeReader((), "Europe/Berlin")
    at_five = datetime(2026, 2, 7, 5, tzinfo=UTC)
    assert reader.read(at_five) == "2026-02-07T05:00:00+00:00"
    assert reader.read(at_five.replace(tzinfo=None)) == "2026-02-07T04:00:00+00:00"
    assert reader.read(date(2026, 2, 7)) == "2026-02-06T23:00:00+00:00"


@pytest.mark.parametrize(
    "value", ["yesterday", "", "7", "2026-W06-6", "x" * 1000, True, None, ["a"], "2026-13-01"]
)
def test_what_is_no_time_is_said_to_be_none(value: object) -> None:
    """The value is shown, cut to a bearable length."""
    with pytest.raises(RowError) as fault:
        TimeReader((), "UTC").read(value)
    assert fault.value.reason == "invalid_time"
    assert len(fault.value.message) < 250


def test_times_at_the_end_of_the_world_are_out_of_range() -> None:
    """Year 1 in a zone east of Greenwich has no UTC."""
    with pytest.raises(RowError) as fault:
        TimeReader((), "Asia/Tokyo").read("0001-01-01 00:00:00")
    assert fault.value.reason == "time_out_of_range"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe", "\0"])
def test_a_zone_that_does_not_exist_is_named(name: str) -> None:
    """Before anything is read."""
    if not name:
        assert TimeReader((), name).zone is None
        return
    with pytest.raises(ImportOptionError, match="--timezone"):
        TimeReader((), name)


def test_a_format_that_is_none_is_named() -> None:
    """Before anything is read."""
    assert checked_formats(("%Y-%m-%d", "unix_ms")) == ("%Y-%m-%d", "unix_ms")
    for wrong in ("YYYY-MM-DD", "%Q", "%", "%d %d"):
        with pytest.raises(ImportOptionError, match="--time-format"):
            checked_formats((wrong,))


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M:%S", "%j %Y"], ids=["compiled", "by strptime"])
def test_a_format_is_made_ready_once(form: str) -> None:
    """However many times are read by it: making it ready takes several times as long as reading a time."""
    assert reader_of_format(form) is reader_of_format(form)


def test_formats_that_say_their_offset_need_no_zone() -> None:
    """%z does; %%z is a percent sign and a letter."""
    assert has_offset("%d/%m/%Y %H:%M %z")
    assert has_offset("unix")
    assert has_offset("%d/%m/%Y %H:%M %Z")
    assert has_offset("%d/%m/%Y %H:%M UTC")
    assert has_offset("%Y%m%dT%H%M%SZ")
    assert not has_offset("%d/%m/%Y %H:%M")
    assert not has_offset("%d %%z")


@pytest.mark.parametrize(
    ("text", "form", "instant"),
    [
        ("2026-02-07 23:30:00 UTC", "", "2026-02-07T23:30:00"),
        ("2026-02-07 23:30:00 GMT", "", "2026-02-07T23:30:00"),
        ("2026-02-07 23:30:00 Z", "", "2026-02-07T23:30:00"),
        ("2026-02-07 23:30:00 +01", "", "2026-02-07T22:30:00"),
        ("2026-02-07 23:30:00,123456789", "", "2026-02-07T22:30:00.123456"),
        ("2026-02-07 08:00 America/New_York", "", "2026-02-07T13:00:00"),
        ("2026-02-07 08:00 WEST", "", "2026-02-07T07:00:00"),
        ("07.02.2026 08:00 UTC", "%d.%m.%Y %H:%M UTC", "2026-02-07T08:00:00"),
        ("20260207080000Z", "%Y%m%d%H%M%SZ", "2026-02-07T08:00:00"),
        ("07.02.2026 08:00 MEZ", "%d.%m.%Y %H:%M %Z", "2026-02-07T07:00:00"),
        ("07.02.2026 08:00 GMT-3", "%d.%m.%Y %H:%M %Z", "2026-02-07T11:00:00"),
        ("07.02.2026 08:00 +01", "%d.%m.%Y %H:%M %z", "2026-02-07T07:00:00"),
        ("07.02.2026 08:00:01", "%d.%m.%Y %H:%M:%S.%f", "2026-02-07T07:00:01"),
        ("sáb., 7. FEBRERO 2026", "%a, %d. %B %Y", "2026-02-06T23:00:00"),
        ("02/07/2026 12:01 AM", "%m/%d/%Y %I:%M %p", "2026-02-06T23:01:00"),
        ("02/07/2026 12:01 PM", "%m/%d/%Y %I:%M %p", "2026-02-07T11:01:00"),
        ("07.02.68 08:00:00.123456", "%d.%m.%y %H:%M:%S.%f", "2068-02-07T07:00:00.123456"),
        ("07.02.69 08:00:00.5", "%d.%m.%y %H:%M:%S.%f", "1969-02-07T07:00:00.500000"),
        ("7. Sept. 2026", "%d. %b %Y", "2026-09-06T22:00:00"),
        ("7 aout 2026 8:18 p. m.", "%d %b %Y %I:%M %p", "2026-08-07T18:18:00"),
    ],
)
def test_words_and_zones_are_read_by_a_format(text: str, form: str, instant: str) -> None:
    """More than strptime reads; local times are of Berlin."""
    reader = TimeReader(checked_formats((form,)) if form else (), "Europe/Berlin")
    assert reader.read(text) == f"{instant}+00:00"


def test_a_word_of_several_zones_is_read_with_the_zone_that_is_named() -> None:
    """CST is -6 in Chicago and +8 in Shanghai; in summer Chicago never says it."""
    assert TimeReader((), "America/Chicago").read("2026-02-07 08:00 CST") == "2026-02-07T14:00:00+00:00"
    assert TimeReader((), "Asia/Shanghai").read("2026-02-07 08:00 CST") == "2026-02-07T00:00:00+00:00"
    with pytest.raises(NoZoneError, match="--timezone"):
        TimeReader().read("2026-02-07 08:00 CST")
    for zone, text in (
        ("America/Chicago", "2026-07-07 08:00 CST"),
        ("Europe/Berlin", "2026-02-07 08:00 CST"),
    ):
        with pytest.raises(RowError, match="never CST"):
            TimeReader((), zone).read(text)


def test_a_word_tells_which_of_two_equal_times_it_is() -> None:
    """BST ends in London where GMT begins."""
    reader = TimeReader((), "Europe/London")
    assert reader.read("2026-10-25 01:30 BST") == "2026-10-25T00:30:00+00:00"
    assert reader.read("2026-10-25 01:30 GMT") == "2026-10-25T01:30:00+00:00"
    assert reader.ambiguous == 0


def test_times_of_a_zone_in_the_cell_heed_its_clock_changes() -> None:
    """And are counted as those of the zone that was named."""
    reader = TimeReader()
    assert reader.read("2026-10-25 02:30 Europe/Berlin") == "2026-10-25T00:30:00+00:00"
    assert reader.read("2026-03-29 02:30 Europe/Berlin") == "2026-03-29T01:30:00+00:00"
    assert (reader.ambiguous, reader.impossible) == (1, 1)
