"""Values are read however platforms write them; what is there and cannot be read is never guessed."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from callboard.clock import exact
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.reading.bodies import (
    FIELDS_MAX,
    RECORDS_MAX,
    TOKENS_MAX,
    VALUES_MAX,
    at,
    form_fields,
    form_pairs,
    inner,
    json_object,
    json_values,
    rows,
)
from callboard.ingest.sources.platforms.reading.events import (
    METADATA_BYTES,
    call_event,
    metadata,
    money,
    parties,
)
from callboard.ingest.sources.platforms.reading.moments import moment, names_no_zone
from callboard.ingest.sources.platforms.reading.phones import Party, party
from callboard.ingest.sources.platforms.reading.tables import table_rows
from callboard.ingest.sources.platforms.reading.values import cut, number, seconds, text, whole
from callboard.ingest.sources.platforms.reading.values import length as clock_length
from callboard.ingest.sources.platforms.redaction import redacted
from callboard.ingest.sources.platforms.registry import PLATFORMS


@pytest.mark.parametrize(
    ("written", "zone", "instant"),
    [
        ("Mon, 02 Mar 2026 09:31:35 +0000", "UTC", "2026-03-02T09:31:35Z"),
        ("02 Mar 2026 09:31:35 -0530", "UTC", "2026-03-02T15:01:35Z"),
        ("Mon, 02 Mar 2026 09:31:35 GMT", "UTC", "2026-03-02T09:31:35Z"),
        ("2026-03-02T09:30:08.211Z", "UTC", "2026-03-02T09:30:08.211Z"),
        ("2026-03-02T09:30:08.211999999Z", "UTC", "2026-03-02T09:30:08.211999Z"),
        ("2026-03-02T03:30:08-0600", "UTC", "2026-03-02T09:30:08Z"),
        ("2026-03-02 09:30:08.731479Z", "UTC", "2026-03-02T09:30:08.731479Z"),
        ("2026-03-02 09:30:08+00:00", "UTC", "2026-03-02T09:30:08Z"),
        ("2026-03-02 09:30:08 UTC", "America/New_York", "2026-03-02T09:30:08Z"),
        ("2026-03-02 09:30:08 GMT", "America/New_York", "2026-03-02T09:30:08Z"),
        ("2026-03-02 09:30:08", "UTC", "2026-03-02T09:30:08Z"),
        ("2026-03-02 09:30:08", "Europe/Berlin", "2026-03-02T08:30:08Z"),
        ("2026-10-25 02:30:00", "Europe/Berlin", "2026-10-25T00:30:00Z"),
        ("Mar 02 2026 03:30:08 GMT-0600", "UTC", "2026-03-02T09:30:08Z"),
        ("Mon Mar 02 2026 03:30:08 GMT-0600 (Central Standard Time)", "UTC", "2026-03-02T09:30:08Z"),
        (1772443806, "UTC", "2026-03-02T09:30:06Z"),
        ("1772443806", "UTC", "2026-03-02T09:30:06Z"),
        (1772443806.25, "UTC", "2026-03-02T09:30:06.250Z"),
        (1772443806000, "UTC", "2026-03-02T09:30:06Z"),
        (1772443806000.0, "UTC", "2026-03-02T09:30:06Z"),
        ("1772443806123456", "UTC", "2026-03-02T09:30:06.123456Z"),
        (1772443806123456789, "UTC", "2026-03-02T09:30:06.123456Z"),
    ],
)
def test_a_time_is_read_in_any_form(written, zone, instant):
    assert exact(moment(written, "at", zone)) == instant


@pytest.mark.parametrize(
    "nothing", [None, "", " ", "None", "null", "{{start}}", "${start}", 0, "0", "0001-01-01T00:00:00+14:00"]
)
def test_no_time_is_none(nothing):
    assert moment(nothing, "at") is None


@pytest.mark.parametrize(
    ("written", "names_none"),
    [
        ("2026-03-02 09:30:00", True), ("2026-03-02T09:30:00.250", True), ("20260302T093000", True),
        ("Mon, 02 Mar 2026 09:31:35", True), ("02 Mar 2026 09:31:35", True),
        ("2026-03-02T09:30:00Z", False), ("2026-03-02 09:30:00-0600", False),
        ("2026-03-02 09:30:00 UTC", False),
        ("Mon, 02 Mar 2026 09:31:35 +0000", False), ("Mon, 02 Mar 2026 09:31:35 PST", False),
        ("Mar 02 2026 03:30:08 GMT-0600", False), ("1772443806", False), ("", False), ("None", False),
        ("0000-00-00 00:00:00", False), ("soon", False), ("2026-13-45T00:00:00", False),
    ],
)  # fmt: skip
def test_a_time_names_its_zone_or_does_not(written, names_none):
    assert names_no_zone(written) is names_none


@pytest.mark.parametrize(
    "written",
    [
        "soon", "2026-13-45T00:00:00Z", "2026-03-02", "09:30", "-5", True, {}, [], "1e99", "9" * 25,
        "2026-03-02T09:30:08+99:00", "Mon, 32 Mar 2026 09:31:35 +0000", "Mon, 02 Foo 2026 09:31:35 +0000",
        "Mon, 02 Mar 2026 09:31:35 PST", "2026-03-02T09:30:08Z" + " " * 80 + "x", float("inf"),
        "0001-01-02T00:00:00+14:00", 5, "1999-12-31T23:59:59Z", 631_152_000, "9999-01-01T00:00:00Z",
        "9999-12-31T23:59:59-10:00", "9999-12-31 23:59:59", 253_402_300_799, "Foo 02 2026 03:30:08 GMT-0600",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(written):
    """A delivery with it goes to quarantine; a guess would move a call to another day."""
    with pytest.raises(Unfit) as refused:
        moment(written, "endedAt")
    assert refused.value.reason == "bad_time"
    assert "endedAt" in str(refused.value)


@pytest.mark.parametrize(
    ("written", "length"),
    [
        (62, 62), ("62", 62), (62.27, 62.27), ("62.2704", 62.27), ("0", 0), (0.0, 0), ("1e2", 100),
        (None, None), ("", None), ("None", None), ("-1", None), (float("nan"), None),
    ],
)  # fmt: skip
def test_a_length_is_read_in_any_form(written, length):
    assert seconds(written, "duration") == length


def test_a_length_of_more_than_seven_days_is_refused():
    """It is in other units, or of a clock that was never set."""
    assert seconds(604_800, "duration") == 604_800
    with pytest.raises(Unfit):
        seconds("604800.001", "duration")


def test_a_length_in_milliseconds_is_in_seconds():
    assert seconds("62270", "duration_ms", per_second=1000) == 62.27


@pytest.mark.parametrize("written", ["a minute", True, {}, [], "1,5", "0x10", "1" * 40, "1e400"])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(Unfit):
        number(written, "duration")


def test_a_whole_number_may_be_written_with_a_fraction():
    assert whole("3.0", "sequence") == 3


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (" Renewals ", "Renewals"), (7, "7"), (1234567890123456, "1234567890123456"),
        ("", None), (None, None), ("{{task_id}}", None), ("${task_id}", None),
        ("%%task%%", None), ("None", None), (True, None),
        ({}, None), ("{{a}} and more", "{{a}} and more"), ("none left", "none left"),
    ],
)  # fmt: skip
def test_a_variable_that_was_left_unfilled_is_no_text(written, found):
    assert text(written) == found


def test_a_text_is_cut_between_two_characters():
    assert cut("äöü", 5) == "äö"
    assert cut(None, 5) is None


@pytest.mark.parametrize(
    ("written", "plus", "found"),
    [
        ("+12025550143", False, Party("+12025550143")),
        ("+1 (202) 555-0143", False, Party("+12025550143")),
        ("0012025550143", False, Party("+12025550143")),
        ("12025550143", True, Party("+12025550143")),
        ("12025550143", False, Party("12025550143")),
        ("020 7946 0123", True, Party("02079460123")),
        ("112", True, Party("112")),
        ("sip:+12025550143@example.net;transport=tcp", False, Party("+12025550143")),
        ("sip:desk@example.net", False, Party("sip:desk@example.net")),
        ("client:agent_7", False, Party("client:agent_7")),
        ("anonymous", False, Party(withheld=True)),
        ("+266696687", False, Party(withheld=True)),
        ("sip:anonymous@anonymous.invalid", False, Party(withheld=True)),
        ("Restricted", False, Party(withheld=True)),
        ("sip:" + "x" * 80, False, Party(address="sip:" + "x" * 80)),
        ("", False, Party()),
        (None, False, Party()),
    ],
)
def test_a_party_is_a_number_where_it_can_be_told(written, plus, found):
    assert party(written, plus=plus) == found


def test_a_number_that_is_withheld_is_said_to_be_none():
    """Not only left out: an earlier number of the same call is none."""
    event = call_event("CA1", metadata={"campaign": "spring"})
    parties(event, Party(withheld=True), Party("+12025550143"))
    assert event["source_number"] is None
    assert event["destination_number"] == "+12025550143"
    assert event["metadata"] == {"campaign": "spring", "number_withheld": True}


def delivery(body: bytes, query: str = "", method: str = "POST") -> Delivery:
    return Delivery(method=method, body=body, query=query, received_at=0)


def test_a_form_keeps_blank_fields_and_the_first_of_repeated_ones():
    assert form_fields(delivery(b"a=1&b=&a=2&c=K%C3%B6ln+S")) == {"a": "1", "b": "", "c": "Köln S"}
    assert form_fields(delivery(b"a=1", query="a=2", method="GET")) == {"a": "2"}


@given(st.text("ab&=%+é 0C3A9", max_size=40))
def test_a_form_is_read_as_the_standard_library_reads_it(text):
    assert form_pairs(text) == parse_qsl(text, keep_blank_values=True)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"a": 1}', b"&".join([b"a=1"] * (FIELDS_MAX + 1))])
def test_what_is_no_form_is_unreadable(body):
    with pytest.raises(Unfit) as refused:
        form_fields(delivery(body))
    assert refused.value.reason == "unreadable"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"a=1", b"[1]", b"null", b'{"a": 1', b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}', b'{"a": "\xff"}', b"{" * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"a": [' + b"1," * (VALUES_MAX + 1) + b"1]}", "{}".encode("utf-16"),
        b'{"\\u0022": 1, "\\u0022": 2}',
    ],
    ids=lambda body: body[:20],
)  # fmt: skip
def test_what_is_no_json_object_is_unreadable(body):
    """And within bounds: no body makes the reader raise anything else, or take for ever."""
    with pytest.raises(Unfit) as refused:
        json_object(body)
    assert refused.value.reason == "unreadable"


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text(), st.lists).map(lambda it: json.dumps(it).encode())
)
def test_any_body_is_read_or_unreadable(body):
    try:
        json_object(body)
    except Unfit as refused:
        assert refused.reason == "unreadable"  # noqa: PT017 - most bodies are read


def test_a_path_leads_to_nothing_through_what_is_no_object():
    assert at({"a": [1]}, "a", "b") is None
    assert at({"a": {"b": 1}}, "a", "b") == 1
    assert inner({"a": 1}, "a") == {}


def test_rows_lie_in_a_list_or_under_a_key_or_alone():
    assert rows(b"[1, 2]", "calls") == [1, 2]
    assert rows(b'{"calls": [1]}', "calls") == [1]
    assert rows(b'{"id": 1}', "calls") == [{"id": 1}]
    with pytest.raises(Unfit):
        rows(b"7")


def test_metadata_stays_within_its_bytes_and_says_what_is_not_in_it():
    """No transcript gets in by being someone's metadata."""
    settings = HookSettings(metadata_keys=("notes", "space"))
    own = {"notes": {"all": "x" * 20_000}, "space": "renewals", "other": 1}
    found = metadata(settings, own, summary="y" * 5_000, campaign=None)
    assert found == {"space": "renewals", "summary": "y" * 2_000, "left_out": ["notes"]}
    assert len(json.dumps(found)) < METADATA_BYTES


def test_a_recording_is_kept_only_where_the_settings_say_so():
    assert metadata(HookSettings(), recording_url="https://rec.example/1") == {}
    kept = metadata(HookSettings(keep_recordings=True), recording_url="https://rec.example/1")
    assert kept == {"recording_url": "https://rec.example/1"}


@pytest.mark.parametrize(
    ("amount", "currency", "per_unit", "found"),
    [
        ("-0.00850", "usd", 1, {"amount": 0.0085, "currency": "USD"}),
        (14.2, "USD", 100, {"amount": 0.142, "currency": "USD"}),
        (None, "USD", 1, None),
        ("1", None, 1, None),
        ("1", "credits", 1, None),
    ],
)
def test_money_is_never_negative(amount, currency, per_unit, found):
    assert money(amount, currency, "price", per_unit=per_unit) == found


def test_an_amount_beyond_all_prices_is_no_amount():
    """Also one of more digits than are reckoned with."""
    for amount in ("1e70", "-1000001"):
        with pytest.raises(Unfit, match="no amount"):
            money(amount, "USD", "price")


@pytest.mark.parametrize(
    ("chosen", "call_id"),
    [(None, "own:CA1"), ("mine:", "mine:CA1"), ("", "CA1")],
    ids=["own", "mine", "bare"],
)
def test_ids_of_calls_have_the_prefix_of_the_hook_or_of_the_platform(chosen, call_id):
    """Two numeric ids of two platforms would else be one call. Ids of groups have their own."""
    platform = structs.replace(PLATFORMS["twilio"], id_prefix="own:")
    sent = delivery(b"CallSid=CA1&CallStatus=ringing")
    (event,) = translated(platform, sent, HookSettings(id_prefix=chosen)).events
    assert event["call_id"] == call_id
    assert event["group_id"] == "twilio:CA1"


@pytest.mark.parametrize(
    ("chosen", "call_id", "found"),
    [(None, 7, "unpod:7"), (None, "SCL_1", "SCL_1"), ("mine:", "SCL_1", "mine:SCL_1"), ("", 7, "7")],
)
def test_the_prefix_may_be_for_numbers_alone(chosen, call_id, found):
    """Where a platform has ids of two kinds, as Unpod."""
    sent = delivery(json.dumps({"call_id": call_id, "status": "ringing"}).encode())
    (event,) = translated(PLATFORMS["unpod"], sent, HookSettings(id_prefix=chosen)).events
    assert event["call_id"] == found


def test_an_id_that_is_no_text_gets_no_prefix():
    """It is refused as it came."""
    sent = delivery(b'{"type": "call", "call_id": {"a": 1}, "group_id": "g", "call_status": "queued"}')
    (event,) = translated(PLATFORMS["generic"], sent, HookSettings(id_prefix="mine:")).events
    assert event["call_id"] == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [
        b'{"call": {"recordingUrl": "SECRET", "id": "CA1"}}',
        b'{"transcript": [{"role": "user", "text": "SECRET"}], "id": "CA1"}',
        b'{"transcript": [{"role": "user", "text": "SECRET"}, {"ro',
        b'{"id": "CA1", "twilioAuthToken": "SECR\\"SECRET',
        b"id=CA1&RecordingUrl=SECRET&token=SECRET",
        b"id=CA1 password: SECRET",
        b'{"id": "\\ud800", "token": "SECRET", "messages": {"a": "SECRET"}}',
        b'{"list": [{"Access_Token": "SECRET"}], "id": "CA1"}',
        b'{"token": "\\ud800 SECRET", "id": 1e16}',
    ],
)
def test_nothing_that_is_secret_is_left_of_a_delivery_that_is_kept(body):
    """Also of one that was cut off, or is no JSON. What is left is not changed by a second time."""
    headers = {"authorization": "SECRET", "x-twilio-signature": "SECRET", "content-type": "text/plain"}
    sent = structs.replace(delivery(body, query="secret=SECRET&id=1"), headers=headers)
    kept = redacted(sent, frozenset())
    assert "SECRET" not in repr(kept)
    assert "id" in kept.body.decode() or b"transcript" in body
    assert redacted(kept, frozenset()) == kept


def test_a_record_that_cannot_be_read_takes_nothing_of_the_others_along():
    """It is quarantined with its place; what it had said before it failed is forgotten."""
    found = Translation()
    for part, call_id in enumerate(["CA1", None, "CA3"]):
        with found.record(part):
            found.ignored.append("said before")
            found.events.append(call_event(call_id, call_status="ringing"))
    assert [event["call_id"] for event in found.events] == ["CA1", "CA3"]
    assert len(found.ignored) == 2
    assert [(each.reason, each.part) for each in found.quarantined] == [("missing_id", 1)]


@pytest.mark.parametrize(
    ("body", "values"),
    [
        (b'{"a": 1}', [{"a": 1}]),
        (b'{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        (b'\xef\xbb\xbf {"a": 1}{"a": 2} \r\n [{"a": 3}]', [{"a": 1}, {"a": 2}, {"a": 3}]),
        (b'{"a": 1}, {"a": 2}', [{"a": 1}, {"a": 2}]),
        (b"[1, 2]", [[1, 2]]),
    ],
)
def test_json_values_may_follow_each_other(body, values):
    assert json_values(body) == values


@pytest.mark.parametrize(
    ("body", "values"),
    [
        (b"", ["-"]),
        (b'{"a"', ["-"]),
        (b'{"a": 1} x', [{"a": 1}, "-"]),
        (b'{"a": 1}{"a": 2, "a": 3}{"a": 4}', [{"a": 1}, "-", {"a": 4}]),
        (b'{"a": 1}\n{"a": {\n{"a": 3}', [{"a": 1}, "-", {"a": 3}]),
        (b'{"a": 1}\n{"a": "\xff"}\n{"a": 3}', [{"a": 1}, "-", {"a": 3}]),
        (b'[{"a": 1}, {"a": NaN}, {"a": {"b": []}}]', [[{"a": 1}, "-", {"a": {"b": []}}]]),
        (b'[{"a": 1}, {"a": 2, "a": 3}, {"a": 4}]', [[{"a": 1}, "-", {"a": 4}]]),
        (b'[{"a": 1},\n{"a": 2', [[{"a": 1}, "-"]]),
        (b'{"n": 2, "calls": [{"a": 1}, {"a": 2, "a": 3}]}', [{"calls": [{"a": 1}, "-"]}]),
        (b'{"n": 2, "n": 3, "calls": [{"a": 1}]}', ["-"]),
        (b'{"others": [{"a": 1}, {"a": 2, "a": 3}]}', ["-"]),
        (b'[{"a": 1}, ' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"]", [[{"a": 1}, "-"]]),
        (b'[{"a": 1}, ' + b'{"a":' * 9_999, [[{"a": 1}, "-"]]),
    ],
)
def test_what_is_no_json_costs_no_other_value(body, values):
    """In its place stands why."""
    assert _shown(json_values(body, "calls")) == values


def _shown(value):
    if isinstance(value, Unfit):
        return "-"
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return {key: _shown(each) for key, each in value.items()} if isinstance(value, dict) else value


def test_more_records_than_the_bound_are_unreadable():
    assert len(json_values(b"{}" * RECORDS_MAX)) == RECORDS_MAX
    with pytest.raises(Unfit, match="more than 50,000 records"):
        json_values(b"{}" * (RECORDS_MAX + 1))


@pytest.mark.parametrize(
    "body", [b"[" + b"{}," * TOKENS_MAX, b"{" + b'"' * (2 * TOKENS_MAX), b"{" * 3_000_000]
)
def test_what_takes_long_to_cut_is_not_cut(body):
    """Every other request of the worker would wait for it."""
    with pytest.raises(Unfit, match="no JSON"):
        json_values(body)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("0:05:25", 325), ("00:05:25.5", 325.5), ("5:25", 325), ("1 day, 0:00:01", 86_401), ("325", 325),
        (325.25, 325.25), ("", None), (None, None), ("None", None),
    ],
)  # fmt: skip
def test_a_length_may_be_written_as_a_clock(written, found):
    assert clock_length(written, "call_duration") == found


def test_a_clock_of_more_than_seven_days_is_refused():
    with pytest.raises(Unfit, match="7 days"):
        clock_length("8 days, 0:00:00", "call_duration")


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        (b"Id,Call Status\n1,busy\n", [{"id": "1", "call_status": "busy"}]),
        (b'\xef\xbb\xbfid;call_status\r\n1;"a;b"\r\n\r\n', [{"id": "1", "call_status": "a;b"}]),
        (b"id\tcall_status\n1\tbusy\t\n2\n", [{"id": "1", "call_status": "busy"}, None]),
    ],
)
def test_a_table_has_a_header_with_one_of_the_names(body, rows):
    assert table_rows(body, "call_status") == rows


@pytest.mark.parametrize("body", [b"", b"\n", b"a,b\n1,2\n", b'a,"' + b"x" * 200_000])
def test_what_is_no_known_table_is_unreadable(body):
    with pytest.raises(Unfit):
        table_rows(body, "call_status")


@pytest.mark.parametrize("packed", [False, True])
def test_nothing_secret_is_left_in_json_inside_a_form(packed):
    """As FreeSWITCH sends it, in base64 or not. What cannot be unpacked goes as a whole."""
    inside = json.dumps({"variables": {"uuid": "u", "password": "s3cret"}})
    sent = base64.b64encode(inside.encode()).decode() if packed else inside
    body = urlencode({"cdr": sent, "other": "eyJ!"}).encode()
    kept = redacted(delivery(body), frozenset())
    fields = form_fields(kept)
    left = base64.b64decode(fields["cdr"]).decode() if packed else fields["cdr"]
    assert json.loads(left) == {"variables": {"uuid": "u", "password": "[redacted]"}}
    assert fields["other"] == "[redacted]"
    assert redacted(kept, frozenset()) == kept
