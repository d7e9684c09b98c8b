"""The talk of calls in any layout of two beginnings, an end and a length: right, or asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

CALLS = "anabnafnaa"
"""Answered, no answer, busy, failed."""
HOW = {
    "Status": {"a": "Answered", "n": "No Answer", "b": "Busy", "f": "Failed"},
    "Answered": {"a": "Yes", "n": "No", "b": "No", "f": "No"},
}


@dataclass(frozen=True)
class Layout:
    """What a file says of each call."""

    made: str
    """The heading of when the call was made."""
    start: str
    """The heading of a second beginning."""
    says: str
    """What that is: the dialling; the answer, and else nothing, the end or the dialling."""
    answer: bool
    """Whether a third column says the answer."""
    has_end: bool
    length: str
    """What the length begins with: the talk, the ringing, or when the call was made."""
    none: str
    """What it is of a call that nobody answered; `ring`: how long that rang."""
    how: str
    waits: tuple[int, ...]
    """From the making to the dialling."""
    rings: tuple[int, ...]

    def rows(self) -> str:
        """The file."""
        second = ["Answer Time"] if self.answer else []
        end = ["End Time"] if self.has_end else []
        rows = [",".join(["Call ID", self.made, self.start, *second, *end, self.how, "Duration"])]
        for n, kind in enumerate(CALLS):
            made = datetime(2026, 3, 2 + n, 9, 4 + n, 11, tzinfo=UTC)
            wait, ring = self.waits[n % len(self.waits)], self.rings[n % len(self.rings)]
            dialled = made + timedelta(seconds=wait)
            answered = dialled + timedelta(seconds=ring)
            ended = answered + timedelta(seconds=talk_of(n))
            times: list[datetime | None] = [made, self.start_of(kind, dialled, answered)]
            length = str(talk_of(n) + {"talk": 0, "ringing": ring, "made": wait + ring}[self.length])
            if kind != "a":
                length = self.none if self.none != "ring" else "0" if self.length == "talk" else str(ring)
            times += [answered if kind == "a" else None] if self.answer else []
            times += [ended] if self.has_end else []
            written = ["" if at is None else f"{at:%Y-%m-%d %H:%M:%SZ}" for at in times]
            rows.append(",".join([str(n), *written, HOW[self.how][kind], length]))
        return "\n".join([*rows, ""])

    def start_of(self, kind: str, dialled: datetime, answered: datetime) -> datetime | None:
        """The second beginning. A call that nobody answered ends when one that is answered begins."""
        if self.says == "dial" or (kind != "a" and self.says == "answer or dial"):
            return dialled
        return None if kind != "a" and self.says == "answer" else answered


def talk_of(n: int) -> int:
    """The talk of a call in seconds."""
    return 97 + 211 * n if CALLS[n] == "a" else 0


LAYOUTS = st.builds(
    Layout,
    made=st.sampled_from(["Created At", "Call Date", "Date", "Queued At"]),
    start=st.sampled_from(["Start Time", "Started At", "Call Start"]),
    says=st.sampled_from(["dial", "answer", "answer or end", "answer or dial"]),
    answer=st.booleans(),
    has_end=st.booleans(),
    length=st.sampled_from(["talk", "ringing", "made"]),
    none=st.sampled_from(["0", "", "ring"]),
    how=st.sampled_from(sorted(HOW)),
    waits=st.sampled_from([(0,), (2, 5, 3), (9, 14)]),
    rings=st.sampled_from([(20, 36, 104, 140), (4, 5, 6)]),
)


def is_told(layout: Layout) -> bool:
    """Whether a second beginning is not the moment at which the call was made. Without an end, 0 for calls
    that lack an answer says that lengths are the talk: a file that says so of others is wrong itself.
    """
    is_second = layout.answer or layout.says != "dial" or layout.waits != (0,)
    is_believed = layout.answer and not layout.has_end and layout.none != "ring"
    return is_second and (layout.length == "talk" or not is_believed)


@given(layout=LAYOUTS.filter(is_told))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_length_beside_two_beginnings_is_right_or_asked_about(layout: Layout, tmp_path: Path) -> None:
    """Whether it holds the ringing is told by the other columns, or else by a person."""
    path = tmp_path / "calls.csv"
    path.write_text(layout.rows())
    found = guess(ImportPlan(str(path), "acme.example", space="spc", options=MapOptions(timezone=("UTC",))))
    talks = [talk_of(n) for n, kind in enumerate(CALLS) if kind == "a"]
    if not found.doubts:
        assert found.preview.avg_duration_seconds == sum(talks) / len(talks)
