"""The order of day and month that one column of times tells is that of the others of the file."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

COLUMNS = ("Start Time", "Answer Time", "End Time")
FORMS = {"month first": "{month:02}/{day:02}/2026", "day first": "{day:02}/{month:02}/2026"}


@pytest.mark.parametrize("order", FORMS)
@pytest.mark.parametrize("places", list(permutations(range(3))))
@pytest.mark.parametrize("telling", [("Start Time",), ("Start Time", "End Time")])
def test_one_column_tells_the_order_of_the_others(
    order: str, places: tuple[int, ...], telling: tuple[str, ...], tmp_path: Path
) -> None:
    """Only calls that nobody answered were made after the twelfth: the answers alone do not tell."""
    lines = [["Call ID", *(COLUMNS[each] for each in places), "Status", "Talk Time"]]
    for n, day in enumerate((2, 4, 5, 7, 9, 11, 12, 14, 19)):
        talk = 61 + 31 * n if day <= 12 else 0
        said = dict.fromkeys(COLUMNS, "")
        at = FORMS[order].format(month=3, day=day)
        said["Start Time"] = f"{at} 08:00:10"
        if talk:
            said["Answer Time"] = f"{at} 08:00:30"
        if talk or "End Time" in telling:
            said["End Time"] = f"{at} 08:{(30 + talk) // 60:02}:{(30 + talk) % 60:02}"
        word = "Answered" if talk else "No Answer"
        lines.append([f"o{n}x", *(said[COLUMNS[each]] for each in places), word, str(talk)])
    file = tmp_path / "calls.csv"
    file.write_text("".join(",".join(line) + "\n" for line in lines))
    found = guess(ImportPlan(str(file), "acme.example", space="spc", options=MapOptions(timezone=("UTC",))))
    assert not found.doubts
    assert found.preview.as_json()["first"].startswith("2026-03-02")
    assert found.preview.as_json()["last"].startswith("2026-03-19")
