"""Lines beside a table that name the zone of its times."""

from __future__ import annotations

from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.heading_zones import heading_zone_doubts
from callboard.ingest.sources.guessing.zone_above import zone_in_heading, zone_said
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan


@pytest.mark.parametrize(
    ("line", "zone"),
    [
        ("Times in America/New_York", "America/New_York"),
        ("report tz=america/new_york", "America/New_York"),
        ("All times UTC+2", "Etc/GMT-2"),
        ("Timezone: America/New York", "America/New_York"),
        ("Report Time Zone GMT-0500", "Etc/GMT+5"),
        ("Fuseau horaire : Europe/Paris", "Europe/Paris"),
        ("(GMT+05:30)", "Asia/Kolkata"),
        ("UTC", "UTC"),
    ],
)
def test_a_line_of_one_meaning_is_sure(line: str, zone: str) -> None:
    """It says the zone of all times."""
    said = zone_said(["Call report", line])
    assert said is not None
    assert (said.zone, said.is_sure) == (zone, True)


@pytest.mark.parametrize(
    ("line", "zone"),
    [
        ("All times are in EST", "America/New_York"),
        ("Timezone: (UTC-07:00) Mountain Time (US & Canada)", "America/Denver"),
        ("Timezone: (UTC+01:00) Amsterdam, Berlin, Bern, Rome", "Europe/Amsterdam"),
        ("Times in New York", "America/New_York"),
        ("Period: 2026-02-01 00:00 -05:00 to 2026-02-15 00:00 -05:00", "Etc/GMT+5"),
        ("All times are local", None),
    ],
)
def test_a_line_of_several_meanings_is_not_sure(line: str, zone: str | None) -> None:
    """An offset with a name behind it is one that has summer and winter."""
    said = zone_said([line])
    assert said is not None
    assert (said.zone, said.is_sure) == (zone, False)


@pytest.mark.parametrize(
    "line",
    [
        "Report generated 2026-02-14 12:00 UTC",
        "Calls of ET Phone Home Ltd",
        "Phone +12025550101",
        "Average wait time in queue",
        "Times in seconds",
        "Call time: 08:00 to 17:00",
    ],
)
def test_other_lines_say_nothing(line: str) -> None:
    """The moment of the export itself is no word on the times of calls."""
    assert zone_said([line]) is None


def test_lines_that_contradict_each_other_are_not_sure() -> None:
    """Neither of them is taken unasked."""
    said = zone_said(["Time zone: America/New_York", "Times in UTC"])
    assert said is not None
    assert not said.is_sure


def test_a_heading_names_a_zone_in_its_own_way() -> None:
    """A word of several meanings is not sure; UTC is."""
    assert zone_in_heading("Start Time") is None
    short, plain = zone_in_heading("Start Time (ET)"), zone_in_heading("Start (all times UTC)")
    assert short is not None
    assert not short.is_sure
    assert plain is not None
    assert (plain.zone, plain.is_sure) == ("UTC", True)


@pytest.mark.parametrize(
    ("heading", "zone"),
    [
        ("Inicio (hora de Madrid)", "Europe/Madrid"),
        ("Start Time (local, Berlin)", "Europe/Berlin"),
        ("Start (New York)", "America/New_York"),
        ("Heure de Paris", "Europe/Paris"),
        ("start_time_et", "America/New_York"),
        ("cet_start", "Europe/Berlin"),
        ("StartTimeET", "America/New_York"),
        ("開始時刻JST", "Asia/Tokyo"),
        ("開始（日本時間）", "Asia/Tokyo"),
        ("開始UTC", "UTC"),
        ("Начало (МСК)", "Europe/Moscow"),
    ],
)
def test_a_zone_or_a_place_in_a_heading_is_seen(heading: str, zone: str) -> None:
    """However it is joined to the name, in any script."""
    said = zone_in_heading(heading)
    assert said is not None
    assert said.zone == zone


@pytest.mark.parametrize(
    "heading", ["Ist Beginn", "Ist-Zeit Beginn", "Beginn (Ist)", "Beginn Ist", "Et Start"]
)
def test_a_word_that_begins_with_a_capital_is_no_abbreviation(heading: str) -> None:
    assert zone_in_heading(heading) is None


HEADINGS = [
    ("Start (UTC)", "UTC"),
    ("Start Time [America/New_York]", "America/New_York"),
    ("Beginn (MEZ)", "Europe/Berlin"),
    ("Start (Madrid)", "Europe/Madrid"),
]


@pytest.mark.parametrize(("heading", "zone"), HEADINGS)
def test_a_heading_against_the_option_is_asked_about_without_a_guess_too(
    heading: str, zone: str, tmp_path: Path
) -> None:
    """Once, and each answer ends it; not where the cells say their zone, nor where both say the same."""
    plan = _mapped(tmp_path, heading, "2026-02-13 09:00:00", "Asia/Tokyo")
    [doubt] = heading_zone_doubts(plan)
    assert (doubt.about, doubt.column) == ("zone", heading)
    assert [each.value for each in doubt.answers] == [f"creation_time:{zone}", "creation_time:Asia/Tokyo"]
    for answer in doubt.answers:
        assert not heading_zone_doubts(with_answer(plan, answer))
    assert not heading_zone_doubts(_mapped(tmp_path, heading, "2026-02-13T09:00:00Z", "Asia/Tokyo"))
    assert not heading_zone_doubts(_mapped(tmp_path, heading, "2026-02-13 09:00:00", zone))
    assert not heading_zone_doubts(_mapped(tmp_path, "Start Time", "2026-02-13 09:00:00", "Asia/Tokyo"))


def _mapped(folder: Path, heading: str, cell: str, zone: str) -> ImportPlan:
    file = folder / "calls.csv"
    file.write_text(f"id,{heading}\n1,{cell}\n")
    options = MapOptions(
        map=(f"call_id=id,creation_time={heading}",), set=("call_status=completed",), timezone=(zone,)
    )
    return ImportPlan(str(file), "acme.com", space="spc_1", options=options)
