"""Columns without a header get the names of what they hold."""

from __future__ import annotations

from pathlib import Path

from callboard.ingest.sources.guessing.guess import guess
from tests.unit.guesses import plan_of


def test_ids_of_ten_digits_are_no_times_beside_written_ones(tmp_path: Path) -> None:
    """As Unix times they would be of another year than the times of the same rows."""
    rows = (
        f"2026/03/{day:02d} 09:28:41,00:0{day % 7}:1{day % 4},{day},+1202555010{day % 10},O,10000140{day:02d}"
        for day in (2, 9, 13, 14, 20, 24, 25, 27)
    )
    found = guess(plan_of(tmp_path, "\n".join(rows) + "\n"))
    assert found.preview.first is not None
    assert found.preview.first // (365 * 86_400_000_000) == 56  # 2026, not 2001
    assert found.preview.calls == 8
    assert "time" not in {each.about for each in found.doubts}


def test_rows_without_a_status_are_asked_about_by_it(tmp_path: Path) -> None:
    """They would be rejected, and it is the status that nobody told."""
    rows = (
        f"c{day},2026-03-{day:02d}T09:00:00Z,{'' if day % 3 else 'completed'},60" for day in range(11, 23)
    )
    found = guess(plan_of(tmp_path, "id,start,status,duration\n" + "\n".join(rows) + "\n"))
    asked = [each.about for each in found.doubts if "rejected" in each.message]
    assert asked == ["status"]
