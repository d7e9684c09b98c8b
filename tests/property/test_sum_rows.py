"""Rows that add up others, drawn among calls: dated and with a length, they are seen, however few."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from tests.property.lengths import examples

SHARE = float(os.environ.get("CALLBOARD_FILES", "10")) / 100
HEADER = ("id", "Date", "Agent", "Number", "Status", "Duration")
NAMES = (
    "Total", "Subtotal", "Summe", "Daily total", "Tagessumme", "Gesamt", "TOTAL:", "Ann total", "Totale",
    "Sous-total",
)  # fmt: skip
PLACES = {"id": 0, "Agent": 2, "Number": 3, "nowhere": None}


@st.composite
def days(draw: Any) -> list[list[list[Any]]]:
    """The calls of some days, two at least of each."""
    return [
        [
            [
                f"c{day}{number}",
                datetime(2026, 3, 14 + day, 8 + number, draw(st.integers(0, 59)), tzinfo=UTC),
                draw(st.sampled_from(("Ann", "Bob"))), f"+1202555010{number}",
                *(("Answered", draw(st.integers(61, 900))) if number % 3 else ("No answer", 0)),
            ]
            for number in range(draw(st.integers(3, 6)))
        ]
        for day in range(4)
    ]  # fmt: skip


def text_of(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(
        [f"{each:%Y-%m-%d %H:%M}" if isinstance(each, datetime) else each for each in row] for row in rows
    )
    return out.getvalue()


def sum_of(calls: Sequence[Sequence[Any]], name: str, place: int | None, *, counts: bool) -> list[Any]:
    """A row that adds up calls: dated as the last of them, as long as all of them, or with their number."""
    row = ["", calls[-1][1].replace(hour=23, minute=59), "", "", "Answered", sum(each[5] for each in calls)]
    if place is not None:
        row[place] = f"{name} {len(calls)} calls" if counts else name
    return row


def guessed(content: str, *answers: Any) -> Guess:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "calls.csv"
        path.write_text(content)
        plan = ImportPlan(str(path), "acme.example", space="any", options=MapOptions(timezone=("UTC",)))
        for each in answers:
            plan = with_answer(plan, each)
        return guess(plan)


def test_sums_are_asked_about_however_few_they_are() -> None:
    """Of each day, of one day alone, or of all; and the answers leave out those rows, and no call."""

    @examples(SHARE)
    @given(
        days(), st.sampled_from(NAMES), st.sampled_from(list(PLACES)),
        st.sampled_from(([0, 1, 2, 3], [2], [3], [])), st.booleans(), st.booleans(),
    )  # fmt: skip
    def each(
        calls: list[list[list[Any]]], name: str, place: str, summed: list[int], counts: bool, has_ids: bool
    ) -> None:
        at = PLACES["Agent" if place == "id" and not has_ids else place]
        rows: list[list[Any]] = []
        for number, day in enumerate(calls):
            rows += day
            if number in summed:
                rows.append(sum_of(day, name, at, counts=counts))
        every = [row for day in calls for row in day]
        if not summed:
            rows.append(sum_of(every, name, at, counts=counts))
        first = 0 if has_ids else 1
        if has_ids:
            rows = [[row[0] or f"t{number}", *row[1:]] for number, row in enumerate(rows)]
        content = text_of([row[first:] for row in rows], HEADER[first:])
        found = guessed(content)
        doubts = [each for each in found.doubts if each.about == "rows"]
        assert doubts, f"nobody was asked\n{content}"
        again = guessed(content, *(each.answers[0] for each in doubts))
        assert not any(each.about == "rows" for each in again.doubts), content
        assert again.preview.calls == len(every), f"{again.plan.command()}\n{content}"
        assert again.preview.completed == sum(row[4] == "Answered" for row in every), content

    each()


def test_what_is_called_a_total_and_adds_nothing_up_is_a_call() -> None:
    """An agent and a campaign called so, and a call that happens to be as long as those before it."""
    rows = [
        [f"c{number:03}", datetime(2026, 3, 14 + number // 9, 8 + number % 9, 7, tzinfo=UTC),
         ("Ann Total", "Total Wireless", "Bob Summers")[number % 3], f"+120255501{number:02}",
         "Answered", length]
        for number, length in enumerate((100, 50, 150, 61, 75, 98, 700, 345, 89, 456, 234, 77, 311, 128, 95))
    ]  # fmt: skip
    found = guessed(text_of(rows))
    assert "rows" not in [each.about for each in found.doubts], [each.message for each in found.doubts]


def test_sums_can_be_accepted_as_calls() -> None:
    """`--accept sums` ends the doubt, and the rows count."""
    day = [
        [
            f"c{number}",
            datetime(2026, 3, 14, 8 + number, 7, tzinfo=UTC),
            "Ann",
            "+12025550100",
            "Answered",
            70 + number,
        ]
        for number in range(5)
    ]
    content = text_of([*day, ["c9", *sum_of(day, "Total", 2, counts=False)[1:]]])
    (doubt,) = (each for each in guessed(content).doubts if each.about == "rows")
    again = guessed(content, doubt.answers[-1])
    assert "rows" not in [each.about for each in again.doubts]
    assert again.preview.calls == 6
