"""Vonage: events of the Voice API, one leg each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import form_fields, json_object
from callboard.ingest.sources.platforms.reading.events import (
    call_event,
    ending,
    first_time,
    known,
    metadata,
    money,
    parties,
    status_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import first_text, seconds, text
from callboard.ingest.sources.platforms.signatures.jwt_headers import VONAGE as VONAGE_SIGNATURE
from callboard.ingest.sources.platforms.word_table import WordTable
from callboard.model.words import FINAL_CALL

STATUSES: Final = WordTable(
    (r"started", "queued"),
    (r"ringing", "ringing"),
    (r"answered|human", "in_progress"),
    (r"machine", "completed", "voicemail"),
    (r"busy", "missed", "busy"),
    (r"unanswered|timeout", "missed", "no_answer"),
    (r"cancelled", "missed", "canceled"),
    (r"rejected", "missed", "rejected"),
    (r"failed", "failed", "carrier_error"),
    (r"disconnected", "answered?failed", "network_error"),
    (r"completed", "answered?1", "hangup"),
)
"""`status`. `completed` follows nearly every other end, so it explains none. A machine that answers is
voicemail: what comes behind says no more than that it is over, and cannot know of the machine."""

DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound"}
ANSWERED_BY: Final = {"human": "human", "machine": "machine"}
_SETUP: Final = """\
In the Vonage dashboard, *Applications*, set the *Event URL* of the application's Voice capability to

    {url}

with the method POST, and switch on *signed webhooks*. Give this hook the signature secret of *API settings*.
Events by GET are 401, as Vonage signs no query. If you cannot set POST, make a hook with
`--setting unsigned_queries=true`: whoever sees one delivery can then send others for 5 minutes.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one delivery."""
    found = Translation()
    with found.record():
        sent: Mapping[str, Any] = (
            form_fields(delivery) if delivery.method == "GET" else json_object(delivery.body)
        )
        word = text(sent.get("status"))
        recorded = first_text(sent.get("recording_url"))
        if word is None and (recorded is None or first_text(sent.get("uuid"), sent.get("call_uuid")) is None):
            # A recording may be of a whole conversation, and name no call.
            found.ignored.append("recording" if recorded else "no status")
            return found
        event = _event(sent, word, settings, found)
        start = moment(sent.get("start_time"), "start_time") if word == "completed" else None
        if start is not None:
            # The event of the answer tells it more exactly; where that was lost, this is what is known.
            began = {field: event[field] for field in _OF_THE_LEG if field in event}
            found.events.append(
                began
                | call_event(event["call_id"], call_status="in_progress", occurred_at=start, start_time=start)
            )
        found.events.append(event)
    return found


_OF_THE_LEG: Final = ("group_id", "group_rank", "external_ids")


def _event(
    sent: Mapping[str, Any], word: str | None, settings: HookSettings, found: Translation
) -> dict[str, Any]:
    leg = first_text(sent.get("uuid"), sent.get("call_uuid"))
    conversation = text(sent.get("conversation_uuid"))
    at = moment(sent.get("timestamp"), "timestamp")
    said: dict[str, Any] = {"occurred_at": at}
    if word is not None:
        answered = moment(sent.get("start_time"), "start_time") is not None
        end, length = moment(sent.get("end_time"), "end_time"), seconds(sent.get("duration"), "duration")
        meaning = status_of(STATUSES, word, answered=answered or bool(length))
        said |= {"call_status": meaning.status, "start_time": at if word == "answered" else None}
        if word == "machine":
            said["end_reason"] = meaning.end_reason
        elif meaning.status in FINAL_CALL:
            end = first_time(end, at)
            said = {"occurred_at": end} | ending(meaning, word, end, length=length)
    groups = [f"vonage_conversation:{conversation}"] if conversation else []
    # Other platforms that call through Vonage name the leg.
    groups += [f"vonage:{leg}"] if leg else []
    event = call_event(
        leg,
        group_id=groups,
        group_rank=1,
        call_type=known("call_type", sent.get("direction"), DIRECTIONS, found),
        answered_by=ANSWERED_BY.get(word or ""),
        cost=money(sent.get("price"), "EUR", "price") if word == "completed" else None,
        external_ids={
            name: value for name, value in (("vonage", leg), ("vonage_conversation", conversation)) if value
        },
        metadata=metadata(settings, recording_url=sent.get("recording_url")),
        **said,
    )
    caller, called = (party(sent.get(name), plus=True) for name in ("from", "to"))
    parties(event, caller, called)
    return event


VONAGE: Final = Platform(
    name="vonage",
    title="Vonage",
    signature=VONAGE_SIGNATURE,
    methods=("POST", "GET"),
    translate=translate,
    words={"call_status": STATUSES},
    setup=_SETUP,
)
