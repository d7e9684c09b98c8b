"""What must never happen silently, whichever way the options of an import were found."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from callboard.ingest.sources.guessing.accepted import ACCEPTED, Accepted, is_accepted
from callboard.ingest.sources.guessing.doubts import Answer, Doubt
from callboard.ingest.sources.guessing.units import LEFT_OUT
from callboard.ingest.sources.length_sample import LengthJump
from callboard.ingest.sources.preview import Numbers


def number_doubts(
    numbers: Numbers,
    *,
    rows_may_share: bool,
    id_column: str | None,
    duration_column: str | None,
    is_length_left_out: bool = False,
    is_id_said: bool = False,
    accepted: Collection[str] = (),
) -> Iterator[Doubt]:
    """Doubts about the numbers that a file would bring. `rows_may_share`: it is said how several rows are one
    call. `is_length_left_out`: it is said, or asked, that the lengths are unknown. `is_id_said`: `--map`
    says which column is the id, so that --id-from cannot. `accepted`: what nothing
    is asked about, of `ACCEPTED`.
    """
    noun = numbers.record_type
    if not numbers.events:
        yield Doubt("rows", "No row of the file can be taken")
        return
    open_ = {
        about: kind
        for about, kind in _kinds(numbers, rows_may_share=rows_may_share)
        if not is_accepted(kind, accepted)
    }
    if kind := open_.get("time"):
        created = "creation_time" if noun == "call" else "created"
        yield Doubt(
            "time",
            f"{rows(numbers.undated)} without any time would count at the time of the import",
            answers=(Answer("--map", f"{created}=…", "the column that says when"), accepting(kind)),
        )
    if (kind := open_.get("length")) and not is_length_left_out:
        yield Doubt(
            "unit",
            f"The talk time of {_counted(numbers.without_duration, 'completed call')} is unknown; "
            "the average leaves it out",
            duration_column,
            (accepting(kind),),
        )
    if numbers.jump is not None and not is_length_left_out and "lengths_jump" not in accepted:
        yield _jump_doubt(numbers.jump, duration_column)
    if kind := open_.get("ids"):
        lost = _lost(numbers)
        each_row = () if is_id_said else (Answer("--id-from", "*", f"each row is a {noun}"),)
        yield Doubt(
            "legs",
            f"{rows(numbers.events)} become {_counted(numbers.items, noun)}: {lost:,} with an id that came "
            "before and something else to say",
            id_column,
            (
                Answer("--legs", "", "rows of one id are legs of one call"),
                *each_row,
                accepting(kind),
            )
            if noun == "call"
            else (accepting(kind), *each_row),
        )


def _jump_doubt(jump: LengthJump, column: str | None) -> Doubt:
    return Doubt(
        "unit",
        f"The talk time is about {in_seconds(jump.before_s)} in the first rows, and from row {jump.row:,} on "
        f"about {in_seconds(jump.after_s)}: its unit seems to change within the file",
        column,
        (
            Answer("--null", LEFT_OUT, "the lengths are left out, and the talk is unknown"),
            accepting("lengths_jump"),
        ),
    )


def in_seconds(seconds: float) -> str:
    """A length for people: `95 s`, `0.02 s`."""
    return f"{seconds:,.0f} s" if seconds >= 10 else f"{seconds:.3g} s"


def to_accept(numbers: Numbers, *, rows_may_share: bool) -> list[Accepted]:
    """What must be accepted of a file with these numbers, so that nothing is asked about it."""
    return [kind for _, kind in _kinds(numbers, rows_may_share=rows_may_share)]


def _kinds(numbers: Numbers, *, rows_may_share: bool) -> Iterator[tuple[str, Accepted]]:
    """What is odd about the numbers: `time`, `length` or `ids`, and its word of `ACCEPTED`."""
    if numbers.undated:
        is_most = 2 * numbers.undated >= numbers.events
        yield "time", "most_without_time" if is_most else "some_without_time"
    if numbers.record_type == "call" and numbers.without_duration:
        is_most = 2 * numbers.without_duration >= numbers.completed
        yield "length", "most_without_length" if is_most else "some_without_length"
    if not rows_may_share and (lost := _lost(numbers)):
        is_most = 2 * lost >= numbers.events - numbers.repeated
        yield "ids", "most_share_ids" if is_most else "some_share_ids"


def _lost(numbers: Numbers) -> int:
    """Rows with an id that came before, and something else to say."""
    return numbers.events - numbers.repeated - numbers.apart


def accepting(kind: Accepted) -> Answer:
    """The answer that accepts it, of this file and the next ones of a saved mapping."""
    return Answer("--accept", kind, ACCEPTED[kind])


def rows(count: int) -> str:
    """So many rows, in words."""
    return _counted(count, "row")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
