"""Numbers that are called an id are no days, however they are written, wherever they stand beside a clock."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

IDS = ("260202", "20260202", "881001", "020226")
HEADINGS = ("Call ID", "id", "Record UUID", "Lead ID", "callId")
DAYS = (("Date", "Time"), ("Call Date", "Call Time"), ("Start Date", "Start Time"))


@pytest.mark.parametrize(("first", "called"), list(product(IDS, HEADINGS)))
@pytest.mark.parametrize(("day", "clock"), DAYS)
@pytest.mark.parametrize("is_behind", [False, True])
def test_an_id_is_no_day(
    first: str, called: str, day: str, clock: str, is_behind: bool, tmp_path: Path
) -> None:
    """The day of a clock is the column that is called so, and nobody is asked."""
    lines = [[called, "Sid", day, clock, "Status", "Talk Time"]]
    for n in range(8):
        talk, word = (0, "No Answer") if n % 4 == 3 else (61 + 7 * n, "Answered")
        number = f"{int(first) + n:0{len(first)}}"
        lines.append([number, f"s{n}x", f"2026-03-{13 + n}", f"0{n}:12:0{n}", word, str(talk)])
    if is_behind:
        lines = [[*rest, first_cell] for first_cell, *rest in lines]
    file = tmp_path / "calls.csv"
    file.write_text("".join(",".join(line) + "\n" for line in lines))
    options = MapOptions(timezone=("UTC",))
    found = guess(ImportPlan(str(file), "acme.example", space="spc", options=options))
    assert not [each.message for each in found.doubts if each.about == "time"]
    assert f"creation_time={{{day}}} {{{clock}}}" in found.plan.options.map[0]
    assert found.preview.calls == 8
