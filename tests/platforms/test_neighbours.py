"""Of several records in one delivery, one that cannot be read costs none of the others, wherever it is."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.platforms.delivery import (
    FROM_FILE,
    PULLED,
    Delivery,
    HookSettings,
    Translation,
)
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import RECEIVED

AT = "2026-03-05T12:00:00Z"
AT_S = 1772712000


def freeswitch(call_id: str) -> dict[str, Any]:
    said = {
        "uuid": call_id,
        "hangup_cause": "USER_BUSY",
        "start_epoch": str(AT_S),
        "end_epoch": str(AT_S + 9),
    }
    return {"variables": said, "callflow": []}


def amazon(call_id: str) -> dict[str, Any]:
    times = {"InitiationTimestamp": AT, "DisconnectTimestamp": "2026-03-05T12:00:30Z"}
    return {"ContactId": call_id, "Channel": "VOICE", "InitiationMethod": "INBOUND", **times}


RECORDS: dict[str, Any] = {
    "kamailio": lambda each: {"callid": each, "method": "INVITE", "sip_code": "486", "time": AT_S},
    "asterisk": lambda each: {
        "linkedid": each, "disposition": "BUSY", "start": "2026-03-05 12:00:00", "end": "2026-03-05 12:00:09",
    },
    "freeswitch": freeswitch,
    "amazon_connect": amazon,
    "generic": lambda each: {"call_id": each, "call_status": "ringing", "occurred_at": AT},
    "unpod": lambda each: {"id": each, "call_status": "completed", "start_time": AT, "end_time": AT},
    "bland": lambda each: {"call_id": each, "completed": True, "status": "completed", "created_at": AT},
    "retell": lambda each: {
        "call_id": each, "call_status": "ended", "disconnection_reason": "user_hangup",
        "start_timestamp": AT_S * 1_000, "end_timestamp": AT_S * 1_000 + 9_000,
    },
}  # fmt: skip
"""Platform → a record about a call. Those that are asked for lists are told them."""
ASKED: dict[str, str] = {"bland": PULLED, "retell": PULLED, "amazon_connect": FROM_FILE}
LISTS = {"generic": "events", "unpod": "results", "bland": "calls", "retell": "calls"}
BAD = (
    b'{"call_id": "x", "call_id": "y"}',  # which of both?
    b'{"call_id": NaN}',
    b'{"call_id": "\xff"}',
    b'{"call_id": "\\ud800"}',
    b'{"call_id": "x", "a": }',
    b'{"a": ' * 40 + b"1" + b"}" * 40,
    b"{}",
    b'{"call_id": "<null>", "callid": "(null)", "id": "${id}", "linkedid": "$(uniqueid)"}',
)
"""Records that cannot be read, each within its braces."""
TORN = (*BAD, b'{"call_id": "x', b'{"call_id": {"a": 1', b"Error: disk full")
"""What may be a line among others."""


def translated(platform: str, body: bytes) -> Translation:
    delivery = Delivery(method=ASKED.get(platform, "POST"), body=body, received_at=RECEIVED)
    return PLATFORMS[platform].translate(delivery, HookSettings())


def ids(found: Translation) -> list[str]:
    return [each["call_id"].rpartition(":")[2] for each in found.events]


def bodies(records: list[bytes], platform: str) -> dict[str, bytes]:
    listed = b"[" + b", ".join(records) + b"]"
    found = {"list": listed, "long": listed.replace(b", ", b",\n"), "lines": b"\n".join(records) + b"\n"}
    if platform in LISTS:
        found["under"] = b'{"total": 3, "' + LISTS[platform].encode() + b'": ' + listed + b"}"
    return found


@pytest.mark.parametrize("platform", RECORDS)
@given(data=st.data())
def test_a_record_that_cannot_be_read_costs_no_other(platform, data):
    """In a list, under a key, or one a line; only that one is in quarantine, with why."""
    names = [f"c{number}" for number in range(data.draw(st.integers(0, 5)))]
    records = [json.dumps(RECORDS[platform](name)).encode() for name in names]
    shape = data.draw(st.sampled_from(["list", "long", "lines", *(["under"] * (platform in LISTS))]))
    bad = data.draw(st.sampled_from(TORN if shape == "lines" else BAD))
    # A body that begins with a text is no JSON.
    place = data.draw(st.integers(bad[:1] != b"{", max(len(records), bad[:1] != b"{")))
    records = records or [json.dumps(RECORDS[platform]("c0")).encode()] if place else records
    names = names or ["c0"] if place else names
    records.insert(place, bad)
    found = translated(platform, bodies(records, platform)[shape])
    assert ids(found) == names
    assert len(found.quarantined) + len(found.ignored) == 1
    for each in found.quarantined:
        assert each.part == place
        assert each.reason in ("unreadable", "missing_id", "unknown_status")


@given(st.lists(st.sampled_from(["good", *BAD]), max_size=6))
def test_a_damaged_record_of_firehose_costs_no_other_of_its_batch(kinds):
    """Several contacts may be packed into one record of the stream."""
    good = [f"c{place}" for place, kind in enumerate(kinds) if kind == "good"]
    packed = [
        json.dumps(amazon(f"c{place}")).encode() if kind == "good" else kind
        for place, kind in enumerate(kinds)
    ]
    for records in (packed, [b"".join(packed)], [b"[" + b",".join(packed) + b"]"]):
        sent = [{"data": base64.b64encode(each).decode()} for each in records]
        body = json.dumps({"requestId": "r", "records": sent}).encode()
        delivery = Delivery(body=body, received_at=RECEIVED)
        found = PLATFORMS["amazon_connect"].translate(delivery, HookSettings())
        assert ids(found) == good
        if packed:
            assert len(found.quarantined) == len(kinds) - len(good)


ASTERISK = (
    '"","+12025550101","100","from-trunk","""A"" <1>","SIP/1-1","SIP/2-1","Dial","","{start}",,'
    '"{end}",9,0,"{word}","DOCUMENTATION","1772712000.{name}"'
)
FREESWITCH = (
    '"A","+12025550101","100","public","{start}","","{end}","9","0","{word}",'
    '"00000000-0000-0000-0000-00000000000{name}","",""'
)


@pytest.mark.parametrize(
    ("platform", "row", "word", "others"),
    [
        ("asterisk", ASTERISK, "BUSY", ["PROGRESS", "", "🙂", "ANSWERED ELSEWHERE"]),
        ("freeswitch", FREESWITCH, "USER_BUSY", ["ODD", "", "normal clearing", "🙂"]),
    ],
)
@given(data=st.data())
def test_an_odd_row_of_a_table_without_a_header_costs_no_other(platform, row, word, others, data):
    """One row alone has its layout, too: it may be that which is posted. An unknown word costs its field, and
    is counted; a damaged time, a row that was cut off or is none costs the row.
    """
    many = data.draw(st.integers(0, 4))
    rows = [_row(row, name, word) for name in range(many)]
    odd, place = data.draw(st.sampled_from(others)), data.draw(st.integers(0, many))
    found = translated(platform, "\n".join([*rows[:place], _row(row, 9, odd), *rows[place:]]).encode())
    if odd or platform == "freeswitch":
        assert len(found.events) == many + 1
        assert [each.word for each in found.unknown_words] == [odd]
        assert found.events[place]["call_status"] == "failed"
    else:
        assert (len(found.events), [each.part for each in found.quarantined]) == (many, [place])
    if rows:
        whole = _row(row, 9, word)
        junk = ",".join(["x"] * (whole.count(",") + 1))
        damaged = data.draw(
            st.sampled_from([_row(row, 9, word, start="soon"), whole[:-60], junk, "disk full"])
        )
        found = translated(platform, "\n".join([*rows[:place], damaged, *rows[place:]]).encode())
        assert len(found.events) + len(found.quarantined) == many + 1
        assert len(found.events) >= many
        assert all(each.part == place for each in found.quarantined)


def _row(row: str, name: int, word: str, start: str = "2026-03-05 12:00:00") -> str:
    return row.format(name=name, word=word, start=start, end="2026-03-05 12:00:09")


def test_a_quote_that_is_never_closed_costs_its_row_alone():
    head = "method,callid,sip_code,sip_reason,time\n"
    rows = "".join(f"INVITE,c{number},486,Busy,2026-03-02 09:30:00\n" for number in range(3))
    found = translated("kamailio", f'{head}INVITE,x,486,"Busy,2026-03-02 09:30:00\n{rows}'.encode())
    assert ids(found) == ["c0", "c1", "c2"]
    assert [(each.reason, each.part) for each in found.quarantined] == [("unreadable", 0)]


def test_rows_of_another_platform_are_none_of_this_one():
    """Known by their layout, which is not asked for a table of its own columns alone."""
    found = translated("freeswitch", _row(ASTERISK, 1, "BUSY").encode())
    assert (found.events, len(found.quarantined)) == ([], 1)


UNFILLED = ["{{phone}}", "${phone}", "$(phone)", "<null>", "(null)", " [object Object] "]


@pytest.mark.parametrize("null", UNFILLED)
def test_what_a_template_left_unfilled_is_no_field_of_our_own_shapes(null):
    """Also in a list or an object. Its status is a word that nobody knows; without an id it names no call."""
    call = RECORDS["generic"]("c1")
    told = {"source_number": null, "group_id": [null, "g"], "metadata": {"a": null, "b": "x"}, "agent": None}
    [event] = translated("generic", json.dumps(call | told).encode()).events
    assert event == call | {"group_id": ["g"], "metadata": {"b": "x"}, "agent": None, "type": "call"}
    [fault] = translated("generic", json.dumps(call | {"call_status": null}).encode()).quarantined
    assert (fault.reason, fault.word) == ("unknown_status", null)
    [fault] = translated("generic", json.dumps(call | {"call_id": null}).encode()).quarantined
    assert fault.reason == "missing_id"


@pytest.mark.parametrize("platform", sorted(RECORDS.keys() - {"generic"}))
@given(
    null=st.sampled_from(
        [
            *UNFILLED,
            "None",
            "NULL",
            "undefined",
            "",
            "  ",
            "<unknown>",
            "_undef_",
            "$${x}",
            "#{x}",
            "<no value>",
        ]
    )
)
def test_what_is_written_for_nothing_is_no_id(platform, null):
    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without(each) for key, each in value.items()}
        return null if value == "the id" else value

    found = translated(platform, json.dumps([without(RECORDS[platform]("the id"))]).encode())
    assert found.events == []
    assert [each.reason for each in found.quarantined] == ["missing_id"]
