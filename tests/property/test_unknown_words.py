"""Words of a status beside a yes or no, known and unknown, under any heading: nothing they say is lost."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from tests.property.lengths import examples
from tests.property.test_columns_beside import iso, table

SHARE = float(os.environ.get("CALLBOARD_FILES", "20")) / 100
ANSWERED = (("Answered", "completed"), ("Connected", "completed"))
CALL_WORDS = (
    ("Busy", "missed"), ("No Answer", "missed"), ("Failed", "failed"), ("Voicemail", "completed"),
    ("Invalid Number", "failed"), ("Cancelled", "missed"),
)  # fmt: skip
TASK_WORDS = (
    ("failed", "failed"), ("cancelled", "failed"), ("timed out", "failed"), ("running", "running"),
    ("queued", "pending"),
)  # fmt: skip
UNKNOWN = ("XFERQ", "Zorp", "Blick 7", "quux")
YES_NO = (("yes", "no"), ("1", "0"), ("true", "false"), ("Y", "N"))
ENDS = {"call": ("completed", "missed", "failed"), "task": ("completed", "failed")}
NAMED = {
    "call": ("status", "Disposition", "call_status", "Result", "Outcome", "Anrufstatus", "End Status"),
    "task": ("status", "state", "Final State", "job_status"),
}
FLAGS = {
    "call": ("answered", "connected", "is_completed", "Call Answered", "was_answered"),
    "task": ("success", "completed", "finished", "is_completed"),
}


@dataclass(frozen=True)
class Row:
    word: str
    says: str
    """The status that is meant."""
    yes: bool
    talk: int


@dataclass(frozen=True)
class Log:
    kind: str
    rows: list[Row]
    is_contradicted: bool
    has_unknown: bool
    content: str

    @property
    def statuses(self) -> Mapping[str, int]:
        return Counter(each.says for each in self.rows)


@st.composite
def logs(draw: Any) -> Log:
    """A file whose status has words that tell more than its yes or no: some of them unknown, in a drawn
    share, and some rows of which the two contradict each other.
    """
    kind = draw(st.sampled_from(("call", "call", "task")))
    known = draw(
        st.lists(st.sampled_from(CALL_WORDS if kind == "call" else TASK_WORDS), min_size=1, unique=True)
    )
    known.append(draw(st.sampled_from(ANSWERED)) if kind == "call" else ("success", "completed"))
    unknown = [
        (each, draw(st.sampled_from(ENDS[kind])))
        for each in draw(st.lists(st.sampled_from(UNKNOWN), max_size=2, unique=True))
    ]
    chance = random.Random(draw(st.integers(0, 2**32)))
    share = draw(st.sampled_from((0.05, 0.2, 0.5, 0.8)))
    wrong = draw(st.sampled_from((0.0, 0.0, 0.2)))
    flag, named = draw(st.sampled_from(FLAGS[kind])), draw(st.sampled_from(NAMED[kind]))
    rows, contradicted = [], 0
    for number in range(draw(st.integers(8, 40))):
        drawn = chance.choice(unknown) if unknown and chance.random() < share else chance.choice(known)
        word, says = known[-1] if number == 0 else drawn
        talked = says == "completed" and word != "Voicemail"
        yes = talked
        if (
            wrong
            and number
            and word in ("Answered", "Busy", "No Answer", "success")
            and chance.random() < wrong
        ):
            yes, contradicted = not yes, contradicted + 1
        rows.append(Row(word, says, yes, chance.randint(20, 700) if talked else 0))
    true, false = draw(st.sampled_from(YES_NO))
    told: list[tuple[str, Callable[[int, Row], Any]]] = [
        (named, lambda _, row: row.word), (flag, lambda _, row: true if row.yes else false)
    ]  # fmt: skip
    begin = datetime(2026, 3, 14, 8, tzinfo=UTC)
    columns: list[tuple[str, Callable[[int, Row], Any]]] = [
        (f"{kind}_id", lambda number, _: f"c{number:04}"),
        ("created_at", lambda number, _: iso(begin + timedelta(seconds=2_917 * number))),
        *(told if draw(st.booleans()) else told[::-1]),
    ]
    if kind == "call":
        columns.append(("duration", lambda _, row: row.talk))
    content = table(columns, rows)  # type: ignore[arg-type]
    return Log(kind, rows, contradicted > 0, any(row.word in UNKNOWN for row in rows), content)


def guess_of(content: str, kind: str = "call") -> Guess:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        file.write_text(content)
        options = MapOptions(timezone=("UTC",), record_type=kind)
        return guess(ImportPlan(str(file), "acme.example", space="any", options=options))


def test_what_words_tell_is_never_lost_to_a_yes_or_no() -> None:
    """Right, or asked; asked always where the two contradict each other."""

    @examples(SHARE)
    @given(logs())
    def each(log: Log) -> None:
        found = guess_of(log.content, log.kind)
        if any(doubt.about == "status" for doubt in found.doubts):
            return
        shown = f"{found.plan.command()}\n{log.content}"
        assert not log.is_contradicted, f"contradicted, and nobody was asked\n{shown}"
        got = {status: many for status, many in found.preview.statuses.items() if many}
        assert got == log.statuses, f"{got}, not {log.statuses}, and nobody was asked\n{shown}"

    each()


def test_words_that_agree_with_a_yes_or_no_are_taken_unasked() -> None:
    """Where every word is known, in any order of the columns, also under a heading that nobody knows."""
    rows = [
        Row(*CALL_WORDS[at % 4], yes=False, talk=0) if at % 5 else Row(*ANSWERED[0], yes=True, talk=61 + at)
        for at in range(17)
    ]
    begin = datetime(2026, 3, 14, 8, tzinfo=UTC)
    for named, flag in (
        ("Disposition", "answered"),
        ("call_status", "is_completed"),
        ("End Status", "connected"),
    ):
        columns: list[tuple[str, Callable[[int, Any], Any]]] = [
            ("id", lambda number, _: f"c{number:04}"),
            ("created_at", lambda number, _: iso(begin + timedelta(seconds=2_917 * number))),
            (flag, lambda _, row: "yes" if row.yes else "no"),
            (named, lambda _, row: row.word),
            ("duration", lambda _, row: row.talk),
        ]
        found = guess_of(table(columns, rows))  # type: ignore[arg-type]
        said = [each.message for each in found.doubts]
        assert not said, (named, flag, said)
        assert found.preview.statuses == Counter(each.says for each in rows), (named, flag)


def _word_of(words: Sequence[str], number: int, _: Any) -> str:
    return words[number % len(words)]


def test_a_source_of_leads_asks_nothing() -> None:
    """It is no status, whatever words it has beside a yes or no."""
    begin = datetime(2026, 3, 14, 8, tzinfo=UTC)
    for named, words in (
        ("lead_source", ("Referral", "Web", "Cold list")), ("list", ("Busy Bees", "New", "Lost")),
    ):  # fmt: skip
        columns: list[tuple[str, Callable[[int, Any], Any]]] = [
            ("id", lambda number, _: f"c{number:04}"),
            ("created_at", lambda number, _: iso(begin + timedelta(seconds=2_917 * number))),
            (named, partial(_word_of, words)),
            ("answered", lambda number, _: "yes" if number % 2 else "no"),
            ("duration", lambda number, _: number * 31 if number % 2 else 0),
        ]
        found = guess_of(table(columns, range(12)))  # type: ignore[arg-type]
        assert not found.doubts, (named, words, [each.message for each in found.doubts])
        assert (found.preview.completed, found.preview.missed) == (6, 6)
