"""What is said of a call afterwards moves neither its end nor its length: notes, analyses, corrections."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs

from callboard.clock import MINUTE, SECOND
from callboard.fold.call import fold_call
from callboard.model.call import Call
from callboard.model.event import CallEvent, canonical
from callboard.model.words import FINAL_CALL
from tests.property.histories import MOMENTS, call_event, call_fields, receipt_of
from tests.property.lengths import examples

LATEST = max(MOMENTS)
SILENT: dict[str, Any] = dict.fromkeys(("creation_time", "start_time", "end_time", "duration_ms"), UNSET)


@st.composite
def told_and_later(draw: st.DrawFn) -> tuple[list[CallEvent], list[CallEvent]]:
    """What was said until a final word told the call's length; and with a later word, silent on times."""
    words = draw(st.lists(call_fields.map(call_event), max_size=5))
    standing = draw(st.sampled_from([0, 1, 2]))
    over = LATEST + draw(st.sampled_from([0, SECOND]))
    told = structs.replace(
        draw(call_fields.map(call_event)),
        call_status=draw(st.sampled_from(["completed", "failed"])),
        standing=standing,
        occurred_at=over,
        sequence=9,
        duration_ms=draw(st.sampled_from([0, 1, 1500, 60_000])),
    )
    is_rough = told.rough is not UNSET and told.rough is not None and "call_duration" in told.rough
    if told.end_time is None:
        # An end said to be unknown is a word too, and the later word is silent on it: no such case here.
        told = structs.replace(told, end_time=UNSET)
    later = structs.replace(
        draw(call_fields.map(call_event)),
        call_status=draw(st.sampled_from(["completed", "failed"])),
        standing=standing,
        occurred_at=over + draw(st.sampled_from([1, SECOND, 90 * MINUTE])),
        **SILENT,
    )
    before = [
        # A status that had told other times before comes back with them: that is no later word on its own.
        structs.replace(each, end_time=UNSET, duration_ms=UNSET)
        if each.call_status == later.call_status != told.call_status
        else each
        for each in words
        if each.standing <= standing
    ]
    # As above, an end that an earlier word of the told status says to be unknown: with another status later,
    # other words about the end count again.
    before = [
        structs.replace(each, end_time=UNSET)
        if each.end_time is None and each.call_status == told.call_status
        else each
        for each in before
    ]
    if is_rough:
        # A length that is known only roughly gives way to any other.
        before = [structs.replace(each, duration_ms=UNSET) for each in before]
    said = [structs.replace(each, call_id="c") for each in (*before, told)]
    return said, [*said, structs.replace(later, call_id="c")]


def folded(events: list[CallEvent]) -> Call:
    return fold_call([receipt_of(each) for each in {canonical(each): each for each in events}.values()])


def placed(call: Call) -> list[Any]:
    """When it talks and is offered in calls at once."""
    spans = []
    for kind in ("talk", "offered"):
        began = call.begins(kind)
        spans.append((call.has_unknown_time(kind), began, None if began is None else call.ends(began, 0)))
    return spans


@examples(3)
@given(told_and_later())
def test_a_later_word_that_says_nothing_of_times_moves_neither_end_nor_length(
    drawn: tuple[list[CallEvent], list[CallEvent]],
) -> None:
    """After a final word that told its length, of the same standing, and not `missed`."""
    before, after = map(folded, drawn)
    assert after.call_status in FINAL_CALL
    assert (after.end_time, after.duration_ms) == (before.end_time, before.duration_ms)
    assert (after.start_time, after.creation_time) == (before.start_time, before.creation_time)
    assert placed(after) == placed(before)
