"""Times in questions: civil days and wall times of any zone, clock changes included."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import HOUR, SECOND, iso, micros
from callboard.query.civil import Moment, read_moment, read_zone, zone_names

UTC = ZoneInfo("UTC")
DAYS = st.dates(date(1972, 1, 1), date(2037, 12, 31))


@pytest.mark.parametrize(
    ("text", "zone", "starts", "hours"),
    [
        ("2026-02-07", "UTC", "2026-02-07T00:00:00Z", 24),
        ("2026-02-07", "Asia/Kolkata", "2026-02-06T18:30:00Z", 24),
        ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z", 23),
        ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z", 25),
        ("2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00:00Z", 24.5),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", 23),  # no midnight: it begins at one
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z", 0),  # there was no such day
    ],
)
def test_a_civil_day_is_as_long_as_it_was(text: str, zone: str, starts: str, hours: float):
    """From its first instant to the next day's first."""
    moment, where = read_moment(text), read_zone(zone)
    assert iso(moment.starts(where)) == starts
    assert moment.ends(where) - moment.starts(where) == int(hours * HOUR)


@given(DAYS, st.sampled_from(zone_names()))
def test_civil_days_follow_one_another_without_gap_or_overlap(day: date, zone: str):
    """One day's end is the next day's beginning, in every zone; and an instant within a day is within it."""
    where = read_zone(zone)
    here, after = Moment(day=day), Moment(day=day + timedelta(days=1))
    assert here.ends(where) == after.starts(where)
    noon = micros(datetime(day.year, day.month, day.day, 12, tzinfo=where))
    length = here.ends(where) - here.starts(where)
    assert length == 0 or here.starts(where) <= noon < here.ends(where)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-07T05:57:45Z", "2026-02-07T05:57:45Z"),
        ("2026-02-07t05:57:45z", "2026-02-07T05:57:45Z"),
        ("2026-02-07T05:57Z", "2026-02-07T05:57:00Z"),
        ("2026-02-07T05:57:45.250Z", "2026-02-07T05:57:45.250Z"),
        ("2026-02-07T05:57:45,25+05:30", "2026-02-07T00:27:45.250Z"),
        ("2026-02-07T05:57:45-0330", "2026-02-07T09:27:45Z"),
        ("2026-02-07 05:57:45+00:00", "2026-02-07T05:57:45Z"),
        ("2026-02-07T05:57:45 02:00", "2026-02-07T03:57:45Z"),  # a plus sign that was not written as %2B
    ],
)
def test_an_instant_is_the_same_in_every_zone(text: str, instant: str):
    """Its own offset decides."""
    for zone in ("UTC", "Asia/Kathmandu"):
        moment = read_moment(text)
        assert iso(moment.starts(read_zone(zone))) == instant
        assert moment.ends(read_zone(zone)) == moment.starts(read_zone(zone))


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("07-02-2026 05:57:45", "UTC", "2026-02-07T05:57:45Z"),
        ("07-02-2026 05:57:45", "Asia/Kolkata", "2026-02-07T00:27:45Z"),
        ("2026-02-07T05:57:45", "Asia/Kolkata", "2026-02-07T00:27:45Z"),
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00Z"),  # twice: the first
        ("2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:30:00Z"),  # skipped: as if not yet changed
    ],
)
def test_a_wall_time_is_read_in_its_zone(text: str, zone: str, instant: str):
    """The platform's form and ISO without an offset."""
    assert iso(read_moment(text).starts(read_zone(zone))) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2026",
        "2026-2-7",
        "2026-02-30",
        "07-13-2026 00:00:00",
        "2026-02-07T24:00:00Z",
        "2026-02-07T00:00:60Z",
        "2026-02-07T05:57:45+24:00",
        "2026-02-07T05:57:45+05:60",
        "\u0662\u0660\u0662\u0666-\u0660\u0662-\u0660\u0667",
        "2026-02-07Z",
        "1770000000",
    ],
)
def test_what_is_no_time_is_refused(text: str):
    """With a message for the caller."""
    with pytest.raises(ValueError, match="time"):
        read_moment(text)


def test_the_ends_of_the_calendar_are_times_too():
    """No date that can be written makes a fault."""
    for text in ("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            moment = read_moment(text)
            assert moment.ends(read_zone(zone)) - moment.starts(read_zone(zone)) in (0, 86_400 * SECOND)


@pytest.mark.parametrize(
    "name", ["", "utc ", "Mars/Base", "../UTC", "/etc/passwd", "Europe", "localtime", "posix/UTC"]
)
def test_only_names_of_zones_are_zones(name: str):
    """A name that is a path opens no file on this machine."""
    with pytest.raises(ValueError, match="time zone"):
        read_zone(name)


@given(st.sampled_from(zone_names()))
def test_every_zone_that_is_listed_can_be_read(name: str):
    """The document promises each of them."""
    assert read_zone(name).utcoffset(datetime(2026, 1, 1)) is not None  # noqa: DTZ001 - a wall time of the zone
