"""Tasks, calls and runs from the command line: what needs attention, and the rows behind the numbers."""

from __future__ import annotations

import pytest

from tests.acceptance.campaign import call, new_campaign, task
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """A campaign with a few calls and tasks in it, and a space of e-mails beside it."""
    campaign = new_campaign(tmp_path_factory.mktemp("lists") / "calls.db")
    email = done(
        "space", "create", "--name", "Letters", "--content-type", "email", "--json", db=campaign.db
    ).json
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        campaign.send(
            client,
            call("first", creation_time="2024-02-01T09:00:00Z", call_duration=12.5, agent="ana"),
            call("second", "missed", creation_time="2024-02-02T09:00:00Z", end_reason="busy"),
            call("third", "failed", creation_time="2024-02-03T09:00:00Z", call_type="outbound"),
            task("done", "completed", run_id="run-1"),
            task("broken", "failed", failure_reason="no_answer", run_id="run-1"),
            task("waiting", "pending", created="2024-02-08T09:00:00Z"),
            task("later", "pending", scheduled_at="2099-01-01T00:00:00Z"),
            task("hanging", "running", assignee="ana\u001b[31m"),
        )
        answer = client.post(f"spaces/{email['token']}/events/", json=[task("letter", "failed")])
        assert answer.json()["data"]["applied"] == 1
        api_tasks = client.get("tasks/").json()["data"]
        api_calls = client.get("call-logs/").json()["data"]
        api_runs = client.get(f"spaces/{campaign.space_token}/runs/").json()["data"]
    return campaign, api_tasks, api_calls, api_runs


def ids(campaign, *arguments):
    """The ids that a list prints as JSON."""
    rows = done(*arguments, "--json", db=campaign.db).json
    return [each.get("task_id") or each.get("call_id") for each in rows]


def test_lists_hold_the_same_items_as_the_api(campaign):
    """Item for item and field for field, in the same order (a stuck task's age goes on)."""
    campaign, api_tasks, api_calls, api_runs = campaign
    tasks = done("tasks", "--json", db=campaign.db).json
    for each in (*tasks, *api_tasks):
        if each["stuck"]:
            assert each["stuck"].pop("age_seconds") > 0
    assert tasks == api_tasks
    assert done("calls", "--json", db=campaign.db).json == api_calls
    assert done("runs", "--space", campaign.space_token, "--json", db=campaign.db).json == api_runs


def test_stuck_and_failed_tasks_are_found(campaign):
    """--stuck and --status are what the analytics' last line sends people to."""
    campaign, *_ = campaign
    assert ids(campaign, "tasks", "--stuck") == ["waiting", "hanging"]
    assert ids(campaign, "tasks", "--status", "failed") == ["broken"]
    assert ids(campaign, "tasks", "--stuck", "--status", "running") == ["hanging"]
    several = ids(campaign, "tasks", "--status", "failed", "--status", "pending")
    assert several == ["waiting", "broken", "later"]
    assert ids(campaign, "tasks", "--run", "run-1", "--limit", "1") == ["broken"]
    assert "Needs attention: 1 failed, 2 stuck" in done("analytics", db=campaign.db).text


def test_calls_are_filtered(campaign):
    """By status, agent, end reason, direction and time; `unknown` means there is none."""
    campaign, *_ = campaign
    assert ids(campaign, "calls") == ["third", "second", "first"]
    assert ids(campaign, "calls", "--status", "missed", "--status", "completed") == ["second", "first"]
    assert ids(campaign, "calls", "--agent", "ana") == ["first"]
    assert ids(campaign, "calls", "--agent", "unknown") == ["third", "second"]
    assert ids(campaign, "calls", "--type", "outbound") == ["third"]
    assert ids(campaign, "calls", "--end-reason", "busy") == ["second"]
    assert ids(campaign, "calls", "--from", "2024-02-02", "--to", "2024-02-03T09:00:00Z") == ["second"]


def test_tables_are_for_people(campaign):
    """A table says how many there are in all, why a task needs attention, and steers no terminal."""
    campaign, *_ = campaign
    table = done("tasks", "--limit", "2", db=campaign.db).text
    assert "2 of 5 shown" in table
    table = done("tasks", db=campaign.db).text
    assert "stuck for" in table
    assert "no_answer" in table
    assert "5 in all." in table
    assert "\x1b" not in table
    assert "12.5" in done("calls", db=campaign.db).text
    assert "run-1" in done("runs", "--space", campaign.space_token, db=campaign.db).text
    assert (
        done("tasks", "--status", "running", "--run", "x", db=campaign.db).text == "No task is like that.\n"
    )


def test_colours_are_for_terminals(campaign):
    """A pipe gets none, whatever the terminal outside is."""
    campaign, *_ = campaign
    out = done("tasks", db=campaign.db, environment={"TERM": "xterm-256color"}).out
    assert b"\x1b" not in out


def test_a_missing_item_is_reported(campaign):
    """Unknown handles and tokens are named, with the command that shows those there are."""
    campaign, *_ = campaign
    outcome = callboard("tasks", "--org", "nobody.example", db=campaign.db)
    assert outcome.code == 1
    assert (
        outcome.err
        == 'Error: No organization has the handle "nobody.example". callboard org list shows them.\n'
    )
    outcome = callboard("calls", "--org", "acme.com", "--space", "spc_x", db=campaign.db)
    assert outcome.code == 1
    assert 'no space with the token "spc_x"' in outcome.err


def test_a_space_of_another_organization_is_not_there(campaign, tmp_path):
    """Naming both an organization and another's space is an error, not that space's numbers."""
    campaign, *_ = campaign
    done("org", "create", "--name", "Other", "--handle", "other.example", db=campaign.db)
    for command in ("analytics", "tasks", "calls"):
        outcome = callboard(
            command, "--org", "other.example", "--space", campaign.space_token, "--json", db=campaign.db
        )
        assert (outcome.code, outcome.out) == (1, b"")
    outcome = callboard("tasks", db=campaign.db)
    assert outcome.code == 2
    assert "name one with --org" in outcome.err
