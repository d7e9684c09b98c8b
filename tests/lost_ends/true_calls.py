"""Calls as they were, and the deliveries by which each platform tells of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import Delivery

T0 = 1_767_225_600
"""2026-01-01T00:00:00Z, in seconds."""
CALLER, CALLED = "+12025550101", "+12025550102"


class TrueCall(NamedTuple):
    """One call; times in seconds since 1970."""

    no: int
    created: int
    answered: int | None = None
    ended: int | None = None
    """None: it goes on."""
    how: str = "completed"
    """`completed`, `busy`, `no_answer`; of one that goes on `ringing` or `talking`."""

    @property
    def talked(self) -> int:
        return 0 if self.answered is None or self.ended is None else self.ended - self.answered


def drawn_calls(count: int, *, live: int = 0) -> list[TrueCall]:
    """Calls, one every 50 s; of each ten six completed, two busy, two not answered. The last go on."""
    calls = []
    for no in range(count):
        created = T0 + 50 * no
        how = ("completed", "completed", "busy", "completed", "no_answer")[no % 5]
        if no >= count - live:
            calls.append(TrueCall(no, created, created + 6, None, "talking"))
        elif how == "completed":
            calls.append(TrueCall(no, created, created + 7, created + 7 + 20 + no % 40, how))
        else:
            calls.append(TrueCall(no, created, None, created + 25, how))
    return calls


def iso(at: int | None) -> str | None:
    return None if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def rfc2822(at: int | None) -> str | None:
    return None if at is None else format_datetime(datetime.fromtimestamp(at, UTC))


def plain(at: int | None) -> str | None:
    return None if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"


def posted(body: Any, at: int) -> Delivery:
    """A delivery as its platform posts it: JSON, or a form of a list of pairs."""
    if isinstance(body, list):
        text, kind = urlencode([(name, value or "") for name, value in body]), "x-www-form-urlencoded"
    else:
        text, kind = json.dumps(body), "json"
    headers = {"content-type": f"application/{kind}"}
    return Delivery(method="POST", headers=headers, body=text.encode(), received_at=(at + 2) * SECOND)


# --- what each platform calls a call


def twilio_id(no: int) -> str:
    return f"CA{no:032x}"


def vapi_id(no: int) -> str:
    return f"00000000-0000-4000-8000-{no:012x}"


def retell_id(no: int) -> str:
    return f"call_{no:027x}"


def elevenlabs_id(no: int) -> str:
    return f"conv_{no:026x}"


def plivo_id(no: int) -> str:
    return f"11111111-0000-4000-8000-{no:012x}"


def telnyx_id(no: int) -> str:
    return f"22222222-0000-4000-8000-{no:012x}"


def unpod_id(no: int) -> str:
    return f"{5_000 + no}"


# --- what each platform posts of a call


def twilio_posts(call: TrueCall) -> list[Delivery]:
    def post(sequence: int, status: str, at: int, *more: tuple[str, str]) -> Delivery:
        pairs = [
            ("CallSid", twilio_id(call.no)), ("CallStatus", status), ("Timestamp", rfc2822(at)),
            ("SequenceNumber", str(sequence)), ("Direction", "outbound-api"), ("From", CALLER),
            ("To", CALLED), *more,
        ]  # fmt: skip
        return posted(pairs, at)

    posts = [post(0, "initiated", call.created), post(1, "ringing", call.created + 1)]
    if call.answered is not None:
        posts.append(post(2, "in-progress", call.answered))
    if call.ended is not None:
        word = {"completed": "completed", "busy": "busy", "no_answer": "no-answer"}[call.how]
        posts.append(post(3, word, call.ended, ("CallDuration", str(call.talked))))
    return posts


VAPI_REASONS = {
    "completed": "customer-ended-call",
    "busy": "customer-busy",
    "no_answer": "customer-did-not-answer",
}


def vapi_call(call: TrueCall) -> dict[str, Any]:
    status = "ended" if call.ended else "in-progress" if call.answered else "ringing"
    return {
        "id": vapi_id(call.no), "orgId": "org", "type": "outboundPhoneCall", "status": status,
        "createdAt": iso(call.created), "updatedAt": iso(call.ended or call.answered or call.created),
        "startedAt": iso(call.answered), "endedAt": iso(call.ended),
        "endedReason": VAPI_REASONS[call.how] if call.ended else None,
        "customer": {"number": CALLED}, "phoneNumber": {"number": CALLER}, "cost": 0.25,
    }  # fmt: skip


def vapi_posts(call: TrueCall) -> list[Delivery]:
    whole = vapi_call(call)
    early = whole | {
        "status": "ringing",
        "startedAt": None,
        "endedAt": None,
        "endedReason": None,
        "cost": None,
    }

    def post(at: int, **message: Any) -> Delivery:
        return posted({"message": {"timestamp": at * 1000, **message}}, at)

    posts = [post(call.created + 1, type="status-update", status="ringing", call=early)]
    if call.answered is not None:
        talking = early | {"status": "in-progress", "startedAt": iso(call.answered)}
        posts.append(post(call.answered, type="status-update", status="in-progress", call=talking))
    if call.ended is not None:
        ended = {"endedReason": whole["endedReason"], "call": whole}
        times = {"startedAt": whole["startedAt"], "endedAt": whole["endedAt"]}
        posts.append(post(call.ended + 5, type="end-of-call-report", **ended, **times))
    return posts


RETELL_REASONS = {"completed": "user_hangup", "busy": "dial_busy", "no_answer": "dial_no_answer"}


def retell_call(call: TrueCall) -> dict[str, Any]:
    status = "ongoing" if call.ended is None else "ended" if call.answered else "not_connected"
    found: dict[str, Any] = {
        "call_id": retell_id(call.no), "call_type": "phone_call", "agent_id": "agent_1",
        "call_status": status, "direction": "outbound", "from_number": CALLER, "to_number": CALLED,
        "start_timestamp": (call.answered or call.created) * 1000,
    }  # fmt: skip
    if call.ended is not None:
        found |= {"end_timestamp": call.ended * 1000, "duration_ms": call.talked * 1000}
        found["disconnection_reason"] = RETELL_REASONS[call.how]
    return found


def retell_posts(call: TrueCall) -> list[Delivery]:
    posts = []
    if call.answered is not None:
        begun = retell_call(call._replace(ended=None))
        posts.append(posted({"event": "call_started", "call": begun}, call.answered))
    if call.ended is not None:
        posts.append(posted({"event": "call_ended", "call": retell_call(call)}, call.ended))
    return posts


def elevenlabs_detail(call: TrueCall) -> dict[str, Any]:
    status = "in-progress" if call.ended is None else "done" if call.answered else "failed"
    result = {"busy": "busy", "no_answer": "no_answer"}.get(call.how)
    return {
        "agent_id": "agent_1", "conversation_id": elevenlabs_id(call.no), "status": status,
        "metadata": {
            "start_time_unix_secs": call.answered or call.created, "call_duration_secs": call.talked,
            "termination_reason": "Call ended by remote party" if call.answered and call.ended else "",
            "phone_call": {
                "type": "twilio", "direction": "outbound", "agent_number": CALLER, "external_number": CALLED,
                "call_sid": twilio_id(call.no), "call_result": result,
            },
        },
    }  # fmt: skip


def elevenlabs_posts(call: TrueCall) -> list[Delivery]:
    if call.ended is None:
        return []
    sent = {"type": "post_call_transcription", "event_timestamp": call.ended + 9}
    return [posted(sent | {"data": elevenlabs_detail(call)}, call.ended + 9)]


PLIVO_CODES = {"completed": "4000", "busy": "3010", "no_answer": "3000"}
PLIVO_WORDS = {"completed": "completed", "busy": "busy", "no_answer": "no-answer"}


def plivo_posts(call: TrueCall) -> list[Delivery]:
    told = [
        ("CallUUID", plivo_id(call.no)), ("ALegUUID", plivo_id(call.no)), ("Direction", "outbound"),
        ("From", CALLER[1:]), ("To", CALLED[1:]), ("StartTime", plain(call.created)),
    ]  # fmt: skip
    posts = [posted([*told, ("Event", "Ring"), ("CallStatus", "ringing")], call.created)]
    if call.ended is not None:
        ended = [
            ("Event", "Hangup"), ("CallStatus", PLIVO_WORDS[call.how]), ("AnswerTime", plain(call.answered)),
            ("EndTime", plain(call.ended)), ("Duration", str(call.talked)),
            ("HangupCauseCode", PLIVO_CODES[call.how]), ("HangupSource", "Callee"),
        ]  # fmt: skip
        posts.append(posted([*told, *ended], call.ended))
    return posts


def telnyx_events(call: TrueCall) -> list[dict[str, Any]]:
    """In the shape that is posted, without its envelope."""
    told = {
        "call_leg_id": telnyx_id(call.no), "call_session_id": f"s-{call.no}",
        "call_control_id": f"v3:{call.no}", "from": CALLER, "to": CALLED, "start_time": iso(call.created),
    }  # fmt: skip

    def event(name: str, at: int, **more: Any) -> dict[str, Any]:
        return {"event_type": name, "occurred_at": iso(at), "payload": told | more}

    events = [event("call.initiated", call.created, direction="outgoing", state="bridging")]
    if call.answered is not None:
        events.append(event("call.answered", call.answered))
    if call.ended is not None:
        cause = {"completed": "normal_clearing", "busy": "user_busy", "no_answer": "timeout"}[call.how]
        events.append(event("call.hangup", call.ended, hangup_cause=cause, hangup_source="callee"))
    return events


def telnyx_posts(call: TrueCall) -> list[Delivery]:
    return [
        posted({"data": {"record_type": "event", "id": f"{call.no}-{place}", **event}}, call.created + place)
        for place, event in enumerate(telnyx_events(call))
    ]


def no_posts(call: TrueCall) -> list[Delivery]:
    """It has no webhooks of calls."""
    return []


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


Posts = Callable[[TrueCall], list[Delivery]]
