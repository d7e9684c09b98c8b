"""The files that the product is tried on: written the same each time, with truths worked out twice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.files.drawing import draw_calls
from tests.files.kinds import LAYOUTS, Layout, write_all

each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
ABOUT = {"day_month", "zone", "id", "status", "unit", "time", "legs", "header", "rows"}


@each_layout
def test_a_truth_is_worked_out_twice(layout: Layout) -> None:
    """From what was meant when the rows were drawn, and by a reader made for that file alone."""
    assert len(layout.read) == 1
    assert layout.truth(layout.read[0](layout.content)) == layout.truth(layout.meant)


@each_layout
def test_a_file_tells_right_from_wrong(layout: Layout) -> None:
    """A few rows, more than one way of ending unless that is its trap, and names for what may be asked."""
    assert 5 <= len(layout.meant) <= 14
    ways = {each.status for each in layout.meant}
    assert len(ways) > 1 or "status" in layout.asks
    assert set(layout.asks) <= ABOUT
    assert layout.trap.endswith(".")


@each_layout
def test_numbers_and_names_are_nobody_s(layout: Layout) -> None:
    """Phone numbers are from the ranges that are kept for fiction."""
    text = layout.content.replace(b"\0", b"").decode("latin-1")
    for number in re.findall(r"\+1\d{10}", text):
        assert number.startswith("+120255501"), number
    assert not re.search(r"@(?!files\.example|trunk|carrier|192\.0\.2\.)", text)


def test_a_file_is_the_same_each_time(tmp_path: Path) -> None:
    """Its name is its seed."""
    calls = draw_calls("a.csv", "anbf", "Europe/Berlin")
    assert (
        calls == draw_calls("a.csv", "anbf", "Europe/Berlin") != draw_calls("b.csv", "anbf", "Europe/Berlin")
    )
    write_all(tmp_path / "first")
    write_all(tmp_path / "second")
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()
    truths = json.loads((tmp_path / "first" / "truth.json").read_text("utf-8"))
    assert len(truths) >= 43 + 25


def test_most_days_are_above_twelve_somewhere() -> None:
    """Where a file is not asked about day and month, its days tell: one of them is above 12."""
    for layout in LAYOUTS.values():
        days = {each.created.day for each in layout.meant if each.created is not None}
        if layout.kind == "calls":
            assert (max(days) > 12) == ("day_month" not in layout.asks), layout.name
