"""Metrics: of the service without a name or number of any tenant, of an organization with a token."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from callboard.query import space_metrics
from tests.events import call, send, task
from tests.http.board import Board
from tests.http.board import call as sent_call

ORGANIZATION = "organisation/metrics/"


def read(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    """What a scraper finds: name of a sample → (values of labels) → value. Every series once."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            key = tuple(sample.labels.values())
            assert key not in found.setdefault(sample.name, {}), sample
            found[sample.name][key] = sample.value
    return found


def service(board: Board) -> dict[str, dict[tuple[str, ...], float]]:
    answer = board.ask("GET", "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers
    return read(answer.text)


def test_requests_are_counted_by_operation_and_status(board: Board):
    """On the short path as on the long one, with how long each took; what is not there under `none`."""
    for _ in range(3):
        board.get("organisation/analytics/")
    board.get("organisation/analytics/?x=1")
    board.ask("GET", "/nowhere")
    board.ask("PUT", "spaces/")
    board.get("spaces/", token="cb_wrong")
    told = service(board)
    requests = told["callboard_http_requests_total"]
    assert requests["get_analytics", "200"] == 3
    assert requests["get_analytics", "400"] == 1
    assert requests["none", "404"] == 1
    assert requests["none", "405"] == 1
    assert requests["list_spaces", "401"] == 1
    times = told["callboard_http_request_duration_seconds_count"]
    assert times["get_analytics",] == 4
    assert told["callboard_http_request_duration_seconds_bucket"]["get_analytics", "+Inf"] == 4
    assert told["callboard_http_request_duration_seconds_sum"]["get_analytics",] > 0


def test_events_are_counted_by_how_they_ended(board: Board):
    """The four outcomes and the reasons; how long requests waited, and the commits."""
    times = {"occurred_at": "2025-12-01T00:00:00Z", "creation_time": "2025-11-01T00:00:00Z"}
    board.send(sent_call("c-1", **times))
    board.send(sent_call("c-1", **times))
    board.send(sent_call("c-1", "ringing", occurred_at="2025-11-02T00:00:00Z"))
    board.ask("POST", f"spaces/{board.spring.token}/events/", token=board.admin, json=[{"type": "call"}])
    told = service(board)
    outcomes = {key[0]: value for key, value in told["callboard_ingest_events_total"].items()}
    assert outcomes == {"applied": 1, "duplicate": 1, "stale": 1, "rejected": 1}
    assert told["callboard_ingest_rejections_total"]["missing_field",] == 1
    assert sum(told["callboard_ingest_rejections_total"].values()) == 1
    assert told["callboard_ingest_wait_seconds_count"][()] == 4
    assert told["callboard_commits_total"][()] >= 3
    assert told["callboard_queue_events"][()] == 0


def test_service_metrics_hold_nothing_of_a_tenant(board: Board):
    """No handle, no name, no token, no id; whoever scrapes learns how the service is."""
    board.send(sent_call("c-secret", agent="Ann", destination_number="+12025550123"))
    board.get(f"organisation/analytics/?space_token={board.spring.token}")
    board.get("call-logs/c-secret/")
    text = board.ask("GET", "/metrics").text
    for secret in ("acme", "Acme", "Spring", board.spring.token, board.viewer, "c-secret", "Ann", "2025550"):
        assert secret not in text


def test_a_store_that_is_down_is_a_metric_and_no_error(board: Board):
    """Monitoring needs the answer most when something is wrong."""
    assert service(board)["callboard_store_up"][()] == 1
    board.store.close()
    assert service(board)["callboard_store_up"][()] == 0


def test_the_latest_verification_is_a_metric(board: Board):
    """When it was and what it found; not a zero before there was one."""
    assert "callboard_verify_drift" not in service(board)
    board.store.record_verification(board.store.verify(), deep=False, now=board.now)
    told = service(board)
    assert told["callboard_verify_drift"][()] == 0
    assert told["callboard_verify_timestamp_seconds"][()] == board.now / 1_000_000


def test_streams_and_exports_are_gauges(tmp_path: Path):
    """How many are open; why those ended that the server ended."""
    with Board(tmp_path, stream_seconds=1) as board:
        board.get("organisation/analytics/stream/")
        told = service(board)
        assert told["callboard_stream_subscribers"][()] == 0
        assert told["callboard_streams_ended_total"]["time_over",] == 1
        assert told["callboard_exports_running"][()] == 0
        assert told["callboard_workers"][()] == 1


# --- of an organization ------------------------------------------------------------------------------


def test_an_organizations_metrics_are_its_analytics(board: Board):
    """Number by number: of the contact spaces together, and of each space."""
    send(board.store, board.spring, call("a", duration_ms=12_500), call("b", "failed"), task("t", "running"))
    send(board.store, board.summer, call("c", "queued"), task("u", "pending"))
    send(board.store, board.mail, call("m", "missed"), task("v", "failed"))
    board.pass_minutes(120)
    answer = board.get(ORGANIZATION)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = read(answer.text)
    for token, query, prefix in (
        (None, "", "callboard_organization"),
        (board.spring.token, f"?space_token={board.spring.token}", "callboard_space"),
        (board.mail.token, f"?space_token={board.mail.token}", "callboard_space"),
    ):
        whose = ("acme.example",) if token is None else ("acme.example", token)
        data = board.data(f"organisation/analytics/{query}")
        calls = {key[-1]: value for key, value in told[f"{prefix}_calls"].items() if key[:-1] == whose}
        assert set(calls) == {"queued", "ringing", "in_progress", "completed", "missed", "failed"}
        assert sum(calls.values()) - calls["queued"] == data["total_calls"]
        assert (calls["completed"], calls["failed"]) == (data["completed_calls"], data["failed_calls"])
        tasks = {key[-1]: value for key, value in told[f"{prefix}_tasks"].items() if key[:-1] == whose}
        assert tasks == data["task_status_breakdown"]
        stuck = board.get(f"tasks/?stuck=true{query.replace('?', '&')}").json()["count"]
        assert told[f"{prefix}_stuck_tasks"][whose] == stuck
        talked = told[f"{prefix}_timed_calls"][whose]
        average = told[f"{prefix}_talk_seconds"][whose] / talked if talked else 0.0
        assert average == data["avg_duration_seconds"]
    assert told["callboard_organization_stuck_tasks"]["acme.example",] == 2
    assert told["callboard_space_info"]["acme.example", board.spring.token, "Spring", "contact"] == 1
    assert told["callboard_organization_events_total"]["acme.example", "applied", ""] == 7
    assert "other.example" not in answer.text


def test_one_space_can_be_requested(board: Board):
    """Its series alone."""
    told = read(board.get(f"{ORGANIZATION}?space_token={board.mail.token}").text)
    assert {key[1] for key in told["callboard_space_tasks"]} == {board.mail.token}
    assert "callboard_organization_calls" not in told


def test_beyond_the_bound_spaces_are_one(board: Board, monkeypatch: pytest.MonkeyPatch):
    """The newest have series of their own; the sums stay what they are."""
    for space in (board.spring, board.summer, board.mail):
        send(board.store, space, call("a"))
    monkeypatch.setattr(space_metrics, "MAX_SPACES", 1)
    told = read(board.get(ORGANIZATION).text)
    calls = told["callboard_space_calls"]
    completed = {key[1]: value for key, value in calls.items() if key[2] == "completed"}
    assert completed == {board.mail.token: 1, "other": 2}
    assert told["callboard_organization_calls"]["acme.example", "completed"] == 2


@pytest.mark.parametrize(
    ("query", "status"), [("?space_token=", 400), ("?space_token=spc_none", 404), ("?x=1", 400)]
)
def test_bad_input_is_reported_as_elsewhere(board: Board, query: str, status: int):
    """With a plain error."""
    assert board.get(ORGANIZATION + query).status_code == status
    assert board.get(ORGANIZATION, headers={"Accept": "application/json"}).status_code == 406
