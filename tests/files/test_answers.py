"""Each answer that a doubt offers ends it, and costs no row."""

from __future__ import annotations

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
        for answer in filter(None, map(filled_in, doubt.answers)):
            answered = guess(with_answer(plan, answer))
            said = f"{answer.option} {answer.value}"
            assert doubt not in answered.doubts, f"{said} does not end: {doubt.message}"
            lost = answered.whole.rejected_rows - found.whole.rejected_rows
            assert lost <= 0, f"{said} costs rows: {answered.whole.rejected}"


def filled_in(answer: Answer) -> Answer | None:
    """The answer as a person completes it; None where only the person knows how."""
    if TO_FILL_IN not in answer.value:
        return answer
    return (
        replace(answer, value=answer.value.replace(TO_FILL_IN, "Europe/Berlin"))
        if answer.option == "--timezone"
        else None
    )
