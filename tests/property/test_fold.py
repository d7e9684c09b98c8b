"""The fold, without a store, against a second reading of its rules."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs

from callboard.fold.call import fold_call
from callboard.fold.task import fold_task
from callboard.model.event import CallEvent, Event, canonical, from_canonical
from tests.property.histories import call_event, call_fields, group_ends, receipt_of, task_event, task_fields
from tests.property.lengths import examples
from tests.property.plain_fold import plain_row

_encode = msgspec.msgpack.Encoder(order="deterministic").encode

of_one_call = st.lists(
    call_fields.map(call_event).map(lambda event: structs.replace(event, call_id="c1")),
    min_size=1,
    max_size=8,
)
of_its_groups = st.lists(group_ends, max_size=3)
of_one_task = st.lists(
    task_fields.map(task_event).map(lambda event: structs.replace(event, task_id="t1")),
    min_size=1,
    max_size=8,
)


of_one_attempt = st.lists(
    st.builds(
        lambda event, reason: structs.replace(
            event, task_id="t1", attempt=1, void=UNSET, failure_reason=reason
        ),
        task_fields.map(task_event),
        st.sampled_from([UNSET, None, "busy", "odd"]),
    ),
    min_size=2,
    max_size=5,
)


def agree(events: list[Event]) -> None:
    """Both readings make the same row; the product's as drawn, and the other way round."""
    unique = list({canonical(event): event for event in events}.values())
    entries = [receipt_of(event) for event in unique]
    expected = plain_row([(entry.event, entry.occurred_at, entry.source) for entry in entries])
    for order in (entries, entries[::-1]):
        row = fold_call(order) if isinstance(unique[0], CallEvent) else fold_task(order)
        assert row == expected
        assert _encode(row) == _encode(expected)


@examples(2)
@given(of_one_call)
def test_calls_are_what_the_rules_say(events: list[Event]) -> None:
    """Field by field, for any events of one call."""
    agree(events)


@examples(2)
@given(of_one_call, of_its_groups)
def test_calls_with_ends_of_their_groups_are_what_the_rules_say(
    events: list[Event], ends: list[Event]
) -> None:
    """Ends that were said of a group are folded in beside its own events."""
    agree([*events, *ends])


@examples(2)
@given(call_fields.map(call_event))
def test_a_call_of_one_event_is_what_the_rules_say(event: Event) -> None:
    """Most calls of an import are: the fold has a shorter way for them, and it comes to the same."""
    agree([event])


@examples(2)
@given(of_one_task)
def test_tasks_are_what_the_rules_say(events: list[Event]) -> None:
    """Field by field, for any events of one task."""
    agree(events)


@examples(2)
@given(of_one_attempt)
def test_one_attempt_of_a_task_is_what_the_rules_say(events: list[Event]) -> None:
    """Where nothing but the order of its events decides: statuses that come and go, reasons that are left."""
    agree(events)


@given(st.one_of(call_fields.map(call_event), task_fields.map(task_event), group_ends))
def test_an_event_comes_back_from_the_log_as_it_went_in(event: Event) -> None:
    """Absent stays absent, null stays null."""
    again = from_canonical(canonical(event))
    assert again == event
    assert canonical(again) == canonical(event)
