"""LiveKit: rooms and participants; a call is a SIP participant, or a room that people join from a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from callboard.clock import Micros
from callboard.ingest.sources.platforms.delivery import (
    Delivery,
    HookSettings,
    Translation,
    Unfit,
)
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import inner, json_object
from callboard.ingest.sources.platforms.reading.events import (
    call_event,
    count_unknown,
    end_of,
    ending,
    first_time,
    group_end,
    metadata,
    parties,
    status_of,
    task_event,
    task_of,
    word_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import first_text, text
from callboard.ingest.sources.platforms.signatures.jwt_headers import LIVEKIT as LIVEKIT_SIGNATURE
from callboard.ingest.sources.platforms.word_table import WordTable

REASONS: Final = WordTable(
    (r"CLIENT_INITIATED", "completed", "customer_hangup"),
    (r"PARTICIPANT_REMOVED|ROOM_DELETED|ROOM_CLOSED", "answered?", "agent_hangup"),
    (r"USER_UNAVAILABLE", "missed", "no_answer"),
    (r"USER_REJECTED", "missed", "rejected"),
    (r"SIP_TRUNK_FAILURE", "failed", "carrier_error"),
    (r"MEDIA_FAILURE", "failed", "media_error"),
    (r"CONNECTION_TIMEOUT|SIGNAL_CLOSE|STATE_MISMATCH", "failed", "network_error"),
    (r"JOIN_FAILURE", "failed", "unreachable"),
    (r"SERVER_SHUTDOWN", "failed", "system_shutdown"),
    (r"AGENT_ERROR", "failed", "agent_error"),
    (r"MIGRATION|DUPLICATE_IDENTITY", "ignore"),
    (r"UNKNOWN_REASON|", "answered?1", "unknown"),
)
"""`disconnectReason` of a participant; left out by many servers."""

STATUSES: Final = WordTable(
    (r"dialing|ringing", "ringing"),
    (r"automation|active|hangup", "in_progress"),
)
"""`sip.callStatus` of a participant that joins or stays. A snapshot may already say `hangup`."""

JOBS: Final = {
    "JS_PENDING": "pending",
    "JS_RUNNING": "running",
    "JS_SUCCESS": "completed",
    "JS_FAILED": "failed",
}
_OVER: Final = "hangup"
_BY_US: Final = ("PARTICIPANT_REMOVED", "ROOM_DELETED", "ROOM_CLOSED")
"""Agents end calls so. A call that rang in vain has a reason of its own."""
_UNTOLD: Final = ("", "UNKNOWN_REASON")
_NO_CALLERS: Final = ("AGENT", "EGRESS", "INGRESS", "BRIDGE", "CONNECTOR")
_FIRST: Final = 1 << 62
"""More microseconds than any time has; times that are taken off it go backwards."""
_LEFT: Final = ("participant_left", "participant_connection_aborted")
_SETUP: Final = """\
In LiveKit Cloud, *Settings → Webhooks*, add the URL

    {url}

signed by the API key that you give to this hook. With a server of your own, in its configuration:

    webhook:
      api_key: <the API key>
      urls: [{url}]

Put `{"task_id": "…"}` into the metadata of a room, and its calls belong to that task.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """What one event of a room or a participant says."""
    found = Translation()
    with found.record():
        sent = json_object(delivery.body)
        name = text(sent.get("event"))
        if name in ("participant_joined", *_LEFT):
            _participant(sent, settings, found, left=name in _LEFT, aborted=name == _LEFT[1])
        elif name == "room_finished":
            found.events.append(_finished(sent))
        elif name in ("agent_job_started", "agent_job_ended"):
            _job(sent, found, is_begun=name == "agent_job_started")
        elif name is None:
            raise Unfit("unreadable", "The delivery names no event.")
        else:
            found.ignored.append(name[:64])
    return found


def _finished(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The end of a room names no call: it ends those of its calls of which no end came."""
    room = text(inner(sent, "room").get("sid"))
    if room is None:
        raise Unfit("missing_id", "The delivery names no room.")
    at = moment(sent.get("createdAt"), "createdAt")
    return group_end(
        f"livekit_room:{room}",
        call_status="completed",
        standing=1,
        end_reason="unknown",
        occurred_at=at,
        end_time=at,
    )


def _participant(
    sent: Mapping[str, Any], settings: HookSettings, found: Translation, *, left: bool, aborted: bool
) -> None:
    participant = inner(sent, "participant")
    attributes = inner(participant, "attributes")
    kind = text(participant.get("kind")) or "STANDARD"
    sip = kind == "SIP" or "sip.callID" in attributes
    if not sip and kind in _NO_CALLERS:
        found.ignored.append(kind.lower())
        return
    if not sip and kind != "STANDARD":
        raise Unfit("unknown_status", f"The kind {kind[:1000]!r} is of no known participant.", kind[:1000])
    inbound = "sip.ruleID" in attributes
    joined_at = first_time(
        moment(participant.get("joinedAtMs"), "joinedAtMs"), moment(participant.get("joinedAt"), "joinedAt")
    )
    at = first_time(moment(sent.get("createdAt"), "createdAt"), joined_at)
    facts = _facts(sent, attributes, settings, sip=sip, inbound=inbound)
    if not sip:
        if not aborted:
            found.events.append(_in_room(sent, facts, first_time(joined_at, at)))
        facts = _as_person(facts, text(participant.get("sid")), aborted=aborted)
    status = word_of(attributes.get("sip.callStatus")) if sip else None
    joined = facts | _joined(
        facts["call_id"], status, first_time(joined_at, at), inbound=inbound or not sip, left=left
    )
    if not left:
        found.events.append(joined)
        return
    count_unknown("call_status", status, STATUSES, found)
    active = status in ("active", "automation")
    word = word_of(participant.get("disconnectReason")) or ""
    answered = active or word in _BY_US or ((inbound or not sip) and not aborted)
    # The joining tells an answer; of a call that was dialled none does, and many servers tell no reason.
    elsewhere = inbound or word not in _UNTOLD
    meaning = end_of(REASONS, word, found, answered=answered, answer_is_elsewhere=elsewhere)
    if meaning.ignored:
        # The participant comes back under the same id, and joins later than the call began: what was said
        # first about the beginning has to stand. One that was dialled rings no more, if it was active.
        if "start_time" in joined:
            joined |= call_event(facts["call_id"], occurred_at=at, standing=1)
        elif active:
            joined |= call_event(facts["call_id"], occurred_at=at, call_status="in_progress")
        found.events.append(joined)
        return
    # The times of LiveKit's events are whole seconds, those of participants are not.
    end = max(at, joined_at) if at is not None and joined_at is not None else at
    if not aborted:
        found.events.append(joined)
    found.events.append(facts | call_event(facts["call_id"], occurred_at=end, **ending(meaning, word, end)))


def _in_room(sent: Mapping[str, Any], facts: dict[str, Any], joined_at: Micros | None) -> dict[str, Any]:
    """That a room is a call since somebody joined it, as the joining and the leaving of each person tell.

    A delivery sees one person, and cannot tell whether others are there: it never ends the room, which
    `room_finished` does. The first who joined began the call. What all say of one room has one time, that
    of the room, and the earlier they joined the greater is their sequence: so the first outweighs the others
    in whatever order they come.
    """
    room = inner(sent, "room")
    made_at = first_time(
        moment(room.get("creationTimeMs"), "creationTimeMs"),
        moment(room.get("creationTime"), "creationTime"),
    )
    return facts | call_event(
        facts["call_id"],
        call_status="in_progress",
        occurred_at=first_time(made_at, joined_at),
        sequence=None if joined_at is None else _FIRST - joined_at,
        start_time=joined_at,
    )


def _as_person(facts: dict[str, Any], participant: str | None, *, aborted: bool) -> dict[str, Any]:
    """What is said of one person in a room: a leg of the room's call, of which the end is known.

    Its id stands behind that of the room, which so heads its legs also where both begin in one moment.
    Somebody who never got in is a call where nobody else did, and may come before the first who did.
    """
    if participant is None:
        raise Unfit("missing_id", "The delivery names no participant.")
    return facts | {
        "call_id": f"{facts['call_id']}/{participant}",
        "group_rank": 0 if aborted else facts["group_rank"],
        "external_ids": facts["external_ids"] | {"livekit": participant},
    }


def _joined(
    call_id: str, status: str | None, at: Micros | None, *, inbound: bool, left: bool
) -> dict[str, Any]:
    """That a participant joined, as its joining and its leaving both tell: so they are one event.

    An outbound call joins while it is dialled, and no event says when it was answered. One that is over by
    the time of its snapshot may have rung in vain.
    """
    if not inbound:
        if left or status is None or status == _OVER:
            return call_event(call_id, call_status="ringing", occurred_at=at)
        said = status_of(STATUSES, status).status
        return call_event(call_id, call_status=said, occurred_at=at)
    if not left and status is not None and status_of(STATUSES, status).status == "ringing":
        return call_event(call_id, call_status="ringing", occurred_at=at)
    return call_event(call_id, call_status="in_progress", occurred_at=at, start_time=at)


def _facts(
    sent: Mapping[str, Any],
    attributes: Mapping[str, Any],
    settings: HookSettings,
    *,
    sip: bool,
    inbound: bool,
) -> dict[str, Any]:
    room = text(inner(sent, "room").get("sid"))
    call_id = text(attributes.get("sip.callID")) if sip else room
    twilio = text(attributes.get("sip.twilio.callSid"))
    telnyx = text(attributes.get("sip.telnyx.callLegID"))
    told = (("livekit_room", room), ("twilio", twilio), ("telnyx_leg", telnyx))
    groups = [f"{kind}:{each}" for kind, each in told if each]
    own = _own(inner(sent, "room").get("metadata"))
    ids = {
        "livekit": call_id,
        "livekit_room": room,
        "sip_call_id": text(attributes.get("sip.callIDFull")),
        "twilio": twilio,
        "telnyx_leg": telnyx,
    }
    event = call_event(
        call_id,
        group_id=groups[0] if len(groups) == 1 else groups or None,
        # Somebody who joins a telephone call from a page is a leg of it.
        group_rank=2 if sip else 1,
        call_type=("inbound" if inbound else "outbound") if sip else "web",
        task_id=task_of(attributes, _own(inner(sent, "participant").get("metadata")), own),
        external_ids={name: value for name, value in ids.items() if value},
        metadata=metadata(settings, own),
    )
    outside, trunk = party(attributes.get("sip.phoneNumber")), party(attributes.get("sip.trunkPhoneNumber"))
    parties(event, *((outside, trunk) if inbound else (trunk, outside)))
    return event


def _job(sent: Mapping[str, Any], found: Translation, *, is_begun: bool) -> None:
    """A job of an agent is a task where its metadata say which; else it is no call."""
    job = inner(sent, "job")
    task = task_of(_own(job.get("metadata")))
    word = text(inner(job, "state").get("status"))
    if word is None and is_begun and isinstance(job.get("state"), dict):
        word = "JS_PENDING"  # the first of its words is left out, as every zero is
    if task is None or word is None:
        found.ignored.append("agent job")
        return
    if word not in JOBS:
        raise Unfit(
            "unknown_status", f"The status {word[:1000]!r} is in no table of this platform.", word[:1000]
        )
    at = moment(sent.get("createdAt"), "createdAt")
    found.events.append(
        task_event(
            task,
            status=JOBS[word],
            occurred_at=at,
            failure_reason=first_text(inner(job, "state").get("error")),
        )
    )


def _own(metadata_text: Any) -> Any:
    """The object that users write as JSON into the metadata of a room; None for any other text."""
    if not isinstance(metadata_text, str) or not metadata_text.lstrip().startswith("{"):
        return None
    try:
        return msgspec.json.decode(metadata_text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


LIVEKIT: Final = Platform(
    name="livekit",
    title="LiveKit",
    signature=LIVEKIT_SIGNATURE,
    translate=translate,
    words={"end_reason": REASONS, "call_status": STATUSES},
    setup=_SETUP,
    redact=frozenset(
        {
            "filename", "filepath", "filename_prefix", "location", "playlist_name", "playlist_location",
            "live_playlist_name", "live_playlist_location", "manifest_location", "image_paths",
            "storage_path", "url", "urls",
        }
    ),
)  # fmt: skip
