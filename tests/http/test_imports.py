"""Files that are uploaded in parts, read, imported and withdrawn over HTTP."""

from __future__ import annotations

import gzip
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from callboard.clock import DAY, HOUR
from callboard.http.import_items import ReadRequest
from callboard.store.uploads import OPEN_UPLOADS_MAX, UPLOAD_BYTES_MAX
from tests.http.board import Board, call
from tests.http.uploads import CLEAR, DAY_OR_MONTH, act, at, numbers, opened, put, read, settled, upload


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Board]:
    """Parts are as small as bodies are: 64 bytes."""
    with Board(tmp_path, max_body_bytes=64) as board:
        yield board


# --- the way of a file


def test_a_file_is_uploaded_read_imported_and_withdrawn(board: Board) -> None:
    upload_id = upload(board, CLEAR)
    found = read(board, upload_id)
    assert (found["state"], found["doubts"], found["message"]) == ("ready", [], None)
    assert found["columns"] == ["call_id", "status", "started_at", "talk_seconds", "agent"]
    assert found["rows"][0]["cells"] == ["c1", "completed", "2025-11-07T10:00:00Z", "60", "Ada"]
    assert found["rows"][0]["event"]["call_status"] == "completed"
    assert found["preview"]["calls"] == 3
    assert found["preview"]["avg_duration_seconds"] == 90.0
    assert found["command"].startswith("callboard import calls.csv --org acme.example --space ")
    assert numbers(board) == (0, 0, 0.0)

    assert act(board, upload_id, "start", {"options": found["plan"]})["data"]["state"] == "importing"
    done = settled(board, upload_id)
    assert (done["state"], done["rows_done"], done["rows_total"]) == ("done", 3, 3)
    assert (done["report"]["applied"], done["report"]["batch_id"]) == (3, done["batch_id"])
    assert done["can_undo"]
    assert numbers(board) == (3, 2, 90.0)

    act(board, upload_id, "undo")
    assert settled(board, upload_id)["state"] == "undone"
    assert numbers(board) == (0, 0, 0.0)


def test_a_dump_of_sql_is_uploaded_imported_and_withdrawn(board: Board) -> None:
    """As any other file is."""
    rows = [line.split(",") for line in CLEAR.decode().splitlines()]
    names, values = ", ".join(rows[0]), ",\n".join(str(tuple(each)) for each in rows[1:])
    upload_id = upload(board, f"INSERT INTO cdr ({names}) VALUES\n{values};\n".encode(), "calls.sql")
    found = read(board, upload_id)
    assert (found["state"], found["doubts"], found["columns"]) == ("ready", [], rows[0])
    act(board, upload_id, "start", {"options": found["plan"]})
    assert settled(board, upload_id)["report"]["applied"] == 3
    assert numbers(board) == (3, 2, 90.0)
    act(board, upload_id, "undo")
    assert settled(board, upload_id)["state"] == "undone"
    assert numbers(board) == (0, 0, 0.0)


def test_an_import_that_was_replaced_whole_says_so(board: Board) -> None:
    """Its upload stays done; there is nothing to withdraw, and undoing it is refused."""
    first = upload(board, CLEAR)
    read(board, first)
    act(board, first, "start")
    assert not settled(board, first)["withdrawn"]
    second = upload(board, CLEAR)
    read(board, second, {"options": {"duration_unit": "minutes"}})
    act(board, second, "start", {"replace": True, "anyway": True})
    assert settled(board, second)["report"]["replaced_batches"] == ["b1"]
    replaced = settled(board, first)
    assert (replaced["state"], replaced["can_undo"], replaced["withdrawn"]) == ("done", False, True)
    assert "counts any more" in act(board, first, "undo", status=409)["message"]
    assert numbers(board) == (3, 2, 5400.0)


def test_parts_come_in_any_order_and_again(small: Board) -> None:
    said = opened(small, CLEAR)
    size, parts = said["part_bytes"], said["parts"]
    assert (size, parts) == (64, -(-len(CLEAR) // 64))
    kept = []
    for part in [*reversed(range(parts)), 0]:
        answer = put(small, said["id"], part, CLEAR[part * size : (part + 1) * size])
        assert answer.status_code == 200, answer.text
        kept.append(answer.json()["data"]["parts_kept"])
    assert kept[0] == [parts - 1]
    assert kept[-1] == list(range(parts))


@pytest.mark.parametrize(
    ("part", "body", "status"),
    [
        (0, b"x" * 63, 422),
        (0, b"x" * 65, 413),
        (9, b"x" * 64, 422),
        ("-1", b"x" * 64, 404),
        ("٣", b"x" * 64, 404),
        ("first", b"x" * 64, 404),
        ("9" * 30, b"x" * 64, 404),
        (0, b"", 400),
    ],
)
def test_a_part_that_the_file_does_not_have(small: Board, part: Any, body: bytes, status: int) -> None:
    said = opened(small, CLEAR)
    assert put(small, said["id"], part, body).status_code == status


def test_a_file_is_not_read_before_all_of_it_is_there(small: Board) -> None:
    said = opened(small, CLEAR)
    put(small, said["id"], 0, CLEAR[:64])
    refused = act(small, said["id"], "read", status=422)
    assert (
        refused["message"]
        == f"{said['parts'] - 1} of {said['parts']} parts of the file are missing, the first is 1."
    )


def test_what_is_doubtful_is_asked_and_answered(board: Board) -> None:
    upload_id = upload(board, DAY_OR_MONTH)
    found = read(board, upload_id)
    assert found["state"] == "asking"
    about = {each["about"]: each for each in found["doubts"]}
    assert {"day_month", "zone"} <= about.keys()
    refused = act(board, upload_id, "start", status=422)
    assert [each["message"] for each in refused["errors"]] == [each["message"] for each in found["doubts"]]
    assert numbers(board) == (0, 0, 0.0)

    answer = about["day_month"]["answers"][0]
    body = {
        "options": {"timezone": ["Europe/Berlin"]},
        "answers": [{"option": answer["option"], "value": answer["value"]}],
    }
    found = read(board, upload_id, body)
    assert (found["state"], found["doubts"]) == ("ready", [])
    assert found["options"]["timezone"] == ["Europe/Berlin"]
    assert found["options"]["time_format"] == [answer["value"]]
    act(board, upload_id, "start", {"options": found["options"]})
    assert settled(board, upload_id)["state"] == "done"
    assert numbers(board)[0] == 3


def test_a_doubtful_file_is_imported_anyway_when_told_so(board: Board) -> None:
    upload_id = upload(board, DAY_OR_MONTH)
    read(board, upload_id)
    act(board, upload_id, "start", {"anyway": True})
    assert settled(board, upload_id)["state"] == "done"
    assert numbers(board)[0] == 3


def test_a_stale_page_starts_nothing(board: Board) -> None:
    """Another tab had the file read by other options meanwhile."""
    upload_id = upload(board, CLEAR)
    read(board, upload_id, {"options": {"duration_unit": "minutes"}})
    act(board, upload_id, "start", {"options": {"duration_unit": "seconds"}}, status=409)
    assert settled(board, upload_id)["state"] in ("asking", "ready")


def test_the_same_file_read_otherwise_replaces_only_when_told_so(board: Board) -> None:
    for options, replace in ((None, False), ({"duration_unit": "minutes"}, True)):
        upload_id = upload(board, CLEAR)
        read(board, upload_id, {"options": options or {}})
        if replace:
            refused = act(board, upload_id, "start", {"anyway": True}, status=422)
            assert "imported before, read by other options (b1)" in refused["message"]
            assert numbers(board) == (3, 2, 90.0)
        act(board, upload_id, "start", {"anyway": True, "replace": replace})
        assert settled(board, upload_id)["state"] == "done"
    assert numbers(board) == (3, 2, 5400.0)


def test_a_packed_file_is_unpacked(board: Board) -> None:
    found = read(board, upload(board, gzip.compress(CLEAR), "calls.csv.gz"))
    assert (found["state"], found["preview"]["calls"]) == ("ready", 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"PK\x03\x04" + b"x" * 100,
            "calls.csv is a workbook or zip archive: save the sheet as CSV, or unpack it first",
        ),
        (gzip.compress(CLEAR)[:-9], "calls.csv: the compressed file is cut off: its end is missing"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(board: Board, content: bytes, message: str) -> None:
    found = read(board, upload(board, content))
    assert (found["state"], found["message"]) == ("failed", message)


def test_tasks_are_imported_too(board: Board) -> None:
    content = b"task_id,status,created\nt1,completed,2025-11-07T10:00:00Z\nt2,failed,2025-11-07T10:00:00Z\n"
    upload_id = upload(board, content, type="task")
    found = read(board, upload_id)
    assert (found["type"], found["preview"]["tasks"]) == ("task", 2)
    act(board, upload_id, "start", {"options": found["plan"], "anyway": True})
    assert settled(board, upload_id)["report"]["applied"] == 2


def test_without_a_column_for_what_every_call_needs_nothing_starts(board: Board) -> None:
    upload_id = upload(board, b"colour,shape\nred,round\nblue,square\n", type="task")
    found = read(board, upload_id)
    assert (found["state"], found["missing"]) == ("asking", ["status"])
    [doubt] = [each for each in found["doubts"] if each["about"] == "status"]
    assert {"option": "--map", "value": "status=…", "meaning": "that column"} in doubt["answers"]
    refused = act(board, upload_id, "start", {"anyway": True}, status=422)
    assert "say what is missing" in refused["message"]


# --- bounds, states, tenants


def test_at_most_five_are_open(board: Board) -> None:
    ids = [opened(board, CLEAR)["id"] for _ in range(OPEN_UPLOADS_MAX)]
    body = {"name": "calls.csv", "size": 10}
    answer = board.ask("POST", at(board), token=board.member, json=body)
    assert answer.status_code == 409
    assert "finish one, or drop one" in answer.json()["message"]
    assert board.ask("DELETE", at(board, ids[0]), token=board.member).status_code == 200
    assert board.ask("GET", at(board, ids[0]), token=board.member).status_code == 404
    assert board.ask("POST", at(board), token=board.member, json=body).status_code == 201
    listed = board.ask("GET", at(board), token=board.member).json()
    assert (listed["count"], len(listed["data"])) == (5, 5)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "calls.csv", "size": 0},
        {"name": "calls.csv", "size": UPLOAD_BYTES_MAX + 1},
        {"name": "", "size": 10},
        {"name": "a\nb", "size": 10},
        {"name": "calls.csv"},
        {"name": "calls.csv", "size": 10, "type": "run"},
        {"name": "calls.csv", "size": 10, "colour": "red"},
    ],
)
def test_what_cannot_be_opened(board: Board, body: dict[str, Any]) -> None:
    assert board.ask("POST", at(board), token=board.member, json=body).status_code == 422


@pytest.mark.parametrize(
    "options",
    [
        {"options": {"file": ["/etc/passwd"]}},
        {"options": {"record_type": "task"}},
        {"options": {"duration_unit": "weeks"}},
        {"options": {"when": [["a=1"]]}},
        {"options": {"separator": '"'}},
        {"options": {"separator": "\n"}},
        {"options": {"skip_lines": -1}},
        {"options": {"map": ["a=b"] * 2_001}},
        {"answers": [{"option": "--skip-lines", "value": "9" * 4_000}]},
        {"answers": [{"option": "--skip-lines", "value": "-1"}]},
        {"answers": [{"option": "--duration-unit", "value": "weeks"}]},
        {"answers": [{"option": "--legs", "value": ""}] * 201},
        {"answers": [{"option": "--db", "value": "x"}]},
        {"answers": [{"option": "--skip-lines", "value": "x"}]},
    ],
)
def test_options_that_are_none(board: Board, options: dict[str, Any]) -> None:
    upload_id = upload(board, CLEAR)
    act(board, upload_id, "read", options, status=422)


@pytest.mark.parametrize(
    ("answer", "lacking"), [({"option": "--map"}, "value"), ({"value": "a=b"}, "option")]
)
def test_an_answer_is_an_option_with_its_value(board: Board, answer: dict[str, str], lacking: str) -> None:
    """Also where it is empty, as that of `--legs`: the schema says so, and the error names the field."""
    read_request = msgspec.json.schema(ReadRequest)["$defs"]["AnswerGiven"]
    assert set(read_request["required"]) == {"option", "value"}
    upload_id = upload(board, CLEAR)
    told = act(board, upload_id, "read", {"answers": [answer]}, status=422)
    assert lacking in str(told)


def test_only_what_a_state_allows(board: Board) -> None:
    upload_id = upload(board, CLEAR)
    for what in ("start", "undo"):
        act(board, upload_id, what, status=409)
    read(board, upload_id)
    assert put(board, upload_id, 0, CLEAR[::-1]).status_code == 409
    assert put(board, upload_id, 0, CLEAR).status_code == 200
    act(board, upload_id, "undo", status=409)
    act(board, upload_id, "start")
    settled(board, upload_id)
    for what in ("read", "start"):
        act(board, upload_id, what, status=409)
    assert board.ask("DELETE", at(board, upload_id), token=board.member).status_code == 200
    assert numbers(board)[0] == 3


def test_another_space_and_another_tenant_see_nothing(board: Board) -> None:
    upload_id = upload(board, CLEAR)
    elsewhere = f"spaces/{board.summer.token}/imports/{upload_id}/"
    assert board.ask("GET", elsewhere, token=board.member).status_code == 404
    foreign = f"spaces/{board.elsewhere.token}/imports/{upload_id}/"
    for path in (foreign, at(board, upload_id)):
        for method, more in (("GET", ""), ("POST", "read/"), ("POST", "start/"), ("DELETE", "")):
            assert board.ask(method, path + more, token=board.stranger).status_code == 404
    assert put(board, upload_id, 0, CLEAR, token=board.stranger).status_code == 404
    assert settled(board, upload_id)["state"] == "uploading"


def test_a_viewer_may_not(board: Board) -> None:
    upload_id = upload(board, CLEAR)
    for method, path in (
        ("GET", at(board)),
        ("POST", at(board)),
        ("GET", at(board, upload_id)),
        ("DELETE", at(board, upload_id)),
        ("PUT", at(board, upload_id, "parts", "0")),
        ("POST", at(board, upload_id, "read")),
        ("POST", at(board, upload_id, "start")),
        ("POST", at(board, upload_id, "undo")),
    ):
        answer = board.ask(method, path, token=board.viewer, json={})
        assert answer.status_code == 403, (method, path, answer.text)


def test_it_is_gone_a_day_after_the_last_use(board: Board) -> None:
    upload_id = upload(board, CLEAR)
    board.now += DAY - HOUR
    put(board, upload_id, 0, CLEAR)
    board.now += DAY - HOUR
    assert settled(board, upload_id)["state"] == "uploading"
    board.now += HOUR
    assert board.ask("GET", at(board, upload_id), token=board.member).status_code == 404
    opened(board, CLEAR)
    while board.store.upload_parts(board.acme.id, upload_id):
        time.sleep(0.02)


def test_dropping_an_upload_deletes_its_parts(small: Board) -> None:
    upload_id = upload(small, CLEAR)
    assert small.ask("DELETE", at(small, upload_id), token=small.member).status_code == 200
    assert small.ask("DELETE", at(small, upload_id), token=small.member).status_code == 404
    # Its parts go first: while one is there, the record is too.
    while small.store.uploads(small.acme.id):
        time.sleep(0.02)
    assert small.store.upload_parts(small.acme.id, upload_id) == []


def test_uploads_that_are_over_take_no_place(board: Board) -> None:
    for _ in range(OPEN_UPLOADS_MAX):
        opened(board, CLEAR)
    board.now += DAY
    opened(board, CLEAR)


def test_an_export_of_ours_asks_nothing(board: Board) -> None:
    """As on the command line; each call as it was."""
    upload_id = upload(board, CLEAR)
    act(board, upload_id, "start", {"options": read(board, upload_id)["plan"]})
    settled(board, upload_id)
    path = f"call-logs/?format=csv&space_token={board.spring.token}"
    exported = board.ask("GET", path, token=board.admin, org="acme.example")
    assert exported.status_code == 200, exported.text
    upload_id = upload(board, exported.content, "export.csv")
    found = read(board, upload_id)
    assert (found["state"], found["doubts"], found["rejected"]) == ("ready", [], 0)
    assert found["preview"]["avg_duration_seconds"] == 90.0
    found = read(board, upload(board, exported.content, "export.csv", type="task"))
    assert (found["state"], found["message"]) == (
        "failed",
        "This is an export of calls: open the upload for calls",
    )


def test_ids_of_all_columns_are_of_all_columns(board: Board) -> None:
    """Also of a file that tells its columns apart: a row that differs in any of them is another call."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    for kinds in (["a", "b", "c"], ["d"]):
        columns = {"status": "completed", "started_at": "2025-11-07T10:00:00Z", "talk_seconds": 60}
        rows = [{**columns, "kind": kind} for kind in kinds]
        file = io.BytesIO()
        parquet.write_table(pyarrow.Table.from_pylist(rows), file)
        upload_id = upload(board, file.getvalue(), "calls.parquet")
        assert read(board, upload_id, {"options": {"id_from": ["*"]}})["preview"]["calls"] == len(kinds)
        act(board, upload_id, "start", {"anyway": True})
        assert settled(board, upload_id)["report"]["applied"] == len(kinds)
    assert numbers(board) == (4, 4, 60.0)


WIDE = b",".join(b"c%d" % number for number in range(5_001)) + b"\n" + b",".join([b"1"] * 5_001) + b"\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n" * 100, "is empty: not even a header"),
        (b"x" * 200_000, "no row"),
        (b"sep=;\n", "is empty: not even a header"),
        (b"[" * 200_000, ""),
        (b"\0" * 200_000, ""),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is a picture"),
        (b"call_id,status\n", "no row"),
        (WIDE, "5,001 columns, and a guess looks at no more than 5,000"),
    ],
    ids=["blank", "one line", "separator", "brackets", "zeros", "picture", "header", "wide"],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_without_rows_says_so(board: Board, content: bytes, message: str, packed: bool) -> None:
    """And no process ends over it."""
    found = read(board, upload(board, gzip.compress(content) if packed else content))
    assert found["state"] == "failed"
    assert "ended" not in found["message"]
    assert message in found["message"]


@pytest.mark.parametrize(
    "encoding", ["zlib", "rot13", "punycode", "idna", "undefined", "unicode_escape", "a\0b", "../x"]
)
def test_what_is_no_encoding_of_files_is_said(board: Board, encoding: str) -> None:
    """And no process ends over it."""
    found = read(board, upload(board, CLEAR), {"options": {"encoding": encoding}})
    assert found["state"] == "failed"
    assert "is no encoding of files" in found["message"]


@pytest.mark.parametrize(
    ("there", "prefix", "accept"), [("spring", "x", "same_calls"), ("summer", "c", "other_space")]
)
def test_calls_that_came_live_are_not_counted_twice_unasked(
    board: Board, there: str, prefix: str, accept: str
) -> None:
    """By events under other ids, or into another space: asked about, and the answer imports them."""
    hours = {1: "2025-11-07T10:00:00.400Z", 3: "2025-11-08T10:00:00.400Z"}
    lengths = {1: 60, 3: 120}
    where = board.spring if there == "spring" else board.summer
    for number, made in hours.items():
        said = call(f"{prefix}{number}", creation_time=made, call_duration=lengths[number])
        board.send(said, space=where)
    upload_id = upload(board, CLEAR)
    found = read(board, upload_id)
    assert found["state"] == "asking"
    [doubt] = found["doubts"]
    assert "by events or hooks" in doubt["message"]
    [answer] = doubt["answers"]
    assert (answer["option"], answer["value"]) == ("--accept", accept)
    again = read(board, upload_id, {"options": {"accept": [accept]}})
    assert (again["state"], again["doubts"]) == ("ready", [])
