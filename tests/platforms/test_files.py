"""Files of platforms are read record by record, and give what a translation makes of the whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import structs

from callboard.ingest.sources.files.records import ImportOptionError, UnreadableFileError
from callboard.ingest.sources.platform_files import documents, rows, translator
from callboard.ingest.sources.platforms.delivery import FROM_FILE, QUARANTINE_REASONS, HookSettings
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.files import read, rows_of
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, scenarios_of

SCENARIOS = [*scenarios_of(OWN), *scenarios_of(OTHERS)]
NO_TABLE = "vicidial/what_cannot_be_read"
"""One of its files is refused whole."""
CEL = b"eventtype,eventname,eventtime,uniqueid,linkedid,context,channame,calleridnum,exten,extra\n"


def _files() -> list[Any]:
    """All that a platform writes to files, and what it posts and may be kept in one."""
    found = []
    for scenario in SCENARIOS:
        for sent, told in zip(scenario.sent, scenario.told, strict=True):
            is_json = sent.delivery.body.lstrip()[:1] in (b"{", b"[")
            is_kept = told["method"] == "FILE" or (told["method"] == "POST" and is_json)
            if is_kept and sent.platform != "generic" and scenario.name != NO_TABLE:
                found.append(pytest.param(sent, id=f"{scenario.name}/{told['file']}"))
    return found


@pytest.mark.parametrize("sent", _files())
def test_a_file_says_record_by_record_what_it_says_as_a_whole(sent):
    delivery = structs.replace(sent.delivery, method=FROM_FILE, received_at=RECEIVED)
    whole = translated(PLATFORMS[sent.platform], delivery, sent.settings)
    records = read(sent.platform, sent.delivery.body, sent.settings)
    assert [each.row["event"] for each in records if each.problem is None] == whole.events
    problems = [each.problem.reason for each in records if each.problem is not None]
    assert sorted(problems) == sorted(translator.REASONS[each.reason] for each in whole.quarantined)


def test_every_reason_of_quarantine_is_a_reason_of_rejection():
    assert translator.REASONS.keys() == set(QUARANTINE_REASONS)


@pytest.mark.parametrize("platform", ["kamailio", "freeswitch"])
def test_a_table_of_another_platform_is_refused(platform):
    master = (OWN / "asterisk" / "widths_of_master_csv__03_eighteen.csv").read_bytes()
    with pytest.raises(ImportOptionError):
        read(platform, master)


def _names(body: bytes) -> list[tuple[int, str]]:
    """Line and id of each record that could be read; `-` for others."""
    return [
        (each.line, each.row["event"]["call_id"] if each.problem is None else "-")
        for each in read("kamailio", body)
    ]


def _one(call_id: str, **more: str) -> str:
    return json.dumps({"call_id": call_id, "sip_code": "486", "start_time": "1772443800"} | more)


@pytest.mark.parametrize(
    "text",
    [
        f"{_one('a')}\n{_one('b')}\n",
        f"{_one('a')}{_one('b')}",
        f"[{_one('a')},\n{_one('b')}]",
        f"[\n{_one('a')}\n,{_one('b')}]\n",
        "\ufeff" + json.dumps([json.loads(_one("a")), json.loads(_one("b"))], indent=1),
        f"{_one('a', note='a brace { and a quote')}\r\n\r\n{_one('b')}",
    ],
)
def test_objects_are_found_however_they_are_written(text):
    assert [name for _, name in _names(text.encode())] == ["a", "b"]


def test_an_object_that_was_cut_off_takes_no_other_along():
    body = f'{_one("a")}\n{{"call_id": "b", "x": {{\n{_one("c")}\n{{"call_id": "d\n{_one("e")}\n'
    assert _names(body.encode()) == [(1, "a"), (2, "-"), (3, "c"), (4, "-"), (5, "e")]


def test_what_is_no_object_is_told_by_its_line():
    assert _names(f"{_one('a')}\nError: disk full\n{_one('b')}\n".encode()) == [(1, "a"), (2, "-"), (3, "b")]


def test_long_objects_are_read_whatever_piece_ends_in_them(monkeypatch):
    monkeypatch.setattr(documents, "_PIECE", 7)
    body = f"{_one('a', note=chr(92) * 40 + chr(34) * 3 + '{' * 90)}\n{_one('b')}".encode()
    assert _names(body) == [(1, "a"), (2, "b")]


def test_an_object_longer_than_the_bound_is_refused(monkeypatch):
    monkeypatch.setattr(documents, "MAX_DOCUMENT_CHARACTERS", 1_000)
    monkeypatch.setattr(documents, "_PIECE", 100)
    with pytest.raises(UnreadableFileError, match="one a line"):
        read("kamailio", f'{{"calls": [{", ".join(map(_one, "abcdefghijklmnopqrstuvwxyz"))}]}}'.encode())


def test_a_quote_that_is_never_closed_takes_no_other_row_along():
    rows_ = "".join(f"INVITE,c{number},486,Busy,2026-03-02 09:30:00\n" for number in range(300))
    body = f'method,callid,sip_code,sip_reason,time\nINVITE,x,486,"Busy,2026-03-02 09:30:00\n{rows_}'
    found = _names(body.encode())
    assert found[0] == (2, "-")
    assert [name for _, name in found[1:]] == [f"c{number}" for number in range(300)]


def test_a_header_between_rows_is_no_row():
    head, row = "method,callid,sip_code,sip_reason,time\n", "INVITE,c1,486,Busy,2026-03-02 09:30:00\n"
    found = rows_of("kamailio", (head + row + head + row.replace("c1", "c2")).encode())
    assert [each.row["event"]["call_id"] for each in found] == ["c1", "c2"]
    assert found.left_out == {"repeated header": 1}


def test_what_is_no_call_is_counted():
    found = rows_of(
        "kamailio", b'{"call_id": "a", "method": "OPTIONS", "sip_code": "200", "time": "1772443800"}'
    )
    assert list(found) == []
    assert found.left_out == {"no call: method options": 1}


def _cel(name: str, second: int, channel: str, linked: str | None = None, extra: str = "") -> bytes:
    return (
        f'1,{name},2026-03-02 09:30:{second:02d},{channel},{linked or channel},in,SIP/{channel},,,"{extra}"\n'
    ).encode()


def test_the_end_of_a_channel_is_read_beside_its_answer():
    """However many rows stand between; a channel that was never answered is told as such."""
    between = b"".join(_cel("APP_START", 1, f"9{number}.9", "8.8") for number in range(500))
    body = (
        CEL + _cel("CHAN_START", 0, "1.1") + _cel("CHAN_START", 0, "2.2") + _cel("ANSWER", 1, "1.1") + between
    )
    ends = _cel("HANGUP", 9, "1.1") + _cel("HANGUP", 9, "2.2")
    events = [each.row["event"] for each in read("asterisk", body + ends)]
    told = [(each["call_id"], each["call_status"]) for each in events]
    assert told[:3] == [
        ("asterisk:1.1", "ringing"),
        ("asterisk:2.2", "ringing"),
        ("asterisk:1.1", "in_progress"),
    ]
    assert told[3][1] == "completed"
    assert told[4][1] != "completed"


def test_channels_that_never_end_are_forgotten_in_the_end(monkeypatch):
    monkeypatch.setattr(rows, "REMEMBERED_MAX", 2)
    body = CEL + b"".join(_cel("CHAN_START", 0, f"{number}.1") for number in range(3))
    found = read("asterisk", body + _cel("HANGUP", 9, "0.1") + _cel("HANGUP", 9, "2.1"))
    # The answer of a channel of which nothing is known is taken for granted.
    assert [each.row["event"]["call_status"] == "completed" for each in found[3:]] == [True, False]


def test_settings_of_the_hook_read_the_file():
    settings = HookSettings(timezone="Asia/Kolkata", id_prefix="pbx:")
    body = (OWN / "asterisk" / "widths_of_master_csv__03_eighteen.csv").read_bytes()
    utc, kolkata = read("asterisk", body), read("asterisk", body, settings)
    assert all(each.row["event"]["call_id"].startswith("pbx:") for each in kolkata)
    assert utc[0].row["event"]["occurred_at"] != kolkata[0].row["event"]["occurred_at"]
