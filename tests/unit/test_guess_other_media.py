"""Rows of other media among calls are asked about as what they are."""

from __future__ import annotations

from pathlib import Path

from callboard.ingest.sources.guessing.guess import guess
from tests.unit.guesses import plan_of


def test_messages_without_a_talk_time_are_asked_about_as_rows_alone(tmp_path: Path) -> None:
    """That their talk time is unknown is no question of its own, unless calls lack one too."""

    def asked(without: str) -> set[str]:
        rows = [f"c{n},Voice,2026-03-{n}T09:00:00Z,Answered,{n * 7}" for n in range(13, 23)]
        rows += [f"n{n},Voice,2026-03-{n}T11:00:00Z,Missed,0" for n in (16, 18, 21)]
        rows += [f"m{n},SMS,2026-03-{n}T10:00:00Z,Sent," for n in (14, 15)]
        content = "id,type,started_at,status,duration_seconds\n" + "\n".join(rows) + "\n" + without
        return {each.about for each in guess(plan_of(tmp_path, content)).doubts}

    assert asked("") == {"rows"}
    assert asked("c23,Voice,2026-03-23T09:00:00Z,Answered,\n") == {"rows", "unit"}
