"""The fine print, line by line: what we decided where the platform's API is silent is what happens.

A line without a proof fails, and so does a proof whose line is gone.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from callboard.clock import micros
from tests.http.board import ANALYTICS, API, Board, call, task
from tests.http.requests import good, prepare
from tests.pages import REFERENCE, Row, tables

ROWS = [row for row in tables(REFERENCE / "fine-print.md") if row.section != "Imports"]
"""What an import does is proven with the command: `tests/acceptance/test_import_cli.py`."""
Proof = Callable[[Board], None]
PROOFS: dict[str, Proof] = {}


def proves(line: str) -> Callable[[Proof], Proof]:
    def note(proof: Proof) -> Proof:
        assert line not in PROOFS
        PROOFS[line] = proof
        return proof

    return note


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}-{row.name}")
def test_each_line_of_the_fine_print_is_true(board, row: Row):
    """What was decided is what is done."""
    proof = PROOFS.get(row.name)
    assert proof is not None, f"docs/reference/fine-print.md: nothing here proves {row.cells[0]!r}"
    board.now = micros(datetime(2026, 2, 7, 6, 10, tzinfo=UTC))
    proof(board)


def test_no_proof_has_lost_its_line():
    """A line that is taken away takes its proof with it."""
    assert PROOFS.keys() == {row.name for row in ROWS}


# --- asking ------------------------------------------------------------------------------------------


def one(board: Board, call_id: str = "c") -> dict[str, Any]:
    """A call of Spring, as it is shown."""
    item: dict[str, Any] = board.data(f"call-logs/{call_id}/?space_token={board.spring.token}")
    return item


def sent(board: Board, content: str, media: str = "application/json", space: str | None = None) -> Any:
    """The answer to a body sent as it is."""
    path = f"spaces/{space or board.spring.token}/events/"
    headers = {"Content-Type": media}
    return board.ask("POST", path, token=board.admin, content=content.encode(), headers=headers)


def reason(board: Board, **fields: Any) -> str:
    """Why this call event is rejected; empty when it is not."""
    return reason_of(board, json.dumps(call("c", **fields)))


def reason_of(board: Board, content: str) -> str:
    rejections = sent(board, content).json()["data"]["rejections"]
    return rejections[0]["reason"] if rejections else ""


def update(board: Board, task_id: str = "t", **fields: Any) -> Any:
    return board.patch(f"spaces/{board.spring.token}/tasks/{task_id}/", fields)


def ids(board: Board, path: str) -> list[str]:
    return [item["call_id"] for item in board.data(path)]


# --- reading -----------------------------------------------------------------------------------------


@proves("Do archived spaces count?")
def _archived(board: Board) -> None:
    board.send(call("a"))
    assert board.patch(f"spaces/{board.spring.token}/", {"archived": True}).status_code == 200
    board.send(call("b"))
    assert board.data(ANALYTICS)["completed_calls"] == 2
    names = [item["name"] for item in board.data("spaces/?archived=false")]
    assert "Spring" not in names
    assert all("archived" not in item for item in board.data("spaces/"))


@proves("What is in an organization's numbers?")
def _contact(board: Board) -> None:
    board.send(call("a"), space=board.mail)
    assert board.data(ANALYTICS)["completed_calls"] == 0
    assert board.data(f"{ANALYTICS}?space_token={board.mail.token}")["completed_calls"] == 1


@proves("A misspelt parameter?")
def _misspelt(board: Board) -> None:
    for query in ("statuss=failed", "status=failed&status=failed", "space_token="):
        assert board.get(f"tasks/?{query}").status_code == 400


@proves("A page past the end?")
def _past_the_end(board: Board) -> None:
    board.send(call("a"))
    answer = board.get("call-logs/?page=99")
    assert (answer.status_code, answer.json()["data"], answer.json()["count"]) == (200, [], 1)


@proves("page_size=0, or 1001?")
def _page_size(board: Board) -> None:
    assert {board.get(f"tasks/?page_size={size}").status_code for size in (0, 1001)} == {400}


@proves("count with a cursor?")
def _count(board: Board) -> None:
    board.send(call("a"), call("b"))
    first = board.get("call-logs/?page_size=1").json()
    second = board.get(f"call-logs/?page_size=1&cursor={first['next_cursor']}").json()
    assert (first["count"], second["count"], len(second["data"])) == (2, None, 1)


@proves("A cursor with other filters?")
def _other_filters(board: Board) -> None:
    board.send(call("a"), call("b"))
    board.send(call("e", "failed"))
    cursor = board.get("call-logs/?page_size=1").json()["next_cursor"]
    assert ids(board, f"call-logs/?cursor={cursor}") == ["b", "e"]
    assert ids(board, f"call-logs/?call_status=failed&cursor={cursor}") == ["e"]


@proves("cursor and page together?")
def _cursor_and_page(board: Board) -> None:
    board.send(*[call(name) for name in "abcd"])
    cursor = board.get("call-logs/?page_size=1").json()["next_cursor"]
    assert ids(board, f"call-logs/?page_size=1&page=2&cursor={cursor}") == ["c"]


@proves("Which order?")
def _order(board: Board) -> None:
    at = "2026-02-07T05:00:00Z"
    later = call("d", creation_time="2026-02-07T05:01:00Z")
    board.send(*[call(name, creation_time=at) for name in "cab"], later)
    assert ids(board, "call-logs/") == ["d", "a", "b", "c"]


@proves("unknown as a filter?")
def _unknown(board: Board) -> None:
    board.send(call("a"), call("b", end_reason="hangup"), call("c", end_reason="moon_phase"))
    assert sorted(ids(board, "call-logs/?end_reason=unknown")) == ["a", "c"]
    board.send(call("d", agent="unknown"), call("e", agent="nova"))
    assert sorted(ids(board, "call-logs/?agent=unknown")) == ["a", "b", "c", "d"]


@proves("A time without an offset in a filter?")
def _wall_clock(board: Board) -> None:
    board.send(call("a", creation_time="2026-02-07T05:00:00Z"))
    assert ids(board, "call-logs/?start_date=2026-02-07T10:30:00&timezone=Asia/Kolkata") == ["a"]
    assert ids(board, "call-logs/?start_date=2026-02-07T10:30:01&timezone=Asia/Kolkata") == []
    assert ids(board, "call-logs/?start_date=2026-02-07T05:00:00") == ["a"]
    # In Berlin 02:30 came twice on 26 October 2025, and never on 30 March 2025.
    board.send(call("twice", creation_time="2025-10-26T00:30:00Z"))
    window = "start_date=2025-10-26T02:30:00&end_date=2025-10-26T02:31:00&timezone=Europe/Berlin"
    assert ids(board, f"call-logs/?{window}") == ["twice"]
    board.send(call("skipped", creation_time="2025-03-30T01:30:00Z"))
    window = "start_date=2025-03-30T02:30:00&end_date=2025-03-30T02:31:00&timezone=Europe/Berlin"
    assert ids(board, f"call-logs/?{window}") == ["skipped"]


@proves("A void call asked by its id?")
def _void(board: Board) -> None:
    board.send(call("c", void=True))
    assert board.get("call-logs/c/").status_code == 404


@proves("An If-None-Match of any tag (*)?")
def _any_tag(board: Board) -> None:
    assert board.get("tasks/", headers={"If-None-Match": "*"}).status_code == 304


@proves("HEAD and OPTIONS?")
def _head(board: Board) -> None:
    told: dict[str, Any] = {"token": board.viewer, "org": "acme.example"}
    head = board.ask("HEAD", "tasks/", **told)
    assert (head.status_code, head.content) == (200, b"")
    assert "GET" in board.ask("OPTIONS", "tasks/", **told).headers["Allow"]


@proves("A path with a space token and no Org-Handle?")
def _no_handle(board: Board) -> None:
    assert board.get(f"spaces/{board.spring.token}/runs/", org=None).status_code == 200
    assert board.get(f"spaces/{board.spring.token}/", org=None).status_code == 400


@proves("The token of another organization's space?")
def _foreign_space(board: Board) -> None:
    for path in (f"spaces/{board.elsewhere.token}/runs/", f"tasks/?space_token={board.elsewhere.token}"):
        assert board.get(path).status_code == 404


# --- streams, exports and metrics --------------------------------------------------------------------

STREAM = "organisation/analytics/stream/"


@proves("What does Last-Event-ID do?")
def _last_event_id(board: Board) -> None:
    board.send(call("a"))
    for last in ("1.1", "999999.1"):
        answer = board.get(STREAM, headers={"Last-Event-ID": last})
        assert answer.text.count('"total_calls":1,') == 1


@proves("Is a stream told of other spaces' changes?")
def _other_spaces(board: Board) -> None:
    from tests.events import call as said
    from tests.events import send

    async def story() -> str:
        asked = board._ask(
            "GET",
            f"{API}{STREAM}?space_token={board.spring.token}",
            "203.0.113.7",
            headers=[("Authorization", f"Token {board.viewer}"), ("Org-Handle", "acme.example")],
        )
        stream = asyncio.create_task(asked)
        while not board.services.streams.subscribers:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)
        send(board.store, board.summer, said("b"))
        return (await stream).text

    assert board.loop.run(story()).count("\nid: ") == 1


@proves("format=csv with page or cursor?")
def _page_as_csv(board: Board) -> None:
    board.send(*[call(f"c-{number}") for number in range(30)])
    assert len(board.get("call-logs/?format=csv&page=2").text.splitlines()) == 1 + 10
    assert len(board.get("call-logs/?format=csv").text.splitlines()) == 1 + 30


@proves("format and an Accept that rules it out?")
def _format_counts(board: Board) -> None:
    answer = board.get("tasks/?format=csv", headers={"Accept": "application/json"})
    assert answer.headers["content-type"].startswith("text/csv")


@proves("Has an export an ETag or a length?")
def _no_tag(board: Board) -> None:
    whole, page = board.get("tasks/?format=csv"), board.get("tasks/?format=csv&page=1")
    assert not {"etag", "content-length"} & set(whole.headers)
    assert {"etag", "content-length"} <= set(page.headers)


@proves("What is in an export that its list does not show?")
def _more_in_an_export(board: Board) -> None:
    board.send(call("a", metadata={"plan": "b"}))
    line = json.loads(board.get("call-logs/?format=ndjson").text)
    assert line == board.data("call-logs/")[0]


@proves("A cell that begins with +?")
def _guarded(board: Board) -> None:
    board.send(call("a", source_number="+12025550123"))
    assert ",'+12025550123," in board.get("call-logs/?format=csv").text


@proves("Can everybody read /metrics?")
def _open_metrics(board: Board) -> None:
    answer = board.ask("GET", "/metrics")
    assert answer.status_code == 200
    assert "acme" not in answer.text


@proves("Are calls counters or gauges in metrics?")
def _gauges(board: Board) -> None:
    assert "# TYPE callboard_space_calls gauge" in board.get("organisation/metrics/").text


# --- events ------------------------------------------------------------------------------------------


@proves("An unknown field?")
def _unknown_field(board: Board) -> None:
    assert reason(board, call_duraton=5) == "unknown_field"


@proves("A key twice in one object?")
def _twice(board: Board) -> None:
    body = '{"type": "call", "call_id": "c", "call_status": "completed", "call_status": "failed"}'
    assert reason_of(board, body) == "duplicate_key"


@proves("A time without an offset?")
def _no_offset(board: Board) -> None:
    assert reason(board, start_time="2026-02-07T05:57:45") == "invalid_time"


@proves("More than six digits of a second?")
def _digits(board: Board) -> None:
    assert reason(board, start_time="2026-02-07T05:57:45.1234569Z") == ""
    [entry] = board.store.call_entries(board.acme.id, board.spring.id, "c")
    assert entry.event.start_time % 1_000_000 == 123_456  # type: ignore[union-attr, operator]


@proves("An empty text?")
def _empty(board: Board) -> None:
    board.send(call("c", agent="nova", occurred_at="2026-02-07T05:00:00Z"))
    board.send(call("c", agent="", occurred_at="2026-02-07T05:01:00Z"))
    assert one(board)["agent"] is None


@proves("A duration of more than 7 days, or below 0?")
def _duration(board: Board) -> None:
    assert {reason(board, call_duration=seconds) for seconds in (604_801, -1)} == {"invalid_duration"}
    assert reason(board, call_duration=604_800) == ""


@proves("Seconds with more than three decimals?")
def _decimals(board: Board) -> None:
    board.send(call("c", call_duration=1.0005), call("d", call_duration=1.0015))
    assert (one(board, "c")["call_duration"], one(board, "d")["call_duration"]) == (1, 1.002)


@proves("A body with a byte-order mark?")
def _mark(board: Board) -> None:
    assert reason_of(board, "\ufeff" + json.dumps(call("c"))) == ""


@proves("Blank lines in NDJSON?")
def _blank(board: Board) -> None:
    body = f"\n{json.dumps(call('a'))}\n\n{json.dumps(call('b'))}\n\n"
    assert sent(board, body, "application/x-ndjson").json()["data"]["applied"] == 2


@proves("A body of no events, []?")
def _none(board: Board) -> None:
    answer = sent(board, "[]")
    assert (answer.status_code, answer.json()["data"]["received"]) == (200, 0)


@proves("A body that may be left out, and is?")
def _left_out(board: Board) -> None:
    prepare(board)
    asked = good(board, "rotate_token")
    asked.pop("json", None)
    nothing = {"Content-Type": "text/plain", "Content-Encoding": "gzip"}
    assert board.ask(**{**asked, "content": b"", "headers": nothing}).status_code == 200


_TIMES = {"start_time": "2026-02-07T05:00:00Z", "end_time": "2026-02-07T05:01:00Z"}


@proves("Both call_duration and the times?")
def _both(board: Board) -> None:
    board.send(call("c", call_duration=55, **_TIMES))
    assert one(board)["call_duration"] == 55


@proves("No duration, but start and end?")
def _difference(board: Board) -> None:
    board.send(call("c", **_TIMES))
    assert one(board, "c")["call_duration"] == 60
    board.send(call("e", start_time=_TIMES["start_time"], occurred_at=_TIMES["end_time"]))
    assert (one(board, "e")["end_time"], one(board, "e")["call_duration"]) == (_TIMES["end_time"], None)
    assert (one(board, "c")["inferred"], one(board, "e")["inferred"]) == (
        ["creation_time"],
        ["creation_time", "end_time"],
    )


@proves("A start after the end, or more than 7 days before it?")
def _contradicting(board: Board) -> None:
    board.send(
        call("c", start_time=_TIMES["end_time"], end_time=_TIMES["start_time"]),
        call("d", start_time="2000-01-01T00:00:00Z", end_time=_TIMES["end_time"]),
        call("e", **_TIMES),
    )
    assert (one(board, "c")["call_duration"], one(board, "d")["call_duration"]) == (None, None)
    assert board.data("organisation/analytics/")["avg_duration_seconds"] == 60
    for scope in ("", f"&space_token={board.spring.token}"):
        told = board.data(f"organisation/analytics/trust/?{scope.lstrip('&')}")
        listed = board.get(f"call-logs/?contradicting=true{scope}").json()
        assert told["contradicting"] == listed["count"] == len(listed["data"]) == 2
        assert board.get(told["contradicting_link"]).json()["count"] == 2
    assert board.get("call-logs/?contradicting=false").json()["count"] == 1


@proves("A note to a call that has ended?")
def _note(board: Board) -> None:
    board.send(call("c", start_time=_TIMES["start_time"], call_duration=60, occurred_at=_TIMES["end_time"]))
    board.send(call("c", occurred_at="2026-02-07T09:00:00Z", metadata={"score": 7}))
    assert (one(board)["end_time"], one(board)["call_duration"]) == (_TIMES["end_time"], 60)


@proves("A final event with a start, and neither end nor duration, that happened at its start?")
def _bare(board: Board) -> None:
    board.send(call("c", start_time=_TIMES["start_time"]))
    assert (one(board)["call_status"], one(board)["end_time"]) == ("completed", None)


@proves("A stated duration longer than from start to end?")
def _longer_than_its_times(board: Board) -> None:
    created = {"creation_time": _TIMES["start_time"], **_TIMES}
    board.send(call("c", call_duration=61, **created), call("d", call_duration=61.001, **created))
    assert one(board, "d")["call_duration"] == 61.001
    told = board.data("organisation/analytics/concurrency/?start=2026-02-07&end=2026-02-08&kind=talk")
    assert (told["peak"], told["unplaced"]) == (1, 1)


@proves("A missed call with a duration?")
def _missed(board: Board) -> None:
    board.send(call("c", "missed", call_duration=12, **_TIMES))
    assert (one(board)["call_duration"], one(board)["start_time"]) == (0, None)


@proves("A failed call without a start and without a duration?")
def _failed(board: Board) -> None:
    board.send(call("c", "failed"), call("d", "failed", start_time=None))
    assert (one(board, "c")["call_duration"], one(board, "d")["call_duration"]) == (0, None)


@proves("An end reason outside the list?")
def _end_reason(board: Board) -> None:
    told = {"end_reason": "moon_phase"}
    board.send(call("c", **told), call("d", **told, source_end_reason="own"))
    assert (one(board, "c")["end_reason"], one(board, "c")["source_end_reason"]) == ("unknown", "moon_phase")
    assert (one(board, "d")["end_reason"], one(board, "d")["source_end_reason"]) == ("unknown", "own")


@proves("When is an end seen as an end?")
def _standing(board: Board) -> None:
    early, late = "2026-02-07T05:00:00Z", "2026-02-07T05:30:00Z"
    for standing in (1, 2):
        name = f"c{standing}"
        board.send(call(name, occurred_at=early, standing=standing), call(name, "ringing", occurred_at=late))
        assert one(board, name)["call_status"] == "completed"


@proves("Can a call leave a final status?")
def _corrected(board: Board) -> None:
    board.send(call("c", occurred_at="2026-02-07T05:00:00Z"))
    board.send(call("c", "failed", occurred_at="2026-02-07T05:01:00Z"))
    assert one(board)["call_status"] == "failed"
    board.send(task("t", "completed", occurred_at="2026-02-07T05:00:00Z"))
    board.send(task("t", "running", occurred_at="2026-02-07T05:01:00Z"))
    assert board.data("tasks/")[0]["status"] == "completed"
    board.send(task("t", "running", occurred_at="2026-02-07T04:00:00Z", attempt=2))
    assert board.data("tasks/")[0]["status"] == "running"


@proves("One event_id used for a call and a task?")
def _event_id(board: Board) -> None:
    board.send(call("c", event_id="e"))
    assert reason_of(board, json.dumps(task("t", event_id="e"))) == "event_id_conflict"
    board.send(call("c", event_id="e"), space=board.summer)


@proves("Events for a space of another organization?")
def _foreign_events(board: Board) -> None:
    assert sent(board, json.dumps(call("c")), space=board.elsewhere.token).status_code == 404
    answer = board.ask("GET", "call-logs/", token=board.stranger, org="other.example")
    assert answer.json()["count"] == 0


# --- tasks -------------------------------------------------------------------------------------------


@proves("PATCH without occurred_at?")
def _patched_now(board: Board) -> None:
    board.send(task("t", occurred_at="2026-02-07T05:00:00Z"))
    assert update(board, status="running").json()["data"]["modified"] == "2026-02-07T06:10:00Z"


@proves("PATCH without attempt?")
def _patched_attempt(board: Board) -> None:
    board.send(task("t", attempt=3))
    item = update(board, status="completed").json()["data"]
    assert (item["attempt"], item["status"]) == (3, "completed")


@proves("PATCH without status?")
def _patched_status(board: Board) -> None:
    board.send(task("t", "processing"))
    item = update(board, assignee="nova").json()["data"]
    assert (item["status"], item["source_status"], item["assignee"]) == ("running", "processing", "nova")


@proves("PATCH that changes nothing?")
def _patched_in_vain(board: Board) -> None:
    board.send(task("t", "completed", occurred_at="2026-02-07T05:00:00Z", created="2026-02-07T04:00:00Z"))
    answer = update(board, status="running", occurred_at="2026-02-07T04:30:00Z")
    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "completed")
    assert "a later event says otherwise" in answer.json()["message"]


@proves("PATCH with void: true?")
def _patched_void(board: Board) -> None:
    board.send(task("t", "running"))
    answer = update(board, void=True)
    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "running")
    assert board.get(f"spaces/{board.spring.token}/tasks/t/").status_code == 404


@proves("PATCH of a void task?")
def _patch_of_void(board: Board) -> None:
    board.send(task("t", "running", occurred_at="2026-02-07T05:00:00Z", void=True))
    assert update(board, status="completed").status_code == 404
    board.send(task("t", "running", occurred_at="2026-02-07T05:01:00Z", void=False))
    assert update(board, status="completed").status_code == 200


@proves("PATCH with event_id, sent again?")
def _patched_again(board: Board) -> None:
    board.send(task("t", "running", occurred_at="2026-02-07T05:00:00Z"))
    assert update(board, void=True, event_id="e").status_code == 200
    board.pass_minutes(5)
    answer = update(board, void=True, event_id="e")
    assert (answer.status_code, answer.json()["message"]) == (200, "Nothing changed: this was known")


@proves("PATCH with a known event_id and another content?")
def _patched_otherwise(board: Board) -> None:
    board.send(task("t", "running", occurred_at="2026-02-07T05:00:00Z"))
    assert update(board, status="running", event_id="e").status_code == 200
    for other in ({"status": "completed"}, {}, {"status": "running", "attempt": 1}):
        answer = update(board, event_id="e", **other)
        assert (answer.status_code, "known with other content" in answer.text) == (422, True)


def create(board: Board, body: str, **headers: str) -> Any:
    path = f"spaces/{board.spring.token}/tasks/create/"
    told = {"Content-Type": "application/json", **headers}
    return board.ask("POST", path, token=board.admin, content=body.encode(), headers=told)


_DOCUMENTS = '"documents": [{"name": "Asha", "contact_number": "+12025550123"}]'


@proves("A schedule other than now?")
def _schedule(board: Board) -> None:
    answer = create(board, '{"pilot": "nova", "schedule": {"type": "later"}, ' + _DOCUMENTS + "}")
    assert answer.status_code == 422
    assert board.data(ANALYTICS)["total_tasks"] == 0


@proves("The same Idempotency-Key?")
def _same_key(board: Board) -> None:
    key = {"Idempotency-Key": "k"}
    first = create(board, '{"pilot": "nova", ' + _DOCUMENTS + "}", **key)
    again = create(board, "{ " + _DOCUMENTS + ',\n "pilot":"nova"}', **key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert board.data(ANALYTICS)["total_tasks"] == 1
    assert create(board, '{"pilot": "atlas", ' + _DOCUMENTS + "}", **key).status_code == 422
    board.pass_minutes(7 * 24 * 60 + 1)
    assert create(board, '{"pilot": "nova", ' + _DOCUMENTS + "}", **key).json() != first.json()


@proves("Is stuck stored?")
def _stuck(board: Board) -> None:
    board.send(task("t", "running", occurred_at="2026-02-07T05:55:00Z"))
    assert board.get("tasks/?stuck=true").json()["count"] == 0  # exactly 15 minutes
    board.now += 1
    assert board.get("tasks/?stuck=true").json()["count"] == 1
    board.patch(f"spaces/{board.spring.token}/", {"settings": {"stuck_running_after": 3600}})
    assert board.get("tasks/?stuck=true").json()["count"] == 0


# --- ids ---------------------------------------------------------------------------------------------


@proves("organization token")
def _organization_token(board: Board) -> None:
    assert re.fullmatch("org_[0-9a-f]{16}", board.data("organizations/")[0]["token"])


@proves("space token")
def _space_token(board: Board) -> None:
    assert all(re.fullmatch("spc_[0-9a-f]{16}", item["token"]) for item in board.data("spaces/"))


@proves("API token (a secret)")
def _api_token(board: Board) -> None:
    made = board.post("tokens/", {"name": "Dialler", "role": "viewer"}).json()["data"]
    assert re.fullmatch("cb_[A-Za-z0-9_-]{40}", made["token"])
    assert made["token"].startswith(made["prefix"])


@proves("batch")
def _batch(board: Board) -> None:
    numbers = [int(board.send(call(name))["batch_id"].removeprefix("b")) for name in "abc"]
    assert numbers == [1, 2, 3]
    assert board.send(call("a"), space=board.elsewhere)["batch_id"] == "b1"


@proves("run, task (made here)")
def _made_here(board: Board) -> None:
    made = create(board, '{"pilot": "nova", ' + _DOCUMENTS + "}").json()["data"]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in (made["run_id"], *made["task_ids"]))


@proves("run, task, call (made elsewhere)")
def _made_elsewhere(board: Board) -> None:
    name = "ü/" + "x" * 252
    board.send(call(name))
    assert ids(board, "call-logs/") == [name]
    assert board.get(f"{API}call-logs/%C3%BC%2F{'x' * 252}/").status_code == 200
    assert reason_of(board, json.dumps(call(name + "x"))) == "invalid_id"
