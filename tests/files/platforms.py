"""Exports of voice-agent platforms and programmable telephony."""

from __future__ import annotations

import json

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen, at_once
from tests.files.layout import cells, layout, lines, objects, reads, table, unix, utc

ISO = "%Y-%m-%dT%H:%M:%S.000Z"
MAIL = "%a, %d %b %Y %H:%M:%S +0000"
TWILIO = {"completed": COMPLETED, "failed": FAILED}


def twilio_word(c: Call) -> str:
    return c.says(a="completed", n="no-answer", b="busy", c="canceled", f="failed")


@layout(
    "twilio_calls.csv",
    "anbafcana",
    zone="America/New_York",
    written="UTC",
    within=1,
    trap="Times as mail writes them, with their offset: the zone of whoever imports is not theirs.",
)
def _(calls: list[Call]) -> str:
    return table(
        "sid,date_created,start_time,end_time,duration,from,to,direction,status,price",
        (
            [
                f"CA{c.n:030d}ff",
                c.at(MAIL),
                c.at(MAIL),
                c.ended(MAIL) if c.up else c.at(MAIL),
                c.talk,
                "+12025550199",
                c.number,
                "outbound-api",
                twilio_word(c),
                "-0.013" if c.up else "",
            ]
            for c in at_once(calls)
        ),
        end="\n",
    )


@reads("twilio_calls.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [
        Seen(TWILIO.get(r["status"], MISSED), int(r["duration"]), utc(r["start_time"], MAIL[:-5] + "%z"))
        for r in rows
    ]


@layout(
    "twilio_calls.json",
    "abnacafa",
    zone="Asia/Tokyo",
    written="UTC",
    within=1,
    trap="A JSON array; durations are texts; times as mail writes them.",
)
def _(calls: list[Call]) -> str:
    rows = [
        {
            "sid": f"CA{c.n:030d}ee",
            "date_created": c.at(MAIL),
            "start_time": c.at(MAIL),
            "end_time": c.ended(MAIL) if c.up else c.at(MAIL),
            "duration": str(c.talk),
            "from": "+12025550199",
            "to": c.number,
            "direction": "inbound" if c.inbound else "outbound-dial",
            "status": twilio_word(c),
            "price": "-0.01300" if c.up else None,
            "subresource_uris": {"recordings": "/Recordings.json"},
        }
        for c in at_once(calls)
    ]
    return json.dumps(rows, indent=2)


@reads("twilio_calls.json")
def _(data: bytes) -> list[Seen]:
    rows = json.loads(data)
    return [
        Seen(TWILIO.get(r["status"], MISSED), int(r["duration"]), utc(r["start_time"], MAIL[:-5] + "%z"))
        for r in rows
    ]


@layout(
    "bland_calls.csv",
    "anafvan",
    asks="unit",
    step=15,
    trap="call_length is in minutes; answered_by says no-answer for a call that nobody answered.",
)
def _(calls: list[Call]) -> str:
    return table(
        "call_id,created_at,call_length,to,from,completed,queue_status,answered_by,call_ended_by,error_message,status",
        (
            [
                f"0c2b{c.n:04d}",
                c.at("%Y-%m-%dT%H:%M:%S+00:00"),
                c.says(a=str(c.talk / 60), n="0.4", f="0"),
                c.number,
                "+12025550199",
                "false" if c.how == "f" else "true",
                "call_error" if c.how == "f" else "complete",
                c.says(a="human", v="voicemail", n="no-answer", f="") or "",
                "USER" if c.up else "",
                "no such number" if c.how == "f" else "",
                c.says(a="completed", n="no-answer", f="failed"),
            ]
            for c in calls
        ),
        end="\n",
    )


@reads("bland_calls.csv")
def _(data: bytes) -> list[Seen]:
    words = {"completed": COMPLETED, "no-answer": MISSED, "failed": FAILED}
    return [Seen(words[r["status"]], float(r["call_length"]) * 60, utc(r["created_at"])) for r in cells(data)]


VAPI = {"customer-busy": MISSED, "customer-did-not-answer": MISSED, "twilio-failed-to-connect-call": FAILED}
VAPI |= {"customer-ended-call": COMPLETED, "assistant-ended-call": COMPLETED, "silence-timed-out": COMPLETED}


def vapi_reason(c: Call) -> str:
    answered = ("customer-ended-call", "assistant-ended-call", "silence-timed-out")[c.n % 3]
    return c.says(
        a=answered, n="customer-did-not-answer", b="customer-busy", f="twilio-failed-to-connect-call"
    )


@layout(
    "vapi_export.csv",
    "bafanaan",
    asks="status",
    trap="status says ended for every call: only endedReason tells; transcripts hold line breaks and quotes.",
)
def _(calls: list[Call]) -> str:
    return table(
        "id,assistantId,type,status,createdAt,startedAt,endedAt,endedReason,cost,customer.number,durationSeconds,"
        "transcript",
        (
            [
                f"8e{c.n:06d}",
                "as7",
                "outboundPhoneCall",
                "ended",
                c.at(ISO),
                c.answered(ISO),
                c.ended(ISO),
                vapi_reason(c),
                "0.100" if c.up else "0.000",
                c.number,
                c.talk,
                'AI: "Good day"\nUser: Yes, who is it?' if c.up else "",
            ]
            for c in calls
        ),
        end="\n",
    )


@reads("vapi_export.csv")
def _(data: bytes) -> list[Seen]:
    return [Seen(VAPI[r["endedReason"]], int(r["durationSeconds"]), utc(r["createdAt"])) for r in cells(data)]


@layout(
    "vapi_calls.ndjson",
    "anbaafan",
    asks="status unit",
    trap="Nested; status says ended for every call, no field holds the length: startedAt to endedAt does.",
)
def _(calls: list[Call]) -> str:
    return objects(
        {
            "id": f"8f{c.n:06d}",
            "type": "outboundPhoneCall",
            "status": "ended",
            "createdAt": c.at(ISO),
            "startedAt": c.answered(ISO) or None,
            "endedAt": c.ended(ISO),
            "endedReason": vapi_reason(c),
            "customer": {"number": c.number},
            "costBreakdown": {"total": 0.1 if c.up else 0},
            "analysis": {"successEvaluation": "true" if c.n % 2 else "false"},
        }
        for c in calls
    )


@reads("vapi_calls.ndjson")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            VAPI[r["endedReason"]],
            (utc(r["endedAt"]) - utc(r["startedAt"])).total_seconds() if r["startedAt"] else None,
            utc(r["createdAt"]),
        )
        for r in lines(data)
    ]


RETELL = {"ended": COMPLETED, "not_connected": MISSED, "error": FAILED}


def _retell(c: Call) -> tuple[str, str]:
    reason = c.says(a="user_hangup", n="dial_no_answer", b="dial_busy", f="dial_failed")
    return c.says(a="ended", n="not_connected", f="error"), reason


@layout(
    "retell_sessions.csv",
    "anabfanaa",
    zone="America/Chicago",
    minute=True,
    trap="Lengths as 1m 40s; Session Status is the status, Session Outcome whether the talk went well.",
)
def _(calls: list[Call]) -> str:
    return table(
        "Call ID,Time,Duration,Channel Type,Cost,Session ID,End Reason,Session Status,User Sentiment,From,To,"
        "Session Outcome,End to End Latency",
        (
            [
                f"call_9{c.n:03d}",
                c.at("%m/%d/%Y %H:%M"),
                f"{int(c.talk) // 60}m {int(c.talk) % 60}s" if c.up else "0s",
                "phone_call",
                "$0.100",
                f"s9{c.n}",
                _retell(c)[1],
                _retell(c)[0],
                "Neutral",
                "+12025550199",
                c.number,
                "Successful" if c.n % 2 else "Unsuccessful",
                "800ms" if c.up else "",
            ]
            for c in calls
        ),
    )


@reads("retell_sessions.csv")
def _(data: bytes) -> list[Seen]:
    seen = []
    for r in cells(data):
        *minutes, seconds = r["Duration"].rstrip("s").split("m ")
        talk = int(minutes[0]) * 60 + int(seconds) if minutes else int(seconds)
        seen.append(
            Seen(RETELL[r["Session Status"]], talk, utc(r["Time"], "%m/%d/%Y %H:%M", "America/Chicago"))
        )
    return seen


@layout(
    "retell_calls.ndjson",
    "aanbfana",
    asks="status",
    trap="Nested; times and lengths in milliseconds; call_analysis.call_successful is no status.",
)
def _(calls: list[Call]) -> str:
    return objects(
        {
            "call_id": f"call_8{c.n:03d}",
            "call_type": "phone_call",
            "direction": "inbound" if c.inbound else "outbound",
            "call_status": _retell(c)[0],
            "disconnection_reason": _retell(c)[1],
            "start_timestamp": int(c.local.timestamp() * 1000),
            "end_timestamp": int((c.local.timestamp() + c.talk) * 1000),
            "duration_ms": int(c.talk * 1000),
            "from_number": "+12025550199",
            "to_number": c.number,
            "call_analysis": {"call_successful": bool(c.n % 2), "user_sentiment": "Neutral"},
        }
        for c in calls
    )


@reads("retell_calls.ndjson")
def _(data: bytes) -> list[Seen]:
    rows = lines(data)
    return [
        Seen(RETELL[r["call_status"]], r["duration_ms"] / 1000, unix(r["start_timestamp"] / 1000))
        for r in rows
    ]


LIVEKIT = {"CLIENT_INITIATED": COMPLETED, "SIP_TRUNK_FAILURE": FAILED}


@layout(
    "livekit_sessions.ndjson",
    "aabnaf",
    asks="status unit",
    trap="Nested; no word says completed: disconnect reasons and the answer time do.",
)
def _(calls: list[Call]) -> str:
    return objects(
        {
            "session_id": f"RM_{c.n:06d}",
            "created_at": c.at(ISO),
            "sip": {
                "call_id": f"SCL_{c.n:06d}",
                "from": "+12025550199",
                "to": c.number,
                "direction": "outbound",
            },
            "participant": {
                "identity": f"sip_{c.n}",
                "answered_at": c.answered(ISO) or None,
                "left_at": c.ended(ISO),
            },
            "disconnect_reason": c.says(
                a="CLIENT_INITIATED", n="USER_UNAVAILABLE", b="USER_REJECTED", f="SIP_TRUNK_FAILURE"
            ),
        }
        for c in calls
    )


@reads("livekit_sessions.ndjson")
def _(data: bytes) -> list[Seen]:
    seen = []
    for r in lines(data):
        who = r["participant"]
        talk = (utc(who["left_at"]) - utc(who["answered_at"])).total_seconds() if who["answered_at"] else None
        seen.append(Seen(LIVEKIT.get(r["disconnect_reason"], MISSED), talk, utc(r["created_at"])))
    return seen
