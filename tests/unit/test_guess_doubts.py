"""What a doubt says and how it can be answered, where nothing in the file is an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from tests.unit.guesses import HEADER, ends, only, plan_of


def test_day_and_month_are_shown_by_a_day_that_tells(tmp_path: Path) -> None:
    """And not by the first time, the fifth of May, or by one that is none."""
    times = ("05/05/2026 08:00:00", "00/00/0000 00:00:00", "03/05/2026 09:00:00", "04/05/2026 10:00:00")
    rows = "".join(f"c{n},{at},answered,{90 + n}\n" for n, at in enumerate(times))
    doubt = only(guess(plan_of(tmp_path, HEADER + rows)), "day_month")
    assert "'03/05/2026 09:00:00' can be Sunday, 3 May 2026 or Thursday, 5 March 2026" in doubt.message
    assert len({each.meaning for each in doubt.answers}) == 2


def test_calls_without_any_length_are_asked_about_once(tmp_path: Path) -> None:
    """It can be accepted, for tomorrow's file too."""
    rows = "".join(
        f"c{n},2026-03-1{n}T08:00:00Z,{word}\n" for n, word in enumerate(("answered", "missed", "answered"))
    )
    plan = plan_of(tmp_path, "id,start,status\n" + rows)
    found = guess(plan)
    (doubt,) = found.doubts
    assert [each.option for each in doubt.answers] == ["--map", "--accept"]
    assert not guess(with_answer(plan, doubt.answers[1])).doubts


def test_an_end_before_the_start_is_left_out_or_believed(tmp_path: Path) -> None:
    """Each by an answer."""
    rows = "".join(
        f"c{n},2026-03-1{n}T08:00:00Z,2026-03-1{n}T07:00:00Z,{word},{talk}\n"
        for n, (word, talk) in enumerate((("answered", 95), ("missed", 0), ("answered", 421)))
    )
    plan = plan_of(tmp_path, "id,start,end,status,duration\n" + rows)
    found = guess(plan)
    doubt = only(found, "time")
    assert [each.option for each in doubt.answers] == ["--null", "--map"]
    for answer in doubt.answers:
        assert ends(plan, doubt, answer)
    left_out = guess(with_answer(plan, doubt.answers[0]))
    assert not left_out.doubts
    assert left_out.preview.avg_duration_seconds == found.preview.avg_duration_seconds == 258


def test_rows_that_are_rejected_for_two_words_are_left_out_by_two_answers(tmp_path: Path) -> None:
    """The commonest word first; what is left is asked about again."""
    days = [f"2026-03-1{n}T08:00:00Z" for n in range(4)]
    times = (*days[:2], "soon", "later", "soon", *days[2:])
    rows = "".join(f"c{n},{at},answered,{90 + n}\n" for n, at in enumerate(times))
    plan = plan_of(tmp_path, HEADER + rows)
    doubt = only(guess(plan), "time")
    assert [(each.option, each.value) for each in doubt.answers] == [
        ("--leave-out", "start=soon"),
        ("--leave-out", "start=later"),
        ("--accept", "rejected_rows"),
    ]
    for answer in doubt.answers[:2]:
        plan = with_answer(plan, answer)
    assert "time" not in {each.about for each in guess(plan).doubts}


TWO_WAYS = ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S")


@pytest.mark.parametrize("form", TWO_WAYS)
@pytest.mark.parametrize("ends_at", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d %b %Y %H:%M:%S"])
def test_an_end_that_is_read_in_one_way_tells_the_day_of_the_start(
    tmp_path: Path, form: str, ends_at: str
) -> None:
    starts = [datetime(2026, 3, day, 9, 4, 11, tzinfo=UTC) for day in (2, 4, 5, 9)]
    content = "Call ID,Start Time,End Time,Status,Duration\n" + "".join(
        f"R{n},{at.strftime(form)},{(at + timedelta(seconds=68)).strftime(ends_at)},Answered,{60 + n}\n"
        for n, at in enumerate(starts)
    )
    found = guess(plan_of(tmp_path, content))
    assert "day_month" not in {each.about for each in found.doubts}
    assert found.preview.first == int(starts[0].timestamp()) * 1_000_000


@pytest.mark.parametrize("answer", [0, 1])
def test_an_answer_names_its_field_where_other_times_are_written_otherwise(
    tmp_path: Path, answer: int
) -> None:
    """Two cannot be told apart, a third is ISO 8601: each answer ends its own question."""
    content = "task_id,created,scheduled_at,completed_at,status\n" + "".join(
        f"t{n},0{n}/03/2026 09:00:00,0{n}-03-2026 09:00,2026-05-0{n} 10:00:00,completed\n" for n in (2, 4, 5)
    )
    path = tmp_path / "tasks.csv"
    path.write_text(content)
    options = MapOptions(record_type="task", timezone=("UTC",))
    plan = ImportPlan(str(path), "acme.example", space="spc", options=options)
    found = guess(plan)
    asked = [each for each in found.doubts if each.about == "day_month"]
    assert len(asked) == 2
    for doubt in asked:
        assert doubt.answers[0].value.partition(":")[0] in ("created", "scheduled_at")
        plan = with_answer(plan, doubt.answers[answer])
        found = guess(plan)
        assert doubt not in found.doubts
    assert not [each for each in found.doubts if each.about in ("day_month", "time")]
