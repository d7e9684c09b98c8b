"""ViciDial: the URLs that it calls at the start and the end of a call, and its exported reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import FROM_FILE, Delivery, HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import form_fields
from callboard.ingest.sources.platforms.reading.events import (
    agent_of,
    call_event,
    derived,
    end_of,
    ending,
    first_time,
    known,
    metadata,
    parties,
    word_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import NOBODY, Party, party
from callboard.ingest.sources.platforms.reading.tables import table_rows, told
from callboard.ingest.sources.platforms.reading.values import cut, first_text, seconds, text
from callboard.ingest.sources.platforms.signatures.static import PATH
from callboard.ingest.sources.platforms.word_table import Meaning, WordTable
from callboard.model.words import FINAL_CALL

STATUSES: Final = WordTable(
    (r"NA|N|CPDNA", "missed", "no_answer"),
    (r"AB|B|CPDB", "missed", "busy"),
    (r"ADC|DC|CPDINV|CPDSV|CPDSI", "failed", "invalid_number"),
    (r"ADCT|CPDATB|CPDSUA|CPDSNC|CPDSR|CPDERR|LRERR", "failed", "carrier_error"),
    (r"CPDREJ", "missed", "rejected"),
    (r"DROP|XDROP", "failed", "no_agent"),
    (r"TIMEOT|MAXCAL|NANQUE", "failed", "limit_reached"),
    (r"PDROP|HOLDTO|WAITTO|QVMAIL", "missed", "canceled"),
    (r"AFTHRS|CLOSOP", "missed", "blocked"),
    (r"AA|AM|AL|AMDXFR|AFAX|UNKAM|UNKAL", "completed", "machine_detected"),
    (r"A", "completed", "voicemail"),
    (r"DNCL|DNCC", "failed", "blocked"),
    (r"ERI|DISPO|DONEM", "answered?failed", "agent_error"),
    (r"XFER|RAXFER|HXFER|IVRXFR|SVYEXT|SVYCLM|UNKXFR", "completed", "transferred"),
    (r"PM|SVYVM|SVYREC|SVYHU", "completed", "hangup"),
    (r"SALE|NI|NP|DEC|CALLBK|CBHOLD|DNC", "completed", "unknown"),
    (r"PU|INCALL|QUEUE", "in_progress"),
)
"""The system's statuses and dispositions; campaigns have others of their own."""

ENDED_BY: Final = {
    "CALLER": "customer_hangup",
    "AGENT": "agent_hangup",
    **dict.fromkeys(
        (
            "QUEUETIMEOUT", "ABANDON", "AFTERHOURS", "NOAGENT", "HOLDRECALLXFER", "HOLDTIME", "MAXCALLS",
            "ACFILTER", "CLOSETIME", "DROP", "NONE", "SYSTEM",
        )
    ),
}  # fmt: skip
"""`term_reason`, which tells how a call ended whose disposition tells what it came to."""
MACHINE: Final = ("machine_detected", "voicemail")
NO_AGENTS: Final = ("VDAD", "VDCL")
"""Users that stand for the dialler itself: outbound and inbound."""
DIRECTIONS: Final = {"M": "outbound", "V": "outbound", "Y": "inbound"}
"""The first letter of a caller code: dialled by hand, by the dialler, or come in."""
OUTCOME_BYTES: Final = 64
COLUMNS: Final = ("call_date", "uniqueid", "length_in_sec")
_START: Final = "start"
_URL: Final = (
    "    VAR{url}?event=%s&call_id=--A--call_id--B--&uniqueid=--A--uniqueid--B--&lead_id=--A--lead_id--B--"
    "&campaign=--A--campaign--B--&list_id=--A--list_id--B--&phone_code=--A--phone_code--B--"
    "&phone_number=--A--phone_number--B--&user=--A--user--B--&epoch=--A--epoch--B--%s\n"
)
_SETUP: Final = (
    "In ViciDial, at each campaign and in-group, set *Start Call URL* to\n\n"
    + _URL % ("start", "")
    + "\n*Dispo Call URL* to\n\n"
    + _URL
    % ("dispo", "&dispo=--A--dispo--B--&talk_time=--A--talk_time--B--&term_reason=--A--term_reason--B--")
    + "\nand *No Agent Call URL* to\n\n"
    + _URL % ("noagent", "&status=--A--status--B--")
    + "\nViciDial cannot sign or send a header: whoever knows this URL can write calls. Keep it secret, use\n"
    "https, and let only the dialler's addresses reach it. Each URL is called once: what is lost is in\n"
    "*Export Calls Report* (with *EXTENDED* fields, whose `uniqueid` is that of the URLs).\n"
)


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one call of a URL; the events of the rows of an exported report."""
    found = Translation()
    with found.record():
        if delivery.method != FROM_FILE and not (delivery.method == "POST" and b"\t" in delivery.body):
            _called(form_fields(delivery), settings, found)
            return found
        for part, row in enumerate(table_rows(delivery.body, *COLUMNS, by_line=True)):
            with found.record(part):
                _row(told(row), settings, found)
    return found


def _called(fields: Mapping[str, str], settings: HookSettings, found: Translation) -> None:
    word = word_of(fields.get("dispo")) or word_of(fields.get("status"))
    event = (text(fields.get("event")) or (_START if word is None else "dispo")).lower()
    if event not in (_START, "dispo", "noagent"):
        found.ignored.append(f"event {event[:100]}")
        return
    at = first_time(
        moment(fields.get("epoch"), "epoch"), moment(fields.get("SQLdate"), "SQLdate", settings.timezone)
    )
    said: dict[str, Any]
    if event == _START:
        said = {"call_status": "in_progress", "start_time": at}
    else:
        talk = seconds(fields.get("talk_time"), "talk_time")
        # The URL is called after the wrap-up: the end itself is not told.
        said = _end(word or "", fields, found, talk=talk, end=None, start=None, url=event)
        if event == "dispo":
            said["outcome"] = cut(word, OUTCOME_BYTES)
    _tell(fields, said | {"occurred_at": at}, settings, found)


def _row(row: Mapping[str, str], settings: HookSettings, found: Translation) -> None:
    """The event of a row of a report, or of the table `vicidial_log`. Lengths count from the dialling."""
    zone, word = settings.timezone, word_of(row.get("status")) or ""
    began = moment(row.get("call_date"), "call_date", zone)
    total = seconds(row.get("length_in_sec"), "length_in_sec")
    talk = seconds(row.get("answered_time"), "answered_time")
    end = derived(began + int(total * SECOND)) if began is not None and total is not None else None
    start = derived(end - int(talk * SECOND)) if end is not None and talk else None
    said = _end(word, row, found, talk=talk, end=end, start=start)
    if said["call_status"] == "completed" and talk is None and total is not None:
        said["total_seconds"] = total
    said |= {
        "occurred_at": first_time(end, began),
        "creation_time": derived(began),  # the call of several rows was made when its first was
        "outcome": cut(word or None, OUTCOME_BYTES),
    }
    _tell(row, said, settings, found)


def _end(
    word: str,
    fields: Mapping[str, str],
    found: Translation,
    *,
    talk: float | None,
    end: int | None,
    start: int | None,
    url: str | None = None,
) -> dict[str, Any]:
    """Where a call stands by its status or disposition, and why it ended. `url`: which one told it."""
    if not word:
        raise Unfit("invalid", "The delivery tells no status and no disposition.")
    answered = bool(talk)
    # The Start URL told of an agent. What a row has no column for may be told by a URL, too.
    elsewhere = url is not None or talk is None
    meaning = end_of(STATUSES, word, found, answered=answered, answer_is_elsewhere=elsewhere)
    by = known("end_reason", (text(fields.get("term_reason")) or "").upper(), ENDED_BY, found)
    if meaning.status not in FINAL_CALL:
        return {"call_status": meaning.status, "start_time": start}
    if (
        (meaning.status, meaning.end_reason) == ("failed", "unknown")
        and url == "dispo"
        and talk is None
        and by
    ):
        # An agent gave the word, and either side hung up on the other; only how long they talked is not told.
        meaning = structs.replace(meaning, status="completed")
    if meaning.status == "completed" and meaning.end_reason == "unknown":
        meaning = Meaning("completed", by or "unknown", meaning.standing)
    said = ending(meaning, word, end, length=talk, start=start)
    return said | {"answered_by": "machine" if meaning.end_reason in MACHINE else None}


def _tell(
    fields: Mapping[str, str], said: dict[str, Any], settings: HookSettings, found: Translation
) -> None:
    code = first_text(fields.get("call_id"), fields.get("caller_code"))
    unique = text(fields.get("uniqueid"))
    direction = DIRECTIONS.get((code or "")[:1].upper())
    user = text(fields.get("user"))
    total = said.pop("total_seconds", None)
    event = call_event(
        unique or code or _built(fields),
        **said,
        call_type=direction,
        agent=agent_of(user) if user not in NO_AGENTS else None,
        external_ids={
            name: value for name, value in (("vicidial", code), ("asterisk", unique)) if value is not None
        },
        metadata=metadata(
            settings,
            fields,
            campaign=first_text(fields.get("campaign"), fields.get("campaign_id")),
            list_id=text(fields.get("list_id")),
            lead_id=text(fields.get("lead_id")),
            total_seconds=total,
        ),
    )
    ends = (NOBODY, _customer(fields))
    parties(event, *(ends[::-1] if direction == "inbound" else ends))
    found.events.append(event)


def _customer(fields: Mapping[str, str]) -> Party:
    """The customer's number. One that a setting of ViciDial masks with X is not known."""
    code = text(fields.get("phone_code"))
    number = first_text(fields.get("phone_number_dialed"), fields.get("phone_number"))
    if number is None or "X" in number.upper():
        return NOBODY
    if code is not None and code.isdigit() and number.isdigit():
        return party(f"+{code}{number}")
    return party(number)


def _built(fields: Mapping[str, str]) -> str | None:
    """An id for a row of a report without ids: when which lead, or number, was called."""
    date = re.sub(r"[^0-9]", "", text(fields.get("call_date")) or "")
    who = first_text(fields.get("lead_id"), fields.get("phone_number_dialed"), fields.get("phone_number"))
    return f"{date[:20]}-{who[:100]}" if date and who else None


VICIDIAL: Final = Platform(
    name="vicidial",
    title="ViciDial",
    signature=PATH,
    methods=("GET", "POST"),
    translate=translate,
    words={"end_reason": STATUSES},
    setup=_SETUP,
    id_prefix="vicidial:",
    tables=COLUMNS,
    rows_are_lines=True,
    redact=frozenset({"security_phrase", "comments", "recording_location", "recording_filename"}),
)
