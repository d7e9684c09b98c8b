"""Real calls: SIPp telephones call each other through Kamailio, which tells a hook of a running Callboard."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.acceptance.campaign import Campaign, new_campaign
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server
from tests.sip.network import CALLER, Call, place, why_not

if (missing := why_not()) is not None:
    pytest.skip(missing, allow_module_level=True)

CALLS = (
    Call("+12025550160", "caller_hangs_up", "callee_answers", "completed", "caller_hangup", "200", 1.5),
    Call("+12025550161", "caller_waits", "callee_hangs_up", "completed", "callee_hangup", "200", 1.0),
    Call("+12025550162", "caller_is_refused", "callee_refuses", "missed", "busy", "486", code=486),
    Call("+12025550163", "caller_is_refused", "callee_refuses", "missed", "rejected", "603", code=603),
    Call("+12025550164", "caller_is_refused", "callee_refuses", "failed", "invalid_number", "404", code=404),
    Call("+12025550165", "caller_is_refused", "callee_rings", "missed", "no_answer", "408", code=408),
    Call("+12025550166", "caller_gives_up", "callee_rings", "missed", "canceled", "487", code=487),
    Call("+12025550167", "caller_is_refused", None, "failed", "unreachable", "408", code=408),
    Call(
        "+12025550168", "caller_hangs_up", "callee_answers", "completed", "caller_hangup", "200", 1.5,
        also_does="callee_rings", fork="parallel",
    ),
    Call(
        "+12025550169", "caller_hangs_up", "callee_refuses", "completed", "caller_hangup", "200", 1.5,
        code=486, also_does="callee_answers", fork="serial",
    ),
    Call(
        "+12025550170", "caller_hangs_up", "callee_refuses", "completed", "caller_hangup", "200", 1.5,
        code=486, also_does="callee_answers", fork="parallel",
    ),
)  # fmt: skip
COUNTED_S = 30.0
"""How long the last post of a call may take on a busy machine before it counts as lost."""

Placed = tuple[dict[str, Any], list[Any], dict[str, float]]


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Placed:
    """All calls, placed at once: the analytics, the call logs, and how long each caller was at work."""
    folder = tmp_path_factory.mktemp("sip")
    campaign = new_campaign(folder / "calls.db")
    how = ("--space", campaign.space_token, "--platform", "kamailio", "--json")
    made = done("hook", "create", *how, db=campaign.db).json
    with Server(campaign.db) as server:
        path = made["url"].partition("/hooks/")[2]
        # What a stranger pastes is what the proxy runs.
        took = place(CALLS, made["setup"].replace(made["url"], f"{server.url}/hooks/{path}"), folder)
        logs = _when_over(campaign, server)
        with campaign.client(server.api) as client:
            numbers = client.get("organisation/analytics/").json()["data"]
    assert callboard("verify", "--deep", db=campaign.db).code == 0
    assert done("quarantine", "list", "--json", db=campaign.db).json == []
    return numbers, logs, took


def _when_over(campaign: Campaign, server: Server) -> list[Any]:
    """The call logs, when no call lives any more."""
    until = time.monotonic() + COUNTED_S
    with campaign.client(server.api) as client:
        while True:
            logs: list[Any] = client.get("call-logs/").json()["data"]
            is_over = all(each["call_status"] in ("completed", "missed", "failed") for each in logs)
            if (is_over and len(logs) >= len(CALLS)) or time.monotonic() > until:
                return logs
            time.sleep(0.1)


def _of(call: Call, logs: list[Any]) -> Any:
    [found] = [each for each in logs if each["destination_number"] == call.called]
    return found


def test_the_calls_that_were_placed_are_in_the_call_logs(placed):
    """Each once, and no other; the same SIP call is told by up to five posts."""
    _, logs, _ = placed
    assert sorted(each["destination_number"] for each in logs) == [call.called for call in CALLS]
    assert {each["source_number"] for each in logs} == {CALLER}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.end_reason} {call.fork}".strip())
def test_a_call_has_its_status_and_end_reason(placed, call):
    _, logs, _ = placed
    found = _of(call, logs)
    assert (found["call_status"], found["end_reason"]) == (call.status, call.end_reason)
    assert found["source_end_reason"].partition(":")[0] == call.source_end_reason
    assert found["source"] == "hook:kamailio"


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.end_reason} {call.fork}".strip())
def test_a_call_is_as_long_as_they_talked(placed, call):
    """Not shorter than the pause of who hangs up, nor longer than the caller's telephone was at work."""
    _, logs, took = placed
    found = _of(call, logs)
    if call.talk_s is None:
        assert found["call_duration"] in (None, 0)
        assert found["start_time"] is None
    else:
        # SIPp counts its pauses in whole milliseconds.
        assert call.talk_s - 0.002 <= found["call_duration"] <= took[call.called]


def test_the_analytics_count_what_the_call_logs_list(placed):
    numbers, logs, _ = placed
    ended = [each.status for each in CALLS]
    counted = [numbers[name] for name in ("total_calls", "completed_calls", "failed_calls")]
    assert counted == [len(CALLS), ended.count("completed"), ended.count("failed")]
    lengths = [each["call_duration"] for each in logs if each["call_status"] == "completed"]
    assert numbers["avg_duration_seconds"] == pytest.approx(sum(lengths) / len(lengths), abs=0.001)
