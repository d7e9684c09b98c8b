"""Of a word that a platform's list, or a file of it, tells more roughly than a delivery, the delivery's
stands; of one that it tells finer, the list's: whichever came first, and however often the list was
asked.
"""

from __future__ import annotations

import itertools
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from msgspec import structs

from callboard.clock import DAY, HOUR, SECOND, Micros
from callboard.ingest.instants import instant
from callboard.ingest.lost_ends.belonging import Belonging
from callboard.ingest.lost_ends.taking_rows import RowTaker
from callboard.ingest.lost_ends.tally import Found, Tally
from callboard.ingest.sources.platforms.delivery import FROM_FILE, Delivery
from callboard.ingest.sources.platforms.listing.listers import LISTERS
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import batch_of, take
from callboard.model.fields import ROUGH_NAMES
from callboard.store.interface import Store
from tests.platforms.hooked import hooked
from tests.stores import STORES, make_store

ENDED = instant("2026-03-05T14:01:00Z")
ASKED = ENDED + HOUR
AT_MS = ENDED // 1_000
CALLER, CALLED = "+12025550101", "+12025550102"


KEPT = ["duration_ms" if name == "call_duration" else name for name in ROUGH_NAMES if name != "occurred_at"]
"""How rows name what an event may know only roughly."""


class Told(NamedTuple):
    """One call, as deliveries tell it and as the list does, and the words that must stand of it."""

    name: str
    deliveries: list[Any]
    rows: list[Any]
    expect: dict[str, Any]

    @property
    def platform(self) -> str:
        return self.name.partition(":")[0]


def twilio(word: str, **more: str) -> dict[str, str]:
    told = {"CallSid": "CA" + "a" * 32, "CallStatus": word, "Timestamp": "Thu, 05 Mar 2026 14:01:00 +0000"}
    return told | {"SequenceNumber": "3", "Direction": "outbound-api", "From": CALLER, "To": CALLED} | more


def twilio_row(word: str, **more: Any) -> dict[str, Any]:
    times = dict.fromkeys(("date_created", "start_time"), "Thu, 05 Mar 2026 14:00:00 +0000")
    told = {"sid": "CA" + "a" * 32, "status": word, "end_time": "Thu, 05 Mar 2026 14:01:00 +0000", **times}
    return told | {"direction": "outbound-api", "from": CALLER, "to": CALLED, "duration": "0"} | more


def vapi(kind: str, reason: str | None, *, named: bool) -> dict[str, Any]:
    call = vapi_row("in-progress" if reason is None else "ended", reason)
    message = {"type": kind, "status": call["status"], "endedReason": reason, "call": call}
    return {"message": message | ({"assistant": {"name": "Ada"}} if named else {})}


def vapi_row(status: str, reason: str | None) -> dict[str, Any]:
    return {
        "id": "v1", "type": "outboundPhoneCall", "status": status, "assistantId": "as_1",
        "createdAt": "2026-03-05T14:00:00Z", "startedAt": "2026-03-05T14:00:10Z", "endedReason": reason,
        "endedAt": None if reason is None else "2026-03-05T14:01:00Z",
    }  # fmt: skip


def retell(**more: Any) -> dict[str, Any]:
    times = {"start_timestamp": AT_MS - 50_000, "end_timestamp": AT_MS, "duration_ms": 50_000}
    return (
        {"call_id": "r1", "call_type": "phone_call", "call_status": "ended", "agent_id": "ag_1"}
        | times
        | more
    )


def elevenlabs(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "event_timestamp": AT_MS // 1_000, "data": {"conversation_id": "e1"} | data}


def elevenlabs_row(status: str, length: int, reason: str) -> dict[str, Any]:
    return {
        "conversation_id": "e1", "agent_id": "ag_1", "agent_name": None, "status": status,
        "start_time_unix_secs": AT_MS // 1_000 - 60, "call_duration_secs": length, "direction": "outbound",
        "termination_reason": reason,
    }  # fmt: skip


def elevenlabs_whole(result: str, length: int, accepted: int | None = None) -> dict[str, Any]:
    """`accepted`: how many seconds after the call was made."""
    phone = {
        "direction": "outbound",
        "agent_number": CALLER,
        "external_number": CALLED,
        "call_result": result,
    }
    made = AT_MS // 1_000 - 60
    times = {"start_time_unix_secs": made, "call_duration_secs": length}
    times |= {} if accepted is None else {"accepted_time_unix_secs": made + accepted}
    return elevenlabs(
        "post_call_transcription", status="done", agent_name="Ada", agent_id="ag_1",
        metadata=times | {"termination_reason": "Call ended by remote party", "phone_call": phone},
    )  # fmt: skip


def plivo(**more: str) -> dict[str, str]:
    times = {"StartTime": "2026-03-05 14:00:00", "EndTime": "2026-03-05 14:01:00"}
    return {"CallUUID": "p1", "Direction": "outbound", "From": CALLER, "To": CALLED} | times | more


def plivo_row(state: str, **more: Any) -> dict[str, Any]:
    times = {"initiation_time": "2026-03-05 14:00:00+00:00", "end_time": "2026-03-05 14:01:00+00:00"}
    return {"call_uuid": "p1", "call_direction": "outbound", "call_state": state} | times | more


def telnyx(**more: Any) -> dict[str, Any]:
    payload = {"call_leg_id": "t1", "call_session_id": "s1", "hangup_cause": "normal_clearing"} | more
    at = "2026-03-05T14:01:00Z"
    return {"data": {"event_type": "call.hangup", "occurred_at": at, "payload": payload}}


def telnyx_row(**more: Any) -> dict[str, Any]:
    told = {"name": "call.hangup", "call_leg_id": "t1", "call_session_id": "s1"}
    at = "2026-03-05T14:01:00.000500Z"  # the list may write it otherwise
    return told | {"event_timestamp": at, "metadata": {"hangup_cause": "normal_clearing"} | more}


def unpod(**output: Any) -> dict[str, Any]:
    times = {"start_time": "2026-03-05T14:00:10Z", "end_time": "2026-03-05T14:01:00Z"}
    told = {
        "task_id": "k1",
        "status": "completed",
        "assignee": "renewals-agent",
        "created": times["start_time"],
    }
    return told | {"output": {"call_id": "u1", "call_status": "completed"} | times | output}


def unpod_row(**more: Any) -> dict[str, Any]:
    times = {"start_time": "2026-03-05T14:00:10Z", "end_time": "2026-03-05T14:01:00Z"}
    return {"call_id": "u1", "call_status": "completed", "call_type": "outbound"} | times | more


TOLD = [
    Told(
        "twilio:answer",
        [
            twilio("in-progress", Timestamp="Thu, 05 Mar 2026 14:00:09 +0000", SequenceNumber="2"),
            twilio("completed", CallDuration="50"),
        ],
        [twilio_row("in-progress", end_time=None)],
        {"start_time": ENDED - 51 * SECOND, "end_time": ENDED, "duration_ms": 50_000},
    ),
    Told(
        "elevenlabs:accepted",
        [elevenlabs_whole("answered", 50, accepted=10)],
        [elevenlabs_row("done", 50, "Call ended by remote party")],
        {"start_time": ENDED - 50 * SECOND, "end_time": ENDED, "creation_time": ENDED - 60 * SECOND},
    ),
    Told(
        "twilio:failed",
        [twilio("failed", SipResponseCode="404")],
        [twilio_row("failed")],
        {"call_status": "failed", "end_reason": "invalid_number", "source_end_reason": "failed:404"},
    ),
    Told(
        "twilio:declined",
        [twilio("no-answer", SipResponseCode="603")],
        [twilio_row("no-answer", price="-0.01", price_unit="USD")],
        {"end_reason": "rejected", "source_end_reason": "no-answer:603", "cost_micros": 10_000},
    ),
    Told(
        "twilio:machine",
        [twilio("completed", SipResponseCode="200", CallDuration="9", AnsweredBy="machine_start")],
        [twilio_row("completed", duration="9", answered_by=None)],
        {"end_reason": "voicemail", "answered_by": "machine"},
    ),
    Told(
        "twilio:list alone",
        [twilio("ringing", SequenceNumber="1", Timestamp="Thu, 05 Mar 2026 14:00:01 +0000")],
        [twilio_row("failed")],
        {"call_status": "failed", "end_reason": "carrier_error", "source_end_reason": "failed"},
    ),
    Told(
        "vapi:ended",
        [vapi("end-of-call-report", "customer-ended-call", named=True)],
        [vapi_row("ended", "customer-ended-call")],
        {"agent": "Ada", "end_reason": "customer_hangup", "source_end_reason": "customer-ended-call"},
    ),
    Told(
        "vapi:the end was lost",
        [vapi("status-update", None, named=True)],
        [vapi_row("ended", "customer-ended-call")],
        {"agent": "Ada", "call_status": "completed", "end_reason": "customer_hangup"},
    ),
    Told(
        "vapi:still talking",
        [vapi("status-update", None, named=True)],
        [vapi_row("in-progress", None)],
        {"agent": "Ada", "call_status": "in_progress"},
    ),
    Told(
        "vapi:list alone",
        [vapi("status-update", None, named=False)],
        [vapi_row("ended", "customer-ended-call")],
        {"agent": "as_1", "call_status": "completed"},
    ),
    Told(
        "retell:ended",
        [{"event": "call_ended", "call": retell(agent_name="Ada", disconnection_reason="user_hangup")}],
        [retell()],
        {"agent": "Ada", "end_reason": "customer_hangup", "source_end_reason": "user_hangup"},
    ),
    Told(
        "retell:the list knows why",
        [{"event": "call_ended", "call": retell(agent_name="Ada")}],
        [retell(disconnection_reason="user_hangup")],
        {"agent": "Ada", "end_reason": "customer_hangup", "source_end_reason": "user_hangup"},
    ),
    Told(
        "retell:no time of its end",
        [
            {"event": "call_ended", "call": {"call_id": "r1", "disconnection_reason": "user_hangup"}},
        ],
        [retell(disconnection_reason="user_hangup", agent_name="Ada")],
        {"agent": "Ada", "end_reason": "customer_hangup", "end_time": ENDED, "duration_ms": 50_000},
    ),
    Told(
        "elevenlabs:never began",
        [elevenlabs("call_initiation_failure", failure_reason="busy", agent_name="Ada", agent_id="ag_1")],
        [elevenlabs_row("failed", 0, "")],
        {"call_status": "missed", "end_reason": "busy", "source_end_reason": "failure:busy", "agent": "Ada"},
    ),
    Told(
        "elevenlabs:voicemail",
        [elevenlabs_whole("voicemail", 60)],
        [elevenlabs_row("done", 60, "Call ended by remote party")],
        {"end_reason": "voicemail", "source_end_reason": "result:voicemail", "agent": "Ada"},
    ),
    Told(
        "elevenlabs:nobody",
        [elevenlabs_whole("no_answer", 0)],
        [elevenlabs_row("done", 0, "")],
        {"call_status": "missed", "end_reason": "no_answer", "source_end_reason": "result:no_answer"},
    ),
    Told(
        "plivo:code",
        [plivo(CallStatus="failed", HangupCauseCode="3120")],
        [plivo_row("failed")],
        {"call_status": "failed", "end_reason": "invalid_number", "source_end_reason": "3120"},
    ),
    Told(
        "plivo:who hung up",
        [plivo(CallStatus="completed", HangupCauseCode="4000", AnswerTime="2026-03-05 14:00:10")],
        [
            plivo_row(
                "completed", hangup_cause_code=4000, answer_time="2026-03-05 14:00:10+00:00",
                call_duration=50, hangup_source="Callee",
            )
        ],
        {"end_reason": "callee_hangup", "source_end_reason": "4000"},
    ),
    Told(
        "telnyx:who hung up",
        [telnyx(hangup_source="caller")],
        [telnyx_row()],
        {"end_reason": "caller_hangup", "source_end_reason": "normal_clearing"},
    ),
    Told(
        "unpod:why",
        [unpod(call_end_reason="user_hung_up_in_call")],
        [unpod_row(agent={"name": "Ada", "id": 1})],
        {"end_reason": "customer_hangup", "agent": "Ada"},
    ),
    Told(
        "unpod:the log knows why",
        [unpod()],
        [unpod_row(end_reason="user_hung_up_in_call")],
        {"end_reason": "customer_hangup", "agent": "renewals-agent"},
    ),
]  # fmt: skip


def test_every_platform_with_a_list_is_told_here():
    assert {told.platform for told in TOLD} == LISTERS.keys()


@pytest.fixture(scope="module", params=STORES)
def store(request, tmp_path_factory):
    found = make_store(request.param, tmp_path_factory.mktemp("finer"))
    yield found
    found.close()


class Arrival(NamedTuple):
    """One of the ways in which something of the call comes."""

    by: str
    what: Any
    at: Micros


def arrivals(told: Told) -> list[Arrival]:
    found = [Arrival("delivery", each, ENDED + HOUR // 2) for each in told.deliveries]
    found.append(Arrival("list", told.rows, ASKED))
    # In a file lies what the list answers; the list is asked again, when each row has another sequence.
    return [*found, Arrival("file", told.rows, ASKED + HOUR), Arrival("list", told.rows, ASKED + DAY)]


def orders(told: Told) -> list[tuple[Arrival, ...]]:
    """A delivery and the list in both orders; and in all orders with the file and another question."""
    every = arrivals(told)
    return [*itertools.permutations(every[: len(told.deliveries) + 1]), *itertools.permutations(every)]


def arrive(world: Any, arrival: Arrival) -> None:
    platform = PLATFORMS[world.platform]
    if arrival.by == "list":
        belonging = Belonging(world.store, world.hook, platform, is_shared=False)
        taker = RowTaker(world.store, world.hook, platform, belonging, Found(Tally()), None)
        taker.take(arrival.what, arrival.at)
        return
    if arrival.by == "file":
        method, body = FROM_FILE, json.dumps(arrival.what)
    else:
        is_form = world.platform in ("twilio", "plivo")
        method, body = "POST", urlencode(arrival.what) if is_form else json.dumps(arrival.what)
    delivery = Delivery(method=method, body=body.encode(), received_at=arrival.at)
    taken = take(platform, delivery, world.hook, 1_000)
    assert taken.quarantined is None, taken.quarantined
    batch = structs.replace(batch_of(world.hook, taken, arrival.at), delivery=None)
    [receipt] = world.store.ingest([batch])
    assert not isinstance(receipt, Exception), receipt


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.name)
def test_the_finer_word_stands_whichever_came_first(store: Store, told: Told) -> None:
    rows = set()
    for order in orders(told):
        world = hooked(store, told.platform, now=ENDED)
        for each in order:
            arrive(world, each)
        [call] = world.rows().values()
        found = {name: getattr(call, name) for name in told.expect}
        assert found == told.expect, [each.by for each in order]
        if len(order) == len(arrivals(told)):
            rows.add(repr([getattr(call, name) for name in ("call_status", *KEPT)]))
    assert len(rows) == 1
