"""Amazon Connect: contact records, in batches of Data Firehose or in its files."""

from __future__ import annotations

import base64
import binascii
import itertools
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import (
    FROM_FILE,
    Delivery,
    HookSettings,
    Translation,
    Unfit,
)
from callboard.ingest.sources.platforms.platform import Answer, Platform
from callboard.ingest.sources.platforms.reading.bodies import at, inner, json_object, json_records, readable
from callboard.ingest.sources.platforms.reading.events import (
    agent_of,
    call_event,
    count_unknown,
    end_of,
    ending,
    first_time,
    groups,
    known,
    metadata,
    parties,
    spare,
    task_of,
    without_times,
    word_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import text
from callboard.ingest.sources.platforms.signatures.static import FIREHOSE
from callboard.ingest.sources.platforms.word_table import Meaning, WordTable

REASONS: Final = WordTable(
    (r"abandoned", "missed", "canceled"),
    (r"VOICEMAIL_(NO_)?BEEP", "completed", "voicemail"),
    (r"FAX_MACHINE_DETECTED", "completed", "machine_detected"),
    (r"SIT_TONE_BUSY", "missed", "busy"),
    (r"SIT_TONE_INVALID_NUMBER", "failed", "invalid_number"),
    (r"SIT_TONE_DETECTED", "failed", "unreachable"),
    (r"CUSTOMER_DISCONNECT", "answered?", "customer_hangup"),
    (r"AGENT_DISCONNECT|CONTACT_FLOW_DISCONNECT|BARGED", "answered?", "agent_hangup"),
    (r"THIRD_PARTY_DISCONNECT", "completed", "hangup"),
    (r"TELECOM_BUSY", "missed", "busy"),
    (r"TELECOM_TIMEOUT", "missed", "no_answer"),
    (r"TELECOM_ORIGINATOR_CANCEL|CUSTOMER_NEVER_ARRIVED", "missed", "canceled"),
    (r"TELECOM_NUMBER_INVALID", "failed", "invalid_number"),
    (r"TELECOM_UNANSWERED", "failed", "unreachable"),
    (r"TELECOM_POTENTIAL_BLOCKING", "failed", "blocked"),
    (r"TELECOM_PROBLEM", "answered?failed", "carrier_error"),
    (r"OUTBOUND_DESTINATION_ENDPOINT_ERROR|OUTBOUND_RESOURCE_ERROR", "failed", "config_error"),
    (r"OUTBOUND_ATTEMPT_FAILED", "failed", "system_error"),
    (r"OUTBO?UND_PREVIEW_DISCARDED", "missed", "canceled"),
    (r"EXPIRED", "failed", "limit_reached"),
    (r"OTHER|API", "answered?", "unknown"),
)
"""`abandoned` for a caller whom no agent took from the queue, else what machine detection tells of a machine
or a tone, else `DisconnectReason`."""

METHODS: Final = {
    "INBOUND": "inbound",
    "OUTBOUND": "outbound",
    "API": "outbound",
    "CALLBACK": "outbound",
    "EXTERNAL_OUTBOUND": "outbound",
    "WEBRTC_API": "web",
    # Contacts that another one led to: their direction is that of the first.
    "TRANSFER": None,
    "QUEUE_TRANSFER": None,
    "DISCONNECT": None,
    "MONITOR": None,
    "AGENT_REPLY": None,
    "FLOW": None,
}
"""`InitiationMethod`."""
TONES: Final = frozenset({"SIT_TONE_BUSY", "SIT_TONE_INVALID_NUMBER", "SIT_TONE_DETECTED"})
MACHINES: Final = {
    "HUMAN_ANSWERED": "human",
    "VOICEMAIL_BEEP": "machine",
    "VOICEMAIL_NO_BEEP": "machine",
    "FAX_MACHINE_DETECTED": "machine",
    "AMD_UNANSWERED": None,
    "AMD_UNRESOLVED": None,
    "AMD_UNRESOLVED_SILENCE": None,
    "AMD_NOT_APPLICABLE": None,
    "AMD_ERROR": None,
} | dict.fromkeys(TONES)
"""`AnsweringMachineDetectionStatus`."""
_NO_CALLS: Final = ("CHAT", "TASK", "EMAIL")
"""Channels of contacts that are no calls."""
_SETUP: Final = """\
In Amazon Data Firehose, create a stream from *Direct PUT* (or from a Kinesis stream) to an *HTTP endpoint*:

    URL         {url}
    access key  {secret}

In Amazon Connect, *Data streaming*, choose it for contact records. A record comes when its contact has ended,
so no call is seen while it lives.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The events of one batch, or of one file: contact records one after another, or in a list."""
    found = Translation()
    if delivery.method == FROM_FILE:
        _records([delivery.body], settings, found)
        return found
    with found.record():
        sent = json_object(delivery.body).get("records")
        if not isinstance(sent, list):
            raise Unfit("unreadable", "The delivery has no records.")
        if not sent:
            found.ignored.append("no records")
        _records([_unpacked(at(each, "data")) for each in sent], settings, found)
    return found


def _unpacked(data: Any) -> bytes:
    """The bytes of one record; none for what is not base64, which are then unreadable."""
    try:
        return base64.b64decode(data, validate=True) if isinstance(data, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _records(packed: list[bytes], settings: HookSettings, found: Translation) -> None:
    parts = itertools.count()
    for each in packed:
        part = next(parts)
        with found.record(part):
            rows = json_records(each)
            if not rows:
                found.ignored.append("no records")
            for place, row in enumerate(rows):
                with found.record(next(parts) if place else part):
                    _record(readable(row), settings, found)


def _record(row: Any, settings: HookSettings, found: Translation) -> None:
    if not isinstance(row, dict):
        raise Unfit("unreadable", "The record is no JSON object.")
    channel = text(row.get("Channel"))
    if channel is None:
        if "ContactId" in row:
            raise Unfit("unreadable", "The contact names no channel.")
        if "EventType" not in row:
            raise Unfit("unreadable", "The record is no contact.")
        found.ignored.append("event of an agent")
    elif channel in _NO_CALLS:
        found.ignored.append(channel.lower())
    elif channel != "VOICE":
        message = f"The channel {channel[:1000]!r} is none that is known."
        raise Unfit("unknown_status", message, channel[:1000])
    else:
        found.events.append(without_times(_contact(row, settings, found)))


class _Times(Struct, frozen=True):
    """When a contact began, was connected to the flow and to an agent, and ended."""

    began: int | None
    system: int | None
    agent: int | None
    end: int | None


def _contact(row: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
    contact, first = text(row.get("ContactId")), text(row.get("InitialContactId"))
    times = _Times(
        spare(found, "creation_time", moment, row.get("InitiationTimestamp"), "InitiationTimestamp"),
        moment(row.get("ConnectedToSystemTimestamp"), "ConnectedToSystemTimestamp"),
        moment(at(row, "Agent", "ConnectedToAgentTimestamp"), "ConnectedToAgentTimestamp"),
        moment(row.get("DisconnectTimestamp"), "DisconnectTimestamp"),
    )
    call_type = known("call_type", row.get("InitiationMethod"), METHODS, found)
    changed = spare(found, "sequence", moment, row.get("LastUpdateTimestamp"), "LastUpdateTimestamp")
    attributes = row.get("Attributes")
    event = call_event(
        contact,
        occurred_at=first_time(times.end, times.agent, times.system, times.began),
        sequence=changed // SECOND if changed is not None else None,
        creation_time=times.began,
        group_id=groups("amazon_connect", first, contact),
        group_rank=1 if first in (None, contact) else 0,
        call_type=call_type,
        answered_by=known("answered_by", row.get("AnsweringMachineDetectionStatus"), MACHINES, found),
        agent=agent_of(at(row, "Agent", "Username")),
        task_id=task_of(attributes),
        external_ids={"amazon_connect": contact},
        metadata=metadata(
            settings,
            attributes,
            recording_url=text(at(row, "Recording", "Location")),
            campaign=text(at(row, "Campaign", "CampaignId")),
            queue=text(at(row, "Queue", "Name")),
        ),
        **_end(row, call_type, times, found),
    )
    theirs, ours = (party(at(row, f"{side}Endpoint", "Address")) for side in ("Customer", "System"))
    if call_type is not None:
        parties(event, *((ours, theirs) if call_type == "outbound" else (theirs, ours)))
    return event


def _end(row: Mapping[str, Any], call_type: str | None, times: _Times, found: Translation) -> dict[str, Any]:
    queued, outbound = bool(inner(row, "Queue")), call_type == "outbound"
    # Who calls is connected to the flow at once, and may wait: the agent counts. Who is called answers.
    start = times.system if outbound or not queued else None
    if not outbound and times.agent is not None:
        start = times.agent
    detected, reason = text(row.get("AnsweringMachineDetectionStatus")), word_of(row.get("DisconnectReason"))
    if queued and times.agent is None and not (outbound and times.system is None):
        word: str | None = "abandoned"
    elif detected in TONES or MACHINES.get(detected or "") == "machine":
        word = detected
    else:
        word = reason
    if word != reason:
        count_unknown("end_reason", reason, REASONS, found)
    answered = start is not None
    if word is None:
        return ending(Meaning("completed" if answered else "missed", "unknown"), "", times.end, start=start)
    meaning = end_of(REASONS, word, found, answered=answered)
    if word == "abandoned":  # nothing says so but that no agent is told
        meaning = structs.replace(meaning, standing=1)
    return ending(meaning, word, times.end, start=start)


class _Request(Struct):
    request_id: str = msgspec.field(name="requestId", default="")


def answer(delivery: Delivery) -> Answer:
    """What Firehose takes as its batch received; after anything else it sends all of it again."""
    request_id = delivery.headers.get("x-amz-firehose-request-id", "")
    if not request_id:
        try:
            request_id = msgspec.json.decode(delivery.body, type=_Request).request_id
        except (msgspec.MsgspecError, ValueError, RecursionError):
            request_id = ""
    told = {"requestId": request_id, "timestamp": delivery.received_at // 1000}
    return Answer(body=msgspec.json.encode(told))


AMAZON_CONNECT: Final = Platform(
    name="amazon_connect",
    title="Amazon Connect",
    signature=FIREHOSE,
    translate=translate,
    words={"end_reason": REASONS},
    setup=_SETUP,
    answer=answer,
    redact=frozenset({"Location", "ContactLens", "VoiceIdResult", "References"}),
)
