"""Dialpad: events of calls, each the claims of a token that is the whole body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import at, claims_of, inner, json_object
from callboard.ingest.sources.platforms.reading.events import (
    agent_of,
    call_event,
    ending,
    first_time,
    groups,
    known,
    metadata,
    parties,
    spare,
    status_of,
    task_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import cut, seconds, text
from callboard.ingest.sources.platforms.signatures.jwt_headers import DIALPAD as DIALPAD_SIGNATURE
from callboard.ingest.sources.platforms.word_table import WordTable
from callboard.model.words import FINAL_CALL

STATES: Final = WordTable(
    (r"queued|calling|preanswer|ringing", "ringing"),
    (r"connected|hold|parked|merged|monitor|barge|takeover|eavesdrop", "in_progress"),
    (r"hangup", "completed", "hangup"),
    (r"hangup:unanswered", "answered?1", "no_answer"),
    (r"missed", "missed", "no_answer"),
    (r"voicemail", "completed", "voicemail"),
    (r"blocked", "failed", "blocked"),
)
"""`state`; `hangup:unanswered` where the call was never connected: `missed` or `voicemail` tells more."""

FACTS: Final = frozenset(
    {
        "admin", "admin_recording", "ai_playbook", "all", "recording", "transcription", "call_transcription",
        "voicemail_uploaded", "dispositions", "csat", "pcsat", "postcall",
    }
)  # fmt: skip
"""States, beside those that begin with `recap_`, that say nothing of where a call stands."""
DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound"}
TARGETS: Final = {
    "user": "agent",
    **dict.fromkeys(
        (
            "callrouter", "callcenter", "channel", "coachinggroup", "coachingteam", "department", "office",
            "room", "staffgroup", "unknown",
        )
    ),
}  # fmt: skip
"""`type` of a target: only a user talks."""
OUTCOME_BYTES: Final = 64
_MS: Final = 1000
_SECRET: Final = frozenset(
    {
        "call_recording_share_links", "admin_call_recording_share_links", "voicemail_share_link",
        "recording_details", "screen_recording_urls", "csat_recording_urls", "csat_transcriptions",
        "transcription_text",
    }
)  # fmt: skip
_SETUP: Final = """\
Dialpad makes webhooks by its API. Create one that signs with this hook's secret:

    POST https://dialpad.com/api/v2/webhooks
    {"hook_url": "{url}", "secret": "{secret}"}

Then `POST https://dialpad.com/api/v2/subscriptions/call` with its `webhook_id` and `call_states`: `calling`,
`ringing`, `queued`, `connected`, `hangup`, `missed`, `voicemail`, `blocked`, `dispositions`, `csat`.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one delivery."""
    found = Translation()
    with found.record():
        sent = json_object(claims_of(delivery.body) or delivery.body)
        state = text(sent.get("state"))
        if state is None:
            raise Unfit("unreadable", "The delivery names no state of a call.")
        found.events.append(_facts(state, sent, settings, found) | _stands(state, sent, found))
    return found


def _stands(state: str, sent: Mapping[str, Any], found: Translation) -> dict[str, Any]:
    """Where a call stands in this state; of a fact only when it was told."""
    call_id = _id(sent.get("call_id"))
    happened = moment(sent.get("event_timestamp"), "event_timestamp")
    if state in FACTS or state.startswith("recap_"):
        return call_event(call_id, occurred_at=happened)
    created = spare(found, "creation_time", moment, sent.get("date_started"), "date_started")
    connected, ended = (moment(sent.get(field), field) for field in ("date_connected", "date_ended"))
    word = "hangup:unanswered" if state == "hangup" and connected is None else state
    meaning = status_of(STATES, word)
    if meaning.status not in FINAL_CALL:
        start = first_time(connected, happened) if state == "connected" else connected
        # A call that was connected and rings elsewhere still has its caller.
        status = "in_progress" if start is not None else meaning.status
        said = {"call_status": status, "start_time": start, "occurred_at": first_time(happened, start)}
    else:
        length = seconds(sent.get("duration"), "duration", per_second=_MS)
        if state != "hangup":  # since when a machine talks is not told, and nobody else did
            connected = length = None
        said = ending(meaning, word, ended, length=length, start=connected)
        said["occurred_at"] = first_time(ended, happened)
        said["answered_by"] = "machine" if state == "voicemail" else None
    return call_event(call_id, creation_time=created, **said)


def _facts(state: str, sent: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
    call_id, own = _id(sent.get("call_id")), _own(sent.get("custom_data"))
    above = [_id(sent.get(field)) for field in ("master_call_id", "entry_point_call_id")]
    calls = list(dict.fromkeys(each for each in (*above, call_id) if each is not None))
    target, labels = inner(sent, "target"), _texts(sent.get("labels"))
    event = call_event(
        call_id,
        group_id=groups("dialpad", *calls),
        group_rank=1 if calls[:1] == [call_id] else 0,
        call_type=known("call_type", sent.get("direction"), DIRECTIONS, found),
        agent=agent_of(target.get("name"), ids=[target.get("id")])
        if known("agent", target.get("type"), TARGETS, found) is not None
        else None,
        task_id=task_of(own),
        outcome=cut(labels[0], OUTCOME_BYTES) if state == "dispositions" and len(labels) == 1 else None,
        external_ids={"dialpad": call_id},
        metadata=metadata(
            settings,
            own,
            recording_url=next(iter(_links(sent)), None),
            summary=text(sent.get("recap_summary")),
            labels=labels,
            csat_score=text(sent.get("csat_score")),
        ),
    )
    theirs, ours = party(sent.get("external_number")), party(sent.get("internal_number"))
    if "call_type" in event:
        parties(event, *((theirs, ours) if event["call_type"] == "inbound" else (ours, theirs)))
    return event


def _id(value: Any) -> str | None:
    """An id of 16 digits, which some senders write as a number with a fraction of 0."""
    return text(int(value) if isinstance(value, float) and value.is_integer() else value)


def _own(written: Any) -> Any:
    """What the user gave the call: an object as JSON in a text; None for anything else."""
    try:
        return msgspec.json.decode(written) if isinstance(written, str) else None
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _texts(values: Any) -> list[str]:
    return [word for each in values if (word := text(each))] if isinstance(values, list) else []


def _links(sent: Mapping[str, Any]) -> list[str]:
    """Links to recordings, the call's own first."""
    shared = [*_texts(sent.get("call_recording_share_links")), *_texts([sent.get("voicemail_share_link")])]
    details = sent.get("recording_details")
    return shared + _texts([at(each, "url") for each in details] if isinstance(details, list) else None)


DIALPAD: Final = Platform(
    name="dialpad",
    title="Dialpad",
    signature=DIALPAD_SIGNATURE,
    translate=translate,
    words={"call_status": STATES},
    setup=_SETUP,
    id_prefix="dialpad:",
    redact=_SECRET,
)
