"""Retell: calls that began, ended and were analysed; calls of its list API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from callboard.clock import SECOND
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
    agent_of,
    call_event,
    count_unknown,
    end_of,
    ending,
    first_time,
    known,
    metadata,
    money,
    parties,
    spare,
    status_of,
    task_of,
    without_times,
    word_of,
)
from callboard.ingest.sources.platforms.reading.exports import Export
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import seconds, text
from callboard.ingest.sources.platforms.signatures.hmac_headers import RETELL as RETELL_SIGNATURE
from callboard.ingest.sources.platforms.word_table import WordTable

REASONS: Final = WordTable(
    (r"user_hangup", "completed", "customer_hangup"),
    (r"agent_hangup|user_requested_(dnc|callback)", "completed", "agent_hangup"),
    (r"call_transfer|transfer_bridged|call_take_over|no_concurrency_fallback", "completed", "transferred"),
    (r"transfer_cancelled", "completed", "hangup"),
    (r"voicemail_reached", "completed", "voicemail"),
    (r"ivr_reached", "completed", "machine_detected"),
    (r"inactivity", "completed", "silence_timeout"),
    (r"max_duration_reached", "completed", "max_duration"),
    (r"manual_stopped", "answered?", "canceled"),
    (r"dial_busy", "missed", "busy"),
    (r"dial_no_answer", "missed", "no_answer"),
    (r"user_declined", "missed", "rejected"),
    (r"error_user_not_joined|registered_call_timeout", "missed", "no_answer"),
    (r"invalid_destination", "failed", "invalid_number"),
    (r"dial_failed|telephony_provider_unavailable|sip_routing_error", "failed", "carrier_error"),
    (r"telephony_provider_permission_denied", "failed", "config_error"),
    (r"marked_as_spam|network_blocked|scam_detected", "failed", "blocked"),
    (r"concurrency_limit_reached", "failed", "limit_reached"),
    (r"no_valid_payment|credit_exhausted|budget_reached", "failed", "billing"),
    (r"error_no_audio_received", "failed", "media_error"),
    (r"error_.*", "failed", "agent_error"),
)
"""`disconnection_reason`."""

STATUSES: Final = WordTable(
    (r"registered", "queued"),
    (r"ongoing", "in_progress"),
    (r"ended", "answered?", "unknown"),
    (r"not_connected", "missed", "unknown"),
    (r"error", "failed", "unknown"),
)
"""`call_status`, where no reason is told. It lags behind the name of an event."""

NEVER_CONNECTED: Final = (
    "invalid_destination",
    "dial_failed",
    "telephony_provider_unavailable",
    "telephony_provider_permission_denied",
    "sip_routing_error",
)
MACHINES: Final = ("voicemail_reached", "ivr_reached")
_ENDS: Final = ("call_ended", "call_analyzed")
_DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound"}
_TYPES: Final = {"web_call": "web", "phone_call": None}
_SETUP: Final = """\
In Retell, *Settings → Webhooks* (or the webhook of an agent, which replaces it), set the URL to

    {url}

with the events `call_started`, `call_ended` and `call_analyzed`. Deliveries are signed with the API key that
has the *webhook* badge: give that key to this hook.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one delivery; the events of one answer of `POST /v2/list-calls`."""
    found = Translation()
    with found.record():
        if delivery.method in (PULLED, FROM_FILE):
            for part, row in enumerate(rows(delivery.body, "calls", "data", "items")):
                with found.record(part):
                    _row(row if isinstance(readable(row), dict) else {}, delivery, settings, found)
            return found
        sent = json_object(delivery.body)
        name, call = text(sent.get("event")), inner(sent, "call")
        if name == "call_started":
            found.events.append(_begun(call, settings, found))
        elif name in _ENDS:
            found.events.append(without_times(_ended(call, settings, found)))
        elif name is None:
            raise Unfit("unreadable", "The delivery names no event.")
        else:
            found.ignored.append(name[:64])
    return found


def _row(row: Mapping[str, Any], delivery: Delivery, settings: HookSettings, found: Translation) -> None:
    """The event of one call of the list API: where it stands when it was asked for."""
    sequence = {"sequence": delivery.received_at // SECOND}
    status = word_of(row.get("call_status"))
    reason = text(row.get("disconnection_reason"))
    if status is not None and reason is None:
        status_of(STATUSES, status)  # nothing else tells that the call is over
    if status in ("registered", "ongoing") and reason is None:
        meaning = status_of(STATUSES, status)
        event = (
            _begun(row, settings, found) if meaning.status == "in_progress" else _facts(row, settings, found)
        )
        found.events.append(event | {"call_status": meaning.status} | sequence)
        return
    found.events.append(without_times(_ended(row, settings, found)) | sequence)


def _begun(call: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
    start = moment(call.get("start_timestamp"), "start_timestamp")
    begun = call_event(
        text(call.get("call_id")), call_status="in_progress", occurred_at=start, start_time=start
    )
    return _facts(call, settings, found) | begun


def _ended(call: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
    status = word_of(call.get("call_status"))
    count_unknown("call_status", status, STATUSES, found)
    word = word_of(call.get("disconnection_reason"))
    connected = status != "not_connected" and word not in NEVER_CONNECTED
    dialled = moment(call.get("start_timestamp"), "start_timestamp")
    start = dialled if connected else None
    end = moment(call.get("end_timestamp"), "end_timestamp")
    # Without a connection its times are those of the dialling.
    length = seconds(call.get("duration_ms"), "duration_ms", per_second=1000) if connected else None
    answered = start is not None or bool(length)
    if word is None:
        known_status = status if status in ("not_connected", "error") else "ended"
        meaning = status_of(STATUSES, known_status, answered=answered)
    else:
        shown = {"error": "failed", "not_connected": "missed"}.get(status or "")
        meaning = end_of(REASONS, word, found, answered=answered, shown=shown)
    machine = word in MACHINES or at(call, "call_analysis", "in_voicemail") is True
    ended = call_event(
        text(call.get("call_id")),
        # Of a call that was never answered it tells when it was dialled.
        creation_time=None if answered and meaning.status != "missed" else dialled,
        occurred_at=first_time(end, start),
        answered_by="machine" if machine else None,
        **ending(meaning, word or "", end, length=length, start=start),
    )
    return _facts(call, settings, found) | ended


def _facts(call: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
    call_id = text(call.get("call_id"))
    twilio = text(at(call, "telephony_identifier", "twilio_call_sid"))
    call_type = known("call_type", call.get("call_type"), _TYPES, found)
    own = call.get("metadata")
    cost, analysis = inner(call, "call_cost"), inner(call, "call_analysis")
    event = call_event(
        call_id,
        group_id=f"twilio:{twilio}" if twilio else None,
        group_rank=2,
        call_type=call_type or known("call_type", call.get("direction"), _DIRECTIONS, found),
        agent=agent_of(call.get("agent_name"), ids=[call.get("agent_id")]),
        task_id=task_of(own, call.get("retell_llm_dynamic_variables")),
        cost=spare(found, "cost", money, cost.get("combined_cost"), "USD", "combined_cost", per_unit=100),
        billed_seconds=spare(
            found, "billed_seconds", seconds, cost.get("total_duration_seconds"), "total_duration_seconds"
        ),
        external_ids={name: value for name, value in (("retell", call_id), ("twilio", twilio)) if value},
        metadata=metadata(
            settings,
            own,
            recording_url=call.get("recording_url"),
            summary=text(analysis.get("call_summary")),
            sentiment=text(analysis.get("user_sentiment")),
            successful=analysis.get("call_successful"),
            batch_id=text(call.get("batch_call_id")),
        ),
    )
    parties(event, party(call.get("from_number")), party(call.get("to_number")))
    return event


EXPORT: Final = Export(
    told_by="Retell, API reference, *List calls* (docs.retellai.com/api-references/list-calls)",
    made_by="headed by the names of the fields of a call in that list, those of inner objects as "
    "`call_cost.combined_cost`",
    needed=(
        "call_id", "call_status", "disconnection_reason", "start_timestamp", "end_timestamp", "duration_ms",
    ),
    fields=(
        "call_type", "direction", "agent_id", "agent_name", "from_number", "to_number", "batch_call_id",
        "telephony_identifier.twilio_call_sid", "call_cost.combined_cost", "call_cost.total_duration_seconds",
        "call_analysis.call_summary", "call_analysis.user_sentiment", "call_analysis.call_successful",
        "call_analysis.in_voicemail", "metadata.task_id", "recording_url",
    ),
    times=("start_timestamp", "end_timestamp"),
    flags=("call_analysis.call_successful", "call_analysis.in_voicemail"),
)  # fmt: skip
RETELL: Final = Platform(
    name="retell",
    title="Retell",
    signature=RETELL_SIGNATURE,
    translate=translate,
    words={"end_reason": REASONS, "call_status": STATUSES},
    setup=_SETUP,
    redact=frozenset(
        {
            "transcript_object", "transcript_with_tool_calls", "scrubbed_transcript_with_tool_calls",
            "recording_multi_channel_url", "scrubbed_recording_url", "scrubbed_recording_multi_channel_url",
            "public_log_url", "knowledge_base_retrieved_contents_url",
        }
    ),
    pulled=True,
    export=EXPORT,
)  # fmt: skip
