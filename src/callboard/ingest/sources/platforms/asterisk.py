"""Asterisk: call detail records over HTTP, in `Master.csv` and of AMI; events of CEL and ARI."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from callboard.ingest.sources.platforms.asterisk_channels import ari_event, cel_events, remembers
from callboard.ingest.sources.platforms.asterisk_words import DISPOSITIONS, call_type, channel_of
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import form_fields, json_records, readable
from callboard.ingest.sources.platforms.reading.events import (
    agent_of,
    call_event,
    derived,
    end_of,
    ending,
    metadata,
    parties,
    word_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.tables import table_rows, told
from callboard.ingest.sources.platforms.reading.values import first_text, seconds, text, whole
from callboard.ingest.sources.platforms.signatures.static import HEADER

OTHER_NAMES: Final = {
    "source": "src", "destination": "dst", "destinationcontext": "dcontext", "callerid": "clid",
    "destinationchannel": "dstchannel", "lastapplication": "lastapp", "starttime": "start",
    "calldate": "start", "answertime": "answer", "endtime": "end", "billableseconds": "billsec",
}  # fmt: skip
"""Names of AMI's event `Cdr`, and of the table `cdr` → those of `Master.csv`."""
COLUMNS: Final = ("disposition", "eventname")
_FRAMES = re.compile(r"\r?\n\s*\r?\n")
_SETUP: Final = """\
Asterisk writes its records to a file: let Callboard follow it on the same machine,

    callboard watch /var/log/asterisk/cdr-csv/Master.csv --format asterisk --space {space}

with `loguniqueid=yes` and `newcdrcolumns=yes` in the section `[csv]` of `cdr.conf`. Or post each record from
a hangup handler, after `endbeforehexten=yes` in `cdr.conf`, to `{url}` with the header
`X-Callboard-Secret: {secret}`: as a line of `Master.csv`, as JSON, or as a form with the names of `CDR()`:

    exten => s,1,Set(CURLOPT(httpheader)=X-Callboard-Secret: {secret})
     same => n,Set(R=src=${URIENCODE(${CDR(src)})}&dst=${URIENCODE(${CDR(dst)})}&dcontext=${CDR(dcontext)})
     same => n,Set(R=${R}&channel=${CDR(channel)}&dstchannel=${CDR(dstchannel)}&start=${CDR(start,u)})
     same => n,Set(R=${R}&answer=${CDR(answer,u)}&end=${CDR(end,u)}&billsec=${CDR(billsec)})
     same => n,Set(R=${R}&disposition=${URIENCODE(${CDR(disposition)})}&uniqueid=${CDR(uniqueid)})
     same => n,Set(R=${R}&linkedid=${CDR(linkedid)}&sequence=${CDR(sequence)})
     same => n,Set(DONE=${CURL({url},${R})})

Name the contexts of calls from outside, or the beginnings of the names of their trunks, in the setting
`inbound_contexts`: a record does not tell its direction.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """An event for each row: rows of one call are one call by their `linkedid`."""
    found = Translation()
    with found.record():
        for part, row in enumerate(_rows(delivery, settings, found)):
            with found.record(part):
                if not isinstance(readable(row), dict):
                    raise Unfit("unreadable", "A record is no JSON object.")
                if isinstance(row.get("channel"), dict) or (row.get("timestamp") and row.get("type")):
                    ari_event(row, settings, found)
                else:
                    _record(_named(row), settings, found)
    return found


def _rows(delivery: Delivery, settings: HookSettings, found: Translation) -> list[Any]:
    """The records of a body: JSON, a form, frames of AMI, or a table. Rows of CEL are translated here."""
    body = delivery.body.lstrip()
    if delivery.method == "GET":
        return [form_fields(delivery)]
    if body[:1] in (b"{", b"["):
        records = json_records(body)
        if not records:
            found.ignored.append("empty")
        return records
    if body[:6].lower() == b"event:":
        return _frames(body.decode("utf-8", "replace"), found)
    if b"\n" not in body.rstrip() and b"=" in body and b'"' not in body and b"disposition=" in body.lower():
        return [form_fields(delivery)]
    table = table_rows(delivery.body, *COLUMNS, by_line=True)
    if any(row is not None and "eventname" in row for row in table):
        cel_events(table, settings, found)
        return []
    rows: list[Any] = []
    for part, row in enumerate(table):
        with found.record(part):
            rows.append(told(row))
    return rows


def _frames(body: str, found: Translation) -> list[Any]:
    """The events `Cdr` of AMI, each of which is lines of names and values."""
    records = []
    for frame in filter(str.strip, _FRAMES.split(body)):
        lines = (line.partition(":") for line in frame.splitlines())
        fields = {name.strip().lower(): value.strip() for name, _, value in lines}
        if fields.get("event", "").lower() == "cdr":
            records.append(fields)
        else:
            found.ignored.append(f"ami {fields.get('event', '')[:100].lower()}".strip())
    return records


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record by the names of `Master.csv`."""
    plain = {str(name).strip().lower(): value for name, value in row.items()}
    return {OTHER_NAMES.get(name, name): value for name, value in plain.items()}


def _record(row: Mapping[str, Any], settings: HookSettings, found: Translation) -> None:
    """The event of one record. One that is not `ANSWERED` says nothing of how the call ended."""
    zone = settings.timezone
    start, answer = moment(row.get("start"), "start", zone), moment(row.get("answer"), "answer", zone)
    end = moment(row.get("end"), "end", zone)
    talk, total = seconds(row.get("billsec"), "billsec"), seconds(row.get("duration"), "duration")
    if end is None and start is not None and total is not None:
        end = derived(start + int(total * 1_000_000))  # the table `cdr` has no column of the end
    if answer is None and end is not None and talk and start is not None:
        answer = derived(end - int(talk * 1_000_000))
    word = (word_of(row.get("disposition")) or "").upper()
    call_id = first_text(row.get("linkedid"), row.get("uniqueid")) or _built(row)
    if not word and call_id is not None:
        raise Unfit("unreadable", "The record has no disposition.")
    answered = answer is not None or bool(talk)
    meaning = end_of(DISPOSITIONS, word, found, answered=answered, shown=None if answered else "failed")
    direction = call_type(row, settings)
    fields = ending(meaning, word, end, length=talk, start=answer)
    if meaning.status != "completed":
        fields["standing"] = 1
    event = call_event(
        call_id,
        occurred_at=end,
        # The call was made when the first of its rows was, and no row tells whether it is that one.
        creation_time=derived(start),
        **fields,
        sequence=whole(row.get("sequence"), "sequence"),
        call_type=direction,
        agent=agent_of(channel_of(row.get("dstchannel"))) if direction == "inbound" and answered else None,
        external_ids={"asterisk": call_id} if call_id else None,
        metadata=metadata(
            settings,
            row,
            recording_url=text(row.get("recordingfile")),
            account=text(row.get("accountcode")),
        ),
    )
    parties(event, party(row.get("src")), party(row.get("dst")))
    found.events.append(event)


def _built(row: Mapping[str, Any]) -> str | None:
    """An id of a call whose record has none, as `Master.csv` without `loguniqueid`: its start and channel."""
    start, channel = text(row.get("start")), text(row.get("channel"))
    if start is None or channel is None:
        return None
    return f"{re.sub(r'[^0-9]', '', start)[:20]}-{channel[:200]}"


ASTERISK: Final = Platform(
    name="asterisk",
    title="Asterisk",
    signature=HEADER,
    translate=translate,
    words={"end_reason": DISPOSITIONS},
    setup=_SETUP,
    methods=("POST", "GET"),
    id_prefix="asterisk:",
    tables=COLUMNS,
    rows_are_lines=True,
    remembers=remembers,
    redact=frozenset({"recordingfile", "lastdata"}),
)
