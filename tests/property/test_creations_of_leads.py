"""A time of a lead, a list or an order beside those of a call, under any heading, dates no call unasked."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.property.lengths import examples
from tests.property.test_columns_beside import Call, guess_of, iso, logs, right, table

SHARE = float(os.environ.get("CALLBOARD_FILES", "20")) / 100
LEADS = (
    "list_loaded", "lead_created", "Erfasst am", "entry_date", "Loaded", "date_added", "Entered", "Queued At",
    "received_at", "Anlagedatum", "Registered", "lead_date", "Fecha de alta", "order_placed", "timestamp",
    "arrival_time", "offered_at", "date", "segment_start",
)  # fmt: skip
BEGUN = ("call_start", "start_time", "Anrufbeginn", "dialed", "Call Time", "Ringing", "started_at")
ANSWERED = ("Answered At", "answer_time", "connected_at")
ENDED = ("End Time", "hangup_at", "call_end")


def test_a_time_days_before_the_call_never_dates_it_unasked() -> None:
    """Days or weeks before it began, was answered or ended, in all rows or in some of them."""

    @examples(SHARE)
    @given(
        st.data(), logs(), st.sampled_from(LEADS), st.sampled_from((*BEGUN, *ANSWERED, *ENDED)),
        st.sampled_from((1, 1, 2, 4)), st.booleans(),
    )  # fmt: skip
    def each(data: st.DataObject, calls: list[Call], lead: str, own: str, nth: int, first: bool) -> None:
        long = data.draw(
            st.lists(st.integers(90_000, 9_000_000), min_size=len(calls), max_size=len(calls), unique=True)
        )
        before = [long[at] if at % nth == 0 else 3 + at for at in range(len(calls))]
        times: list[tuple[str, Callable[[int, Call], Any]]] = [
            (lead, lambda number, call: iso(call.made - timedelta(seconds=before[number - 1]))),
            (own, lambda _, call: iso(call.ended if own in ENDED else call.made)),
        ]
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("Call ID", lambda number, _: f"a{number:04}"),
            *(times if first else times[::-1]),
            ("Talk Time", lambda _, call: call.talk),
            ("Status", lambda _, call: call.status),
        ]
        content = table(columns, calls)
        found = guess_of("calls.csv", content)
        assert right(found, calls) or "time" in found.about, f"{found.plan.command()}\n{content}"

    each()


def test_the_creation_of_calls_is_taken_unasked() -> None:
    """Under the same headings, where calls were answered seconds after it."""

    @examples(SHARE / 2)
    @given(logs(), st.sampled_from(("Queued At", "received_at", "offered_at")))
    def each(calls: list[Call], made: str) -> None:
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("Call ID", lambda number, _: f"a{number:04}"),
            (made, lambda _, call: iso(call.made)),
            ("Answered At", lambda _, call: iso(call.answered)),
            ("End Time", lambda _, call: iso(call.ended)),
            ("Talk Time", lambda _, call: call.talk),
            ("Status", lambda _, call: call.status),
        ]
        content = table(columns, calls)
        found = guess_of("calls.csv", content)
        assert right(found, calls), f"{found.plan.command()}\n{content}"
        assert "time" not in found.about, f"{found.said}\n{content}"

    each()


def test_a_number_that_was_dialled_is_no_time() -> None:
    """Its ten digits may be those of seconds since 1970."""

    @examples(SHARE / 4)
    @given(logs(), st.sampled_from(("phone_number_dialed", "Dialed", "called_number", "dialed_number")))
    def each(calls: list[Call], dialed: str) -> None:
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("Call ID", lambda number, _: f"a{number:04}"),
            ("call_date", lambda _, call: iso(call.made)),
            (dialed, lambda number, _: 2_025_550_100 + number),
            ("Talk Time", lambda _, call: call.talk),
            ("Status", lambda _, call: call.status),
        ]
        content = table(columns, calls)
        found = guess_of("calls.csv", content)
        assert right(found, calls), f"{found.said}\n{content}"
        assert "time" not in found.about, f"{found.said}\n{content}"

    each()
