"""Each answer that a doubt offers ends it, and costs no row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from tests.files.kinds import LAYOUTS, Layout

TO_FILL_IN = "…"


@pytest.mark.parametrize("zone", [True, False], ids=["zone", "no zone"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_an_answer_ends_its_doubt(layout: Layout, zone: bool, tmp_path: Path) -> None:
    """In every kind of file; also where nobody says the zone."""
    file = tmp_path / layout.name
    file.write_bytes(layout.content)
    options = MapOptions(
        record_type="task" if layout.kind == "tasks" else "call", timezone=(layout.zone,) if zone else ()
    )
    plan = ImportPlan(str(file), "acme.example", space="spc", options=options)
    found = guess(plan)
    for doubt in found.doubts:
        assert doubt.answers or not found.preview.events, f"nothing ends it: {doubt.message}"
        for answer in filter(None, map(filled_in, doubt.answers)):
            answered = guess(with_answer(plan, answer))
            said = f"{answer.option} {answer.value}"
            assert doubt not in answered.doubts, f"{said} does not end: {doubt.message}"
            lost = answered.whole.rejected_rows - found.whole.rejected_rows
            assert lost <= 0, f"{said} costs rows: {answered.whole.rejected}"


ROWS = [
    (
        f"k{1000 + 7 * n}",
        f"2026-03-{3 + n:02} 08:17:0{n % 9}",
        f"{n % 4 and 61 + 37 * n}",
        "answered" if n % 4 else "missed",
    )
    for n in range(14)
]
HEAD = ("call_id", "start_time", "duration", "status")
WIDTHS = [max(len(row[place]) for row in (HEAD, *ROWS)) for place in range(4)]
BORDER = "+" + "+".join("-" * (width + 2) for width in WIDTHS) + "+\n"


def _drawn(row: tuple[str, ...]) -> str:
    return " " + " | ".join(each.ljust(width) for each, width in zip(row, WIDTHS, strict=True)) + " "


def _rows(rows: Sequence[tuple[str, ...]] = (HEAD, *ROWS)) -> str:
    return "".join(f"{','.join(row)}\n" for row in rows)


def _late(form: str, many: int = 3) -> str:
    late = [(row[0], datetime.fromisoformat(row[1]).strftime(form), *row[2:]) for row in ROWS[-many:]]
    return _rows([HEAD, *ROWS[:-many], *late])


PSQL = "\n".join([_drawn(HEAD), BORDER[1:-2], *map(_drawn, ROWS), "(14 rows)", ""])
MYSQL = "".join([BORDER, f"|{_drawn(HEAD)}|\n", BORDER, *(f"|{_drawn(row)}|\n" for row in ROWS), BORDER])
BROKEN = {
    "lines below": f"{_rows()}\nGenerated 2026-03-20 08:00 by Kit\nConfidential\n",
    "words below": f"{_rows()}End of report,,,\n",
    "a sentence below": f"{_rows()}End,of,the,report\n",
    "a cell too much": _rows([HEAD, *ROWS[:5], (*ROWS[5], "more"), *ROWS[6:]]),
    "no time": _rows([HEAD, *ROWS[:9], (ROWS[9][0], "last week", *ROWS[9][2:]), *ROWS[10:]]),
    "day first, late": _late("%d/%m/%Y %H:%M:%S"),
    "unix, late": _late("%s"),
    "month in words, late": _late("%d %b %Y %H:%M"),
    "too long": _rows([HEAD, *ROWS[:9], (*ROWS[9][:2], "99999999", ROWS[9][3]), *ROWS[10:]]),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_rows_that_cannot_be_read_are_left_out_or_accepted(content: str, tmp_path: Path) -> None:
    """Each doubt has an answer, and by the first that suits, one after the other, the file is imported."""
    file = tmp_path / "calls.csv"
    file.write_text(content)
    plan = ImportPlan(str(file), "acme.example", space="spc", options=MapOptions(timezone=("UTC",)))
    found = guess(plan)
    while found.doubts:
        for doubt in found.doubts:
            for answer in filter(None, map(filled_in, doubt.answers)):
                assert doubt not in guess(with_answer(plan, answer)).doubts
        plan = with_answer(plan, found.doubts[0].answers[-1])
        found = guess(plan)
    assert not found.doubts
    assert found.preview.items + found.whole.rejected_rows >= len(ROWS)


@pytest.mark.parametrize(
    "content",
    [PSQL, MYSQL, f"{MYSQL}14 rows in set (0.01 sec)\n"],
    ids=["psql", "mysql", "mysql with its count"],
)
def test_a_drawn_table_is_read(content: str, tmp_path: Path) -> None:
    """As psql and mysql show what they found."""
    file = tmp_path / "calls.txt"
    file.write_text(content)
    plan = ImportPlan(str(file), "acme.example", space="spc", options=MapOptions(timezone=("UTC",)))
    found = guess(plan)
    assert not found.doubts
    assert (found.preview.calls, found.preview.missed) == (14, 4)


def filled_in(answer: Answer) -> Answer | None:
    """The answer as a person completes it; None where only the person knows how."""
    if TO_FILL_IN not in answer.value:
        return answer
    return (
        replace(answer, value=answer.value.replace(TO_FILL_IN, "Europe/Berlin"))
        if answer.option == "--timezone"
        else None
    )
