"""Options that make no sense for a file end with a reason, never with a fault of the program."""

from __future__ import annotations

import encodings.aliases
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callboard.clock import system_clock
from callboard.errors import CallerError
from callboard.http.import_items import ImportOptions
from callboard.ingest.sources.guessing.accepted import ACCEPTED
from callboard.ingest.uploads.documents import Work
from callboard.ingest.uploads.reading import read_file
from callboard.store.uploads import Upload

CSV = "id,status,started_at,talk_seconds,who\n" + "".join(
    f"c{n},{'completed' if n % 3 else 'missed'},2026-02-07T10:{n:02}:00Z,{60 + n},Zoë\n" for n in range(9)
)
LINES = "".join(
    f'{{"id": "c{n}", "status": "completed", "started_at": "2026-02-07T10:0{n}:00Z", "talk": {n}}}\n'
    for n in range(5)
)
FILES = {
    "ascii.csv": CSV.replace("ë", "e").encode(),
    "utf8.csv": CSV.encode(),
    "utf16.csv": CSV.encode("utf-16"),
    "no_header.csv": CSV.partition("\n")[2].encode(),
    "one_column.csv": b"id\na\nb\n",
    "bytes.csv": bytes(range(1, 256)) * 3,
    "lines.ndjson": LINES.encode(),
    "array.json": f"[{','.join(LINES.splitlines())}]".encode(),
}
FILES["tables.sql"] = (
    "COPY public.calls (id, status, started_at, talk_seconds, who) FROM stdin;\n"
    + CSV.partition("\n")[2].replace(",", "\t")
    + "\\.\nINSERT INTO public.agents (id) VALUES ('a'), ('b');\n"
).encode()
ENCODINGS = sorted({*encodings.aliases.aliases.values(), "utf-16", "utf-32", "idna", "punycode", "x"})
ODD = (
    "",
    " ",
    ",",
    '"',
    "=",
    "a=",
    "=a",
    ":",
    "*",
    "{",
    "}",
    "{}",
    "{id}",
    "{{",
    "x",
    "…",
    "\0",
    "é",
)
FIELDS = ("call_id", "call_status", "creation_time", "call_duration", "metadata.a", "metadata.", "nothing")
COLUMNS = ("id", "status", "started_at", "talk_seconds", "who", "absent")

odd = st.sampled_from(ODD)
fields, columns = st.sampled_from(FIELDS), st.sampled_from(COLUMNS)
conditions = st.one_of(
    odd, st.sampled_from(["id=c1", "status!=", "talk_seconds>=5", "id<>x", "absent=1", "and", 'id="'])
)
formats = st.one_of(
    odd, st.sampled_from(["unix", "%Y", "%Q", "%", "%z %Z", "call_duration:%H", "creation_time:%d"])
)
zones = st.one_of(
    odd, st.sampled_from(["UTC", "Europe/Berlin", "../x", "creation_time:UTC", "call_status:UTC"])
)


def texts(each: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(each, max_size=3)


OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "map": texts(st.one_of(odd, st.builds("{}={}".format, fields, st.one_of(columns, odd)))),
    "set": texts(st.one_of(odd, st.builds("{}={}".format, fields, odd), st.just("call_status=completed"))),
    "values": texts(st.one_of(odd, st.builds("{}:{}={}".format, fields, odd, odd))),
    "null": texts(st.one_of(odd, st.builds("{}:{}".format, fields, odd))),
    "time_format": texts(formats),
    "timezone": texts(zones),
    "duration_unit": st.sampled_from(["seconds", "hours", "h:mm"]),
    "usual_length": st.sampled_from([0.0, 0.001, 60.0, 86_400.0]),
    "decimal": st.sampled_from(["point", "comma"]),
    "when": st.lists(
        st.tuples(conditions, st.one_of(odd, st.builds("{}={}".format, fields, odd))).map(list), max_size=2
    ),
    "leave_out": texts(conditions),
    "id_from": texts(st.one_of(odd, columns)),
    "legs": st.booleans(),
    "encoding": st.sampled_from(ENCODINGS),
    "separator": st.sampled_from(["\t", ",", "x", " ", "\\", "é", "😀", "\x01", "'"]),
    "header": texts(st.one_of(odd, columns)),
    "accept": st.lists(st.sampled_from(list(ACCEPTED)), max_size=2),
    "table": st.one_of(odd.filter(bool), st.sampled_from(["calls", "public.calls", "agents"])),
    "skip_lines": st.sampled_from([0, 1, 5, 9, 100_000]),
}
some = st.fixed_dictionaries({}, optional=OPTIONS)
one = st.sampled_from(sorted(OPTIONS)).flatmap(lambda name: st.fixed_dictionaries({name: OPTIONS[name]}))


def read(folder: Path, name: str, options: dict[str, Any], record_type: str = "call") -> str | None:
    """Read the file as an upload is read. Returns the reason where it cannot be read so."""
    path = folder / name
    path.write_bytes(FILES[name])
    upload = Upload(
        upload_id="u",
        space_id=1,
        name=name,
        record_type=record_type,
        size=1,
        part_bytes=1,
        created_at=0,
        used_at=0,
    )
    work = Work(does="read", handle="acme.example", space_token="spc_1", options=options)
    try:
        read_file(upload, work, path, system_clock)
    except CallerError as error:
        return error.message
    return None


def test_every_option_is_drawn() -> None:
    assert OPTIONS.keys() == {each.name for each in msgspec.structs.fields(ImportOptions)}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    options=st.one_of(one, some),
    name=st.sampled_from(sorted(FILES)),
    record_type=st.sampled_from(["call", "task"]),
)
def test_odd_options_end_with_a_reason(
    tmp_path: Path, options: dict[str, Any], name: str, record_type: str
) -> None:
    assert read(tmp_path, name, options, record_type) != ""


@pytest.mark.parametrize("name", ["ascii.csv", "utf16.csv"])
def test_a_file_is_read_in_any_encoding_or_the_reason_is_said(tmp_path: Path, name: str) -> None:
    for encoding in ENCODINGS:
        assert read(tmp_path, name, {"encoding": encoding}) != "", encoding


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("name", sorted(FILES.keys() - {"utf16.csv"}))
def test_a_file_without_its_byte_order_mark_is_refused(tmp_path: Path, name: str, encoding: str) -> None:
    assert "byte-order mark" in (read(tmp_path, name, {"encoding": encoding}) or "")


@pytest.mark.parametrize("header", [[], [""], ["a", "a"], ["a", ""]])
def test_a_header_names_each_column(tmp_path: Path, header: list[str]) -> None:
    assert "a name of its own" in (read(tmp_path, "ascii.csv", {"header": header}) or "")
