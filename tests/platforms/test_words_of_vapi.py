"""Updates of a status come in any order, again, and with a snapshot of the call that lags: no live word takes
a later one back, and an end without a start is of a call not answered until something shows that it was.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.platforms.saying import calls, said

CREATED, STARTED = "2026-03-05T14:00:00Z", "2026-03-05T14:00:10Z"
SENT_MS = 1772719210000
"""When the call was answered."""
WORDS = {"queued": "queued", "ringing": "ringing", "in-progress": "in_progress", "forwarding": "in_progress"}
RANK = ["queued", "ringing", "in_progress"]


def update(status: str, after_s: int, **told: Any) -> tuple[str, dict[str, Any]]:
    call = {"id": "v-1", "createdAt": CREATED} | told.pop("call", {})
    sent = {"type": "status-update", "status": status, "timestamp": SENT_MS + after_s * 1000, "call": call}
    return "vapi", {"message": sent | told}


def report(**told: Any) -> tuple[str, dict[str, Any]]:
    sent = {
        "type": "end-of-call-report",
        "timestamp": SENT_MS + 90_000,
        "call": {"id": "v-1", "createdAt": CREATED},
    }
    return "vapi", {"message": sent | told}


@pytest.mark.parametrize("first", WORDS)
@pytest.mark.parametrize("again", WORDS)
@pytest.mark.parametrize("started", [True, False])
def test_a_live_word_that_is_sent_again_takes_no_later_one_back(first, again, started):
    snapshot = {"startedAt": STARTED} if started and WORDS[first] == "in_progress" else {}
    sent = [update(first, 0, call=snapshot), update(again, 300)]
    farthest = max((WORDS[first], WORDS[again]), key=RANK.index)
    for order in itertools.permutations(sent):
        (call,) = calls(*order)
        assert call["call_status"] == farthest
        assert call["creation_time"] == CREATED


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress"])
def test_a_live_word_happened_when_the_call_was_made_or_answered(status):
    started = {"startedAt": STARTED} if status == "in-progress" else {}
    events = [said("vapi", update(status, late, call=started)[1]).events for late in (0, 300)]
    assert events[0] == events[1]
    assert events[0][0]["occurred_at"] == (STARTED if started else CREATED)


def test_a_row_of_the_list_takes_no_word_of_a_delivery_back():
    listed = {"id": "v-1", "status": "queued", "createdAt": CREATED, "updatedAt": "2026-03-05T15:00:00Z"}
    (event,) = said("vapi", {"results": [listed]}, "PULL").events
    assert (event["occurred_at"], "sequence" in event) == (CREATED, False)


ANSWERED_WORDS = ("customer-ended-call", "hangup", "manually-canceled", "some-new-reason", None)


@pytest.mark.parametrize("word", ANSWERED_WORDS)
@pytest.mark.parametrize("times", [{}, {"endedAt": "2026-03-05T14:01:10Z"}])
def test_an_end_alone_without_a_start_is_of_a_call_that_was_missed(word, times):
    (call,) = calls(update("ended", 60, endedReason=word, call=times))
    assert (call["call_status"], call["start_time"], call["call_duration"]) == ("missed", None, 0)


@pytest.mark.parametrize("word", ANSWERED_WORDS)
@pytest.mark.parametrize(
    ("live", "status"), [("queued", "missed"), ("ringing", "missed"), ("in-progress", "in_progress")]
)
def test_an_end_without_a_start_ends_what_nobody_said_to_be_answered(word, live, status):
    """An answer that was told stands until the report comes, or the list is asked."""
    sent = [update(live, 300), update("ended", 60, endedReason=word)]
    for order in (sent, sent[::-1]):
        (call,) = calls(*order)
        assert call["call_status"] == status


@pytest.mark.parametrize("word", ANSWERED_WORDS)
@pytest.mark.parametrize("answered", [True, False])
def test_the_report_decides_in_either_order(word, answered):
    times = {"endedAt": "2026-03-05T14:01:10Z"} | ({"startedAt": STARTED} if answered else {})
    sent = [
        update("ended", 60, endedReason=word),
        update("in-progress", 0),
        report(endedReason=word, **times),
    ]
    for order in itertools.permutations(sent):
        (call,) = calls(*order)
        assert call["call_status"] == ("completed" if answered else "missed")
        assert call["end_time"] == "2026-03-05T14:01:10Z"
        assert call["call_duration"] == (60 if answered else 0)


@pytest.mark.parametrize(
    "word", ["silence-timed-out", "call.in-progress.error-pipeline-no-available-llm-model"]
)
def test_an_end_whose_word_says_all_ends_a_call_that_was_answered(word):
    """When it was sent is not taken for the end."""
    sent = [update("in-progress", 0, call={"startedAt": STARTED}), update("ended", 60, endedReason=word)]
    for order in (sent, sent[::-1]):
        (call,) = calls(*order)
        assert call["call_status"] in ("completed", "failed")
        assert (call["start_time"], call["end_time"]) == (STARTED, None)
