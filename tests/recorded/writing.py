"""What can be sent: events of every kind and fault, and everything that administration changes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from callboard.http.endpoint import Endpoint
from callboard.http.endpoints import DOCUMENTED
from callboard.model.words import TASK_WORDS
from tests.http.board import Board, call, task
from tests.http.requests import path_of
from tests.recorded.hooking import write_hooks
from tests.recorded.reading import filled
from tests.recorded.recorder import Recorder
from tests.recorded.world import World

NDJSON = {"Content-Type": "application/x-ndjson"}
LATER = "2026-01-01T02:30:00Z"
CALL_FAULTS: dict[str, tuple[Any, ...]] = {
    "call_id": (None, "", "x" * 256, 7, "a\x00b", "\u2028", "ü" * 128),
    "call_status": (None, "done", "COMPLETED", 3),
    "event_id": (5, "x" * 256, ""),
    "occurred_at": (
        "yesterday",
        "",
        17,
        "1999-12-31T23:59:59Z",
        "2026-01-03T00:00:00Z",
        "2026-01-01",
        "2" * 65,
    ),
    "sequence": (-1, 2**63, 1.5, "1", True),
    "standing": (3, -1, "2"),
    "call_type": ("fax", 1),
    "source_number": ("+" * 65, 12025550123),
    "destination_number": ("\x07", "+12025550123"),
    "creation_time": ("2026-02-30T00:00:00Z", "2025-12-31T24:00:00Z"),
    "start_time": ("1970-01-01T00:00:00Z", "2026-01-01T02:00:00"),
    "end_time": ("2027-01-01T00:00:00Z", "2026-01-01T02:00:00.1234567Z"),
    "call_duration": (-1, "60", 604_801, 1e300, True, 0, 604_800, 12.3456),
    "end_reason": ("x" * 256, 1, "line busy"),
    "source_end_reason": ("x" * 1001,),
    "answered_by": ("dog",),
    "agent": ("x" * 256, [], {}),
    "task_id": (1.0, ""),
    "outcome": ("x" * 65, "é" * 33, 1, "call_back"),
    "external_ids": ([], "x", {"a": "x" * 17_000}, {"n": 2**70}),
    "metadata": (1, {"a": "\u0000"}, {"deep": [[[[{}]]]]}, {"x": "y" * 16_400}),
    "void": ("true", 0),
    "colour": ("red",),
}
TASK_FAULTS: dict[str, tuple[Any, ...]] = {
    "task_id": (None, "", 7),
    "status": (None, "done", "", 1, *TASK_WORDS),
    "attempt": (0, 1_000_001, "2", 1.0),
    "run_id": ("x" * 256, ""),
    "assignee": (1, "x" * 256),
    "execution_type": ({}, "voice"),
    "created": ("2026-01-09T00:00:00Z", "soon"),
    "scheduled_at": ("1999-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
    "failure_reason": ("x" * 1001, ""),
    "input": ("text", [], {"a": "x" * 70_000}),
    "output": (3,),
    "call_id": ("c-1",),
}
"""Field → values that are wrong, or at the edge of what is right."""

BODIES = (
    *(
        b"",
        b" ",
        b"null",
        b"7",
        b'"text"',
        b"[]",
        b"{}",
        b"[1,null,{}]",
        b"{",
        b"[{}",
        b'{"type":"call"',
        b"\xff",
    ),
    *(b'{"events":[]}', b'{"events":{}}', b'{"events":[],"more":1}', b'{"events":[],"events":[]}', b"[NaN]"),
    b'{"type":"call","call_id":"twice","call_id":"c","call_status":"queued"}',
    b'{"type":"mail","call_id":"c","call_status":"queued"}',
    b'{"type":"call","call_id":"half","call_status":"queued","agent":"\\ud800"}',
    b'{"type":"call","call_id":"lines","call_status":"queued"}\n{"type":"call"}',
    b'[{"type":"call","call_id":"digits","call_status":"queued","sequence":' + b"9" * 5000 + b"}]",
    b"[" * 2000 + b"]" * 2000,
    b'{"type":"call","metadata":' + b'{"a":' * 1500 + b"1" + b"}" * 1500 + b"}",
)
LINES = (
    b"",
    b"\n\n",
    b'{"type":"call","call_id":"l-1","call_status":"queued"}\n\n{"type":"call","call_id":"l-2"}\n',
    b'{"type":"call","call_id":"l-3","call_status":"queued"}\n{broken\n',
    b"[]\n7\n",
)


def write_all(world: World, recorder: Recorder) -> None:
    """Everything that can be changed, after all has been read."""
    for each in (_events, _bodies, _tasks, _new_tasks, _imports, write_hooks, _spaces, _tokens, _sessions):
        each(world, recorder)
    for endpoint in DOCUMENTED:
        if endpoint.method != "GET":
            _wrongly_sent(world, recorder, endpoint)


def _imports(world: World, recorder: Recorder) -> None:
    """A file that is uploaded and dropped; then what is asked of one that is there in each state."""
    board = world.board
    imports = f"spaces/{board.spring.token}/imports/"
    file = b"call_id,status\nn-1,completed\n"
    new = {"name": "calls.csv", "size": len(file), "type": "call"}
    one = imports + recorder.ask("POST", imports, who="member", body=new).json()["data"]["id"] + "/"
    binary = {"Content-Type": "application/octet-stream"}
    recorder.ask("PUT", one + "parts/0/", who="member", content=file, headers=binary)
    recorder.ask("PUT", one + "parts/1/", who="member", content=file, headers=binary)
    recorder.get(one, who="member")
    recorder.get(imports, who="member")
    recorder.ask("POST", one + "start/", who="member", body={})
    recorder.ask("DELETE", one, who="member")
    board.store.save_mapping(board.acme.id, "dialler", '{"decimal":"comma","map":["call_id=id"]}', board.now)
    for method, path in (
        ("GET", "mappings/"),
        ("GET", "mappings/dialler/"),
        ("GET", "mappings/other/"),
        ("DELETE", "mappings/dialler/"),
    ):
        recorder.ask(method, path, who="member")
    for operation in ("read_import", "start_import", "undo_import"):
        path = path_of(board, operation)
        recorder.ask("POST", path, who="member", body=None if operation == "undo_import" else {})


def write_small(folder: Path, recorder: Recorder) -> None:
    """What a board answers whose bounds are small, and which hides which organizations there are."""
    board = recorder.board
    events = f"spaces/{board.spring.token}/events/"
    many = [call(f"c-{number}", "queued") for number in range(9)]
    recorder.ask("POST", events, who="member", body=many)
    recorder.ask("POST", events, who="member", content=b"\n".join(map(_json, many)), headers=NDJSON)
    recorder.ask("POST", events, who="member", body={"x": "y" * 5000})
    packed = gzip.compress(b" " * 20_000, mtime=0)
    recorder.ask("POST", events, who="member", content=packed, headers={"Content-Encoding": "gzip"})
    recorder.ask("POST", f"spaces/{board.spring.token}/tasks/create/", who="member", body=_new(9))
    for org in ("nowhere.example", "other.example", "acme.example"):
        recorder.get("organisation/analytics/", org=org)
    for _ in range(4):
        recorder.get("organisation/analytics/", who="nobody", headers={"Authorization": "Token cb_wrong"})
    recorder.get("organisation/analytics/", org="nowhere.example")


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _events(world: World, recorder: Recorder) -> None:
    board = world.board
    events = f"spaces/{board.spring.token}/events/"

    def send(*sent: Any, **more: Any) -> None:
        recorder.ask("POST", events, **{"who": "member", "org": None, "body": list(sent), **more})

    first = call("n-1", "completed", event_id="n-e1", occurred_at=LATER, call_duration=61.5)
    send(body=first)
    send(body={"events": [first]})
    send({**first, "call_duration": 62}, call("n-1", "ringing", occurred_at="2026-01-01T02:00:00Z"))
    send(
        call("n-1", "queued"),
        task("n-t", "running", occurred_at=LATER),
        task("n-t", "pending", created=LATER),
    )
    send(call("n-2"), call("n-2"), call(""), task("n-t", "failed", attempt=2), task("n-t", "running"))
    send(call("n-1", void=True), call("n-1", void=False, occurred_at="2026-01-01T02:45:00Z"))
    recorder.get("call-logs/n-1/")
    recorder.get("organisation/analytics/")
    for field, values in CALL_FAULTS.items():
        send(*({**call(f"f-{field}"), field: value} for value in values))
        send(*({**call(f"f-{field}"), field: None} for _ in range(1)))
    for field, values in TASK_FAULTS.items():
        send(*({**task(f"f-{field}"), field: value} for value in values))
        send(*({**task(f"f-{field}"), field: None} for _ in range(1)))
    for kind in ("call", "task"):
        send({"type": kind}, {"type": kind.upper()}, {"type": None})
    full = [call("n-full", "ringing", sequence=number, occurred_at=LATER) for number in range(1001)]
    send(*full, call("n-full", "failed"))
    for who in ("nobody", "viewer", "stranger", "admin"):
        send(first, who=who)
    send(first, org="other.example")
    send(first, who="both", org="nowhere.example")
    recorder.ask("POST", "spaces/no-such/events/", who="member", body=first)
    recorder.ask("POST", f"{events}?dry=true", who="member", body=first)


def _bodies(world: World, recorder: Recorder) -> None:
    events = f"spaces/{world.board.spring.token}/events/"

    def send(content: bytes, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        recorder.ask("POST", events, who="member", content=content, headers=named)

    for body in BODIES:
        send(body, Content_Type="application/json")
    for lines in LINES:
        send(lines, **NDJSON)
    good = _json(call("b-1", "queued"))
    for media in (
        "",
        "text/plain",
        "application/json; charset=latin-1",
        "application/json; charset=UTF-8",
        "x",
    ):
        send(good, Content_Type=media)
    packed = gzip.compress(good, mtime=0)
    send(packed, Content_Encoding="gzip")
    send(packed[:20], Content_Encoding="gzip")
    send(good, Content_Encoding="gzip")
    send(good, Content_Encoding="zstd")
    for encoding in ("br", "identity", "gzip, gzip", "deflate"):
        send(good, Content_Encoding=encoding)
    send(good, Accept="text/html")


def _tasks(world: World, recorder: Recorder) -> None:
    spring = world.board.spring.token

    def patch(body: Any, task_id: str = "t-ended", **more: Any) -> None:
        recorder.ask("PATCH", f"spaces/{spring}/tasks/{task_id}/", **{"who": "member", "body": body, **more})

    patch({"status": "completed", "output": {"said": "„ja“"}})
    patch({"status": "completed", "output": {"said": "„ja“"}})
    patch({"status": "running"})
    patch({"status": "running", "attempt": 2, "event_id": "p-1"})
    patch({"status": "failed", "attempt": 2, "event_id": "p-1"})
    patch({"status": "failed", "attempt": 1})
    patch({"assignee": "somebody"})
    patch({"status": "hold", "occurred_at": "2025-01-01T00:00:00Z"})
    patch({"void": True})
    patch({"void": False})
    patch({"status": "running"}, "no-such")
    patch({"status": "completed"}, "odd%20task")
    for field, values in TASK_FAULTS.items():
        patch({field: values[0]}, "odd-alone")
    wrong: tuple[Any, ...] = ({}, [], 7, "x", {"task_id": "other"}, {"type": "call"})
    for body in wrong:
        patch(body, "odd-alone")
    for who in ("nobody", "viewer", "stranger"):
        patch({"status": "completed"}, who=who)
    patch({"status": "completed"}, org="other.example")


def _new(many: int) -> dict[str, Any]:
    documents = [
        {"name": f"Person {each}", "contact_number": f"+1202555{each + 100:04}"} for each in range(many)
    ]
    return {"pilot": "renewals", "documents": documents, "context": "Ask kindly"}


def _new_tasks(world: World, recorder: Recorder) -> None:
    path = f"spaces/{world.board.spring.token}/tasks/create/"

    def post(body: Any, key: str | None = None, **more: Any) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        sent = {"who": "member", "org": None, "body": body, "headers": headers, **more}
        return recorder.ask("POST", path, **sent)

    made = post(_new(2)).json()["data"]
    recorder.get(f"spaces/{world.board.spring.token}/runs/{made['run_id']}/")
    recorder.get(f"spaces/{world.board.spring.token}/runs/{made['run_id']}/tasks/")
    post(_new(1), "key-1")
    post(_new(1), "key-1")
    post(_new(2), "key-1")
    post(_new(1), "")
    post(_new(1), "k" * 256)
    post({**_new(1), "schedule": {"type": "now"}})
    post({**_new(1), "schedule": {"type": "later"}})
    post({**_new(1), "schedule": {}})
    post({**_new(1), "colour": "red"})
    post({"pilot": "", "documents": []})
    post({"documents": [{"name": "A"}]})
    post({"pilot": "p", "documents": [{"name": 1, "contact_number": ""}]})
    post({"pilot": "p", "documents": [{**_new(1)["documents"][0], "context": "own", "objective": "x"}]})
    post({**_new(1), "documents": [{**_new(1)["documents"][0], "note": "x" * 70_000}]})
    post({**_new(1), "context": "x" * 1001})
    post([])
    post({})
    for who in ("nobody", "viewer", "stranger"):
        post(_new(1), who=who)


def _spaces(world: World, recorder: Recorder) -> None:
    def post(body: Any, **more: Any) -> Any:
        return recorder.ask("POST", "spaces/", **{"who": "admin", "body": body, **more})

    made = post({"name": "Autumn"}).json()["data"]["token"]
    settings = {"timezone": "Asia/Kolkata", "stuck_running_after": 60, "live_call_limit": 3600}
    whole = {"description": "Ça", "content_type": "general", "agent_handle": "asha", "settings": settings}
    post({"name": "Winter", "token": "winter-1", **whole, "archived": True})
    post({"name": "Winter", "token": "winter-1"})
    post({"name": "Elsewhere", "token": world.board.elsewhere.token})
    faults: tuple[Any, ...] = (
        *({}, [], {"name": ""}, {"name": 1}, {"name": "x" * 256}, {"name": "a", "token": "a b"}),
        *({"name": "a", "content_type": "fax"}, {"name": "a", "settings": {"timezone": "Mars"}}),
        *({"name": "a", "settings": {"stuck_running_after": 0}}, {"name": "a", "colour": "red"}),
        *({"name": "a", "settings": {"colour": 1}}, {"name": "a", "archived": "yes"}, {"name": "a\x00"}),
    )
    for fault in faults:
        post(fault)
    for who in ("nobody", "viewer", "member", "stranger"):
        post({"name": "a"}, who=who)
    for change in (
        {"name": "Autumn leaves"},
        {"description": "changed", "agent_handle": "bruno"},
        {"description": None, "agent_handle": None},
        {"content_type": "email"},
        {"content_type": "contact"},
        {"settings": {"timezone": "America/New_York", "stuck_pending_after": 5}},
        {"settings": {"timezone": None}},
        {"archived": True},
        {"archived": False},
        {},
        {"token": "other"},
        {"name": None},
        {"settings": None},
        {"settings": {"live_call_limit": -1}},
    ):
        recorder.ask("PATCH", f"spaces/{made}/", who="admin", body=change)
    recorder.get("spaces/?archived=true")
    recorder.ask("PATCH", f"spaces/{world.board.elsewhere.token}/", who="admin", body={"name": "Ours"})
    recorder.ask("PATCH", f"spaces/{made}/", who="member", body={"name": "Ours"})


def _tokens(world: World, recorder: Recorder) -> None:
    def post(path: str, body: Any, **more: Any) -> Any:
        return recorder.ask("POST", path, **{"who": "admin", "body": body, **more})

    made = [
        post("tokens/", {"name": "A dialler", "role": "member"}),
        post("tokens/", {"name": "Short", "role": "viewer", "expires_at": "2026-01-02T00:00:00Z"}),
        post(
            "tokens/",
            {"name": "Wide", "role": "admin", "organizations": ["acme.example", "other.example"]},
            who="both",
        ),
    ]
    ids = [answer.json()["data"]["id"] for answer in made]
    for fault in (
        {},
        {"name": "a", "role": "owner"},
        {"name": "", "role": "viewer"},
        {"name": "a", "role": "viewer", "organizations": []},
        {"name": "a", "role": "viewer", "organizations": ["other.example"]},
        {"name": "a", "role": "viewer", "organizations": ["nowhere.example"]},
        {"name": "a", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "a", "role": "viewer", "expires_at": "soon"},
        {"name": "a", "role": "viewer", "expires_at": "9999-12-31T23:59:59-23:59"},
        {"name": "a", "role": "viewer", "colour": 1},
    ):
        post("tokens/", fault)
    post(f"tokens/{ids[0]}/rotate/", {"old_valid_hours": 24})
    post(f"tokens/{ids[0]}/rotate/", None)
    post(f"tokens/{ids[0]}/rotate/", {"old_valid_hours": 169})
    post(f"tokens/{ids[0]}/rotate/", {"old_valid_hours": "1"})
    post(f"tokens/{ids[2]}/rotate/", {})
    for token in (ids[0], ids[0], ids[2], 999, "x"):
        recorder.ask("DELETE", f"tokens/{token}/", who="admin")
    post(f"tokens/{ids[0]}/rotate/", {})
    post("tokens/999/rotate/", {})
    for who in ("nobody", "viewer", "member", "stranger"):
        post("tokens/", {"name": "a", "role": "viewer"}, who=who)
        post(f"tokens/{ids[1]}/rotate/", {}, who=who)
        recorder.ask("DELETE", f"tokens/{ids[1]}/", who=who)
    recorder.get("tokens/", who="admin")


def _sessions(world: World, recorder: Recorder) -> None:
    def session(method: str, body: Any = None, **headers: str) -> None:
        recorder.ask(method, "/session", who="nobody", org=None, body=body, headers=headers)

    session("POST", {"token": world.board.viewer})
    session("POST", {"token": "cb_unknown"})
    session("POST", {"token": ""})
    session("POST", {})
    session("POST", {"token": world.board.viewer}, Origin="https://elsewhere.example")
    session("GET")
    recorder.ask("GET", "/session", org=None)
    recorder.ask("GET", "/session", who="both", org=None)
    session("DELETE")
    session("DELETE", Origin="https://elsewhere.example")


def _wrongly_sent(world: World, recorder: Recorder, endpoint: Endpoint[Any]) -> None:
    """Bodies that no endpoint takes."""
    path = filled(world, endpoint.path)
    recorder.ask(endpoint.method, f"{path}?colour=red", who="admin", content=b"{}")
    if endpoint.body is None:
        return
    json_media = {"Content-Type": "application/json"}
    for content in (b"", b"{", b'{"a":1,"a":1}', b"\xff", b"[" * 2000, b'{"a":' + b"9" * 5000 + b"}"):
        recorder.ask(endpoint.method, path, who="admin", content=content, headers=json_media)
    recorder.ask(endpoint.method, path, who="admin", content=b"{}", headers={"Content-Type": "text/xml"})
    recorder.ask(endpoint.method, path, who="admin", content=b"{}", headers={"Content-Encoding": "br"})
    recorder.ask(endpoint.method, path, who="admin", content=b" " * (70 * 1024), headers=json_media)


def small_board(folder: Path) -> Board:
    """A board whose bounds are few and low."""
    return Board(
        folder,
        max_body_bytes=4096,
        max_decoded_bytes=16_384,
        max_events=8,
        failed_auth_per_minute=5,
        conceal_organizations=True,
    )
