"""Telnyx: events of call control, one leg each; its list of call events has the same."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import structs

from callboard.ingest.sources.platforms.delivery import (
    FROM_FILE,
    PULLED,
    Delivery,
    HookSettings,
    Translation,
    Unfit,
)
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import at, inner, json_object, readable, rows
from callboard.ingest.sources.platforms.reading.events import (
    call_event,
    end_of,
    ending,
    known,
    metadata,
    money,
    parties,
    spare,
    task_of,
    word_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import first_text, number, seconds, text
from callboard.ingest.sources.platforms.signatures.ed25519 import TELNYX as TELNYX_SIGNATURE
from callboard.ingest.sources.platforms.word_table import WordTable

CAUSES: Final = WordTable(
    (r"normal_clearing(:.*)?", "answered?", "hangup"),
    (r"originator_cancel(:.*)?", "missed", "canceled"),
    (r"user_busy(:.*)?", "missed", "busy"),
    (r"call_rejected(:.*)?", "missed", "rejected"),
    (r"(timeout|no_answer)(:.*)?", "missed", "no_answer"),
    (r"time_limit(:.*)?", "completed", "max_duration"),
    (r"not_found(:.*)?", "failed", "invalid_number"),
    (r"unspecified:(404|484|604)", "failed", "invalid_number"),
    (r"unspecified:(5\d\d)", "failed", "carrier_error"),
    (r"unspecified(:.*)?", "answered?failed", "unknown"),
)
"""`hangup_cause`; of one that is unspecified, `:` and the code of SIP."""

DIRECTIONS: Final = {
    "incoming": "inbound",
    "outgoing": "outbound",
    "inbound": "inbound",
    "outbound": "outbound",
}
WHO: Final = {"caller": "caller_hangup", "callee": "callee_hangup", "unknown": None}
MACHINES: Final = {
    "human": "human",
    "human_residence": "human",
    "human_business": "human",
    "machine": "machine",
    "fax_detected": "machine",
    "silence": None,
    "not_sure": None,
}
_STATES: Final = {"parked": "queued", "bridging": None}
"""`state` of a call that begins."""
_DETECTED: Final = ("call.machine.detection.ended", "call.machine.premium.detection.ended")
_SETUP: Final = """\
In the Telnyx Mission Control Portal, *Voice → Programmable Voice*, set the webhook URL of the application to

    {url}

with API version 2. Give this hook the account's public key: *Keys & Credentials → Public Key*.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one delivery; the events of one answer of `GET /v2/call_events`."""
    found = Translation()
    with found.record():
        if delivery.method in (PULLED, FROM_FILE):
            for part, row in enumerate(rows(delivery.body, "data")):
                with found.record(part):
                    _event(_of_row(readable(row)), settings, found)
            return found
        sent = json_object(delivery.body)
        _event(inner(sent, "data") or sent, settings, found)
    return found


def _of_row(row: Any) -> dict[str, Any]:
    """One event of the list, in the shape of those that are sent."""
    payload = inner(row, "metadata") | {
        name: at(row, name) for name in ("call_leg_id", "call_session_id") if at(row, name)
    }
    return {"event_type": at(row, "name"), "occurred_at": at(row, "event_timestamp"), "payload": payload}


def _event(data: Mapping[str, Any], settings: HookSettings, found: Translation) -> None:
    name, payload = text(data.get("event_type")), inner(data, "payload")
    if name is None:
        raise Unfit("unreadable", "The delivery names no type of event.")
    # Version 1 wrote call_answered and created_at.
    name = name.replace("_", ".") if name.startswith("call_") else name
    occurred = moment(first_text(data.get("occurred_at"), data.get("created_at")), "occurred_at")
    said = _said(name, payload, occurred, settings, found)
    if said is None:
        found.ignored.append(name[:64])
        return
    found.events.append(_facts(payload, found) | said)


def _said(
    name: str, payload: Mapping[str, Any], occurred: int | None, settings: HookSettings, found: Translation
) -> dict[str, Any] | None:
    """What an event of this name says beside who called whom; None for one that is no call."""
    leg = text(payload.get("call_leg_id"))
    if name == "call.initiated":
        # A call of ours that is parked has not been dialled.
        state = known("call_status", payload.get("state"), _STATES, found)
        parked = state == "queued" and payload.get("direction") == "outgoing"
        return call_event(leg, call_status="queued" if parked else "ringing", occurred_at=occurred)
    if name in ("call.answered", "call.bridged"):
        start = occurred if name == "call.answered" else None
        return call_event(leg, call_status="in_progress", occurred_at=occurred, start_time=start)
    if name == "call.hangup":
        return _hangup(leg, payload, occurred, found)
    if name in _DETECTED:
        return call_event(
            leg,
            occurred_at=occurred,
            answered_by=known("answered_by", payload.get("result"), MACHINES, found),
        )
    if name == "call.cost":
        currency = first_text(payload.get("currency"), "USD")
        cost = spare(found, "cost", money, payload.get("total_cost"), currency, "total_cost")
        billed = spare(
            found, "billed_seconds", seconds, payload.get("billed_duration_secs"), "billed_duration_secs"
        )
        return call_event(leg, occurred_at=occurred, cost=cost, billed_seconds=billed)
    if name == "call.recording.saved":
        urls = inner(payload, "recording_urls")
        url = first_text(urls.get("mp3"), urls.get("wav"))
        return call_event(leg, occurred_at=occurred, metadata=metadata(settings, recording_url=url))
    return None


def _hangup(
    leg: str | None, payload: Mapping[str, Any], occurred: int | None, found: Translation
) -> dict[str, Any]:
    told = word_of(payload.get("hangup_cause"))
    word = told or "unspecified"
    code = text(payload.get("sip_hangup_cause"))
    if word == "unspecified" and code not in (None, "unspecified"):
        word = f"{word}:{code}"
    packets = spare(
        found,
        "packet_count",
        number,
        at(payload, "call_quality_stats", "inbound", "packet_count"),
        "packet_count",
    )
    # A call that was answered is cleared normally, also where its answer was lost; one without packets not.
    answered = packets is None if word == "normal_clearing" else False
    elsewhere = word != "normal_clearing"  # of which the packets show it
    meaning = end_of(CAUSES, word, found, answered=answered or bool(packets), answer_is_elsewhere=elsewhere)
    who = known("end_reason", payload.get("hangup_source"), WHO, found)
    if told is None or (answered and packets is None):
        meaning = structs.replace(meaning, standing=1)  # one that says more may come, or have come
    if meaning.end_reason == "hangup" and meaning.status == "completed":
        meaning = structs.replace(meaning, end_reason=who or meaning.end_reason, rough=who is None)
    return call_event(leg, occurred_at=occurred, **ending(meaning, word, occurred))


def _facts(payload: Mapping[str, Any], found: Translation) -> dict[str, Any]:
    leg, session = text(payload.get("call_leg_id")), text(payload.get("call_session_id"))
    control = text(payload.get("call_control_id"))
    # Other platforms that call through Telnyx name the leg, or what controls it.
    groups = [f"telnyx_session:{session}"] if session else []
    groups += [f"telnyx_leg:{each}" for each in dict.fromkeys((leg, control)) if each]
    status = {"creation_time": spare(found, "creation_time", moment, payload.get("start_time"), "start_time")}
    if "result" in payload or "total_cost" in payload or "recording_urls" in payload:
        status = {}  # a fact carries no times
    event = call_event(
        leg,
        **status,
        group_id=groups,
        group_rank=1,
        call_type=known("call_type", payload.get("direction"), DIRECTIONS, found),
        task_id=task_of(_state(payload.get("client_state"))),
        external_ids={
            name: value for name, value in (("telnyx_leg", leg), ("telnyx_session", session)) if value
        },
    )
    parties(event, party(payload.get("from")), party(payload.get("to")))
    return event


def _state(written: Any) -> Any:
    """What the user put into `client_state`: an object as JSON in base64; None for anything else."""
    try:
        return (
            msgspec.json.decode(base64.b64decode(written, validate=True))
            if isinstance(written, str)
            else None
        )
    except (binascii.Error, msgspec.DecodeError, ValueError, RecursionError):
        return None


TELNYX: Final = Platform(
    name="telnyx",
    title="Telnyx",
    signature=TELNYX_SIGNATURE,
    translate=translate,
    words={"end_reason": CAUSES},
    setup=_SETUP,
    redact=frozenset({"recording_urls", "public_recording_urls", "transcription_data", "digits"}),
    pulled=True,
)
