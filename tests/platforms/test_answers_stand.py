"""An answer that one delivery tells stands where another ends the call with a word that no table has: it
explains nothing, and makes no missed call of one that was answered. Where the delivery of an end would tell
the answer itself, that it tells none shows that there was none.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import SECOND, exact
from callboard.fold.call import fold_call
from callboard.ingest.instants import instant
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.model.call import Call
from callboard.model.words import FINAL_CALL
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, Sent, scenarios_of
from tests.platforms.parts import Parts, Path, name_of, parts_of

ELSEWHERE = {
    "livekit": ("disconnectReason",),
    "telnyx": ("hangup_cause",),
    "vicidial": ("dispo", "status"),
}
"""Platforms that tell an answer in another delivery than the end → where the word of an end lies."""
TOGETHER = {
    "vapi": ("endedReason",),
    "retell": ("disconnection_reason",),
    "bland": ("answered_by", "status", "queue_status", "call_ended_by"),
    "plivo": ("HangupCauseCode",),
    "aircall": ("missed_call_reason",),
    "amazon_connect": ("DisconnectReason",),
    "unpod": ("end_reason", "call_end_reason"),
}
"""Platforms whose end tells the answer, too."""
FAILED = {
    ("retell", "error"), ("plivo", "failed"),
    *(("unpod", word) for word in ("failed", "failure", "unknown", "droped", "dropped")),
}  # fmt: skip
"""Words beside that of an end that say themselves that a call failed."""
STRANGE = "qxzqxz"
TOLD = ("in_progress", "failed", "completed")
"""What a call may stand at whose end tells no time."""


def is_word(places: tuple[str, ...], path: Path) -> bool:
    name = f".{name_of(path)}"
    return any(name.endswith(f".{each}") for each in places)


def strange_end(parts: Parts, delivery: Delivery) -> dict[str, Any] | None:
    """The end of a call that a delivery tells with a word that no table has."""
    found = translated(PLATFORMS[parts.sent.platform], delivery, parts.sent.settings)
    events = [
        each
        for each in found.events
        if each.get("call_id")
        and each.get("call_status") in FINAL_CALL
        and STRANGE in each.get("source_end_reason", "").lower()
    ]
    return events[0] if len(events) == 1 else None


def ends(words: dict[str, tuple[str, ...]], *, updates: bool) -> dict[str, list[tuple[Parts, Path]]]:
    """Platform → its deliveries that end a call, each with the place of a word of it. `updates`: of Vapi,
    those of a status, which have not all that a report has.
    """
    found: dict[str, list[tuple[Parts, Path]]] = {}
    for sent in _sent():
        if sent.platform not in words or (parts := parts_of(sent)) is None:
            continue
        if sent.platform == "vapi" and (b"status-update" in sent.delivery.body) != updates:
            continue
        for path in parts.leaves():
            if is_word(words[sent.platform], path) and strange_end(parts, parts.written(path, STRANGE)):
                found.setdefault(sent.platform, []).append((parts, path))
    return found


def _sent() -> list[Sent]:
    scenarios = [*scenarios_of(OWN), *scenarios_of(OTHERS)]
    return [
        each for scenario in scenarios for each in scenario.sent if each.delivery.method in ("POST", "GET")
    ]


ELSEWHERE_ENDS, TOGETHER_ENDS = ends(ELSEWHERE, updates=True), ends(TOGETHER, updates=False)


def test_there_is_such_an_end_of_each_of_these_platforms():
    assert set(ELSEWHERE_ENDS) == set(ELSEWHERE)
    assert set(TOGETHER_ENDS) == set(TOGETHER)


def drawn_end(
    data: st.DataObject, drawn: list[tuple[Parts, Path]], kept: tuple[str, ...] = ()
) -> dict[str, Any] | None:
    """An end with a strange word, of which something else is missing; None where it tells the answer itself,
    or is none any more. `kept`: names of values that stay.
    """
    parts, path = data.draw(st.sampled_from(drawn))
    leaves = [each for each in parts.leaves() if each != path and each[-1] not in kept]
    gone = data.draw(
        st.one_of(
            st.lists(st.sampled_from(leaves), max_size=6, unique=True),
            st.sets(st.sampled_from(leaves)).map(lambda left: [each for each in leaves if each not in left]),
        )
    )
    end = strange_end(parts, parts.written(path, STRANGE, gone))
    told = {(parts.sent.platform, str(parts.value(each)).lower()) for each in leaves if each not in gone}
    if end is None or "start_time" in end or end.get("call_duration") or told & FAILED:
        return None
    return end


@pytest.mark.parametrize("platform", sorted(ELSEWHERE))
@given(data=st.data())
def test_an_end_with_a_word_that_no_table_has_takes_no_answer_away(platform, data):
    """Whatever else of the end is missing, as its talk time, and whichever of both comes first."""
    end = drawn_end(data, ELSEWHERE_ENDS[platform], ("type",))
    if end is None:
        return
    told_at = instant(end["occurred_at"]) if "occurred_at" in end else RECEIVED
    answered_at = exact(told_at - 50 * SECOND)
    answer = {
        "type": "call", "call_id": end["call_id"], "call_status": "in_progress",
        "occurred_at": answered_at, "start_time": answered_at,
    }  # fmt: skip
    for events in itertools.permutations((answer, end)):
        try:
            call = fold_call([event_from_mapping(each, now=RECEIVED, source="hook:test") for each in events])
        except RejectedEvent:
            return
        assert call.call_status in (("failed", "completed") if "occurred_at" in end else TOLD), end
        assert call.start_time == told_at - 50 * SECOND, end
        assert call.duration_ms != 0 or "call_duration" in end, end


@pytest.mark.parametrize("platform", sorted(ELSEWHERE))
@given(data=st.data())
def test_a_stated_end_beats_one_with_a_word_that_no_table_has(platform, data):
    end = drawn_end(data, ELSEWHERE_ENDS[platform], ("type",))
    if end is None or end["call_status"] != "failed":
        return  # it shows an answer
    told_at = instant(end["occurred_at"]) if "occurred_at" in end else RECEIVED
    before = exact(told_at - 50 * SECOND)
    stated = {
        "type": "call", "call_id": end["call_id"], "call_status": "missed", "end_reason": "busy",
        "source_end_reason": "busy", "occurred_at": before, "end_time": before,
    }  # fmt: skip
    for events in itertools.permutations((stated, end)):
        try:
            call = fold_call([event_from_mapping(each, now=RECEIVED, source="hook:test") for each in events])
        except RejectedEvent:
            return
        assert (call.call_status, call.end_reason) == ("missed", "busy"), end


@pytest.mark.parametrize("platform", sorted(TOGETHER))
@given(data=st.data())
def test_an_end_that_would_tell_the_answer_shows_that_there_was_none(platform, data):
    end = drawn_end(data, TOGETHER_ENDS[platform])
    assert end is None or end["call_status"] == "missed", end


DISPO = "event=dispo&uniqueid=1772712000.7&epoch=1772712060&dispo=HAPPY"


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        ("&talk_time=--A--talk_time--B--&term_reason=AGENT", "completed", "agent_hangup"),
        ("&talk_time=&term_reason=caller", "completed", "customer_hangup"),
        ("&term_reason=ABANDON", "failed", "unknown"),
        ("&talk_time=0&term_reason=AGENT", "failed", "unknown"),
        ("", "failed", "unknown"),
    ],
)
def test_of_a_campaigns_own_word_either_side_that_hung_up_tells_of_a_talk(told, status, reason):
    """Where ViciDial left the talk time unfilled; a stated one decides."""
    found = translated(
        PLATFORMS["vicidial"],
        Delivery(method="GET", query=DISPO + told, received_at=RECEIVED),
        HookSettings(),
    )
    (end,) = found.events
    assert (end["call_status"], end["end_reason"], end["standing"]) == (status, reason, 1)
    assert [each.word for each in found.unknown_words] == ["HAPPY"]


VAPI_WORDS = ("customer-ended-call", "hangup", "vonage-completed", "manually-canceled", "a-new-word", None)
VAPI_TIMES = {"startedAt": "2026-03-05T14:00:10.000Z", "endedAt": "2026-03-05T14:01:10.000Z"}


def vapi(kind: str, **said: Any) -> list[dict[str, Any]]:
    call = {"id": "v-1"} | {name: said.pop(name) for name in VAPI_TIMES if name in said}
    body = json.dumps({"message": {"type": kind, "timestamp": 1772719271000, "call": call} | said})
    found = translated(PLATFORMS["vapi"], Delivery(body=body.encode(), received_at=RECEIVED), HookSettings())
    assert found.events
    return found.events


@given(word=st.sampled_from(VAPI_WORDS), ended=st.booleans(), order=st.permutations(range(2)))
def test_an_update_of_vapi_without_a_start_takes_none_away(word, ended, order):
    """Whatever it ended with: it shows no answer, and the one that was told stands until the report, or the
    list where that is lost.
    """
    times = {"endedAt": VAPI_TIMES["endedAt"]} if ended else {}
    told = [
        vapi("status-update", status="in-progress", startedAt=VAPI_TIMES["startedAt"]),
        vapi("status-update", status="ended", endedReason=word, **times),
    ]
    call = folded([told[each] for each in order])
    assert call.call_status == "in_progress"
    assert call.start_time == instant(VAPI_TIMES["startedAt"])
    assert call.duration_ms != 0


@given(
    word=st.sampled_from(VAPI_WORDS), ended=st.booleans(), answered=st.booleans(),
    order=st.permutations(range(2)),
)  # fmt: skip
def test_a_report_of_vapi_decides_whether_a_call_was_answered(word, ended, answered, order):
    times = {"endedAt": VAPI_TIMES["endedAt"]}
    started = {"startedAt": VAPI_TIMES["startedAt"]} if answered else {}
    told = [
        vapi("status-update", status="ended", endedReason=word, **(times if ended else {})),
        vapi("end-of-call-report", endedReason=word, **times, **started),
    ]
    call = folded([told[each] for each in order])
    assert call.call_status == ("completed" if answered else "missed")


LIVEKIT_WORDS = (
    *("CLIENT_INITIATED", "PARTICIPANT_REMOVED", "ROOM_DELETED", "ROOM_CLOSED", "UNKNOWN_REASON", None),
    *("MIGRATION", "DUPLICATE_IDENTITY", "CONNECTION_TIMEOUT", "SIGNAL_CLOSE", "BOUGHT_A_DOG"),
)
LIVEKIT_LIVE = ("MIGRATION", "DUPLICATE_IDENTITY")


def livekit(
    event: str, status: str | None, at: int, *, inbound: bool, reason: str | None = None
) -> list[dict[str, Any]]:
    attributes = {"sip.callID": "SCL_1"} | ({"sip.ruleID": "R"} if inbound else {})
    attributes |= {"sip.callStatus": status} if status is not None else {}
    participant = {"sid": "PA_1", "kind": "SIP", "joinedAt": "1772719200", "attributes": attributes}
    body = json.dumps(
        {
            "event": event,
            "createdAt": str(at),
            "room": {"sid": "RM_1"},
            "participant": participant | ({"disconnectReason": reason} if reason else {}),
        }
    )
    found = translated(
        PLATFORMS["livekit"], Delivery(body=body.encode(), received_at=RECEIVED), HookSettings()
    )
    assert found.events
    return found.events


@given(
    word=st.sampled_from(LIVEKIT_WORDS), status=st.sampled_from(["active", "hangup"]),
    left=st.sampled_from(["participant_left", "participant_connection_aborted"]),
    order=st.permutations(range(2)),
)  # fmt: skip
def test_a_participant_of_livekit_that_leaves_takes_no_answer_away(word, status, left, order):
    told = [
        livekit("participant_joined", "active", 1772719200, inbound=True),
        livekit(left, status, 1772719260, inbound=True, reason=word),
    ]
    call = folded([told[each] for each in order])
    assert call.call_status in (("in_progress",) if word in LIVEKIT_LIVE else ("completed", "failed"))
    assert call.start_time == instant("2026-03-05T14:00:00Z")
    assert call.duration_ms == (None if word in LIVEKIT_LIVE else 60_000)


@given(word=st.sampled_from(LIVEKIT_WORDS), order=st.permutations(range(2)))
def test_a_dialled_call_of_livekit_that_was_active_is_missed_only_where_no_reason_is_told(word, order):
    """No delivery tells when it was answered. An end without a reason is that of a call that rang in vain, as
    many servers tell none.
    """
    told = [
        livekit("participant_joined", "active", 1772719200, inbound=False),
        livekit("participant_left", "hangup", 1772719260, inbound=False, reason=word),
    ]
    call = folded([told[each] for each in order])
    expected = ("in_progress",) if word in LIVEKIT_LIVE else ("completed", "failed")
    assert call.call_status in (("missed",) if word in ("UNKNOWN_REASON", None) else expected)


@pytest.mark.parametrize("status", ["dialing", "ringing", "hangup", None])
@pytest.mark.parametrize("word", ["USER_UNAVAILABLE", "USER_REJECTED", "UNKNOWN_REASON", None])
def test_a_dialled_call_of_livekit_rings_until_something_tells_of_an_answer(status, word):
    """Also where the snapshot of its joining says that it is over: it may have rung in vain."""
    joined = livekit("participant_joined", status, 1772719200, inbound=False)
    assert folded([joined]).call_status == "ringing"
    left = livekit("participant_left", "hangup", 1772719230, inbound=False, reason=word)
    for order in ([joined, left], [left, joined]):
        assert folded(order).call_status == "missed"


@pytest.mark.parametrize("status", ["active", "hangup"])
def test_a_call_that_came_in_to_livekit_was_answered_when_it_joined(status):
    call = folded([livekit("participant_joined", status, 1772719200, inbound=True)])
    assert (call.call_status, call.start_time) == ("in_progress", instant("2026-03-05T14:00:00Z"))


@pytest.mark.parametrize(
    ("event", "state", "expected"),
    [
        ("agent_job_started", {}, "pending"),
        ("agent_job_started", {"status": "JS_PENDING"}, "pending"),
        ("agent_job_started", {"status": "JS_RUNNING"}, "running"),
        ("agent_job_started", None, None),
        ("agent_job_ended", {}, None),
    ],
)
def test_a_job_of_livekit_that_begins_without_a_status_is_pending(event, state, expected):
    """Its first word is the zero of the list, which is left out. It tells no end."""
    job = {"id": "AJ_1", "metadata": '{"task_id": "t-1"}'} | ({} if state is None else {"state": state})
    body = json.dumps({"event": event, "createdAt": "1772719200", "job": job}).encode()
    found = translated(PLATFORMS["livekit"], Delivery(body=body, received_at=RECEIVED), HookSettings())
    assert [each["status"] for each in found.events] == ([] if expected is None else [expected])
    assert found.ignored == ([] if expected else ["agent job"])


def folded(told: list[list[dict[str, Any]]]) -> Call:
    events = [each for events in told for each in events]
    return fold_call([event_from_mapping(each, now=RECEIVED, source="hook:test") for each in events])
