"""ElevenLabs Agents: one message a call, after its analysis, or one of a call that could not begin."""

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
    Unfit,
)
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import at, inner, json_object, readable, rows
from callboard.ingest.sources.platforms.reading.events import (
    Rough,
    agent_of,
    call_event,
    derived,
    end_of,
    ending,
    first_time,
    known,
    metadata,
    parties,
    status_of,
    task_of,
    word_of,
)
from callboard.ingest.sources.platforms.reading.exports import Export
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import first_text, seconds, text
from callboard.ingest.sources.platforms.signatures.hmac_headers import ELEVENLABS as ELEVENLABS_SIGNATURE
from callboard.ingest.sources.platforms.word_table import WordTable

REASONS: Final = WordTable(
    (r"failure:busy|result:busy", "missed", "busy"),
    (r"failure:no-answer|result:no_answer", "missed", "no_answer"),
    (r"failure:sip:(404|410|484|604)", "failed", "invalid_number"),
    (r"failure:sip:(403|603|607|608)", "failed", "blocked"),
    (r"failure:sip:\d+", "failed", "carrier_error"),
    (r"failure:unknown|result:failed", "failed", "unknown"),
    (r"result:voicemail|.*[Vv]oicemail.*", "completed", "voicemail"),
    (r"error", "failed", "agent_error"),
    (r".*end_call tool.*", "completed", "agent_hangup"),
    (r".*remote party.*|Client disconnected.*", "completed", "customer_hangup"),
    (r".*transfer.*", "completed", "transferred"),
    (r".*(max|maximum).*duration.*", "completed", "max_duration"),
    (r".*([Ss]ilence|inactiv).*", "completed", "silence_timeout"),
    (r"", "answered?", "hangup"),
)
"""`failure:` and why a call could not begin; `result:` and what the carrier says; `error`; else the reason
why it ended, which is free text."""

FAILURES: Final = WordTable((r"failure:.*", "failed", "unknown"))
"""Of words newer than the table. They are counted as unknown."""

STATUSES: Final = WordTable(
    (r"initiated", "ringing"),
    (r"in-progress", "in_progress"),
    (r"processing|done", "completed"),
    (r"failed", "failed"),
)
"""`status` of a conversation; of one that is over, the reason decides."""

_RESULTS: Final = {
    "result:answered": None,
    **dict.fromkeys(("result:voicemail", "result:busy", "result:no_answer", "result:failed"), "told"),
}
"""Results, and whether they tell more than the reason why the conversation ended. Others are not looked up:
rows for that reason, which is a sentence, would fit words that nobody knows."""
_DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound"}
_TWILIO_DIRECTIONS: Final = {"outbound-api": "outbound", "outbound-dial": "outbound", "inbound": "inbound"}
_OTHER_CHANNELS: Final = ("whatsapp", "sms")
_SETUP: Final = """\
In ElevenLabs, *Agents → Settings → Post-call webhook*, make a webhook with the URL

    {url}

and the events *Transcription* and *Call initiation failure*, not *Audio*. The secret is shown once, when the
webhook is made: give it to this hook. Switch retries on. Nothing is sent while a call runs: for a live view,
connect the carrier too.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one delivery; the events of one answer of `GET /v1/convai/conversations`."""
    found = Translation()
    with found.record():
        if delivery.method in (PULLED, FROM_FILE):
            for part, row in enumerate(rows(delivery.body, "conversations")):
                with found.record(part):
                    _row(row if isinstance(readable(row), dict) else {}, delivery, settings, found)
            return found
        sent = json_object(delivery.body)
        kind, data = text(sent.get("type")), inner(sent, "data")
        sent_at = moment(sent.get("event_timestamp"), "event_timestamp")
        if kind == "post_call_transcription":
            _conversation(data, settings, found, sent_at=sent_at)
        elif kind == "call_initiation_failure":
            _failure(data, found, sent_at)
        elif kind is None:
            raise Unfit("unreadable", "The delivery names no type.")
        else:
            found.ignored.append(kind[:64])
    return found


def _row(row: Mapping[str, Any], delivery: Delivery, settings: HookSettings, found: Translation) -> None:
    """The event of one conversation of the list, which is flat, or of the answer about one."""
    flat = {"start_time_unix_secs", "call_duration_secs", "direction", "termination_reason"}
    data = {"metadata": {name: row[name] for name in flat if name in row}} | dict(row)
    before = len(found.events)
    _conversation(data, settings, found, sent_at=None, listed="metadata" not in row)
    for event in found.events[before:]:
        event["sequence"] = delivery.received_at // SECOND


def _conversation(
    data: Mapping[str, Any],
    settings: HookSettings,
    found: Translation,
    *,
    sent_at: int | None,
    listed: bool = False,
) -> None:
    """`listed`: in the list, which leaves out what the carrier tells."""
    told = inner(data, "metadata")
    if told.get("text_only") is True or any(told.get(channel) for channel in _OTHER_CHANNELS):
        found.ignored.append("chat")
        return
    created = moment(told.get("start_time_unix_secs"), "start_time_unix_secs")
    accepted = moment(told.get("accepted_time_unix_secs"), "accepted_time_unix_secs")
    start = derived(created) if accepted is None else accepted
    length = seconds(told.get("call_duration_secs"), "call_duration_secs")
    status = text(data.get("status"))
    stands = None if status is None else status_of(STATUSES, status).status
    call_id = text(data.get("conversation_id"))
    if stands in ("ringing", "in_progress"):
        said: dict[str, Any] = {
            "call_status": stands,
            "occurred_at": start,
            "start_time": start if stands == "in_progress" else None,
        }
    else:
        end = None if start is None or length is None else derived(start + int(length * SECOND))
        word = _word(told, found, failed=stands == "failed")
        answered = stands != "failed" or bool(length)
        meaning = end_of(REASONS, word, found, answered=answered, otherwise=FAILURES, shown=stands)
        if word == "error" or (listed and not length):
            # The carrier's word, which is not here, may be that the line was busy, or that nobody was there.
            meaning = structs.replace(meaning, standing=1)
        rough = not word.startswith("result:")
        began = start if meaning.status == "completed" or length else None
        said = ending(meaning, word, end, length=length, start=began, rough=rough)
        said["occurred_at"] = first_time(end, start, sent_at)
        if start is None:
            said["rough"] = ["occurred_at"]  # it was sent a while after the end
        said["answered_by"] = "machine" if meaning.end_reason == "voicemail" else None
    event = call_event(call_id, creation_time=created, **said) | _facts(call_id, data, settings, found)
    if listed and "call_type" in event:
        event["call_type"] = Rough(event["call_type"])  # it may be a conversation in a page
    found.events.append(event)


def _word(told: Mapping[str, Any], found: Translation, *, failed: bool) -> str:
    """The word of the table. A result that it lacks is counted, and what is told beside it decides."""
    result = text(at(told, "phone_call", "call_result"))
    if known("end_reason", f"result:{result}" if result else None, _RESULTS, found) is not None:
        return f"result:{result}"
    return "error" if failed else word_of(told.get("termination_reason")) or ""


def _facts(
    call_id: str | None, data: Mapping[str, Any], settings: HookSettings, found: Translation
) -> dict[str, Any]:
    told = inner(data, "metadata")
    phone = inner(told, "phone_call")
    variables = at(data, "conversation_initiation_client_data", "dynamic_variables")
    direction = known(
        "call_type", first_text(phone.get("direction"), told.get("direction")), _DIRECTIONS, found
    )
    # Without a phone it is a conversation in a page or an app; the list tells neither of them.
    web = "phone_call" in told and not phone
    event = _identity(call_id, text(phone.get("call_sid")), text(phone.get("call_id"))) | call_event(
        call_id,
        call_type="web" if web else direction,
        agent=agent_of(data.get("agent_name"), ids=[data.get("agent_id")]),
        task_id=task_of(variables),
        metadata=metadata(
            settings,
            variables,
            summary=text(at(data, "analysis", "transcript_summary")),
            successful=text(at(data, "analysis", "call_successful")),
            batch_id=text(at(told, "batch_call", "batch_call_id")),
        ),
    )
    agent, other = party(phone.get("agent_number")), party(phone.get("external_number"))
    parties(event, *((other, agent) if direction == "inbound" else (agent, other)))
    return event


def _failure(data: Mapping[str, Any], found: Translation, sent_at: int | None) -> None:
    """A call that could not begin: its times and numbers are those of the carrier's own message, if any."""
    body = inner(data, "metadata", "body")
    reason = text(data.get("failure_reason")) or "unknown"
    code = first_text(body.get("sip_status_code"), body.get("SipResponseCode"))
    word = f"failure:sip:{code}" if reason == "unknown" and code else f"failure:{reason}"
    meaning = end_of(REASONS, word[:1000], found, answered=False, otherwise=FAILURES)
    if text(data.get("failure_reason")) is None:  # what tells it stands
        meaning = structs.replace(meaning, standing=1)
    end = moment(body.get("Timestamp"), "Timestamp")
    call_id = text(data.get("conversation_id"))
    direction = known("call_type", body.get("Direction"), _TWILIO_DIRECTIONS, found)
    event = _identity(call_id, first_text(body.get("CallSid"), body.get("call_sid")), None) | call_event(
        call_id,
        occurred_at=first_time(end, sent_at),
        call_type=direction or "outbound",
        agent=agent_of(data.get("agent_name"), ids=[data.get("agent_id")]),
        **ending(meaning, word[:1000], end),
    )
    parties(event, party(body.get("From")), party(body.get("To")))
    found.events.append(event)


def _identity(call_id: str | None, call_sid: str | None, sip_call_id: str | None) -> dict[str, Any]:
    twilio = call_sid if call_sid and call_sid.startswith("CA") else None
    ids = {"elevenlabs": call_id, "twilio": twilio, "sip_call_id": sip_call_id}
    return call_event(
        call_id,
        group_id=f"twilio:{twilio}" if twilio else None,
        group_rank=2,
        external_ids={name: value for name, value in ids.items() if value},
    )


EXPORT: Final = Export(
    told_by="ElevenLabs, API reference, *List conversations*",
    made_by="headed by the names of the fields of a conversation in that list",
    needed=("conversation_id", "status", "start_time_unix_secs", "call_duration_secs", "termination_reason"),
    fields=("agent_id", "agent_name", "direction"),
    times=("start_time_unix_secs",),
)
ELEVENLABS: Final = Platform(
    name="elevenlabs",
    title="ElevenLabs Agents",
    signature=ELEVENLABS_SIGNATURE,
    translate=translate,
    words={"end_reason": REASONS, "call_status": STATUSES},
    kinds=FAILURES,
    setup=_SETUP,
    pulled=True,
    export=EXPORT,
)
