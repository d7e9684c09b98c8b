"""Bland: one message after each call, with the same fields as its API."""

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
    UnknownWord,
)
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import json_object, readable, rows
from callboard.ingest.sources.platforms.reading.events import (
    call_event,
    derived,
    end_of,
    ending,
    first_time,
    known,
    metadata,
    money,
    parties,
    spare,
    task_of,
    word_of,
)
from callboard.ingest.sources.platforms.reading.exports import Export
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import cut, first_text, number, seconds, text
from callboard.ingest.sources.platforms.signatures.hmac_headers import BLAND as BLAND_SIGNATURE
from callboard.ingest.sources.platforms.word_table import WordTable
from callboard.model.words import FINAL_CALL

WORDS: Final = WordTable(
    (r"transferred", "completed", "transferred"),
    (r"voicemail", "completed", "voicemail"),
    (r"no-answer", "missed", "no_answer"),
    (r"busy", "missed", "busy"),
    (r"canceled", "missed", "canceled"),
    (r"failed|(pre_queue|queue|call|complete)_error", "failed", "carrier_error"),
    (r"ASSISTANT", "completed", "agent_hangup"),
    (r"USER", "completed", "customer_hangup"),
    (r"completed|complete|human|unknown", "answered?", "hangup"),
    (r"new|queued|allocated", "queued"),
    (r"started", "in_progress"),
)
"""The word that tells most: `failed` beside an `error_message`, `transferred` beside a `transferred_to`, else
the first of `answered_by`, `status`, `queue_status` and `call_ended_by` that says more than that it is
over."""

ANSWERED_BY: Final = {"human": "human", "voicemail": "machine", "unknown": None, "no-answer": None}
OUTCOME_BYTES: Final = 64
_GENERAL: Final = ("completed", "complete", "human", "unknown")
"""Words that tell only that a call is over; they count where no other field tells more."""
_OVER: Final = ("completed", "complete")
_LIVE: Final = ("new", "queued", "allocated", "started")
"""Words that lag where another field tells that the call is over."""
_STANDS: Final = ("status", "queue_status", "completed")
_SETUP: Final = """\
In Bland, send `"webhook": "{url}"` with each call, or set it at the inbound number. Make a signing secret
under *Developer settings → Keys* and give it to this hook: without one Bland does not sign.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one message; the events of one answer of `GET /v1/calls`."""
    found = Translation()
    with found.record():
        asked = delivery.method in (PULLED, FROM_FILE)
        calls = rows(delivery.body, "calls") if asked else [json_object(delivery.body)]
        for part, row in enumerate(calls):
            with found.record(part):
                call = row if isinstance(readable(row), dict) else {}
                if call and not any(name in call for name in _STANDS):
                    found.ignored.append("message during a call")
                    continue
                event = _event(call, settings, found)
                found.events.append(event | ({"sequence": delivery.received_at // SECOND} if asked else {}))
    return found


def _event(call: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
    call_id = first_text(call.get("call_id"), call.get("c_id"))
    created, start = (
        spare(found, "creation_time", moment, call.get("created_at"), "created_at"),
        moment(call.get("started_at"), "started_at"),
    )
    length = seconds(call.get("corrected_duration"), "corrected_duration")
    rounded = length is None
    if rounded and (minutes := number(call.get("call_length"), "call_length")) is not None:
        length = seconds(str(minutes * 60), "call_length")
    word = _word(call, found)
    meaning = end_of(WORDS, word, found, answered=start is not None or bool(length))
    if rounded and meaning.status in FINAL_CALL:
        meaning = structs.replace(meaning, standing=1)  # one that tells the seconds stands
    if meaning.status in FINAL_CALL:
        # `end_at` may be the time at which the call would have been cut off.
        end = derived(start + int(length * SECOND)) if start is not None and length is not None else None
        said = ending(meaning, word, end, length=length, start=start)
        said["occurred_at"] = first_time(said["end_time"] and end, start, created)
    else:
        live = meaning.status == "in_progress"
        said = {
            "call_status": meaning.status,
            "occurred_at": first_time(start if live else created, created),
            "start_time": start if live else None,
        }
    own = call.get("metadata")
    event = call_event(
        call_id,
        creation_time=created,
        group_rank=2,
        call_type=_direction(call.get("inbound")),
        answered_by=known("answered_by", call.get("answered_by"), ANSWERED_BY, found),
        task_id=task_of(own, call.get("variables")),
        outcome=cut(text(call.get("disposition_tag")), OUTCOME_BYTES),
        cost=spare(found, "cost", money, call.get("price"), "USD", "price"),
        external_ids={"bland": call_id} if call_id else None,
        metadata=metadata(
            settings,
            own,
            recording_url=first_text(call.get("recording_url")),
            summary=text(call.get("summary")),
            batch_id=text(call.get("batch_id")),
        ),
        **said,
    )
    parties(event, party(call.get("from"), plus=True), party(call.get("to"), plus=True))
    return event


def _direction(inbound: Any) -> str | None:
    return ("inbound" if inbound else "outbound") if isinstance(inbound, bool) else None


def _word(call: Mapping[str, Any], found: Translation) -> str:
    """The word of the table: what tells most about how a call ended, or where it stands.

    Words that the table lacks are counted, and tell only where no other does and the call is over. Raises
    `Unfit` where nothing that is known tells where it stands.
    """
    told = [word_of(call.get(name)) for name in ("answered_by", "status", "queue_status", "call_ended_by")]
    words = [word for word in told if word is not None]
    strange = [word for word in words if WORDS.look_up(word, answered=False) is None]
    if text(call.get("error_message")) or text(call.get("transferred_to")):
        found.unknown_words += (UnknownWord("end_reason", word) for word in strange)
        return "failed" if text(call.get("error_message")) else "transferred"
    skipped: tuple[str, ...] = _GENERAL
    general = next((word for word in told[1:3] if word is not None and word not in strange), None)
    is_over = call.get("completed") is True or text(call.get("status")) in _OVER
    if is_over:
        skipped = (*_GENERAL, *_LIVE)
        general = "completed" if general in (None, *_LIVE) else general
    known_word = next((word for word in words if word not in skipped and word not in strange), None)
    if known_word is None and strange:
        if general is None:
            status = strange[0]
            message = f"The status {status!r} is in no table of this platform."
            raise Unfit("unknown_status", message, status)
        # It tells more than that the call is over, and nobody knows what: `end_of` counts it.
        known_word = strange.pop(0)
    found.unknown_words += (UnknownWord("end_reason", word) for word in strange)
    return known_word or general or "new"


EXPORT: Final = Export(
    told_by="Bland, API reference, *List calls*",
    made_by="headed by the names of the fields of a call in that list",
    needed=(
        "call_id", "created_at", "call_length", "completed", "queue_status", "answered_by", "error_message",
    ),
    fields=(
        "c_id", "started_at", "corrected_duration", "status", "call_ended_by", "transferred_to", "from", "to",
        "inbound", "price", "disposition_tag", "batch_id", "summary", "metadata.task_id", "recording_url",
    ),
    times=("created_at", "started_at"),
    flags=("completed", "inbound"),
)  # fmt: skip
BLAND: Final = Platform(
    name="bland",
    title="Bland",
    signature=BLAND_SIGNATURE,
    translate=translate,
    words={"end_reason": WORDS},
    setup=_SETUP,
    export=EXPORT,
    redact=frozenset({"concatenated_transcript", "transcripts", "corrected_transcript", "pathway_logs"}),
)
