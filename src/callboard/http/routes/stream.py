"""The analytics answer as a stream: server-sent events, one for each change."""

from __future__ import annotations

from callboard.http.endpoint import BASE, Endpoint
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.routes.scopes import find_scope
from callboard.http.stream import NoParts
from callboard.live.permit import Permit
from callboard.live.subscription import HEARTBEAT_S, MIN_HEARTBEAT_S
from callboard.query.messages import fetched
from callboard.query.parameter import numbers
from callboard.query.parameters import SCOPE, table
from callboard.query.secret import secret_digest

EVENT_STREAM = "text/event-stream"
_UNBUFFERED = [(b"x-accel-buffering", b"no")]
"""Tells nginx not to buffer this answer: it would hold back every message."""
STREAMED = {
    **SCOPE,
    **table(
        numbers(
            "heartbeat",
            "Seconds of silence after which a comment line is sent. A client that hears nothing for longer "
            "than twice that knows that the server or the way to it hangs.",
            MIN_HEARTBEAT_S,
            round(HEARTBEAT_S),
            round(HEARTBEAT_S),
        )
    ),
}


async def stream_analytics(request: Request) -> Response:
    streams = request.services.streams
    if request.method == "HEAD":
        streams.check_slots(request.org_id)
        return Response(media=EVENT_STREAM.encode(), headers=_UNBUFFERED, stream=NoParts())
    permit = Permit(secret_digest(request.secret), request.org_id)
    subscription = streams.follow(request.item, permit, request.values.get("heartbeat"))
    return Response(media=EVENT_STREAM.encode(), headers=_UNBUFFERED, stream=subscription)


_EXAMPLE = (
    f'retry: 1000\n\nid: 1042.7\ndata: {{"status_code":200,"message":"{fetched("Analytics")}","data":'
    '{"total_calls":1250,"completed_calls":987,"failed_calls":143,"avg_duration_seconds":145.3,'
    '"total_tasks":1350,"task_status_breakdown":{"pending":45,"running":12,"completed":1180,"failed":113}}}'
    "\n\n"
)
_EVENT = {
    "type": "object",
    "title": "One event of the stream",
    "properties": {
        "id": {"type": "string", "description": "A version; it only grows."},
        "event": {"type": "string", "enum": ["message", "end"]},
        "data": {
            "type": "string",
            "description": "JSON: of a message the body of the analytics endpoint; of the end `reason` and "
            "`message`.",
        },
        "retry": {"type": ["integer", "string"]},
    },
}
ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{BASE}/organisation/analytics/stream/",
        operation="stream_analytics",
        tag="Stream",
        summary="Follow the analytics: the answer, again whenever it changes",
        text="Server-sent events. Each message's data is the body of the analytics endpoint, its id a "
        "version that only grows. The first comes at once, later ones when the numbers changed, at most four "
        "a second: the newest wins. Comment lines say that the connection lives. `Last-Event-ID` is taken: a "
        "stream that is taken up again starts with the answer of that moment. The last event, `end`, "
        "says why the server ends a stream.",
        needs_handle=True,
        parameters=STREAMED,
        find=find_scope,
        handle=stream_analytics,
        answer=_EVENT,
        answer_media=EVENT_STREAM,
        example=_EXAMPLE,
        untagged=True,
    ),
)
