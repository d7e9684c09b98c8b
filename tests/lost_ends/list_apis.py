"""The list APIs of seven platforms, as their official packages know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.lost_ends import true_calls as true
from tests.lost_ends.provider import Answered, Asked, BadRequestError, ListApi
from tests.lost_ends.true_calls import CALLED, CALLER, TrueCall, basic, iso, plain, rfc2822

UNAUTHORIZED = Answered(401, b'{"message": "unauthorized"}')


def only(asked: Asked, *known: str) -> None:
    """Refuse what no official package sends."""
    if unknown := set(asked.query) - set(known):
        raise BadRequestError(f"unknown parameters {sorted(unknown)}")


def epoch(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def newest(calls: Sequence[TrueCall]) -> list[TrueCall]:
    return sorted(calls, key=lambda call: (-call.created, call.no))


# --- Twilio: twilio/rest/api/v2010/account/call, twilio/base/page.py

TWILIO_KEY = "AC00000000000000000000000000000001:token"
TWILIO_WORDS = {
    "completed": "completed", "busy": "busy", "no_answer": "no-answer", "talking": "in-progress",
    "ringing": "ringing",
}  # fmt: skip


def twilio_row(call: TrueCall) -> dict[str, Any]:
    return {
        "sid": true.twilio_id(call.no), "account_sid": TWILIO_KEY[:34], "status": TWILIO_WORDS[call.how],
        "date_created": rfc2822(call.created), "start_time": rfc2822(call.answered or call.created),
        "end_time": rfc2822(call.ended), "duration": str(call.talked) if call.ended else None,
        "direction": "outbound-api", "from": CALLER, "to": CALLED, "price": "-0.0130", "price_unit": "USD",
        "parent_call_sid": None, "answered_by": None,
    }  # fmt: skip


def twilio(asked: Asked, calls: list[TrueCall], page_rows: int) -> Any:
    account, token = TWILIO_KEY.split(":")
    if asked.headers.get("authorization") != basic(account, token):
        return UNAUTHORIZED
    path = f"/2010-04-01/Accounts/{account}/Calls"
    if asked.path != f"{path}.json":
        one = asked.path.removeprefix(f"{path}/").removesuffix(".json")
        return next((twilio_row(call) for call in calls if true.twilio_id(call.no) == one), None)
    only(asked, "StartTime>", "StartTime<", "PageSize", "Page", "PageToken")
    after = datetime.strptime(asked.query["StartTime>"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    before = (
        datetime.strptime(asked.query["StartTime<"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    )
    found = [call for call in newest(calls) if after <= (call.answered or call.created) <= before]
    size = min(int(asked.query.get("PageSize", 50)), page_rows, 1_000)
    page = int(asked.query.get("Page", 0))
    if page and asked.query["PageToken"] != f"PA{page}":
        raise BadRequestError("the token of another page")
    listed = found[page * size :][:size]
    more = len(found) > (page + 1) * size
    window = f"StartTime%3E={asked.query['StartTime>']}&StartTime%3C={asked.query['StartTime<']}"
    following = f"{path}.json?{window}&PageSize={size}&Page={page + 1}&PageToken=PA{page + 1}"
    return {
        "calls": [twilio_row(call) for call in listed], "page": page, "page_size": size, "start": page * size,
        "end": page * size + len(listed) - 1, "uri": f"{path}.json", "first_page_uri": f"{path}.json?Page=0",
        "previous_page_uri": None, "next_page_uri": following if more else None,
    }  # fmt: skip


# --- Vapi: vapi/calls/raw_client.py


def vapi(asked: Asked, calls: list[TrueCall], page_rows: int) -> Any:
    if asked.headers.get("authorization") != "Bearer vapi-key":
        return UNAUTHORIZED
    if asked.path != "/call":
        one = asked.path.removeprefix("/call/")
        return next((true.vapi_call(call) for call in calls if true.vapi_id(call.no) == one), None)
    only(
        asked, "id", "assistantId", "phoneNumberId", "limit", "createdAtGt", "createdAtLt", "createdAtGe",
        "createdAtLe", "updatedAtGt", "updatedAtLt", "updatedAtGe", "updatedAtLe",
    )  # fmt: skip
    limit = int(asked.query.get("limit", 100))
    tests = {"Gt": "__gt__", "Lt": "__lt__", "Ge": "__ge__", "Le": "__le__"}
    found = [
        true.vapi_call(call)
        for call in newest(calls)
        if all(
            getattr(float(call.created), tests[name[-2:]])(epoch(value.replace("Z", "")))
            for name, value in asked.query.items()
            if name.startswith("createdAt")
        )
    ]
    # A limit is kept to: a page that is shorter is the last.
    return found[:limit]


# --- Retell: retell/resources/call.py, types/call_list_params.py, types/call_list_response.py


def retell(asked: Asked, calls: list[TrueCall], page_rows: int) -> Any:
    if asked.headers.get("authorization") != "Bearer retell-key":
        return UNAUTHORIZED
    if asked.path != "/v3/list-calls":
        one = asked.path.removeprefix("/v2/get-call/")
        return next((true.retell_call(call) for call in calls if true.retell_id(call.no) == one), None)
    wanted = asked.json
    known = {"filter_criteria", "include_total", "limit", "pagination_key", "skip", "sort_order"}
    if asked.method != "POST" or set(wanted) - known:
        raise BadRequestError(str(wanted))
    within = wanted["filter_criteria"]["start_timestamp"]
    if (within["type"], within["op"]) != ("range", "bt"):
        raise BadRequestError(str(within))
    low, high = within["value"]
    rows = [true.retell_call(call) for call in newest(calls)]
    rows = [row for row in rows if low <= row["start_timestamp"] <= high]
    size, at = min(wanted.get("limit", 50), page_rows, 1_000), int(wanted.get("pagination_key", "k0")[1:])
    answer: dict[str, Any] = {"items": rows[at : at + size], "has_more": len(rows) > at + size}
    if answer["has_more"]:
        answer["pagination_key"] = f"k{at + size}"
    return answer


# --- ElevenLabs: elevenlabs/conversational_ai/conversations, types/conversation_summary_response_model.py


def elevenlabs_summary(call: TrueCall) -> dict[str, Any]:
    whole = true.elevenlabs_detail(call)
    told = whole["metadata"]
    return {
        "agent_id": "agent_1", "agent_name": None, "conversation_id": whole["conversation_id"],
        "start_time_unix_secs": told["start_time_unix_secs"],
        "call_duration_secs": told["call_duration_secs"],
        "message_count": 3, "status": whole["status"], "termination_reason": told["termination_reason"],
        "call_successful": "unknown", "direction": "outbound", "cost": 12,
    }  # fmt: skip


def elevenlabs(asked: Asked, calls: list[TrueCall], page_rows: int) -> Any:
    if asked.headers.get("xi-api-key") != "eleven-key":
        return UNAUTHORIZED
    path = "/v1/convai/conversations"
    if asked.path != path:
        one = asked.path.removeprefix(f"{path}/")
        return next(
            (true.elevenlabs_detail(call) for call in calls if true.elevenlabs_id(call.no) == one), None
        )
    only(asked, "cursor", "agent_id", "call_start_before_unix", "call_start_after_unix", "page_size")
    after, before = int(asked.query["call_start_after_unix"]), int(asked.query["call_start_before_unix"])
    rows = [elevenlabs_summary(call) for call in newest(calls)]
    rows = [row for row in rows if after < row["start_time_unix_secs"] < before]
    size = int(asked.query.get("page_size", 30))
    if size > 100:
        raise BadRequestError("page_size")
    at, size = int(asked.query.get("cursor", "c0")[1:]), min(size, page_rows)
    more = len(rows) > at + size
    next_cursor = f"c{at + size}" if more else None
    return {"conversations": rows[at : at + size], "next_cursor": next_cursor, "has_more": more}


# --- Plivo: plivo/resources/calls.py, plivo/base.py

PLIVO_KEY = "MA000000000000000001:token"


def plivo_row(call: TrueCall) -> dict[str, Any]:
    return {
        "call_uuid": true.plivo_id(call.no), "parent_call_uuid": None, "call_direction": "outbound",
        "call_state": true.PLIVO_WORDS[call.how], "from_number": CALLER,
        "to_number": CALLED, "call_duration": call.talked, "bill_duration": 60, "billed_duration": 60,
        "total_amount": "0.01200", "total_rate": "0.01200", "initiation_time": f"{plain(call.created)}+00:00",
        "answer_time": f"{plain(call.answered)}+00:00" if call.answered else None,
        "end_time": f"{plain(call.ended)}+00:00", "hangup_cause_code": int(true.PLIVO_CODES[call.how]),
        "hangup_cause_name": "", "hangup_source": "Callee",
    }  # fmt: skip


def plivo(asked: Asked, calls: list[TrueCall], page_rows: int) -> Any:
    auth_id, token = PLIVO_KEY.split(":")
    if asked.headers.get("authorization") != basic(auth_id, token):
        return UNAUTHORIZED
    path = f"/v1/Account/{auth_id}/Call/"
    over = [call for call in calls if call.ended is not None]
    if asked.path != path:
        one = asked.path.removeprefix(path).rstrip("/")
        return next((plivo_row(call) for call in over if true.plivo_id(call.no) == one), None)
    only(asked, "end_time__gte", "end_time__lte", "limit", "offset", "cursor", "call_direction", "status")
    limit, offset = int(asked.query.get("limit", 20)), int(asked.query.get("offset", 0))
    if not 0 < limit <= 20:
        raise BadRequestError("limit")
    low, high = epoch(asked.query["end_time__gte"]), epoch(asked.query["end_time__lte"])
    found = [call for call in newest(over) if low <= (call.ended or 0) <= high]
    size = min(limit, page_rows)
    more = len(found) > offset + size
    following = f"{path}?limit={limit}&offset={offset + size}" if more else None
    return {
        "api_id": "a", "objects": [plivo_row(call) for call in found[offset : offset + size]],
        "meta": {
            "limit": size, "offset": offset, "total_count": len(found), "previous": None, "next": following,
        },
    }  # fmt: skip


# --- Telnyx: telnyx/resources/call_events.py, telnyx/pagination.py


def telnyx_row(event: dict[str, Any]) -> dict[str, Any]:
    payload = event["payload"]
    return {
        "record_type": "call_event", "type": "webhook", "name": event["event_type"],
        "call_leg_id": payload["call_leg_id"], "call_session_id": payload["call_session_id"],
        "event_timestamp": event["occurred_at"], "metadata": payload,
    }  # fmt: skip


def telnyx(asked: Asked, calls: list[TrueCall], page_rows: int) -> Any:
    if asked.headers.get("authorization") != "Bearer telnyx-key":
        return UNAUTHORIZED
    if asked.path != "/v2/call_events":
        return None
    only(
        asked, "filter[occurred_at][gte]", "filter[leg_id]", "filter[type]", "page[number]", "page[size]"
    )  # fmt: skip
    if asked.query.get("filter[type]") not in (None, "webhook", "command"):
        raise BadRequestError("filter[type]")
    events = [event for call in calls for event in true.telnyx_events(call)]
    if "filter[leg_id]" in asked.query:
        leg = asked.query["filter[leg_id]"]
        events = [event for event in events if event["payload"]["call_leg_id"] == leg]
    else:
        since = epoch(asked.query["filter[occurred_at][gte]"].replace("Z", ""))
        events = [event for event in events if epoch(event["occurred_at"].replace("Z", "")) >= since]
    events.sort(key=lambda event: str(event["occurred_at"]))
    size, page = (
        min(int(asked.query.get("page[size]", 20)), page_rows),
        int(asked.query.get("page[number]", 1)),
    )
    pages = max(1, -(-len(events) // size))
    rows = [telnyx_row(event) for event in events[(page - 1) * size : page * size]]
    meta = {"page_number": page, "page_size": size, "total_pages": pages, "total_results": len(events)}
    return {"data": rows, "meta": meta}


# --- Unpod: docs.unpod.dev/api/logs/get-call-logs

UNPOD_KEY = "acme.example:unpod-token"


def unpod_row(call: TrueCall) -> dict[str, Any]:
    status = {"completed": "completed", "busy": "busy", "no_answer": "missed"}[call.how]
    return {
        "id": int(true.unpod_id(call.no)), "source_number": CALLER, "destination_number": CALLED,
        "call_type": "outbound", "call_status": status, "creation_time": iso((call.ended or 0) + 3),
        "start_time": iso(call.answered), "end_time": iso(call.ended), "call_duration": call.talked,
        "end_reason": {"completed": "caller_hangup", "busy": "busy", "no_answer": "no_answer"}[call.how],
        "bridge": None, "agent": {"id": 1, "name": "Ada"}, "space": {"id": 1, "name": "Spring"},
        "organization": 1,
    }  # fmt: skip


def unpod(asked: Asked, calls: list[TrueCall], page_rows: int) -> Any:
    org, token = UNPOD_KEY.split(":")
    if (asked.headers.get("authorization"), asked.headers.get("org-handle")) != (f"Token {token}", org):
        return UNAUTHORIZED
    if asked.path != "/api/v2/platform/call-logs/":
        return None
    only(asked, "page", "page_size", "start_date", "end_date", "call_status", "call_type")
    low, high = (
        datetime.strptime(asked.query[name], "%d-%m-%Y %H:%M:%S").replace(tzinfo=UTC).timestamp()
        for name in ("start_date", "end_date")
    )
    found = [call for call in newest(calls) if call.ended is not None and low <= call.ended + 3 <= high]
    size, page = min(int(asked.query.get("page_size", 20)), page_rows), int(asked.query.get("page", 1))
    rows = [unpod_row(call) for call in found[(page - 1) * size : page * size]]
    return {
        "count": len(found),
        "status_code": 200,
        "message": "Call logs fetched successfully",
        "data": rows,
    }


class Stand(NamedTuple):
    """One platform: its API, a key that it takes, how it names calls, and what it posts of them."""

    api: ListApi
    key: str
    name: Callable[[int], str]
    posts: true.Posts


STANDS: dict[str, Stand] = {
    "twilio": Stand(twilio, TWILIO_KEY, true.twilio_id, true.twilio_posts),
    "vapi": Stand(vapi, "vapi-key", true.vapi_id, true.vapi_posts),
    "retell": Stand(retell, "retell-key", true.retell_id, true.retell_posts),
    "elevenlabs": Stand(elevenlabs, "eleven-key", true.elevenlabs_id, true.elevenlabs_posts),
    "plivo": Stand(plivo, PLIVO_KEY, true.plivo_id, true.plivo_posts),
    "telnyx": Stand(telnyx, "telnyx-key", true.telnyx_id, true.telnyx_posts),
    "unpod": Stand(unpod, UNPOD_KEY, lambda no: f"unpod:{true.unpod_id(no)}", true.no_posts),
}
