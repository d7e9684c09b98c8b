"""Plivo: forms of a call that rings, is answered and ends; calls of its list API and its exported table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import (
    FROM_FILE,
    PULLED,
    Delivery,
    HookSettings,
    Translation,
)
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import form_fields, readable, rows
from callboard.ingest.sources.platforms.reading.events import (
    call_event,
    count_unknown,
    end_of,
    ending,
    first_time,
    groups,
    known,
    metadata,
    money,
    parties,
    spare,
    status_of,
    word_of,
)
from callboard.ingest.sources.platforms.reading.exports import Export
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import first_text, seconds, text
from callboard.ingest.sources.platforms.signatures.form_urls import PLIVO as PLIVO_SIGNATURE
from callboard.ingest.sources.platforms.word_table import Meaning, WordTable
from callboard.model.words import FINAL_CALL

CODES: Final = WordTable(
    (r"4000", "answered?", "hangup"),
    (r"4010|4020|4030", "completed", "agent_hangup"),
    (r"1000|9000", "missed", "canceled"),
    (r"1010", "failed", "billing"),
    (r"1020", "failed", "limit_reached"),
    (r"2000|3050|3120", "failed", "invalid_number"),
    (r"2010|2020", "failed", "unreachable"),
    (r"20[345]0|3030|3040|3130|3140", "failed", "blocked"),
    (r"3000|3070|6010", "answered?", "no_answer"),
    (r"3010|3100", "missed", "busy"),
    (r"3020|3110", "missed", "rejected"),
    (r"3080|3090|50\d0", "failed", "carrier_error"),
    (r"6000", "answered?", "max_duration"),
    (r"6020|2070", "failed", "media_error"),
    (r"2060|70\d\d|80\d\d", "failed", "config_error"),
    (r"9100", "completed", "machine_detected"),
    (r"9110", "answered?", "rejected"),
    (r"0", "answered?failed", "unknown"),
)
"""`HangupCauseCode`, which tells more than `CallStatus`."""

STATUSES: Final = WordTable(
    (r"completed", "answered?", "hangup"),
    (r"busy", "missed", "busy"),
    (r"no-answer|timeout", "missed", "no_answer"),
    (r"cancel", "missed", "canceled"),
    (r"failed", "failed", "carrier_error"),
    (r"ringing", "ringing"),
    (r"in-progress|answer", "in_progress"),
)
"""`CallStatus`; an inbound call that nobody answered is `completed`, too."""

DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound"}
WHO: Final = {
    "caller": "caller_hangup",
    "callee": "callee_hangup",
    **dict.fromkeys(("plivo", "carrier", "api request", "answer xml", "error", "unknown", "customer")),
}
"""`HangupSource`, which tells more than that somebody hung up."""
MACHINE: Final = {"true": "machine", "false": "human"}
_LIST_NAMES: Final = {
    "call_uuid": "CallUUID",
    "parent_call_uuid": "ALegUUID",
    "from_number": "From",
    "to_number": "To",
    "call_direction": "Direction",
    "call_state": "CallStatus",
    "call_status": "CallStatus",
    "hangup_cause_code": "HangupCauseCode",
    "hangup_source": "HangupSource",
    "call_duration": "Duration",
    "bill_duration": "BillDuration",
    "total_amount": "TotalCost",
    "initiation_time": "StartTime",
    "answer_time": "AnswerTime",
    "end_time": "EndTime",
}
"""Fields of the list API → those of the forms."""
_SETUP: Final = """\
In the Plivo console, *Voice → Applications*, set the *Hangup URL* of the application to

    {url}

with the method POST. For calls that you make by the API, send `hangup_url` and `ring_url` with each. Do not
put it into the *Answer URL*: Plivo expects XML there. Plivo writes times without a zone, in the account's
time zone: set it at this hook.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one form; the events of one answer of `GET /v1/Account/…/Call/`."""
    found = Translation()
    with found.record():
        if delivery.method not in (PULLED, FROM_FILE):
            found.events.append(_event(form_fields(delivery), settings, found))
            return found
        for part, row in enumerate(rows(delivery.body, "objects")):
            with found.record(part):
                named = _named(row if isinstance(readable(row), dict) else {})
                if "EndTime" in named or "HangupCauseCode" in named:
                    named["CallStatus"] = _final_status(named, found)
                event = _event(named, settings, found)
                found.events.append(event | {"sequence": delivery.received_at // SECOND})
    return found


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """A call of the list, under the names that the forms have."""
    return {also: row[name] for name, also in _LIST_NAMES.items() if row.get(name) is not None}


def _final_status(fields: Mapping[str, Any], found: Translation) -> str:
    """The status of a call of the list that is over. Not every account's list has one, as in the fixtures of
    plivo-python, nor has the exported table; and some have a state there that it was in before (`ANSWER`).
    """
    status = word_of(fields.get("CallStatus"))
    if status is None:
        return "completed"
    status = status.lower()  # in capitals there
    count_unknown("call_status", status, STATUSES, found)
    meaning = STATUSES.look_up(status, answered=True)
    return status if meaning is not None and meaning.status in FINAL_CALL else "completed"


def _event(fields: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
    call_id, zone = text(fields.get("CallUUID")), settings.timezone
    first = first_text(fields.get("ALegUUID"), fields.get("ParentCallUUID")) or call_id
    start, end = (moment(fields.get(name), name, zone) for name in ("AnswerTime", "EndTime"))
    began = first_time(
        *(
            spare(found, "creation_time", moment, fields.get(name), name, zone)
            for name in ("StartTime", "SessionStart")
        )
    )
    status = text(fields.get("CallStatus"))
    said: dict[str, Any] = {}
    if status is not None:
        length = seconds(fields.get("Duration"), "Duration")
        meaning, word = _meaning(fields, status, found, answered=start is not None or bool(length))
        said = {"call_status": meaning.status, "creation_time": began}
        if meaning.status in FINAL_CALL:
            # A code tells more than a status.
            rough = text(fields.get("HangupCauseCode")) is None
            said |= ending(meaning, word, end, length=length, start=start, rough=rough)
            said["occurred_at"] = first_time(end, start, began)
        elif meaning.status == "ringing":
            said["occurred_at"] = began
        else:
            # When it was answered is told at the end alone; without a time of its own it counts as received.
            said |= {"start_time": start, "occurred_at": start}
            said.pop("creation_time")
    event = call_event(
        call_id,
        group_id=groups("plivo", first, call_id),
        group_rank=1 if first == call_id else 0,
        call_type=known("call_type", fields.get("Direction"), DIRECTIONS, found),
        answered_by=known("answered_by", (text(fields.get("Machine")) or "").lower(), MACHINE, found),
        cost=spare(found, "cost", money, fields.get("TotalCost"), "USD", "TotalCost"),
        billed_seconds=spare(found, "billed_seconds", seconds, fields.get("BillDuration"), "BillDuration"),
        external_ids={"plivo": call_id} if call_id else None,
        metadata=metadata(settings, recording_url=first_text(fields.get("RecordUrl"))),
        **said,
    )
    parties(event, party(fields.get("From"), plus=True), party(fields.get("To"), plus=True))
    return event


def _meaning(
    fields: Mapping[str, Any], status: str, found: Translation, *, answered: bool
) -> tuple[Meaning, str]:
    """The meaning of where a call stands, and the word that it was looked up by."""
    code = text(fields.get("HangupCauseCode"))
    if code is None:
        meaning, word = status_of(STATUSES, status, answered=answered), status
    else:
        by_status = STATUSES.look_up(status, answered=answered)
        count_unknown("call_status", word_of(status), STATUSES, found)
        shown = by_status.status if by_status and by_status.status in FINAL_CALL else None
        meaning, word = end_of(CODES, code[:64], found, answered=answered, shown=shown), code[:64]
    who = known("end_reason", (text(fields.get("HangupSource")) or "").lower(), WHO, found)
    if meaning.status == "completed" and meaning.end_reason == "hangup":
        meaning = structs.replace(meaning, end_reason=who or "hangup", rough=who is None)
    return meaning, word


EXPORT: Final = Export(
    told_by="Plivo support, *How to Export Call Detail Records (CDR)* (support.plivo.com, section General)",
    made_by="*Voice → Logs → Calls → Export* in the console",
    needed=(
        "call_uuid", "parent_call_uuid", "call_direction", "initiation_time", "answer_time", "end_time",
        "call_duration", "hangup_cause_code", "hangup_source",
    ),
    fields=("from_number", "to_number", "bill_duration", "total_amount"),
    headings={
        "call_uuid": "Call UUID",
        "parent_call_uuid": "Parent call UUID",
        "call_direction": "Call direction",
        "initiation_time": "Initiation time",
        "answer_time": "Answer time",
        "end_time": "End time",
        "call_duration": "Call duration",
        "hangup_cause_code": "Hangup cause code",
        "hangup_source": "Hangup source",
        "from_number": "From number",
        "to_number": "To number",
        "bill_duration": "Billed duration",
        "total_amount": "Billed amount",
    },
    times=("initiation_time", "answer_time", "end_time"),
)  # fmt: skip
PLIVO: Final = Platform(
    name="plivo",
    title="Plivo",
    signature=PLIVO_SIGNATURE,
    methods=("POST", "GET"),
    translate=translate,
    words={"end_reason": CODES, "call_status": STATUSES},
    setup=_SETUP,
    redact=frozenset({"RecordUrl", "RecordFile", "Digits"}),
    pulled=True,
    export=EXPORT,
)
