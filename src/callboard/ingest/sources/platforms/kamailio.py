"""Kamailio: live events of our configuration, records of `acc` and `acc_cdrs`, as JSON and as tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import json_records, readable
from callboard.ingest.sources.platforms.reading.events import (
    call_event,
    count_unknown,
    end_of,
    ending,
    known,
    metadata,
    parties,
    task_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.tables import table_rows, told
from callboard.ingest.sources.platforms.reading.values import first_text, seconds, text
from callboard.ingest.sources.platforms.signatures.static import HEADER
from callboard.ingest.sources.platforms.word_table import WordTable

CODES: Final = WordTable(
    (r"2\d\d(:.*)?", "completed", "hangup"),
    (r"(486|600)(:.*)?", "missed", "busy"),
    (r"487(:.*)?", "missed", "canceled"),
    (r"408:norang", "failed", "unreachable"),
    (r"408(:rang)?", "missed", "no_answer"),
    (r"480(:.*)?", "missed", "no_answer"),
    (r"603(:.*)?", "missed", "rejected"),
    (r"(403|607|608)(:.*)?", "failed", "blocked"),
    (r"(404|410|484|485|604)(:.*)?", "failed", "invalid_number"),
    (r"(401|407|415|420|488|606)(:.*)?", "failed", "config_error"),
    (r"[3456]\d\d(:.*)?", "failed", "carrier_error"),
)
"""`sip_code`, and `:rang` or `:norang` where the proxy tells whether the telephone rang."""
EVENTS: Final = WordTable(
    (r"call\.initiated", "queued"),
    (r"call\.ringing", "ringing"),
    (r"call\.answered", "in_progress"),
    (r"call\.ended", "completed", "hangup"),
    (r"call\.failed", "failed"),
    (r"call\.cancel", "ignore"),
)
"""`event`; of `call.failed` the code decides, also after a `call.cancel`."""
HUNG_UP_BY: Final = {"caller": "caller_hangup", "callee": "callee_hangup", "timeout": "timeout"}
RANG: Final = {"1": "rang", "0": "norang"}
"""`rang`, where the proxy tells whether the telephone rang."""
_OK: Final = re.compile(r"2\d\d")
ANSWERED: Final = "200"
DUMMY: Final = ("123", "you")
"""The id and the caller of the message that Kamailio makes up where an event has none."""
COLUMNS: Final = ("callid", "call_id", "sip_code")
BRANCH, ANSWER = 0, 1
"""Standings of records of `acc`. An `INVITE` that failed ends one branch of a call, of which another may have
been answered before, or be answered yet: the answer outweighs it, whichever happened first."""
_DBTEXT = re.compile(rb"\s*\w+\((?:int|string|double|str)[,)]")
_SETUP: Final = """\
Your script already routes calls: by `tm`, `rr` and `pv`, with `record_route()` and `loose_route()`. Put these
lines behind the last `loadmodule` and `modparam` of `kamailio.cfg`:

    loadmodule "xlog.so"
    loadmodule "dialog.so"
    loadmodule "mqueue.so"
    loadmodule "rtimer.so"
    loadmodule "jansson.so"
    loadmodule "http_client.so"
    loadmodule "acc.so"
    loadmodule "acc_json.so"
    modparam("mqueue", "mqueue", "name=callboard;size=10000")
    modparam("rtimer", "timer", "name=callboard;interval=200000u;mode=1")
    modparam("rtimer", "exec", "timer=callboard;route=CALLBOARD_POST")
    modparam("acc", "cdr_enable", 1)
    modparam("acc_json", "acc_flag", -1)
    modparam("acc_json", "acc_output_mqueue", "")
    modparam("acc_json", "acc_output_syslog", -1)
    modparam("acc_json", "cdr_enable", 1)
    modparam("acc_json", "cdr_output_mqueue", "callboard")
    modparam("acc_json", "cdr_output_syslog", -1)
    modparam("acc_json", "cdr_extra", "call_id=$dlg_var(id);from=$dlg_var(caller);to=$dlg_var(called);\
    answer_time=$dlg_var(answer);sip_code=$dlg_var(code);hangup_by=$dlg_var(by);rang=$dlg_var(rang)")

this line where `request_route` relays the first `INVITE` of a call, before `t_relay()`:

    route(CALLBOARD);

and these routes at the end of the file:

    route[CALLBOARD] {
      dlg_manage();
      $dlg_var(id) = $ci;
      $dlg_var(tag) = $ft;
      $dlg_var(caller) = $fU;
      $dlg_var(called) = $rU;
      $dlg_var(answer) = "";
      $dlg_var(code) = "";
      $dlg_var(by) = "";
      $dlg_var(rang) = "0";
      if (!t_is_set("onreply_route")) {
        t_on_reply("CALLBOARD");
      }
      $var(event) = "call.initiated";
      route(CALLBOARD_TELL);
    }
    onreply_route[CALLBOARD] {
      route(CALLBOARD_REPLY);
    }
    route[CALLBOARD_REPLY] {
      if (is_method("INVITE") && ($rs == 180 || $rs == 183) && $dlg_var(answer) == "") {
        $dlg_var(rang) = "1";
        $var(event) = "call.ringing";
        route(CALLBOARD_TELL);
      }
    }
    event_route[dialog:start] {
      $dlg_var(answer) = $TV(Sn);
      $dlg_var(code) = "200";
      $var(event) = "call.answered";
      route(CALLBOARD_TELL);
    }
    event_route[dialog:failed] {
      $dlg_var(code) = "408";
      if ($rs != $null) {
        $dlg_var(code) = $rs;
      }
      $var(event) = "call.failed";
      route(CALLBOARD_TELL);
    }
    event_route[dialog:end] {
      if ($ci != $dlg_var(id)) {
        $dlg_var(by) = "timeout";
      } else if ($ft == $dlg_var(tag)) {
        $dlg_var(by) = "caller";
      } else {
        $dlg_var(by) = "callee";
      }
      $var(event) = "call.ended";
      route(CALLBOARD_TELL);
    }
    route[CALLBOARD_TELL] {
      $var(told) = $null;
      jansson_set("string", "event", "$var(event)", "$var(told)");
      jansson_set("string", "time", "$TV(Sn)", "$var(told)");
      jansson_set("string", "call_id", "$dlg_var(id)", "$var(told)");
      jansson_set("string", "from", "$dlg_var(caller)", "$var(told)");
      jansson_set("string", "to", "$dlg_var(called)", "$var(told)");
      if ($var(event) == "call.failed") {
        jansson_set("string", "sip_code", "$dlg_var(code)", "$var(told)");
        jansson_set("string", "rang", "$dlg_var(rang)", "$var(told)");
      }
      if ($var(event) == "call.ended") {
        jansson_set("string", "hangup_by", "$dlg_var(by)", "$var(told)");
      }
      mq_add("callboard", "event", "$var(told)");
    }
    route[CALLBOARD_POST] {
      while (mq_fetch("callboard")) {
        http_client_query("{url}", "$mqv(callboard)",
          "Content-Type: application/json\\r\\nX-Callboard-Secret: {secret}", "$var(answer)");
        if ($rc < 200 || $rc > 299) {
          xlog("L_ERR", "not posted ($rc): $mqv(callboard)\\n");
        }
      }
    }

Where your script has an `onreply_route` of its own, put `route(CALLBOARD_REPLY);` into it: without it a 408
is read as that of a next hop that is dead, also where the telephone rang. Leave out modules that are loaded
already.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """An event for each record: a live event, a transaction of `acc`, or a record of a whole dialog."""
    found = Translation()
    with found.record():
        body = delivery.body.lstrip()
        is_json = body[:1] in (b"{", b"[")
        if is_json:
            records = json_records(body)
        else:
            records = (
                _dbtext(body) if _DBTEXT.match(body) else table_rows(delivery.body, *COLUMNS, by_line=True)
            )
        if not records:
            found.ignored.append("empty")
        for part, record in enumerate(records):
            with found.record(part):
                row = readable(record) if is_json else told(record)
                if not isinstance(row, dict):
                    raise Unfit("unreadable", "A record is no JSON object.")
                _record(row, settings, found)
    return found


def _dbtext(body: bytes) -> list[dict[str, str] | None]:
    """The rows of a table of `db_text`: a line of names with types, and cells apart by colons."""
    heading, *lines = body.decode("utf-8", "replace").splitlines()
    names = re.findall(r"(\w+)\([^)]*\)", heading)
    rows: list[dict[str, str] | None] = []
    for line in filter(str.strip, lines):
        cells = [re.sub(r"\\(.)", r"\1", cell) for cell in re.split(r"(?<!\\):", line)]
        rows.append(dict(zip(names, cells, strict=True)) if len(cells) == len(names) else None)
    return rows


def _record(row: Mapping[str, Any], settings: HookSettings, found: Translation) -> None:
    call_id = first_text(row.get("call_id"), row.get("callid"))
    if (call_id, first_text(row.get("from"), row.get("src_user"))) == DUMMY:
        raise Unfit("missing_id", "The ids are those of Kamailio's made-up message: read $dlg_var() instead.")
    said: dict[str, Any] | None
    if text(row.get("event")) is not None:
        said = _live(row, settings, found)
    elif text(row.get("method")) is not None:
        said = _transaction(row, settings, found)
    else:
        said = _dialog(row, settings, found)
    if said is None:
        return
    is_bye = (text(row.get("method")) or "").upper() == "BYE"
    event = call_event(
        call_id,
        **said,
        task_id=task_of(row),
        external_ids={"sip_call_id": call_id} if call_id else None,
        metadata=metadata(settings, row, **_metadata(row, said)),
    )
    if said["call_status"] == "in_progress":
        event["source_end_reason"] = None  # a branch that lost may have told one
    if not is_bye:  # it comes from whoever hung up, and names that one first
        caller = first_text(row.get("from"), row.get("src_user"))
        called = first_text(row.get("to"), row.get("dst_ouser"), row.get("dst_user"))
        parties(event, party(caller), party(called))
    found.events.append(event)


def _live(row: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any] | None:
    """What a live event of our configuration says."""
    word = text(row.get("event")) or ""
    meaning = EVENTS.look_up(word, answered=False)
    if meaning is None:
        raise Unfit(
            "unknown_status", f"The event {word[:1000]!r} is in no table of this platform.", word[:1000]
        )
    if meaning.ignored:
        found.ignored.append(word)
        return None
    at = moment(row.get("time"), "time", settings.timezone)
    if meaning.status == "completed":
        return {"occurred_at": at, **_hung_up(row, at, found)}
    if meaning.status == "failed":
        return {"occurred_at": at, **_by_code(row, at, found)}
    if meaning.status == "in_progress":
        # As heavy as `call.failed`, which a script may send of each target that it tries in turn.
        return {"occurred_at": at, "call_status": meaning.status, "start_time": at, "standing": 2}
    return {"occurred_at": at, "call_status": meaning.status}


def _transaction(row: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any] | None:
    """What a record of `acc` or `missed_calls` says: an answer, the end of a branch, or of the call."""
    method, code = (text(row.get("method")) or "").upper(), _code(row)
    at = moment(first_text(row.get("time_hires"), row.get("time")), "time", settings.timezone)
    if method == "BYE":
        return {"occurred_at": at, **_hung_up(row, at, found)}
    if method != "INVITE":
        found.ignored.append(f"method {method[:100].lower()}")
        return None
    if _OK.fullmatch(code):
        return {"occurred_at": at, "call_status": "in_progress", "start_time": at, "standing": ANSWER}
    return {"occurred_at": at, **_by_code(row, at, found), "standing": BRANCH}


def _dialog(row: Mapping[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
    """What a record of `acc_cdrs` says: the whole call. Its length counts from the INVITE."""
    zone = settings.timezone
    began, end = (
        moment(row.get("start_time"), "start_time", zone),
        moment(row.get("end_time"), "end_time", zone),
    )
    answer = moment(row.get("answer_time"), "answer_time", zone)
    length, code = seconds(row.get("duration"), "duration"), _code(row)
    if not code and length is None and began is None and end is None:
        raise Unfit("unreadable", "The record tells neither when the call was nor how it ended.")
    if code and answer is not None and CODES.look_up(code, answered=True) is None:
        count_unknown("end_reason", code, CODES, found)
    # An answer outweighs the code, which a script may have kept of a branch that lost.
    if _OK.fullmatch(code) or answer is not None or (not code and length):
        said = _hung_up(row, end, found) | {"start_time": answer}
        return {"occurred_at": end, "creation_time": began, **said}
    # The end of a failed one is its beginning, however long it rang.
    return {"occurred_at": began, "creation_time": began, **_by_code(row, None, found)}


def _hung_up(row: Mapping[str, Any], end: int | None, found: Translation) -> dict[str, Any]:
    """The end of an answered call. One that a timer ended was over before, nobody knows when."""
    by = known("hangup_by", row.get("hangup_by"), HUNG_UP_BY, found)
    said = ending(end_of(CODES, ANSWERED, found, answered=True), ANSWERED, end if by != "timeout" else None)
    return said | ({"end_reason": by} if by else {})


def _by_code(row: Mapping[str, Any], end: int | None, found: Translation) -> dict[str, Any]:
    """The end of a call that was not answered."""
    code, rang = _code(row), known("end_reason", row.get("rang"), RANG, found)
    word = f"{code}:{rang}" if rang else code
    return ending(end_of(CODES, word, found, answered=False, shown="failed"), word, end)


def _code(row: Mapping[str, Any]) -> str:
    return (text(row.get("sip_code")) or "")[:100]


def _metadata(row: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The length of a call of which it is not known when it was answered."""
    if "start_time" not in row or said.get("start_time") is not None or said["call_status"] != "completed":
        return {}
    return (
        {"total_seconds": seconds(row.get("duration"), "duration")}
        if said.get("end_time") is not None
        else {}
    )


KAMAILIO: Final = Platform(
    name="kamailio",
    weighs_itself=True,
    title="Kamailio",
    signature=HEADER,
    translate=translate,
    words={"end_reason": CODES, "call_status": EVENTS},
    setup=_SETUP,
    tables=COLUMNS,
    rows_are_lines=True,
)
