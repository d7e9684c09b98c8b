"""Columns whose headings say nothing of their kind: legs that name each other, statuses beside directions and
reasons. What their cells say is taken or asked about, never passed over.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from tests.property.guessed import Found, guessed
from tests.property.lengths import examples

HEADINGS = st.sampled_from(
    (
        "Origin",
        "Before",
        "Chained To",
        "bleg_uuid",
        "InitialContactId",
        "Other Leg",
        "Transferred From",
        "Ref 2",
    )
)
ENDS = {
    "completed": ("Answered", "Connected"),
    "missed": ("No Answer", "Busy"),
    "failed": ("Invalid Number", "Failed"),
}
COARSE = {"completed": "completed", "missed": "failed", "failed": "failed"}
FIRST = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


class Call(NamedTuple):
    """A call as drawn."""

    status: str
    talk: int
    transferred: bool


@st.composite
def calls(draw: st.DrawFn) -> list[Call]:
    """Calls of all three ends, at least one of them in two legs."""
    kinds = draw(st.lists(st.sampled_from(sorted(ENDS)), min_size=3, max_size=9))
    every = [*sorted(ENDS), *kinds]
    split = draw(st.lists(st.booleans(), min_size=len(every), max_size=len(every)))
    return [
        Call(kind, draw(st.integers(5, 900)) if kind == "completed" else 0, is_split or kind == "completed")
        for kind, is_split in zip(every, split, strict=True)
    ]


def counted(found: Found) -> tuple[int, int, int]:
    return found.completed, found.missed, found.failed


def truth(drawn: Sequence[Call]) -> tuple[int, int, int]:
    told = [call.status for call in drawn]
    return told.count("completed"), told.count("missed"), told.count("failed")


def write(file: Path, rows: Sequence[dict[str, object]]) -> None:
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def files(folder: Path) -> Callable[[], Path]:
    numbers = itertools.count()
    return lambda: folder / f"{next(numbers)}.csv"


def test_legs_that_name_each_other_are_asked_about(tmp_path: Path) -> None:
    """Whatever the heading: empty, or its own id, in the first leg; or each leg names the other one."""
    new = files(tmp_path)

    @examples(0.3)
    @given(calls(), HEADINGS, st.sampled_from(("empty", "own", "each other")))
    def each(drawn: list[Call], heading: str, way: str) -> None:
        rows: list[dict[str, object]] = []
        for number, call in enumerate(drawn):
            own, other = str(UUID(int=(number + 1) * 7919 << 90)), str(UUID(int=(number + 1) * 104729 << 80))
            alone = own if way == "own" else ""
            beside = other if way == "each other" and call.transferred else alone
            row = {
                "Call ID": own,
                heading: beside,
                "Side": "a",
                "Start Time": (FIRST + timedelta(hours=7 * number)).isoformat(),
                "Talk Time": call.talk,
                "Status": ENDS[call.status][0],
            }
            rows.append(row)
            if call.transferred:
                rows.append({**row, "Call ID": other, heading: own, "Side": "b"})
        file = new()
        write(file, rows)
        found = guessed(file, "UTC")
        assert "legs" in found.about
        assert found.calls == len(drawn)
        assert counted(found) == truth(drawn)

    each()


def test_ids_of_something_else_tie_no_calls(tmp_path: Path) -> None:
    """Short numbers that count something, and the ids of agents and campaigns, are no ids of calls."""
    new = files(tmp_path)

    @examples(0.3)
    @given(
        calls(),
        st.lists(st.integers(1, 6), min_size=12, max_size=12),
        st.sampled_from(("Tries", "Agent Key")),
    )
    def each(drawn: list[Call], numbers: list[int], heading: str) -> None:
        file = new()
        write(
            file,
            [
                {
                    "Call ID": number + 1,
                    heading: tried if heading == "Tries" else str(UUID(int=tried % 2 + 1 << 90)),
                    "Start Time": (FIRST + timedelta(minutes=40 * number)).isoformat(),
                    "Talk Time": call.talk,
                    "Status": ENDS[call.status][0],
                }
                for number, (call, tried) in enumerate(zip(drawn, numbers, strict=False))
            ],
        )
        found = guessed(file, "UTC")
        assert "legs" not in found.about
        assert counted(found) == truth(drawn)

    each()


def test_a_direction_or_a_word_for_over_is_not_taken_for_the_status(tmp_path: Path) -> None:
    """Where words of the status are unknown, however many: right, or asked."""
    new = files(tmp_path)

    @examples(0.3)
    @given(
        calls(),
        st.sampled_from(("Result", "Call Status", "Disposition", "Status")),
        st.sampled_from(("Call Type", "Direction", "State")),
        st.sets(st.sampled_from(sorted(ENDS)), min_size=1),
        st.booleans(),
    )
    def each(drawn: list[Call], heading: str, beside: str, unknown: set[str], is_first: bool) -> None:
        rows = []
        for number, call in enumerate(drawn):
            word = f"{call.status[:3]}xq" if call.status in unknown else ENDS[call.status][0]
            status = {heading: word}
            other = {beside: "ended" if beside == "State" else ("inbound", "outbound")[number % 2]}
            rows.append(
                {
                    "Call ID": f"c{number}",
                    **(status | other if is_first else other | status),
                    "Start Time": (FIRST + timedelta(hours=number)).isoformat(),
                    "Talk Time": call.talk,
                }
            )
        file = new()
        write(file, rows)
        found = guessed(file, "UTC")
        assert "status" in found.about

    each()


def test_a_reason_that_says_more_than_the_status_is_not_passed_over(tmp_path: Path) -> None:
    """Whatever its heading: the finer of the two is taken, and it is asked."""
    new = files(tmp_path)

    @examples(0.3)
    @given(
        calls(),
        st.sampled_from(
            ("Reason", "Details", "Status Detail", "Failure Reason", "Error Message", "Remark 7")
        ),
        st.sampled_from(("failed", "yes or no")),
        st.booleans(),
    )
    def each(drawn: list[Call], heading: str, coarse: str, is_of_all: bool) -> None:
        file = new()
        write(
            file,
            [
                {
                    "Call ID": f"c{number}",
                    "Start Time": (FIRST + timedelta(hours=number)).isoformat(),
                    "Talk Time": call.talk,
                    **(
                        {"Status": COARSE[call.status]}
                        if coarse == "failed"
                        else {"Answered": "yes" if call.status == "completed" else "no"}
                    ),
                    heading: ENDS[call.status][0] if is_of_all or call.status != "completed" else "",
                }
                for number, call in enumerate(drawn)
            ],
        )
        found = guessed(file, "UTC")
        assert counted(found) == truth(drawn)
        assert "status" in found.about or coarse == "yes or no"

    each()


def test_reasons_that_nobody_knows_hide_no_others(tmp_path: Path) -> None:
    """The calls whose reason is known are told apart, however many others there are; those stay failed."""
    new = files(tmp_path)

    @examples(0.3)
    @given(
        calls(),
        st.sampled_from(("Reason", "Details", "Failure Reason", "Remark 7")),
        st.lists(
            st.sampled_from(("zzz-17", "Number blocked by carrier", "Fraud guard", "E-4410")),
            min_size=1,
            max_size=9,
        ),
    )
    def each(drawn: list[Call], heading: str, unknown: list[str]) -> None:
        file = new()
        known = [*drawn, Call("missed", 0, False), *(Call("failed", 0, False) for _ in unknown)]
        reasons = [
            "" if call.status == "completed" else ENDS[call.status][at % 2] for at, call in enumerate(known)
        ]
        reasons[-len(unknown) :] = unknown
        write(
            file,
            [
                {
                    "Call ID": f"c{number}",
                    "Start Time": (FIRST + timedelta(hours=number)).isoformat(),
                    "Talk Time": call.talk,
                    "Status": COARSE[call.status],
                    heading: reason,
                }
                for number, (call, reason) in enumerate(zip(known, reasons, strict=True))
            ],
        )
        found = guessed(file, "UTC")
        assert counted(found) == truth(known)
        assert "status" in found.about

    each()


def test_flags_of_tasks_are_read_together(tmp_path: Path) -> None:
    """One column for each way a task may stand: tasks that wait, run, are done and failed are told apart."""
    new = files(tmp_path)
    flags = {"ACTIVE": "running", "SUCCEEDED": "completed", "FAILED": "failed"}

    @examples(0.3)
    @given(
        st.lists(st.sampled_from((*flags, "")), max_size=6),
        st.permutations(sorted(flags)),
        st.sampled_from((("1", "0"), ("true", "false"), ("yes", "no"), ("Y", ""))),
    )
    def each(drawn: list[str], order: list[str], words: tuple[str, str]) -> None:
        every = [*flags, *drawn]
        file = new()
        write(
            file,
            [
                {
                    "id": f"job-{number}",
                    "created": (FIRST + timedelta(hours=number)).isoformat(),
                    **{flag: words[flag != is_set] for flag in order},
                }
                for number, is_set in enumerate(every)
            ],
        )
        options: Any = MapOptions
        plan = ImportPlan(
            file=str(file),
            handle="acme.example",
            space="any",
            options=options(timezone=("UTC",), record_type="task"),
        )
        found: Any = guess(plan)
        told = [flags.get(each, "pending") for each in every]
        for status in ("pending", "running", "completed", "failed"):
            assert found.preview.as_json()[status] == told.count(status)
        assert bool(found.doubts) is ("" in every)

    each()


def test_steps_of_tasks_are_asked_about(tmp_path: Path) -> None:
    """As Slurm lists them: `5001.batch` beside `5001`. The answer leaves them out."""
    file = tmp_path / "jobs.csv"
    rows: list[dict[str, object]] = [
        {
            "JobID": f"500{number}{step}",
            "Created": (FIRST + timedelta(hours=number)).isoformat(),
            "State": "COMPLETED",
        }
        for number in range(4)
        for step in ("", ".batch", ".0")
    ]
    write(file, rows)
    options: Any = MapOptions
    plan = ImportPlan(
        file=str(file),
        handle="acme.example",
        space="any",
        options=options(timezone=("UTC",), record_type="task"),
    )
    found: Any = guess(plan)
    (doubt,) = (each for each in found.doubts if each.about == "rows")
    answer = doubt.answers[0]
    assert answer.option == "--leave-out"
    again: Any = guess(replace(plan, options=replace(plan.options, leave_out=(answer.value,))))
    assert not [each for each in again.doubts if each.about == "rows"]
    assert again.preview.as_json()["completed"] == 4
