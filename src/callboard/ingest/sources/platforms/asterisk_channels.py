"""Asterisk: what its channels do, as rows of CEL and events of ARI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from callboard.ingest.sources.platforms.asterisk_words import DISPOSITIONS, call_type
from callboard.ingest.sources.platforms.delivery import HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.reading.bodies import inner, json_object
from callboard.ingest.sources.platforms.reading.events import call_event, end_of, ending, parties
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.tables import Row, told
from callboard.ingest.sources.platforms.reading.values import first_text, text

LIVE: Final = {
    "Ring": "ringing",
    "Ringing": "ringing",
    "Down": "queued",
    "Rsrvd": "queued",
    "Up": "in_progress",
}
"""The state of a channel → where its call stands."""
_NO_STANDS: Final = ("Dialing", "Dialing Offhook", "OffHook", "Pre-ring", "Busy", "Unknown")
"""States of a channel that say nothing of where its call stands."""
DIAL_RESULTS: Final = {"ANSWER": "ANSWERED"}
"""Results of a dial whose disposition has another name."""


def ari_event(row: Mapping[str, Any], settings: HookSettings, found: Translation) -> None:
    """The event of one message of ARI; what changes nothing is ignored."""
    kind, channel = text(row.get("type")) or "", inner(row, "channel")
    zone = settings.timezone
    at = moment(row.get("timestamp"), "timestamp", zone)
    if kind not in ("StasisStart", "ChannelStateChange", "ChannelCreated", "ChannelDestroyed"):
        found.ignored.append(f"ari {kind[:100]}".lower())
        return
    call_id, state = text(channel.get("id")), text(channel.get("state"))
    if state is not None and state not in (*LIVE, *_NO_STANDS):
        message = f"The state {state[:1000]!r} is in no table of this platform."
        raise Unfit("unknown_status", message, state[:1000])
    dialplan = inner(channel, "dialplan")
    if kind == "ChannelDestroyed":
        answered = state == "Up"
        word = f"cause:{first_text(row.get('cause')) or '0'}"[:1000]
        meaning = end_of(DISPOSITIONS, word, found, answered=answered, shown=None if answered else "failed")
        said = ending(meaning, word, at)
    else:
        status = LIVE.get(state or "")
        if status is None:
            found.ignored.append(f"ari state {state or ''}".lower().strip())
            return
        # A channel that enters an application may have been up for long.
        is_answer = status == "in_progress" and kind == "ChannelStateChange"
        said = {"call_status": status, "start_time": at if is_answer else None}
    event = call_event(
        call_id,
        occurred_at=at,
        creation_time=moment(channel.get("creationtime"), "creationtime", zone),
        **said,
        call_type=call_type({"dcontext": dialplan.get("context"), "channel": channel.get("name")}, settings),
        external_ids={"asterisk": call_id} if call_id else None,
    )
    parties(event, party(inner(channel, "caller").get("number")), party(dialplan.get("exten")))
    found.events.append(event)


def cel_events(rows: Sequence[Row | None], settings: HookSettings, found: Translation) -> None:
    """The events of rows of CEL: those of the channel that a call began with, which is called as the call."""
    answered = {text(row.get("uniqueid")) for row in rows if row is not None and _name(row) == "ANSWER"}
    begun = {text(row.get("uniqueid")) for row in rows if row is not None and _name(row) == "CHAN_START"}
    for part, each in enumerate(rows):
        with found.record(part):
            row = told(each)
            own = text(row.get("uniqueid"))
            if own is None:
                raise Unfit("missing_id", "The row names no channel.")
            if own != (text(row.get("linkedid")) or own) or _name(row) not in (
                "CHAN_START",
                "ANSWER",
                "HANGUP",
            ):
                found.ignored.append(f"cel {_name(row)[:100].lower()}")
                continue
            # Where the file begins after the call did, an answer is taken for granted.
            found.events.append(_cel(row, settings, found, answered=own in answered or own not in begun))


def remembers(row: Row) -> tuple[str, bool] | None:
    """Of a row of CEL that tells how the end of its channel is to be read: the channel, and whether the row
    is that end. None for any other.
    """
    own = text(row.get("uniqueid"))
    if own is None or own != (text(row.get("linkedid")) or own):
        return None
    kind = _name(row)
    return (own, kind == "HANGUP") if kind in ("CHAN_START", "ANSWER", "HANGUP") else None


def _name(row: Row) -> str:
    return (text(row.get("eventname")) or "").upper()


def _cel(row: Row, settings: HookSettings, found: Translation, *, answered: bool) -> dict[str, Any]:
    kind, call_id = _name(row), text(row.get("uniqueid"))
    at = moment(row.get("eventtime"), "eventtime", settings.timezone)
    said: dict[str, Any] = {}
    if kind == "CHAN_START":
        said = {"call_status": "ringing", "creation_time": at}
    elif kind == "ANSWER":
        said = {"call_status": "in_progress", "start_time": at}
    else:
        extra = json_object(row["extra"].encode()) if text(row.get("extra")) else {}
        dialled = (first_text(extra.get("dialstatus")) or "")[:100].upper()
        word = (
            DIAL_RESULTS.get(dialled, dialled) or f"cause:{first_text(extra.get('hangupcause')) or '0'}"[:100]
        )
        meaning = end_of(DISPOSITIONS, word, found, answered=answered, shown=None if answered else "failed")
        said = ending(meaning, word, at)
    event = call_event(
        call_id,
        occurred_at=at,
        **said,
        call_type=call_type({"dcontext": row.get("context"), "channel": row.get("channame")}, settings),
        external_ids={"asterisk": call_id},
    )
    if kind == "CHAN_START":
        parties(event, party(row.get("calleridnum")), party(row.get("exten")))
    return event
