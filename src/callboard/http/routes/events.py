"""Events in: answered after the commit is on disk."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from callboard.clock import Micros
from callboard.errors import InvalidInputError
from callboard.http.answers import One
from callboard.http.endpoint import BASE, Body, Endpoint
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.ingest.parse import Parsed, parse_events, parse_valid
from callboard.ingest.shape import first_of
from callboard.store.interface import Batch, Receipt, Rejection

MAX_PARSED_ON_LOOP = 64 * 1024
"""Valid bodies up to this many bytes are parsed on the event loop: handing them to a thread takes longer."""

REJECTIONS_PER_CHUNK = 1_000
"""Answers with more rejections are encoded on a thread, so as not to block the event loop."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
JSON_MEDIA = "application/json"
NDJSON_MEDIA = ("application/x-ndjson", "application/ndjson")


class BatchResult(Struct, frozen=True):
    """What became of the events: `applied + duplicate + stale + rejected = received`."""

    batch_id: str
    received: int
    applied: int
    duplicate: int
    stale: int
    rejected: int
    rejections: list[Rejection]
    """Each with its place in the request, from 0, and why."""


async def send_events(request: Request) -> Response:
    services, space, body = request.services, request.space, request.body
    ndjson = request.media in NDJSON_MEDIA
    now = services.clock()
    most = services.settings.max_events
    parsed = None
    if len(body) <= MAX_PARSED_ON_LOOP:
        parsed = parse_valid(body, ndjson=ndjson, now=now, max_events=most)
    if parsed is None:
        parsed = await request.parse_threads.run(_parsed, request, ndjson, now)
    batch = Batch(
        org_id=space.org_id,
        space_id=space.id,
        entries=parsed.entries,
        indexes=parsed.indexes,
        rejections=parsed.rejections,
        received_at=now,
    )
    receipt = await services.commits.commit_async(batch)
    if len(receipt.rejections) <= REJECTIONS_PER_CHUNK:
        return _answer(receipt)
    return await request.parse_threads.run(_answer, receipt)


def _answer(receipt: Receipt) -> Response:
    return json_response(One(200, _message(receipt), _result(receipt)))


def _parsed(request: Request, ndjson: bool, now: Micros) -> Parsed:
    assert request.reservation is not None, "a body holds room"
    request.reservation.reserve_decoded(request.body)
    body, most = request.body, request.services.settings.max_events
    parsed = parse_events(body, ndjson=ndjson, now=now, max_events=most)
    begin = first_of(body.removeprefix(BYTE_ORDER_MARK))
    if not ndjson and body.removeprefix(BYTE_ORDER_MARK)[begin : begin + 1] not in (b"{", b"["):
        why = "must be one event, an array of events, or an object with events"
        raise InvalidInputError(f"body: {why}", [("body", why)])
    return parsed


def _message(receipt: Receipt) -> str:
    what = "event" if receipt.received == 1 else "events"
    message = f"{receipt.received} {what} received, {receipt.applied} applied"
    return f"{message}, {receipt.rejected} rejected: see rejections" if receipt.rejected else message


def _result(receipt: Receipt) -> BatchResult:
    return BatchResult(
        receipt.batch_id,
        receipt.received,
        receipt.applied,
        receipt.duplicate,
        receipt.stale,
        receipt.rejected,
        receipt.rejections,
    )


_CALL = {
    "type": "call",
    "call_id": "c-1001",
    "call_status": "completed",
    "call_type": "outbound",
    "destination_number": "+12025550123",
    "creation_time": "2026-02-07T05:57:45Z",
    "start_time": "2026-02-07T05:57:52Z",
    "end_time": "2026-02-07T06:00:10Z",
    "end_reason": "customer_hangup",
    "agent": "renewals",
}
_TASK = {"type": "task", "task_id": "t-7", "status": "completed", "occurred_at": "2026-02-07T06:00:11Z"}
_EVENT: dict[str, Any] = {
    "description": "A call event (`type`, `call_id`, `call_status`, …) or a task event (`type`, `task_id`, "
    "`status`, …); what is wrong with one is told in `rejections` and costs its neighbours nothing."
}
_EVENTS: dict[str, Any] = {"type": "array", "items": _EVENT}
_SCHEMA: dict[str, Any] = {
    "description": 'One event, an array of events, or `{"events": [...]}`; in NDJSON one a line.',
    "anyOf": [
        {
            "type": "object",
            "required": ["events"],
            "properties": {"events": _EVENTS},
            "additionalProperties": False,
        },
        {"type": "object", "not": {"required": ["events"]}},
        _EVENTS,
    ],
}

ENDPOINTS = (
    Endpoint(
        method="POST",
        path=f"{BASE}/spaces/{{space_token}}/events/",
        operation="send_events",
        tag="Events",
        summary="Send call and task events",
        text="Answered after the commit is on disk: what is `applied` survives a crash and is in the next "
        "answer of every endpoint, on every worker. Send it again when in doubt: what is known is a "
        '`duplicate`. Body: one event, an array, `{"events": [...]}` or NDJSON; `Content-Encoding` gzip or '
        "zstd. At most 16 MiB as sent, 64 MiB decoded, 50,000 events.",
        role="member",
        body=Body(
            media=(JSON_MEDIA, *NDJSON_MEDIA),
            schema=_SCHEMA,
            example={"events": [_CALL, _TASK]},
            max_bytes=None,
            compressed=True,
        ),
        handle=send_events,
        answer=One[BatchResult],
    ),
)
