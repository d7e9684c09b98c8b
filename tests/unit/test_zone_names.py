"""Names of zones in words behind a time: read where they mean one thing, else asked about."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callboard.clock import system_clock
from callboard.ingest.sources.files.records import RowError
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.values.times import TimeReader
from callboard.ingest.sources.values.zone_names import ZONE_NAMES

WINTER, SUMMER = "2026-02-07 23:30:00", "2026-07-07 23:30:00"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        (f"{WINTER} Eastern Time", "2026-02-08T04:30:00+00:00"),
        (f"{SUMMER} eastern time", "2026-07-08T03:30:00+00:00"),
        (f"{SUMMER} Central Time (US & Canada)", "2026-07-08T04:30:00+00:00"),
        (f"{WINTER} Pacific Standard Time", "2026-02-08T07:30:00+00:00"),
        (f"{SUMMER} Pacific Daylight Time", "2026-07-08T06:30:00+00:00"),
        (f"{SUMMER} Central Standard Time (Mexico)", "2026-07-08T05:30:00+00:00"),
        (f"{SUMMER} W. Europe Standard Time", "2026-07-07T21:30:00+00:00"),
        (f"{SUMMER} India Standard Time", "2026-07-07T18:00:00+00:00"),
    ],
)
@pytest.mark.parametrize("form", [(), ("%Y-%m-%d %H:%M:%S %Z",)], ids=["iso", "format"])
def test_a_name_of_one_meaning_is_read(text: str, instant: str, form: tuple[str, ...]) -> None:
    """Whatever zone is said for times that say none."""
    assert TimeReader(form, "Asia/Tokyo").read(text) == instant


def test_a_name_of_two_meanings_is_asked_about_where_they_differ() -> None:
    """Windows means the clocks of the place by it, CLDR those of its winter."""
    said = f"{SUMMER} Pacific Standard Time"
    for zone in (None, "UTC"):
        with pytest.raises(RowError, match=r"--timezone America/Los_Angeles, or Etc/GMT\+8"):
            TimeReader((), zone).read(said)
    assert TimeReader((), "America/Los_Angeles").read(said) == "2026-07-08T06:30:00+00:00"
    assert TimeReader((), "Etc/GMT+8").read(said) == "2026-07-08T07:30:00+00:00"


@pytest.mark.parametrize("name", sorted(ZONE_NAMES))
def test_every_name_is_of_a_zone_that_is_known(name: str) -> None:
    zone, hours = ZONE_NAMES[name]
    assert zone is not None or hours is not None
    if zone is not None:
        ZoneInfo(zone)
    assert TimeReader((), zone).read(f"{WINTER} {name.title()}").endswith("+00:00")


@pytest.mark.parametrize("form", ["2026-02-{:02d} 10:0{}:17 {}", "02/{:02d}/2026 2:0{} PM {}"])
def test_a_guess_reads_them_unasked(tmp_path: Path, form: str) -> None:
    names = ["Eastern Time", "Mountain Time (US & Canada)"]
    rows = [
        f"k{n},{form.format(n + 11, n, names[n % 2])},{('completed', 'missed')[n % 2]},{30 * (1 - n % 2)}"
        for n in range(9)
    ]
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(["Call ID,Start Time,Status,Talk Seconds", *rows]) + "\n")
    found = guess(
        ImportPlan(str(path), "acme.com", space="spc_1", options=MapOptions(timezone=("UTC",))), system_clock
    )
    assert not [each for each in found.doubts if each.about in ("time", "zone", "day_month")]
    assert found.preview.as_json()["calls"] == 9
