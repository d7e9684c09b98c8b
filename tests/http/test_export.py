"""Lists to take along over HTTP: asked for by `format` or `Accept`, whole or a page, bounded, never half."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any, Self

import pyarrow.parquet as pq
import pytest

from callboard.model.exported import CALL_COLUMNS, TASK_COLUMNS
from callboard.query.export import list_reader
from tests.events import call, send, task
from tests.http.board import Board

CSV, NDJSON, PARQUET = "text/csv", "application/x-ndjson", "application/vnd.apache.parquet"
MEDIA = {"csv": CSV, "ndjson": NDJSON, "parquet": PARQUET}


@pytest.fixture
def filled(board: Board) -> Board:
    """Thirty calls and tasks in two contact spaces, and some in one of e-mails."""
    for number in range(30):
        space = board.spring if number % 3 else board.summer
        send(board.store, space, call(f"c-{number}", at=number, agent="+ann"), task(f"t-{number}", at=number))
    send(board.store, board.mail, call("m-1"), task("m-1", "failed"))
    return board


def rows(answer: Any) -> list[dict[str, Any]]:
    """The rows of a file, by its media type."""
    media = answer.headers["content-type"].partition(";")[0]
    if media == CSV:
        return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    if media == NDJSON:
        return [json.loads(line) for line in answer.content.splitlines()]
    found: list[dict[str, Any]] = pq.read_table(io.BytesIO(answer.content)).to_pylist()
    return found


@pytest.mark.parametrize("word", MEDIA)
@pytest.mark.parametrize(("path", "key"), [("call-logs/", "call_id"), ("tasks/", "task_id")])
def test_the_whole_list_comes_in_every_format(filled: Board, path: str, key: str, word: str):
    """By the parameter as by the header; as many rows as the list counts, in its order."""
    listed = [item[key] for item in filled.data(f"{path}?page_size=1000")]
    count = filled.get(path).json()["count"]
    by_parameter = filled.get(f"{path}?format={word}")
    by_header = filled.get(path, headers={"Accept": f"{MEDIA[word]}, application/json;q=0.5"})
    for answer in (by_parameter, by_header):
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == MEDIA[word]
        assert [row[key] for row in rows(answer)] == listed
        assert len(listed) == count
        name = f"{path.removesuffix('/')}-acme.example-20260101T000000Z.{word}"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert "etag" not in answer.headers
        assert "content-length" not in answer.headers
        assert answer.headers["cache-control"] == "private, no-store"


def test_filters_and_scopes_hold_for_exports(filled: Board):
    """Each list's own, of the organization as of a space or a run."""
    spring = filled.spring.token
    assert len(rows(filled.get("call-logs/?format=csv&content_type=all"))) == 31
    assert len(rows(filled.get(f"call-logs/?format=csv&space_token={spring}"))) == 20
    assert len(rows(filled.get(f"call-logs/?format=ndjson&space_token={filled.mail.token}"))) == 1
    assert rows(filled.get("call-logs/?format=parquet&call_status=failed")) == []
    assert len(rows(filled.get(f"spaces/{spring}/tasks/?format=csv", org=None))) == 20
    assert len(rows(filled.get("tasks/?format=ndjson&status=completed"))) == 30
    made = filled.post(
        f"spaces/{spring}/tasks/create/", {"pilot": "p", "documents": [{"name": "A", "contact_number": "+1"}]}
    ).json()["data"]
    [one] = rows(filled.get(f"spaces/{spring}/runs/{made['run_id']}/tasks/?format=csv"))
    assert one["task_id"] == made["task_ids"][0]


@pytest.mark.parametrize("word", MEDIA)
def test_a_page_can_be_had_in_a_format_too(filled: Board, word: str):
    """With any parameter of paging, the page that JSON would show; what is known whole has a tag."""
    for query in ("page=2", "page_size=7", "page=3&page_size=4", "page=99"):
        answer = filled.get(f"call-logs/?format={word}&{query}")
        shown = [item["call_id"] for item in filled.data(f"call-logs/?{query}")]
        assert [row["call_id"] for row in rows(answer)] == shown
        assert answer.headers["etag"]
    cursor = filled.get("call-logs/").json()["next_cursor"]
    answer = filled.get(f"call-logs/?format={word}&cursor={cursor}")
    shown = [item["call_id"] for item in filled.data(f"call-logs/?cursor={cursor}")]
    assert [row["call_id"] for row in rows(answer)] == shown


def test_cells_that_a_spreadsheet_would_run_are_marked_as_text(filled: Board):
    """A leading apostrophe, phone numbers too; in NDJSON and Parquet there is nothing to run."""
    send(filled.store, filled.spring, call("=1+1", at=99, source_number="+12025550123", agent="'=x"))
    row = rows(filled.get("call-logs/?format=csv"))[0]
    assert (row["call_id"], row["source_number"], row["agent"]) == ("'=1+1", "'+12025550123", "''=x")
    row = rows(filled.get("call-logs/?format=ndjson"))[0]
    assert (row["call_id"], row["source_number"], row["agent"]) == ("=1+1", "+12025550123", "'=x")


def test_the_columns_are_those_of_the_page(filled: Board):
    """Every field of the list, in its order."""
    assert tuple(rows(filled.get("call-logs/?format=csv"))[0]) == CALL_COLUMNS
    assert tuple(rows(filled.get("tasks/?format=csv"))[0]) == TASK_COLUMNS
    assert rows(filled.get("call-logs/?format=ndjson"))[0] == filled.data("call-logs/")[0]
    assert rows(filled.get("tasks/?format=ndjson"))[0] == filled.data("tasks/")[0]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/*", CSV),
        ("text/csv;q=0.2, */*;q=0.1", CSV),
        ("text/csv, application/json", "application/json"),
        ("text/csv;q=0, application/x-ndjson", NDJSON),
        ("application/json;q=0.1, application/vnd.apache.parquet", PARQUET),
    ],
)
def test_accept_chooses_what_it_likes_best(filled: Board, accept: str, media: str):
    """Of equals JSON; what is ruled out never."""
    answer = filled.get("call-logs/", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media


def test_format_says_it_outright(filled: Board):
    """Whatever a client's library accepts by default; and `json` is a format."""
    answer = filled.get("tasks/?format=csv", headers={"Accept": "application/json"})
    assert answer.headers["content-type"].startswith(CSV)
    answer = filled.get("tasks/?format=json", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"path": "call-logs/?format=xlsx"}, 400),
        ({"path": "call-logs/?format="}, 400),
        ({"path": "call-logs/?format=csv&format=csv"}, 400),
        ({"path": "call-logs/?format=csv&page_size=0"}, 400),
        ({"path": "call-logs/?format=csv&x=1"}, 400),
        ({"path": "call-logs/?format=csv&space_token=spc_none"}, 404),
        ({"path": "call-logs/", "headers": {"Accept": "application/vnd.ms-excel"}}, 406),
        ({"path": "spaces/", "headers": {"Accept": "text/csv"}}, 406),
        ({"path": "spaces/?format=csv"}, 400),
    ],
)
def test_bad_input_is_reported_before_anything_is_sent(filled: Board, request_: dict[str, Any], status: int):
    """A plain error, as anywhere."""
    answer = filled.get(**request_)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")


def test_head_reads_nothing(filled: Board):
    """The head of the file, and no place taken."""
    answer = filled.ask("HEAD", "call-logs/?format=csv", token=filled.viewer, org="acme.example")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_store_that_is_down_is_reported_before_anything_is_sent(filled: Board):
    """503, not an empty file."""
    filled.store.close()
    answer = filled.get("call-logs/?format=csv", headers={"Accept": "text/csv"})
    assert answer.status_code in (401, 503)


# --- under way ---------------------------------------------------------------------------------------


class Taking:
    """One export, taken piece by piece."""

    def __init__(self, board: Board, query: str, token: str | None = None) -> None:
        headers = {"authorization": f"Token {token or board.viewer}", "org-handle": "acme.example"}
        self._board = board
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/v2/platform/call-logs/",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("203.0.113.7", 1),
        }
        self.status = 0
        self.body = b""
        self.whole = False
        self._allowed = asyncio.Semaphore(0)
        self._came = asyncio.Semaphore(0)

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._board.app(self._scope, self._receive, self._send))
        await self._came.acquire()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._allowed.release()
        await asyncio.wait_for(self._running, 20)

    async def rest(self) -> None:
        """Take all that comes."""
        for _ in range(1000):
            self._allowed.release()
        await asyncio.wait_for(asyncio.shield(self._running), 20)

    async def _receive(self) -> Any:
        await asyncio.Event().wait()

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._came.release()
            if self.status != 200:
                return
            await self._allowed.acquire()
        self.body += message.get("body", b"")
        self.whole = message["type"] == "http.response.body" and not message.get("more_body", False)


@pytest.fixture
def slowly(filled: Board, monkeypatch: pytest.MonkeyPatch) -> Board:
    """Few rows at once, so that an export has many pieces."""
    monkeypatch.setattr(list_reader, "FIRST_ROWS", 4)
    monkeypatch.setattr(list_reader, "MAX_ROWS", 4)
    monkeypatch.setattr(list_reader, "MIN_ROWS", 4)
    return filled


def test_an_export_that_fails_midway_never_looks_complete(slowly: Board):
    """The store goes away while it is sent: what came is a part, and the end that says "whole" is missing."""

    async def story() -> None:
        async with Taking(slowly, "format=csv") as taking:
            slowly.store.close()
            await taking.rest()
        assert taking.status == 200
        assert 1 <= len(taking.body.splitlines()) < 31
        assert not taking.whole

    slowly.loop.run(story())


def test_an_export_ends_with_its_token(slowly: Board):
    """Revoked while it is under way, it breaks off."""

    async def story() -> None:
        async with Taking(slowly, "format=ndjson") as taking:
            slowly.store.revoke_token(slowly.token_of(slowly.viewer).id, slowly.now)
            await taking.rest()
        assert not taking.whole
        assert len(taking.body.splitlines()) < 30

    slowly.loop.run(story())


def test_rows_that_change_meanwhile_are_there_once(slowly: Board):
    """New ones of now are not in it, nor are those behind lost; a space made meanwhile is known."""

    async def story() -> None:
        async with Taking(slowly, "format=ndjson") as taking:
            late = slowly.space(slowly.acme, "OverdueQuery")
            send(slowly.store, late, call("late", at=3.5), call("new", at=99))
            send(
                slowly.store,
                slowly.spring,
                call("c-1", "failed", at=200, creation_time=slowly.now + 1_000_000),
            )
            await taking.rest()
        assert taking.whole
        found = [json.loads(line) for line in taking.body.splitlines()]
        ids = [row["call_id"] for row in found]
        assert len(ids) == len(set(ids)) == 31
        assert "new" not in ids
        assert {row["call_id"]: row["call_status"] for row in found}["c-1"] == "failed"
        assert found[ids.index("late")]["space_token"] == late.token

    slowly.loop.run(story())


def test_exports_at_once_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Beyond it 503 with Retry-After, while lists are answered as ever; who ends makes room."""
    with Board(tmp_path, exports=2) as board:
        send(board.store, board.spring, call("c-1"))

        async def story() -> None:
            async with Taking(board, "format=csv") as one:
                async with Taking(board, "format=csv") as two:
                    assert (one.status, two.status) == (200, 503)
                async with Taking(board, "") as listed:
                    assert listed.status == 200
                await one.rest()

        board.loop.run(story())
        assert board.get("call-logs/?format=csv").status_code == 200
