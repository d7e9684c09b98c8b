"""What can be read: every list, item and report, with each of its parameters, well and badly asked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx

from callboard.http.endpoint import Endpoint
from callboard.http.endpoints import DOCUMENTED
from callboard.query.reports.plan import DIMENSIONS
from callboard.query.reports.spaces import SORTS
from tests.recorded.recorder import Recorder, digest
from tests.recorded.world import World

A = "organisation/analytics/"
BAD = {
    "space_token": ("", "nowhere"),
    "page": ("0", "x", "1000000001"),
    "page_size": ("0", "1001"),
    "cursor": ("", "x"),
    "content_type": ("calls",),
    "include": ("all",),
    "sort": ("size",),
    "heartbeat": ("0",),
    "start": ("yesterday", "2025-12-01T00:00:00"),
    "end": ("2025-13-01",),
    "start_date": ("31-12-2025", "2025-12-01T00:00:00"),
    "end_date": ("x",),
    "timezone": ("Mars", ""),
    "interval": ("minute",),
    "group_by": ("colour", "agent,agent", "agent,call_type,call_status"),
    "metric": ("speed", "total_calls,total_calls"),
    "compare": ("next",),
    "kind": ("ring",),
    "call_type": ("fax",),
    "call_status": ("done",),
    "end_reason": ("bored",),
    "agent": ("a" * 256, "%00", "%ff"),
    "answered": ("yes",),
    "answered_by": ("dog",),
    "outcome": ("x" * 256, "%00"),
    "min_duration": ("-1", "x", "1e999"),
    "max_time_to_answer": ("inf",),
    "source_number": ("+" * 65,),
    "talking_at": ("now", "2025-12-02/2025-12-01", "2025-12-01/"),
    "unplaced": ("ring",),
    "status": ("stuck",),
    "attempt": ("0", "1.5"),
    "created_from": ("x",),
    "waiting_before": ("x",),
    "stuck": ("1",),
    "format": ("xml",),
    "archived": ("maybe",),
}
"""Values that are answered 400, where an endpoint has the parameter."""

CALLS = (
    *("page_size=2", "page=2&page_size=2", "page=900", "page_size=1&page=1000000000", ""),
    *(f"page_size=2&call_type={each}" for each in ("outbound", "inbound", "unknown")),
    *(f"page_size=1&call_status={each}" for each in ("queued", "in_progress", "missed", "failed", "ringing")),
    *(f"page_size=1&end_reason={each}" for each in ("no_answer", "unknown", "billing", "silence_timeout")),
    *("page_size=1&agent=asha", "page_size=1&agent=%D0%96-bot", "page_size=1&agent=nobody"),
    *("page_size=1&answered=true", "page_size=1&answered=false", "page_size=1&answered_by=machine"),
    *("page_size=1&outcome=interested", "page_size=1&outcome=unknown", "page_size=1&outcome=sold"),
    *("page_size=1&answered_by=unknown", "page_size=1&made=false", "page_size=1&made=true"),
    *("page_size=1&final=false", "page_size=1&duration_known=false", "page_size=1&duration_known=true"),
    *(
        "page_size=1&time_to_answer_known=true",
        "page_size=1&contradicting=true",
        "contradicting=false&page=99",
    ),
    *("page_size=1&source_number=%2B12025550123", "page_size=1&source_number=1%20202%20555%200123"),
    *("page_size=1&external_id=x4520", "external_id=CA1&has_legs=true", "page_size=1&has_legs=false"),
    *("page_size=1&past_limit=true", "past_limit=false&page=99"),
    *("page_size=1&destination_number=%2B12025550104", "page_size=1&task_id=t-ended"),
    *("page_size=1&min_duration=800", "page_size=1&max_duration=20.5", "page_size=1&min_time_to_answer=30"),
    *("page_size=1&max_time_to_answer=5", "page_size=1&min_duration=100&max_duration=10"),
    *("page_size=1&talking_at=2025-12-10T12:00:00Z", "page_size=1&talking_at=2025-12-10/2025-12-10"),
    *("page_size=1&offered_at=2025-12-10T00:00:00Z/2025-12-11T00:00:00Z", "page_size=1&unplaced=talk"),
    *("page_size=1&start_date=2025-12-20", "page_size=1&end_date=2025-11-01"),
    "page_size=1&start_date=2025-10-26&end_date=2025-10-26&timezone=Europe/Berlin",
    "page_size=1&start_date=20-12-2025%2010:00:00&end_date=21-12-2025%2010:00:00&timezone=America/New_York",
    "page_size=1&start_date=2025-12-20T10:00:00%2B05:30&call_status=completed&agent=asha&answered=true",
    *("content_type=all&page_size=1", "content_type=contact&page_size=1"),
)
TASKS = (
    *("page_size=2", "page=3&page_size=2", "page=900", "stuck=true&page_size=3", "stuck=false&page_size=1"),
    *(f"page_size=1&status={each}" for each in ("pending", "running", "completed", "failed")),
    *("page_size=1&failure_reason=no%20answer", "page_size=1&failure_reason=cancelled"),
    *("page_size=1&attempt=2", "page_size=1&attempt=3", "page_size=1&created_from=2025-12-20"),
    *("page_size=1&created_to=2025-11-01&timezone=Europe/Berlin", "page_size=1&updated_before=2025-11-01"),
    *("page_size=1&waiting_before=2025-12-01", "page_size=2&call_ended=true", "page_size=1&call_ended=false"),
)
PERIODS = (
    "start=2025-12-20&end=2025-12-22",
    "start=2025-10-25T00:00:00Z&end=2025-10-27T00:00:00Z&timezone=Europe/Berlin",
    "start=2025-12-31T15:00:00%2B02:00",
)
FILTERS = (
    "call_type=outbound",
    "call_type=unknown",
    "call_status=failed",
    "end_reason=no_answer",
    "end_reason=unknown",
    "agent=asha",
    "answered=true",
    "answered=false&call_status=failed",
    "answered_by=machine",
    "answered_by=unknown&agent=%D0%96-bot",
)


def read_all(world: World, recorder: Recorder) -> None:
    """Everything that a viewer can ask of the finished world."""
    for each in (_numbers, _series, _other_reports, _lists, _items, _exports, _plain, _who_asks):
        each(world, recorder)
    for endpoint in DOCUMENTED:
        if endpoint.method == "GET" and endpoint.needs_token:
            _badly_asked(world, recorder, endpoint)


def filled(world: World, path: str) -> str:
    """A path with everything named that it asks for."""
    names = {
        "{space_token}": world.board.spring.token,
        "{run_id}": "r-3",
        "{task_id}": "t-ended",
        "{call_id}": "c-ended",
        "{handle}": "renewals",
        "{id}": "2",
        "{quarantine_id}": "q000000000000000",
        "{platform}": "twilio",
        "{hook_token}": "cbh_nobody",
    }
    for name, value in names.items():
        path = path.replace(name, value)
    return path


def _spaces_of(world: World) -> Iterator[str]:
    yield ""
    for space in (world.board.spring, world.berlin, world.board.mail, world.board.summer):
        yield f"?space_token={space.token}"


def _numbers(world: World, recorder: Recorder) -> None:
    for query in _spaces_of(world):
        recorder.get(f"{A}{query}")
        recorder.get(f"organisation/metrics/{query}")
    # A stream lasts a second before it ends by itself.
    recorder.get(f"{A}stream/?space_token={world.berlin.token}")
    recorder.get(A[:-1])
    recorder.get(A, org="ACME.example")
    known = recorder.get(A).headers["etag"]
    recorder.get(A, headers={"If-None-Match": known})
    recorder.get(A, headers={"If-None-Match": f'W/"x", {known}'})
    recorder.ask("HEAD", A)
    recorder.ask("HEAD", f"{A}stream/")
    recorder.get(A, who="stranger", org="other.example")
    recorder.get(A, who="both", org="other.example")


def _series(world: World, recorder: Recorder) -> None:
    at = f"{A}series/?"
    berlin = f"space_token={world.berlin.token}"
    recorder.get(f"{A}series/", seen=digest)  # of thirty days
    for interval in ("15m", "hour", "day", "week", "month", "total"):
        wide = "start=2025-12-31T18:00:00Z&end=2025-12-31T21:00:00Z" if interval == "15m" else PERIODS[0]
        recorder.get(f"{at}interval={interval}&{wide}", seen=digest if interval == "hour" else _whole)
    for period in PERIODS:
        recorder.get(f"{at}interval=day&{period}&include=trust")
        recorder.get(f"{at}interval=total&compare=previous&{period}&metric=total_calls,total_tasks")
        recorder.get(f"{at}interval=day&{period}&{berlin}")
    for dimension in DIMENSIONS:
        recorder.get(f"{at}interval=total&group_by={dimension}&start=2025-11-01&end=2025-12-30")
    recorder.get(
        f"{at}interval=month&group_by=agent,call_type&start=2025-12-01&metric=total_calls,talk_seconds"
    )
    recorder.get(f"{at}interval=week&group_by=space_token&start=2025-12-20&metric=total_tasks,tasks_failed")
    every = "total_calls,completed_calls,missed_calls,failed_calls,answered_calls,talk_seconds"
    recorder.get(f"{at}interval=week&start=2025-12-20&metric={every},avg_duration_seconds,answer_rate")
    for where in FILTERS:
        recorder.get(f"{at}interval=total&start=2025-11-01&end=2025-12-30&{where}")
    for refused in (
        "interval=15m&start=2020-01-01&end=2025-01-01",
        "start=2025-12-02&end=2025-12-01",
        "start=2025-12-02T00:00:00Z&end=2025-12-02T00:00:00Z",
        "metric=total_tasks&agent=asha",
        "metric=total_tasks&group_by=agent",
        "interval=hour&start=2010-01-01",
        "start=2027-01-01",
        "interval=day&start=2025-12-01T00:00:30Z&end=2025-12-02",
    ):
        recorder.get(at + refused)


def _other_reports(world: World, recorder: Recorder) -> None:
    berlin = f"space_token={world.berlin.token}"
    for period in PERIODS:
        recorder.get(f"{A}durations/?{period}")
        recorder.get(f"{A}durations/?{period}&{berlin}&include=trust&group_by=call_status")
        for kind in ("talk", "offered"):
            recorder.get(f"{A}concurrency/?{period}&kind={kind}&interval=day")
        recorder.get(f"{A}concurrency/?{period}&interval=total&{berlin}&include=trust")
    recorder.get(f"{A}durations/", seen=digest)
    recorder.get(f"{A}concurrency/", seen=digest)
    recorder.get(f"{A}concurrency/?interval=15m&start=2025-12-31T22:00:00Z")
    recorder.get(f"{A}durations/?start=2025-12-01&group_by=agent,answered_by", seen=digest)
    for dimension in DIMENSIONS:
        recorder.get(f"{A}durations/?{PERIODS[0]}&group_by={dimension}", seen=digest)
    for where in FILTERS:
        recorder.get(f"{A}durations/?start=2025-11-01&end=2025-12-30&{where}")
        recorder.get(f"{A}concurrency/?interval=total&start=2025-11-01&end=2025-12-30&{where}")
    recorder.get(f"{A}concurrency/?start=2010-01-01&end=2025-01-01&interval=15m")
    recorder.get(f"{A}durations/?start=2025-12-02&end=2025-12-01")
    for query in ("", "?include=trust", "?content_type=all&include=trust"):
        recorder.get(f"{A}attention/{query}")
    recorder.get(f"{A}attention/?{berlin}")
    for query in _spaces_of(world):
        recorder.get(f"{A}trust/{query}")
    recorder.get(f"{A}trust/?content_type=all")
    recorder.get(f"{A}trust/", who="both", org="other.example")
    for query in ("", "?include=trust", "?content_type=all", "?page=2&page_size=1", "?page=9"):
        recorder.get(f"{A}spaces/{query}")
    for sort in SORTS:
        recorder.get(f"{A}spaces/?page_size=1&sort={sort}")
        recorder.get(f"{A}spaces/?page_size=1&sort=-{sort}")
    recorder.get(f"{A}metrics/")


def _lists(world: World, recorder: Recorder) -> None:
    spring = world.board.spring.token
    for query in CALLS:
        recorder.get(f"call-logs/?{query}", seen=_whole if query else digest)
    recorder.get(f"call-logs/?space_token={world.board.mail.token}&page_size=1")
    for query in TASKS:
        recorder.get(f"tasks/?{query}")
    recorder.get(f"tasks/?page_size=1&run_id=r-3&assignee=renewals&space_token={spring}")
    recorder.get("tasks/?page_size=1&content_type=all")
    for query in (*TASKS[::3], "page_size=1&assignee=renewals", "page_size=1&created_to=2025-12-01"):
        recorder.get(f"spaces/{spring}/tasks/?{query}")
        recorder.get(f"spaces/{spring}/runs/r-3/tasks/?{query}")
        recorder.get(f"agents/renewals/tasks/?{query}")
    recorder.get(f"agents/%D0%96-bot/tasks/?page_size=1&run_id=r-3&space_token={spring}")
    recorder.get("agents/nobody/tasks/")
    for path in ("call-logs/?", "tasks/?", f"spaces/{spring}/tasks/?", f"spaces/{spring}/runs/?"):
        _followed(recorder, f"{path}page_size=3")
    for path in ("spaces/?", "agents/?", "organizations/?"):
        recorder.get(path)
        recorder.get(f"{path}page=1")
        _followed(recorder, f"{path}page_size=1")
    recorder.get("organizations/", who="both", org=None)
    recorder.get("organizations/", who="stranger")
    for kind in ("contact", "email", "general", "table"):
        recorder.get(f"spaces/?content_type={kind}&archived=false")
    recorder.get("spaces/?archived=true")
    recorder.get(f"agents/?space_token={world.berlin.token}")
    recorder.get("agents/?content_type=all")
    recorder.get(f"spaces/{spring}/runs/")
    recorder.get("tokens/", who="admin")
    recorder.get("tokens/?page_size=2", who="admin")
    recorder.get("tokens/", who="stranger", org="other.example")


def _followed(recorder: Recorder, path: str) -> None:
    """A first page and the one that its cursor leads to."""
    cursor = recorder.get(path).json().get("next_cursor")
    if cursor is not None:
        recorder.get(f"{path}&cursor={quote(cursor)}")


def _items(world: World, recorder: Recorder) -> None:
    board = world.board
    for call_id in ("c-ended", "c-s3-0", "odd backwards", "odd/slash", "odd-micro", "odd-late", "i-3", "w-1"):
        recorder.get(f"call-logs/{quote(call_id, safe='')}/")
    for call_id in (
        "odd-bare",
        "odd-void",
        "odd-back",
        "odd-null",
        "odd-sequence",
        "no-such",
        "c-e10-0",
        "h-1",
    ):
        recorder.get(f"call-logs/{call_id}/?space_token={board.spring.token}")
    recorder.get(f"call-logs/i-3/?space_token={world.berlin.token}")
    recorder.get(f"call-logs/c-b3-0/?space_token={world.berlin.token}")
    for task_id in ("t-ended", "odd%20task", "odd-stuck", "odd-void", "odd-alone", "t-s7-1", "no-such"):
        recorder.get(f"spaces/{board.spring.token}/tasks/{task_id}/")
    for run_id in ("r-3", "r-0", "r-9", "no-such"):
        recorder.get(f"spaces/{board.spring.token}/runs/{run_id}/")
    for space in (board.spring, world.berlin, world.table, board.elsewhere):
        recorder.get(f"spaces/{space.token}/")
    recorder.get("spaces/no-such/")
    recorder.get(f"spaces/{board.spring.token.upper()}/")


def _exports(world: World, recorder: Recorder) -> None:
    spring = f"space_token={world.board.spring.token}"
    few = "start_date=2025-12-30&call_status=completed"
    for kind in ("csv", "ndjson"):
        recorder.get(f"call-logs/?format={kind}&{few}")
        recorder.get(f"call-logs/?format={kind}&page_size=2&{spring}")
        recorder.get(f"call-logs/?format={kind}", seen=digest)
        recorder.get(f"call-logs/?format={kind}&agent=nobody-at-all")
        recorder.get(f"tasks/?format={kind}&created_from=2025-12-29")
        recorder.get(f"tasks/?format={kind}", seen=digest)
        recorder.get(f"spaces/{world.board.spring.token}/tasks/?format={kind}&status=failed&page_size=2")
        recorder.get(f"spaces/{world.board.spring.token}/runs/r-3/tasks/?format={kind}&page_size=2")
        recorder.get(f"agents/renewals/tasks/?format={kind}&page_size=2")
        recorder.ask("HEAD", f"call-logs/?format={kind}")
    recorder.get(f"call-logs/?{few}", headers={"Accept": "text/csv"})
    recorder.get(f"call-logs/?{few}&page_size=1", headers={"Accept": "text/csv;q=0.5, application/x-ndjson"})
    recorder.get("call-logs/?format=json&page_size=1", headers={"Accept": "text/csv"})
    recorder.get("call-logs/?page_size=1", headers={"Accept": "image/png"})
    # The bytes of Parquet differ with the library that writes them; the tests of exports read what is in it.
    recorder.get(f"call-logs/?format=parquet&{few}", seen=lambda _: b"")
    recorder.get("tasks/?format=parquet&created_from=2025-12-29", seen=lambda _: b"")


def _plain(world: World, recorder: Recorder) -> None:
    for path in ("/healthz", "/readyz", "/healthz/"):
        recorder.get(path, who="nobody", org=None)
    recorder.get("/metrics", who="nobody", org=None, seen=_names, told=("content-type",))
    recorder.get("/docs", who="nobody", org=None, seen=lambda _: b"", told=("content-type",))
    recorder.get("/openapi.json", who="nobody", org=None, seen=_hash_of_document, told=("content-type",))
    for path in (
        "/nowhere",
        "nowhere/",
        f"{A}nowhere/",
        "call-logs//",
        "/api/v2/platform",
        "/%ff",
        "/METRICS",
    ):
        recorder.get(path)
    for method, path in (("POST", A), ("DELETE", "call-logs/"), ("PUT", "spaces/"), ("OPTIONS", "tasks/")):
        recorder.ask(method, path)
    recorder.ask("PATCH", f"spaces/{world.board.spring.token}/events/")


def _who_asks(world: World, recorder: Recorder) -> None:
    for endpoint in DOCUMENTED:
        if not endpoint.needs_token:
            continue
        path = filled(world, endpoint.path)
        recorder.ask(endpoint.method, path, who="nobody")
        recorder.ask(endpoint.method, path, org=None)
        recorder.ask(endpoint.method, path, org="nowhere.example")
        recorder.ask(endpoint.method, path, who="stranger")
    for sent in ("Basic x", "Token", "Token ", "Token cb_unknown", "", "Token a b"):
        recorder.get(A, who="nobody", headers={"Authorization": sent})
    viewer = world.board.viewer
    recorder.get("tokens/", who="viewer")
    recorder.get("tokens/", who="member")
    for scheme in ("bearer", "BEARER", "tOKEN"):
        answer = world.board.ask(
            "GET", A, org="acme.example", headers={"Authorization": f"{scheme} {viewer}"}
        )
        assert answer.status_code == 200
    recorder.get(A, org="")
    recorder.get(A, headers={"org-handle": "acme.example"})


def _badly_asked(world: World, recorder: Recorder, endpoint: Endpoint[Any]) -> None:
    path = filled(world, endpoint.path)
    who = "admin" if endpoint.role == "admin" else "viewer"
    for name in endpoint.parameters:
        for value in BAD.get(name, ()):
            recorder.get(f"{path}?{name}={value}", who=who)
    if endpoint.parameters:
        name = next(iter(endpoint.parameters))
        recorder.get(f"{path}?{name}=1&{name}=1", who=who)
    recorder.get(f"{path}?colour=red", who=who)


def _whole(answer: httpx.Response) -> bytes:
    return answer.content


def _hash_of_document(answer: httpx.Response) -> bytes:
    """The hash of the OpenAPI document, whatever the version: docs/reference/openapi.json holds it whole."""
    document = json.loads(answer.content)
    del document["info"]["version"]
    return hashlib.sha256(json.dumps(document).encode()).hexdigest().encode()


def _names(answer: httpx.Response) -> bytes:
    """Which series a scrape has, and their labels: how long answers took is not for comparing."""
    lines = answer.content.decode().splitlines()
    told = [line for line in lines if line.startswith("#")]
    named = {re.sub('="[^"]*"', "", line.rpartition(" ")[0]) for line in lines if not line.startswith("#")}
    return "\n".join([*told, *sorted(named)]).encode()
