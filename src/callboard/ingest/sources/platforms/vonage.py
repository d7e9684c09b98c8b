"""Vonage: events of the Voice API, one leg each; the legs of a report of the Reports API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import FROM_FILE, Delivery, HookSettings, Translation
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import form_fields, json_object
from callboard.ingest.sources.platforms.reading.events import (
    call_event,
    derived,
    ending,
    first_time,
    known,
    metadata,
    money,
    parties,
    spare,
    status_of,
)
from callboard.ingest.sources.platforms.reading.exports import Export
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import first_text, seconds, text
from callboard.ingest.sources.platforms.signatures.jwt_headers import VONAGE as VONAGE_SIGNATURE
from callboard.ingest.sources.platforms.word_table import WordTable
from callboard.model.words import FINAL_CALL

STATUSES: Final = WordTable(
    (r"started", "queued"),
    (r"ringing", "ringing"),
    (r"answered|human|machine", "in_progress"),
    (r"busy", "missed", "busy"),
    (r"unanswered|timeout", "missed", "no_answer"),
    (r"cancelled", "missed", "canceled"),
    (r"rejected", "missed", "rejected"),
    (r"failed", "failed", "carrier_error"),
    (r"disconnected", "answered?failed", "network_error"),
    (r"completed", "answered?1", "hangup"),
)
"""`status`. `completed` follows nearly every other end, so it explains none."""

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
    """The events of one delivery, or of the legs of a report."""
    found = Translation()
    with found.record():
        sent: Mapping[str, Any] = (
            form_fields(delivery) if delivery.method == "GET" else json_object(delivery.body)
        )
        if delivery.method == FROM_FILE and (listed := _report(sent)) is not None:
            for part, row in enumerate(listed):
                with found.record(part):
                    _reported(row if isinstance(row, dict) else {}, found)
            return found
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
                | call_event(
                    event["call_id"], call_status="in_progress", occurred_at=start, start_time=derived(start)
                )
            )
        if word == "machine":
            found.events.append(_voicemail(event))
        found.events.append(event)
    return found


def _voicemail(event: dict[str, Any]) -> dict[str, Any]:
    """Why a call that a machine answered will have ended: what comes behind cannot know of the machine, and
    says no more than that it is over. The call itself goes on: this end is outweighed by the event of the
    machine, which follows in the same moment.
    """
    told = {field: event[field] for field in ("occurred_at", *_OF_THE_LEG) if field in event}
    event["sequence"] = 1
    return told | call_event(
        event["call_id"], call_status="completed", standing=0, end_reason="voicemail", sequence=0
    )


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
        if meaning.status in FINAL_CALL:
            end = derived(at) if end is None else end
            # That it is over explains nothing: where a machine answered, it was voicemail.
            said = {"occurred_at": end} | ending(meaning, word, end, length=length)
            if meaning.standing == 1:
                said["rough"] = ["end_reason"]
    groups = [f"vonage_conversation:{conversation}"] if conversation else []
    # Other platforms that call through Vonage name the leg.
    groups += [f"vonage:{leg}"] if leg else []
    event = call_event(
        leg,
        group_id=groups,
        group_rank=1,
        call_type=known("call_type", sent.get("direction"), DIRECTIONS, found),
        answered_by=ANSWERED_BY.get(word or ""),
        cost=spare(found, "cost", money, sent.get("price"), "EUR", "price") if word == "completed" else None,
        external_ids={
            name: value for name, value in (("vonage", leg), ("vonage_conversation", conversation)) if value
        },
        metadata=metadata(settings, recording_url=sent.get("recording_url")),
        **said,
    )
    caller, called = (party(sent.get(name), plus=True) for name in ("from", "to"))
    parties(event, caller, called)
    return event


def _report(sent: Mapping[str, Any]) -> list[Any] | None:
    """The legs of a page of a report, or the one leg of a row; None for a delivery."""
    records = sent.get("records")
    return records if isinstance(records, list) else [sent] if "date_start" in sent else None


def _reported(row: Mapping[str, Any], found: Translation) -> None:
    """The events of a leg of a report: its answer, if any, and its end."""
    leg = text(row.get("call_id"))
    begin, end = moment(row.get("date_start"), "date_start"), moment(row.get("date_end"), "date_end")
    length = seconds(row.get("duration"), "duration")
    word = text(row.get("status")) or ""
    meaning = status_of(STATUSES, word, answered=bool(length))
    if meaning.status not in FINAL_CALL and end is not None:
        # The status may lag; the leg is over, and its length tells whether it was answered.
        word = "completed"
        meaning = status_of(STATUSES, word, answered=bool(length))
    facts = call_event(
        leg,
        group_id=f"vonage:{leg}",
        group_rank=1,
        call_type=known("call_type", row.get("direction"), DIRECTIONS, found),
        answered_by=ANSWERED_BY.get(word),
        cost=spare(
            found,
            "cost",
            money,
            _first(row.get("total_price"), row.get("price")),
            row.get("currency"),
            "total_price",
        ),
        external_ids={"vonage": leg} if leg else None,
    )
    parties(facts, *(party(row.get(name), plus=True) for name in ("from", "to")))
    if meaning.status not in FINAL_CALL:
        found.events.append(facts | call_event(leg, call_status=meaning.status, occurred_at=begin))
        return
    start = end - int(length * SECOND) if end is not None and length else None
    if start is not None and meaning.status == "completed":
        began = {field: facts[field] for field in _OF_THE_LEG if field in facts}
        found.events.append(
            began | call_event(leg, call_status="in_progress", occurred_at=start, start_time=derived(start))
        )
    said = ending(meaning, word, end, length=length)
    found.events.append(
        facts
        | call_event(
            leg,
            occurred_at=first_time(end, begin),
            # Of an answered leg it may be the answer.
            creation_time=begin if start is None else None,
            **said,
        )
    )


def _first(*values: Any) -> Any:
    return next((value for value in values if text(value) is not None), None)


EXPORT: Final = Export(
    told_by="Vonage, Reports API, `csv_voice` of its OpenAPI document (Nexmo/api-specification, "
    "`definitions/reports.yml`)",
    made_by="`report_VOICE-CALL_….csv` of an asynchronous report of the product `VOICE-CALL`",
    needed=("call_id", "date_start", "date_end", "duration", "status"),
    fields=("direction", "from", "to", "currency", "price", "total_price"),
    times=("date_start", "date_end"),
)
VONAGE: Final = Platform(
    name="vonage",
    title="Vonage",
    signature=VONAGE_SIGNATURE,
    methods=("POST", "GET"),
    translate=translate,
    words={"call_status": STATUSES},
    setup=_SETUP,
    export=EXPORT,
)
