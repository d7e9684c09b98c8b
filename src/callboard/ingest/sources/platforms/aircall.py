"""Aircall: events of calls, beside which the hook carries those of users, contacts and messages; the exported
history of calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import (
    FROM_FILE,
    Delivery,
    HookSettings,
    Translation,
    Unfit,
)
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import at, inner, json_object
from callboard.ingest.sources.platforms.reading.events import (
    agent_of,
    call_event,
    call_sid,
    derived,
    end_of,
    ending,
    first_time,
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
from callboard.ingest.sources.platforms.signatures.static import BODY_TOKEN
from callboard.ingest.sources.platforms.word_table import Meaning, WordTable

EVENTS: Final = WordTable(
    (r"call\.(created|ringing_on_agent|agent_declined)", "ringing"),
    (r"call\.(answered|transferred|hold|unhold)", "in_progress"),
)
"""`event` of a call that lives. `data.status` lags it."""

ENDS: Final = WordTable(
    (r"voicemail", "completed", "voicemail"),
    (r"no_available_agent|agents_did_not_answer", "missed", "no_answer"),
    (r"abandoned_in_(ivr|classic)|short_abandoned", "missed", "canceled"),
    (r"out_of_opening_hours", "missed", "blocked"),
    (r"answered", "completed", "hangup"),
    (r"unanswered", "missed", "no_answer"),
)
"""`voicemail` when one was left, else `missed_call_reason`, else whether it was answered."""

HUNG_UP: Final = "call.hungup"
"""Comes at once; `call.ended`, some 30 s later, knows why."""
ENDED: Final = "call.ended"
FACTS: Final = frozenset(
    {
        "call.external_transferred", "call.unsuccessful_transfer", "call.ivr_option_selected",
        "call.comm_assets_generated", "call.voicemail_left", "call.assigned", "call.archived", "call.tagged",
        "call.untagged", "call.commented",
    }
)  # fmt: skip
"""Events that say nothing of where a call stands."""
DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound"}
_OF_AN_AGENT: Final = ("call.ringing_on_agent", "call.agent_declined")
"""Their user is one of several whom a call is offered to, not the one who takes it."""
_CENTS: Final = 100
_SETUP: Final = """\
In the Aircall dashboard, *Integrations → Webhook*, add one with this URL and all events of calls:

    {url}

Aircall shows the webhook's token: give it to this hook. Choose the parent number of an IVR or its child
numbers, not both.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one delivery, or of a call of the exported history."""
    found = Translation()
    with found.record():
        sent = json_object(delivery.body)
        if delivery.method == FROM_FILE and "answered" in sent:
            found.events.append(_exported(sent, found))
            return found
        name, data = text(sent.get("event")), inner(sent, "data")
        if name is None:
            if "event_name" not in sent:
                raise Unfit("unreadable", "The delivery names no event.")
            found.ignored.append("message callback")
        elif (text(sent.get("resource")) or name.partition(".")[0]) != "call":
            found.ignored.append(name[:64])
        else:
            happened = moment(sent.get("timestamp"), "timestamp")
            found.events.append(_facts(name, data, settings, found) | _stands(name, data, happened, found))
    return found


def _stands(name: str, data: Mapping[str, Any], happened: int | None, found: Translation) -> dict[str, Any]:
    """Where a call stands after an event of this name; of a fact only when it was told."""
    if name in FACTS:
        return call_event(text(data.get("id")), occurred_at=happened)
    created = spare(found, "creation_time", moment, data.get("started_at"), "started_at")
    answered, ended = (moment(data.get(field), field) for field in ("answered_at", "ended_at"))
    if name in (HUNG_UP, ENDED):
        meaning, word = _end(data, found, answered=answered is not None)
        if name == HUNG_UP:
            meaning = structs.replace(meaning, standing=1)
        said = ending(meaning, word, ended, start=answered)
        said |= {
            "occurred_at": first_time(ended, happened),
            "answered_by": "machine" if meaning.end_reason == "voicemail" else None,
        }
    else:
        status = status_of(EVENTS, name).status
        if name == "call.answered":
            answered = happened = first_time(answered, happened)
        # A call that was answered rings at another agent: the caller is still connected.
        status = "in_progress" if answered is not None else status
        at_start = name == "call.created" and status == "ringing"
        said = {
            "call_status": status,
            "occurred_at": first_time(created, happened) if at_start else happened,
            "start_time": answered,
        }
    return call_event(text(data.get("id")), creation_time=created, **said)


def _end(data: Mapping[str, Any], found: Translation, *, answered: bool) -> tuple[Meaning, str]:
    """Why a call ended, and the word that says so."""
    if first_text(data.get("voicemail")):
        word = "voicemail"
    else:
        told = word_of(data.get("missed_call_reason"))
        if told is None and not answered:
            # Nothing says so but that no answer is told.
            return Meaning("missed", "no_answer", standing=1), "unanswered"
        word = told or "answered"
    return end_of(ENDS, word, found, answered=answered), word


def _facts(name: str, data: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
    call_id = text(data.get("id"))
    sid = call_sid(data.get("call_uuid")) or call_sid(data.get("sid"))
    tags = data.get("tags")
    event = call_event(
        call_id,
        group_id=f"twilio:{sid}" if sid else None,
        group_rank=2,
        call_type=known("call_type", data.get("direction"), DIRECTIONS, found),
        agent=None
        if name in _OF_AN_AGENT
        else agent_of(at(data, "user", "name"), ids=[at(data, "user", "id")]),
        # A price of 0 stands in every event, also where none is told.
        cost=spare(found, "cost", money, data.get("cost"), "USD", "cost", per_unit=_CENTS)
        if name == ENDED
        else None,
        external_ids={key: value for key, value in (("aircall", call_id), ("twilio", sid)) if value},
        metadata=metadata(
            settings,
            recording_url=first_text(data.get("recording"), data.get("voicemail")),
            tags=[tag for each in tags if (tag := text(at(each, "name")))]
            if isinstance(tags, list)
            else None,
        ),
    )
    if event.get("cost", {}).get("amount") == 0:
        del event["cost"]
    theirs, ours = party(data.get("raw_digits")), party(at(data, "number", "digits"))
    if "call_type" in event:
        parties(event, *((theirs, ours) if event["call_type"] == "inbound" else (ours, theirs)))
    return event


def _exported(row: Mapping[str, Any], found: Translation) -> dict[str, Any]:
    """The event of a call of the exported history. Raises `Unfit`."""
    call_id, sid = text(row.get("id")), call_sid(row.get("uuid"))
    said = (text(row.get("answered")) or "").lower()
    if said not in _ANSWERED:
        raise Unfit("unknown_status", f"answered: {said[:64]!r} is neither Yes nor No.", said[:64])
    answered = _ANSWERED[said]
    created = moment(row.get("started_at"), "started_at")
    total, talk = seconds(row.get("total"), "total"), seconds(row.get("in_call"), "in_call")
    ended = derived(created + int(total * SECOND)) if created is not None and total is not None else None
    start = (
        derived(ended - int(talk * SECOND)) if answered and ended is not None and talk is not None else None
    )
    meaning, word = _end(row, found, answered=answered)
    event = call_event(
        call_id,
        creation_time=created,
        occurred_at=first_time(ended, created),
        answered_by="machine" if meaning.end_reason == "voicemail" else None,
        group_id=f"twilio:{sid}" if sid else None,
        group_rank=2,
        call_type=known("call_type", (text(row.get("direction")) or "").lower(), DIRECTIONS, found),
        agent=None if text(row.get("user")) == _NOBODY else agent_of(row.get("user")),
        external_ids={key: value for key, value in (("aircall", call_id), ("twilio", sid)) if value},
        **ending(meaning, word, ended, start=start),
    )
    parties(event, party(row.get("from"), plus=True), party(row.get("to"), plus=True))
    return event


_ANSWERED: Final = {"yes": True, "no": False}
_NOBODY: Final = "[No associated user]"
EXPORT: Final = Export(
    told_by="Aircall support, *Analytics: Call attributes* (support.aircall.io, article 13395542101661)",
    made_by="the exported call history, with the column `call id (internal)`",
    needed=(
        "id", "direction", "answered", "missed_call_reason", "voicemail", "started_at", "total", "in_call",
    ),
    fields=("uuid", "from", "to", "user"),
    headings={
        "id": "call id (internal)",
        "uuid": "call id",
        "started_at": "datetime (UTC)",
        "total": "duration (total)",
        "in_call": "duration (in call)",
    },
    times=("started_at",),
    in_utc=("started_at",),
)  # fmt: skip
AIRCALL: Final = Platform(
    name="aircall",
    title="Aircall",
    signature=BODY_TOKEN,
    translate=translate,
    words={"call_status": EVENTS, "end_reason": ENDS},
    setup=_SETUP,
    export=EXPORT,
    id_prefix="aircall:",
    redact=frozenset({"voicemail", "recording_short_url", "voicemail_short_url", "asset", "comments"}),
)
