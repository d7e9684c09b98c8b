"""`--legs`: rows of one id are one call, whatever their order and however they are split over files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callboard.clock import SECOND, Micros, iso
from callboard.ingest.sources.files.records import Record
from callboard.ingest.sources.importer import Destination, Importer
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.targets import OneSpace
from callboard.model.call import Call
from tests.stores import NOW, bits, dump, make_organization, make_space, make_store

OPTIONS = MapOptions(
    map=(
        "call_id=id,call_status=status,creation_time=made,start_time=answered,end_time=ended",
        "call_duration=talk,destination_number=to",
    ),
    legs=True,
)


class Leg(NamedTuple):
    """A leg as a row says it: times in seconds after a begin, None for an empty cell."""

    call: int
    to: int
    status: str
    made: int
    ring: int | None
    talk: int | None
    """Said; else it follows from start and end."""
    says_talk: bool
    says_end: bool

    @property
    def answered(self) -> bool:
        """As the row tells it: of a failed leg only its talk does."""
        return self.status == "completed" or (self.status == "failed" and bool(self.length_ms))

    def row(self) -> dict[str, str]:
        connected = self.status == "completed" or (self.status == "failed" and bool(self.talk))
        started = connected and self.ring is not None
        start = self.made + (self.ring or 0)
        knows_end = self.says_end and self.talk is not None and started
        return {
            "id": f"c{self.call}",
            "to": str(self.to),
            "status": self.status,
            "made": written(self.made),
            "answered": written(start) if started else "",
            "ended": written(start + (self.talk or 0)) if knows_end else "",
            "talk": str(self.talk) if self.says_talk and self.talk is not None else "",
        }

    @property
    def length_ms(self) -> int | None:
        """The talk that the row tells, by itself or by start and end."""
        said = self.row()
        told = said["talk"] or (said["answered"] and said["ended"])
        return self.talk * 1000 if told and self.talk is not None else None


def at(seconds: int) -> Micros:
    return NOW - 86_400 * SECOND + seconds * SECOND


def written(seconds: int) -> str:
    return str(iso(at(seconds)))


class File:
    kind = "delimited"
    columns = list(Leg(0, 0, "missed", 0, None, None, False, False).row())  # noqa: RUF012 - as `Rows` has it

    def __init__(self, legs: Sequence[Leg]) -> None:
        self._legs = legs
        self.left_out: dict[str, int] = {}
        self.mended = 0

    def __iter__(self) -> Iterator[Record]:
        for line, leg in enumerate(self._legs, 2):
            row = leg.row()
            yield Record(line, row, list(row.values()))


def calls_of(store: Any, space: Any, files: Sequence[Sequence[Leg]], folder: Path) -> dict[str, Call]:
    for number, legs in enumerate(files):
        with RejectsFile(folder / f"{number}.csv", "delimited", File.columns) as rejects:
            run = Importer(File(legs), RowMapping(OPTIONS), OneSpace(space), rejects, lambda: NOW)
            report = run.run(Destination(store, space.org_id), f"f{number}", same_rows=True)
            assert report.rejected == 0, report.examples
    return {call_id: call for (_, call_id), call in dump(store, space.org_id)["calls"].items()}


drawn = st.builds(
    Leg,
    call=st.integers(0, 2),
    to=st.integers(0, 3),
    status=st.sampled_from(["completed", "completed", "missed", "failed"]),
    made=st.integers(0, 3),
    ring=st.none() | st.integers(0, 5),
    talk=st.none() | st.integers(0, 60),
    says_talk=st.booleans(),
    says_end=st.booleans(),
)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_the_legs_of_a_call_are_one_call(kind: str, tmp_path: Path) -> None:
    """Answered when any leg was, as long as the latest answered leg, made when the first leg was."""
    store = make_store(kind, tmp_path)
    numbers = count()

    def imported(files: Sequence[Sequence[Leg]]) -> dict[str, Call]:
        number = next(numbers)
        space = make_space(store, make_organization(store, f"o{number}.example"))
        return calls_of(store, space, files, tmp_path)

    # Each example of a file imports three times; the fold is the same in both stores.
    @settings(max_examples=100 if kind == "memory" else 8)
    @given(data=st.data(), legs=st.lists(drawn, min_size=1, max_size=8))
    def check(data: st.DataObject, legs: list[Leg]) -> None:
        cut = data.draw(st.integers(0, len(legs)))
        second = data.draw(st.permutations([*legs[cut:], *legs[:2]]))
        calls = imported(data.draw(st.permutations([legs[:cut], second])))
        again = imported([data.draw(st.permutations(legs))])
        assert bits({"calls": calls}) == bits({"calls": again})
        assert set(calls) == {f"c{leg.call}" for leg in legs}
        for call_id, call in calls.items():
            _check(call, [leg for leg in legs if f"c{leg.call}" == call_id])

    check()
    store.close()


def _check(call: Call, legs: list[Leg]) -> None:
    answered = [leg for leg in legs if leg.answered]
    assert call.creation_time == at(min(leg.made for leg in legs))
    assert (call.call_status in ("completed", "failed")) >= bool(answered)
    if not answered:
        assert call.call_status != "completed"
        assert not call.duration_ms
        return
    # A completed leg outweighs one that was cut after talk.
    answered = [leg for leg in answered if leg.status == "completed"] or answered
    latest = max(leg.made for leg in answered)
    last = [leg for leg in answered if leg.made == latest]
    assert call.call_status in {leg.status for leg in last}
    # Of several answered ones of one moment any may count, but one of them whole. Where the latest says
    # nothing of its talk, another answered leg may.
    if all(any(leg.row()[each] for each in ("answered", "ended", "talk")) for leg in last):
        whole = {(leg.row()["answered"], leg.length_ms) for leg in last if leg.status == call.call_status}
        assert (iso(call.start_time) or "", call.duration_ms) in whole
