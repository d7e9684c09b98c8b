"""Twilio: status callbacks of calls, of recordings and of machine detection; calls of its list API, as JSON
and as a table.

SignalWire's compatible API sends the same under other signatures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from callboard.clock import SECOND, exact
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
    Derived,
    call_event,
    derived,
    ending,
    first_time,
    groups,
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
from callboard.ingest.sources.platforms.reading.values import first_text, seconds, text, whole
from callboard.ingest.sources.platforms.signatures.form_urls import SIGNALWIRE as SIGNALWIRE_SIGNATURE
from callboard.ingest.sources.platforms.signatures.form_urls import TWILIO as TWILIO_SIGNATURE
from callboard.ingest.sources.platforms.word_table import Meaning, WordTable
from callboard.model.words import FINAL_CALL

STATUSES: Final = WordTable(
    (r"queued(:.*)?", "queued"),
    (r"(initiated|ringing)(:.*)?", "ringing"),
    (r"(answered|in-progress)(:.*)?", "in_progress"),
    (r"completed(:.*)?", "completed", "hangup"),
    (r"busy(:.*)?", "missed", "busy"),
    (r"no-answer:603", "missed", "rejected"),
    (r"no-answer(:.*)?", "missed", "no_answer"),
    (r"canceled(:.*)?", "missed", "canceled"),
    (r"failed:(404|410|484|485|604)", "failed", "invalid_number"),
    (r"failed:(403|603|607|608)", "failed", "blocked"),
    (r"failed:(408|430|480)", "failed", "unreachable"),
    (r"failed:(400|401|402|407|415|488|606)", "failed", "config_error"),
    (r"failed(:.*)?", "failed", "carrier_error"),
)
"""`CallStatus`, and `:` and the code of SIP where one tells why there was no call."""

DIRECTIONS: Final = {
    "inbound": "inbound",
    "outbound": "outbound",
    "outbound-api": "outbound",
    "outbound-dial": "outbound",
    "trunking-terminating": "outbound",
    "trunking-originating": "inbound",
}
ANSWERED_BY: Final = {
    "human": "human",
    "machine_start": "machine",
    "machine_end_beep": "machine",
    "machine_end_silence": "machine",
    "machine_end_other": "machine",
    "fax": "machine",
    "unknown": None,
}
MACHINE_REASON: Final = {"fax": "machine_detected"}
"""Why a completed call ended that a machine answered: it was voicemail, but for these."""

_SETUP: Final = """\
In the Twilio Console, for each number under *Voice configuration*, set *Call status changes* to

    {url}

For calls that you make by the API, send it with each: `StatusCallback={url}`,
`StatusCallbackEvent` four times (`initiated`, `ringing`, `answered`, `completed`) and
`StatusCallbackMethod=POST`.
Add `#rc=3&rp=5xx,ct,rt` to the URL and Twilio sends again what did not arrive.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one callback; the events of one answer of `GET …/Calls.json`."""
    found = Translation()
    if delivery.method not in (PULLED, FROM_FILE):
        with found.record():
            _callback(form_fields(delivery), settings, found)
        return found
    with found.record():
        for part, row in enumerate(rows(delivery.body, "calls")):
            with found.record(part):
                _row(_named(row if isinstance(readable(row), dict) else {}), delivery, found)
    return found


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """A call under the names of the list API, which Twilio's command line writes as `parentCallSid`."""
    return {_CAPITAL.sub(r"_\1", name).lower(): value for name, value in row.items()}


_CAPITAL: Final = re.compile(r"(?<=[a-z])([A-Z])")


def _callback(fields: Mapping[str, str], settings: HookSettings, found: Translation) -> None:
    call_id = text(fields.get("CallSid"))
    word = text(fields.get("CallStatus"))
    at = moment(fields.get("Timestamp"), "Timestamp")
    answered_by = known("answered_by", fields.get("AnsweredBy"), ANSWERED_BY, found)
    event = call_event(
        call_id,
        occurred_at=at,
        sequence=spare(found, "sequence", whole, fields.get("SequenceNumber"), "SequenceNumber"),
        **_identity(call_id, text(fields.get("ParentCallSid"))),
        call_type=known("call_type", fields.get("Direction"), DIRECTIONS, found),
        answered_by=answered_by,
        metadata=metadata(settings, recording_url=fields.get("RecordingUrl")),
    )
    caller, called = (first_text(fields.get(name), fields.get(also)) for name, also in _NUMBERS)
    parties(event, party(caller), party(called))
    if word is not None:
        code = text(fields.get("SipResponseCode"))
        word = _with_code(word, code)
        meaning = _machine(status_of(STATUSES, word), fields.get("AnsweredBy"), answered_by)
        if meaning.status in FINAL_CALL:
            length = seconds(fields.get("CallDuration"), "CallDuration")
            # Where the answer is not subscribed to, it follows from the length.
            start = _answer(at, length, meaning)
            event |= call_event(
                call_id, **ending(meaning, word, at, length=length, start=start, rough=code is None)
            )
        else:
            event["call_status"] = meaning.status
            if meaning.status == "in_progress" and at is not None:
                event["start_time"] = exact(at)
    found.events.append(event)


_NUMBERS: Final = (("From", "Caller"), ("To", "Called"))


def _row(row: Mapping[str, Any], delivery: Delivery, found: Translation) -> None:
    """The event of one call of the list API: where it stands when it was asked for."""
    call_id = text(row.get("sid"))
    word = first_text(row.get("status")) or ""
    answered_by = known("answered_by", row.get("answered_by"), ANSWERED_BY, found)
    meaning = _machine(status_of(STATUSES, word), row.get("answered_by"), answered_by)
    start, end = moment(row.get("start_time"), "start_time"), moment(row.get("end_time"), "end_time")
    created = spare(found, "creation_time", moment, row.get("date_created"), "date_created")
    # The start of the list may be that of the dialling: an answer that a callback told stands.
    said: dict[str, Any] = {"call_status": meaning.status, "start_time": derived(start)}
    if meaning.status in FINAL_CALL:
        length = seconds(row.get("duration"), "duration")
        if length == 0 and start is not None and end is not None and end - start > SECOND:
            length = None  # more than a second lies between them, and no answer is told
        answer = _answer(end, length, meaning, otherwise=start)
        # A list has no code of SIP.
        said = ending(meaning, word, end, length=length, start=answer, rough=True)
    elif meaning.status != "in_progress":
        del said["start_time"]
    event = call_event(
        call_id,
        occurred_at=first_time(end, start, created),
        sequence=delivery.received_at // SECOND,
        creation_time=created,
        **said,
        **_identity(call_id, text(row.get("parent_call_sid"))),
        call_type=known("call_type", row.get("direction"), DIRECTIONS, found),
        answered_by=answered_by,
        cost=spare(found, "cost", money, row.get("price"), row.get("price_unit"), "price"),
    )
    parties(event, party(row.get("from")), party(row.get("to")))
    found.events.append(event)


def _answer(
    end: int | None, length: float | None, meaning: Meaning, *, otherwise: int | None = None
) -> Derived | None:
    """When a call was answered that talked so long. One of 0 s was answered if it was completed."""
    if length is None or not (length or meaning.status == "completed"):
        return None
    return derived(otherwise if end is None else end - int(length * SECOND))


def _identity(call_id: str | None, parent: str | None) -> dict[str, Any]:
    return {
        # An agent's platform that is dialled names the child, not the call above it.
        "group_id": groups("twilio", parent, call_id),
        "group_rank": 1 if parent in (None, call_id) else 0,
        "external_ids": {"twilio": call_id} if call_id else None,
    }


def _machine(meaning: Meaning, word: Any, answered_by: str | None) -> Meaning:
    """The meaning of an end, where a machine answered."""
    if meaning.status != "completed" or answered_by != "machine":
        return meaning
    return Meaning("completed", MACHINE_REASON.get(str(word), "voicemail"))


def _with_code(word: str, code: str | None) -> str:
    """The word of the table: a code of 200 explains no end, so it is left out."""
    return word if code is None or code.startswith("2") else f"{word}:{code}"


EXPORT: Final = Export(
    told_by="Twilio, *Alternative representations* (twilio.com/docs/usage/troubleshooting/data-types) and "
    "*Call resource*; of the command line the output format *tsv* of twilio/twilio-cli-core",
    made_by="`…/Calls.csv` of its API, or `twilio api:core:calls:list -o tsv --properties sid,parentCallSid,"
    "dateCreated,startTime,endTime,duration,status,direction,from,to,answeredBy,price,priceUnit`",
    needed=("sid", "parent_call_sid", "status", "start_time", "end_time", "duration"),
    fields=("date_created", "direction", "from", "to", "answered_by", "price", "price_unit"),
    times=("date_created", "start_time", "end_time"),
)
_SAID_BY_KEYS: Final = frozenset({"Digits", "FinishedOnKey"})
TWILIO: Final = Platform(
    name="twilio",
    title="Twilio",
    signature=TWILIO_SIGNATURE,
    methods=("POST", "GET"),
    translate=translate,
    words={"call_status": STATUSES},
    setup=_SETUP,
    pulled=True,
    export=EXPORT,
    redact=_SAID_BY_KEYS,
)
SIGNALWIRE: Final = Platform(
    name="signalwire",
    title="SignalWire (compatible API)",
    signature=SIGNALWIRE_SIGNATURE,
    methods=("POST", "GET"),
    translate=translate,
    words={"call_status": STATUSES},
    setup="""\
Send it with each call that you make by the compatible API: `StatusCallback={url}`, `StatusCallbackEvent`
four times (`initiated`, `ringing`, `answered`, `completed`), `StatusCallbackMethod=POST`.
""",
    redact=_SAID_BY_KEYS,
)
