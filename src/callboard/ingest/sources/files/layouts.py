"""Known layouts of files without a header line, recognised by the shape of their cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

_TIME = r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?"
_SHAPES: Final = {
    "time": re.compile(_TIME),
    "time?": re.compile(rf"(?:{_TIME}|0000-00-00 00:00:00)?"),
    "whole": re.compile(r"\d{1,7}"),
    "whole?": re.compile(r"-?\d{0,7}|\\N|NULL"),
    "number": re.compile(r"\d+"),
    "unix": re.compile(r"1\d{9}"),
    "unix?": re.compile(r"(?:1\d{9}|\\N|NULL|0)?"),
    "code": re.compile(r"[A-Z0-9_-]{1,10}"),
    "decimal": re.compile(r"\d{1,7}(?:\.\d+)?"),
    "disposition": re.compile(r"ANSWERED|NO ANSWER|BUSY|FAILED|CONGESTION|NO_ANSWER|UNKNOWN", re.IGNORECASE),
    "amaflags": re.compile(r"DOCUMENTATION|BILLING|OMIT|DEFAULT|Unknown|[0-9]?", re.IGNORECASE),
    "uniqueid": re.compile(r"(?:[\w.-]+-)?\d{9,10}\.\d+"),
    "cause": re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|SUCCESS|NONE"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "uuid?": re.compile(r"(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?"),
    "method": re.compile(r"INVITE|BYE|CANCEL|ACK|PRACK|UPDATE|REFER|MESSAGE|REGISTER|OPTIONS|INFO"),
    "sip_code": re.compile(r"[1-6]\d\d"),
    "clock": re.compile(r"\d{1,3}:\d\d:\d\d"),
    "way": re.compile(r"[IO]"),
    "flag": re.compile(r"[01]"),
    "history": re.compile(r"(?:Call )?\d+"),
    "ended": re.compile(r"(?:Terminated|Failed|Replaced|Cancelled|Divert|NotAvailable|Busy|NoAnswer)\w*"),
}


class Layout(NamedTuple):
    """The columns of a file without a header; some may lack at the end."""

    name: str
    columns: tuple[str, ...]
    shapes: dict[str, str]
    """Column → the shape that each of its cells has."""
    is_open: bool = False
    """More columns may follow."""


_CDR_CSV = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start",
    "answer", "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
_CDR_CSV_SHAPES = {
    "start": "time", "answer": "time?", "end": "time?", "duration": "decimal", "billsec": "decimal",
    "disposition": "disposition", "amaflags": "amaflags",
}  # fmt: skip
_CDR_CUSTOM = (
    "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield",
)  # fmt: skip
_NEWER = ("peeraccount", "linkedid", "sequence")
_CDR_TABLE = (
    "calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "duration",
    "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield",
)  # fmt: skip
_CDR_TABLE_SHAPES = {
    "calldate": "time", "duration": "whole", "billsec": "whole", "disposition": "disposition",
    "amaflags": "amaflags",
}  # fmt: skip
_FREEPBX = ("did", "recordingfile", "cnum", "cnam", "outbound_cnum", "outbound_cnam", "dst_cnam")
_FREEPBX_NEWER = ("linkedid", "peeraccount", "sequence")
_FREESWITCH = (
    "caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp", "answer_stamp",
    "end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid", "accountcode",
)  # fmt: skip
_FREESWITCH_SHAPES = {
    "start_stamp": "time", "answer_stamp": "time?", "end_stamp": "time?", "duration": "whole",
    "billsec": "whole", "hangup_cause": "cause", "uuid": "uuid", "bleg_uuid": "uuid?",
}  # fmt: skip
_ACC = ("id", "method", "from_tag", "to_tag", "callid", "sip_code", "sip_reason", "time")
_ACC_SHAPES = {"id": "whole", "method": "method", "sip_code": "sip_code", "time": "time"}
_ACC_MORE = ("src_user", "src_domain", "src_ip", "dst_ouser", "dst_user", "dst_domain")
_SMDR = (
    "call_start", "connected_time", "ring_time", "caller", "direction", "called_number", "dialled_number",
    "account", "is_internal", "call_id", "continuation", "party1_device", "party1_name", "party2_device",
    "party2_name", "hold_time", "park_time", "auth_valid", "auth_code", "user_charged", "call_charge",
    "currency", "amount_at_last_user_change", "call_units", "units_at_last_user_change", "cost_per_unit",
    "mark_up", "external_targeting_cause", "external_targeter_id", "external_targeted_number",
)  # fmt: skip
_SMDR_SHAPES = {
    "call_start": "time", "connected_time": "clock", "ring_time": "whole", "direction": "way",
    "is_internal": "flag", "call_id": "whole", "continuation": "flag",
}  # fmt: skip
_3CX = (
    "historyid", "callid", "duration", "time-start", "time-answered", "time-end", "reason-terminated",
    "from-no", "to-no", "from-dn", "to-dn", "dial-no", "reason-changed", "final-number", "final-dn",
    "bill-code", "bill-rate", "bill-cost", "bill-name", "chain", "from-type", "to-type", "final-type",
    "from-dispname", "to-dispname", "final-dispname", "missed-queue-calls",
)  # fmt: skip
_3CX_SHAPES = {
    "historyid": "history", "duration": "clock", "time-start": "time", "time-answered": "time?",
    "time-end": "time", "reason-terminated": "ended",
}  # fmt: skip

_VICIDIAL = (
    "uniqueid", "lead_id", "list_id", "campaign_id", "call_date", "start_epoch", "end_epoch", "length_in_sec",
    "status", "phone_code", "phone_number", "user", "comments", "processed", "user_group", "term_reason",
    "alt_dial", "called_count",
)  # fmt: skip
_VICIDIAL_SHAPES = {
    "uniqueid": "uniqueid", "lead_id": "whole", "list_id": "number", "call_date": "time",
    "start_epoch": "unix", "end_epoch": "unix?", "length_in_sec": "whole?", "status": "code",
}  # fmt: skip
_VICIDIAL_CLOSER = (
    "closecallid", *_VICIDIAL[1:14], "queue_seconds", "user_group", "xfercallid", "term_reason", "uniqueid",
    "agent_only", "queue_position", "called_count",
)  # fmt: skip
_VICIDIAL_CLOSER_SHAPES = {each: shape for each, shape in _VICIDIAL_SHAPES.items() if each != "uniqueid"} | {
    "closecallid": "whole",
    "queue_seconds": "decimal",
    "uniqueid": "uniqueid",
}

LAYOUTS: Final = (
    Layout("Asterisk CDR", _CDR_CSV, _CDR_CSV_SHAPES),
    Layout("Asterisk CDR", (*_CDR_CSV, "uniqueid"), _CDR_CSV_SHAPES | {"uniqueid": "uniqueid"}),
    Layout("Asterisk CDR", (*_CDR_CSV, "userfield"), _CDR_CSV_SHAPES),
    Layout("Asterisk CDR", (*_CDR_CSV, "uniqueid", "userfield"), _CDR_CSV_SHAPES | {"uniqueid": "uniqueid"}),
    Layout("Asterisk CDR", (*_CDR_CSV, *_NEWER), _CDR_CSV_SHAPES | {"sequence": "whole"}),
    Layout(
        "Asterisk CDR",
        (*_CDR_CSV, "uniqueid", "userfield", *_NEWER),
        _CDR_CSV_SHAPES | {"uniqueid": "uniqueid", "sequence": "whole"},
    ),
    Layout("Asterisk cdr_custom", _CDR_CUSTOM, _CDR_CSV_SHAPES | {"uniqueid": "uniqueid"}),
    Layout("Asterisk cdr_custom", (*_CDR_CUSTOM, "sequence"), _CDR_CSV_SHAPES | {"uniqueid": "uniqueid"}),
    Layout(
        "FreeSWITCH CDR (asterisk template)",
        (
            "accountcode", "caller_id_number", "destination_number", "context", "caller_id", "channel_name",
            "bridge_channel", "last_app", "last_arg", "start_stamp", "answer_stamp", "end_stamp", "duration",
            "billsec", "hangup_cause", "amaflags", "uuid", "userfield",
        ),
        _FREESWITCH_SHAPES,
    ),
    Layout("FreeSWITCH CDR (sql template)", _FREESWITCH, _FREESWITCH_SHAPES),
    Layout(
        "FreeSWITCH CDR (example template)", (*_FREESWITCH, "read_codec", "write_codec"), _FREESWITCH_SHAPES
    ),
    Layout(
        "FreeSWITCH CDR (snom template)",
        (
            *_FREESWITCH, "read_codec", "write_codec", "sip_user_agent", "call_clientcode", "sip_rtp_rxstat",
            "sip_rtp_txstat", "sofia_record_file",
        ),
        _FREESWITCH_SHAPES,
    ),
    Layout(
        "FreeSWITCH CDR (linksys template)",
        (*_FREESWITCH, "read_codec", "write_codec", "sip_user_agent", "sip_p_rtp_stat"),
        _FREESWITCH_SHAPES,
    ),
    Layout("Asterisk cdr table", _CDR_TABLE[:14], _CDR_TABLE_SHAPES),
    Layout("Asterisk cdr table", _CDR_TABLE[:15], _CDR_TABLE_SHAPES | {"uniqueid": "uniqueid"}),
    Layout("Asterisk cdr table", _CDR_TABLE, _CDR_TABLE_SHAPES | {"uniqueid": "uniqueid"}),
    Layout("Asterisk cdr table", ("id", *_CDR_TABLE), _CDR_TABLE_SHAPES | {"id": "whole"}),
    Layout("FreePBX cdr table", (*_CDR_TABLE, *_FREEPBX), _CDR_TABLE_SHAPES | {"uniqueid": "uniqueid"}),
    Layout(
        "FreePBX cdr table",
        (*_CDR_TABLE, *_FREEPBX, *_FREEPBX_NEWER),
        _CDR_TABLE_SHAPES | {"uniqueid": "uniqueid", "sequence": "whole"},
    ),
    Layout("Kamailio acc table", _ACC, _ACC_SHAPES),
    Layout("Kamailio acc table", (*_ACC, *_ACC_MORE), _ACC_SHAPES),
    *(Layout("Avaya IP Office SMDR", _SMDR[:width], _SMDR_SHAPES) for width in (17, 25, 27, 28, 30)),
    Layout("ViciDial vicidial_log table", _VICIDIAL, _VICIDIAL_SHAPES, is_open=True),
    Layout("ViciDial vicidial_closer_log table", _VICIDIAL_CLOSER, _VICIDIAL_CLOSER_SHAPES, is_open=True),
    Layout("Asterisk CDR", (*_CDR_CSV, "uniqueid"), _CDR_CSV_SHAPES | {"uniqueid": "uniqueid"}, is_open=True),
    Layout("Asterisk cdr table", _CDR_TABLE, _CDR_TABLE_SHAPES | {"uniqueid": "uniqueid"}, is_open=True),
    Layout(
        "Asterisk cdr table",
        ("id", *_CDR_TABLE),
        _CDR_TABLE_SHAPES | {"id": "whole", "uniqueid": "uniqueid"},
        is_open=True,
    ),
    Layout("Avaya IP Office SMDR", _SMDR, _SMDR_SHAPES, is_open=True),
    Layout("3CX CDR", _3CX, _3CX_SHAPES),
    Layout("3CX CDR", _3CX[:26], _3CX_SHAPES),
)  # fmt: skip


def layout_of(rows: Sequence[Sequence[str]], named: Collection[str] = ()) -> Layout | None:
    """The layout of some rows of one width; None where there is none. `named`: columns of which it has one.

    The first that all rows have but one of 20. Else, as one word or time that is no such costs no other row:
    that which most of them have but for one cell, if they are more than half, or any where columns are
    `named`; of several such ones that with the fewest cells that do not fit.
    """
    layouts = [each for each in LAYOUTS if not named or not {*named}.isdisjoint(each.columns)]
    for each in layouts:
        misfits = sum(not _fits(each, row) for row in rows)
        if misfits * 20 <= len(rows) and misfits < len(rows):
            return _as_wide(each, rows)
    best, near_best, misfits_best = None, 0 if named else len(rows) // 2, 0
    for each in layouts:
        near = [count for row in rows if (count := _misfits(each, row)) <= 1]
        if len(near) > near_best or (best and len(near) == near_best and sum(near) < misfits_best):
            best, near_best, misfits_best = each, len(near), sum(near)
    return None if best is None else _as_wide(best, rows)


def _as_wide(layout: Layout, rows: Sequence[Sequence[str]]) -> Layout:
    return _widened(layout, len(rows[0])) if layout.is_open else layout


def _widened(layout: Layout, width: int) -> Layout:
    known = len(layout.columns)
    more = tuple(f"column_{number}" for number in range(known + 1, width + 1))
    return layout._replace(columns=layout.columns + more)


def _fits(layout: Layout, row: Sequence[str]) -> bool:
    return _misfits(layout, row, most=0) == 0


def _misfits(layout: Layout, row: Sequence[str], most: int = 1) -> int:
    """How many cells have not the shape of their column, counted to one more than `most`."""
    known = len(layout.columns)
    if len(row) != known and not (layout.is_open and len(row) > known):
        return most + 1
    count = 0
    for column, cell in zip(layout.columns, row, strict=False):
        if column in layout.shapes and not _SHAPES[layout.shapes[column]].fullmatch(cell.strip()):
            count += 1
            if count > most:
                break
    return count
